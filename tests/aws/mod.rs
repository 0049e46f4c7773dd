//! The live world against servers that we did not write, and against one that records requests.

mod billing;
mod clusters;
mod ec2;
mod environment;
mod moto;
mod network;
mod organization;
mod protection;
mod recorder;
mod sends;
mod sign_in;
mod traffic;
