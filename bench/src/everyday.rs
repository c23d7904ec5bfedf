//! Everyday commands with their phrases and what people ask, from this repository: what a real table looks like.

use std::path::Path;

use lever_core::decide::{IndexError, Layer, PhraseInput, Source, Work};
use lever_core::embed::Embedder;
use serde_json::Value;

use crate::phrases::{Numbers, name};

/// A command with the ways to ask for it.
#[derive(Debug, Clone)]
pub struct Everyday {
    /// Its text.
    pub command: String,
    /// The canonical phrase first.
    pub phrases: Vec<String>,
}

/// A layer of these commands, numbered from 0, as are their phrases one after the other.
///
/// # Errors
/// As [`Layer::add`].
pub fn layer(embedder: &dyn Embedder, commands: &[Everyday]) -> Result<Layer, IndexError> {
    let (mut layer, mut work) = (Layer::new(embedder)?, Work::default());
    let mut phrase_id = 0;
    for (command, one) in commands.iter().enumerate() {
        for text in &one.phrases {
            let phrase = PhraseInput {
                phrase_id,
                command: command as u32,
                text,
                pattern: false,
                weak: false,
                source: Source::Pack,
            };
            layer.add(embedder, &phrase, &mut work)?;
            phrase_id += 1;
        }
        layer.add_command(embedder, command as u32, &one.command, &mut work)?;
    }
    Ok(layer)
}

/// The built-in pack's commands and then the phrase bank's.
///
/// # Panics
/// Where the repository lacks them.
pub fn commands() -> Vec<Everyday> {
    let mut all = Vec::new();
    for folder in ["packages/lever-runner/pack", "data/phrase-bank"] {
        for line in lines(folder, "") {
            let said = [&line["canonical"], &line["phrase"]]
                .into_iter()
                .filter_map(Value::as_str);
            let others = [&line["phrases"], &line["aliases"]]
                .into_iter()
                .filter_map(Value::as_array)
                .flatten();
            all.push(Everyday {
                command: line["command"].as_str().unwrap_or_default().to_owned(),
                phrases: said
                    .chain(others.filter_map(Value::as_str))
                    .map(str::to_owned)
                    .collect(),
            });
        }
    }
    all
}

/// A table of `count` phrases, `each` a command at most: the everyday commands, and beyond those the same ones for made-up
/// things, each with a name of its own, as a table grows in which every project has its own commands.
pub fn table(count: usize, each: usize) -> Vec<Everyday> {
    let known = commands();
    let mut numbers = Numbers::new(3);
    let (mut made, mut left) = (Vec::new(), count);
    for round in 0.. {
        for one in &known {
            if left == 0 {
                return made;
            }
            let own = (round > 0).then(|| name(&mut numbers));
            let with = |text: &String| {
                own.as_ref()
                    .map_or_else(|| text.clone(), |own| format!("{text} {own}"))
            };
            let phrases: Vec<String> = one.phrases.iter().take(each.min(left)).map(with).collect();
            left -= phrases.len();
            made.push(Everyday {
                command: with(&one.command),
                phrases,
            });
        }
    }
    made
}

/// What people ask, as typed.
///
/// # Panics
/// Where the repository lacks it.
pub fn requests() -> Vec<String> {
    lines("data/requests", "everyday-")
        .iter()
        .filter_map(|line| line["text"].as_str().map(str::to_owned))
        .collect()
}

fn lines(folder: &str, prefix: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        panic!("{} cannot be read", folder.display())
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(prefix) && name.ends_with(".jsonl")
    });
    files.sort();
    let text: Vec<String> = files.iter().flat_map(std::fs::read_to_string).collect();
    text.iter()
        .flat_map(|text| text.lines())
        .flat_map(serde_json::from_str)
        .collect()
}

/// Requests of `length` bytes, each with its kind: what somebody may paste.
pub fn pasted(length: usize) -> Vec<(&'static str, String)> {
    let known: Vec<String> = requests();
    let filled = |part: &mut dyn FnMut(usize) -> String| {
        let mut text = String::new();
        for number in 0.. {
            let more = part(number);
            if text.len() + more.len() > length {
                break;
            }
            text.push_str(&more);
        }
        text
    };
    let mut numbers = Numbers::new(11);
    vec![
        (
            "requests",
            filled(&mut |at| format!("{} ", known[at % known.len()])),
        ),
        (
            "misspelt words",
            filled(&mut |_| format!("{}s ", name(&mut numbers))),
        ),
        ("one word", "a".repeat(length)),
        ("numbers", filled(&mut |at| format!("{} ", at * 7919 % 100_003))),
        ("paths", filled(&mut |at| format!("/var/log/app-{at}/error.log "))),
        (
            "a stack trace",
            filled(&mut |at| format!("  File \"/srv/app/mod{at}.py\", line {at}, in handle_{at}\n")),
        ),
        (
            "emoji",
            filled(&mut |at| {
                if at % 3 == 0 {
                    "💾 ".to_owned()
                } else {
                    "🔥".to_owned()
                }
            }),
        ),
        (
            "other scripts",
            filled(&mut |at| ["покажи ", "место ", "磁盘 ", "使用 ", "größte "][at % 5].to_owned()),
        ),
        ("not", filled(&mut |_| "not ".to_owned())),
        ("quotes", filled(&mut |at| format!("\"file {at}\" "))),
        (
            "symbols",
            filled(&mut |at| ["&& ", "|| ", "{ } ", "; ", "$( ", "<> "][at % 6].to_owned()),
        ),
    ]
}
