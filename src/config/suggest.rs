//! What somebody probably meant: the nearest known word to a mistyped one.

/// The candidate that takes the fewest edits to become `word`, when it is near enough to be a slip.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = (length / 3).max(if length > 3 { 2 } else { 1 });
    candidates
        .into_iter()
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and replacements between two words (Levenshtein).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, char) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for at in 0..other.len() {
            let replaced = diagonal + usize::from(char != other[at]);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let words = ["severity.ok", "severity.off", "ui.text"];
        assert_eq!(nearest("severty.ok", words), Some("severity.ok"));
        assert_eq!(nearest("ui.txet", words), Some("ui.text"));
        assert_eq!(nearest("banana", words), None);
        assert_eq!(nearest("", words), None);
    }
}
