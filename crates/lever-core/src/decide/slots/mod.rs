//! Values for the parameters of a phrase that a request means without being an instance of it.
//!
//! Every value that the request shows (numbers, paths, hosts, quoted text, words that the command's phrases never use) may
//! fill any parameter whose kind it fits. All ways to fill are weighed by the words around: "of app.log" fills the
//! parameter that follows "of" in the phrase. One clear way binds; nothing is ever guessed.

use std::ops::Range;

use crate::command::ParamKind;
use crate::embed::lexicon::{self, Class, Shape};
use crate::embed::{shape_of_value, word_id};
use crate::text::{Normalised, Token, TokenKind, digits, is_stop_word};

mod pattern;
mod reading;
mod weights;

pub use pattern::{PhrasePattern, SlotPattern};
pub use reading::{Matched, READING_FEATURES, Reading, read_best, weigh_readings};
pub use weights::{MODEL, ReadingModel};

/// Most values and words of a request that are weighed.
const VALUES: usize = 8;
/// Most parameters of a phrase that are filled this way.
const SLOTS: usize = 4;
/// Tokens of a request that are looked at: who pastes more names no value in what follows.
const LOOKED_AT: usize = 128;

/// The tokens of a request in which values are looked for.
fn looked_at(request: &Normalised) -> &[Token] {
    let tokens = request.tokens();
    &tokens[..tokens.len().min(LOOKED_AT)]
}

/// One parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotValue {
    /// Name of the parameter.
    pub name: String,
    /// The value, byte for byte as it stands in the request; of a number in words, its digits.
    pub text: String,
    /// Its bytes in the request.
    pub span: Range<usize>,
}

/// What a request says about a phrase's parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slots {
    /// Every parameter without a default has its one value.
    Bound(Vec<SlotValue>),
    /// These have none. What was found for the others comes with it.
    Missing {
        /// Names of the parameters without a value.
        names: Vec<String>,
        /// Values of the others.
        found: Vec<SlotValue>,
    },
    /// The request can be read in more than one way; this is the best of them.
    Ambiguous(Vec<SlotValue>),
}

/// One value that the request shows.
struct Shown {
    at: usize,
    shape: Shape,
    /// A number, path, host or quotation: not a bare word.
    strong: bool,
    /// A word of the language that is seldom a value: it takes a word beside it that says so.
    common: bool,
    /// What it is worth where it is a number in words; none of "two hundred", which nothing takes.
    numeral: Option<Numeral>,
}

/// A number in words.
#[derive(Clone, Copy)]
enum Numeral {
    Digits(&'static str),
    Compound,
}

impl Shown {
    /// The value for a parameter.
    fn text<'a>(&self, request: &'a Normalised) -> &'a str {
        match self.numeral {
            Some(Numeral::Digits(digits)) => digits,
            _ => request.value(self.at..self.at + 1),
        }
    }
}

/// Weight of a way to fill parameters: what speaks for it, and whether any of it hangs on a guess.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fit {
    score: f32,
    certain: bool,
}

/// The best way to fill, and how good the next one is.
struct Readings {
    best: Option<(Fit, Vec<Option<usize>>)>,
    second: f32,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            best: None,
            second: f32::NEG_INFINITY,
        }
    }
}

impl Readings {
    fn offer(&mut self, fit: Fit, chosen: &[Option<usize>]) {
        match &mut self.best {
            Some((best, _)) if fit.score <= best.score => self.second = self.second.max(fit.score),
            Some((best, kept)) => {
                self.second = best.score;
                *best = fit;
                chosen.clone_into(kept);
            }
            None => self.best = Some((fit, chosen.to_vec())),
        }
    }
}

/// Finds values for the parameters of `pattern` in `request`. `explained` says whether the command's phrases use a word
/// (by [`word_id`]): such a word is no value.
pub fn fill(request: &Normalised, pattern: &PhrasePattern, explained: &dyn Fn(u64) -> bool) -> Slots {
    Filling::find(request, pattern, explained).slots
}

/// The best way to fill a phrase's parameters, and what it was judged by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filling {
    pub(super) slots: Slots,
    /// Tokens of the request that are values.
    pub(super) taken: Vec<usize>,
    pub(super) score: f32,
    /// How much better it is than the next best way.
    pub(super) margin: f32,
    /// Every value is typed or cued.
    pub(super) certain: bool,
    /// Values that show what they are: numbers, paths, hosts, quotations.
    pub(super) strong: u32,
    /// Parameters without a default that have no value.
    pub(super) missing: u32,
    /// Values of the request that found no place: such that show what they are, and bare words.
    pub(super) left: [u32; 2],
}

