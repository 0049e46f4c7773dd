//! Text that came from outside, made safe to show and to log.

use std::borrow::Cow;

/// Replaces control characters and bidirectional overrides by `�`, so that a tag's value can
/// neither move the cursor nor disguise itself.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        text.chars()
            .map(|char| if is_unsafe(char) { '\u{fffd}' } else { char })
            .collect()
    } else {
        Cow::Borrowed(text)
    }
}

fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_overrides_are_neutralised_and_the_rest_is_kept() {
        assert_eq!(
            clean("a\u{1b}]52;c;x\u{7}b\u{202e}c\u{9b}d"),
            "a�]52;c;x�b�c�d"
        );
        assert!(matches!(clean("größe ✓"), Cow::Borrowed(_)));
    }
}
