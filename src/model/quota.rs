//! Service quotas: how many of a kind an account may have in a region.

use serde::{Deserialize, Serialize};

/// A quota by the names that Service Quotas gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct QuotaCode {
    /// `vpc`, `ec2`, `eks`, …
    pub service: &'static str,
    /// `L-F678F1CE`
    pub code: &'static str,
    pub name: &'static str,
}

/// A quota with the value that applies, and how much of it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headroom {
    /// `VPCs per Region`
    pub name: String,
    pub code: String,
    pub limit: u64,
    pub used: u64,
    /// What the change adds.
    pub needed: u64,
}

impl QuotaCode {
    pub const VPCS: Self = Self::vpc("L-F678F1CE", "VPCs per Region");
    pub const SUBNETS_PER_VPC: Self = Self::vpc("L-407747CB", "Subnets per VPC");
    pub const INTERNET_GATEWAYS: Self = Self::vpc("L-A4707A72", "Internet gateways per Region");
    pub const NAT_GATEWAYS_PER_ZONE: Self =
        Self::vpc("L-FE5A380F", "NAT gateways per Availability Zone");
    pub const ROUTE_TABLES_PER_VPC: Self = Self::vpc("L-589F43AA", "Route tables per VPC");
    pub const ROUTES_PER_TABLE: Self = Self::vpc("L-93826ACB", "Routes per route table");
    pub const GATEWAY_ENDPOINTS: Self = Self::vpc("L-1B52E74A", "Gateway VPC endpoints per Region");
    pub const PEERINGS_PER_VPC: Self =
        Self::vpc("L-7E9ECCDB", "Active VPC peering connections per VPC");
    pub const ELASTIC_ADDRESSES: Self = Self {
        service: "ec2",
        code: "L-0263D0A3",
        name: "EC2-VPC Elastic IPs",
    };

    pub const CLUSTERS: Self = Self::new("eks", "L-1194D53C", "Clusters");
    pub const NODE_GROUPS_PER_CLUSTER: Self =
        Self::new("eks", "L-6D54EA21", "Managed node groups per cluster");
    pub const NODES_PER_GROUP: Self =
        Self::new("eks", "L-BD136A63", "Nodes per managed node group");

    /// All that are known here.
    const ALL: &[Self] = &[
        Self::VPCS,
        Self::SUBNETS_PER_VPC,
        Self::INTERNET_GATEWAYS,
        Self::NAT_GATEWAYS_PER_ZONE,
        Self::ROUTE_TABLES_PER_VPC,
        Self::ROUTES_PER_TABLE,
        Self::GATEWAY_ENDPOINTS,
        Self::PEERINGS_PER_VPC,
        Self::ELASTIC_ADDRESSES,
    ];

    /// The quota of that code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|quota| quota.code == code)
    }

    pub(crate) const fn ec2(code: &'static str, name: &'static str) -> Self {
        Self::new("ec2", code, name)
    }

    const fn new(service: &'static str, code: &'static str, name: &'static str) -> Self {
        Self {
            service,
            code,
            name,
        }
    }

    const fn vpc(code: &'static str, name: &'static str) -> Self {
        let service = "vpc";
        Self {
            service,
            code,
            name,
        }
    }
}

impl Headroom {
    #[must_use]
    pub const fn suffices(&self) -> bool {
        self.used + self.needed <= self.limit
    }
}

impl std::fmt::Display for Headroom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            name,
            code,
            limit,
            used,
            needed,
        } = self;
        write!(
            f,
            "{name} ({code}): {limit} allowed, {used} used, {needed} needed"
        )
    }
}
