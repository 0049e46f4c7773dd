//! AWS Organizations: the tree, its accounts, its policies, its delegated administrators.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{
    super::estate::{Environment, Estate, Purpose, Role, Site, arn},
    tags,
};
use crate::model::{
    Account, AccountStatus, DelegatedAdministrator, Organization, Policy, PolicyId, Tags, TargetId,
    Unit,
};

/// Accounts in one page of the organization.
const PAGE: usize = 250;
const FULL_ACCESS: &str = "p-FullAWSAccess";
const DENY_ROOT: &str = "p-denyroot01";
const DENY_PUBLIC_S3: &str = "p-denys3pub1";
const DEV_REGIONS: &str = "p-devregion1";
const QUARANTINE: &str = "p-quarantine";

/// One page of the whole, and whether more follow. The first one has everything but the accounts
/// of the later ones.
pub(in super::super) fn page(estate: &Estate, page: usize) -> (Organization, bool) {
    let start = page.saturating_mul(PAGE).min(estate.sites.len());
    let end = (start + PAGE).min(estate.sites.len());
    let accounts = estate.sites[start..end]
        .iter()
        .map(|site| account(estate, site))
        .collect();
    let part = if page == 0 {
        Organization {
            id: Some(estate.organization_id()),
            management_account: Some(estate.management().id),
            units: units(estate),
            accounts,
            policies: policies(),
            delegated: delegated(estate),
            gaps: Vec::new(),
        }
    } else {
        Organization {
            accounts,
            ..Organization::default()
        }
    };
    (part, end < estate.sites.len())
}

/// What the world attaches to a root, a unit or an account; `None` where there is no such target.
pub(in super::super) fn attached_to(estate: &Estate, target: &TargetId) -> Option<Vec<PolicyId>> {
    let mut units = units(estate).into_iter();
    if let Some(unit) = units.find(|unit| target.is(&unit.id)) {
        return Some(unit.policies);
    }
    let site = estate.site(target.as_str().parse().ok()?)?;
    Some(account(estate, site).policies)
}

/// Whether there is such a policy.
pub(in super::super) fn has_policy(id: &PolicyId) -> bool {
    policies().iter().any(|policy| policy.id == *id)
}

fn units(estate: &Estate) -> Vec<Unit> {
    let mut paths: BTreeSet<Vec<String>> = BTreeSet::from([Vec::new()]);
    for site in &estate.sites {
        for depth in 1..=site.path.len() {
            paths.insert(site.path[..depth].to_vec());
        }
    }
    let mut paths: Vec<Vec<String>> = paths.into_iter().collect();
    paths.sort_by_key(Vec::len);
    paths.iter().map(|path| unit(estate, path)).collect()
}

fn unit(estate: &Estate, path: &[String]) -> Unit {
    let id = estate.unit_id(path);
    let kind = if path.is_empty() { "root" } else { "ou" };
    let resource = format!("{kind}/{}/{id}", estate.organization_id());
    let last = path.last().map(String::as_str);
    let own: &[&str] = match last {
        None => &[DENY_ROOT],
        Some("Environments" | "Workloads") => &[DENY_PUBLIC_S3],
        Some("Dev") => &[DEV_REGIONS],
        Some("Suspended") => &[QUARANTINE],
        Some(_) => &[],
    };
    Unit {
        arn: arn(
            "organizations",
            "",
            &estate.management().id.to_string(),
            &resource,
        ),
        id,
        name: last.unwrap_or("Root").into(),
        parent: path.split_last().map(|(_, above)| estate.unit_id(above)),
        policies: attached(own),
        tags: Tags::new(),
    }
}

/// FullAWSAccess is attached everywhere, as AWS does by itself.
fn attached(own: &[&str]) -> Vec<PolicyId> {
    let all = std::iter::once(&FULL_ACCESS).chain(own);
    all.map(|id| PolicyId::from(*id)).collect()
}

fn account(estate: &Estate, site: &Site) -> Account {
    let organization = estate.organization_id();
    let resource = format!("account/{organization}/{}", site.id);
    let first: Timestamp = "2022-03-01T09:00:00Z".parse().unwrap_or_default();
    let minutes = estate
        .seed
        .below(&format!("joined/{}", site.id), 60 * 24 * 900);
    let joined = first + SignedDuration::from_mins(i64::from(minutes));
    let center = match site.role {
        Role::Workload(_, Purpose::Ml) => "4200",
        Role::Workload(_, Purpose::App) => "4100",
        Role::Workload(_, Purpose::Shared) | Role::Management | Role::Suspended => "1000",
    };
    Account {
        id: site.id,
        arn: arn(
            "organizations",
            "",
            &estate.management().id.to_string(),
            &resource,
        ),
        name: site.name.clone(),
        email: format!("aws+{}@example.com", site.name),
        status: match site.role {
            Role::Suspended => AccountStatus::Suspended,
            Role::Management | Role::Workload(..) => AccountStatus::Active,
        },
        joined: Some(joined),
        parent: Some(estate.unit_id(&site.path)),
        policies: attached(&[]),
        tags: tags([
            ("owner", &format!("{}@example.com", site.team)),
            ("team", &site.team),
            ("cost-center", center),
        ]),
    }
}

fn delegated(estate: &Estate) -> Vec<DelegatedAdministrator> {
    let shared = estate.reference(Environment::Prod, Purpose::Shared).id;
    let services = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    vec![DelegatedAdministrator {
        account: shared,
        services: services(&[
            "backup.amazonaws.com",
            "config.amazonaws.com",
            "guardduty.amazonaws.com",
        ]),
    }]
}

fn policies() -> Vec<Policy> {
    let policy = |id: &str, name: &str, description: &str, document: &str| Policy {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        aws_managed: id == FULL_ACCESS,
        document: Some(document.into()),
    };
    vec![
        policy(
            FULL_ACCESS,
            "FullAWSAccess",
            "Allows access to every operation",
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        ),
        policy(
            DENY_ROOT,
            "DenyRootActions",
            "Nobody acts as the root user of a member account",
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"DenyRoot","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:*:iam::*:root"}}}]}"#,
        ),
        policy(
            DENY_PUBLIC_S3,
            "DenyPublicS3",
            "Buckets stay private: public access blocks cannot be lifted, public ACLs not set",
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"KeepBlock","Effect":"Deny","Action":["s3:PutBucketPublicAccessBlock","s3:PutAccountPublicAccessBlock"],"Resource":"*"},{"Sid":"NoPublicAcl","Effect":"Deny","Action":["s3:PutBucketAcl","s3:PutObjectAcl"],"Resource":"*","Condition":{"StringEquals":{"s3:x-amz-acl":["public-read","public-read-write"]}}}]}"#,
        ),
        policy(
            DEV_REGIONS,
            "DevRegions",
            "Development stays in the home region",
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"HomeOnly","Effect":"Deny","NotAction":["iam:*","organizations:*","route53:*","sts:*","support:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}]}"#,
        ),
        policy(
            QUARANTINE,
            "QuarantineAll",
            "Nothing may be done in suspended accounts",
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"Nothing","Effect":"Deny","Action":"*","Resource":"*"}]}"#,
        ),
    ]
}
