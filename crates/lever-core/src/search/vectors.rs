//! A growing or borrowed set of quantised vectors of one width.

use super::column::Column;
use super::kernel::{Kernel, MAX_DIMS};
use super::top::{Hit, Top};

/// Rows scanned before their scores are offered to the top-k: small enough that scores stay in the first-level cache.
const BLOCK: usize = 1024;
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
    values: Vec<i8>,
    scale: f32,
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
fn quantise(vector: &[f32], out: &mut [i8]) -> f32 {
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

/// Quantised vectors in one block of rows; rows are whole 64-byte lines.
///
/// Made empty and appended to, or of columns that lie in a mapped file. The first [`push`](Self::push) to such a set copies it.
#[derive(Debug, Clone)]
pub struct VectorSet {
    dims: usize,
    rows: Column<i8>,
    scales: Column<f32>,
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
        })
    }

    /// A set of rows and scales that were another's; they are not looked at. (A byte of -128 or a scale that is no number,
    /// which no set has, would make wrong scores, nothing worse.)
    ///
    /// # Errors
    /// A width that is none, or more or fewer rows than scales.
    pub fn of(dims: usize, rows: Column<i8>, scales: Column<f32>) -> Result<Self, VectorError> {
        let set = Self::new(dims)?;
        if scales.len().checked_mul(dims) != Some(rows.len()) {
            return Err(VectorError::Format);
        }
        Ok(Self { rows, scales, ..set })
    }

    /// The vectors' bytes, row by row.
    pub fn rows(&self) -> &Column<i8> {
        &self.rows
    }

    /// What each row's bytes are multiplied by.
    pub fn scales(&self) -> &Column<f32> {
        &self.scales
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

    /// Quantises and appends `vector`; returns its row.
    pub fn push(&mut self, vector: &[f32]) -> Result<usize, VectorError> {
        if vector.len() != self.dims {
            return Err(VectorError::Width {
                expected: self.dims,
                found: vector.len(),
            });
        }
        let rows = self.rows.own();
        let start = rows.len();
        rows.resize(start + self.dims, 0);
        self.scales.own().push(quantise(vector, &mut rows[start..]));
        Ok(self.scales.len() - 1)
    }

    /// Appends a row of another set as it is.
    ///
    /// # Errors
    /// A set of another width.
    ///
    /// # Panics
    /// A row that the other set does not have.
    pub fn copy(&mut self, other: &Self, row: usize) -> Result<(), VectorError> {
        if other.dims != self.dims {
            return Err(VectorError::Width {
                expected: self.dims,
                found: other.dims,
            });
        }
        self.rows
            .own()
            .extend_from_slice(&other.rows[row * self.dims..(row + 1) * self.dims]);
        self.scales.own().push(other.scales[row]);
        Ok(())
    }

    /// Whether a row is what [`push`](Self::push) would make of this vector.
    pub fn holds(&self, row: usize, vector: &[f32]) -> bool {
        let mut query = Query::default();
        query.set(vector);
        vector.len() == self.dims
            && self
                .scales
                .get(row)
                .is_some_and(|scale| scale.to_bits() == query.scale.to_bits())
            && self.rows.get(row * self.dims..(row + 1) * self.dims) == Some(query.values.as_slice())
    }

    /// The vector in `row`, as it is after quantisation.
    pub fn vector(&self, row: usize) -> impl Iterator<Item = f32> + '_ {
        let scale = self.scales[row];
        self.rows[row * self.dims..(row + 1) * self.dims]
            .iter()
            .map(move |byte| f32::from(*byte) * scale)
    }

    /// Writes the score (dot product; the cosine for unit vectors) of every row into `scores`. A query of another width
    /// scores 0 everywhere.
    pub fn scores(&self, kernel: Kernel, query: &Query, scores: &mut Vec<f32>) {
        scores.clear();
        scores.resize(self.len(), 0.0);
        if query.dims() == self.dims {
            for (block, out) in scores.chunks_mut(BLOCK).enumerate() {
                self.score_block(kernel, query, block * BLOCK, out);
            }
        }
    }

    /// Like [`scores`](Self::scores), and offers each row that `keep` accepts to `top`. `keep` is asked only for rows
    /// that would enter `top`.
    pub fn search(
        &self,
        scan: &Scan<'_>,
        keep: impl Fn(usize) -> bool,
        scores: &mut Vec<f32>,
        top: &mut Top,
    ) {
        scores.clear();
        scores.resize(self.len(), 0.0);
        let fits = scan.query.dims() == self.dims;
        for (block, out) in scores.chunks_mut(BLOCK).enumerate() {
            let start = block * BLOCK;
            if fits {
                self.score_block(scan.kernel, scan.query, start, out);
            }
            let mut offer = |row: usize, score: f32| {
                if score > top.floor() && keep(row) {
                    top.push(Hit {
                        score,
                        source: scan.source,
                        row: row as u32,
                    });
                }
                top.floor()
            };
            // Most rows are far below: a few at a time are passed by with one comparison.
            let (each, rest) = out.as_chunks::<AT_ONCE>();
            let mut floor = f32::NEG_INFINITY;
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
    }

    fn score_block(&self, kernel: Kernel, query: &Query, start: usize, out: &mut [f32]) {
        let rows = &self.rows[start * self.dims..(start + out.len()) * self.dims];
        kernel.scan(
            &query.values,
            rows,
            &self.scales[start..start + out.len()],
            query.scale,
            out,
        );
    }
}
