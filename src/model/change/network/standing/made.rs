//! Creations: what carries the mark, and how far it has got.

use crate::model::{
    Tags,
    change::{Mark, NetworkChange, Progress, Standing},
    network::Network,
};

/// States of an object that is there in name only, on its way out or out (EC2).
const LEAVING: [&str; 2] = ["deleted", "deleting"];

/// States of an object that will never be of use (EC2).
const DEAD: [&str; 3] = ["failed", "rejected", "expired"];

/// States in which an object can be used (EC2).
const READY: [&str; 3] = ["available", "active", "pending-acceptance"];

/// An object as it was read: its tags, its id, its state and the reason for that.
pub(super) type Seen<'a> = (&'a Tags, &'a str, &'a str, Option<&'a str>);

/// A creation: nothing with the mark is `From`, one is `To`. What is deleted counts as not there;
/// what has failed stands in the way, because the service gives it again to the same token.
pub(super) fn marked<'a>(mark: Mark<'_>, objects: impl Iterator<Item = Seen<'a>>) -> Standing {
    let mine = objects.filter(|(tags, _, state, _)| mark.is_on(tags) && !LEAVING.contains(state));
    let (dead, alive): (Vec<Seen<'_>>, Vec<Seen<'_>>) =
        mine.partition(|(_, _, state, _)| DEAD.contains(state));
    match (alive.as_slice(), dead.first()) {
        ([], None) => Standing::From,
        ([], Some((_, id, state, why))) => Standing::elsewhere(format!(
            "{id} is {state}: {}; roll back, then make a new plan",
            why.unwrap_or("no reason given")
        )),
        ([(_, one, ..)], _) => Standing::made(*one),
        (several, _) => {
            Standing::Several(several.iter().map(|(_, id, ..)| (*id).to_owned()).collect())
        }
    }
}

pub(super) fn foreign(id: impl std::fmt::Display, what: &str) -> Standing {
    Standing::elsewhere(format!("{what} is there already and not ours: {id}"))
}

impl NetworkChange {
    /// How far an accepted change has got, by the state of its object.
    #[must_use]
    pub fn progress(&self, network: &Network, mark: Mark<'_>) -> Progress {
        let seen: Option<(&str, Option<&str>)> = match self {
            Self::CreateNatGateway { .. } => {
                let mut mine = network.nat_gateways.iter();
                let mine = mine.rfind(|one| mark.is_on(&one.tags));
                mine.map(|one| (one.state.as_str(), one.failure.as_deref()))
            }
            Self::CreateEndpoint { .. } => {
                let mut mine = network.endpoints.iter();
                let mine = mine.rfind(|one| mark.is_on(&one.tags));
                mine.map(|one| (one.state.as_str(), None))
            }
            Self::CreatePeering { .. } => {
                let mut mine = network.peerings.iter();
                let mine = mine.rfind(|one| mark.is_on(&one.tags));
                mine.map(|one| (one.status.as_str(), one.message.as_deref()))
            }
            _ => return Progress::settled(),
        };
        match seen {
            None => Progress::Working("it is not to be seen yet".into()),
            Some((state, _)) if READY.contains(&state) => Progress::settled(),
            Some((state, why)) if DEAD.contains(&state) || LEAVING.contains(&state) => {
                Progress::Failed(format!(
                    "it is {state}: {}",
                    why.unwrap_or("no reason given")
                ))
            }
            Some((state, _)) => Progress::Working(format!("it is {state}")),
        }
    }
}
