//! The parameters of a phrase, and the words that stand around them.

use crate::command::ParamKind;
use crate::embed::lexicon::Shape;
use crate::embed::word_id;
use crate::text::normalise;

use super::super::phrase::{Piece, pieces, shape};

/// A parameter of a phrase, with the words that stand around it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotPattern {
    /// Its name.
    pub name: String,
    /// Its type, as declared or as its name suggests.
    pub kind: ParamKind,
    /// Whether it may be left out.
    pub optional: bool,
    pub(super) shape: Shape,
    pub(super) before: Option<u64>,
    pub(super) before_text: String,
    pub(super) after: Option<u64>,
    pub(super) names: Vec<u64>,
}

impl SlotPattern {
    /// Whether a word names the parameter or what it takes: "branch" for `{{branch}}`, "folder" for a path.
    pub(super) fn is_named(&self, word: u64) -> bool {
        let nouns: &[&str] = match self.kind {
            ParamKind::Path | ParamKind::Dir => &["folder", "directory", "dir", "file", "path"],
            ParamKind::Host => &["host", "server", "machine", "box", "node", "address"],
            ParamKind::Port => &["port"],
            ParamKind::Url => &["url", "link", "page", "site"],
            ParamKind::Ref => &["branch", "commit", "tag", "revision"],
            _ => &[],
        };
        self.names.contains(&word) || nouns.iter().any(|noun| word_id(noun) == word)
    }
}

/// The parameters of a phrase and its words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PhrasePattern {
    /// Its parameters, in its order.
    pub slots: Vec<SlotPattern>,
    /// Whether the command takes a number, by this phrase or by another: then a number in words is one.
    pub counts: bool,
    pub(super) words: Vec<u64>,
}

impl PhrasePattern {
    /// Reads the parameters of a phrase: `show the last {{n:int=20}} lines of {{file:path}}`.
    pub fn read(phrase: &str) -> Self {
        let mut pattern = Self::default();
        let mut last: Option<String> = None;
        for piece in pieces(phrase) {
            match piece {
                Piece::Text(text) => {
                    let words = pattern.add_words(text);
                    if let (Some(slot), Some(first)) = (pattern.slots.last_mut(), words.first()) {
                        slot.after.get_or_insert(word_id(first));
                    }
                    last = words.last().cloned();
                }
                Piece::Slot(hole) => pattern.slots.push(SlotPattern {
                    kind: hole.effective_kind(),
                    optional: hole.default.is_some(),
                    shape: shape(&hole.effective_kind()),
                    before: last.as_deref().map(word_id),
                    before_text: last.take().unwrap_or_default(),
                    after: None,
                    names: hole.name.split(['_', '-']).map(word_id).collect(),
                    name: hole.name,
                }),
            }
        }
        pattern.counts = pattern.slots.iter().any(|slot| slot.shape == Shape::Number);
        pattern
    }

    fn add_words(&mut self, text: &str) -> Vec<String> {
        let Ok(read) = normalise(text) else {
            return Vec::new();
        };
        let words: Vec<String> = read
            .tokens()
            .iter()
            .filter(|t| !t.filler)
            .map(|t| t.text.to_string())
            .collect();
        self.words.extend(words.iter().map(|word| word_id(word)));
        words
    }
}
