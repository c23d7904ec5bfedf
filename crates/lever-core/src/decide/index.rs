//! The table of phrases that gate 2 searches: layers over each other.

use std::sync::Arc;

use crate::embed::Embedder;
use crate::embed::lexicon::{Class, Opposites, Shape};
use crate::search::{Kernel, VectorError};

use super::layer::{Layer, Work};
use super::phrase::PhraseInput;

/// Why phrases could not be added or a layer not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Vectors of different embedders can't be compared: embed the phrases again.
    #[error("phrases were embedded by `{expected}`, not by `{found}`: embed them again")]
    Embedder {
        /// The id that the index or layer has.
        expected: String,
        /// The id that was offered.
        found: String,
    },
    /// Commands are numbered from 0 without great gaps.
    #[error("command number {0} is too great: number commands from 0, below 16,777,216")]
    CommandNumber(u32),
    /// The bytes are not what [`Layer::to_bytes`] writes; build the layer again.
    #[error("the stored index is damaged or of another version: build it again")]
    Format,
    /// The vectors don't fit.
    #[error(transparent)]
    Vector(#[from] VectorError),
}

impl IndexError {
    /// Stable name of the error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Embedder { .. } => "index_embedder",
            Self::CommandNumber(_) => "index_command_number",
            Self::Format => "index_format",
            Self::Vector(error) => error.code(),
        }
    }
}

/// A namespace's phrases: shared layers below, an overlay of just-taught phrases above, and what was forgotten.
#[derive(Debug)]
pub struct Index {
    pub(super) embedder: String,
    pub(super) layers: Vec<Arc<Layer>>,
    pub(super) overlay: Layer,
    /// For each layer, the overlay last, the words of its vocabulary.
    pub(super) words: Vec<Vec<Word>>,
    hidden_commands: Vec<u32>,
    hidden_phrases: Vec<u32>,
    pub(super) opposites: Opposites,
    pub(super) kernel: Kernel,
    work: Work,
}

/// What a word of a layer's vocabulary is to every request, side by side in memory for the loop over phrases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// What it says: by the lexicon, times how rare it is among the commands of the index.
    pub(super) weight: f32,
    pub(super) concept: u8,
    /// Any of the bits below.
    pub(super) kind: u8,
}

impl Word {
    pub(super) const NEGATION: u8 = 1;
    /// Stands for a parameter.
    pub(super) const SLOT: u8 = 2;
    /// Stands for a parameter that takes numbers.
    pub(super) const NUMBER: u8 = 4;
}

/// Rarity is estimated as if the table had this many more commands, none of which uses the word: in a table of three
/// commands no word is common yet.
const PRIOR_COMMANDS: f32 = 30.0;

impl Index {
    /// An empty index for vectors of `embedder`.
    pub fn new(embedder: &dyn Embedder) -> Result<Self, IndexError> {
        Ok(Self {
            embedder: embedder.id().to_owned(),
            layers: Vec::new(),
            overlay: Layer::new(embedder)?,
            words: vec![Vec::new()],
            hidden_commands: Vec::new(),
            hidden_phrases: Vec::new(),
            opposites: Opposites::default(),
            kernel: Kernel::best(),
            work: Work::default(),
        })
    }

    /// Lays a layer over those already there. Layers are shared, so that all namespaces use one built-in layer.
    pub fn push_layer(&mut self, layer: Arc<Layer>) -> Result<(), IndexError> {
        if layer.embedder != self.embedder {
            return Err(IndexError::Embedder {
                expected: self.embedder.clone(),
                found: layer.embedder.clone(),
            });
        }
        self.layers.push(layer);
        self.weigh();
        Ok(())
    }

    /// Adds a phrase to the overlay; it is found from the next search on.
    pub fn add(&mut self, embedder: &dyn Embedder, phrase: &PhraseInput<'_>) -> Result<(), IndexError> {
        if embedder.id() != self.embedder {
            return Err(IndexError::Embedder {
                expected: self.embedder.clone(),
                found: embedder.id().to_owned(),
            });
        }
        self.overlay.add(embedder, phrase, &mut self.work)?;
        self.weigh_overlay();
        self.unhide(phrase);
        Ok(())
    }

    /// Adds what a just-taught command says for itself; see [`Layer::add_command`].
    pub fn add_command(
        &mut self,
        embedder: &dyn Embedder,
        command: u32,
        template: &str,
    ) -> Result<(), IndexError> {
        self.overlay
            .add_command(embedder, command, template, &mut self.work)?;
        self.weigh_overlay();
        Ok(())
    }

    /// Weighs the words that the overlay has gained.
    fn weigh_overlay(&mut self) {
        let number = self.layers.len();
        let gained = self.weigh_layer(number, self.words[number].len(), &Rarity::of(self));
        if let Some(last) = self.words.last_mut() {
            last.extend(gained);
        }
    }

    /// Number of phrases, hidden ones included.
    pub fn len(&self) -> usize {
        self.each_layer().map(Layer::len).sum()
    }

    /// Whether there is no phrase.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The command of a phrase, by the caller's number of it.
    pub fn command_of(&self, phrase_id: u32) -> Option<u32> {
        self.each_layer()
            .rev()
            .find_map(|layer| layer.command_of(phrase_id))
    }