impl Filling {
    pub(super) fn find(
        request: &Normalised,
        pattern: &PhrasePattern,
        explained: &dyn Fn(u64) -> bool,
    ) -> Self {
        let shown = shown(request, pattern, explained);
        let slots = &pattern.slots[..pattern.slots.len().min(SLOTS)];
        let mut readings = Readings::default();
        assign(request, slots, &shown, &mut Vec::new(), &mut readings);
        let (fit, best) = readings.best.unwrap_or_else(|| {
            let nothing = Fit {
                score: 0.0,
                certain: true,
            };
            (nothing, Vec::new())
        });
        let margin = (fit.score - readings.second).min(MOST_MARGIN);
        let found: Vec<SlotValue> = slots
            .iter()
            .zip(&best)
            .filter_map(|(slot, at)| {
                let shown = &shown[(*at)?];
                let span = request.value_span(shown.at..shown.at + 1);
                Some(SlotValue {
                    name: slot.name.clone(),
                    text: shown.text(request).to_owned(),
                    span,
                })
            })
            .collect();
        let names: Vec<String> = pattern
            .slots
            .iter()
            .enumerate()
            .filter(|(at, slot)| !slot.optional && best.get(*at).copied().flatten().is_none())
            .map(|(_, slot)| slot.name.clone())
            .collect();
        let chosen = || best.iter().flatten().map(|number| &shown[*number]);
        let left = |strong: bool| {
            shown
                .iter()
                .enumerate()
                .filter(|(number, value)| {
                    value.strong == strong && !value.common && !best.contains(&Some(*number))
                })
                .count() as u32
        };
        let left = [left(true), left(false)];
        let missing = names.len() as u32;
        // A value, or a bare word where another bare word was taken, that found no place.
        let bare = chosen().any(|value| !value.strong);
        let spare = left[0] > 0 || bare && left[1] > 0;
        let choice = looked_at(request)
            .iter()
            .any(|token| matches!(&*token.text, "or" | "either" | "maybe"));
        let (strong, taken) = (
            chosen().filter(|value| value.strong).count() as u32,
            chosen().map(|value| value.at).collect(),
        );
        let slots = if missing > 0 {
            Slots::Missing { names, found }
        } else if margin < MARGIN || spare || !fit.certain || choice {
            Slots::Ambiguous(found)
        } else {
            Slots::Bound(found)
        };
        Self {
            slots,
            taken,
            score: fit.score,
            margin,
            certain: fit.certain,
            strong,
            missing,
            left,
        }
    }
}

/// More than this says no more.
const MOST_MARGIN: f32 = 4.0;

/// How much better the best way to fill must be than the next.
const MARGIN: f32 = 0.75;

fn shown(request: &Normalised, pattern: &PhrasePattern, explained: &dyn Fn(u64) -> bool) -> Vec<Shown> {
    let free = pattern.slots.iter().any(|slot| slot.shape != Shape::Number);
    let chosen = |text: &str| {
        let mut kinds = pattern.slots.iter().map(|slot| &slot.kind);
        kinds.any(|kind| matches!(kind, ParamKind::Choice(_)) && kind.accepts(text))
    };
    let mut values: Vec<Shown> = Vec::new();
    for (at, token) in looked_at(request)
        .iter()
        .enumerate()
        .filter(|(_, token)| !token.filler)
    {
        let numeral = numeral(request, pattern, at);
        let (shape, strong, common) = match token.kind {
            TokenKind::Word if numeral.is_some() => (Shape::Number, true, false),
            TokenKind::Number => (Shape::Number, true, false),
            TokenKind::Quoted => (Shape::Other, true, false),
            TokenKind::Value => (shape_of_value(&token.text), true, false),
            TokenKind::Word if chosen(&token.text) => (Shape::Other, true, false),
            TokenKind::Word => {
                let id = word_id(&token.text);
                let odd = token.text.bytes().any(|b| b.is_ascii_digit() || b == b'_');
                let little = match lexicon::look_up(id).class {
                    Class::Function | Class::Relation | Class::Question | Class::Negation => true,
                    _ => is_stop_word(&token.text),
                };
                // "Namespace" says what the next word is, and is none itself.
                let names = pattern.slots.iter().any(|slot| slot.is_named(id));
                if !free || pattern.words.contains(&id) || (little || names) && !odd {
                    continue;
                }
                let common = !odd && (explained(id) || lexicon::look_up(id).class != Class::Open);
                (Shape::Any, odd, common)
            }
        };
        if token.kind == TokenKind::Value && pattern.words.contains(&word_id(&token.text)) {
            continue;
        }
        values.push(Shown {
            at,
            shape,
            strong,
            common,
            numeral,
        });
    }
    values.sort_by_key(|value| (!value.strong, value.common, value.at));
    values.truncate(VALUES);
    values.sort_by_key(|value| value.at);
    values
}

