use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn results(errors: &str, warnings: &str, effects: Option<&str>) -> Results {
    let read = |text: &str| serde_json::from_str(text).expect("messages");
    Results {
        errors: read(errors),
        warnings: read(warnings),
        effects: effects.map(|text| read_effects(&serde_json::from_str(text).expect("a list"))),
        from: "Velero".into(),
    }
}

const DIFFERS: &str =
    "already exists. Warning: the in-cluster version is different than the backed-up version";

fn told(results: &Results) -> String {
    let summary = results.summary(true);
    let health = summary.health();
    format!("{}: {}\n{}", health.state, health.reason, summary.line())
}

#[test]
fn a_clean_restore_is_well_although_the_clusters_own_config_map_is_warned_about() {
    let warnings = format!(
        r#"{{"namespaces":{{"demo":["could not restore, ConfigMap \"kube-root-ca.crt\" {DIFFERS}"]}}}}"#
    );
    let effects = r#"{"v1/ConfigMap":["demo/kube-root-ca.crt(failed)","demo/settings(created)"],"v1/ServiceAccount":["demo/default(skipped)"]}"#;
    insta::assert_snapshot!(told(&results("{}", &warnings, Some(effects))), @r"
    ok: 
    1 created, 0 updated, 1 the same, 0 failed; 0 errors, 0 warnings; 1 folded (kube-root-ca.crt)
    ");
}

#[test]
fn a_completed_restore_that_changed_nothing_says_so_aloud() {
    let warnings = format!(
        r#"{{"namespaces":{{"demo":["could not restore, ConfigMap \"settings\" {DIFFERS}","could not restore, Pod \"web-1\" {DIFFERS}"]}}}}"#
    );
    let effects = r#"{"v1/ConfigMap":["demo/flags(skipped)","demo/settings(failed)"],"v1/Pod":["demo/web-1(failed)"]}"#;
    insta::assert_snapshot!(told(&results("{}", &warnings, Some(effects))), @r"
    failed: NOTHING WAS CHANGED: 2 objects exist, differ and were left as they are
    0 created, 0 updated, 1 the same, 0 failed; 0 errors, 0 warnings; 2 left as they are
    ");
    let same = r#"{"v1/ConfigMap":["demo/flags(skipped)"]}"#;
    insta::assert_snapshot!(told(&results("{}", "{}", Some(same))), @r"
    warning: nothing was changed: 1 objects are as in the backup
    0 created, 0 updated, 1 the same, 0 failed; 0 errors, 0 warnings
    ");
    let without_list = results("{}", &warnings, None);
    insta::assert_snapshot!(told(&without_list), @r"
    warning: 2 objects exist, differ and were left as they are
    0 errors, 0 warnings; 2 left as they are
    ");
}

#[test]
fn what_could_not_be_made_is_told_apart_from_what_was_left() {
    let errors = r#"{"namespaces":{"broken":["error preparing configmaps/broken/bad: no"]}}"#;
    let effects = r#"{"v1/ConfigMap":["broken/bad(failed)","broken/good(created)"]}"#;
    insta::assert_snapshot!(told(&results(errors, "{}", Some(effects))), @r"
    warning: 1 objects could not be restored
    1 created, 0 updated, 0 the same, 1 failed; 1 errors, 0 warnings
    ");
}

fn restore(phase: &str) -> Restore {
    Restore {
        namespace: "velero".into(),
        name: "r1".into(),
        phase: phase.into(),
        backup: Some("b1".into()),
        schedule: None,
        namespaces: vec!["*".into()],
        mapping: Vec::new(),
        existing: None,
        created: None,
        started: None,
        completed: None,
        progress: Progress { done: 4, total: 4 },
        warnings: 0,
        errors: 0,
        failure: None,
        validation: Vec::new(),
        operations: Operations::default(),
        hooks_failed: 0,
        deleting: false,
    }
}

#[test]
fn warnings_that_were_not_read_do_not_let_a_restore_pass_for_well() {
    let warned = Restore {
        warnings: 8,
        ..restore("Completed")
    };
    assert_eq!(warned.health(None).state, State::Warning);
    assert!(
        warned
            .health(None)
            .reason
            .contains("perhaps nothing was changed")
    );
    let read = Summary {
        restore: true,
        exact: true,
        created: 4,
        noise: 8,
        ..Summary::default()
    };
    assert_eq!(warned.health(Some(&read)), Health::ok());
    assert_eq!(restore("Completed").health(None), Health::ok());
    let refused = Restore {
        validation: vec!["No backups found for schedule".into()],
        ..restore("FailedValidation")
    };
    assert_eq!(refused.health(None).reason, "No backups found for schedule");
    assert_eq!(restore("").health(None).state, State::Working);
}

fn schedule() -> Schedule {
    Schedule {
        namespace: "velero".into(),
        name: "hourly".into(),
        phase: "Enabled".into(),
        cron: "0 * * * *".into(),
        paused: false,
        namespaces: vec!["shop".into()],
        location: None,
        last_backup: None,
        last_skipped: None,
        created: Some(at("2026-01-01T00:00:00Z")),
        validation: Vec::new(),
        rpo: None,
    }
}

#[test]
fn a_schedule_is_held_to_what_may_be_lost() {
    let now = at("2026-01-15T10:00:00Z");
    let hour = SignedDuration::from_hours(1);
    let last = |text: &str| Some(at(text));
    let told = |schedule: &Schedule, last| {
        let health = schedule.health(last, hour, now);
        format!("{}: {}", health.state, health.reason)
    };
    insta::assert_snapshot!(told(&schedule(), last("2026-01-15T09:30:00Z")), @"ok:");
    insta::assert_snapshot!(told(&schedule(), last("2026-01-15T04:00:00Z")), @"failed: last good backup 6 h ago, 60 min allowed");
    insta::assert_snapshot!(told(&schedule(), None), @"failed: has no good backup");
    let young = Schedule {
        created: last("2026-01-15T09:50:00Z"),
        ..schedule()
    };
    insta::assert_snapshot!(told(&young, None), @"working: has made no backup yet");
    let paused = Schedule {
        paused: true,
        phase: "".into(),
        ..schedule()
    };
    insta::assert_snapshot!(told(&paused, None), @"warning: is paused: nothing is backed up");
}

#[test]
fn backups_are_found_by_the_label_that_velero_cuts() {
    let long = "x".repeat(70);
    let backup = Backup {
        namespace: "velero".into(),
        name: "b".into(),
        phase: "Completed".into(),
        schedule: Some(label_value(&long).into_owned()),
        location: None,
        namespaces: Vec::new(),
        created: None,
        started: Some(at("2026-01-15T09:00:00Z")),
        completed: None,
        expires: Some(at("2026-02-15T09:00:00Z")),
        progress: Progress::default(),
        warnings: 0,
        errors: 0,
        failure: None,
        validation: Vec::new(),
        operations: Operations::default(),
        snapshots: Operations::default(),
        hooks_failed: 0,
        queue_position: None,
        deleting: false,
    };
    let newer = Backup {
        name: "c".into(),
        phase: "PartiallyFailed".into(),
        started: Some(at("2026-01-15T10:00:00Z")),
        ..backup.clone()
    };
    let cluster = "111122223333/eu-west-1/x".parse().expect("a cluster");
    let velero = Velero {
        backups: vec![backup.clone(), newer],
        ..Velero::absent(cluster)
    };
    let schedule = Schedule {
        name: long,
        ..schedule()
    };
    assert_eq!(velero.backups_of(&schedule).count(), 2);
    assert_eq!(
        velero.latest_of(&schedule).map(|found| &*found.name),
        Some("b")
    );
    assert!(backup.is_good(at("2026-01-16T00:00:00Z")));
    let late = at("2026-03-01T00:00:00Z");
    assert!(!backup.is_good(late));
    assert_eq!(backup.health(late).state, State::Off);
}
