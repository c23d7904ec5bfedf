//! What an assessment says: effects and permissions of the whole, and what each word is.

use serde::Serialize;

use crate::command::shell_words::SimpleCommand;
use crate::command::{Effects, Permissions};

use super::kind::Kind;

/// What has to be known of a template's hole.
#[derive(Clone, Copy, Debug)]
pub struct HoleFact<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value may be an option, so that what the command does is open.
    pub option: bool,
}

/// Reads shell text into the commands it runs; nothing where it can't.
pub type ShellParser<'a> = dyn Fn(&str) -> Option<Vec<SimpleCommand>> + 'a;

/// What a template does and needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// What it may do.
    pub effects: Effects,
    /// What a run of it needs, derived from the effects.
    pub permissions: Permissions,
    /// It wants a terminal.
    pub interactive: bool,
    /// It runs until it is stopped.
    pub follows: bool,
    /// What was found strange or worth a word, without repeats.
    pub notes: Vec<Note>,
    /// Holes that stand in another language's program.
    pub code: Vec<CodePosition>,
    /// What each word is, command by command, in the order given.
    pub commands: Vec<CommandFacts>,
}

/// Something a person should hear about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// A stable name: `unknown_program`, `unknown_subcommand`, `unknown_option`, `open_option`, `open_program`,
    /// `open_code`, `runs_script`, `open_path`, `writes_device`, `name_in_code`.
    pub code: &'static str,
    /// The words it is about.
    pub text: String,
}

/// A hole whose value another program would read as a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePosition {
    /// The command, by its place in what was assessed.
    pub command: usize,
    /// The word in it; none if the hole is in a here-document.
    pub word: Option<usize>,
    /// The hole.
    pub hole: usize,
    /// The language, as `sh`, `awk`, `sql`; `program` for the name of a program.
    pub language: String,
    /// The program that reads it.
    pub program: String,
}

/// What one command's words are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandFacts {
    /// The program behind all wrappers, without its folder; empty where it is not literal.
    pub program: String,
    /// Its subcommand, words joined by blanks; empty if it has none.
    pub subcommand: String,
    /// One a word.
    pub words: Vec<WordFact>,
    /// Where a word may be put in so that what follows is never read as an option; in ascending order.
    pub guards: Vec<Guard>,
}

/// What one word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordFact {
    /// Its part in the command.
    pub role: Role,
    /// Values that would mean something else here: of a hole that begins the word or the value in it, or follows its `=`.
    pub refuse: &'static [Refusal],
}

/// The part of a word in its command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The name of a program, or of one that a wrapper runs.
    Program,
    /// The name of a subcommand.
    Subcommand,
    /// An option, with its value if that is attached.
    Option,
    /// An option's value in a word of its own.
    Value(Kind),
    /// An operand.
    Operand(Kind),
    /// `--`
    Separator,
    /// A word that is not understood.
    Unknown,
}

/// A place for an end-of-options word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The word before which it goes.
    pub before: usize,
    /// What to put there: `--`, or for some of git's subcommands `--end-of-options`.
    pub text: &'static str,
}

/// A value that would not be taken as what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One that begins so: `@` names a file to read, `+` a command.
    Leading(&'static str),
    /// One that contains this: `:` sets a host apart from a path.
    Containing(&'static str),
    /// One that is exactly this: find's `(`.
    Exactly(&'static str),
}