/// A number in words, where the command takes numbers and no phrase has the word. "One" is a number only before what is counted.
fn numeral(request: &Normalised, pattern: &PhrasePattern, at: usize) -> Option<Numeral> {
    let tokens = request.tokens();
    let word = |at: usize| tokens.get(at).filter(|token| token.kind == TokenKind::Word);
    let text = &*word(at)?.text;
    let value = digits(text)?;
    if !pattern.counts || pattern.words.contains(&word_id(text)) {
        return None;
    }
    let counted = |id: u64| pattern.slots.iter().any(|slot| slot.after == Some(id));
    if text == "one" && !word(at + 1).is_some_and(|next| counted(word_id(&next.text))) {
        return None;
    }
    let beside = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.kind == TokenKind::Number || token.kind == TokenKind::Word && digits(&token.text).is_some()
        })
    };
    if beside(at + 1) || at > 0 && beside(at - 1) {
        return Some(Numeral::Compound);
    }
    Some(Numeral::Digits(value))
}

fn assign(
    request: &Normalised,
    slots: &[SlotPattern],
    shown: &[Shown],
    chosen: &mut Vec<Option<usize>>,
    readings: &mut Readings,
) {
    let Some(slot) = slots.get(chosen.len()) else {
        readings.offer(weigh(request, slots, shown, chosen), chosen);
        return;
    };
    for (number, value) in shown.iter().enumerate() {
        if !chosen.contains(&Some(number)) && fits(request, slot, value) {
            chosen.push(Some(number));
            assign(request, slots, shown, chosen, readings);
            chosen.pop();
        }
    }
    chosen.push(None);
    assign(request, slots, shown, chosen, readings);
    chosen.pop();
}

fn fits(request: &Normalised, slot: &SlotPattern, value: &Shown) -> bool {
    let named = matches!(slot.shape, Shape::Path | Shape::Host) && value.shape == Shape::Number;
    match value.numeral {
        Some(Numeral::Digits(digits)) => slot.shape == Shape::Number && slot.kind.accepts(digits),
        Some(Numeral::Compound) => false,
        None => !named && slot.kind.accepts(value.text(request)),
    }
}

/// What a file's ending says of its role: archives are packed and unpacked, folders have no ending.
fn role(slot: &SlotPattern, text: &str) -> f32 {
    if slot.shape != Shape::Path {
        return 0.0;
    }
    let name = text.rsplit('/').next().unwrap_or(text);
    let ending = name
        .rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty())
        .map(|(_, ending)| ending);
    let packed = matches!(
        ending,
        Some("zip" | "tar" | "gz" | "tgz" | "xz" | "bz2" | "zst" | "7z" | "rar")
    );
    if slot.name.contains("archive") {
        if packed { 0.7 } else { -0.5 }
    } else if slot.kind == ParamKind::Dir {
        if ending.is_some() { -0.7 } else { 0.3 }
    } else {
        0.0
    }
}

fn weigh(request: &Normalised, slots: &[SlotPattern], shown: &[Shown], chosen: &[Option<usize>]) -> Fit {
    let mut fit = Fit {
        score: 0.0,
        certain: true,
    };
    let mut last = 0;
    for (slot, number) in slots.iter().zip(chosen) {
        let Some(number) = number else {
            fit.score -= if slot.optional { 0.6 } else { 2.0 };
            continue;
        };
        let value = &shown[*number];
        let typed = slot.shape == value.shape && value.strong;
        let cued = cue(request, slot, value);
        fit.score += if typed { 1.0 } else { 0.0 } + if value.strong { 0.7 } else { 0.0 } + cued;
        if slot.shape == Shape::Path && value.shape == Shape::Host
            || slot.shape == Shape::Host && value.shape == Shape::Path
        {
            fit.score -= 0.8;
            fit.certain = false;
        }
        if slot.shape == Shape::Any && value.strong && value.shape == Shape::Number {
            fit.score -= 0.4;
        }
        fit.score += role(slot, request.value(value.at..value.at + 1));
        if value.common {
            fit.score -= if cued >= 1.0 { 0.3 } else { 2.5 };
        }
        if !value.strong && asks_for(request, value.at) {
            fit.score -= 2.5;
            fit.certain = false;
        }
        if !value.strong && is_described(request, slot, value.at) {
            fit.score -= if matches!(slot.shape, Shape::Path | Shape::Host) {
                1.5
            } else {
                0.3
            };
            fit.certain = false;
        }
        if other_unit(request, slot, value) {
            fit.score -= 0.7;
            fit.certain = false;
        }
        let told = matches!(slot.kind, ParamKind::Choice(_) | ParamKind::Regex(_));
        fit.certain &= typed || told || cued >= 1.0;
        fit.certain &= value.strong || slot.kind != ParamKind::Text || ends_here(request, value);
        if value.at < last {
            fit.score -= 0.2;
        }
        last = value.at;
    }
    let left = shown
        .iter()
        .enumerate()
        .filter(|(n, value)| value.strong && !chosen.contains(&Some(*n)))
        .count();
    fit.score -= left as f32;
    fit
}

