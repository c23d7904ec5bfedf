//! Real commands: each becomes a plan or a plain refusal, and nothing panics.
//!
//! Reads the JSON lines below the folder that `LEVER_TEST_DATA` names; skipped where it names none.

use std::collections::BTreeMap;

use super::compile;
use crate::command::{Form, TemplateSource};

fn commands(file: &str) -> Vec<String> {
    let Ok(folder) = std::env::var("LEVER_TEST_DATA") else {
        return Vec::new();
    };
    let Ok(text) = std::fs::read_to_string(format!("{folder}/{file}")) else {
        return Vec::new();
    };
    text.lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|row| row["command"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn real_commands_are_understood_or_refused_plainly() {
    for (file, least) in [
        ("nl2bash-dev-groups.jsonl", 0.95),
        ("phrases/files.jsonl", 0.9),
        ("phrases/network.jsonl", 0.9),
        ("phrases/system.jsonl", 0.9),
        ("phrases/git.jsonl", 0.9),
        ("phrases/containers.jsonl", 0.9),
        ("phrases/tools.jsonl", 0.85),
    ] {
        let commands = commands(file);
        if commands.is_empty() {
            eprintln!("skipped: LEVER_TEST_DATA has no {file}");
            continue;
        }
        let mut forms: BTreeMap<String, usize> = BTreeMap::new();
        let mut refused: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        for command in &commands {
            match compile(&TemplateSource::new(command)) {
                Ok(plan) => {
                    let form = match plan.form {
                        Form::Argv(_) => "direct",
                        Form::Script { interpreter, .. } => interpreter.name(),
                    };
                    *forms.entry(form.to_owned()).or_default() += 1;
                }
                Err(error) => {
                    assert!(!error.hint().is_empty() && !error.to_string().contains('\n'));
                    let shown = format!("{error} [{}]", command.get(error.span.clone()).unwrap_or("?"));
                    refused
                        .entry(error.code())
                        .or_default()
                        .push((command.clone(), shown));
                }
            }
        }
        let plans: usize = forms.values().sum();
        eprintln!("{file}: {plans} of {} have plans: {forms:?}", commands.len());
        for (code, commands) in &refused {
            eprintln!("  {code}: {}", commands.len());
            let shown = std::env::var("LEVER_TEST_SHOW").map_or(0, |n| n.parse().unwrap_or(0));
            for (command, error) in commands.iter().take(shown) {
                eprintln!("    {command}\n      {error}");
            }
        }
        assert!(plans as f64 >= least * commands.len() as f64, "{file}: {plans}");
    }
}
