//! What frames cost on the wire: a deck over SSH is as quick as its bytes are few.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use jiff::SignedDuration;
use ratatui::{Terminal, layout::Size};

use super::sample;
use crate::{
    config::keymap::Key,
    provider::World,
    tui::{Message, Start, State, frame, terminal::Screen, update},
};

/// Each write by itself.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<Vec<u8>>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one thread").push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A deck of 200 by 50 cells on a terminal that counts.
struct Counted {
    state: State,
    terminal: Terminal<Screen<Sink>>,
    sink: Sink,
}

impl Counted {
    fn open(view: &str) -> Self {
        let start = Start {
            start_view: view.into(),
            ..Start::shipped(World::Demo, (200, 50), sample::now())
        };
        let mut state = State::new(start);
        state.inventory = sample::large(30);
        state.rest = SignedDuration::from_millis(60);
        let sink = Sink::default();
        let screen = Screen::new(sink.clone(), || Ok(Size::new(200, 50)));
        let terminal = Terminal::new(screen).expect("a terminal in memory");
        let mut counted = Self {
            state,
            terminal,
            sink,
        };
        counted.frame();
        counted
    }

    /// Draws one frame; how many bytes it took. It is one write, or none.
    fn frame(&mut self) -> usize {
        self.sink.0.lock().expect("one thread").clear();
        self.state.prepare();
        let state = &self.state;
        self.terminal
            .draw(|frame| frame::draw(frame, state))
            .expect("drawing in memory");
        let writes = self.sink.0.lock().expect("one thread");
        assert!(writes.len() <= 1, "{} writes in one frame", writes.len());
        if let Some(write) = writes.first() {
            assert!(write.starts_with(b"\x1b[?2026h"), "not synchronized");
            assert!(write.ends_with(b"\x1b[?2026l"), "not synchronized");
        }
        writes.first().map_or(0, Vec::len)
    }

    fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let key: Key = key.parse().expect("a key");
            update(&mut self.state, Message::Key(key));
        }
    }

    /// Lets so much time pass that the cursor rests.
    fn rest(&mut self) {
        self.state.now += SignedDuration::from_millis(100);
    }
}

/// Views with lists longer than the screen, and the keys that lead to them.
const LONG: [(&str, &str); 7] = [
    ("home", ""),
    ("clusters", ""),
    ("clusters", "m"),
    ("gpu", ""),
    ("costs", ""),
    ("network", "m m m"),
    ("zones", ""),
];

fn opened(view: &str, keys: &str) -> Counted {
    let mut deck = Counted::open(view);
    if !keys.is_empty() {
        deck.press(keys);
        deck.frame();
    }
    deck
}

#[test]
fn a_move_of_the_cursor_takes_at_most_900_bytes_and_what_it_is_on_follows_once_it_rests() {
    for (view, keys) in LONG {
        let mut deck = opened(view, keys);
        for _ in 0..5 {
            deck.press("j");
            let moved = deck.frame();
            assert!((1..=900).contains(&moved), "{view} {keys}: {moved} bytes");
        }
        deck.rest();
        let told = deck.frame();
        assert!((1..=6_000).contains(&told), "{view} {keys}: {told} bytes");
        assert_eq!(deck.frame(), 0, "{view} {keys}: nothing has changed");
    }
}

#[test]
fn a_scroll_of_one_row_takes_at_most_5_500_bytes_and_a_page_at_most_6_000() {
    for (view, keys) in LONG {
        let mut deck = opened(view, keys);
        // To the last row in sight, then one further.
        deck.press("j");
        while deck.frame() <= 900 {
            deck.press("j");
        }
        for _ in 0..3 {
            deck.press("j");
            let scrolled = deck.frame();
            assert!(scrolled <= 5_500, "{view} {keys}: {scrolled} bytes");
        }
        // Each row of the costs is a chart of its own, with a ground for every figure.
        let most = if view == "costs" { 10_000 } else { 6_000 };
        for _ in 0..3 {
            deck.press("ctrl-d");
            let paged = deck.frame();
            assert!(paged <= most, "{view} {keys}: {paged} bytes");
        }
    }
}

#[test]
fn a_frame_of_any_view_in_which_nothing_has_changed_writes_nothing() {
    for view in super::all() {
        let mut deck = Counted::open(view.name());
        deck.rest();
        deck.frame();
        assert_eq!(deck.frame(), 0, "{}", view.name());
        deck.rest();
        assert_eq!(
            deck.frame(),
            0,
            "{}: a tenth of a second later",
            view.name()
        );
    }
}
