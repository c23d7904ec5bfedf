//! What is told of a run, and what that changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is remembered of a run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // independent facts, recorded one by one
pub struct RunReport {
    /// Made by the caller; unique.
    pub id: String,
    /// What was asked.
    pub request: String,
    /// The command that ran.
    pub command_id: String,
    /// What was executed.
    pub argv: Vec<String>,
    /// The values, secrets masked.
    pub parameters: BTreeMap<String, String>,
    /// What was approved.
    pub digest: String,
    /// The phrase by which it was found.
    #[serde(default)]
    pub phrase: Option<String>,
    /// The gate that decided.
    pub gate: u8,
    /// Whether it was answered from an earlier decision.
    #[serde(default)]
    pub cached: bool,
    /// The kind of match.
    pub kind: String,
    /// `person` or `program`.
    pub caller: String,
    /// The folder it ran for.
    pub cwd: String,
    /// A person said yes to this very command.
    pub confirmed: bool,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// The number of the signal that ended it.
    pub signal: Option<i32>,
    /// Whether its time was over.
    pub timed_out: bool,
    /// How long it took.
    pub duration_ms: f64,
    /// Bytes it wrote.
    pub stdout_bytes: u64,
    /// Bytes it wrote.
    pub stderr_bytes: u64,
    /// Whether some were dropped.
    pub truncated: bool,
    /// What the kernel enforced.
    pub sandbox: serde_json::Value,
    /// `success`, `failure` or `neither`.
    pub verdict: String,
    /// Whether the literal request becomes an alias.
    pub learn: bool,
    /// Where programs were found that were not found there before, by name.
    #[serde(default)]
    pub program_paths: BTreeMap<String, String>,
    /// The end of its output, where that is kept.
    #[serde(default)]
    pub tail_out: Option<String>,
    /// The end of its error output, where that is kept.
    #[serde(default)]
    pub tail_err: Option<String>,
}

/// What recording a run changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recorded {
    /// The command's trust now.
    pub trust: f64,
    /// The alias that was learned.
    pub learned: Option<String>,
}

/// A match that was taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TakenBack {
    /// What was asked.
    pub request: String,
    /// The command that it does not mean.
    pub command_id: String,
    /// That command's canonical phrase.
    pub phrase: String,
    /// Learned aliases that are gone.
    pub aliases: Vec<String>,
    /// The command's own phrase that the request is an instance of: it stands until it is forgotten.
    pub own: Option<String>,
}

/// A call of a language model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCallReport {
    /// The backend's name.
    pub backend: String,
    /// The model's name.
    pub model: String,
    /// `match`, `paraphrase`, `fix` or `check`.
    pub purpose: String,
    /// Tokens sent.
    pub tokens_in: u32,
    /// Tokens received.
    pub tokens_out: u32,
    /// How long it took.
    pub took_ms: u32,
    /// `ok`, or the code of the error.
    pub outcome: String,
    /// The id of the request that it was made for, if it was.
    pub request: Option<String>,
}
