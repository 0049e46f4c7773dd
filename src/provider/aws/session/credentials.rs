//! The credentials themselves, for what is signed without the SDK: out of the same cache that the
//! SDK's clients sign with, so that nobody signs in a second time for it.

use aws_credential_types::Credentials;
use aws_smithy_runtime::client::{
    auth::no_auth::{NO_AUTH_SCHEME_ID, NoAuthScheme},
    orchestrator::endpoints::StaticUriEndpointResolver,
    retries::strategy::NeverRetryStrategy,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::static_resolver::StaticAuthSchemeOptionResolver,
        identity::{ResolveCachedIdentity, SharedIdentityResolver},
        runtime_components::RuntimeComponentsBuilder,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::SdkConfig;

/// The credentials of `sdk`, signing in where nobody has yet.
pub(super) async fn of(sdk: &SdkConfig) -> Result<Credentials, BoxError> {
    let provider = sdk
        .credentials_provider()
        .ok_or("this configuration has no credentials")?;
    let cache = sdk
        .identity_cache()
        .ok_or("this configuration keeps no identities")?;
    let resolver = SharedIdentityResolver::new(provider);
    // The cache looks at the time only; the other parts are what a client would need besides.
    let components = RuntimeComponentsBuilder::new("credentials")
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(Vec::new())))
        .with_auth_scheme(NoAuthScheme::new())
        .with_identity_resolver(NO_AUTH_SCHEME_ID, resolver.clone())
        .with_endpoint_resolver(Some(StaticUriEndpointResolver::http_localhost(0)))
        .with_retry_strategy(Some(NeverRetryStrategy::new()))
        .with_identity_cache(Some(cache.clone()))
        .with_sleep_impl(sdk.sleep_impl())
        .with_time_source(sdk.time_source())
        .build()?;
    let bag = ConfigBag::base();
    let identity = cache
        .resolve_cached_identity(resolver, &components, &bag)
        .await?;
    identity
        .data::<Credentials>()
        .cloned()
        .ok_or_else(|| "the identity is none that signs".into())
}
