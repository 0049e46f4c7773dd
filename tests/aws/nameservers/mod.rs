//! Name servers on loopback that answer for the zones of a moto server, as Route 53's own do for
//! the zones of an account: so the shares of the answers are those of the weights, and real.

mod choice;
#[cfg(test)]
mod tests;
mod zones;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    thread,
};

use awsdeck::model::AccountId;
use hickory_proto::{
    op::{Message, Query, ResponseCode},
    rr::{RData, Record, RecordType},
};
use tokio::{net::UdpSocket, runtime, sync::oneshot};

use self::zones::{Set, Zones};

/// The time to live of an alias's answer: that of a load balancer's name.
const ALIAS_TTL: u32 = 60;

/// Aliases of aliases are followed this far.
const HOPS: usize = 4;

/// Several servers with one mind. They end with this value.
pub(crate) struct Nameservers {
    addresses: Vec<SocketAddr>,
    _running: oneshot::Sender<()>,
}

impl Nameservers {
    /// Starts `count` servers for the zones that `account` has at `endpoint`; `None` is the
    /// management account.
    pub(crate) fn start(endpoint: &str, account: Option<AccountId>, count: usize) -> Self {
        let endpoint = endpoint.to_owned();
        let (running, ended) = oneshot::channel();
        let (started, addresses) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let zones = Arc::new(Zones::of(&endpoint, account).await);
                for _ in 0..count {
                    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await;
                    let socket = socket.expect("a free port");
                    let address = socket.local_addr().expect("bound");
                    tokio::spawn(serve(socket, Arc::clone(&zones)));
                    started.send(address).expect("awaited");
                }
                drop(started);
                ended.await.ok();
            });
        });
        Self {
            addresses: addresses.iter().collect(),
            _running: running,
        }
    }

    /// Where they listen, as `[aws] dns_servers` takes it.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.addresses.iter().map(ToString::to_string).collect()
    }
}

async fn serve(socket: UdpSocket, zones: Arc<Zones>) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        let Ok(question) = Message::from_vec(&buffer[..length]) else {
            continue; // nothing that could be answered
        };
        let answer = answer(question, &zones).await;
        let answer = answer.to_vec().expect("encodable");
        // Whoever asked may have gone away.
        socket.send_to(&answer, from).await.ok();
    }
}

async fn answer(question: Message, zones: &Zones) -> Message {
    let mut answer = question.into_response();
    let Some(query) = answer.queries.first().cloned() else {
        answer.metadata.response_code = ResponseCode::FormErr;
        return answer;
    };
    match values(&query, zones).await {
        Ok(values) => {
            for (kind, ttl, value) in values {
                let value = RData::try_from_str(kind, &value).expect("a value of its type");
                answer.add_answer(Record::from_rdata(query.name().clone(), ttl, value));
            }
        }
        Err(code) => answer.metadata.response_code = code,
    }
    answer.metadata.authoritative = true;
    answer
}

async fn values(query: &Query, zones: &Zones) -> Result<Values, ResponseCode> {
    let name = query.name().to_ascii().to_ascii_lowercase();
    if is_balancer(&name) {
        return Ok(balancer(&name, query.query_type()));
    }
    // What cannot be read now can perhaps be read later.
    let zone = zones.holding(&name).await;
    let zone = zone.map_err(|_| ResponseCode::ServFail)?;
    let records = zone.ok_or(ResponseCode::Refused)?;
    found(&records, &name, query.query_type()).ok_or(ResponseCode::NXDomain)
}

/// Type, time to live and text of what a name answers with; `None` where there is no such name.
type Values = Vec<(RecordType, u32, String)>;

fn found(records: &[Set], name: &str, wanted: RecordType) -> Option<Values> {
    let (mut name, mut ttl) = (name.to_owned(), None);
    for _ in 0..HOPS {
        let named = zones::named(records, &name);
        if named.is_empty() {
            return None;
        }
        let of = |kind: RecordType| {
            let kind = kind.to_string();
            let all = named.iter().filter(|record| record.kind == kind);
            choice::among(&all.copied().collect::<Vec<_>>())
        };
        let Some(record) = of(wanted).or_else(|| of(RecordType::CNAME)) else {
            return Some(Values::new());
        };
        let Some(target) = &record.alias else {
            let kind = record.kind.parse().expect("a type of record");
            let ttl = ttl.unwrap_or(record.ttl);
            let values = record.values.iter();
            return Some(values.map(|value| (kind, ttl, value.clone())).collect());
        };
        ttl = Some(ALIAS_TTL);
        if is_balancer(target) {
            return Some(balancer(target, wanted));
        }
        name.clone_from(target);
    }
    Some(Values::new())
}

/// Load balancers have names in zones that are not the account's.
fn is_balancer(name: &str) -> bool {
    name.trim_end_matches('.').ends_with(".elb.amazonaws.com")
}

/// The address of a load balancer: moto gives it a name and no address, so one is made from the
/// name, of a block for documentation (RFC 5737).
fn balancer(name: &str, wanted: RecordType) -> Values {
    let sum = name.bytes().map(u32::from).sum::<u32>() % 254;
    let address = format!("203.0.113.{}", sum + 1);
    let of_kind = wanted == RecordType::A;
    of_kind
        .then_some((RecordType::A, ALIAS_TTL, address))
        .into_iter()
        .collect()
}
