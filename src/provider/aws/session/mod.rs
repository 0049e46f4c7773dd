//! Signed-in SDK configuration for every account and region, built on first use.

mod assume;
mod gate;
mod http;
mod options;

use std::{
    collections::HashMap,
    env,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::{BehaviorVersion, identity::IdentityCache};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::{SdkConfig, app_name::AppName, region::Region as SdkRegion};
use jiff::Timestamp;
use tokio::sync::OnceCell;

pub use self::options::{Access, Known, Matches, Mode, Options, Override, Prompt, is_admin};
use self::{assume::AssumeRole, gate::Gate};
use super::error::Call;
use crate::{
    model::{AccountId, AccountStatus, Arn, Organization, Place, Region},
    provider::{Caller, Error, Kind, Result, World},
};

/// A session is renewed this long before it ends, so that no call starts with one about to.
const RENEW_BEFORE: Duration = Duration::from_mins(5);

/// A person may type a code, a `credential_process` may open a browser: each has its own limit
/// below this one.
const SIGN_IN_LIMIT: Duration = Duration::from_mins(5);

/// More than the accounts that one organization can have; the SDK's own limit of 64 would sign in
/// again and again.
const SESSIONS: usize = 50_000;

/// Signed-in access to all accounts. Cheap to clone; all clones share credentials and connections.
#[derive(Clone, Debug)]
pub struct Sessions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    profile: Option<String>,
    regions: Vec<Region>,
    base: SdkConfig,
    home: OnceCell<Caller>,
    /// By account and role, since a rule may choose another role once the organization is known.
    entered: Mutex<HashMap<(AccountId, String), (Gate, SharedCredentialsProvider)>>,
    known: Mutex<HashMap<AccountId, (Known, AccountStatus)>>,
}

