//! Measures slot filling on groups of phrases with requests: one JSON line a group,
//! `{"teach": [{"phrase", "command"}], "requests": [{"text", "phrase", "params": {..} or null}]}`, on standard input.
//! Each group is a table of its own. Prints the requests that were read wrongly (not with `--quiet`) and then the figures, to standard error.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::BufRead;

use lever_core::decide::slots::{PhrasePattern, SlotValue, Slots, fill, prefer_filled};
use lever_core::decide::{HASH, Index, PhraseInput, Scorer, SearchScratch, Source};
use lever_core::embed::HashEmbedder;
use lever_core::text::normalise;
use serde_json::Value;

#[derive(Default)]
struct Tally {
    with_values: u32,
    phrase_first: u32,
    reading_first: u32,
    reading_of_right_phrase: u32,
    bound: u32,
    bound_right: u32,
    bound_wrong: u32,
    sure: u32,
    sure_wrong: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let quiet = std::env::args().any(|arg| arg == "--quiet");
    let mut tally = Tally::default();
    for line in std::io::stdin().lock().lines() {
        measure(&serde_json::from_str(&line?)?, quiet, &mut tally)?;
    }
    let share = |part: u32, whole: u32| 100.0 * f64::from(part) / f64::from(whole.max(1));
    let t = &tally;
    eprintln!("requests with values {}", t.with_values);
    eprintln!("right phrase first {:.1} %", share(t.phrase_first, t.with_values));
    eprintln!(
        "right reading shown first {:.1} %",
        share(t.reading_first, t.with_values)
    );
    eprintln!(
        "values right, given the right phrase {:.1} %",
        share(t.reading_of_right_phrase, t.with_values)
    );
    eprintln!(
        "bound {:.1} % right, {} of {} wrong ({:.1} %)",
        share(t.bound_right, t.with_values),
        t.bound_wrong,
        t.bound,
        share(t.bound_wrong, t.bound)
    );
    eprintln!(
        "bound and sure {:.1} %, {} wrong ({:.1} %)",
        share(t.sure - t.sure_wrong, t.with_values),
        t.sure_wrong,
        share(t.sure_wrong, t.sure)
    );
    Ok(())
}

fn measure(group: &Value, quiet: bool, tally: &mut Tally) -> Result<(), Box<dyn Error>> {
    let embedder = HashEmbedder::default();
    // Types that only the data has.
    let line = group
        .to_string()
        .replace(":size}}", "}}")
        .replace(":time}}", "}}")
        .replace(":date}}", "}}");
    let group: Value = serde_json::from_str(&line)?;
    let phrases: Vec<&str> = group["teach"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|t| t["phrase"].as_str())
        .collect();
    let mut index = Index::new(&embedder)?;
    for (number, text) in phrases.iter().enumerate() {
        let number = number as u32;
        let input = PhraseInput {
            phrase_id: number,
            command: number,
            text,
            pattern: false,
            weak: false,
            source: Source::Taught,
        };
        index.add(&embedder, &input)?;
    }
    let patterns: Vec<PhrasePattern> = phrases.iter().map(|phrase| PhrasePattern::read(phrase)).collect();
    let mut scratch = SearchScratch::default();
    for request in group["requests"].as_array().into_iter().flatten() {
        let (Some(text), Some(wanted)) = (request["text"].as_str(), request["phrase"].as_str()) else {
            continue;
        };
        let Ok(read) = normalise(text) else { continue };
        let wanted = phrases.iter().position(|phrase| *phrase == wanted);
        let mut found = index.search(&read, &embedder, &HASH, 3, &mut scratch).to_vec();
        let mut filled: Vec<Slots> = found
            .iter()
            .map(|c| {
                fill(&read, &patterns[c.phrase_id as usize], &|word| {
                    index.explains(c.command, word)
                })
            })
            .collect();
        prefer_filled(&mut found, &mut filled);
        let (Some(best), Some(slots)) = (found.first(), filled.first()) else {
            continue;
        };
        let first = best.phrase_id as usize;
        let right = request["params"]
            .as_object()
            .is_some_and(|params| wanted == Some(first) && same(values(slots), params, phrases[first]));
        if let Some(params) = request["params"].as_object() {
            tally.with_values += 1;
            tally.phrase_first += u32::from(wanted == Some(first));
            tally.reading_first += u32::from(right);
            if let Some(wanted) = wanted {
                let slots = fill(&read, &patterns[wanted], &|word| {
                    index.explains(wanted as u32, word)
                });
                let right = same(values(&slots), params, phrases[wanted]);
                tally.reading_of_right_phrase += u32::from(right);
                if !right && !quiet {
                    eprintln!("values  {text}  |  {}  |  {slots:?}", phrases[wanted]);
                }
            }
        }
        if let Slots::Bound(_) = slots {
            tally.bound += 1;
            tally.bound_right += u32::from(right);
            tally.bound_wrong += u32::from(!right);
            let sure = best.probability >= HASH.sure();
            tally.sure += u32::from(sure);
            tally.sure_wrong += u32::from(sure && !right);
            if !right && !quiet {
                eprintln!(
                    "BOUND   {text}  |  {}  |  {slots:?}  {:.2}",
                    phrases[first], best.probability
                );
            }
        }
    }
    Ok(())
}

fn values(slots: &Slots) -> &[SlotValue] {
    match slots {
        Slots::Bound(values) | Slots::Ambiguous(values) | Slots::Missing { found: values, .. } => values,
    }
}

/// Whether the values found are those wanted; a default that is written out counts as left out.
fn same(found: &[SlotValue], wanted: &serde_json::Map<String, Value>, phrase: &str) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is_default = |name: &str, value: &str| {
        phrase.contains(&format!("{{{{{name}={value}}}}}")) || {
            let typed = phrase.split_once(&format!("{{{{{name}:"));
            typed.is_some_and(|(_, rest)| {
                rest.split_once("}}")
                    .is_some_and(|(d, _)| d.ends_with(&format!("={value}")))
            })
        }
    };
    let strip = |pairs: Vec<(String, String)>| -> BTreeMap<String, String> {
        pairs
            .into_iter()
            .filter(|(name, value)| !is_default(name, value))
            .collect()
    };
    strip(
        found
            .iter()
            .map(|value| (value.name.clone(), value.text.clone()))
            .collect(),
    ) == strip(
        wanted
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
    )
}
