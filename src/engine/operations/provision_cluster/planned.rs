//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use std::collections::BTreeMap;

use super::{
    super::{Arguments, Refusal, World, outline::Outline, price::Bill},
    checks,
    compose::compose,
    ground,
    observe::Observed,
    pieces::{Blueprint, PoolWish},
};
use crate::{
    engine::{
        facts::cluster::subnets_value,
        plan::{ClusterSource, CostDelta, Fact, FactId, Plan, Source},
    },
    model::{
        PoolName, Tags,
        change::{Endpoint, Location},
        cluster::Capacity,
        compute::Sizes,
        network::Subnet,
    },
};

pub(super) fn plan(wish: &Arguments, seen: &Observed, world: &World<'_>) -> Result<Plan, Refusal> {
    let gaps = seen.present.compute.gaps.iter();
    let mut warnings: Vec<String> = gaps.map(|gap| format!("not read: {gap}")).collect();
    let (version, standard) = checks::version(wish, seen, &mut warnings)?;
    let subnets = ground::subnets(wish, seen, &mut warnings)?;
    let blueprint = blueprint(wish, seen, world, version, &subnets)?;
    checks::name(&blueprint)?;
    checks::present(&blueprint, seen)?;
    let missing: Vec<&PoolWish> = blueprint
        .pools
        .iter()
        .filter(|pool| seen.present.compute.pool(&seen.name, &pool.name).is_none())
        .collect();
    checks::quotas(seen, &missing, &mut warnings)?;
    let draft = compose(&blueprint, &seen.present);
    if draft.is_empty() {
        return Err(Refusal::NothingToDo(format!(
            "{} is there with its roles, add-ons and node groups; `scale-pool` changes sizes",
            seen.name
        )));
    }
    let new = seen.present.compute.cluster(&seen.name).is_none();
    warnings.extend(told(&blueprint, new));
    let outline = Outline {
        operation: "provision-cluster",
        title: if new {
            format!("cluster {} {}", seen.name, blueprint.version)
        } else {
            format!("what is missing of cluster {}", seen.name)
        },
        targets: targets(&blueprint, seen, world),
        accounts: vec![seen.place.account],
        facts: facts(seen, &subnets),
        cost: Some(cost(&blueprint, &missing, new, standard, seen)),
        warnings,
    };
    Ok(outline.around(draft, wish, world))
}

fn blueprint(
    wish: &Arguments,
    seen: &Observed,
    world: &World<'_>,
    version: String,
    subnets: &[Subnet],
) -> Result<Blueprint, Refusal> {
    let place = &seen.place;
    let mut pools = pools_of(wish);
    for pool in &mut pools {
        if !pool.sizes.is_whole() {
            let name = format!("{}-desired", pool.name);
            let text = pool.sizes.to_string();
            return Err(checks::wrong(
                &name,
                &text,
                "min at most desired, desired at most max, and max at least 1",
            ));
        }
        if let Ok(machines) = &seen.machines {
            let kind = &pool.instance_type;
            let Some(machine) = machines.get(kind) else {
                let name = format!("{}-type", pool.name);
                let expected = format!("an instance type that {} offers", place.region);
                return Err(checks::wrong(&name, kind, expected));
            };
            pool.arm = machine.arm;
            pool.gpus = machine.accelerator.as_ref().map_or(0, |gpu| gpu.count);
        }
        if pool.name.as_str() == "gpu" && pool.gpus == 0 && seen.machines.is_ok() {
            return Err(checks::wrong(
                "gpu-type",
                &pool.instance_type,
                "an instance type with GPUs",
            ));
        }
    }
    let admin = checks::arn(wish, "admin", "iam")?;
    let class = world.class(place.account);
    Ok(Blueprint {
        prefix: String::new(),
        at: Location::new(place.account, place.region.clone()),
        name: seen.name.clone(),
        version,
        subnets: subnets.iter().map(|one| one.id.clone().into()).collect(),
        after: Vec::new(),
        endpoint: checks::endpoint(wish)?,
        logs: checks::logs(wish)?,
        key: checks::arn(wish, "kms-key", "kms")?,
        admin: admin.or(seen.maker.clone()),
        addons: checks::words(wish.text("addons")),
        disk_gib: wish.number("disk").unwrap_or(50),
        pools,
        tags: Tags::from([("environment".into(), class.to_string())]),
    })
}

