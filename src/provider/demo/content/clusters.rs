//! EKS clusters and their node groups, one GPU pool of them short of capacity and one idle.

use jiff::{SignedDuration, Timestamp};

use super::{
    super::estate::{Environment, Estate, HOME, Purpose, Role, Site, arn},
    named, network,
};
use crate::model::{
    Place, Tags,
    cluster::{Accelerator, Capacity, Cluster, NodePool},
};

/// The clusters of a place. `dry` is a region without GPU capacity.
pub(in super::super) fn clusters(
    estate: &Estate,
    site: &Site,
    place: &Place,
    now: Timestamp,
    dry: bool,
) -> Vec<Cluster> {
    let Role::Workload(environment, Purpose::App | Purpose::Ml) = site.role else {
        return Vec::new();
    };
    // Of the generated teams, one in three runs a cluster of its own.
    let has_one = site.is_reference() || estate.seed.below(&format!("eks/{}", site.id), 3) == 0;
    if place.region.as_str() != HOME || !has_one {
        return Vec::new();
    }
    vec![cluster(estate, site, place, environment, now, dry)]
}

fn cluster(
    estate: &Estate,
    site: &Site,
    place: &Place,
    environment: Environment,
    now: Timestamp,
    dry: bool,
) -> Cluster {
    let name = format!("{}-1", site.name);
    let region = place.region.as_str();
    let old = site.is(Environment::Staging, Purpose::App);
    let version = match environment {
        _ if old => "1.32",
        Environment::Dev => "1.35",
        Environment::Staging | Environment::Prod => "1.34",
    };
    let letters = estate.seed.letters(&format!("eks/{}", site.id), 24);
    let code = estate.seed.letters(&format!("eks/zone/{}", site.id), 3);
    let host = format!("{letters}.{code}.{region}.eks.amazonaws.com").to_uppercase();
    let days = 200 + i64::from(estate.seed.below(&format!("eks/age/{}", site.id), 400));
    let ground = Ground {
        estate,
        site,
        region,
        cluster: &name,
        environment,
    };
    let mut pools = ground.pools();
    if dry {
        pools.iter_mut().for_each(starve);
    }
    Cluster {
        place: place.clone(),
        arn: arn(
            "eks",
            region,
            &site.id.to_string(),
            &format!("cluster/{name}"),
        ),
        name: name.as_str().into(),
        version: version.into(),
        status: "ACTIVE".into(),
        endpoint: Some(format!("https://{host}").replace(&region.to_uppercase(), region)),
        public_endpoint: false,
        vpc: Some(network::vpc_id(estate, site, region)),
        created: now.checked_sub(SignedDuration::from_hours(24 * days)).ok(),
        issues: Vec::new(),
        pools,
        tags: named(site, &name),
    }
}

/// Takes every GPU node away, as a region without capacity does.
fn starve(pool: &mut NodePool) {
    if pool.accelerator.is_some() && pool.desired > 0 {
        pool.running = Some(0);
        pool.issues = vec![no_capacity(&pool.instance_types.join(", "))];
    }
}

pub(in super::super) fn no_capacity(kind: &str) -> String {
    format!(
        "InsufficientInstanceCapacity: could not launch On-Demand Instances. {kind} is not \
         available in the requested zones at this time"
    )
}

struct Ground<'a> {
    estate: &'a Estate,
    site: &'a Site,
    region: &'a str,
    cluster: &'a str,
    environment: Environment,
}

/// How large a pool is: fewest, wanted, most, and how many really run.
struct Size(u32, u32, u32, u32);

impl Ground<'_> {
    fn pools(&self) -> Vec<NodePool> {
        let wanted = match self.environment {
            Environment::Dev => 2,
            Environment::Staging => 3,
            Environment::Prod => 4,
        };
        let mut pools = vec![self.pool("main", "t3.medium", Size(2, wanted, 4, wanted))];
        let ml = self.site.role == Role::Workload(self.environment, Purpose::Ml);
        if ml || self.site.is_reference() {
            let wanted = match self.environment {
                Environment::Prod if ml => 2,
                Environment::Staging if ml => 1,
                _ => 0,
            };
            let mut gpu = self.pool("gpu", "g4dn.xlarge", Size(0, wanted, 2, wanted));
            gpu.capacity = Capacity::Spot;
            pools.push(gpu);
        }
        if self.site.is(Environment::Prod, Purpose::Ml) {
            pools.extend(self.large());
        }
        pools
    }

    /// The pair that makes the fleet worth a look: one idles, one is short of capacity.
    fn large(&self) -> [NodePool; 2] {
        let idle = self.pool("a10g-batch", "g5.12xlarge", Size(0, 3, 6, 3));
        let mut short = self.pool("h100-train", "p5.48xlarge", Size(0, 4, 8, 2));
        short.status = "DEGRADED".into();
        short.issues = vec![no_capacity("p5.48xlarge")];
        [idle, short]
    }

    fn pool(&self, name: &str, kind: &str, Size(min, desired, max, running): Size) -> NodePool {
        let id = self
            .estate
            .seed
            .uuid(&format!("pool/{}/{name}", self.site.id));
        let resource = format!("nodegroup/{}/{name}/{id}", self.cluster);
        let subnet = |at| network::subnet_id(self.estate, self.site, self.region, false, at);
        let zone = |letter: char| format!("{}{letter}", self.region).into();
        let mut tags: Tags = named(self.site, &format!("{}-{name}", self.cluster));
        tags.insert("eks:cluster-name".into(), self.cluster.into());
        NodePool {
            name: name.into(),
            arn: arn("eks", self.region, &self.site.id.to_string(), &resource),
            status: "ACTIVE".into(),
            instance_types: vec![kind.into()],
            capacity: Capacity::OnDemand,
            min,
            desired,
            max,
            running: Some(running),
            subnets: (0..3).map(subnet).collect(),
            zones: network::ZONES.map(zone).to_vec(),
            accelerator: accelerator(kind),
            issues: Vec::new(),
            tags,
        }
    }
}

/// What EC2 says of an instance type (DescribeInstanceTypes).
pub(in super::super) fn accelerator(kind: &str) -> Option<Accelerator> {
    let (model, count, each_gib) = match kind {
        "g4dn.xlarge" | "g4dn.2xlarge" => ("T4", 1, 16),
        "g5.xlarge" => ("A10G", 1, 24),
        "g5.12xlarge" => ("A10G", 4, 24),
        "p5.48xlarge" => ("H100", 8, 80),
        _ => return None,
    };
    Some(Accelerator {
        maker: "NVIDIA".into(),
        model: model.into(),
        count,
        memory_mib: u64::from(count) * each_gib * 1024,
    })
}
