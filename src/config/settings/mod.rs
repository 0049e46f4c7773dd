//! `config.toml`: what the user prefers, with errors that say the line and the key that was meant.

mod access;
mod addressing;
mod expression;
mod kubernetes;
mod operations;
mod period;
mod shared;
mod ui;

use std::{io, path::Path};

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use access::{Access, AccessMode, AccessOverride};
pub use addressing::{Addressing, Reserved};
pub use expression::Expression;
pub use kubernetes::{ClusterRule, Kubernetes};
pub use operations::{
    Freeze, Hours, Mode, Operations, PlanMatch, PolicyRule, SecondPerson, Verdict,
};
pub use period::Period;
pub use shared::Shared;
pub use ui::{Animations, Symbols, ThemeChoice, Ui};

use super::{
    Environments, FileError, Files,
    environment::{AccountMatch, EnvironmentRule},
};
use crate::model::{Region, cost::CostMetric};

/// Everything that `config.toml` may say. What it leaves out has the value of `Default`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where an editor finds the schema of this file.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    pub ui: Ui,
    pub aws: Aws,
    pub kubernetes: Kubernetes,
    /// Which accounts belong to which environment; the first that matches wins.
    pub env: Vec<EnvironmentRule>,
    pub cost: Cost,
    pub operations: Operations,
    pub network: Addressing,
    pub shared: Shared,
    /// Rules over plans, asked after the engine's own and before any bundle; all of them speak.
    pub policy: Vec<PolicyRule>,
}

/// Which accounts and regions are read, and how hard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Aws {
    /// Instead of `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The regions to look in, the home region first; empty is the region of the profile.
    #[schemars(with = "Vec<String>")]
    pub regions: Vec<Region>,
    /// Reads in flight at once over all accounts; rate limits are kept besides.
    #[schemars(range(min = 1, max = 4096))]
    pub max_concurrency: usize,
    /// After this a request that was not answered is given up; a read of several requests after
    /// three times as long.
    pub request_timeout: Period,
    pub access: Access,
    /// Name servers to ask instead of a zone's own, such as `127.0.0.1:5353`: for emulators, whose
    /// zones no real server knows.
    #[schemars(with = "Vec<String>")]
    pub dns_servers: Vec<std::net::SocketAddr>,
}

/// What looking at costs may cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cost {
    pub metric: CostMetric,
    /// Requests to Cost Explorer stop here, per day (UTC), in USD.
    #[serde(deserialize_with = "money")]
    #[schemars(with = "f64")]
    pub ce_daily_budget_usd: Decimal,
    /// Requests to Cost Explorer stop here, per calendar month (UTC), in USD.
    #[serde(deserialize_with = "money")]
    #[schemars(with = "f64")]
    pub ce_monthly_budget_usd: Decimal,
    /// How long an answer of Cost Explorer is shown without paying for a new one.
    pub cache_ttl: Period,
    /// Asks for anomalies too, one paid request more.
    pub anomalies: bool,
    /// Asks for the forecast too, one paid request more.
    pub forecast: bool,
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read {file}: {source}")]
    Unreadable { file: String, source: io::Error },
    #[error(transparent)]
    Wrong(#[from] FileError),
}

impl Error {
    /// What the user can do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => {
                Some("`awsdeck config init` writes one, `--config FILE` names another".into())
            }
            Self::Wrong(error) => error.hint.clone(),
        }
    }
}

impl Settings {
    /// Reads the settings file; where none was named and none is there, the defaults hold.
    pub fn load(files: &Files) -> Result<Self, Error> {
        let file = files.settings();
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Self::parse(&text, file)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !files.settings_named() => {
                Ok(Self::default())
            }
            Err(source) => Err(Error::Unreadable {
                file: file.display().to_string(),
                source,
            }),
        }
    }

    /// Reads settings; `file` is for the error.
    pub fn parse(text: &str, file: &Path) -> Result<Self, FileError> {
        toml::from_str(text).map_err(|error| FileError::from_toml(file, text, &error))
    }

    /// The JSON Schema of the file, for editors.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    /// The rules of `[[env]]`, or the conventions where there are none.
    #[must_use]
    pub fn environments(&self) -> Environments {
        if self.env.is_empty() {
            Environments::conventional()
        } else {
            Environments::new(self.env.clone())
        }
    }

    /// The settings in force as a file would say them.
    #[must_use]
    pub fn shown(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_else(|error| format!("# cannot be shown: {error}\n"))
    }

    /// Whether anything can be changed at all.
    #[must_use]
    pub fn read_only(&self) -> bool {
        self.operations.read_only || self.operations.default_mode == Mode::ReadOnly
    }
}

