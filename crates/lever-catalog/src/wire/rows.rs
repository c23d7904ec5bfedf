//! What is listed: commands, their phrases, runs and their sums.

use std::collections::BTreeMap;

use lever_core::command::{Effects, Permissions};
use serde::Serialize;

use super::{Parameter, SuggestionRow};

/// A phrase as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhraseRow {
    /// As it was written.
    pub text: String,
    /// Where it comes from.
    pub source: &'static str,
    /// Whether it uses `(a|b)` and `[optional]`.
    pub pattern: bool,
    /// How often a learned one was used.
    pub uses: u32,
}

/// All there is to know of a command.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommandRow {
    /// Its id.
    pub id: String,
    /// Its canonical phrase.
    pub phrase: String,
    /// All of its phrases, the canonical one first.
    pub phrases: Vec<PhraseRow>,
    /// Its shell text.
    pub template: String,
    /// The script where a shell runs it.
    pub script: Option<String>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What it may do.
    pub effects: Effects,
    /// What a run of it is allowed.
    pub permissions: Permissions,
    /// What an approval is bound to.
    pub digest: String,
    /// Its trust in the namespace.
    pub trust: f64,
    /// Outcomes for it.
    pub successes: u32,
    /// Outcomes against it.
    pub failures: u32,
    /// A person approved this digest.
    pub approved: bool,
    /// `own` or `pack`.
    pub origin: &'static str,
    /// Labels.
    pub tags: Vec<String>,
    /// Names of the programs that it runs, as written.
    pub programs: Vec<String>,
    /// What lists the values of its parameters; only where one command is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<SuggestionRow>,
    /// Whether the end of its output is kept with the record of a run.
    pub keep_output: bool,
}

/// A run, as the log lists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunRow {
    /// Its id.
    pub id: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// What was asked.
    pub request: String,
    /// The command that ran.
    pub command_id: String,
    /// Its canonical phrase, while it is known.
    pub phrase: Option<String>,
    /// Who asked.
    pub caller: String,
    /// `ran`, or why it did not.
    pub status: String,
    /// What was executed; a secret is in none of it.
    pub argv: Vec<String>,
    /// The values, secrets left out.
    pub parameters: BTreeMap<String, String>,
    /// The gate that decided.
    pub gate: u8,
    /// The kind of match.
    pub kind: String,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// The number of the signal that ended it.
    pub signal: Option<i32>,
    /// Whether its time was over.
    pub timed_out: bool,
    /// How long it took.
    pub duration_ms: u64,
    /// Bytes it wrote.
    pub stdout_bytes: u64,
    /// Bytes it wrote.
    pub stderr_bytes: u64,
    /// Whether some of what it wrote was dropped.
    pub truncated: bool,
    /// What the kernel enforced.
    pub sandbox: serde_json::Value,
    /// The end of its output, where its owner wants that kept.
    pub tail_out: Option<String>,
    /// The end of its error output, likewise.
    pub tail_err: Option<String>,
}

/// A command and a count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopRow {
    /// Its id.
    pub command_id: String,
    /// Its canonical phrase.
    pub phrase: String,
    /// How often it ran.
    pub runs: u64,
}

/// A command with little trust after several failures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlaggedRow {
    /// Its id.
    pub command_id: String,
    /// Its canonical phrase.
    pub phrase: String,
    /// Its trust.
    pub trust: f64,
    /// How often it failed.
    pub failures: u32,
}

/// How a namespace was used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    /// Commands that it can use.
    pub commands: u64,
    /// Of these, taught here.
    pub own_commands: u64,
    /// Phrases over all layers.
    pub phrases: u64,
    /// Runs recorded.
    pub runs: u64,
    /// Of these, successes.
    pub successes: u64,
    /// Of these, others.
    pub failures: u64,
    /// By gate.
    pub by_gate: BTreeMap<String, u64>,
    /// By the way they were found: `exact`, `learned`, `cached`, `semantic`, `model`; and `none`.
    pub by_way: BTreeMap<String, u64>,
    /// By kind of match.
    pub by_kind: BTreeMap<String, u64>,
    /// Used most.
    pub top: Vec<TopRow>,
    /// In doubt.
    pub flagged: Vec<FlaggedRow>,
    /// Requests for which a model was called.
    pub model_requests: u64,
    /// What models were called for.
    pub models: Vec<lever_store::ModelUse>,
}
