//! The phrases of one source: flat columns, a vocabulary and the vectors, appended to or read from bytes.

use crate::embed::lexicon::{Class, Lexeme, look_up};
use crate::embed::{Embedder, Scratch, Stem, Term, TermKind, Terms, slot_id};
use crate::search::VectorSet;

use super::IndexError;
use super::command_columns::CommandColumns;
use super::phrase::{PhraseInput, Source, read_phrase};
use super::spelling;

pub(super) const NONE: u32 = u32::MAX;

/// Commands are numbered from 0 without great gaps; tables are as long as the greatest number.
pub const COMMAND_LIMIT: u32 = 1 << 24;

/// One layer of an [`Index`](super::Index): the built-in pack, a namespace's own phrases, or those just taught.
#[derive(Debug, Clone)]
pub struct Layer<'a> {
    pub(super) embedder: String,
    pub(super) phrase_ids: Vec<u32>,
    pub(super) commands: Vec<u32>,
    pub(super) flags: Vec<u8>,
    /// The phrase of the same command that was added before; smaller than the phrase itself, so that chains end.
    pub(super) previous: Vec<u32>,
    /// For each command its newest phrase.
    pub(super) newest: Vec<u32>,
    /// Where the terms of a phrase start in `terms`; one more than there are phrases.
    pub(super) starts: Vec<u32>,
    pub(super) terms: Vec<u32>,
    pub(super) vocabulary: Vocabulary,
    pub(super) vectors: VectorSet<'a>,
    /// What the commands themselves are for, as vectors: one a command that was added by its text.
    pub(super) commands_own: CommandColumns<'a>,
    /// How many commands have a phrase here.
    pub(super) command_count: u32,
}

/// The words of a layer's phrases.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    pub(super) ids: Vec<u64>,
    /// How many commands use the word: its frequency, from which its rarity follows.
    pub(super) uses: Vec<u32>,
    pub(super) text: String,
    pub(super) ends: Vec<u32>,
    /// What the lexicon knows of the word; the shape for values and slots. Concept and class follow from the id for words,
    /// so only values store theirs.
    pub(super) lexemes: Vec<Lexeme>,
    /// The letters of each word, to find misspellings; none for values and slots.
    pub(super) letters: Vec<u32>,
    /// Open addressing from id to position + 1; a power of two long.
    table: Vec<u32>,
}

