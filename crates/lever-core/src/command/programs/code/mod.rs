//! What a piece of another language's program does, where its text is literal.
//!
//! awk, sed and SQL are read far enough to tell reading from writing; jq and bc can only compute. Of all other
//! languages nothing is said: their code is open.

mod awk;
mod sed;
mod sql;

use super::tags::Tags;

/// What code does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) tags: Tags,
    /// Shell texts it runs.
    pub(super) shell: Vec<String>,
    /// Files it reads, beyond those on the command line.
    pub(super) reads: Vec<String>,
    /// Files it writes.
    pub(super) writes: Vec<String>,
    /// It may do something that its text doesn't tell.
    pub(super) open: bool,
}

impl Code {
    fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }
}

/// True for perl's `s/a/b/g` and `y/a/b/` alone, where neither side can hold code: no `e` among the flags, and no
/// variable, array or code block in the text.
fn is_substitution(text: &str) -> bool {
    let Some(body) = ["s", "y", "tr"].iter().find_map(|name| text.strip_prefix(name)) else {
        return false;
    };
    let Some(delimiter) = body
        .chars()
        .next()
        .filter(|sign| matches!(sign, '/' | '|' | ',' | '#' | '!' | '%'))
    else {
        return false;
    };
    let parts: Vec<&str> = body[1..].split(delimiter).collect();
    let [pattern, replacement, flags] = parts.as_slice() else {
        return false;
    };
    let plain = |part: &str| {
        let ends = part.trim_end_matches('\\').len();
        let variable = part.char_indices().any(|(at, letter)| {
            let next = part[at + letter.len_utf8()..].chars().next();
            letter == '$' && !matches!(next, None | Some('0'..='9' | ')' | '|')) || letter == '@'
        });
        !variable && ends == part.len() && !part.contains("(?{") && !part.contains("(??{")
    };
    plain(pattern) && plain(replacement) && flags.chars().all(|flag| "gimsxrcds".contains(flag))
}

/// Whether code may run or evaluate text that is not in it.
pub(in crate::command) fn runs_text(language: &str, text: &str) -> bool {
    inspect(language, text).open
}

/// Reads code in one of [`super::kind::LANGUAGES`].
pub(super) fn inspect(language: &str, text: &str) -> Code {
    match language {
        "awk" => awk::inspect(text),
        "sed" => sed::inspect(text),
        "sql" => sql::inspect(text),
        "jq" | "bc" => Code::default(),
        "perl" if is_substitution(text) => Code::default(),
        _ => Code::open(),
    }
}
