//! Reads the command line, wires a world, runs a command or opens the deck.

fn main() {}
