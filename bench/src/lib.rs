//! Inputs shared by the benches: deterministic phrases, requests and vectors.

pub mod phrases;
