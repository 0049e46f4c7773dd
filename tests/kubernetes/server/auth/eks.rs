//! Tokens of EKS: a signed request to STS, verified as the authenticator of the cluster does.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;

use super::{
    super::query::Parameters,
    User,
    signature::{self, Signed},
};

const PREFIX: &str = "k8s-aws-v1.";
/// The longest token that is looked at.
const LONGEST: usize = 4_096;
/// The only parameters that the signed request may have, each once.
const PARAMETERS: &[&str] = &[
    "action",
    "version",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];
/// The header that names the cluster.
const CLUSTER_HEADER: &str = "x-k8s-aws-id";

/// Credentials that a test registers, and who is let in with them.
#[derive(Clone, Debug)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// What temporary credentials bring along.
    pub(crate) session_token: Option<String>,
    /// The caller, and the groups of its access entry; none without an entry: then it is nobody here.
    pub(crate) entry: Option<User>,
}

impl AccessKey {
    /// The token that the holder of this key signs for a cluster.
    pub(crate) fn token(&self, cluster: &str, region: &str, at: Timestamp) -> String {
        let host = format!("sts.{region}.amazonaws.com");
        let date = at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let credential = format!("{}/{}/{region}/sts/aws4_request", self.id, &date[..8]);
        let mut query = format!(
            "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={date}&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3B{CLUSTER_HEADER}",
            signature::escape(&credential)
        );
        if let Some(token) = &self.session_token {
            query.push_str("&X-Amz-Security-Token=");
            query.push_str(&signature::escape(token));
        }
        let signed = Signed {
            query: &query,
            headers: &[("host", &host), (CLUSTER_HEADER, cluster)],
            credential: &credential,
            date: &date,
        };
        let signature = signature::of(&signed, &self.secret);
        let url = format!("https://{host}/?{query}&X-Amz-Signature={signature}");
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(url))
    }
}

/// What tokens are held against.
#[derive(Clone)]
pub(super) struct Verifier {
    pub(super) cluster: String,
    /// Seconds after `X-Amz-Date` for which a token is good.
    pub(super) life: i64,
    pub(super) keys: Vec<AccessKey>,
}

impl Default for Verifier {
    fn default() -> Self {
        Self {
            cluster: "test".into(),
            life: 15 * 60,
            keys: Vec::new(),
        }
    }
}

impl Verifier {
    /// Whom a token is for, or why it is none.
    pub(super) fn verify(&self, token: &str, now: Timestamp) -> Result<User, String> {
        if token.len() > LONGEST {
            return Err(format!("the token has more than {LONGEST} bytes"));
        }
        let encoded = token
            .strip_prefix(PREFIX)
            .ok_or_else(|| format!("the token does not begin with {PREFIX}"))?;
        let url = BASE64_URL_SAFE_NO_PAD
            .decode(encoded)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or("the token is no unpadded base64url")?;
        let rest = url
            .strip_prefix("https://")
            .ok_or("the request is not https")?;
        let (host, rest) = rest.split_once('/').ok_or("the request has no path")?;
        let query = rest.strip_prefix('?').ok_or("the path is not /")?;
        if !is_sts(host) {
            return Err(format!("{host} is not a host of STS"));
        }
        let parameters = parameters(query)?;
        let of = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        if of("action") != "GetCallerIdentity" {
            return Err("the action is not GetCallerIdentity".into());
        }
        let expires: Option<u32> = of("x-amz-expires").parse().ok();
        if expires.is_none_or(|seconds| seconds > 900) {
            return Err("x-amz-expires is not between 0 and 900".into());
        }
        if of("x-amz-signedheaders") != format!("host;{CLUSTER_HEADER}") {
            return Err("the signed headers are not host and the cluster's".into());
        }
        self.timely(of("x-amz-date"), now)?;
        let key_id = of("x-amz-credential").split('/').next().unwrap_or_default();
        let mut keys = self.keys.iter();
        let key = keys
            .find(|key| key.id == key_id)
            .ok_or("the access key is unknown")?;
        if key.session_token.as_deref().unwrap_or_default() != of("x-amz-security-token") {
            return Err("the session token is not that of the key".into());
        }
        let signed = Signed {
            query,
            headers: &[("host", host), (CLUSTER_HEADER, &self.cluster)],
            credential: of("x-amz-credential"),
            date: of("x-amz-date"),
        };
        if signature::of(&signed, &key.secret) != of("x-amz-signature") {
            return Err(format!(
                "the signature is not that of a request for cluster {}",
                self.cluster
            ));
        }
        let entry = key.entry.clone();
        entry.ok_or_else(|| "the caller has no access entry".into())
    }

