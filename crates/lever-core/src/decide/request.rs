//! A request as gate 2 reads it: its terms weighed by rarity, misspellings mended, and where each word stands in the
//! vocabularies.

use crate::embed::lexicon::{CONCEPTS, Class, Lexeme, Shape};
use crate::embed::{Stem, TermKind, Terms};
use crate::text::Normalised;

use super::index::Index;
use super::spelling;
use super::vocabulary::Vocabulary;

/// Most words of one request that are looked up as misspellings.
const CORRECTIONS: usize = 6;
/// What a mended word says, compared with one that was written so.
const MENDED: f32 = 0.85;

/// What a word counts for that a phrase has by another name ("memory" for "ram"), or a value of the right shape.
pub(super) const BY_CONCEPT: f32 = 0.75;

/// What a word that no phrase uses counts for in the request's vector.
const UNKNOWN: f32 = 0.3;

/// A request prepared for matching, reusable. Sets of terms are bits: a request has at most 64.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) terms: Terms,
    /// What each concept is to the request; nothing is known of concept 0.
    pub(super) by_concept: [Concept; CONCEPTS],
    /// How many of them are watched.
    pub(super) watched: u32,
    /// What each mark is: the first, of words that the request lacks, is nothing.
    pub(super) by_mark: [Mark; 2 * Terms::LIMIT],
    /// For each layer and word of its vocabulary: the number of the term + 1, or 0.
    pub(super) marks: Vec<Vec<u8>>,
    marked: Vec<(u32, u32)>,
    pub(super) weights: [f32; Terms::LIMIT],
    /// Weights of all sets of the first eight terms, of the second eight, and so on.
    sums: [[f32; 256]; Terms::LIMIT / 8],
    /// Sum of all weights.
    pub(super) total: f32,
    pub(super) actions: u64,
    pub(super) negations: u64,
    pub(super) values: u64,
    /// Words that the lexicon doesn't know or that name things: such a word may be a value.
    pub(super) open: u64,
    /// Words that no phrase uses.
    pub(super) unknown: u64,
    pub(super) corrected: f32,
    pub(super) about: bool,
    /// The request says what not to do: "don't stop nginx".
    pub(super) forbids: bool,
    /// The first word of content, if there is one.
    pub(super) lead: u64,
    best: String,
}

/// A concept, beside a request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Concept {
    /// Terms that have it.
    pub(super) terms: u64,
    /// Its bit, where it is watched: it or its opposite is a term's.
    pub(super) watched: u64,
    /// What a word counts for that has it.
    pub(super) counts: f32,
}

impl Concept {
    fn add(&mut self, term: u64) {
        self.terms |= term;
        self.counts = BY_CONCEPT;
    }
}

/// A word of the request itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// The term, as a bit.
    pub(super) terms: u64,
    /// Terms that the word may stand for besides: all of its concept, where it is none of the request's own words.
    pub(super) others: u64,
    /// What it counts for.
    pub(super) counts: f32,
}

impl Mark {
    fn new(mark: usize) -> Self {
        match mark.checked_sub(1) {
            None => Self {
                terms: 0,
                others: u64::MAX,
                counts: 0.0,
            },
            Some(term) => Self {
                terms: 1 << (term % Terms::LIMIT),
                others: 0,
                counts: 1.0,
            },
        }
    }
}

/// Whether a word may be the opposite of another.
pub(super) fn has_opposite(lexeme: Lexeme) -> bool {
    lexeme.concept != 0 && matches!(lexeme.class, Class::Action | Class::Property)
}

impl Default for Request {
    fn default() -> Self {
        Self {
            terms: Terms::default(),
            by_concept: [Concept::default(); CONCEPTS],
            watched: 0,
            by_mark: std::array::from_fn(Mark::new),
            marks: Vec::new(),
            marked: Vec::new(),
            weights: [0.0; Terms::LIMIT],
            sums: [[0.0; 256]; Terms::LIMIT / 8],
            total: 0.0,
            actions: 0,
            negations: 0,
            values: 0,
            open: 0,
            unknown: 0,
            corrected: 0.0,
            about: false,
            forbids: false,
            lead: 0,
            best: String::new(),
        }
    }
}

