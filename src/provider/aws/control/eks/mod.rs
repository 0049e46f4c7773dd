//! Changes to clusters that EKS performs, and reading where all changes to clusters stand.

mod send;

use aws_sdk_eks::Client;

use super::super::{
    ec2::{CapacityReservations, Describe, LaunchTemplates, List},
    eks::{client, inside, shape, still_there},
    error::Call,
    network,
    session::Sessions,
};
use crate::{
    model::{
        ClusterName, Place, PoolName, Ref,
        change::{ClusterChange, ClusterObject, Mark, Standing, Unbound},
        cluster::{Cluster, NodePool},
        compute::Compute,
    },
    provider::{Accepted, Envelope, Error, Kind, Progress, Result},
};

pub(super) use send::perform;

pub(super) async fn standing(
    sessions: &Sessions,
    change: &ClusterChange,
    envelope: &Envelope,
) -> Result<Standing> {
    let compute = Look::at(sessions, change).await?.compute(change).await?;
    change
        .standing(&compute, envelope.mark())
        .map_err(|gap| unsendable(change, &gap))
}

pub(super) async fn settled(
    sessions: &Sessions,
    change: &ClusterChange,
    envelope: &Envelope,
    accepted: &Accepted,
) -> Result<Progress> {
    let look = Look::at(sessions, change).await?;
    let follow = accepted.external_id.as_deref();
    let mut compute = look.compute(change).await?;
    if let (Some(id), ClusterChange::ScaleNodeGroup { cluster, pool, .. }) = (follow, change) {
        let cluster = cluster.get().map_err(|gap| unsendable(change, &gap))?;
        let call = look.call("DescribeUpdate");
        let update = inside::update(&look.client, &call, cluster, pool, id).await?;
        compute.updates.extend(update);
    }
    let mark: Mark<'_> = envelope.mark();
    change
        .progress(&compute, mark, follow)
        .map_err(|gap| unsendable(change, &gap))
}

/// Where a change is made, once that is known.
fn place(change: &ClusterChange) -> Result<Place> {
    change.at().place().map_err(|gap| unsendable(change, &gap))
}

/// A change with a gap in it is a defect of its sender.
fn unsendable(change: &ClusterChange, gap: &Unbound) -> Error {
    let kind = Kind::Service {
        service: if change.is_of_ec2() { "ec2" } else { "eks" }.into(),
        code: "NotSendable".into(),
        message: gap.to_string(),
    };
    match change.at().account.known() {
        Some(account) => Error::new(kind).at(*account, Some(&change.at().region)),
        None => Error::new(kind),
    }
}

/// Reads what one change is about and nothing else.
struct Look<'a> {
    sessions: &'a Sessions,
    client: Client,
    place: Place,
}

impl<'a> Look<'a> {
    async fn at(sessions: &'a Sessions, change: &ClusterChange) -> Result<Self> {
        let place = place(change)?;
        let sdk = sessions.sdk(&place).await?;
        Ok(Self {
            sessions,
            client: client(&sdk, &place),
            place,
        })
    }

