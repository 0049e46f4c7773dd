//! One request on its way: form-encoded parameters out, XML in.

use std::{fmt, fmt::Debug, marker::PhantomData};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::context::{Error, Input, Output},
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
        ser_de::{DeserializeResponse, SerializeRequest},
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use serde::de::DeserializeOwned;

use super::{Ec2Error, Params};

const VERSION: &str = "2016-11-15";

/// Whether a call may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// As the shared configuration says: reads.
    Shared,
    /// Once only: whoever sends a change decides what a lost answer means.
    Never,
}

/// Turns an action and its parameters into a request.
#[derive(Debug)]
pub(super) struct Query;

impl SerializeRequest for Query {
    fn serialize_input(&self, input: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let (action, params) = input
            .downcast::<(&'static str, Params)>()
            .map_err(|_| "the input is not one of this client's")?;
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("Action", action), ("Version", VERSION)])
            .extend_pairs(params.0)
            .finish();
        let mut request = HttpRequest::new(body.as_str().into());
        request.set_method("POST")?;
        request.set_uri("/")?;
        let headers = request.headers_mut();
        headers.insert("content-type", "application/x-www-form-urlencoded");
        headers.insert("content-length", body.len().to_string());
        Ok(request)
    }
}

/// Reads an answer as a `T`.
pub(super) struct Xml<T>(PhantomData<fn() -> T>);

impl<T> Xml<T> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Debug for Xml<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Xml")
    }
}

impl<T: DeserializeOwned + Debug + Send + Sync + 'static> DeserializeResponse for Xml<T> {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        _: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        let body = response.body().bytes().unwrap_or_default();
        let answer = if response.status().is_success() {
            quick_xml::de::from_reader::<_, T>(body)
                .map_err(|error| Ec2Error::unreadable(response, error))
        } else {
            Err(Ec2Error::refused(response, body))
        };
        // An operation error in both cases: a response error counts as transient and the call
        // would be sent again, which for a create that took is a second thing.
        answer
            .map(Output::erase)
            .map_err(|error| OrchestratorError::operation(Error::erase(error)))
    }
}
