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

/// Units of the calibrator's hidden layer.
pub const HIDDEN: usize = 8;

/// A linear ranker and a small calibrator, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Weights of the ranker.
    pub rank: [f32; FEATURES],
    /// What turns evidence into log odds.
    pub calibrate: Calibrator,
    /// See [`Scorer::sure`].
    pub sure: f32,
    /// See [`Scorer::likely`].
    pub likely: f32,
}

/// Log odds from evidence: a linear part, and a layer of a few units, since what speaks for a match depends on the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrator {
    /// Weights of the linear part.
    pub direct: [f32; FEATURES],
    /// Weights of each unit, whose value is the hyperbolic tangent of their sum.
    pub hidden: [[f32; FEATURES]; HIDDEN],
    /// Constant of each unit.
    pub bias: [f32; HIDDEN],
    /// Weights of the units.
    pub out: [f32; HIDDEN],
    /// Constant of the whole.
    pub constant: f32,
}

impl Calibrator {
    fn log_odds(&self, evidence: &Evidence) -> f32 {
        let units = self.hidden.iter().zip(&self.bias).zip(&self.out);
        let bent: f32 = units
            .map(|((weights, bias), out)| out * (dot(weights, evidence) + bias).tanh())
            .sum();
        dot(&self.direct, evidence) + bent + self.constant
    }
}

impl Scorer for Model {
    fn rank(&self, evidence: &Evidence) -> f32 {
        dot(&self.rank, evidence)
    }

    fn probability(&self, evidence: &Evidence) -> f32 {
        1.0 / (1.0 + (-self.calibrate.log_odds(evidence)).exp())
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
