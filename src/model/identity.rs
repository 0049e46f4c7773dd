//! IAM roles.

use serde::{Deserialize, Serialize};

use super::{Arn, RoleName, Tags};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub name: RoleName,
    pub arn: Arn,
    /// Who may assume it: the trust policy as JSON.
    pub trust: String,
    /// Managed policies that are attached to it, by ARN.
    pub policies: Vec<Arn>,
    pub tags: Tags,
}

impl Role {
    /// Whether a service such as `eks.amazonaws.com` may assume it, by any of its trust policy's
    /// statements.
    #[must_use]
    pub fn trusts(&self, service: &str) -> bool {
        let Ok(document) = serde_json::from_str::<serde_json::Value>(&self.trust) else {
            return false;
        };
        let each = |value: &serde_json::Value| match value {
            serde_json::Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        };
        each(&document["Statement"]).iter().any(|statement| {
            statement["Effect"] == "Allow"
                && each(&statement["Principal"]["Service"])
                    .iter()
                    .any(|named| named == service)
        })
    }
}

/// The trust policy of a role for one service.
#[must_use]
pub fn trust_of(service: &str) -> String {
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": "sts:AssumeRole",
        }],
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_trusts_whom_a_statement_allows() {
        let role = |trust: &str| Role {
            name: "r".into(),
            arn: "a".into(),
            trust: trust.into(),
            policies: Vec::new(),
            tags: Tags::new(),
        };
        assert!(role(&trust_of("eks.amazonaws.com")).trusts("eks.amazonaws.com"));
        assert!(!role(&trust_of("ec2.amazonaws.com")).trusts("eks.amazonaws.com"));
        let several = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":["a","b"]}}}"#;
        assert!(role(several).trusts("b"));
        let denied = several.replace("Allow", "Deny");
        assert!(!role(&denied).trusts("b"));
        assert!(!role("no JSON").trusts("b"));
    }
}
