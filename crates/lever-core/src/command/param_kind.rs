//! The types a parameter can have: how they are written, inferred from a name, and what values they take.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The type of a parameter. Written and serialised as in `{{name:type}}`: `int`, `choice(a|b)`, `regex(v\d+)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ParamKind {
    /// Any text, several words included.
    Text,
    /// Anything without white space.
    Word,
    /// A decimal integer of at most 18 digits, with an optional minus sign.
    Int,
    /// A decimal number with an optional sign and fraction: `-0.5`, `10`.
    Float,
    /// A file path, relative or absolute.
    Path,
    /// A folder path, relative or absolute.
    Dir,
    /// A host name, an IPv4 or IPv6 address, with an optional `user@` before it.
    Host,
    /// An address with a scheme, a bare `example.com/x`, or git's `git@host:path`.
    Url,
    /// 1 to 65535.
    Port,
    /// A git revision: `main`, `feature/x-1`, `HEAD~2`, `v1..v2`.
    Ref,
    /// One of these, each of one or more words; never empty.
    Choice(Vec<String>),
    /// Text that this pattern (Rust's `regex` syntax) matches from end to end.
    Regex(String),
    /// A value that goes by environment or file descriptor and is never shown, stored or put in a phrase.
    Secret,
}

/// Why a type could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KindErrorKind {
    /// Not a name in [`ParamKind::NAMES`].
    #[error("unknown parameter type `{0}`")]
    Unknown(String),
    /// `choice` without its list.
    #[error("`choice` needs its choices: choice(one|two)")]
    ChoiceWithoutList,
    /// An empty item between two bars.
    #[error("a choice is empty")]
    EmptyChoice,
    /// The same item twice.
    #[error("`{0}` is in this choice twice")]
    RepeatedChoice(String),
    /// `regex` without its pattern, or with an empty one.
    #[error("`regex` needs its pattern: regex(v[0-9]+)")]
    RegexWithoutPattern,
    /// The pattern does not compile, or is too large once compiled.
    #[error("this pattern is not valid: {0}")]
    BadRegex(String),
    /// The parenthesis of `choice(` or `regex(` has no end.
    #[error("`(` is never closed")]
    Unclosed,
    /// Text after the closing parenthesis.
    #[error("`{0}` after the type is not understood")]
    Trailing(String),
}

/// A type that could not be read, and the bytes of the given text that are at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct KindError {
    /// What is wrong.
    pub kind: KindErrorKind,
    /// Where, as bytes of the text given to [`ParamKind::parse`].
    pub span: Range<usize>,
}

impl KindError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self.kind {
            KindErrorKind::Unknown(_) => "unknown_type",
            KindErrorKind::ChoiceWithoutList
            | KindErrorKind::EmptyChoice
            | KindErrorKind::RepeatedChoice(_) => "bad_choice",
            KindErrorKind::RegexWithoutPattern | KindErrorKind::BadRegex(_) => "bad_regex",
            KindErrorKind::Unclosed => "unclosed_type",
            KindErrorKind::Trailing(_) => "trailing_text",
        }
    }
}

/// Compiled size that a parameter's pattern may take: patterns come from imported files too.
const REGEX_SIZE_LIMIT: usize = 256 * 1024;

impl ParamKind {
    /// The type names that [`ParamKind::parse`] knows.
    pub const NAMES: [&'static str; 13] = [
        "text", "word", "int", "float", "path", "dir", "host", "url", "port", "ref", "choice", "regex",
        "secret",
    ];

    /// Reads a type as written after the colon of a hole.
    pub fn parse(text: &str) -> Result<Self, KindError> {
        Self::read(text, |pattern| compile_regex(pattern).map(drop))
    }

