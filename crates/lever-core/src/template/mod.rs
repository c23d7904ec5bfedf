//! Gate 1: phrases, their slots, and the trie that finds the phrase a request is an instance of.
//!
//! A [`Phrase`] is read once, when it is taught; a [`Trie`] holds any number of them and is searched in time that does
//! not depend on how many. Gate 1 is literal: words match as they are written (but for case, contractions and
//! politeness), and slots take what their types accept.

mod build;
mod find;
mod kind;
mod pattern;
mod phrase;
mod trie;

#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod tests;

pub use build::TrieBuilder;
pub use find::{Certainty, Scratch, SlotFill, Slots, TemplateHit};
pub use phrase::{MAX_EXPANSIONS, MAX_SLOTS, Phrase, PhraseError, PhraseErrorKind, Slot, Syntax};
pub(crate) use trie::checksum;
pub use trie::{Trie, TrieError};
