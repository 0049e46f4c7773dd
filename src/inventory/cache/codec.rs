//! Answers as bytes.

use sha2::{Digest, Sha256};

use crate::inventory::{Loaded, Query, QueryKind};

/// Changes whenever a file changes that says what is kept: the bytes have no field names, so an
/// older cache is forgotten rather than misread.
pub(super) const FORMAT: i64 = fingerprint(&[
    include_bytes!("codec.rs"),
    include_bytes!("../query.rs"),
    include_bytes!("../../model/id.rs"),
    include_bytes!("../../model/gap.rs"),
    include_bytes!("../../model/remote.rs"),
    include_bytes!("../../model/organization.rs"),
    include_bytes!("../../model/network/mod.rs"),
    include_bytes!("../../model/cluster.rs"),
    include_bytes!("../../model/fleet/mod.rs"),
    include_bytes!("../../model/fleet/device.rs"),
    include_bytes!("../../model/fleet/facts.rs"),
    include_bytes!("../../model/fleet/idle.rs"),
    include_bytes!("../../model/fleet/node.rs"),
    include_bytes!("../../model/fleet/pending.rs"),
    include_bytes!("../../model/fleet/provenance.rs"),
    include_bytes!("../../model/fleet/tally.rs"),
    include_bytes!("../../model/velero/mod.rs"),
    include_bytes!("../../model/workload/contents.rs"),
    include_bytes!("../../model/protection/database.rs"),
    include_bytes!("../../model/protection/mod.rs"),
    include_bytes!("../../model/traffic.rs"),
    include_bytes!("../../model/cost/mod.rs"),
]);

/// FNV-1a over files, at compile time.
#[allow(long_running_const_eval)] // some hundred thousand steps, once
const fn fingerprint(files: &[&[u8]]) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut file = 0;
    while file < files.len() {
        let mut at = 0;
        while at < files[file].len() {
            hash = (hash ^ files[file][at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        file += 1;
    }
    hash.cast_signed()
}

/// The name of a query in the cache.
pub(super) fn key(query: &Query) -> String {
    let region = query.region().map_or("", |region| region.as_str());
    let kind = query.kind();
    match (query.account(), query) {
        (None, _) => kind.to_string(),
        (Some(account), Query::Price(_, of)) => format!("{kind} {account} {region} {of}"),
        (Some(account), query) => match query.cluster() {
            Some(cluster) => format!("{kind} {account} {region} {}", cluster.name),
            None => format!("{kind} {account} {region}"),
        },
    }
}

/// What stands behind account and region in a key: the name of a cluster, an instance type.
pub(super) fn rest(key: &str) -> Option<&str> {
    key.splitn(4, ' ').nth(3)
}

pub(super) fn encode(loaded: &Loaded) -> Result<Vec<u8>, postcard::Error> {
    match loaded {
        Loaded::Organization(value) => postcard::to_stdvec(&**value),
        Loaded::Network(value) => postcard::to_stdvec(&**value),
        Loaded::Clusters(value) => postcard::to_stdvec(&**value),
        Loaded::Protection(value) => postcard::to_stdvec(&**value),
        Loaded::Balancers(value) => postcard::to_stdvec(&**value),
        Loaded::Zones(value) => postcard::to_stdvec(&**value),
        Loaded::Fleet(value) => postcard::to_stdvec(&**value),
        Loaded::Contents(value) => postcard::to_stdvec(&**value),
        Loaded::Velero(value) => postcard::to_stdvec(&**value),
        Loaded::Results(value) => postcard::to_stdvec(&**value),
        Loaded::Price(value) => postcard::to_stdvec(&**value),
        Loaded::Costs(value) => postcard::to_stdvec(&**value),
    }
}

pub(super) fn decode(kind: QueryKind, bytes: &[u8]) -> Result<Loaded, postcard::Error> {
    Ok(match kind {
        QueryKind::Organization => Loaded::Organization(arc(bytes)?),
        QueryKind::Network => Loaded::Network(arc(bytes)?),
        QueryKind::Clusters => Loaded::Clusters(arc(bytes)?),
        QueryKind::Protection => Loaded::Protection(arc(bytes)?),
        QueryKind::Balancers => Loaded::Balancers(arc(bytes)?),
        QueryKind::Zones => Loaded::Zones(arc(bytes)?),
        QueryKind::Fleet => Loaded::Fleet(arc(bytes)?),
        QueryKind::Contents => Loaded::Contents(arc(bytes)?),
        QueryKind::Velero => Loaded::Velero(arc(bytes)?),
        QueryKind::Results => Loaded::Results(arc(bytes)?),
        QueryKind::Price => Loaded::Price(arc(bytes)?),
        QueryKind::Costs => Loaded::Costs(arc(bytes)?),
    })
}

fn arc<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<std::sync::Arc<T>, postcard::Error> {
    postcard::from_bytes(bytes).map(std::sync::Arc::new)
}

/// By which an answer is known again without reading it.
pub(super) fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&Sha256::digest(bytes)[..16]);
    short
}
