//! Finds the phrases that a request is an instance of.

use std::cell::Cell;
use std::ops::{Deref, Range};

use super::kind::{Class, SlotKind, View};
use super::phrase::MAX_SLOTS;
use super::trie::{HAS_SLOTS, HAS_TERMINALS, IS_TAIL, ROOT, TailStep, Terminal, Trie};
use crate::text::Normalised;

/// Longest request that is looked for, in content tokens: phrases are short.
const MAX_TOKENS: usize = 64;
/// Steps after which a search stops: nodes entered and slots tried. Ordinary requests take ten to thirty; only tables
/// made for it take more than a hundred. What was found until then is at most [`Certainty::Sure`].
const MAX_STEPS: u32 = 2048;
/// Most phrases reported as equally good.
const MAX_HITS: usize = 64;

/// How far a match can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// A slot swallowed several free words, or politeness was read as a value, or a file's name as a host or an address.
    Sure,
    /// Every word is the phrase's own or a value of its slot's type.
    Exact,
}

/// What fills a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SlotFill {
    /// Index into [`super::Phrase::slots`].
    pub slot: u8,
    first: u16,
    end: u16,
}

impl SlotFill {
    /// Range of the request's tokens; [`Normalised::value`] gives the text.
    pub fn tokens(&self) -> Range<usize> {
        usize::from(self.first)..usize::from(self.end)
    }
}

/// The filled slots of a match, in the order of the request. A slot that is missing takes its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slots {
    fills: [SlotFill; MAX_SLOTS],
    count: u8,
}

impl Deref for Slots {
    type Target = [SlotFill];
    fn deref(&self) -> &[SlotFill] {
        &self.fills[..usize::from(self.count)]
    }
}

/// A phrase that a request is an instance of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateHit {
    /// As given to [`super::TrieBuilder::insert`].
    pub phrase_id: u32,
    /// As given to [`super::TrieBuilder::insert`].
    pub rank: u8,
    /// How many of the request's tokens are the phrase's own words.
    pub literals: u32,
    /// How many slots are filled by values that cannot be mistaken for ordinary words: numbers, choices, addresses with a
    /// scheme, patterns.
    pub strict: u32,
    /// How far it can be trusted.
    pub certainty: Certainty,
    /// Its values.
    pub slots: Slots,
}

impl TemplateHit {
    /// Most literal text, then certainty, then rank, then strictness: `kill {{pid:int}}` goes before `kill {{name:word}}`.
    fn order(&self) -> (u32, Certainty, u8, u32) {
        (self.literals, self.certainty, u8::MAX - self.rank, self.strict)
    }
}

/// Memory that searches use again. After a few searches they allocate nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    content: Vec<u16>,
    classes: Vec<Cell<Class>>,
    places: Vec<u64>,
    words: Vec<Option<u32>>,
    seen: Seen,
}

impl<B: AsRef<[u8]>> Trie<B> {
    /// Finds the phrases that `request` is an instance of, and keeps the best in `out`: one, or several that are equally
    /// good, by id. `out` may hold the hits of another trie (the shared layer of a namespace): both are then compared; ids must
    /// not mean different phrases in the two.
    ///
    /// Filler is left out. Where nothing is found so, it is read as ordinary words ("say thanks"), and the match is at
    /// most [`Certainty::Sure`].
    ///
    /// Time: one table lookup a token, and one for each way in which slots can be filled; a search stops after 2048 such
    /// steps. States that are reached again behind a slot for free text are not searched again, so that several of these
    /// in one phrase cost no more than tokens times slots.
    pub fn find(&self, request: &Normalised, scratch: &mut Scratch, out: &mut Vec<TemplateHit>) {
        let tokens = request.tokens();
        let has_filler = tokens.iter().any(|token| token.filler);
        let before = out.len();
        for with_filler in [false, true] {
            if with_filler && (!has_filler || out.len() > before || before > 0) {
                return;
            }
            scratch.content.clear();
            scratch.content.extend(
                (0..tokens.len().min(4 * MAX_TOKENS))
                    .filter(|&at| with_filler || !tokens[at].filler)
                    .map(|at| at as u16),
            );
            if scratch.content.len() > MAX_TOKENS || tokens.len() > 4 * MAX_TOKENS {
                return;
            }
            scratch.classes.clear();
            scratch.classes.resize(scratch.content.len(), Cell::default());
            let ids = scratch.content.iter().map(|&at| tokens[usize::from(at)].id);
            scratch.places.clear();
            scratch
                .places
                .extend(ids.clone().map(|id| self.first_word_at(id)));
            scratch.words.clear();
            scratch
                .words
                .extend(ids.zip(&scratch.places).map(|(id, first)| self.word(id, *first)));
            scratch.seen.forget();
            let mut search = Search {
                trie: self,
                view: View {
                    request,
                    content: &scratch.content,
                    classes: &scratch.classes,
                },
                words: &scratch.words,
                seen: &mut scratch.seen,
                best: if with_filler {
                    Certainty::Sure
                } else {
                    Certainty::Exact
                },
                steps: 0,
                out,
            };
            let start = Path {
                node: ROOT,
                flags: self.flags(ROOT),
                at: 0,
                ..Path::default()
            };
            search.walk(start, &mut Slots::default());
            if search.steps > MAX_STEPS {
                for hit in out.iter_mut() {
                    hit.certainty = Certainty::Sure;
                }
            }
            out.sort_unstable_by_key(|hit| hit.phrase_id);
        }
    }
}

