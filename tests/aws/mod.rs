//! The live world against servers that we did not write, and against one that records requests.

mod moto;
mod organization;
