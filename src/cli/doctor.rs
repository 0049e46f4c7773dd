//! `awsdeck doctor`: what is set up, what is not, and what to do about it. Safe to paste in an issue.

use std::{
    env,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use futures::{StreamExt, stream};
use jiff::Timestamp;
use serde_json::json;

use super::{Exit, args::Output};
use crate::{
    config::{Files, Settings, theme},
    engine::Shared,
    model::{AccountStatus, State, text},
    provider::{Error, Provider, World},
};

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Finding {
    pub topic: &'static str,
    pub name: String,
    pub state: State,
    pub value: String,
    /// What to do next, where something is to be done.
    pub hint: Option<String>,
}

impl Finding {
    fn new(
        topic: &'static str,
        name: impl Into<String>,
        state: State,
        value: impl Into<String>,
    ) -> Self {
        let (name, value) = (name.into(), text::clean(&value.into()).into_owned());
        Self {
            topic,
            name,
            state,
            value,
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What can be said without any call: terminal, environment, files, themes.
#[must_use]
pub fn local(files: &Files) -> Vec<Finding> {
    let mut findings = terminal();
    findings.extend(environment());
    findings.extend(settings(files));
    findings.extend(appearance(files));
    findings
}

fn terminal() -> Vec<Finding> {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let kind = variable("TERM");
    let colour = match (variable("COLORTERM").as_str(), kind.contains("256color")) {
        ("truecolor" | "24bit", _) => "16 million colours",
        (_, true) => "256 colours",
        _ => "16 colours",
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .map(|name| variable(name))
        .find(|value| !value.is_empty());
    let utf8 = locale
        .as_deref()
        .is_some_and(|value| value.to_ascii_lowercase().replace('-', "").contains("utf8"));
    let mut findings = vec![
        match (io::stdout().is_terminal(), kind.as_str()) {
            (false, _) => Finding::new(
                "terminal",
                "screen",
                State::Off,
                "not a terminal: tables are printed plain",
            ),
            (true, "" | "dumb") => Finding::new(
                "terminal",
                "screen",
                State::Warning,
                "TERM says nothing of use",
            )
            .hint("set TERM to what your terminal is, such as xterm-256color"),
            (true, _) => Finding::new("terminal", "screen", State::Ok, &*kind),
        },
        Finding::new(
            "terminal",
            "colour",
            State::Ok,
            if variable("NO_COLOR").is_empty() {
                colour
            } else {
                "off by NO_COLOR"
            },
        ),
        if utf8 {
            Finding::new("terminal", "signs", State::Ok, "Unicode")
        } else {
            Finding::new(
                "terminal",
                "signs",
                State::Warning,
                "ASCII: the locale is not UTF-8",
            )
            .hint("set LANG=C.UTF-8 or your own UTF-8 locale")
        },
    ];
    if !variable("TMUX").is_empty() {
        findings.push(
            Finding::new("terminal", "tmux", State::Ok, "running inside")
                .hint("for colour, copying and a quick Escape: set -as terminal-overrides \",*:RGB\"; set -g set-clipboard on; set -s escape-time 10"),
        );
    }
    findings
}

/// Variables that decide how AWS is reached. Values that may hold a secret are only named.
fn environment() -> Vec<Finding> {
    const SHOWN: &[&str] = &[
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_ENDPOINT_URL",
        "AWS_CA_BUNDLE",
        "SSL_CERT_FILE",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_RETRY_MODE",
        "AWS_MAX_ATTEMPTS",
        "NO_PROXY",
    ];
    const NAMED: &[&str] = &[
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ];
    let set = |name: &&&str| env::var_os(**name).is_some_and(|value| !value.is_empty());
    let shown = SHOWN.iter().filter(set).map(|name| {
        let value = env::var(name).unwrap_or_else(|_| "not UTF-8".into());
        Finding::new("environment", *name, State::Ok, without_userinfo(&value))
    });
    let named = NAMED
        .iter()
        .filter(set)
        .map(|name| Finding::new("environment", *name, State::Ok, "set"));
    let mut findings: Vec<Finding> = shown.chain(named).collect();
    if env::var("AWS_USE_FIPS_ENDPOINT").is_ok_and(|value| value == "true")
        && env::var_os("AWS_ENDPOINT_URL").is_some()
    {
        findings.push(
            Finding::new(
                "environment",
                "endpoint",
                State::Failed,
                "FIPS endpoints and a custom endpoint exclude each other: every call fails",
            )
            .hint("unset AWS_USE_FIPS_ENDPOINT or AWS_ENDPOINT_URL"),
        );
    }
    findings
}

/// A URL without the name and password that it may carry.
fn without_userinfo(value: &str) -> String {
    match (value.find("://"), value.find('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}{}", &value[..scheme + 3], &value[at + 1..])
        }
        _ => value.to_owned(),
    }
}

fn settings(files: &Files) -> Vec<Finding> {
    let file = files.settings();
    let here = |path: &Path| path.display().to_string();
    let settings = match Settings::load(files) {
        Err(error) => {
            let finding = Finding::new("files", "settings", State::Failed, error.to_string());
            match error.hint() {
                Some(hint) => finding.hint(hint),
                None => finding,
            }
        }
        Ok(_) if file.exists() => Finding::new("files", "settings", State::Ok, here(file)),
        Ok(_) => Finding::new(
            "files",
            "settings",
            State::Off,
            format!("{} is not there; the defaults hold", here(file)),
        )
        .hint("`awsdeck config init` writes one"),
    };
    let mut findings = vec![settings];
    findings.extend(profiles());
    findings.push(Finding::new("files", "log", State::Ok, here(&files.log())));
    findings
}

/// Where the profiles of AWS are read from: the files of the variables, else the usual ones.
fn profiles() -> impl Iterator<Item = Finding> {
    const FILES: [(&str, &str, &str); 2] = [
        ("aws config", "AWS_CONFIG_FILE", "config"),
        (
            "aws credentials",
            "AWS_SHARED_CREDENTIALS_FILE",
            "credentials",
        ),
    ];
    FILES.into_iter().filter_map(|(what, variable, usual)| {
        let set = env::var_os(variable).filter(|path| !path.is_empty());
        let usual = || Some(env::home_dir()?.join(".aws").join(usual));
        let path = set.map(PathBuf::from).or_else(usual)?;
        let shown = path.display();
        Some(if path.exists() {
            Finding::new("files", what, State::Ok, shown.to_string())
        } else {
            let absent = format!("{shown} is not there");
            Finding::new("files", what, State::Off, absent)
        })
    })
}

fn appearance(files: &Files) -> Vec<Finding> {
    let library = theme::Library {
        folder: Some(files.themes()),
    };
    let mut findings = Vec::new();
    let names = library.names();
    for name in &names {
        match library.load(name) {
            Err(error) => findings.push(Finding::new(
                "themes",
                name,
                State::Failed,
                error.to_string(),
            )),
            Ok((_, warnings)) => {
                findings.extend(warnings.iter().map(|warning| {
                    Finding::new("themes", name, State::Warning, warning.to_string())
                }));
            }
        }
    }
    findings.push(Finding::new(
        "themes",
        "library",
        State::Ok,
        format!("{} themes", names.len()),
    ));
    findings
}

/// What the world says: who we are, and whether each account lets us in.
pub async fn world(provider: &Provider) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &provider.world {
        World::Demo => findings.push(Finding::new(
            "sign-in",
            "world",
            State::Ok,
            "the simulated organization",
        )),
        World::Kubeconfig => findings.push(Finding::new(
            "sign-in",
            "world",
            State::Ok,
            "the clusters of a kubeconfig, without AWS",
        )),
        World::Aws { profile, endpoint } => {
            findings.push(Finding::new(
                "sign-in",
                "profile",
                State::Ok,
                profile
                    .as_deref()
                    .unwrap_or("none: the environment or the machine signs in"),
            ));
            findings.extend(endpoint.iter().map(|url| {
                Finding::new(
                    "sign-in",
                    "endpoint override",
                    State::Warning,
                    without_userinfo(url),
                )
            }));
        }
    }
    let regions: Vec<&str> = provider
        .regions
        .iter()
        .map(crate::model::Region::as_str)
        .collect();
    findings.push(Finding::new(
        "sign-in",
        "regions",
        State::Ok,
        regions.join(", "),
    ));
    match provider.identity.caller(None).await {
        Ok(caller) => findings.push(Finding::new(
            "sign-in",
            "identity",
            State::Ok,
            caller.arn.to_string(),
        )),
        Err(error) => {
            findings.push(failure("sign-in", "identity", &error));
            return findings;
        }
    }
    findings.extend(accounts(provider).await);
    findings
}

/// Whether the bucket that operators share is one that several machines can rely on.
pub async fn shared(store: &Shared) -> Finding {
    let name = store.name();
    match store.probe().await {
        Ok(Ok(())) => Finding::new("sharing", name, State::Ok, "conditional writes hold"),
        Ok(Err(unfit)) => Finding::new("sharing", name, State::Failed, unfit.to_string())
            .hint("name a bucket of Amazon S3, or of a store that honours If-Match, in [shared]"),
        Err(error) => Finding::new("sharing", name, State::Failed, error.to_string())
            .hint("`awsdeck iam-policy shared` says what it needs"),
    }
}

/// So many accounts are entered at a time: thousands at once would be refused for their number.
const AT_ONCE: usize = 32;

/// Enters every active account once.
pub async fn accounts(provider: &Provider) -> Vec<Finding> {
    let organization = match provider.organizations.organization(&mut |_| ()).await {
        Ok(organization) => organization,
        Err(error) => return vec![failure("accounts", "organization", &error)],
    };
    let ask = |account: crate::model::Account| {
        let identity = provider.identity.clone();
        async move {
            let name = format!("{} {}", account.id, text::clean(&account.name));
            if account.status != AccountStatus::Active {
                return Finding::new("accounts", name, State::Off, account.status.to_string());
            }
            match identity.caller(Some(account.id)).await {
                Ok(caller) => Finding::new("accounts", name, State::Ok, caller.arn.to_string()),
                Err(error) => failure("accounts", &name, &error),
            }
        }
    };
    let asked = stream::iter(organization.accounts).map(ask);
    asked.buffered(AT_ONCE).collect().await
}

/// A world that could not be opened at all.
#[must_use]
pub fn closed(error: &Error) -> Finding {
    failure("sign-in", "world", error)
}

fn failure(topic: &'static str, name: &str, error: &Error) -> Finding {
    let trouble = error.trouble();
    let finding = Finding::new(topic, name, State::Failed, trouble.message);
    match trouble.hint {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}

/// Writes the findings; ends as [`Exit::Failed`] when one of them is a failure.
pub fn report(
    findings: &[Finding],
    output: Output,
    redact: bool,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let mask = |text: &str| {
        if redact {
            masked(text)
        } else {
            text.to_owned()
        }
    };
    if output == Output::Json {
        let items: Vec<_> = findings
            .iter()
            .map(|finding| {
                json!({
                    "topic": finding.topic, "name": mask(&finding.name), "state": finding.state,
                    "value": mask(&finding.value), "hint": finding.hint.as_deref().map(mask),
                })
            })
            .collect();
        let document = json!({ "schema": "awsdeck/doctor/v1", "as_of": Timestamp::now().to_string(), "items": items });
        writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        let mut topic = "";
        for finding in findings {
            if finding.topic != topic {
                topic = finding.topic;
                writeln!(out, "{topic}")?;
            }
            writeln!(
                out,
                "  {:<8} {}: {}",
                finding.state.to_string(),
                mask(&finding.name),
                mask(&finding.value)
            )?;
            if let Some(hint) = &finding.hint {
                writeln!(out, "           {}", mask(hint))?;
            }
        }
    }
    let failed = findings
        .iter()
        .any(|finding| finding.state == State::Failed);
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// Twelve digits in a row are an account: all but the last two become `x`.
fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|char: char| char.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|char: char| !char.is_ascii_digit())
            .unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        shown.push_str(before);
        if digits.len() == 12 {
            shown.push_str("xxxxxxxxxx");
            shown.push_str(&digits[10..]);
        } else {
            shown.push_str(digits);
        }
        rest = after;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redaction_hides_accounts_and_nothing_else() {
        assert_eq!(
            masked("role in 111122223333, port 8080, é 1111222233334"),
            "role in xxxxxxxxxx33, port 8080, é 1111222233334"
        );
    }

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        assert_eq!(
            without_userinfo("http://me:secret@proxy:3128"),
            "http://proxy:3128"
        );
        assert_eq!(without_userinfo("a@b"), "a@b");
    }

    #[test]
    fn one_failure_makes_the_report_fail_and_hints_stand_below() {
        let bad =
            Finding::new("accounts", "111122223333 prod", State::Failed, "denied").hint("press A");
        let mut out = Vec::new();
        let exit =
            report(&[bad], Output::Table, true, &mut out).expect("a buffer takes everything");
        assert_eq!(exit, Exit::Failed);
        insta::assert_snapshot!(String::from_utf8(out).expect("text"), @r"
        accounts
          failed   xxxxxxxxxx33 prod: denied
                   press A
        ");
    }
}
