//! Names and identifiers that a server makes up: the same ones on every run.

/// Letters and digits of generated names: no vowels, so that no words come out.
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// A source of made-up names.
#[derive(Default)]
pub(crate) struct Names {
    drawn: u64,
}

impl Names {
    /// The five characters after a `generateName`.
    pub(crate) fn suffix(&mut self) -> String {
        self.letters(5)
    }

    /// `count` characters that stand for a hash.
    pub(crate) fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| self.letter()).collect()
    }

    /// A UUID of version 4.
    pub(crate) fn uid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff
        )
    }

    /// Sixteen hex digits, as event names end in.
    pub(crate) fn hex(&mut self) -> String {
        format!("{:016x}", self.next())
    }

    fn letter(&mut self) -> char {
        let index = self.next() % ALPHABET.len() as u64;
        let index = usize::try_from(index).unwrap_or_default();
        char::from(ALPHABET[index])
    }

    /// SplitMix64: well spread, and without state beyond a counter.
    fn next(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.drawn;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
