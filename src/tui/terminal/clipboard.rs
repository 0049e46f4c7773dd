//! The terminal's clipboard, which works over SSH and needs no window system (OSC 52).

use base64::{Engine, engine::general_purpose::STANDARD};

/// Terminals cut off longer texts.
const LIMIT: usize = 74_000;

/// The bytes that ask the terminal to copy `text`; `None` where it is too long for one.
#[must_use]
pub fn copied(text: &str, tmux: bool) -> Option<String> {
    let encoded = STANDARD.encode(text);
    if encoded.len() > LIMIT {
        return None;
    }
    let plain = format!("\x1b]52;c;{encoded}\x07");
    // tmux takes the plain form when `set-clipboard` is on, and hands the wrapped one to the
    // terminal outside when `allow-passthrough` is.
    Some(if tmux {
        format!(
            "{plain}\x1bPtmux;{}\x1b\\",
            plain.replace('\x1b', "\x1b\x1b")
        )
    } else {
        plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_sent_encoded_and_a_second_time_for_tmux() {
        assert_eq!(
            copied("hi\x1b", false).as_deref(),
            Some("\x1b]52;c;aGkb\x07")
        );
        assert_eq!(
            copied("hi", true).as_deref(),
            Some("\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\")
        );
        assert_eq!(copied(&"x".repeat(60_000), false), None);
    }
}
