//! A shell template becomes a plan once, when it is taught; a plan and values become an argv at every run.

pub mod effects;
pub mod hole;
pub mod param_kind;
pub mod permissions;
pub mod shell_words;

pub use effects::Effects;
pub use permissions::{Cwd, Net, Permissions, Processes, Write};
pub use shell_words::{Assignment, Piece, Redirect, RedirectKind, SimpleCommand, Word};
