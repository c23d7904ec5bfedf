//! What crosses to other languages, in the shape of the JSON contract.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use lever_core::command::{Effects, Permissions};
use serde::{Deserialize, Serialize};

/// How a catalog is opened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The folder of the store.
    pub home: String,
    /// The namespace that is used first.
    pub namespace: String,
    /// Lay the built-in pack under every namespace.
    pub seed: bool,
    /// `auto` or the name of an embedder.
    pub embedder: String,
    /// The folder of the full sentence model.
    #[serde(default)]
    pub embedder_model: Option<String>,
    /// The libonnxruntime that runs it.
    #[serde(default)]
    pub onnxruntime: Option<String>,
    /// The built-in pack's folder.
    pub pack: String,
    /// The phrase bank's file; none where taught commands bring no phrases along.
    #[serde(default)]
    pub bank: Option<String>,
    /// `linux` or `macos`: which variant of a pack's command is taken.
    pub platform: String,
    /// How trust moves.
    pub trust: TrustOptions,
}

/// How trust moves, on 0 to 100.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustOptions {
    /// Of a new command.
    pub new: f64,
    /// Added for a success.
    pub success: f64,
    /// Taken for a failure.
    pub failure: f64,
    /// Below it nothing runs unasked.
    pub floor: f64,
}

/// A command that a request may mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its id.
    pub command_id: String,
    /// The phrase that speaks for it most.
    pub phrase: String,
    /// Its shell text.
    pub template: String,
    /// Values that the request itself gives.
    pub parameters: BTreeMap<String, String>,
    /// How likely it is meant, 0 to 1.
    pub probability: f64,
    /// What it may do.
    pub effects: Effects,
}

/// One line of the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was looked at.
    pub name: Cow<'static, str>,
    /// How it came out.
    pub value: f64,
}

/// What the gates decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// `exact`, `sure`, `likely` or `none`.
    pub kind: String,
    /// The gate that decided.
    pub gate: u8,
    /// Remembered from an earlier request.
    pub cached: bool,
    /// How likely the best candidate is right; 1 for an exact match.
    pub probability: f64,
    /// The best candidate, unless the kind is `none`.
    pub command_id: Option<String>,
    /// Its phrase.
    pub phrase: Option<String>,
    /// Its values.
    pub parameters: BTreeMap<String, String>,
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// Why it was decided so, for a person.
    pub reasons: Vec<String>,
    /// What the decision was made of.
    pub evidence: Vec<Evidence>,
    /// The request asks about a command.
    pub show_only: bool,
    /// Microseconds.
    pub took_us: f64,
}

/// A typed hole, as people see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type as it is written.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is when nobody says.
    pub default: Option<String>,
    /// What it can be, where that is a fixed few.
    pub choices: Vec<String>,
}

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

/// A command to be found and never to be run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Ways to ask for it, the canonical one first.
    pub phrases: Vec<String>,
    /// Its text.
    pub command: String,
    /// Whether it brings along what the phrase bank knows of it.
    #[serde(default)]
    pub bank: bool,
    /// Where its phrases come from: what a person taught stands more firmly than what came with a pack.
    #[serde(default = "taught")]
    pub source: lever_store::Source,
}

const fn taught() -> lever_store::Source {
    lever_store::Source::Taught
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

/// How far a namespace's phrases have vectors of the present embedder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reembedded {
    /// Those that have one.
    pub done: u64,
    /// All.
    pub total: u64,
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

/// What stands behind a catalog.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facts {
    /// `disk`, `read_only` or `memory`.
    pub store: &'static str,
    /// The store's file.
    pub store_path: String,
    /// Its size.
    pub store_bytes: u64,
    /// Its schema.
    pub schema_version: i64,
    /// Why the store is not the ordinary one.
    pub warning: Option<String>,
    /// The embedder's id.
    pub embedder: String,
    /// The scan's implementation.
    pub simd: &'static str,
    /// This crate's version.
    pub version: &'static str,
}
