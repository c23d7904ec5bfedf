//! From evidence to an order and a probability.

use super::evidence::{Evidence, FEATURES};

/// Orders candidates and says how likely each is right.
///
/// The hash embedder's is the linear [`Model`]; a learned one brings its own.
pub trait Scorer {
    /// Score by which candidates are ordered, from the evidence of one alone (the competition's features are still 0).
    fn rank(&self, evidence: &Evidence) -> f32;

    /// Probability, 0 to 1, that the candidate is what the request wants, from its whole evidence.
    fn probability(&self, evidence: &Evidence) -> f32;

    /// The least probability of a match that may run unasked.
    fn sure(&self) -> f32;

    /// The least probability of a match that is worth showing as a choice.
    fn likely(&self) -> f32;
}

/// A linear ranker and a logistic calibrator, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Weights of the ranker.
    pub rank: [f32; FEATURES],
    /// Weights of the calibrator, in log odds.
    pub calibrate: [f32; FEATURES],
    /// Constant of the calibrator, in log odds.
    pub bias: f32,
    /// See [`Scorer::sure`].
    pub sure: f32,
    /// See [`Scorer::likely`].
    pub likely: f32,
}

impl Scorer for Model {
    fn rank(&self, evidence: &Evidence) -> f32 {
        dot(&self.rank, evidence)
    }

    fn probability(&self, evidence: &Evidence) -> f32 {
        1.0 / (1.0 + (-(dot(&self.calibrate, evidence) + self.bias)).exp())
    }

    fn sure(&self) -> f32 {
        self.sure
    }

    fn likely(&self) -> f32 {
        self.likely
    }
}

fn dot(weights: &[f32; FEATURES], evidence: &Evidence) -> f32 {
    weights
        .iter()
        .zip(evidence.values())
        .map(|(weight, value)| weight * value)
        .sum()
}
