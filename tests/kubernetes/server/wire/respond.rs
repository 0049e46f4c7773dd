//! From a request on the wire to an answer on the wire.

use std::io;

use http_body_util::BodyExt;
use hyper::{Request, Response, body::Incoming, header::HeaderValue};

use super::{
    super::{
        Shared,
        api::{self, Answer, Call, Content},
        query::Parameters,
        requests::Seen,
    },
    Effect,
    flow::Flow,
};

/// Answers one request; an error closes the connection without an answer.
pub(super) async fn respond(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<Response<Flow>, io::Error> {
    let gone = || io::Error::from(io::ErrorKind::ConnectionReset);
    let path_and_query = request.uri().to_string();
    let effect = shared
        .faults()
        .take(request.method().as_str(), &path_and_query);
    match &effect {
        Some(Effect::Drop) => return Err(gone()),
        Some(Effect::Hang) => std::future::pending().await,
        Some(Effect::Delay(time)) => tokio::time::sleep(*time).await,
        _ => {}
    }
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| gone())?.to_bytes();
    let call = Call {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: Parameters::parse(head.uri.query().unwrap_or_default()),
        headers: head.headers,
        body,
    };
    let answer = match &effect {
        Some(Effect::Refuse(status)) => {
            let answer = Answer::from(status.clone());
            shared.log().push(Seen::new(&call, "", answer.code));
            answer
        }
        Some(Effect::Say(text)) => {
            shared.log().push(Seen::new(&call, "", 200));
            Answer {
                code: 200,
                headers: vec![("Content-Type", "application/json".into())],
                content: Content::Text(text.clone().into()),
            }
        }
        _ => decide(shared, &call),
    };
    if let Some(Effect::Lose) = effect {
        return Err(gone());
    }
    let mut response = write(shared, &call, answer);
    if let Some(Effect::Cut(bytes)) = effect {
        response = response.map(|flow| flow.cut(bytes));
    }
    Ok(response)
}

/// Lets the world answer.
fn decide(shared: &Shared, call: &Call) -> Answer {
    let mut world = shared.world();
    world.catch_up();
    let header = call
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let (user, answer) = match world.people.authenticate(header, world.clock.shared()) {
        Ok(user) => {
            let answer = api::answer(&mut world, &user, call);
            (user.name, answer)
        }
        Err(status) => (String::new(), Answer::from(status)),
    };
    shared.log().push(Seen::new(call, &user, answer.code));
    shared.wake();
    answer
}

fn write(shared: &Shared, call: &Call, answer: Answer) -> Response<Flow> {
    let (code, may_compress) = (
        answer.code,
        shared.gzip && call.header("accept-encoding").contains("gzip"),
    );
    let (flow, compressed) = Flow::new(answer.content, may_compress);
    let mut response = Response::new(flow);
    *response.status_mut() = code.try_into().expect("a status between 100 and 999");
    let (date, audit) = {
        let mut world = shared.world();
        let date = world
            .now()
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string();
        (date, world.names.uid())
    };
    let mut headers: Vec<(&'static str, String)> = vec![
        ("audit-id", audit),
        ("cache-control", "no-cache, private".into()),
        ("content-type", "application/json".into()),
        ("date", date),
    ];
    if code != 401 {
        let level = |name: &str| format!("00000000-0000-4000-8000-{name}");
        headers.push(("x-kubernetes-pf-flowschema-uid", level("000000000001")));
        headers.push(("x-kubernetes-pf-prioritylevel-uid", level("000000000002")));
    }
    if compressed {
        headers.push(("content-encoding", "gzip".into()));
        headers.push(("vary", "Accept-Encoding".into()));
    }
    let target = response.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).expect("a header in plain text");
    for (name, text) in &headers {
        target.insert(*name, value(text));
    }
    for (name, text) in &answer.headers {
        let name: hyper::header::HeaderName = name.parse().expect("a header name");
        if name == "warning" {
            target.append(name, value(text));
        } else {
            target.insert(name, value(text));
        }
    }
    if code == 304 {
        target.remove("content-type");
    }
    response
}
