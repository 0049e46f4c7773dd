//! Transit gateways, their attachments and what their route tables say.

use serde::{Deserialize, Serialize};

use super::{
    CallError, Ec2, Filter, Params, Retry, Set, Tag,
    describe::{filters, list},
    shapes::token,
};

list!(TransitGateways TransitGatewaysPage: "DescribeTransitGateways" by "TransitGatewayIds", 1000 a page, in "transitGatewaySet": TransitGateway);
list!(TransitAttachments TransitAttachmentsPage: "DescribeTransitGatewayAttachments" by "TransitGatewayAttachmentIds", 1000 a page, in "transitGatewayAttachments": TransitAttachment);
list!(TransitRouteTables TransitRouteTablesPage: "DescribeTransitGatewayRouteTables" by "TransitGatewayRouteTableIds", 1000 a page, in "transitGatewayRouteTables": TransitRouteTable);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransitGateway {
    pub transit_gateway_id: String,
    pub owner_id: Option<String>,
    pub state: String,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransitAttachment {
    pub transit_gateway_attachment_id: String,
    pub transit_gateway_id: String,
    pub resource_type: String,
    pub resource_id: Option<String>,
    pub resource_owner_id: Option<String>,
    pub state: String,
    pub association: Option<TransitAssociation>,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransitAssociation {
    pub transit_gateway_route_table_id: Option<String>,
    pub state: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransitRouteTable {
    pub transit_gateway_route_table_id: String,
    pub transit_gateway_id: String,
    pub state: String,
}

/// `SearchTransitGatewayRoutes`: the routes of one table that meet every filter. EC2 wants at
/// least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRoutes {
    pub table: String,
    pub filters: Vec<Filter>,
}

/// One page of `SearchTransitGatewayRoutes`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FoundRoutes {
    pub route_set: Set<TransitRoute>,
    pub additional_routes_available: Option<bool>,
    pub next_token: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransitRoute {
    pub destination_cidr_block: Option<String>,
    pub prefix_list_id: Option<String>,
    pub transit_gateway_attachments: Set<TransitRouteAttachment>,
    /// `static` or `propagated`
    #[serde(rename = "type")]
    pub kind: String,
    /// `active`, `blackhole`, …
    pub state: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransitRouteAttachment {
    pub transit_gateway_attachment_id: String,
}

impl SearchRoutes {
    pub const ACTION: &'static str = "SearchTransitGatewayRoutes";

    /// Every route of `table`.
    #[must_use]
    pub fn all(table: &str) -> Self {
        let table = table.into();
        let filters = vec![Filter::new("type", &["static", "propagated"])];
        Self { table, filters }
    }

    /// No page size: without one EC2 gives the most that it can, a thousand.
    #[must_use]
    pub fn params(&self, token: Option<&str>) -> Params {
        let mut params = Params::default();
        params.set("TransitGatewayRouteTableId", &self.table);
        filters(&mut params, &self.filters);
        params.opt("NextToken", token);
        params
    }
}

impl Ec2 {
    /// Routes, over as many pages as there are.
    pub async fn search_routes(&self, ask: &SearchRoutes) -> Result<Vec<TransitRoute>, CallError> {
        let mut routes = Vec::new();
        let mut last: Option<String> = None;
        loop {
            let params = ask.params(last.as_deref());
            let page: FoundRoutes = self
                .call(SearchRoutes::ACTION, params, Retry::Shared)
                .await?;
            routes.extend(page.route_set.item);
            let next = token(page.next_token);
            if next.is_none() || next == last {
                return Ok(routes);
            }
            last = next;
        }
    }
}
