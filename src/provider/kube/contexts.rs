//! Clusters of a kubeconfig: beside those of EKS, where the settings give them a place, or as the
//! whole world where there is no AWS.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use kube::config::Kubeconfig;

use super::{Kube, connect};
use crate::{
    config::settings::{ClusterRule, Kubernetes},
    model::{
        Account, AccountId, AccountStatus, Arn, Organization, Place, Region, Tags, cluster::Cluster,
    },
    provider::{Closed, Clusters, Error, Kind, Organizations, Provider, Result, World},
};

/// Where clusters are put whose kubeconfig names no account.
const NOWHERE: &str = "local";

/// The clusters that rules bring, and those of another reader.
pub struct Contexts {
    beside: Option<Arc<dyn Clusters>>,
    settings: Kubernetes,
}

impl Contexts {
    #[must_use]
    pub fn beside(clusters: Arc<dyn Clusters>, settings: Kubernetes) -> Self {
        Self {
            beside: Some(clusters),
            settings,
        }
    }

    fn own(&self, place: &Place) -> Vec<Cluster> {
        let brought = self.settings.cluster.iter().filter_map(|rule| {
            let (account, region, name) = rule.brings()?;
            let here = account == place.account && *region == place.region;
            here.then(|| cluster(place, name, rule.context.as_deref().unwrap_or_default()))
        });
        brought.collect()
    }
}

/// A cluster of which only its context is known.
fn cluster(place: &Place, name: &str, context: &str) -> Cluster {
    Cluster {
        place: place.clone(),
        name: name.into(),
        arn: Arn::from(format!("kubeconfig:{context}")),
        version: String::new(),
        status: "ACTIVE".into(),
        endpoint: None,
        public_endpoint: true,
        vpc: None,
        created: None,
        issues: Vec::new(),
        pools: Vec::new(),
        tags: Tags::new(),
    }
}

#[async_trait]
impl Clusters for Contexts {
    async fn clusters(&self, place: &Place) -> Result<Vec<Cluster>> {
        let own = self.own(place);
        let mut all = match &self.beside {
            None => return Ok(own),
            Some(beside) => match beside.clusters(place).await {
                Ok(all) => all,
                Err(error) if own.is_empty() => return Err(error),
                // Those of the kubeconfig can be shown all the same.
                Err(_) => Vec::new(),
            },
        };
        for cluster in own {
            // A rule for a cluster of EKS only says how it is signed in to.
            if !all.iter().any(|known| known.name == cluster.name) {
                all.push(cluster);
            }
        }
        Ok(all)
    }
}

/// Whether anything leads to a world of a kubeconfig.
#[must_use]
pub fn is_named(settings: &Kubernetes) -> bool {
    connect::is_named(settings.kubeconfig.as_deref())
}

/// The world of a kubeconfig alone.
pub fn provider(settings: &Kubernetes, read_only: bool) -> Result<Provider> {
    let kubeconfig = connect::kubeconfig(settings.kubeconfig.as_deref()).map_err(|problem| {
        Error::new(Kind::Unavailable {
            service: "kubeconfig".into(),
            message: problem,
        })
    })?;
    let rules = rules(&kubeconfig);
    if rules.is_empty() {
        return Err(Error::new(Kind::Unavailable {
            service: "kubeconfig".into(),
            message: "there is no context in it".into(),
        }));
    }
    let mut settings = settings.clone();
    // What the user says of a cluster goes before.
    settings.cluster.extend(rules.clone());
    let mut regions: Vec<Region> = rules
        .iter()
        .filter_map(|rule| rule.region.clone())
        .collect();
    regions.sort();
    regions.dedup();
    let closed = Arc::new(Closed("this world is a kubeconfig alone, without AWS"));
    Ok(Provider {
        world: World::Kubeconfig,
        regions,
        identity: closed.clone(),
        organizations: Arc::new(Accounts::of(&rules)),
        networks: closed.clone(),
        quotas: closed.clone(),
        clusters: Arc::new(Contexts {
            beside: None,
            settings: settings.clone(),
        }),
        compute: closed.clone(),
        roles: closed.clone(),
        costs: closed.clone(),
        protections: closed.clone(),
        databases: closed.clone(),
        metrics: closed.clone(),
        zonal_shifts: closed.clone(),
        ports: closed.clone(),
        traffic: closed.clone(),
        objects: None,
        workloads: Arc::new(Kube::new(None, settings, read_only)),
        prices: closed,
        access: None,
        control: None,
    })
}

