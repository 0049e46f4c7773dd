//! Two clusters in each environment, one pool short of capacity.

use super::{ENVIRONMENTS, HOME, PURPOSES, ago, arn, place, role, vpc_id};
use crate::model::{
    Tags,
    cluster::{Accelerator, Capacity, Cluster, NodePool},
};

pub(super) fn clusters(number: u64) -> Vec<Cluster> {
    let (environment, purpose) = role(number);
    if purpose == 2 {
        return Vec::new();
    }
    let (_, short, _) = ENVIRONMENTS[environment];
    let name = format!("{short}-{}", PURPOSES[purpose]);
    let pool =
        |pool: &str, kind: &str, sizes: [u32; 4], accelerator: Option<Accelerator>| NodePool {
            name: pool.into(),
            arn: arn(number, "eks", &format!("nodegroup/{name}/{pool}")),
            status: "ACTIVE".into(),
            instance_types: vec![kind.into()],
            capacity: if pool == "spot" {
                Capacity::Spot
            } else {
                Capacity::OnDemand
            },
            min: sizes[0],
            desired: sizes[1],
            max: sizes[2],
            running: Some(sizes[3]),
            subnets: Vec::new(),
            zones: vec![format!("{HOME}a").into(), format!("{HOME}b").into()],
            accelerator,
            issues: if sizes[3] < sizes[1] {
                vec!["AsgInstanceLaunchFailures: no capacity for p5.48xlarge in eu-west-1a".into()]
            } else {
                Vec::new()
            },
            tags: Tags::new(),
        };
    let gpu = |model: &str, count, memory_mib| {
        Some(Accelerator {
            maker: "NVIDIA".into(),
            model: model.into(),
            count,
            memory_mib,
        })
    };
    let mut pools = vec![pool("main", "t3.medium", [2, 3, 4, 3], None)];
    if purpose == 1 {
        pools.push(pool(
            "gpu",
            "g4dn.xlarge",
            [0, 2, 2, 2],
            gpu("T4", 1, 16_384),
        ));
    }
    if number == 8 {
        pools.push(pool(
            "h100",
            "p5.48xlarge",
            [0, 8, 12, 6],
            gpu("H100", 8, 655_360),
        ));
    }
    vec![Cluster {
        place: place(number),
        name: name.as_str().into(),
        arn: arn(number, "eks", &format!("cluster/{name}")),
        version: if environment == 0 { "1.31" } else { "1.33" }.into(),
        status: "ACTIVE".into(),
        endpoint: Some(format!("https://{name}.example.com")),
        public_endpoint: false,
        vpc: Some(vpc_id(environment, purpose).into()),
        created: Some(ago(4_000)),
        issues: Vec::new(),
        pools,
        tags: Tags::new(),
    }]
}