/// A place in the search: a node, a token, and what led there.
#[derive(Clone, Copy, Default)]
struct Path {
    node: u32,
    flags: u32,
    at: usize,
    literals: u32,
    strict: u32,
    /// Some slot swallowed more than one free word.
    free: bool,
    /// Some slot could have taken more or fewer words, so that this place can be reached again.
    branched: bool,
}

struct Search<'a, B> {
    trie: &'a Trie<B>,
    view: View<'a>,
    words: &'a [Option<u32>],
    seen: &'a mut Seen,
    /// The most that a hit can be.
    best: Certainty,
    steps: u32,
    out: &'a mut Vec<TemplateHit>,
}

impl<B: AsRef<[u8]>> Search<'_, B> {
    fn walk(&mut self, path: Path, slots: &mut Slots) {
        self.steps += 1;
        let left = self.words.len() - path.at;
        // Even if every token that is left is literal, something better is found already.
        let hopeless = self
            .out
            .first()
            .is_some_and(|best| path.literals + (left as u32) < best.literals);
        if self.steps > MAX_STEPS || hopeless || (path.branched && !self.seen.is_new(path)) {
            return;
        }
        let trie = self.trie;
        if path.flags & IS_TAIL != 0 {
            return self.walk_tail(path, slots);
        }
        if left == 0 {
            if path.flags & HAS_TERMINALS != 0 {
                self.report(path, slots, trie.terminals(path.node));
            }
            return;
        }
        if let Some(word) = self.words[path.at]
            && let Some((node, flags)) = trie.edge(path.node, word)
        {
            self.walk(
                Path {
                    node,
                    flags,
                    at: path.at + 1,
                    literals: path.literals + 1,
                    ..path
                },
                slots,
            );
        }
        if path.flags & HAS_SLOTS == 0 {
            return;
        }
        for (kind, node, flags) in trie.slot_edges(path.node) {
            self.fill(kind, Path { node, flags, ..path }, slots);
        }
    }

    fn walk_tail(&mut self, mut path: Path, slots: &mut Slots) {
        let trie = self.trie;
        while let Some(step) = trie.tail(path.node) {
            path.node += 1;
            match (step, self.words.get(path.at)) {
                (TailStep::Word(word), Some(Some(asked))) if word == *asked => {
                    path.at += 1;
                    path.literals += 1;
                }
                (TailStep::Slot(kind), Some(_)) => return self.fill(kind, path, slots),
                (TailStep::End(range), None) => return self.report(path, slots, trie.tail_terminals(range)),
                _ => return,
            }
        }
    }

    fn fill(&mut self, kind: &SlotKind, path: Path, slots: &mut Slots) {
        self.steps += 1;
        if self.steps > MAX_STEPS || usize::from(slots.count) == MAX_SLOTS {
            return;
        }
        let view = self.view;
        let strict = path.strict + u32::from(kind.is_strict(view, path.at));
        let variable = kind.is_variable();
        kind.try_at(view, path.at, |count, certainty| {
            let place = usize::from(slots.count);
            let last = view.content[path.at + count - 1];
            slots.fills[place] = SlotFill {
                slot: 0,
                first: view.content[path.at],
                end: last + 1,
            };
            slots.count += 1;
            let free = path.free || certainty == Certainty::Sure;
            let branched = path.branched || variable;
            self.walk(
                Path {
                    at: path.at + count,
                    strict,
                    free,
                    branched,
                    ..path
                },
                slots,
            );
            slots.count -= 1;
        });
    }

    fn report(&mut self, path: Path, slots: &Slots, terminals: impl Iterator<Item = Terminal>) {
        let certainty = if path.free {
            Certainty::Sure
        } else {
            Certainty::Exact
        }
        .min(self.best);
        for terminal in terminals {
            let mut hit = TemplateHit {
                phrase_id: terminal.phrase_id,
                rank: terminal.rank,
                literals: path.literals,
                strict: path.strict,
                certainty,
                slots: *slots,
            };
            for (place, fill) in hit
                .slots
                .fills
                .iter_mut()
                .enumerate()
                .take(usize::from(slots.count))
            {
                fill.slot = (terminal.slot_map >> (4 * place)) as u8 & 15;
            }
            match self.out.first().map(|best| hit.order().cmp(&best.order())) {
                None | Some(std::cmp::Ordering::Greater) => {
                    self.out.clear();
                    self.out.push(hit);
                }
                Some(std::cmp::Ordering::Equal) => {
                    let known = self.out.iter().any(|other| other.phrase_id == hit.phrase_id);
                    if !known && self.out.len() < MAX_HITS {
                        self.out.push(hit);
                    }
                }
                Some(std::cmp::Ordering::Less) => {}
            }
        }
    }
}

/// Places that a search has been at. Holds what fits; a place that does not fit is searched again, within the steps that
/// a search may take.
#[derive(Debug, Default)]
struct Seen {
    places: Vec<(u32, u32, u32)>,
    generation: u32,
}

impl Seen {
    const CAPACITY: usize = 1024;

    fn forget(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.places.clear();
            self.generation = 1;
        }
    }

    fn is_new(&mut self, path: Path) -> bool {
        self.places.resize(Self::CAPACITY, (0, 0, 0));
        let place = ((path.at as u32) << 1) | u32::from(path.free);
        // A node and a place among the tails may have the same number.
        let node = path.node ^ (path.flags & IS_TAIL) << 29;
        let start = (node ^ (place << 7)).wrapping_mul(0x9e37_79b9) >> 16;
        for probe in 0..8 {
            let entry = &mut self.places[(start as usize + probe) % Self::CAPACITY];
            if entry.0 != self.generation {
                *entry = (self.generation, node, place);
                return true;
            }
            if (entry.1, entry.2) == (node, place) {
                return false;
            }
        }
        true
    }
}
