//! What waits to be read: the most wanted first, what may not go yet aside until its time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tokio::time::Instant;

use super::Want;
use crate::inventory::Query;

#[derive(Debug, Default)]
pub(super) struct Queue {
    ready: BTreeMap<(Want, u64), Query>,
    /// Waits for a bucket or a retry.
    delayed: BTreeSet<(Instant, Query)>,
    places: HashMap<Query, Waiting>,
    next: u64,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    want: Want,
    number: u64,
    until: Option<Instant>,
}

impl Queue {
    /// Adds a query, or moves it up when it is wanted more than before.
    pub(super) fn add(&mut self, query: Query, want: Want) {
        match self.places.get(&query).copied() {
            Some(known) if known.want <= want => {}
            Some(known) => {
                let until = known.until;
                self.remove(&query);
                self.insert(query, want, until);
            }
            None => self.insert(query, want, None),
        }
    }

    /// Adds a query that may not go before `until`.
    pub(super) fn delay(&mut self, query: Query, want: Want, until: Instant) {
        self.remove(&query);
        self.insert(query, want, Some(until));
    }

    /// Takes away a delay that was a wait for better times: somebody asks now.
    pub(super) fn hurry(&mut self, query: &Query, want: Want) {
        self.remove(query);
        self.insert(query.clone(), want, None);
    }

    pub(super) fn contains(&self, query: &Query) -> bool {
        self.places.contains_key(query)
    }

    /// What is on screen no longer goes behind what is.
    pub(super) fn demote_screen(&mut self) {
        let on_screen = |(query, place): (&Query, &Waiting)| {
            (place.want == Want::OnScreen).then(|| (query.clone(), place.number, place.until))
        };
        let mut moved: Vec<_> = self.places.iter().filter_map(on_screen).collect();
        moved.sort_by_key(|(_, number, _)| *number);
        for (query, _, until) in moved {
            self.remove(&query);
            self.insert(query, Want::Near, until);
        }
    }

    /// The next query that may go; delays that are over count.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Query, Want)> {
        while let Some((until, query)) = self.delayed.first().cloned().filter(|(at, _)| *at <= now)
        {
            self.delayed.remove(&(until, query.clone()));
            if let Some(place) = self.places.get_mut(&query) {
                place.until = None;
                self.ready.insert((place.want, place.number), query);
            }
        }
        let ((want, _), query) = self.ready.pop_first()?;
        self.places.remove(&query);
        Some((query, want))
    }

    /// When the next delay is over.
    pub(super) fn wakes(&self) -> Option<Instant> {
        self.delayed.first().map(|(until, _)| *until)
    }

    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    pub(super) fn remove(&mut self, query: &Query) {
        if let Some(place) = self.places.remove(query) {
            match place.until {
                Some(until) => {
                    self.delayed.remove(&(until, query.clone()));
                }
                None => {
                    self.ready.remove(&(place.want, place.number));
                }
            }
        }
    }

    fn insert(&mut self, query: Query, want: Want, until: Option<Instant>) {
        self.next += 1;
        let number = self.next;
        match until {
            Some(until) => {
                self.delayed.insert((until, query.clone()));
            }
            None => {
                self.ready.insert((want, number), query.clone());
            }
        }
        let waiting = Waiting {
            want,
            number,
            until,
        };
        self.places.insert(query, waiting);
    }
}
