//! What a piece of another language's program does, where its text is literal.
//!
//! awk, sed and SQL are read far enough to tell reading from writing; jq and bc can only compute. Of all other
//! languages nothing is said: their code is open.

mod awk;
mod sed;
mod sql;

use super::tags::Tags;

/// What code does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) tags: Tags,
    /// Shell texts it runs.
    pub(super) shell: Vec<String>,
    /// Files it reads, beyond those on the command line.
    pub(super) reads: Vec<String>,
    /// Files it writes.
    pub(super) writes: Vec<String>,
    /// It may do something that its text doesn't tell.
    pub(super) open: bool,
}

impl Code {
    fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }
}

/// Reads code in one of [`super::kind::LANGUAGES`].
pub(super) fn inspect(language: &str, text: &str) -> Code {
    match language {
        "awk" => awk::inspect(text),
        "sed" => sed::inspect(text),
        "sql" => sql::inspect(text),
        "jq" | "bc" => Code::default(),
        _ => Code::open(),
    }
}
