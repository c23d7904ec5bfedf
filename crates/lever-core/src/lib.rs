//! The pure core of lever-runner: from a person's words to a command whose values are bound as data.
//!
//! Nothing here reads a file, a clock, the environment or a global, so the same code runs in the addon,
//! in tests and as WebAssembly. The modules follow the way of a request:
//! [`text`] -> [`template`] (gate 1) -> [`embed`] + [`search`] + [`decide`] (gate 2) -> [`command`] (plan and binding).

pub mod bank;
pub mod command;
pub mod decide;
pub mod embed;
pub mod search;
pub mod template;
pub mod text;