    /// Reads a type; `check` says whether a pattern is valid.
    fn read(text: &str, check: impl Fn(&str) -> Result<(), String>) -> Result<Self, KindError> {
        let start = text.len() - text.trim_start().len();
        let written = text.trim();
        let (name, rest) = match written.find('(') {
            Some(open) => (written[..open].trim_end(), &written[open..]),
            None => (written, ""),
        };
        let fail = |kind, span: Range<usize>| {
            Err(KindError {
                kind,
                span: start + span.start..start + span.end,
            })
        };
        let whole = 0..written.len();
        if !matches!(name, "choice" | "regex") {
            let simple = match name {
                "text" => Self::Text,
                "word" => Self::Word,
                "int" => Self::Int,
                "float" => Self::Float,
                "path" => Self::Path,
                "dir" => Self::Dir,
                "host" => Self::Host,
                "url" => Self::Url,
                "port" => Self::Port,
                "ref" => Self::Ref,
                "secret" => Self::Secret,
                _ => {
                    return fail(
                        KindErrorKind::Unknown(name.to_owned()),
                        0..name.len().max(1).min(written.len()),
                    );
                }
            };
            if !rest.is_empty() {
                return fail(
                    KindErrorKind::Trailing(rest.to_owned()),
                    name.len()..written.len(),
                );
            }
            return Ok(simple);
        }
        if rest.is_empty() {
            return fail(
                if name == "choice" {
                    KindErrorKind::ChoiceWithoutList
                } else {
                    KindErrorKind::RegexWithoutPattern
                },
                whole,
            );
        }
        let open = written.len() - rest.len();
        let Some(close) = closing_paren(written, open) else {
            return fail(KindErrorKind::Unclosed, open..open + 1);
        };
        if close + 1 < written.len() {
            return fail(
                KindErrorKind::Trailing(written[close + 1..].trim().to_owned()),
                close + 1..written.len(),
            );
        }
        let body = &written[open + 1..close];
        if name == "regex" {
            if body.is_empty() {
                return fail(KindErrorKind::RegexWithoutPattern, whole);
            }
            return match check(body) {
                Ok(()) => Ok(Self::Regex(body.to_owned())),
                Err(why) => fail(KindErrorKind::BadRegex(why), open + 1..close),
            };
        }
        let mut choices: Vec<String> = Vec::new();
        let mut at = open + 1;
        for piece in body.split('|') {
            let span = at..at + piece.len();
            at = span.end + 1;
            let item = piece.split_whitespace().collect::<Vec<_>>().join(" ");
            if item.is_empty() {
                return fail(
                    KindErrorKind::EmptyChoice,
                    span.start..span.end.max(span.start + 1),
                );
            }
            if choices.contains(&item) {
                return fail(KindErrorKind::RepeatedChoice(item), span);
            }
            choices.push(item);
        }
        Ok(Self::Choice(choices))
    }

    /// The type that a parameter's name suggests; [`ParamKind::Text`] where it suggests none.
    ///
    /// The last known word of the name decides (`src_file` is a path, `file_count` an integer); a trailing number
    /// (`file2`) is ignored.
    pub fn infer(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        if matches!(
            lower.as_str(),
            "api_key" | "apikey" | "api-key" | "secret_key" | "private_key"
        ) {
            return Self::Secret;
        }
        lower
            .split(['_', '-'])
            .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
            .filter_map(|word| INFERRED.iter().find(|(names, _)| names.contains(&word)))
            .next_back()
            .map_or(Self::Text, |(_, kind)| kind.clone())
    }

    /// Whether `value`, as a whole, has this type's form. Form only: nothing is looked up.
    ///
    /// A pattern is compiled on each call; whoever checks many values keeps [`compile_regex`]'s result.
    pub fn accepts(&self, value: &str) -> bool {
        match self {
            Self::Text | Self::Path | Self::Dir | Self::Secret => !value.is_empty(),
            Self::Word => !value.is_empty() && !value.contains(char::is_whitespace),
            Self::Int => is_int(value),
            Self::Float => is_float(value),
            Self::Host => is_host(value),
            Self::Url => is_url(value),
            Self::Port => is_port(value),
            Self::Ref => is_ref(value),
            Self::Choice(_) => self.canonical(value).is_some(),
            Self::Regex(pattern) => anchored(pattern).is_ok_and(|regex| regex.is_match(value)),
        }
    }

