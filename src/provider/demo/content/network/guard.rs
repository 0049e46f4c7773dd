//! Security groups and network ACLs.

use ipnet::IpNet;

use super::{
    super::{
        super::estate::{Environment, Purpose, Role},
        named,
    },
    Ground, subnet_id,
};
use crate::model::{
    SecurityGroupId, SubnetId, Tags,
    network::{AclEntry, NetworkAcl, SecurityGroup, SecurityRule, Traffic},
};

pub(super) fn security_groups(ground: &Ground<'_>) -> Vec<SecurityGroup> {
    let id = |name: &str| SecurityGroupId::from(ground.id("sg", name));
    let Role::Workload(environment, purpose) = ground.site.role else {
        return Vec::new();
    };
    let hub = from(Traffic::ALL, &["10.0.0.0/8"]);
    let mut groups = vec![group(
        ground,
        "default",
        "default VPC security group",
        vec![members(Traffic::ALL, id("default"))],
    )];
    if purpose == Purpose::Shared {
        let inside = vec![from(Traffic::tcp(443), &["10.0.0.0/8"])];
        groups.push(group(
            ground,
            "endpoints",
            "interface endpoints of the hub",
            inside,
        ));
        return groups;
    }
    groups.push(group(
        ground,
        "alb",
        "public load balancers",
        vec![from(Traffic::tcp(443), &["0.0.0.0/0", "::/0"])],
    ));
    let nodes = vec![
        members(Traffic::tcp(8080), id("alb")),
        members(Traffic::ALL, id("nodes")),
        hub,
    ];
    groups.push(group(ground, "nodes", "nodes of the cluster", nodes));
    let data = vec![
        members(Traffic::tcp(3306), id("nodes")),
        members(Traffic::tcp(5432), id("nodes")),
    ];
    groups.push(group(ground, "data", "databases", data));
    let nobody = "lets nobody in: for what is taken out of use";
    groups.push(group(ground, "quarantine", nobody, Vec::new()));
    if ground.site.is_reference() && environment == Environment::Dev && purpose == Purpose::App {
        let open = vec![from(Traffic::tcp(22), &["0.0.0.0/0"])];
        groups.push(group(
            ground,
            "bastion",
            "temporary, remove after the workshop",
            open,
        ));
    }
    groups
}

fn group(
    ground: &Ground<'_>,
    name: &str,
    description: &str,
    ingress: Vec<SecurityRule>,
) -> SecurityGroup {
    SecurityGroup {
        id: ground.id("sg", name).into(),
        vpc: ground.vpc_id(),
        name: name.into(),
        description: description.into(),
        ingress,
        egress: vec![from(Traffic::ALL, &["0.0.0.0/0"])],
        tags: named(ground.site, name),
    }
}

fn from(traffic: Traffic, cidrs: &[&str]) -> SecurityRule {
    SecurityRule {
        traffic,
        cidrs: cidrs.iter().map(|cidr| net(cidr)).collect(),
        groups: Vec::new(),
        prefix_lists: Vec::new(),
    }
}

fn members(traffic: Traffic, group: SecurityGroupId) -> SecurityRule {
    SecurityRule {
        traffic,
        cidrs: Vec::new(),
        groups: vec![group],
        prefix_lists: Vec::new(),
    }
}

/// The default ACL lets everything through; production keeps its private subnets to inside
/// addresses and to answers from outside.
pub(super) fn acls(ground: &Ground<'_>) -> Vec<NetworkAcl> {
    let subnets = |public: bool| -> Vec<SubnetId> {
        let id = |at| subnet_id(ground.estate, ground.site, ground.region, public, at);
        (0..3).map(id).collect()
    };
    let prod = matches!(ground.site.role, Role::Workload(Environment::Prod, _));
    let strict = prod && ground.site.is_reference();
    let mut open = subnets(true);
    if !strict {
        open.extend(subnets(false));
    }
    let anywhere = "0.0.0.0/0";
    let mut acls = vec![acl(
        ground,
        "default",
        open,
        vec![
            entry(100, false, true, anywhere, Traffic::ALL),
            entry(100, true, true, anywhere, Traffic::ALL),
        ],
    )];
    if strict {
        // Answers to what the subnets ask for come back to ephemeral ports.
        let answers = Traffic {
            protocol: Some(6),
            ports: Some((1024, 65535)),
        };
        let entries = vec![
            entry(100, false, true, "10.0.0.0/8", Traffic::ALL),
            entry(110, false, true, "192.168.0.0/16", Traffic::ALL),
            entry(120, false, true, anywhere, answers),
            entry(100, true, true, anywhere, Traffic::ALL),
        ];
        acls.push(acl(ground, "private", subnets(false), entries));
    }
    acls
}

fn acl(
    ground: &Ground<'_>,
    name: &str,
    subnets: Vec<SubnetId>,
    mut entries: Vec<AclEntry>,
) -> NetworkAcl {
    for egress in [false, true] {
        entries.push(entry(32767, egress, false, "0.0.0.0/0", Traffic::ALL));
    }
    let default = name == "default";
    NetworkAcl {
        id: ground.id("acl", name).into(),
        vpc: ground.vpc_id(),
        default,
        subnets,
        entries,
        tags: if default {
            Tags::new()
        } else {
            named(ground.site, name)
        },
    }
}

fn entry(number: u16, egress: bool, allow: bool, cidr: &str, traffic: Traffic) -> AclEntry {
    AclEntry {
        number,
        egress,
        allow,
        cidr: net(cidr),
        traffic,
    }
}

fn net(cidr: &str) -> IpNet {
    cidr.parse().expect("a network in the code")
}