impl Sessions {
    /// Reads the standard settings; makes no network call, unless the region has to be asked from
    /// the instance that we run on.
    pub async fn open(options: Options) -> Result<Self> {
        let profile = chosen_profile(&options);
        let http = http::client(ca_bundle().as_deref())?;
        let cache = IdentityCache::lazy()
            .load_timeout(SIGN_IN_LIMIT)
            .buffer_time(RENEW_BEFORE)
            .max_partitions(SESSIONS)
            .build();
        let files = files(options.config_file.as_deref());
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http)
            .profile_files(files)
            .identity_cache(cache);
        if let Ok(name) = AppName::new(concat!("awsdeck/", env!("CARGO_PKG_VERSION"))) {
            loader = loader.app_name(name);
        }
        if let Some(profile) = &profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = options.regions.first() {
            loader = loader.region(SdkRegion::new(region.to_string()));
        }
        if let Some(limit) = options.operation_timeout {
            loader =
                loader.timeout_config(TimeoutConfig::builder().operation_timeout(limit).build());
        }
        let base = loader.load().await;
        let regions = match (options.regions.as_slice(), base.region()) {
            ([], Some(region)) => vec![Region::from(region.as_ref())],
            ([], None) => return Err(no_region()),
            (listed, _) => listed.to_vec(),
        };
        Ok(Self(Arc::new(Inner {
            options,
            profile,
            regions,
            base,
            home: OnceCell::new(),
            entered: Mutex::default(),
            known: Mutex::default(),
        })))
    }

    /// The regions to look in, the home region first.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        &self.0.regions
    }

    /// The profile in force; `None` where the environment or the machine gives the credentials.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.0.profile.as_deref()
    }

    /// The general endpoint override (`AWS_ENDPOINT_URL`, `endpoint_url`), where one is in force.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.0.base.endpoint_url()
    }

    #[must_use]
    pub fn world(&self) -> World {
        World::Aws {
            profile: self.0.profile.clone(),
            endpoint: self.endpoint().map(str::to_owned),
        }
    }

    /// Who signed in; asked once.
    pub async fn home(&self) -> Result<&Caller> {
        let asked = || async { self.caller(&self.0.base).await };
        self.0.home.get_or_try_init(asked).await
    }

    /// The configuration for clients of one account in one region, with credentials of that
    /// account. Signs in when a client first sends; the same account never signs in twice.
    /// [`Region::global`] gives the partition's home region.
    pub async fn sdk(&self, place: &Place) -> Result<SdkConfig> {
        let home = self
            .home()
            .await
            .map_err(|error| error.at(place.account, None))?;
        let region = if place.region == Region::global() {
            global_region(&self.0.regions[0])
        } else {
            place.region.clone()
        };
        let builder = self
            .0
            .base
            .to_builder()
            .region(SdkRegion::new(region.to_string()));
        if place.account == home.account {
            return Ok(builder.build());
        }
        let entered = self
            .enter(place.account, home)
            .map_err(|error| error.at(place.account, None))?;
        Ok(builder.credentials_provider(entered).build())
    }

    /// The configuration of the account signed in to, in the home region of services without
    /// regions. Needs no call to know which account that is.
    #[must_use]
    pub fn home_sdk(&self) -> SdkConfig {
        let region = global_region(&self.0.regions[0]);
        let builder = self.0.base.to_builder();
        builder.region(SdkRegion::new(region.to_string())).build()
    }

    /// When the session of `account` ends, once it has begun and where it does.
    #[must_use]
    pub fn expiry(&self, account: AccountId) -> Option<Timestamp> {
        let entered = lock(&self.0.entered);
        let gates = entered.iter().filter(|((id, _), _)| *id == account);
        let ends = gates.filter_map(|(_, (gate, _))| gate.expiry());
        ends.max().and_then(|end| Timestamp::try_from(end).ok())
    }

    /// Whose credentials `sdk` are, asked from STS.
    pub async fn caller(&self, sdk: &SdkConfig) -> Result<Caller> {
        let answer = aws_sdk_sts::Client::new(sdk)
            .get_caller_identity()
            .send()
            .await;
        let call = Call::unplaced("sts", "GetCallerIdentity");
        let answer = answer.map_err(|error| self.with_profile(call.error(error)))?;
        let strange = || {
            Error::new(Kind::Service {
                service: "sts".into(),
                code: "UnreadableAnswer".into(),
                message: "GetCallerIdentity named no account".into(),
            })
        };
        Ok(Caller {
            account: answer
                .account()
                .and_then(|id| id.parse().ok())
                .ok_or_else(strange)?,
            arn: Arn::from(answer.arn().ok_or_else(strange)?),
            expires: None,
        })
    }

    /// Where retries of a service in a place are counted: one throttled account slows no other.
    #[must_use]
    pub fn retry_partition(service: &str, place: &Place) -> RetryPartition {
        RetryPartition::new(Self::partition_name(service, place))
    }

    /// The name of [`Self::retry_partition`]: `111122223333-ec2-eu-west-1`.
    #[must_use]
    pub fn partition_name(service: &str, place: &Place) -> String {
        format!("{}-{service}-{}", place.account, place.region)
    }

    /// Takes names, paths and states of accounts from the organization: roles may depend on the
    /// first two, and a suspended account is never called.
    pub fn learn(&self, organization: &Organization) {
        let known = organization.accounts.iter().map(|account| {
            let ou = account.parent.as_ref().map(|unit| organization.path(unit));
            let known = Known {
                name: account.name.clone(),
                ou: ou.unwrap_or_default(),
            };
            (account.id, (known, account.status))
        });
        lock(&self.0.known).extend(known);
    }

    /// The role that `account` is read with; `None` for the account signed in to and where no
    /// setting names one.
    pub fn role(&self, account: AccountId) -> Option<String> {
        let known = lock(&self.0.known).get(&account).cloned();
        let access = &self.0.options.access;
        let chosen = access.role(account, known.as_ref().map(|(known, _)| known));
        chosen.map(|(role, _)| role.to_owned())
    }

    fn enter(&self, account: AccountId, home: &Caller) -> Result<SharedCredentialsProvider> {
        let known = lock(&self.0.known).get(&account).cloned();
        if let Some((_, status)) = &known
            && *status != AccountStatus::Active
        {
            return Err(Error::new(Kind::Suspended {
                status: status.to_string(),
            }));
        }
        let access = &self.0.options.access;
        let chosen = access.role(account, known.as_ref().map(|(known, _)| known));
        // Emulators accept any role, so a user of one need not name it.
        let emulated = self
            .endpoint()
            .map(|_| ("OrganizationAccountAccessRole", None));
        let Some((role, external_id)) = chosen.or(emulated) else {
            return Err(Error::new(Kind::Denied {
                action: "sts:AssumeRole".into(),
                message: "no role is set for this account; set `aws.access.read_role`".into(),
            }));
        };
        if is_admin(role) && !access.allow_admin_polling && self.endpoint().is_none() {
            return Err(Error::new(Kind::Denied {
                action: "sts:AssumeRole".into(),
                message: format!(
                    "{role} may do anything; set `allow_admin_polling` to read with it"
                ),
            }));
        }
        let mut entered = lock(&self.0.entered);
        let (_, provider) = entered
            .entry((account, role.to_owned()))
            .or_insert_with(|| {
                let partition = home.arn.partition().unwrap_or("aws");
                let session_name = assume::session_name(&self.0.options.user);
                let assume = AssumeRole {
                    base: self.0.base.clone(),
                    arn: format!("arn:{partition}:iam::{account}:role/{role}"),
                    source_identity: access.source_identity.then(|| session_name.clone()),
                    session_name,
                    external_id: external_id.map(str::to_owned),
                    duration: access.duration,
                    mfa_serial: None,
                    prompt: None,
                };
                let gate = Gate::new(None, move || SharedCredentialsProvider::new(assume.clone()));
                (gate.clone(), SharedCredentialsProvider::new(gate))
            });
        Ok(provider.clone())
    }

    fn with_profile(&self, mut error: Error) -> Error {
        if let Kind::SignedOut { profile, .. } = &mut error.kind
            && profile.is_none()
        {
            profile.clone_from(&self.0.profile);
        }
        error
    }
}

