//! What a shell history suggests to teach: lines typed again and again, with what varies in them as parameters.
//!
//! Proposals only: nothing is stored, and a line that may hold a secret is neither kept nor shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use lever_core::command::ParamKind;
use lever_core::command::programs::Programs;
use lever_store::Source;
use serde::{Deserialize, Serialize};

use super::history::{self, Shell};
use super::placeholder::{Named, identifier};
use super::secrets::has_secret;
use super::source::unreadable;
use crate::teach::{Lesson, compile_lesson};
use crate::{Catalog, CatalogError};

/// A line is worth teaching from so many times on.
const OFTEN: u64 = 3;
/// Shorter lines are quicker typed than asked for.
const MIN_LENGTH: usize = 8;
const MAX_LENGTH: usize = 400;
const MAX_WORDS: usize = 16;
const MAX_PARAMS: usize = 3;
/// Values that are kept of one place, to tell its type from.
const MAX_VALUES: usize = 40;
/// Different lines that are counted. A history is bounded by its shell far below.
const MAX_SHAPES: usize = 200_000;

/// Programs that change only the shell they run in.
const SHELL_ONLY: &[&str] = &[
    "cd", "pushd", "popd", "exit", "logout", "clear", "reset", "history", "fg", "bg", "jobs", "alias",
    "unalias", "export", "unset", "source", ".", "set", "eval", "exec", "z", "lever", "man", "help", "which",
    "type", "vi", "vim", "nvim", "nano", "emacs", "code", "fc",
];

/// Which history to read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistoryOptions {
    /// The file.
    pub path: PathBuf,
    /// `bash`, `zsh` or `fish`; told from the content where it is not said.
    pub shell: Option<String>,
    /// At most so many proposals; 0 is all.
    pub limit: usize,
}

/// What a history suggests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proposed {
    /// The most used first.
    pub proposals: Vec<Proposal>,
    /// Command lines in the history.
    pub lines: u64,
    /// Lines passed over because they may hold a secret.
    pub secrets: u64,
    /// Suggestions that were dropped because they are taught already.
    pub known: u64,
    /// Suggestions that no template can be made of.
    pub unusable: u64,
}

/// A command to teach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// How it could be asked for: as it was typed.
    pub phrase: String,
    /// The shell text.
    pub command: String,
    /// How often it was typed.
    pub uses: u64,
    /// Up to three of the lines.
    pub examples: Vec<String>,
}

impl Catalog {
    /// Reads a shell history and proposes what to teach.
    ///
    /// # Errors
    /// A file that cannot be read; a shell that is not known.
    pub fn propose(&mut self, namespace: &str, options: &HistoryOptions) -> Result<Proposed, CatalogError> {
        let shown = options.path.display().to_string();
        let file = File::open(&options.path).map_err(|error| unreadable(&shown, &error))?;
        let mut input = BufReader::with_capacity(256 * 1024, file);
        let shell = match options.shell.as_deref() {
            Some(name) => Shell::named(name).ok_or_else(|| CatalogError::Transfer {
                code: "usage",
                message: format!("{name} is no shell whose history can be read"),
                hint: "bash, zsh or fish".to_owned(),
            })?,
            None => Shell::of(input.fill_buf().map_err(|error| unreadable(&shown, &error))?),
        };
        let mut counts = Counts::default();
        history::read(input, shell, |line| counts.take(line)).map_err(|error| unreadable(&shown, &error))?;
        let programs = self.read_programs()?;
        let taught: BTreeSet<String> = self
            .list(namespace)?
            .into_iter()
            .map(|row| row.template)
            .collect();
        let mut proposed = counts.propose(&programs, &taught);
        if options.limit > 0 {
            proposed.proposals.truncate(options.limit);
        }
        Ok(proposed)
    }
}

/// Lines by their shape: the words that stay the same, and places for those that may vary.
#[derive(Default)]
struct Counts {
    lines: u64,
    secrets: u64,
    shapes: HashMap<Vec<Option<String>>, Shape>,
}

#[derive(Default)]
struct Shape {
    uses: u64,
    /// By place: what stood there.
    values: BTreeMap<usize, BTreeSet<String>>,
    examples: Vec<String>,
}

