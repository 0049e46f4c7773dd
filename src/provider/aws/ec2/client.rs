//! The client: one per account and region, on the orchestrator that the official clients run on.

use std::fmt::Debug;

use aws_runtime::{
    auth::{
        SigV4OperationSigningConfig,
        sigv4::{SCHEME_ID, SigV4AuthScheme},
    },
    invocation_id::InvocationIdInterceptor,
    recursion_detection::RecursionDetectionInterceptor,
    request_info::RequestInfoInterceptor,
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::{
        DisableClockSkewCorrection, ServiceClockSkewClassifier, ServiceClockSkewInterceptor,
    },
    user_agent::{ApiMetadata, UserAgentInterceptor},
};
use aws_smithy_runtime::client::{
    defaults::{DefaultPluginParams, default_plugins},
    http::connection_poisoning::ConnectionPoisoningInterceptor,
    orchestrator::{self, endpoints::StaticUriEndpointResolver},
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
    stalled_stream_protection::StalledStreamProtectionInterceptor,
};
use aws_smithy_runtime_api::client::{
    auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
    behavior_version::BehaviorVersion,
    endpoint::EndpointResolverParams,
    interceptors::{SharedInterceptor, context::Input},
    orchestrator::{HttpResponse, Metadata},
    result::SdkError,
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::{RuntimePlugins, StaticRuntimePlugin},
    ser_de::{SharedRequestSerializer, SharedResponseDeserializer},
};
use aws_smithy_types::{
    config_bag::{FrozenLayer, Layer},
    retry::RetryConfig,
};
use aws_types::{SdkConfig, SigningName, region::SigningRegion};
use serde::de::DeserializeOwned;

use super::{
    Ec2Error, Params, Retry,
    call::{Query, Xml},
    endpoint,
};

const SERVICE: &str = "EC2";

/// What a call failed with; the variants tell how far it came.
pub type CallError = SdkError<Ec2Error, HttpResponse>;

/// Why no client can be made of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("no region is set: pass --region, or set AWS_REGION or `region` in the profile")]
    NoRegion,
    #[error("FIPS endpoints and a custom endpoint URL exclude each other")]
    FipsWithCustomUrl,
    #[error("dual-stack endpoints and a custom endpoint URL exclude each other")]
    DualStackWithCustomUrl,
    #[error("the service's own settings cannot be read: {0}")]
    ServiceKey(String),
}

/// EC2 in one region, as one account.
#[derive(Clone, Debug)]
pub struct Ec2 {
    plugins: RuntimePlugins,
    retry: RetryConfig,
}

impl Ec2 {
    /// A client of `sdk`'s region and credentials. Clients with the same `retry_partition` share
    /// one retry budget, so it should name the account.
    pub fn new(sdk: &SdkConfig, retry_partition: String) -> Result<Self, ConfigError> {
        let retry = sdk
            .retry_config()
            .cloned()
            .unwrap_or_else(RetryConfig::standard);
        let version = sdk
            .behavior_version()
            .unwrap_or_else(BehaviorVersion::latest);
        let defaults = DefaultPluginParams::new()
            .with_retry_partition_name(retry_partition)
            .with_behavior_version(version)
            .with_is_aws_sdk(true);
        // The plugin's order is after the defaults, which it overrides.
        let own = StaticRuntimePlugin::new()
            .with_config(settings(sdk, &retry)?)
            .with_runtime_components(components(sdk)?);
        let plugins = RuntimePlugins::new()
            .with_client_plugins(default_plugins(defaults))
            .with_client_plugin(own);
        Ok(Self { plugins, retry })
    }

