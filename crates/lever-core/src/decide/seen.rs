//! What the phrases of one command say about a request, taken together.

use crate::embed::lexicon::{Class, Shape};

use super::evidence::{Evidence, Feature};
use super::index::Index;
use super::layer::Layer;
use super::phrase::Source;
use super::request::Request;

/// How many scores of the nearest phrases are kept.
pub const NEAREST_KEPT: usize = 8;
/// What a word counts for that a phrase has by another name ("memory" for "ram"), or a value of the right shape.
const BY_CONCEPT: f32 = 0.75;
/// What a bare word counts for that a parameter may take: "nginx" for `{{service}}`.
const BY_SLOT: f32 = 0.6;

pub(super) struct LayerView<'l> {
    pub(super) layer: &'l Layer<'static>,
    pub(super) marks: &'l [u8],
    pub(super) weights: &'l [f32],
}

/// Terms of a request that a command explains, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Explained {
    /// By a word of a phrase, or of the command itself.
    pub named: u64,
    /// By these, or as a bare word that a parameter may take.
    pub all: u64,
}

/// The nearest phrase with parameters.
#[derive(Clone, Copy)]
pub(super) struct Slotted {
    pub(super) phrase_id: u32,
    standing: f32,
    /// Parameters that no value of the request fits: those for numbers, and others.
    numbers: u32,
    others: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Best {
    pub(super) phrase_id: u32,
    pub(super) source: Source,
    weak: bool,
    cosine: f32,
    matched: f32,
    cover: f32,
    share: f32,
    mass: f32,
    negated: bool,
    standing: f32,
}

/// What the phrases of one command say, taken together.
pub(super) struct Seen {
    phrases: u32,
    pub(super) nearest: [f32; NEAREST_KEPT],
    exact: u64,
    near: u64,
    /// How many phrases use each term of the request.
    uses: [u16; 64],
    /// Phrases that use each concept.
    concepts: [u16; 256],
    pub(super) best: Option<Best>,
    pub(super) slots: Option<Slotted>,
    /// What of the request the command is written with.
    pub(super) written: u64,
    pub(super) literals_left: u32,
    pub(super) command_cosine: f32,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            phrases: 0,
            nearest: [0.0; NEAREST_KEPT],
            exact: 0,
            near: 0,
            uses: [0; 64],
            concepts: [0; 256],
            best: None,
            slots: None,
            written: 0,
            literals_left: 0,
            command_cosine: 0.0,
        }
    }
}

impl Seen {
    pub(super) fn add(&mut self, view: &LayerView<'_>, row: u32, cosine: f32, request: &Request) {
        let words = &view.layer.vocabulary;
        let (mut exact, mut near) = (0u64, 0u64);
        let (mut total, mut matched) = (0.0, 0.0);
        let mut negated = false;
        let (mut has_slots, mut numbers, mut others, mut slot_weight) = (false, 0u32, 0u32, 0.0);
        for position in view.layer.terms_of(row) {
            let position = *position as usize;
            let weight = view.weights[position];
            let lexeme = words.lexemes[position];
            let concept = usize::from(lexeme.concept);
            negated |= lexeme.class == Class::Negation;
            self.concepts[concept] = self.concepts[concept].saturating_add(1);
            total += weight;
            let mark = view.marks[position];
            if mark != 0 {
                exact |= 1 << (mark - 1);
                matched += weight;
            } else if concept != 0 {
                let same = request.concepts[concept];
                near |= same;
                if same != 0 {
                    matched += weight * BY_CONCEPT;
                }
            }
            if lexeme.class == Class::Value && words.is_slot(position) {
                has_slots = true;
                slot_weight = weight;
                if request.concepts[concept] == 0 {
                    *(if lexeme.concept == Shape::Number as u8 {
                        &mut numbers
                    } else {
                        &mut others
                    }) += 1;
                }
            }
        }
        near &= !exact;
        let taken = request.take(request.open & !(exact | near), others);
        matched += slot_weight * taken.count_ones() as f32 * BY_CONCEPT;
        let (by_word, by_concept) = (request.weigh(exact), request.weigh(near) * BY_CONCEPT);
        let used = by_word + by_concept + request.weigh(taken) * BY_SLOT;
        let share = used / request.total;
        let cover = if total > 0.0 { matched / total } else { 0.0 };
        let dice = if total > 0.0 {
            (used + matched) / (request.total + total)
        } else {
            0.0
        };

        self.phrases += 1;
        self.exact |= exact;
        self.near |= near;
        let mut all = exact | near;
        while all != 0 {
            let at = all.trailing_zeros() as usize;
            self.uses[at] = self.uses[at].saturating_add(1);
            all &= all - 1;
        }
        let at = self.nearest.iter().position(|kept| cosine > *kept);
        if let Some(at) = at {
            self.nearest[at..].rotate_right(1);
            self.nearest[at] = cosine;
        }
        let weak = view.layer.is_weak(row);
        let standing = cosine + dice - if weak { 0.05 } else { 0.0 };
        if self.best.is_none_or(|best| standing > best.standing) {
            self.best = Some(Best {
                phrase_id: view.layer.phrase_ids[row as usize],
                source: view.layer.source(row),
                weak,
                cosine,
                matched: dice,
                cover,
                share,
                mass: used,
                negated,
                standing,
            });
        }
        if has_slots && self.slots.is_none_or(|best| standing > best.standing) {
            self.slots = Some(Slotted {
                phrase_id: view.layer.phrase_ids[row as usize],
                standing,
                numbers,
                others,
            });
        }
    }

