//! Puts the terminal into the deck's modes and back, in reverse order, exactly once.

use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

/// What the deck asks of the terminal beside raw mode and the alternate screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modes {
    pub mouse: bool,
    /// Shown as the window's title.
    pub title: String,
}

/// The modes that are on now, for whoever has to undo them: the guard, a signal, the panic hook.
static ON: Mutex<Option<Modes>> = Mutex::new(None);

/// Each mode's two sequences, in the order in which they are switched on.
const PAIRS: &[(&str, &str)] = &[
    ("\x1b[22;0t", "\x1b[23;0t"),       // title, kept and given back
    ("\x1b[?1049h", "\x1b[?1049l"),     // alternate screen
    ("\x1b[?2004h", "\x1b[?2004l"),     // bracketed paste
    ("\x1b[?1004h", "\x1b[?1004l"),     // focus
    ("\x1b[?25l", "\x1b[?25h\x1b[0 q"), // cursor, with its shape
];

/// Clicks, drags and the wheel in SGR form. Motion without a button (1003) is left out: it wakes
/// the deck for every cell that the pointer crosses.
const MOUSE: &[(&str, &str)] = &[
    ("\x1b[?1000h", "\x1b[?1000l"),
    ("\x1b[?1002h", "\x1b[?1002l"),
    ("\x1b[?1006h", "\x1b[?1006l"),
];

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    modes: Modes,
}

impl Guard {
    /// Takes the terminal.
    pub fn take(modes: Modes) -> io::Result<Self> {
        let guard = Self { modes };
        guard.enter()?;
        Ok(guard)
    }

    /// Switches everything on, again after [`Guard::leave`].
    pub fn enter(&self) -> io::Result<()> {
        enable_raw_mode()?;
        *on() = Some(self.modes.clone());
        write(&entering(&self.modes))
    }

    /// Gives the terminal back; a second time does nothing.
    pub fn leave() {
        let Some(modes) = on().take() else { return };
        // Nobody is left to tell when the terminal itself is gone.
        let _ = write(&leaving(&modes));
        let _ = disable_raw_mode();
    }

    /// Switches mouse capture while running.
    pub fn set_mouse(&mut self, mouse: bool) -> io::Result<()> {
        if self.modes.mouse == mouse {
            return Ok(());
        }
        self.modes.mouse = mouse;
        *on() = Some(self.modes.clone());
        let switched: String = if mouse {
            MOUSE.iter().map(|(enter, _)| *enter).collect()
        } else {
            MOUSE.iter().rev().map(|(_, leave)| *leave).collect()
        };
        write(&switched)
    }

    /// The bytes that change the window's title, to be sent with the next frame; the title from
    /// before comes back at the end.
    #[must_use]
    pub fn retitle(&mut self, title: String) -> Option<String> {
        if self.modes.title == title {
            return None;
        }
        self.modes.title = title;
        Some(titled(&self.modes.title))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        Self::leave();
    }
}

fn on() -> std::sync::MutexGuard<'static, Option<Modes>> {
    // A panic while it was held leaves a valid value, and that value is what must be undone.
    ON.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn titled(title: &str) -> String {
    format!("\x1b]2;{}\x07", crate::model::text::clean(title))
}

fn entering(modes: &Modes) -> String {
    let mouse = if modes.mouse { MOUSE } else { &[] };
    let (title, rest) = PAIRS.split_at(1);
    let mut text: String = title.iter().map(|(enter, _)| *enter).collect();
    text.push_str(&titled(&modes.title));
    text.extend(rest.iter().chain(mouse).map(|(enter, _)| *enter));
    text
}

fn leaving(modes: &Modes) -> String {
    let mouse = if modes.mouse { MOUSE } else { &[] };
    // A frame that was cut short may have left synchronized output on and a style set.
    let mut text = String::from("\x1b[?2026l\x1b[0m");
    text.extend(mouse.iter().rev().map(|(_, leave)| *leave));
    text.extend(PAIRS.iter().rev().map(|(_, leave)| *leave));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private modes in a text, in order: number and whether it is set.
    fn private_modes(text: &str) -> Vec<(u32, bool)> {
        text.split("\x1b[?")
            .skip(1)
            .filter_map(|rest| {
                let end = rest.find(['h', 'l'])?;
                Some((rest[..end].parse().ok()?, rest[end..].starts_with('h')))
            })
            .collect()
    }

    #[test]
    fn every_mode_is_undone_in_reverse_order() {
        for mouse in [true, false] {
            let modes = Modes {
                mouse,
                title: "awsdeck".into(),
            };
            let entered = private_modes(&entering(&modes));
            let mut left = private_modes(&leaving(&modes));
            left.retain(|(mode, _)| *mode != 2026);
            left.reverse();
            let undone: Vec<_> = left.iter().map(|(mode, set)| (*mode, !set)).collect();
            assert_eq!(entered, undone);
            assert_eq!(entered.contains(&(1006, true)), mouse);
        }
    }

    #[test]
    fn a_title_can_not_smuggle_an_escape() {
        assert_eq!(titled("a\x1b]52;c;x\x07b"), "\x1b]2;a�]52;c;x�b\x07");
    }
}
