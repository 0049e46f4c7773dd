//! A part of an answer that could not be had although the rest could: unknown, not empty.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Trouble;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The call, as IAM writes it: `ec2:DescribeNatGateways`.
    pub action: String,
    pub trouble: Trouble,
}

impl Gap {
    /// The gap as the trouble of the whole, in words that name the call.
    #[must_use]
    pub fn told(&self) -> Trouble {
        Trouble {
            message: self.to_string(),
            ..self.trouble.clone()
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, trouble } = self;
        // A denial names the call itself.
        if trouble.message.contains(action) {
            f.write_str(&trouble.message)
        } else {
            write!(f, "{action}: {}", trouble.message)
        }
    }
}
