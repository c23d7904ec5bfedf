//! What a text is matched by: its words, stems and values, each with a weight.

use super::lexicon::{self, Class, Lexeme, Shape};
use super::stem::word_id;
use crate::text::{Token, TokenKind};

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// A word of the language.
    Word,
    /// A literal value: a number, a path, a host, quoted text.
    Value,
    /// The place of a parameter in a phrase.
    Slot,
}

/// One term of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    start: u32,
    end: u32,
    /// Hash of the stem: equal for "file" and "files". See [`word_id`].
    pub id: u64,
    /// What the built-in lexicon knows of the word.
    pub lexeme: Lexeme,
    /// What the term adds to the whole; at first the lexicon's, then also by rarity.
    pub weight: f32,
    /// What the term is.
    pub kind: TermKind,
    /// Index of the token that it was read from.
    pub token: u32,
}

/// The terms of one text; reusable without allocation once it has grown.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    text: String,
    terms: Vec<Term>,
}

impl Terms {
    /// Most terms of one text that are looked at. What follows is ignored: nobody asks in more words, and every later
    /// step is bounded by it.
    pub const LIMIT: usize = 64;

    /// Forgets all terms.
    pub fn clear(&mut self) {
        self.text.clear();
        self.terms.clear();
    }

    /// Reads normalised tokens; filler is left out.
    pub fn read(&mut self, tokens: &[Token]) {
        self.clear();
        for (index, token) in tokens.iter().enumerate().filter(|(_, token)| !token.filler) {
            self.push_token(token, index as u32);
        }
    }

    /// Appends a normalised token.
    pub fn push_token(&mut self, token: &Token, index: u32) {
        match token.kind {
            TokenKind::Word => self.push(&token.text, TermKind::Word, index),
            TokenKind::Value if is_choice_of_words(&token.text) => {
                for word in token.text.split('/') {
                    self.push(word, TermKind::Word, index);
                }
            }
            _ => self.push(&token.text, TermKind::Value, index),
        }
    }

    /// Appends a phrase's parameter, by the values that it takes.
    pub fn push_slot(&mut self, shape: Shape) {
        self.append("", slot_id(shape as u8), Lexeme::value(shape), TermKind::Slot, 0);
    }

    /// Appends one word or value; past [`LIMIT`](Self::LIMIT) it is dropped.
    pub fn push(&mut self, text: &str, kind: TermKind, token: u32) {
        let (id, lexeme) = match kind {
            TermKind::Word => {
                let id = word_id(text);
                (id, lexicon::look_up(id))
            }
            TermKind::Value | TermKind::Slot => (value_id(text), Lexeme::value(shape_of_value(text))),
        };
        self.append(text, id, lexeme, kind, token);
    }

    fn append(&mut self, text: &str, id: u64, lexeme: Lexeme, kind: TermKind, token: u32) {
        if self.terms.len() == Self::LIMIT {
            return;
        }
        let start = self.text.len() as u32;
        self.text.push_str(text);
        let end = self.text.len() as u32;
        self.terms.push(Term {
            start,
            end,
            id,
            lexeme,
            weight: lexeme.weight(),
            kind,
            token,
        });
    }

    /// Replaces the text of the word at `index` with the word that it was probably meant to be.
    pub fn correct(&mut self, index: usize, stem: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(stem);
        let term = &mut self.terms[index];
        (term.start, term.end) = (start, self.text.len() as u32);
        term.id = lexicon::hash(stem.as_bytes());
        term.lexeme = lexicon::look_up(term.id);
    }

    /// The terms, in the text's order.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The terms, to change their weights.
    pub fn terms_mut(&mut self) -> &mut [Term] {
        &mut self.terms
    }

    /// Text of a term of this set.
    pub fn text(&self, term: &Term) -> &str {
        &self.text[term.start as usize..term.end as usize]
    }
}

/// Whether it is words that people write so, "files/directories" or "start/stop", rather than a path: the lexicon knows each.
fn is_choice_of_words(text: &str) -> bool {
    let known = |word: &str| lexicon::look_up(word_id(word)).class != Class::Open;
    text.contains('/')
        && text
            .split('/')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()) && known(word))
}

/// Number of the term that stands for a parameter of this shape.
pub(crate) const fn slot_id(shape: u8) -> u64 {
    lexicon::mix(shape as u64)
}

/// Number of a value, however it is dressed: `+9M` and `9mb`, `*.txt` and `txt`, `./src/` and `src` are one.
fn value_id(text: &str) -> u64 {
    let bare = text.trim_start_matches(['+', '-']);
    let bare = bare.strip_prefix("./").unwrap_or(bare);
    let bare = bare.trim_matches('*').trim_start_matches('.');
    let bare = match bare.trim_end_matches('/') {
        "" => text,
        bare => bare,
    };
    let digits = bare.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !digits.is_empty() && bare.len() - digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return lexicon::hash(digits.as_bytes());
    }
    word_id(bare)
}

/// What a literal looks like.
pub(crate) fn shape_of_value(text: &str) -> Shape {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let numeric = text
        .trim_start_matches(['-', '+'])
        .trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    if digits > 0
        && numeric.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && numeric.matches('.').count() < 2
    {
        Shape::Number
    } else if text.contains("://")
        || text.contains('@')
        || (digits > 0
            && text.matches('.').count() == 3
            && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'/'))
    {
        Shape::Host
    } else if text.contains('/') || text.starts_with(['~', '.', '*']) {
        Shape::Path
    } else if let Some((_, end)) = text.rsplit_once('.') {
        if matches!(
            end,
            "com" | "org" | "net" | "io" | "dev" | "lan" | "local" | "internal" | "edu" | "de"
        ) {
            Shape::Host
        } else {
            Shape::Path
        }
    } else {
        Shape::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalise;

    fn read(text: &str) -> Vec<(String, TermKind)> {
        let mut terms = Terms::default();
        terms.read(normalise(text).unwrap().tokens());
        let said = |term: &Term| (terms.text(term).to_owned(), term.kind);
        terms.terms().iter().map(said).collect()
    }

    #[test]
    fn words_with_a_stroke_between_are_words_and_paths_are_values() {
        let value = |text: &str| vec![(text.to_owned(), TermKind::Value)];
        let words = |words: &[&str]| -> Vec<(String, TermKind)> {
            words
                .iter()
                .map(|word| ((*word).to_owned(), TermKind::Word))
                .collect()
        };
        assert_eq!(read("files/directories"), words(&["files", "directories"]));
        assert_eq!(read("start/stop"), words(&["start", "stop"]));
        for path in [
            "src/main",
            "files/",
            "/files",
            "./files/directories",
            "files/x1",
            "files//directories",
        ] {
            assert_eq!(read(path), value(path), "{path}");
        }
    }

    #[test]
    fn terms_are_bounded_and_keep_their_tokens() {
        let mut terms = Terms::default();
        for token in 0..1000 {
            terms.push("word", TermKind::Word, token);
        }
        assert_eq!(terms.terms().len(), Terms::LIMIT);
        assert_eq!(terms.terms()[63].token, 63);
        assert_eq!(terms.text(&terms.terms()[63]), "word");
    }
}
