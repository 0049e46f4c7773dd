//! Label selectors: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.

use serde_json::Value;

use super::super::{
    json::{list, pairs, text, texts},
    status::Status,
};

/// What labels must be like; empty selects everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Labels {
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
    Above(String, i64),
    Below(String, i64),
}

impl Labels {
    pub(crate) fn parse(text: &str) -> Result<Self, Status> {
        let mut parser = Parser { rest: text };
        let mut requirements = Vec::new();
        while !parser.peek().is_empty() {
            requirements.push(parser.requirement()?);
            match parser.next() {
                "" => break,
                "," if !parser.peek().is_empty() => {}
                found => return Err(unexpected(found, "',' or end of string")),
            }
        }
        Ok(Self { requirements })
    }

    /// The selector of a workload: `matchLabels` and `matchExpressions`.
    pub(crate) fn of(selector: &Value) -> Self {
        let equal = pairs(selector, "/matchLabels").into_iter();
        let equal = equal.map(|(key, value)| Requirement::In(key, vec![value]));
        let expressions = list(selector, "/matchExpressions").iter();
        let expressions = expressions.map(|expression| {
            let key = text(expression, "/key").to_owned();
            let values = texts(expression, "/values");
            match text(expression, "/operator") {
                "In" => Requirement::In(key, values),
                "NotIn" => Requirement::NotIn(key, values),
                "Exists" => Requirement::Exists(key),
                _ => Requirement::Missing(key),
            }
        });
        Self {
            requirements: equal.chain(expressions).collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether labels are as they must be.
    pub(crate) fn select<K: AsRef<str>, V: AsRef<str>>(&self, labels: &[(K, V)]) -> bool {
        let label = |key: &str| {
            let mut labels = labels.iter();
            let found = labels.find(|(name, _)| name.as_ref() == key);
            found.map(|(_, value)| value.as_ref())
        };
        let number = |key| label(key).and_then(|value| value.parse::<i64>().ok());
        let among = |key, values: &[String]| {
            label(key).is_some_and(|value| values.iter().any(|wanted| wanted == value))
        };
        self.requirements
            .iter()
            .all(|requirement| match requirement {
                Requirement::In(key, values) => among(key, values),
                Requirement::NotIn(key, values) => !among(key, values),
                Requirement::Exists(key) => label(key).is_some(),
                Requirement::Missing(key) => label(key).is_none(),
                Requirement::Above(key, bound) => number(key).is_some_and(|value| value > *bound),
                Requirement::Below(key, bound) => number(key).is_some_and(|value| value < *bound),
            })
    }
}

fn unexpected(found: &str, expected: &str) -> Status {
    Status::bad_request(format!(
        "unable to parse requirement: found '{found}', expected: {expected}"
    ))
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    /// The next word or sign, which stays there.
    fn peek(&self) -> &'a str {
        let rest = self.rest.trim_start();
        let sign = ["==", "!=", "=", "!", "(", ")", ",", "<", ">"]
            .into_iter()
            .find(|sign| rest.starts_with(sign));
        let length = sign.map_or_else(
            || {
                rest.find(|char: char| char.is_whitespace() || "=!(),<>".contains(char))
                    .unwrap_or(rest.len())
            },
            str::len,
        );
        &rest[..length]
    }

    fn next(&mut self) -> &'a str {
        let found = self.peek();
        self.rest = &self.rest.trim_start()[found.len()..];
        found
    }

    fn requirement(&mut self) -> Result<Requirement, Status> {
        let missing = self.peek() == "!";
        if missing {
            self.next();
        }
        let key = self.word("identifier")?;
        if missing {
            return Ok(Requirement::Missing(key));
        }
        match self.peek() {
            "" | "," => Ok(Requirement::Exists(key)),
            "=" | "==" => {
                self.next();
                Ok(Requirement::In(key, vec![self.value()]))
            }
            "!=" => {
                self.next();
                Ok(Requirement::NotIn(key, vec![self.value()]))
            }
            "in" => {
                self.next();
                Ok(Requirement::In(key, self.values()?))
            }
            "notin" => {
                self.next();
                Ok(Requirement::NotIn(key, self.values()?))
            }
            sign @ ("<" | ">") => {
                self.next();
                let bound = self.word("identifier")?;
                let bound = bound
                    .parse()
                    .map_err(|_| unexpected(&bound, "an integer"))?;
                Ok(match sign {
                    "<" => Requirement::Below(key, bound),
                    _ => Requirement::Above(key, bound),
                })
            }
            found => Err(unexpected(
                found,
                "in, notin, =, ==, !=, gt, lt, ',' or end of string",
            )),
        }
    }

    fn word(&mut self, expected: &str) -> Result<String, Status> {
        match self.next() {
            found if found.starts_with(|char: char| char.is_alphanumeric() || char == '_') => {
                Ok(found.into())
            }
            found => Err(unexpected(found, expected)),
        }
    }

    /// The value after an equals sign, which may be empty.
    fn value(&mut self) -> String {
        match self.peek() {
            "" | "," => String::new(),
            _ => self.next().into(),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, Status> {
        let open = self.next();
        if open != "(" {
            return Err(unexpected(open, "'('"));
        }
        let mut values = Vec::new();
        loop {
            match self.next() {
                ")" => return Ok(values),
                "," => {}
                "" => return Err(unexpected("", "',', ')' or identifier")),
                value => values.push(value.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_selects_as_it_says() {
        let labels = [("app", "api"), ("tier", "back"), ("size", "3")];
        for (selector, expected) in [
            ("", true),
            ("app=api,tier==back", true),
            ("app in (web, api),tier notin (front)", true),
            ("app,!gone,size>2,size<4", true),
            ("tier!=back", false),
            ("gone!=x", true),
            ("gone", false),
            ("empty=", false),
        ] {
            let selected = Labels::parse(selector).map(|parsed| parsed.select(&labels));
            assert_eq!(selected.ok(), Some(expected), "{selector}");
        }
    }

    #[test]
    fn what_does_not_parse_says_what_was_found() {
        let error = Labels::parse("app in (").expect_err("unfinished");
        let expected = "unable to parse requirement: found '', expected: ',', ')' or identifier";
        assert_eq!(error.message(), expected);
        assert!(Labels::parse("=x").is_err());
        assert!(Labels::parse("a b").is_err());
    }
}
