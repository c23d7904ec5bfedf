//! Between matching and showing: of candidates with parameters, the one is meant whose values the request has.

use std::rc::Rc;

use lever_core::decide::slots::{MODEL, Matched, Reading, Slots, read_best};
use lever_core::decide::{Choice, Decision, MatchKind, Reason};
use lever_core::text::Normalised;

use crate::{Catalog, CatalogError};

/// Candidates that are read.
const READ: usize = 5;
/// A candidate that is less than this as probable as the first is not meant, whatever values the request has for it.
const LEAST_SHARE: f32 = 0.05;
/// A reading less probable than this is no reason to run, whatever the matcher says of its command.
const DOUBTFUL: f32 = 0.5;

impl Catalog {
    /// Reads the nearest candidates with their values, puts the best reading first, and lets it be as certain as it is. Where
    /// none of them has parameters everything stays as it was.
    pub(crate) fn read_values(
        &mut self,
        namespace: &str,
        request: &Normalised,
        decision: &mut Decision,
    ) -> Result<(), CatalogError> {
        let first = decision.choices.first().map_or(0.0, |choice| choice.probability);
        let nearest = decision.choices.iter().enumerate().take(READ);
        let meant: Vec<(usize, &Choice)> = nearest
            .filter(|(_, choice)| choice.probability >= first * LEAST_SHARE)
            .collect();
        let mut patterns = Vec::with_capacity(READ);
        for (_, choice) in &meant {
            let shown = self.shown(namespace, choice.command)?;
            let number = choice.slotted.unwrap_or(choice.phrase_id);
            patterns.push(shown.map_or_else(Rc::default, |shown| {
                let row = shown.phrases.get(&number);
                shown.pattern(row.map_or(&shown.phrase, |row| &row.text))
            }));
        }
        if patterns.iter().all(|pattern| pattern.slots.is_empty()) {
            return Ok(());
        }
        let Some(matcher) = self.matchers.get(namespace) else {
            return Ok(());
        };
        let mut readings = Vec::with_capacity(patterns.len());
        for ((place, choice), pattern) in meant.iter().zip(&patterns) {
            let Some(evidence) = &choice.evidence else {
                return Ok(());
            };
            let found = Matched {
                probability: choice.probability,
                evidence,
                place: *place,
            };
            let explained = |word: u64| matcher.explains(choice.command, word);
            readings.push(Reading::of(request, pattern, &found, &explained));
        }
        let Some((best, probability)) = read_best(&readings, &MODEL) else {
            return Ok(());
        };
        if patterns[best].slots.is_empty() {
            return Ok(());
        }
        let (reading, place) = (&readings[best], meant[best].0);
        if place > 0 {
            decision.choices[..=place].rotate_right(1);
            decision.kind = decision.kind.min(MatchKind::Likely);
        }
        let sure = reading.is_clear() && probability >= MODEL.sure;
        let doubtful = !matches!(reading.slots, Slots::Missing { .. }) && probability < DOUBTFUL;
        match decision.kind {
            MatchKind::Likely | MatchKind::None if sure => {
                decision.kind = MatchKind::Sure;
                decision.reasons.clear();
            }
            MatchKind::Sure if doubtful => {
                decision.kind = MatchKind::Likely;
                decision.reasons.push(Reason::Doubtful);
            }
            _ => {}
        }
        if sure {
            let first = &mut decision.choices[0];
            first.probability = first.probability.max(probability);
        }
        Ok(())
    }
}
