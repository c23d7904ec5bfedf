//! A growing or borrowed set of quantised vectors of one width.

use std::ops::Range;

use super::column::Column;
use super::kernel::{Kernel, MAX_DIMS};
use super::lists::Lists;
use super::top::{Hit, Top};

/// Rows scanned before their scores are offered to the top-k: small enough that scores stay in the first-level cache.
const BLOCK: usize = 2048;
/// Scores that are compared with the least one kept before any is looked at.
const AT_ONCE: usize = 16;

/// What is wrong with bytes that should hold vectors, or with a vector that should be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// The width is zero, not a multiple of 64, or more than [`MAX_DIMS`].
    #[error("vectors of {0} dimensions are not supported: use a multiple of 64 up to {MAX_DIMS}")]
    Dims(usize),
    /// A vector has another width than the set.
    #[error("a vector of {found} dimensions does not fit a set of {expected}")]
    Width {
        /// Dimensions of the set.
        expected: usize,
        /// Dimensions of the vector.
        found: usize,
    },
    /// Rows and scales are not of one set; re-embed and write them again.
    #[error("stored vectors are damaged or of another format: embed them again")]
    Format,
}

impl VectorError {
    /// Stable name of the error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Dims(_) => "vector_dims",
            Self::Width { .. } => "vector_width",
            Self::Format => "vector_format",
        }
    }
}

/// A quantised request vector, reusable without allocation once it has grown to its width.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub(super) values: Vec<i8>,
    pub(super) scale: f32,
}

impl Query {
    /// Quantises `vector` into this query.
    pub fn set(&mut self, vector: &[f32]) {
        self.values.clear();
        self.values.resize(vector.len(), 0);
        self.scale = quantise(vector, &mut self.values);
    }

    /// Number of dimensions.
    pub fn dims(&self) -> usize {
        self.values.len()
    }
}

/// Writes `vector` as bytes in -127..=127 and returns the scale, so that `byte * scale` is near the value: the error of
/// a component is at most half a scale. A vector of zeros, or one that holds a NaN or an infinity, becomes zeros.
pub(super) fn quantise(vector: &[f32], out: &mut [i8]) -> f32 {
    let most = vector.iter().fold(0f32, |most, value| most.max(value.abs()));
    if !most.is_finite() || most <= f32::MIN_POSITIVE || vector.iter().any(|value| value.is_nan()) {
        out.fill(0);
        return 0.0;
    }
    let steps = 127.0 / most;
    for (byte, value) in out.iter_mut().zip(vector) {
        // Half a step away from zero, then cut off: rounds, in instructions that every processor has in vectors.
        *byte = (value * steps + 0.5f32.copysign(*value)) as i8;
    }
    most / 127.0
}

/// What to scan for, and how.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'q> {
    /// The implementation.
    pub kernel: Kernel,
    /// The request.
    pub query: &'q Query,
    /// Noted in each [`Hit`], to tell sets apart.
    pub source: u32,
}

/// What a search has scored, and its working memory; reusable.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// Of every row, where every row was scored; else nothing.
    pub(super) all: Vec<f32>,
    /// Of a set's lists, or of the rows of one.
    pub(super) some: Vec<f32>,
    pub(super) lists: Top,
    /// The lists to be read.
    pub(super) near: Vec<u32>,
}

impl Scores {
    /// A row's score in the search that was made of this set; it is computed where the search passed the row by.
    pub fn of(&self, set: &VectorSet, scan: &Scan<'_>, row: usize) -> f32 {
        let known = self.all.get(row).copied();
        known.unwrap_or_else(|| set.score(scan, row))
    }
}

/// Quantised vectors in one block of rows; rows are whole 64-byte lines.
///
/// Made empty and appended to, or of columns that lie in a mapped file. The first [`push`](Self::push) to such a set copies it.
/// A large set may be [arranged](Self::arrange) in lists, which changes nothing but what a search looks at.
#[derive(Debug, Clone)]
pub struct VectorSet {
    dims: usize,
    /// In the order of the lists, where there are any.
    pub(super) rows: Column<i8>,
    pub(super) scales: Column<f32>,
    pub(super) lists: Lists,
}

impl VectorSet {
    /// An empty set for vectors of `dims` dimensions: a multiple of 64, at most [`MAX_DIMS`].
    pub fn new(dims: usize) -> Result<Self, VectorError> {
        if dims == 0 || !dims.is_multiple_of(64) || dims > MAX_DIMS {
            return Err(VectorError::Dims(dims));
        }
        Ok(Self {
            dims,
            rows: Column::default(),
            scales: Column::default(),
            lists: Lists::default(),
        })
    }

