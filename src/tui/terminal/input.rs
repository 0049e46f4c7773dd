//! What comes from the terminal, as messages.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::{
    config::keymap::{Code, Key, Named},
    tui::Message,
};

/// The message that an event is; what the deck has no use for is `None`.
#[must_use]
pub fn message(event: Event) -> Option<Message> {
    Some(match event {
        Event::Key(event) => Message::Key(key(event)?),
        Event::Paste(text) => Message::Paste(text),
        Event::Mouse(event) => Message::Mouse(event),
        Event::Resize(width, height) => Message::Resize(width, height),
        Event::FocusGained => Message::Focus(true),
        Event::FocusLost => Message::Focus(false),
    })
}

/// The key that was pressed. Releases and repeats, which only some terminals tell, are nothing.
#[must_use]
pub fn key(event: KeyEvent) -> Option<Key> {
    if event.kind != KeyEventKind::Press {
        return None;
    }
    let held = |modifier| event.modifiers.contains(modifier);
    let code = match event.code {
        KeyCode::Char(char) => Code::Char(char),
        KeyCode::F(number) => Code::Function(number),
        named => Code::Named(match named {
            KeyCode::Enter => Named::Enter,
            KeyCode::Esc => Named::Esc,
            KeyCode::Tab => Named::Tab,
            KeyCode::BackTab => Named::BackTab,
            KeyCode::Backspace => Named::Backspace,
            KeyCode::Delete => Named::Delete,
            KeyCode::Insert => Named::Insert,
            KeyCode::Home => Named::Home,
            KeyCode::End => Named::End,
            KeyCode::PageUp => Named::PageUp,
            KeyCode::PageDown => Named::PageDown,
            KeyCode::Up => Named::Up,
            KeyCode::Down => Named::Down,
            KeyCode::Left => Named::Left,
            KeyCode::Right => Named::Right,
            _ => return None,
        }),
    };
    // Shift is in the character itself, and in backtab.
    let shift =
        held(KeyModifiers::SHIFT) && !matches!(code, Code::Char(_) | Code::Named(Named::BackTab));
    Some(Key {
        code,
        ctrl: held(KeyModifiers::CONTROL),
        alt: held(KeyModifiers::ALT),
        shift,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_names_that_a_keymap_gives_them() {
        let pressed = |code, modifiers| {
            let key = key(KeyEvent::new(code, modifiers)).expect("a key");
            key.to_string()
        };
        assert_eq!(pressed(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(pressed(KeyCode::BackTab, KeyModifiers::SHIFT), "backtab");
        assert_eq!(pressed(KeyCode::Char('x'), KeyModifiers::CONTROL), "ctrl-x");
        assert_eq!(pressed(KeyCode::Char(' '), KeyModifiers::NONE), "space");
    }

    #[test]
    fn releases_and_repeats_are_nothing() {
        for kind in [KeyEventKind::Release, KeyEventKind::Repeat] {
            let mut event = KeyEvent::from(KeyCode::Char('q'));
            event.kind = kind;
            assert_eq!(key(event), None);
        }
    }
}
