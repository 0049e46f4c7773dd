//! Names as label values, which Kubernetes keeps to 63 characters.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// The most characters of a label value.
const MOST: usize = 63;
/// Characters of the digest that take the place of what is cut off.
const DIGEST: usize = 6;

/// What Velero writes into its labels for `name`: a longer name is cut and ends in the beginning of
/// its SHA-256.
#[must_use]
pub fn label_value(name: &str) -> Cow<'_, str> {
    if name.len() <= MOST {
        return Cow::Borrowed(name);
    }
    let digest = Sha256::digest(name.as_bytes());
    // Three bytes are the six digits.
    let end = u32::from_be_bytes([0, digest[0], digest[1], digest[2]]);
    // Names of Kubernetes are ASCII; anything else is cut at a whole character.
    let mut cut = MOST - DIGEST;
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    Cow::Owned(format!("{}{end:06x}", &name[..cut]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_ends_in_the_beginning_of_its_digest() {
        assert_eq!(label_value("nightly"), "nightly");
        let name = "a".repeat(64);
        let value = label_value(&name);
        assert_eq!(value.len(), 63);
        // printf 'a%.0s' {1..64} | sha256sum
        assert_eq!(value, format!("{}ffe054", "a".repeat(57)));
        assert_eq!(label_value(&"a".repeat(63)), "a".repeat(63));
        assert!(label_value(&"é".repeat(40)).len() <= 63);
    }
}
