//! Where things stand that a step makes or has made: by what they carry, never by their looks.

use super::{Mark, Standing};
use crate::model::Tags;

/// Something that was found where a change looked for it.
pub(super) struct Found<'a> {
    pub(super) tags: &'a Tags,
    /// Its state in its service's own word; empty for things without states.
    pub(super) state: &'a str,
    /// What its service says about the state.
    pub(super) why: &'a [String],
}

impl<'a> Found<'a> {
    /// Something without states.
    pub(super) const fn still(tags: &'a Tags) -> Self {
        Self {
            tags,
            state: "",
            why: &[],
        }
    }

    fn is(&self, state: &str) -> bool {
        self.state.eq_ignore_ascii_case(state)
    }

    fn told(&self) -> String {
        match self.why.first() {
            Some(why) => format!("{}: {why}", self.state),
            None => self.state.to_owned(),
        }
    }
}

/// Where a thing of a chosen name stands that a step is to make: `label` says what it is and which,
/// `made` is what later steps refer to.
pub(super) fn creation(
    label: &str,
    found: Option<&Found<'_>>,
    mark: Mark<'_>,
    made: &str,
) -> Standing {
    let Some(found) = found else {
        return Standing::From;
    };
    if !mark.is_on(found.tags) {
        return Standing::elsewhere(format!("{label} is there already and not ours"));
    }
    if found.is("DELETING") {
        return Standing::Moving(format!("{label} is being deleted"));
    }
    if found.state.to_ascii_uppercase().ends_with("FAILED") {
        // It keeps its name until somebody deletes it.
        return Standing::elsewhere(format!(
            "{label} is {}; it has to be deleted before its name can be used again",
            found.told()
        ));
    }
    Standing::made(made)
}

/// Where a thing stands that is to be deleted: it is there to be deleted only where it carries the
/// mark of the step that made it.
pub(super) fn deletion(label: &str, found: Option<&Found<'_>>, mark: Mark<'_>) -> Standing {
    match found {
        None => Standing::to(),
        Some(found) if found.is("DELETED") => Standing::to(),
        Some(found) if found.is("DELETING") => {
            Standing::Moving(format!("{label} is being deleted"))
        }
        Some(found) if mark.is_on(found.tags) => Standing::From,
        Some(_) => Standing::elsewhere(format!(
            "{label} does not carry the mark of the step that made it"
        )),
    }
}
