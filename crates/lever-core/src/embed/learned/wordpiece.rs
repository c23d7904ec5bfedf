//! Words into tokens: the longest known beginning first, then the longest known continuation (WordPiece).
//!
//! The trainer has the same rules in `tools/embedder/wordpiece.py`; `tests/learned_tokens.rs` compares the two.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::file::Vocabulary;
use super::known_words::KnownWords;
use crate::embed::lexicon::Shape;
use crate::embed::{Scratch, TermKind, Terms};

/// Longer words are names or noise: they have no tokens.
const LONGEST_WORD: usize = 40;
/// Most tokens of one text. A request has at most 64 terms, nearly all of one token.
pub(super) const MOST_TOKENS: usize = 128;

/// Special rows follow the vocabulary's: one a shape of values, in this order.
pub(super) const SHAPES: [Shape; 5] = [Shape::Number, Shape::Path, Shape::Host, Shape::Other, Shape::Any];

impl Vocabulary<'_> {
    /// Rows of the table for all terms, in order: `scratch.ids`.
    pub(super) fn tokenize(&self, terms: &Terms, scratch: &mut Scratch) {
        let Scratch {
            ids: rows,
            text,
            known,
            ..
        } = scratch;
        self.rows_of(terms, text, known, rows);
    }

    /// The same for the words of the command that `scratch` has read.
    pub(super) fn tokenize_command(&self, scratch: &mut Scratch) {
        let Scratch {
            ids: rows,
            text,
            known,
            command,
        } = scratch;
        self.rows_of(command.words(), text, known, rows);
    }

    fn rows_of(&self, terms: &Terms, plain: &mut String, known: &mut KnownWords, rows: &mut Vec<u32>) {
        rows.clear();
        for term in terms.terms() {
            if term.kind != TermKind::Word {
                let shape = SHAPES
                    .iter()
                    .position(|shape| *shape as u8 == term.lexeme.concept)
                    .unwrap_or(SHAPES.len() - 1);
                rows.push((self.len() + shape) as u32);
            }
            if term.kind != TermKind::Slot && term.lexeme.concept != Shape::Number as u8 {
                self.split(terms.text(term), plain, known, rows);
            }
            if rows.len() >= MOST_TOKENS {
                rows.truncate(MOST_TOKENS);
                return;
            }
        }
    }

    /// Cuts at ASCII punctuation, drops accents, and finds each part's tokens. What then isn't ASCII has none.
    fn split(&self, text: &str, plain: &mut String, known: &mut KnownWords, rows: &mut Vec<u32>) {
        for part in text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()) {
            if part.is_ascii() {
                let part = part.as_bytes();
                known.tokens(self.text, part, rows, |rows| self.pieces(part, rows));
            } else {
                plain.clear();
                plain.extend(part.nfd().filter(|c| !is_combining_mark(*c)));
                self.pieces(plain.as_bytes(), rows);
            }
        }
    }

    /// Tokens of one part; none where some of it is unknown.
    fn pieces(&self, word: &[u8], rows: &mut Vec<u32>) {
        if word.is_empty() || word.len() > LONGEST_WORD {
            return;
        }
        let before = rows.len();
        let mut at = 0;
        while at < word.len() {
            let region = if at == 0 {
                self.continuations..self.len()
            } else {
                0..self.continuations
            };
            let Some((row, length)) = self.longest(&word[at..], region) else {
                rows.truncate(before);
                return;
            };
            rows.push(row as u32);
            at += length;
        }
    }

    /// The longest token of a sorted region that `word` begins with, by narrowing the region a byte at a time.
    fn longest(&self, word: &[u8], region: std::ops::Range<usize>) -> Option<(usize, usize)> {
        let (mut low, mut high) = (region.start, region.end);
        let mut found = None;
        for (depth, byte) in word.iter().enumerate() {
            let before = |row: usize| self.token(row).get(depth).is_none_or(|other| other < byte);
            low = partition(low, high, before);
            high = partition(low, high, |row| self.token(row).get(depth) == Some(byte));
            if low == high {
                break;
            }
            if self.token(low).len() == depth + 1 {
                found = Some((low, depth + 1));
            }
        }
        found
    }

    fn token(&self, row: usize) -> &[u8] {
        let (start, end) = (self.starts.at(row) as usize, self.starts.at(row + 1) as usize);
        self.text.get(start..end).unwrap_or_default()
    }
}

impl Vocabulary<'_> {
    /// Number of tokens, special rows apart.
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}

/// The first row of `low..high` for which `holds` is false.
fn partition(mut low: usize, mut high: usize, holds: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
