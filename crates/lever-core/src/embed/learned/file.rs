//! The model file: one header, a list of sections, and flat columns that are used where they lie.
//!
//! Little-endian. `LVRM`, version, length of the file, number of sections (`u32` each), BLAKE3 of all that follows the hash
//! (32 bytes); then `kind, offset, length, 0` a section. Written by `tools/embedder/modelfile.py`.

use crate::decide::{FEATURES, Feature, HIDDEN, Model, Network};

const MAGIC: [u8; 4] = *b"LVRM";
const VERSION: u32 = 5;
const HEADER: usize = 48;
/// Floats of the coefficients: of the ranker and of the calibrator the linear part, each feature's weights in the units, the
/// units' constants, their weights, the constant; sure, likely.
const COEFFICIENTS: usize = 2 * (FEATURES + HIDDEN * (FEATURES + 2) + 1) + 2;

/// Why bytes are no model that this version can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model file is damaged or of another version ({0}): install this version's")]
pub struct ModelError(&'static str);

impl ModelError {
    /// Stable name, for programs.
    pub fn code(self) -> &'static str {
        "model_file"
    }
}

/// A column of little-endian `u32`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers<'m>(&'m [u8]);

impl Numbers<'_> {
    pub(super) fn len(self) -> usize {
        self.0.len() / 4
    }

    pub(super) fn at(self, index: usize) -> u32 {
        match self.0.get(4 * index..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => u32::from_le_bytes(*bytes),
            None => 0,
        }
    }

    fn float(self, index: usize) -> f32 {
        f32::from_bits(self.at(index))
    }
}

/// The tokens: continuations of words first, then words, each sorted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vocabulary<'m> {
    pub(super) starts: Numbers<'m>,
    pub(super) text: &'m [u8],
    pub(super) continuations: usize,
}

/// Rows of a few bits a number, each with its scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'m> {
    rows: &'m [u8],
    scales: &'m [u8],
    /// Rows of eight bits a number lie first; the others have four.
    wide: usize,
    width: usize,
}

impl Table<'_> {
    pub(super) fn width(self) -> usize {
        self.width
    }

    pub(super) fn len(self) -> usize {
        self.scales.len() / 2
    }

    fn scale(self, row: usize) -> f32 {
        // The upper half of an f32.
        match self.scales.get(2 * row..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => f32::from_bits(u32::from(u16::from_le_bytes(*bytes)) << 16),
            None => 0.0,
        }
    }

    /// Adds `weight` times a row to `out`, which is as long as a row is wide.
    pub(super) fn add(self, row: usize, weight: f32, out: &mut [f32]) {
        let scale = weight * self.scale(row);
        if row < self.wide {
            let start = row * self.width;
            let bytes = self.rows.get(start..start + self.width).unwrap_or_default();
            for (sum, byte) in out.iter_mut().zip(bytes) {
                *sum += scale * f32::from(byte.cast_signed());
            }
            return;
        }
        let start = self.wide * self.width + (row - self.wide) * (self.width / 2);
        let bytes = self.rows.get(start..start + self.width / 2).unwrap_or_default();
        for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
            pair[0] += scale * (f32::from(byte & 15) - 8.0);
            pair[1] += scale * (f32::from(byte >> 4) - 8.0);
        }
    }
}

/// A model, read in place.
#[derive(Debug, Clone, Copy)]
pub(super) struct ModelFile<'m> {
    bytes: &'m [u8],
    pub(super) vocabulary: Vocabulary<'m>,
    pub(super) tokens: Table<'m>,
    /// Sorted hashes of what commands are made of, two `u32` each, low half first.
    pub(super) atoms: Numbers<'m>,
    pub(super) commands: Table<'m>,
    /// How often each of these was met: the binary logarithm, in sixteenths.
    pub(super) uses: &'m [u8],
    coefficients: Numbers<'m>,
    pub(super) id: &'m str,
    /// JSON: what it was made of, by which tools, and what it achieved.
    pub(super) provenance: &'m str,
}

