//! The calls that moto lacks or gets wrong, answered from the API reference. What is made here and
//! moto does not know of stays here, and is told in every later answer.

mod backup;
mod billing;
mod caller;
mod eks;
mod health;
mod portal;
mod quotas;
mod region_switch;
mod replica;
mod reservations;
mod routing;
mod signin;
mod simulate;
mod versioning;
mod zonal;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use awsdeck::model::AccountId;
use form_urlencoded::Serializer;
use hyper::{Method, body::Bytes};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    Request,
    answer::Answer,
    keys::{Keys, between},
    relay,
    rules::Rules,
};

/// One line of what is made up.
pub(crate) struct Invention {
    /// As it signs.
    pub(crate) service: &'static str,
    pub(crate) operations: &'static [&'static str],
    /// What is made up, and how it differs from AWS where it is known to.
    pub(crate) what: &'static str,
}

/// Everything that this server answers in moto's place. Nothing else is made up.
pub(crate) const TABLE: &[Invention] = &[
    eks::UPDATES,
    eks::VERSIONS,
    eks::ADDONS,
    eks::ACCESS,
    eks::INSIGHTS,
    backup::JOBS,
    backup::POINTS,
    backup::VAULTS,
    backup::RESTORES,
    backup::COPIES,
    quotas::QUOTAS,
    reservations::RESERVATIONS,
    billing::COSTS,
    billing::OUTLOOK,
    simulate::SIMULATION,
    replica::PROMOTION,
    portal::PORTAL,
    portal::TOKENS,
    signin::LOGIN,
    caller::CALLER,
    health::HEALTH,
    versioning::VERSIONING,
    zonal::SHIFTS,
    routing::CONTROLS,
    region_switch::PLANS,
    region_switch::EXECUTIONS,
];

/// What exists beyond moto.
pub(crate) struct World {
    /// Host and port.
    moto: String,
    keys: Arc<Keys>,
    places: Mutex<HashMap<(AccountId, String), Place>>,
    checks: health::Checks,
    routing: routing::Cluster,
    plans: region_switch::Plans,
    portal: portal::Sessions,
    login: signin::Login,
}

/// What exists in one account and region.
#[derive(Default)]
struct Place {
    eks: eks::Made,
    backup: backup::Made,
    quotas: quotas::Made,
    reservations: reservations::Made,
    shifts: zonal::Made,
}

/// The answer to a call of the table; `None` for all others, which are moto's.
pub(super) async fn answer(world: &World, rules: &Rules, request: &Request) -> Option<Answer> {
    let listed = |line: &&Invention| {
        line.service == request.service && line.operations.contains(&request.operation.as_str())
    };
    TABLE.iter().find(listed)?;
    Some(match request.service.as_str() {
        "eks" => eks::answer(world, request).await,
        "backup" => backup::answer(world, request).await,
        "servicequotas" => quotas::answer(world, request),
        "ec2" => reservations::answer(world, request),
        "ce" => billing::answer(world, request).await,
        "iam" => simulate::answer(rules, request),
        "rds" => replica::answer(world, request).await,
        "awsssoportal" | "sso-oauth" => portal::answer(world, request).await,
        "signin" => signin::answer(world, request).await,
        "sts" => caller::answer(world, request).await,
        "route53" => health::answer(world, request).await,
        "s3" => versioning::answer(world, request).await,
        "arc-zonal-shift" => zonal::answer(world, request).await,
        "route53-recovery-cluster" => routing::answer(world, request),
        "arc-region-switch" => region_switch::answer(world, request),
        other => unreachable!("{other} is in the table"),
    })
}

impl World {
    pub(super) fn over(endpoint: &str, keys: Arc<Keys>) -> Self {
        Self {
            moto: endpoint.trim_start_matches("http://").into(),
            keys,
            places: Mutex::default(),
            checks: health::Checks::default(),
            routing: routing::Cluster::default(),
            plans: region_switch::Plans::default(),
            portal: portal::Sessions::default(),
            login: signin::Login::default(),
        }
    }

    pub(super) fn moto(&self) -> &str {
        &self.moto
    }

    /// Works on what exists where the request was made.
    fn here<T>(&self, request: &Request, work: impl FnOnce(&mut Place) -> T) -> T {
        self.at(request.account, &request.region, work)
    }

    fn at<T>(&self, account: AccountId, region: &str, work: impl FnOnce(&mut Place) -> T) -> T {
        let mut places = lock(&self.places);
        work(places.entry((account, region.to_owned())).or_default())
    }

    /// moto's own answer to the request.
    async fn really(&self, request: &Request) -> Answer {
        relay::pass_on(&self.moto, request).await
    }

    /// What moto has at a path of a REST service, for the same caller.
    async fn get(&self, request: &Request, service: &str, path: &str) -> Answer {
        let mut beside = request.beside(service);
        path.clone_into(&mut beside.path);
        self.really(&beside).await
    }

    /// A query-protocol call to moto by the same caller.
    async fn call(
        &self,
        request: &Request,
        (service, version): (&str, &str),
        parameters: &[(&str, &str)],
    ) -> Answer {
        let mut beside = request.beside(service);
        beside.method = Method::POST;
        beside.body = form(&[&[("Version", version)], parameters].concat());
        let kind = "application/x-www-form-urlencoded";
        let kind = kind.parse().expect("a header");
        beside.headers.insert("content-type", kind);
        self.really(&beside).await
    }

    /// Number and name of each account of the organization, as the management account sees them.
    async fn accounts(&self, request: &Request) -> Vec<(String, String)> {
        let mut beside = request.beside("organizations");
        beside.key = None;
        beside = beside.beside("organizations");
        beside.method = Method::POST;
        beside.body = Bytes::from_static(b"{}");
        for (name, value) in [
            ("x-amz-target", "AWSOrganizationsV20161128.ListAccounts"),
            ("content-type", "application/x-amz-json-1.1"),
        ] {
            beside
                .headers
                .insert(name, value.parse().expect("a header"));
        }
        let told = self.really(&beside).await.read();
        let accounts = told["Accounts"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut accounts: Vec<_> = accounts
            .iter()
            .map(|account| (text(&account["Id"]), text(&account["Name"])))
            .collect();
        accounts.sort();
        accounts
    }
}

/// Credentials of a role of any account, which are moto's own.
struct Given {
    key: String,
    secret: String,
    token: String,
}

async fn credentials(world: &World, request: &Request, account: AccountId, role: &str) -> Given {
    let arn = format!("arn:{}:iam::{account}:role/{role}", request.partition());
    let parameters = [
        ("Action", "AssumeRole"),
        ("RoleArn", arn.as_str()),
        ("RoleSessionName", "person@example.com"),
    ];
    let given = world
        .call(request, ("sts", "2011-06-15"), &parameters)
        .await;
    world.keys.given(&arn, "person@example.com", &given);
    let text = given.text();
    let part = |name| between(&text, name).expect("credentials").to_owned();
    Given {
        key: part("AccessKeyId"),
        secret: part("SecretAccessKey"),
        token: part("SessionToken"),
    }
}

fn form(pairs: &[(&str, &str)]) -> Bytes {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish().into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seconds since 1970, as JSON documents have moments.
fn now() -> i64 {
    Timestamp::now().as_second()
}

fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}
