//! A shell template becomes a plan once, when it is taught; a plan and values become an argv at every run.
//!
//! The way of a template: [`hole`] declarations are found and replaced by markers, `quoting` tells between which quotes each
//! stands, `syntax` and `walk` read the shell grammar around them, `second_reading` knows what programs make of their
//! words, and [`compile`] draws the conclusion: a [`Plan`], or a [`CommandError`] with a rewrite that works.
//! The way of a value: [`value`] checks it, [`Plan::bind`] puts it in its place.

mod bashisms;
pub mod bind;
pub mod compile;
pub mod display;
pub mod effects;
pub mod error;
mod grants;
pub mod hole;
mod known;
mod markers;
pub mod param_kind;
pub mod params;
pub mod payloads;
pub mod permissions;
mod plain;
pub mod plan;
mod planner;
pub mod programs;
pub mod quoting;
pub mod refusal;
mod second_reading;
pub mod shell_words;
mod syntax;
pub mod value;
mod walk;
mod word_pieces;

pub use bind::{BindContext, BindError, Bound, Caller};
pub use compile::{TemplateSource, compile};
pub use display::quote;
pub use effects::Effects;
pub use error::{CommandError, Place, Problem};
pub use hole::Hole;
pub use markers::{MAX_HOLES, MAX_TEMPLATE};
pub use param_kind::ParamKind;
pub use params::{Declared, Param};
pub use permissions::{Cwd, Net, Permissions, Processes, Repository, Write};
pub use plan::{Avoid, Dash, Form, HoleUse, Inside, Interpreter, Part, Plan, Slot};
pub use programs::{Programs, ProgramsError};
pub use refusal::Refusal;
pub use shell_words::{Assignment, Piece, Redirect, RedirectKind, SimpleCommand, Word};
pub use value::{Rule, ValueError};

#[cfg(test)]
mod tests;
