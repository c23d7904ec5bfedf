//! Prints how texts are read, for the trainer of the learned embedder: one reading for both.
//!
//! Reads JSON lines from standard input: `{"request": text}`, `{"phrase": text}` or `{"command": text}`. Prints a JSON line each: the terms as
//! `[kind, text]`, where kind is `word`, a value's shape (`number`, `path`, `host`, `other`) or a parameter's (`slot:path`).
//! What cannot be read has no terms. Of a command: `{"atoms": [hash], "words": [terms]}`, hashes in hexadecimal.

use std::error::Error;
use std::io::{BufRead, Write};

use lever_core::decide::read_phrase;
use lever_core::embed::lexicon::Shape;
use lever_core::embed::{CommandReader, Term, TermKind, Terms};
use lever_core::text::normalise;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut terms, mut reader) = (Terms::default(), CommandReader::default());
    for line in std::io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        terms.clear();
        if let Some(text) = line["phrase"].as_str() {
            read_phrase(text, false, &mut terms);
        } else if let Some(Ok(request)) = line["request"].as_str().map(normalise) {
            terms.read(request.tokens());
        }
        if let Some(text) = line["command"].as_str() {
            reader.read(text);
            let atoms: Vec<String> = reader.atoms().iter().map(|atom| format!("{atom:016x}")).collect();
            writeln!(
                out,
                "{}",
                json!({ "atoms": atoms, "words": listed(reader.words()) })
            )?;
        } else {
            writeln!(out, "{}", json!(listed(&terms)))?;
        }
    }
    Ok(())
}

fn listed(terms: &Terms) -> Vec<Value> {
    terms
        .terms()
        .iter()
        .map(|term| json!([kind(term), terms.text(term)]))
        .collect()
}

fn kind(term: &Term) -> String {
    if term.kind == TermKind::Word {
        return "word".to_owned();
    }
    let concept = term.lexeme.concept;
    let shape = [
        (Shape::Number, "number"),
        (Shape::Path, "path"),
        (Shape::Host, "host"),
        (Shape::Other, "other"),
    ]
    .into_iter()
    .find(|(shape, _)| *shape as u8 == concept)
    .map_or("any", |(_, name)| name);
    if term.kind == TermKind::Slot {
        format!("slot:{shape}")
    } else {
        shape.to_owned()
    }
}
