//! The same operations for scripts: text, `--output json`, exit codes.
