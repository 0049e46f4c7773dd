//! Texts with parts in them that a server makes up: the same part must stand for the same throughout.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::rules::{TOKENS, TOLERANCE};

/// The letters of generated names.
const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";

/// What stands here for what stood there.
#[derive(Default)]
pub(super) struct Renames {
    ours: BTreeMap<String, String>,
    theirs: BTreeMap<String, String>,
    versions: BTreeMap<u64, u64>,
}

/// A part of a text: plain, or one of a form that may differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Plain(&'a str),
    /// UUIDs, generated endings, hashes, addresses, tags.
    Named(&'a str),
    Time(&'a str, Timestamp),
}

impl Renames {
    /// Whether two texts are the same but for their names; those are noted.
    pub(super) fn same(&mut self, theirs: &str, ours: &str) -> bool {
        let (theirs, ours) = (parts(theirs), parts(ours));
        theirs.len() == ours.len()
            && theirs.into_iter().zip(ours).all(|pair| match pair {
                (Part::Plain(one), Part::Plain(two)) => one == two,
                (Part::Time(_, one), Part::Time(_, two)) => {
                    let apart = one.duration_since(two).abs();
                    apart <= SignedDuration::from_secs(TOLERANCE)
                }
                (Part::Named(one), Part::Named(two)) => self.name(one, two),
                _ => false,
            })
    }

    fn name(&mut self, theirs: &str, ours: &str) -> bool {
        let known = self
            .ours
            .entry(theirs.into())
            .or_insert_with(|| ours.into());
        let back = self
            .theirs
            .entry(ours.into())
            .or_insert_with(|| theirs.into());
        known == ours && back == theirs
    }

    /// Whether two versions are in the same order as all others are.
    pub(super) fn in_order(&mut self, theirs: u64, ours: u64) -> bool {
        let fits = self
            .versions
            .range(..theirs)
            .next_back()
            .is_none_or(|(_, before)| *before < ours)
            && self
                .versions
                .range(theirs + 1..)
                .next()
                .is_none_or(|(_, after)| *after > ours)
            && self
                .versions
                .get(&theirs)
                .is_none_or(|known| *known == ours);
        self.versions.insert(theirs, ours);
        fits
    }

    /// Our version for one of theirs, where it is known.
    pub(super) fn version(&self, theirs: u64) -> Option<u64> {
        self.versions.get(&theirs).copied()
    }

    /// Whether nothing was compared yet.
    pub(super) fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// A text of theirs in our names. Times stay as they are: ours are the same within seconds.
    pub(super) fn translate(&self, theirs: &str) -> String {
        parts(theirs)
            .into_iter()
            .map(|part| match part {
                Part::Plain(text) | Part::Time(text, _) => text,
                Part::Named(name) => self.ours.get(name).map_or(name, String::as_str),
            })
            .collect()
    }
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let starts_word = at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
        let found = Some(rest).filter(|_| starts_word).and_then(special);
        let Some((part, length)) = found else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if plain < at {
            parts.push(Part::Plain(&text[plain..at]));
        }
        parts.push(part);
        at += length;
        plain = at;
    }
    if plain < text.len() {
        parts.push(Part::Plain(&text[plain..]));
    }
    parts
}

/// A part that may differ at the beginning of `rest`, and its length.
fn special(rest: &str) -> Option<(Part<'_>, usize)> {
    TOKENS.iter().find_map(|token| (token.find)(rest))
}

/// Finds a part that may differ at the beginning of a text, and its length.
pub(super) type Find = fn(&str) -> Option<(Part<'_>, usize)>;

/// The beginning of a text that consists of certain characters.
fn word(rest: &str, allowed: impl Fn(char) -> bool) -> &str {
    let end = rest.find(|char: char| !allowed(char));
    &rest[..end.unwrap_or(rest.len())]
}

fn alphanumeric(rest: &str) -> &str {
    word(rest, |char| char.is_ascii_alphanumeric())
}

fn named(text: &str) -> (Part<'_>, usize) {
    (Part::Named(text), text.len())
}

/// `2026-11-23T14:42:42Z`, with or without a fraction.
pub(super) fn stamp(rest: &str) -> Option<(Part<'_>, usize)> {
    let stamp = word(rest, |char| char.is_ascii_digit() || "-:.TZ".contains(char));
    let time = stamp.parse().ok()?;
    Some((Part::Time(stamp, time), stamp.len()))
}

/// `20261123144233`, or the seconds of the epoch.
pub(super) fn digits(rest: &str) -> Option<(Part<'_>, usize)> {
    let word = alphanumeric(rest);
    let time = match word.len() {
        14 => {
            let time = DateTime::strptime("%Y%m%d%H%M%S", word).ok()?;
            time.to_zoned(TimeZone::UTC).ok()?.timestamp()
        }
        10 => Timestamp::from_second(word.parse().ok()?).ok()?,
        _ => return None,
    };
    Some((Part::Time(word, time), word.len()))
}

/// `127.0.0.1:8099`.
pub(super) fn address(rest: &str) -> Option<(Part<'_>, usize)> {
    let port = word(rest.strip_prefix("127.0.0.1:")?, |char| {
        char.is_ascii_digit()
    });
    Some(named(&rest[.."127.0.0.1:".len() + port.len()]))
}

pub(super) fn uuid(rest: &str) -> Option<(Part<'_>, usize)> {
    let dashed = word(rest, |char| char.is_ascii_hexdigit() || char == '-');
    let parsed = uuid::Uuid::try_parse(dashed).ok();
    parsed.filter(|_| dashed.len() == 36).map(|_| named(dashed))
}

/// Five letters of those that names end with, or a hash of eight to ten with a digit in it.
pub(super) fn generated(rest: &str) -> Option<(Part<'_>, usize)> {
    let word = alphanumeric(rest);
    let letters = word.chars().all(|char| LETTERS.contains(char));
    let digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let fits = match word.len() {
        5 => letters,
        8..=10 => letters && digit,
        _ => false,
    };
    fits.then(|| named(word))
}

/// A digest in hexadecimal digits.
pub(super) fn tag(rest: &str) -> Option<(Part<'_>, usize)> {
    let word = alphanumeric(rest);
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hex && matches!(word.len(), 16 | 128)).then(|| named(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_parts_stand_for_each_other() {
        let mut renames = Renames::default();
        let set = |hash: &str| format!("ReplicaSet \"web-{hash}\" is progressing.");
        assert!(renames.same(&set("dfdc975bf"), &set("7797b59c57")));
        assert!(!renames.same(&set("dfdc975bf"), &set("7c8d94d786")));
        assert!(!renames.same(&set("5cf979bb64"), &set("7797b59c57")));
        assert!(renames.same("minutely-20261123144533", "minutely-20261123144534"));
        assert!(!renames.same("minutely-20261123144533", "minutely-20261123144633"));
        assert!(!renames.same("one", "two"));
        assert_eq!(
            renames.translate("pods/web-dfdc975bf/log"),
            "pods/web-7797b59c57/log"
        );
    }

    #[test]
    fn versions_keep_their_order() {
        let mut renames = Renames::default();
        assert!(renames.in_order(10, 100));
        assert!(renames.in_order(12, 101));
        assert!(renames.in_order(10, 100));
        assert!(!renames.in_order(11, 102));
    }
}
