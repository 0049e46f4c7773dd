//! The simulated organization.
