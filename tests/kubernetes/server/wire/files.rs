//! The bucket behind download URLs: plain HTTP, as a store in the same network would be.

use std::{convert::Infallible, sync::Arc};

use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{super::Shared, super::query::Parameters, flow::Flow};

/// Serves the files of the object store.
pub(crate) async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let response = answer(&shared, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A client that hangs up is no concern of the server.
            drop(connection.await);
        });
    }
}

/// A file, or the refusals of S3: an expired link, no such key. The refusals are not recorded.
fn answer(shared: &Shared, request: &Request<Incoming>) -> Response<Flow> {
    let query = Parameters::parse(request.uri().query().unwrap_or_default());
    let expires: i64 = query.get("expires").parse().unwrap_or_default();
    let world = shared.world();
    let refuse = |code: u16, reason: &str, message: &str| {
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{reason}</Code><Message>{message}</Message></Error>"
        );
        let mut response = Response::new(Flow::whole(xml));
        *response.status_mut() = code.try_into().expect("a status");
        response
    };
    if !world.velero.downloads_answer {
        return refuse(503, "SlowDown", "Please reduce your request rate.");
    }
    if expires < world.now().as_second() {
        return refuse(403, "AccessDenied", "Request has expired");
    }
    let key = request.uri().path().trim_start_matches('/');
    match world.velero.store().get(key) {
        Some(file) => Response::new(Flow::whole(file)),
        None => refuse(404, "NoSuchKey", "The specified key does not exist."),
    }
}
