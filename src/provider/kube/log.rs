//! The log of a container, as it is written.

use futures::{AsyncBufReadExt, TryStreamExt};
use kube::{
    api::LogParams,
    core::{Request as Ask, Resource},
};
use tokio::sync::mpsc::UnboundedSender;

use super::{client::Cluster, objects::Pod};
use crate::{
    model::text::clean,
    provider::{LogOf, Result},
};

/// Characters of a line that are shown.
const LINE: usize = 4_096;

/// Tells line by line until the log ends or nobody listens.
pub(super) async fn follow(
    cluster: &Cluster,
    of: &LogOf,
    told: &UnboundedSender<String>,
) -> Result<()> {
    let call = cluster.call("get pods/log");
    let params = LogParams {
        container: of.container.clone(),
        follow: of.follow,
        previous: of.previous,
        tail_lines: Some(i64::from(of.tail)),
        ..LogParams::default()
    };
    let ask = Ask::new(Pod::url_path(&(), Some(&of.namespace)));
    let request = ask.logs(&of.pod, &params).map_err(|error| {
        call.placed(crate::provider::Kind::Service {
            service: call.cluster.name.to_string(),
            code: "Request".into(),
            message: error.to_string(),
        })
    })?;
    let stream = cluster.client().request_stream(request).await;
    let stream = stream.map_err(|error| call.error(&error))?;
    let mut lines = std::pin::pin!(stream.lines());
    while let Some(line) = lines
        .try_next()
        .await
        .map_err(|error| call.broken(&error))?
    {
        let line: String = clean(&line).chars().take(LINE).collect();
        if told.send(line).is_err() {
            break;
        }
    }
    Ok(())
}
