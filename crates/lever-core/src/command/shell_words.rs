//! The programs a template runs, as words: what the rules about holes and about effects look at.

use serde::{Deserialize, Serialize};

/// One program with its words, wherever in the template it stands: alone, in a pipeline, a loop or a substitution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    /// The program's name and its arguments. Empty for a line of bare assignments or bare redirects.
    pub words: Vec<Word>,
    /// `NAME=value` before the program.
    pub assignments: Vec<Assignment>,
    /// Redirects of this program, those of the compound command around it not included.
    pub redirects: Vec<Redirect>,
    /// Its input is another program's output.
    pub pipe_in: bool,
    /// Its output is another program's input.
    pub pipe_out: bool,
    /// It is left running behind the template (`&`).
    pub background: bool,
}

/// `NAME=value` before a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// What it is set to.
    pub value: Word,
}

/// One word of a command: pieces without white space between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// In order; neighbouring texts are one piece. An empty word (`''`) has no pieces.
    pub pieces: Vec<Piece>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Literal text, quotes and escapes taken away.
    Text(String),
    /// A hole, by its place in the template's holes.
    Hole(usize),
    /// An unquoted pattern that becomes file names: `*.log`, `[ab]?`.
    Glob(String),
    /// `~` or `~name`; the name, empty for the caller's own home.
    Home(String),
    /// What only the shell knows, as written: `$x`, `$(date)`, `{1..3}`.
    Expansion(String),
}

/// A redirect of a program's input or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The file descriptor as written, if any.
    pub fd: Option<i32>,
    /// What is done with the target.
    pub kind: RedirectKind,
    /// A file, a descriptor's number (`Duplicate`) or the text itself (`HereDocument`, `HereString`).
    pub target: Word,
}

/// What a redirect does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectKind {
    /// `<`
    Read,
    /// `>` and `>|`
    Write,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `&>`, and `>&` with a file
    WriteBoth,
    /// `&>>`
    AppendBoth,
    /// `<&` and `>&` with a descriptor or `-`
    Duplicate,
    /// `<<` and `<<-`
    HereDocument,
    /// `<<<`
    HereString,
    /// `<(..)` and `>(..)` as a target; the programs inside are commands of their own.
    Process,
}

impl Word {
    /// A word of literal text.
    pub fn literal(text: &str) -> Self {
        let pieces = match text {
            "" => Vec::new(),
            _ => vec![Piece::Text(text.to_owned())],
        };
        Self { pieces }
    }

    /// The whole word, if all of it is literal.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The literal text that the word begins with; empty if it begins with something else.
    pub fn prefix(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// The holes in it, by their places in the template's holes, in order.
    pub fn holes(&self) -> impl Iterator<Item = usize> + '_ {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(index) => Some(*index),
            _ => None,
        })
    }

    /// The hole that is the whole word, if it is one.
    pub fn as_hole(&self) -> Option<usize> {
        match self.pieces.as_slice() {
            [Piece::Hole(index)] => Some(*index),
            _ => None,
        }
    }

    /// The hole that the word begins with, if it begins with one.
    pub fn leading_hole(&self) -> Option<usize> {
        match self.pieces.first() {
            Some(Piece::Hole(index)) => Some(*index),
            _ => None,
        }
    }

    /// Adds literal text; joined to text before it.
    pub fn push_text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Text(before)) => before.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }
}

impl SimpleCommand {
    /// The program's name as written, if it is literal.
    pub fn program(&self) -> Option<&str> {
        self.words.first()?.as_literal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_join_their_text() {
        let mut word = Word::literal("--out=");
        word.push_text("a");
        word.push_text("");
        word.pieces.push(Piece::Hole(2));
        word.push_text(".txt");
        assert_eq!(word.prefix(), "--out=a");
        assert_eq!(word.holes().collect::<Vec<_>>(), [2]);
        assert_eq!(word.pieces.len(), 3);
        assert_eq!(
            (word.as_literal(), word.as_hole(), word.leading_hole()),
            (None, None, None)
        );
        assert_eq!(Word::literal("").as_literal(), Some(""));
    }
}
