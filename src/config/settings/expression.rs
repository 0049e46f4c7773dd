//! A condition in the Common Expression Language (CEL), read once and asked often. It cannot loop,
//! read a file or reach the network.

use std::{fmt, sync::Arc};

use cel::{Context, Program, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A condition over named facts, such as `plan.environment == "prod" && plan.destroys > 3`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Expression {
    text: String,
    program: Arc<Program>,
}

impl Expression {
    /// Whether the condition holds for `facts`, each of which is a variable. What it asks for and
    /// the facts do not have, and anything but a truth value, is an error.
    pub fn holds(
        &self,
        facts: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<bool, String> {
        let mut context = Context::default();
        for (name, value) in facts {
            let added = context.add_variable(name.as_str(), value.clone());
            added.map_err(|error| format!("`{name}` cannot be given to the rule: {error}"))?;
        }
        match self.program.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!("it gives {other:?}, not true or false")),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl TryFrom<String> for Expression {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let program = Program::compile(&text).map_err(|errors| {
            // The parser draws the place over several lines; the first one says what is wrong.
            let told = errors.to_string();
            let first = told.lines().next().unwrap_or_default();
            format!("not a condition in CEL: {first}")
        })?;
        Ok(Self {
            text,
            program: Arc::new(program),
        })
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> Self {
        expression.text
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expression(text: &str) -> Result<Expression, String> {
        Expression::try_from(text.to_owned())
    }

    fn asked(text: &str) -> Result<bool, String> {
        let facts = json!({"plan": {"environment": "prod", "destroys": 2, "verbs": ["add"]}});
        let facts = facts.as_object().expect("an object");
        expression(text).expect("CEL").holds(facts)
    }

    #[test]
    fn conditions_are_asked_of_facts() {
        assert_eq!(
            asked("plan.environment == 'prod' && plan.destroys > 1"),
            Ok(true)
        );
        assert_eq!(
            asked("plan.verbs.exists(verb, verb == 'destroy')"),
            Ok(false)
        );
        assert_eq!(asked("plan.environment.matches('^pr')"), Ok(true));
    }

    #[test]
    fn what_is_no_condition_says_so() {
        let error = expression("plan.environment ==").expect_err("half a condition");
        assert!(error.starts_with("not a condition in CEL"), "{error}");
        for (text, told) in [
            ("plan.nothing == 1", "No such key: nothing"),
            ("plan.destroys", "not true or false"),
            ("stranger", "Undeclared reference"),
        ] {
            let error = asked(text).expect_err(text);
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
