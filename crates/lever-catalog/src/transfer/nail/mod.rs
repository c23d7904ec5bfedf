//! `.nail`: a tar archive, compressed with Zstandard, that carries an agent's reflexes from one machine to another.
//!
//! Four files: `manifest.json`, which has the BLAKE3 sums of the others; `reflexes.db`, a reflex for each phrase;
//! `identity.json`; `config.toml`. What another program makes is read as well; it is looked through in memory, and refused
//! before anything is written where it is not exactly that.

mod embedding;
mod manifest;
mod pack;
mod unpack;

pub use pack::NailOptions;
pub(super) use unpack::read;

/// The archive's files.
const MANIFEST: &str = "manifest.json";
const REFLEXES: &str = "reflexes.db";
const IDENTITY: &str = "identity.json";
const CONFIG: &str = "config.toml";

/// What the usual reader of such archives takes at most, unpacked.
const USUAL_LIMIT: u64 = 64 * 1024 * 1024;
