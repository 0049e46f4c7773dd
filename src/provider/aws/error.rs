//! Turns what the SDK reports into what the reader can do about it, and into what the engine may
//! conclude from a send.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::{
    model::{Place, Region},
    provider::{Error, Kind, Sent},
};

/// Which call is made, and where: what an error needs to say.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The service as IAM writes it: `ec2`, `organizations`.
    pub service: &'static str,
    /// The operation as IAM writes it: `DescribeVpcs`.
    pub action: &'static str,
    pub place: Option<&'a Place>,
}

impl<'a> Call<'a> {
    #[must_use]
    pub const fn new(service: &'static str, action: &'static str, place: &'a Place) -> Self {
        let place = Some(place);
        Self {
            service,
            action,
            place,
        }
    }

    /// A call of the credentials themselves, made before it is known whose they are.
    #[must_use]
    pub const fn unplaced(service: &'static str, action: &'static str) -> Self {
        Self {
            service,
            action,
            place: None,
        }
    }

    /// The failure in the provider's own words, for any client of the SDK.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "by value it stands in `map_err` as it is"
    )]
    pub fn error<E>(&self, error: SdkError<E, HttpResponse>) -> Error
    where
        E: StdError + ProvideErrorMetadata + 'static,
    {
        let raw = error.raw_response();
        let status = raw.map(|raw| raw.status().as_u16());
        let html = raw.is_some_and(is_html);
        let request_id = (error.as_service_error().and_then(|inner| {
            let meta = inner.meta();
            meta.request_id()
        }))
        .or_else(|| raw.and_then(|raw| raw.headers().get("x-amzn-requestid")))
        .or_else(|| raw.and_then(|raw| raw.headers().get("x-amz-request-id")))
        .map(str::to_owned);
        let kind = match &error {
            SdkError::ServiceError(failure) => {
                let inner = failure.err();
                let code = inner.code().unwrap_or_default();
                let message = inner.message().unwrap_or_default();
                if status.is_some_and(|status| (200..300).contains(&status)) {
                    // A success in another shape than the service's own: an emulator's.
                    let problem = format!("its answer cannot be read: {}", story(inner));
                    return self.placed(self.unavailable(&problem), request_id);
                }
                self.answered(status.unwrap_or_default(), html, code, message)
            }
            SdkError::ResponseError(_) if html || status == Some(501) => {
                self.unavailable("the endpoint does not know this call")
            }
            SdkError::ConstructionFailure(_) => self.service("Construction", &story(&error)),
            SdkError::ResponseError(_) => self.service("UnreadableAnswer", &story(&error)),
            // Timeouts, and dispatch failures: no credentials, no connection, no answer.
            _ => self.undelivered(&error),
        };
        self.placed(kind, request_id)
    }

    /// What the engine may conclude from the failure of a send that is never repeated.
    pub fn sent<E>(&self, error: SdkError<E, HttpResponse>) -> Sent
    where
        E: StdError + ProvideErrorMetadata + 'static,
    {
        let status = error.raw_response().map(|raw| raw.status().as_u16());
        let fate = match &error {
            SdkError::ConstructionFailure(_) => Sent::NotSent,
            SdkError::DispatchFailure(failure)
                if failure.is_user() || failure.is_other() || never_connected(&error) =>
            {
                Sent::NotSent
            }
            SdkError::ServiceError(failure) => {
                let code = failure.err().code().unwrap_or_default();
                match status {
                    // EC2 throttles with a 503: a server's status, but certainly a refusal.
                    _ if is_throttle(code) => Sent::Refused,
                    Some(400..=499 | 501) => Sent::Refused,
                    _ => Sent::Unknown,
                }
            }
            _ => Sent::Unknown,
        };
        fate(self.error(error))
    }

    /// A refusal that an answer tells although its status is a success.
    #[must_use]
    pub fn refusal(&self, code: &str, message: &str, request_id: Option<String>) -> Error {
        self.placed(self.answered(400, false, code, message), request_id)
    }

    fn placed(&self, kind: Kind, request_id: Option<String>) -> Error {
        let mut error = Error::new(kind);
        if let Some(place) = self.place {
            let global = place.region == Region::global();
            error = error.at(place.account, (!global).then_some(&place.region));
        }
        error.request_id = request_id;
        error
    }

    fn answered(&self, status: u16, html: bool, code: &str, message: &str) -> Kind {
        if is_throttle(code) || status == 429 {
            return Kind::Throttled {
                service: self.service.into(),
                retry_after: None,
            };
        }
        if html || status == 501 || is_unknown_call(code) {
            return self.unavailable(match message {
                "" => "the endpoint does not know this call",
                message => message,
            });
        }
        if is_expiry(code) {
            return Kind::SignedOut {
                profile: None,
                login: None,
                message: say(code, message),
            };
        }
        if is_denial(code) || (status == 403 && code.is_empty()) {
            return Kind::Denied {
                action: format!("{}:{}", self.service, self.action),
                message: say(code, message),
            };
        }
        if is_absence(code) || (status == 404 && code.is_empty()) {
            return Kind::NotFound {
                kind: format!("{} resource", self.service),
                name: say(code, message),
            };
        }
        self.service(code, message)
    }

    /// No answer came. Failures of our own credential providers carry a finished error inside.
    fn undelivered(&self, error: &(dyn StdError + 'static)) -> Kind {
        for cause in causes(error) {
            if let Some(ours) = cause.downcast_ref::<Error>() {
                return ours.kind.clone();
            }
        }
        if let Some(cause) = causes(error).find(|cause| cause.is::<CredentialsError>()) {
            return Kind::SignedOut {
                profile: None,
                login: None,
                message: story(cause),
            };
        }
        let message = story(error);
        if message.contains("FIPS") {
            return self.unavailable(&message);
        }
        Kind::Unreachable {
            service: self.service.into(),
            message,
        }
    }

    fn unavailable(&self, message: &str) -> Kind {
        Kind::Unavailable {
            service: self.service.into(),
            message: message.into(),
        }
    }

    fn service(&self, code: &str, message: &str) -> Kind {
        Kind::Service {
            service: self.service.into(),
            code: code.into(),
            message: message.into(),
        }
    }
}

