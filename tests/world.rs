//! The world as a real process: started on demand, shared, killed, and there again as it was.

use std::{path::PathBuf, time::Duration};

use awsdeck::provider::demo::{self, ClockSetting, DemoOptions, RemoteHandle};

use crate::support::Home;

fn options(home: &Home) -> DemoOptions {
    DemoOptions {
        clock: ClockSetting::frozen("2026-01-15T10:00:00Z".parse().expect("a moment")),
        state_dir: home.path().join("state/awsdeck/demo"),
        ..DemoOptions::default()
    }
}

async fn world(options: &DemoOptions) -> RemoteHandle {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_awsdeck"));
    demo::handle(program, options).await.expect("a world")
}

fn kill(world: &RemoteHandle) {
    let process = world.process().expect("a process").cast_signed();
    let process = rustix::process::Pid::from_raw(process).expect("a process id");
    rustix::process::kill_process(process, rustix::process::Signal::KILL).expect("killed");
}

#[tokio::test]
async fn a_killed_world_comes_back_as_it_was() {
    let home = Home::new();
    let options = options(&home);
    let world = world(&options).await;
    let minutes = Duration::from_mins(3);
    world.advance(minutes).await.expect("later");
    let first = world.process();
    kill(&world);
    let now = world.now().await.expect("the time");
    assert_eq!(now.to_string(), "2026-01-15T10:03:00Z");
    assert_ne!(world.process(), first);
    kill(&world);
}

#[tokio::test]
async fn many_who_start_it_at_once_share_one_world() {
    let home = Home::new();
    let options = options(&home);
    let minute = Duration::from_mins(1);
    let joins = (0..6).map(|_| async {
        let world = world(&options).await;
        world.advance(minute).await.expect("later");
        world.process()
    });
    let processes = futures::future::join_all(joins).await;
    assert!(processes.windows(2).all(|pair| pair[0] == pair[1]));
    let world = world(&options).await;
    let now = world.now().await.expect("the time");
    assert_eq!(now.to_string(), "2026-01-15T10:06:00Z");
    kill(&world);
}

#[tokio::test]
async fn a_program_that_serves_no_world_is_named_with_its_last_words() {
    let home = Home::new();
    let options = options(&home);
    let broken = demo::handle("false".into(), &options).await;
    let error = broken.err().expect("no world").to_string();
    assert!(error.contains("`awsdeck world` ended with"), "{error}");
    let missing = demo::handle("/nowhere/awsdeck".into(), &options).await;
    let error = missing.err().expect("no program").to_string();
    assert!(
        error.contains("cannot start `/nowhere/awsdeck world`"),
        "{error}"
    );
}
