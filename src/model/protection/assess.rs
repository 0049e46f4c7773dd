//! What is protected: for each thing that holds data, the last good copy, where copies are, and
//! how far that falls short of what is wanted.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::{BackupJob, Bucket, Database, DatabaseKind, Protection};
use crate::model::{Arn, Health, Place, State, Tags};

/// What a thing's copies have to achieve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// The most that may be lost.
    pub rpo: SignedDuration,
    /// Whether a copy has to be outside of its region.
    pub elsewhere: bool,
    /// How bad it is to have no copy at all.
    pub without: State,
}

/// A thing that holds data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    pub place: Place,
    pub arn: Arn,
    pub name: String,
    /// `database`, `database cluster`, `bucket`, or AWS Backup's own word: `EFS`, `EBS`, …
    pub kind: String,
    /// The newest moment that can be brought back.
    pub last_good: Option<Timestamp>,
    pub objective: Objective,
    /// Other regions or accounts that hold a copy.
    pub copies: BTreeSet<Place>,
    /// A standby takes over in another zone without a restore.
    pub standby: bool,
    pub health: Health,
    pub tags: Tags,
}

/// Looks at everything together, because copies lie in other places than what they are of.
pub fn assess(
    all: &[&Protection],
    now: Timestamp,
    objective: impl Fn(&Place, &Tags) -> Objective,
) -> Vec<Protected> {
    let evidence = Evidence::new(all);
    let mut found = Vec::new();
    let mut known: HashSet<&Arn> = HashSet::new();
    for protection in all {
        let members: HashSet<&str> = protection
            .databases
            .iter()
            .flat_map(|database| &database.members)
            .map(|member| member.id.as_str())
            .collect();
        for database in &protection.databases {
            known.insert(&database.arn);
            // Members are restored with their cluster, copies from their source.
            if members.contains(database.id.as_str()) || database.is_copy() {
                continue;
            }
            let wanted = objective(&protection.place, &database.tags);
            found.push(of_database(&evidence, protection, database, wanted, now));
        }
        for bucket in &protection.buckets {
            known.insert(&bucket.arn);
            let wanted = objective(&protection.place, &bucket.tags);
            found.push(of_bucket(&evidence, protection, bucket, wanted, now));
        }
    }
    for (arn, backups) in &evidence.backups {
        if known.contains(arn) {
            continue;
        }
        let Some(place) = backups.home(arn) else {
            continue;
        };
        let objective = objective(&place, &Tags::new());
        let (last_good, copies) = (backups.newest, backups.copies(&place));
        let health = judge(last_good, &copies, backups.job, objective, &place, now);
        found.push(Protected {
            name: name(arn),
            kind: backups.kind.to_string(),
            arn: (*arn).clone(),
            place,
            last_good,
            objective,
            copies,
            standby: false,
            health,
            tags: Tags::new(),
        });
    }
    found
}

/// What AWS Backup has of one resource.
#[derive(Default)]
struct Backups<'a> {
    kind: &'a str,
    newest: Option<Timestamp>,
    places: BTreeSet<&'a Place>,
    /// The newest job.
    job: Option<&'a BackupJob>,
}

struct Evidence<'a> {
    backups: BTreeMap<&'a Arn, Backups<'a>>,
    /// Good snapshots of databases, by the database's id.
    snapshots: HashMap<&'a str, Vec<(&'a Place, &'a super::DatabaseSnapshot)>>,
    /// Replicas by their source: its id, or its ARN from another region.
    replicas: HashMap<&'a str, Vec<&'a Place>>,
    /// Where buckets are: their ARNs do not tell.
    buckets: HashMap<&'a Arn, &'a Place>,
    /// Buckets that others are replicated to.
    targets: HashSet<&'a Arn>,
}

