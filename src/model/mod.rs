//! The words of the domain: plain data, no I/O, no SDK types.

pub mod change;
pub mod cluster;
pub mod compute;
pub mod cost;
pub mod fleet;
pub mod gap;
pub mod health;
pub mod id;
pub mod identity;
pub mod network;
pub mod organization;
pub mod price;
pub mod protection;
pub mod quota;
pub mod remote;
pub mod text;
pub mod traffic;
pub mod velero;
pub mod workload;
pub mod zonal;

pub use change::{Change, ChangeKind, Class, Ref, Standing};
pub use gap::Gap;
pub use health::{Health, State};
pub use id::{
    AccountId, AllocationId, Arn, AttachmentId, ClusterId, ClusterName, EndpointId, FlowLogId,
    HealthCheckId, HostedZoneId, InternetGatewayId, LaunchTemplateId, NatGatewayId, NetworkAclId,
    OrganizationId, PeeringId, Place, PolicyId, PoolName, Region, ReservationId, RoleName,
    RouteTableId, SecurityGroupId, SubnetId, TargetId, TransitGatewayId,
    TransitGatewayRouteTableId, UnitId, VpcId, ZoneName,
};
pub use organization::{
    Account, AccountStatus, DelegatedAdministrator, EnvironmentClass, Organization, Policy, Tags,
    Unit,
};
pub use quota::{Headroom, QuotaCode};
pub use remote::{Dated, Remote, Trouble, TroubleKind};
