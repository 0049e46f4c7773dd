use super::*;
use machine::run::State;

#[tokio::test(start_paused = true)]
async fn a_switch_moves_all_traffic_and_proves_it() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let ended = bench.execute(run).await;
    insta::assert_snapshot!(bench.story(run), @"
      0 run RunCreated
      0 run ApprovalGranted
      0 run LeaseTaken
      0 run RunStarted
      0 ttl StepReady
      0 ttl PrecheckOk
      0 ttl Intent
      0 ttl Ack
      0 ttl SettleBegan
     48 ttl Settled
     48 ttl StepDone
     48 ttl-aged StepReady
     48 ttl-aged CheckBegan
    408 ttl-aged StepDone
    408 shift StepReady
    408 shift PrecheckOk
    408 shift Intent
    408 shift Ack
    408 shift SettleBegan
    466 shift Settled
    466 shift StepDone
    466 run VerifyBegan
    466 aged StepReady
    466 aged CheckBegan
    526 aged StepDone
    526 answers StepReady
    526 answers CheckBegan
    526 answers CheckSample
    526 answers CheckVerdict
    526 answers StepDone
    526 bake StepReady
    526 bake CheckBegan
    526 bake CheckSample
    536 bake CheckSample
    546 bake CheckSample
    556 bake CheckSample
    566 bake CheckSample
    576 bake CheckSample
    586 bake CheckSample
    596 bake CheckSample
    606 bake CheckSample
    616 bake CheckSample
    626 bake CheckSample
    636 bake CheckSample
    646 bake CheckSample
    646 bake CheckVerdict
    646 bake StepDone
    646 run RunDone
    ");
    assert_eq!((ended.state, ended.pause), (State::Succeeded, None));
    bench.check_invariants(run);
}
