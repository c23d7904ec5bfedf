//! Finds the holes of a template and puts a marker in the place of each, so that a shell parser can read the rest.
//!
//! A marker is one character of the last private planes. It is no letter, digit or operator of any shell, so it parses as
//! the quoted value that will stand there: `{{x}}=1` is no assignment and `$y{{x}}` still names `y`.

use std::ops::Range;

use super::error::{CommandError, Problem};
use super::hole::Hole;

/// Most holes one template may have.
pub const MAX_HOLES: usize = 256;
/// Longest template in bytes.
pub const MAX_TEMPLATE: usize = 64 * 1024;

const FIRST_MARKER: u32 = 0xF_0000;

/// A hole where it stands in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundHole {
    /// Bytes of the template, braces included.
    pub(super) span: Range<usize>,
    /// Bytes of the template between the braces.
    pub(super) inner: Range<usize>,
    /// Its declaration.
    pub(super) hole: Hole,
}

/// A template with markers in the places of its holes.
#[derive(Debug)]
pub(super) struct Marked {
    /// The text that the shell parser reads.
    pub(super) text: String,
    /// In order of appearance: marker `n` stands for hole `n`.
    pub(super) holes: Vec<FoundHole>,
}

/// The character that stands for hole `index`.
pub(super) fn marker(index: usize) -> char {
    char::from_u32(FIRST_MARKER + index as u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The hole that a character stands for.
pub(super) fn hole_of(c: char) -> Option<usize> {
    let index = (c as u32).checked_sub(FIRST_MARKER)? as usize;
    (index < MAX_HOLES).then_some(index)
}

/// The holes whose markers are in `text`, in order.
pub(super) fn holes_in(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.chars().filter_map(hole_of)
}

impl Marked {
    /// Checks a template's characters and length, and finds its holes.
    pub(super) fn new(template: &str) -> Result<Self, CommandError> {
        check_characters(template)?;
        let mut text = String::with_capacity(template.len());
        let mut holes: Vec<FoundHole> = Vec::new();
        let mut at = 0;
        let mut go_blocks = 0usize;
        while let Some(found) = template[at..].find("{{") {
            // Of three braces or more the last two open the hole: `${{{x}}}` holds one inside `${..}`.
            let run = template[at + found..].bytes().take_while(|b| *b == b'{').count();
            let open = at + found + run - 2;
            text.push_str(&template[at..open]);
            match reading(&template[open + 2..], go_blocks) {
                Reading::Literal { block } => {
                    go_blocks = go_blocks.saturating_add_signed(block);
                    text.push_str("{{");
                    at = open + 2;
                }
                Reading::Hole => {
                    let inner = Hole::extent(template, open)
                        .map_err(|error| CommandError::new(Problem::Hole(error.kind), error.span))?;
                    let hole = Hole::parse(&template[inner.clone()]).map_err(|error| {
                        let error = error.shifted(inner.start);
                        CommandError::new(Problem::Hole(error.kind), error.span)
                    })?;
                    let span = open..inner.end + 2;
                    if holes.len() == MAX_HOLES {
                        return Err(CommandError::new(Problem::TooManyHoles, span));
                    }
                    text.push(marker(holes.len()));
                    at = span.end;
                    holes.push(FoundHole { span, inner, hole });
                }
            }
        }
        text.push_str(&template[at..]);
        Ok(Self { text, holes })
    }

    /// Puts the holes back as they were written.
    pub(super) fn unmark(&self, marked: &str, template: &str) -> String {
        let mut out = String::with_capacity(marked.len());
        for c in marked.chars() {
            match hole_of(c).and_then(|index| self.holes.get(index)) {
                Some(found) => out.push_str(&template[found.span.clone()]),
                None => out.push(c),
            }
        }
        out
    }

    /// The byte of the template at which the `index`th character of the marked text stands.
    pub(super) fn template_offset(&self, index: usize) -> usize {
        let mut offset = 0;
        for c in self.text.chars().take(index) {
            offset += hole_of(c)
                .and_then(|hole| self.holes.get(hole))
                .map_or(c.len_utf8(), |found| found.span.len());
        }
        offset
    }
}

/// What `{{` begins.
enum Reading {
    Hole,
    /// Part of a Go template that a program is given (`{{.Names}}`, `{{json .}}`), or awk's braces.
    /// `block` counts the Go blocks it opens (1) or closes (-1).
    Literal {
        block: isize,
    },
}

/// Tells a hole from a Go template's action by what follows `{{`.
fn reading(after: &str, go_blocks: usize) -> Reading {
    let body = after.trim_start_matches([' ', '\t']);
    let name_end = body
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .unwrap_or(body.len());
    let (name, rest) = body.split_at(name_end);
    let next = rest.trim_start_matches([' ', '\t']).chars().next();
    if name.is_empty() {
        return match next {
            Some('.' | '$' | '"' | '\'' | '`' | '(' | '/' | ';' | '#' | '%' | '*' | '!') => {
                Reading::Literal { block: 0 }
            }
            _ => Reading::Hole,
        };
    }
    if name.starts_with('-') {
        return Reading::Literal { block: 0 };
    }
    let spaced = rest.starts_with([' ', '\t']);
    let argument = spaced && matches!(next, Some('.' | '$' | '"' | '\'' | '(' | '`'));
    match name {
        "range" | "if" | "with" | "block" | "define"
            if spaced && !matches!(next, Some(':' | '=' | '}') | None) =>
        {
            Reading::Literal { block: 1 }
        }
        "end" if go_blocks > 0 => Reading::Literal { block: -1 },
        "else" if go_blocks > 0 => Reading::Literal { block: 0 },
        _ if argument => Reading::Literal { block: 0 },
        _ => Reading::Hole,
    }
}

fn check_characters(template: &str) -> Result<(), CommandError> {
    if template.trim().is_empty() {
        return Err(CommandError::new(Problem::Empty, 0..template.len()));
    }
    if template.len() > MAX_TEMPLATE {
        return Err(CommandError::new(Problem::TooLong(template.len()), 0..0));
    }
    match template
        .char_indices()
        .find(|(_, c)| !matches!(c, '\n' | '\t') && (is_unseen(*c) || *c as u32 >= FIRST_MARKER))
    {
        None => Ok(()),
        Some((at, c)) => Err(CommandError::new(Problem::Character(c), at..at + c.len_utf8())),
    }
}

/// Control characters, line ends of other kinds, and characters that hide or reorder the text around them.
/// The joiners U+200C and U+200D, which some scripts and emoji need, are not among them.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061C}'
                | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}'
                | '\u{180B}'..='\u{180E}'
                | '\u{200B}' | '\u{200E}' | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(template: &str) -> Vec<String> {
        let marked = Marked::new(template).unwrap();
        assert_eq!(marked.unmark(&marked.text, template), template);
        marked.holes.iter().map(|found| found.hole.name.clone()).collect()
    }

    fn code(template: &str) -> (&'static str, &str) {
        let error = Marked::new(template).unwrap_err();
        (error.code(), &template[error.span])
    }

    #[test]
    fn finds_holes_and_leaves_other_braces() {
        assert_eq!(names("cp {{file}} {{dest:path=.}}"), ["file", "dest"]);
        assert_eq!(
            names("grep 'été' {{größe=ö}}".replace("größe", "g").as_str()),
            ["g"]
        );
        assert_eq!(
            names("docker ps --format '{{.Names}}: {{json .}} {{ .ID }}' -f name={{n}}"),
            ["n"]
        );
        assert_eq!(
            names("docker inspect -f '{{range .X}}{{.Y}}{{else}}-{{end}}' {{c}}"),
            ["c"]
        );
        assert_eq!(names("x '{{range $i, $e := .X}}{{end}}{{end}}'"), ["end"]);
        assert_eq!(names("awk '{{print $1}}' {{file}}"), ["file"]);
        assert_eq!(names("echo {a,{{b}}} ${{{c}}}"), ["b", "c"]);
        assert_eq!(names("echo {{v:regex([0-9]{2})}} {{x}}{{y}}"), ["v", "x", "y"]);
        assert_eq!(names("echo }} { { {"), Vec::<String>::new());
    }

    #[test]
    fn says_where_a_hole_is_wrong() {
        assert_eq!(code("cp {{file"), ("unclosed_hole", "{{"));
        assert_eq!(code("cp {{file} x"), ("unclosed_hole", "{{"));
        assert_eq!(code("é {{path/to/file}}"), ("bad_hole_name", "path/to/file"));
        assert_eq!(code("é {{my file}}"), ("bad_hole_name", "my file"));
        assert_eq!(code("é {{n:nope}}"), ("unknown_type", "nope"));
        assert_eq!(code("é {{}}").0, "hole_without_name");
        assert_eq!(code("é {{2nd}}").0, "bad_hole_name");
    }

    #[test]
    fn refuses_what_cannot_be_seen() {
        assert_eq!(code("   ").0, "empty_template");
        assert_eq!(code(&"x".repeat(MAX_TEMPLATE + 1)).0, "long_template");
        for c in [
            '\0',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{2028}',
            '\u{202e}',
            '\u{200b}',
            '\u{F0000}',
            '\u{100000}',
        ] {
            let template = format!("echo é{c}x");
            assert_eq!(code(&template), ("bad_character", c.to_string().as_str()));
        }
        assert!(Marked::new("echo 👩\u{200d}🚀").is_ok());
        assert!(Marked::new("echo a \\\n\tb").is_ok());
        let many = "{{a}} ".repeat(MAX_HOLES + 1);
        assert_eq!(code(&many).0, "too_many_holes");
    }

    #[test]
    fn offsets_are_bytes_of_the_template() {
        let template = "ö {{a}} é {{b}}!";
        let marked = Marked::new(template).unwrap();
        let bang = marked.text.chars().position(|c| c == '!').unwrap();
        assert_eq!(&template[marked.template_offset(bang)..], "!");
    }
}
