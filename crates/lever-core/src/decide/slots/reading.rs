//! A request read as several phrases at once: each with the values it would take, weighed against each other and against
//! none of them being meant.
//!
//! The matcher says which phrase is nearest by its words; a reading also knows whether the request has that phrase's values,
//! what is left over, and how well its siblings fare. Its probability is for command and values together.

use crate::embed::lexicon::{self, Class};
use crate::embed::word_id;
use crate::text::{Normalised, TokenKind};

use super::super::evidence::{Evidence, Feature};
use super::super::scorer::fingerprint;
use super::weights::ReadingModel;
use super::{Filling, PhrasePattern, Slots, looked_at};

impl ReadingModel {
    /// A number that models with other weights do not share.
    pub fn fingerprint(&self) -> u64 {
        fingerprint(self.weights.into_iter().chain([self.none, self.sure]))
    }
}

/// A command that the matcher finds less probable than this does not run for its values alone.
const IMPROBABLE: f32 = 0.4;

/// Number of features of a reading.
pub const READING_FEATURES: usize = 23;

/// What the matcher says of a candidate.
#[derive(Debug, Clone, Copy)]
pub struct Matched<'e> {
    /// How likely its command is meant.
    pub probability: f32,
    /// What that was made of.
    pub evidence: &'e Evidence,
    /// Its place among the candidates, from 0.
    pub place: usize,
}

/// One phrase with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The values.
    pub slots: Slots,
    /// What the probability is made of.
    pub features: [f32; READING_FEATURES],
    /// Whether the matcher finds the command probable enough to run for its values.
    probable: bool,
}

impl Reading {
    /// Names of the features, in their order.
    pub const NAMES: [&'static str; READING_FEATURES] = [
        "odds",
        "first",
        "plain",
        "missing",
        "optional_missing",
        "score",
        "margin",
        "unsure",
        "strong",
        "values_left",
        "words_left",
        "uncovered",
        "unsaid",
        "added",
        "action_missed",
        "lead",
        "opposite",
        "negation",
        "about",
        "choice",
        "action_unsaid",
        "question",
        "bound",
    ];

    /// Reads a request as one candidate's phrase. `explained` as for [`fill`](super::fill).
    pub fn of(
        request: &Normalised,
        pattern: &PhrasePattern,
        matched: &Matched<'_>,
        explained: &dyn Fn(u64) -> bool,
    ) -> Self {
        let filling = Filling::find(request, pattern, explained);
        let evidence = matched.evidence;
        let (uncovered, unsaid) = cover(request, pattern, &filling, explained);
        let p = matched.probability.clamp(0.001, 0.999);
        let optional = pattern.slots.iter().filter(|slot| slot.optional).count() as f32;
        let required = pattern.slots.len() as f32 - optional;
        let filled = filling.taken.len() as f32;
        let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
        let choice = request
            .tokens()
            .iter()
            .any(|token| matches!(&*token.text, "or" | "either" | "maybe"));
        let features = [
            (p / (1.0 - p)).ln(),
            flag(matched.place == 0),
            flag(pattern.slots.is_empty()),
            filling.missing as f32,
            (optional - (filled - (required - filling.missing as f32)).max(0.0)).max(0.0),
            filling.score,
            if pattern.slots.is_empty() {
                0.0
            } else {
                filling.margin
            },
            flag(!filling.certain),
            filling.strong as f32,
            // A value that the command is written with has its place there.
            (filling.left[0] as f32 - evidence[Feature::CommandValues]).max(0.0),
            filling.left[1] as f32,
            uncovered,
            unsaid,
            // All of the phrase, and more: "delete branch old on the server too".
            uncovered * (1.0 - unsaid.max(0.0)),
            evidence[Feature::ActionMissed],
            evidence[Feature::Lead],
            evidence[Feature::Opposite],
            evidence[Feature::Negation],
            evidence[Feature::About],
            flag(choice),
            action_unsaid(request, pattern, &filling, explained),
            flag(asks(request) && acts(pattern)),
            flag(matches!(filling.slots, Slots::Bound(_))),
        ];
        Self {
            slots: filling.slots,
            features,
            probable: matched.probability >= IMPROBABLE,
        }
    }
}

impl Reading {
    /// Whether it may bind unasked, where it is probable enough itself: every value is typed or cued, nothing is left over, the
    /// command is not improbable, and the request neither denies nor asks about what the phrase does.
    pub fn is_clear(&self) -> bool {
        let has = |name: &str| {
            let at = Self::NAMES.iter().position(|known| *known == name);
            at.is_some_and(|at| self.features[at] > 0.0)
        };
        self.probable
            && matches!(self.slots, Slots::Bound(_))
            && !has("negation")
            && !has("opposite")
            && !has("question")
    }
}

