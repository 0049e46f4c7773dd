//! Rules in Rego (Open Policy Agent): sets `deny`, `warn` and `second_person` of messages in the
//! package `awsdeck`, over the facts as `input`. They are evaluated here; nothing is fetched.

use std::{fmt, path::Path, sync::Arc};

use regorus::{Engine, Value};

use super::Error;
use crate::engine::plan::{Ruling, Verdict};

/// Read and compiled rules.
#[derive(Clone)]
pub(super) struct Bundle(Arc<Engine>);

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bundle of rules in Rego")
    }
}

impl Bundle {
    /// Reads the files, those that are not absolute from `folder`. Nothing for no files.
    pub(super) fn read(files: &[String], folder: &Path) -> Result<Option<Self>, Error> {
        if files.is_empty() {
            return Ok(None);
        }
        let mut engine = Engine::new();
        for file in files {
            let path = folder.join(file);
            let wrong = |message: String| Error::Bundle {
                file: path.display().to_string(),
                message,
            };
            let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
            engine
                .add_policy(path.display().to_string(), text)
                .map_err(|error| wrong(error.to_string()))?;
        }
        Ok(Some(Self(Arc::new(engine))))
    }

    pub(super) fn judge(&self, facts: &serde_json::Map<String, serde_json::Value>) -> Vec<Ruling> {
        let mut engine = (*self.0).clone();
        let input = serde_json::to_string(facts).unwrap_or_default();
        let input = match Value::from_json_str(&input) {
            Ok(input) => input,
            Err(error) => return vec![unasked(&error.to_string())],
        };
        engine.set_input(input);
        let mut rulings = Vec::new();
        for (name, verdict) in [
            ("deny", Verdict::Deny),
            ("second_person", Verdict::SecondPerson),
            ("warn", Verdict::Warn),
        ] {
            let rule = format!("data.awsdeck.{name}");
            match engine.eval_rule(rule.clone()) {
                Ok(said) => rulings.extend(messages(&said).map(|message| Ruling {
                    rule: rule.clone(),
                    verdict,
                    message,
                })),
                // A bundle need not have all three.
                Err(error) if error.to_string().contains("not a valid rule path") => {}
                Err(error) => rulings.push(unasked(&error.to_string())),
            }
        }
        rulings
    }
}

/// A rule that cannot be asked forbids.
fn unasked(error: &str) -> Ruling {
    Ruling {
        rule: "rego".into(),
        verdict: Verdict::Deny,
        message: format!("the rules cannot be asked: {error}"),
    }
}

fn messages(said: &Value) -> impl Iterator<Item = String> {
    let set = said
        .as_set()
        .map(|set| set.iter().cloned().collect::<Vec<_>>());
    let list = said.as_array().map(|list| list.to_vec());
    let said = set.or(list).unwrap_or_default();
    said.into_iter().map(|message| match message.as_string() {
        Ok(text) => text.to_string(),
        Err(_) => message.to_string(),
    })
}
