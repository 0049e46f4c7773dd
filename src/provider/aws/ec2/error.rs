//! What EC2 refuses with: a code, a message, the id of the request.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_types::request_id::{RequestId, apply_request_id};
use serde::Deserialize;

/// An error answer, or an answer that could not be read.
#[derive(Debug)]
pub struct Ec2Error {
    meta: ErrorMetadata,
    unreadable: Option<quick_xml::DeError>,
}

#[derive(Debug, Deserialize)]
struct Body {
    #[serde(rename = "Errors")]
    errors: Errors,
    #[serde(rename = "RequestID", alias = "RequestId", default)]
    request_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Errors {
    #[serde(rename = "Error", default)]
    error: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(rename = "Code", default)]
    code: Option<String>,
    #[serde(rename = "Message", default)]
    message: Option<String>,
}

impl Ec2Error {
    /// Reads an error answer. One that is not EC2's own, such as a page of a proxy, has no code.
    pub(super) fn refused(response: &HttpResponse, body: &[u8]) -> Self {
        let parsed = quick_xml::de::from_reader::<_, Body>(body).ok();
        let mut meta = ErrorMetadata::builder();
        if let Some(body) = parsed {
            if let Some(id) = body.request_id {
                meta = meta.custom("aws_request_id", id);
            }
            if let Some(entry) = body.errors.error.into_iter().next() {
                meta = meta.code(entry.code.unwrap_or_default());
                meta = meta.message(entry.message.unwrap_or_default());
            }
        }
        Self {
            meta: apply_request_id(meta, response.headers()).build(),
            unreadable: None,
        }
    }

    /// A success whose body is not what was expected: the call was carried out.
    pub(super) fn unreadable(response: &HttpResponse, error: quick_xml::DeError) -> Self {
        let message = format!("the answer could not be read: {error}");
        let meta = ErrorMetadata::builder().message(message);
        Self {
            meta: apply_request_id(meta, response.headers()).build(),
            unreadable: Some(error),
        }
    }

    /// The service carried the call out and only its answer is lost.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        self.unreadable.is_some()
    }
}

impl fmt::Display for Ec2Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.meta.code(), self.meta.message()) {
            (Some(code), Some(message)) => write!(f, "{code}: {message}"),
            (Some(text), None) | (None, Some(text)) => f.write_str(text),
            (None, None) => f.write_str("an answer without an error code"),
        }
    }
}

impl std::error::Error for Ec2Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.unreadable.as_ref().map(|error| error as _)
    }
}

impl ProvideErrorMetadata for Ec2Error {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

impl RequestId for Ec2Error {
    fn request_id(&self) -> Option<&str> {
        self.meta.request_id()
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn refused(body: &str) -> Ec2Error {
        let status = 400.try_into().expect("a status");
        Ec2Error::refused(
            &HttpResponse::new(status, SdkBody::from(body)),
            body.as_bytes(),
        )
    }

    #[test]
    fn code_message_and_request_id_are_read_from_the_body() {
        let error = refused(
            "<?xml version=\"1.0\"?><Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>\
             <Message>The vpc ID &apos;vpc-1&apos; does not exist</Message></Error></Errors>\
             <RequestID>r-1</RequestID></Response>",
        );
        assert_eq!(
            error.to_string(),
            "InvalidVpcID.NotFound: The vpc ID 'vpc-1' does not exist"
        );
        assert_eq!(error.request_id(), Some("r-1"));
    }

    #[test]
    fn a_page_that_is_not_ec2s_own_has_no_code() {
        let error = refused("<!doctype html><html><title>500</title></html>");
        assert_eq!(error.code(), None);
        assert_eq!(error.to_string(), "an answer without an error code");
    }
}
