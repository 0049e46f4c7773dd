//! Where an export goes. What kind of text it is follows from the name's ending.

use super::Prompt;
use crate::tui::{Effect, State};

/// Endings of every view: a picture of the screen, as text and as drawing.
const PICTURES: [&str; 2] = ["txt", "svg"];

/// Asks for the file, with a name that fits already typed.
#[must_use]
pub fn prompt(state: &State) -> Option<Prompt> {
    let view = state.view()?;
    let own = view.exports().iter().copied();
    let endings: Vec<&str> = own.chain(PICTURES).collect();
    let day = state.today().strftime("%Y-%m-%d");
    let name = format!("{}-{day}.{}", view.name(), endings[0]);
    let label = format!("export ({}) to: ", endings.join(", "));
    Some(Prompt::asking("export", label, &name, |name| {
        vec![Effect::Save(name.trim().to_owned())]
    }))
}
