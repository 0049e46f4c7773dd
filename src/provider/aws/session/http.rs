//! The one HTTP client of all SDK clients: TLS by rustls and ring, proxies from the environment,
//! private certificate authorities.

use std::{fs, path::Path};

use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::provider::{Error, Kind, Result};

/// Builds the client. `bundle` is a PEM file (`AWS_CA_BUNDLE`, `ca_bundle`) that replaces the
/// system's authorities, as it does for the AWS CLI.
pub(super) fn client(bundle: Option<&Path>) -> Result<SharedHttpClient> {
    let context = context(bundle)?;
    let client = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(context.clone())
            .proxy_config(ProxyConfig::from_env());
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder.build()
    });
    Ok(client)
}

fn context(bundle: Option<&Path>) -> Result<TlsContext> {
    let Some(path) = bundle else {
        return Ok(TlsContext::default());
    };
    let pem = fs::read(path).map_err(|error| unusable(path, &error.to_string()))?;
    let marker = b"-----BEGIN CERTIFICATE-----";
    if !pem.windows(marker.len()).any(|window| window == marker) {
        return Err(unusable(path, "no PEM certificate in it"));
    }
    let store = TrustStore::empty().with_pem_certificate(pem);
    TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|error| unusable(path, &error.to_string()))
}

fn unusable(path: &Path, problem: &str) -> Error {
    Error::new(Kind::Service {
        service: "tls".into(),
        code: "CaBundle".into(),
        message: format!("certificate bundle {}: {problem}", path.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("missing.pem");
        let error = client(Some(&missing)).expect_err("not there");
        assert!(error.to_string().contains("missing.pem"), "{error}");
        let empty = folder.path().join("empty.pem");
        fs::write(&empty, "hello").expect("written");
        let error = client(Some(&empty)).expect_err("no certificate");
        assert!(error.to_string().contains("no PEM certificate"), "{error}");
    }
}
