use std::{os::unix::fs::PermissionsExt, sync::Arc};

use jiff::ToSpan;
use rusqlite::Connection;
use rust_decimal::Decimal;

use super::*;
use crate::{
    config::settings::Cost,
    inventory::{
        Inventory,
        fixture::{self, id},
    },
    model::{
        Place,
        network::{Network, Vpc},
    },
};

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn network(account: usize) -> (Query, Loaded) {
    let place = Place::new(id(account), "eu-west-1");
    let vpc = Vpc {
        id: format!("vpc-{account}").into(),
        name: Some("app".into()),
        cidrs: vec![
            "10.1.0.0/16".parse().expect("a block"),
            "fd00::/56".parse().expect("a block"),
        ],
        state: "available".into(),
        default: false,
        owner: id(account),
        dns_support: None,
        dns_hostnames: None,
        tags: [("stage".to_owned(), "dev".to_owned())].into(),
    };
    let network = Network {
        vpcs: vec![vpc],
        ..Network::empty(place.clone())
    };
    (Query::Network(place), Loaded::Network(Arc::new(network)))
}

fn recalled(cache: &Cache) -> Inventory {
    let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
    cache.recall_all(events);
    let mut inventory = Inventory::default();
    while let Some(event) = told.blocking_recv() {
        if event == Event::Recalled {
            break;
        }
        inventory.take(&event);
    }
    inventory
}

#[test]
fn what_was_read_is_there_again_with_its_time_and_its_file_is_private() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("o-1/cache.sqlite");
    let at = moment("2026-03-01T10:00:00.000001Z");
    let (query, loaded) = network(1);
    let organization = Loaded::Organization(fixture::organization(3).into());
    {
        let (cache, opened) = Cache::open(&file).expect("opens");
        assert!(opened.head.is_none());
        cache.store(&query, &loaded, at);
        cache.store(&Query::Organization, &organization, at);
        assert!(cache.flush() >= 2);
    }
    let (cache, opened) = Cache::open(&file).expect("opens again");
    let inventory = recalled(&cache);
    assert_eq!(
        inventory.organization.value().map(|all| all.accounts.len()),
        Some(3)
    );
    let Query::Network(place) = &query else {
        unreachable!()
    };
    let Loaded::Network(network) = &loaded else {
        unreachable!()
    };
    assert_eq!(inventory.networks[place].value(), Some(network));
    assert_eq!(inventory.networks[place].read_at(), Some(at));
    assert!(opened.head.is_some());
    let mode = file.metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn reading_again_what_is_the_same_writes_nothing_until_its_time_is_stale() {
    let home = tempfile::tempdir().expect("a folder");
    let (cache, _) = Cache::open(&home.path().join("cache.sqlite")).expect("opens");
    let at = moment("2026-03-01T10:00:00Z");
    let store_all = |at| {
        for account in 1..=50 {
            let (query, loaded) = network(account);
            cache.store(&query, &loaded, at);
        }
        cache.flush()
    };
    assert_eq!(store_all(at), 50);
    assert_eq!(store_all(at + 1.minute()), 50, "no row was written");
    assert_eq!(store_all(at + 20.minutes()), 100, "only the times");
    let (query, _) = network(1);
    let (_, other) = network(2);
    cache.store(&query, &other, at + 21.minutes());
    assert_eq!(cache.flush(), 101);
}

#[test]
fn the_head_is_small_holds_the_units_and_gives_way_to_the_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("cache.sqlite");
    {
        let (cache, _) = Cache::open(&file).expect("opens");
        let organization = Loaded::Organization(fixture::organization(10_000).into());
        cache.store(
            &Query::Organization,
            &organization,
            moment("2026-03-01T10:00:00Z"),
        );
        assert_eq!(cache.flush(), 2);
    }
    let (cache, opened) = Cache::open(&file).expect("opens again");
    let mut inventory = Inventory::default();
    assert!(inventory.take(&opened.head.expect("kept")));
    let shown = inventory.organization.value().expect("shown");
    assert_eq!((shown.units.len(), shown.accounts.len()), (4, 200));
    let prod = |unit: &Option<crate::model::UnitId>| {
        unit.as_ref().is_some_and(|id| id.as_str() == "ou-prod")
    };
    assert!(
        shown.accounts.iter().all(|account| prod(&account.parent)),
        "the first unit's come first"
    );
    let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
    cache.recall_all(events);
    assert!(inventory.take(&told.blocking_recv().expect("the whole")));
    assert_eq!(
        inventory.organization.value().map(|all| all.accounts.len()),
        Some(10_000)
    );
}

#[test]
fn accounts_that_have_left_are_forgotten() {
    let home = tempfile::tempdir().expect("a folder");
    let (cache, _) = Cache::open(&home.path().join("cache.sqlite")).expect("opens");
    let at = moment("2026-03-01T10:00:00Z");
    for account in [1, 9] {
        let (query, loaded) = network(account);
        cache.store(&query, &loaded, at);
    }
    let organization = Loaded::Organization(fixture::organization(3).into());
    cache.store(&Query::Organization, &organization, at);
    let accounts: Vec<_> = recalled(&cache)
        .networks
        .keys()
        .map(|place| place.account)
        .collect();
    assert_eq!(accounts, [id(1)]);
}