impl Default for Aws {
    fn default() -> Self {
        Self {
            profile: None,
            regions: Vec::new(),
            max_concurrency: 256,
            request_timeout: Period::from_secs(20),
            access: Access::default(),
            dns_servers: Vec::new(),
        }
    }
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            metric: CostMetric::default(),
            ce_daily_budget_usd: Decimal::new(50, 2),
            ce_monthly_budget_usd: Decimal::new(500, 2),
            cache_ttl: Period::from_secs(8 * 60 * 60),
            anomalies: true,
            forecast: true,
        }
    }
}

/// An amount as people write it in TOML: `0.50`, `1`, `"0.50"`.
fn money<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "an amount in USD such as 0.50")]
    enum Amount {
        Whole(i64),
        Part(f64),
        Text(String),
    }
    let amount = match Amount::deserialize(from)? {
        Amount::Whole(whole) => Some(Decimal::from(whole)),
        Amount::Part(part) => Decimal::try_from(part).ok(),
        Amount::Text(text) => text.parse().ok(),
    };
    amount
        .filter(|amount| !amount.is_sign_negative())
        .ok_or_else(|| serde::de::Error::custom("expected an amount in USD, 0 or more"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::model::EnvironmentClass;

    fn parse(text: &str) -> Result<Settings, FileError> {
        Settings::parse(text, Path::new("config.toml"))
    }

    fn complaint(text: &str) -> String {
        let error = parse(text).expect_err("a mistake");
        match &error.hint {
            Some(hint) => format!("{error}\n{hint}"),
            None => error.to_string(),
        }
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        let settings = parse("").expect("fine");
        assert_eq!(settings, Settings::default());
        assert_eq!(settings.cost.ce_daily_budget_usd.to_string(), "0.50");
        assert_eq!(settings.cost.cache_ttl.as_duration().as_secs(), 8 * 3600);
        assert!(!settings.read_only());
    }

    #[test]
    fn every_section_of_the_sketch_is_read() {
        let settings = parse(
            r#"
"$schema" = "config.schema.json"
[ui]
theme = { dark = "nord", light = "paper" }
keymap = "vim"
symbols = "ascii"
mouse = false
animations = "off"
start_view = "clusters"
[aws]
profile = "acme-sso"
regions = ["eu-west-1", "eu-central-1"]
max_concurrency = 16
request_timeout = "5s"
[aws.access]
mode = "hub-role"
read_role = "AwsdeckReadOnly"
operate_role = "AwsdeckOperator"
session_name = "awsdeck-{user}"
source_identity = false
[[aws.access.override]]
match = { ou = "Legacy" }
read_role = "OrganizationAccountAccessRole"
allow_admin_polling = false
[[env]]
name = "prod"
match = { ou = "Environments/Prod" }
theme_overlay = "production"
[[env]]
name = "play"
class = "dev"
match = { name = "^dev-", tag = "owner=ml" }
[cost]
metric = "amortized"
ce_daily_budget_usd = 1
cache_ttl = "4h"
[operations]
default_mode = "read-only"
require_change_id = ["prod"]
freeze = [{ env = "prod", from = "2026-12-20", to = "2027-01-03" }]
"#,
        )
        .expect("fine");
        assert_eq!(settings.ui.theme.name(false), "paper");
        assert_eq!(settings.aws.regions.len(), 2);
        assert_eq!(settings.env[1].class(), EnvironmentClass::Dev);
        assert_eq!(settings.cost.ce_daily_budget_usd, Decimal::ONE);
        assert!(settings.read_only());
        let day = |text: &str| text.parse::<Date>().expect("a date");
        let frozen = |class, at| settings.operations.frozen(class, day(at)).is_some();
        assert!(frozen(EnvironmentClass::Prod, "2026-12-31"));
        assert!(frozen(EnvironmentClass::Other, "2027-01-03"));
        assert!(!frozen(EnvironmentClass::Dev, "2026-12-31"));
        assert!(!frozen(EnvironmentClass::Prod, "2027-01-04"));
    }

    #[test]
    fn an_unknown_key_is_answered_with_its_line_and_the_nearest_known_key() {
        insta::assert_snapshot!(complaint("[ui]\ntheem = \"nord\"\n"), @"
        config.toml:2:1: unknown field `theem`, expected one of `theme`, `keymap`, `symbols`, `mouse`, `animations`, `screen_reader`, `start_view`
        did you mean `theme`?
        ");
    }

    #[test]
    fn a_wrong_value_says_where_and_what_would_be_right() {
        insta::assert_snapshot!(complaint("[aws]\nmax_concurrency = \"many\"\n"), @r#"config.toml:2:19: invalid type: string "many", expected usize"#);
        insta::assert_snapshot!(complaint("[cost]\nmetric = \"net_amortised\"\n"), @"
        config.toml:2:10: unknown variant `net_amortised`, expected one of `unblended`, `amortized`, `net_unblended`, `net_amortized`
        did you mean `net_amortized`?
        ");
        insta::assert_snapshot!(complaint("[cost]\nce_daily_budget_usd = -1\n"), @"config.toml:2:23: expected an amount in USD, 0 or more");
        insta::assert_snapshot!(complaint("[aws]\nrequest_timeout = \"soon\"\n"), @"config.toml:2:19: `soon` is no period of time: write `20s`, `5m` or `8h`");
    }

    #[test]
    fn address_space_is_read_and_a_slip_of_the_pen_is_told() {
        let settings = parse(
            "[network]\npools = [\"10.64.0.0/10\"]\non_premises = [\"192.168.0.0/16\", \"fd00::/8\"]\n\
             reserved = [{ name = \"docker\", blocks = [\"172.17.0.0/16\"] }]\n",
        )
        .expect("fine");
        assert_eq!(settings.network.on_premises.len(), 2);
        assert_eq!(settings.network.reserved[0].name, "docker");
        let pools = |block: &str| complaint(&format!("[network]\npools = [\"{block}\"]\n"));
        insta::assert_snapshot!(pools("10.1.2.3/16"), @"config.toml:2:9: 10.1.2.3/16 has host bits set: the block is 10.1.0.0/16");
        insta::assert_snapshot!(pools("ten"), @"config.toml:2:9: `ten` is no block of addresses: write 10.0.0.0/8");
    }

    #[test]
    fn a_match_that_names_nothing_or_a_broken_pattern_is_refused() {
        let rule = |body: &str| complaint(&format!("[[env]]\nname = \"dev\"\nmatch = {body}\n"));
        insta::assert_snapshot!(rule("{}"), @"config.toml:3:9: an empty match would match every account: name `ou`, `name`, `tag` or `account`");
        insta::assert_snapshot!(rule("{ name = \"(\" }"), @"config.toml:3:9: `name` is no regular expression: unclosed group");
    }

    #[test]
    fn a_file_that_was_named_must_be_there_and_the_usual_one_need_not() {
        let home = tempfile::tempdir().expect("a folder");
        let files = Files::under(home.path());
        assert_eq!(
            Settings::load(&files).expect("defaults"),
            Settings::default()
        );
        let named = Files::find(Some(home.path().join("mine.toml"))).expect("a home");
        let error = Settings::load(&named).expect_err("missing");
        assert!(error.to_string().contains("mine.toml"));
        assert!(error.hint().expect("a hint").contains("config init"));
    }

    #[test]
    fn the_schema_names_every_section_and_refuses_strangers() {
        let schema = Settings::schema();
        for section in [
            "ui",
            "aws",
            "kubernetes",
            "env",
            "cost",
            "operations",
            "network",
            "shared",
            "policy",
        ] {
            assert!(schema["properties"][section].is_object(), "{section}");
        }
        assert_eq!(schema["additionalProperties"], false);
    }
}
