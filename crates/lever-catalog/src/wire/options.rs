//! How a catalog is opened, and what stands behind it.

use serde::{Deserialize, Serialize};

/// How a catalog is opened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The folder of the store.
    pub home: String,
    /// The namespace that is used first.
    pub namespace: String,
    /// Lay the built-in pack under every namespace.
    pub seed: bool,
    /// `auto` or the name of an embedder.
    pub embedder: String,
    /// The folder of the full sentence model.
    #[serde(default)]
    pub embedder_model: Option<String>,
    /// The libonnxruntime that runs it.
    #[serde(default)]
    pub onnxruntime: Option<String>,
    /// The built-in pack's folder.
    pub pack: String,
    /// The phrase bank's file; none where taught commands bring no phrases along.
    #[serde(default)]
    pub bank: Option<String>,
    /// `linux` or `macos`: which variant of a pack's command is taken.
    pub platform: String,
    /// How trust moves.
    pub trust: TrustOptions,
}

/// How trust moves, on 0 to 100.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustOptions {
    /// Of a new command.
    pub new: f64,
    /// Added for a success.
    pub success: f64,
    /// Taken for a failure.
    pub failure: f64,
    /// Below it nothing runs unasked.
    pub floor: f64,
}

/// How far a namespace's phrases have vectors of the present embedder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reembedded {
    /// Those that have one.
    pub done: u64,
    /// All.
    pub total: u64,
}

/// What stands behind a catalog.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facts {
    /// `disk`, `read_only` or `memory`.
    pub store: &'static str,
    /// The store's file.
    pub store_path: String,
    /// Its size.
    pub store_bytes: u64,
    /// Its schema.
    pub schema_version: i64,
    /// Why the store is not the ordinary one.
    pub warning: Option<String>,
    /// The embedder's id.
    pub embedder: String,
    /// The scan's implementation.
    pub simd: &'static str,
    /// This crate's version.
    pub version: &'static str,
}