impl<'a> Evidence<'a> {
    fn new(all: &[&'a Protection]) -> Self {
        let mut evidence = Self {
            backups: BTreeMap::new(),
            snapshots: HashMap::new(),
            replicas: HashMap::new(),
            buckets: HashMap::new(),
            targets: HashSet::new(),
        };
        for protection in all {
            let place = &protection.place;
            for point in &protection.recovery_points {
                let backups = evidence.backups.entry(&point.resource).or_default();
                backups.kind = &point.resource_type;
                if point.status == "COMPLETED" {
                    backups.newest = backups.newest.max(Some(point.created));
                    backups.places.insert(place);
                }
            }
            for job in &protection.jobs {
                let backups = evidence.backups.entry(&job.resource).or_default();
                backups.kind = &job.resource_type;
                if backups
                    .job
                    .is_none_or(|newest| newest.created < job.created)
                {
                    backups.job = Some(job);
                }
            }
            for snapshot in &protection.snapshots {
                if snapshot.status == "available" {
                    let of = evidence.snapshots.entry(&snapshot.database).or_default();
                    of.push((place, snapshot));
                }
            }
            for bucket in &protection.buckets {
                evidence.buckets.insert(&bucket.arn, place);
                evidence.targets.extend(bucket.replicas.iter().flatten());
            }
            for database in &protection.databases {
                if let Some(source) = &database.replica_of {
                    evidence.replicas.entry(source).or_default().push(place);
                }
            }
        }
        evidence
    }
}

impl Backups<'_> {
    fn copies(&self, home: &Place) -> BTreeSet<Place> {
        let other = |place: &&&Place| **place != home;
        self.places
            .iter()
            .filter(other)
            .map(|&place| place.clone())
            .collect()
    }

    /// Where the resource itself is: its ARN tells, else the first place with a copy.
    fn home(&self, arn: &Arn) -> Option<Place> {
        let region = arn
            .as_str()
            .split(':')
            .nth(3)
            .filter(|text| !text.is_empty());
        match (arn.account(), region) {
            (Some(account), Some(region)) => Some(Place::new(account, region)),
            _ => self.places.first().map(|&place| place.clone()),
        }
    }
}

fn of_database(
    evidence: &Evidence<'_>,
    protection: &Protection,
    database: &Database,
    objective: Objective,
    now: Timestamp,
) -> Protected {
    let place = &protection.place;
    let backups = evidence.backups.get(&database.arn);
    let mut last_good = database
        .latest_restorable
        .max(backups.and_then(|all| all.newest));
    let mut copies = backups.map(|all| all.copies(place)).unwrap_or_default();
    let snapshots = evidence.snapshots.get(database.id.as_str());
    for (at, snapshot) in snapshots.into_iter().flatten() {
        let is_copy = snapshot.copied_from.as_ref() == Some(&place.region);
        if *at == place {
            last_good = last_good.max(snapshot.created);
        } else if is_copy && at.account == place.account {
            last_good = last_good.max(snapshot.created);
            copies.insert((*at).clone());
        }
    }
    for source in [database.id.as_str(), database.arn.as_str()] {
        let replicas = evidence.replicas.get(source).into_iter().flatten();
        // An id alone is unique in its account and region only.
        let far = replicas.filter(|at| **at != place && source == database.arn.as_str());
        copies.extend(far.map(|&at| at.clone()));
    }
    let health = if last_good.is_none() && database.backup_retention_days == 0 {
        unless_unknown(
            protection,
            objective.without,
            "automated backups are off and there is no snapshot",
        )
    } else if last_good.is_none() {
        unless_unknown(protection, objective.without, "there is no backup yet")
    } else {
        let job = backups.and_then(|all| all.job);
        judge(last_good, &copies, job, objective, place, now)
    };
    Protected {
        place: place.clone(),
        arn: database.arn.clone(),
        name: database.id.clone(),
        kind: match database.kind {
            DatabaseKind::Instance => "database".into(),
            DatabaseKind::Cluster => "database cluster".into(),
        },
        last_good,
        objective,
        copies,
        standby: database.multi_az,
        health,
        tags: database.tags.clone(),
    }
}

