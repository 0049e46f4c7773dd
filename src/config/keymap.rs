//! Keymaps as data: bindings, contexts, inheritance.