impl Counts {
    fn take(&mut self, line: &str) {
        self.lines += 1;
        if has_secret(line) {
            self.secrets += 1;
            return;
        }
        let first = line.split_whitespace().next().unwrap_or_default();
        let usable = (MIN_LENGTH..=MAX_LENGTH).contains(&line.len())
            && !line.contains(['\n', '\r', '\t'])
            && !line.contains("{{")
            && !line.starts_with('#')
            && !SHELL_ONLY.contains(&first);
        if !usable {
            return;
        }
        let words = plain_words(line).filter(|words| words.len() <= MAX_WORDS);
        // A line with shell syntax is taken as it is, or not at all.
        let words = words.unwrap_or_else(|| vec![line.to_owned()]);
        let key: Vec<Option<String>> = words
            .iter()
            .enumerate()
            .map(|(at, word)| (words.len() == 1 || stays(at, word)).then(|| word.clone()))
            .collect();
        if self.shapes.len() >= MAX_SHAPES && !self.shapes.contains_key(&key) {
            return;
        }
        let shape = self.shapes.entry(key).or_default();
        shape.uses += 1;
        for (at, word) in words
            .iter()
            .enumerate()
            .filter(|(at, word)| words.len() > 1 && !stays(*at, word))
        {
            let values = shape.values.entry(at).or_default();
            if values.len() < MAX_VALUES {
                values.insert(word.clone());
            }
        }
        if shape.examples.len() < 3 && shape.examples.iter().all(|known| known != line) {
            shape.examples.push(line.to_owned());
        }
    }

    fn propose(self, programs: &Programs, taught: &BTreeSet<String>) -> Proposed {
        let mut proposed = Proposed {
            lines: self.lines,
            secrets: self.secrets,
            ..Proposed::default()
        };
        for (key, shape) in self.shapes.into_iter().filter(|(_, shape)| shape.uses >= OFTEN) {
            let Some((phrase, command)) = generalise(&key, &shape) else {
                proposed.unusable += 1;
                continue;
            };
            if taught.contains(&command) {
                proposed.known += 1;
                continue;
            }
            let lesson = Lesson {
                phrase: &phrase,
                aliases: &[],
                pattern: false,
                template: &command,
                params: &[],
                interpreter: None,
                permissions: &serde_json::Map::new(),
                tags: &[],
                suggest: &BTreeMap::new(),
                keep_output: false,
                source: Source::Taught,
            };
            if compile_lesson(&lesson, programs).is_err() {
                proposed.unusable += 1;
                continue;
            }
            proposed.proposals.push(Proposal {
                phrase,
                command,
                uses: shape.uses,
                examples: shape.examples,
            });
        }
        // What saves most typing first; the same order every time.
        proposed.proposals.sort_by(|one, other| {
            let saved = |proposal: &Proposal| proposal.uses * proposal.command.len() as u64;
            saved(other)
                .cmp(&saved(one))
                .then_with(|| one.command.cmp(&other.command))
        });
        proposed
    }
}

/// Words as typed, quotes included; `None` where the line is more than one plain command.
fn plain_words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (None, ' ') => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            (None, '|' | '&' | ';' | '<' | '>' | '(' | ')' | '`' | '$' | '*' | '?' | '~' | '!' | '\\')
            | (Some('"'), '$' | '`' | '\\' | '!') => return None,
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    (quote.is_none() && !words.is_empty()).then_some(words)
}

