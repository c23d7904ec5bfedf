//! A full sentence model as an embedder: MiniLM, or another of BERT's kind, from a folder that the user names, on the
//! libonnxruntime that they have. It takes milliseconds where the shipped embedders take microseconds.
//!
//! Vectors of phrases are kept ([`Vectors`]), so that a table is embedded once and can be in parts.

mod error;
mod session;
mod vectors;
mod wordpiece;

pub use error::MiniLmError;
pub use session::MiniLm;
pub use vectors::Vectors;
