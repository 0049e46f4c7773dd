//! Which side of a group of records the name servers answer with, counted.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use futures::{StreamExt, stream};
use hickory_proto::{
    op::ResponseCode,
    rr::{Name, RecordType},
};

use super::{dns, group};
use crate::{
    model::{HostedZoneId, traffic::Record},
    provider::Answers,
};

/// Questions in flight.
const AT_ONCE: usize = 8;

/// Load balancers give a part of their addresses at a time: how often alias targets are looked up
/// while there are answers that no side explains.
const LOOKUPS: usize = 3;

/// The name servers of one zone.
pub(super) struct Poll<'a> {
    servers: Vec<SocketAddr>,
    /// Set by the user, so they are asked for alias targets too: the system's resolver does not
    /// know an emulator's load balancers.
    chosen: bool,
    zone: &'a HostedZoneId,
}

/// The values of one answer; empty when there is no such record.
type Values = BTreeSet<String>;

impl<'a> Poll<'a> {
    /// `None` where there is nobody to ask.
    pub(super) fn new(
        servers: Vec<SocketAddr>,
        chosen: bool,
        zone: &'a HostedZoneId,
    ) -> Option<Self> {
        let some = !servers.is_empty();
        some.then_some(Self {
            servers,
            chosen,
            zone,
        })
    }

    /// Asks `samples` times, the servers in turn.
    pub(super) async fn count(&self, sides: &[Record], samples: u32) -> Answers {
        let records: Vec<&Record> = sides.iter().collect();
        let Some((name, kind)) = group(&records) else {
            return Answers::default();
        };
        let turns = self.servers.iter().copied().cycle().zip(0..samples);
        let heard: Vec<Option<Values>> = stream::iter(turns)
            .map(|(server, _)| values(server, name, kind))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut answers = Answers {
            servers: count(self.servers.len()),
            lost: count(heard.iter().filter(|values| values.is_none()).count()),
            ..Answers::default()
        };
        let mut open: Vec<Values> = heard.into_iter().flatten().collect();
        let mut wanted: Vec<Wanted<'_>> = sides.iter().map(Wanted::new).collect();
        for _ in 0..LOOKUPS {
            self.learn(&mut wanted, kind).await;
            open.retain(|values| match Wanted::only(&wanted, values) {
                Some(side) => {
                    *answers.by_side.entry(side).or_default() += 1;
                    false
                }
                None => true,
            });
            if open.is_empty() || !wanted.iter().any(Wanted::is_alias) {
                break;
            }
        }
        answers.strange = count(open.len());
        answers
    }

    /// Adds what the alias targets resolve to now.
    async fn learn(&self, wanted: &mut [Wanted<'_>], kind: &str) {
        for wanted in wanted {
            let Some(alias) = &wanted.record.alias else {
                continue;
            };
            if self.chosen || alias.zone == *self.zone {
                for server in &self.servers {
                    let found = values(*server, &alias.name, kind).await;
                    wanted.values.extend(found.unwrap_or_default());
                }
            } else {
                let of_kind = |address: &IpAddr| address.is_ipv4() == (kind == "A");
                let found = dns::resolve(&alias.name).await.into_iter();
                let found = found.filter(of_kind).map(|address| address.to_string());
                wanted.values.extend(found);
            }
        }
    }
}

/// A side and what an answer from it holds.
struct Wanted<'a> {
    record: &'a Record,
    values: Values,
}

impl<'a> Wanted<'a> {
    fn new(record: &'a Record) -> Self {
        let values = record.values.iter();
        Self {
            record,
            values: values.map(|value| normal(&record.kind, value)).collect(),
        }
    }

    fn is_alias(&self) -> bool {
        self.record.alias.is_some()
    }

    /// A record answers with all its values, an alias with some addresses of its target.
    fn explains(&self, values: &Values) -> bool {
        if self.is_alias() {
            !self.values.is_disjoint(values)
        } else {
            !values.is_empty() && self.values == *values
        }
    }

