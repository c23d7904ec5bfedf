//! What the gates decided, as numbers in a block that the caller brings.
//!
//! A match is asked for at every request, and building or parsing its JSON would take longer than deciding. Its texts are
//! ids, phrases and templates, which come again and again: each crosses once, by number, and stays on the other side until
//! the block's first number says that all numbers are new. `packages/native/src/match-reader.ts` reads the block.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ptr;

use lever_catalog::CatalogError;
use lever_catalog::wire::{Candidate, Evidence, Match};
use lever_core::command::Effects;
use rustc_hash::FxHashMap;

/// More texts than this are forgotten and counted anew.
const MOST_TEXTS: usize = 8192;

/// Texts by number, and the last match's values.
#[derive(Default)]
pub(crate) struct Matches {
    /// How often all texts were forgotten.
    round: u32,
    numbers: FxHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    /// Numbers of the evidence's names, which stand in the program, in the same order each time.
    names: Vec<(&'static str, f64)>,
    block: Vec<f64>,
    values: Vec<BTreeMap<String, String>>,
}

impl Matches {
    /// Writes a match into `block` and returns how many numbers it takes. The evidence only where it is to be explained.
    pub(crate) fn write(
        &mut self,
        found: &Match,
        explain: bool,
        block: &mut [f64],
    ) -> Result<u32, CatalogError> {
        let evidence = if explain { found.evidence.as_slice() } else { &[] };
        if self.texts.len() > MOST_TEXTS {
            self.round += 1;
            self.texts.clear();
            self.names.clear();
            self.numbers.clear();
        }
        let has_values = found
            .candidates
            .iter()
            .any(|candidate| !candidate.parameters.is_empty());
        self.block.clear();
        self.block.extend([
            f64::from(self.round),
            0.0,
            f64::from(found.gate),
            f64::from(u8::from(found.cached)),
            found.probability,
            f64::from(u8::from(found.command_id.is_some())),
            f64::from(u8::from(found.show_only)),
            f64::from(u8::from(has_values)),
            found.candidates.len() as f64,
            found.reasons.len() as f64,
            evidence.len() as f64,
        ]);
        self.block[1] = self.number(&found.kind);
        for candidate in &found.candidates {
            self.candidate(candidate);
        }
        for reason in &found.reasons {
            let number = self.number(reason);
            self.block.push(number);
        }
        for (place, line) in evidence.iter().enumerate() {
            let number = self.name(place, line);
            self.block.extend([number, line.value]);
        }
        self.block.push(found.took_us);
        self.values.clear();
        if has_values {
            let values = found
                .candidates
                .iter()
                .map(|candidate| candidate.parameters.clone());
            self.values.extend(values);
        }
        let length = self.block.len();
        match block.get_mut(..length) {
            Some(room) => {
                room.copy_from_slice(&self.block);
                Ok(length as u32)
            }
            None => Err(CatalogError::Request {
                message: format!(
                    "the match takes {length} numbers, and there is room for {}",
                    block.len()
                ),
            }),
        }
    }

    fn candidate(&mut self, candidate: &Candidate) {
        let texts = [&candidate.command_id, &candidate.phrase, &candidate.template];
        let numbers = texts.map(|text| self.number(text));
        self.block.extend(numbers);
        self.block
            .extend([candidate.probability, f64::from(bits(candidate.effects))]);
    }

    /// The number of the name of the evidence's line at `place`: by where it stands, which is sooner compared than its letters.
    fn name(&mut self, place: usize, line: &Evidence) -> f64 {
        let Cow::Borrowed(name) = line.name else {
            return self.number(&line.name);
        };
        match self.names.get(place) {
            Some(&(known, number)) if ptr::eq(known, name) => number,
            _ => {
                let number = self.number(name);
                self.names.truncate(place);
                self.names.push((name, number));
                number
            }
        }
    }

    fn number(&mut self, text: &str) -> f64 {
        if let Some(number) = self.numbers.get(text) {
            return f64::from(*number);
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        f64::from(number)
    }

    /// The text of a number of the present round.
    pub(crate) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", AsRef::as_ref)
    }

    /// The values of the last match that had any, a candidate each.
    pub(crate) fn values(&self) -> &[BTreeMap<String, String>] {
        &self.values
    }
}

/// Effects as bits, in the order of their fields.
fn bits(effects: Effects) -> u8 {
    [
        effects.reads,
        effects.writes,
        effects.destroys,
        effects.privileged,
        effects.network,
        effects.unknown,
    ]
    .into_iter()
    .enumerate()
    .fold(0, |bits, (place, holds)| bits | u8::from(holds) << place)
}
