//! Ways through a list view: to the next form, into a row, up to what it is in, and back.

use super::{
    super::{
        Desk, View,
        leads::{Crumb, Lead},
    },
    Listing,
};
use crate::tui::Effect;

impl Listing {
    /// The next form, or the one that is named. A way that was taken ends here, and so does its
    /// filter.
    pub(super) fn turn(&mut self, named: Option<&str>, desk: &Desk<'_>) -> Option<Vec<Effect>> {
        let form = match named {
            Some(name) => self.form_of(name)?,
            None => self.form + 1,
        };
        let start = self.trail.drain(..).next();
        self.show(form, desk);
        let Some(start) = start.filter(|_| named.is_none()) else {
            return Some(Vec::new());
        };
        Some(self.narrow(start.filter, desk))
    }

    /// Sets the filter, here and where the deck keeps it.
    fn narrow(&mut self, text: String, desk: &Desk<'_>) -> Vec<Effect> {
        self.filter(&text, desk);
        vec![Effect::Filter(text)]
    }

    fn lead(&self, down: bool, desk: &Desk<'_>) -> Option<Lead> {
        let leads = self.leads?;
        let grid = self.grid()?;
        let way = if down { leads.down } else { leads.up };
        way(&grid.table, grid.selected()?, desk)
    }

    /// Opens what the cursor is on: what is in it, else its details.
    pub(super) fn descend(&mut self, desk: &Desk<'_>) -> Vec<Effect> {
        match self.lead(true, desk) {
            Some(Lead::Into {
                view,
                form,
                filter,
                reads,
            }) => {
                let own = (view == self.spec.name)
                    .then(|| self.form_of(form))
                    .flatten();
                let Some(own) = own else {
                    return Lead::elsewhere(view, form, filter, reads);
                };
                self.leave_crumb();
                self.show(own, desk);
                let mut effects = self.narrow(filter, desk);
                effects.extend((!reads.is_empty()).then_some(Effect::Load(reads)));
                effects
            }
            Some(Lead::Details(reads)) => {
                self.detail.focused = true;
                if reads.is_empty() {
                    Vec::new()
                } else {
                    vec![Effect::Load(reads)]
                }
            }
            Some(Lead::Within { .. } | Lead::Above) | None => {
                self.detail.focused = true;
                Vec::new()
            }
        }
    }

    /// Goes up to what the cursor's row is in.
    pub(super) fn ascend(&mut self, desk: &Desk<'_>) -> Option<Vec<Effect>> {
        let said = || vec![Effect::Say("nothing is above this".into())];
        match self.lead(false, desk) {
            Some(Lead::Within { form, object }) => {
                let form = self.form_of(form)?;
                self.trail.clear();
                self.show(form, desk);
                let effects = self.narrow(String::new(), desk);
                let grid = self.grid_mut()?;
                grid.go_to(|row| row.object.is_same(&object));
                Some(effects)
            }
            Some(Lead::Above) => {
                self.detail.follow(desk);
                let grid = self.grid_mut()?;
                Some(if grid.rise() { Vec::new() } else { said() })
            }
            Some(Lead::Into {
                view,
                form,
                filter,
                reads,
            }) => Some(Lead::elsewhere(view, form, filter, reads)),
            Some(Lead::Details(_)) | None => Some(said()),
        }
    }

    fn leave_crumb(&mut self) {
        let Some(grid) = self.grid() else { return };
        let Some(row) = grid.selected() else { return };
        let crumb = Crumb {
            form: self.form,
            filter: grid.filter_text().to_owned(),
            object: row.object.clone(),
        };
        self.trail.push(crumb);
    }

    /// Back to where the last way was taken; `None` where none was.
    pub(super) fn retrace(&mut self, desk: &Desk<'_>) -> Option<Vec<Effect>> {
        let crumb = self.trail.pop()?;
        self.show(crumb.form, desk);
        let effects = self.narrow(crumb.filter, desk);
        self.grid_mut()?.go_to(|row| row.object == crumb.object);
        Some(effects)
    }
}