    /// The name of the side that explains `values`, if it is one only: an answer that two sides
    /// could have given tells nothing.
    fn only(all: &[Wanted<'_>], values: &Values) -> Option<String> {
        let mut sides = all.iter().filter(|wanted| wanted.explains(values));
        let side = sides.next().filter(|_| sides.next().is_none())?;
        let record = side.record;
        let name = record.set_identifier.as_ref().unwrap_or(&record.name);
        Some(name.clone())
    }
}

/// What `server` answers; `None` when it does not, or says that it cannot.
async fn values(server: SocketAddr, name: &str, kind: &str) -> Option<Values> {
    let asked: RecordType = kind.parse().ok()?;
    let answer = dns::ask(server, &Name::from_ascii(name).ok()?, asked)
        .await
        .ok()?;
    match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => {}
        _ => return None,
    }
    let answers = answer.answers.iter();
    let of_kind = answers.filter(|record| record.record_type() == asked);
    Some(
        of_kind
            .map(|record| normal(kind, &record.data.to_string()))
            .collect(),
    )
}

/// One spelling for what is the same: addresses, names with and without the final dot, quoted text.
fn normal(kind: &str, value: &str) -> String {
    match kind {
        "A" | "AAAA" => {
            let address = value.trim().parse::<IpAddr>();
            address.map_or_else(|_| value.into(), |address| address.to_string())
        }
        "TXT" | "SPF" => unquoted(value),
        _ => {
            let words = value.split_whitespace();
            let words = words.map(|word| word.trim_end_matches('.').to_ascii_lowercase());
            words.collect::<Vec<_>>().join(" ")
        }
    }
}

