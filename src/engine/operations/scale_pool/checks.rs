//! What must be so before there is a plan, and what the reader must be told.

use jiff::SignedDuration;

use super::{
    super::{Arguments, Refusal, Wrong},
    observe::Observed,
};
use crate::model::{
    ZoneName,
    cluster::Capacity,
    compute::{Family, NoSizes, Reservation, Sizes, Wanted},
};

/// Addresses that the VPC CNI takes for a node of middling size and its pods.
const ADDRESSES_EACH: u32 = 8;

/// The size that is wanted, whole, and whether an autoscaler decides about the desired one.
pub(super) fn sizes(wish: &Arguments, seen: &Observed) -> Result<(Sizes, bool), Refusal> {
    let wanted = Wanted {
        min: wish.number("min"),
        desired: wish.number("desired"),
        max: wish.number("max"),
    };
    let pool = &seen.pool;
    if wanted == Wanted::default() {
        return Err(Refusal::Impossible(
            "give at least one of --desired, --min and --max".into(),
        ));
    }
    let autoscaled = match wish.text("owner") {
        "autoscaler" => true,
        "operator" => false,
        _ => pool.is_autoscaled(),
    };
    if autoscaled && let Some(desired) = wanted.desired {
        return Err(Refusal::Impossible(format!(
            "an autoscaler decides about the desired size of {} and would change {desired} again; \
             give --min and --max, or --owner operator to set it all the same",
            pool.name
        )));
    }
    let to = pool.sizes().towards(wanted).map_err(|problem| {
        let name = match problem {
            NoSizes::NoRoom => "max",
            NoSizes::Crossed { low_name, .. } => low_name,
        };
        Refusal::Wrong(Wrong::Value {
            name: name.into(),
            value: wish.text(name).into(),
            expected: problem.to_string(),
        })
    })?;
    if to == pool.sizes() {
        return Err(Refusal::NothingToDo(format!(
            "{}/{} has this size already: {to}",
            seen.cluster, pool.name
        )));
    }
    Ok((to, autoscaled))
}

/// Whether the group can be scaled as it stands.
pub(super) fn state(seen: &Observed) -> Result<(), Refusal> {
    let name = &seen.pool.name;
    let cluster = seen.compute.cluster(&seen.cluster);
    let cluster = cluster.map_or("", |cluster| cluster.status.as_str());
    let why = match seen.pool.issues.first() {
        Some(issue) => format!(" ({issue})"),
        None => String::new(),
    };
    let impossible = |text: String| Err(Refusal::Impossible(text));
    match (seen.pool.status.as_str(), cluster) {
        (_, status @ ("CREATING" | "DELETING" | "FAILED" | "PENDING")) => {
            impossible(format!("{} is {status}", seen.cluster))
        }
        ("UPDATING", _) => impossible(format!(
            "an update of {name} is on its way and EKS takes one at a time; plan again when it is \
             over"
        )),
        ("CREATING", _) => impossible(format!("{name} is still being created")),
        ("DELETING", _) => impossible(format!("{name} is being deleted")),
        ("CREATE_FAILED" | "DELETE_FAILED", _) => impossible(format!(
            "{name} is {}{why}; a group that failed has to be deleted and made anew",
            seen.pool.status
        )),
        _ => Ok(()),
    }
}

/// Whether `more` nodes can come: quota, capacity block, addresses.
pub(super) fn room(
    wish: &Arguments,
    seen: &Observed,
    more: u32,
    warnings: &mut Vec<String>,
) -> Result<(), Refusal> {
    if more == 0 {
        return Ok(());
    }
    quota(seen, more, warnings)?;
    if seen.pool.capacity == Capacity::CapacityBlock {
        block(wish, seen, more, warnings)?;
    }
    match &seen.addresses {
        Ok(free) if *free < more => Err(Refusal::Impossible(format!(
            "the subnets of {} have {free} free addresses; {more} nodes need one each at least",
            seen.pool.name
        ))),
        Ok(free) => {
            if *free < more.saturating_mul(ADDRESSES_EACH) {
                warnings.push(format!(
                    "the subnets of {} have {free} free addresses for {more} nodes and their pods",
                    seen.pool.name
                ));
            }
            Ok(())
        }
        Err(reason) => {
            warnings.push(format!(
                "whether the subnets have free addresses is not known: {reason}"
            ));
            Ok(())
        }
    }
}

/// The virtual CPUs that `nodes` nodes have, where that is known.
pub(super) fn vcpus(seen: &Observed, nodes: u32) -> Option<u32> {
    let machine = seen.machine.as_ref();
    machine.map(|machine| machine.vcpus.saturating_mul(nodes))
}

fn quota(seen: &Observed, more: u32, warnings: &mut Vec<String>) -> Result<(), Refusal> {
    let (limit, used) = match &seen.quota {
        Ok(known) => *known,
        Err(reason) => {
            warnings.push(format!("the quota could not be read: {reason}"));
            return Ok(());
        }
    };
    let kind = seen.pool.instance_types.first().map_or("", String::as_str);
    let quota = Family::of(kind).and_then(|family| family.quota(seen.pool.capacity));
    let (name, code) = quota.map_or(("the quota", ""), |quota| (quota.name, quota.code));
    let Some(needed) = vcpus(seen, more) else {
        warnings.push(format!("how many vCPUs a {kind} has is not known"));
        return Ok(());
    };
    let raise = format!(
        "ask for more first: aws service-quotas request-service-quota-increase --service-code ec2 \
         --quota-code {code} --desired-value N"
    );
    match used {
        Some(used) if limit.saturating_sub(used) < u64::from(needed) => {
            Err(Refusal::Impossible(format!(
                "{name} ({code}): {limit} vCPUs allowed, {used} used, {needed} needed; {raise}"
            )))
        }
        Some(_) => Ok(()),
        None if limit < u64::from(needed) => Err(Refusal::Impossible(format!(
            "{name} ({code}): {limit} vCPUs allowed, {needed} needed; {raise}"
        ))),
        None => {
            warnings.push(format!(
                "{name} ({code}) allows {limit} vCPUs and {needed} more are needed; how much is \
                 used is not known"
            ));
            Ok(())
        }
    }
}

