//! Enters the accounts of the organization: which role, through which door, and when not.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::Timestamp;

use super::{
    assume::{self, AssumeRole},
    chain::Chain,
    gate::Gate,
    options::{Purpose, Role, role},
};
use crate::{
    config::settings::{Access, AccessMode},
    model::{AccountId, AccountStatus, Organization},
    provider::{Caller, Error, Kind, Result, is_admin},
};

/// The doors to all accounts.
pub(super) struct Accounts {
    access: Access,
    mode: AccessMode,
    /// Emulators accept any role and know no administrators.
    emulated: bool,
    base: SharedCredentialsProvider,
    base_gate: Gate,
    /// By account, role and session name, since another rule may match once the organization is
    /// known, and each run of a change has a session of its own.
    entered: Mutex<HashMap<Door, (Gate, SharedCredentialsProvider)>>,
    known: Mutex<HashMap<AccountId, Known>>,
}

type Door = (AccountId, String, String);

/// What the organization says of an account.
#[derive(Clone, Copy, Debug)]
struct Known {
    status: AccountStatus,
    /// The place of the override that matches, in the settings.
    rule: Option<usize>,
}

impl Accounts {
    pub(super) fn new(access: Access, chain: &Chain, base: Gate, emulated: bool) -> Self {
        let profiles = &chain.profiles;
        let has_sso = || profiles.own_sso(profiles.selected()).is_some() && !emulated;
        let guessed = || {
            if has_sso() {
                AccessMode::Sso
            } else {
                AccessMode::HubRole
            }
        };
        Self {
            mode: access.mode.unwrap_or_else(guessed),
            access,
            emulated,
            base: SharedCredentialsProvider::new(base.clone()),
            base_gate: base,
            entered: Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// The credentials of the account signed in to.
    pub(super) const fn base(&self) -> &SharedCredentialsProvider {
        &self.base
    }

    pub(super) fn learn(&self, organization: &Organization) {
        let known = organization.accounts.iter().map(|account| {
            let mut rules = self.access.overrides.iter();
            let rule = rules.position(|rule| rule.accounts.holds(account, organization));
            let status = account.status;
            (account.id, Known { status, rule })
        });
        *lock(&self.known) = known.collect();
    }

    /// When the session of an account ends, once it has begun and where it does.
    pub(super) fn expiry(&self, account: AccountId, home: AccountId) -> Option<Timestamp> {
        let end = if account == home {
            self.base_gate.expiry()
        } else {
            let entered = lock(&self.entered);
            let gates = entered.iter().filter(|((id, ..), _)| *id == account);
            gates.filter_map(|(_, (gate, _))| gate.expiry()).max()
        };
        end.and_then(|end| Timestamp::try_from(end).ok())
    }

    /// The role that `account` is read with, and whether it may do anything.
    pub(super) fn reading_role(&self, account: AccountId) -> (String, bool) {
        let known = lock(&self.known).get(&account).copied();
        let role = self.role(known, Purpose::Read);
        (role.name.into(), is_admin(role.name))
    }

    /// Accounts that are read through a role that may do anything.
    pub(super) fn administered(&self) -> BTreeSet<AccountId> {
        let known = lock(&self.known);
        let administered = known.iter().filter(|(_, known)| {
            let role = self.role(Some(**known), Purpose::Read);
            is_admin(role.name) && role.admin_polling
        });
        administered.map(|(account, _)| *account).collect()
    }

    /// Through which door other accounts are entered.
    pub(super) fn in_words(&self) -> String {
        let role = self.role(None, Purpose::Read);
        match self.mode {
            AccessMode::Sso => format!(
                "other accounts: permission set {} (IAM Identity Center)",
                role.name
            ),
            AccessMode::HubRole => {
                format!("other accounts: role {}, assumed from there", role.name)
            }
            AccessMode::Profiles => "other accounts: the profile that names them".into(),
        }
    }

    /// Credentials for an account. Nobody signs in before a client sends.
    pub(super) fn enter(
        &self,
        account: AccountId,
        purpose: Purpose<'_>,
        home: &Caller,
        chain: &Chain,
    ) -> Result<SharedCredentialsProvider> {
        let known = lock(&self.known).get(&account).copied();
        if let Some(Known { status, .. }) = known
            && status != AccountStatus::Active
        {
            let status = status.to_string();
            return Err(Error::new(Kind::Suspended { status }));
        }
        if account == home.account {
            return Ok(self.base.clone());
        }
        let role = self.role(known, purpose);
        self.admit(&role, purpose)?;
        let session_name = match purpose {
            Purpose::Read => chain.session_name.clone(),
            Purpose::Operate(reference) => assume::operating_name(&chain.session_name, reference),
        };
        let door = (account, role.name.to_owned(), session_name.clone());
        if let Some((_, entered)) = lock(&self.entered).get(&door) {
            return Ok(entered.clone());
        }
        let gate = self.open(account, &role, session_name, home, chain)?;
        let mut entered = lock(&self.entered);
        let (_, provider) = entered
            .entry(door)
            .or_insert_with(|| (gate.clone(), SharedCredentialsProvider::new(gate)));
        Ok(provider.clone())
    }

    fn role(&self, known: Option<Known>, purpose: Purpose<'_>) -> Role<'_> {
        let rule = known.and_then(|known| self.access.overrides.get(known.rule?));
        role(&self.access, rule, purpose)
    }

    /// Refuses roles that the settings do not allow for reading.
    fn admit(&self, role: &Role<'_>, purpose: Purpose<'_>) -> Result<()> {
        let problem = if role.name.is_empty() {
            "no role is set for this account; name one as `aws.access.read_role`".into()
        } else if is_admin(role.name)
            && matches!(purpose, Purpose::Read)
            && !role.admin_polling
            && !self.emulated
        {
            let name = role.name;
            format!("{name} may do anything; `allow_admin_polling` lets it be used for reading")
        } else {
            return Ok(());
        };
        Err(Error::new(Kind::Denied {
            action: "sts:AssumeRole".into(),
            message: problem,
        }))
    }

    fn open(
        &self,
        account: AccountId,
        role: &Role<'_>,
        session_name: String,
        home: &Caller,
        chain: &Chain,
    ) -> Result<Gate> {
        let profiles = &chain.profiles;
        match self.mode {
            AccessMode::Sso => {
                let bottom = profiles.bottom(profiles.selected());
                let sso = profiles.own_sso(bottom).ok_or_else(|| {
                    super::profile::wrong(&format!(
                        "`aws.access.mode` is sso, but profile `{bottom}` names no session of \
                         IAM Identity Center"
                    ))
                })?;
                Ok(chain.sso(&sso, account, role.name, bottom))
            }
            AccessMode::Profiles => {
                let name = profiles.of_account(account).ok_or_else(|| {
                    super::profile::wrong(&format!(
                        "no profile has `sso_account_id` or `role_arn` of account {account}"
                    ))
                })?;
                chain.profile(name, &mut Vec::new())
            }
            AccessMode::HubRole => {
                let partition = home.arn.partition().unwrap_or("aws");
                let assume = AssumeRole {
                    base: chain.with(&self.base),
                    arn: format!("arn:{partition}:iam::{account}:role/{}", role.name),
                    source_identity: self.access.source_identity.then(|| session_name.clone()),
                    session_name,
                    external_id: role.external_id.map(str::to_owned),
                    duration: None,
                    mfa_serial: None,
                    prompt: None,
                };
                let shared = SharedCredentialsProvider::new(assume);
                Ok(Gate::new(None, None, move || shared.clone()))
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
