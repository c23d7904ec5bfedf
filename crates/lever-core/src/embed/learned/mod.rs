//! The learned embedder: a table of word pieces, and one of what commands are made of, trained so that a request is near
//! the phrases and the commands that it means.
//!
//! A text's vector is the sum of its tokens' rows, made of unit length; nothing else happens at run time. The tables lie in
//! a model file that is part of the program and is used in place.

mod command;
mod file;
mod known_words;
mod wordpiece;

use super::{Breadth, Embedder, Scratch, Terms};
use crate::decide::Model;
pub use command::CommandReader;
pub use file::ModelError;
use file::ModelFile;
pub(crate) use known_words::KnownWords;

/// The model that comes with this version.
static SHIPPED: &Aligned<[u8]> = &Aligned(*include_bytes!("../../../model/lever.lvrm"));

/// Starts at a cache line.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

/// An embedder by a learned table.
#[derive(Debug, Clone, Copy)]
pub struct LearnedEmbedder {
    file: ModelFile<'static>,
    breadth: Breadth,
}

impl LearnedEmbedder {
    /// The model that is part of this program. Nothing of it is copied or read through.
    ///
    /// # Errors
    /// None, unless the program itself is damaged.
    pub fn shipped() -> Result<Self, ModelError> {
        Self::open(&SHIPPED.0)
    }

    /// A model in memory.
    ///
    /// # Errors
    /// Bytes that are no model of this version.
    pub fn open(bytes: &'static [u8]) -> Result<Self, ModelError> {
        ModelFile::open(bytes).map(|file| Self {
            file,
            breadth: BREADTH,
        })
    }

    /// The same model, looking at more or less of what comes nearest.
    #[must_use]
    pub fn with_breadth(self, breadth: Breadth) -> Self {
        Self { breadth, ..self }
    }

    /// Whether the file's bytes are those that were written; reads them all.
    pub fn is_intact(&self) -> bool {
        self.file.is_intact()
    }

    /// What the model was made of and what it achieved, as JSON.
    pub fn provenance(&self) -> &'static str {
        self.file.provenance
    }

    /// The ranker, calibrator and thresholds that were fitted with this table.
    pub fn scorer(&self) -> Model {
        self.file.coefficients()
    }

    /// Rows of the table that a text is the sum of.
    pub fn tokens<'s>(&self, terms: &Terms, scratch: &'s mut Scratch) -> &'s [u32] {
        self.file.vocabulary.tokenize(terms, scratch);
        &scratch.ids
    }
}

/// With twenty-five phrases a command, the right one comes first as often of the nearest seven as of the nearest sixteen.
const BREADTH: Breadth = Breadth {
    commands: 16,
    phrases: 160,
};

impl Embedder for LearnedEmbedder {
    fn id(&self) -> &str {
        self.file.id
    }

    fn dims(&self) -> usize {
        self.file.tokens.width()
    }

    fn embed(&self, terms: &Terms, scratch: &mut Scratch, out: &mut [f32]) {
        out.fill(0.0);
        for row in self.tokens(terms, scratch) {
            self.file.tokens.add(*row as usize, 1.0, out);
        }
        normalise(out);
    }

    fn embed_command(&self, command: &str, scratch: &mut Scratch, out: &mut [f32]) -> u8 {
        out.fill(0.0);
        let usual = self.add_command(command, scratch, out);
        normalise(out);
        usual
    }

    fn breadth(&self) -> Breadth {
        self.breadth
    }

    fn shared(&self) -> Option<&(dyn Embedder + Sync)> {
        Some(self)
    }
}

fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 1e-9 {
        for value in vector {
            *value /= length;
        }
    }
}
