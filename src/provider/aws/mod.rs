//! The live world, by the official SDK.
