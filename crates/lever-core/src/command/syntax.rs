//! The shell grammar: brush's parser behind limits that keep it from running away.
//!
//! brush-parser 0.4 recurses on the stack once a level of nesting, tries some constructs three times a level, and
//! panics on numbers that do not fit. All three are met before it is called.

use std::panic::{AssertUnwindSafe, catch_unwind};

use brush_parser::ast::Program;
use brush_parser::word::{self, WordPieceWithSource};
use brush_parser::{ParseError, Parser, ParserOptions};

use super::plain;

/// Deepest nesting of parentheses, braces and compound commands: 20 levels need more than half a megabyte of stack.
const MAX_NESTING: usize = 12;
/// Deepest nesting of `$(`: an unbalanced one costs three times as much with each level.
const MAX_SUBSTITUTIONS: usize = 6;

/// Why a text could not be read.
#[derive(Debug)]
pub(super) enum SyntaxError {
    /// Nested too deep; the character at which it is.
    TooDeep(usize),
    /// Not valid, in a few words, and the character at which that shows, if known.
    Invalid(String, Option<usize>),
}

/// What was never closed, and the character that opened it, from "unterminated single quote at LINE,COLUMN".
fn opening(text: &str, what: &str) -> Option<(String, usize)> {
    let (what, place) = what.rsplit_once(" at ")?;
    let (line, column) = place.split_once(',')?;
    let (line, column) = (line.parse::<usize>().ok()?, column.parse::<usize>().ok()?);
    let before: usize = text
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(|line| line.chars().count())
        .sum();
    Some((what.to_owned(), before + column.checked_sub(1)?))
}

/// Reads a template, or what stands between `$(` and `)`.
pub(super) fn parse_program(text: &str) -> Result<Program, SyntaxError> {
    plain::parse(text).map_or_else(|| parse_by_grammar(text), Ok)
}

/// The same, whether or not there is any grammar in it.
pub(super) fn parse_by_grammar(text: &str) -> Result<Program, SyntaxError> {
    check_limits(text)?;
    let program = text;
    let parse = || Parser::new(text.as_bytes(), &ParserOptions::default()).parse_program();
    // The limits above are what keeps it from panicking; this only keeps a mistake in them from ending the process.
    catch_unwind(AssertUnwindSafe(parse))
        .map_err(|_| SyntaxError::Invalid("it is not understood".to_owned(), None))?
        .map_err(|error| match error {
            ParseError::ParsingNear(position) => {
                SyntaxError::Invalid("a word or sign is out of place".to_owned(), Some(position.index))
            }
            ParseError::ParsingAtEndOfInput => SyntaxError::Invalid("the end is missing".to_owned(), None),
            ParseError::Tokenizing { inner, position } => {
                let text = inner.to_string();
                let what = text.split(" near ").next().unwrap_or(&text);
                match opening(program, what) {
                    Some((what, index)) => SyntaxError::Invalid(what, Some(index)),
                    None => SyntaxError::Invalid(what.to_owned(), position.map(|position| position.index)),
                }
            }
        })
}

/// Splits a word, as written, into its quoted and expanded pieces. Indices in the result are bytes of `word`.
pub(super) fn parse_word(word: &str) -> Option<Vec<WordPieceWithSource>> {
    split(word, word::parse)
}

/// The same for the text of a here-document.
pub(super) fn parse_heredoc(text: &str) -> Option<Vec<WordPieceWithSource>> {
    split(text, word::parse_heredoc)
}

type Split = fn(&str, &ParserOptions) -> Result<Vec<WordPieceWithSource>, brush_parser::WordParseError>;

fn split(text: &str, parse: Split) -> Option<Vec<WordPieceWithSource>> {
    check_limits(text).ok()?;
    catch_unwind(AssertUnwindSafe(|| parse(text, &ParserOptions::default())))
        .ok()?
        .ok()
}

