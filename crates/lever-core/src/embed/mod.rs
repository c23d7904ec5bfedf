//! Turns text into vectors.
//!
//! Text is read into [`Terms`] once: the words that carry meaning, with what a word adds to the whole. An [`Embedder`]
//! turns terms into a unit vector: [`LearnedEmbedder`] by a table that was trained, [`HashEmbedder`] without one.

mod hash;
mod learned;
pub mod lexicon;
mod stem;
mod terms;

pub use hash::HashEmbedder;
use learned::KnownWords;
pub use learned::{CommandReader, LearnedEmbedder, ModelError};
pub use stem::{Stem, word_id};
pub use terms::{Term, TermKind, Terms};
pub(crate) use terms::{shape_of_value, slot_id};

/// How many of the nearest commands are looked at closely: the fewer, the better an embedder's vectors tell the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breadth {
    /// Commands whose phrases come nearest, at most.
    pub commands: usize,
    /// No further command after so many phrases.
    pub phrases: u32,
}

/// Makes a vector of a text's terms.
pub trait Embedder {
    /// Name of the embedder, its width and its version. Vectors of different ids are never compared.
    fn id(&self) -> &str;

    /// Dimensions of its vectors: a multiple of 64.
    fn dims(&self) -> usize;

    /// Writes the unit vector of `terms` into `out`, which is [`dims`](Self::dims) long; zeros where no term says
    /// anything. `scratch` is reused from call to call and keeps the call free of allocation.
    fn embed(&self, terms: &Terms, scratch: &mut Scratch, out: &mut [f32]);

    /// Writes the unit vector of what a command is for, read from the command itself, into `out`; zeros where nothing of it says
    /// anything.
    ///
    /// Returns how usual the command is: the mean over its parts, in sixteenths, of the binary logarithm of how often the embedder was
    /// told of them. 0 where it knows none of them: `out` is then made of the words of its names at most.
    fn embed_command(&self, _command: &str, _scratch: &mut Scratch, out: &mut [f32]) -> u8 {
        out.fill(0.0);
        0
    }

    /// How much of what comes nearest to a request is looked at closely.
    fn breadth(&self) -> Breadth {
        Breadth {
            commands: 16,
            phrases: u32::MAX,
        }
    }

    /// The same embedder for several threads; `None` where only one may ask it.
    fn shared(&self) -> Option<&(dyn Embedder + Sync)> {
        None
    }
}

/// Working memory of an embedder.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// Row ids of a table, for embedders that look tokens up.
    pub ids: Vec<u32>,
    /// Text pieces, for embedders that join or split words.
    pub text: String,
    /// Parts of a command, for embedders that read commands.
    pub command: CommandReader,
    /// Tokens of words that came before.
    pub(crate) known: KnownWords,
}
