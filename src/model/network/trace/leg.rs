//! One way of a packet, from one endpoint to the other.

use super::{
    Endpoint, Hop, HopKind, Judgement,
    route::{has_prefix_lists, longest_prefix, longest_transit},
    rules,
};
use crate::model::{
    AttachmentId, PeeringId, TransitGatewayId, VpcId,
    network::{
        Destination, NatGateway, NetworkAcl, RouteTable, RouteTarget, SecurityGroup, Subnet,
        Traffic, index::Index, table::deciding,
    },
};

pub(super) struct Leg<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) from: &'a Endpoint,
    pub(super) to: &'a Endpoint,
    pub(super) traffic: Traffic,
    pub(super) back: bool,
}

/// Where a route leads.
enum Onward {
    /// The packet is in the VPC of the other end.
    Arrived,
    /// It has left for the internet, where nothing more can be read.
    Outside,
    /// A hop ends the walk.
    Ended,
}

impl Leg<'_> {
    pub(super) fn walk(&self) -> Vec<Hop> {
        let mut hops = Vec::new();
        // What is outside was not read; its answers come back the way that the packet went.
        if self.from.vpc.is_none() {
            return self.outside();
        }
        self.leave(&mut hops);
        if !blocked(&hops) {
            let inside = self.from.subnet.is_some() && self.from.subnet == self.to.subnet;
            let onward = if inside {
                Onward::Arrived
            } else {
                self.route(&mut hops)
            };
            if matches!(onward, Onward::Arrived) && !blocked(&hops) {
                self.arrive(&mut hops);
            }
        }
        for hop in &mut hops {
            hop.back = self.back;
        }
        hops
    }

    /// Groups keep state, so answers pass them unasked; ACLs do not.
    fn leave(&self, hops: &mut Vec<Hop>) {
        if !self.back && !self.from.groups.is_empty() {
            hops.push(self.groups(self.from, self.to, true));
        }
        if self.from.subnet != self.to.subnet || self.from.subnet.is_none() {
            hops.extend(self.acl(self.from, self.to, true));
        }
    }

    fn arrive(&self, hops: &mut Vec<Hop>) {
        if self.from.subnet != self.to.subnet || self.to.subnet.is_none() {
            hops.extend(self.acl(self.to, self.from, false));
        }
        if !self.back && !self.to.groups.is_empty() && !blocked(hops) {
            hops.push(self.groups(self.to, self.from, false));
        }
    }

    /// A packet from outside finds no private address by itself; an answer follows its request.
    fn outside(&self) -> Vec<Hop> {
        let hop = if self.to.vpc.is_none() {
            let reason = "neither end is in a VPC that was read";
            self.hop(
                HopKind::Endpoint,
                &self.from.label,
                Judgement::Unsure,
                reason,
            )
        } else if self.back {
            let reason = "answers come back the way that the request went";
            let mut hops =
                vec![self.hop(HopKind::Endpoint, &self.from.label, Judgement::Pass, reason)];
            hops.extend(
                self.acl(self.to, self.from, false)
                    .map(|hop| Hop { back: true, ..hop }),
            );
            return hops;
        } else {
            let reason = format!(
                "{} is not reached from outside of all VPCs in view",
                self.to.address
            );
            self.hop(
                HopKind::Endpoint,
                &self.from.label,
                Judgement::Unsure,
                reason,
            )
        };
        vec![Hop {
            back: self.back,
            ..hop
        }]
    }

    fn groups(&self, of: &Endpoint, far: &Endpoint, egress: bool) -> Hop {
        let known: Vec<&SecurityGroup> = of
            .groups
            .iter()
            .filter_map(|id| self.index.groups.get(id.as_str()).copied())
            .collect();
        let far = (far.address, far.groups.as_slice());
        rules::groups(&of.groups, &known, egress, far, self.traffic)
    }

    /// `None` where the subnet is not known: then there is no ACL to ask.
    fn acl(&self, of: &Endpoint, far: &Endpoint, egress: bool) -> Option<Hop> {
        let (subnet, vpc) = (of.subnet.as_ref()?, of.vpc.as_ref()?);
        let acls = self.index.acls.get(vpc).map_or(&[][..], Vec::as_slice);
        let own = |acl: &&&NetworkAcl| acl.subnets.contains(subnet);
        let acl = acls
            .iter()
            .find(own)
            .or(acls.iter().find(|acl| acl.default));
        Some(if let Some(acl) = acl {
            rules::acl(acl, egress, far.address, self.traffic)
        } else {
            let reason = "its network ACL was not read";
            self.hop(HopKind::Acl, subnet.as_str(), Judgement::Unsure, reason)
        })
    }

    fn route(&self, hops: &mut Vec<Hop>) -> Onward {
        let Some(vpc) = &self.from.vpc else {
            return Onward::Ended;
        };
        let Some(table) = self.table(vpc) else {
            let reason = "no route table of it was read";
            hops.push(self.hop(HopKind::Route, vpc.as_str(), Judgement::Unsure, reason));
            return Onward::Ended;
        };
        let to = self.to.address;
        let Some(route) = longest_prefix(&table.routes, to) else {
            let hop = match has_prefix_lists(table) {
                Some(list) => {
                    let reason = format!("no route to {to} but perhaps {list}, which was not read");
                    self.hop(HopKind::Route, table.id.as_str(), Judgement::Unsure, reason)
                }
                None => self.blocked(
                    HopKind::Route,
                    table.id.as_str(),
                    format!("no route to {to}"),
                    format!("add a route to {to} in {}", named(table)),
                ),
            };
            hops.push(hop);
            return Onward::Ended;
        };
        let destination = match &route.destination {
            Destination::Cidr(cidr) => cidr.to_string(),
            Destination::PrefixList(id) => id.clone(),
        };
        if route.blackhole {
            hops.push(self.blocked(
                HopKind::Route,
                table.id.as_str(),
                format!("the route to {destination} drops packets: its target is gone"),
                format!("replace the route to {destination} in {}", named(table)),
            ));
            return Onward::Ended;
        }
        let reason = format!("{destination} leads to {}", target(&route.target));
        hops.push(self.hop(HopKind::Route, table.id.as_str(), Judgement::Pass, reason));
        match &route.target {
            RouteTarget::Local => self.local(table, hops),
            RouteTarget::Peering(id) => self.peering(id, vpc, hops),
            RouteTarget::TransitGateway(id) => self.transit(id, vpc, hops),
            RouteTarget::InternetGateway(id) => self.internet(id.as_str(), table, hops),
            RouteTarget::NatGateway(id) => self.nat(id.as_str(), table, hops),
            RouteTarget::Other(id) => {
                let reason = format!("{id} is not followed");
                hops.push(self.hop(HopKind::Other, id, Judgement::Unsure, reason));
                Onward::Ended
            }
        }
    }

    fn local(&self, table: &RouteTable, hops: &mut Vec<Hop>) -> Onward {
        if self.to.vpc == self.from.vpc {
            return Onward::Arrived;
        }
        hops.push(self.blocked(
            HopKind::Route,
            table.id.as_str(),
            format!(
                "{} is taken for an address of this VPC: the CIDRs overlap",
                self.to.address
            ),
            "use CIDRs that do not overlap".into(),
        ));
        Onward::Ended
    }

    fn peering(&self, id: &PeeringId, vpc: &VpcId, hops: &mut Vec<Hop>) -> Onward {
        let kind = HopKind::Peering;
        let Some(peering) = self.index.peerings.get(id) else {
            let reason = "it is in no account that was read";
            hops.push(self.hop(kind, id.as_str(), Judgement::Unsure, reason));
            return Onward::Ended;
        };
        if peering.status != "active" {
            let reason = format!("it is {}", peering.status);
            let fix = match peering.status.as_str() {
                "pending-acceptance" => {
                    format!("accept {id} in account {}", peering.accepter.account)
                }
                _ => "make a new peering and point the route at it".into(),
            };
            hops.push(self.blocked(kind, id.as_str(), reason, fix));
            return Onward::Ended;
        }
        let far = if peering.requester.vpc == *vpc {
            &peering.accepter.vpc
        } else {
            &peering.requester.vpc
        };
        if self.to.vpc.as_ref() == Some(far) {
            let reason = format!("it is active and leads to {}", self.index.label(far));
            hops.push(self.hop(kind, id.as_str(), Judgement::Pass, reason));
            return Onward::Arrived;
        }
        hops.push(self.blocked(
            kind,
            id.as_str(),
            format!(
                "it leads to {}, which passes nothing on: peerings are not transitive",
                self.index.label(far)
            ),
            "peer the two VPCs with each other, or join both to a transit gateway".into(),
        ));
        Onward::Ended
    }

    fn transit(&self, id: &TransitGatewayId, vpc: &VpcId, hops: &mut Vec<Hop>) -> Onward {
        let kind = HopKind::TransitGateway;
        let unsure = |reason: String| self.hop(kind, id.as_str(), Judgement::Unsure, reason);
        let attached = |vpc: &VpcId| {
            self.index.attachments.values().find(|attachment| {
                attachment.gateway == *id && attachment.resource.as_deref() == Some(vpc.as_str())
            })
        };
        let Some(attachment) = attached(vpc) else {
            hops.push(self.blocked(
                kind,
                id.as_str(),
                format!("{} is not attached to it", self.index.label(vpc)),
                format!("attach {} to {id}", self.index.label(vpc)),
            ));
            return Onward::Ended;
        };
        if attachment.state != "available" {
            let reason = format!("{} is {}", attachment.id, attachment.state);
            let fix = format!("bring {} into the state available", attachment.id);
            hops.push(self.blocked(kind, id.as_str(), reason, fix));
            return Onward::Ended;
        }
        let table = attachment
            .route_table
            .as_ref()
            .and_then(|table| self.index.transit_tables.get(table));
        let Some(table) = table else {
            hops.push(unsure(format!(
                "the route table of {} was not read",
                attachment.id
            )));
            return Onward::Ended;
        };
        let to = self.to.address;
        let Some(route) = longest_transit(&table.routes, to) else {
            let fix = format!("add or propagate a route to {to} in {}", table.id);
            hops.push(self.blocked(
                kind,
                id.as_str(),
                format!("{} has no route to {to}", table.id),
                fix,
            ));
            return Onward::Ended;
        };
        if route.blackhole {
            let reason = format!(
                "the route to {} in {} drops packets",
                route.destination, table.id
            );
            let fix = format!("replace the route to {} in {}", route.destination, table.id);
            hops.push(self.blocked(kind, id.as_str(), reason, fix));
            return Onward::Ended;
        }
        let leads_to = |attachment: &AttachmentId| {
            let attachment = self.index.attachments.get(attachment)?;
            let resource = attachment.resource.as_deref()?;
            (attachment.kind == "vpc").then_some(resource)
        };
        let targets: Vec<&str> = route.attachments.iter().filter_map(leads_to).collect();
        match &self.to.vpc {
            Some(far) if targets.contains(&far.as_str()) => {
                let reason = format!(
                    "{} leads {} to {}",
                    table.id,
                    route.destination,
                    self.index.label(far)
                );
                hops.push(self.hop(kind, id.as_str(), Judgement::Pass, reason));
                Onward::Arrived
            }
            _ if targets.is_empty() => {
                hops.push(unsure(format!(
                    "{} leads {} on to something that is not followed",
                    table.id, route.destination
                )));
                Onward::Ended
            }
            _ => {
                let reason = format!(
                    "{} leads {} to {}",
                    table.id,
                    route.destination,
                    targets.join(", ")
                );
                let fix = format!(
                    "point the route to {} in {} at the right VPC",
                    route.destination, table.id
                );
                hops.push(self.blocked(kind, id.as_str(), reason, fix));
                Onward::Ended
            }
        }
    }

    fn internet(&self, id: &str, table: &RouteTable, hops: &mut Vec<Hop>) -> Onward {
        let kind = HopKind::InternetGateway;
        if self.to.vpc.is_some() {
            hops.push(self.blocked(
                kind,
                id,
                format!("{} is private: the internet drops it", self.to.address),
                self.private_way(table),
            ));
            return Onward::Ended;
        }
        let subnet = self.from.subnet.as_ref();
        let subnet: Option<&Subnet> = subnet.and_then(|id| self.index.subnets.get(id).copied());
        let hop = if self.back || subnet.is_some_and(|subnet| subnet.public_addresses) {
            self.hop(kind, id, Judgement::Pass, "it leads to the internet")
        } else {
            let reason = "the subnet gives out no public addresses; only instances that have one get through";
            self.hop(kind, id, Judgement::Unsure, reason)
        };
        hops.push(hop);
        Onward::Outside
    }

    fn nat(&self, id: &str, table: &RouteTable, hops: &mut Vec<Hop>) -> Onward {
        let kind = HopKind::NatGateway;
        let nat: Option<&NatGateway> = self.index.nats.get(id).copied();
        let hop = match nat {
            None => self.hop(kind, id, Judgement::Unsure, "it was not read"),
            Some(nat) if nat.state != "available" => {
                let why = nat.failure.as_deref().map(|why| format!(": {why}"));
                let reason = format!("it is {}{}", nat.state, why.unwrap_or_default());
                self.blocked(
                    kind,
                    id,
                    reason,
                    format!("replace {id} and point the route at the new one"),
                )
            }
            Some(_) if self.to.vpc.is_some() => {
                let reason = format!("{} is private: the internet drops it", self.to.address);
                let fix = self.private_way(table);
                self.blocked(kind, id, reason, fix)
            }
            Some(_) => self.hop(kind, id, Judgement::Pass, "it leads to the internet"),
        };
        hops.push(hop);
        Onward::Outside
    }

    /// Which route is missing when a packet to a private address leaves for the internet: over the
    /// peering that joins the two VPCs already, where there is one.
    fn private_way(&self, table: &RouteTable) -> String {
        let ends = [self.from.vpc.as_ref(), self.to.vpc.as_ref()];
        let joined = self.index.peerings.values().find(|peering| {
            let [a, b] = [Some(&peering.requester.vpc), Some(&peering.accepter.vpc)];
            peering.status == "active" && (ends == [a, b] || ends == [b, a])
        });
        let over = joined.map_or("a peering or a transit gateway", |peering| {
            peering.id.as_str()
        });
        format!(
            "add a route to {} over {over} in {}",
            self.to.address,
            named(table)
        )
    }

    /// The subnet's own route table, else the main one.
    fn table(&self, vpc: &VpcId) -> Option<&RouteTable> {
        let tables = self.index.tables(vpc).iter().copied();
        deciding(tables, self.from.subnet.as_ref())
    }

    fn hop(
        &self,
        kind: HopKind,
        what: &str,
        judgement: Judgement,
        reason: impl Into<String>,
    ) -> Hop {
        Hop {
            kind,
            back: self.back,
            what: what.into(),
            judgement,
            reason: reason.into(),
            fix: None,
        }
    }

    fn blocked(&self, kind: HopKind, what: &str, reason: String, fix: String) -> Hop {
        Hop {
            fix: Some(fix),
            ..self.hop(kind, what, Judgement::Block, reason)
        }
    }
}

fn blocked(hops: &[Hop]) -> bool {
    hops.iter().any(|hop| hop.judgement == Judgement::Block)
}

fn named(table: &RouteTable) -> String {
    match &table.name {
        Some(name) => format!("{} ({name})", table.id),
        None => table.id.to_string(),
    }
}

fn target(target: &RouteTarget) -> String {
    match target {
        RouteTarget::Local => "the VPC itself".into(),
        RouteTarget::InternetGateway(id) => id.to_string(),
        RouteTarget::NatGateway(id) => id.to_string(),
        RouteTarget::Peering(id) => id.to_string(),
        RouteTarget::TransitGateway(id) => id.to_string(),
        RouteTarget::Other(id) => id.clone(),
    }
}
