//! Answers about clusters and their nodes.

use super::{Seen, unbound};
use crate::{
    engine::plan::ClusterProbe,
    model::{
        ClusterName, Place, PoolName,
        cluster::Capacity,
        compute::{Compute, Family, Nodes, Witness},
    },
    provider::{Provider, Result},
};

pub(super) async fn ask(provider: &Provider, probe: &ClusterProbe) -> Result<Seen> {
    let place = probe.at().place().map_err(|gap| unbound(&gap))?;
    match probe {
        ClusterProbe::Well { cluster, .. } => {
            let cluster = cluster.get().map_err(|gap| unbound(&gap))?;
            let compute = provider.compute.cluster(&place, cluster).await?;
            Ok(well(&compute, cluster))
        }
        ClusterProbe::Nodes {
            cluster,
            pool,
            least,
            most,
            gpus_each,
            ..
        } => {
            let cluster = cluster.get().map_err(|gap| unbound(&gap))?;
            let nodes = provider.compute.nodes(&place, cluster, pool).await?;
            Ok(counted(pool, &nodes, (*least, *most), *gpus_each))
        }
        ClusterProbe::Headroom {
            instance_type,
            capacity,
            vcpus,
            ..
        } => headroom(provider, &place, instance_type, *capacity, *vcpus).await,
    }
}

fn well(compute: &Compute, name: &ClusterName) -> Seen {
    let Some(cluster) = compute.cluster(name) else {
        return Seen {
            holds: None,
            text: format!("{name} is not to be seen"),
        };
    };
    let mut ails: Vec<String> = Vec::new();
    if cluster.status != "ACTIVE" {
        ails.push(format!("{name} is {}", cluster.status));
    }
    ails.extend(cluster.issues.iter().cloned());
    for addon in &compute.addons {
        if addon.status != "ACTIVE" {
            let why = addon.issues.first().map(|why| format!(" ({why})"));
            ails.push(format!(
                "{} is {}{}",
                addon.name,
                addon.status,
                why.unwrap_or_default()
            ));
        }
    }
    if ails.is_empty() {
        let addons = compute.addons.len();
        return Seen {
            holds: Some(true),
            text: format!("{name} is active, {addons} add-ons are at work"),
        };
    }
    Seen {
        holds: Some(false),
        text: ails.join(", "),
    }
}

fn counted(pool: &PoolName, nodes: &Nodes, (least, most): (u32, u32), gpus_each: u32) -> Seen {
    let why = match nodes.issues.first() {
        Some(issue) => format!(": {issue}"),
        None => String::new(),
    };
    let Some((count, witness)) = nodes.counted() else {
        return Seen {
            holds: None,
            text: format!("nobody can tell how many nodes {pool} has{why}"),
        };
    };
    let ready = match witness {
        Witness::Kubernetes => "ready",
        Witness::Ec2 => "running",
    };
    let enough = (least..=most).contains(&count);
    let wanted = if count > most { most } else { least };
    let mut text = format!("{count} of {wanted} nodes of {pool} are {ready}, by {witness}");
    let gpus = gpus_each * least;
    let given = match (gpus, nodes.gpus) {
        (0, _) => true,
        (gpus, Some(found)) => {
            text = format!("{text}; pods can be given {found} of {gpus} GPUs");
            found >= gpus
        }
        (_, None) => {
            text.push_str("; whether pods can be given their GPUs is not known from here");
            true
        }
    };
    if !enough {
        text.push_str(&why);
    }
    Seen {
        holds: Some(enough && given),
        text,
    }
}

async fn headroom(
    provider: &Provider,
    place: &Place,
    instance_type: &str,
    capacity: Capacity,
    vcpus: u32,
) -> Result<Seen> {
    let family = Family::of(instance_type).and_then(|family| family.quota(capacity));
    let Some(quota) = family else {
        return Ok(Seen {
            holds: None,
            text: format!("no quota of {instance_type} is known"),
        });
    };
    let limit = provider.quotas.quota(place, quota).await?;
    let used = provider.quotas.used(place, quota).await?;
    let (name, code) = (quota.name, quota.code);
    Ok(match used {
        Some(used) => Seen {
            holds: Some(limit.saturating_sub(used) >= u64::from(vcpus)),
            text: format!("{name} ({code}): {limit} vCPUs allowed, {used} used, {vcpus} needed"),
        },
        None => Seen {
            holds: None,
            text: format!("{name} ({code}): {limit} vCPUs allowed; what is used is not known"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(running: u32, ready: Option<u32>, gpus: Option<u32>) -> Nodes {
        Nodes {
            running: Some(running),
            ready,
            gpus,
            issues: vec!["InsufficientInstanceCapacity: none left".into()],
        }
    }

    #[test]
    fn nodes_count_by_the_best_witness_and_their_gpus_where_they_can_be_seen() {
        let pool = PoolName::from("gpu");
        let told = |nodes: &Nodes, least, most| {
            let seen = counted(&pool, nodes, (least, most), 4);
            format!("{:?} {}", seen.holds, seen.text)
        };
        let lines = [
            told(&nodes(2, Some(2), Some(8)), 2, u32::MAX),
            told(&nodes(2, Some(2), Some(0)), 2, u32::MAX),
            told(&nodes(2, None, None), 2, u32::MAX),
            told(&nodes(1, Some(1), Some(4)), 2, u32::MAX),
            told(&nodes(3, Some(3), Some(12)), 1, 1),
            told(&Nodes::default(), 1, 1),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        Some(true) 2 of 2 nodes of gpu are ready, by the cluster; pods can be given 8 of 8 GPUs
        Some(false) 2 of 2 nodes of gpu are ready, by the cluster; pods can be given 0 of 8 GPUs
        Some(true) 2 of 2 nodes of gpu are running, by EC2 and EKS; whether pods can be given their GPUs is not known from here
        Some(false) 1 of 2 nodes of gpu are ready, by the cluster; pods can be given 4 of 8 GPUs: InsufficientInstanceCapacity: none left
        Some(false) 3 of 1 nodes of gpu are ready, by the cluster; pods can be given 12 of 4 GPUs: InsufficientInstanceCapacity: none left
        None nobody can tell how many nodes gpu has
        ");
    }
}
