//! The provider's traits, spoken over any transport.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    call::{Answer, Call},
    estate::{HOME, SECOND},
    options::DemoOptions,
    transport::{Failure, Transport},
};
use crate::{
    model::{
        AccountId, ClusterId, ClusterName, HostedZoneId, Organization, Place, PoolName, QuotaCode,
        Region, RoleName, Standing, VpcId,
        cluster::Cluster,
        compute::{Compute, Machine, Nodes, Offer},
        cost::{Anomaly, Budget, CostMetric, CostQuery, CostReport, Forecast},
        fleet::{Fleet, Price},
        identity::Role,
        network::{AvailabilityZone, Network, VpcDns},
        protection::{Databases, Protection, Wanted},
        traffic::{Balancers, Record, Zones},
        velero::{Results, Velero},
        workload::Contents,
        zonal::ManagedResource,
    },
    provider::{
        self, Accepted, Answers, Caller, Clusters, Computing, Control, Costs, Envelope, Error,
        Found, Handoff, Identity, Kind, LogOf, MetricQuery, Metrics, Networks, Object, Objects,
        Organizations, Outcome, Port, Ports, Prices, Progress, Protections, Provider, Put, Quotas,
        Result, Roles, Sent, Series, Token, Traffic, Watched, When, Workloads, World, ZonalShifts,
    },
};

struct Demo<T>(T);

/// All capabilities over `transport`.
pub(super) fn provider<T: Transport + 'static>(transport: T, options: &DemoOptions) -> Provider {
    let demo = Arc::new(Demo(transport));
    Provider {
        world: World::Demo,
        regions: vec![Region::from(HOME), Region::from(SECOND)],
        identity: demo.clone(),
        organizations: demo.clone(),
        networks: demo.clone(),
        clusters: demo.clone(),
        compute: demo.clone(),
        roles: demo.clone(),
        quotas: demo.clone(),
        costs: demo.clone(),
        protections: demo.clone(),
        databases: demo.clone(),
        metrics: demo.clone(),
        zonal_shifts: demo.clone(),
        ports: demo.clone(),
        traffic: demo.clone(),
        workloads: demo.clone(),
        prices: demo.clone(),
        access: None,
        objects: options.shared.then(|| demo.clone() as Arc<dyn Objects>),
        control: (!options.read_only).then_some(demo as Arc<dyn Control>),
    }
}

/// Asks and takes the one kind of answer that fits; any other is a fault of the protocol.
macro_rules! ask {
    ($demo:expr, $call:expr, $answer:pat => $value:expr) => {
        match $demo.0.call($call).await? {
            $answer => Ok($value),
            other => Err(strange(&other)),
        }
    };
}

fn strange(answer: &Answer) -> Error {
    let text = format!("{answer:?}");
    let start: String = text.chars().take(40).collect();
    Error::new(Kind::Service {
        service: "simulation".into(),
        code: "Protocol".into(),
        message: format!("an answer to another question: {start}"),
    })
}

#[async_trait]
impl<T: Transport> Identity for Demo<T> {
    async fn caller(&self, account: Option<AccountId>) -> Result<Caller> {
        ask!(self, Call::Caller(account), Answer::Caller(caller) => caller)
    }
}

#[async_trait]
impl<T: Transport> Organizations for Demo<T> {
    async fn organization(
        &self,
        found: &mut (dyn for<'o> FnMut(&'o Organization) + Send),
    ) -> Result<Organization> {
        let mut whole = Organization::default();
        for page in 0.. {
            let answer = self.0.call(Call::Organization(page)).await?;
            let Answer::Organization(part, more) = answer else {
                return Err(strange(&answer));
            };
            if page == 0 {
                whole = *part;
            } else {
                whole.accounts.extend(part.accounts);
            }
            found(&whole);
            if !more {
                break;
            }
        }
        Ok(whole)
    }
}

#[async_trait]
impl<T: Transport> Networks for Demo<T> {
    async fn network(&self, place: &Place) -> Result<Network> {
        ask!(self, Call::Network(place.clone()), Answer::Network(network) => *network)
    }

    async fn dns(&self, place: &Place, vpc: &VpcId) -> Result<VpcDns> {
        let call = Call::VpcDns(place.clone(), vpc.clone());
        ask!(self, call, Answer::VpcDns(dns) => dns)
    }

    async fn availability_zones(&self, place: &Place) -> Result<Vec<AvailabilityZone>> {
        let call = Call::AvailabilityZones(place.clone());
        ask!(self, call, Answer::AvailabilityZones(zones) => zones)
    }
}

#[async_trait]
impl<T: Transport> Clusters for Demo<T> {
    async fn clusters(&self, place: &Place) -> Result<Vec<Cluster>> {
        ask!(self, Call::Clusters(place.clone()), Answer::Clusters(clusters) => clusters)
    }
}

#[async_trait]
impl<T: Transport> Computing for Demo<T> {
    async fn cluster(&self, place: &Place, name: &ClusterName) -> Result<Compute> {
        let mut found = ask!(self, Call::Compute(place.clone()), Answer::Compute(found) => *found)?;
        found.clusters.retain(|one| one.name == *name);
        found.addons.retain(|one| one.cluster == *name);
        found.access.retain(|one| one.cluster == *name);
        Ok(found)
    }

