//! A phrase as the index takes it, and how it is read into terms.

use crate::embed::{TermKind, Terms};
use crate::text::{TokenKind, normalise};

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

/// Reads a phrase into terms: its words by the rules of requests, its parameters as slots. Never fails: a piece that is
/// no readable text adds nothing.
pub(super) fn read_phrase(phrase: &PhraseInput<'_>, terms: &mut Terms) {
    terms.clear();
    let mut rest = phrase.text;
    while let Some((before, after)) = rest.split_once("{{") {
        read_words(before, phrase.pattern, terms);
        let (inner, after) = after.split_once("}}").unwrap_or((after, ""));
        let (declared, _) = inner.split_once('=').unwrap_or((inner, ""));
        let (name, kind) = match declared.split_once(':') {
            Some((name, kind)) => (name, Some(kind.trim())),
            None => (declared, None),
        };
        terms.push_slot(name.trim(), kind);
        rest = after;
    }
    read_words(rest, phrase.pattern, terms);
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
        let kind = if token.kind == TokenKind::Word {
            TermKind::Word
        } else {
            TermKind::Value
        };
        terms.push(&token.text, kind, 0);
    }
}
