//! Search over every object by name, id, account and region, made for a million of them.

mod feed;
mod mask;
mod search;

use std::{collections::HashMap, sync::Arc};

use super::{Inventory, tables::Object};
use crate::model::{AccountId, Arn, Region};

use mask::mask;
pub use search::{Hit, Search};

/// All names in one arena, with a mask of the characters of each beside it.
#[derive(Debug, Default)]
pub struct Index {
    text: String,
    entries: Vec<Entry>,
    /// Which characters each entry has: most entries are ruled out by one comparison.
    masks: Vec<u64>,
    regions: Vec<Region>,
    /// The version of the inventory that it was made from.
    version: u64,
}

/// One object: `name`, `id`, account and region stand one after the other in the arena.
#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    len: u16,
    name: u16,
    id: u16,
    /// Into `Index::regions`.
    region: Option<u16>,
    account: Option<AccountId>,
    kind: &'static str,
}

impl Index {
    /// Everything that was read. Takes about a second for a million objects: not for the thread
    /// that draws.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let mut builder = Builder {
            index: Self {
                version: inventory.version,
                ..Self::default()
            },
            ..Builder::default()
        };
        feed::feed(inventory, &mut builder);
        builder.index
    }

    /// The version of the inventory that it was made from.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The text that an entry is found by.
    #[must_use]
    pub fn text(&self, entry: usize) -> &str {
        let entry = &self.entries[entry];
        let start = entry.start as usize;
        &self.text[start..start + usize::from(entry.len)]
    }

    /// What an entry is about.
    #[must_use]
    pub fn object(&self, entry: usize) -> Object {
        let text = self.text(entry);
        let entry = &self.entries[entry];
        let name = usize::from(entry.name);
        let id = if entry.id == 0 {
            &text[..name]
        } else {
            &text[name + 1..name + 1 + usize::from(entry.id)]
        };
        Object {
            kind: entry.kind,
            account: entry.account,
            region: entry.region.map(|at| self.regions[usize::from(at)].clone()),
            id: id.to_owned(),
            name: text[..name].to_owned(),
            arn: id.starts_with("arn:").then(|| Arn::from(id)),
        }
    }
}

/// Puts entries together.
#[derive(Debug, Default)]
struct Builder {
    index: Index,
    regions: HashMap<Region, u16>,
    labels: HashMap<AccountId, Arc<str>>,
}

impl Builder {
    fn add(
        &mut self,
        kind: &'static str,
        account: Option<AccountId>,
        region: Option<&Region>,
        (name, id): (&str, &str),
    ) {
        let region_at = region.and_then(|region| self.region(region));
        let label = account.map(|account| self.label(account));
        let index = &mut self.index;
        let start = index.text.len();
        let id_of_its_own = if id == name { "" } else { id };
        let parts = [id_of_its_own, label.as_deref().unwrap_or_default()];
        let region = region.map_or("", Region::as_str);
        index.text.push_str(name);
        for part in parts
            .into_iter()
            .chain([region])
            .filter(|part| !part.is_empty())
        {
            index.text.push(' ');
            index.text.push_str(part);
        }
        let len = index.text.len() - start;
        let fits = (u32::try_from(start), u16::try_from(len));
        let (Ok(start_at), Ok(len)) = fits else {
            // Beyond four gigabytes of names, or a name of 64 kB: nobody searches for that.
            index.text.truncate(start);
            return;
        };
        index.masks.push(mask(&index.text[start..]));
        index.entries.push(Entry {
            start: start_at,
            len,
            // Parts of a text that fits are shorter still.
            name: u16::try_from(name.len()).unwrap_or(len),
            id: u16::try_from(id_of_its_own.len()).unwrap_or(0),
            region: region_at,
            account,
            kind,
        });
    }

    fn region(&mut self, region: &Region) -> Option<u16> {
        if let Some(at) = self.regions.get(region) {
            return Some(*at);
        }
        let at = u16::try_from(self.index.regions.len()).ok()?;
        self.index.regions.push(region.clone());
        self.regions.insert(region.clone(), at);
        Some(at)
    }

    fn label(&self, account: AccountId) -> Arc<str> {
        let known = self.labels.get(&account).cloned();
        known.unwrap_or_else(|| account.to_string().into())
    }
}

#[cfg(test)]
mod tests;
