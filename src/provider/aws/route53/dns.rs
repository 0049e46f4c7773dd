//! One DNS question to one server: UDP, and TCP where the answer does not fit.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use futures::future::join_all;
use hickory_proto::{
    op::{Edns, Message, Query},
    rr::{Name, RecordType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket, lookup_host},
    time::timeout,
};

const PORT: u16 = 53;

/// How long one server has for one question, by each of the two ways.
const PATIENCE: Duration = Duration::from_secs(2);

/// What passes through every network in one piece (DNS Flag Day 2020).
const UDP_PAYLOAD: u16 = 1232;

/// One address of each name server that has any, by the system's resolver.
pub(super) async fn addresses(names: &[String]) -> Vec<SocketAddr> {
    let each = names.iter().map(|name| async move {
        let found = resolve(name).await;
        // Not every machine has IPv6, and every name server of Route 53 has IPv4.
        let address = found.iter().find(|address| address.is_ipv4());
        let address = address.or(found.first())?;
        Some(SocketAddr::new(*address, PORT))
    });
    join_all(each).await.into_iter().flatten().collect()
}

/// All addresses of a host, by the system's resolver; none where it has none.
pub(super) async fn resolve(name: &str) -> Vec<IpAddr> {
    let found = timeout(PATIENCE, lookup_host((name.trim_end_matches('.'), PORT))).await;
    match found {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip()).collect(),
        _ => Vec::new(),
    }
}

/// Asks `server`, which must know: recursion is not wanted.
pub(super) async fn ask(server: SocketAddr, name: &Name, kind: RecordType) -> io::Result<Message> {
    let mut question = Message::query();
    question.metadata.recursion_desired = false;
    question.add_query(Query::query(name.clone(), kind));
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD);
    question.set_edns(edns);
    let answer = timeout(PATIENCE, by_udp(server, &question)).await??;
    if answer.metadata.truncation {
        return timeout(PATIENCE, by_tcp(server, &question)).await?;
    }
    Ok(answer)
}

async fn by_udp(server: SocketAddr, question: &Message) -> io::Result<Message> {
    let any: IpAddr = if server.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    socket.send(&bytes(question)?).await?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let length = socket.recv(&mut buffer).await?;
        // Something else on this port, such as a late or a forged answer, is waited out.
        if let Ok(answer) = Message::from_vec(&buffer[..length])
            && answers(&answer, question)
        {
            return Ok(answer);
        }
    }
}

async fn by_tcp(server: SocketAddr, question: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(server).await?;
    let body = bytes(question)?;
    let length = u16::try_from(body.len()).map_err(io::Error::other)?;
    let mut packet = length.to_be_bytes().to_vec();
    packet.extend(body);
    stream.write_all(&packet).await?;
    let length = stream.read_u16().await?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await?;
    let answer = Message::from_vec(&buffer).map_err(io::Error::other)?;
    answers(&answer, question)
        .then_some(answer)
        .ok_or_else(|| io::Error::other("an answer to another question"))
}

fn bytes(message: &Message) -> io::Result<Vec<u8>> {
    message.to_vec().map_err(io::Error::other)
}

fn answers(answer: &Message, question: &Message) -> bool {
    answer.metadata.id == question.metadata.id && answer.queries == question.queries
}
