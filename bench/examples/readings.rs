//! Prints the readings of requests as JSON lines, for fitting the weights of `decide::slots`.
//!
//! Reads groups of phrases with requests from standard input, one JSON line each:
//! `{"teach": [{"phrase", "command"}], "requests": [{"text", "phrase", "params"}]}`. Each group is a table of its own. Prints a
//! line a request: `{"text", "wanted", "readings": [{"phrase", "values", "kind", "features"}]}`; `wanted` is the number of the
//! phrase with `right` saying whether its values are found there, by the rules of the shipped reader, with the shipped model.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, Write};

use lever_core::decide::slots::{Matched, PhrasePattern, Reading, Slots};
use lever_core::decide::{Index, Layer, PhraseInput, SearchScratch, Source, Work};
use lever_core::embed::LearnedEmbedder;
use lever_core::text::normalise;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}", json!(Reading::NAMES))?;
    for line in std::io::stdin().lock().lines() {
        // Types that only some data has.
        let line = line?
            .replace(":size}}", "}}")
            .replace(":time}}", "}}")
            .replace(":date}}", "}}");
        read_group(&serde_json::from_str(&line)?, &mut out)?;
    }
    Ok(())
}

fn read_group(group: &Value, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let embedder = LearnedEmbedder::shipped()?;
    let scorer = embedder.scorer();
    let texts = |key: &str| group[key].as_array().cloned().unwrap_or_default();
    let phrases: Vec<String> = texts("teach")
        .iter()
        .filter_map(|taught| Some(taught["phrase"].as_str()?.to_owned()))
        .collect();
    let templates = texts("teach");
    let (mut layer, mut work) = (Layer::new(&embedder)?, Work::default());
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
        layer.add(&embedder, &input, &mut work)?;
        if let Some(template) = templates
            .get(number as usize)
            .and_then(|taught| taught["command"].as_str())
        {
            layer.add_command(&embedder, number, template, &mut work)?;
        }
    }
    let mut index = Index::new(&embedder)?;
    index.push_layer(layer.into())?;
    let patterns: Vec<PhrasePattern> = phrases.iter().map(|phrase| PhrasePattern::read(phrase)).collect();
    let mut scratch = SearchScratch::default();
    for request in texts("requests") {
        let Some(text) = request["text"].as_str() else {
            continue;
        };
        let Ok(read) = normalise(text) else { continue };
        let found = index.search(&read, &embedder, &scorer, 5, &mut scratch).to_vec();
        let readings: Vec<Value> = found
            .iter()
            .enumerate()
            .map(|(place, candidate)| {
                let number = candidate.phrase_id as usize;
                let matched = Matched {
                    probability: candidate.probability,
                    evidence: &candidate.evidence,
                    place,
                };
                let reading = Reading::of(&read, &patterns[number], &matched, &|word| {
                    index.explains(candidate.command, word)
                });
                let kind = match reading.slots {
                    Slots::Bound(_) => "bound",
                    Slots::Missing { .. } => "missing",
                    Slots::Ambiguous(_) => "ambiguous",
                };
                json!({
                    "phrase": phrases[number],
                    "kind": kind,
                    "clear": reading.is_clear(),
                    "values": values(&reading.slots),
                    "probability": candidate.probability,
                    "features": reading.features,
                })
            })
            .collect();
        let line = json!({
            "text": text, "phrase": request["phrase"], "params": request["params"], "readings": readings,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn values(slots: &Slots) -> BTreeMap<&str, &str> {
    let (Slots::Bound(found) | Slots::Ambiguous(found) | Slots::Missing { found, .. }) = slots;
    found
        .iter()
        .map(|value| (value.name.as_str(), value.text.as_str()))
        .collect()
}