    fn timely(&self, date: &str, now: Timestamp) -> Result<(), String> {
        let signed = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date)
            .and_then(|at| at.to_zoned(jiff::tz::TimeZone::UTC))
            .map_err(|_| "x-amz-date is no time".to_owned())?;
        let age = now.duration_since(signed.timestamp()).as_secs();
        if age >= self.life {
            return Err(format!("the token is {age} s old"));
        }
        if age < -15 * 60 {
            return Err("the token is from the future".into());
        }
        Ok(())
    }
}

fn is_sts(host: &str) -> bool {
    let host = host.trim_end_matches(".cn");
    let inner = host
        .strip_prefix("sts.")
        .or_else(|| host.strip_prefix("sts-fips."))
        .and_then(|rest| rest.strip_suffix("amazonaws.com"));
    inner.is_some_and(|region| {
        let region = region.trim_end_matches('.');
        region
            .chars()
            .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-')
    })
}

/// The parameters by their lower-cased names.
fn parameters(query: &str) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for (name, value) in Parameters::parse(query).iter() {
        let name = name.to_lowercase();
        if !PARAMETERS.contains(&name.as_str()) {
            return Err(format!("the parameter {name} does not belong there"));
        }
        if found.insert(name.clone(), value.to_owned()).is_some() {
            return Err(format!("the parameter {name} is there twice"));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signed by botocore.
    const GOLDEN: &str = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20231114%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20231114T221320Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=FwoG%2Btok%2Fen%3D%3D&X-Amz-Signature=b8a1876d5022f6e0ce09027d3baf3d8af39ef0ba6ab0482c1f1d818a35c069a5";

    fn verifier() -> Verifier {
        Verifier {
            cluster: "my-cluster".into(),
            keys: vec![AccessKey {
                id: "AKIDEXAMPLE".into(),
                secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
                session_token: Some("FwoG+tok/en==".into()),
                entry: Some(User::new("me", &["ops"])),
            }],
            ..Verifier::default()
        }
    }

    fn token(url: &str) -> String {
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(url))
    }

    fn after(seconds: i64) -> Timestamp {
        let signed: Timestamp = "2023-11-14T22:13:20Z".parse().expect("a time");
        signed + jiff::SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_token_that_others_signed_is_good_for_fifteen_minutes() {
        let verifier = verifier();
        let user = verifier.verify(&token(GOLDEN), after(899)).expect("valid");
        assert_eq!(user, User::new("me", &["ops"]));
        let late = verifier.verify(&token(GOLDEN), after(900));
        assert_eq!(late, Err("the token is 900 s old".into()));
    }

    #[test]
    fn every_rule_refuses_what_breaks_it() {
        let another = "the signature is not that of a request for cluster my-cluster";
        for (broken, why) in [
            (GOLDEN.replace("b8a1876d", "00000000"), another),
            (GOLDEN.replace("us-east-1.am", "us-west-2.am"), another),
            (GOLDEN.replace("https", "http"), "the request is not https"),
            (GOLDEN.replace("com/?", "com/x?"), "the path is not /"),
            (
                GOLDEN.replace("sts.us", "ec2.us"),
                "ec2.us-east-1.amazonaws.com is not a host of STS",
            ),
            (
                GOLDEN.replace("Expires=60", "Expires=901"),
                "x-amz-expires is not between 0 and 900",
            ),
            (
                format!("{GOLDEN}&a=b"),
                "the parameter a does not belong there",
            ),
            (
                format!("{GOLDEN}&version=1"),
                "the parameter version is there twice",
            ),
            (GOLDEN.replace("AKID", "OTHER"), "the access key is unknown"),
            (
                GOLDEN.replace("FwoG", "Gone"),
                "the session token is not that of the key",
            ),
            (
                GOLDEN.replace("%3Bx-k8s-aws-id", ""),
                "the signed headers are not host and the cluster's",
            ),
            (
                GOLDEN.replace("GetCaller", "GetOther"),
                "the action is not GetCallerIdentity",
            ),
        ] {
            let refused = verifier().verify(&token(&broken), after(1));
            assert_eq!(refused, Err(why.into()), "{broken}");
        }
        let long = token(&format!("{GOLDEN}{}", "x".repeat(LONGEST)));
        let refused = verifier().verify(&long, after(1));
        assert_eq!(refused, Err("the token has more than 4096 bytes".into()));
    }

    #[test]
    fn a_key_without_an_access_entry_is_nobody() {
        let mut verifier = verifier();
        verifier.keys[0].entry = None;
        let refused = verifier.verify(&token(GOLDEN), after(1));
        assert_eq!(refused, Err("the caller has no access entry".into()));
    }
}