/// An error and all its causes, outermost first.
pub(crate) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| StdError::source(*error))
}

/// The whole chain of causes in one line, each said once.
pub(crate) fn story(error: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cause.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

/// Whether the connection itself failed, so that no byte of the request can have left.
fn never_connected(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|cause| {
        // hyper-util tells the two apart only in words; `SendRequest` is the other one.
        let text = cause.to_string();
        text.contains("client error (Connect)") || text.contains("HTTP connect timeout")
    })
}

fn is_html(raw: &HttpResponse) -> bool {
    let declared = raw
        .headers()
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    let body = raw.body().bytes().unwrap_or_default().trim_ascii_start();
    declared && body.starts_with(b"<")
}

fn is_throttle(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "PriorRequestNotComplete"
            | "ProvisionedThroughputExceededException"
            | "BandwidthLimitExceeded"
            | "EC2ThrottledException"
            | "SlowDown"
            | "LimitExceededException.Throttling"
    )
}

fn is_unknown_call(code: &str) -> bool {
    matches!(
        code,
        "InvalidAction"
            | "UnknownOperationException"
            | "NotImplemented"
            | "NotImplementedException"
            | "OptInRequired"
            | "SubscriptionRequiredException"
            | "AWSOrganizationsNotInUseException"
    )
}

fn is_expiry(code: &str) -> bool {
    matches!(
        code,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired"
    )
}

fn is_denial(code: &str) -> bool {
    code.starts_with("AccessDenied")
        || matches!(
            code,
            "UnauthorizedOperation"
                | "NotAuthorized"
                | "AuthorizationError"
                | "AuthFailure"
                | "Forbidden"
                | "ForbiddenException"
                | "UnauthorizedException"
                | "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "SignatureDoesNotMatch"
                | "IncompleteSignature"
                | "MissingAuthenticationToken"
                | "OperationDisabled"
                | "AllAccessDisabled"
        )
}

fn is_absence(code: &str) -> bool {
    code.starts_with("NoSuch")
        || code.ends_with("NotFound")
        || code.ends_with("NotFoundException")
        || code.ends_with("NotFoundFault")
}

