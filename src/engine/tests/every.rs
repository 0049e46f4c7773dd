//! What every operation has to bear, whatever it changes.

use super::{crash::until, *};
use machine::run::State;

impl Bench {
    /// Plans an operation and opens its run.
    pub(super) async fn begun(&self, operation: &str, wish: &Arguments) -> (Sealed, RunId) {
        let sealed = self.planned(operation, wish).await.expect("a plan");
        let run = self.open(&sealed).await.expect("a run");
        (sealed, run)
    }

    /// Plans an operation and carries it out.
    pub(super) async fn made(&self, operation: &str, wish: &Arguments) -> (Sealed, RunId) {
        let (sealed, run) = self.begun(operation, wish).await;
        let ended = self.execute(run).await;
        let story = self.story(run);
        assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
        self.check_invariants(run);
        (sealed, run)
    }

    /// Why there is no plan.
    pub(super) async fn refusal(&self, operation: &str, wish: &Arguments) -> String {
        let refused = self.planned(operation, wish).await;
        refused.expect_err("it should be refused").to_string()
    }

    pub(super) async fn assert_nothing_to_do(&self, operation: &str, wish: &Arguments) {
        match self.planned(operation, wish).await {
            Err(error) => assert!(error.is_nothing_to_do(), "{error}"),
            Ok(sealed) => panic!("{:?}", titles(&sealed)),
        }
    }
}

/// What a plan changes, one line for each step that does.
pub(super) fn titles(sealed: &Sealed) -> Vec<&str> {
    let changes = sealed.plan().steps.iter();
    let changes = changes.filter(|step| step.changes().is_some());
    changes.map(|step| step.title.as_str()).collect()
}

/// Troubles that pass, at every change, end in success with each change made once.
pub(super) async fn bears_troubles(operation: &str, wish: &Arguments) {
    let sends = {
        let bench = Bench::new().await;
        bench.made(operation, wish).await;
        bench.done().len()
    };
    let mut troubles: Vec<String> = [
        "throttle=ec2:0.3",
        "error=ec2:0.2",
        "stale=20s",
        "stale=60s",
        "latency=3s",
        "late=perform:1:4m",
        "lost=perform:2,stale=30s,throttle=ec2:0.2",
    ]
    .map(str::to_owned)
    .to_vec();
    for send in 1..=sends {
        troubles.push(format!("lost=perform:{send}"));
        // Each of the others at a third of the changes.
        troubles.push(match send % 3 {
            0 => format!("fail-before=perform:{send}"),
            1 => format!("fail-after=perform:{send}"),
            _ => format!("late=perform:{send}:100s"),
        });
    }
    for faults in troubles {
        let bench = Bench::new().await;
        let (_, run) = bench.begun(operation, wish).await;
        bench.world.set_faults(faults.parse().expect("faults"));
        let ended = bench.execute(run).await;
        let story = bench.story(run);
        let why = ended.pause;
        assert_eq!(ended.state, State::Succeeded, "{faults}: {why:?}\n{story}");
        assert_eq!(bench.done().len(), sends, "{faults}\n{story}");
        bench.check_invariants(run);
        bench.world.set_faults("none".parse().expect("faults"));
        bench.assert_nothing_to_do(operation, wish).await;
    }
}

/// A process that ends at any write is followed by one that ends it, with each change made once;
/// there are more writes than `least`.
pub(super) async fn bears_crashes(operation: &str, wish: &Arguments, least: u32) {
    for durable in [false, true] {
        for writes in 0.. {
            let bench = Bench::new().await;
            let (sealed, run) = bench.begun(operation, wish).await;
            if until(&bench, run, writes, durable).await.is_some() {
                assert!(writes > least, "the run has more lines than {writes}");
                break;
            }
            bench.check_invariants_of_a_crash(run);
            let ended = bench.execute(run).await;
            let story = bench.story(run);
            assert_eq!(ended.state, State::Succeeded, "{writes} {durable}\n{story}");
            let changes = titles(&sealed).len();
            assert_eq!(bench.done().len(), changes, "{writes} {durable}\n{story}");
            bench.check_invariants(run);
        }
    }
}
