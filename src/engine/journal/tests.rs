use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;

use super::*;
use crate::engine::{
    clock::Moment,
    machine::{Event, run, step},
    plan::{Digest, sample},
};

fn at(second: i64) -> Moment {
    Moment {
        at: second * 1_000_000,
        mono: u64::try_from(second).expect("after boot") * 1_000_000_000,
        boot: "test".into(),
    }
}

fn sealed() -> Sealed {
    Sealed::seal(sample::switch()).expect("whole")
}

fn yes(by: &str) -> run::Approval {
    run::Approval {
        plan: sealed().digest(),
        by: by.into(),
        typed: "prod acorn".into(),
        proof: "user".into(),
        expires: 0,
    }
}

/// Opens a run of a plan as its author, who is the only one needed.
fn open(journal: &mut Journal, sealed: &Sealed, yes: run::Approval, when: Moment) -> Result<RunId> {
    journal.keep_plan(sealed)?;
    let run = RunId::fresh();
    let by = yes.by.clone();
    let opening = run::Event::opening(sealed, yes, 1);
    let opening: Vec<Event> = opening.into_iter().map(Event::from).collect();
    let stamp = Stamp {
        run,
        actor: &by,
        fence: 0,
        when,
    };
    journal.append(&stamp, &opening)?;
    Ok(run)
}

fn take(journal: &mut Journal, run: RunId, pid: u32, when: Moment) -> Result<u64> {
    let fence = journal.standing(run)?.view.fence + 1;
    let host = "host".into();
    let taken = run::Event::LeaseTaken { host, pid, fence };
    let stamp = Stamp {
        run,
        actor: "runner",
        fence,
        when,
    };
    journal.append(&stamp, &[taken.into()])?;
    Ok(fence)
}

struct Fixture {
    folder: tempfile::TempDir,
    journal: Journal,
    run: RunId,
}

impl Fixture {
    fn path(&self) -> PathBuf {
        self.folder.path().join("state/journal.sqlite")
    }
}

/// A journal with a run that has begun its first step.
fn begun() -> Fixture {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("state/journal.sqlite");
    let mut journal = Journal::open(&path).expect("a new journal");
    let run = open(&mut journal, &sealed(), yes("ann"), at(1)).expect("a new run");
    let fence = take(&mut journal, run, 7, at(2)).expect("free");
    let stamp = Stamp {
        run,
        actor: "runner",
        fence,
        when: at(3),
    };
    let shift = |event| Event::Step("shift".into(), event);
    let intent = step::Event::Intent {
        request: Digest::of(b"x"),
        key: "K".into(),
        class: crate::model::Class::Set,
        attempt: 1,
    };
    let events = [
        run::Event::RunStarted.into(),
        shift(step::Event::StepReady),
        shift(step::Event::PrecheckOk),
        shift(intent),
    ];
    journal.append(&stamp, &events).expect("in order");
    Fixture {
        folder,
        journal,
        run,
    }
}

#[test]
fn what_was_written_is_there_for_the_next_process() {
    let mut fixture = begun();
    let before = fixture
        .journal
        .standing(fixture.run)
        .expect("known")
        .clone();
    let mut again = Journal::open(&fixture.path()).expect("the same file");
    let after = again.standing(fixture.run).expect("known");
    assert_eq!(after.view, before.view);
    assert_eq!(after.view.state_of(&"shift".into()), step::State::Intended);
    assert_eq!(again.runs().expect("listed").len(), 1);
    let verified = again.verify().expect("readable");
    assert_eq!((verified.lines, verified.faults), (8, Vec::<String>::new()));
    assert_eq!(
        again.find_run(&fixture.run.short()).expect("one"),
        fixture.run
    );
    let digest = sealed().digest();
    assert_eq!(
        again.find_plan(&digest.short()).expect("one").digest(),
        digest
    );
}

#[test]
fn the_files_are_for_their_owner_only() {
    let fixture = begun();
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&fixture.path()), 0o600);
    assert_eq!(mode(fixture.path().parent().expect("a folder")), 0o700);
}

#[test]
fn lines_and_plans_cannot_be_rewritten() {
    let fixture = begun();
    for statement in [
        "UPDATE journal SET actor = 'eve' WHERE seq = 1",
        "DELETE FROM journal",
        "UPDATE plan SET bytes = x'00'",
    ] {
        let error = fixture.journal.connection.execute(statement, []);
        assert!(error.is_err(), "{statement}");
    }
}

#[test]
fn a_plan_is_applied_once() {
    let mut fixture = begun();
    let again = open(&mut fixture.journal, &sealed(), yes("ann"), at(9));
    let Err(Error::AlreadyApplied { run, state }) = again else {
        panic!("opened twice");
    };
    assert_eq!((run, state.as_str()), (fixture.run, "running"));
}

