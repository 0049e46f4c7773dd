//! Answers: what each call reads from the world or asks of it.

use std::time::Duration;

use super::{World, site};
use crate::{
    model::{AccountId, ClusterId, Place},
    provider::{
        Caller, Error, Kind, Result,
        demo::{
            call::{Answer, Call},
            content, eks,
            estate::{Estate, arn},
            iam::OPERATOR,
            ledger::Effect,
            metrics::Gauge,
            quotas, rds,
            route53::Asked,
        },
    },
};

impl World {
    /// Answers one call, now.
    pub(super) fn answer(&mut self, call: Call) -> Result<Answer> {
        self.take_effect();
        self.state.calls += 1;
        if let Some(error) = self.refusal(&call) {
            if let Call::Perform(envelope) = call {
                self.state.sends += 1;
                self.note(
                    &envelope,
                    Effect::Nothing {
                        reason: error.kind.to_string(),
                    },
                    true,
                );
            }
            return Err(error);
        }
        let now = self.clock.now();
        let estate = &self.estate;
        Ok(match call {
            Call::Caller(account) => Answer::Caller(caller(estate, account)?),
            Call::Organization(page) => {
                let scene = self.scene(self.seen());
                let (part, more) = self.state.organizations.page(&scene, page);
                Answer::Organization(Box::new(part), more)
            }
            Call::Network(place) => {
                let scene = self.scene(self.seen());
                Answer::Network(Box::new(self.state.ec2.network(&scene, &place)?))
            }
            Call::VpcDns(place, vpc) => {
                let scene = self.scene(self.seen());
                Answer::VpcDns(self.state.ec2.dns(&scene, &place, &vpc)?)
            }
            Call::AvailabilityZones(place) => {
                let site = site(estate, place.account)?;
                Answer::AvailabilityZones(content::network::zones(estate, site, &place))
            }
            Call::Clusters(place) => {
                let scene = self.scene(self.seen());
                Answer::Clusters(self.state.eks.compute(&scene, &place)?.clusters)
            }
            Call::Compute(place) => {
                let scene = self.scene(self.seen());
                Answer::Compute(Box::new(self.state.eks.compute(&scene, &place)?))
            }
            Call::Nodes(place, cluster, pool) => {
                let scene = self.scene(self.seen());
                Answer::Nodes(self.state.eks.nodes(&scene, &place, &cluster, &pool)?)
            }
            Call::Machines(place, types) => {
                site(estate, place.account)?;
                Answer::Machines(types.iter().filter_map(|kind| eks::machine(kind)).collect())
            }
            Call::Offers(place) => {
                site(estate, place.account)?;
                Answer::Offers(eks::offers())
            }
            Call::Role(account, name) => {
                let scene = self.scene(self.seen());
                Answer::Role(self.state.iam.role(&scene, account, &name)?)
            }
            Call::Quota(place, code) => {
                site(estate, place.account)?;
                self.quota(&place, &code)?
            }
            Call::Cost(query) => Answer::Cost(Box::new(content::costs::report(estate, query, now))),
            Call::Forecast(metric) => {
                Answer::Forecast(Some(content::costs::forecast(estate, metric, now)))
            }
            Call::Anomalies => Answer::Anomalies(content::costs::anomalies(estate, now)),
            Call::Budgets(account) => {
                let site = site(estate, account)?;
                Answer::Budgets(content::costs::budgets(estate, site, now))
            }
            Call::Protection(place) => {
                let site = site(estate, place.account)?;
                let mut found = content::protection::protection(estate, site, &place, now);
                let scene = self.scene(self.seen());
                self.state.rds.protect(&scene, &mut found)?;
                Answer::Protection(Box::new(found))
            }
            Call::Databases(place, wanted) => {
                let scene = self.scene(self.seen());
                let found = self.state.rds.databases(&scene, &place, &wanted)?;
                Answer::Databases(Box::new(found))
            }
            Call::DatabaseOffers {
                engine,
                version,
                class,
                ..
            } => Answer::DatabaseOffered(rds::offers(&engine, &version, class.as_deref())),
            Call::Metrics(queries) => {
                let gauge = Gauge {
                    scene: self.scene(now),
                    rds: &self.state.rds,
                    route53: &self.state.route53,
                    conducts: &self.state.conducts,
                };
                let series = queries.iter().map(|query| gauge.series(query));
                Answer::Metrics(series.collect::<Result<_>>()?)
            }
            Call::Resources(place) => {
                let scene = self.scene(self.seen());
                Answer::Resources(self.state.zonal.resources(&scene, &place)?)
            }
            Call::Port { host, port } => {
                let scene = self.scene(now);
                Answer::Port(self.state.rds.answers(&scene, &host, port))
            }
            Call::Zones(account) => {
                let site = site(estate, account)?;
                Answer::Zones(self.state.route53.zones(estate, site, self.seen()))
            }
            Call::Balancers(place) => {
                let site = site(estate, place.account)?;
                Answer::Balancers(content::balancers::balancers(estate, site, &place))
            }
            Call::Answers {
                account,
                zone,
                sides,
                samples,
            } => {
                let site = site(estate, account)?;
                let (calls, faults) = (self.state.calls, &self.state.faults);
                let asked = Asked {
                    sides: &sides,
                    samples,
                    lag: faults.dns_lag(),
                    loss: faults.lost_dns(),
                    salt: calls,
                    now,
                };
                Answer::Answers(self.state.route53.answers(estate, site, &zone, &asked)?)
            }
            Call::GetObject(key) => Answer::Object(self.state.bucket.get(&key, now)),
            Call::PutObject { key, body, when } => {
                Answer::Put(self.state.bucket.put(&key, body, &when, now))
            }
            Call::DeleteObject { key, version } => {
                Answer::Put(self.state.bucket.delete(&key, &version))
            }
            Call::ListObjects { prefix, after } => {
                Answer::Keys(self.state.bucket.list(&prefix, &after))
            }
            Call::Fleet(id) => {
                let dry = self.state.faults.no_capacity(&id.place.region);
                let site = site(estate, id.place.account)?;
                let found = content::inside::fleet(estate, site, &id, now, dry);
                Answer::Fleet(Box::new(found.ok_or_else(|| no_cluster(&id))?))
            }
            Call::Contents(id) => {
                let dry = self.state.faults.no_capacity(&id.place.region);
                let site = site(estate, id.place.account)?;
                let found = content::inside::contents(estate, site, &id, now, dry);
                Answer::Contents(Box::new(found.ok_or_else(|| no_cluster(&id))?))
            }
            Call::Velero(id) => {
                let site = site(estate, id.place.account)?;
                let found = content::inside::velero(estate, site, &id, now);
                Answer::Velero(Box::new(found.ok_or_else(|| no_cluster(&id))?))
            }
            Call::Results(id, of) => {
                let site = site(estate, id.place.account)?;
                let found = content::inside::results(estate, site, &id, &of, now);
                let missing = || absent(if of.restore { "restore" } else { "backup" }, &of.name);
                Answer::Results(Box::new(found.ok_or_else(missing)?))
            }
            Call::Log { cluster, of, since } => {
                let site = site(estate, cluster.place.account)?;
                let found = content::inside::lines(estate, site, &cluster, &of, since, now);
                Answer::Log(found.ok_or_else(|| absent("pod", &of.pod))?, now)
            }
            Call::Price(place, kind) => {
                site(estate, place.account)?;
                Answer::Price(Box::new(content::inside::price(estate, &place, &kind, now)))
            }
            Call::Perform(envelope) => Answer::Performed(self.perform(&envelope)),
            Call::Standing(envelope) => Answer::Standing(self.standing(&envelope)?),
            Call::Settled(envelope, accepted) => {
                Answer::Settled(self.settled(&envelope, &accepted)?)
            }
            wish => self.wish(wish)?,
        })
    }

