//! The protocol on the socket: one call and one answer for each connection, as JSON after its
//! length in four bytes, the highest first.

use std::io;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::provider::{
    Error,
    demo::call::{Answer, Call},
};

/// Raised whenever a call, an answer or the kept state changes its form.
pub(super) const VERSION: u32 = 2;
/// A guard against garbage, not a limit that an answer comes near.
const LARGEST: u32 = 1 << 29;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Question {
    pub(super) version: u32,
    pub(super) call: Call,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Response {
    Answer(Answer),
    Refused(Error),
    /// The world speaks another version of this protocol.
    OtherVersion(u32),
}

pub(super) async fn send<T: Serialize>(
    stream: &mut (impl AsyncWrite + Unpin),
    value: &T,
) -> io::Result<()> {
    let text = serde_json::to_vec(value)?;
    let length = u32::try_from(text.len())
        .ok()
        .filter(|length| *length <= LARGEST)
        .ok_or_else(|| io::Error::other("the message is too large"))?;
    stream.write_u32(length).await?;
    stream.write_all(&text).await?;
    stream.flush().await
}

pub(super) async fn receive<T: DeserializeOwned>(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<T> {
    let length = stream.read_u32().await?;
    if length > LARGEST {
        return Err(io::Error::other("the message is too large"));
    }
    // Grows as bytes come, so that a false length alone takes no memory.
    let mut text = Vec::new();
    stream.take(length.into()).read_to_end(&mut text).await?;
    if text.len() < usize::try_from(length).unwrap_or(usize::MAX) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_slice(&text)?)
}
