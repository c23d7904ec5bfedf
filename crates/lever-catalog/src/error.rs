//! Broken machinery and misuse. What a request can regularly end in is data in [`crate::wire`].

use std::path::PathBuf;

use lever_core::command::programs::ProgramsError;
use lever_core::decide::IndexError;
use lever_core::embed::ModelError;
use lever_core::template::TrieError;
use lever_store::StoreError;

/// Why the catalog could not answer at all.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A line of the built-in pack is not what a pack's line must be.
    #[error("{}:{line}: {problem}", .file.display())]
    Pack {
        /// The pack's file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The built-in pack is not where the installation says.
    #[error("the built-in pack cannot be read: {}: {source}", .folder.display())]
    PackMissing {
        /// Where it should be.
        folder: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A request that is no text a person could have typed.
    #[error("{message}")]
    Request {
        /// What is wrong, with the place.
        message: String,
    },
    /// Permissions that are none.
    #[error("{message}")]
    Permissions {
        /// What is wrong.
        message: String,
    },
    /// No command has this id or phrase.
    #[error("no command has the id or phrase \u{201c}{0}\u{201d}")]
    UnknownCommand(String),
    /// Only a table in memory takes commands that are never to be run.
    #[error("this catalog is no table in memory")]
    NotATable,
    /// What was stored for a command is not what this version can read.
    #[error("command {id} cannot be read: {problem}")]
    Plan {
        /// The command.
        id: String,
        /// Why.
        problem: String,
    },
    /// The matcher's tables do not fit together.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The shipped model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// There is no embedder of this name.
    #[error("there is no embedder {0:?}: auto, learned or hash")]
    UnknownEmbedder(String),
    /// The phrases cannot be put into one table.
    #[error(transparent)]
    Trie(#[from] TrieError),
    /// The table of programs has a mistake.
    #[error(transparent)]
    Programs(#[from] ProgramsError),
    /// The system gave no random bytes.
    #[error("no random bytes from the system: {0}")]
    Random(std::io::Error),
    /// A file that commands come from or go to.
    #[error("{message}")]
    Transfer {
        /// Stable name.
        code: &'static str,
        /// One line, with the file.
        message: String,
        /// What to do.
        hint: String,
    },
    /// The full model cannot be used.
    #[error(transparent)]
    MiniLm(#[from] lever_minilm::MiniLmError),
    /// The full model has no vectors of the phrases yet.
    #[error("this embedder has no vectors of your phrases yet")]
    NoVectors,
    /// Arguments from another language that do not have the agreed shape.
    #[error("{0}")]
    Arguments(#[from] serde_json::Error),
}

impl CatalogError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Pack { .. } => "pack_invalid",
            Self::PackMissing { .. } => "pack_missing",
            Self::Request { .. } => "request_invalid",
            Self::NotATable => "not_a_table",
            Self::UnknownCommand(_) | Self::Permissions { .. } => "usage",
            Self::Plan { .. } => "plan_unreadable",
            Self::Index(error) => error.code(),
            Self::Model(error) => error.code(),
            Self::UnknownEmbedder(_) => "embedder_unknown",
            Self::Trie(error) => error.code(),
            Self::Programs(error) => error.code(),
            Self::Random(_) => "random_failed",
            Self::Transfer { code, .. } => code,
            Self::MiniLm(error) => error.code(),
            Self::NoVectors => "reembed_needed",
            Self::Arguments(_) => "arguments_invalid",
        }
    }

    /// What the person can do about it.
    pub fn hint(&self) -> &str {
        match self {
            Self::Store(error) => error.hint(),
            Self::Transfer { hint, .. } => hint,
            Self::Pack { .. } | Self::PackMissing { .. } => {
                "install lever-runner again, or set LEVER_SEED=off"
            }
            Self::Request { .. } => "type the request again as plain text",
            Self::Permissions { .. } => "`lever approve --help` lists the permissions",
            Self::UnknownCommand(_) => "`lever list` shows them all",
            Self::Plan { .. } => "teach it again with --replace",
            Self::NotATable => "open one with `open_table`",
            Self::UnknownEmbedder(_) => "set LEVER_EMBEDDER=auto",
            Self::Index(_)
            | Self::Model(_)
            | Self::Trie(_)
            | Self::Programs(_)
            | Self::Random(_)
            | Self::Arguments(_) => "`lever doctor` checks the installation",
            Self::MiniLm(error) => error.hint(),
            Self::NoVectors => "`lever reembed` computes them; it can be broken off and goes on where it was",
        }
    }
}
