//! Questions about networks.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, PeeringId, Ref, SubnetId,
    change::{Location, RouteVia},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "asks", rename_all = "snake_case")]
pub enum NetworkProbe {
    /// No VPC there holds any part of the block.
    Free { at: Location, block: IpNet },
    /// A peering can be seen there and is in this state.
    Peering {
        at: Location,
        peering: Ref<PeeringId>,
        is: PeeringState,
    },
    /// Packets of subnets go where they should.
    Leads { at: Location, ways: Vec<Way> },
    /// Both sides of a peering send packets over it to each other.
    Joined {
        a: Location,
        b: Location,
        peering: Ref<PeeringId>,
    },
}

/// A state of a peering that something waits for (EC2, VpcPeeringConnectionStateReason).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum PeeringState {
    /// It waits to be accepted, or was already.
    PendingAcceptance,
    Active,
}

/// Where the packets of a subnet to a destination leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    pub subnet: Ref<SubnetId>,
    /// For people: `shop-private-a`.
    pub label: String,
    pub destination: IpNet,
    pub via: RouteVia,
}

impl NetworkProbe {
    pub(super) const fn account(&self) -> &Ref<AccountId> {
        match self {
            Self::Free { at, .. } | Self::Peering { at, .. } | Self::Leads { at, .. } => {
                &at.account
            }
            Self::Joined { a, .. } => &a.account,
        }
    }

    pub(super) fn title(&self) -> String {
        match self {
            Self::Free { at, block } => {
                format!(
                    "no VPC of {} in {} holds part of {block}",
                    at.account, at.region
                )
            }
            Self::Peering { at, peering, is } => {
                format!("{peering} is {is} as account {} sees it", at.account)
            }
            Self::Leads { ways, .. } => {
                let count = ways.len();
                format!("the packets of {count} subnets leave as planned")
            }
            Self::Joined { peering, .. } => format!("both sides of {peering} reach each other"),
        }
    }

    pub(super) const fn permissions(&self) -> &'static [&'static str] {
        match self {
            Self::Free { .. } => &["ec2:DescribeVpcs"],
            Self::Peering { .. } => &["ec2:DescribeVpcPeeringConnections"],
            Self::Leads { .. } => &["ec2:DescribeRouteTables", "ec2:DescribeSubnets"],
            Self::Joined { .. } => &[
                "ec2:DescribeRouteTables",
                "ec2:DescribeVpcPeeringConnections",
                "ec2:DescribeVpcs",
            ],
        }
    }
}
