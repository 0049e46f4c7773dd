//! A large plan: two networks, peered.

use super::switch;
use crate::{
    engine::plan::{Draft, Plan, Step, StepId},
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
    let one = network(&mut draft, first, "blue", "10.100.0.0/16", "eu-west-1");
    let two = network(&mut draft, second, "green", "10.101.0.0/16", "eu-west-1");
    peer(&mut draft, (first, &one), (second, &two));
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

/// One more change, after everything that its symbols name and after `then`.
fn change(draft: &mut Draft, id: &str, change: NetworkChange, then: &[&str]) {
    let change = Change::Network(change);
    let mut step = Step::change(id, change.clone(), "part of the baseline");
    if matches!(
        change,
        Change::Network(NetworkChange::CreateNatGateway { .. })
    ) {
        step = step.settling(5, 900).taking(90, 180);
    } else if matches!(
        change,
        Change::Network(NetworkChange::CreatePeering { .. } | NetworkChange::CreateEndpoint { .. })
    ) {
        step = step.settling(2, 300);
    }
    let then: Vec<StepId> = then.iter().map(|id| StepId::from(*id)).collect();
    draft.add(step, &then.iter().collect::<Vec<_>>());
}

/// A VPC over two zones; gives the step that makes it and those that make its private tables.
fn network(
    draft: &mut Draft,
    account: AccountId,
    name: &str,
    cidr: &str,
    region: &str,
) -> (String, Vec<String>) {
    let at = || Location::new(account, region);
    let tags = Tags::new;
    let id = |what: &str| format!("{name}-{what}");
    let vpc = id("vpc");
    change(
        draft,
        &vpc,
        NetworkChange::CreateVpc {
            at: at(),
            name: name.into(),
            cidr: cidr.parse().expect("a CIDR"),
            tags: tags(),
        },
        &[],
    );
    change(
        draft,
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
    change(
        draft,
        &id("igw"),
        NetworkChange::CreateInternetGateway {
            at: at(),
            name: name.into(),
            tags: tags(),
        },
        &[],
    );
    let attach = id("attach");
    change(
        draft,
        &attach,
        NetworkChange::AttachInternetGateway {
            at: at(),
            gateway: out(name, "igw"),
            vpc: out(name, "vpc"),
        },
        &[],
    );
    change(
        draft,
        &id("public"),
        NetworkChange::CreateRouteTable {
            at: at(),
            vpc: out(name, "vpc"),
            name: id("public"),
            tags: tags(),
        },
        &[],
    );
    change(
        draft,
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
            change(
                draft,
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
        change(
            draft,
            &id(&format!("public-addresses-{zone}")),
            NetworkChange::SetPublicAddresses {
                at: at(),
                subnet: out(name, &format!("public-{zone}")),
                from: false,
                to: true,
            },
            &[],
        );
        change(
            draft,
            &id(&format!("address-{zone}")),
            NetworkChange::AllocateAddress {
                at: at(),
                name: id(zone),
                tags: tags(),
            },
            &[],
        );
        change(
            draft,
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
        change(
            draft,
            &id(&table),
            NetworkChange::CreateRouteTable {
                at: at(),
                vpc: out(name, "vpc"),
                name: id(&table),
                tags: tags(),
            },
            &[],
        );
        change(
            draft,
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
            change(
                draft,
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
    change(
        draft,
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
    draft: &mut Draft,
    (first, one): (AccountId, &(String, Vec<String>)),
    (second, two): (AccountId, &(String, Vec<String>)),
) {
    let (here, there) = (
        Location::new(first, "eu-west-1"),
        Location::new(second, "eu-west-1"),
    );
    let peering = || Ref::output("peering");
    change(
        draft,
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
    change(
        draft,
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
        change(
            draft,
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
            change(
                draft,
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
