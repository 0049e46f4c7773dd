//! The characters of a text as 64 bits.

/// One bit for each letter, either case, and each digit; marks share bits, and all that is not
/// ASCII shares one. A text can hold a pattern only if its mask holds the pattern's.
pub(super) fn mask(text: &str) -> u64 {
    text.bytes().fold(0, |mask, byte| mask | 1 << bit(byte))
}

const fn bit(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        b'0'..=b'9' => 26 + (byte - b'0'),
        0x80.. => 63,
        _ => 36 + byte % 27,
    }
}
