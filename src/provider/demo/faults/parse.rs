//! The text form of faults, as `--demo-faults` takes it.

use std::{fmt, str::FromStr, time::Duration};

use super::{Fault, Faults, Place, SERVICES};
use crate::model::Region;

/// Every form, for errors and help.
const FORMS: &str = "deny=ACCOUNT[/REGION], hang=ACCOUNT[/REGION], expired[=ACCOUNT[/REGION]], \
    throttle=SERVICE:RATE, error=SERVICE:RATE, lost=perform:N, fail-before=perform:N, \
    fail-after=perform:N, late=perform:N:TIME, latency=TIME, stale=TIME, settle=TIME|forever, \
    dns-lag=TIME, dns-loss=RATE, prior, rds-stuck, rds-flips-back, rds-event-lag=TIME, \
    rds-events-twice, no-capacity[=REGION], capacity=N, no-device-plugin, create-failed, none";

/// Which part of a text is no fault, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{part}` is not a fault: {reason}; valid are {FORMS}")]
pub struct NotAFault {
    part: String,
    reason: String,
}

impl FromStr for Faults {
    type Err = NotAFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() || text.trim() == "none" {
            return Ok(Self::default());
        }
        text.split(',').map(|part| part.trim().parse()).collect()
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}

impl FromStr for Fault {
    type Err = NotAFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        fault(text).map_err(|reason| NotAFault {
            part: text.into(),
            reason,
        })
    }
}

fn fault(text: &str) -> Result<Fault, String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let needed = || value.ok_or_else(|| format!("`{name}` needs a value"));
    Ok(match name {
        "deny" => Fault::Deny(place(needed()?)?),
        "hang" => Fault::Hang(place(needed()?)?),
        "expired" => Fault::Expired(value.map(place).transpose()?),
        "throttle" => {
            service(needed()?).map(|(service, rate)| Fault::Throttle { service, rate })?
        }
        "error" => service(needed()?).map(|(service, rate)| Fault::Error { service, rate })?,
        "lost" => Fault::Lost(send(needed()?)?),
        "fail-before" => Fault::FailBefore(send(needed()?)?),
        "fail-after" => Fault::FailAfter(send(needed()?)?),
        "late" => {
            let (start, after) = needed()?.rsplit_once(':').unwrap_or_default();
            Fault::Late {
                send: send(start)?,
                after: time(after)?,
            }
        }
        "latency" => Fault::Latency(time(needed()?)?),
        "stale" => Fault::Stale(time(needed()?)?),
        "settle" if value == Some("forever") => Fault::Settle(None),
        "settle" => Fault::Settle(Some(time(needed()?)?)),
        "dns-lag" => Fault::DnsLag(time(needed()?)?),
        "dns-loss" => Fault::DnsLoss(rate(needed()?)?),
        "prior" if value.is_none() => Fault::Prior,
        "capacity" => Fault::Capacity(count(needed()?)?),
        "no-device-plugin" if value.is_none() => Fault::NoDevicePlugin,
        "create-failed" if value.is_none() => Fault::CreateFailed,
        "rds-stuck" if value.is_none() => Fault::RdsStuck,
        "rds-flips-back" if value.is_none() => Fault::RdsFlipsBack,
        "rds-event-lag" => Fault::RdsEventLag(time(needed()?)?),
        "rds-events-twice" if value.is_none() => Fault::RdsEventsTwice,
        "no-capacity" => Fault::NoCapacity(value.map(region).transpose()?),
        _ => return Err(format!("there is no `{name}`")),
    })
}

fn place(text: &str) -> Result<Place, String> {
    let (account, rest) = match text.split_once('/') {
        Some((account, rest)) => (account, Some(rest)),
        None => (text, None),
    };
    Ok(Place {
        account: account.parse().map_err(|error| format!("{error}"))?,
        region: rest.map(region).transpose()?,
    })
}

fn region(text: &str) -> Result<Region, String> {
    let known = text.len() >= 9
        && text.split('-').count() >= 3
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    known
        .then(|| Region::from(text))
        .ok_or_else(|| format!("`{text}` is not a region"))
}

fn service(text: &str) -> Result<(String, f64), String> {
    let (name, share) = text
        .split_once(':')
        .ok_or_else(|| format!("`{text}` lacks a rate after `:`"))?;
    if !SERVICES.contains(&name) {
        let known = SERVICES.join(", ");
        return Err(format!("`{name}` is not a service, known are {known}"));
    }
    Ok((name.into(), rate(share)?))
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|rate| (0.0..=1.0).contains(rate))
        .ok_or_else(|| format!("`{text}` is not a rate from 0 to 1"))
}

fn count(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a number"))
}

fn send(text: &str) -> Result<u64, String> {
    text.strip_prefix("perform:")
        .and_then(|number| number.parse().ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("`{text}` is not `perform:N` with N from 1"))
}

fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time such as `50ms`, `10s`, `4m` or `1h`");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_millis(u64::from(number) * millis))
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return write!(f, "none");
        }
        for (at, fault) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deny(place) => write!(f, "deny={place}"),
            Self::Hang(place) => write!(f, "hang={place}"),
            Self::Expired(None) => write!(f, "expired"),
            Self::Expired(Some(place)) => write!(f, "expired={place}"),
            Self::Throttle { service, rate } => write!(f, "throttle={service}:{rate}"),
            Self::Error { service, rate } => write!(f, "error={service}:{rate}"),
            Self::Lost(send) => write!(f, "lost=perform:{send}"),
            Self::FailBefore(send) => write!(f, "fail-before=perform:{send}"),
            Self::FailAfter(send) => write!(f, "fail-after=perform:{send}"),
            Self::Late { send, after } => {
                write!(f, "late=perform:{send}:{}ms", after.as_millis())
            }
            Self::Latency(time) => write!(f, "latency={}ms", time.as_millis()),
            Self::Stale(time) => write!(f, "stale={}ms", time.as_millis()),
            Self::Settle(None) => write!(f, "settle=forever"),
            Self::Settle(Some(time)) => write!(f, "settle={}ms", time.as_millis()),
            Self::DnsLag(time) => write!(f, "dns-lag={}ms", time.as_millis()),
            Self::DnsLoss(rate) => write!(f, "dns-loss={rate}"),
            Self::Prior => write!(f, "prior"),
            Self::Capacity(left) => write!(f, "capacity={left}"),
            Self::NoDevicePlugin => write!(f, "no-device-plugin"),
            Self::CreateFailed => write!(f, "create-failed"),
            Self::RdsStuck => write!(f, "rds-stuck"),
            Self::RdsFlipsBack => write!(f, "rds-flips-back"),
            Self::RdsEventLag(time) => write!(f, "rds-event-lag={}ms", time.as_millis()),
            Self::RdsEventsTwice => write!(f, "rds-events-twice"),
            Self::NoCapacity(None) => write!(f, "no-capacity"),
            Self::NoCapacity(Some(region)) => write!(f, "no-capacity={region}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.region {
            Some(region) => write!(f, "{}/{region}", self.account),
            None => write!(f, "{}", self.account),
        }
    }
}

impl TryFrom<String> for Faults {
    type Error = NotAFault;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Faults> for String {
    fn from(faults: Faults) -> Self {
        faults.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_fault() -> impl Strategy<Value = Fault> {
        let place = || {
            (0_u64..1_000_000_000_000, any::<bool>()).prop_map(|(account, regional)| Place {
                account: format!("{account:012}").parse().expect("twelve digits"),
                region: regional.then(|| Region::from("eu-west-1")),
            })
        };
        let time = || (0_u64..1_000_000).prop_map(Duration::from_millis);
        let share = || (0_u32..=100).prop_map(|percent| f64::from(percent) / 100.0);
        let service = || proptest::sample::select(SERVICES).prop_map(String::from);
        prop_oneof![
            place().prop_map(Fault::Deny),
            place().prop_map(Fault::Hang),
            proptest::option::of(place()).prop_map(Fault::Expired),
            (service(), share()).prop_map(|(service, rate)| Fault::Throttle { service, rate }),
            (service(), share()).prop_map(|(service, rate)| Fault::Error { service, rate }),
            (1_u64..99).prop_map(Fault::Lost),
            (1_u64..99).prop_map(Fault::FailBefore),
            (1_u64..99).prop_map(Fault::FailAfter),
            (1_u64..99, time()).prop_map(|(send, after)| Fault::Late { send, after }),
            time().prop_map(Fault::Latency),
            time().prop_map(Fault::Stale),
            proptest::option::of(time()).prop_map(Fault::Settle),
            time().prop_map(Fault::DnsLag),
            share().prop_map(Fault::DnsLoss),
            Just(Fault::Prior),
            Just(Fault::NoCapacity(Some("eu-central-1".into()))),
            (0_u32..9).prop_map(Fault::Capacity),
            Just(Fault::NoDevicePlugin),
            Just(Fault::CreateFailed),
        ]
    }

    proptest! {
        #[test]
        fn faults_read_back_as_they_are_written(
            faults in proptest::collection::vec(any_fault(), 0..6)
        ) {
            let faults = Faults::new(faults);
            prop_assert_eq!(faults.to_string().parse::<Faults>(), Ok(faults));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,60}") {
            let _ = text.parse::<Faults>();
        }
    }

    #[test]
    fn what_is_wrong_is_quoted_with_its_reason_and_the_valid_forms() {
        let message = |text: &str| {
            let error = text.parse::<Faults>().expect_err("no fault").to_string();
            let (told, forms) = error.split_once("; valid are ").expect("the forms");
            assert!(forms.contains("lost=perform:N"));
            told.to_owned()
        };
        let told = [
            "explode",
            "latency=50ms,deny=42",
            "throttle=route35:0.2",
            "throttle=route53:2",
            "lost=perform:0",
            "hang=444444444444/moon",
            "late=perform:1",
            "latency=fast",
            "stale",
        ]
        .map(message);
        insta::assert_snapshot!(told.join("\n"), @"
        `explode` is not a fault: there is no `explode`
        `deny=42` is not a fault: `42` is not a twelve-digit account number
        `throttle=route35:0.2` is not a fault: `route35` is not a service, known are organizations, ec2, eks, ce, budgets, rds, route53, s3, elb, servicequotas, sts, iam, cloudwatch, arc-zonal-shift
        `throttle=route53:2` is not a fault: `2` is not a rate from 0 to 1
        `lost=perform:0` is not a fault: `perform:0` is not `perform:N` with N from 1
        `hang=444444444444/moon` is not a fault: `moon` is not a region
        `late=perform:1` is not a fault: `perform` is not `perform:N` with N from 1
        `latency=fast` is not a fault: `fast` is not a time such as `50ms`, `10s`, `4m` or `1h`
        `stale` is not a fault: `stale` needs a value
        ");
    }
}
