//! A hub and two spokes in each environment.

use jiff::SignedDuration;

use super::{ENVIRONMENTS, HOME, PURPOSES, account, now, place, role};
use crate::model::{
    Tags,
    network::{Destination, Network, Peering, PeeringEnd, Route, RouteTable, RouteTarget, Vpc},
};

pub(super) fn vpc_id(environment: usize, purpose: usize) -> String {
    format!("vpc-0{environment}{purpose}a1b2c3d4e5f6")
}

fn cidr(environment: usize, purpose: usize) -> ipnet::IpNet {
    // The shared VPC has the first block, app and ml the next two.
    let second = ENVIRONMENTS[environment].2 + [1, 2, 0][purpose];
    format!("10.{second}.0.0/16").parse().expect("a block")
}

/// Spokes are peered with their hub; prod-ml's way back is missing and dev-ml waits.
pub(super) fn network(number: u64) -> Network {
    let (environment, purpose) = role(number);
    let (_, short, _) = ENVIRONMENTS[environment];
    let here = place(number);
    let mut network = Network::empty(here.clone());
    network.vpcs.push(Vpc {
        id: vpc_id(environment, purpose).into(),
        name: Some(format!("{short}-{}", PURPOSES[purpose])),
        cidrs: vec![cidr(environment, purpose)],
        state: "available".into(),
        default: false,
        owner: here.account,
        dns_support: None,
        dns_hostnames: None,
        tags: Tags::new(),
    });
    let mut routes = vec![Route {
        destination: Destination::Cidr(cidr(environment, purpose)),
        target: RouteTarget::Local,
        blackhole: false,
        propagated: false,
    }];
    for spoke in [0, 1]
        .into_iter()
        .filter(|spoke| purpose == 2 || *spoke == purpose)
    {
        let id = format!("pcx-0{environment}{spoke}aa11bb22cc33");
        let end = |purpose: usize| PeeringEnd {
            account: account(u64::try_from(environment * 3 + purpose + 1).expect("small")),
            region: HOME.into(),
            vpc: vpc_id(environment, purpose).into(),
            cidrs: vec![cidr(environment, purpose)],
            dns_resolution: Some(true),
        };
        let waits = environment == 0 && spoke == 1;
        network.peerings.push(Peering {
            id: id.as_str().into(),
            name: Some(format!("{short}-{}", PURPOSES[spoke])),
            requester: end(spoke),
            accepter: end(2),
            status: if waits {
                "pending-acceptance"
            } else {
                "active"
            }
            .into(),
            message: None,
            expires: waits.then(|| now() + SignedDuration::from_hours(50)),
            tags: Tags::new(),
        });
        let forgotten = environment == 2 && spoke == 1 && purpose == 2;
        if !waits && !forgotten {
            let far = if purpose == 2 { spoke } else { 2 };
            routes.push(Route {
                destination: Destination::Cidr(cidr(environment, far)),
                target: RouteTarget::Peering(id.as_str().into()),
                blackhole: false,
                propagated: false,
            });
        }
    }
    network.route_tables.push(RouteTable {
        id: format!("rtb-0{environment}{purpose}").into(),
        vpc: vpc_id(environment, purpose).into(),
        name: None,
        main: true,
        subnets: Vec::new(),
        routes,
        tags: Tags::new(),
    });
    network
}
