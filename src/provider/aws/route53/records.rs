//! Records between Route 53's shape and the model's, both ways and without loss.

use aws_sdk_route53::types::{
    AliasTarget as SdkAlias, HostedZone as SdkZone, ResourceRecord, ResourceRecordSet,
    ResourceRecordSetFailover, ResourceRecordSetRegion, RrType,
};

use super::Route53;
use crate::{
    model::{
        HostedZoneId,
        traffic::{AliasTarget, HostedZone, Record, Routing},
    },
    provider::Result,
};

/// Records in one answer; Route 53 gives no more.
const PAGE: i32 = 300;

/// Reads all records of a zone, or those of one name and type.
pub(super) async fn list(
    route53: &Route53,
    zone: &HostedZoneId,
    only: Option<(&str, &str)>,
) -> Result<Vec<Record>> {
    let call = route53.call("ListResourceRecordSets");
    let mut records = Vec::new();
    let mut next = only.map(|(name, kind)| (name.to_owned(), RrType::from(kind), None));
    loop {
        let (name, kind, identifier) = match next {
            Some((name, kind, identifier)) => (Some(name), Some(kind), identifier),
            None => (None, None, None),
        };
        let page = route53
            .client
            .list_resource_record_sets()
            .hosted_zone_id(zone.as_str())
            .max_items(PAGE)
            .set_start_record_name(name)
            .set_start_record_type(kind)
            .set_start_record_identifier(identifier)
            .send()
            .await
            .map_err(|error| call.error(error))?;
        let before = records.len();
        let found = page.resource_record_sets.iter().map(read);
        // Records stand in the order of name and type, so the group ends at the first other one.
        let wanted = |record: &Record| only.is_none_or(|only| is_of(record, only));
        let of_page = page.resource_record_sets.len();
        records.extend(found.take_while(wanted));
        let ended = records.len() - before < of_page;
        next = match (page.next_record_name, page.next_record_type) {
            (Some(name), Some(kind)) if page.is_truncated && !ended => {
                Some((name, kind, page.next_record_identifier))
            }
            _ => return Ok(records),
        };
    }
}

fn is_of(record: &Record, (name, kind): (&str, &str)) -> bool {
    record.name.eq_ignore_ascii_case(name) && record.kind == kind
}

pub(super) fn zone(id: HostedZoneId, zone: SdkZone, records: Vec<Record>) -> HostedZone {
    let config = zone.config;
    let private = config.as_ref().is_some_and(|config| config.private_zone);
    let own = |record: &&Record| record.kind == "NS" && record.name == zone.name && !private;
    let name_servers = records.iter().find(own).map(|record| record.values.clone());
    HostedZone {
        id,
        private,
        comment: config
            .and_then(|config| config.comment)
            .filter(|comment| !comment.is_empty()),
        name_servers: name_servers.unwrap_or_default(),
        name: zone.name,
        records,
    }
}

fn read(set: &ResourceRecordSet) -> Record {
    let values = set.resource_records().iter();
    Record {
        name: shown(set.name()),
        kind: set.r#type().as_str().into(),
        set_identifier: set.set_identifier.clone(),
        routing: routing(set),
        ttl: set.ttl.and_then(|ttl| u32::try_from(ttl).ok()),
        values: values.map(|record| record.value.clone()).collect(),
        alias: set.alias_target().map(|alias| AliasTarget {
            name: shown(alias.dns_name()),
            zone: alias.hosted_zone_id().into(),
            evaluate_health: alias.evaluate_target_health(),
        }),
        health_check: set.health_check_id().map(Into::into),
    }
}

/// Route 53 writes the wildcard as an octal escape; other escapes are kept.
fn shown(name: &str) -> String {
    name.replace("\\052", "*")
}

fn routing(set: &ResourceRecordSet) -> Routing {
    if let Some(weight) = set.weight() {
        return Routing::Weighted(u8::try_from(weight).unwrap_or(u8::MAX));
    }
    if let Some(side) = set.failover() {
        let primary = *side == ResourceRecordSetFailover::Primary;
        return Routing::Failover { primary };
    }
    if let Some(region) = set.region() {
        return Routing::Latency(region.as_str().into());
    }
    if set.multi_value_answer() == Some(true) {
        return Routing::Multivalue;
    }
    if let Some(geo) = set.geo_location() {
        let codes = [
            geo.continent_code(),
            geo.country_code(),
            geo.subdivision_code(),
        ];
        let codes: Vec<&str> = codes.into_iter().flatten().collect();
        return Routing::Other(format!("geolocation {}", codes.join("-")));
    }
    if let Some(cidr) = set.cidr_routing_config() {
        let (list, place) = (cidr.collection_id(), cidr.location_name());
        return Routing::Other(format!("cidr {list} {place}"));
    }
    if let Some(near) = set.geo_proximity_location() {
        let place = near.aws_region().or(near.local_zone_group());
        let bias = near.bias().unwrap_or_default();
        return Routing::Other(format!(
            "geoproximity {} bias {bias}",
            place.unwrap_or("coordinates")
        ));
    }
    Routing::Simple
}