    /// A set of rows and scales that were another's, with its lists; they are not looked at. (A byte of -128 or a scale that is no
    /// number, which no set has, would make wrong scores, nothing worse.)
    ///
    /// # Errors
    /// A width that is none, more or fewer rows than scales, or the lists of another set.
    pub fn of(dims: usize, rows: Column<i8>, scales: Column<f32>, lists: Lists) -> Result<Self, VectorError> {
        let set = Self::new(dims)?;
        if scales.len().checked_mul(dims) != Some(rows.len()) || !lists.fit(dims, scales.len()) {
            return Err(VectorError::Format);
        }
        Ok(Self {
            rows,
            scales,
            lists,
            ..set
        })
    }

    /// The vectors' bytes; row by row where the set is not arranged in lists.
    pub fn rows(&self) -> &Column<i8> {
        &self.rows
    }

    /// What the bytes of each of [`rows`](Self::rows) are multiplied by.
    pub fn scales(&self) -> &Column<f32> {
        &self.scales
    }

    /// The lists that it is arranged in.
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// Dimensions of each vector.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// Number of vectors.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there is no vector.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// Quantises and appends `vector`; returns its row. A set in lists loses them.
    pub fn push(&mut self, vector: &[f32]) -> Result<usize, VectorError> {
        if vector.len() != self.dims {
            return Err(VectorError::Width {
                expected: self.dims,
                found: vector.len(),
            });
        }
        self.restore();
        let rows = self.rows.own();
        let start = rows.len();
        rows.resize(start + self.dims, 0);
        self.scales.own().push(quantise(vector, &mut rows[start..]));
        Ok(self.scales.len() - 1)
    }

    /// Appends a row of another set as it is. A set in lists loses them.
    ///
    /// # Errors
    /// A set of another width, or a row that the other set does not have.
    pub fn copy(&mut self, other: &Self, row: usize) -> Result<(), VectorError> {
        if other.dims != self.dims {
            return Err(VectorError::Width {
                expected: self.dims,
                found: other.dims,
            });
        }
        let (bytes, scale) = other.row(row).ok_or(VectorError::Format)?;
        self.restore();
        self.rows.own().extend_from_slice(bytes);
        self.scales.own().push(scale);
        Ok(())
    }

    /// Puts the rows back into their own order.
    fn restore(&mut self) {
        if self.lists.is_empty() {
            return;
        }
        let (mut rows, mut scales) = (Vec::with_capacity(self.rows.len()), Vec::new());
        for row in 0..self.len() {
            let (bytes, scale) = self.row(row).unwrap_or((&self.rows[..self.dims], 0.0));
            rows.extend_from_slice(bytes);
            scales.push(scale);
        }
        (self.rows, self.scales, self.lists) = (rows.into(), scales.into(), Lists::default());
    }

    /// A row's bytes and scale; `None` where there is no such row.
    pub(super) fn row(&self, row: usize) -> Option<(&[i8], f32)> {
        let place = self.lists.place(row)?;
        let bytes = self.rows.get(place.checked_mul(self.dims)?..)?.get(..self.dims)?;
        Some((bytes, *self.scales.get(place)?))
    }

    /// Whether a row is what [`push`](Self::push) would make of this vector.
    pub fn holds(&self, row: usize, vector: &[f32]) -> bool {
        let mut query = Query::default();
        query.set(vector);
        self.row(row).is_some_and(|(bytes, scale)| {
            scale.to_bits() == query.scale.to_bits() && bytes == query.values.as_slice()
        })
    }

    /// Has the processor fetch a row whose [score](Scores::of) will be asked for after a search, where it has to be computed.
    pub fn fetch(&self, row: usize) {
        if let Some(place) = self.lists.places.get(row).map(|place| *place as usize)
            && let Some(part) = self.part(place..place.saturating_add(1))
        {
            Kernel::fetch(part.rows);
            Kernel::fetch(part.scales);
        }
    }

    /// The score of one row, as a search gives it; 0 where there is no such row.
    pub fn score(&self, scan: &Scan<'_>, row: usize) -> f32 {
        let mut score = [0.0];
        if let Some((bytes, scale)) = self.row(row)
            && scan.query.dims() == self.dims
        {
            let Query { values, scale: own } = scan.query;
            scan.kernel.scan(values, bytes, &[scale], *own, &mut score);
        }
        score[0]
    }

