//! The live world against servers that we did not write, and against one that records requests.

mod billing;
mod clusters;
mod ec2;
mod moto;
mod organization;
mod recorder;
mod sign_in;