    const fn call(&self, action: &'static str) -> Call<'_> {
        Call::new("eks", action, &self.place)
    }

    async fn compute(&self, change: &ClusterChange) -> Result<Compute> {
        let known = |name: &Ref<ClusterName>| {
            let name = name.get().cloned();
            name.map_err(|gap| unsendable(change, &gap))
        };
        let mut found = Compute::default();
        match change {
            ClusterChange::CreateCluster { name, .. } => {
                found.clusters.extend(self.cluster(name).await?);
            }
            ClusterChange::CreateAccessEntry {
                cluster, principal, ..
            }
            | ClusterChange::AssociateAccessPolicy {
                cluster, principal, ..
            }
            | ClusterChange::DisassociateAccessPolicy {
                cluster, principal, ..
            }
            | ClusterChange::Delete {
                object: ClusterObject::AccessEntry { cluster, principal },
                ..
            } => {
                let cluster = known(cluster)?;
                let entry = inside::entry(&self.client, &self.place, &cluster, principal).await?;
                found.access.extend(entry);
            }
            ClusterChange::CreateAddon { cluster, addon, .. }
            | ClusterChange::Delete {
                object: ClusterObject::Addon { cluster, addon },
                ..
            } => {
                let (call, cluster) = (self.call("DescribeAddon"), known(cluster)?);
                let addon = inside::addon(&self.client, &call, &cluster, addon).await?;
                found.addons.extend(addon);
            }
            ClusterChange::CreateNodeGroup { cluster, name, .. }
            | ClusterChange::ScaleNodeGroup {
                cluster,
                pool: name,
                ..
            }
            | ClusterChange::Delete {
                object:
                    ClusterObject::NodeGroup {
                        cluster,
                        pool: name,
                    },
                ..
            } => {
                let (call, cluster) = (self.call("DescribeNodegroup"), known(cluster)?);
                let pool = pool(&self.client, &call, &cluster, name).await?;
                let pools = pool.into_iter().collect();
                found.clusters.push(around(&self.place, cluster, pools));
            }
            ClusterChange::Delete {
                object: ClusterObject::Cluster(name),
                ..
            } => {
                found.clusters.extend(self.cluster(&known(name)?).await?);
            }
            ClusterChange::CreateLaunchTemplate { name, .. } => {
                let ask = Describe::all().filter("launch-template-name", &[name]);
                found.templates = self
                    .list::<LaunchTemplates, _>(&ask, inside::template)
                    .await?;
            }
            ClusterChange::Delete {
                object: ClusterObject::LaunchTemplate(id),
                ..
            } => {
                let id = id.get().map_err(|gap| unsendable(change, &gap))?;
                // EC2 has no filter for it, and refuses the whole call for an id that is gone.
                let ask = Describe::ids([id.to_string()]);
                let listed = self.list::<LaunchTemplates, _>(&ask, inside::template);
                found.templates = still_there(listed.await)?.unwrap_or_default();
            }
            ClusterChange::CreateCapacityReservation { instance_type, .. } => {
                let ask = Describe::all().filter("instance-type", &[instance_type]);
                found.reservations = self
                    .list::<CapacityReservations, _>(&ask, inside::reservation)
                    .await?;
            }
            ClusterChange::Delete {
                object: ClusterObject::Reservation(_),
                ..
            } => {
                found.reservations = self
                    .list::<CapacityReservations, _>(&Describe::all(), inside::reservation)
                    .await?;
            }
        }
        Ok(found)
    }

    async fn cluster(&self, name: &ClusterName) -> Result<Option<Cluster>> {
        let request = self.client.describe_cluster().name(name.as_str());
        let told = request.send().await;
        let told = told.map_err(|error| self.call("DescribeCluster").error(error));
        let told = still_there(told)?.and_then(|told| told.cluster);
        Ok(told.map(|told| shape::cluster(&self.place, &told)))
    }

    async fn list<L: List, T>(&self, ask: &Describe, turn: fn(L::Item) -> T) -> Result<Vec<T>> {
        let ec2 = network::client(self.sessions, &self.place).await?;
        let listed = ec2.list::<L>(ask).await;
        let listed =
            listed.map_err(|error| Call::new("ec2", L::ACTION, &self.place).error(error))?;
        Ok(listed.into_iter().map(turn).collect())
    }
}

/// One node group; nothing where it is not there.
async fn pool(
    client: &Client,
    call: &Call<'_>,
    cluster: &ClusterName,
    name: &PoolName,
) -> Result<Option<NodePool>> {
    let request = client.describe_nodegroup().cluster_name(cluster.as_str());
    let told = request.nodegroup_name(name.as_str()).send().await;
    let told = still_there(told.map_err(|error| call.error(error)))?;
    let told = told.and_then(|told| told.nodegroup);
    Ok(told.as_ref().map(shape::pool))
}

/// A cluster of which only these node groups were asked for.
fn around(place: &Place, name: ClusterName, pools: Vec<NodePool>) -> Cluster {
    Cluster {
        place: place.clone(),
        arn: name.as_str().into(),
        name,
        version: String::new(),
        status: String::new(),
        endpoint: None,
        public_endpoint: false,
        vpc: None,
        created: None,
        issues: Vec::new(),
        pools,
        tags: crate::model::Tags::new(),
    }
}