impl Vocabulary {
    pub(super) fn find(&self, id: u64) -> Option<u32> {
        if self.table.is_empty() {
            return None;
        }
        let mask = self.table.len() - 1;
        let mut slot = id as usize & mask;
        while self.table[slot] != 0 {
            let position = self.table[slot] - 1;
            if self.ids[position as usize] == id {
                return Some(position);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether the position stands for a parameter that takes values of a shape.
    pub(super) fn is_slot(&self, position: usize) -> bool {
        let lexeme = self.lexemes[position];
        lexeme.class == Class::Value && self.ids[position] == slot_id(lexeme.concept)
    }

    pub(super) fn word(&self, position: usize) -> &str {
        let start = position
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[position] as usize]
    }

    pub(super) fn insert(&mut self, term: &Term, text: &str) -> u32 {
        if let Some(position) = self.find(term.id) {
            return position;
        }
        if term.kind != TermKind::Word {
            return self.add(term.id, term.lexeme, "");
        }
        match Stem::of(text.as_bytes()) {
            Some(stem) => self.add(term.id, term.lexeme, stem.as_str()),
            None => self.add(term.id, term.lexeme, text),
        }
    }

    /// The place here of another vocabulary's word.
    pub(super) fn take(&mut self, other: &Self, from: usize) -> u32 {
        let id = other.ids[from];
        if let Some(position) = self.find(id) {
            return position;
        }
        self.add(id, other.lexemes[from], other.word(from))
    }

    fn add(&mut self, id: u64, lexeme: Lexeme, word: &str) -> u32 {
        let position = self.ids.len() as u32;
        self.ids.push(id);
        self.uses.push(0);
        self.lexemes.push(lexeme);
        self.text.push_str(word);
        self.ends.push(self.text.len() as u32);
        self.letters.push(spelling::letters(word));
        if self.ids.len() * 2 > self.table.len() {
            self.rebuild();
        } else {
            self.place(position);
        }
        position
    }

    fn rebuild(&mut self) {
        self.table = vec![0; (self.ids.len() * 4).next_power_of_two().max(64)];
        (0..self.ids.len() as u32).for_each(|position| self.place(position));
    }

    fn place(&mut self, position: u32) {
        let mask = self.table.len() - 1;
        let mut slot = self.ids[position as usize] as usize & mask;
        while self.table[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.table[slot] = position + 1;
    }
}

pub(super) const WEAK: u8 = 1;

impl Layer<'static> {
    /// An empty layer for vectors of `embedder`.
    pub fn new(embedder: &dyn Embedder) -> Result<Self, IndexError> {
        Ok(Self {
            embedder: embedder.id().to_owned(),
            phrase_ids: Vec::new(),
            commands: Vec::new(),
            flags: Vec::new(),
            previous: Vec::new(),
            newest: Vec::new(),
            starts: vec![0],
            terms: Vec::new(),
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

impl Layer<'_> {
    /// Number of phrases.
    pub fn len(&self) -> usize {
        self.phrase_ids.len()
    }

    /// Whether there is no phrase.
    pub fn is_empty(&self) -> bool {
        self.phrase_ids.is_empty()
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
        read_phrase(phrase.text, phrase.pattern, &mut work.terms);
        work.vector.clear();
        work.vector.resize(embedder.dims(), 0.0);
        embedder.embed(&work.terms, &mut work.scratch, &mut work.vector);
        self.vectors.push(&work.vector)?;

        let mut positions = std::mem::take(&mut work.positions);
        positions.clear();
        for term in work.terms.terms() {
            positions.push(self.vocabulary.insert(term, work.terms.text(term)));
        }
        let flags = (u8::from(phrase.weak) * WEAK) | ((phrase.source as u8) << 1);
        self.append(phrase.phrase_id, phrase.command, flags, positions.iter().copied());
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
            self.newest.resize(number + 1, NONE);
        }
        let before = self.newest[number];
        self.command_count += u32::from(before == NONE);
        for position in positions {
            let seen = self.terms[self.starts[row as usize] as usize..].contains(&position);
            if !seen && !self.uses(before, position) {
                self.vocabulary.uses[position as usize] += 1;
            }
            self.terms.push(position);
        }
        self.starts.push(self.terms.len() as u32);
        self.previous.push(before);
        self.newest[number] = row;
        self.phrase_ids.push(phrase_id);
        self.commands.push(command);
        self.flags.push(flags);
    }

    /// Whether `newest` or an earlier phrase of its command uses the word.
    fn uses(&self, newest: u32, position: u32) -> bool {
        self.chain(newest)
            .take(64)
            .any(|row| self.terms_of(row).contains(&position))
    }

    /// The command of a phrase. Phrases are numbered in the order in which they are added, so this is a binary search; where
    /// they are not, a scan.
    pub(super) fn command_of(&self, phrase_id: u32) -> Option<u32> {
        let row = match self.phrase_ids.binary_search(&phrase_id) {
            Ok(row) => row,
            Err(_) if self.phrase_ids.is_sorted() => return None,
            Err(_) => self.phrase_ids.iter().rposition(|id| *id == phrase_id)?,
        };
        Some(self.commands[row])
    }

    /// Whether any phrase of `command` uses the word.
    pub(super) fn explains(&self, command: u32, word: u64) -> bool {
        self.vocabulary.find(word).is_some_and(|position| {
            self.phrases_of(command)
                .any(|row| self.terms_of(row).contains(&position))
        })
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Layer<'static> {
        Layer {
            embedder: self.embedder,
            phrase_ids: self.phrase_ids,
            commands: self.commands,
            flags: self.flags,
            previous: self.previous,
            newest: self.newest,
            starts: self.starts,
            terms: self.terms,
            vocabulary: self.vocabulary,
            vectors: self.vectors.into_owned(),
            commands_own: self.commands_own.into_owned(),
            command_count: self.command_count,
        }
    }

    /// The phrases of `command`, newest first.
    pub(super) fn phrases_of(&self, command: u32) -> impl Iterator<Item = u32> + '_ {
        self.chain(self.newest.get(command as usize).copied().unwrap_or(NONE))
    }

    fn chain(&self, newest: u32) -> impl Iterator<Item = u32> + '_ {
        let known = |row: u32| (row != NONE).then_some(row);
        std::iter::successors(known(newest), move |row| known(self.previous[*row as usize]))
    }

    pub(super) fn terms_of(&self, row: u32) -> &[u32] {
        &self.terms[self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize]
    }

    pub(super) fn is_weak(&self, row: u32) -> bool {
        self.flags[row as usize] & WEAK != 0
    }

    /// Where the phrase came from.
    pub(super) fn source(&self, row: u32) -> Source {
        Source::from_number(self.flags[row as usize] >> 1)
    }
}

const MAGIC: [u8; 4] = *b"LVL2";

impl<'a> Layer<'a> {
    /// The layer as bytes, to be stored and opened without embedding again. Little-endian; only this version reads it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let words = &self.vocabulary;
        let mut out = MAGIC.to_vec();
        for number in [
            self.embedder.len(),
            self.len(),
            self.newest.len(),
            self.terms.len(),
            words.len(),
            words.text.len(),
        ] {
            out.extend((number as u32).to_le_bytes());
        }
        out.extend(self.embedder.as_bytes());
        for column in [
            &self.phrase_ids,
            &self.commands,
            &self.previous,
            &self.newest,
            &self.starts,
            &self.terms,
            &words.uses,
            &words.ends,
        ] {
            out.extend(column.iter().flat_map(|number| number.to_le_bytes()));
        }
        out.extend(words.ids.iter().flat_map(|id| id.to_le_bytes()));
        out.extend(words.lexemes.iter().map(|lexeme| {
            if lexeme.concept >= SHAPES {
                lexeme.concept
            } else {
                0
            }
        }));
        out.extend(&self.flags);
        out.extend(words.text.as_bytes());
        out.extend(self.vectors.to_bytes());
        self.commands_own.write(&mut out);
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Vectors stay where they are; the rest is copied and checked.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, IndexError> {
        Self::read(bytes).ok_or(IndexError::Format)
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut input = Input(bytes);
        if input.take(4)? != MAGIC {
            return None;
        }
        let header = input.numbers(6)?;
        let [name, phrases, commands, terms, words, text] = header[..] else {
            return None;
        };
        let embedder = String::from_utf8(input.take(name as usize)?.to_vec()).ok()?;
        let phrase_ids = input.numbers(phrases)?;
        let (command_of, previous) = (input.numbers(phrases)?, input.numbers(phrases)?);
        let newest = input.numbers(commands)?;
        let starts = input.numbers(phrases.checked_add(1)?)?;
        let term_list = input.numbers(terms)?;
        let (uses, ends) = (input.numbers(words)?, input.numbers(words)?);
        let ids: Vec<u64> = input
            .take(8 * words as usize)?
            .chunks_exact(8)
            .map(|b| u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
            .collect();
        let shapes = input.take(words as usize)?;
        let flags = input.take(phrases as usize)?.to_vec();
        let text = String::from_utf8(input.take(text as usize)?.to_vec()).ok()?;
        let (vectors, rest) = VectorSet::from_bytes(input.0).ok()?;
        let (commands_own, rest) = CommandColumns::read(rest, commands, words)?;

        let rows_fit = commands <= COMMAND_LIMIT
            && command_of.iter().all(|command| *command < commands)
            && previous
                .iter()
                .enumerate()
                .all(|(row, before)| *before == NONE || (*before as usize) < row)
            && newest.iter().all(|row| *row == NONE || *row < phrases)
            && starts.first() == Some(&0)
            && starts.last() == Some(&terms)
            && starts.is_sorted()
            && term_list.iter().all(|word| *word < words);
        let words_fit = ends.is_sorted()
            && ends
                .last()
                .map_or(text.is_empty(), |end| *end as usize == text.len())
            && ends.iter().all(|end| text.is_char_boundary(*end as usize));
        if !rows_fit || !words_fit || vectors.len() != phrases as usize || !rest.is_empty() {
            return None;
        }
        let lexemes = ids
            .iter()
            .zip(shapes)
            .map(|(id, shape)| {
                if *shape >= SHAPES {
                    Lexeme {
                        class: Class::Value,
                        concept: *shape,
                    }
                } else {
                    look_up(*id)
                }
            })
            .collect();
        let mut vocabulary = Vocabulary {
            ids,
            uses,
            text,
            ends,
            lexemes,
            ..Vocabulary::default()
        };
        vocabulary.rebuild();
        vocabulary.letters = (0..words as usize)
            .map(|position| spelling::letters(vocabulary.word(position)))
            .collect();
        let command_count = newest.iter().filter(|row| **row != NONE).count() as u32;
        Some(Self {
            embedder,
            phrase_ids,
            commands: command_of,
            flags,
            previous,
            newest,
            starts,
            terms: term_list,
            vocabulary,
            vectors,
            commands_own,
            command_count,
        })
    }
}

/// The least concept number that is a value's shape.
const SHAPES: u8 = crate::embed::lexicon::Shape::Any as u8;

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(len)?;
        self.0 = tail;
        Some(head)
    }

    fn numbers(&mut self, count: u32) -> Option<Vec<u32>> {
        let bytes = self.take((count as usize).checked_mul(4)?)?;
        Some(
            bytes
                .chunks_exact(4)
                .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
        )
    }
}
