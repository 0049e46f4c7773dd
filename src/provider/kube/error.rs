//! Failures of a cluster in the provider's own words: what kept the connection from being made, and
//! what the API server refused.

use std::{error::Error as StdError, io, time::Duration};

use kube::core::Status;

use crate::{
    model::ClusterId,
    provider::{CLUSTER_SIGN_IN, Error, IN_CLUSTER, Kind},
};

/// Whose failure it is, and what was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub(super) cluster: &'a ClusterId,
    /// As `kubectl auth can-i` takes it: `list pods`.
    pub(super) action: &'a str,
    /// Where the connection goes, for people.
    pub(super) host: &'a str,
    /// Whether the endpoint is reached from its VPC alone.
    pub(super) private: bool,
}

impl Call<'_> {
    pub(super) fn placed(&self, kind: Kind) -> Error {
        let place = &self.cluster.place;
        Error::new(kind).at(place.account, Some(&place.region))
    }

    fn service(&self) -> String {
        self.cluster.name.to_string()
    }

    /// The API server has answered, and not well.
    pub(super) fn refused(&self, code: u16, told: &str, retry_after: Option<Duration>) -> Error {
        let message = told.trim();
        let kind = match code {
            401 => Kind::Denied {
                action: CLUSTER_SIGN_IN.into(),
                message: "401: it does not know this role, or takes the token for another cluster's or too old".into(),
            },
            403 => Kind::Denied {
                action: format!("{IN_CLUSTER}{}", self.action),
                message: message.into(),
            },
            404 => Kind::NotFound {
                kind: self.action.into(),
                name: message.into(),
            },
            429 => Kind::Throttled {
                service: self.service(),
                retry_after,
            },
            503 | 504 => Kind::Unreachable {
                service: self.service(),
                message: format!("{code}: {message}"),
            },
            code => Kind::Service {
                service: self.service(),
                code: code.to_string(),
                message: message.into(),
            },
        };
        self.placed(kind)
    }

    pub(super) fn status(&self, status: &Status) -> Error {
        let after = status
            .details
            .as_ref()
            .map(|details| details.retry_after_seconds)
            .filter(|seconds| *seconds > 0)
            .map(|seconds| Duration::from_secs(u64::from(seconds)));
        self.refused(status.code, &status.message, after)
    }

    /// Nothing was answered in time.
    pub(super) fn silent(&self, limit: Duration) -> Error {
        let limit = format!("{} s", limit.as_secs_f64());
        let kind = if self.private {
            let detail = format!(
                "{} is private and does not answer within {limit}",
                self.host
            );
            Kind::no_route(self.service(), &detail)
        } else {
            Kind::Unreachable {
                service: self.service(),
                message: format!("{} does not answer within {limit}", self.host),
            }
        };
        self.placed(kind)
    }

    /// Whatever else the library reports.
    pub(super) fn error(&self, error: &kube::Error) -> Error {
        if let kube::Error::Api(status) = error {
            return self.status(status);
        }
        self.broken(error)
    }

    /// A failure below HTTP, or our own from the layer that signs.
    pub(super) fn broken(&self, error: &(dyn StdError + 'static)) -> Error {
        for cause in causes(error) {
            if let Some(own) = cause.downcast_ref::<Error>() {
                return own.clone();
            }
        }
        let story = story(error);
        let lower = story.to_lowercase();
        let io = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>());
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        let unreachable = |what: &str| Kind::Unreachable {
            service: self.service(),
            message: format!("{what}: {} ({story})", self.host),
        };
        let kind = match io.map(io::Error::kind) {
            _ if says(&["tunnel", "proxy", "socks"]) => unreachable("proxy"),
            _ if says(&[
                "certificate",
                "tls",
                "handshake",
                "invalidcontenttype",
                "corrupt message",
            ]) =>
            {
                unreachable("TLS")
            }
            _ if says(&["dns error", "failed to lookup", "name or service not known"]) => {
                Kind::no_route(
                    self.service(),
                    &format!("{} has no address here", self.host),
                )
            }
            Some(io::ErrorKind::ConnectionRefused) => unreachable("refused"),
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                Kind::no_route(self.service(), &format!("{} ({story})", self.host))
            }
            Some(io::ErrorKind::TimedOut) if self.private => {
                let detail = format!("{} is private and does not answer", self.host);
                Kind::no_route(self.service(), &detail)
            }
            Some(io::ErrorKind::TimedOut) => unreachable("no answer"),
            Some(
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof,
            ) => unreachable("the connection was lost"),
            _ if matches!(causes(error).next(), Some(first) if first.to_string().contains("deserializ")) => {
                Kind::Service {
                    service: self.service(),
                    code: "UnreadableAnswer".into(),
                    message: story,
                }
            }
            _ => unreachable("no answer"),
        };
        self.placed(kind)
    }
}

