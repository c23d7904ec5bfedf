//! What the programs of a command do, told from their names, subcommands and options.
//!
//! The knowledge is data: `programs.toml`, whose top explains its format, and the files beside this one, by area. The way:
//! `table` reads them into a tree, `walk` gives each word of an argv its meaning, `assess` adds up what the words say,
//! looks through wrappers such as `sudo` and into code such as awk's, and derives the limits a run needs.
//! Whatever nobody has described (a program, a subcommand, an option) is said to be unknown, which counts as writing.

mod assess;
mod code;
mod grant;
mod kind;
mod note_text;
mod option;
mod table;
mod tags;
#[cfg(test)]
mod tests;
mod walk;

pub use assess::{
    Assessment, CodePosition, CommandFacts, Guard, HoleFact, Note, Refusal, Role, ShellParser, WordFact,
    assess,
};
pub use kind::Kind;

use table::{Aliases, Node};

/// The table of known programs.
///
/// Reading it takes milliseconds, so whoever assesses commands makes one and keeps it; running a stored plan needs none.
#[derive(Clone, Debug)]
pub struct Programs {
    root: Node,
    aliases: Aliases,
}

/// The table has a mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramsError {
    /// A file is no TOML of the table's shape: a misspelt key, say.
    #[error("programs table {file}: {reason}")]
    Syntax {
        /// The file.
        file: String,
        /// What the TOML reader says, with the line.
        reason: String,
    },
    /// A row says something that makes no sense.
    #[error("programs table {file}, [\"{row}\"]: {reason}")]
    Row {
        /// The file.
        file: String,
        /// The row: a program with its subcommands.
        row: String,
        /// What is wrong.
        reason: String,
    },
}

impl ProgramsError {
    /// A stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "programs_syntax",
            Self::Row { .. } => "programs_row",
        }
    }
}

/// The files of the built-in table.
const FILES: &[(&str, &str)] = &[
    ("programs.toml", include_str!("../programs.toml")),
    ("files.toml", include_str!("files.toml")),
    ("text.toml", include_str!("text.toml")),
    ("system.toml", include_str!("system.toml")),
    ("network.toml", include_str!("network.toml")),
    ("git.toml", include_str!("git.toml")),
    ("containers.toml", include_str!("containers.toml")),
    ("packages.toml", include_str!("packages.toml")),
    ("data.toml", include_str!("data.toml")),
];

impl Programs {
    /// The built-in table.
    ///
    /// # Errors
    /// If the table has a mistake; a test reads it, so a released one has none.
    pub fn builtin() -> Result<Self, ProgramsError> {
        Self::read(FILES)
    }

    /// Reads tables given as `(name, text)`; the names are for messages.
    ///
    /// # Errors
    /// If a text is no TOML, has an unknown key or word, or describes something twice.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, ProgramsError> {
        let (mut root, mut aliases) = (Node::default(), Aliases::new());
        for (name, text) in files {
            table::read(name, text, &mut root, &mut aliases)?;
        }
        if let Some(twice) = aliases.keys().find(|alias| root.get(alias).is_some()) {
            let (file, row) = (String::new(), twice.to_string());
            return Err(ProgramsError::Row {
                file,
                row,
                reason: "it is described twice".to_owned(),
            });
        }
        Ok(Self { root, aliases })
    }

    /// How many names of programs, and how many programs and subcommands, the table describes.
    pub fn count(&self) -> (usize, usize) {
        let (mut programs, mut all) = (0, 0);
        self.root.walk("", &mut |name, node| {
            let depth = name.split_whitespace().count();
            programs += usize::from(depth == 1);
            all += usize::from(depth > 0 && node.facts.is_some());
        });
        (programs + self.aliases.len(), all)
    }

    fn program(&self, name: &str) -> Option<&Node> {
        self.root.get(self.aliases.get(name).map_or(name, |full| full))
    }
}
