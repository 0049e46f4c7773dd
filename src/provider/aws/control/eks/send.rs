//! Sending changes to EKS: each is one request, and its key the client token.

use std::collections::HashMap;

use aws_sdk_eks::{
    Client, config,
    types::{
        AccessScope, AccessScopeType, AmiTypes, AuthenticationMode, CapacityTypes,
        CreateAccessConfigRequest, EncryptionConfig, LaunchTemplateSpecification, LogSetup,
        LogType, Logging, NodegroupScalingConfig, Provider, ResolveConflicts, Taint, TaintEffect,
        VpcConfigRequest,
    },
};
use aws_smithy_types::retry::RetryConfig;
use aws_types::request_id::RequestId;

use super::{
    super::{agent, tagged},
    client, place, pool, unsendable,
};
use crate::{
    model::{
        Place, SubnetId, Tags,
        change::{ClusterChange, ClusterObject, Endpoint, Ref, Unbound},
        cluster::Capacity,
        compute::Sizes,
    },
    provider::{
        Accepted, Envelope, Error, Kind, Sent,
        aws::{error::Call, session::Sessions},
    },
};

/// Sends the change once. The engine decides what a lost answer means.
pub(in super::super) async fn perform(
    sessions: &Sessions,
    change: &ClusterChange,
    envelope: &Envelope,
) -> Sent {
    let opened = async {
        let place = place(change)?;
        let sdk = sessions.operating_sdk(&place, &envelope.reference).await?;
        Ok((client(&sdk, &place), place))
    };
    let (client, place) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return Sent::NotSent(error),
    };
    let sender = Sender {
        client,
        place,
        envelope,
    };
    match sender.send(change).await {
        Ok(sent) => sent,
        Err(gap) => Sent::NotSent(unsendable(change, &gap)),
    }
}

struct Sender<'a> {
    client: Client,
    place: Place,
    envelope: &'a Envelope,
}

/// Sends a built request once and says what became of it; `$made` is what later steps refer to.
macro_rules! once {
    ($self:ident, $action:literal, $request:expr, $answer:pat => ($follow:expr, $made:expr)) => {{
        let request = $request.customize().config_override($self.once());
        match request.send().await {
            Ok(answer) => {
                let request_id = answer.request_id().map(ToOwned::to_owned);
                let $answer = &answer;
                Sent::Accepted(Accepted {
                    request_id,
                    external_id: $follow,
                    made: $made,
                })
            }
            Err(error) => $self.call($action).sent(error),
        }
    }};
}

