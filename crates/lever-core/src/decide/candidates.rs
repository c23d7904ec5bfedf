//! From a request to a short list of commands with the evidence for each.

use crate::embed::lexicon::{Class, Shape};
use crate::embed::{Embedder, Scratch};
use crate::search::{Query, Scan, Top};
use crate::text::Normalised;

use super::evidence::{Evidence, Feature};
use super::index::Index;
use super::layer::Layer;
use super::phrase::Source;
use super::request::Request;
use super::scorer::Scorer;

/// Phrases taken from the scan. With twenty-five phrases a command, the nearest few commands are well among them.
const NEAREST: usize = 128;
/// Commands looked at closely.
const SHORTLIST: usize = 24;
/// Of them, those that the scan of commands adds to what the scan of phrases found.
const BY_COMMAND: usize = 8;
/// Phrases of one command in one layer that are looked at closely, the newest first.
const PHRASES: usize = 64;
/// What a word counts for that a phrase has by another name ("memory" for "ram"), or a value of the right shape.
const BY_CONCEPT: f32 = 0.75;
/// What a bare word counts for that a parameter may take: "nginx" for `{{service}}`.
const BY_SLOT: f32 = 0.6;
/// Greatest log odds that the ranker alone is trusted with.
const MOST_ODDS: f32 = 8.0;

/// A command that may be what a request means.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Number of the command.
    pub command: u32,
    /// The phrase that speaks for it most, as the caller numbered it.
    pub phrase_id: u32,
    /// Where that phrase came from.
    pub source: Source,
    /// The command's nearest phrase with parameters, where it has one: it takes the request's values even where the nearest
    /// phrase of all has no place for them ("the last commits" beside `the last {{n}} commits`).
    pub slotted: Option<u32>,
    /// How likely the command is what the request wants, 0 to 1.
    pub probability: f32,
    /// What the probability was made of.
    pub evidence: Evidence,
}

/// Working memory of a search; nothing is allocated once it has grown to the index.
#[derive(Debug, Default)]
pub struct SearchScratch {
    pub(super) request: Request,
    scratch: Scratch,
    vector: Vec<f32>,
    query: Query,
    top: Top,
    scores: Vec<Vec<f32>>,
    command_scores: Vec<Vec<f32>>,
    shortlist: Vec<u32>,
    candidates: Vec<Candidate>,
}

impl SearchScratch {
    /// The candidates of the last search, best first.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }
}

impl Index {
    /// Finds the `limit` commands that a request most probably means, best first; their probabilities sum to at most 1.
    ///
    /// Time grows with the number of phrases (the scan) and hardly with anything else; only the first 64 words of a
    /// request are looked at. `embedder` must be the one whose vectors the index holds, else nothing is found.
    pub fn search<'s>(
        &self,
        request: &Normalised,
        embedder: &dyn Embedder,
        scorer: &dyn Scorer,
        limit: usize,
        scratch: &'s mut SearchScratch,
    ) -> &'s [Candidate] {
        scratch.candidates.clear();
        if embedder.id() != self.embedder {
            return &scratch.candidates;
        }
        scratch.request.read(request, self);
        if scratch.request.total <= 0.0 {
            return &scratch.candidates;
        }
        scratch.vector.resize(embedder.dims(), 0.0);
        embedder.embed(&scratch.request.terms, &mut scratch.scratch, &mut scratch.vector);
        scratch.query.set(&scratch.vector);
        self.scan(scratch);
        for at in 0..scratch.shortlist.len() {
            let command = scratch.shortlist[at];
            let scanned = (scratch.scores.as_slice(), scratch.command_scores.as_slice());
            if let Some(candidate) = self.look_closely(command, &scratch.request, scanned) {
                scratch.candidates.push(candidate);
            }
        }
        compete(&mut scratch.candidates, scorer);
        scratch.candidates.truncate(limit);
        &scratch.candidates
    }

    fn scan(&self, scratch: &mut SearchScratch) {
        scratch.top.reset(NEAREST);
        scratch.scores.resize_with(self.layers.len() + 1, Vec::new);
        for ((number, layer), scores) in self.each_layer().enumerate().zip(&mut scratch.scores) {
            let scan = Scan {
                kernel: self.kernel,
                query: &scratch.query,
                source: number as u32,
            };
            let keep = |row| !self.is_hidden(layer, row as u32);
            layer
                .vectors
                .search(&scan, |_| 0.0, keep, scores, &mut scratch.top);
        }
        scratch.shortlist.clear();
        for hit in scratch.top.finish() {
            let command = self.layer(hit.source as usize).commands[hit.row as usize];
            if scratch.shortlist.len() == SHORTLIST - BY_COMMAND {
                break;
            }
            if !scratch.shortlist.contains(&command) {
                scratch.shortlist.push(command);
            }
        }
        self.scan_commands(scratch);
    }

    /// Adds the commands that themselves come nearest.
    fn scan_commands(&self, scratch: &mut SearchScratch) {
        scratch.top.reset(SHORTLIST);
        scratch
            .command_scores
            .resize_with(self.layers.len() + 1, Vec::new);
        for ((number, layer), scores) in self.each_layer().enumerate().zip(&mut scratch.command_scores) {
            let scan = Scan {
                kernel: self.kernel,
                query: &scratch.query,
                source: number as u32,
            };
            let own = &layer.commands_own;
            let keep = |row: usize| !self.is_command_hidden(own.commands[row]);
            own.vectors.search(&scan, |_| 0.0, keep, scores, &mut scratch.top);
        }
        let mut added = 0;
        for hit in scratch.top.finish() {
            let command = self.layer(hit.source as usize).commands_own.commands[hit.row as usize];
            if added == BY_COMMAND || hit.score <= 0.0 {
                break;
            }
            if !scratch.shortlist.contains(&command) {
                scratch.shortlist.push(command);
                added += 1;
            }
        }
    }

    fn layer(&self, number: usize) -> &Layer<'static> {
        self.layers.get(number).map_or(&self.overlay, |layer| layer)
    }

    fn look_closely(
        &self,
        command: u32,
        request: &Request,
        (scores, command_scores): (&[Vec<f32>], &[Vec<f32>]),
    ) -> Option<Candidate> {
        let mut seen = Seen::default();
        for (number, layer) in self.each_layer().enumerate() {
            let view = LayerView {
                layer,
                marks: &request.marks[number],
                weights: &self.weights[number],
            };
            for row in layer
                .phrases_of(command)
                .take(PHRASES)
                .filter(|row| !self.is_hidden(layer, *row))
            {
                seen.add(&view, row, scores[number][row as usize], request);
            }
            if let Some(row) = layer.commands_own.row_of(command) {
                let (named, left) = layer.written_with(row, &request.marks[number]);
                seen.written = named;
                seen.literals_left = left;
                seen.command_cosine = command_scores[number][row];
            }
        }
        let best = seen.best?;
        let mut evidence = Evidence::default();
        seen.weigh(request, self, &mut evidence);
        Some(Candidate {
            command,
            phrase_id: best.phrase_id,
            source: best.source,
            slotted: seen.slots.map(|slotted| slotted.phrase_id),
            probability: 0.0,
            evidence,
        })
    }
}

