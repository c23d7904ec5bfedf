//! The phrases of one source: flat columns, a vocabulary and the vectors, appended to or read from bytes.

use crate::embed::{Embedder, Scratch, Terms};
use crate::search::{Column, VectorSet};

use super::IndexError;
use super::command_columns::CommandColumns;
use super::phrase::{PhraseInput, Source, read_phrase};
use super::vocabulary::Vocabulary;

pub(super) const NONE: u32 = u32::MAX;

/// Commands are numbered from 0 without great gaps; tables are as long as the greatest number.
pub const COMMAND_LIMIT: u32 = 1 << 24;

/// One layer of an [`Index`](super::Index): the built-in pack, a namespace's own phrases, or those just taught.
#[derive(Debug, Clone)]
pub struct Layer {
    pub(super) embedder: String,
    pub(super) phrase_ids: Column<u32>,
    pub(super) commands: Column<u32>,
    pub(super) flags: Column<u8>,
    /// The phrase of the same command that was added before; smaller than the phrase itself, so that chains end.
    pub(super) previous: Column<u32>,
    /// For each command its newest phrase.
    pub(super) newest: Column<u32>,
    /// Where the terms of a phrase start in `terms`; one more than there are phrases.
    pub(super) starts: Column<u32>,
    pub(super) terms: Column<u32>,
    pub(super) vocabulary: Vocabulary,
    pub(super) vectors: VectorSet,
    /// What the commands themselves are for, as vectors: one a command that was added by its text.
    pub(super) commands_own: CommandColumns,
    /// How many commands have a phrase here.
    pub(super) command_count: u32,
}

pub(super) const WEAK: u8 = 1;

/// What is kept of a phrase beside its words.
fn flags(phrase: &PhraseInput<'_>) -> u8 {
    (u8::from(phrase.weak) * WEAK) | ((phrase.source as u8) << 1)
}

impl Layer {
    /// An empty layer for vectors of `embedder`.
    pub fn new(embedder: &dyn Embedder) -> Result<Self, IndexError> {
        Ok(Self {
            embedder: embedder.id().to_owned(),
            phrase_ids: Column::default(),
            commands: Column::default(),
            flags: Column::default(),
            previous: Column::default(),
            newest: Column::default(),
            starts: vec![0].into(),
            terms: Column::default(),
            vocabulary: Vocabulary::default(),
            vectors: VectorSet::new(embedder.dims())?,
            commands_own: CommandColumns::new(embedder.dims())?,
            command_count: 0,
        })
    }

    /// A layer of these phrases.
    pub fn build<'p>(
        embedder: &dyn Embedder,
        phrases: impl IntoIterator<Item = PhraseInput<'p>>,
    ) -> Result<Self, IndexError> {
        let mut layer = Self::new(embedder)?;
        let mut work = Work::default();
        for phrase in phrases {
            layer.add(embedder, &phrase, &mut work)?;
        }
        Ok(layer)
    }
}

/// Working memory of adding phrases.
#[derive(Debug, Default)]
pub struct Work {
    pub(super) terms: Terms,
    pub(super) scratch: Scratch,
    pub(super) vector: Vec<f32>,
    pub(super) positions: Vec<u32>,
}

impl Work {
    /// Reads a phrase's words, and makes its vector.
    fn read(&mut self, embedder: &dyn Embedder, phrase: &PhraseInput<'_>) {
        read_phrase(phrase.text, phrase.pattern, &mut self.terms);
        self.vector.clear();
        self.vector.resize(embedder.dims(), 0.0);
        embedder.embed(&self.terms, &mut self.scratch, &mut self.vector);
    }
}

impl Layer {
    /// Number of phrases.
    pub fn len(&self) -> usize {
        self.phrase_ids.len()
    }

    /// Whether there is no phrase.
    pub fn is_empty(&self) -> bool {
        self.phrase_ids.is_empty()
    }

    /// The vectors of its phrases and of its commands, to be [arranged](VectorSet::arrange) once nothing more is added; by several
    /// threads where they are many.
    pub fn vector_sets(&mut self) -> [&mut VectorSet; 2] {
        [&mut self.vectors, &mut self.commands_own.vectors]
    }

    /// Adds a phrase in time that doesn't grow with the layer. Takes a few microseconds, nearly all of them for its vector.
    pub fn add(
        &mut self,
        embedder: &dyn Embedder,
        phrase: &PhraseInput<'_>,
        work: &mut Work,
    ) -> Result<(), IndexError> {
        if embedder.id() != self.embedder {
            return Err(IndexError::Embedder {
                expected: self.embedder.clone(),
                found: embedder.id().to_owned(),
            });
        }
        if phrase.command >= COMMAND_LIMIT {
            return Err(IndexError::CommandNumber(phrase.command));
        }
        work.read(embedder, phrase);
        self.vectors.push(&work.vector)?;

        let mut positions = std::mem::take(&mut work.positions);
        positions.clear();
        for term in work.terms.terms() {
            positions.push(self.vocabulary.insert(term, work.terms.text(term)));
        }
        let positions_of = positions.iter().copied();
        self.append(phrase.phrase_id, phrase.command, flags(phrase), positions_of);
        work.positions = positions;
        Ok(())
    }

