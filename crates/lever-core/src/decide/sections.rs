//! How a layer is stored: its columns one after the other, each at a cache line's start, after a list of their lengths.
//! Little-endian; only the version that wrote it reads it.

use std::ops::Range;
use std::sync::Arc;

use crate::search::{Block, Column, Lists, Number, VectorSet};
use crate::template::checksum;

const MAGIC: [u8; 8] = *b"LVL6\0\0\0\0";
/// Every section starts at a multiple of this, counted from the layer's first byte.
const LINE: usize = 64;
/// More than a layer has.
const MOST: usize = 48;
/// Where checksums begin; any number does.
const SEED: u64 = 6;
const HEADER: usize = MAGIC.len() + 8 * MOST;

/// Writes sections after what is there.
pub(super) struct Writer<'o> {
    out: &'o mut Vec<u8>,
    /// Where the layer begins.
    base: usize,
    lengths: Vec<u64>,
}

impl<'o> Writer<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        let base = out.len();
        out.resize(base + HEADER, 0);
        Self {
            out,
            base,
            lengths: Vec::with_capacity(MOST),
        }
    }

    pub(super) fn put<T: Number>(&mut self, column: &Column<T>) {
        let end = (self.out.len() - self.base).next_multiple_of(LINE);
        self.out.resize(self.base + end, 0);
        let start = self.out.len();
        column.write(self.out);
        self.lengths.push((self.out.len() - start) as u64);
    }

    /// Of numbers that are all read when a layer is opened, and with a checksum: what they say is of every decision, and nothing in
    /// one decision shows that it is wrong.
    pub(super) fn put_sealed<T: Number>(&mut self, column: &Column<T>) {
        self.put(column);
        let length = self.lengths.last().map_or(0, |length| *length as usize);
        let sum = checksum(&self.out[self.out.len() - length..], SEED);
        self.put(&Column::from(vec![sum]));
    }

    pub(super) fn put_vectors(&mut self, vectors: &VectorSet) {
        self.put(vectors.rows());
        self.put(vectors.scales());
        let lists = vectors.lists();
        let ((rows, scales), (order, places)) = (lists.middles(), lists.order());
        self.put(rows);
        self.put(scales);
        for column in [lists.starts(), order, places] {
            self.put(column);
        }
    }

    pub(super) fn finish(self) {
        debug_assert!(self.lengths.len() <= MOST, "the header is too small");
        let header = &mut self.out[self.base..self.base + HEADER];
        header[..MAGIC.len()].copy_from_slice(&MAGIC);
        for (place, length) in header[MAGIC.len()..].chunks_exact_mut(8).zip(&self.lengths) {
            place.copy_from_slice(&length.to_le_bytes());
        }
    }
}

/// Reads sections in the order in which they were written.
pub(super) struct Reader {
    lengths: std::vec::IntoIter<u64>,
    range: Range<usize>,
    /// How much of the range is read.
    read: usize,
}

impl Reader {
    /// `None` where the stretch is no layer of this version.
    pub(super) fn new(block: &Arc<dyn Block>, range: Range<usize>) -> Option<Self> {
        let header = block.bytes().get(range.clone())?.get(..HEADER)?;
        let (magic, lengths) = header.split_at(MAGIC.len());
        let lengths: Vec<u64> = lengths.chunks_exact(8).map(u64::read).collect();
        (*magic == MAGIC).then_some(Self {
            lengths: lengths.into_iter(),
            range,
            read: HEADER,
        })
    }

    pub(super) fn take<T: Number>(&mut self, block: &Arc<dyn Block>) -> Option<Column<T>> {
        let length = usize::try_from(self.lengths.next()?).ok()?;
        let start = self.read.checked_next_multiple_of(LINE)?;
        self.read = start.checked_add(length)?;
        if self.read > self.range.len() {
            return None;
        }
        Column::lend(block, self.range.start + start..self.range.start + self.read)
    }

    /// What [`put_sealed`](Writer::put_sealed) wrote; `None` where it is not as it was written.
    pub(super) fn take_sealed<T: Number>(&mut self, block: &Arc<dyn Block>) -> Option<Column<T>> {
        let column = self.take(block)?;
        let end = self.range.start + self.read;
        let bytes = block.bytes().get(end - size_of_val(&*column)..end)?;
        let sum: Column<u64> = self.take(block)?;
        (*sum == [checksum(bytes, SEED)]).then_some(column)
    }

    /// What [`put_vectors`](Writer::put_vectors) wrote.
    pub(super) fn take_vectors(&mut self, dims: usize, block: &Arc<dyn Block>) -> Option<VectorSet> {
        let (rows, scales) = (self.take(block)?, self.take(block)?);
        let middles = (self.take(block)?, self.take(block)?);
        let starts = self.take(block)?;
        let lists = Lists::of(middles, starts, (self.take(block)?, self.take(block)?));
        VectorSet::of(dims, rows, scales, lists).ok()
    }

    /// Whether everything was read.
    pub(super) fn is_done(&self) -> bool {
        self.read == self.range.len() && self.lengths.as_slice().iter().all(|length| *length == 0)
    }
}
