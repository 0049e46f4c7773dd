//! The name of a sealed plan: its SHA-256, the short form and the phrase that people compare, and
//! the idempotency keys that follow from it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{StepId, words::WORDS};
use crate::model::{AccountId, Ref, Region};

/// A SHA-256 sum; 64 hex digits as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

/// A text that is no [`Digest`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest of 64 hex digits")]
pub struct NotADigest(String);

impl Digest {
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::over(&[bytes])
    }

    /// The sum over the parts, one after the other.
    #[must_use]
    pub fn over(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The first eight hex digits: what commands accept and listings show.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }

    /// Four words that differ between any two plans a person is likely to confuse. They come from
    /// other bytes than the short form, so that the two together tell more than each.
    #[must_use]
    pub fn phrase(&self) -> [&'static str; 4] {
        let word = |at: usize| WORDS[usize::from(self.0[at])];
        [word(4), word(5), word(6), word(7)]
    }

    /// The idempotency key of one step: the same for every attempt and every process, for ever. An
    /// account that the plan itself makes goes in by the name of the step that makes it.
    #[must_use]
    pub fn key(&self, step: &StepId, account: &Ref<AccountId>, region: &Region) -> String {
        let account = account.to_string();
        let parts: [&[u8]; 5] = [
            b"awsdeck/1",
            &self.0,
            step.as_str().as_bytes(),
            account.as_bytes(),
            region.as_str().as_bytes(),
        ];
        base32(&Self::over(&parts).0)
    }
}

/// RFC 4648 without padding: 52 characters for 32 bytes, within the limit of every client token.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut bits = [0; 8];
        bits[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(bits);
        for at in 0..(chunk.len() * 8).div_ceil(5) {
            let five = (bits >> (35 - 5 * at)) & 31;
            text.push(char::from(ALPHABET[usize::try_from(five).unwrap_or(0)]));
        }
    }
    text
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotADigest(text.into());
        if text.len() != 64
            || !text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_what_every_other_tool_computes() {
        let empty = Digest::of(b"");
        assert_eq!(
            empty.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(empty.to_string().parse(), Ok(empty));
        assert_eq!(empty.short(), "e3b0c442");
        assert!("E3B0".parse::<Digest>().is_err());
        assert!("é".repeat(32).parse::<Digest>().is_err());
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        for (plain, coded) in [
            ("", ""),
            ("f", "MY"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
    }

    fn id(text: &str) -> Ref<AccountId> {
        text.parse::<AccountId>().expect("twelve digits").into()
    }

    #[test]
    fn a_key_differs_by_plan_step_account_and_region() {
        let (one, two) = (Digest::of(b"1"), Digest::of(b"2"));
        let account = &id("111122223333");
        let other = &id("444455556666");
        let region = Region::from("eu-west-1");
        let (shift, ttl) = (StepId::from("shift"), StepId::from("ttl"));
        let keys = [
            one.key(&shift, account, &region),
            two.key(&shift, account, &region),
            one.key(&ttl, account, &region),
            one.key(&shift, other, &region),
            one.key(&shift, account, &Region::global()),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert!(keys.iter().all(|key| key.len() == 52));
        assert_eq!(keys[0], one.key(&shift, account, &region));
    }
}