#[test]
fn a_zombie_and_an_impossible_event_write_nothing() {
    let mut fixture = begun();
    let mut other = Journal::open(&fixture.path()).expect("the same file");
    take(&mut other, fixture.run, 8, at(4)).expect("free");
    let lines = other.head().expect("readable").0;
    let mut stamp = Stamp {
        run: fixture.run,
        actor: "runner",
        fence: 1,
        when: at(5),
    };
    let ack = |external: &str| {
        let ack = step::Event::Ack {
            external_id: Some(external.into()),
            request_id: None,
            made: None,
        };
        Event::Step("shift".into(), ack)
    };
    let late = fixture.journal.append(&stamp, &[ack("C1")]);
    assert!(matches!(late, Err(Error::Fenced { ours: 1, theirs: 2 })));
    stamp.fence = 2;
    let twice = other.append(&stamp, &[ack("C1"), ack("C2")]);
    assert!(matches!(twice, Err(Error::Illegal(_))));
    assert_eq!(other.head().expect("readable").0, lines);
    assert!(other.append(&stamp, &[ack("C1")]).is_ok());
}

#[test]
fn a_newer_file_and_a_foreign_file_are_left_alone() {
    let fixture = begun();
    let spoil = |statement: &str| {
        let connection = Connection::open(fixture.path()).expect("a file");
        connection.execute_batch(statement).expect("writable");
    };
    spoil("PRAGMA user_version = 2");
    assert!(matches!(
        Journal::open(&fixture.path()),
        Err(Error::Newer { version: 2 })
    ));
    spoil("PRAGMA user_version = 1; PRAGMA application_id = 5");
    assert!(matches!(
        Journal::open(&fixture.path()),
        Err(Error::Foreign)
    ));
}

#[test]
fn requests_wait_until_they_are_acted_on() {
    let mut fixture = begun();
    let run = fixture.run;
    let mut deck = Journal::open(&fixture.path()).expect("the same file");
    deck.ask(run, &Request::Pause, "bob", &at(5)).expect("kept");
    let asked = fixture.journal.asked(run).expect("readable");
    assert_eq!(
        (&asked[0].request, asked[0].by.as_str()),
        (&Request::Pause, "bob")
    );
    assert_eq!(fixture.journal.asked(run).expect("readable").len(), 1);
    fixture.journal.acted_on(&asked[0]).expect("noted");
    assert_eq!(deck.asked(run).expect("readable"), []);
}

