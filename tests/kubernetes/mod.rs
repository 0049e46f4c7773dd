//! Kubernetes: a test server, held to recordings of a real one, and its handles.

mod client;
mod handles;
mod recordings;
mod server;
