//! Why a template cannot be taught.

use std::ops::Range;

use super::hole::{HoleError, HoleErrorKind};
use super::markers::{MAX_HOLES, MAX_TEMPLATE};
use super::param_kind::ParamKind;
use super::refusal::Refusal;
use super::value::ValueError;

/// A template that cannot be taught, and where the reason stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct CommandError {
    /// What is wrong.
    pub problem: Problem,
    /// Where, as bytes of the text that [`CommandError::place`] names. Empty where it is the text as a whole.
    pub span: Range<usize>,
    /// The text that the span is in.
    pub place: Place,
}

/// One of the two texts of a teach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The shell template.
    Template,
    /// The phrase.
    Phrase,
}

/// What is wrong with a template, or with the two texts together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing but white space.
    #[error("the command is empty")]
    Empty,
    /// More than [`MAX_TEMPLATE`] bytes.
    #[error("the command has {0} bytes; the most is {MAX_TEMPLATE}")]
    TooLong(usize),
    /// A control character or one that cannot be seen.
    #[error("the command has the unprintable character U+{:04X}", u32::from(*.0))]
    Character(char),
    /// More than [`MAX_HOLES`] holes.
    #[error("a command has at most {MAX_HOLES} holes")]
    TooManyHoles,
    /// A declaration that could not be read.
    #[error("{0}")]
    Hole(HoleErrorKind),
    /// Not a shell command.
    #[error("the shell would not read this: {0}")]
    Syntax(String),
    /// Nested deeper than any command a person reads.
    #[error("quotes and parentheses are nested too deep here")]
    TooDeep,
    /// Valid for a shell, but beyond what can be analysed.
    #[error("{0} cannot be analysed")]
    Unsupported(&'static str),
    /// `$1`, `$@`: there is no script around the command that would have arguments.
    #[error("{0} is empty here: a taught command has no arguments of its own")]
    Positional(String),
    /// `set --` or `shift` would move the values that holes stand for.
    #[error("`{0}` would move the values of this command's parameters")]
    MovesArguments(String),
    /// A template for `sh` that only bash understands.
    #[error("sh does not know {0}")]
    NeedsBash(&'static str),
    /// Nothing is run.
    #[error("this runs no program")]
    NoProgram,
    /// A hole where a value would not stay data.
    #[error("{0}")]
    Refused(Refusal),
    /// The phrase asks for a value that the command has no use for.
    #[error("the phrase has the parameter `{0}`, but the command does not")]
    NotInTemplate(String),
    /// The command needs a value that the phrase does not give.
    #[error("the command has the parameter `{0}`, but the phrase does not, and it has no default")]
    NotInPhrase(String),
    /// A declared type for a parameter that neither text has.
    #[error("there is no parameter `{0}`")]
    NoSuchParameter(String),
    /// The same parameter with two types.
    #[error("`{name}` is declared as {first} and as {second}")]
    TwoTypes {
        /// The parameter.
        name: String,
        /// One type.
        first: ParamKind,
        /// The other.
        second: ParamKind,
    },
    /// The same parameter with two defaults.
    #[error("`{0}` has two different defaults")]
    TwoDefaults(String),
    /// Two secrets whose variables would have the same name.
    #[error("`{0}` and `{1}` would share one environment variable")]
    SecretNames(String, String),
    /// A default that its parameter would refuse as a value.
    #[error("the default does not do: {0}")]
    Default(ValueError),
}

impl CommandError {
    /// An error in the template.
    pub(super) fn new(problem: Problem, span: Range<usize>) -> Self {
        Self {
            problem,
            span,
            place: Place::Template,
        }
    }

    /// An error in the phrase.
    pub(super) fn in_phrase(problem: Problem, span: Range<usize>) -> Self {
        Self {
            problem,
            span,
            place: Place::Phrase,
        }
    }

    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match &self.problem {
            Problem::Empty => "empty_template",
            Problem::TooLong(_) => "long_template",
            Problem::Character(_) => "bad_character",
            Problem::TooManyHoles => "too_many_holes",
            Problem::Hole(kind) => HoleError {
                kind: kind.clone(),
                span: 0..0,
            }
            .code(),
            Problem::Syntax(_) => "shell_syntax",
            Problem::TooDeep => "too_deep",
            Problem::Unsupported(_) => "unsupported_syntax",
            Problem::Positional(_) => "positional_parameter",
            Problem::MovesArguments(_) => "moves_arguments",
            Problem::NeedsBash(_) => "needs_bash",
            Problem::NoProgram => "no_program",
            Problem::Refused(refusal) => refusal.code(),
            Problem::NotInTemplate(_) => "parameter_not_in_template",
            Problem::NotInPhrase(_) => "parameter_not_in_phrase",
            Problem::NoSuchParameter(_) => "no_such_parameter",
            Problem::TwoTypes { .. } => "two_types",
            Problem::TwoDefaults(_) => "two_defaults",
            Problem::SecretNames(..) => "secret_names",
            Problem::Default(_) => "bad_default",
        }
    }

    /// What to do about it, in one line; for a refused hole a rewrite that works.
    pub fn hint(&self) -> String {
        match &self.problem {
            Problem::Empty | Problem::NoProgram => "write the command to run".to_owned(),
            Problem::TooLong(_) => "put it in a script file and teach a command that runs it".to_owned(),
            Problem::Character('\r') => "end lines by a newline alone".to_owned(),
            Problem::Character(_) => {
                "remove it, or write it as an escape that the program understands".to_owned()
            }
            Problem::TooManyHoles => "split the command".to_owned(),
            Problem::Hole(kind) => HoleError {
                kind: kind.clone(),
                span: 0..0,
            }
            .hint(),
            Problem::Syntax(_) => "check quotes, parentheses and keywords; try it in a shell".to_owned(),
            Problem::TooDeep | Problem::Unsupported(_) => {
                "put this part in a script file and call that".to_owned()
            }
            Problem::Positional(_) => "write a parameter, as {{name}}".to_owned(),
            Problem::MovesArguments(_) => {
                "put this part in a script file and pass the parameters to it".to_owned()
            }
            Problem::NeedsBash(_) => "teach it for bash, or leave the interpreter out".to_owned(),
            Problem::Refused(refusal) => refusal.rewrite(),
            Problem::NotInTemplate(name) => {
                format!("use {{{{{name}}}}} in the command, or leave it out of the phrase")
            }
            Problem::NotInPhrase(name) => {
                format!("use {{{{{name}}}}} in the phrase, or give it a default: {{{{{name}=..}}}}")
            }
            Problem::NoSuchParameter(_) => {
                "declare types for parameters of the phrase or the command".to_owned()
            }
            Problem::TwoTypes { .. } | Problem::TwoDefaults(_) => "declare it once".to_owned(),
            Problem::SecretNames(..) => "rename one of them".to_owned(),
            Problem::Default(error) => error.hint(),
        }
    }
}
