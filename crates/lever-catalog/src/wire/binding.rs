//! A command with its values, and what may run it.

use std::collections::{BTreeMap, BTreeSet};

use lever_core::command::{Effects, Permissions};
use serde::{Deserialize, Serialize};

use super::Parameter;

/// Why values could not be bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable name.
    pub code: String,
    /// One line.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The parameter at fault.
    pub parameter: Option<String>,
}

/// A command with its values in place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(clippy::struct_excessive_bools)] // independent facts, shown one by one
pub struct BoundCommand {
    /// Its id.
    pub command_id: String,
    /// Its canonical phrase.
    pub phrase: String,
    /// Its shell text.
    pub template: String,
    /// What is executed, program first.
    pub argv: Vec<String>,
    /// The script's text where a shell runs it.
    pub script: Option<String>,
    /// Values that travel by environment only.
    pub secrets: BTreeMap<String, String>,
    /// One line for a person.
    pub display: String,
    /// The stretches of `display` that are values, in UTF-16 units.
    pub value_spans: Vec<(usize, usize)>,
    /// The values, secrets masked.
    pub parameters: BTreeMap<String, String>,
    /// Whether it has parameters at all.
    pub has_parameters: bool,
    /// What it may do.
    pub effects: Effects,
    /// What a run of it is allowed.
    pub permissions: Permissions,
    /// Those of its read and write paths that a program's values lead to, as they were checked: a link there opens nothing.
    pub checked_paths: Vec<String>,
    /// Of template, interpreter, parameters and permissions.
    pub digest: String,
    /// Its trust in the namespace.
    pub trust: f64,
    /// A person approved this digest.
    pub approved: bool,
    /// A person confirmed these arguments in this folder before.
    pub confirmed_before: bool,
    /// Names of the programs that it runs, as written.
    pub programs: Vec<String>,
    /// Where each was found before.
    pub program_paths: BTreeMap<String, BTreeSet<String>>,
    /// Whether the end of its output is kept with the record of a run.
    pub keep_output: bool,
}

/// What a confirm token is good for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmGrant {
    /// Who asks.
    pub caller: String,
    /// The caller's folder.
    pub cwd: String,
    /// The command.
    pub command_id: String,
    /// What an approval of it is bound to.
    pub digest: String,
    /// What is executed.
    pub argv: Vec<String>,
    /// Values that travel by environment.
    pub secrets: BTreeMap<String, String>,
    /// What the run is allowed.
    pub permissions: Permissions,
}

/// What became of binding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Binding {
    /// All values are in place.
    Bound {
        /// The command.
        command: Box<BoundCommand>,
    },
    /// Values are missing.
    Missing {
        /// Which.
        parameters: Vec<Parameter>,
    },
    /// A value will not do.
    Refused {
        /// Why.
        refusal: Refusal,
    },
}

/// Who binds and from where.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindContext {
    /// The caller's folder.
    pub cwd: String,
    /// `person` or `program`.
    pub caller: String,
    /// What `~/` at the start of a person's path stands for.
    pub home: String,
    /// Folders that a program's paths must lie in.
    pub path_roots: Vec<String>,
}
