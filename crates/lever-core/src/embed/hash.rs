//! Hash embedding: words, concepts and character n-grams, each thrown with random signs onto a few dimensions.
//!
//! Feature hashing with signs keeps inner products right on average (Weinberger et al., "Feature Hashing for Large Scale
//! Multitask Learning", 2009); spreading a feature over several dimensions makes them right more often (the sparse
//! Johnson-Lindenstrauss transform: Kane and Nelson, 2014). N-grams give a misspelt word most of its vector.

use super::lexicon::{self, Class};
use super::{Breadth, Embedder, Scratch, TermKind, Terms};

/// Dimensions that one feature touches.
const SPREAD: usize = 8;

/// How much of a word is its stem, its concept and its spelling (by squared length).
const STEM_SHARE: f32 = 0.45;
const CONCEPT_SHARE: f32 = 0.35;
const GRAM_SHARE: f32 = 0.35;

/// Longest word, in bytes, whose n-grams are taken.
const GRAM_LIMIT: usize = 30;

/// An embedder without a table. Its vectors depend on nothing but the text and the terms' weights.
#[derive(Debug, Clone)]
pub struct HashEmbedder {
    dims: usize,
}

impl Default for HashEmbedder {
    fn default() -> Self {
        Self { dims: 256 }
    }
}

impl HashEmbedder {
    /// An embedder of another width, to measure what width is worth: 64, 128, 256 or 512.
    pub fn with_dims(dims: usize) -> Option<Self> {
        matches!(dims, 64 | 128 | 256 | 512).then_some(Self { dims })
    }

    fn add(&self, feature: u64, weight: f32, out: &mut [f32]) {
        let bits = lexicon::mix(feature);
        let block = self.dims / SPREAD;
        let width = block.trailing_zeros() + 1;
        for (part, lane) in out.chunks_exact_mut(block).enumerate() {
            let piece = (bits >> (part as u32 * width)) as usize;
            let sign = if piece & 1 == 0 { weight } else { -weight };
            lane[(piece >> 1) & (block - 1)] += sign;
        }
    }
}

impl Embedder for HashEmbedder {
    fn id(&self) -> &str {
        match self.dims {
            64 => "hash-64-v3",
            128 => "hash-128-v3",
            512 => "hash-512-v3",
            _ => "hash-256-v3",
        }
    }

    fn dims(&self) -> usize {
        self.dims
    }

    fn embed(&self, terms: &Terms, _: &mut Scratch, out: &mut [f32]) {
        out.fill(0.0);
        for term in terms.terms() {
            let weight = term.weight;
            if term.kind != TermKind::Word {
                self.add(u64::from(term.lexeme.concept) ^ 0xa1ce_0000, weight, out);
                continue;
            }
            let concept = term.lexeme.concept;
            if concept != 0 {
                self.add(
                    u64::from(concept) ^ 0xc0de_0000,
                    weight * CONCEPT_SHARE.sqrt(),
                    out,
                );
            }
            self.add(term.id, weight * STEM_SHARE.sqrt(), out);
            if term.lexeme.class != Class::Function {
                self.add_grams(terms.text(term).as_bytes(), weight * GRAM_SHARE.sqrt(), out);
            }
        }
        let length = out.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 1e-9 {
            for value in out {
                *value /= length;
            }
        }
    }

    /// Many commands that carry the bank's phrases come before one that has a single phrase.
    fn breadth(&self) -> Breadth {
        Breadth {
            commands: 40,
            phrases: u32::MAX,
        }
    }

    fn shared(&self) -> Option<&(dyn Embedder + Sync)> {
        Some(self)
    }
}

impl HashEmbedder {
    /// Adds every run of 3 to 5 bytes of `<word>`, all together as long as `weight`. (Of other scripts than Latin a run is
    /// fewer letters.)
    fn add_grams(&self, word: &[u8], weight: f32, out: &mut [f32]) {
        let len = word.len().min(GRAM_LIMIT);
        let mut padded = [0; GRAM_LIMIT + 2];
        padded[0] = b'<';
        padded[1..=len].copy_from_slice(&word[..len]);
        padded[len + 1] = b'>';
        let padded = &padded[..len + 2];
        let count: usize = (3..=5).map(|size| (padded.len() + 1).saturating_sub(size)).sum();
        if count == 0 {
            return;
        }
        let each = weight / (count as f32).sqrt();
        for size in 3..=5 {
            for gram in padded.windows(size) {
                let packed = gram
                    .iter()
                    .fold(size as u64, |packed, byte| (packed << 8) | u64::from(*byte));
                self.add(packed, each, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalise;

    fn embed(text: &str) -> Vec<f32> {
        let embedder = HashEmbedder::default();
        let mut terms = Terms::default();
        if let Ok(request) = normalise(text) {
            terms.read(request.tokens());
        }
        let mut out = vec![0.0; embedder.dims()];
        embedder.embed(&terms, &mut Scratch::default(), &mut out);
        out
    }

    fn cosine(a: &str, b: &str) -> f32 {
        embed(a).iter().zip(embed(b)).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn a_vector_is_of_unit_length_or_zero() {
        for text in ["check disk usage", "a", "10", "файлы на диске", "日本語"] {
            let length: f32 = embed(text).iter().map(|x| x * x).sum();
            assert!((length - 1.0).abs() < 1e-4, "{text} {length}");
        }
        assert!(embed("").iter().all(|x| *x == 0.0));
    }

    #[test]
    fn a_misspelt_rare_word_stays_near() {
        assert!(cosine("postgresql", "postgersql") > cosine("postgresql", "photograph") + 0.1);
        assert!(cosine("list containers", "list contianers") > cosine("list containers", "list photographs"));
    }

    #[test]
    fn words_of_one_meaning_are_near() {
        assert!(cosine("how much ram", "how much memory") > cosine("how much ram", "how much dough") + 0.2);
    }

    /// Stored vectors are compared with new ones as long as the id is the same: whoever changes the embedding, the
    /// stems or the lexicon changes the id with this number.
    #[test]
    fn vectors_of_an_id_stay_the_same() {
        let texts = [
            "check disk usage",
            "stopped containers",
            "tail -n 50 app.log",
            "wer hört auf port 8080",
        ];
        let bytes: Vec<u8> = texts
            .iter()
            .flat_map(|text| embed(text))
            .map(|value| ((value * 64.0).round() as i8).cast_unsigned())
            .chain(lexicon::GROUPS.iter().flat_map(|group| group.1.bytes()))
            .collect();
        assert_eq!(HashEmbedder::default().id(), "hash-256-v3");
        assert_eq!(lexicon::hash(&bytes), 4_397_555_974_476_792_341);
    }

    #[test]
    fn every_width_has_its_own_id() {
        let ids: Vec<String> = [64, 128, 256, 512]
            .iter()
            .filter_map(|d| HashEmbedder::with_dims(*d))
            .map(|e| e.id().to_owned())
            .collect();
        assert_eq!(ids, ["hash-64-v3", "hash-128-v3", "hash-256-v3", "hash-512-v3"]);
        assert!(HashEmbedder::with_dims(100).is_none());
    }
}
