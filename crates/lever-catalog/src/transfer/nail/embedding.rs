//! The embedding that our archives carry: 384 numbers, made by two hash embedders.
//!
//! The first 256 are the phrase's vector by the 256-wide hash embedder, times the root of 2/3; the other 128 that by the
//! 128-wide one, times the root of 1/3. Both are unit vectors, so the whole is one, and the inner product of two such
//! vectors is the mean of the two embedders' cosines, weighted 2 to 1. A parameter counts as the words of its name.

use lever_core::embed::{Embedder, HashEmbedder, Scratch, Terms};
use lever_core::text::normalise;
use lever_store::REFLEX_DIMS;

/// Names it in the manifest.
pub(super) const NAME: &str = "lever-hash-256+128-v2";

pub(super) struct NailEmbedder {
    wide: HashEmbedder,
    narrow: HashEmbedder,
    terms: Terms,
    scratch: Scratch,
}

impl NailEmbedder {
    pub(super) fn new() -> Option<Self> {
        Some(Self {
            wide: HashEmbedder::with_dims(256)?,
            narrow: HashEmbedder::with_dims(128)?,
            terms: Terms::default(),
            scratch: Scratch::default(),
        })
    }

    pub(super) fn embed(&mut self, phrase: &str) -> [f32; REFLEX_DIMS] {
        let mut out = [0.0; REFLEX_DIMS];
        let Ok(normalised) = normalise(&spoken(phrase)) else {
            return out;
        };
        self.terms.clear();
        self.terms.read(normalised.tokens());
        let (wide, narrow) = out.split_at_mut(256);
        self.wide.embed(&self.terms, &mut self.scratch, wide);
        self.narrow.embed(&self.terms, &mut self.scratch, narrow);
        for (part, share) in [(wide, 2.0_f32 / 3.0), (narrow, 1.0 / 3.0)] {
            for value in part {
                *value *= share.sqrt();
            }
        }
        out
    }
}

/// `logs of {{log_file:path=x}}` as `logs of log file`.
fn spoken(phrase: &str) -> String {
    let mut out = String::with_capacity(phrase.len());
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (inner, next) = after.split_once("}}").unwrap_or((after, ""));
        let name = inner.split([':', '=']).next().unwrap_or(inner);
        out.push_str(&name.replace(['_', '-'], " "));
        rest = next.trim_start_matches('}');
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_of_unit_length_and_mean_something() {
        let mut embedder = NailEmbedder::new().unwrap();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        let disk = embedder.embed("check disk usage");
        let same = embedder.embed("Check the disk usage");
        let near = embedder.embed("how full is the disk");
        let far = embedder.embed("restart {{service}}");
        assert!((dot(&disk, &disk) - 1.0).abs() < 1e-5);
        assert!(dot(&disk, &same) > 0.9);
        assert!(dot(&disk, &near) > dot(&disk, &far) + 0.2);
        assert!(disk[256..].iter().any(|value| *value != 0.0), "no padding");
        assert_eq!(spoken("logs of {{log_file:path=x}} now"), "logs of log file now");
    }
}