fn of_bucket(
    evidence: &Evidence<'_>,
    protection: &Protection,
    bucket: &Bucket,
    mut objective: Objective,
    now: Timestamp,
) -> Protected {
    let place = &protection.place;
    // It is the copy elsewhere of another.
    objective.elsewhere &= !evidence.targets.contains(&bucket.arn);
    let backups = evidence.backups.get(&bucket.arn);
    let mut copies = backups.map(|all| all.copies(place)).unwrap_or_default();
    let replicas = bucket.replicas.iter().flatten();
    copies.extend(
        replicas
            .filter_map(|arn| evidence.buckets.get(arn))
            .filter(|at| **at != place)
            .map(|&at| at.clone()),
    );
    let replicated = bucket.replicas.as_ref().is_some_and(|to| !to.is_empty());
    // Every version is kept from the moment it is written.
    let continuous = bucket.versioning == Some(true) || replicated;
    let last_good = if continuous {
        Some(now)
    } else {
        backups.and_then(|all| all.newest)
    };
    let health = match (last_good, bucket.versioning) {
        (None, None) => Health::new(State::Unknown, "its versioning could not be read"),
        (None, Some(_)) => Health::new(State::Warning, "neither versioned nor replicated"),
        // Where a replica's own place is not in view, replication still leaves the bucket.
        (Some(_), _) if replicated => Health::ok(),
        (Some(_), _) => {
            let job = backups.and_then(|all| all.job);
            judge(last_good, &copies, job, objective, place, now)
        }
    };
    Protected {
        place: place.clone(),
        arn: bucket.arn.clone(),
        name: bucket.name.clone(),
        kind: "bucket".into(),
        last_good,
        objective,
        copies,
        standby: false,
        health,
        tags: bucket.tags.clone(),
    }
}

/// "There is none" can only be said where everything could be asked.
fn unless_unknown(protection: &Protection, without: State, reason: &str) -> Health {
    match protection.gaps.first() {
        Some(gap) => Health::new(
            State::Unknown,
            format!("not all of its backups could be asked for: {gap}"),
        ),
        None => Health::new(without, reason),
    }
}

fn judge(
    last_good: Option<Timestamp>,
    copies: &BTreeSet<Place>,
    job: Option<&BackupJob>,
    objective: Objective,
    place: &Place,
    now: Timestamp,
) -> Health {
    let failed = job.filter(|job| matches!(job.state.as_str(), "FAILED" | "ABORTED" | "EXPIRED"));
    if let Some(job) = failed {
        let why = job
            .message
            .as_deref()
            .unwrap_or("AWS Backup gives no reason");
        let reason = format!(
            "the backup of {} {}: {why}",
            coarse(now.duration_since(job.created)),
            job.state.to_lowercase()
        );
        return Health::new(State::Failed, reason);
    }
    let Some(last_good) = last_good else {
        return Health::new(objective.without, "no copy of it can be brought back");
    };
    let old = now.duration_since(last_good);
    if old > objective.rpo {
        let reason = format!(
            "the last good copy is {} old, wanted is {}",
            length(old),
            length(objective.rpo)
        );
        return Health::new(State::Warning, reason);
    }
    let outside = copies.iter().any(|copy| copy.region != place.region);
    if objective.elsewhere && !outside {
        let reason = format!("all copies are in {}", place.region);
        return Health::new(State::Warning, reason);
    }
    Health::ok()
}

fn coarse(ago: SignedDuration) -> String {
    format!("{} ago", length(ago))
}

/// `45 min`, `26 h`, `9 d`
#[must_use]
pub fn length(span: SignedDuration) -> String {
    match span.as_mins() {
        minutes @ ..120 => format!("{minutes} min"),
        minutes @ 120..5_760 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1_440),
    }
}

