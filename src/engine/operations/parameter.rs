//! What an operation asks for, as data: flags, forms, help and completion are made from it.

use std::collections::BTreeMap;

use crate::model::network::vpc_block;

/// One thing to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// As a flag without the dashes, in lower case with `-`.
    pub name: &'static str,
    pub kind: Kind,
    /// One line: what it means.
    pub help: &'static str,
    /// What holds when nothing is given; where it is computed, `help` says how.
    pub default: Option<&'static str>,
    pub required: bool,
}

/// What may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// An account's number or unique name.
    Account,
    /// A region's name: `eu-west-1`.
    Region,
    /// A block of addresses: `10.1.0.0/16`.
    Block,
    /// A VPC's id or unique name, with its account and region before it where that is needed:
    /// `dev-app/eu-west-1/dev-app`.
    Vpc,
    /// A hosted zone's id or name.
    HostedZone,
    /// A DNS name.
    DnsName,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Whole seconds, or `90s`, `5m`, `2h`.
    Duration {
        least_seconds: u32,
        most_seconds: u32,
    },
    Count {
        least: u32,
        most: u32,
    },
    /// A side's name, or weights such as `blue=0,green=100`.
    Weights,
}

/// What was given, by parameter name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments(BTreeMap<String, String>);

/// Why what was given cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("--{name} is needed: {help}")]
    Missing {
        name: &'static str,
        help: &'static str,
    },
    #[error("there is no parameter `{name}`; there is: {list}")]
    Unknown { name: String, list: String },
    #[error("--{name} `{value}`: {expected}")]
    Value {
        name: String,
        value: String,
        expected: String,
    },
}

impl Arguments {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The text of a parameter that [`Arguments::complete`] has seen to be there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// A duration in seconds or a count.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        self.get(name).and_then(|text| seconds(text).ok())
    }

    #[must_use]
    pub const fn values(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Fills in defaults; refuses what is missing, unknown, or not of its kind. Empty text counts
    /// as not given, as forms deliver it.
    pub fn complete(&self, parameters: &[Parameter]) -> Result<Self, Wrong> {
        let given = |name: &str| {
            self.get(name)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        for name in self.0.keys() {
            if !parameters.iter().any(|parameter| parameter.name == name) {
                let names: Vec<&str> = parameters.iter().map(|known| known.name).collect();
                let list = names.join(", ");
                let name = name.clone();
                return Err(Wrong::Unknown { name, list });
            }
        }
        let mut whole = Self::new();
        for parameter in parameters {
            let Some(value) = given(parameter.name).or(parameter.default) else {
                if parameter.required {
                    return Err(Wrong::Missing {
                        name: parameter.name,
                        help: parameter.help,
                    });
                }
                continue;
            };
            parameter.check(value)?;
            whole.set(parameter.name, value);
        }
        Ok(whole)
    }
}

impl Parameter {
    /// Whether a value is of this parameter's kind; what the kind cannot tell, planning tells.
    pub fn check(&self, value: &str) -> Result<(), Wrong> {
        let wrong = |expected: String| {
            Err(Wrong::Value {
                name: self.name.into(),
                value: value.into(),
                expected,
            })
        };
        if value.len() > 1024 || value.chars().any(char::is_control) {
            return wrong("one line of at most 1024 characters".into());
        }
        match self.kind {
            Kind::Choice(choices) if !choices.contains(&value) => {
                wrong(format!("one of {}", choices.join(", ")))
            }
            Kind::Duration {
                least_seconds: least,
                most_seconds: most,
            } => match seconds(value) {
                Ok(seconds) if (least..=most).contains(&seconds) => Ok(()),
                _ => wrong(format!(
                    "a time from {least} s to {most} s, such as `90s`, `5m` or `2h`"
                )),
            },
            Kind::Count { least, most } => match value.parse::<u32>() {
                Ok(count) if (least..=most).contains(&count) => Ok(()),
                _ => wrong(format!("a number from {least} to {most}")),
            },
            Kind::Region if !is_region(value) => wrong("a region such as eu-west-1".into()),
            Kind::Block => match vpc_block(value) {
                Ok(_) => Ok(()),
                Err(error) => wrong(error.to_string()),
            },
            _ => Ok(()),
        }
    }
}

/// Whether a text has the form of a region's name: words and a number at the end.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] if words.len() >= 2 => {
            let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            numbered && words.iter().all(word)
        }
        _ => false,
    }
}

/// Seconds in `90`, `90s`, `5m`, `2h`.
fn seconds(text: &str) -> Result<u32, std::num::ParseIntError> {
    let (digits, factor) = match text.as_bytes().last() {
        Some(b's') => (&text[..text.len() - 1], 1),
        Some(b'm') => (&text[..text.len() - 1], 60),
        Some(b'h') => (&text[..text.len() - 1], 3600),
        _ => (text, 1),
    };
    Ok(digits.parse::<u32>()?.saturating_mul(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &[Parameter] = &[
        Parameter {
            name: "zone",
            kind: Kind::HostedZone,
            help: "where",
            default: None,
            required: true,
        },
        Parameter {
            name: "bake",
            kind: Kind::Duration {
                least_seconds: 0,
                most_seconds: 7200,
            },
            help: "how long",
            default: Some("2m"),
            required: false,
        },
        Parameter {
            name: "type",
            kind: Kind::Choice(&["A", "AAAA"]),
            help: "which",
            default: None,
            required: false,
        },
    ];

    #[test]
    fn defaults_are_filled_in_and_blank_counts_as_not_given() {
        let given = Arguments::new().with("zone", "Z1").with("bake", " ");
        let whole = given.complete(PARAMETERS).expect("complete");
        assert_eq!(whole.number("bake"), Some(120));
        assert_eq!(whole.get("type"), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        let zone = || Arguments::new().with("zone", "Z1");
        for (given, told) in [
            (Arguments::new(), "--zone is needed: where"),
            (
                zone().with("tpye", "A"),
                "there is no parameter `tpye`; there is: zone, bake, type",
            ),
            (zone().with("type", "MX"), "--type `MX`: one of A, AAAA"),
            (
                zone().with("bake", "3h"),
                "--bake `3h`: a time from 0 s to 7200 s, such as `90s`, `5m` or `2h`",
            ),
        ] {
            let error = given.complete(PARAMETERS).expect_err(told);
            assert_eq!(error.to_string(), told);
        }
        assert!(zone().with("type", "A\u{1b}").complete(PARAMETERS).is_err());
        for (name, region) in [
            ("eu-west-1", true),
            ("us-gov-west-1", true),
            ("eu-west", false),
            ("EU-west-1", false),
            ("1", false),
        ] {
            assert_eq!(is_region(name), region, "{name}");
        }
    }
}
