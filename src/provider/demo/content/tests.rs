//! What must be in the world for its screens and tests to have something to show.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use rust_decimal::Decimal;

use super::super::{
    estate::{Environment, Estate, HOME, Purpose, SECOND, Site},
    options::DemoOptions,
};
use super::{balancers, clusters, costs, network, organization, protection, zones};
use crate::model::{
    Organization, Place,
    cost::{CostMetric, CostQuery, Granularity},
    network::{EdgeState, Network, Topology},
    protection::RPO,
};

fn now() -> Timestamp {
    "2026-01-15T10:00:00Z".parse().expect("a moment")
}

fn reference() -> Estate {
    Estate::new(1, DemoOptions::LEAST)
}

fn whole(estate: &Estate) -> Organization {
    let mut whole = Organization::default();
    for page in 0.. {
        let (part, more) = organization::page(estate, page);
        if page == 0 {
            whole = part;
        } else {
            whole.accounts.extend(part.accounts);
        }
        if !more {
            break;
        }
    }
    whole
}

fn places(site: &Site) -> [Place; 2] {
    [HOME, SECOND].map(|region| Place::new(site.id, region))
}

fn networks(estate: &Estate) -> Vec<Network> {
    let read =
        |site: &Site| places(site).map(|place| network::network(estate, site, &place, now()));
    estate.sites.iter().flat_map(read).collect()
}

#[test]
fn the_tree_is_the_reference_architecture() {
    let whole = whole(&reference());
    let mut lines: Vec<String> = whole
        .accounts
        .iter()
        .map(|account| {
            let path = whole.path(account.parent.as_ref().expect("a place"));
            let policies = whole.effective_policies(account);
            let names: BTreeSet<&str> = policies.iter().map(|(one, _)| one.name.as_str()).collect();
            let names = names.into_iter().collect::<Vec<_>>().join(" ");
            format!(
                "{} {path}/{} {}: {names}",
                account.id, account.name, account.status
            )
        })
        .collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @r"
    000000000042 Suspended/sandbox-legacy suspended: DenyRootActions FullAWSAccess QuarantineAll
    111111111111 Environments/Dev/dev-app active: DenyPublicS3 DenyRootActions DevRegions FullAWSAccess
    123456789012 /acme-management active: DenyRootActions FullAWSAccess
    222222222222 Environments/Dev/dev-ml active: DenyPublicS3 DenyRootActions DevRegions FullAWSAccess
    333333333333 Environments/Dev/dev-shared active: DenyPublicS3 DenyRootActions DevRegions FullAWSAccess
    444444444444 Environments/Staging/staging-app active: DenyPublicS3 DenyRootActions FullAWSAccess
    555555555555 Environments/Staging/staging-ml active: DenyPublicS3 DenyRootActions FullAWSAccess
    666666666666 Environments/Staging/staging-shared active: DenyPublicS3 DenyRootActions FullAWSAccess
    777777777777 Environments/Prod/prod-app active: DenyPublicS3 DenyRootActions FullAWSAccess
    888888888888 Environments/Prod/prod-ml active: DenyPublicS3 DenyRootActions FullAWSAccess
    999999999999 Environments/Prod/prod-shared active: DenyPublicS3 DenyRootActions FullAWSAccess
    ");
}

#[test]
fn peerings_are_fine_but_for_the_four_that_are_made_wrong() {
    let networks = networks(&reference());
    let topology = Topology::new(&networks);
    let mut lines: Vec<String> = topology
        .edges
        .iter()
        .filter(|edge| edge.state != EdgeState::Ok)
        .map(|edge| format!("{} is {}", edge.name.as_deref().unwrap_or("?"), edge.state))
        .collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @r"
    dev-shared to dev-ml is pending
    prod-shared to prod-ml is one_way
    staging-shared to prod-shared is black_hole
    staging-shared to staging-legacy is overlap
    ");
    let fine = topology.edges.len() - lines.len();
    assert_eq!(fine, 6);
}

#[test]
fn subnets_lie_in_their_vpc_and_every_id_is_given_out_once() {
    for estate in [reference(), Estate::new(7, 400)] {
        let mut ids = BTreeSet::new();
        for network in networks(&estate) {
            for subnet in &network.subnets {
                let vpc = network.vpcs.iter().find(|vpc| vpc.id == subnet.vpc);
                let block = vpc.expect("its VPC").cidrs[0];
                assert!(
                    block.contains(&subnet.cidrs[0]),
                    "{block} {:?}",
                    subnet.cidrs
                );
                assert!(ids.insert(subnet.id.to_string()), "{} twice", subnet.id);
            }
            for vpc in &network.vpcs {
                assert!(ids.insert(vpc.id.to_string()), "{} twice", vpc.id);
            }
            for table in &network.route_tables {
                assert!(ids.insert(table.id.to_string()), "{} twice", table.id);
            }
        }
    }
}

