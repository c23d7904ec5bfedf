//! A layer as bytes, opened where they lie: in time that hardly grows with its phrases.

use std::ops::Range;
use std::sync::Arc;

use crate::search::{Block, Column};

use super::IndexError;
use super::command_columns::CommandColumns;
use super::layer::{COMMAND_LIMIT, Layer};
use super::sections::{Reader, Writer};
use super::vocabulary::Vocabulary;

impl Layer {
    /// The layer as bytes, to be stored and opened without embedding again. Little-endian; only this version reads it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    /// Appends what [`to_bytes`](Self::to_bytes) gives.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut out = Writer::new(out);
        out.put(&self.embedder.bytes().collect::<Column<u8>>());
        out.put(&Column::from(vec![
            self.vectors.dims() as u32,
            self.command_count,
        ]));
        for column in [
            &self.phrase_ids,
            &self.commands,
            &self.previous,
            &self.newest,
            &self.starts,
            &self.terms,
        ] {
            out.put(column);
        }
        out.put_sealed(&self.flags);
        self.vocabulary.write(&mut out);
        out.put_vectors(&self.vectors);
        self.commands_own.write(&mut out);
        out.finish();
    }

    /// Opens what [`to_bytes`](Self::to_bytes) wrote. The columns stay in the block, best at a multiple of 64; only the list of words and the phrases' flags are read through, and held against checksums.
    ///
    /// Whatever the numbers in the columns are, later use neither panics nor loops: a phrase whose numbers do not fit
    /// together has no words.
    ///
    /// # Errors
    /// [`IndexError::Format`]: other bytes, or not all of them.
    pub fn open(block: &Arc<dyn Block>, range: Range<usize>) -> Result<Self, IndexError> {
        Self::read(block, range).ok_or(IndexError::Format)
    }

    fn read(block: &Arc<dyn Block>, range: Range<usize>) -> Option<Self> {
        let mut input = Reader::new(block, range)?;
        let name: Column<u8> = input.take(block)?;
        let sizes: Column<u32> = input.take(block)?;
        let [dims, command_count] = sizes[..] else {
            return None;
        };
        let layer = Self {
            embedder: String::from_utf8(name.to_vec()).ok()?,
            phrase_ids: input.take(block)?,
            commands: input.take(block)?,
            previous: input.take(block)?,
            newest: input.take(block)?,
            starts: input.take(block)?,
            terms: input.take(block)?,
            flags: input.take_sealed(block)?,
            vocabulary: Vocabulary::read(&mut input, block)?,
            vectors: input.take_vectors(dims as usize, block)?,
            commands_own: CommandColumns::read(dims as usize, &mut input, block)?,
            command_count,
        };
        let count = layer.len();
        let lengths = [
            layer.commands.len(),
            layer.previous.len(),
            layer.flags.len(),
            layer.vectors.len(),
        ];
        let fits = lengths == [count; 4]
            && layer.starts.len() == count + 1
            && layer.newest.len() <= COMMAND_LIMIT as usize;
        (fits && input.is_done()).then_some(layer)
    }
}
