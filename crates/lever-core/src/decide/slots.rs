//! Values for the parameters of a phrase that a request means without being an instance of it.
//!
//! Every value that the request shows (numbers, paths, hosts, quoted text, words that the command's phrases never use) may
//! fill any parameter whose kind it fits. All ways to fill are weighed by the words around: "of app.log" fills the
//! parameter that follows "of" in the phrase. One clear way binds; nothing is ever guessed.

use std::ops::Range;

use crate::embed::lexicon::{self, Class, Shape};
use crate::embed::{shape_of_slot, shape_of_value, word_id};
use crate::text::{Normalised, TokenKind, is_stop_word, normalise};

/// Most values and words of a request that are weighed.
const VALUES: usize = 8;
/// Most parameters of a phrase that are filled this way.
const SLOTS: usize = 4;

/// A parameter of a phrase, with the words that stand around it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotPattern {
    /// Its name.
    pub name: String,
    /// Whether it may be left out.
    pub optional: bool,
    shape: Shape,
    before: Option<u64>,
    before_text: String,
    after: Option<u64>,
    names: Vec<u64>,
}

/// The parameters of a phrase and its words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PhrasePattern {
    /// Its parameters, in its order.
    pub slots: Vec<SlotPattern>,
    words: Vec<u64>,
}

/// One parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotValue {
    /// Name of the parameter.
    pub name: String,
    /// The value, byte for byte as it stands in the request.
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

impl PhrasePattern {
    /// Reads the parameters of a phrase: `show the last {{n:int=20}} lines of {{file:path}}`.
    pub fn read(phrase: &str) -> Self {
        let mut pattern = Self::default();
        let mut rest = phrase;
        let mut last: Option<String> = None;
        while let Some((before, after)) = rest.split_once("{{") {
            let words = pattern.add_words(before);
            if let (Some(slot), Some(first)) = (pattern.slots.last_mut(), words.first()) {
                slot.after = Some(word_id(first));
            }
            last = words
                .last()
                .cloned()
                .or(if before.trim().is_empty() { None } else { last });
            let (inner, after) = after.split_once("}}").unwrap_or((after, ""));
            let (declared, default) = match inner.split_once('=') {
                Some((declared, _)) => (declared, true),
                None => (inner, false),
            };
            let (name, kind) = match declared.split_once(':') {
                Some((name, kind)) => (name.trim(), Some(kind.trim())),
                None => (declared.trim(), None),
            };
            pattern.slots.push(SlotPattern {
                name: name.to_owned(),
                optional: default,
                shape: shape_of_slot(name, kind),
                before: last.as_deref().map(word_id),
                before_text: last.take().unwrap_or_default(),
                after: None,
                names: name.split(['_', '-']).map(word_id).collect(),
            });
            rest = after;
        }
        let words = pattern.add_words(rest);
        if let (Some(slot), Some(first)) = (pattern.slots.last_mut(), words.first()) {
            slot.after = Some(word_id(first));
        }
        pattern
    }

    fn add_words(&mut self, text: &str) -> Vec<String> {
        let Ok(read) = normalise(text) else {
            return Vec::new();
        };
        let words: Vec<String> = read
            .tokens()
            .iter()
            .filter(|t| !t.filler)
            .map(|t| t.text.to_string())
            .collect();
        self.words.extend(words.iter().map(|word| word_id(word)));
        words
    }
}

/// One value that the request shows.
struct Shown {
    at: usize,
    shape: Shape,
    /// A number, path, host or quotation: not a bare word.
    strong: bool,
}

/// Weight of a way to fill parameters: what speaks for it, and whether any of it hangs on a guess.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fit {
    score: f32,
    certain: bool,
}

