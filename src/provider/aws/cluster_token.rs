//! Tokens for the API servers of EKS: a presigned question to STS of who we are, which the cluster
//! asks on our behalf. Signed here, without a call.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        sign,
    },
    sign::v4,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// What every token begins with.
const PREFIX: &str = "k8s-aws-v1.";
/// Names the cluster, and so keeps a token from being used for another one.
const CLUSTER: &str = "x-k8s-aws-id";
/// Said in the URL and not looked at: a token is good for [`LIFE`] after it was signed.
const EXPIRES: Duration = Duration::from_mins(1);
/// How long EKS takes a token, less a minute for clocks that differ.
pub(super) const LIFE: Duration = Duration::from_mins(14);
/// Longer ones are refused unread.
const LONGEST: usize = 4_096;

/// Why no token could be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoToken {
    #[error("the request could not be signed: {0}")]
    Unsigned(String),
    #[error(
        "the session token of these credentials makes a token of {0} bytes; EKS takes {LONGEST}"
    )]
    TooLong(usize),
}

/// A token for `cluster` (its name, on Outposts its id) in `region`, signed at `at`.
pub(super) fn token(
    credentials: &Credentials,
    region: &str,
    cluster: &str,
    at: SystemTime,
) -> Result<String, NoToken> {
    let url = presigned(credentials, region, cluster, at)?;
    let token = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(url));
    if token.len() > LONGEST {
        return Err(NoToken::TooLong(token.len()));
    }
    Ok(token)
}

fn presigned(
    credentials: &Credentials,
    region: &str,
    cluster: &str,
    at: SystemTime,
) -> Result<String, NoToken> {
    let unsigned = |error: &dyn std::fmt::Display| NoToken::Unsigned(error.to_string());
    let host = host(region);
    let url = format!("https://{host}/?Action=GetCallerIdentity&Version=2011-06-15");
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    settings.expires_in = Some(EXPIRES);
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(at)
        .settings(settings)
        .build()
        .map_err(|error| unsigned(&error))?
        .into();
    let headers = [("host", host.as_str()), (CLUSTER, cluster)].into_iter();
    let request = SignableRequest::new("GET", &url, headers, SignableBody::Bytes(&[]))
        .map_err(|error| unsigned(&error))?;
    let (instructions, _) = sign(request, &params)
        .map_err(|error| unsigned(&error))?
        .into_parts();
    let mut request = http::Request::get(&url)
        .body(())
        .map_err(|error| unsigned(&error))?;
    instructions.apply_to_request_http1x(&mut request);
    Ok(request.uri().to_string())
}

/// STS in a region, as the authenticator of a cluster knows it.
fn host(region: &str) -> String {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else if region.starts_with("us-iso-") {
        "c2s.ic.gov"
    } else if region.starts_with("us-isob-") {
        "sc2s.sgov.gov"
    } else if region.starts_with("eusc-") {
        "amazonaws.eu"
    } else {
        "amazonaws.com"
    };
    format!("sts.{region}.{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(session: Option<&str>) -> Credentials {
        Credentials::new(
            "AKIDEXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            session.map(str::to_owned),
            None,
            "test",
        )
    }

    /// 2023-11-14T22:13:20Z
    fn moment() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }

    fn url(session: Option<&str>, region: &str) -> String {
        presigned(&credentials(session), region, "my-cluster", moment()).expect("signed")
    }

    #[test]
    fn the_signature_is_the_one_that_botocore_makes() {
        let url = url(Some("FwoG+tok/en=="), "us-east-1");
        let signature = "b8a1876d5022f6e0ce09027d3baf3d8af39ef0ba6ab0482c1f1d818a35c069a5";
        assert!(
            url.contains(&format!("X-Amz-Signature={signature}")),
            "{url}"
        );
        assert!(
            url.contains("X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"),
            "{url}"
        );
        assert!(url.contains("X-Amz-Expires=60"), "{url}");
        assert!(
            url.contains("X-Amz-Security-Token=FwoG%2Btok%2Fen%3D%3D"),
            "{url}"
        );
    }

    #[test]
    fn only_the_keys_that_a_cluster_takes_are_in_it_each_once() {
        let url = url(Some("session"), "eu-west-1");
        let (base, query) = url.split_once('?').expect("a query");
        assert_eq!(base, "https://sts.eu-west-1.amazonaws.com/");
        let mut keys: Vec<String> = query
            .split('&')
            .map(|pair| pair.split('=').next().unwrap_or_default().to_lowercase())
            .collect();
        keys.sort();
        assert_eq!(
            keys,
            [
                "action",
                "version",
                "x-amz-algorithm",
                "x-amz-credential",
                "x-amz-date",
                "x-amz-expires",
                "x-amz-security-token",
                "x-amz-signature",
                "x-amz-signedheaders",
            ]
        );
    }

    #[test]
    fn every_partition_has_its_own_host() {
        for (region, host) in [
            ("eu-west-1", "sts.eu-west-1.amazonaws.com"),
            ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
            ("us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"),
        ] {
            assert!(
                url(None, region).starts_with(&format!("https://{host}/?")),
                "{region}"
            );
        }
    }

    #[test]
    fn a_token_is_the_url_without_padding_and_one_too_long_is_told() {
        let token = token(&credentials(None), "eu-west-1", "c", moment()).expect("short enough");
        let body = token.strip_prefix(PREFIX).expect("the prefix");
        assert!(!body.contains('='));
        let decoded = BASE64_URL_SAFE_NO_PAD.decode(body).expect("base64");
        assert!(decoded.starts_with(b"https://sts.eu-west-1.amazonaws.com/?"));
        let long = "x".repeat(4_000);
        let refused = super::token(&credentials(Some(&long)), "eu-west-1", "c", moment());
        assert!(matches!(refused, Err(NoToken::TooLong(_))));
    }
}
