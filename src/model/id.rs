//! Identifiers as types, so an account can't be passed where a region is meant.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// A twelve-digit AWS account number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(u64);

/// Why a text is no [`AccountId`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a twelve-digit account number")]
pub struct NotAnAccount(String);

impl FromStr for AccountId {
    type Err = NotAnAccount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| digits)
            .map(Self)
            .ok_or_else(|| NotAnAccount(text.into()))
    }
}

impl TryFrom<String> for AccountId {
    type Error = NotAnAccount;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:012}", self.0))
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Declares identifiers that AWS gives out as plain text: cheap to clone, never mixed up.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

identifiers! {
    /// A region code such as `eu-west-1`; `aws-global` for services that have none.
    Region
    /// An Amazon Resource Name, any partition.
    Arn
    /// `o-…`
    OrganizationId
    /// A root (`r-…`) or an organizational unit (`ou-…`).
    UnitId
    /// `p-…`
    PolicyId
    /// What a policy can be attached to, by its id: a root, an organizational unit, an account.
    TargetId
    /// An availability zone by name (`eu-west-1a`), which differs between accounts.
    ZoneName
    /// `vpc-…`
    VpcId
    /// `subnet-…`
    SubnetId
    /// `rtb-…`
    RouteTableId
    /// `pcx-…`
    PeeringId
    /// `nat-…`
    NatGatewayId
    /// An elastic address by its allocation, `eipalloc-…`
    AllocationId
    /// `vpce-…`
    EndpointId
    /// `fl-…`
    FlowLogId
    /// `igw-…`
    InternetGatewayId
    /// `tgw-…`
    TransitGatewayId
    /// `tgw-attach-…`
    AttachmentId
    /// `tgw-rtb-…`
    TransitGatewayRouteTableId
    /// `sg-…`
    SecurityGroupId
    /// `acl-…`
    NetworkAclId
    /// The name of an EKS cluster, unique in its account and region.
    ClusterName
    /// The name of a node group, unique in its cluster.
    PoolName
    /// `lt-…`
    LaunchTemplateId
    /// A capacity reservation, `cr-…`
    ReservationId
    /// The name of an IAM role, unique in its account.
    RoleName
    /// A Route 53 hosted zone without the `/hostedzone/` before it.
    HostedZoneId
    /// A Route 53 health check.
    HealthCheckId
}

impl TargetId {
    /// Whether it is that root, unit or account.
    #[must_use]
    pub fn is(&self, id: &impl fmt::Display) -> bool {
        *self.0 == *id.to_string()
    }
}

impl Region {
    /// The stand-in for services that answer for the whole partition (Organizations, Route 53).
    #[must_use]
    pub fn global() -> Self {
        Self::from("aws-global")
    }

    /// The partition that it lies in, by its name: what ARNs of AWS's own policies begin with.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        const OTHERS: [(&str, &str); 7] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-isob-", "aws-iso-b"),
            ("us-isof-", "aws-iso-f"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-iso-", "aws-iso"),
            ("eusc-", "aws-eusc"),
        ];
        let mut others = OTHERS.iter();
        let found = others.find(|(start, _)| self.0.starts_with(start));
        found.map_or("aws", |(_, partition)| partition)
    }
}

impl Arn {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, …; `None` when this is no ARN.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.0.strip_prefix("arn:")?.split(':').next()
    }

    /// The account in it; services such as S3 leave it out.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.0.split(':').nth(4)?.parse().ok()
    }
}

/// One account in one region: what most reads are about and what budgets are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub account: AccountId,
    pub region: Region,
}

impl Place {
    #[must_use]
    pub fn new(account: AccountId, region: impl Into<Region>) -> Self {
        let region = region.into();
        Self { account, region }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

/// One cluster: where it is, and its name there. Written `111122223333/eu-west-1/prod-ml-1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClusterId {
    pub place: Place,
    pub name: ClusterName,
}

/// Why a text is no [`ClusterId`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no cluster; write it as 111122223333/eu-west-1/NAME")]
pub struct NotACluster(String);

impl ClusterId {
    #[must_use]
    pub fn new(place: Place, name: impl Into<ClusterName>) -> Self {
        let name = name.into();
        Self { place, name }
    }
}

impl FromStr for ClusterId {
    type Err = NotACluster;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotACluster(text.into());
        // A context of a kubeconfig may have slashes in its name.
        let mut parts = text.splitn(3, '/');
        let (Some(account), Some(region), Some(name)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let account = account.parse().map_err(|_| wrong())?;
        if region.is_empty() || name.is_empty() {
            return Err(wrong());
        }
        Ok(Self::new(Place::new(account, region), name))
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.place, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_keeps_its_leading_zeros() {
        let id: AccountId = "000000000042".parse().expect("twelve digits");
        assert_eq!(id.to_string(), "000000000042");
    }

    #[test]
    fn anything_but_twelve_digits_is_quoted_back() {
        for text in ["", "42", "0000000000421", "+00000000042", "11111111111a"] {
            let error = text.parse::<AccountId>().expect_err("not an account");
            assert!(error.to_string().contains(&format!("`{text}`")));
        }
    }

    #[test]
    fn a_cluster_reads_back_as_it_is_written() {
        for text in [
            "111122223333/eu-west-1/prod-ml-1",
            "000000000000/local/kind-a/b",
        ] {
            let id: ClusterId = text.parse().expect("a cluster");
            assert_eq!(id.to_string(), text);
        }
        for wrong in [
            "",
            "prod-ml-1",
            "111122223333/eu-west-1",
            "1/eu-west-1/x",
            "111122223333//x",
        ] {
            let error = wrong.parse::<ClusterId>().expect_err("no cluster");
            assert!(error.to_string().starts_with(&format!("`{wrong}`")));
        }
    }

    #[test]
    fn a_region_tells_its_partition() {
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
        ] {
            assert_eq!(Region::from(region).partition(), partition);
        }
    }

    #[test]
    fn an_arn_of_any_partition_tells_its_account() {
        let arn = Arn::from("arn:aws-cn:eks:cn-north-1:111122223333:cluster/x");
        assert_eq!(arn.partition(), Some("aws-cn"));
        assert_eq!(
            arn.account().map(|id| id.to_string()).as_deref(),
            Some("111122223333")
        );
    }
}
