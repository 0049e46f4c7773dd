//! A large plan: two networks, peered.

use serde_json::json;

use super::switch;
use crate::{
    engine::plan::{Edge, Plan, Step, Symbol, symbols},
    model::{
        AccountId, Change, EnvironmentClass, Ref, Tags,
        change::{DnsAttribute, Location, NetworkChange, PeeringSide, RouteVia},
    },
};

/// Two networks of one environment, each in an account of its own, peered with each other: sixty
/// steps of most kinds, of which many can be taken side by side. `first` and `second` are accounts
/// that have room for it.
pub(crate) fn baseline(first: AccountId, second: AccountId) -> Plan {
    let mut draft = Draft::default();
    let one = draft.network(first, "blue", "10.100.0.0/16", "eu-west-1");
    let two = draft.network(second, "green", "10.101.0.0/16", "eu-west-1");
    draft.peer((first, &one), (second, &two));
    let mut plan = switch();
    plan.operation = "provision-network".into();
    plan.title = "two networks, peered".into();
    plan.environment = EnvironmentClass::Dev;
    plan.facts.clear();
    plan.steps = draft.steps;
    plan.edges = draft.edges;
    plan.reach.accounts = vec![first, second];
    plan
}

/// What the step of that name makes, in the network of that name.
fn out<T>(network: &str, step: &str) -> Ref<T> {
    Ref::output(&format!("{network}-{step}"))
}

#[derive(Default)]
struct Draft {
    steps: Vec<Step>,
    edges: Vec<Edge>,
}

impl Draft {
    /// One more change, after everything that its symbols name and after `then`.
    fn change(&mut self, id: &str, change: NetworkChange, then: &[&str]) {
        let change = Change::Network(change);
        let mut step = Step::change(id, change.clone(), "part of the baseline");
        if matches!(
            change,
            Change::Network(NetworkChange::CreateNatGateway { .. })
        ) {
            step = step.settling(5, 900).taking(90, 180);
        } else if matches!(
            change,
            Change::Network(
                NetworkChange::CreatePeering { .. } | NetworkChange::CreateEndpoint { .. }
            )
        ) {
            step = step.settling(2, 300);
        }
        for symbol in symbols(&json!(change)) {
            if let Symbol::Out(before) = symbol {
                self.edge(before.as_str(), id);
            }
        }
        for before in then {
            self.edge(before, id);
        }
        self.steps.push(step);
    }

    fn edge(&mut self, before: &str, after: &str) {
        self.edges.push(Edge {
            before: before.into(),
            after: after.into(),
            why: "it builds on it".into(),
        });
    }

