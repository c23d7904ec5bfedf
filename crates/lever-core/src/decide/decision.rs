//! What the gates decided, and why, for a person and for a program.

use std::fmt;

use crate::template::{Certainty, TemplateHit};
use crate::text::{Mode, Normalised};

use super::candidates::Candidate;
use super::evidence::{Evidence, Feature};
use super::scorer::Scorer;

/// How certain a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    /// Nothing fits.
    None,
    /// Several may be meant, or one that is doubtful: somebody chooses.
    Likely,
    /// One is meant, wrong in at most 1 of 20.
    Sure,
    /// The request is an instance of a phrase.
    Exact,
}

impl MatchKind {
    /// `exact`, `sure`, `likely` or `none`.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Likely => "likely",
            Self::Sure => "sure",
            Self::Exact => "exact",
        }
    }
}

/// Why a match is not more certain, or that it should only be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The request asks how something is done: show the command.
    ShowOnly,
    /// Two phrases fit the request equally well.
    EqualPhrases,
    /// A phrase fits only with a parameter that takes several free words.
    LooseParameter,
    /// A phrase fits by one word, and its parameters by any.
    ThinPhrase,
    /// The best candidates are about equally probable.
    CloseCandidates,
    /// The request says "not", "without" or the like, the phrase doesn't; or the other way round.
    Negation,
    /// The request says the opposite of what the phrase says.
    Opposite,
    /// The request has values for which the command has no place.
    ValuesLeft,
    /// The request has a word that another near command knows and this one doesn't: "red or blue".
    RivalWord,
    /// The request asks about a thing instead of asking for it.
    AsksAbout,
    /// Most of the request is words that no phrase uses.
    UnknownWords,
    /// Nothing else speaks against it, but not enough speaks for it.
    Doubtful,
}

impl Reason {
    /// Stable name, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::ShowOnly => "show_only",
            Self::EqualPhrases => "equal_phrases",
            Self::LooseParameter => "loose_parameter",
            Self::ThinPhrase => "thin_phrase",
            Self::CloseCandidates => "close_candidates",
            Self::Negation => "negation",
            Self::Opposite => "opposite",
            Self::ValuesLeft => "values_left",
            Self::RivalWord => "rival_word",
            Self::AsksAbout => "asks_about",
            Self::UnknownWords => "unknown_words",
            Self::Doubtful => "doubtful",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ShowOnly => "the request asks how it is done",
            Self::EqualPhrases => "two phrases fit equally well",
            Self::LooseParameter => "a parameter would take several free words",
            Self::ThinPhrase => "a phrase fits by one word only, and another command is nearer",
            Self::CloseCandidates => "two close candidates",
            Self::Negation => "the request says \"not\" and the phrase doesn't, or the other way round",
            Self::Opposite => "the request says the opposite of the phrase",
            Self::ValuesLeft => "the request has a value that the command doesn't take",
            Self::RivalWord => "another command knows a word of the request that this one doesn't",
            Self::AsksAbout => "the request asks about it",
            Self::UnknownWords => "most words are unknown",
            Self::Doubtful => "not enough speaks for it",
        })
    }
}

/// How a phrase fits a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// A parameter took free words, or what may be no value of its kind.
    Loose,
    /// Value for value, but little of the request is the phrase's own: one word of it, and plain words for its parameters, as "which
    /// kernel" is for `which {{name}}`. It gives way where gate 2 is sure of another command.
    Thin,
    /// Value for value: it may speak alone.
    Exact,
}

/// A phrase that gate 1 found, as the decision needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateMatch {
    /// Number of the command, as in the index.
    pub command: u32,
    /// The caller's number of the phrase.
    pub phrase_id: u32,
    /// 0 for what a person taught, up to 255; lower goes first.
    pub rank: u8,
    /// Weight of the literal words that matched; more goes first.
    pub literals: u32,
    /// How it fits.
    pub fit: Fit,
    /// A person's own words, taught or chosen: where its parameters take free words, it gives way only to what gate 2 is sure of. What
    /// came along gives way to all that is likely.
    pub own: bool,
    /// A person chose this command for this very request before, once: enough to be sure, not to be exact.
    pub vouched: bool,
}

