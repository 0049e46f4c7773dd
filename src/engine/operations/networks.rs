//! The networks of the whole organization, as far as they can be read, and the VPCs in them.

use std::{collections::BTreeMap, sync::Arc};

use futures::{StreamExt as _, stream};

use super::{Refusal, World};
use crate::{
    config::settings::Addressing,
    model::{
        AccountStatus, Place, VpcId,
        network::{AddressSpace, Holder, Network, Vpc},
    },
};

/// Places that are read at once where nobody has read them before.
const AT_ONCE: usize = 16;

/// What is known of every account in every region that is looked in.
pub(super) struct Networks {
    pub(super) known: BTreeMap<Place, Arc<Network>>,
    /// Places that could not be read, with the reason.
    pub(super) unread: Vec<String>,
}

impl Networks {
    /// What was read before, and what was not read now. Good for finding things and for what is
    /// taken; what a plan changes is read anew.
    pub(super) async fn read(world: &World<'_>) -> Self {
        let accounts = world.organization().map_or(&[][..], |all| &all.accounts);
        let active = accounts
            .iter()
            .filter(|one| one.status == AccountStatus::Active);
        let regions = if world.inventory.regions.is_empty() {
            &world.provider.regions
        } else {
            &world.inventory.regions
        };
        let places = active.flat_map(|account| {
            let place = |region: &crate::model::Region| Place::new(account.id, region.clone());
            regions.iter().map(place)
        });
        let mut known = BTreeMap::new();
        let mut missing = Vec::new();
        for place in places {
            let read = world.inventory.networks.get(&place);
            match read.and_then(|network| network.value()) {
                Some(network) => {
                    known.insert(place, Arc::clone(network));
                }
                None => missing.push(place),
            }
        }
        let networks = &world.provider.networks;
        let read = |place: Place| async move { (networks.network(&place).await, place) };
        let answers: Vec<_> = stream::iter(missing)
            .map(read)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut unread = Vec::new();
        for (answer, place) in answers {
            match answer {
                Ok(network) => {
                    known.insert(place, Arc::new(network));
                }
                Err(error) => unread.push(format!("{place} ({})", error.kind)),
            }
        }
        unread.sort_unstable();
        Self { known, unread }
    }

    /// Replaces what is known of a place by what was just read there.
    pub(super) fn renew(&mut self, network: Network) {
        self.unread
            .retain(|line| !line.starts_with(&format!("{} ", network.place)));
        self.known.insert(network.place.clone(), Arc::new(network));
    }

    /// Everything that is taken: by VPCs, by those they peer with, and by what the settings name.
    pub(super) fn space(&self, addressing: &Addressing) -> AddressSpace {
        let mut space = AddressSpace::of(self.known.values().map(AsRef::as_ref));
        space.take(&addressing.on_premises, &Holder::OnPremises);
        for reserved in &addressing.reserved {
            space.take(&reserved.blocks, &Holder::Reserved(reserved.name.clone()));
        }
        space
    }

    /// What the reader must know where the picture has holes.
    pub(super) fn warning(&self) -> Option<String> {
        let places = self.unread.len();
        (places > 0).then(|| {
            let named: Vec<&str> = self.unread.iter().take(3).map(String::as_str).collect();
            let more = places.saturating_sub(named.len());
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!(
                "not read: {}{more}; whether a VPC there has the same addresses is not known",
                named.join(", ")
            )
        })
    }

    /// The VPC that `text` names: an id or a name that only one has, with `account/` or
    /// `account/region/` before it where that is needed.
    pub(super) fn find(&self, text: &str, world: &World<'_>) -> Result<(Place, VpcId), Refusal> {
        let mut parts: Vec<&str> = text.split('/').collect();
        let wanted = parts.pop().unwrap_or_default();
        let account = parts.first().map(|part| world.account(part)).transpose()?;
        let region = parts.get(1).copied();
        let here = |place: &Place| {
            account.is_none_or(|account| account == place.account)
                && region.is_none_or(|region| region == place.region.as_str())
        };
        let is = |vpc: &Vpc| vpc.id.as_str() == wanted || vpc.name.as_deref() == Some(wanted);
        let places = self.known.values().filter(|network| here(&network.place));
        let found: Vec<(Place, VpcId)> = places
            .flat_map(|network| {
                let vpcs = network.vpcs.iter().filter(|vpc| is(vpc));
                vpcs.map(|vpc| (network.place.clone(), vpc.id.clone()))
            })
            .collect();
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(Refusal::Impossible(match self.unread.as_slice() {
                [] => format!("no VPC `{text}` in the accounts and regions that are looked in"),
                unread => format!(
                    "no VPC `{text}` where it could be looked for; not read: {}",
                    unread.join(", ")
                ),
            })),
            several => {
                let list: Vec<String> = several
                    .iter()
                    .map(|(place, vpc)| format!("{place}/{vpc}"))
                    .collect();
                Err(Refusal::Impossible(format!(
                    "several VPCs are named `{text}`: give one of {}",
                    list.join(", ")
                )))
            }
        }
    }
}