impl Request {
    pub(super) fn read(&mut self, request: &Normalised, index: &Index) {
        self.forget();
        self.terms.read(request.tokens());
        self.about = asks_about(&self.terms);
        self.forbids = forbids(&self.terms);
        self.marks.resize_with(index.layers.len() + 1, Vec::new);
        for (marks, layer) in self.marks.iter_mut().zip(index.each_layer()) {
            marks.resize(layer.vocabulary.len(), 0);
        }
        let mut corrections = 0;
        for at in 0..self.terms.terms().len() {
            let term = self.terms.terms()[at];
            let mut uses = index.uses(term.id);
            let mut weight = term.lexeme.weight();
            let mut mended = false;
            if uses == 0 && term.kind == TermKind::Word && corrections < CORRECTIONS {
                corrections += 1;
                mended = self.mend(at, index);
            }
            let term = self.terms.terms()[at];
            if mended {
                uses = index.uses(term.id);
                weight = term.lexeme.weight() * MENDED;
            }
            weight *= index.rarity(uses);
            self.note(at, weight, uses == 0, mended);
            if has_opposite(term.lexeme) {
                let concept = term.lexeme.concept;
                for concept in index.opposites.of(concept).chain([concept]) {
                    self.start_watching(concept);
                }
            }
            for (layer, (source, marks)) in index.each_layer().zip(&mut self.marks).enumerate() {
                if let Some(position) = source.vocabulary.find(term.id) {
                    marks[position as usize] = at as u8 + 1;
                    self.marked.push((layer as u32, position));
                }
            }
        }
        self.sum_up();
    }

    /// The first 64 are watched: no request that says anything has more.
    fn start_watching(&mut self, concept: u8) {
        let concept = &mut self.by_concept[usize::from(concept)];
        if concept.watched == 0 && self.watched < u64::BITS {
            concept.watched = 1 << self.watched;
            self.watched += 1;
        }
    }

    /// The number of a watched concept's bit.
    pub(super) fn watch(&self, concept: u8) -> Option<usize> {
        let bit = self.by_concept[usize::from(concept)].watched;
        (bit != 0).then(|| bit.trailing_zeros() as usize)
    }

    fn sum_up(&mut self) {
        let weights = &self.weights[..self.terms.terms().len()];
        for (sums, weights) in self.sums.iter_mut().zip(weights.chunks(8)) {
            for (at, weight) in weights.iter().enumerate() {
                let (without, with) = sums.split_at_mut(1 << at);
                for (with, without) in with.iter_mut().zip(without) {
                    *with = *without + weight;
                }
            }
        }
    }

    fn forget(&mut self) {
        for (layer, position) in self.marked.drain(..) {
            if let Some(mark) = self
                .marks
                .get_mut(layer as usize)
                .and_then(|m| m.get_mut(position as usize))
            {
                *mark = 0;
            }
        }
        self.by_concept.fill(Concept::default());
        self.watched = 0;
        (self.total, self.corrected, self.lead) = (0.0, 0.0, 0);
        (self.actions, self.negations, self.values, self.open, self.unknown) = (0, 0, 0, 0, 0);
    }

    fn note(&mut self, at: usize, weight: f32, unknown: bool, mended: bool) {
        let term = &mut self.terms.terms_mut()[at];
        term.weight = weight;
        self.weights[at] = weight;
        self.total += weight;
        let bit = 1 << at;
        let concept = usize::from(term.lexeme.concept);
        if concept != 0 {
            self.by_concept[concept].add(bit);
        }
        let says_little = matches!(
            term.lexeme.class,
            Class::Function | Class::Relation | Class::Question | Class::Negation
        );
        if self.lead == 0 && !says_little {
            self.lead = bit;
        }
        match term.lexeme.class {
            Class::Action => self.actions |= bit,
            Class::Negation => self.negations |= bit,
            Class::Value => {
                self.values |= bit;
                self.by_concept[Shape::Any as usize].add(bit);
            }
            Class::Open | Class::Thing => self.open |= bit,
            _ => {}
        }
        if unknown && term.kind == TermKind::Word {
            // Most probably a name, which would drown the rest in the vector.
            term.weight *= UNKNOWN;
            self.unknown |= bit;
        }
        if mended {
            self.corrected += weight;
        }
    }

