//! Prints gate 2's evidence as JSON lines, for fitting coefficients and for measuring accuracy: one implementation of
//! features for both.
//!
//! Reads JSON lines from standard input: `{"phrase": text, "command": number, "weak": bool}` adds a phrase,
//! `{"query": text}` asks. Phrases come first. Prints the names of the features as a first line, then a line a query:
//! `{"query", "us", "candidates": [{"command", "phrase", "probability", "evidence": [..]}]}`, best first by the shipped
//! coefficients. `DIMS` sets the embedder's width.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use lever_core::decide::{Feature, HASH, Index, Layer, PhraseInput, SearchScratch, Source};
use lever_core::embed::HashEmbedder;
use lever_core::text::normalise;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let dims = std::env::var("DIMS")
        .ok()
        .and_then(|dims| dims.parse().ok())
        .unwrap_or(256);
    let embedder = HashEmbedder::with_dims(dims).ok_or("DIMS is 64, 128, 256 or 512")?;
    let lines: Vec<Value> = std::io::stdin()
        .lock()
        .lines()
        .map(|line| Ok(serde_json::from_str(&line?)?))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let phrases = lines.iter().enumerate().filter_map(|(number, line)| {
        Some(PhraseInput {
            phrase_id: number as u32,
            command: line["command"].as_u64()? as u32,
            text: line["phrase"].as_str()?,
            pattern: false,
            weak: line["weak"].as_bool().unwrap_or(false),
            source: Source::Pack,
        })
    });
    let mut index = Index::new(&embedder)?;
    index.push_layer(Layer::build(&embedder, phrases)?.into())?;

    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}", json!(Feature::ALL.map(Feature::name)))?;
    let mut scratch = SearchScratch::default();
    for query in lines.iter().filter_map(|line| line["query"].as_str()) {
        let started = Instant::now();
        let request = normalise(query)?;
        let found = index.search(&request, &embedder, &HASH, 24, &mut scratch);
        let us = started.elapsed().as_secs_f64() * 1e6;
        let candidates: Vec<Value> = found
            .iter()
            .map(|candidate| {
                json!({
                    "command": candidate.command,
                    "phrase": candidate.phrase_id,
                    "probability": candidate.probability,
                    "evidence": candidate.evidence.values(),
                })
            })
            .collect();
        writeln!(
            out,
            "{}",
            json!({ "query": query, "us": us, "candidates": candidates })
        )?;
    }
    Ok(())
}
