//! Who said yes: people are told apart by what STS says of them, not by what they call themselves.

use crate::model::Arn;

/// The part of an identity that its bearer cannot choose. Of an assumed role that is the role: the
/// session's name is the caller's own choice, but for roles of IAM Identity Center, where it is the
/// user that signed in. Whatever is no ARN, such as a user of a machine, is taken as it is.
#[must_use]
pub fn principal(by: &str) -> String {
    let arn = Arn::from(by);
    let resource = by
        .splitn(6, ':')
        .nth(5)
        .filter(|_| arn.partition().is_some());
    let Some(role) = resource.and_then(|resource| resource.strip_prefix("assumed-role/")) else {
        return by.to_owned();
    };
    match role.split_once('/') {
        Some((name, _)) if !name.starts_with("AWSReservedSSO_") => {
            by[..by.len() - role.len() + name.len()].to_owned()
        }
        _ => by.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_name_that_anybody_may_choose_tells_nobody_apart() {
        let role = |session: &str| {
            principal(&format!(
                "arn:aws-cn:sts::111122223333:assumed-role/Operator/{session}"
            ))
        };
        assert_eq!(role("ann"), role("bob"));
        assert_eq!(
            role("ann"),
            "arn:aws-cn:sts::111122223333:assumed-role/Operator"
        );
        let user = |user: &str| {
            let role = "AWSReservedSSO_Operator_0123456789abcdef";
            principal(&format!(
                "arn:aws:sts::111122223333:assumed-role/{role}/{user}"
            ))
        };
        assert_ne!(user("ann@example.com"), user("bob@example.com"));
        let iam = "arn:aws:iam::111122223333:user/ann";
        assert_eq!(principal(iam), iam);
        assert_eq!(principal("ann"), "ann");
    }
}
