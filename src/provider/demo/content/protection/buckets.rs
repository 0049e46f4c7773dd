//! S3 buckets: versioned and replicated where it matters, and one that is neither.

use super::{
    super::{
        super::estate::{Environment, HOME, Purpose, Role, SECOND, arn},
        named,
    },
    Ground,
};
use crate::model::{Arn, protection::Bucket};

pub(super) fn buckets(ground: &Ground<'_>) -> Vec<Bucket> {
    let Role::Workload(environment, purpose) = ground.site.role else {
        return Vec::new();
    };
    let prod = environment == Environment::Prod;
    if !ground.site.is_reference() {
        let here = ground.region() == HOME && purpose == Purpose::App;
        let bucket = || bucket(ground, "assets", prod, None);
        return here.then(bucket).into_iter().collect();
    }
    match (ground.region(), purpose) {
        (HOME, Purpose::Shared) => vec![
            bucket(
                ground,
                "terraform-state",
                true,
                prod.then_some("terraform-state-dr"),
            ),
            bucket(ground, "logs", prod, None),
        ],
        (HOME, Purpose::App) => vec![bucket(ground, "assets", prod, prod.then_some("assets-dr"))],
        // Too large to copy; it can be made again from its sources.
        (HOME, Purpose::Ml) => vec![
            bucket(ground, "datasets", prod, None),
            bucket(ground, "velero", true, prod.then_some("velero-dr")),
        ],
        (SECOND, Purpose::Shared) if prod => vec![bucket(ground, "terraform-state-dr", true, None)],
        (SECOND, Purpose::App) if prod => vec![bucket(ground, "assets-dr", true, None)],
        (SECOND, Purpose::Ml) if prod => vec![bucket(ground, "velero-dr", true, None)],
        _ => Vec::new(),
    }
}

fn name(ground: &Ground<'_>, purpose: &str) -> String {
    format!("acme-{}-{purpose}", ground.site.name)
}

fn bucket_arn(name: &str) -> Arn {
    arn("s3", "", "", name)
}

fn bucket(ground: &Ground<'_>, purpose: &str, versioning: bool, copy: Option<&str>) -> Bucket {
    let name = name(ground, purpose);
    let copies = copy.map(|copy| bucket_arn(&format!("acme-{}-{copy}", ground.site.name)));
    Bucket {
        arn: bucket_arn(&name),
        versioning: Some(versioning),
        replicas: Some(copies.into_iter().collect()),
        tags: named(ground.site, &name),
        name,
    }
}
