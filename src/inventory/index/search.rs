//! One search, in slices that never hold up a frame.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    time::{Duration, Instant},
};

use nucleo_matcher::{Config, Matcher, Utf32Str, Utf32String, chars};

use super::{Index, mask};

/// Between two looks at the clock.
const CHUNK: usize = 1024;

/// A search under way, or done. The hits so far can be shown at any time.
pub struct Search {
    words: Vec<Word>,
    query: String,
    /// What may match: all, or what matched the beginning of the query.
    candidates: Option<Vec<u32>>,
    at: usize,
    survivors: Vec<u32>,
    best: BinaryHeap<Reverse<Rank>>,
    most: usize,
    done: bool,
    matcher: Matcher,
    /// Which index it is about; another one has other entries.
    version: u64,
    entries: usize,
}

struct Word {
    needle: Utf32String,
    mask: u64,
}

/// A score, and the entry counted from the end, so that of equals the first is the best.
type Rank = (u32, Reverse<u32>);

/// An entry of the index and how well it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    pub entry: usize,
    pub score: u32,
}

impl Search {
    /// Looks for entries that have each word of `query` as a subsequence, in either case; keeps
    /// the `most` best. An empty query finds everything, in the order of the index.
    #[must_use]
    pub fn new(index: &Index, query: &str, most: usize) -> Self {
        let word = |word: &str| Word {
            needle: needle(word),
            mask: mask(word),
        };
        let mut config = Config::DEFAULT;
        config.normalize = false;
        Self {
            words: query.split_whitespace().map(word).collect(),
            query: query.to_owned(),
            candidates: None,
            at: 0,
            survivors: Vec::new(),
            best: BinaryHeap::new(),
            most,
            done: false,
            matcher: Matcher::new(config),
            version: index.version,
            entries: index.len(),
        }
    }

    /// The search for `query`, which reads only what this one has found where it can: when this
    /// one is done, and what was typed only makes it longer.
    #[must_use]
    pub fn then(self, index: &Index, query: &str) -> Self {
        let same = self.version == index.version && self.entries == index.len();
        let narrower = same && self.done && query.starts_with(&self.query);
        let mut next = Self::new(index, query, self.most);
        if narrower && !self.words.is_empty() {
            next.candidates = Some(self.survivors);
        }
        next
    }

    /// Goes on for about `budget`; whether it is done. The index must be the one that it was
    /// begun with.
    pub fn step(&mut self, index: &Index, budget: Duration) -> bool {
        let deadline = Instant::now() + budget;
        while !self.done {
            self.chunk(index);
            if Instant::now() >= deadline {
                break;
            }
        }
        self.done
    }

    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.done
    }

    /// How many entries match, as far as it has looked.
    #[must_use]
    pub fn matched(&self) -> usize {
        self.survivors.len()
    }

    /// The best so far, the best first.
    #[must_use]
    pub fn hits(&self) -> Vec<Hit> {
        let mut ranks: Vec<Rank> = self.best.iter().map(|Reverse(rank)| *rank).collect();
        ranks.sort_unstable_by(|a, b| b.cmp(a));
        let hit = |(score, Reverse(entry)): Rank| Hit {
            entry: entry as usize,
            score,
        };
        ranks.into_iter().map(hit).collect()
    }

    /// Every entry that matches, as far as it has looked, in the order of the index.
    #[must_use]
    pub fn survivors(&self) -> &[u32] {
        &self.survivors
    }

    fn chunk(&mut self, index: &Index) {
        let all = self.candidates.as_ref().map_or(self.entries, Vec::len);
        let until = (self.at + CHUNK).min(all);
        let wanted = self.words.iter().fold(0, |mask, word| mask | word.mask);
        let mut scratch = Vec::new();
        for at in self.at..until {
            let entry = match &self.candidates {
                Some(candidates) => candidates[at],
                // An index has fewer entries than its text has bytes, which are counted in 32 bits.
                None => u32::try_from(at).unwrap_or(u32::MAX),
            };
            if index.masks[entry as usize] & wanted != wanted {
                continue;
            }
            if let Some(score) = self.score(index.text(entry as usize), &mut scratch) {
                self.survivors.push(entry);
                self.keep((score, Reverse(entry)));
            }
        }
        self.at = until;
        self.done = until == all;
    }

    fn score(&mut self, text: &str, scratch: &mut Vec<char>) -> Option<u32> {
        let text = if text.is_ascii() {
            Utf32Str::Ascii(text.as_bytes())
        } else {
            scratch.clear();
            scratch.extend(text.chars());
            Utf32Str::Unicode(scratch)
        };
        let mut score = 0;
        for word in &self.words {
            let needle = word.needle.slice(..);
            score += u32::from(self.matcher.fuzzy_match(text, needle)?);
        }
        Some(score)
    }

    fn keep(&mut self, rank: Rank) {
        if self.best.len() < self.most {
            self.best.push(Reverse(rank));
        } else if let Some(mut worst) = self.best.peek_mut()
            && worst.0 < rank
        {
            *worst = Reverse(rank);
        }
    }
}

/// The matcher wants lower case, and ASCII told apart from the rest; its own conversion would
/// join characters that the plain rule keeps apart.
fn needle(word: &str) -> Utf32String {
    let lower = word.chars().map(chars::to_lower_case);
    if word.is_ascii() {
        Utf32String::Ascii(lower.collect::<String>().into())
    } else {
        Utf32String::Unicode(lower.collect())
    }
}
