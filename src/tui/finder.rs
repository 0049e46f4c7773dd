//! The search over every object: what is looked for and what was found so far.

use std::{sync::Arc, time::Duration};

use crate::inventory::{Index, Search, tables::Object};

/// Hits that are kept: more than anybody reads.
const MOST: usize = 200;

/// So long a key may hold up the frame that answers it; the rest is done elsewhere.
const SLICE: Duration = Duration::from_millis(3);

/// What the finder knows.
#[derive(Default)]
pub struct Finder {
    pub index: Option<Arc<Index>>,
    /// The index is being made anew.
    pub is_indexing: bool,
    /// The best so far, the best first.
    pub hits: Vec<Object>,
    pub matched: usize,
    /// Whether everything was looked at.
    pub is_done: bool,
    query: String,
    search: Option<Search>,
}

/// What a search elsewhere has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub query: String,
    /// The version of the index that it is about.
    pub version: u64,
    pub hits: Vec<Object>,
    pub matched: usize,
    pub is_done: bool,
}

impl Finder {
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// Objects that can be found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.as_ref().map_or(0, |index| index.len())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks for `query` for as long as a frame can spare; whether that was enough.
    pub fn look(&mut self, query: &str) -> bool {
        query.clone_into(&mut self.query);
        let Some(index) = self.index.clone() else {
            return true;
        };
        let mut search = match self.search.take() {
            Some(before) => before.then(&index, query),
            None => Search::new(&index, query, MOST),
        };
        self.is_done = search.step(&index, SLICE);
        self.hits = objects(&index, &search);
        self.matched = search.matched();
        self.search = Some(search);
        self.is_done
    }

    /// Another index: what is looked for is looked for again.
    pub fn take(&mut self, index: Arc<Index>) -> bool {
        self.is_indexing = false;
        self.search = None;
        self.index = Some(index);
        let query = std::mem::take(&mut self.query);
        self.look(&query)
    }

    /// Takes in what was found elsewhere, unless something else is looked for by now.
    pub fn found(&mut self, found: Found) {
        let version = self.index.as_ref().map(|index| index.version());
        if found.query == self.query && Some(found.version) == version {
            self.hits = found.hits;
            self.matched = found.matched;
            self.is_done = found.is_done;
        }
    }
}

/// A whole search, for a thread of its own: told after every slice, until `goes_on` says no.
pub fn search(
    index: &Index,
    query: &str,
    slice: Duration,
    goes_on: impl Fn() -> bool,
    mut tell: impl FnMut(Found),
) {
    let mut search = Search::new(index, query, MOST);
    while goes_on() {
        let is_done = search.step(index, slice);
        tell(Found {
            query: query.to_owned(),
            version: index.version(),
            hits: objects(index, &search),
            matched: search.matched(),
            is_done,
        });
        if is_done {
            return;
        }
    }
}

fn objects(index: &Index, search: &Search) -> Vec<Object> {
    let hits = search.hits().into_iter();
    hits.map(|hit| index.object(hit.entry)).collect()
}