/// The program, its options, and a word after the program that looks like a subcommand.
fn stays(at: usize, word: &str) -> bool {
    at == 0
        || word.starts_with('-')
        || (at == 1 && word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
}

/// The phrase and the template of a shape. `None` where nothing sensible comes of it.
fn generalise(key: &[Option<String>], shape: &Shape) -> Option<(String, String)> {
    let varies = |at: usize| shape.values.get(&at).is_some_and(|values| values.len() > 1);
    let places = (0..key.len()).filter(|at| varies(*at)).count();
    if places > MAX_PARAMS {
        return None;
    }
    let mut params: Vec<Named> = Vec::new();
    let mut words = Vec::with_capacity(key.len());
    for (at, fixed) in key.iter().enumerate() {
        let word = match (fixed, shape.values.get(&at)) {
            (Some(word), _) => word.clone(),
            (None, Some(values)) if values.len() == 1 => values.first()?.clone(),
            (None, Some(values)) => {
                let option = at
                    .checked_sub(1)
                    .and_then(|before| key[before].as_deref())
                    .filter(|word| word.starts_with('-'));
                let mut named = name_values(values, option);
                let base = named.name.clone();
                let mut number = 2;
                while params.iter().any(|other| other.name == named.name) {
                    named.name = format!("{base}_{number}");
                    number += 1;
                }
                let written = named.written();
                params.push(named);
                written
            }
            (None, None) => return None,
        };
        words.push(word);
    }
    let command = words.join(" ");
    let phrase = command.replace(['"', '\'', '\\', '|', '`'], " ");
    let phrase = phrase.split_whitespace().collect::<Vec<_>>().join(" ");
    Some((phrase, command))
}

fn name_values(values: &BTreeSet<String>, option: Option<&str>) -> Named {
    let bare: Vec<&str> = values
        .iter()
        .map(|value| value.trim_matches(['"', '\'']))
        .collect();
    let all = |kind: &ParamKind| bare.iter().all(|value| kind.accepts(value));
    let name = option
        .map(|option| identifier(option.trim_start_matches('-')))
        .filter(|name| name.len() > 1);
    let named = |otherwise: &str, kind: ParamKind| Named {
        name: name.clone().unwrap_or_else(|| otherwise.to_owned()),
        kind,
    };
    let path = |value: &&str| {
        value.contains('/') || (value.contains('.') && !value.starts_with('.') && !value.ends_with('.'))
    };
    if all(&ParamKind::Int) {
        named("number", ParamKind::Int)
    } else if bare.iter().all(|value| value.contains("://")) {
        named("url", ParamKind::Url)
    } else if bare.iter().any(path) && all(&ParamKind::Path) {
        named("file", ParamKind::Path)
    } else if all(&ParamKind::Word) {
        named("name", ParamKind::Word)
    } else {
        named("text", ParamKind::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn propose(lines: &[&str]) -> Proposed {
        let mut counts = Counts::default();
        for line in lines {
            counts.take(line);
        }
        counts.propose(
            &Programs::builtin().unwrap(),
            &BTreeSet::from(["df -h /srv".to_owned()]),
        )
    }

    #[test]
    fn what_is_typed_again_is_proposed_with_what_varies_as_parameters() {
        let proposed = propose(&[
            "docker logs --tail 50 web",
            "docker logs --tail 100 db",
            "docker logs --tail 50 cache",
            "git status --short",
            "git status --short",
            "git status --short",
            "cat notes.txt | wc -l",
            "cat notes.txt | wc -l",
            "cat notes.txt | wc -l",
            "git push --force",
            "cd /somewhere/else",
            "cd /somewhere/else",
            "cd /somewhere/else",
            "df -h /srv",
            "df -h /srv",
            "df -h /srv",
        ]);
        let got: Vec<_> = proposed
            .proposals
            .iter()
            .map(|proposal| (proposal.phrase.as_str(), proposal.command.as_str(), proposal.uses))
            .collect();
        assert_eq!(
            got,
            [
                (
                    "docker logs --tail {{tail:int}} {{name}}",
                    "docker logs --tail {{tail:int}} {{name}}",
                    3
                ),
                ("cat notes.txt wc -l", "cat notes.txt | wc -l", 3),
                ("git status --short", "git status --short", 3),
            ]
        );
        assert_eq!((proposed.lines, proposed.known), (16, 1));
    }

    #[test]
    fn secrets_are_passed_over_and_only_counted() {
        let proposed = propose(&["mysql -u root -phunter2 db"; 5]);
        assert_eq!((proposed.secrets, proposed.proposals.len()), (5, 0));
        assert!(!format!("{proposed:?}").contains("hunter2"));
    }

    #[test]
    fn what_varies_everywhere_is_no_command() {
        let proposed = propose(&[
            "rsync A1 B1 C1 D1 e1",
            "rsync A2 B2 C2 D2 e2",
            "rsync A3 B3 C3 D3 e3",
        ]);
        assert_eq!((proposed.proposals.len(), proposed.unusable), (0, 1));
    }
}
