//! What crosses to other languages, in the shape of the JSON contract.

mod binding;
mod matching;
mod options;
mod rows;
mod running;
mod teaching;

pub use binding::{BindContext, Binding, BoundCommand, ConfirmGrant, Refusal};
pub use matching::{Candidate, Entry, Evidence, Match, Parameter};
pub use options::{Facts, Options, Reembedded, TrustOptions};
pub use rows::{CommandRow, FlaggedRow, PhraseRow, RunRow, Stats, TopRow};
pub use running::{ModelCallReport, Recorded, RunReport, TakenBack};
pub use teaching::{
    Compiled, PayloadRow, ProposedPhrase, SuggestionRow, Taught, TeachInput, TeachProblem, Understood,
};
