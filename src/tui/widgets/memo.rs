//! Rows that were put into words once, kept between frames.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// Ages are told in steps of so many seconds, so what holds an age holds it for so long.
pub const AGE_STEP: i64 = 10;

/// More rows than any screen shows a few times over; then it begins anew.
const MOST: usize = 2048;

/// What was made for each key, as long as what it was made from stays the same.
#[derive(Debug)]
pub struct Memo<K, V> {
    made_from: Cell<u64>,
    kept: RefCell<HashMap<K, V>>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self {
            made_from: Cell::default(),
            kept: RefCell::default(),
        }
    }
}

impl<K: Eq + Hash, V> Memo<K, V> {
    /// Forgets everything: the things themselves have changed.
    pub fn forget(&mut self) {
        self.kept.get_mut().clear();
    }

    /// Says what everything is made from, beside the things themselves: width, theme, time. What
    /// was made from something else is forgotten.
    pub fn made_from(&self, all: impl Hash) {
        let mut hasher = DefaultHasher::new();
        all.hash(&mut hasher);
        let all = hasher.finish();
        if self.made_from.replace(all) != all || self.kept.borrow().len() > MOST {
            self.kept.borrow_mut().clear();
        }
    }

    /// Hands what is kept under `key` to `show`; made where nothing is.
    pub fn show<T>(&self, key: K, make: impl FnOnce() -> V, show: impl FnOnce(&V) -> T) -> T {
        let mut kept = self.kept.borrow_mut();
        show(kept.entry(key).or_insert_with(make))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_made_once_until_what_it_is_made_from_changes() {
        let mut memo = Memo::default();
        let count = Cell::new(0);
        let shown = |memo: &Memo<u32, u32>| {
            let make = || {
                count.set(count.get() + 1);
                count.get()
            };
            memo.show(7, make, |value| *value)
        };
        memo.made_from(80);
        assert_eq!((shown(&memo), shown(&memo)), (1, 1));
        memo.made_from(80);
        assert_eq!(shown(&memo), 1);
        memo.made_from(81);
        assert_eq!(shown(&memo), 2);
        memo.forget();
        assert_eq!(shown(&memo), 3);
    }
}
