//! Signed-in SDK configuration for every account and region, built on first use.

mod accounts;
mod assume;
mod chain;
mod credentials;
mod gate;
mod http;
mod known;
mod options;
mod process;
mod profile;

use std::{env, fmt, path::PathBuf, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, identity::IdentityCache, provider_config::ProviderConfig};
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::{SdkConfig, region::Region as SdkRegion, sdk_ua_metadata::FrameworkMetadata};
use jiff::Timestamp;
use tokio::sync::OnceCell;

use self::{accounts::Accounts, chain::Chain, options::Purpose, profile::Profiles};
pub use self::{
    known::{profiles, resolves},
    options::Options,
};
use super::error::{Call, causes, story};
use crate::{
    model::{AccountId, Arn, Organization, Place, Region},
    provider::{Caller, Error, Kind, Result, SignIn, World},
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
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    profile: Option<String>,
    regions: Vec<Region>,
    /// With the credentials of the account signed in to.
    base: SdkConfig,
    home: OnceCell<Caller>,
    named_by_flag: bool,
    chain: Chain,
    accounts: Accounts,
}

impl Sessions {
    /// Reads the standard settings; makes no network call, unless the region has to be asked from
    /// the instance that we run on.
    pub async fn open(options: Options) -> Result<Self> {
        let profile = chosen_profile(&options);
        let profiles = Profiles::load(options.config_file.as_deref(), profile.as_deref()).await?;
        let http = http::client(ca_bundle(&profiles).as_deref())?;
        let cache = IdentityCache::lazy()
            .load_timeout(SIGN_IN_LIMIT)
            .buffer_time(RENEW_BEFORE)
            .max_partitions(SESSIONS)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http.clone())
            .profile_files(profiles.files.clone())
            .profile_name(profiles.selected())
            .identity_cache(cache)
            .no_credentials();
        // `lib/awsdeck/<version>` in the user agent; `app/…` stays the user's (AWS_SDK_UA_APP_ID).
        if let Ok(name) = FrameworkMetadata::new("awsdeck", Some(env!("CARGO_PKG_VERSION"))) {
            loader = loader.framework_metadata(name);
        }
        if let Some(region) = options.regions.first() {
            loader = loader.region(SdkRegion::new(region.to_string()));
        }
        if let Some(limit) = options.request_timeout {
            let timeouts = TimeoutConfig::builder().operation_attempt_timeout(limit);
            loader = loader.timeout_config(timeouts.build());
        }
        let bare = loader.load().await;
        refuse_conflicts(&bare)?;
        let regions = match (options.regions.as_slice(), bare.region()) {
            ([], Some(region)) => vec![Region::from(region.as_ref())],
            ([], None) => return Err(no_region()),
            (listed, _) => listed.to_vec(),
        };
        let settings = ProviderConfig::without_region()
            .with_http_client(http)
            .with_region(Some(SdkRegion::new(regions[0].to_string())))
            .with_use_fips(bare.use_fips())
            .with_use_dual_stack(bare.use_dual_stack());
        let chain = Chain {
            profiles,
            bare,
            settings,
            session_name: assume::session_name(&options.access.session_name, &options.user),
            prompt: options.prompt,
        };
        let start = chain.start(options.profile.is_some()).await?;
        let emulated = chain.bare.endpoint_url().is_some();
        let accounts = Accounts::new(options.access, &chain, start, emulated);
        Ok(Self(Arc::new(Inner {
            profile,
            regions,
            base: chain.with(accounts.base()),
            home: OnceCell::new(),
            named_by_flag: options.profile.is_some(),
            chain,
            accounts,
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

    /// How we are signed in, as far as it is known without a call.
    #[must_use]
    pub fn sign_in(&self) -> SignIn {
        let Inner {
            chain,
            accounts,
            named_by_flag,
            ..
        } = &*self.0;
        let mut links = chain.in_words(*named_by_flag);
        links.push(accounts.in_words());
        SignIn {
            chain: links,
            command: chain.profiles.login_command(chain.profiles.selected()),
            files: Profiles::watched(),
            administered: accounts.administered(),
        }
    }

    /// Who signed in; asked once.
    pub async fn home(&self) -> Result<&Caller> {
        let asked = || async { self.caller(&self.0.base).await };
        self.0.home.get_or_try_init(asked).await
    }

    /// The configuration for clients that read one account in one region, with credentials of
    /// that account. Signs in when a client first sends; the same account never signs in twice.
    /// [`Region::global`] gives the partition's home region.
    pub async fn sdk(&self, place: &Place) -> Result<SdkConfig> {
        self.enter(place, Purpose::Read).await
    }

    /// The same for a change: by the role that operates, in a session that carries `reference`
    /// (run and step), so that CloudTrail can be joined with the journal.
    pub async fn operating_sdk(&self, place: &Place, reference: &str) -> Result<SdkConfig> {
        self.enter(place, Purpose::Operate(reference)).await
    }

    /// The credentials that [`Self::sdk`] signs with, for what is signed without the SDK.
    pub async fn credentials(&self, place: &Place) -> Result<aws_credential_types::Credentials> {
        let sdk = self.sdk(place).await?;
        credentials::of(&sdk).await.map_err(|error| {
            let error: &(dyn std::error::Error + 'static) = &*error;
            let own = causes(error).find_map(|cause| cause.downcast_ref::<Error>());
            let error = own.cloned().unwrap_or_else(|| {
                self.of_profile(Error::new(Kind::SignedOut {
                    profile: None,
                    login: None,
                    message: story(error),
                }))
            });
            error.at(place.account, Some(&place.region))
        })
    }

    async fn enter(&self, place: &Place, purpose: Purpose<'_>) -> Result<SdkConfig> {
        let within = |error: Error| error.at(place.account, None);
        let home = self.home().await.map_err(within)?;
        let (accounts, chain) = (&self.0.accounts, &self.0.chain);
        let entered = accounts.enter(place.account, purpose, home, chain);
        let region = if place.region == Region::global() {
            global_region(&self.0.regions[0])
        } else {
            place.region.clone()
        };
        let builder = self.0.base.to_builder();
        Ok(builder
            .region(SdkRegion::new(region.to_string()))
            .credentials_provider(entered.map_err(within)?)
            .build())
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
        let home = self.0.home.get()?.account;
        self.0.accounts.expiry(account, home)
    }

    /// The role that `account` is read with, and whether it is an administrator's.
    #[must_use]
    pub fn reading_role(&self, account: AccountId) -> (String, bool) {
        self.0.accounts.reading_role(account)
    }

    /// Takes places and states of accounts from the organization: roles may depend on the first,
    /// and a suspended account is never called.
    pub fn learn(&self, organization: &Organization) {
        self.0.accounts.learn(organization);
    }

    /// Whose credentials `sdk` are, asked from STS.
    pub async fn caller(&self, sdk: &SdkConfig) -> Result<Caller> {
        let answer = aws_sdk_sts::Client::new(sdk)
            .get_caller_identity()
            .send()
            .await;
        let call = Call::unplaced("sts", "GetCallerIdentity");
        let answer = answer.map_err(|error| self.of_profile(call.error(error)))?;
        let strange = || {
            Error::new(Kind::Service {
                service: "sts".into(),
                code: "UnreadableAnswer".into(),
                message: "GetCallerIdentity named no account".into(),
            })
        };
        let account = answer.account().and_then(|id| id.parse().ok());
        Ok(Caller {
            account: account.ok_or_else(strange)?,
            arn: Arn::from(answer.arn().ok_or_else(strange)?),
            expires: None,
        })
    }

    /// Names the profile to sign in with, where the error does not yet.
    fn of_profile(&self, mut error: Error) -> Error {
        if let Kind::SignedOut { profile, login, .. } = &mut error.kind
            && profile.is_none()
        {
            profile.clone_from(&self.0.profile);
            let profiles = &self.0.chain.profiles;
            let command = profiles.login_command(profiles.selected());
            *login = command.map(|words| words.join(" "));
        }
        error
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
}

/// Leaves out the SDK's configuration, which prints the profile files with the keys in them.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("profile", &self.0.profile)
            .field("regions", &self.0.regions)
            .finish_non_exhaustive()
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

/// The environment beats the profile, as everywhere.
fn ca_bundle(profiles: &Profiles) -> Option<PathBuf> {
    let set = env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
    set.map(PathBuf::from)
        .or_else(|| profiles.value("ca_bundle").map(PathBuf::from))
}

/// FIPS and dual-stack endpoints are names of AWS, an override is another name: every call would
/// fail, and say so in the words of a rule engine.
fn refuse_conflicts(sdk: &SdkConfig) -> Result<()> {
    let Some(endpoint) = sdk.endpoint_url() else {
        return Ok(());
    };
    let conflict = match (sdk.use_fips(), sdk.use_dual_stack()) {
        (Some(true), _) => ("FIPS", "AWS_USE_FIPS_ENDPOINT or `use_fips_endpoint`"),
        (_, Some(true)) => (
            "dual-stack",
            "AWS_USE_DUALSTACK_ENDPOINT or `use_dualstack_endpoint`",
        ),
        _ => return Ok(()),
    };
    let (what, setting) = conflict;
    Err(profile::wrong(&format!(
        "{what} endpoints and the endpoint override {endpoint} exclude each other: unset \
         {setting}, or AWS_ENDPOINT_URL or `endpoint_url`"
    )))
}

/// The region in which a partition answers for services that have none; told by its name alone.
fn global_region(home: &Region) -> Region {
    let name = home.as_str();
    if name.starts_with("cn-") {
        Region::from("cn-northwest-1")
    } else if name.starts_with("us-gov-") {
        Region::from("us-gov-west-1")
    } else if ["us-iso", "eu-isoe", "eusc-"]
        .iter()
        .any(|own| name.starts_with(own))
    {
        home.clone()
    } else {
        Region::from("us-east-1")
    }
}

fn no_region() -> Error {
    profile::wrong("no region is set: pass --region, set AWS_REGION or `region` in the profile")
}
