//! A token for a cluster, in the form in which `kubectl` asks its credential plugins.

use std::io::{self, Write};

use serde_json::json;

use super::Exit;
use crate::provider::Token;

/// Prints an ExecCredential of `client.authentication.k8s.io/v1`.
pub fn token(token: &Token, out: &mut impl Write) -> io::Result<Exit> {
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {
            "token": token.secret,
            "expirationTimestamp": token.expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
    });
    writeln!(out, "{credential}").map(|()| Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectl_reads_token_and_end() {
        let own = Token {
            secret: "k8s-aws-v1.abc".into(),
            expires: "2026-01-15T10:14:00Z".parse().expect("a time"),
        };
        let mut out = Vec::new();
        token(&own, &mut out).expect("written to memory");
        let read: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(read["kind"], "ExecCredential");
        assert_eq!(read["status"]["token"], "k8s-aws-v1.abc");
        assert_eq!(
            read["status"]["expirationTimestamp"],
            "2026-01-15T10:14:00Z"
        );
    }
}
