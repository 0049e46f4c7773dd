//! Finds the characters of a word in a text, in order, not far apart.

/// A word, folded once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    folded: Vec<char>,
}

impl Pattern {
    pub(super) fn new(word: &str) -> Self {
        let folded = word.chars().map(fold).collect();
        Self { folded }
    }

    /// The indexes of the matching characters: of the word as it stands where the text holds it,
    /// else of its characters in order within a span that is not much longer than the word, so
    /// that short words don't match every long text.
    pub(super) fn find(&self, text: &str) -> Option<Vec<usize>> {
        if text.is_ascii() && !self.may_match(text.as_bytes()) {
            return None;
        }
        let text: Vec<char> = text.chars().map(fold).collect();
        let length = self.folded.len();
        if length == 0 {
            return Some(Vec::new());
        }
        if let Some(start) = text
            .windows(length)
            .position(|window| window == self.folded)
        {
            return Some((start..start + length).collect());
        }
        let span = length * 2 + 2;
        (length > 1).then(|| self.scattered(&text, span)).flatten()
    }

    /// A quick no: some character is missing or comes too early. Most cells end here.
    fn may_match(&self, text: &[u8]) -> bool {
        let mut left = text.iter();
        self.folded
            .iter()
            .all(|wanted| left.any(|byte| char::from(byte.to_ascii_lowercase()) == *wanted))
    }

    fn scattered(&self, text: &[char], span: usize) -> Option<Vec<usize>> {
        let first = *self.folded.first()?;
        let starts = text.iter().enumerate().filter(|(_, char)| **char == first);
        for (start, _) in starts {
            // A word that is only hinted at is hinted at from the beginning of a part.
            if start > 0 && text[start - 1].is_alphanumeric() {
                continue;
            }
            let end = text.len().min(start + span);
            let mut at = start;
            let mut found = Vec::with_capacity(self.folded.len());
            for wanted in &self.folded {
                match text[at..end].iter().position(|char| char == wanted) {
                    Some(offset) => {
                        found.push(at + offset);
                        at += offset + 1;
                    }
                    None => break,
                }
            }
            if found.len() == self.folded.len() {
                return Some(found);
            }
        }
        None
    }
}

/// Lower case by one character; the rest of the few letters that become two is not looked at.
fn fold(char: char) -> char {
    if char.is_ascii() {
        char.to_ascii_lowercase()
    } else {
        char.to_lowercase().next().unwrap_or(char)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(word: &str, text: &str) -> Option<Vec<usize>> {
        Pattern::new(word).find(text)
    }

    #[test]
    fn a_word_is_found_whole_before_it_is_found_scattered() {
        assert_eq!(find("ml", "mxl-ML"), Some(vec![4, 5]));
        assert_eq!(find("pml", "prod-ml"), Some(vec![0, 5, 6]));
        assert_eq!(find("größe", "die GRÖSSE"), None);
        assert_eq!(find("ÖSS", "die Grösse"), Some(vec![6, 7, 8]));
    }

    #[test]
    fn characters_far_apart_or_within_a_part_are_no_match() {
        assert_eq!(find("ab", "a long way to b"), None);
        assert_eq!(find("rm", "prod-ml"), None);
        assert_eq!(find("x", "prod"), None);
    }
}
