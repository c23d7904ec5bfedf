//! What speaks for and against one command as the answer to a request, as numbers.

use std::ops::{Index, IndexMut};

/// One kind of evidence. Shares are 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Feature {
    /// Score of the command's nearest phrase.
    Cosine,
    /// Mean score of its three nearest phrases.
    CosineMean,
    /// Share of the request, by rarity, that the command's phrases use.
    Cover,
    /// The same, a word counting by the share of the command's phrases that use it.
    Typical,
    /// How well the best matching phrase and the request cover each other (Dice coefficient by rarity).
    PhraseMatch,
    /// Share of that phrase that the request uses.
    PhraseCover,
    /// Share of the request that this one phrase uses.
    PhraseShare,
    /// Weight of the rarest word of the request that no phrase of the command uses.
    Missed,
    /// Weight of all such words.
    MissedSum,
    /// 1 where the request asks for something to be done and the command's phrases never ask for it.
    ActionMissed,
    /// 1 where the request says the opposite of what the command's phrases say: "stop" for "start".
    Opposite,
    /// 1 where the request says "not" or "without" and the phrase doesn't, or the other way round.
    Negation,
    /// Values of the request for which the command has no place.
    ValuesLeft,
    /// Values beside which the command has only others of their shape: "port 9090" where it says 8080 and takes none.
    Differing,
    /// Parameters of the phrase for which the request has neither value nor word.
    SlotsLeft,
    /// 1 where the nearest phrase is a weak one.
    Weak,
    /// Share of the request that no phrase of the whole table uses, bare words taken for values apart.
    Unknown,
    /// Share of the request that was taken for a misspelling.
    Corrected,
    /// Natural logarithm of one more than the number of words.
    Length,
    /// 1 where the request asks about a thing instead of asking for it: "what does chmod do".
    About,
    /// The ranker's score.
    Rank,
    /// How much that is above the best other command's; negative for those behind.
    Gap,
    /// Log odds of the candidate among all candidates, by the ranker alone; at most 8.
    Share,
    /// Share of the request that is bare words taken for values: "nginx" in "restart nginx".
    Filled,
    /// Weight, not share, of what the request and the best phrase have in common.
    Mass,
    /// Score of the command itself, read from its programs, options and arguments; 0 where it isn't known.
    CommandCosine,
    /// Share of the request that no phrase uses and the command is written with.
    CommandCover,
    /// Values of the request that the command is written with.
    CommandValues,
    /// Natural logarithm of one more than the number of the command's literals that the request doesn't name.
    LiteralsLeft,
    /// Weight of the request's first word of content where the command doesn't use it: "cool" in "cool the graphics card".
    Lead,
    /// Weight of the heaviest word that the command doesn't use and one of its nearest rivals does: "red" for the command for
    /// blue things, in "red or blue".
    Rival,
    /// How much nearer the command's nearest phrase is than any rival's; negative where a rival's is nearer.
    CosineGap,
    /// The same for how well phrases match by their words.
    MatchGap,
    /// Natural logarithm of the number of the command's phrases.
    Phrases,
    /// Share of its nearest eight phrases that are nearer than any rival's.
    Ahead,
    /// 1 where nothing is known of the command itself: a script of somebody's own.
    Opaque,
    /// What [`Self::Rival`]'s word weighs as a share of the request.
    RivalShare,
    /// How much nearer the command's nearest phrase is than those of the next few candidates are on the average.
    Above,
    /// How usual the command is: the mean over its parts of the binary logarithm of how often they were met in training; 0 where nothing is
    /// known of it.
    Usual,
}

/// Number of features.
pub const FEATURES: usize = 39;

impl Feature {
    /// All features, in the order of [`Evidence::values`].
    pub const ALL: [Self; FEATURES] = [
        Self::Cosine,
        Self::CosineMean,
        Self::Cover,
        Self::Typical,
        Self::PhraseMatch,
        Self::PhraseCover,
        Self::PhraseShare,
        Self::Missed,
        Self::MissedSum,
        Self::ActionMissed,
        Self::Opposite,
        Self::Negation,
        Self::ValuesLeft,
        Self::Differing,
        Self::SlotsLeft,
        Self::Weak,
        Self::Unknown,
        Self::Corrected,
        Self::Length,
        Self::About,
        Self::Rank,
        Self::Gap,
        Self::Share,
        Self::Filled,
        Self::Mass,
        Self::CommandCosine,
        Self::CommandCover,
        Self::CommandValues,
        Self::LiteralsLeft,
        Self::Lead,
        Self::Rival,
        Self::CosineGap,
        Self::MatchGap,
        Self::Phrases,
        Self::Ahead,
        Self::Opaque,
        Self::RivalShare,
        Self::Above,
        Self::Usual,
    ];

    /// Stable name in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::CosineMean => "cosine_mean",
            Self::Cover => "cover",
            Self::Typical => "typical",
            Self::PhraseMatch => "phrase_match",
            Self::PhraseCover => "phrase_cover",
            Self::PhraseShare => "phrase_share",
            Self::Missed => "missed",
            Self::MissedSum => "missed_sum",
            Self::ActionMissed => "action_missed",
            Self::Opposite => "opposite",
            Self::Negation => "negation",
            Self::ValuesLeft => "values_left",
            Self::Differing => "differing",
            Self::SlotsLeft => "slots_left",
            Self::Weak => "weak",
            Self::Unknown => "unknown",
            Self::Corrected => "corrected",
            Self::Length => "length",
            Self::About => "about",
            Self::Rank => "rank",
            Self::Gap => "gap",
            Self::Share => "share",
            Self::Filled => "filled",
            Self::Mass => "mass",
            Self::CommandCosine => "command_cosine",
            Self::CommandCover => "command_cover",
            Self::CommandValues => "command_values",
            Self::LiteralsLeft => "literals_left",
            Self::Lead => "lead",
            Self::Rival => "rival",
            Self::CosineGap => "cosine_gap",
            Self::MatchGap => "match_gap",
            Self::Phrases => "phrases",
            Self::Ahead => "ahead",
            Self::Opaque => "opaque",
            Self::RivalShare => "rival_share",
            Self::Above => "above",
            Self::Usual => "usual",
        }
    }
}

/// The evidence for one command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    values: [f32; FEATURES],
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            values: [0.0; FEATURES],
        }
    }
}

impl Evidence {
    /// All values, in the order of [`Feature::ALL`].
    pub fn values(&self) -> &[f32; FEATURES] {
        &self.values
    }
}

impl Index<Feature> for Evidence {
    type Output = f32;

    fn index(&self, feature: Feature) -> &f32 {
        &self.values[feature as usize]
    }
}

impl IndexMut<Feature> for Evidence {
    fn index_mut(&mut self, feature: Feature) -> &mut f32 {
        &mut self.values[feature as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_numbered_in_order_and_named_once() {
        for (number, feature) in Feature::ALL.into_iter().enumerate() {
            assert_eq!(feature as usize, number);
        }
        let mut names: Vec<_> = Feature::ALL.iter().map(|feature| feature.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FEATURES);
    }
}
