//! The taught commands of any number of namespaces, ready to be asked for: [`lever_core`] over [`lever_store`].
//!
//! A [`Catalog`] opens the store, keeps the built-in pack current, holds a matcher for each namespace in use, and answers
//! the questions that a request's stages ask: what is meant ([`find`]), with which values ([`bind`]), and what came of
//! it ([`record`]). What crosses to other languages has the shape of the JSON contract ([`wire`]).

mod adjust;
mod areas;
mod bank;
mod bind;
mod clock;
mod confirm_tokens;
mod denied;
mod describe;
mod error;
mod find;
mod layer_copy;
mod layer_ids;
mod layer_pieces;
mod learn;
mod matcher;
mod models;
mod open;
mod pack;
mod read_values;
mod record;
mod reembed;
mod resolutions;
mod suggest;
mod table;
mod teach;
pub mod transfer;
mod upkeep;
pub mod wire;

pub use areas::Area;
pub use confirm_tokens::LIFETIME as CONFIRM_TOKEN_LIFETIME;
pub use error::CatalogError;
pub use open::Catalog;
pub use upkeep::{CopyFacts, Flagged, PromotionRound, Risen};