/// The node groups that are wished for, before anything is known of their instance types.
pub(super) fn pools_of(wish: &Arguments) -> Vec<PoolWish> {
    let pool = |name: &str, capacity, gpus| {
        let number = |what: &str| wish.number(&format!("{name}-{what}")).unwrap_or(0);
        PoolWish {
            name: PoolName::from(name),
            instance_type: wish.text(&format!("{name}-type")).to_owned(),
            sizes: Sizes::new(number("min"), number("desired"), number("max")),
            capacity,
            gpus,
            arm: false,
        }
    };
    let mut pools = vec![pool("main", Capacity::OnDemand, 0)];
    if wish.text("gpu") == "yes" {
        let spot = wish.text("gpu-capacity") == "spot";
        let capacity = if spot {
            Capacity::Spot
        } else {
            Capacity::OnDemand
        };
        pools.push(pool("gpu", capacity, 1));
    }
    pools
}

/// What the reader must know of the cluster as it will be.
fn told(blueprint: &Blueprint, new: bool) -> Vec<String> {
    let mut told = Vec::new();
    if blueprint.endpoint == Endpoint::Private {
        told.push(
            "the API server is reached only from within the VPC: from elsewhere nodes are counted \
             by EC2, and no pod is run to prove them"
                .into(),
        );
    }
    if let Endpoint::Public(blocks) = &blueprint.endpoint
        && blocks.iter().any(|block| block.prefix_len() == 0)
    {
        told.push("the API server is open to everybody".into());
    }
    if blueprint.admin.is_none() {
        told.push("the role that makes the cluster is its administrator, without an entry".into());
    }
    if new {
        told.push(format!(
            "rolling back deletes the cluster; volumes and load balancers that workloads have made \
             by then survive, are billed, and keep the VPC from being deleted: look for the tag \
             kubernetes.io/cluster/{}",
            blueprint.name
        ));
        if !blueprint.logs.is_empty() {
            told.push(format!(
                "its logs survive it in the log group /aws/eks/{}/cluster",
                blueprint.name
            ));
        }
    }
    told
}

fn targets(blueprint: &Blueprint, seen: &Observed, world: &World<'_>) -> Vec<String> {
    let place = &seen.place;
    let mut targets = vec![format!(
        "cluster {} in {} ({}), {}",
        seen.name,
        world.name(place.account),
        place.account,
        place.region
    )];
    targets.extend(blueprint.pools.iter().map(|pool| {
        let name = &pool.name;
        format!("node group {name}: {}, {}", pool.instance_type, pool.sizes)
    }));
    targets
}

/// What the plan rests on, as it was read.
fn facts(seen: &Observed, subnets: &[Subnet]) -> BTreeMap<FactId, Fact> {
    let ids: Vec<_> = subnets.iter().map(|one| one.id.clone()).collect();
    let value = subnets_value(&seen.network, &ids);
    let source = ClusterSource::Subnets {
        place: seen.place.clone(),
        subnets: ids,
    };
    let fact = Fact {
        source: Source::Cluster(source),
        value,
        observed_at: seen.now,
        volatile: false,
    };
    BTreeMap::from([(FactId::from("subnets"), fact)])
}

fn cost(
    blueprint: &Blueprint,
    missing: &[&PoolWish],
    new: bool,
    standard: bool,
    seen: &Observed,
) -> CostDelta {
    let mut bill = Bill::default();
    if new {
        bill.cluster(standard);
    }
    for pool in missing {
        let count = i64::from(pool.sizes.desired);
        let (kind, region) = (&pool.instance_type, &seen.place.region);
        bill.nodes(region, kind, pool.capacity, count);
    }
    let disks: u32 = missing.iter().map(|pool| pool.sizes.desired).sum();
    if disks > 0 {
        bill.note(format!(
            "{disks} disks of {} GiB, logs and traffic come on top",
            blueprint.disk_gib
        ));
    }
    bill.delta()
}
