//! From a wish to a change that is proven: intent, plan, approval, apply, verify, roll back.
//! The only way to change anything.

pub mod clock;
pub mod graph;
mod identity;
pub mod journal;
pub mod machine;
pub mod plan;

pub use identity::RunId;
