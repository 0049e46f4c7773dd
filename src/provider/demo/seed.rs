//! Everything random in the world, as a pure function of a seed and a name.

use serde::{Deserialize, Serialize};

/// The same seed gives the same world on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seed(pub(super) u64);

impl Seed {
    /// A number for `what`: FNV-1a over its bytes, then the finalizer of SplitMix64.
    pub(super) fn roll(self, what: &str) -> u64 {
        let start = 0xcbf2_9ce4_8422_2325 ^ self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = what.bytes().fold(start, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end`, exclusive; 0 when `end` is 0.
    pub(super) fn below(self, what: &str, end: u32) -> u32 {
        let rolled = self.roll(what) % u64::from(end.max(1));
        u32::try_from(rolled).unwrap_or_default()
    }

    /// A number from 0 to 1, exclusive.
    pub(super) fn share(self, what: &str) -> f64 {
        f64::from(self.below(what, 1 << 24)) / f64::from(1 << 24)
    }

    /// An identifier in the form that EC2 gives out: `vpc-0a1b2c3d4e5f60718`.
    pub(super) fn id(self, prefix: &str, what: &str) -> String {
        format!("{prefix}-0{:016x}", self.roll(&format!("{prefix}/{what}")))
    }

    /// `length` capital letters and digits, at most 24, as Route 53 and ELB use them.
    pub(super) fn letters(self, what: &str, length: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
        let letter = |at: usize| {
            let index = self.roll(&format!("{what}/{at}")) % LETTERS.len() as u64;
            char::from(LETTERS[usize::try_from(index).unwrap_or_default()])
        };
        (0..length.min(24)).map(letter).collect()
    }

    /// A UUID in its usual form, version 4 by its look.
    pub(super) fn uuid(self, what: &str) -> String {
        let high = u128::from(self.roll(&format!("{what}/high")));
        let low = u128::from(self.roll(&format!("{what}/low")));
        let bits = (high << 64 | low).to_be_bytes();
        uuid::Builder::from_random_bytes(bits)
            .into_uuid()
            .to_string()
    }
}