    /// The value to use for what a person wrote: for a choice the declared spelling, whatever the case and spacing;
    /// for every other type the value itself, byte for byte. `None` where the type does not accept it.
    pub fn canonical<'a>(&'a self, value: &'a str) -> Option<Cow<'a, str>> {
        let Self::Choice(choices) = self else {
            return self.accepts(value).then_some(Cow::Borrowed(value));
        };
        if let Some(same) = choices.iter().find(|choice| *choice == value) {
            return Some(Cow::Borrowed(same));
        }
        let folded = |text: &str| {
            text.split_whitespace()
                .map(str::to_lowercase)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let wanted = folded(value);
        choices
            .iter()
            .find(|choice| folded(choice) == wanted)
            .map(|choice| Cow::Borrowed(choice.as_str()))
    }
}

impl fmt::Display for ParamKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Text => "text",
            Self::Word => "word",
            Self::Int => "int",
            Self::Float => "float",
            Self::Path => "path",
            Self::Dir => "dir",
            Self::Host => "host",
            Self::Url => "url",
            Self::Port => "port",
            Self::Ref => "ref",
            Self::Secret => "secret",
            Self::Choice(choices) => return write!(out, "choice({})", choices.join("|")),
            Self::Regex(pattern) => return write!(out, "regex({pattern})"),
        })
    }
}

impl TryFrom<String> for ParamKind {
    type Error = KindError;
    /// For stored plans: their patterns were valid when they were taught, and checking one costs more than all the rest.
    /// One that is not valid accepts no value.
    fn try_from(text: String) -> Result<Self, KindError> {
        Self::read(&text, |_| Ok(()))
    }
}

impl From<ParamKind> for String {
    fn from(kind: ParamKind) -> Self {
        kind.to_string()
    }
}

/// Compiles a parameter's pattern so that it must match a value from end to end.
pub fn compile_regex(pattern: &str) -> Result<regex::Regex, String> {
    // Compiled on its own first: `a)(b` must not become valid by our own parentheses.
    build(pattern)
        .and_then(|_| anchored(pattern))
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The parser's message draws its own caret over several lines; its last line says what is wrong.
            other => {
                let text = other.to_string();
                let line = text.lines().last().unwrap_or_default();
                line.trim().trim_start_matches("error: ").to_owned()
            }
        })
}

/// A pattern that is known to be valid, made to match from end to end.
fn anchored(pattern: &str) -> Result<regex::Regex, regex::Error> {
    build(&format!(r"\A(?:{pattern})\z"))
}

fn build(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(pattern)
        .size_limit(REGEX_SIZE_LIMIT)
        .build()
}

/// The offset of the `)` that closes the `(` at `open`; escapes and bracketed classes are skipped, as in a regex.
pub(super) fn closing_paren(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, open);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => {
                // A `]` directly after `[` or `[^` is a member of the class.
                let first = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'^'));
                let mut end = first + usize::from(bytes.get(first) == Some(&b']'));
                while end < bytes.len() && bytes[end] != b']' {
                    end += 1 + usize::from(bytes[end] == b'\\');
                }
                // An unclosed bracket is an ordinary character here; the pattern's own parser will complain.
                if end < bytes.len() {
                    at = end;
                }
            }
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