    /// Whether any phrase of `command` uses the word, by [`word_id`](crate::embed::word_id).
    pub fn explains(&self, command: u32, word: u64) -> bool {
        self.each_layer().any(|layer| layer.explains(command, word))
    }

    /// Whether what is held of a phrase is what its row gives. Not so only where the bytes of a stored layer were damaged.
    pub fn agrees(&self, embedder: &dyn Embedder, phrase: &PhraseInput<'_>) -> bool {
        let mut work = Work::default();
        let mut layers = self.each_layer().rev();
        layers.find_map(|layer| layer.agrees(embedder, phrase, &mut work)) == Some(true)
    }

    /// Id of the embedder whose vectors it holds.
    pub fn embedder(&self) -> &str {
        &self.embedder
    }

    /// Leaves all phrases of a command out of searches, in every layer: it was forgotten.
    pub fn hide_command(&mut self, command: u32) {
        insert(&mut self.hidden_commands, command);
    }

    /// Leaves one phrase out of searches.
    pub fn hide_phrase(&mut self, phrase_id: u32) {
        insert(&mut self.hidden_phrases, phrase_id);
    }

    fn unhide(&mut self, phrase: &PhraseInput<'_>) {
        self.hidden_commands.retain(|command| *command != phrase.command);
        self.hidden_phrases.retain(|id| *id != phrase.phrase_id);
    }

    #[inline]
    pub(super) fn is_hidden(&self, layer: &Layer, row: u32) -> bool {
        (!self.hidden_commands.is_empty()
            && self
                .hidden_commands
                .binary_search(&layer.commands[row as usize])
                .is_ok())
            || (!self.hidden_phrases.is_empty()
                && self
                    .hidden_phrases
                    .binary_search(&layer.phrase_ids[row as usize])
                    .is_ok())
    }

    pub(super) fn is_command_hidden(&self, command: u32) -> bool {
        !self.hidden_commands.is_empty() && self.hidden_commands.binary_search(&command).is_ok()
    }

    pub(super) fn each_layer(&self) -> impl DoubleEndedIterator<Item = &Layer> + '_ {
        self.layers.iter().map(Arc::as_ref).chain([&self.overlay])
    }

    /// In how many commands the word is used.
    pub(super) fn uses(&self, word: u64) -> u32 {
        self.each_layer()
            .filter_map(|layer| layer.vocabulary.uses_of(word))
            .fold(0, u32::saturating_add)
    }

    pub(super) fn rarity(&self, uses: u32) -> f32 {
        Rarity::of(self).compute(uses)
    }

    fn weigh(&mut self) {
        let rarity = Rarity::of(self).at_hand();
        self.words = (0..=self.layers.len())
            .map(|number| self.weigh_layer(number, 0, &rarity))
            .collect();
    }

    /// The words of a layer from a position on.
    fn weigh_layer(&self, number: usize, from: usize, rarity: &Rarity) -> Vec<Word> {
        let layer = self.layers.get(number).map_or(&self.overlay, |layer| layer);
        let words = &layer.vocabulary;
        let others = self.each_layer().map(|layer| &layer.vocabulary).enumerate();
        let others: Vec<_> = others
            .filter(|(other, words)| *other != number && words.len() > 0)
            .map(|(_, words)| words)
            .collect();
        let ids = words.ids.iter().zip(&*words.uses).enumerate().skip(from);
        ids.map(|(position, (id, uses))| {
            let lexeme = words.lexemes[position];
            let mut kind = 0;
            if lexeme.class == Class::Negation {
                kind |= Word::NEGATION;
            }
            if words.is_slot(position) {
                kind |= Word::SLOT;
                if lexeme.concept == Shape::Number as u8 {
                    kind |= Word::NUMBER;
                }
            }
            let elsewhere = others.iter().filter_map(|words| words.uses_of(*id));
            let uses = elsewhere.fold(*uses, u32::saturating_add);
            Word {
                weight: lexeme.weight() * rarity.get(uses),
                concept: lexeme.concept,
                kind,
            }
        })
        .collect()
    }
}

/// How rare a word is among the commands of an index, by the number of those that use it.
struct Rarity {
    /// One more than there are commands, those of [`PRIOR_COMMANDS`] included.
    all: f32,
    /// Of the first numbers, which nearly all words have.
    known: Vec<f32>,
}

impl Rarity {
    fn of(index: &Index) -> Self {
        let commands = index.each_layer().map(|layer| layer.command_count);
        let commands = commands.fold(0, u32::saturating_add);
        Self {
            all: commands as f32 + PRIOR_COMMANDS + 1.0,
            known: Vec::new(),
        }
    }

    /// With the first numbers at hand, for whoever asks often.
    fn at_hand(self) -> Self {
        let known = (0..256).map(|uses| self.compute(uses)).collect();
        Self { known, ..self }
    }

    fn get(&self, uses: u32) -> f32 {
        let known = self.known.get(uses as usize).copied();
        known.unwrap_or_else(|| self.compute(uses))
    }

    fn compute(&self, uses: u32) -> f32 {
        (self.all / (uses as f32 + 1.0)).ln() / self.all.ln()
    }
}

fn insert(sorted: &mut Vec<u32>, value: u32) {
    if let Err(at) = sorted.binary_search(&value) {
        sorted.insert(at, value);
    }
}
