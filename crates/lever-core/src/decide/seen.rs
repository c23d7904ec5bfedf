//! What the phrases of one command say about a request, taken together.

use super::evidence::{Evidence, Feature};
use super::index::{Index, Word};
use super::layer::Layer;
use super::phrase::Source;
use super::request::{BY_CONCEPT, Request, has_opposite};

/// Phrases of one command in one layer that are looked at closely, the newest first.
pub(super) const PHRASES: usize = 64;
/// How many scores of the nearest phrases are kept.
pub const NEAREST_KEPT: usize = 8;
/// What a bare word counts for that a parameter may take: "nginx" for `{{service}}`.
const BY_SLOT: f32 = 0.6;

/// A phrase that stands so much lower than the best says nothing for a "not" of the request.
const SAYS_NOT: f32 = 0.2;

/// A layer, and what each word of its vocabulary is to the request (0, or one more than the number of its term) and to the
/// whole index. The two are equally long.
pub(super) struct LayerView<'l> {
    pub(super) layer: &'l Layer,
    pub(super) marks: &'l [u8],
    pub(super) words: &'l [Word],
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

/// What a phrase and a request have in common.
#[derive(Default)]
struct Shared {
    /// Terms of the request that the phrase has, and those that it has by another name.
    exact: u64,
    near: u64,
    watched: u64,
    /// Values that a parameter takes by their shape.
    fits: u64,
    /// Kinds of all words of the phrase.
    kinds: u8,
    /// Weight of the phrase, and of what the request has of it.
    total: f32,
    matched: f32,
    /// Parameters that no value of the request fits: those for numbers, and others.
    numbers: u32,
    others: u32,
    slot_weight: f32,
}

/// Most of a decision's time passes here, so nothing is asked that can be computed as well, and the loop has the processor's
/// registers to itself.
#[inline(never)]
fn share(view: &LayerView<'_>, row: u32, request: &Request) -> Shared {
    let (words, marks) = (view.words, &view.marks[..view.words.len()]);
    let mut shared = Shared::default();
    for position in view.layer.terms_of(row) {
        let position = *position as usize;
        let (word, mark) = (words[position], marks[position]);
        let mark = &request.by_mark[usize::from(mark) % request.by_mark.len()];
        let concept = &request.by_concept[usize::from(word.concept)];
        let other_names = concept.terms & mark.others;
        shared.exact |= mark.terms;
        shared.near |= other_names;
        shared.watched |= concept.watched;
        shared.kinds |= word.kind;
        shared.total += word.weight;
        shared.matched += word.weight
            * if mark.counts > concept.counts {
                mark.counts
            } else {
                concept.counts
            };
        if word.kind & Word::SLOT != 0 {
            shared.slot_weight = word.weight;
            shared.fits |= concept.terms;
            let unfit = u32::from(concept.terms == 0);
            if word.kind & Word::NUMBER == 0 {
                shared.others += unfit;
            } else {
                shared.numbers += unfit;
            }
        }
    }
    shared.near &= !shared.exact;
    shared
}

/// What the phrases of one command say, taken together.
pub(super) struct Seen {
    pub(super) phrases: u32,
    pub(super) nearest: [f32; NEAREST_KEPT],
    exact: u64,
    near: u64,
    fits: u64,
    /// What phrases that are not counted yet use: terms of the request, and watched concepts.
    held: [(u64, u64); PHRASES],
    held_count: usize,
    /// How many phrases use each term of the request, and each watched concept.
    uses: [u32; 64],
    watched: [u32; 64],
    pub(super) best: Option<Best>,
    /// Standing of the nearest phrase that says "not" where the request does.
    negated: f32,
    pub(super) slots: Option<Slotted>,
    /// What of the request the command is written with.
    pub(super) written: u64,
    pub(super) literals_left: u32,
    pub(super) command_cosine: f32,
    /// How usual the embedder finds the command, in sixteenths; 0 where its own text says nothing.
    pub(super) usual: u8,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            phrases: 0,
            nearest: [0.0; NEAREST_KEPT],
            exact: 0,
            near: 0,
            fits: 0,
            held: [(0, 0); PHRASES],
            held_count: 0,
            uses: [0; 64],
            watched: [0; 64],
            best: None,
            negated: f32::NEG_INFINITY,
            slots: None,
            written: 0,
            literals_left: 0,
            command_cosine: 0.0,
            usual: 0,
        }
    }
}

