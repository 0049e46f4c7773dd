//! What clients have asked for.

use super::{api::Call, query::Parameters};

/// One request, as the server saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Parameters,
    /// All headers by their lower-cased names, but for the credentials.
    pub(crate) headers: Vec<(String, String)>,
    /// Who asked; empty for those that were not let in.
    pub(crate) user: String,
    /// What was answered.
    pub(crate) code: u16,
}

impl Seen {
    pub(super) fn new(call: &Call, user: &str, code: u16) -> Self {
        let headers = call.headers.iter();
        let headers = headers.filter(|(name, _)| *name != "authorization");
        Self {
            method: call.method.to_string(),
            path: call.path.clone(),
            query: call.query.clone(),
            headers: headers
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    (name.as_str().to_owned(), value)
                })
                .collect(),
            user: user.into(),
            code,
        }
    }

    /// Whether it could have changed the cluster: reviews and dry runs do not.
    pub(crate) fn is_write(&self) -> bool {
        let reads = matches!(self.method.as_str(), "GET" | "HEAD");
        let review = self.path.contains("/selfsubject");
        !reads && !review && self.query.get("dryRun") != "All"
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}