impl Sender<'_> {
    const fn call(&self, action: &'static str) -> Call<'_> {
        Call::new("eks", action, &self.place)
    }

    fn once(&self) -> config::Builder {
        let mut once =
            config::Builder::new().retry_config(RetryConfig::standard().with_max_attempts(1));
        once.set_app_name(agent(&self.envelope.reference));
        once
    }

    fn tags(&self, own: &Tags) -> Option<HashMap<String, String>> {
        let tags = tagged(own, self.envelope);
        (!tags.is_empty()).then(|| tags.into_iter().collect())
    }

    async fn send(&self, change: &ClusterChange) -> Result<Sent, Unbound> {
        let key = self.envelope.key.as_str();
        Ok(match change {
            ClusterChange::CreateCluster { name, .. } => {
                let request = match self.cluster(change)? {
                    Ok(request) => request,
                    Err(error) => return Ok(Sent::NotSent(error)),
                };
                once!(self, "CreateCluster", request, _ => (None, Some(name.to_string())))
            }
            ClusterChange::CreateNodeGroup { name, .. } => {
                let request = self.group(change)?;
                once!(self, "CreateNodegroup", request, _ => (None, Some(name.to_string())))
            }
            ClusterChange::CreateAccessEntry {
                cluster,
                principal,
                tags,
                ..
            } => {
                let request = self.client.create_access_entry();
                let request = request
                    .cluster_name(cluster.get()?.as_str())
                    .principal_arn(principal.as_str())
                    .set_tags(self.tags(tags))
                    .client_request_token(key);
                once!(self, "CreateAccessEntry", request, _ => (None, Some(principal.to_string())))
            }
            ClusterChange::AssociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            } => {
                let scope = AccessScope::builder().r#type(AccessScopeType::Cluster);
                let request = self.client.associate_access_policy();
                let request = request
                    .cluster_name(cluster.get()?.as_str())
                    .principal_arn(principal.as_str())
                    .policy_arn(policy.as_str())
                    .access_scope(scope.build());
                once!(self, "AssociateAccessPolicy", request, _ => (None, None))
            }
            ClusterChange::DisassociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            } => {
                let request = self.client.disassociate_access_policy();
                let request = request
                    .cluster_name(cluster.get()?.as_str())
                    .principal_arn(principal.as_str())
                    .policy_arn(policy.as_str());
                once!(self, "DisassociateAccessPolicy", request, _ => (None, None))
            }
            ClusterChange::CreateAddon {
                cluster,
                addon,
                version,
                tags,
                ..
            } => {
                let request = self.client.create_addon();
                let request = request
                    .cluster_name(cluster.get()?.as_str())
                    .addon_name(addon)
                    .set_addon_version(version.clone())
                    .resolve_conflicts(ResolveConflicts::Overwrite)
                    .set_tags(self.tags(tags))
                    .client_request_token(key);
                once!(self, "CreateAddon", request, _ => (None, Some(addon.clone())))
            }
            ClusterChange::ScaleNodeGroup {
                cluster,
                pool: name,
                to,
                autoscaled,
                ..
            } => {
                let cluster = cluster.get()?;
                let desired = if *autoscaled {
                    let call = self.call("DescribeNodegroup");
                    match pool(&self.client, &call, cluster, name).await {
                        Ok(Some(found)) => to.desired_beside(found.desired),
                        Ok(None) => None,
                        Err(error) => return Ok(Sent::NotSent(error)),
                    }
                } else {
                    Some(to.desired)
                };
                let request = self.client.update_nodegroup_config();
                let request = request
                    .cluster_name(cluster.as_str())
                    .nodegroup_name(name.as_str())
                    .scaling_config(scaling(*to, desired))
                    .client_request_token(key);
                once!(self, "UpdateNodegroupConfig", request, answer => (
                    answer.update().and_then(|update| update.id()).map(str::to_owned),
                    None
                ))
            }
            ClusterChange::Delete { object, .. } => self.delete(object).await?,
            // EC2 performs these.
            ClusterChange::CreateLaunchTemplate { .. }
            | ClusterChange::CreateCapacityReservation { .. } => Sent::NotSent(self.elsewhere()),
        })
    }

    async fn delete(&self, object: &ClusterObject) -> Result<Sent, Unbound> {
        Ok(match object {
            ClusterObject::Cluster(name) => {
                let request = self.client.delete_cluster().name(name.get()?.as_str());
                once!(self, "DeleteCluster", request, _ => (None, None))
            }
            ClusterObject::NodeGroup { cluster, pool } => {
                let request = self.client.delete_nodegroup();
                let request = request
                    .cluster_name(cluster.get()?.as_str())
                    .nodegroup_name(pool.as_str());
                once!(self, "DeleteNodegroup", request, _ => (None, None))
            }
            ClusterObject::Addon { cluster, addon } => {
                let request = self.client.delete_addon();
                let request = request
                    .cluster_name(cluster.get()?.as_str())
                    .addon_name(addon);
                once!(self, "DeleteAddon", request, _ => (None, None))
            }
            ClusterObject::AccessEntry { cluster, principal } => {
                let request = self.client.delete_access_entry();
                let request = request
                    .cluster_name(cluster.get()?.as_str())
                    .principal_arn(principal.as_str());
                once!(self, "DeleteAccessEntry", request, _ => (None, None))
            }
            ClusterObject::LaunchTemplate(_) | ClusterObject::Reservation(_) => {
                Sent::NotSent(self.elsewhere())
            }
        })
    }

    fn cluster(
        &self,
        change: &ClusterChange,
    ) -> Result<
        Result<aws_sdk_eks::operation::create_cluster::builders::CreateClusterFluentBuilder, Error>,
        Unbound,
    > {
        let ClusterChange::CreateCluster {
            name,
            version,
            role,
            subnets,
            endpoint,
            logs,
            key,
            creator_is_admin,
            tags,
            ..
        } = change
        else {
            return Ok(Err(self.elsewhere()));
        };
        let mut network = VpcConfigRequest::builder()
            .set_subnet_ids(Some(ids(subnets)?))
            .endpoint_private_access(true)
            .endpoint_public_access(matches!(endpoint, Endpoint::Public(_)));
        if let Endpoint::Public(blocks) = endpoint {
            let blocks = blocks.iter().map(ToString::to_string);
            network = network.set_public_access_cidrs(Some(blocks.collect()));
        }
        let logs = logs.iter().map(|log| LogType::from(log.as_str()));
        let setup = LogSetup::builder()
            .set_types(Some(logs.collect()))
            .enabled(true);
        let access = CreateAccessConfigRequest::builder()
            .authentication_mode(AuthenticationMode::Api)
            .bootstrap_cluster_creator_admin_permissions(*creator_is_admin);
        let mut request = self
            .client
            .create_cluster()
            .name(name.as_str())
            .version(version)
            .role_arn(role.get()?.as_str())
            .resources_vpc_config(network.build())
            .logging(Logging::builder().cluster_logging(setup.build()).build())
            .access_config(access.build())
            // They are made as add-ons, which can be read and updated.
            .bootstrap_self_managed_addons(false)
            .set_tags(self.tags(tags))
            .client_request_token(&self.envelope.key);
        if let Some(key) = key {
            let provider = Provider::builder().key_arn(key.as_str()).build();
            let encryption = EncryptionConfig::builder().provider(provider);
            request = request.encryption_config(encryption.build());
        }
        Ok(Ok(request))
    }

    fn group(
        &self,
        change: &ClusterChange,
    ) -> Result<
        aws_sdk_eks::operation::create_nodegroup::builders::CreateNodegroupFluentBuilder,
        Unbound,
    > {
        let mut request = self.client.create_nodegroup();
        if let ClusterChange::CreateNodeGroup {
            cluster,
            name,
            role,
            subnets,
            sizes,
            instance_types,
            capacity,
            image,
            template,
            template_version,
            labels,
            taints,
            tags,
            ..
        } = change
        {
            let template = LaunchTemplateSpecification::builder()
                .id(template.get()?.as_str())
                .version(template_version.to_string());
            let labels: HashMap<String, String> = labels.clone().into_iter().collect();
            let taints = taints.iter().map(|taint| {
                Taint::builder()
                    .key(&taint.key)
                    .value(&taint.value)
                    .effect(TaintEffect::from(taint.effect.as_str()))
                    .build()
            });
            request = request
                .cluster_name(cluster.get()?.as_str())
                .nodegroup_name(name.as_str())
                .node_role(role.get()?.as_str())
                .set_subnets(Some(ids(subnets)?))
                .scaling_config(scaling(*sizes, Some(sizes.desired)))
                .set_instance_types(Some(instance_types.clone()))
                .capacity_type(bought(*capacity))
                .ami_type(AmiTypes::from(image.as_str()))
                .launch_template(template.build())
                .set_labels((!labels.is_empty()).then_some(labels))
                .set_taints(Some(taints.collect::<Vec<_>>()).filter(|taints| !taints.is_empty()))
                .set_tags(self.tags(tags))
                .client_request_token(&self.envelope.key);
        }
        Ok(request)
    }

    fn elsewhere(&self) -> Error {
        let kind = Kind::Service {
            service: "eks".into(),
            code: "NotSendable".into(),
            message: "EKS does not perform this change".into(),
        };
        Error::new(kind).at(self.place.account, Some(&self.place.region))
    }
}

fn ids(subnets: &[Ref<SubnetId>]) -> Result<Vec<String>, Unbound> {
    let known = subnets.iter().map(|subnet| subnet.get());
    known.map(|id| id.map(ToString::to_string)).collect()
}

fn scaling(sizes: Sizes, desired: Option<u32>) -> NodegroupScalingConfig {
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    NodegroupScalingConfig::builder()
        .min_size(count(sizes.min))
        .max_size(count(sizes.max))
        .set_desired_size(desired.map(count))
        .build()
}

const fn bought(capacity: Capacity) -> CapacityTypes {
    match capacity {
        Capacity::Spot => CapacityTypes::Spot,
        Capacity::CapacityBlock => CapacityTypes::CapacityBlock,
        _ => CapacityTypes::OnDemand,
    }
}