/// What an ARN is called: the last part of it.
fn name(arn: &Arn) -> String {
    let last = arn.as_str().rsplit([':', '/']).next();
    last.unwrap_or(arn.as_str()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Gap, Region, Trouble, TroubleKind,
        protection::{DatabaseSnapshot, RPO, RecoveryPoint},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn ago(hours: i64) -> Timestamp {
        NOW - SignedDuration::from_hours(hours)
    }

    fn empty(region: &str) -> Protection {
        Protection {
            place: Place::new("111122223333".parse().expect("twelve digits"), region),
            databases: Vec::new(),
            snapshots: Vec::new(),
            vaults: Vec::new(),
            plans: Vec::new(),
            recovery_points: Vec::new(),
            jobs: Vec::new(),
            buckets: Vec::new(),
            gaps: Vec::new(),
        }
    }

    fn with_database() -> Protection {
        let mut protection = empty("eu-west-1");
        let arn = "arn:aws:rds:eu-west-1:111122223333:db:orders";
        protection.databases.push(Database {
            engine: "postgres".into(),
            engine_version: "17.2".into(),
            multi_az: true,
            backup_retention_days: 7,
            latest_restorable: Some(ago(0)),
            deletion_protection: true,
            encrypted: true,
            ..Database::named(DatabaseKind::Instance, "orders", arn.into())
        });
        protection
    }

    fn look(all: &[&Protection], elsewhere: bool) -> Protected {
        let objective = Objective {
            rpo: RPO,
            elsewhere,
            without: State::Failed,
        };
        let mut found = assess(all, NOW, |_, _| objective);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn a_database_within_its_objective_is_well() {
        assert_eq!(look(&[&with_database()], false).health, Health::ok());
    }

    #[test]
    fn an_old_copy_says_how_old_and_what_is_wanted() {
        let mut protection = with_database();
        protection.databases[0].latest_restorable = Some(ago(26));
        let health = look(&[&protection], false).health;
        insta::assert_snapshot!(
            format!("{}: {}", health.state, health.reason),
            @"warning: the last good copy is 26 h old, wanted is 60 min"
        );
    }

    #[test]
    fn a_failed_job_outweighs_an_older_good_copy() {
        let mut protection = with_database();
        protection.jobs.push(BackupJob {
            id: "j".into(),
            resource: protection.databases[0].arn.clone(),
            resource_type: "RDS".into(),
            state: "FAILED".into(),
            message: Some("vault is locked".into()),
            created: ago(8),
            completed: None,
        });
        let health = look(&[&protection], false).health;
        insta::assert_snapshot!(
            format!("{}: {}", health.state, health.reason),
            @"failed: the backup of 8 h ago failed: vault is locked"
        );
    }

    #[test]
    fn a_snapshot_copied_to_another_region_is_a_copy_elsewhere() {
        let home = with_database();
        assert_eq!(
            look(&[&home], true).health.reason,
            "all copies are in eu-west-1"
        );
        let mut away = empty("eu-central-1");
        let arn = "arn:aws:rds:eu-central-1:111122223333:snapshot:s";
        away.snapshots.push(DatabaseSnapshot {
            created: Some(ago(1)),
            encrypted: true,
            copied_from: Some(Region::from("eu-west-1")),
            ..DatabaseSnapshot::named(DatabaseKind::Instance, "s", arn.into(), "orders")
        });
        let seen = look(&[&home, &away], true);
        assert_eq!(seen.health, Health::ok());
        assert_eq!(seen.copies.len(), 1);
    }

    #[test]
    fn no_backup_is_a_fault_only_where_everything_could_be_asked() {
        let mut protection = with_database();
        protection.databases[0].latest_restorable = None;
        protection.databases[0].backup_retention_days = 0;
        assert_eq!(look(&[&protection], false).health.state, State::Failed);
        protection.gaps.push(Gap {
            action: "backup:ListBackupJobs".into(),
            trouble: Trouble {
                kind: TroubleKind::Denied,
                message: "no".into(),
                hint: None,
            },
        });
        assert_eq!(look(&[&protection], false).health.state, State::Unknown);
    }

    #[test]
    fn what_only_aws_backup_knows_is_listed_where_its_arn_says() {
        let mut away = empty("eu-central-1");
        away.recovery_points.push(RecoveryPoint {
            arn: "arn:aws:backup:eu-central-1:111122223333:recovery-point:1".into(),
            vault: "dr".into(),
            resource: "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1".into(),
            resource_type: "EFS".into(),
            status: "COMPLETED".into(),
            created: ago(0),
            size_bytes: None,
        });
        let seen = look(&[&away], true);
        assert_eq!((seen.name.as_str(), seen.kind.as_str()), ("fs-1", "EFS"));
        assert_eq!(seen.place.region, Region::from("eu-west-1"));
        assert_eq!(seen.health, Health::ok());
    }

    #[test]
    fn a_bucket_without_versions_or_replicas_is_a_warning() {
        let mut protection = empty("eu-west-1");
        protection.buckets.push(Bucket {
            name: "assets".into(),
            arn: "arn:aws:s3:::assets".into(),
            versioning: Some(false),
            replicas: Some(Vec::new()),
            tags: Tags::new(),
        });
        assert_eq!(look(&[&protection], false).health.state, State::Warning);
        protection.buckets[0].versioning = Some(true);
        assert_eq!(look(&[&protection], false).health, Health::ok());
    }
}
