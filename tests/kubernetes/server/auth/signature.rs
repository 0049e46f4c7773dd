//! Signature Version 4 of a presigned request, worked out anew from what was signed.

use sha2::{Digest, Sha256};

use super::super::query::Parameters;

/// A presigned GET of `/`.
pub(super) struct Signed<'a> {
    /// As it was sent, with the signature in it.
    pub(super) query: &'a str,
    /// The signed headers in the order of their names.
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// Key, day, region, service and `aws4_request`, with slashes between them.
    pub(super) credential: &'a str,
    pub(super) date: &'a str,
}

/// The signature that the request should have, in hex.
pub(super) fn of(request: &Signed<'_>, secret: &str) -> String {
    let scope = request
        .credential
        .split_once('/')
        .map_or("", |(_, scope)| scope);
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        request.date,
        hex(&Sha256::digest(canonical(request)))
    );
    let start = format!("AWS4{secret}").into_bytes();
    let key = scope
        .split('/')
        .fold(start, |key, part| hmac(&key, part.as_bytes()));
    hex(&hmac(&key, to_sign.as_bytes()))
}

fn canonical(request: &Signed<'_>) -> String {
    let parameters = Parameters::parse(request.query);
    let mut parameters: Vec<String> = parameters
        .iter()
        .filter(|(name, _)| *name != "X-Amz-Signature")
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    parameters.sort();
    let headers = request.headers.iter();
    let lines: Vec<String> = headers
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
    let empty = hex(&Sha256::digest([]));
    format!(
        "GET\n/\n{}\n{}\n{}\n{empty}",
        parameters.join("&"),
        lines.concat(),
        names.join(";")
    )
}

/// Percent-encoding as AWS has it: all but letters, digits and `-._~`.
pub(super) fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(message);
    let outer = Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner.finalize());
    outer.finalize().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pairs = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    pairs
        .map(|half| char::from(DIGITS[usize::from(half)]))
        .collect()
}
