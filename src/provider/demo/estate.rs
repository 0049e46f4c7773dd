//! Which accounts there are, what each is for, and where it hangs in the tree.

use std::collections::BTreeMap;

use super::{options::DemoOptions, seed::Seed};
use crate::model::{AccountId, Arn, OrganizationId, Region, UnitId};

/// The partition of every ARN in the world.
const PARTITION: &str = "aws";
/// Where everything of an environment is.
pub(super) const HOME: &str = "eu-west-1";
/// Where production keeps its second leg.
pub(super) const SECOND: &str = "eu-central-1";

/// The reference architecture's accounts, three for each environment in the order of
/// [`Purpose`]; their numbers are fixed so that they can be named in tests and faults.
const REFERENCE: [u64; 9] = [
    111_111_111_111,
    222_222_222_222,
    333_333_333_333,
    444_444_444_444,
    555_555_555_555,
    666_666_666_666,
    777_777_777_777,
    888_888_888_888,
    999_999_999_999,
];
const MANAGEMENT: u64 = 123_456_789_012;
const SUSPENDED: u64 = 42;
/// Where generated accounts begin in [`Estate::sites`].
const GENERATED: usize = DemoOptions::LEAST;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Environment {
    Dev,
    Staging,
    Prod,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Purpose {
    App,
    Ml,
    Shared,
}

const ENVIRONMENTS: [Environment; 3] = [Environment::Dev, Environment::Staging, Environment::Prod];
const PURPOSES: [Purpose; 3] = [Purpose::App, Purpose::Ml, Purpose::Shared];

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Management,
    Workload(Environment, Purpose),
    Suspended,
}

/// One account of the world.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) index: usize,
    pub(super) id: AccountId,
    pub(super) name: String,
    pub(super) role: Role,
    /// Names from below the root down to the unit that it is in.
    pub(super) path: Vec<String>,
    /// The team that owns it.
    pub(super) team: String,
}

impl Site {
    /// Whether it belongs to the reference architecture, whose content is written by hand.
    pub(super) const fn is_reference(&self) -> bool {
        self.index < GENERATED
    }

    pub(super) fn is(&self, environment: Environment, purpose: Purpose) -> bool {
        self.is_reference() && self.role == Role::Workload(environment, purpose)
    }

    /// Whether anything runs there.
    pub(super) fn lives_in(&self, region: &Region) -> bool {
        match (self.role, region.as_str()) {
            (Role::Workload(..), HOME) => true,
            (Role::Workload(Environment::Prod, _), SECOND) => self.is_reference(),
            _ => false,
        }
    }

    /// The number of a generated account, from 0.
    pub(super) const fn generated(&self) -> Option<usize> {
        self.index.checked_sub(GENERATED)
    }
}

/// All accounts, in the order in which the organization lists them.
#[derive(Clone, Debug)]
pub(super) struct Estate {
    pub(super) seed: Seed,
    pub(super) sites: Vec<Site>,
    by_id: BTreeMap<AccountId, usize>,
}

impl Estate {
    pub(super) fn new(seed: u64, accounts: usize) -> Self {
        let seed = Seed(seed);
        let sites: Vec<Site> = (0..accounts).map(|index| site(seed, index)).collect();
        let by_id = sites.iter().map(|site| (site.id, site.index)).collect();
        Self { seed, sites, by_id }
    }

    pub(super) fn site(&self, id: AccountId) -> Option<&Site> {
        self.sites.get(*self.by_id.get(&id)?)
    }

    pub(super) fn management(&self) -> &Site {
        &self.sites[0]
    }

    /// The account of the same team and environment that has another purpose.
    pub(super) fn sibling(&self, site: &Site, purpose: Purpose) -> Option<&Site> {
        let Role::Workload(environment, own) = site.role else {
            return None;
        };
        let index = site.index - own as usize + purpose as usize;
        self.sites
            .get(index)
            .filter(|found| found.role == Role::Workload(environment, purpose))
    }

    /// The reference account of an environment and purpose.
    pub(super) fn reference(&self, environment: Environment, purpose: Purpose) -> &Site {
        &self.sites[1 + environment as usize * 3 + purpose as usize]
    }

