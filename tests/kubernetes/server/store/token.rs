//! Continue tokens, in the form that Kubernetes gives them.

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

use super::super::status::Status;

/// As lenient as the decoder of the real server.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Where a list goes on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The version of the first page; none when the rest may be of any version.
    pub(crate) version: Option<u64>,
    /// The key after which the next page starts, as it is below the path of the list.
    pub(crate) after: String,
}

impl Token {
    /// The token that goes on after `key`. A list from the server's memory has a slash before it,
    /// one from the database has not.
    pub(crate) fn write(version: Option<u64>, key: &str, from_memory: bool) -> String {
        let version = version.map_or(-1, u64::cast_signed);
        let slash = if from_memory { "/" } else { "" };
        let text =
            format!(r#"{{"v":"meta.k8s.io/v1","rv":{version},"start":"{slash}{key}\u0000"}}"#);
        BASE64.encode(text)
    }

    pub(crate) fn read(token: &str) -> Result<Self, Status> {
        let bad = |why: &str| {
            Status::bad_request(format!(
                "invalid continue token: continue key is not valid: {why}"
            ))
        };
        let bytes = BASE64
            .decode(token)
            .map_err(|error| bad(&error.to_string()))?;
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else {
            let first = bytes.first().copied().map_or(' ', char::from);
            return Err(bad(&format!(
                "invalid character '{first}' looking for beginning of value"
            )));
        };
        let version = value["rv"].as_i64().unwrap_or_default();
        let start = value["start"].as_str().unwrap_or_default();
        Ok(Self {
            version: u64::try_from(version).ok(),
            after: start
                .trim_start_matches('/')
                .trim_end_matches('\0')
                .to_owned(),
        })
    }
}