#[test]
fn ten_thousand_accounts_can_all_be_read_and_the_same_seed_gives_the_same() {
    let estate = Estate::new(3, DemoOptions::MOST);
    let organization = whole(&estate);
    assert_eq!(organization.accounts.len(), 10_000);
    let ids: BTreeSet<_> = organization.accounts.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), 10_000);
    let names: BTreeSet<_> = organization.accounts.iter().map(|one| &one.name).collect();
    assert_eq!(names.len(), 10_000);
    for account in &organization.accounts {
        let parent = account.parent.as_ref().expect("a place");
        assert!(
            organization.unit(parent).is_some(),
            "{} hangs nowhere",
            account.name
        );
    }
    for site in estate.sites.iter().step_by(37).chain(estate.sites.last()) {
        for place in places(site) {
            let read = || {
                (
                    network::network(&estate, site, &place, now()),
                    clusters::clusters(&estate, site, &place, now(), false),
                    protection::protection(&estate, site, &place, now()),
                    balancers::balancers(&estate, site, &place),
                    zones::zones(&estate, site),
                )
            };
            assert_eq!(read(), read());
        }
    }
    let other = whole(&Estate::new(4, DemoOptions::MOST));
    assert_ne!(organization, other);
}

fn query(granularity: Granularity, from: Date, until: Date) -> CostQuery {
    CostQuery {
        metric: CostMetric::Unblended,
        granularity,
        from,
        until,
    }
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

#[test]
fn months_are_the_sum_of_their_days_and_a_day_that_is_over_stays_the_same() {
    for estate in [reference(), Estate::new(1, 40)] {
        for metric in [CostMetric::Unblended, CostMetric::NetAmortized] {
            let total = |granularity, from: &str, until: &str, now: Timestamp| {
                let query = CostQuery {
                    metric,
                    ..query(granularity, date(from), date(until))
                };
                costs::report(&estate, query, now).total()
            };
            let (daily, monthly) = (Granularity::Daily, Granularity::Monthly);
            let (from, until) = ("2025-12-01", "2026-01-15");
            assert_eq!(
                total(daily, from, until, now()),
                total(monthly, from, until, now())
            );
            let later = now() + SignedDuration::from_hours(24 * 3);
            let (from, until) = ("2025-11-01", "2025-12-01");
            let before = total(daily, from, until, now());
            assert_eq!(before, total(daily, from, until, later));
            assert!(before > Decimal::ZERO);
        }
    }
}

#[test]
fn costs_end_yesterday_and_the_last_days_are_estimated() {
    let query = query(Granularity::Daily, date("2025-12-20"), date("2026-02-01"));
    let report = costs::report(&reference(), query, now());
    let last = report.rows.iter().map(|row| row.start).max();
    assert_eq!(last, Some(date("2026-01-14")));
    let estimated = |day: &str| {
        let day = date(day);
        report
            .rows
            .iter()
            .filter(|row| row.start == day)
            .all(|row| row.estimated)
    };
    assert!(estimated("2026-01-14"));
    assert!(!estimated("2025-12-24"));
}

#[test]
fn the_anomaly_is_in_the_bill_as_large_as_it_is_told() {
    let estate = reference();
    let [anomaly] = &costs::anomalies(&estate, now())[..] else {
        panic!("one anomaly");
    };
    let account = estate.reference(Environment::Prod, Purpose::Ml).id;
    assert_eq!(anomaly.account, Some(account));
    let compute = |from: Date| {
        let query = query(Granularity::Daily, from, from.saturating_add(7.days()));
        let report = costs::report(&estate, query, now());
        let mine = report
            .rows
            .iter()
            .filter(|row| row.account == account && Some(&row.service) == anomaly.service.as_ref());
        mine.map(|row| row.amount).sum::<Decimal>()
    };
    let rise = compute(anomaly.start) - compute(anomaly.start.saturating_sub(7.days()));
    // Seven of its days are nearly seven ninths of it, whatever else the week was like.
    let share = rise / anomaly.impact;
    assert!(
        share > Decimal::new(65, 2) && share < Decimal::new(95, 2),
        "{share}"
    );
}

#[test]
fn one_budget_is_going_to_be_broken_at_whatever_day_of_the_month() {
    let estate = reference();
    for day in ["2026-01-10", "2026-01-20", "2026-02-27", "2026-11-24"] {
        let now: Timestamp = format!("{day}T10:00:00Z").parse().expect("a moment");
        let mut lines = Vec::new();
        for site in &estate.sites {
            for budget in costs::budgets(&estate, site, now) {
                let forecast = budget.forecast.expect("a forecast");
                let percent = forecast * Decimal::ONE_HUNDRED / budget.limit;
                lines.push((budget.name, percent.round()));
            }
        }
        let over: Vec<_> = lines
            .iter()
            .filter(|(_, percent)| *percent > Decimal::ONE_HUNDRED)
            .collect();
        assert_eq!(over.len(), 1, "{day}: {lines:?}");
        assert_eq!(over[0].0, "ml-gpu");
    }
}

#[test]
fn one_backup_of_production_is_past_its_objective_and_the_others_are_not() {
    let estate = reference();
    for minutes in [0, 12, 13, 14, 47, 125, 600] {
        let now = now() + SignedDuration::from_mins(minutes);
        let mut late = BTreeSet::new();
        for purpose in [Purpose::App, Purpose::Ml] {
            let site = estate.reference(Environment::Prod, purpose);
            let place = Place::new(site.id, HOME);
            let found = protection::protection(&estate, site, &place, now);
            let mut newest = BTreeMap::new();
            for point in &found.recovery_points {
                let last = newest.entry(&point.resource).or_insert(point.created);
                *last = point.created.max(*last);
            }
            for database in &found.databases {
                let restorable = database.latest_restorable.expect("continuous backup");
                let last = newest[&database.arn].max(restorable);
                newest.insert(&database.arn, last);
            }
            for (resource, last) in newest {
                assert!(last <= now);
                if now.duration_since(last) > RPO {
                    late.insert(resource.to_string());
                }
            }
            for job in found.jobs.iter().filter(|job| job.state == "FAILED") {
                assert!(job.message.is_some());
                assert!(late.contains(job.resource.as_str()), "{}", job.resource);
            }
        }
        let late: Vec<String> = late.into_iter().collect();
        assert_eq!(late.len(), 1, "{minutes} min: {late:?}");
        assert!(late[0].ends_with(":cluster:checkout-aurora"), "{late:?}");
    }
}

#[test]
fn six_clusters_hold_a_pool_that_is_short() {
    let estate = reference();
    let all: Vec<_> = estate
        .sites
        .iter()
        .flat_map(|site| {
            clusters::clusters(&estate, site, &Place::new(site.id, HOME), now(), false)
        })
        .collect();
    assert_eq!(all.len(), 6);
    let pools: Vec<_> = all.iter().flat_map(|cluster| &cluster.pools).collect();
    let short: Vec<_> = pools.iter().filter(|pool| pool.short_of() > 0).collect();
    assert_eq!(short.len(), 1);
    assert_eq!((short[0].short_of(), short[0].gpus_now()), (2, 16));
    assert!(short[0].issues[0].starts_with("InsufficientInstanceCapacity"));
    for pool in &pools {
        assert!(
            pool.min <= pool.desired && pool.desired <= pool.max,
            "{}",
            pool.name
        );
    }
}

#[test]
fn a_region_without_capacity_runs_no_gpu() {
    let estate = reference();
    let site = estate.reference(Environment::Prod, Purpose::Ml);
    let found = clusters::clusters(&estate, site, &Place::new(site.id, HOME), now(), true);
    assert_eq!(found[0].gpus_now(), 0);
    assert_eq!(found[0].pools[0].running, Some(4));
}

#[test]
fn every_name_of_the_zones_leads_to_a_load_balancer_that_is_there() {
    let estate = reference();
    let mut names = BTreeSet::new();
    for site in &estate.sites {
        for place in places(site) {
            let found = balancers::balancers(&estate, site, &place);
            names.extend(
                found
                    .balancers
                    .into_iter()
                    .map(|one| format!("{}.", one.dns_name)),
            );
        }
    }
    for site in &estate.sites {
        for zone in zones::zones(&estate, site).zones {
            for record in &zone.records {
                let aliases = record.alias.iter().map(|alias| &alias.name);
                for target in aliases.chain(&record.values) {
                    if target.contains(".elb.") {
                        assert!(names.contains(target), "{} leads to {target}", record.name);
                    }
                }
            }
        }
    }
    assert_eq!(names.len(), 14);
}
