//! The words of a layer's phrases and commands.

use std::sync::Arc;

use crate::embed::lexicon::{Class, Lexeme, Shape, look_up};
use crate::embed::{Stem, Term, TermKind, slot_id};
use crate::search::{Block, Column};

use super::sections::{Reader, Writer};
use super::spelling;

/// Flat columns, a row a word.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    pub(super) ids: Column<u64>,
    /// How many commands use the word: its frequency, from which its rarity follows.
    pub(super) uses: Column<u32>,
    text: Column<u8>,
    ends: Column<u32>,
    /// What the lexicon knows of the word; the shape for values and slots. Concept and class follow from the id for words,
    /// so only values store theirs.
    pub(super) lexemes: Vec<Lexeme>,
    /// The letters of each word, to find misspellings; none for values and slots.
    pub(super) letters: Column<u32>,
    /// Open addressing from id to position + 1; a power of two long.
    table: Column<u32>,
}

/// The least concept number that is a value's shape.
const SHAPES: u8 = Shape::Any as u8;

impl Vocabulary {
    pub(super) fn find(&self, id: u64) -> Option<u32> {
        let (table, ids) = (&*self.table, &*self.ids);
        let mask = table.len().checked_sub(1)?;
        // A table that is no table, without a free place, ends the search too.
        for probe in 0..=mask {
            let position = table[(id as usize).wrapping_add(probe) & mask].checked_sub(1)?;
            if *ids.get(position as usize)? == id {
                return Some(position);
            }
        }
        None
    }

    /// How many commands use a word; `None` where none does.
    pub(super) fn uses_of(&self, id: u64) -> Option<u32> {
        Some(self.uses[self.find(id)? as usize])
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether the position stands for a parameter that takes values of a shape.
    pub(super) fn is_slot(&self, position: usize) -> bool {
        let lexeme = self.lexemes[position];
        lexeme.class == Class::Value && self.ids[position] == slot_id(lexeme.concept)
    }

    /// The stem of a word; empty for values and slots.
    pub(super) fn word(&self, position: usize) -> &str {
        let start = position
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        let bytes = self.text.get(start..self.ends[position] as usize);
        std::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
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
        let position = self.len() as u32;
        self.ids.own().push(id);
        self.uses.own().push(0);
        self.lexemes.push(lexeme);
        self.text.own().extend_from_slice(word.as_bytes());
        self.ends.own().push(self.text.len() as u32);
        self.letters.own().push(spelling::letters(word));
        if self.len() * 2 > self.table.len() {
            let room = (self.len() * 4).next_power_of_two().max(64);
            self.table = vec![0; room].into();
            (0..=position).for_each(|position| self.place(position));
        } else {
            self.place(position);
        }
        position
    }

    fn place(&mut self, position: u32) {
        let id = self.ids[position as usize];
        let table = self.table.own();
        let mask = table.len() - 1;
        let mut slot = id as usize & mask;
        while table[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        table[slot] = position + 1;
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        let shape = |lexeme: &Lexeme| {
            if lexeme.concept >= SHAPES {
                lexeme.concept
            } else {
                0
            }
        };
        out.put_sealed(&self.ids);
        out.put_sealed(&self.uses);
        out.put(&self.text);
        out.put(&self.ends);
        out.put_sealed(&self.lexemes.iter().map(shape).collect::<Column<u8>>());
        out.put(&self.letters);
        out.put(&self.table);
    }

    pub(super) fn read(input: &mut Reader, block: &Arc<dyn Block>) -> Option<Self> {
        let (ids, uses) = (input.take_sealed::<u64>(block)?, input.take_sealed(block)?);
        let (text, ends) = (input.take(block)?, input.take(block)?);
        let shapes: Column<u8> = input.take_sealed(block)?;
        let (letters, table) = (input.take(block)?, input.take::<u32>(block)?);
        let lexeme = |(id, shape): (&u64, &u8)| {
            if *shape >= SHAPES {
                Lexeme {
                    class: Class::Value,
                    concept: *shape,
                }
            } else {
                look_up(*id)
            }
        };
        let words = Self {
            lexemes: ids.iter().zip(&*shapes).map(lexeme).collect(),
            ids,
            uses,
            text,
            ends,
            letters,
            table,
        };
        let count = words.len();
        let fits = [
            words.uses.len(),
            words.ends.len(),
            shapes.len(),
            words.letters.len(),
        ] == [count; 4]
            && (words.table.is_empty() || words.table.len().is_power_of_two())
            && words.table.is_empty() == (count == 0);
        fits.then_some(words)
    }
}