struct LayerView<'l> {
    layer: &'l Layer<'static>,
    marks: &'l [u8],
    weights: &'l [f32],
}

/// The nearest phrase with parameters.
#[derive(Clone, Copy)]
struct Slotted {
    phrase_id: u32,
    standing: f32,
    /// Parameters that no value of the request fits: those for numbers, and others.
    numbers: u32,
    others: u32,
}

#[derive(Clone, Copy)]
struct Best {
    phrase_id: u32,
    source: Source,
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
struct Seen {
    phrases: u32,
    nearest: [f32; 3],
    exact: u64,
    near: u64,
    /// How many phrases use each term of the request.
    uses: [u16; 64],
    /// Phrases that use each concept.
    concepts: [u16; 256],
    best: Option<Best>,
    slots: Option<Slotted>,
    /// What of the request the command is written with.
    written: u64,
    literals_left: u32,
    command_cosine: f32,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            phrases: 0,
            nearest: [0.0; 3],
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
    fn add(&mut self, view: &LayerView<'_>, row: u32, cosine: f32, request: &Request) {
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

    fn weigh(&self, request: &Request, index: &Index, evidence: &mut Evidence) {
        use Feature as F;
        let Some(best) = self.best else { return };
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
        let three = self.phrases.min(3);
        evidence[F::Cosine] = self.nearest[0].max(best.cosine);
        evidence[F::CosineMean] = self.nearest.iter().sum::<f32>() / three.max(1) as f32;
        evidence[F::Cover] = (request.weigh(exact) + BY_CONCEPT * request.weigh(near)) / total;
        evidence[F::Typical] = typical / total;
        evidence[F::PhraseMatch] = best.matched;
        evidence[F::PhraseCover] = best.cover;
        evidence[F::PhraseShare] = best.share;
        evidence[F::Missed] = request.heaviest(missed & !request.values);
        evidence[F::MissedSum] = request.weigh(missed);
        evidence[F::ActionMissed] = flag(request.actions != 0 && request.actions & (exact | near) == 0);
        evidence[F::Opposite] = flag(self.opposes(request, index));
        evidence[F::Negation] =
            flag((request.negations & !exact != 0) || (best.negated && request.negations == 0));
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

/// Orders the candidates and gives each its probability.
fn compete(candidates: &mut [Candidate], scorer: &dyn Scorer) {
    for candidate in candidates.iter_mut() {
        candidate.evidence[Feature::Rank] = scorer.rank(&candidate.evidence);
    }
    candidates.sort_unstable_by(|a, b| {
        b.evidence[Feature::Rank]
            .total_cmp(&a.evidence[Feature::Rank])
            .then(a.command.cmp(&b.command))
    });
    let ranks: [f32; 2] =
        std::array::from_fn(|at| candidates.get(at).map_or(0.0, |c| c.evidence[Feature::Rank]));
    let sum: f32 = candidates
        .iter()
        .map(|candidate| (candidate.evidence[Feature::Rank] - ranks[0]).exp())
        .sum();
    let mut rest = 1.0f32;
    for (at, candidate) in candidates.iter_mut().enumerate() {
        let rank = candidate.evidence[Feature::Rank];
        let own = (rank - ranks[0]).exp();
        candidate.evidence[Feature::Gap] = rank - if at == 0 { ranks[1] } else { ranks[0] };
        candidate.evidence[Feature::Share] = (own / (sum - own).max(1e-6)).ln().clamp(-MOST_ODDS, MOST_ODDS);
        candidate.probability = scorer.probability(&candidate.evidence).clamp(0.0, rest);
        rest -= candidate.probability;
    }
}
