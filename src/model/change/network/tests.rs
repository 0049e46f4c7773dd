use std::collections::BTreeMap;

use super::{super::super::network::*, *};
use crate::model::{
    Place,
    change::{Change, ChangeKind as _, Mark, Standing},
};

const MARK: Mark<'_> = Mark {
    plan: "0123456789abcdef",
    step: "make",
};

fn at() -> Location {
    let account: crate::model::AccountId = "111122223333".parse().expect("twelve digits");
    Location::new(account, "eu-west-1")
}

fn network() -> Network {
    Network::empty(Place::new(
        *at().account.known().expect("known"),
        "eu-west-1",
    ))
}

fn marked(step: &str) -> Tags {
    BTreeMap::from([
        (Mark::PLAN.into(), MARK.plan.into()),
        (Mark::STEP.into(), step.into()),
    ])
}

fn vpc(id: &str, tags: Tags) -> Vpc {
    Vpc {
        id: id.into(),
        name: None,
        cidrs: vec!["10.0.0.0/16".parse().expect("a CIDR")],
        state: "available".into(),
        default: false,
        owner: *at().account.known().expect("known"),
        dns_support: Some(true),
        dns_hostnames: None,
        tags,
    }
}

fn create() -> NetworkChange {
    NetworkChange::CreateVpc {
        at: at(),
        name: "shop".into(),
        cidr: "10.0.0.0/16".parse().expect("a CIDR"),
        tags: Tags::new(),
    }
}

fn standing(change: &NetworkChange, network: &Network) -> Standing {
    change.standing(network, MARK).expect("bound")
}

#[test]
fn a_creation_is_told_by_its_mark_and_not_by_its_looks() {
    let mut network = network();
    network.vpcs.push(vpc("vpc-alike", Tags::new()));
    network.vpcs.push(vpc("vpc-other-step", marked("other")));
    assert_eq!(standing(&create(), &network), Standing::From);
    network.vpcs.push(vpc("vpc-1", marked("make")));
    assert_eq!(standing(&create(), &network), Standing::made("vpc-1"));
    network.vpcs.push(vpc("vpc-2", marked("make")));
    let both = Standing::Several(vec!["vpc-1".into(), "vpc-2".into()]);
    assert_eq!(standing(&create(), &network), both);
}

#[test]
fn only_what_the_step_has_made_is_there_to_be_deleted() {
    let Some(Change::Network(delete)) = create().inverse("make") else {
        panic!("a creation has an inverse");
    };
    assert!(
        delete.standing(&network(), MARK).is_err(),
        "nothing is known yet"
    );
    let delete = NetworkChange::Delete {
        at: at(),
        object: NetworkObject::Vpc(Ref::Known("vpc-1".into())),
        made_by: "make".into(),
    };
    let mut network = network();
    assert_eq!(standing(&delete, &network), Standing::to());
    network.vpcs.push(vpc("vpc-1", Tags::new()));
    let Standing::Elsewhere(lines) = standing(&delete, &network) else {
        panic!("not ours");
    };
    assert_eq!(
        lines,
        ["VPC vpc-1 does not carry the mark of the step that made it"]
    );
    network.vpcs[0].tags = marked("make");
    assert_eq!(standing(&delete, &network), Standing::From);
}

#[test]
fn a_subnet_of_somebody_else_in_its_place_is_foreign() {
    let change = NetworkChange::CreateSubnet {
        at: at(),
        vpc: Ref::Known("vpc-1".into()),
        name: "a".into(),
        cidr: "10.0.1.0/24".parse().expect("a CIDR"),
        zone: "eu-west-1a".into(),
        tags: Tags::new(),
    };
    let mut network = network();
    assert_eq!(standing(&change, &network), Standing::From);
    network.subnets.push(Subnet {
        id: "subnet-1".into(),
        vpc: "vpc-1".into(),
        name: None,
        cidrs: vec!["10.0.1.0/24".parse().expect("a CIDR")],
        zone: "eu-west-1a".into(),
        zone_id: None,
        free_addresses: None,
        public_addresses: false,
        tags: Tags::new(),
    });
    assert!(matches!(
        standing(&change, &network),
        Standing::Elsewhere(_)
    ));
    network.subnets[0].tags = marked("make");
    assert_eq!(standing(&change, &network), Standing::made("subnet-1"));
}

#[test]
fn a_route_stands_three_ways() {
    let via = |id: &str| RouteVia::NatGateway(Ref::Known(id.into()));
    let change = NetworkChange::ReplaceRoute {
        at: at(),
        table: Ref::Known("rtb-1".into()),
        destination: "0.0.0.0/0".parse().expect("a CIDR"),
        from: via("nat-1"),
        to: via("nat-2"),
    };
    let mut network = network();
    assert!(matches!(
        standing(&change, &network),
        Standing::Elsewhere(_)
    ));
    network.route_tables.push(RouteTable {
        id: "rtb-1".into(),
        vpc: "vpc-1".into(),
        name: None,
        main: false,
        subnets: Vec::new(),
        routes: Vec::new(),
        tags: Tags::new(),
    });
    for (target, wanted) in [("nat-1", Standing::From), ("nat-2", Standing::to())] {
        network.route_tables[0].routes = vec![Route {
            destination: Destination::Cidr("0.0.0.0/0".parse().expect("a CIDR")),
            target: RouteTarget::NatGateway(target.into()),
            blackhole: false,
            propagated: false,
        }];
        assert_eq!(standing(&change, &network), wanted);
    }
    let back = change.inverse("x").expect("an inverse");
    assert_eq!(back.kind().inverse("x"), Some(Change::Network(change)));
}

#[test]
fn scopes_lie_within_their_place_and_differ() {
    let one = create().scope();
    assert_eq!(one, "aws/111122223333/eu-west-1/ec2/new-vpc/shop");
    let open = NetworkChange::SetVpcDns {
        at: at(),
        vpc: Ref::output("make"),
        attribute: DnsAttribute::Support,
        from: false,
        to: true,
    };
    assert_ne!(open.scope(), one);
    assert!(open.scope().starts_with("aws/111122223333/eu-west-1/ec2/"));
}
