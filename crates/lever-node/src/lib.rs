//! The N-API binding: convert, call, convert; nothing else.
//!
//! Structured values cross as JSON text, once a call: V8 reads it faster than an object can be built property by property
//! from outside. Only what the gates decide, which every request asks for, crosses as [numbers](matches).

#![cfg_attr(test, allow(dead_code))] // a test build exports nothing
#![allow(clippy::needless_pass_by_value)] // N-API hands over owned strings
#![allow(unreachable_pub)] // a cdylib: what is exported is reached from JavaScript only

mod capture;
mod convert;
mod core;
mod launch;
mod matches;
mod transfer;