    /// Appends a row for which there is a vector, with its words' places in the vocabulary.
    pub(super) fn append(
        &mut self,
        phrase_id: u32,
        command: u32,
        flags: u8,
        positions: impl Iterator<Item = u32>,
    ) {
        let row = self.phrase_ids.len() as u32;
        let number = command as usize;
        if number >= self.newest.len() {
            self.newest.own().resize(number + 1, NONE);
        }
        let before = self.newest[number];
        self.command_count += u32::from(before == NONE);
        let start = self.terms.len();
        for position in positions {
            let seen = self.terms[start..].contains(&position);
            if !seen && !self.uses(before, position) {
                self.vocabulary.uses.own()[position as usize] += 1;
            }
            self.terms.own().push(position);
        }
        self.starts.own().push(self.terms.len() as u32);
        self.previous.own().push(before);
        self.newest.own()[number] = row;
        self.phrase_ids.own().push(phrase_id);
        self.commands.own().push(command);
        self.flags.own().push(flags);
    }

    /// Whether `newest` or an earlier phrase of its command uses the word.
    fn uses(&self, newest: u32, position: u32) -> bool {
        self.chain(newest)
            .take(64)
            .any(|row| self.terms_of(row).contains(&position))
    }

    /// The row of a phrase. Phrases are numbered in the order in which they are added, so this is a binary search; where
    /// they are not, a scan.
    fn row_of(&self, phrase_id: u32) -> Option<usize> {
        match self.phrase_ids.binary_search(&phrase_id) {
            Ok(row) => Some(row),
            Err(_) if self.phrase_ids.is_sorted() => None,
            Err(_) => self.phrase_ids.iter().rposition(|id| *id == phrase_id),
        }
    }

    /// The command of a phrase.
    pub(super) fn command_of(&self, phrase_id: u32) -> Option<u32> {
        self.row_of(phrase_id).map(|row| self.commands[row])
    }

    /// Whether a phrase's row says what its text does; `None` where there is no such phrase.
    pub(super) fn agrees(
        &self,
        embedder: &dyn Embedder,
        phrase: &PhraseInput<'_>,
        work: &mut Work,
    ) -> Option<bool> {
        let row = self.row_of(phrase.phrase_id)?;
        work.read(embedder, phrase);
        let words = work
            .terms
            .terms()
            .iter()
            .map(|term| self.vocabulary.find(term.id));
        let same = words.eq(self.terms_of(row as u32).iter().map(|word| Some(*word)));
        let same = same && self.commands[row] == phrase.command && self.flags[row] == flags(phrase);
        Some(same && self.vectors.holds(row, &work.vector))
    }

    /// Whether any phrase of `command` uses the word.
    pub(super) fn explains(&self, command: u32, word: u64) -> bool {
        self.vocabulary.find(word).is_some_and(|position| {
            self.phrases_of(command)
                .any(|row| self.terms_of(row).contains(&position))
        })
    }

    /// The phrases of `command`, newest first.
    pub(super) fn phrases_of(&self, command: u32) -> impl Iterator<Item = u32> + '_ {
        self.chain(self.newest.get(command as usize).copied().unwrap_or(NONE))
    }

    /// A phrase and those before it. Each is before the last, so that the chain ends.
    fn chain(&self, newest: u32) -> impl Iterator<Item = u32> + '_ {
        let newest = (newest < self.len() as u32).then_some(newest);
        std::iter::successors(newest, move |row| {
            self.previous
                .get(*row as usize)
                .copied()
                .filter(|next| next < row)
        })
    }

    pub(super) fn terms_of(&self, row: u32) -> &[u32] {
        self.known(stretch(&self.terms, &self.starts, row as usize))
    }

    /// The positions, if all of them are the vocabulary's.
    pub(super) fn known<'p>(&self, positions: &'p [u32]) -> &'p [u32] {
        let words = self.vocabulary.len() as u32;
        if positions.iter().all(|position| *position < words) {
            positions
        } else {
            &[]
        }
    }

    pub(super) fn is_weak(&self, row: u32) -> bool {
        self.flags[row as usize] & WEAK != 0
    }

    /// Where the phrase came from.
    pub(super) fn source(&self, row: u32) -> Source {
        Source::from_number(self.flags[row as usize] >> 1)
    }
}

/// The part of a list that belongs to a row; empty where the lists do not fit together.
pub(super) fn stretch<'l>(list: &'l [u32], starts: &[u32], row: usize) -> &'l [u32] {
    let range = starts.get(row).zip(starts.get(row + 1));
    range
        .and_then(|(start, end)| list.get(*start as usize..*end as usize))
        .unwrap_or_default()
}
