//! Inputs shared by the benches: deterministic phrases, requests and vectors.

pub mod everyday;
pub mod percentiles;
pub mod phrases;
pub mod requests;