impl Seen {
    /// Takes in a phrase: of one layer at most as many as are looked at, and then [`count`](Self::count).
    pub(super) fn add(&mut self, view: &LayerView<'_>, row: u32, cosine: f32, request: &Request) {
        let Shared {
            exact,
            near,
            watched,
            fits,
            kinds,
            total,
            mut matched,
            numbers,
            others,
            slot_weight,
        } = share(view, row, request);
        let taken = request.take(request.open & !(exact | near), others);
        matched += slot_weight * taken.count_ones() as f32 * BY_CONCEPT;
        let (by_word, by_concept) = (request.weigh(exact), request.weigh(near) * BY_CONCEPT);
        let used = by_word + by_concept + request.weigh(taken) * BY_SLOT;
        let dice = if total > 0.0 {
            (used + matched) / (request.total + total)
        } else {
            0.0
        };

        self.phrases += 1;
        self.exact |= exact;
        self.near |= near;
        self.fits |= fits;
        self.held[self.held_count] = (exact | near, watched);
        self.held_count += 1;
        self.keep_nearest(cosine);
        let weak = view.layer.is_weak(row);
        let standing = cosine + dice - if weak { 0.05 } else { 0.0 };
        if request.negations & !exact == 0 {
            self.negated = self.negated.max(standing);
        }
        if self.best.is_none_or(|best| standing > best.standing) {
            self.best = Some(Best {
                phrase_id: view.layer.phrase_ids[row as usize],
                source: view.layer.source(row),
                weak,
                cosine,
                matched: dice,
                cover: if total > 0.0 { matched / total } else { 0.0 },
                share: used / request.total,
                mass: used,
                negated: kinds & Word::NEGATION != 0,
                standing,
            });
        }
        if kinds & Word::SLOT != 0 && self.slots.is_none_or(|best| standing > best.standing) {
            self.slots = Some(Slotted {
                phrase_id: view.layer.phrase_ids[row as usize],
                standing,
                numbers,
                others,
            });
        }
    }

    fn keep_nearest(&mut self, cosine: f32) {
        let before = self.nearest;
        let mut next = f32::INFINITY;
        for (kept, own) in self.nearest.iter_mut().zip(before) {
            let less = if cosine < next { cosine } else { next };
            *kept = if less > own { less } else { own };
            next = own;
        }
    }

    /// Counts what the last phrases use: at the end of a layer.
    pub(super) fn count(&mut self, request: &Request) {
        let held = &self.held[..self.held_count];
        let tally = |counts: &mut [u32], set_of: fn(&(u64, u64)) -> u64| {
            for (bit, count) in counts.iter_mut().enumerate() {
                *count += held
                    .iter()
                    .map(|phrase| (set_of(phrase) >> bit) as u32 & 1)
                    .sum::<u32>();
            }
        };
        tally(&mut self.uses[..request.terms.terms().len()], |(used, _)| *used);
        tally(&mut self.watched[..request.watched as usize], |(_, watched)| {
            *watched
        });
        self.held_count = 0;
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
            .map(|at| request.weights[at] * (self.uses[at] as f32 / self.phrases as f32).sqrt())
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
            request.forbids
                || (!best.negated && self.negated < best.standing - SAYS_NOT)
                || (best.negated && request.negations == 0),
        );
        evidence[F::ValuesLeft] = (request.values & missed).count_ones() as f32;
        let differing = request.values & near & !(self.fits | self.written | taken);
        evidence[F::Differing] = differing.count_ones() as f32;
        evidence[F::SlotsLeft] = (left + numbers) as f32;
        evidence[F::Weak] = flag(best.weak);
        evidence[F::Unknown] = request.weigh(request.unknown & !taken) / total;
        evidence[F::Filled] = request.weigh(taken) / total;
        evidence[F::Mass] = best.mass;
        evidence[F::Corrected] = request.corrected / total;
        evidence[F::Length] = (1.0 + request.terms.terms().len() as f32).ln();
        evidence[F::About] = flag(request.about);
        evidence[F::CommandCosine] = self.command_cosine;
        evidence[F::Opaque] = flag(self.usual == 0);
        evidence[F::Usual] = f32::from(self.usual) / 16.0;
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

    /// Whether a word of the request, which the command hardly uses, is the opposite of one that its phrases usually use.
    fn opposes(&self, request: &Request, index: &Index) -> bool {
        let uses = |concept| request.watch(concept).map_or(0, |bit| self.watched[bit]);
        request.terms.terms().iter().enumerate().any(|(at, term)| {
            (self.exact | self.near) >> at & 1 == 0
                && has_opposite(term.lexeme)
                && uses(term.lexeme.concept) * 5 < self.phrases
                && index
                    .opposites
                    .of(term.lexeme.concept)
                    .any(|other| uses(other) * 3 >= self.phrases)
        })
    }
}

fn all_bits(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

fn flag(value: bool) -> f32 {
    if value { 1.0 } else { 0.0 }
}
