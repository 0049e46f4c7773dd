//! Whatever can change the state: keys, answers, signals, the passing of time.

use std::sync::Arc;

use crossterm::event::MouseEvent;

use crate::{
    config::keymap::Key,
    engine::Sealed,
    inventory::{Event, Index, cache::Spent},
    model::Trouble,
    provider::{Caller, Profile, SignIn},
};

use super::{finder::Found, log::Followed, runtime::CodeWanted, theme::Wardrobe, views::Book};

/// One thing that happened.
#[derive(Debug)]
pub enum Message {
    Key(Key),
    /// Pasted text: typed into a prompt, never taken for keys.
    Paste(String),
    Mouse(MouseEvent),
    Resize(u16, u16),
    /// The terminal's window came forward or went away.
    Focus(bool),
    /// What the reader or the cache reports.
    Event(Event),
    /// What looking at costs was paid today and this month, and the caps of both.
    Spent {
        spent: Spent,
        caps: Spent,
    },
    Identified(Caller),
    /// Who we are could not be found out.
    Unidentified(Trouble),
    /// How we are signed in, as far as that is known.
    SignIn(SignIn),
    /// Another program has signed in, or the profile files were edited.
    SignInChanged,
    /// A sign-in needs a code.
    CodeWanted(CodeWanted),
    /// The profiles that there are.
    Profiles(Vec<Profile>),
    /// A world could not be opened.
    NotOpened(Trouble),
    /// A plan was sealed and kept.
    Planned(Arc<Sealed>),
    /// What the journal of runs tells.
    Book(Box<Book>),
    /// What is told of the log that is followed.
    Log(Followed),
    /// A command that the terminal is to be given to.
    HandedOver(Vec<String>),
    /// A theme was read, to be used at once.
    Theme(Box<Wardrobe>),
    /// A keymap was read, to be used at once.
    Keymap(Box<crate::config::keymap::Keymap>),
    /// The index of what was read.
    Indexed(Arc<Index>),
    /// What a search has found so far.
    Found(Found),
    /// One line for the reader.
    Note(Severity, String),
    /// Time has passed; nothing else.
    Tick,
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Error,
}
