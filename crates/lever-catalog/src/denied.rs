//! Requests that an owner said do not mean a command, and what that says of others like them.

use lever_core::decide::Candidate;

/// Pairs of a request and a command that do not belong together.
#[derive(Debug, Default)]
pub(crate) struct Denied {
    pairs: Vec<Pair>,
}

#[derive(Debug)]
struct Pair {
    key: String,
    command: u32,
}

/// Requests that share at least so much of their words are nearly the same.
const NEAR: f32 = 0.6;

impl Denied {
    /// Of requests by key, and commands by number.
    pub(crate) fn new(pairs: Vec<(String, u32)>) -> Self {
        let pairs = pairs.into_iter().map(|(key, command)| Pair { key, command });
        Self {
            pairs: pairs.collect(),
        }
    }

    /// Whether this very request was said not to mean the command.
    pub(crate) fn denies(&self, key: &str, command: u32) -> bool {
        self.pairs
            .iter()
            .any(|pair| pair.command == command && pair.key == key)
    }

    /// Leaves out what this very request does not mean, and makes less probable what requests nearly the same do not mean.
    pub(crate) fn lower(&self, key: &str, candidates: &[Candidate]) -> Vec<Candidate> {
        let mut kept = candidates.to_vec();
        if self.pairs.is_empty() {
            return kept;
        }
        kept.retain_mut(|candidate| {
            let near = self
                .pairs
                .iter()
                .filter(|pair| pair.command == candidate.command)
                .map(|pair| likeness(&pair.key, key))
                .fold(0.0f32, f32::max);
            if near >= NEAR {
                candidate.probability *= 1.0 - near;
            }
            near < 1.0
        });
        kept.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        kept
    }
}

/// Share of words that two requests have in common, 0 to 1; 1 for the same words in any order.
fn likeness(a: &str, b: &str) -> f32 {
    let words = |text: &str| -> Vec<String> {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    let (a, b) = (words(a), words(b));
    let both = a.iter().filter(|word| b.contains(word)).count();
    both as f32 / (a.len() + b.len() - both).max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_common() {
        assert!((likeness("stop the web box", "web box stop the") - 1.0).abs() < f32::EPSILON);
        assert!(likeness("stop the web box", "stop the web box now") >= NEAR);
        assert!(likeness("stop the web box", "start the db box") < NEAR);
        assert!(likeness("", "").is_finite());
    }

    #[test]
    fn only_the_pair_is_denied() {
        let denied = Denied::new(vec![("which kernel".to_owned(), 3)]);
        assert!(denied.denies("which kernel", 3));
        assert!(!denied.denies("which kernel", 4));
        assert!(!denied.denies("which editor", 3));
    }
}
