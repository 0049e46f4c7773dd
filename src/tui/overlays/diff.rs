//! Two objects side by side: what differs.

use super::{Page, facts, page::PageLine};
use crate::{
    inventory::tables::Object,
    tui::{State, theme::Role},
};

/// The JSON of both, line by line.
#[must_use]
pub fn page(one: &Object, other: &Object, state: &State) -> Page {
    let text = |object| facts::json_text(&state.inventory, object).unwrap_or_default();
    let (left, right) = (text(one), text(other));
    let lines = compare(&left, &right);
    let same = lines.iter().all(|line| line[0].0 == Role::Muted);
    let mut all: Vec<PageLine> = vec![
        vec![(Role::PlanDestroy, format!("- {} {}", one.kind, one.name))],
        vec![(Role::PlanAdd, format!("+ {} {}", other.kind, other.name))],
        Vec::new(),
    ];
    if same {
        all.push(vec![(Role::Muted, "They are the same.".to_owned())]);
    } else {
        all.extend(lines);
    }
    Page::new("diff", "Difference", all)
}

/// The longest common lines are kept, the others are marked.
fn compare(left: &str, right: &str) -> Vec<PageLine> {
    let left: Vec<&str> = left.lines().take(4000).collect();
    let right: Vec<&str> = right.lines().take(4000).collect();
    let width = right.len() + 1;
    let mut common = vec![0_u32; (left.len() + 1) * width];
    for at in (0..left.len()).rev() {
        for beside in (0..right.len()).rev() {
            common[at * width + beside] = if left[at] == right[beside] {
                common[(at + 1) * width + beside + 1] + 1
            } else {
                common[(at + 1) * width + beside].max(common[at * width + beside + 1])
            };
        }
    }
    let mut lines: Vec<PageLine> = Vec::new();
    let (mut at, mut beside) = (0, 0);
    while at < left.len() || beside < right.len() {
        if at < left.len() && beside < right.len() && left[at] == right[beside] {
            lines.push(vec![(Role::Muted, format!("  {}", left[at]))]);
            at += 1;
            beside += 1;
        } else if beside >= right.len()
            || (at < left.len()
                && common[(at + 1) * width + beside] >= common[at * width + beside + 1])
        {
            lines.push(vec![(Role::PlanDestroy, format!("- {}", left[at]))]);
            at += 1;
        } else {
            lines.push(vec![(Role::PlanAdd, format!("+ {}", right[beside]))]);
            beside += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_lines_are_kept_and_the_others_marked() {
        let lines = compare("a\nb\nc", "a\nx\nc\nd");
        let text: Vec<&str> = lines.iter().map(|line| line[0].1.as_str()).collect();
        assert_eq!(text, ["  a", "- b", "+ x", "  c", "+ d"]);
    }
}
