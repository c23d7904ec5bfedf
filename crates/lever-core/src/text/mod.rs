//! Normalises a request for matching while every token keeps its span in the original.
//!
//! What a person types is read once, here. Matching sees folded words ([`Token::text`], [`Token::id`]); values are cut
//! out of the original text by [`Token::span`], byte for byte. The same function reads requests and phrases, so that a
//! phrase always finds itself.

mod characters;
mod frame;
mod numerals;
mod question;
mod tokenize;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub(crate) use numerals::digits;
pub use words::is_stop_word;

/// Longest request, in bytes.
pub const MAX_REQUEST: usize = 16 * 1024;

/// A request that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space and punctuation.
    #[error("the request is empty: write what you want to do, as in \"check disk usage\"")]
    Empty,
    /// More than [`MAX_REQUEST`] bytes.
    #[error("the request has {0} bytes: at most {MAX_REQUEST} are read; shorten it")]
    TooLong(usize),
    /// A character that cannot be seen, or that changes how the text around it is shown.
    #[error("the request has {name} at byte {}: remove it", span.start)]
    Forbidden {
        /// Code point and Unicode name: `U+202E RIGHT-TO-LEFT OVERRIDE`.
        name: String,
        /// Its bytes in the original.
        span: Range<usize>,
    },
}

impl TextError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_request",
            Self::TooLong(_) => "request_too_long",
            Self::Forbidden { .. } => "forbidden_character",
        }
    }

    /// The bytes at fault, where there are any.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Forbidden { span, .. } => Some(span.clone()),
            _ => None,
        }
    }
}

/// What kind of thing a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters, digits after a letter, hyphens: `logs`, `web01`, `read-only`.
    Word,
    /// Digits with an optional minus sign and fraction: `20`, `-1.5`.
    Number,
    /// Anything else without white space: `nginx:1.27`, `/var/log`, `*.txt`, `--flag`, `a.b.c`, `10MB`, `>`.
    Value,
    /// Text in quotation marks; [`Token::text`] is the text between them.
    Quoted,
}

/// A word, value or quotation of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Folded for matching: NFKC, lower case.
    pub text: Box<str>,
    /// Its bytes in the original; for a quotation, the marks included. The words of an opened contraction all have the
    /// span of the contraction; otherwise spans do not overlap.
    pub span: Range<usize>,
    /// Kind of token.
    pub kind: TokenKind,
    /// A 64-bit hash of the text, the same on every machine and in every version of the file formats that hold it.
    /// A quotation never has the id of an unquoted word: `delete "all"` is not `delete all`.
    pub id: u64,
    /// Politeness, padding, or the frame of a question about a command; matching leaves it out.
    pub filler: bool,
}

/// What the person wants done with the command that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Run it.
    Run,
    /// See it: the request asks about a command ("how do i delete all containers").
    Show,
}

/// A request, ready for matching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    original: String,
    tokens: Vec<Token>,
    mode: Mode,
}

impl Normalised {
    /// The request as typed.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// All tokens, filler included, in the order of the text. Never empty, and never filler alone.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether the request asks for a command to be run or to be shown.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The tokens that carry meaning.
    pub fn content(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|token| !token.filler)
    }

    /// Canonical text: the content's texts joined by one space, quotations in `"`. Two requests with equal keys are the
    /// same request for matching.
    pub fn key(&self) -> String {
        let mut key = String::with_capacity(self.original.len());
        for token in self.content() {
            if !key.is_empty() {
                key.push(' ');
            }
            let mark = if token.kind == TokenKind::Quoted { "\"" } else { "" };
            key.push_str(mark);
            key.push_str(&token.text);
            key.push_str(mark);
        }
        key
    }

    /// The bytes of the original that a range of tokens stands for as a value: from the first to the last, what lies
    /// between included; for a single quotation what lies between its marks.
    ///
    /// # Panics
    /// If the range is empty or out of bounds.
    pub fn value_span(&self, tokens: Range<usize>) -> Range<usize> {
        let covered = &self.tokens[tokens];
        let (first, last) = (&covered[0], &covered[covered.len() - 1]);
        let span = first.span.start..last.span.end;
        if covered.len() == 1 && first.kind == TokenKind::Quoted {
            let text = &self.original[span.clone()];
            let open = text.chars().next().map_or(0, char::len_utf8);
            let close = text.chars().next_back().map_or(0, char::len_utf8);
            return span.start + open..span.end - close;
        }
        span
    }

    /// The value itself: [`Normalised::value_span`] of the original.
    ///
    /// # Panics
    /// If the range is empty or out of bounds.
    pub fn value(&self, tokens: Range<usize>) -> &str {
        &self.original[self.value_span(tokens)]
    }
}

/// Reads a request.
pub fn normalise(request: &str) -> Result<Normalised, TextError> {
    characters::check(request, characters::Placeholders::Refused)?;
    read(request)
}

/// Reads a phrase in which each slot has been replaced by [`placeholder`]; such a token's text is that character.
pub(crate) fn normalise_phrase(text: &str) -> Result<Normalised, TextError> {
    characters::check(text, characters::Placeholders::Allowed)?;
    read(text)
}

/// Checks a phrase as it was typed, before placeholders are put in.
pub(crate) fn check_characters(text: &str) -> Result<(), TextError> {
    characters::check(text, characters::Placeholders::Refused)
}

/// Number of different placeholders.
pub(crate) const MAX_PLACEHOLDERS: usize = 16;

/// Stands for a phrase's slot while its text is read: one of Unicode's noncharacters, which no request can hold.
pub(crate) fn placeholder(index: usize) -> char {
    char::from_u32(0xFDD0 + index as u32).unwrap_or('\u{FDD0}')
}

/// The slot that a character stands for.
pub(crate) fn placeholder_index(c: char) -> Option<usize> {
    let index = (c as u32).wrapping_sub(0xFDD0) as usize;
    (index < MAX_PLACEHOLDERS).then_some(index)
}

fn read(request: &str) -> Result<Normalised, TextError> {
    let mut tokens = tokenize::tokenize(request);
    if tokens.is_empty() {
        return Err(TextError::Empty);
    }
    let mode = question::mark(&mut tokens);
    Ok(Normalised {
        original: request.to_owned(),
        tokens,
        mode,
    })
}

/// The two halves of a 128-bit product, added without carry.
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// The stable hash behind [`Token::id`] and the checksums of flat files: a folded 64x64-bit multiplication for every
/// eight bytes, in the manner of wyhash.
pub(crate) fn hash(bytes: &[u8], seed: u64) -> u64 {
    const K: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93];
    let mut state = fold(seed ^ K[0], (bytes.len() as u64) ^ K[1]);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0u8; 8];
        word.copy_from_slice(chunk);
        state = fold(state ^ u64::from_le_bytes(word), K[0]);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut word = [0u8; 8];
        word[..rest.len()].copy_from_slice(rest);
        state = fold(state ^ u64::from_le_bytes(word), K[1]);
    }
    fold(state ^ K[1], K[0])
}
