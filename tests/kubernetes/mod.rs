//! Kubernetes: a test server, held to recordings of a real one, its handles, and what every cluster does.

mod client;
mod contract;
mod handles;
mod recordings;
mod server;