/// Writes past the triggers, as somebody with the file in hand can.
fn tamper(path: &Path, statement: &str, values: &[&dyn rusqlite::ToSql]) {
    let connection = Connection::open(path).expect("a file");
    connection
        .execute_batch(
            "DROP TRIGGER journal_is_not_rewritten; DROP TRIGGER journal_is_not_erased;
             DROP TRIGGER plans_are_not_rewritten;",
        )
        .expect("droppable");
    assert_eq!(connection.execute(statement, values).expect("writable"), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_flipped_bit_of_a_line_is_noticed(
        seq in 1..8_i64,
        column in prop::sample::select(vec!["body", "prev", "hash"]),
        at_byte in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let fixture = begun();
        let query = format!("SELECT {column} FROM journal WHERE seq = ?1");
        let mut bytes: Vec<u8> = fixture
            .journal
            .connection
            .query_row(&query, [seq], |row| row.get(0))
            .expect("there");
        let index = at_byte.index(bytes.len());
        bytes[index] ^= 1 << bit;
        tamper(
            &fixture.path(),
            &format!("UPDATE journal SET {column} = ?1 WHERE seq = ?2"),
            &[&bytes, &seq],
        );
        let verified = fixture.journal.verify().expect("readable");
        prop_assert!(!verified.faults.is_empty());
    }
}

#[test]
fn tampering_anywhere_is_named() {
    for (statement, fault) in [
        (
            "UPDATE journal SET actor = 'eve' WHERE seq = 3",
            "line 3 does not fit the chain",
        ),
        (
            "UPDATE journal SET at = at + 1 WHERE seq = 5",
            "line 5 does not fit the chain",
        ),
        (
            "DELETE FROM journal WHERE seq = 4",
            "line 4 is missing before 5",
        ),
        (
            "UPDATE run SET state = 'succeeded'",
            "is listed as [\"succeeded\"",
        ),
        ("UPDATE step SET attempt = 9", "are not what its lines say"),
        (
            "UPDATE plan SET bytes = CAST('{}' AS BLOB)",
            "it was changed after sealing",
        ),
    ] {
        let fixture = begun();
        tamper(&fixture.path(), statement, &[]);
        let faults = fixture.journal.verify().expect("readable").faults;
        assert!(
            faults.iter().any(|line| line.contains(fault)),
            "{statement}: {faults:?}"
        );
    }
}

#[test]
fn a_run_whose_plan_or_lines_were_changed_is_not_taken_up() {
    for statement in [
        "UPDATE plan SET bytes = CAST('{}' AS BLOB)",
        "UPDATE journal SET actor = 'eve' WHERE seq = 3",
    ] {
        let fixture = begun();
        tamper(&fixture.path(), statement, &[]);
        let mut again = Journal::open(&fixture.path()).expect("a sound file");
        let refused = again.standing(fixture.run);
        assert!(
            matches!(refused, Err(Error::Tampered(_) | Error::Damaged { .. })),
            "{statement}"
        );
    }
}

#[test]
fn a_crash_in_the_middle_of_a_write_leaves_nothing_and_after_it_everything() {
    for (durable, lines) in [(false, 8), (true, 9)] {
        let mut fixture = begun();
        fixture.journal.crash = Some(Crash {
            writes_left: 0,
            durable,
        });
        let stamp = Stamp {
            run: fixture.run,
            actor: "runner",
            fence: 1,
            when: at(5),
        };
        let ambiguous = step::Event::Ambiguous {
            error: "reset".into(),
        };
        let event = Event::Step("shift".into(), ambiguous);
        assert!(matches!(
            fixture.journal.append(&stamp, &[event]),
            Err(Error::Crash)
        ));
        let again = Journal::open(&fixture.path()).expect("the same file");
        let verified = again.verify().expect("readable");
        assert_eq!((verified.lines, verified.faults), (lines, Vec::new()));
    }
}

#[test]
fn what_an_unfinished_run_changes_is_held_until_its_end() {
    let mut fixture = begun();
    let mut plan = sample::switch();
    plan.reason = "another".into();
    let other = Sealed::seal(plan).expect("whole");
    let second = open(&mut fixture.journal, &other, yes("bob"), at(4)).expect("opened");
    let held = take(&mut fixture.journal, second, 8, at(5));
    let Err(Error::ScopeHeld { scope, by }) = held else {
        panic!("two runs hold one group of records");
    };
    assert_eq!(by, fixture.run);
    assert_eq!(scope, "r53/Z1/shop.example.com./A");
    let around = std::collections::BTreeSet::from(["r53/Z1".to_owned()]);
    let within = std::collections::BTreeSet::from(["r53/Z1/shop.example.com./A/x".to_owned()]);
    let beside = std::collections::BTreeSet::from(["r53/Z10".to_owned()]);
    let holder = |scopes| fixture.journal.holder(scopes).expect("readable");
    assert!(holder(&around).is_some() && holder(&within).is_some());
    assert_eq!(holder(&beside), None);
    let stamp = Stamp {
        run: fixture.run,
        actor: "runner",
        fence: 1,
        when: at(6),
    };
    let stop = [
        run::Event::StopAsked {
            by: "ann".into(),
            reason: "enough".into(),
        },
        run::Event::RunDone {
            outcome: run::Outcome::Stopped,
            leftovers: Vec::new(),
        },
    ];
    let stop = stop.map(Event::Run);
    fixture.journal.append(&stamp, &stop).expect("stopped");
    assert!(take(&mut fixture.journal, second, 8, at(7)).is_ok());
    let verified = fixture.journal.verify().expect("readable");
    assert_eq!(verified.faults, Vec::<String>::new());
}

#[test]
fn a_run_is_carried_to_another_journal_line_by_line() {
    let fixture = begun();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("journal.sqlite");
    let mut other = Journal::open(&path).expect("a new journal");
    let lines = fixture.journal.entries(fixture.run).expect("readable");
    assert!(matches!(other.import(&lines, None), Err(Error::NoPlan(_))));
    other.keep_plan(&sealed()).expect("kept");
    // Lines may come twice, and overlap.
    for (from, to) in [(0, 3), (1, 5), (5, 8), (0, 8)] {
        other.import(&lines[from..to], None).expect("they follow");
    }
    let there = other.entries(fixture.run).expect("readable");
    assert_eq!(there, lines);
    assert_eq!(
        other.verify().expect("readable").faults,
        Vec::<String>::new()
    );
    let mut foreign = lines[7].clone();
    foreign.n = 9;
    foreign.before = lines[7].before;
    foreign.link = foreign.expected_link().expect("canonical");
    let result = other.import(&[foreign], None);
    assert!(matches!(result, Err(Error::Diverged(run)) if run == fixture.run));
}

#[test]
fn a_draft_is_what_would_be_written() {
    let mut fixture = begun();
    let stamp = Stamp {
        run: fixture.run,
        actor: "runner",
        fence: 1,
        when: at(9),
    };
    let ambiguous = step::Event::Ambiguous {
        error: "no answer".into(),
    };
    let events = [Event::Step("shift".into(), ambiguous)];
    let draft = fixture.journal.draft(&stamp, &events).expect("legal");
    assert_eq!(
        fixture
            .journal
            .entries(fixture.run)
            .expect("readable")
            .len(),
        8
    );
    let written = fixture.journal.append(&stamp, &events).expect("legal");
    assert_eq!(written[0].entry, draft[0]);
    let again = fixture
        .journal
        .draft(&stamp, &[run::Event::RunStarted.into()]);
    assert!(matches!(again, Err(Error::Illegal(_))));
}