/// Why a record cannot be written back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::provider::aws) enum NotWritable {
    /// An UPSERT replaces the whole record, and the model does not hold all of this one.
    #[error(
        "{name} is routed by {routing}, which awsdeck shows but does not write; use `aws route53`"
    )]
    Routing { name: String, routing: String },
    #[error("{name} is incomplete: {problem}")]
    Incomplete { name: String, problem: String },
}

/// The record as Route 53 takes it.
pub(in crate::provider::aws) fn write(
    record: &Record,
) -> std::result::Result<ResourceRecordSet, NotWritable> {
    let incomplete = |problem: &dyn std::fmt::Display| NotWritable::Incomplete {
        name: record.name.clone(),
        problem: problem.to_string(),
    };
    let mut set = ResourceRecordSet::builder()
        .name(&record.name)
        .r#type(RrType::from(record.kind.as_str()))
        .set_set_identifier(record.set_identifier.clone())
        .set_ttl(record.ttl.map(i64::from))
        .set_health_check_id(record.health_check.as_ref().map(ToString::to_string));
    set = match &record.routing {
        Routing::Simple => set,
        Routing::Weighted(weight) => set.weight(i64::from(*weight)),
        Routing::Failover { primary: true } => set.failover(ResourceRecordSetFailover::Primary),
        Routing::Failover { primary: false } => set.failover(ResourceRecordSetFailover::Secondary),
        Routing::Latency(region) => set.region(ResourceRecordSetRegion::from(region.as_str())),
        Routing::Multivalue => set.multi_value_answer(true),
        Routing::Other(routing) => {
            return Err(NotWritable::Routing {
                name: record.name.clone(),
                routing: routing.clone(),
            });
        }
    };
    for value in &record.values {
        let value = ResourceRecord::builder().value(value).build();
        set = set.resource_records(value.map_err(|error| incomplete(&error))?);
    }
    if let Some(alias) = &record.alias {
        let alias = SdkAlias::builder()
            .dns_name(&alias.name)
            .hosted_zone_id(alias.zone.as_str())
            .evaluate_target_health(alias.evaluate_health)
            .build();
        set = set.alias_target(alias.map_err(|error| incomplete(&error))?);
    }
    set.build().map_err(|error| incomplete(&error))
}

/// The name and type that all of `records` share.
pub(in crate::provider::aws) fn group<'a>(records: &[&'a Record]) -> Option<(&'a str, &'a str)> {
    let first = records.first()?;
    let same = |record: &&&Record| record.name == first.name && record.kind == first.kind;
    let all = records.iter().all(|record| same(&record));
    all.then_some((first.name.as_str(), first.kind.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(routing: Routing) -> Record {
        Record {
            name: "*.shop.example.com.".into(),
            kind: "A".into(),
            set_identifier: Some("blue".into()),
            routing,
            ttl: Some(60),
            values: vec!["192.0.2.1".into(), "192.0.2.2".into()],
            alias: None,
            health_check: Some("hc-1".into()),
        }
    }

    #[test]
    fn every_routing_that_is_written_is_read_back_the_same() {
        for routing in [
            Routing::Simple,
            Routing::Weighted(0),
            Routing::Weighted(255),
            Routing::Failover { primary: true },
            Routing::Failover { primary: false },
            Routing::Latency("eu-west-1".into()),
            Routing::Multivalue,
        ] {
            let record = record(routing);
            assert_eq!(read(&write(&record).expect("complete")), record);
        }
    }

    #[test]
    fn an_alias_keeps_its_target_and_has_no_time_to_live() {
        let alias = Record {
            ttl: None,
            values: Vec::new(),
            alias: Some(AliasTarget {
                name: "dualstack.lb-1.eu-west-1.elb.amazonaws.com.".into(),
                zone: "Z32O12XQLNTSW2".into(),
                evaluate_health: true,
            }),
            ..record(Routing::Weighted(7))
        };
        assert_eq!(read(&write(&alias).expect("complete")), alias);
    }

    #[test]
    fn a_record_that_the_model_does_not_hold_whole_is_not_written() {
        let geo = record(Routing::Other("geolocation EU".into()));
        let error = write(&geo).expect_err("it would lose its place");
        assert!(error.to_string().contains("geolocation EU"), "{error}");
    }

    #[test]
    fn the_wildcard_is_shown_as_a_star() {
        assert_eq!(
            shown("\\052.example.com.\\100.example.com."),
            "*.example.com.\\100.example.com."
        );
    }
}
