//! What a request may mean.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lever_core::command::Effects;
use serde::{Deserialize, Serialize};

/// A command that a request may mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its id.
    pub command_id: String,
    /// The phrase that speaks for it most.
    pub phrase: String,
    /// Its shell text.
    pub template: String,
    /// Values that the request itself gives.
    pub parameters: BTreeMap<String, String>,
    /// How likely it is meant, 0 to 1.
    pub probability: f64,
    /// What it may do.
    pub effects: Effects,
}

/// One line of the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was looked at.
    pub name: Cow<'static, str>,
    /// How it came out.
    pub value: f64,
}

/// What the gates decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// `exact`, `sure`, `likely` or `none`.
    pub kind: String,
    /// The gate that decided.
    pub gate: u8,
    /// Remembered from an earlier request.
    pub cached: bool,
    /// How likely the best candidate is right; 1 for an exact match.
    pub probability: f64,
    /// The best candidate, unless the kind is `none`.
    pub command_id: Option<String>,
    /// Its phrase.
    pub phrase: Option<String>,
    /// Its values.
    pub parameters: BTreeMap<String, String>,
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// Why it was decided so, for a person.
    pub reasons: Vec<String>,
    /// What the decision was made of.
    pub evidence: Vec<Evidence>,
    /// The request asks about a command.
    pub show_only: bool,
    /// Microseconds.
    pub took_us: f64,
}

/// A typed hole, as people see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type as it is written.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is when nobody says.
    pub default: Option<String>,
    /// What it can be, where that is a fixed few.
    pub choices: Vec<String>,
}

/// A command to be found and never to be run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Ways to ask for it, the canonical one first.
    pub phrases: Vec<String>,
    /// Its text.
    pub command: String,
    /// Whether it brings along what the phrase bank knows of it.
    #[serde(default)]
    pub bank: bool,
    /// Where its phrases come from: what a person taught stands more firmly than what came with a pack.
    #[serde(default = "taught")]
    pub source: lever_store::Source,
}

const fn taught() -> lever_store::Source {
    lever_store::Source::Taught
}
