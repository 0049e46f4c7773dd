//! What a network shall be.

use ipnet::Ipv4Net;

use super::super::{Arguments, Refusal, Wrong};
use crate::model::{
    Tags, ZoneName,
    change::Location,
    network::{Layout, Subnet, usable},
};

/// One network, whole: what `provision-network` makes, and what larger operations put together.
#[derive(Clone, Debug)]
pub(in crate::engine::operations) struct NetworkSpec {
    /// What the names of its steps begin with; empty for a plan of one network.
    pub(in crate::engine::operations) prefix: String,
    /// The account may still have to be made.
    pub(in crate::engine::operations) at: Location,
    pub(in crate::engine::operations) name: String,
    pub(in crate::engine::operations) block: Ipv4Net,
    /// One for each public and each private subnet of the layout.
    pub(in crate::engine::operations) zones: Vec<ZoneName>,
    pub(in crate::engine::operations) layout: Layout,
    pub(in crate::engine::operations) nat: Nat,
    /// Services by their short names: `s3`.
    pub(in crate::engine::operations) endpoints: Vec<String>,
    /// The ARN of a bucket.
    pub(in crate::engine::operations) flow_logs: Option<String>,
    pub(in crate::engine::operations) public_addresses: bool,
    /// Clusters find their subnets by tags.
    pub(in crate::engine::operations) for_clusters: bool,
    pub(in crate::engine::operations) tags: Tags,
}

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub(in crate::engine::operations) enum Nat {
    PerZone,
    One,
    None,
}

/// What EKS wants free in a subnet at least ("Amazon EKS networking requirements": six, better
/// sixteen).
const CLUSTER_LEAST: u32 = 16;
/// Purposes whose networks have clusters in them.
const CLUSTERED: [&str; 2] = ["app", "ml"];
/// So many tags of the user's own, and there is room for ours.
const MOST_TAGS: usize = 40;

impl NetworkSpec {
    /// The name of one of its things: `shop-private-a`.
    pub(in crate::engine::operations) fn named(&self, what: &str) -> String {
        format!("{}-{what}", self.name)
    }

    /// A zone's part of a name: `a` for `eu-west-1a`.
    pub(in crate::engine::operations) fn letter(&self, zone: &ZoneName) -> String {
        let region = self.at.region.as_str();
        let letter = zone
            .as_str()
            .strip_prefix(region)
            .filter(|rest| !rest.is_empty());
        let plain = |char: char| {
            if char.is_ascii_alphanumeric() {
                char
            } else {
                '-'
            }
        };
        let text = letter.unwrap_or(zone.as_str()).to_ascii_lowercase();
        text.chars().map(plain).collect()
    }

    /// The endpoint service's whole name.
    pub(in crate::engine::operations) fn service(&self, short: &str) -> String {
        format!("com.amazonaws.{}.{short}", self.at.region)
    }

    /// Whether a subnet has the name that the network gives in its zone.
    pub(super) fn names(&self, subnet: &Subnet) -> bool {
        let letter = self.letter(&subnet.zone);
        let name = |side: &str| self.named(&format!("{side}-{letter}"));
        let own = subnet.name.as_ref();
        own == Some(&name("public")) || own == Some(&name("private"))
    }

    /// Why clusters would not fit in; `None` when they do or none are meant.
    pub(super) fn cramped(&self) -> Option<String> {
        let smallest = self
            .layout
            .private
            .iter()
            .copied()
            .min_by_key(|subnet| usable(*subnet));
        let subnet = smallest.filter(|_| self.for_clusters)?;
        (usable(subnet) < CLUSTER_LEAST).then(|| {
            format!(
                "private subnets of /{} have {} addresses that can be used, and a cluster wants \
                 {CLUSTER_LEAST} in each at least: take a larger block or fewer zones",
                subnet.prefix_len(),
                usable(subnet)
            )
        })
    }
}

/// A name that fits into tags, step names and commands.
pub(super) fn name(wish: &Arguments) -> Result<String, Refusal> {
    let name = wish.text("name");
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.len() <= 64 && name.bytes().all(fits) {
        return Ok(name.into());
    }
    Err(wrong(
        "name",
        name,
        "up to 64 letters, digits, `.`, `_` and `-`",
    ))
}

pub(super) fn endpoints(wish: &Arguments) -> Result<Vec<String>, Refusal> {
    let text = wish.text("endpoints");
    if text == "none" {
        return Ok(Vec::new());
    }
    let mut services: Vec<String> = Vec::new();
    for service in text
        .split(',')
        .map(str::trim)
        .filter(|service| !service.is_empty())
    {
        // Gateway endpoints exist for these two alone ("Gateway endpoints", AWS PrivateLink).
        if !["s3", "dynamodb"].contains(&service) {
            return Err(wrong("endpoints", service, "s3, dynamodb, or none"));
        }
        if !services.iter().any(|known| known == service) {
            services.push(service.into());
        }
    }
    Ok(services)
}

pub(super) fn flow_logs(wish: &Arguments) -> Result<Option<String>, Refusal> {
    let Some(arn) = wish.get("flow-logs") else {
        return Ok(None);
    };
    let mut parts = arn.split(':');
    let is_bucket = parts.next() == Some("arn")
        && parts
            .next()
            .is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some("s3")
        && parts.next() == Some("")
        && parts.next() == Some("")
        && parts.next().is_some_and(|bucket| bucket.len() >= 3);
    if is_bucket {
        return Ok(Some(arn.into()));
    }
    Err(wrong(
        "flow-logs",
        arn,
        "the ARN of a bucket, such as arn:PARTITION:s3:::BUCKET",
    ))
}

/// The user's own tags, with those that every network gets.
pub(super) fn tags(wish: &Arguments, environment: Option<String>) -> Result<Tags, Refusal> {
    let mut tags = Tags::new();
    if let Some(environment) = environment {
        tags.insert("environment".into(), environment);
    }
    if let Some(purpose) = wish.get("purpose") {
        tags.insert("purpose".into(), purpose.into());
    }
    for pair in wish
        .text("tags")
        .split(',')
        .filter(|pair| !pair.trim().is_empty())
    {
        let (key, value) = pair
            .split_once('=')
            .map(|(key, value)| (key.trim(), value.trim()))
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| wrong("tags", pair, "key=value pairs with commas between them"))?;
        let ours = ["aws:", "awsdeck:"]
            .iter()
            .any(|prefix| key.starts_with(prefix));
        if ours || key == "Name" {
            return Err(wrong(
                "tags",
                key,
                "a key of your own: this one is set by itself",
            ));
        }
        if key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(wrong(
                "tags",
                pair,
                "keys of at most 128 and values of 256 characters",
            ));
        }
        tags.insert(key.into(), value.into());
    }
    if tags.len() > MOST_TAGS {
        return Err(wrong("tags", wish.text("tags"), "at most 40 tags"));
    }
    Ok(tags)
}

/// Whether clusters will be in it.
pub(super) fn for_clusters(wish: &Arguments) -> bool {
    wish.get("purpose")
        .is_some_and(|purpose| CLUSTERED.contains(&purpose))
}

pub(super) fn wrong(name: &str, value: &str, expected: &str) -> Refusal {
    Refusal::Wrong(Wrong::Value {
        name: name.into(),
        value: value.into(),
        expected: expected.into(),
    })
}
