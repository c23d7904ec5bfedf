//! Prints gate 2's evidence as JSON lines, for fitting coefficients and for measuring accuracy: one implementation of
//! features for both.
//!
//! Reads JSON lines from standard input: `{"phrase": text, "command": number, "weak": bool}` adds a phrase,
//! `{"template": text, "command": number}` what a command says for itself, `{"query": text}` asks. `{"reset": true}` starts an
//! empty table. Prints the names of the features as a first line, then a line a query: `{"query", "us", "kind", "shown",
//! "reasons", "weights": [..], "candidates": [{"command", "phrase", "probability", "evidence": [..], "named", "all",
//! "nearest": [..]}]}`, best first. `MODEL` names a model file, or `hash`; without it the shipped model is used. Whichever it is, the
//! phrases of all commands on the short list are looked at: what is fitted learns from those that a decision passes by, too.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use lever_core::decide::{
    Feature, HASH, Index, Layer, PhraseInput, Scorer, SearchScratch, Source, Work, decide,
};
use lever_core::embed::{Breadth, Embedder, HashEmbedder, LearnedEmbedder};
use lever_core::text::normalise;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let model = std::env::var("MODEL").ok();
    let learned = match model.as_deref() {
        Some("hash") => None,
        Some(path) => Some(LearnedEmbedder::open(std::fs::read(path)?.leak())?),
        None => Some(LearnedEmbedder::shipped()?),
    };
    // All phrases of the nearest commands are looked at, so that what is fitted on them does not depend on where that ends.
    let learned = learned.map(|model| {
        model.with_breadth(Breadth {
            phrases: u32::MAX,
            ..model.breadth()
        })
    });
    let hash = HashEmbedder::default();
    let (embedder, scorer): (&dyn Embedder, &dyn Scorer) = match &learned {
        Some(model) => (model, &model.scorer()),
        None => (&hash, &HASH),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}", json!(Feature::ALL.map(Feature::name).as_slice()))?;
    let mut layer = Some(Layer::new(embedder)?);
    let mut index = Index::new(embedder)?;
    let (mut work, mut scratch) = (Work::default(), SearchScratch::default());
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line: Value = serde_json::from_str(&line?)?;
        if line["reset"].as_bool() == Some(true) {
            (layer, index) = (Some(Layer::new(embedder)?), Index::new(embedder)?);
            scratch = SearchScratch::default();
        }
        let command = line["command"].as_u64().unwrap_or_default() as u32;
        if let Some(layer) = &mut layer {
            if let Some(text) = line["phrase"].as_str() {
                let phrase = PhraseInput {
                    phrase_id: number as u32,
                    command,
                    text,
                    pattern: false,
                    weak: line["weak"].as_bool().unwrap_or(false),
                    source: Source::Pack,
                };
                layer.add(embedder, &phrase, &mut work)?;
            }
            if let Some(template) = line["template"].as_str() {
                layer.add_command(embedder, command, template, &mut work)?;
            }
        }
        let Some(query) = line["query"].as_str() else {
            continue;
        };
        if let Some(layer) = layer.take() {
            index.push_layer(layer.into())?;
        }
        let started = Instant::now();
        let Ok(request) = normalise(query) else {
            writeln!(
                out,
                "{}",
                json!({ "query": query, "us": 0, "kind": "none", "candidates": [] })
            )?;
            continue;
        };
        index.search(&request, embedder, scorer, 24, &mut scratch);
        let us = started.elapsed().as_secs_f64() * 1e6;
        let found = scratch.candidates();
        let decision = decide(&request, &[], found, scorer);
        let candidates: Vec<Value> = found
            .iter()
            .map(|candidate| {
                json!({
                    "command": candidate.command,
                    "phrase": candidate.phrase_id,
                    "probability": candidate.probability,
                    "evidence": candidate.evidence.values().as_slice(),
                    "named": candidate.explained.named,
                    "all": candidate.explained.all,
                    "nearest": candidate.nearest,
                })
            })
            .collect();
        let reasons: Vec<_> = decision.reasons.iter().map(|reason| reason.code()).collect();
        writeln!(
            out,
            "{}",
            json!({ "query": query, "us": us, "kind": decision.kind.name(), "shown": decision.show_only, "reasons": reasons, "weights": scratch.weights(), "candidates": candidates })
        )?;
    }
    Ok(())
}