/// A rule for each context: with its place, where the cluster is one of EKS by its name.
fn rules(kubeconfig: &Kubeconfig) -> Vec<ClusterRule> {
    let rule = |context: &kube::config::NamedContext| {
        let cluster = context
            .context
            .as_ref()
            .map(|context| context.cluster.as_str());
        let named = [cluster, Some(context.name.as_str())]
            .into_iter()
            .flatten()
            .find_map(of_eks);
        let (place, name) = named.unwrap_or_else(|| {
            let account = nobody();
            (Place::new(account, NOWHERE), context.name.clone())
        });
        ClusterRule {
            name,
            account: Some(place.account),
            region: Some(place.region),
            context: Some(context.name.clone()),
            ..ClusterRule::default()
        }
    };
    let mut rules: BTreeMap<(Option<AccountId>, Option<Region>, String), ClusterRule> =
        BTreeMap::new();
    for context in &kubeconfig.contexts {
        let rule = rule(context);
        // Several contexts may lead to one cluster; the current one is preferred, then the first.
        let current = kubeconfig.current_context.as_ref() == Some(&context.name);
        let key = (rule.account, rule.region.clone(), rule.name.clone());
        if current || !rules.contains_key(&key) {
            rules.insert(key, rule);
        }
    }
    rules.into_values().collect()
}

/// `arn:aws:eks:eu-west-1:111122223333:cluster/prod`, as the AWS CLI names clusters and contexts.
fn of_eks(name: &str) -> Option<(Place, String)> {
    let arn = Arn::from(name);
    let mut parts = name.split(':');
    let service = parts.nth(2)?;
    let region = parts.next()?;
    let cluster = name.rsplit_once(":cluster/")?.1;
    (service == "eks").then_some(())?;
    Some((Place::new(arn.account()?, region), cluster.to_owned()))
}

/// The account of what has none.
fn nobody() -> AccountId {
    "000000000000".parse().expect("twelve digits")
}

/// The accounts that contexts name, as an organization without units.
struct Accounts(Vec<AccountId>);

impl Accounts {
    fn of(rules: &[ClusterRule]) -> Self {
        let mut accounts: Vec<AccountId> = rules.iter().filter_map(|rule| rule.account).collect();
        accounts.sort();
        accounts.dedup();
        Self(accounts)
    }
}

#[async_trait]
impl Organizations for Accounts {
    async fn organization(
        &self,
        found: &mut (dyn for<'o> FnMut(&'o Organization) + Send),
    ) -> Result<Organization> {
        let account = |id: &AccountId| Account {
            id: *id,
            arn: Arn::from(format!("kubeconfig:{id}")),
            name: if *id == nobody() {
                "kubeconfig".into()
            } else {
                id.to_string()
            },
            email: String::new(),
            status: AccountStatus::Active,
            parent: None,
            joined: None,
            policies: Vec::new(),
            tags: Tags::new(),
        };
        let organization = Organization {
            accounts: self.0.iter().map(account).collect(),
            ..Organization::default()
        };
        found(&organization);
        Ok(organization)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Kubeconfig {
        Kubeconfig::from_yaml(yaml).expect("a kubeconfig")
    }

    #[test]
    fn contexts_that_the_aws_cli_wrote_are_put_into_their_accounts() {
        let rules = rules(&read(
            "apiVersion: v1
kind: Config
current-context: second
clusters:
- name: arn:aws:eks:eu-west-1:111122223333:cluster/prod
  cluster: {server: https://a.example}
- name: kind-lab
  cluster: {server: https://127.0.0.1:6443}
contexts:
- name: arn:aws:eks:eu-west-1:111122223333:cluster/prod
  context: {cluster: arn:aws:eks:eu-west-1:111122223333:cluster/prod, user: u}
- name: second
  context: {cluster: arn:aws:eks:eu-west-1:111122223333:cluster/prod, user: v}
- name: kind-lab
  context: {cluster: kind-lab, user: k}
users: []
",
        ));
        let told: Vec<String> = rules
            .iter()
            .map(|rule| {
                let account = rule.account.expect("a place");
                let region = rule.region.as_ref().expect("a place");
                let context = rule.context.as_deref().unwrap_or_default();
                format!("{account} {region} {} by {context}", rule.name)
            })
            .collect();
        assert_eq!(
            told,
            [
                "000000000000 local kind-lab by kind-lab",
                "111122223333 eu-west-1 prod by second",
            ]
        );
    }

    #[test]
    fn only_names_of_eks_are_taken_for_such() {
        assert!(of_eks("arn:aws-cn:eks:cn-north-1:111122223333:cluster/x").is_some());
        for name in [
            "prod",
            "arn:aws:ecs:eu-west-1:111122223333:cluster/x",
            "a:b:eks:c",
        ] {
            assert_eq!(of_eks(name), None, "{name}");
        }
    }
}