    /// Sends one request and reads the answer as a `T`.
    pub async fn call<T>(
        &self,
        action: &'static str,
        params: Params,
        retry: Retry,
    ) -> Result<T, CallError>
    where
        T: DeserializeOwned + Debug + Send + Sync + 'static,
    {
        let mut layer = Layer::new(action);
        layer.store_put(Metadata::new(action, SERVICE));
        layer.store_put(SharedResponseDeserializer::new(Xml::<T>::new()));
        if retry == Retry::Never {
            layer.store_put(self.retry.clone().with_max_attempts(1));
        }
        let operation = StaticRuntimePlugin::new().with_config(layer.freeze());
        let plugins = self.plugins.clone().with_operation_plugin(operation);
        let input = Input::erase((action, params));
        let output = orchestrator::invoke(SERVICE, action, input, &plugins)
            .await
            .map_err(|error| {
                error.map_service_error(|error| {
                    error
                        .downcast()
                        .expect("the deserializer makes no other error")
                })
            })?;
        Ok(output
            .downcast()
            .expect("the deserializer makes no other output"))
    }
}

/// What the interceptors and the signer read from the configuration bag.
fn settings(sdk: &SdkConfig, retry: &RetryConfig) -> Result<FrozenLayer, ConfigError> {
    let region = sdk.region().ok_or(ConfigError::NoRegion)?.clone();
    let mut layer = Layer::new("ec2");
    layer.store_put(ApiMetadata::new("ec2", env!("CARGO_PKG_VERSION")));
    layer.store_put(SigningName::from_static("ec2"));
    layer.store_put(SigningRegion::from(region));
    layer.store_put(SigV4OperationSigningConfig::default());
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(EndpointResolverParams::new(()));
    layer.store_put(SharedRequestSerializer::new(Query));
    layer.store_put(retry.clone());
    layer.store_or_unset(sdk.app_name().cloned());
    let skew = sdk.disable_clock_skew_correction();
    layer.store_or_unset(skew.map(DisableClockSkewCorrection::from));
    for metadata in sdk.framework_metadata() {
        layer.store_append(metadata.clone());
    }
    // Not `store_or_unset`, which would take the defaults away.
    if let Some(timeouts) = sdk.timeout_config() {
        layer.store_put(timeouts.clone());
    }
    if let Some(stalled) = sdk.stalled_stream_protection() {
        layer.store_put(stalled);
    }
    Ok(layer.freeze())
}

/// What carries a request: signer, endpoint, HTTP client, classifiers, interceptors.
fn components(sdk: &SdkConfig) -> Result<RuntimeComponentsBuilder, ConfigError> {
    let mut parts = RuntimeComponentsBuilder::new("ec2");
    parts.set_http_client(sdk.http_client());
    parts.set_sleep_impl(sdk.sleep_impl());
    parts.set_time_source(sdk.time_source());
    if let Some(cache) = sdk.identity_cache() {
        parts.set_identity_cache(Some(cache));
    }
    if let Some(credentials) = sdk.credentials_provider() {
        parts.set_identity_resolver(SCHEME_ID, credentials);
    }
    parts.push_auth_scheme(SigV4AuthScheme::new());
    let schemes = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    parts.set_auth_scheme_option_resolver(Some(schemes));
    let endpoint = StaticUriEndpointResolver::uri(endpoint::resolve(sdk)?);
    parts.set_endpoint_resolver(Some(endpoint));
    parts.push_retry_classifier(HttpStatusCodeClassifier::default());
    parts.push_retry_classifier(TransientErrorClassifier::<Ec2Error>::new());
    parts.push_retry_classifier(AwsErrorCodeClassifier::<Ec2Error>::new());
    parts.push_retry_classifier(ServiceClockSkewClassifier::<Ec2Error>::new());
    parts.push_interceptor(ServiceClockSkewInterceptor::new());
    parts.push_interceptor(RequestInfoInterceptor::new());
    parts.push_interceptor(UserAgentInterceptor::new());
    parts.push_interceptor(InvocationIdInterceptor::new());
    for interceptor in [
        SharedInterceptor::permanent(RecursionDetectionInterceptor::new()),
        SharedInterceptor::permanent(ConnectionPoisoningInterceptor::new()),
        SharedInterceptor::permanent(StalledStreamProtectionInterceptor::default()),
    ] {
        parts.push_interceptor(interceptor);
    }
    Ok(parts)
}
