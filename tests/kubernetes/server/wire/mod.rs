//! The wire: TLS on loopback, HTTP, and everything that can go wrong with them.

mod connections;
mod faults;
mod files;
mod flow;
mod gzip;
mod respond;
mod tls;

pub(crate) use connections::{Listening, Port, listen};
pub(crate) use faults::{Effect, Fault, Faults};
pub(crate) use files::serve as serve_files;
pub(crate) use tls::certificate;
