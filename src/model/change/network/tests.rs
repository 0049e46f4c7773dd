use std::collections::BTreeMap;

use super::{super::super::network::*, *};
use crate::model::{
    Place,
    change::{Change, ChangeKind as _, Mark, Progress, Standing},
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

fn group(ingress: Vec<SecurityRule>, egress: Vec<SecurityRule>) -> SecurityGroup {
    SecurityGroup {
        id: "sg-1".into(),
        vpc: "vpc-1".into(),
        name: SecurityGroup::DEFAULT.into(),
        description: String::new(),
        ingress,
        egress,
        tags: Tags::new(),
    }
}

fn rule(cidrs: &[&str], groups: &[&str]) -> SecurityRule {
    SecurityRule {
        traffic: Traffic::ALL,
        cidrs: cidrs
            .iter()
            .map(|cidr| cidr.parse().expect("a CIDR"))
            .collect(),
        groups: groups.iter().map(|group| (*group).into()).collect(),
        prefix_lists: Vec::new(),
    }
}

#[test]
fn a_default_group_is_told_from_rules_of_somebodys_own_in_each_direction() {
    let close = |flow| NetworkChange::SetDefaultGroup {
        at: at(),
        vpc: Ref::Known("vpc-1".into()),
        flow,
        from: DefaultRules::Open,
        to: DefaultRules::Closed,
    };
    let mut network = network();
    assert!(matches!(
        standing(&close(Flow::Ingress), &network),
        Standing::Elsewhere(_)
    ));
    let everything = vec![rule(&["0.0.0.0/0", "::/0"], &[])];
    network.security_groups = vec![group(vec![rule(&[], &["sg-1"])], everything)];
    assert_eq!(standing(&close(Flow::Ingress), &network), Standing::From);
    assert_eq!(standing(&close(Flow::Egress), &network), Standing::From);
    network.security_groups[0].ingress.clear();
    assert_eq!(standing(&close(Flow::Ingress), &network), Standing::to());
    network.security_groups[0].egress = vec![rule(&["10.0.0.0/8"], &[])];
    let Standing::Elsewhere(lines) = standing(&close(Flow::Egress), &network) else {
        panic!("somebody's own");
    };
    assert_eq!(
        lines,
        ["the egress rules of the default security group of vpc-1 are somebody's own"]
    );
    let Some(Change::Network(back)) = close(Flow::Ingress).inverse("x") else {
        panic!("an inverse");
    };
    assert_eq!(
        close(Flow::Ingress).action(),
        "ec2:RevokeSecurityGroupIngress"
    );
    assert_eq!(back.action(), "ec2:AuthorizeSecurityGroupIngress");
    assert_eq!(standing(&back, &network), Standing::From);
}

#[test]
fn what_has_failed_stands_in_the_way_and_says_why() {
    let create = NetworkChange::CreateNatGateway {
        at: at(),
        name: "nat".into(),
        subnet: Ref::Known("subnet-1".into()),
        address: Ref::Known("eipalloc-1".into()),
        tags: Tags::new(),
    };
    let mut network = network();
    network.nat_gateways.push(NatGateway {
        id: "nat-1".into(),
        vpc: "vpc-1".into(),
        subnet: Some("subnet-1".into()),
        name: None,
        state: "failed".into(),
        failure: Some("no internet gateway".into()),
        public_ip: None,
        tags: marked("make"),
    });
    assert_eq!(
        standing(&create, &network),
        Standing::elsewhere(
            "nat-1 is failed: no internet gateway; roll back, then make a new plan"
        )
    );
    assert_eq!(
        create.progress(&network, MARK),
        Progress::Failed("it is failed: no internet gateway".into())
    );
    network.nat_gateways[0].state = "deleted".into();
    assert_eq!(standing(&create, &network), Standing::From);
    network.nat_gateways[0].state = "pending".into();
    assert_eq!(standing(&create, &network), Standing::made("nat-1"));
}

#[test]
fn an_endpoint_serves_a_table_or_does_not() {
    let (endpoint, table) = (Ref::Known("vpce-1".into()), Ref::Known("rtb-1".into()));
    let add = NetworkChange::AddEndpointTable {
        at: at(),
        endpoint,
        table,
    };
    let mut network = network();
    assert!(matches!(standing(&add, &network), Standing::Elsewhere(_)));
    network.endpoints.push(VpcEndpoint {
        id: "vpce-1".into(),
        vpc: "vpc-1".into(),
        service: "com.amazonaws.eu-west-1.s3".into(),
        kind: "Gateway".into(),
        state: "available".into(),
        tables: Vec::new(),
        tags: Tags::new(),
    });
    assert_eq!(standing(&add, &network), Standing::From);
    network.endpoints[0].tables.push("rtb-1".into());
    assert_eq!(standing(&add, &network), Standing::to());
    let Some(Change::Network(remove)) = add.inverse("x") else {
        panic!("an inverse");
    };
    assert_eq!(standing(&remove, &network), Standing::From);
}