    async fn nodes(&self, place: &Place, cluster: &ClusterName, pool: &PoolName) -> Result<Nodes> {
        let call = Call::Nodes(place.clone(), cluster.clone(), pool.clone());
        ask!(self, call, Answer::Nodes(nodes) => nodes)
    }

    async fn machines(&self, place: &Place, types: &[String]) -> Result<Vec<Machine>> {
        let call = Call::Machines(place.clone(), types.to_vec());
        ask!(self, call, Answer::Machines(machines) => machines)
    }

    async fn offers(&self, place: &Place) -> Result<Vec<Offer>> {
        ask!(self, Call::Offers(place.clone()), Answer::Offers(offers) => offers)
    }
}

#[async_trait]
impl<T: Transport> Roles for Demo<T> {
    async fn role(&self, account: AccountId, name: &RoleName) -> Result<Option<Role>> {
        ask!(self, Call::Role(account, name.clone()), Answer::Role(role) => role)
    }
}

#[async_trait]
impl<T: Transport> Quotas for Demo<T> {
    async fn quota(&self, place: &Place, quota: QuotaCode) -> Result<u64> {
        let call = Call::Quota(place.clone(), quota.code.into());
        ask!(self, call, Answer::Quota(value, _) => value)
    }

    async fn used(&self, place: &Place, quota: QuotaCode) -> Result<Option<u64>> {
        let call = Call::Quota(place.clone(), quota.code.into());
        ask!(self, call, Answer::Quota(_, used) => used)
    }
}

#[async_trait]
impl<T: Transport> Costs for Demo<T> {
    async fn cost(&self, query: &CostQuery) -> Result<CostReport> {
        ask!(self, Call::Cost(query.clone()), Answer::Cost(report) => *report)
    }

    async fn forecast(&self, metric: CostMetric) -> Result<Option<Forecast>> {
        ask!(self, Call::Forecast(metric), Answer::Forecast(forecast) => forecast)
    }

    async fn anomalies(&self) -> Result<Vec<Anomaly>> {
        ask!(self, Call::Anomalies, Answer::Anomalies(anomalies) => anomalies)
    }

    async fn budgets(&self, account: AccountId) -> Result<Vec<Budget>> {
        ask!(self, Call::Budgets(account), Answer::Budgets(budgets) => budgets)
    }
}

#[async_trait]
impl<T: Transport> Protections for Demo<T> {
    async fn protection(&self, place: &Place) -> Result<Protection> {
        ask!(self, Call::Protection(place.clone()), Answer::Protection(found) => *found)
    }
}

#[async_trait]
impl<T: Transport> provider::Databases for Demo<T> {
    async fn databases(&self, place: &Place, wanted: &Wanted) -> Result<Databases> {
        let call = Call::Databases(place.clone(), wanted.clone());
        ask!(self, call, Answer::Databases(found) => *found)
    }

    async fn offers(
        &self,
        place: &Place,
        engine: &str,
        version: &str,
        class: Option<&str>,
    ) -> Result<bool> {
        let call = Call::DatabaseOffers {
            place: place.clone(),
            engine: engine.into(),
            version: version.into(),
            class: class.map(Into::into),
        };
        ask!(self, call, Answer::DatabaseOffered(offered) => offered)
    }
}

#[async_trait]
impl<T: Transport> Metrics for Demo<T> {
    async fn series(&self, queries: &[MetricQuery]) -> Result<Vec<Series>> {
        ask!(self, Call::Metrics(queries.to_vec()), Answer::Metrics(series) => series)
    }
}

#[async_trait]
impl<T: Transport> ZonalShifts for Demo<T> {
    async fn resources(&self, place: &Place) -> Result<Vec<ManagedResource>> {
        ask!(self, Call::Resources(place.clone()), Answer::Resources(found) => found)
    }
}

#[async_trait]
impl<T: Transport> Ports for Demo<T> {
    async fn port(&self, host: &str, port: u16) -> Port {
        let host = host.to_owned();
        match self.0.call(Call::Port { host, port }).await {
            Ok(Answer::Port(port)) => port,
            _ => Port::Silent,
        }
    }
}

#[async_trait]
impl<T: Transport> Traffic for Demo<T> {
    async fn zones(&self, account: AccountId) -> Result<Zones> {
        ask!(self, Call::Zones(account), Answer::Zones(zones) => zones)
    }

    async fn balancers(&self, place: &Place) -> Result<Balancers> {
        ask!(self, Call::Balancers(place.clone()), Answer::Balancers(found) => found)
    }

    async fn answers(
        &self,
        account: AccountId,
        zone: &HostedZoneId,
        sides: &[Record],
        samples: u32,
    ) -> Result<Answers> {
        let call = Call::Answers {
            account,
            zone: zone.clone(),
            sides: sides.to_vec(),
            samples,
        };
        ask!(self, call, Answer::Answers(answers) => answers)
    }
}

/// How often the world is looked at again by who watches it.
const LOOK: Duration = Duration::from_secs(2);

