//! A shell template becomes a plan once, when it is taught; a plan and values become an argv at every run.

pub mod hole;
pub mod param_kind;
