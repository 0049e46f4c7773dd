//! Who calls: bearer tokens that a test registers, and tokens of EKS.

mod eks;
mod rbac;
mod signature;

use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) use eks::AccessKey;
pub(crate) use rbac::{Attributes, allowed, authorize, non_resource_rules, resource_rules};
pub(crate) use signature::hex;

use super::status::Status;

/// A caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) groups: Vec<String>,
}

impl User {
    /// A user of some groups, beside those that every user is in.
    pub(crate) fn new(name: &str, groups: &[&str]) -> Self {
        Self {
            name: name.into(),
            uid: String::new(),
            groups: groups.iter().map(|group| (*group).into()).collect(),
        }
    }

    pub(crate) fn uid(mut self, uid: &str) -> Self {
        self.uid = uid.into();
        self
    }

    fn anonymous() -> Self {
        Self {
            name: "system:anonymous".into(),
            uid: String::new(),
            groups: vec!["system:unauthenticated".into()],
        }
    }

    /// As a `SelfSubjectReview` shows it.
    pub(crate) fn info(&self) -> Value {
        let mut info = json!({"username": self.name});
        if !self.uid.is_empty() {
            info["uid"] = self.uid.clone().into();
        }
        info["groups"] = self.groups.clone().into();
        info
    }
}

/// Everybody that the server knows.
#[derive(Clone, Default)]
pub(crate) struct People {
    tokens: Vec<(String, User)>,
    eks: eks::Verifier,
}

impl People {
    /// Lets a user in with a bearer token.
    pub(crate) fn add(&mut self, token: &str, user: User) {
        self.tokens.retain(|(known, _)| known != token);
        self.tokens.push((token.into(), user));
    }

    /// Lets nobody in with this token any more.
    pub(crate) fn revoke(&mut self, token: &str) {
        self.tokens.retain(|(known, _)| known != token);
    }

    /// Verifies EKS tokens of this key from now on.
    pub(crate) fn trust(&mut self, key: AccessKey) {
        self.eks.keys.push(key);
    }

    /// Forgets an access key, as when its session is over.
    pub(crate) fn distrust(&mut self, id: &str) {
        self.eks.keys.retain(|key| key.id != id);
    }

    /// The cluster whose name EKS tokens must be made out for.
    pub(crate) fn set_cluster(&mut self, name: &str) {
        self.eks.cluster = name.into();
    }

    pub(crate) fn cluster_name(&self) -> &str {
        &self.eks.cluster
    }

    /// How long an EKS token is good for after it was signed, in seconds; 15 minutes unless set.
    pub(crate) fn set_token_life(&mut self, seconds: i64) {
        self.eks.life = seconds;
    }

    /// Who sends this `Authorization` header.
    pub(crate) fn authenticate(
        &self,
        header: Option<&str>,
        now: Timestamp,
    ) -> Result<User, Status> {
        let Some(header) = header else {
            return Ok(User::anonymous());
        };
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        let known = self.tokens.iter().find(|(known, _)| known == token);
        let mut user = match known {
            Some((_, user)) => user.clone(),
            None => self
                .eks
                .verify(token, now)
                .map_err(|_| Status::unauthorized())?,
        };
        user.groups.push("system:authenticated".into());
        Ok(user)
    }

    /// Why an EKS token is refused; the server itself only ever says `Unauthorized`.
    pub(crate) fn why_refused(&self, token: &str, now: Timestamp) -> Option<String> {
        self.eks.verify(token, now).err()
    }
}