const INFERRED: &[(&[&str], ParamKind)] = &[
    (
        &[
            "file",
            "files",
            "filename",
            "path",
            "src",
            "source",
            "dst",
            "dest",
            "destination",
            "archive",
            "logfile",
            "input",
            "output",
            "script",
            "zip",
            "tarball",
        ],
        ParamKind::Path,
    ),
    (&["dir", "directory", "folder", "cwd"], ParamKind::Dir),
    (&["port"], ParamKind::Port),
    (
        &[
            "n", "num", "number", "count", "lines", "line", "limit", "depth", "seconds", "secs", "minutes",
            "mins", "hours", "days", "weeks", "pid", "jobs", "threads", "timeout", "width", "height",
            "columns", "year",
        ],
        ParamKind::Int,
    ),
    (&["float", "ratio", "percent"], ParamKind::Float),
    (
        &["host", "hostname", "server", "domain", "ip", "addr", "address"],
        ParamKind::Host,
    ),
    (&["url", "uri", "link"], ParamKind::Url),
    (
        &["branch", "ref", "commit", "revision", "rev", "sha", "remote"],
        ParamKind::Ref,
    ),
    (
        &[
            "password",
            "passwd",
            "passphrase",
            "secret",
            "token",
            "credential",
            "credentials",
        ],
        ParamKind::Secret,
    ),
    (
        &[
            "word",
            "user",
            "username",
            "owner",
            "group",
            "name",
            "container",
            "image",
            "service",
            "unit",
            "package",
            "pkg",
            "module",
            "session",
            "process",
            "program",
            "volume",
            "network",
            "pod",
            "namespace",
            "signal",
            "tag",
            "id",
            "ext",
            "extension",
            "interface",
            "device",
            "database",
            "db",
            "table",
            "key",
            "size",
            "mode",
        ],
        ParamKind::Word,
    ),
];

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_int(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    all_digits(digits) && digits.len() <= 18
}

fn is_float(value: &str) -> bool {
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    unsigned.len() <= 32
        && match unsigned.split_once('.') {
            Some((whole, fraction)) => (whole.is_empty() || all_digits(whole)) && all_digits(fraction),
            None => all_digits(unsigned),
        }
}

fn is_port(value: &str) -> bool {
    all_digits(value) && !value.starts_with('0') && value.parse::<u16>().is_ok()
}

fn is_host(value: &str) -> bool {
    let host = match value.split_once('@') {
        Some((user, host)) if is_name(user, b"._-") => host,
        Some(_) => return false,
        None => value,
    };
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    is_hostname(host) || host.parse::<std::net::Ipv6Addr>().is_ok()
}

/// RFC 1123 labels, with `_` as docker and many local networks use it.
fn is_hostname(host: &str) -> bool {
    host.len() <= 253
        && host
            .strip_suffix('.')
            .unwrap_or(host)
            .split('.')
            .all(|label| label.len() <= 63 && !label.ends_with('-') && is_name(label, b"-_"))
}

/// Letters and digits of any script, the extra bytes, not starting with a dash.
fn is_name(text: &str, extra: &[u8]) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || u8::try_from(c).is_ok_and(|b| extra.contains(&b)))
}

fn is_url(value: &str) -> bool {
    if value.contains(|c: char| c.is_whitespace() || c.is_control()) || value.starts_with('-') {
        return false;
    }
    if let Some((scheme, rest)) = value.split_once("://") {
        return !rest.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b));
    }
    // git@host:path
    if let Some((user_host, path)) = value.split_once(':')
        && user_host.contains('@')
    {
        return is_host(user_host) && !path.is_empty();
    }
    let authority = value.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority
        .split_once(':')
        .map_or((authority, None), |(host, port)| (host, Some(port)));
    let last = host.rsplit('.').next().unwrap_or_default();
    let named = host == "localhost"
        || (host.contains('.') && last.len() >= 2 && last.chars().all(char::is_alphabetic));
    (named || host.parse::<std::net::Ipv4Addr>().is_ok()) && is_hostname(host) && port.is_none_or(is_port)
}

/// `git check-ref-format`'s characters plus those of `git rev-parse`'s suffixes and ranges.
fn is_ref(value: &str) -> bool {
    !value.is_empty()
        && !value.starts_with('-')
        && !value.ends_with('/')
        && !value.contains("//")
        && value
            .chars()
            .all(|c| c.is_alphanumeric() || "._/@^~{}+#=-".contains(c))
}

#[cfg(test)]
mod tests;
