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

    /// A number that scorers with other weights or thresholds do not share: what one decided is not another's word.
    fn fingerprint(&self) -> u64;
}

/// Numbers as one (FNV-1a, by words).
pub(super) fn fingerprint(numbers: impl IntoIterator<Item = f32>) -> u64 {
    let mix = |hash: u64, number: f32| {
        (hash ^ u64::from(number.to_bits()))
            .wrapping_mul(0x0100_0000_01b3)
            .rotate_left(23)
    };
    numbers.into_iter().fold(0xcbf2_9ce4_8422_2325, mix)
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
        // All units at once: each sum waits for its own last addition only.
        let mut units = [0.0; HIDDEN];
        for (at, value) in evidence.values().iter().enumerate() {
            for (unit, weights) in units.iter_mut().zip(&self.hidden) {
                *unit += weights[at] * value;
            }
        }
        let outs = units.iter().zip(&self.bias).zip(&self.out);
        let bent: f32 = outs.map(|((unit, bias), out)| out * (unit + bias).tanh()).sum();
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

    fn fingerprint(&self) -> u64 {
        let Calibrator {
            direct,
            hidden,
            bias,
            out,
            constant,
        } = &self.calibrate;
        let parts = [&self.rank, direct].into_iter().chain(hidden);
        let single = [*constant, self.sure, self.likely];
        fingerprint(parts.flatten().chain(bias).chain(out).copied().chain(single))
    }
}

fn dot(weights: &[f32; FEATURES], evidence: &Evidence) -> f32 {
    weights
        .iter()
        .zip(evidence.values())
        .map(|(weight, value)| weight * value)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::coefficients::HASH;
    use super::*;

    #[test]
    fn every_weight_makes_another_scorer() {
        let mut changed: Vec<Model> = vec![HASH; 4 + 2 * FEATURES];
        changed[1].sure += 1e-6;
        changed[2].likely += 1e-6;
        changed[3].calibrate.constant += 1e-6;
        for at in 0..FEATURES {
            changed[4 + at].rank[at] += 1e-6;
            changed[4 + FEATURES + at].calibrate.direct[at] += 1e-6;
        }
        for unit in 0..HIDDEN {
            for at in 0..FEATURES {
                let mut model = HASH;
                model.calibrate.hidden[unit][at] += 1e-6;
                changed.push(model);
            }
            let (mut bias, mut out) = (HASH, HASH);
            bias.calibrate.bias[unit] += 1e-6;
            out.calibrate.out[unit] += 1e-6;
            changed.extend([bias, out]);
        }
        let mut different: Vec<&Model> = Vec::new();
        for model in &changed {
            if !different.contains(&model) {
                different.push(model);
            }
        }
        let mut prints: Vec<u64> = different.iter().map(|model| model.fingerprint()).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), different.len());
        assert!(prints.len() > 150, "the changes are changes: {}", prints.len());
    }
}
