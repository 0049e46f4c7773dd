//! A certificate authority of the server's own, and a certificate by it.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// What clients trust, and what the server shows them.
pub(crate) struct Certificate {
    /// The authority, as PEM.
    pub(crate) ca: String,
    pub(crate) server: Arc<ServerConfig>,
}

/// Makes a certificate for some host names and addresses.
pub(crate) fn certificate(names: &[String]) -> Certificate {
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority
        .distinguished_name
        .push(DnType::CommonName, "kubernetes");
    let authority_key = KeyPair::generate().expect("a key");
    let signed = authority
        .self_signed(&authority_key)
        .expect("a certificate");
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let own = CertificateParams::new(names.to_vec())
        .and_then(|own| own.signed_by(&key, &issuer))
        .expect("a certificate");
    let chain = vec![CertificateDer::from(own.der().to_vec())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .expect("a certificate that was just made");
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Certificate {
        ca: signed.pem(),
        server: Arc::new(server),
    }
}
