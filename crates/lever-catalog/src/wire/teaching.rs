//! What is taught, and what became of it.

use std::collections::BTreeMap;

use lever_core::command::{Effects, Permissions};
use serde::{Deserialize, Serialize};

use super::Parameter;

/// A command to be taught.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // independent choices of the teacher
pub struct TeachInput {
    /// The canonical phrase.
    pub phrase: String,
    /// Whether the phrase uses `(a|b)` and `[optional]`.
    pub pattern: bool,
    /// Other ways to ask.
    pub aliases: Vec<String>,
    /// The shell text.
    pub command: String,
    /// Declarations, `name:type=default`.
    pub params: Vec<String>,
    /// `sh` or `bash`, where the teacher says so.
    pub interpreter: Option<String>,
    /// Where trust starts.
    pub trust: Option<f64>,
    /// Labels.
    pub tags: Vec<String>,
    /// Changes to the derived permissions.
    pub permissions: serde_json::Map<String, serde_json::Value>,
    /// Take the phrase from the command that has it.
    pub replace: bool,
    /// Approve in the same breath.
    pub approve: bool,
    /// Commands that list what a parameter can be, by its name.
    #[serde(default)]
    pub suggest: BTreeMap<String, String>,
    /// Keep the end of the output with the record of a run.
    #[serde(default)]
    pub keep_output: bool,
}

/// A command that lists what a parameter can be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuggestionRow {
    /// The parameter.
    pub parameter: String,
    /// The shell text.
    pub template: String,
    /// What its approval is bound to.
    pub digest: String,
    /// A person approved this digest.
    pub approved: bool,
}

/// What was understood of a command that is taught.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Understood {
    /// The canonical phrase.
    pub phrase: String,
    /// The shell text.
    pub template: String,
    /// The script where a shell runs it.
    pub script: Option<String>,
    /// The programs that it runs.
    pub programs: Vec<String>,
    /// Those that nothing is known of.
    pub unknown_programs: Vec<String>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What it may do.
    pub effects: Effects,
    /// What a run of it is allowed.
    pub permissions: Permissions,
    /// Phrases that the bank knows for it.
    pub known: u32,
    /// What a person should know.
    pub notes: Vec<String>,
    /// What an approval is bound to.
    pub digest: String,
    /// What lists the values of its parameters.
    pub suggestions: Vec<SuggestionRow>,
    /// Whether the end of its output is kept with the record of a run.
    pub keep_output: bool,
}

/// Why a teach was refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TeachProblem {
    /// Stable name.
    pub code: String,
    /// One line.
    pub message: String,
    /// What to do, where possible a rewrite that works.
    pub hint: Option<String>,
    /// Which text the offsets are of.
    #[serde(rename = "where")]
    pub place: Option<&'static str>,
    /// That text.
    pub text: Option<String>,
    /// UTF-16 offset into it.
    pub start: Option<usize>,
    /// UTF-16 offset into it.
    pub end: Option<usize>,
}

/// What a teach would store.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Compiled {
    /// It can be taught.
    Understood {
        /// As this.
        understood: Box<Understood>,
    },
    /// It cannot.
    Refused {
        /// Why.
        problem: Box<TeachProblem>,
    },
}

/// What a teach stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Taught {
    /// A new command.
    Created {
        /// Its id.
        command_id: String,
        /// As this.
        understood: Box<Understood>,
        /// Of the namespace, after it.
        generation: i64,
    },
    /// A command has a new body.
    Replaced {
        /// Its id.
        command_id: String,
        /// As this.
        understood: Box<Understood>,
        /// Of the namespace, after it.
        generation: i64,
    },
    /// The phrase has a command already; nothing was changed.
    Exists {
        /// That command.
        command_id: String,
        /// The phrase as that command has it.
        phrase: String,
        /// Whether it is the same command.
        same_command: bool,
    },
    /// It cannot be taught.
    Refused {
        /// Why.
        problem: Box<TeachProblem>,
    },
}

/// A hostile value, for an audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PayloadRow {
    /// What it tries; unique.
    pub name: &'static str,
    /// The way it would get past.
    pub class: lever_core::command::payloads::Class,
    /// The value.
    pub value: String,
}

/// What became of a phrase that a model proposed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ProposedPhrase {
    /// It could be added.
    Free,
    /// It was.
    Added,
    /// A command has it already.
    Taken {
        /// That command.
        command_id: String,
    },
    /// It is no phrase for this command.
    Refused {
        /// Why.
        problem: Box<TeachProblem>,
    },
}
