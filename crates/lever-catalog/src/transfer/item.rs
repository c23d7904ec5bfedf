//! What a source cuts its file into.

use std::borrow::Cow;

use super::entry::Entry;

/// One command of a file, or what stands in the place of one.
#[derive(Debug, PartialEq)]
pub(crate) struct Item {
    /// Counted from 1; where the command begins.
    pub(crate) line: u64,
    /// The file's name within an archive or a folder.
    pub(crate) file: Option<String>,
    pub(crate) raw: Raw,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Raw {
    /// An object in JSON, not read yet.
    Json(String),
    /// A command that the source read by itself.
    Entry(Box<Entry>),
    /// What cannot be a command.
    Bad(Bad),
    /// Nothing wrong, but worth a line in the report.
    Note(String),
}

/// Why a line is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bad {
    /// Stable name.
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Bad {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            hint: None,
        }
    }
}

impl Item {
    pub(crate) fn new(line: u64, raw: Raw) -> Self {
        Self {
            line,
            file: None,
            raw,
        }
    }

    pub(crate) fn bad(line: u64, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(line, Raw::Bad(Bad::new(code, message)))
    }
}

impl Item {
    /// About how many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        match &self.raw {
            Raw::Json(text) | Raw::Note(text) => text.len(),
            Raw::Entry(entry) => entry.command.len() + entry.phrase.len(),
            Raw::Bad(_) => 0,
        }
    }
}