/// Finds values for the parameters of `pattern` in `request`. `explained` says whether the command's phrases use a word
/// (by [`word_id`]): such a word is no value.
pub fn fill(request: &Normalised, pattern: &PhrasePattern, explained: &dyn Fn(u64) -> bool) -> Slots {
    let shown = shown(request, pattern, explained);
    let slots = &pattern.slots[..pattern.slots.len().min(SLOTS)];
    let mut readings: Vec<(Fit, Vec<Option<usize>>)> = Vec::new();
    assign(request, slots, &shown, &mut Vec::new(), &mut readings);
    readings.sort_by(|a, b| b.0.score.total_cmp(&a.0.score));
    let Some((fit, best)) = readings.first() else {
        return Slots::Bound(Vec::new());
    };
    let found: Vec<SlotValue> = slots
        .iter()
        .zip(best)
        .filter_map(|(slot, at)| {
            let shown = &shown[(*at)?];
            let span = request.value_span(shown.at..shown.at + 1);
            Some(SlotValue {
                name: slot.name.clone(),
                text: request.original()[span.clone()].to_owned(),
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
    if !names.is_empty() {
        return Slots::Missing { names, found };
    }
    let rival = readings
        .get(1)
        .is_some_and(|(other, _)| fit.score - other.score < MARGIN);
    let left = shown
        .iter()
        .enumerate()
        .any(|(number, value)| value.strong && !best.contains(&Some(number)));
    let choice = request
        .tokens()
        .iter()
        .any(|token| matches!(&*token.text, "or" | "either" | "maybe"));
    if rival || left || !fit.certain || choice {
        Slots::Ambiguous(found)
    } else {
        Slots::Bound(found)
    }
}

/// How much better the best way to fill must be than the next.
const MARGIN: f32 = 0.75;

fn shown(request: &Normalised, pattern: &PhrasePattern, explained: &dyn Fn(u64) -> bool) -> Vec<Shown> {
    let free = pattern.slots.iter().any(|slot| slot.shape != Shape::Number);
    let mut values: Vec<Shown> = Vec::new();
    for (at, token) in request
        .tokens()
        .iter()
        .enumerate()
        .filter(|(_, token)| !token.filler)
    {
        let (shape, strong) = match token.kind {
            TokenKind::Number => (Shape::Number, true),
            TokenKind::Quoted => (Shape::Other, true),
            TokenKind::Value => (shape_of_value(&token.text), true),
            TokenKind::Word => {
                let id = word_id(&token.text);
                let class = lexicon::look_up(id).class;
                let odd = token.text.bytes().any(|b| b.is_ascii_digit() || b == b'_');
                let plain = matches!(class, Class::Open) && !is_stop_word(&token.text);
                if !free || pattern.words.contains(&id) || !(odd || plain && !explained(id)) {
                    continue;
                }
                (Shape::Any, odd)
            }
        };
        if strong && token.kind == TokenKind::Value && pattern.words.contains(&word_id(&token.text)) {
            continue;
        }
        values.push(Shown { at, shape, strong });
    }
    values.sort_by_key(|value| (!value.strong, value.at));
    values.truncate(VALUES);
    values.sort_by_key(|value| value.at);
    values
}

fn assign(
    request: &Normalised,
    slots: &[SlotPattern],
    shown: &[Shown],
    chosen: &mut Vec<Option<usize>>,
    readings: &mut Vec<(Fit, Vec<Option<usize>>)>,
) {
    let Some(slot) = slots.get(chosen.len()) else {
        readings.push((weigh(request, slots, shown, chosen), chosen.clone()));
        return;
    };
    for (number, value) in shown.iter().enumerate() {
        if !chosen.contains(&Some(number)) && fits(slot, value) {
            chosen.push(Some(number));
            assign(request, slots, shown, chosen, readings);
            chosen.pop();
        }
    }
    chosen.push(None);
    assign(request, slots, shown, chosen, readings);
    chosen.pop();
}

fn fits(slot: &SlotPattern, value: &Shown) -> bool {
    match slot.shape {
        Shape::Number => value.shape == Shape::Number,
        Shape::Any | Shape::Other => true,
        Shape::Path | Shape::Host => value.shape != Shape::Number,
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
        }
        if slot.shape == Shape::Any && value.strong && value.shape == Shape::Number {
            fit.score -= 0.4;
        }
        fit.certain &= typed || cued >= 1.0;
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
        if slot.before == Some(id) || slot.names.contains(&id) {
            score += 1.0;
        } else if same_relation(&token.text, &slot.before_text) {
            score += 0.6;
        }
        break;
    }
    if let Some(token) = tokens.get(value.at + 1) {
        let id = word_id(&token.text);
        if slot.after == Some(id) || slot.names.contains(&id) {
            score += 1.0;
        }
    }
    score
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
mod tests {
    use super::*;

    fn read(phrase: &str, request: &str) -> Slots {
        let pattern = PhrasePattern::read(phrase);
        let words = pattern.words.clone();
        fill(&normalise(request).unwrap(), &pattern, &|id| words.contains(&id))
    }

    fn bound(phrase: &str, request: &str) -> Vec<(String, String)> {
        match read(phrase, request) {
            Slots::Bound(values) => values.into_iter().map(|value| (value.name, value.text)).collect(),
            other => panic!("{request}: {other:?}"),
        }
    }

    fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
        values
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    }

    const TAIL: &str = "show the last {{n:int=20}} lines of {{file:path}}";

    #[test]
    fn typed_values_bind_in_any_order() {
        assert_eq!(
            bound(TAIL, "what are the last 50 lines of app.log"),
            pairs(&[("n", "50"), ("file", "app.log")])
        );
        assert_eq!(
            bound(TAIL, "App.log, last 50 lines"),
            pairs(&[("n", "50"), ("file", "App.log")])
        );
        assert_eq!(
            bound(TAIL, "end of /var/log/Syslog"),
            pairs(&[("file", "/var/log/Syslog")])
        );
    }

    #[test]
    fn cues_tell_values_of_one_kind_apart() {
        assert_eq!(
            bound(
                "copy {{src:path}} to {{dest:path}}",
                "put to /backup a copy of ~/docs"
            ),
            pairs(&[("src", "~/docs"), ("dest", "/backup")])
        );
    }

    #[test]
    fn a_missing_value_is_named() {
        assert_eq!(
            read(TAIL, "show the last lines"),
            Slots::Missing {
                names: vec!["file".into()],
                found: vec![]
            }
        );
    }

    #[test]
    fn two_values_for_one_parameter_are_a_question() {
        assert!(matches!(
            read("count lines in {{file:path}}", "count lines in a.txt or b.txt"),
            Slots::Ambiguous(_)
        ));
        assert!(matches!(
            read("count lines in {{file:path}}", "count lines in a.txt and b.txt"),
            Slots::Ambiguous(_)
        ));
    }

    #[test]
    fn a_bare_word_without_a_cue_is_not_bound() {
        assert!(!matches!(
            read("stop {{unit}} now", "mysqld halt"),
            Slots::Bound(_)
        ));
        assert_eq!(
            bound("stop service {{unit}}", "stop the service cups"),
            pairs(&[("unit", "cups")])
        );
    }
}