/// Numbers of sections.
#[derive(Clone, Copy)]
enum Section {
    Provenance = 1,
    Id = 2,
    Sizes = 3,
    Starts = 4,
    Text = 5,
    TokenRows = 6,
    TokenScales = 7,
    Atoms = 8,
    CommandRows = 9,
    CommandScales = 10,
    Coefficients = 11,
    Features = 12,
    Uses = 13,
}

impl<'m> ModelFile<'m> {
    /// Looks at the header and at the sizes; the columns are neither copied nor read through.
    pub(super) fn open(bytes: &'m [u8]) -> Result<Self, ModelError> {
        let head = Numbers(bytes.get(..HEADER).ok_or(ModelError("too short"))?);
        if bytes.get(..4) != Some(&MAGIC) || head.at(1) != VERSION {
            return Err(ModelError("not a model of this version"));
        }
        if head.at(2) as usize != bytes.len() {
            return Err(ModelError("cut off"));
        }
        let list = Numbers(
            bytes
                .get(HEADER..HEADER + 16 * head.at(3) as usize)
                .ok_or(ModelError("cut off"))?,
        );
        let section = |wanted: Section| {
            (0..list.len() / 4)
                .find(|at| list.at(4 * at) == wanted as u32)
                .and_then(|at| {
                    let start = list.at(4 * at + 1) as usize;
                    bytes.get(start..start.checked_add(list.at(4 * at + 2) as usize)?)
                })
                .ok_or(ModelError("a section is missing"))
        };
        let text = |wanted| {
            section(wanted).and_then(|bytes| std::str::from_utf8(bytes).map_err(|_| ModelError("no text")))
        };
        let sizes = Numbers(section(Section::Sizes)?);
        let width = sizes.at(0) as usize;
        let table = |rows, scales, wide| -> Result<Table<'m>, ModelError> {
            let table = Table {
                rows: section(rows)?,
                scales: section(scales)?,
                wide,
                width,
            };
            let narrow = table.len().checked_sub(wide).ok_or(ModelError("sizes"))?;
            let fits = table.rows.len() == wide * width + narrow * (width / 2);
            fits.then_some(table).ok_or(ModelError("sizes"))
        };
        let file = Self {
            bytes,
            vocabulary: Vocabulary {
                starts: Numbers(section(Section::Starts)?),
                text: section(Section::Text)?,
                continuations: sizes.at(1) as usize,
            },
            tokens: table(Section::TokenRows, Section::TokenScales, sizes.at(2) as usize)?,
            atoms: Numbers(section(Section::Atoms)?),
            commands: table(Section::CommandRows, Section::CommandScales, sizes.at(3) as usize)?,
            uses: section(Section::Uses)?,
            coefficients: Numbers(section(Section::Coefficients)?),
            id: text(Section::Id)?,
            provenance: text(Section::Provenance)?,
        };
        let fits = width.is_multiple_of(64)
            && (64..=1024).contains(&width)
            && file.vocabulary.continuations <= file.vocabulary.len()
            && file.tokens.len() == file.vocabulary.len() + super::wordpiece::SHAPES.len()
            && file.atoms.len() == 2 * file.commands.len()
            && file.uses.len() == file.commands.len()
            && file.coefficients.len() == COEFFICIENTS
            && text(Section::Features)?
                .split(' ')
                .eq(Feature::ALL.map(Feature::name));
        fits.then_some(file).ok_or(ModelError("sizes"))
    }

    /// Whether the file's bytes are those that were written. Reads them all.
    pub(super) fn is_intact(&self) -> bool {
        self.bytes
            .get(HEADER..)
            .is_some_and(|rest| self.bytes.get(16..HEADER) == Some(blake3::hash(rest).as_bytes().as_slice()))
    }

    /// Ranker, calibrator and thresholds.
    pub(super) fn coefficients(&self) -> Model {
        let mut at = 0;
        let mut next = || {
            at += 1;
            self.coefficients.float(at - 1)
        };
        let mut network = || Network {
            direct: std::array::from_fn(|_| next()),
            hidden: std::array::from_fn(|_| std::array::from_fn(|_| next())),
            bias: std::array::from_fn(|_| next()),
            out: std::array::from_fn(|_| next()),
            constant: next(),
        };
        Model {
            rank: network(),
            calibrate: network(),
            sure: next(),
            likely: next(),
        }
    }
}