    fn quota(&self, place: &Place, code: &str) -> Result<Answer> {
        let limit = self.state.quotas.limit(place, code).ok_or_else(|| {
            Error::new(Kind::NotFound {
                kind: "quota".into(),
                name: code.into(),
            })
        })?;
        let scene = self.scene(self.now());
        let used = match quotas::counts(code) {
            Some((family, capacity)) => {
                let vcpus = self.state.eks.vcpus(&scene, place, family, capacity)?;
                Some(u64::from(vcpus))
            }
            None => None,
        };
        Ok(Answer::Quota(limit, used))
    }

    /// Does what is asked of the simulation itself.
    fn wish(&mut self, call: Call) -> Result<Answer> {
        match call {
            Call::Now => return Ok(Answer::Now(self.now())),
            Call::Ledger => return Ok(Answer::Ledger(self.state.ledger.clone())),
            Call::Advance { millis } => self.advance(Duration::from_millis(millis)),
            Call::SetFaults(faults) => {
                // A fault of an account that is not there would do nothing and say nothing.
                for account in faults.accounts() {
                    site(&self.estate, account)?;
                }
                // Everybody who joins with the same faults must not start their count again.
                if faults != self.state.faults {
                    self.set_faults(faults);
                }
            }
            Call::Edit {
                account,
                zone,
                record,
                delete,
            } => self.edit(account, &zone, *record, delete)?,
            Call::SetHealth { check, healthy } => self.set_health(&check, healthy),
            Call::PutNetwork(network) => self.put_network(*network),
            Call::Grant { place, code, value } => self.grant(&place, &code, value),
            Call::ByHand(place, hand) => self.by_hand(&place, *hand)?,
            other => return Err(unknown(&other)),
        }
        Ok(Answer::Done)
    }
}

fn no_cluster(id: &ClusterId) -> Error {
    absent("cluster", id.name.as_str())
}

fn absent(kind: &str, name: &str) -> Error {
    Error::new(Kind::NotFound {
        kind: kind.into(),
        name: name.into(),
    })
}

fn unknown(call: &Call) -> Error {
    Error::new(Kind::Service {
        service: "simulation".into(),
        code: "Unknown".into(),
        message: format!("nothing answers {call:?}"),
    })
}

fn caller(estate: &Estate, account: Option<AccountId>) -> Result<Caller> {
    let site = match account {
        Some(account) => site(estate, account)?,
        None => estate.management(),
    };
    let role = format!("assumed-role/{OPERATOR}/awsdeck-demo");
    Ok(Caller {
        account: site.id,
        arn: arn("sts", "", &site.id.to_string(), &role),
        expires: None,
    })
}
