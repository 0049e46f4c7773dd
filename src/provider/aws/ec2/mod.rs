//! EC2 with only the operations that are called, on the runtime of the official SDK.
//!
//! The published crate has more than eight hundred operations and takes longer to compile than all
//! the rest of the program. This client takes credentials, region, endpoint, proxy, timeouts and
//! retries from the same `SdkConfig` as the official ones, and botocore is its oracle: parameters,
//! endpoints and parsed answers are compared with it one by one.

mod addresses;
mod call;
mod capacity;
mod client;
mod describe;
mod endpoint;
mod endpoints;
mod error;
mod instance_types;
mod instances;
mod internet;
mod launch;
mod params;
mod peering;
mod places;
mod security;
mod shapes;
mod spot;
mod transit;
mod vpc;
mod write;

pub use addresses::{Address, Addresses};
pub use call::Retry;
pub use capacity::{
    CancelReservation, CapacityReservation, CapacityReservations, NewReservation, Reserve,
};
pub use client::{CallError, ConfigError, Ec2};
pub use describe::{Describe, Filter, List};
pub use endpoint::{Variant, default_url, overridden};
pub use endpoints::{Endpoint, Endpoints, FlowLog, FlowLogs};
pub use error::Ec2Error;
pub use instance_types::{InstanceType, InstanceTypes};
pub use instances::{Instance, Instances, Launched};
pub use internet::{InternetGateway, InternetGateways, NatGateway, NatGateways};
pub use launch::{CreateTemplate, DeleteTemplate, LaunchTemplate, LaunchTemplates, NewTemplate};
pub use params::Params;
pub use peering::{Peering, PeeringEnd, Peerings};
pub use places::{DescribeRegions, Region, Regions, Zone, Zones};
pub use security::{
    AclEntry, IpRange, Ipv6Range, NetworkAcl, NetworkAcls, Permission, PrefixList, SecurityGroup,
    SecurityGroups, UserGroup,
};
pub use shapes::{Set, Tag};
pub use spot::{SpotHistory, SpotPrice, SpotPrices};
pub use transit::{
    FoundRoutes, SearchRoutes, TransitAttachment, TransitAttachments, TransitGateway,
    TransitGateways, TransitRoute, TransitRouteTable, TransitRouteTables,
};
pub use vpc::{
    Ipv6Association, Route, RouteTable, RouteTables, Subnet, Subnets, Vpc, VpcAttribute, VpcSwitch,
    Vpcs,
};
pub use write::{ItemError, PeerOptions, RouteTo, Unsuccessful, Write, Written};
