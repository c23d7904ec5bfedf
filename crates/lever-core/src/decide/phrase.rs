//! A phrase as the index takes it, and how it is read into terms.

use crate::command::{Hole, ParamKind};
use crate::embed::Terms;
use crate::embed::lexicon::Shape;
use crate::text::normalise;

/// Where a phrase came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Source {
    /// A person taught it.
    Taught = 0,
    /// Learned from a choice that a person made.
    Learned = 1,
    /// It came with a pack.
    Pack = 2,
    /// A model proposed it and a person accepted it.
    Model = 3,
    /// The phrase bank knows it for such commands.
    Bank = 4,
}

impl Source {
    pub(super) fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Taught,
            1 => Self::Learned,
            2 => Self::Pack,
            3 => Self::Model,
            _ => Self::Bank,
        }
    }
}

/// One phrase of one command.
#[derive(Debug, Clone, Copy)]
pub struct PhraseInput<'a> {
    /// The caller's number of the phrase; unique over all layers of an index.
    pub phrase_id: u32,
    /// Number of the command, from 0 without great gaps, the same in all layers.
    pub command: u32,
    /// The phrase as taught: `show the last {{n:int=20}} lines of {{file}}`.
    pub text: &'a str,
    /// Whether brackets, bars and parentheses are notation: `(show|list) [all] logs`.
    pub pattern: bool,
    /// Weak phrases help to find their command and never speak for it alone.
    pub weak: bool,
    /// Where the phrase came from.
    pub source: Source,
}

/// One piece of a phrase's text.
pub(super) enum Piece<'t> {
    Text(&'t str),
    Slot(Hole),
}

/// Cuts a phrase at its parameters. What looks like one and can't be read is left out.
pub(super) fn pieces(phrase: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    let mut slot = None;
    std::iter::from_fn(move || {
        if let Some(hole) = slot.take() {
            return Some(Piece::Slot(hole));
        }
        if at >= phrase.len() {
            return None;
        }
        let rest = &phrase[at..];
        let Some(open) = rest.find("{{") else {
            at = phrase.len();
            return Some(Piece::Text(rest));
        };
        let text = &rest[..open];
        at = match Hole::extent(phrase, at + open) {
            Ok(inner) => {
                slot = Hole::parse(&phrase[inner.clone()]).ok();
                inner.end + 2
            }
            Err(_) => phrase.len(),
        };
        Some(Piece::Text(text))
    })
}

/// What values a parameter takes.
pub(crate) fn shape(kind: &ParamKind) -> Shape {
    match kind {
        ParamKind::Int | ParamKind::Float | ParamKind::Port => Shape::Number,
        ParamKind::Path | ParamKind::Dir => Shape::Path,
        ParamKind::Host | ParamKind::Url => Shape::Host,
        _ => Shape::Any,
    }
}

/// Reads a phrase into terms: its words by the rules of requests, its parameters as slots. Never fails: a piece that is
/// no readable text adds nothing.
pub fn read_phrase(text: &str, pattern: bool, terms: &mut Terms) {
    terms.clear();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => read_words(text, pattern, terms),
            Piece::Slot(hole) => terms.push_slot(shape(&hole.effective_kind())),
        }
    }
}

fn read_words(text: &str, pattern: bool, terms: &mut Terms) {
    let opened;
    let text = if pattern {
        opened = text.replace(['(', ')', '[', ']', '|'], " ");
        &opened
    } else {
        text
    };
    if text.trim().is_empty() {
        return;
    }
    let Ok(normalised) = normalise(text) else { return };
    for token in normalised.tokens().iter().filter(|token| !token.filler) {
        terms.push_token(token, 0);
    }
}
