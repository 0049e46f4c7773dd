//! What is wrong in a file of the user: where, what, and what was probably meant.

use std::path::{Path, PathBuf};

use super::suggest::nearest;

/// One mistake in one file. Shown as `file:line:column: message`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}:{column}: {message}", file.display())]
pub struct FileError {
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub message: String,
    /// What the writer of the file can do next.
    pub hint: Option<String>,
}

impl FileError {
    /// A mistake at a byte of `text`.
    #[must_use]
    pub fn at(file: &Path, text: &str, byte: usize, message: impl Into<String>) -> Self {
        let (line, column) = position(text, byte);
        Self {
            file: file.into(),
            line,
            column,
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// A TOML or schema mistake; an unknown key is answered with the nearest known one.
    #[must_use]
    pub fn from_toml(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let byte = error.span().map_or(0, |span| span.start);
        // The parser may add lines that only make sense beside its own picture of the file.
        let message = error.message().lines().next().unwrap_or_default();
        Self::at(file, text, byte, message).with_hint(suggestion(message))
    }
}

/// Reads serde's sentence "unknown field `x`, expected one of `a`, `b`" back into its words.
fn suggestion(message: &str) -> Option<String> {
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    let mut words = message.split('`').skip(1).step_by(2);
    let wrong = words.next().filter(|_| unknown)?;
    nearest(wrong, words).map(|known| format!("did you mean `{known}`?"))
}

fn position(text: &str, byte: usize) -> (usize, usize) {
    let mut end = byte.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(position("a\nöx", 4), (2, 2));
        assert_eq!(position("a", 99), (1, 2));
    }
}
