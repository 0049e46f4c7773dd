//! Velero in the clusters of staging and production: hourly and nightly backups, one of which fails
//! and so is past what may be lost, and a restore that was Completed and changed nothing.

use jiff::{SignedDuration, Timestamp};

use super::{
    super::super::estate::{Environment, Purpose, Role, SECOND},
    Estate, Ground, Site,
};
use crate::{
    model::{
        ClusterId,
        velero::{
            Backup, Effects, Location, Messages, Operations, Progress, Repository, Restore,
            Results, Schedule, Velero,
        },
    },
    provider::Outcome,
};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const NAMESPACE: &str = "velero";
/// The schedule whose backups fail.
const FAILING: &str = "payments-hourly";
/// For so many hours.
const FAILED_HOURS: i32 = 6;

/// Velero as it is in a cluster; `None` where there is no such cluster.
pub(in super::super::super) fn velero(
    estate: &Estate,
    site: &Site,
    id: &ClusterId,
    now: Timestamp,
) -> Option<Velero> {
    let ground = Ground::new(estate, site, id, now, false)?;
    let mut velero = Velero::absent(ground.id());
    let Role::Workload(environment, purpose) = site.role else {
        return Some(velero);
    };
    if environment == Environment::Dev {
        return Some(velero);
    }
    velero.installed = true;
    let prod = environment == Environment::Prod;
    let every = if prod { HOUR } else { DAY };
    let what = match purpose {
        Purpose::App => "shop",
        Purpose::Ml | Purpose::Shared => "ml",
    };
    let name = format!("{what}-{}", if prod { "hourly" } else { "nightly" });
    keep(&ground, &mut velero, &name, what, every, 0);
    if ground.is(Environment::Prod, Purpose::App) {
        keep(
            &ground,
            &mut velero,
            FAILING,
            "payments",
            HOUR,
            FAILED_HOURS,
        );
        velero.restores = restores(&ground, &velero);
        velero
            .locations
            .push(location(&ground, "second-region", SECOND, true));
    }
    velero.locations.push(location(
        &ground,
        "default",
        ground.cluster.place.region.as_str(),
        false,
    ));
    velero.repositories.push(Repository {
        namespace: NAMESPACE.into(),
        name: format!("{what}-default-kopia"),
        phase: "Ready".into(),
        volume_namespace: what.into(),
        location: "default".into(),
        kind: "kopia".into(),
        message: None,
        maintained: Some(ground.minutes_ago(50)),
    });
    Some(velero)
}

/// A schedule with the backups that it has made; the last `failed` of them went wrong.
fn keep(
    ground: &Ground<'_>,
    velero: &mut Velero,
    name: &str,
    what: &str,
    every: SignedDuration,
    failed: i32,
) {
    let seconds = every.as_secs();
    let past = ground.now.as_second().rem_euclid(seconds);
    let newest = Timestamp::from_second(ground.now.as_second() - past).unwrap_or(ground.now);
    let count = if every == HOUR { 12 } else { 7 };
    for back in 0..count {
        let at = newest
            .saturating_sub(every * back)
            .unwrap_or(Timestamp::MIN);
        velero
            .backups
            .push(backup(ground, name, what, at, back < failed));
    }
    velero.schedules.push(Schedule {
        namespace: NAMESPACE.into(),
        name: name.into(),
        phase: "Enabled".into(),
        cron: if every == HOUR {
            "0 * * * *"
        } else {
            "0 0 * * *"
        }
        .into(),
        paused: false,
        namespaces: vec![what.into()],
        location: Some("default".into()),
        last_backup: Some(newest),
        last_skipped: None,
        created: ground.cluster.created,
        validation: Vec::new(),
        rpo: None,
    });
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%d%H%M%S").to_string()
}

fn backup(ground: &Ground<'_>, schedule: &str, what: &str, at: Timestamp, failed: bool) -> Backup {
    let name = format!("{schedule}-{}", stamp(at));
    let total = 60 + u64::from(ground.below(&name, 40));
    let done = at.checked_add(SignedDuration::from_secs(41)).ok();
    // The newest may be under way.
    let running = done.is_some_and(|done| done > ground.now);
    let phase = match (running, failed) {
        (true, _) => "InProgress",
        (false, true) => "PartiallyFailed",
        (false, false) => "Completed",
    };
    Backup {
        namespace: NAMESPACE.into(),
        name,
        phase: phase.into(),
        schedule: Some(schedule.into()),
        location: Some("default".into()),
        namespaces: vec![what.into()],
        created: Some(at),
        started: Some(at),
        completed: done.filter(|_| !running),
        expires: at.checked_add(SignedDuration::from_hours(720)).ok(),
        progress: Progress {
            done: if running {
                total / 2
            } else {
                total - u64::from(failed)
            },
            total,
        },
        warnings: 0,
        errors: u64::from(failed && !running),
        failure: None,
        validation: Vec::new(),
        operations: Operations::default(),
        snapshots: Operations {
            attempted: 2,
            completed: 2 - u64::from(failed),
            failed: 0,
        },
        hooks_failed: 0,
        queue_position: None,
        deleting: false,
    }
}

