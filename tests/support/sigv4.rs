//! Signature Version 4 from the receiver's side: is a presigned request what its key has signed?
//! Computed here from the specification, so that it shares no mistake with who signs.

use std::collections::BTreeMap;

use jiff::{Timestamp, fmt::strtime, tz::TimeZone};
use sha2::{Digest, Sha256};

/// A request as it arrived, with its signature in the query.
pub(crate) struct Presigned<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// As it was sent, without the question mark.
    pub(crate) query: &'a str,
    /// The value of a header, by its name in lower case.
    pub(crate) header: &'a dyn Fn(&str) -> Option<&'a str>,
}

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the query has no {0}")]
    Missing(&'static str),
    #[error("the signed header {0} was not sent")]
    Unsent(String),
    #[error("Signature expired: it was good for {0} s")]
    Expired(i64),
    #[error(
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method."
    )]
    Mismatch,
}

impl Presigned<'_> {
    /// Whether the key with `secret` has signed this, and `now`, in seconds since 1970, is within
    /// the time that it is good for.
    pub(crate) fn verify(&self, secret: &str, now: i64) -> Result<(), Refusal> {
        let pairs = self.pairs();
        let part = |name| pairs.get(name).cloned().ok_or(Refusal::Missing(name));
        let (moment, scope) = (part("X-Amz-Date")?, part("X-Amz-Credential")?);
        let lasts: i64 = part("X-Amz-Expires")?
            .parse()
            .map_err(|_| Refusal::Missing("X-Amz-Expires"))?;
        let signed = seconds(&moment).ok_or(Refusal::Missing("X-Amz-Date"))?;
        if !(signed - 300..=signed + lasts).contains(&now) {
            return Err(Refusal::Expired(lasts));
        }
        let (_, scope) = scope
            .split_once('/')
            .ok_or(Refusal::Missing("X-Amz-Credential"))?;
        let canonical = self.canonical(&part("X-Amz-SignedHeaders")?)?;
        let text = format!(
            "AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}",
            hex(&Sha256::digest(canonical))
        );
        let key = scope
            .split('/')
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
                hmac(&key, part.as_bytes())
            });
        if hex(&hmac(&key, text.as_bytes())) == part("X-Amz-Signature")? {
            Ok(())
        } else {
            Err(Refusal::Mismatch)
        }
    }

    fn pairs(&self) -> BTreeMap<String, String> {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs
            .map(|(key, value)| (key.into(), value.into()))
            .collect()
    }

    fn canonical(&self, signed: &str) -> Result<String, Refusal> {
        let mut query: Vec<String> = self
            .pairs()
            .iter()
            .filter(|(name, _)| *name != "X-Amz-Signature")
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        query.sort();
        let header = |name: &str| {
            let value = (self.header)(name).ok_or_else(|| Refusal::Unsent(name.into()))?;
            let words: Vec<&str> = value.split_whitespace().collect();
            Ok(format!("{name}:{}\n", words.join(" ")))
        };
        let headers: Vec<String> = signed.split(';').map(header).collect::<Result<_, _>>()?;
        let headers = headers.concat();
        let nothing = hex(&Sha256::digest(b""));
        Ok(format!(
            "{}\n{}\n{}\n{headers}\n{signed}\n{nothing}",
            self.method,
            self.path,
            query.join("&")
        ))
    }
}

/// `20260115T100000Z` in seconds since 1970.
fn seconds(moment: &str) -> Option<i64> {
    let parsed = strtime::parse("%Y%m%dT%H%M%SZ", moment).ok()?;
    let moment = parsed.to_datetime().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(Timestamp::from(moment).as_second())
}

/// As RFC 3986 wants it: letters, digits and `-._~` stay.
fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// RFC 2104 over SHA-256.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text);
    let outer = Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner.finalize());
    outer.finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 0xf];
    let digit = |half: u8| char::from_digit(half.into(), 16).expect("half a byte");
    bytes.iter().flat_map(digits).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of "Calculate the signature for AWS Signature Version 4", AWS General Reference.
    #[test]
    fn the_signing_key_is_that_of_the_reference() {
        let secret = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
        let parts = ["20150830", "us-east-1", "iam", "aws4_request"];
        let key = parts
            .iter()
            .fold(secret, |key, part| hmac(&key, part.as_bytes()));
        let wanted = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
        assert_eq!(hex(&key), wanted);
    }

    #[test]
    fn a_moment_is_read() {
        assert_eq!(seconds("20150830T123600Z"), Some(1_440_938_160));
        assert_eq!(seconds("yesterday"), None);
    }
}