#[async_trait]
impl<T: Transport> Workloads for Demo<T> {
    async fn fleet(&self, cluster: &ClusterId, _: Found<'_, Fleet>) -> Result<Fleet> {
        ask!(self, Call::Fleet(cluster.clone()), Answer::Fleet(fleet) => *fleet)
    }

    async fn contents(&self, cluster: &ClusterId, _: Found<'_, Contents>) -> Result<Contents> {
        ask!(self, Call::Contents(cluster.clone()), Answer::Contents(contents) => *contents)
    }

    async fn velero(&self, cluster: &ClusterId) -> Result<Velero> {
        ask!(self, Call::Velero(cluster.clone()), Answer::Velero(velero) => *velero)
    }

    async fn results(&self, cluster: &ClusterId, of: &Outcome) -> Result<Results> {
        let call = Call::Results(cluster.clone(), of.clone());
        ask!(self, call, Answer::Results(results) => *results)
    }

    async fn watch(&self, cluster: &ClusterId, told: UnboundedSender<Watched>) -> Result<()> {
        let (mut fleet, mut contents) = (None, None);
        loop {
            let (new_fleet, new_contents) = (
                Arc::new(self.fleet(cluster, &mut |_| ()).await?),
                Arc::new(self.contents(cluster, &mut |_| ()).await?),
            );
            if fleet.as_ref() != Some(&new_fleet) {
                told.send(Watched::Fleet(new_fleet.clone())).ok();
                fleet = Some(new_fleet);
            }
            if contents.as_ref() != Some(&new_contents) {
                told.send(Watched::Contents(new_contents.clone())).ok();
                contents = Some(new_contents);
            }
            tokio::select! {
                () = told.closed() => return Ok(()),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn log(
        &self,
        cluster: &ClusterId,
        of: &LogOf,
        told: UnboundedSender<String>,
    ) -> Result<()> {
        let mut since = None;
        loop {
            let call = Call::Log {
                cluster: cluster.clone(),
                of: of.clone(),
                since,
            };
            let (lines, at) = ask!(self, call, Answer::Log(lines, at) => (lines, at))?;
            since = Some(at);
            for line in lines {
                if told.send(line).is_err() {
                    return Ok(());
                }
            }
            if !of.follow {
                return Ok(());
            }
            tokio::select! {
                () = told.closed() => return Ok(()),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn handoff(&self, _: &ClusterId) -> Result<Handoff> {
        Ok(Handoff::Nowhere)
    }

    async fn token(&self, _: &ClusterId) -> Result<Token> {
        Err(Error::new(Kind::Unavailable {
            service: "kubernetes".into(),
            message: "the simulated organization needs no tokens".into(),
        }))
    }
}

#[async_trait]
impl<T: Transport> Prices for Demo<T> {
    async fn price(&self, place: &Place, instance_type: &str) -> Result<Price> {
        let call = Call::Price(place.clone(), instance_type.to_owned());
        ask!(self, call, Answer::Price(price) => *price)
    }
}

#[async_trait]
impl<T: Transport> Objects for Demo<T> {
    fn name(&self) -> String {
        "the simulation's bucket".into()
    }

    fn region(&self) -> Region {
        Region::from(SECOND)
    }

    async fn get(&self, key: &str) -> Result<Option<Object>> {
        ask!(self, Call::GetObject(key.into()), Answer::Object(object) => object)
    }

    async fn put(&self, key: &str, body: Vec<u8>, when: When) -> Result<Put> {
        let key = key.into();
        ask!(self, Call::PutObject { key, body, when }, Answer::Put(put) => put)
    }

    async fn delete(&self, key: &str, version: &str) -> Result<Put> {
        let (key, version) = (key.into(), version.into());
        ask!(self, Call::DeleteObject { key, version }, Answer::Put(put) => put)
    }

    async fn list(&self, prefix: &str, after: &str) -> Result<Vec<String>> {
        let (prefix, after) = (prefix.into(), after.into());
        ask!(self, Call::ListObjects { prefix, after }, Answer::Keys(keys) => keys)
    }
}

#[async_trait]
impl<T: Transport> Control for Demo<T> {
    async fn perform(&self, envelope: &Envelope) -> Sent {
        let call = Call::Perform(Box::new(envelope.clone()));
        match self.0.call(call).await {
            Ok(Answer::Performed(outcome)) => outcome.into(),
            Ok(other) => Sent::Unknown(strange(&other)),
            Err(Failure::Refused(error)) => Sent::Refused(error),
            Err(Failure::NotSent(error)) => Sent::NotSent(error),
            Err(Failure::Unknown(error)) => Sent::Unknown(error),
        }
    }

    async fn standing(&self, envelope: &Envelope) -> Result<Standing> {
        let call = Call::Standing(Box::new(envelope.clone()));
        ask!(self, call, Answer::Standing(standing) => standing)
    }

    async fn settled(&self, envelope: &Envelope, accepted: &Accepted) -> Result<Progress> {
        let call = Call::Settled(Box::new(envelope.clone()), accepted.clone());
        ask!(self, call, Answer::Settled(settled) => settled)
    }
}