/// An error and all its causes, outermost first.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn StdError + 'static) = *error;
        // An I/O error that wraps another does not name it as its source.
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|inner| inner as &(dyn StdError + 'static));
        wrapped.or_else(|| error.source())
    })
    .take(16)
}

/// The whole chain of causes in one line, each said once.
fn story(error: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cause.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TroubleKind;

    fn told(private: bool, fail: impl FnOnce(Call<'_>) -> Error) -> (TroubleKind, String, String) {
        let cluster: ClusterId = "111122223333/eu-west-1/prod".parse().expect("a cluster");
        let call = Call {
            cluster: &cluster,
            action: "list nodes",
            host: "ABC.eks.amazonaws.com",
            private,
        };
        let error = fail(call);
        assert_eq!(error.account, Some(cluster.place.account));
        let trouble = error.trouble();
        (
            trouble.kind,
            trouble.message,
            trouble.hint.unwrap_or_default(),
        )
    }

    #[test]
    fn a_sign_in_that_is_not_taken_is_no_missing_right() {
        let (kind, message, hint) = told(false, |call| call.refused(401, "Unauthorized", None));
        assert_eq!(kind, TroubleKind::Denied);
        assert!(
            message.starts_with("`kubernetes:sign in` is denied: 401"),
            "{message}"
        );
        assert!(
            hint.contains("access entry") && hint.contains("clock"),
            "{hint}"
        );
        let forbidden = "nodes is forbidden: User \"dev\" cannot list resource";
        let (kind, message, hint) = told(false, |call| call.refused(403, forbidden, None));
        assert_eq!(kind, TroubleKind::Denied);
        assert_eq!(
            message,
            format!("`kubernetes:list nodes` is denied: {forbidden}")
        );
        assert!(hint.contains("RBAC"), "{hint}");
    }

    #[test]
    fn what_keeps_a_connection_from_being_made_is_told_by_its_word() {
        let word = |private, kind: io::ErrorKind, text: &'static str| {
            let error = io::Error::new(kind, text);
            let (kind, message, _) = told(private, |call| call.broken(&error));
            let word = message.split(": ").nth(1).unwrap_or_default().to_owned();
            (kind, word)
        };
        let unreachable = TroubleKind::Unreachable;
        let cases = [
            (
                false,
                io::ErrorKind::ConnectionRefused,
                "refused",
                unreachable,
                "refused",
            ),
            (
                false,
                io::ErrorKind::InvalidData,
                "invalid peer certificate: UnknownIssuer",
                unreachable,
                "TLS",
            ),
            (
                false,
                io::ErrorKind::TimedOut,
                "deadline has elapsed",
                unreachable,
                "no answer",
            ),
            (
                true,
                io::ErrorKind::TimedOut,
                "deadline has elapsed",
                TroubleKind::NoRoute,
                "no route",
            ),
            (
                false,
                io::ErrorKind::HostUnreachable,
                "no route to host",
                TroubleKind::NoRoute,
                "no route",
            ),
            (
                false,
                io::ErrorKind::Other,
                "dns error: failed to lookup address",
                TroubleKind::NoRoute,
                "no route",
            ),
            (
                false,
                io::ErrorKind::Other,
                "tunnel error: unsuccessful",
                unreachable,
                "proxy",
            ),
            (
                false,
                io::ErrorKind::UnexpectedEof,
                "eof",
                unreachable,
                "the connection was lost",
            ),
        ];
        for (private, kind, text, wanted, said) in cases {
            assert_eq!(
                word(private, kind, text),
                (wanted, said.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn too_many_requests_say_when_to_come_back() {
        let cluster: ClusterId = "111122223333/eu-west-1/prod".parse().expect("a cluster");
        let call = Call {
            cluster: &cluster,
            action: "list pods",
            host: "h",
            private: false,
        };
        let after = Some(Duration::from_secs(1));
        let error = call.refused(429, "Too many requests", after);
        assert!(matches!(error.kind, Kind::Throttled { retry_after, .. } if retry_after == after));
    }
}
