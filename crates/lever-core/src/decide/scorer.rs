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

/// Units of a network's hidden layer.
pub const HIDDEN: usize = 8;

/// A small ranker and a small calibrator, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What candidates are ordered by.
    pub rank: Network,
    /// What turns evidence into log odds.
    pub calibrate: Network,
    /// See [`Scorer::sure`].
    pub sure: f32,
    /// See [`Scorer::likely`].
    pub likely: f32,
}

/// A number from evidence: a linear part, and a layer of a few units, since what speaks for a match depends on the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Weights of the linear part.
    pub direct: [f32; FEATURES],
    /// Each feature's weights in the units, whose values are the hyperbolic tangents of their sums.
    pub hidden: [[f32; HIDDEN]; FEATURES],
    /// Constant of each unit.
    pub bias: [f32; HIDDEN],
    /// Weights of the units.
    pub out: [f32; HIDDEN],
    /// Constant of the whole.
    pub constant: f32,
}

impl Network {
    fn of(&self, evidence: &Evidence) -> f32 {
        let mut units = self.bias;
        let mut sum = self.constant;
        for ((value, direct), hidden) in evidence.values().iter().zip(&self.direct).zip(&self.hidden) {
            sum += value * direct;
            for (unit, weight) in units.iter_mut().zip(hidden) {
                *unit += value * weight;
            }
        }
        let bent: f32 = units
            .iter()
            .zip(&self.out)
            .map(|(unit, out)| out * bend(*unit))
            .sum();
        sum + bent
    }

    fn numbers(&self) -> impl Iterator<Item = f32> + '_ {
        let layers = [&self.bias, &self.out];
        self.direct
            .iter()
            .chain(self.hidden.iter().chain(layers).flatten())
            .chain([&self.constant])
            .copied()
    }
}

/// The hyperbolic tangent to 4e-7, on every machine the same, and of several numbers at once where the processor can.
///
/// Lambert's continued fraction to its seventh term for a quarter of the number, and the formula for twice an angle, two times.
fn bend(number: f32) -> f32 {
    // From here on it is 1.
    let quarter = number.clamp(-9.0, 9.0) / 4.0;
    let square = quarter * quarter;
    let above = quarter * (135_135.0 + square * (17_325.0 + square * (378.0 + square)));
    let below = 135_135.0 + square * (62_370.0 + square * (3_150.0 + square * 28.0));
    let twice = |tangent: f32| 2.0 * tangent / (1.0 + tangent * tangent);
    twice(twice(above / below))
}

impl Scorer for Model {
    fn rank(&self, evidence: &Evidence) -> f32 {
        self.rank.of(evidence)
    }

    fn probability(&self, evidence: &Evidence) -> f32 {
        1.0 / (1.0 + (-self.calibrate.of(evidence)).exp())
    }

    fn sure(&self) -> f32 {
        self.sure
    }

    fn likely(&self) -> f32 {
        self.likely
    }

    fn fingerprint(&self) -> u64 {
        let thresholds = [self.sure, self.likely];
        fingerprint(
            self.rank
                .numbers()
                .chain(self.calibrate.numbers())
                .chain(thresholds),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::coefficients::HASH;
    use super::*;

    #[test]
    fn bends_as_the_hyperbolic_tangent_does() {
        for step in 0..=120_000 {
            let number = f64::from(step) / 10_000.0;
            for number in [number, -number] {
                let off = f64::from(bend(number as f32)) - f64::from(number as f32).tanh();
                assert!(off.abs() < 4e-7, "{number}: {off}");
            }
        }
        assert!((bend(f32::INFINITY) - 1.0).abs() < 4e-7);
        assert!(bend(f32::NAN).is_nan());
    }

    #[test]
    fn every_weight_makes_another_scorer() {
        let mut changed: Vec<Model> = vec![HASH; 3];
        changed[1].sure += 1e-6;
        changed[2].likely += 1e-6;
        let networks: [fn(&mut Model) -> &mut Network; 2] =
            [|model| &mut model.rank, |model| &mut model.calibrate];
        for network in networks {
            let mut change = |change: &dyn Fn(&mut Network)| {
                let mut model = HASH;
                change(network(&mut model));
                changed.push(model);
            };
            change(&|network| network.constant += 1e-6);
            for at in 0..FEATURES {
                change(&|network| network.direct[at] += 1e-6);
                (0..HIDDEN).for_each(|unit| change(&|network| network.hidden[at][unit] += 1e-6));
            }
            for unit in 0..HIDDEN {
                change(&|network| network.bias[unit] += 1e-6);
                change(&|network| network.out[unit] += 1e-6);
            }
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
