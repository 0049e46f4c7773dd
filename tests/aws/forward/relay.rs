//! Sends a request on to moto, as it came.

use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Request, answer::Answer};

/// `moto` is its host and port.
pub(super) async fn pass_on(moto: &str, request: &Request) -> Answer {
    let stream = TcpStream::connect(moto).await.expect("moto listens");
    let connection = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connection.expect("moto speaks HTTP");
    tokio::spawn(connection);
    let mut uri = request.path.clone();
    if !request.raw_query.is_empty() {
        uri = format!("{uri}?{}", request.raw_query);
    }
    let mut onward = hyper::Request::builder()
        .method(request.method.clone())
        .uri(uri)
        .body(Full::<Bytes>::new(request.body.clone()))
        .expect("it was a request before");
    *onward.headers_mut() = request.headers.clone();
    onward.headers_mut().remove(header::TRANSFER_ENCODING);
    let answer = sender.send_request(onward).await.expect("moto answers");
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("a whole answer").to_bytes();
    Answer::of(&parts, body)
}