fn say(code: &str, message: &str) -> String {
    match (code, message) {
        ("", message) => message.into(),
        (code, "") => code.into(),
        (code, message) => format!("{message} ({code})"),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};

    use super::*;

    #[derive(Debug)]
    struct Told(ErrorMetadata);

    impl std::fmt::Display for Told {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl StdError for Told {}

    impl ProvideErrorMetadata for Told {
        fn meta(&self) -> &ErrorMetadata {
            &self.0
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("client error ({0})")]
    struct Hyper(&'static str);

    type Failure = SdkError<Told, HttpResponse>;

    fn answer(status: u16, kind: &'static str, body: &'static str) -> HttpResponse {
        let status = status.try_into().expect("a status");
        let mut answer = HttpResponse::new(status, SdkBody::from(body));
        answer.headers_mut().insert("content-type", kind);
        answer
    }

    fn refused(status: u16, code: &str) -> Failure {
        let meta = ErrorMetadata::builder().code(code).message("why").build();
        Failure::service_error(Told(meta), answer(status, "text/xml", "<Error/>"))
    }

    fn html() -> Failure {
        let meta = ErrorMetadata::builder().build();
        let page = answer(
            500,
            "text/html; charset=utf-8",
            "<!doctype html><html></html>",
        );
        Failure::service_error(Told(meta), page)
    }

    fn fate(failure: Failure) -> &'static str {
        match Call::unplaced("ec2", "CreateVpc").sent(failure) {
            Sent::Accepted(_) => "accepted",
            Sent::NotSent(_) => "not sent",
            Sent::Refused(_) => "refused",
            Sent::Unknown(_) => "unknown",
        }
    }

    fn kind(failure: Failure) -> Kind {
        Call::unplaced("ec2", "CreateVpc").error(failure).kind
    }

    #[test]
    fn a_send_is_unknown_unless_it_certainly_did_not_happen() {
        let io = |what| Failure::dispatch_failure(ConnectorError::io(Hyper(what).into()));
        let other = ConnectorError::other("no credentials".into(), None);
        let timeout = ConnectorError::timeout("late".into());
        let unreadable = answer(200, "text/xml", "<cut");
        let cases = [
            (Failure::construction_failure("no bucket"), "not sent"),
            (Failure::dispatch_failure(other), "not sent"),
            (io("Connect"), "not sent"),
            (io("SendRequest"), "unknown"),
            (Failure::dispatch_failure(timeout), "unknown"),
            (Failure::timeout_error("late"), "unknown"),
            (Failure::response_error("cut short", unreadable), "unknown"),
            (refused(400, "InvalidParameterValue"), "refused"),
            (refused(403, "AccessDenied"), "refused"),
            (refused(503, "RequestLimitExceeded"), "refused"),
            (refused(500, "InternalError"), "unknown"),
            (refused(503, "ServiceUnavailable"), "unknown"),
            (html(), "unknown"),
        ];
        for (failure, expected) in cases {
            let told = format!("{failure:?}");
            assert_eq!(fate(failure), expected, "{told}");
        }
    }

    #[test]
    fn failures_are_sorted_by_what_the_reader_can_do() {
        assert!(matches!(kind(html()), Kind::Unavailable { .. }));
        assert!(matches!(
            kind(refused(400, "Throttling")),
            Kind::Throttled { .. }
        ));
        assert!(matches!(
            kind(refused(400, "ExpiredToken")),
            Kind::SignedOut { .. }
        ));
        let absent = refused(400, "InvalidVpcID.NotFound");
        assert!(matches!(kind(absent), Kind::NotFound { .. }));
        let denied = kind(refused(403, "UnauthorizedOperation"));
        let expected = Kind::Denied {
            action: "ec2:CreateVpc".into(),
            message: "why (UnauthorizedOperation)".into(),
        };
        assert_eq!(denied, expected);
        let late = kind(Failure::timeout_error("late"));
        assert!(matches!(late, Kind::Unreachable { .. }));
    }

    #[test]
    fn a_sign_in_that_failed_tells_its_own_reason() {
        let inner = Error::new(Kind::MfaNeeded { device: "d".into() });
        let inner = CredentialsError::provider_error(inner);
        let failure = Failure::dispatch_failure(ConnectorError::other(inner.into(), None));
        assert_eq!(kind(failure), Kind::MfaNeeded { device: "d".into() });
    }
}