/// One restore in which nothing was changed, one that did what it should.
fn restores(ground: &Ground<'_>, velero: &Velero) -> Vec<Restore> {
    let good = velero
        .backups
        .iter()
        .filter(|backup| backup.phase.is_completed() && backup.schedule.as_deref() != Some(FAILING))
        .nth(1);
    let restore = |name: &str, hours: i64, warnings: u64, mapping: Vec<(String, String)>| Restore {
        namespace: NAMESPACE.into(),
        name: name.into(),
        phase: "Completed".into(),
        backup: good.map(|backup| backup.name.clone()),
        schedule: None,
        namespaces: vec!["*".into()],
        mapping,
        existing: None,
        created: Some(ground.hours_ago(hours)),
        started: Some(ground.hours_ago(hours)),
        completed: ground
            .hours_ago(hours)
            .checked_add(SignedDuration::from_secs(9))
            .ok(),
        progress: Progress {
            done: 14,
            total: 14,
        },
        warnings,
        errors: 0,
        failure: None,
        validation: Vec::new(),
        operations: Operations::default(),
        hooks_failed: 0,
        deleting: false,
    };
    vec![
        restore("shop-rescue", 3, 4, Vec::new()),
        restore(
            "shop-drill",
            52,
            1,
            vec![("shop".into(), "shop-drill".into())],
        ),
    ]
}

fn location(ground: &Ground<'_>, name: &str, region: &str, read_only: bool) -> Location {
    Location {
        namespace: NAMESPACE.into(),
        name: name.into(),
        phase: "Available".into(),
        provider: "aws".into(),
        bucket: format!("{}-velero-{region}", ground.site.name),
        prefix: ground.cluster.name.to_string(),
        region: Some(region.into()),
        endpoint: None,
        read_only,
        default: !read_only,
        message: None,
        synced: Some(ground.ago(SignedDuration::from_secs(40))),
        validated: Some(ground.ago(SignedDuration::from_secs(40))),
        created: ground.cluster.created,
    }
}

/// What a backup or a restore has to say; `None` where there is none of this name.
pub(in super::super::super) fn results(
    estate: &Estate,
    site: &Site,
    id: &ClusterId,
    of: &Outcome,
    now: Timestamp,
) -> Option<Results> {
    let velero = velero(estate, site, id, now)?;
    let from = "Velero".to_owned();
    if !of.restore {
        let backup = velero
            .backups
            .iter()
            .find(|backup| backup.name == of.name)?;
        let told = "error executing custom action (groupResource=persistentvolumeclaims, \
                    namespace=payments, name=ledger-data): the snapshot quota of the account is \
                    exhausted (SnapshotLimitExceeded)";
        return Some(Results {
            errors: Messages {
                velero: (backup.errors > 0)
                    .then(|| told.to_owned())
                    .into_iter()
                    .collect(),
                ..Messages::default()
            },
            from,
            ..Results::default()
        });
    }
    let restore = velero
        .restores
        .iter()
        .find(|restore| restore.name == of.name)?;
    let namespace = if restore.mapping.is_empty() {
        "shop"
    } else {
        "shop-drill"
    };
    let exists = |kind: &str, name: &str| {
        format!(
            "could not restore, {kind} \"{name}\" already exists. Warning: the in-cluster version \
             is different than the backed-up version"
        )
    };
    let noise = exists("ConfigMap", "kube-root-ca.crt");
    let drill = !restore.mapping.is_empty();
    let warnings = if drill {
        vec![noise]
    } else {
        vec![
            noise,
            exists("ConfigMap", "settings"),
            exists("Deployment", "web"),
            exists("Service", "web"),
        ]
    };
    let effect = |kind: &str, name: &str, effect: &str| {
        (
            kind.to_owned(),
            format!("{namespace}/{name}"),
            effect.to_owned(),
        )
    };
    let differs = if drill { "created" } else { "failed" };
    let same = if drill { "created" } else { "skipped" };
    Some(Results {
        errors: Messages::default(),
        warnings: Messages {
            namespaces: [(namespace.to_owned(), warnings)].into(),
            ..Messages::default()
        },
        effects: Some(Effects {
            objects: vec![
                effect("v1/ConfigMap", "kube-root-ca.crt", "failed"),
                effect("v1/ConfigMap", "settings", differs),
                effect("v1/Secret", "db", same),
                effect("apps/v1/Deployment", "web", differs),
                effect("v1/Service", "web", differs),
                effect("v1/ServiceAccount", "default", "skipped"),
            ],
        }),
        from,
    })
}