    /// Writes the evidence.
    pub(super) fn weigh(&self, request: &Request, index: &Index, evidence: &mut Evidence) -> Explained {
        use Feature as F;
        let Some(best) = self.best else {
            return Explained::default();
        };
        let total = request.total;
        let (exact, mut near) = (self.exact, self.near & !self.exact);
        // A parameter may take a word that no phrase explains: "stop container web".
        let (numbers, others) = self
            .slots
            .map_or((0, 0), |slotted| (slotted.numbers, slotted.others));
        let taken = request.take(request.open & !(exact | near), others);
        let left = others - taken.count_ones();
        near |= taken;
        let missed = all_bits(request.terms.terms().len()) & !(exact | near | self.written);
        let typical = (0..request.terms.terms().len())
            .filter(|at| (exact | near) >> at & 1 == 1 && taken >> at & 1 == 0)
            .map(|at| request.weights[at] * (f32::from(self.uses[at]) / self.phrases as f32).sqrt())
            .sum::<f32>();
        let three = self.phrases.clamp(1, 3);
        evidence[F::Cosine] = self.nearest[0].max(best.cosine);
        evidence[F::CosineMean] = self.nearest[..three as usize].iter().sum::<f32>() / three as f32;
        evidence[F::Cover] = (request.weigh(exact) + BY_CONCEPT * request.weigh(near)) / total;
        evidence[F::Typical] = typical / total;
        evidence[F::PhraseMatch] = best.matched;
        evidence[F::PhraseCover] = best.cover;
        evidence[F::PhraseShare] = best.share;
        evidence[F::Missed] = request.heaviest(missed & !request.values);
        evidence[F::MissedSum] = request.weigh(missed);
        evidence[F::ActionMissed] = flag(request.actions != 0 && request.actions & (exact | near) == 0);
        evidence[F::Opposite] = flag(self.opposes(request, index));
        evidence[F::Negation] = flag(
            request.forbids || (request.negations & !exact != 0) || (best.negated && request.negations == 0),
        );
        evidence[F::ValuesLeft] = (request.values & missed).count_ones() as f32;
        evidence[F::SlotsLeft] = (left + numbers) as f32;
        evidence[F::Weak] = flag(best.weak);
        evidence[F::Unknown] = request.weigh(request.unknown & !taken) / total;
        evidence[F::Filled] = request.weigh(taken) / total;
        evidence[F::Mass] = best.mass;
        evidence[F::Corrected] = request.corrected / total;
        evidence[F::Length] = (1.0 + request.terms.terms().len() as f32).ln();
        evidence[F::About] = flag(request.about);
        evidence[F::CommandCosine] = self.command_cosine;
        evidence[F::CommandCover] = request.weigh(self.written & !(exact | near)) / total;
        evidence[F::CommandValues] = (request.values & self.written).count_ones() as f32;
        evidence[F::LiteralsLeft] = (1.0 + self.literals_left as f32).ln();
        evidence[F::Lead] = request.weigh(request.lead & missed);
        evidence[F::Phrases] = (self.phrases as f32).ln();
        let named = exact | (near & !taken) | self.written;
        Explained {
            named,
            all: named | taken,
        }
    }

    /// Whether a word of the request, which the command never uses, is the opposite of one that its phrases usually use.
    fn opposes(&self, request: &Request, index: &Index) -> bool {
        request.terms.terms().iter().enumerate().any(|(at, term)| {
            let concept = term.lexeme.concept;
            concept != 0
                && matches!(term.lexeme.class, Class::Action | Class::Property)
                && u32::from(self.concepts[usize::from(concept)]) * 5 < self.phrases
                && (self.exact | self.near) >> at & 1 == 0
                && index
                    .opposites
                    .of(concept)
                    .any(|other| u32::from(self.concepts[usize::from(other)]) * 3 >= self.phrases)
        })
    }
}

fn all_bits(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

fn flag(value: bool) -> f32 {
    if value { 1.0 } else { 0.0 }
}