/// The flag, then the environment, then the configuration. The SDK itself does not know
/// `AWS_DEFAULT_PROFILE`, which the AWS CLI honours.
fn chosen_profile(options: &Options) -> Option<String> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    options
        .profile
        .clone()
        .or_else(|| variable("AWS_PROFILE"))
        .or_else(|| variable("AWS_DEFAULT_PROFILE"))
        .or_else(|| options.default_profile.clone())
}

/// The standard files, or the one given in their place.
fn files(instead: Option<&Path>) -> EnvConfigFiles {
    let builder = EnvConfigFiles::builder();
    match instead {
        Some(file) => builder.with_file(EnvConfigFileKind::Config, file),
        None => builder
            .include_default_config_file(true)
            .include_default_credentials_file(true),
    }
    .build()
}

fn ca_bundle() -> Option<PathBuf> {
    env::var_os("AWS_CA_BUNDLE")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// The region in which a partition answers for services that have none; told by its name alone.
fn global_region(home: &Region) -> Region {
    let name = home.as_str();
    match name {
        _ if name.starts_with("cn-") => Region::from("cn-northwest-1"),
        _ if name.starts_with("us-gov-") => Region::from("us-gov-west-1"),
        _ if name.starts_with("us-iso") || name.starts_with("eu-isoe") => home.clone(),
        _ if name.starts_with("eusc-") => home.clone(),
        _ => Region::from("us-east-1"),
    }
}

fn no_region() -> Error {
    Error::new(Kind::Service {
        service: "aws".into(),
        code: "NoRegion".into(),
        message: "no region is set: pass --region, set AWS_REGION or `region` in the profile"
            .into(),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