fn check_limits(text: &str) -> Result<(), SyntaxError> {
    let (mut depth, mut substitutions, mut digits, mut word) = (0usize, 0usize, 0usize, String::new());
    let mut bangs = 0usize;
    let mut before = ' ';
    for (index, c) in text.chars().enumerate() {
        match c {
            '(' | '{' => {
                depth += 1;
                substitutions += usize::from(before == '$');
            }
            '[' if before == '$' || before == '[' || before == '_' || before.is_ascii_alphanumeric() => {
                depth += 1;
            }
            ')' | '}' | ']' => {
                depth = depth.saturating_sub(1);
                substitutions = substitutions.saturating_sub(1);
            }
            _ => {}
        }
        // A descriptor number, `~+1`: brush unwraps their parse.
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        if digits > 9 && number_is_parsed(text, index) {
            return Err(SyntaxError::Invalid(
                "this number is too large".to_owned(),
                Some(index),
            ));
        }
        if c.is_whitespace() || ";|&()".contains(c) {
            match word.as_str() {
                "if" | "while" | "until" | "for" | "case" | "select" | "coproc" => depth += 1,
                "fi" | "done" | "esac" => depth = depth.saturating_sub(1),
                "!" => bangs += 1,
                "" => {}
                _ => bangs = 0,
            }
            word.clear();
        } else if word.len() < 8 {
            word.push(c);
        }
        if depth > MAX_NESTING || substitutions > MAX_SUBSTITUTIONS || bangs > MAX_NESTING {
            return Err(SyntaxError::TooDeep(index));
        }
        before = c;
    }
    Ok(())
}

/// Whether the digits that end at character `end` are ones that brush turns into a number: before `<` or `>`, after `~`.
fn number_is_parsed(text: &str, end: usize) -> bool {
    let mut after = text.chars().skip(end + 1).skip_while(char::is_ascii_digit);
    let chars: Vec<char> = text.chars().take(end + 1).collect();
    let start = chars.iter().rposition(|c| !c.is_ascii_digit());
    matches!(after.next(), Some('<' | '>'))
        || start.is_some_and(|at| {
            chars[at] == '~' || (at > 0 && "+-".contains(chars[at]) && chars[at - 1] == '~')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_templates_end_soon_and_quietly() {
        let hostile = [
            "$(".repeat(30_000),
            "${".repeat(30_000),
            "echo $((".repeat(5_000),
            "(".repeat(60_000),
            "{ ".repeat(30_000),
            "while ".repeat(10_000),
            "coproc ".repeat(9_000),
            "if a; then ".repeat(5_000),
            format!("[[ {}x ]]", "! ".repeat(30_000)),
            format!("a{}=x", "[".repeat(60_000)),
            "`".repeat(65_001),
            "\"$(".repeat(20_000),
            "@(".repeat(30_000),
            "${a[".repeat(16_000),
            "99999999999999>x".to_owned(),
            "a ~+99999999999999999999999999".to_owned(),
            "a ~-99999999999999999999999999/".to_owned(),
            "a ~99999999999999999999999999".to_owned(),
            "a\u{0}b".to_owned(),
        ];
        for text in &hostile {
            let _ = parse_program(text).is_ok();
            let _ = parse_word(text).is_none();
            let _ = parse_heredoc(text).is_none();
        }
        assert!(matches!(parse_program(&hostile[0]), Err(SyntaxError::TooDeep(_))));
        assert!(matches!(
            parse_program("99999999999999>x"),
            Err(SyntaxError::Invalid(..))
        ));
        assert!(parse_program("echo 99999999999999999999").is_ok());
    }

    #[test]
    fn ordinary_nesting_is_read() {
        for text in [
            r#"a "$(b "$(c "${d:-$(e)}")")" | ( f; { g; (h); } )"#,
            "if a; then while b; do for x in y; do case z in w) v;; esac; done; done; fi",
            "find . \\( -name '*.[ch]' -o \\( -name a -o -name b \\) \\)",
            "[[ ! ( a && b ) ]]",
        ] {
            assert!(parse_program(text).is_ok(), "{text}");
        }
    }
}
