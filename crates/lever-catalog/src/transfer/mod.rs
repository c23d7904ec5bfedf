//! Commands on their way in and out of files.
//!
//! Coming in: a [`source`] cuts a file into [`items`](item::Item), each with its line; [`workers`] read and [`compile`] them on
//! all cores; and [`import`] stores them as one change, in the file's order, by one writer. Nothing is run and nothing is
//! approved on the way. Going out: [`export`] writes them as they stream from the store.

mod compile;
mod entry;
mod export;
mod history;
mod import;
mod item;
mod json_array;
mod json_lines;
mod lines;
mod markdown;
mod nail;
mod navi;
mod output;
mod pages;
mod placeholder;
mod proposals;
mod report;
mod secrets;
mod source;
mod tldr;
mod workers;

pub use export::ExportOptions;
pub use import::ImportOptions;
pub use nail::NailOptions;
pub use proposals::{HistoryOptions, Proposal, Proposed};
pub use report::{Event, Exported, Imported, LineReport, NailPacked, Outcome};