    /// A VPC over two zones; gives the step that makes it and those that make its private tables.
    fn network(
        &mut self,
        account: AccountId,
        name: &str,
        cidr: &str,
        region: &str,
    ) -> (String, Vec<String>) {
        let at = || Location::new(account, region);
        let tags = Tags::new;
        let id = |what: &str| format!("{name}-{what}");
        let vpc = id("vpc");
        self.change(
            &vpc,
            NetworkChange::CreateVpc {
                at: at(),
                name: name.into(),
                cidr: cidr.parse().expect("a CIDR"),
                tags: tags(),
            },
            &[],
        );
        self.change(
            &id("names"),
            NetworkChange::SetVpcDns {
                at: at(),
                vpc: out(name, "vpc"),
                attribute: DnsAttribute::Hostnames,
                from: false,
                to: true,
            },
            &[],
        );
        self.change(
            &id("igw"),
            NetworkChange::CreateInternetGateway {
                at: at(),
                name: name.into(),
                tags: tags(),
            },
            &[],
        );
        let attach = id("attach");
        self.change(
            &attach,
            NetworkChange::AttachInternetGateway {
                at: at(),
                gateway: out(name, "igw"),
                vpc: out(name, "vpc"),
            },
            &[],
        );
        self.change(
            &id("public"),
            NetworkChange::CreateRouteTable {
                at: at(),
                vpc: out(name, "vpc"),
                name: id("public"),
                tags: tags(),
            },
            &[],
        );
        self.change(
            &id("out"),
            NetworkChange::CreateRoute {
                at: at(),
                table: out(name, "public"),
                destination: "0.0.0.0/0".parse().expect("a CIDR"),
                via: RouteVia::InternetGateway(out(name, "igw")),
            },
            &[&attach],
        );
        let prefix = cidr.rsplit_once(".0.0/").expect("a /16").0;
        let mut tables = Vec::new();
        for (at_zone, zone) in ["a", "b"].into_iter().enumerate() {
            for (offset, kind) in [(0, "public"), (100, "private")] {
                let subnet = format!("{kind}-{zone}");
                self.change(
                    &id(&subnet),
                    NetworkChange::CreateSubnet {
                        at: at(),
                        vpc: out(name, "vpc"),
                        name: id(&subnet),
                        cidr: format!("{prefix}.{}.0/24", offset + at_zone)
                            .parse()
                            .expect("a CIDR"),
                        zone: format!("{region}{zone}").into(),
                        tags: tags(),
                    },
                    &[],
                );
            }
            self.change(
                &id(&format!("public-addresses-{zone}")),
                NetworkChange::SetPublicAddresses {
                    at: at(),
                    subnet: out(name, &format!("public-{zone}")),
                    from: false,
                    to: true,
                },
                &[],
            );
            self.change(
                &id(&format!("address-{zone}")),
                NetworkChange::AllocateAddress {
                    at: at(),
                    name: id(zone),
                    tags: tags(),
                },
                &[],
            );
            self.change(
                &id(&format!("nat-{zone}")),
                NetworkChange::CreateNatGateway {
                    at: at(),
                    name: id(zone),
                    subnet: out(name, &format!("public-{zone}")),
                    address: out(name, &format!("address-{zone}")),
                    tags: tags(),
                },
                &[&attach],
            );
            let table = format!("private-table-{zone}");
            self.change(
                &id(&table),
                NetworkChange::CreateRouteTable {
                    at: at(),
                    vpc: out(name, "vpc"),
                    name: id(&table),
                    tags: tags(),
                },
                &[],
            );
            self.change(
                &id(&format!("private-out-{zone}")),
                NetworkChange::CreateRoute {
                    at: at(),
                    table: out(name, &table),
                    destination: "0.0.0.0/0".parse().expect("a CIDR"),
                    via: RouteVia::NatGateway(out(name, &format!("nat-{zone}"))),
                },
                &[],
            );
            for (kind, table) in [("public", "public"), ("private", table.as_str())] {
                self.change(
                    &id(&format!("{kind}-route-{zone}")),
                    NetworkChange::AssociateRouteTable {
                        at: at(),
                        table: out(name, table),
                        subnet: out(name, &format!("{kind}-{zone}")),
                    },
                    &[],
                );
            }
            tables.push(id(&table));
        }
        self.change(
            &id("s3"),
            NetworkChange::CreateEndpoint {
                at: at(),
                vpc: out(name, "vpc"),
                name: id("s3"),
                service_name: format!("com.amazonaws.{region}.s3"),
                tables: tables.iter().map(|table| Ref::output(table)).collect(),
                tags: tags(),
            },
            &[],
        );
        (vpc, tables)
    }

    fn peer(
        &mut self,
        (first, one): (AccountId, &(String, Vec<String>)),
        (second, two): (AccountId, &(String, Vec<String>)),
    ) {
        let (here, there) = (
            Location::new(first, "eu-west-1"),
            Location::new(second, "eu-west-1"),
        );
        let peering = || Ref::output("peering");
        self.change(
            "peering",
            NetworkChange::CreatePeering {
                at: here.clone(),
                vpc: Ref::output(&one.0),
                peer: there.clone(),
                peer_vpc: Ref::output(&two.0),
                name: "blue-green".into(),
                tags: Tags::new(),
            },
            &[],
        );
        self.change(
            "accept",
            NetworkChange::AcceptPeering {
                at: there.clone(),
                peering: peering(),
            },
            &[],
        );
        for (at, side, tables, cidr) in [
            (&here, PeeringSide::Requester, &one.1, "10.101.0.0/16"),
            (&there, PeeringSide::Accepter, &two.1, "10.100.0.0/16"),
        ] {
            self.change(
                &format!("peering-names-{side}"),
                NetworkChange::SetPeeringDns {
                    at: at.clone(),
                    peering: peering(),
                    side,
                    from: false,
                    to: true,
                },
                &["accept"],
            );
            for table in tables {
                self.change(
                    &format!("{table}-peer"),
                    NetworkChange::CreateRoute {
                        at: at.clone(),
                        table: Ref::output(table),
                        destination: cidr.parse().expect("a CIDR"),
                        via: RouteVia::Peering(peering()),
                    },
                    &["accept"],
                );
            }
        }
    }
}
