//! Gate 2, second half: from scored phrases to a decision, with the evidence that led to it.

mod candidates;
mod coefficients;
mod command_columns;
mod competition;
mod decision;
mod evidence;
mod index;
mod layer;
mod merge;
mod phrase;
mod request;
mod scorer;
mod sections;
mod seen;
pub mod slots;
mod spelling;
mod stored;
mod vocabulary;

pub use candidates::{Candidate, SearchScratch};
pub use coefficients::HASH;
pub use decision::{Choice, Decision, Fit, MatchKind, Reason, TemplateMatch, decide};
pub use evidence::{Evidence, FEATURES, Feature};
pub use index::{Index, IndexError};
pub use layer::{COMMAND_LIMIT, Layer, Work};
pub(crate) use phrase::shape;
pub use phrase::{PhraseInput, Source, read_phrase};
pub use scorer::{HIDDEN, Model, Network, Scorer};
pub use seen::{Explained, NEAREST_KEPT};

#[cfg(test)]
mod listed_tests;
#[cfg(test)]
mod template_tests;
#[cfg(test)]
mod tests;
