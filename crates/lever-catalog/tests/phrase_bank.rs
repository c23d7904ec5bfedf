//! Every line of the phrase bank and of the built-in pack is a command that can be taught as it stands.

#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;

use lever_core::command::{Programs, TemplateSource, compile};
use lever_core::template::{Phrase, Syntax};
use serde_json::Value;

/// The lines of a folder of this repository, each with its place.
fn lines(folder: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut lines = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let place = format!("{}:{}", path.file_name().unwrap().to_string_lossy(), number + 1);
            lines.push((place, serde_json::from_str(line).unwrap()));
        }
    }
    lines
}

/// What is wrong with a line.
fn faults(line: &Value, programs: &Programs) -> Vec<String> {
    let text = |key: &str| line[key].as_str().unwrap_or_default();
    let platforms = line["platforms"].as_object().into_iter().flatten();
    let templates = [text("command")]
        .into_iter()
        .chain(platforms.filter_map(|(_, template)| template.as_str()));
    let mut faults = Vec::new();
    for template in templates {
        let source = TemplateSource {
            programs: Some(programs),
            ..TemplateSource::new(template)
        };
        if let Err(error) = compile(&source) {
            faults.push(format!("`{template}`: {error}"));
        }
    }
    let said = [&line["phrases"], &line["aliases"]];
    let said = said
        .into_iter()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(Value::as_str);
    for phrase in [text("canonical"), text("phrase")]
        .into_iter()
        .filter(|phrase| !phrase.is_empty())
        .chain(said)
    {
        if let Err(error) = Phrase::parse(phrase, Syntax::Literal) {
            faults.push(format!("“{phrase}”: {error}"));
        }
    }
    faults
}

#[test]
fn every_line_can_be_taught() {
    let programs = Programs::builtin().unwrap();
    let mut all = Vec::new();
    for (folder, least) in [("data/phrase-bank", 600), ("packages/lever-runner/pack", 200)] {
        let lines = lines(folder);
        assert!(lines.len() >= least, "{folder}: {} lines", lines.len());
        for (place, line) in lines {
            all.extend(
                faults(&line, &programs)
                    .into_iter()
                    .map(|fault| format!("{place}: {fault}")),
            );
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn a_line_that_cannot_is_found() {
    let programs = Programs::builtin().unwrap();
    let query = "sqlite3 -header -column {{db:path}} {{sql:text}}";
    let line =
        serde_json::json!({ "command": query, "canonical": "run {{sql}} on {{db}}", "phrases": ["{{db"] });
    assert_eq!(faults(&line, &programs).len(), 2);
}
