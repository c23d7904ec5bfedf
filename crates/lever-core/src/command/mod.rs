//! A shell template becomes a plan once, when it is taught; a plan and values become an argv at every run.

pub mod effects;
pub mod permissions;

pub use effects::Effects;
pub use permissions::{Cwd, Net, Permissions, Processes, Write};
