//! What an import or an export says: line by line, and at the end.

use serde::Serialize;

/// What became of one command of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new command, unapproved.
    Added,
    /// The command was there; it has got new phrases.
    Merged,
    /// All of it was there.
    Present,
    /// Not taken, for the reason given.
    Refused,
    /// Nothing to take; something to know.
    Note,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineReport {
    /// Counted from 1; where the command begins.
    pub line: u64,
    /// The file within a folder or an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The canonical phrase, as far as it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phrase: Option<String>,
    /// The command that has it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_id: Option<String>,
    /// Why it was refused: a stable name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it was refused, or what there is to know; one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Handed over while an import or export goes on, a few hundred lines at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Lines since the last event, in the file's order.
    pub lines: Vec<LineReport>,
    /// Commands so far.
    pub done: u64,
    /// Bytes of the input read so far.
    pub bytes: u64,
    /// Bytes of the input, or commands to write, in all; 0 where that is not known.
    pub total: u64,
}

/// How an import ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Imported {
    /// How the file was read.
    pub format: String,
    /// New commands.
    pub added: u64,
    /// Commands that got new phrases.
    pub merged: u64,
    /// Commands that were there.
    pub present: u64,
    /// Lines that were not taken.
    pub refused: u64,
    /// Whether it is stored. It is not after a dry run, nor where a line was refused without leave to go on.
    pub stored: bool,
    /// Milliseconds.
    pub took_ms: f64,
}

/// How an export ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Exported {
    /// Commands written.
    pub commands: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Milliseconds.
    pub took_ms: f64,
}

/// How packing an archive ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NailPacked {
    /// Phrases packed.
    pub reflexes: u64,
    /// Patterns left out.
    pub left_out: u64,
    /// Bytes that it holds, unpacked.
    pub unpacked_bytes: u64,
    /// Whether that is more than the usual reader of such archives takes.
    pub over_usual_limit: bool,
}
