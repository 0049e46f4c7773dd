//! VPC endpoints and flow logs.

use serde::{Deserialize, Serialize};

use super::{Set, Tag, describe::list};

list!(Endpoints EndpointsPage: "DescribeVpcEndpoints" by "VpcEndpointId", 1000 a page, in "vpcEndpointSet": Endpoint);
list!(FlowLogs FlowLogsPage: "DescribeFlowLogs" by "FlowLogId", 1000 a page, in "flowLogSet": FlowLog);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    pub vpc_endpoint_id: String,
    /// `Gateway`, `Interface`, `GatewayLoadBalancer`, …
    pub vpc_endpoint_type: String,
    pub vpc_id: String,
    pub service_name: String,
    pub state: String,
    pub route_table_id_set: Set<String>,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FlowLog {
    pub flow_log_id: String,
    pub resource_id: String,
    /// The ARN of a bucket; of a log group only where one was named so.
    pub log_destination: Option<String>,
    pub log_group_name: Option<String>,
    /// `SUCCESS` or `FAILED`
    pub deliver_logs_status: Option<String>,
    pub deliver_logs_error_message: Option<String>,
    pub tag_set: Set<Tag>,
}
