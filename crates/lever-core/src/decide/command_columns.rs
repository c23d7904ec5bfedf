//! What the commands of a layer say for themselves: a vector each, and the words and literals that they are written with.

use std::sync::Arc;

use crate::embed::Embedder;
use crate::embed::lexicon::Class;
use crate::search::{Block, Column, VectorSet};

use super::IndexError;
use super::layer::{COMMAND_LIMIT, Layer, Work, stretch};
use super::sections::{Reader, Writer};

/// Flat columns, a row a command that was added by its text.
#[derive(Debug, Clone)]
pub(super) struct CommandColumns {
    pub(super) vectors: VectorSet,
    /// The command of a row.
    pub(super) commands: Column<u32>,
    /// Where the terms of a row start; one more than there are rows.
    starts: Column<u32>,
    /// Positions in the layer's vocabulary.
    terms: Column<u32>,
    /// For each row, how usual the embedder finds the command, in sixteenths; 0 where the command says nothing to it.
    usual: Column<u8>,
    /// For each command, its row + 1; 0 where it has none.
    rows: Column<u32>,
}

impl CommandColumns {
    pub(super) fn new(dims: usize) -> Result<Self, IndexError> {
        Ok(Self {
            vectors: VectorSet::new(dims)?,
            commands: Column::default(),
            starts: vec![0].into(),
            terms: Column::default(),
            usual: Column::default(),
            rows: Column::default(),
        })
    }

    /// The row of a command.
    pub(super) fn row_of(&self, command: u32) -> Option<usize> {
        let row = self.rows.get(command as usize)?.checked_sub(1)? as usize;
        (row < self.commands.len()).then_some(row)
    }

    /// How usual the embedder finds the row's command, in sixteenths; 0 where it knows no part of it.
    pub(super) fn usual(&self, row: usize) -> u8 {
        self.usual.get(row).copied().unwrap_or_default()
    }

    /// Positions of a row's terms in the vocabulary.
    pub(super) fn terms_of(&self, row: usize) -> &[u32] {
        stretch(&self.terms, &self.starts, row)
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.put_vectors(&self.vectors);
        for column in [&self.commands, &self.starts, &self.terms, &self.rows] {
            out.put(column);
        }
        out.put(&self.usual);
    }

    pub(super) fn read(dims: usize, input: &mut Reader, block: &Arc<dyn Block>) -> Option<Self> {
        let own = Self {
            vectors: input.take_vectors(dims, block)?,
            commands: input.take(block)?,
            starts: input.take(block)?,
            terms: input.take(block)?,
            rows: input.take(block)?,
            usual: input.take(block)?,
        };
        let count = own.commands.len();
        let fits = own.vectors.len() == count && own.usual.len() == count && own.starts.len() == count + 1;
        fits.then_some(own)
    }
}

impl Layer {
    /// Adds what a command says for itself: its template's programs, options and literals. A command without it is
    /// found by its phrases alone; of two templates of one command the later counts.
    pub fn add_command(
        &mut self,
        embedder: &dyn Embedder,
        command: u32,
        template: &str,
        work: &mut Work,
    ) -> Result<(), IndexError> {
        if embedder.id() != self.embedder {
            return Err(IndexError::Embedder {
                expected: self.embedder.clone(),
                found: embedder.id().to_owned(),
            });
        }
        if command >= COMMAND_LIMIT {
            return Err(IndexError::CommandNumber(command));
        }
        work.vector.clear();
        work.vector.resize(embedder.dims(), 0.0);
        let usual = embedder.embed_command(template, &mut work.scratch, &mut work.vector);
        work.scratch.command.read(template);
        let reader = &work.scratch.command;
        self.commands_own.vectors.push(&work.vector)?;
        work.positions.clear();
        for terms in [reader.words(), reader.literals()] {
            for term in terms.terms() {
                work.positions
                    .push(self.vocabulary.insert(term, terms.text(term)));
            }
        }
        self.append_command(command, usual, work.positions.iter().copied());
        Ok(())
    }

    /// Appends a row for which there is a vector, with its terms' places in the vocabulary.
    pub(super) fn append_command(&mut self, command: u32, usual: u8, positions: impl Iterator<Item = u32>) {
        let own = &mut self.commands_own;
        own.usual.own().push(usual);
        own.terms.own().extend(positions);
        own.starts.own().push(own.terms.len() as u32);
        own.commands.own().push(command);
        let number = command as usize;
        if number >= own.rows.len() {
            own.rows.own().resize(number + 1, 0);
        }
        own.rows.own()[number] = own.commands.len() as u32;
        if number >= self.newest.len() {
            self.newest.own().resize(number + 1, super::layer::NONE);
        }
    }

    /// What of a request, by the marks of this layer's vocabulary, the command is written with; and how many of its literals
    /// the request does not name.
    pub(super) fn written_with(&self, row: usize, marks: &[u8]) -> (u64, u32) {
        let (mut named, mut left) = (0, 0);
        for position in self.known(self.commands_own.terms_of(row)) {
            let position = *position as usize;
            match marks[position] {
                0 => left += u32::from(self.vocabulary.lexemes[position].class == Class::Value),
                mark => named |= 1 << (mark - 1),
            }
        }
        (named, left)
    }
}