#[test]
fn a_broken_file_is_moved_aside_and_said_so() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("cache.sqlite");
    std::fs::write(
        &file,
        "this is no database, however long one looks at it. ".repeat(100),
    )
    .expect("written");
    let (cache, opened) = Cache::open(&file).expect("a new one");
    let notice = opened.notice.expect("said so");
    assert!(
        notice.contains("unreadable") && notice.contains("broken-"),
        "{notice}"
    );
    let (query, loaded) = network(1);
    cache.store(&query, &loaded, moment("2026-03-01T10:00:00Z"));
    assert_eq!(cache.flush(), 1);
    let kept = std::fs::read_dir(home.path()).expect("a folder");
    let aside = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().contains("broken-");
    assert_eq!(
        kept.filter_map(Result::ok).filter(aside).count(),
        1,
        "nothing was deleted"
    );
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("cache.sqlite");
    let (query, loaded) = network(1);
    let at = moment("2026-03-01T10:00:00Z");
    {
        let (cache, _) = Cache::open(&file).expect("opens");
        cache.store(&query, &loaded, at);
        assert_eq!(cache.flush(), 1);
    }
    {
        let old = Connection::open(&file).expect("opens");
        old.execute_batch("DROP TABLE head; PRAGMA user_version = 1;")
            .expect("as it was");
    }
    let (cache, _) = Cache::open(&file).expect("migrates");
    assert_eq!(
        recalled(&cache).networks.len(),
        1,
        "what was kept is still there"
    );
    let organization = Loaded::Organization(fixture::organization(3).into());
    cache.store(&Query::Organization, &organization, at);
    assert_eq!(cache.flush(), 2);
}

#[test]
fn what_another_build_or_a_newer_one_kept_is_forgotten_not_misread() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("cache.sqlite");
    for spoil in [
        "UPDATE format SET fingerprint = 1",
        "PRAGMA user_version = 99",
    ] {
        {
            let (cache, _) = Cache::open(&file).expect("opens");
            let (query, loaded) = network(1);
            cache.store(&query, &loaded, moment("2026-03-01T10:00:00Z"));
            assert_eq!(cache.flush(), 1);
        }
        Connection::open(&file)
            .expect("opens")
            .execute_batch(spoil)
            .expect("spoilt");
        let (cache, _) = Cache::open(&file).expect("opens all the same");
        assert!(recalled(&cache).networks.is_empty(), "{spoil}");
    }
}

#[test]
fn the_caps_hold_over_decks_days_and_months() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("samples.sqlite");
    let cost = Cost {
        ce_daily_budget_usd: Decimal::new(3, 2),
        ce_monthly_budget_usd: Decimal::new(5, 2),
        ..Cost::default()
    };
    let (one, other) = (Meter::open(&file, &cost), Meter::open(&file, &cost));
    assert_eq!(one.notice, None);
    let day = |text: &str| text.parse().expect("a day");
    assert_eq!(one.spend(2, day("2026-03-30")), Ok(()));
    assert_eq!(other.spend(1, day("2026-03-30")), Ok(()));
    let refused = one.spend(1, day("2026-03-30")).expect_err("the day's cap");
    assert!(refused.hint().contains("ce_daily_budget_usd"));
    assert_eq!(one.spend(2, day("2026-03-31")), Ok(()), "a new day");
    let refused = other
        .spend(1, day("2026-03-31"))
        .expect_err("the month's cap");
    assert!(refused.hint().contains("ce_monthly_budget_usd"));
    assert_eq!(other.spend(1, day("2026-04-01")), Ok(()), "a new month");
    other.add(7, day("2026-04-01"));
    let spent = one.spent(day("2026-04-01")).expect("counted");
    assert_eq!(
        spent.this_month,
        Decimal::new(8, 2),
        "pages count even beyond the cap"
    );
}

#[test]
fn a_meter_that_cannot_be_kept_still_counts_and_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("taken");
    std::fs::write(&file, "").expect("written");
    let meter = Meter::open(&file.join("samples.sqlite"), &Cost::default());
    assert!(
        meter
            .notice
            .as_deref()
            .is_some_and(|notice| notice.contains("this session only"))
    );
    let day = "2026-03-30".parse().expect("a day");
    assert_eq!(meter.spend(50, day), Ok(()));
    assert!(meter.spend(1, day).is_err());
}

#[test]
fn what_is_read_before_the_organization_is_known_is_kept_once_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("o-1/cache.sqlite");
    let at = moment("2026-03-01T10:00:00Z");
    let (query, loaded) = network(1);
    let cache = Cache::waiting().expect("a thread");
    cache.store(&query, &loaded, at);
    assert_eq!(cache.flush(), 0);
    assert!(recalled(&cache).networks.is_empty());
    cache.place(&file);
    assert!(cache.flush() >= 1);
    assert_eq!(recalled(&cache).networks.len(), 1);
}

#[test]
fn what_was_paid_before_the_organization_is_known_counts_for_it() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("samples.sqlite");
    let day = moment("2026-03-01T10:00:00Z")
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let before = Meter::open(&file, &Cost::default());
    before.spend(2, day).expect("within the caps");
    let meter = Meter::in_memory(&Cost::default());
    meter.spend(3, day).expect("within the caps");
    meter.place(&file).expect("a file");
    let spent = meter.spent(day).expect("counted");
    assert_eq!(spent.today, Decimal::new(5, 2));
    assert_eq!(
        before.spent(day).expect("counted").today,
        Decimal::new(5, 2)
    );
    assert_eq!(meter.caps().today, Decimal::new(50, 2));
}
