//! Objects of one kind, as a watch tells them.

use std::collections::HashMap;

use kube::runtime::watcher::Event;

use super::super::objects::Slim;

/// Namespace and name.
type Key = (String, String);

/// What is there, by name. While a list is read anew, what was there stays; only the first list is
/// shown as it comes.
#[derive(Debug)]
pub(super) struct Store<V> {
    there: HashMap<Key, V>,
    /// The list that is being read in place of what is there.
    next: Option<HashMap<Key, V>>,
    complete: bool,
    /// Lists under way: several watches may share a store, one for each namespace.
    lists: usize,
}

impl<V> Default for Store<V> {
    fn default() -> Self {
        Self {
            there: HashMap::new(),
            next: None,
            complete: false,
            lists: 0,
        }
    }
}

impl<V> Store<V> {
    /// Takes in one event; `keep` makes of an object what is kept of it.
    pub(super) fn apply<T: Slim>(
        &mut self,
        event: Event<T>,
        malformed: &mut u32,
        keep: impl FnOnce(T) -> V,
    ) {
        match event {
            Event::Init => {
                self.lists += 1;
                // With several lists in one store none of them is the whole.
                if self.complete && self.lists == 1 {
                    self.next = Some(HashMap::new());
                }
            }
            Event::InitApply(object) => {
                let key = object.key();
                if key.1.is_empty() {
                    *malformed += 1;
                    return;
                }
                let value = keep(object);
                match &mut self.next {
                    Some(next) => next.insert(key, value),
                    None => self.there.insert(key, value),
                };
            }
            Event::InitDone => {
                self.lists = self.lists.saturating_sub(1);
                if let Some(next) = self.next.take() {
                    self.there = next;
                }
                self.complete |= self.lists == 0;
            }
            Event::Apply(object) => {
                let key = object.key();
                if key.1.is_empty() {
                    *malformed += 1;
                    return;
                }
                self.there.insert(key, keep(object));
            }
            Event::Delete(object) => {
                self.there.remove(&object.key());
            }
        }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.there.values()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.there.is_empty()
    }

    /// Whether a list was read to its end.
    pub(super) const fn is_complete(&self) -> bool {
        self.complete
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::objects::Namespace, *};

    fn namespace(name: &str) -> Namespace {
        let object = serde_json::json!({ "metadata": { "name": name } });
        serde_json::from_value(object).expect("readable")
    }

    fn names(store: &Store<String>) -> Vec<String> {
        let mut names: Vec<String> = store.values().cloned().collect();
        names.sort();
        names
    }

    fn told(store: &mut Store<String>, events: Vec<Event<Namespace>>) -> u32 {
        let mut malformed = 0;
        for event in events {
            store.apply(event, &mut malformed, |object| object.key().1);
        }
        malformed
    }

    #[test]
    fn the_first_list_shows_as_it_comes_and_a_later_one_takes_its_place_at_once() {
        let mut store = Store::default();
        told(
            &mut store,
            vec![Event::Init, Event::InitApply(namespace("a"))],
        );
        assert_eq!(names(&store), ["a"]);
        assert!(!store.is_complete());
        told(
            &mut store,
            vec![
                Event::InitApply(namespace("b")),
                Event::InitDone,
                Event::Apply(namespace("c")),
                Event::Delete(namespace("a")),
            ],
        );
        assert!(store.is_complete());
        assert_eq!(names(&store), ["b", "c"]);
        told(
            &mut store,
            vec![Event::Init, Event::InitApply(namespace("d"))],
        );
        assert_eq!(names(&store), ["b", "c"], "not while it is read");
        told(&mut store, vec![Event::InitDone]);
        assert_eq!(names(&store), ["d"]);
    }

    #[test]
    fn what_has_no_name_is_counted_and_left_out() {
        let mut store = Store::default();
        let bad = told(
            &mut store,
            vec![
                Event::Init,
                Event::InitApply(namespace("")),
                Event::InitDone,
            ],
        );
        assert_eq!((bad, store.is_empty()), (1, true));
    }
}
