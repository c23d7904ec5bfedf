//! What the programs of a command do, told from their names, subcommands and options.
//!
//! The knowledge is data: `programs.toml`, whose top explains its format, and the files beside this one, by area. The way:
//! the build condenses them (`condense`), `table` reads that into a tree, `walk` gives each word of an argv its meaning,
//! `assess` adds up what the words say, looks through wrappers such as `sudo` and into code such as awk's, and derives the
//! limits a run needs.
//! Whatever nobody has described (a program, a subcommand, an option) is said to be unknown, which counts as writing.

mod access;
mod assess;
mod assessment;
mod code;
#[cfg(test)]
mod condense;
mod grant;
mod inner;
mod kind;
mod note_text;
mod option;
mod roles;
mod table;
mod tags;
#[cfg(test)]
mod tests;
mod walk;

pub use assess::assess;
pub use assessment::{
    Assessment, CodePosition, CommandFacts, Guard, HoleFact, Note, Refusal, Role, ShellParser, WordFact,
};
pub(super) use code::runs_text;
pub use kind::Kind;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use table::{Aliases, Node};

/// The table of known programs.
///
/// Making one takes well under a millisecond: only the places of the programs' rows are looked up, and a program's rows are
/// read when it is first asked for. Running a stored plan needs none.
#[derive(Clone, Debug)]
pub struct Programs {
    files: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    rows: BTreeMap<Box<str>, Rows>,
    aliases: Aliases,
}

/// The rows of one program: where they stand, and what they say once that was asked.
#[derive(Clone, Debug, Default)]
struct Rows {
    places: Vec<(usize, Range<usize>)>,
    node: OnceLock<Option<Node>>,
}

/// The table has a mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramsError {
    /// A file or a row has not the table's shape: a misspelt key, say.
    #[error("programs table {file}: {reason}")]
    Syntax {
        /// The file.
        file: String,
        /// What its reader says.
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

/// The built-in table: a file's name, then its rows as [`condense`] writes them.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/programs.rs"));

impl Programs {
    /// The built-in table.
    ///
    /// # Errors
    /// If a name has two meanings in it; a test reads all of it, so a released one has no mistake.
    pub fn builtin() -> Result<Self, ProgramsError> {
        Self::index(
            FILES
                .iter()
                .map(|&(name, rows)| (name.into(), rows.into()))
                .collect(),
        )
    }

    /// Takes tables given as `(name, TOML)`, reading all of them; the names are for messages.
    #[cfg(test)]
    fn read(files: &[(&str, &str)]) -> Result<Self, ProgramsError> {
        let condensed = |&(name, text): &(&str, &str)| match condense::condense(text) {
            Ok(rows) => Ok((name.to_owned().into(), rows.into())),
            Err(reason) => Err(ProgramsError::Syntax {
                file: name.to_owned(),
                reason,
            }),
        };
        let programs = Self::index(files.iter().map(condensed).collect::<Result<_, _>>()?)?;
        programs.read_all()?;
        Ok(programs)
    }

    #[cfg(test)]
    fn read_all(&self) -> Result<(), ProgramsError> {
        self.rows
            .keys()
            .try_for_each(|name| self.read_program(name).map(drop))
    }

    fn index(files: Vec<(Cow<'static, str>, Cow<'static, str>)>) -> Result<Self, ProgramsError> {
        let (mut rows, mut aliases) = (BTreeMap::<Box<str>, Rows>::new(), Aliases::new());
        for (index, (file, text)) in files.iter().enumerate() {
            for section in table::sections(text) {
                for alias in section.aliases() {
                    if aliases.insert(alias.into(), section.name.into()).is_some() {
                        return Err(table::fault(file, alias, "it is described twice"));
                    }
                }
                rows.entry(section.program().into())
                    .or_default()
                    .places
                    .push((index, section.range));
            }
        }
        if let Some((alias, name)) = aliases.iter().find(|(alias, _)| rows.contains_key(*alias)) {
            return Err(table::fault(
                "",
                alias,
                &format!("it has rows, and is also `{name}`"),
            ));
        }
        Ok(Self { files, rows, aliases })
    }

    /// How many names of programs, and how many programs and subcommands, the table describes.
    pub fn count(&self) -> (usize, usize) {
        let mut all = 0;
        for name in self.rows.keys() {
            if let Some(node) = self.program(name) {
                node.walk(name, &mut |_, node| all += usize::from(node.facts.is_some()));
            }
        }
        (self.rows.len() + self.aliases.len(), all)
    }

    fn program(&self, name: &str) -> Option<&Node> {
        let full = self.aliases.get(name).map_or(name, |full| full);
        let (program, subcommand) = full.split_once(' ').unwrap_or((full, ""));
        let rows = self.rows.get(program)?;
        // A mistake makes the program unknown, which is the safe side; reading the whole table reports it.
        let node = rows.node.get_or_init(|| self.read_program(program).ok());
        node.as_ref()?.get(subcommand)
    }

    fn read_program(&self, program: &str) -> Result<Node, ProgramsError> {
        let mut root = Node::default();
        for (index, range) in self.rows.get(program).into_iter().flat_map(|rows| &rows.places) {
            let (file, text) = &self.files[*index];
            table::read(file, &text[range.clone()], &mut root)?;
        }
        Ok(root.take(program))
    }
}