impl TemplateMatch {
    fn is_loose(&self) -> bool {
        self.fit == Fit::Loose
    }

    /// What gate 1 found, with the command that the phrase belongs to.
    pub fn new(hit: &TemplateHit, command: u32) -> Self {
        Self {
            command,
            phrase_id: hit.phrase_id,
            rank: hit.rank,
            literals: hit.literals,
            fit: match hit.certainty {
                Certainty::Exact => Fit::Exact,
                Certainty::Sure => Fit::Loose,
            },
            own: false,
            vouched: false,
        }
    }
}

/// One command to run or to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Number of the command.
    pub command: u32,
    /// The phrase that speaks for it most.
    pub phrase_id: u32,
    /// See [`Candidate::slotted`].
    pub slotted: Option<u32>,
    /// How likely it is what the request wants, 0 to 1.
    pub probability: f32,
    /// What gate 2 knows about it; `None` where gate 1 found it and gate 2 did not.
    pub evidence: Option<Evidence>,
}

/// What a request means, as far as the gates can tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// How certain the first choice is.
    pub kind: MatchKind,
    /// The gate that decided: 1 for phrases, 2 for likeness.
    pub gate: u8,
    /// Show the command instead of running it.
    pub show_only: bool,
    /// The choices, best first: with `None` too, where they are the nearest there are.
    pub choices: Vec<Choice>,
    /// Why the match is not more certain; empty for an exact or sure one that is to be run.
    pub reasons: Vec<Reason>,
}

impl Decision {
    /// The choices with their probabilities as they are shown: none is more probable than what stands before it.
    pub fn shown(&self) -> impl Iterator<Item = (&Choice, f32)> {
        self.choices.iter().scan(1.0f32, |most, choice| {
            *most = most.min(choice.probability);
            Some((choice, *most))
        })
    }
}

/// A request of which a greater share than this is unknown words means nothing here, unless its first candidate is as likely as one
/// among three: so many are shown. The scorer knows of the words, too; in a small table many a plain one is in no phrase.
const MOSTLY_UNKNOWN: f32 = 0.6;
const AMONG_THREE: f32 = 1.0 / 3.0;
/// Candidates closer in probability than this are close.
const CLOSE: f32 = 0.15;
/// A word that says more than this is not passed over where a rival knows it.
const RIVAL_WORD: f32 = 0.8;
/// Nor is it in a long request of which it is a smaller share than this.
const RIVAL_SHARE: f32 = 0.25;
/// Probability of a phrase that fits by taking several free words into a parameter.
const LOOSE: f32 = 0.8;

/// Decides from what both gates found: `templates` in any order, `candidates` best first. Gate 2 need not have run where
/// one template fits exactly.
pub fn decide(
    request: &Normalised,
    templates: &[TemplateMatch],
    candidates: &[Candidate],
    scorer: &dyn Scorer,
) -> Decision {
    let mut decision =
        by_template(templates, candidates, scorer).unwrap_or_else(|| by_likeness(candidates, scorer));
    for candidate in candidates {
        if decision
            .choices
            .iter()
            .all(|choice| choice.command != candidate.command)
        {
            decision.choices.push(Choice::from(candidate));
        }
    }
    if request.mode() == Mode::Show {
        decision.show_only = true;
        decision.reasons.insert(0, Reason::ShowOnly);
    }
    decision
}

impl From<&Candidate> for Choice {
    fn from(candidate: &Candidate) -> Self {
        Self {
            command: candidate.command,
            phrase_id: candidate.phrase_id,
            slotted: candidate.slotted,
            probability: candidate.probability,
            evidence: Some(candidate.evidence),
        }
    }
}

