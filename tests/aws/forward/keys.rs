//! Whose access keys these are: learned from the answers that gave them out.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use awsdeck::model::AccountId;

use super::{Request, answer::Answer};

/// The account that moto takes every unknown key for.
const MANAGEMENT: &str = "123456789012";

/// Who holds a key.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) account: AccountId,
    pub(super) role: Option<String>,
    pub(super) session: Option<String>,
    pub(super) secret: String,
    token: Option<String>,
}

#[derive(Default)]
pub(super) struct Keys(Mutex<HashMap<String, Holder>>);

impl Keys {
    /// Everybody without a known key is the management account's user, whose secret is `test`.
    pub(super) fn holder(&self, key: Option<&str>) -> Holder {
        let known = key.and_then(|key| self.known().get(key).cloned());
        known.unwrap_or_else(|| Holder {
            account: MANAGEMENT.parse().expect("an account"),
            role: None,
            session: None,
            secret: "test".into(),
            token: None,
        })
    }

    /// Takes in what AssumeRole gave.
    pub(super) fn learn(&self, asked: &Request, answer: &Answer) {
        if asked.operation != "AssumeRole" || answer.status != 200 {
            return;
        }
        if let (Some(arn), Some(session)) = (asked.text("RoleArn"), asked.text("RoleSessionName")) {
            self.given(&arn, &session, answer);
        }
    }

    /// Takes in the credentials of a role that an answer of STS gives.
    pub(super) fn given(&self, role: &str, session: &str, answer: &Answer) {
        let text = answer.text();
        let (Some(key), Some(secret)) = (
            between(&text, "AccessKeyId"),
            between(&text, "SecretAccessKey"),
        ) else {
            return;
        };
        let (account, role) = role_of(role).expect("the ARN of a role");
        let holder = Holder {
            account,
            role: Some(role),
            session: Some(session.into()),
            secret: secret.into(),
            token: between(&text, "SessionToken").map(str::to_owned),
        };
        self.known().insert(key.into(), holder);
    }

    pub(super) fn secrets(&self) -> Vec<String> {
        let known = self.known();
        let holders = known.values();
        holders
            .flat_map(|holder| [Some(holder.secret.clone()), holder.token.clone()])
            .flatten()
            .collect()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Holder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Account and name of a role: of `arn:aws:iam::111122223333:role/path/Name`.
pub(super) fn role_of(arn: &str) -> Option<(AccountId, String)> {
    let account = arn.split(':').nth(4)?.parse().ok()?;
    Some((account, arn.rsplit('/').next()?.to_owned()))
}

/// The text of the first element of that name.
pub(super) fn between<'a>(xml: &'a str, element: &str) -> Option<&'a str> {
    let (_, after) = xml.split_once(&format!("<{element}>"))?;
    let (text, _) = after.split_once(&format!("</{element}>"))?;
    Some(text)
}