/// How much the words around a value say that it is this parameter's: 1 where one stands as in the phrase, or names it.
fn cue(request: &Normalised, slot: &SlotPattern, value: &Shown) -> f32 {
    let tokens = request.tokens();
    let mut before = value.at;
    let mut score = 0.0f32;
    while before > 0 {
        before -= 1;
        let token = &tokens[before];
        if token.filler || matches!(&*token.text, "the" | "a" | "an" | "my" | "this" | "that") {
            continue;
        }
        let id = word_id(&token.text);
        if slot.names.contains(&id) {
            score += 1.0;
        } else if slot.before == Some(id) {
            // The verb before the first parameter often stands before another one too.
            score += if lexicon::look_up(id).class == Class::Action {
                VERB
            } else {
                1.0
            };
        } else if same_relation(&token.text, &slot.before_text) {
            score += 0.6;
        }
        break;
    }
    // "the src folder into": the folder is not what stands before "into".
    let mut after = value.at + 1;
    if let Some(token) = tokens.get(after)
        && slot.is_named(word_id(&token.text))
    {
        score += 0.6;
        after += 1;
    }
    if let Some(token) = tokens.get(after) {
        let id = word_id(&token.text);
        if slot.after == Some(id) || slot.names.contains(&id) {
            score += 1.0;
        }
    }
    score
}

/// What a verb before a value says, compared with a preposition or a name.
const VERB: f32 = 0.4;

/// Whether a word begins the request and has an object: a verb, whatever else it could be ("write a dump of crm").
fn asks_for(request: &Normalised, at: usize) -> bool {
    let tokens = request.tokens();
    let first = tokens[..at].iter().all(|token| token.filler);
    first
        && tokens.get(at + 1).is_some_and(|token| {
            matches!(
                &*token.text,
                "a" | "an"
                    | "the"
                    | "my"
                    | "me"
                    | "us"
                    | "this"
                    | "that"
                    | "these"
                    | "all"
                    | "every"
                    | "it"
                    | "up"
                    | "over"
            )
        })
}

/// Whether a word tells a thing instead of naming one: "copy it to the server".
fn is_described(request: &Normalised, slot: &SlotPattern, at: usize) -> bool {
    let tokens = request.tokens();
    let article = |word: &str| {
        matches!(
            word,
            "the" | "a" | "an" | "my" | "this" | "that" | "our" | "these"
        )
    };
    // "Turn off the light in the {{room}}" has the article itself.
    let told = at > 0 && article(&tokens[at - 1].text) && !article(&slot.before_text);
    let next = tokens.get(at + 1);
    told && !next.is_some_and(|token| slot.is_named(word_id(&token.text)))
}

/// Whether a number counts something else than the parameter does: "4 pieces" for "of {{n}} lines".
fn other_unit(request: &Normalised, slot: &SlotPattern, value: &Shown) -> bool {
    let Some(unit) = slot.after.filter(|_| value.shape == Shape::Number) else {
        return false;
    };
    let counts = |id: u64| {
        matches!(
            lexicon::look_up(id).class,
            Class::Open | Class::Thing | Class::Commonplace
        )
    };
    request.tokens().get(value.at + 1).is_some_and(|token| {
        let id = word_id(&token.text);
        token.kind == TokenKind::Word && !token.filler && counts(unit) && counts(id) && id != unit
    })
}

/// Whether a bare word stands alone: what follows is the end, or a word that relates it to something else. "Lunch" in
/// "saying lunch is moved" doesn't.
fn ends_here(request: &Normalised, value: &Shown) -> bool {
    request
        .tokens()
        .get(value.at + 1)
        .is_none_or(|token| token.filler || lexicon::look_up(word_id(&token.text)).class == Class::Relation)
}

/// Whether two little words relate things in the same way.
fn same_relation(a: &str, b: &str) -> bool {
    const SAME: &[&[&str]] = &[
        &["to", "into", "onto", "towards", "at"],
        &["from", "of", "off", "out"],
        &["in", "inside", "under", "within", "of", "on", "at"],
        &["called", "named", "as", "name"],
        &["by", "with", "using", "for"],
    ];
    SAME.iter().any(|group| group.contains(&a) && group.contains(&b))
}

#[cfg(test)]
mod tests;