    pub(super) fn organization_id(&self) -> OrganizationId {
        let id = self.seed.letters("organization", 10).to_lowercase();
        OrganizationId::from(format!("o-{id}"))
    }

    /// The unit of these names below the root; the root for none.
    pub(super) fn unit_id(&self, path: &[String]) -> UnitId {
        let root = self.seed.letters("root", 4).to_lowercase();
        if path.is_empty() {
            return UnitId::from(format!("r-{root}"));
        }
        let own = self.seed.letters(&path.join("/"), 8).to_lowercase();
        UnitId::from(format!("ou-{root}-{own}"))
    }
}

/// An ARN of this world.
pub(super) fn arn(service: &str, region: &str, account: &str, resource: &str) -> Arn {
    Arn::from(format!(
        "arn:{PARTITION}:{service}:{region}:{account}:{resource}"
    ))
}

fn account_id(number: u64) -> AccountId {
    format!("{number:012}")
        .parse()
        .expect("numbers of the world have at most twelve digits")
}

fn site(seed: Seed, index: usize) -> Site {
    match index {
        0 => Site {
            index,
            id: account_id(MANAGEMENT),
            name: "acme-management".into(),
            role: Role::Management,
            path: Vec::new(),
            team: "cloud-platform".into(),
        },
        1..=9 => reference(index),
        10 => Site {
            index,
            id: account_id(SUSPENDED),
            name: "sandbox-legacy".into(),
            role: Role::Suspended,
            path: vec!["Suspended".into()],
            team: "cloud-platform".into(),
        },
        _ => generated(seed, index),
    }
}

fn reference(index: usize) -> Site {
    let at = index - 1;
    let (environment, purpose) = (ENVIRONMENTS[at / 3], PURPOSES[at % 3]);
    let team = match purpose {
        Purpose::App => "storefront",
        Purpose::Ml => "ml-platform",
        Purpose::Shared => "cloud-platform",
    };
    Site {
        index,
        id: account_id(REFERENCE[at]),
        name: format!("{environment}-{purpose}"),
        role: Role::Workload(environment, purpose),
        path: vec!["Environments".into(), title(environment).into()],
        team: team.into(),
    }
}

/// Groups of three accounts (app, ml, shared) for each team and environment, ten teams a division.
fn generated(seed: Seed, index: usize) -> Site {
    const TEAMS: [&str; 24] = [
        "atlas", "beacon", "cobalt", "delta", "ember", "fjord", "garnet", "harbor", "indigo",
        "juniper", "kestrel", "lumen", "meridian", "nimbus", "onyx", "pioneer", "quartz", "raven",
        "saffron", "tundra", "umber", "vertex", "willow", "zephyr",
    ];
    const DIVISIONS: [&str; 12] = [
        "Payments",
        "Logistics",
        "Retail",
        "Media",
        "Mobility",
        "Insurance",
        "Energy",
        "Health",
        "Research",
        "Travel",
        "Finance",
        "Security",
    ];
    let number = index - GENERATED;
    let group = number / 3;
    let (environment, purpose) = (ENVIRONMENTS[group % 3], PURPOSES[number % 3]);
    let team = group / 3;
    let division = team / 10;
    let numbered = |names: &[&str], at: usize, gap: &str| match at / names.len() {
        0 => names[at].to_owned(),
        more => format!("{}{gap}{}", names[at % names.len()], more + 1),
    };
    let team = numbered(&TEAMS, team, "-");
    let division = numbered(&DIVISIONS, division, " ");
    // One number from each run of 7,919, so that no two are equal and none is a reference account.
    let spread = u64::from(seed.below(&format!("account/{index}"), 7_919));
    Site {
        index,
        id: account_id(200_000_000_000 + number as u64 * 7_919 + spread),
        name: format!("{team}-{environment}-{purpose}"),
        role: Role::Workload(environment, purpose),
        path: vec!["Workloads".into(), division, title(environment).into()],
        team,
    }
}

const fn title(environment: Environment) -> &'static str {
    match environment {
        Environment::Dev => "Dev",
        Environment::Staging => "Staging",
        Environment::Prod => "Prod",
    }
}