/// Shares by what words say: of the request beside its values what the command never says, and of the phrase what the
/// request doesn't say.
fn cover(
    request: &Normalised,
    pattern: &PhrasePattern,
    filling: &Filling,
    explained: &dyn Fn(u64) -> bool,
) -> (f32, f32) {
    let ids: Vec<u64> = looked_at(request)
        .iter()
        .enumerate()
        .filter(|(at, token)| !token.filler && token.kind == TokenKind::Word && !filling.taken.contains(at))
        .map(|(_, token)| word_id(&token.text))
        .collect();
    let alike = |a: u64, b: u64| {
        let (x, y) = (lexicon::look_up(a).concept, lexicon::look_up(b).concept);
        a == b || x != 0 && x == y
    };
    let weigh = |ids: &mut dyn Iterator<Item = u64>| ids.map(|id| lexicon::look_up(id).weight()).sum::<f32>();
    let all = weigh(&mut ids.iter().copied());
    let covered = |id: u64| explained(id) || pattern.words.iter().any(|word| alike(*word, id));
    let missed = weigh(&mut ids.iter().copied().filter(|id| !covered(*id)));
    let little = |id: u64| {
        matches!(
            lexicon::look_up(id).class,
            Class::Function | Class::Relation | Class::Question
        )
    };
    let said = pattern.words.iter().copied().filter(|word| !little(*word));
    let whole = weigh(&mut said.clone());
    let unsaid = weigh(&mut said.filter(|word| !ids.iter().any(|id| alike(*id, *word))));
    (missed / all.max(0.3), unsaid / whole.max(0.3))
}

/// Verbs of the request, other than such as ask to see something, that the command never says.
fn action_unsaid(
    request: &Normalised,
    pattern: &PhrasePattern,
    filling: &Filling,
    explained: &dyn Fn(u64) -> bool,
) -> f32 {
    let said = |concept: u8| {
        pattern
            .words
            .iter()
            .any(|word| lexicon::look_up(*word).concept == concept)
    };
    let unsaid = looked_at(request).iter().enumerate().filter(|(at, token)| {
        let id = word_id(&token.text);
        let lexeme = lexicon::look_up(id);
        token.kind == TokenKind::Word
            && !token.filler
            && !filling.taken.contains(at)
            && lexeme.class == Class::Action
            && lexeme.concept != concept_of("show")
            && !explained(id)
            && !said(lexeme.concept)
    });
    unsaid.count() as f32
}

/// Whether the request asks something: what it asks is to be seen, and nothing to be done.
fn asks(request: &Normalised) -> bool {
    let first = request.content().next().map(|token| &*token.text);
    first.is_some_and(|word| {
        matches!(
            word,
            "is" | "are"
                | "was"
                | "were"
                | "does"
                | "did"
                | "has"
                | "who"
                | "what"
                | "which"
                | "where"
                | "when"
                | "why"
                | "how"
                | "whose"
        )
    })
}

/// Whether the phrase asks for something to be done, not to be seen.
fn acts(pattern: &PhrasePattern) -> bool {
    let first = pattern
        .words
        .iter()
        .map(|word| lexicon::look_up(*word))
        .find(|lexeme| lexeme.class == Class::Action);
    first.is_some_and(|lexeme| {
        ["show", "find", "count"]
            .iter()
            .all(|seen| lexeme.concept != concept_of(seen))
    })
}

fn concept_of(word: &str) -> u8 {
    lexicon::look_up(word_id(word)).concept
}

/// Probability of each reading; what they lack of 1 is that none is meant, or none as read.
pub fn weigh_readings(readings: &[[f32; READING_FEATURES]], model: &ReadingModel) -> Vec<f32> {
    let scores: Vec<f32> = readings
        .iter()
        .map(|features| features.iter().zip(&model.weights).map(|(f, w)| f * w).sum())
        .collect();
    let top = scores.iter().copied().fold(model.none, f32::max);
    let odds: Vec<f32> = scores.iter().map(|score| (score - top).exp()).collect();
    let sum: f32 = odds.iter().sum::<f32>() + (model.none - top).exp();
    odds.into_iter().map(|odd| odd / sum).collect()
}

/// The best of several readings that are all in place, with its probability: `None` where there are none.
pub fn read_best(readings: &[Reading], model: &ReadingModel) -> Option<(usize, f32)> {
    let features: Vec<_> = readings.iter().map(|reading| reading.features).collect();
    weigh_readings(&features, model)
        .into_iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1))
}
