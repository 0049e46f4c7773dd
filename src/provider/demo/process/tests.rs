//! A world behind a socket: what it keeps, who may serve it, and how it ends.

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::{net::UnixStream, task::JoinHandle, time::timeout};

use super::{Files, Socket, serve::serve_until_idle, wire};
use crate::{
    model::{AccountId, Place},
    provider::{
        Kind, Provider, Result,
        demo::{
            ClockSetting, DemoOptions,
            call::{Answer, Call},
            client,
            transport::{Failure, Transport},
        },
    },
};

const LONG: Duration = Duration::from_mins(5);
/// A limit that only a broken test reaches.
const DEADLINE: Duration = Duration::from_secs(20);

fn options(folder: &TempDir) -> DemoOptions {
    DemoOptions {
        clock: ClockSetting::frozen("2026-01-15T10:00:00Z".parse().expect("a moment")),
        state_dir: folder.path().join("awsdeck"),
        ..DemoOptions::default()
    }
}

fn serving(options: &DemoOptions, idle: Duration) -> JoinHandle<Result<()>> {
    let options = options.clone();
    tokio::spawn(async move { serve_until_idle(&options, idle).await })
}

/// A client that starts nothing, once the world is up.
async fn client(options: &DemoOptions) -> Socket {
    let files = Files::of(options).expect("a folder");
    let up = async {
        while UnixStream::connect(&files.socket).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, up).await.expect("a world");
    Socket::new(files, None, options)
}

fn provider(socket: Socket) -> Provider {
    client::provider(socket, &DemoOptions::default())
}

