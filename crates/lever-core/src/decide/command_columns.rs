//! What the commands of a layer say for themselves: a vector each, and the words and literals that they are written with.

use crate::embed::Embedder;
use crate::embed::lexicon::Class;
use crate::search::VectorSet;

use super::IndexError;
use super::layer::{COMMAND_LIMIT, Layer, Work};

/// Flat columns, a row a command that was added by its text.
#[derive(Debug, Clone)]
pub(super) struct CommandColumns<'a> {
    pub(super) vectors: VectorSet<'a>,
    /// The command of a row.
    pub(super) commands: Vec<u32>,
    /// Where the terms of a row start; one more than there are rows.
    starts: Vec<u32>,
    /// Positions in the layer's vocabulary.
    terms: Vec<u32>,
    /// For each command, its row + 1; 0 where it has none. Follows from `commands`.
    rows: Vec<u32>,
}

impl CommandColumns<'static> {
    pub(super) fn new(dims: usize) -> Result<Self, IndexError> {
        Ok(Self {
            vectors: VectorSet::new(dims)?,
            commands: Vec::new(),
            starts: vec![0],
            terms: Vec::new(),
            rows: Vec::new(),
        })
    }
}

impl<'a> CommandColumns<'a> {
    /// The row of a command.
    pub(super) fn row_of(&self, command: u32) -> Option<usize> {
        self.rows
            .get(command as usize)
            .and_then(|row| (*row as usize).checked_sub(1))
    }

    /// Positions of a row's terms in the vocabulary.
    pub(super) fn terms_of(&self, row: usize) -> &[u32] {
        &self.terms[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    pub(super) fn into_owned(self) -> CommandColumns<'static> {
        CommandColumns {
            vectors: self.vectors.into_owned(),
            commands: self.commands,
            starts: self.starts,
            terms: self.terms,
            rows: self.rows,
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for number in [self.commands.len(), self.terms.len()] {
            out.extend((number as u32).to_le_bytes());
        }
        for column in [&self.commands, &self.starts, &self.terms] {
            out.extend(column.iter().flat_map(|number| number.to_le_bytes()));
        }
        out.extend(self.vectors.to_bytes());
    }

    /// Reads what [`write`](Self::write) wrote, for a layer of so many command numbers and words; and the bytes after it.
    pub(super) fn read(bytes: &'a [u8], commands: u32, words: u32) -> Option<(Self, &'a [u8])> {
        let mut at = 0usize;
        let mut numbers = |count: usize| -> Option<Vec<u32>> {
            let column = bytes.get(at..at.checked_add(count.checked_mul(4)?)?)?;
            at += column.len();
            Some(
                column
                    .chunks_exact(4)
                    .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                    .collect(),
            )
        };
        let sizes = numbers(2)?;
        let (count, term_count) = (sizes[0] as usize, sizes[1]);
        let of_row = numbers(count)?;
        let starts = numbers(count.checked_add(1)?)?;
        let terms = numbers(term_count as usize)?;
        let (vectors, rest) = VectorSet::from_bytes(bytes.get(at..)?).ok()?;
        let fits = of_row.iter().all(|command| *command < commands)
            && starts.first() == Some(&0)
            && starts.last() == Some(&term_count)
            && starts.is_sorted()
            && terms.iter().all(|word| *word < words)
            && vectors.len() == count;
        let mut rows = vec![0; commands as usize];
        for (row, command) in of_row.iter().enumerate() {
            *rows.get_mut(*command as usize)? = row as u32 + 1;
        }
        fits.then_some((
            Self {
                vectors,
                commands: of_row,
                starts,
                terms,
                rows,
            },
            rest,
        ))
    }
}

impl Layer<'_> {
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
        embedder.embed_command(template, &mut work.scratch, &mut work.vector);
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
        self.append_command(command, work.positions.iter().copied());
        Ok(())
    }

    /// Appends a row for which there is a vector, with its terms' places in the vocabulary.
    pub(super) fn append_command(&mut self, command: u32, positions: impl Iterator<Item = u32>) {
        let own = &mut self.commands_own;
        own.terms.extend(positions);
        own.starts.push(own.terms.len() as u32);
        own.commands.push(command);
        let number = command as usize;
        if number >= own.rows.len() {
            own.rows.resize(number + 1, 0);
        }
        own.rows[number] = own.commands.len() as u32;
        if number >= self.newest.len() {
            self.newest.resize(number + 1, super::layer::NONE);
        }
    }

    /// What of a request, by the marks of this layer's vocabulary, the command is written with; and how many of its literals
    /// the request does not name.
    pub(super) fn written_with(&self, row: usize, marks: &[u8]) -> (u64, u32) {
        let (mut named, mut left) = (0, 0);
        for position in self.commands_own.terms_of(row) {
            let position = *position as usize;
            match marks[position] {
                0 => left += u32::from(self.vocabulary.lexemes[position].class == Class::Value),
                mark => named |= 1 << (mark - 1),
            }
        }
        (named, left)
    }
}
