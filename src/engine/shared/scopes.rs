//! What unfinished runs hold over all machines.

use std::collections::BTreeSet;

use super::{Error, Result, Shared, log::bytes};
use crate::{
    engine::{RunId, machine::run::State},
    provider::{Put, When},
};

impl Shared {
    /// Takes all of `scopes` for a run, in lexical order, or none of them. What a run holds that
    /// has ended is taken from it.
    pub async fn hold(&self, run: RunId, scopes: &BTreeSet<String>) -> Result<()> {
        let mut taken = Vec::new();
        for scope in scopes {
            match self.hold_one(run, scope).await {
                Ok(()) => taken.push(scope),
                Err(error) => {
                    for scope in taken {
                        self.let_go(run, scope).await?;
                    }
                    return Err(error);
                }
            }
        }
        // A scope around or within one of ours may have been taken at the same moment: both see
        // each other now, and the run that was opened later steps back.
        if let Some((scope, by)) = self.overlap(run, scopes).await? {
            for scope in scopes {
                self.let_go(run, scope).await?;
            }
            return Err(Error::ScopeHeld { scope, by });
        }
        Ok(())
    }

    /// Gives back everything that a run holds.
    pub async fn let_go_of(&self, run: RunId, scopes: &BTreeSet<String>) -> Result<()> {
        for scope in scopes {
            self.let_go(run, scope).await?;
        }
        Ok(())
    }

    async fn hold_one(&self, run: RunId, scope: &str) -> Result<()> {
        let key = key(scope);
        let body = bytes(&key, &run)?;
        match self.write(&key, body.clone(), When::Absent).await? {
            Put::Done(_) => return Ok(()),
            Put::Lost | Put::Busy => {}
        }
        let Some(object) = self.objects.get(&key).await? else {
            return Err(Error::Lost);
        };
        let by: RunId = serde_json::from_slice(&object.body).map_err(|error| Error::Damaged {
            key: key.clone(),
            what: error.to_string(),
        })?;
        if by == run {
            return Ok(());
        }
        if self.has_ended(by).await?
            && let Put::Done(_) = self.write(&key, body, When::Is(object.version)).await?
        {
            return Ok(());
        }
        let scope = scope.to_owned();
        Err(Error::ScopeHeld { scope, by })
    }

    async fn let_go(&self, run: RunId, scope: &str) -> Result<()> {
        let key = key(scope);
        let Some(object) = self.objects.get(&key).await? else {
            return Ok(());
        };
        if serde_json::from_slice::<RunId>(&object.body).is_ok_and(|by| by == run) {
            self.objects.delete(&key, &object.version).await?;
        }
        Ok(())
    }

    /// Another unfinished run that holds a scope around or within one of these and goes first.
    async fn overlap(
        &self,
        run: RunId,
        scopes: &BTreeSet<String>,
    ) -> Result<Option<(String, RunId)>> {
        for held in self.objects.list("locks/", "").await? {
            let Some(other) = scope_of(&held) else {
                continue;
            };
            let nested = |scope: &String| {
                let within = |inner: &str, outer: &str| {
                    let rest = inner.strip_prefix(outer);
                    rest.is_some_and(|rest| rest.starts_with('/'))
                };
                within(scope, &other) || within(&other, scope)
            };
            if !scopes.iter().any(nested) {
                continue;
            }
            if let Some(by) = self.read::<RunId>(&held).await?
                && by < run
                && !self.has_ended(by).await?
            {
                return Ok(Some((other, by)));
            }
        }
        Ok(None)
    }

    /// Whether the run's last line ends it.
    async fn has_ended(&self, run: RunId) -> Result<bool> {
        // It holds something and was never made known: its machine died between the two.
        let state = self.state(run).await?;
        Ok(state.is_none_or(State::is_terminal))
    }
}

/// A scope as a key: every byte that a key may not have is written out.
fn key(scope: &str) -> String {
    let mut name = String::from("locks/");
    for byte in scope.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                name.push(char::from(byte));
            }
            byte => name.extend(['%', hex(byte >> 4), hex(byte & 15)]),
        }
    }
    name + ".json"
}

fn hex(digit: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(digit & 15)])
}

/// The scope that [`key`] wrote.
fn scope_of(key: &str) -> Option<String> {
    let name = key.strip_prefix("locks/")?.strip_suffix(".json")?;
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digits = tail.get(..2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_key_and_back() {
        for scope in [
            "r53/Z1/*.example.com./A",
            "aws/1/eu-west-1/ec2/vpc-1/10.0.0.0/8",
            "ü %",
        ] {
            assert_eq!(scope_of(&key(scope)).as_deref(), Some(scope));
            assert!(!key(scope)["locks/".len()..].contains('/'));
        }
    }
}
