//! What lever-runner remembers, in one `SQLite` file that any number of processes share.
//!
//! - [`Store::open`] makes or opens the file; a damaged, newer or foreign one is refused and left alone.
//! - [`Store::teach`], [`Store::approve`], [`Store::forget`]: on disk when they return, also through a loss of power.
//! - [`Store::load_layer`], [`Store::load_changes`], [`Store::generation`]: what the matcher reads, and how a warm
//!   process notices that another one taught something.
//! - [`Store::record_run`], [`Store::judge`], [`Store::promote`]: what happened, and the trust that follows from it.
//! - [`Store::install_pack`]: commands that come as files, stored once under every namespace.
//!
//! Plans, parameters, effects and permissions are JSON texts that only the caller understands; a phrase comes with the
//! normalised key that the caller made of it; and the time is always the caller's.

#[cfg(not(unix))]
compile_error!("lever-store needs Unix file modes and locks; on Windows it runs inside WSL");

mod approvals;
mod bundles;
mod checkpoints;
mod commands;
mod copies;
mod create;
mod error;
mod exports;
mod forget;
mod ids;
mod layers;
mod migrations;
mod open;
mod packs;
mod phrases;
mod program_paths;
mod reflexes;
mod resolutions;
mod runs;
mod settings;
mod snapshots;
mod stats;
mod store;
mod suggestions;
mod teach;
mod tokens;
mod trust;
mod wal_head;

pub use bundles::{Bundle, NewBundle};
pub use commands::{Approval, Command, Filter, Listed, NewBody, Page};
pub use error::StoreError;
pub use exports::{Leaving, LeavingAlias};
pub use forget::Counterexample;
pub use layers::{Layer, LayerInfo, Mark};
pub use open::OpenOptions;
pub use packs::{Installed, NewPack, PackCommand, PackInfo};
pub use phrases::{Added, Changes, NewPhrase, Phrase, PhraseRow, Source};
pub use reflexes::{REFLEX_DIMS, Reflex, ReflexWriter, Shell, read_reflexes};
pub use runs::{Lessons, Run, RunFilter};
pub use settings::Settings;
pub use snapshots::{Packed, Snapshot};
pub use stats::{ModelCall, ModelUse, Stats};
pub use store::{Millis, Store};
pub use suggestions::{NewSuggestion, Suggestion};
pub use teach::{Batch, NewCommand, Taught};
pub use tokens::Redeemed;
pub use trust::{Standing, Trust, Verdict};