    /// Writes the score (dot product; the cosine for unit vectors) of every row into `scores`. A query of another width
    /// scores 0 everywhere.
    pub fn scores(&self, kernel: Kernel, query: &Query, scores: &mut Vec<f32>) {
        let scan = Scan {
            kernel,
            query,
            source: 0,
        };
        scores.clear();
        scores.resize(self.len(), 0.0);
        self.whole().score(&scan, scores);
        if !self.lists.is_empty() {
            let by_place = std::mem::take(scores);
            let of = |row| {
                self.lists
                    .place(row)
                    .and_then(|place| by_place.get(place).copied())
            };
            scores.extend((0..self.len()).map(|row| of(row).unwrap_or_default()));
        }
    }

    /// Offers each row that `keep` accepts to `top`; of a set in lists the rows of those lists that are nearest. `keep` is asked
    /// only for rows that would enter `top`. A query of another width scores 0 everywhere.
    pub fn search(&self, scan: &Scan<'_>, keep: impl Fn(usize) -> bool, scores: &mut Scores, top: &mut Top) {
        scores.all.clear();
        if !self.lists.is_empty() {
            self.search_lists(scan, keep, scores, top);
            return;
        }
        scores.all.resize(self.len(), 0.0);
        self.whole()
            .search(scan, &mut scores.all, top, |row| keep(row).then_some(row as u32));
    }

    pub(super) fn whole(&self) -> Part<'_> {
        Part {
            dims: self.dims,
            rows: &self.rows,
            scales: &self.scales,
        }
    }

    /// The vectors that lie together at some places; `None` where there are none such.
    pub(super) fn part(&self, places: Range<usize>) -> Option<Part<'_>> {
        Some(Part {
            dims: self.dims,
            rows: self
                .rows
                .get(places.start.checked_mul(self.dims)?..places.end.checked_mul(self.dims)?)?,
            scales: self.scales.get(places)?,
        })
    }
}

/// Vectors that lie one after the other.
#[derive(Clone, Copy)]
pub(super) struct Part<'s> {
    pub(super) dims: usize,
    pub(super) rows: &'s [i8],
    pub(super) scales: &'s [f32],
}

impl Part<'_> {
    pub(super) fn score(&self, scan: &Scan<'_>, scores: &mut [f32]) {
        if scan.query.dims() == self.dims {
            let Query { values, scale } = scan.query;
            scan.kernel.scan(values, self.rows, self.scales, *scale, scores);
        }
    }

    /// Writes all scores into `scores`, which are zeros, and offers each vector to `top` as the row that `row_of` gives for its place; it is
    /// asked only for those that would enter.
    pub(super) fn search(
        &self,
        scan: &Scan<'_>,
        scores: &mut [f32],
        top: &mut Top,
        row_of: impl Fn(usize) -> Option<u32>,
    ) {
        for (block, out) in scores.chunks_mut(BLOCK).enumerate() {
            let start = block * BLOCK;
            let part = Self {
                rows: &self.rows[start * self.dims..(start + out.len()) * self.dims],
                scales: &self.scales[start..start + out.len()],
                ..*self
            };
            part.score(scan, out);
            top.gather(out, |top| offer(out, start, scan.source, top, &row_of));
        }
    }
}

/// Offers vectors of a source that have been scored; `start` is the place of the first.
fn offer(scores: &[f32], start: usize, source: u32, top: &mut Top, row_of: &impl Fn(usize) -> Option<u32>) {
    let mut floor = top.floor();
    let mut offer = |place: usize, score: f32| {
        if score > top.floor()
            && let Some(row) = row_of(place)
        {
            top.push(Hit { score, source, row });
        }
        top.floor()
    };
    // Most rows are far below: a few at a time are passed by with one comparison.
    let (each, rest) = scores.as_chunks::<AT_ONCE>();
    for (number, few) in each.iter().enumerate() {
        if few.iter().filter(|score| **score > floor).count() > 0 {
            for (offset, score) in few.iter().enumerate() {
                floor = offer(start + number * AT_ONCE + offset, *score);
            }
        }
    }
    for (offset, score) in rest.iter().enumerate() {
        offer(start + each.len() * AT_ONCE + offset, *score);
    }
}