/// `"one" "two"` is one text, `onetwo`.
fn unquoted(value: &str) -> String {
    if !value.trim_start().starts_with('"') {
        return value.into();
    }
    let (mut text, mut inside) = (String::new(), false);
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => inside = !inside,
            '\\' if inside => text.extend(chars.next()),
            char if inside => text.push(char),
            _ => {}
        }
    }
    text
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use hickory_proto::{
        op::Message,
        rr::{RData, Record as Answer},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, UdpSocket},
    };

    use super::*;
    use crate::model::traffic::{AliasTarget, Routing};

    fn side(identifier: &str, weight: u8, address: &str) -> Record {
        Record {
            name: "shop.example.com.".into(),
            kind: "A".into(),
            set_identifier: Some(identifier.into()),
            routing: Routing::Weighted(weight),
            ttl: Some(60),
            values: vec![address.into()],
            alias: None,
            health_check: None,
        }
    }

    fn alias(identifier: &str, target: &str) -> Record {
        Record {
            values: Vec::new(),
            alias: Some(AliasTarget {
                name: target.into(),
                zone: "ZELB".into(),
                evaluate_health: false,
            }),
            ..side(identifier, 1, "192.0.2.0")
        }
    }

    /// Answers the n-th question for a name with `reply`, by UDP and, where `small`, by TCP only.
    async fn server(
        small: bool,
        reply: impl Fn(&str, usize) -> Vec<&'static str> + Send + Sync + 'static,
    ) -> SocketAddr {
        let udp = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = udp.local_addr().expect("bound");
        let tcp = TcpListener::bind(address).await.expect("the same port");
        let (reply, asked) = (Arc::new(reply), Arc::new(AtomicUsize::new(0)));
        let answer = move |packet: &[u8], cut: bool| {
            let question = Message::from_vec(packet).expect("a question");
            let name = question.queries[0].name().clone();
            let mut answer = question.clone().into_response();
            if cut {
                answer.metadata.truncation = true;
            } else {
                let turn = asked.fetch_add(1, Ordering::SeqCst);
                for address in reply(&name.to_string(), turn) {
                    let address = address.parse().expect("an address");
                    let data = RData::A(hickory_proto::rr::rdata::A(address));
                    answer.add_answer(Answer::from_rdata(name.clone(), 60, data));
                }
            }
            answer.to_vec().expect("encodable")
        };
        let by_tcp = answer.clone();
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                let _ = udp.send_to(&answer(&buffer[..length], small), from).await;
            }
        });
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let length = stream.read_u16().await.expect("a length");
                let mut packet = vec![0; usize::from(length)];
                stream.read_exact(&mut packet).await.expect("a question");
                let answer = by_tcp(&packet, false);
                let length = u16::try_from(answer.len()).expect("short");
                stream.write_u16(length).await.expect("sent");
                stream.write_all(&answer).await.expect("sent");
            }
        });
        address
    }

    async fn count_of(server: SocketAddr, sides: &[Record], samples: u32) -> Answers {
        let zone = HostedZoneId::from("Z1");
        let poll = Poll::new(vec![server], true, &zone).expect("one server");
        poll.count(sides, samples).await
    }

    #[tokio::test]
    async fn answers_are_counted_by_side() {
        let server = server(false, |_, turn| match turn % 5 {
            0 => vec!["192.0.2.1"],
            1 => vec!["198.51.100.9"],
            _ => vec!["192.0.2.2"],
        })
        .await;
        let sides = [
            side("blue", 20, "192.0.2.1"),
            side("green", 60, "192.0.2.2"),
        ];
        let answers = count_of(server, &sides, 50).await;
        let wanted = BTreeMap::from([("blue".into(), 10), ("green".into(), 30)]);
        assert_eq!(answers.by_side, wanted);
        assert_eq!((answers.strange, answers.lost, answers.servers), (10, 0, 1));
    }

    #[tokio::test]
    async fn an_answer_that_does_not_fit_is_asked_for_by_tcp() {
        let server = server(true, |_, _| vec!["192.0.2.1"]).await;
        let answers = count_of(server, &[side("blue", 1, "192.0.2.1")], 3).await;
        assert_eq!(answers.by_side.get("blue"), Some(&3));
    }

    #[tokio::test]
    async fn an_alias_is_known_by_the_addresses_of_its_target() {
        let server = server(false, |name, turn| match name {
            "lb-blue.example.net." if turn % 2 == 0 => vec!["192.0.2.1", "192.0.2.2"],
            "lb-blue.example.net." => vec!["192.0.2.2", "192.0.2.3"],
            "lb-green.example.net." => vec!["198.51.100.1"],
            _ => vec!["192.0.2.2"],
        })
        .await;
        let sides = [
            alias("blue", "lb-blue.example.net."),
            alias("green", "lb-green.example.net."),
        ];
        let answers = count_of(server, &sides, 4).await;
        assert_eq!(answers.by_side, BTreeMap::from([("blue".into(), 4)]));
    }

    #[tokio::test]
    async fn an_answer_that_two_sides_could_give_belongs_to_none() {
        let server = server(false, |_, _| vec!["192.0.2.1"]).await;
        let twins = [side("blue", 1, "192.0.2.1"), side("green", 1, "192.0.2.1")];
        assert_eq!(count_of(server, &twins, 2).await.strange, 2);
    }

    #[tokio::test]
    async fn questions_without_an_answer_are_lost() {
        let closed = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = closed.local_addr().expect("bound");
        drop(closed);
        let answers = count_of(address, &[side("blue", 1, "192.0.2.1")], 2).await;
        assert_eq!((answers.lost, answers.strange), (2, 0));
    }

    #[test]
    fn values_are_compared_as_dns_means_them() {
        assert_eq!(normal("AAAA", "2001:DB8:0::1"), "2001:db8::1");
        assert_eq!(
            normal("CNAME", "LB.Example.com."),
            normal("CNAME", "lb.example.com")
        );
        assert_eq!(normal("TXT", r#""v=spf1 " "-all""#), "v=spf1 -all");
    }
}