/// A capacity block that has room and outlasts the wait.
fn block(
    wish: &Arguments,
    seen: &Observed,
    more: u32,
    warnings: &mut Vec<String>,
) -> Result<(), Refusal> {
    let kind = seen.pool.instance_types.first().map_or("", String::as_str);
    let here = |one: &&Reservation| one.block && one.is_active() && one.instance_type == kind;
    let blocks: Vec<&Reservation> = seen.compute.reservations.iter().filter(here).collect();
    let free: u32 = blocks.iter().map(|one| one.free).sum();
    if free < more {
        return Err(Refusal::Impossible(format!(
            "the active capacity blocks of {kind} have {free} free instances; {more} are needed"
        )));
    }
    let Some(ends) = blocks.iter().filter_map(|one| one.ends).min() else {
        warnings.push("when the capacity block ends is not known".into());
        return Ok(());
    };
    let wait = SignedDuration::from_secs(i64::from(wish.number("wait").unwrap_or(0)));
    let needed = seen.now.checked_add(wait).unwrap_or(seen.now);
    if ends <= needed {
        return Err(Refusal::Impossible(format!(
            "the capacity block ends at {ends}, before the nodes need to be there; EC2 ends its \
             instances half an hour before that"
        )));
    }
    warnings.push(format!(
        "the capacity block ends at {ends}; EC2 ends its instances half an hour before that"
    ));
    Ok(())
}

/// How many instances to reserve in which zones; none where nobody asked.
pub(super) fn reserve(
    wish: &Arguments,
    seen: &Observed,
    more: u32,
) -> Result<Vec<(ZoneName, u32)>, Refusal> {
    let text = wish.text("reserve");
    if text == "no" || text.is_empty() || more == 0 {
        return Ok(Vec::new());
    }
    let zones = &seen.pool.zones;
    if seen.pool.capacity != Capacity::OnDemand {
        return Err(Refusal::Impossible(format!(
            "{} is bought as {}; only On-Demand capacity can be reserved",
            seen.pool.name, seen.pool.capacity
        )));
    }
    if text == "spread" {
        if zones.is_empty() {
            return Err(Refusal::Impossible(format!(
                "the zones of {} are not known; give one by --reserve",
                seen.pool.name
            )));
        }
        // As an Auto Scaling group spreads: as even as can be, the first zones one more.
        let count = u32::try_from(zones.len()).unwrap_or(u32::MAX);
        let each = zones.iter().zip(0..).map(|(zone, at)| {
            let extra = u32::from(at < more % count);
            (zone.clone(), more / count + extra)
        });
        return Ok(each.filter(|(_, count)| *count > 0).collect());
    }
    let zone = ZoneName::from(text);
    if !zones.is_empty() && !zones.contains(&zone) {
        let names: Vec<&str> = zones.iter().map(ZoneName::as_str).collect();
        return Err(Refusal::Wrong(Wrong::Value {
            name: "reserve".into(),
            value: text.into(),
            expected: format!("no, spread, or one of {}", names.join(", ")),
        }));
    }
    Ok(vec![(zone, more)])
}

/// What the reader must know of the group and of what comes.
pub(super) fn warnings(seen: &Observed, to: Sizes, autoscaled: bool) -> Vec<String> {
    let pool = &seen.pool;
    let from = pool.sizes();
    let mut warnings = Vec::new();
    if autoscaled {
        warnings.push(
            "an autoscaler decides about the desired size: it is left alone unless it lies outside \
             of the new bounds"
                .into(),
        );
    } else if pool.is_autoscaled() {
        warnings.push("an autoscaler may change the desired size again at any moment".into());
    }
    if let Some(issue) = pool.issues.first() {
        warnings.push(format!(
            "EKS already complains about {}: {issue}",
            pool.name
        ));
    }
    if to.desired > from.desired {
        if pool.accelerator.is_some() {
            warnings.push(
                "EKS calls the update successful once the Auto Scaling group is set; GPU capacity \
                 is not promised by that and is waited for"
                    .into(),
            );
        }
        if pool.capacity == Capacity::Spot {
            warnings.push("spot nodes can be taken away at any moment".into());
        }
        if seen.nodes.as_ref().is_ok_and(|nodes| nodes.ready.is_none()) {
            warnings.push(
                "the cluster cannot be looked into: nodes are counted by EC2, and whether they are \
                 Ready and their GPUs usable is not proven"
                    .into(),
            );
        }
    }
    if to.desired < from.desired {
        warnings.push(format!(
            "{} nodes go with every pod on them; a PodDisruptionBudget can hold a node for 15 \
             minutes, then its pods are evicted all the same",
            from.desired - to.desired
        ));
    }
    warnings
}