    /// Replaces a word that no phrase uses by the known word nearest to it, if one is near.
    fn mend(&mut self, at: usize, index: &Index) -> bool {
        let term = self.terms.terms()[at];
        let text = self.terms.text(&term);
        let stem = Stem::of(text.as_bytes());
        let word = stem.as_ref().map_or(text, Stem::as_str);
        if !word.is_ascii() {
            return false;
        }
        let limit = spelling::allowed(word.len());
        if limit == 0 {
            return false;
        }
        let mut found: Option<(usize, std::cmp::Reverse<u32>)> = None;
        for layer in index.each_layer() {
            nearest(&layer.vocabulary, word, limit, &mut found, &mut self.best);
        }
        if found.is_some() {
            self.terms.correct(at, &self.best);
        }
        found.is_some()
    }

    /// Weight of a set of terms.
    pub(super) fn weigh(&self, set: u64) -> f32 {
        let mut sum = self.sums[0][set as usize & 255];
        let (mut rest, mut eight) = (set >> 8, 1);
        while rest != 0 {
            sum += self.sums[eight][rest as usize & 255];
            (rest, eight) = (rest >> 8, eight + 1);
        }
        sum
    }

    /// The `count` heaviest of a set of terms.
    pub(super) fn take(&self, mut set: u64, count: u32) -> u64 {
        let mut taken = 0;
        for _ in 0..count {
            if set == 0 {
                break;
            }
            let mut best = set.trailing_zeros();
            let mut rest = set;
            while rest != 0 {
                let at = rest.trailing_zeros();
                if self.weights[at as usize] > self.weights[best as usize] {
                    best = at;
                }
                rest &= rest - 1;
            }
            taken |= 1 << best;
            set &= !(1 << best);
        }
        taken
    }

    /// The greatest weight in a set of terms.
    pub(super) fn heaviest(&self, mut set: u64) -> f32 {
        let mut most = 0.0f32;
        while set != 0 {
            most = most.max(self.weights[set.trailing_zeros() as usize]);
            set &= set - 1;
        }
        most
    }
}

/// Looks for a word of the vocabulary at the least distance, of those the most used, of those the first.
fn nearest(
    words: &Vocabulary,
    word: &str,
    limit: usize,
    found: &mut Option<(usize, std::cmp::Reverse<u32>)>,
    best: &mut String,
) {
    let letters = spelling::letters(word);
    for (position, known) in words.letters.iter().enumerate() {
        if (known ^ letters).count_ones() as usize > 2 * limit {
            continue;
        }
        let candidate = words.word(position);
        if spelling::allowed(candidate.len()) == 0 || !spelling::starts_alike(word, candidate) {
            continue;
        }
        let Some(distance) = spelling::distance(word, candidate, limit) else {
            continue;
        };
        let key = (distance, std::cmp::Reverse(words.uses[position]));
        if found.is_none_or(|found| key < found) {
            *found = Some(key);
            best.clear();
            best.push_str(candidate);
        }
    }
}

/// Whether the words ask about a thing instead of asking for it: "what does chmod do", "why is git stash permanent",
/// "difference between docker and podman".
fn asks_about(terms: &Terms) -> bool {
    let words = first_words(terms);
    let purpose = terms
        .terms()
        .last()
        .is_some_and(|term| matches!(terms.text(term), "for" | "mean" | "means" | "meant"));
    match words {
        ["what" | "whats", ..] if purpose => true,
        ["why" | "explain" | "should" | "difference", ..]
        | ["when", "should" | "do" | "would", ..]
        | ["how", "does" | "is" | "safe" | "come", ..]
        | ["what", "does" | "happens" | "if", ..]
        | ["what", "is", "a" | "an", ..]
        | ["which", "is", "better" | "safer", ..] => true,
        ["is" | "are", ..] => terms.terms().iter().any(|term| {
            matches!(
                terms.text(term),
                "safe" | "safer" | "better" | "permanent" | "worse"
            )
        }),
        _ => terms.terms().iter().any(|term| terms.text(term) == "supposed"),
    }
}

/// Whether the words say what not to do. "Don't know how full the disk is" asks all the same.
fn forbids(terms: &Terms) -> bool {
    match first_words(terms) {
        ["never", ..] => true,
        ["do", "not", next, ..] => !matches!(
            next,
            "know"
                | "remember"
                | "recall"
                | "have"
                | "think"
                | "see"
                | "get"
                | "understand"
                | "want"
                | "need"
                | "care"
        ),
        _ => false,
    }
}

/// The first six words; empty where there are fewer.
fn first_words(terms: &Terms) -> [&str; 6] {
    std::array::from_fn(|at| terms.terms().get(at).map_or("", |term| terms.text(term)))
}