fn by_template(
    templates: &[TemplateMatch],
    candidates: &[Candidate],
    scorer: &dyn Scorer,
) -> Option<Decision> {
    let order = |hit: &TemplateMatch| {
        (
            hit.is_loose(),
            !hit.vouched,
            u32::MAX - hit.literals,
            hit.rank,
            hit.phrase_id,
        )
    };
    let best = templates.iter().min_by_key(|hit| order(hit))?;
    let mut equal: Vec<&TemplateMatch> = templates
        .iter()
        .filter(|hit| {
            (hit.is_loose(), hit.vouched, hit.literals, hit.rank)
                == (best.is_loose(), best.vouched, best.literals, best.rank)
        })
        .collect();
    equal.sort_by_key(|hit| order(hit));
    equal.dedup_by_key(|hit| hit.command);
    let nearest = candidates.first();
    let agrees = nearest.is_some_and(|candidate| candidate.command == best.command);
    // Words that a parameter takes freely say nothing for the command: gate 2 must find it worth showing at least.
    let backed = agrees && nearest.is_some_and(|candidate| candidate.probability >= scorer.likely());
    // What gives way is shown after the command that is nearer.
    let enough = match best.fit {
        Fit::Exact => None,
        Fit::Loose if best.vouched => None,
        Fit::Loose if !best.own => Some(scorer.likely()),
        Fit::Loose | Fit::Thin => Some(scorer.sure()),
    };
    let nearer = nearest.filter(|candidate| {
        equal.len() == 1 && !agrees && enough.is_some_and(|enough| candidate.probability >= enough)
    });
    let (kind, reasons) = match (equal.len(), best.is_loose()) {
        (1, false) if nearer.is_some() => (MatchKind::Likely, vec![Reason::ThinPhrase]),
        (1, false) => (MatchKind::Exact, vec![]),
        (1, true) if backed || best.vouched => (MatchKind::Sure, vec![]),
        (1, true) => (MatchKind::Likely, vec![Reason::LooseParameter]),
        _ => (MatchKind::Likely, vec![Reason::EqualPhrases]),
    };
    let each = if best.is_loose() { LOOSE } else { 1.0 } / equal.len() as f32;
    let by_phrase = equal.iter().map(|hit| Choice {
        command: hit.command,
        phrase_id: hit.phrase_id,
        slotted: None,
        probability: each,
        evidence: candidates
            .iter()
            .find(|c| c.command == hit.command)
            .map(|c| c.evidence),
    });
    let choices = nearer.map(Choice::from).into_iter().chain(by_phrase).collect();
    Some(Decision {
        kind,
        gate: 1,
        show_only: false,
        choices,
        reasons,
    })
}

fn by_likeness(candidates: &[Candidate], scorer: &dyn Scorer) -> Decision {
    let mut reasons = Vec::new();
    let mut kind = MatchKind::None;
    if let Some(best) = candidates.first() {
        let evidence = &best.evidence;
        if best.probability >= scorer.likely() {
            kind = MatchKind::Likely;
        }
        if evidence[Feature::Unknown] > MOSTLY_UNKNOWN && best.probability < AMONG_THREE {
            kind = MatchKind::None;
            reasons.push(Reason::UnknownWords);
        }
        let doubts = [
            (evidence[Feature::Negation] > 0.0, Reason::Negation),
            (evidence[Feature::Opposite] > 0.0, Reason::Opposite),
            (evidence[Feature::About] > 0.0, Reason::AsksAbout),
            (
                evidence[Feature::ValuesLeft] > 0.0 || evidence[Feature::Differing] > 0.0,
                Reason::ValuesLeft,
            ),
            (
                evidence[Feature::Rival] > RIVAL_WORD && evidence[Feature::RivalShare] > RIVAL_SHARE,
                Reason::RivalWord,
            ),
        ];
        reasons.extend(
            doubts
                .into_iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, reason)| reason),
        );
        if kind == MatchKind::Likely {
            if best.probability >= scorer.sure() && reasons.is_empty() {
                kind = MatchKind::Sure;
            } else if candidates
                .get(1)
                .is_some_and(|next| best.probability - next.probability < CLOSE)
            {
                reasons.push(Reason::CloseCandidates);
            }
        }
        if kind != MatchKind::Sure && reasons.is_empty() {
            reasons.push(Reason::Doubtful);
        }
    }
    let choices = candidates.iter().map(Choice::from).collect();
    Decision {
        kind,
        gate: 2,
        show_only: false,
        choices,
        reasons,
    }
}