async fn now(socket: &Socket) -> String {
    match socket.call(Call::Now).await {
        Ok(Answer::Now(now)) => now.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_world_keeps_what_was_done_to_it_over_a_kill() {
    let folder = TempDir::new().expect("a folder");
    let options = options(&folder);
    let first = serving(&options, LONG);
    let socket = client(&options).await;
    let advance = Call::Advance { millis: 90_000 };
    assert!(matches!(socket.call(advance).await, Ok(Answer::Done)));
    // Aborted in the middle of everything, it leaves its socket behind as a killed process does.
    first.abort();
    assert!(first.await.expect_err("aborted").is_cancelled());
    let second = serving(&options, LONG);
    assert_eq!(now(&client(&options).await).await, "2026-01-15T10:01:30Z");
    second.abort();
}

#[tokio::test]
async fn only_one_process_serves_a_world_and_others_step_back() {
    let folder = TempDir::new().expect("a folder");
    let options = options(&folder);
    let first = serving(&options, LONG);
    let socket = client(&options).await;
    let second = timeout(DEADLINE, serving(&options, LONG)).await;
    assert_eq!(second.expect("in time").expect("joined"), Ok(()));
    assert_eq!(now(&socket).await, "2026-01-15T10:00:00Z");
    first.abort();
}

#[tokio::test]
async fn worlds_of_other_seeds_accounts_or_clocks_are_kept_apart() {
    let folder = TempDir::new().expect("a folder");
    let base = options(&folder);
    let others = [
        DemoOptions {
            seed: 2,
            ..base.clone()
        },
        DemoOptions {
            accounts: 12,
            ..base.clone()
        },
        DemoOptions {
            clock: ClockSetting::default(),
            ..base.clone()
        },
    ];
    let state = |options: &DemoOptions| Files::of(options).expect("a folder").state;
    for other in &others {
        assert_ne!(state(other), state(&base));
    }
    let fewer = DemoOptions {
        accounts: 3,
        ..base.clone()
    };
    assert_eq!(
        state(&fewer),
        state(&base),
        "there are never fewer than eleven"
    );
}

#[tokio::test]
async fn a_world_ends_when_nobody_asks_and_takes_its_socket_with_it() {
    let folder = TempDir::new().expect("a folder");
    let options = options(&folder);
    let served = serve_until_idle(&options, Duration::from_millis(1));
    assert_eq!(timeout(DEADLINE, served).await.expect("in time"), Ok(()));
    let files = Files::of(&options).expect("a folder");
    assert!(!files.socket.exists());
    assert!(files.state.exists());
}

#[tokio::test]
async fn files_and_folders_are_the_users_alone() {
    let folder = TempDir::new().expect("a folder");
    let options = options(&folder);
    fs::create_dir(&options.state_dir).expect("a folder");
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&options.state_dir, open).expect("permissions");
    let world = serving(&options, LONG);
    let socket = client(&options).await;
    socket
        .call(Call::Advance { millis: 1 })
        .await
        .expect("done");
    let mode = |path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    let files = Files::of(&options).expect("a folder");
    assert_eq!(mode(&options.state_dir), 0o700);
    for path in [&files.socket, &files.state, &files.lock] {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    world.abort();
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_put_aside_and_the_world_starts_anew() {
    let folder = TempDir::new().expect("a folder");
    let options = options(&folder);
    let files = Files::of(&options).expect("a folder");
    fs::write(&files.state, "{\"version\":1,").expect("written");
    let world = serving(&options, LONG);
    assert_eq!(now(&client(&options).await).await, "2026-01-15T10:00:00Z");
    assert!(files.state.with_extension("json.unreadable").exists());
    world.abort();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_still_works() {
    let folder = TempDir::new().expect("a folder");
    let long = folder.path().join("a".repeat(120));
    let options = DemoOptions {
        state_dir: long,
        ..options(&folder)
    };
    let world = serving(&options, LONG);
    assert_eq!(now(&client(&options).await).await, "2026-01-15T10:00:00Z");
    world.abort();
    fs::remove_file(Files::of(&options).expect("a folder").socket).expect("removed");
}

#[tokio::test]
async fn faults_of_a_running_world_are_set_by_whoever_brings_some() {
    let folder = TempDir::new().expect("a folder");
    let options = options(&folder);
    let world = serving(&options, LONG);
    let socket = client(&options).await;
    let faults = "deny=999999999999".parse().expect("faults");
    socket.call(Call::SetFaults(faults)).await.expect("done");
    let misspelt = "deny=999999999998".parse().expect("faults");
    let answer = socket.call(Call::SetFaults(misspelt)).await;
    let Err(Failure::Refused(error)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(error.to_string(), "no account named `999999999998`");
    let provider = provider(socket);
    let account: AccountId = "999999999999".parse().expect("an account");
    let network = provider
        .networks
        .network(&Place::new(account, "eu-west-1"))
        .await;
    let error = network.expect_err("denied");
    assert!(matches!(error.kind, Kind::Denied { .. }), "{error}");
    assert_eq!(error.account, Some(account));
    world.abort();
}

#[tokio::test]
async fn a_call_that_hangs_blocks_nobody_else() {
    let folder = TempDir::new().expect("a folder");
    let options = DemoOptions {
        faults: Some("hang=999999999999".parse().expect("faults")),
        ..options(&folder)
    };
    let world = serving(&options, LONG);
    let socket = Arc::new(client(&options).await);
    let place = |id: &str| Place::new(id.parse().expect("an account"), "eu-west-1");
    let hanging = {
        let (socket, place) = (socket.clone(), place("999999999999"));
        tokio::spawn(async move { socket.call(Call::Network(place)).await.is_ok() })
    };
    let answer = socket.call(Call::Network(place("888888888888")));
    let answer = timeout(DEADLINE, answer).await.expect("in time");
    assert!(matches!(answer, Ok(Answer::Network(_))));
    assert!(!hanging.is_finished());
    hanging.abort();
    world.abort();
}

#[tokio::test]
async fn without_a_world_nothing_was_sent_and_with_another_version_neither() {
    let folder = TempDir::new().expect("a folder");
    let options = options(&folder);
    let files = Files::of(&options).expect("a folder");
    let alone = Socket::new(files.clone(), None, &options);
    assert!(matches!(
        alone.call(Call::Now).await,
        Err(Failure::NotSent(_))
    ));
    let world = serving(&options, LONG);
    let _up = client(&options).await;
    let mut stream = UnixStream::connect(&files.socket).await.expect("a world");
    let question = wire::Question {
        version: 99,
        call: Call::Now,
    };
    wire::send(&mut stream, &question).await.expect("sent");
    let response = wire::receive(&mut stream).await.expect("an answer");
    assert!(matches!(
        response,
        wire::Response::OtherVersion(wire::VERSION)
    ));
    world.abort();
}

#[tokio::test]
async fn garbage_is_refused_without_taking_memory_or_the_world_down() {
    use tokio::io::AsyncWriteExt;
    let folder = TempDir::new().expect("a folder");
    let options = options(&folder);
    let world = serving(&options, LONG);
    let socket = client(&options).await;
    for garbage in [
        &b"\xff\xff\xff\xff"[..],
        b"\x00\x00\x00\x02no",
        b"\x10\x00\x00\x00{",
    ] {
        let files = Files::of(&options).expect("a folder");
        let mut stream = UnixStream::connect(&files.socket).await.expect("a world");
        stream.write_all(garbage).await.expect("sent");
        stream.shutdown().await.expect("closed");
        let answer = wire::receive::<wire::Response>(&mut stream).await;
        assert!(answer.is_err());
    }
    assert_eq!(now(&socket).await, "2026-01-15T10:00:00Z");
    world.abort();
}

#[tokio::test]
async fn an_organization_of_thousands_comes_in_pages() {
    let folder = TempDir::new().expect("a folder");
    let options = DemoOptions {
        accounts: 1_000,
        ..options(&folder)
    };
    let world = serving(&options, LONG);
    let provider = provider(client(&options).await);
    let mut seen = Vec::new();
    let mut found = |known: &crate::model::Organization| seen.push(known.accounts.len());
    let whole = provider.organizations.organization(&mut found).await;
    assert_eq!(whole.expect("an organization").accounts.len(), 1_000);
    assert_eq!(seen, [250, 500, 750, 1_000]);
    world.abort();
}
