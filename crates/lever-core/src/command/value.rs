//! Whether a value may stand for a parameter.

use std::fmt::Write as _;

use super::markers::is_unseen;
use super::param_kind::ParamKind;
use super::params::Param;

/// Longest value in bytes, whatever its type.
pub const MAX_VALUE: usize = 8 * 1024;
/// Longest path, link or name of other kinds than free text.
pub const MAX_SHORT_VALUE: usize = 4096;

/// Why a value was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {rule}", said(.name, .value.as_deref()))]
pub struct ValueError {
    /// The parameter.
    pub name: String,
    /// The value, its unprintable characters escaped and its length cut; none for a secret.
    pub value: Option<String>,
    /// The rule it breaks.
    pub rule: Rule,
}

/// A rule that a value can break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// Nothing, where something is needed.
    #[error("a value is needed")]
    Empty,
    /// More than this many bytes.
    #[error("it has more than {0} bytes")]
    TooLong(usize),
    /// A control character, or one that cannot be seen.
    #[error("it has the unprintable character U+{:04X}", u32::from(*.0))]
    Character(char),
    /// Not of the type.
    #[error("it is not of type {0}")]
    Kind(ParamKind),
    /// It begins with a dash where a program would read an option.
    #[error("it begins with `-`, so that the program would take it for an option")]
    Option,
    /// It begins with this, which the program gives a meaning.
    #[error("it begins with `{0}`, which means something else to the program")]
    Begins(String),
    /// It contains this, which the program gives a meaning.
    #[error("it contains `{0}`, which means something else to the program")]
    Contains(String),
    /// It is this, which the program gives a meaning.
    #[error("`{0}` means something else to the program")]
    Is(String),
    /// `NAME=value`, which the program reads as a setting.
    #[error("it has the form NAME=value, which the program takes for a setting")]
    Setting,
    /// A name such as `/dev/tcp/host/80`, by which bash opens a connection.
    #[error("bash would open a network connection for it")]
    NetworkPath,
    /// Outside the folders that the owner opened to programs.
    #[error("it lies outside the folders open to callers that are programs")]
    OutsideRoots,
    /// `..` in a value that is put into a path.
    #[error("it has `..` and stands inside a path")]
    Climbs,
}

impl ValueError {
    pub(super) fn new(param: &Param, value: &str, rule: Rule) -> Self {
        let shown = (param.kind != ParamKind::Secret).then(|| escape(value));
        Self {
            name: param.name.clone(),
            value: shown,
            rule,
        }
    }

    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self.rule {
            Rule::Empty => "value_empty",
            Rule::TooLong(_) => "value_too_long",
            Rule::Character(_) => "value_character",
            Rule::Kind(_) => "value_type",
            Rule::Option => "value_option",
            Rule::Begins(_) | Rule::Contains(_) | Rule::Is(_) => "value_special",
            Rule::Setting => "value_setting",
            Rule::NetworkPath => "value_network_path",
            Rule::OutsideRoots => "value_outside_roots",
            Rule::Climbs => "value_climbs",
        }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match &self.rule {
            Rule::Empty => "give a value".to_owned(),
            Rule::TooLong(_) => "put the text in a file and give its name".to_owned(),
            Rule::Character(_) => "values are one line of printable text".to_owned(),
            Rule::Kind(ParamKind::Choice(choices)) => format!("give one of {}", choices.join(", ")),
            Rule::Kind(kind) => format!("give {}", example(kind)),
            Rule::Option => {
                "to pass options, teach the command with them; a file name may be written as ./-name"
                    .to_owned()
            }
            Rule::Begins(_) | Rule::Is(_) | Rule::Setting => {
                "a file name may be written as ./name".to_owned()
            }
            Rule::Contains(_) => "teach the command with this part written in it".to_owned(),
            Rule::NetworkPath => "name a file".to_owned(),
            Rule::OutsideRoots => "give a path inside them, or have the owner add a folder".to_owned(),
            Rule::Climbs => "give the path without `..`".to_owned(),
        }
    }
}

fn example(kind: &ParamKind) -> &'static str {
    match kind {
        ParamKind::Int => "a whole number, as 20",
        ParamKind::Float => "a number, as 1.5",
        ParamKind::Host => "a host, as web01 or 10.0.0.1",
        ParamKind::Url => "an address, as https://example.com/x",
        ParamKind::Port => "a port from 1 to 65535",
        ParamKind::Ref => "a branch, tag or commit",
        ParamKind::Word => "one word",
        ParamKind::Regex(_) => "a value that the whole pattern matches",
        _ => "a value",
    }
}

fn said(name: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("`{value}` does not do for {name}"),
        None => format!("the value does not do for {name}"),
    }
}

/// A value in printable ASCII and letters, cut after 80 characters, for messages.
pub(super) fn escape(value: &str) -> String {
    let mut shown = String::new();
    for (count, c) in value.chars().enumerate() {
        if count == 80 {
            shown.push('…');
            break;
        }
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            c if is_unseen(c) || c as u32 >= 0xE000 && !c.is_alphanumeric() && (c as u32) < 0xF900 => {
                let _ = write!(shown, "\\u{{{:x}}}", c as u32);
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Checks a value as a whole: characters, length, type. Returns the value to use, which differs only for a choice
/// written in other case or spacing.
pub(super) fn check(param: &Param, value: &str) -> Result<String, ValueError> {
    let fail = |rule| Err(ValueError::new(param, value, rule));
    if value.is_empty() {
        let may_be_empty = param.default.as_deref() == Some("") && matches!(param.kind, ParamKind::Text);
        return if may_be_empty {
            Ok(String::new())
        } else {
            fail(Rule::Empty)
        };
    }
    let most = match param.kind {
        ParamKind::Text | ParamKind::Secret => MAX_VALUE,
        _ => MAX_SHORT_VALUE,
    };
    if value.len() > most {
        return fail(Rule::TooLong(most));
    }
    if let Some(c) = value.chars().find(|c| is_unseen(*c)) {
        return fail(Rule::Character(c));
    }
    match param.kind.canonical(value) {
        Some(canonical) => Ok(canonical.into_owned()),
        None => fail(Rule::Kind(param.kind.clone())),
    }
}
