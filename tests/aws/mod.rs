//! The live world against servers that we did not write, and against one that records requests.

mod billing;
mod clusters;
mod crowd;
mod ec2;
mod environment;
mod footprint;
mod forward;
mod kills;
mod moto;
mod nameservers;
mod network;
mod operator;
mod organization;
mod peering;
mod protection;
mod provision;
mod recorder;
mod renewal;
mod roles;
mod sends;
mod sign_in;
mod switch;
mod traffic;
mod trouble;
mod views;
mod watch;
