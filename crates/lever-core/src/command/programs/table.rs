//! The table of programs: from its condensed text to a tree that is looked up word by word.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use crate::command::{Effects, Repository};

use super::ProgramsError;
use super::kind::Operands;
use super::option::{Options, Style, glob_matches, uncommented};
use super::tags::Tags;

/// A program or a subcommand, with the subcommands below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// What is known of it; none if it is only a group of subcommands.
    pub(super) facts: Option<Arc<Facts>>,
    children: BTreeMap<Box<str>, Node>,
    /// Children whose name is a pattern, in the table's order.
    patterns: Vec<(Box<str>, Node)>,
}

/// What the table says about one program or subcommand.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) does: Tags,
    pub(super) given: Tags,
    pub(super) alone: Tags,
    pub(super) operands: Operands,
    pub(super) options: Options,
    pub(super) others_harmless: bool,
    pub(super) globals_anywhere: bool,
    pub(super) ignores_case: bool,
    pub(super) style: Style,
    pub(super) guard: Option<&'static str>,
    pub(super) exit: Vec<i32>,
    pub(super) config: Vec<Box<str>>,
    pub(super) network_config: Vec<Box<str>>,
    pub(super) state: Vec<Box<str>>,
    pub(super) secrets: Vec<Box<str>>,
    pub(super) network_secrets: Vec<Box<str>>,
    pub(super) repository: Repository,
    pub(super) stdin: Option<Box<str>>,
}

/// One row as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    also: String,
    #[serde(default)]
    does: String,
    #[serde(default)]
    given: String,
    #[serde(default)]
    alone: String,
    #[serde(default)]
    operands: String,
    #[serde(default)]
    options: String,
    #[serde(default)]
    commands: String,
    #[serde(default)]
    others: Others,
    #[serde(default)]
    globals: Globals,
    #[serde(default)]
    case: Case,
    #[serde(default)]
    style: StyleWord,
    #[serde(default)]
    guard: Guard,
    #[serde(default)]
    exit: Vec<i32>,
    #[serde(default)]
    config: String,
    #[serde(default)]
    network_config: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    secrets: String,
    #[serde(default)]
    network_secrets: String,
    #[serde(default)]
    repository: Repository,
    stdin: Option<String>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Others {
    #[default]
    Unknown,
    Harmless,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Globals {
    #[default]
    Before,
    Anywhere,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Case {
    #[default]
    Kept,
    Ignored,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StyleWord {
    #[default]
    Gnu,
    Bundled,
    Single,
    Assignments,
    None,
}

#[derive(Default, Deserialize)]
enum Guard {
    #[default]
    #[serde(rename = "--")]
    Dashes,
    #[serde(rename = "--end-of-options")]
    EndOfOptions,
    #[serde(rename = "none")]
    None,
}

impl Node {
    /// The subcommands of this name, exact names before patterns. Of a name that is not `complete`, because a hole
    /// follows, only what is sure to fit counts: patterns that end where it does.
    pub(super) fn children(&self, name: &str, complete: bool) -> impl Iterator<Item = &Node> {
        let fits = move |pattern: &str| {
            let begins = |head: &str| !head.contains('*') && name.starts_with(head);
            if complete {
                glob_matches(pattern, name)
            } else {
                pattern.strip_suffix('*').is_some_and(begins)
            }
        };
        let exact = self.children.get(name).filter(|_| complete);
        let patterns = self
            .patterns
            .iter()
            .filter(move |(pattern, _)| fits(pattern))
            .map(|(_, node)| node);
        exact.into_iter().chain(patterns)
    }

    /// What the subcommands with plain names may do, all together.
    pub(super) fn worst_named(&self) -> Effects {
        let mut worst = Effects::NONE;
        for child in self.children.values() {
            child.walk("", &mut |_, node| {
                if let Some(facts) = &node.facts {
                    worst |= facts.own_effects() | facts.given.effects();
                }
            });
        }
        worst
    }

    /// True if it has subcommands.
    pub(super) fn has_children(&self) -> bool {
        !(self.children.is_empty() && self.patterns.is_empty())
    }

    /// This node and all below it, with their full names.
    pub(super) fn walk<'a>(&'a self, name: &str, visit: &mut dyn FnMut(&str, &'a Node)) {
        visit(name, self);
        let patterns = self.patterns.iter().map(|(name, node)| (name, node));
        for (child, node) in self.children.iter().chain(patterns) {
            node.walk(&format!("{name} {child}"), visit);
        }
    }

    /// The node of this full name, patterns taken by their letters.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        name.split_whitespace()
            .try_fold(self, |node, word| node.children.get(word))
    }

    fn at(&mut self, name: &str) -> &mut Self {
        let mut node = self;
        for word in name.split_whitespace() {
            node = if word.contains('*') {
                let index = node
                    .patterns
                    .iter()
                    .position(|(pattern, _)| **pattern == *word)
                    .unwrap_or_else(|| {
                        node.patterns.push((word.into(), Self::default()));
                        node.patterns.len() - 1
                    });
                &mut node.patterns[index].1
            } else {
                node.children.entry(word.into()).or_default()
            };
        }
        node
    }

    /// The program of this name, taken out.
    pub(super) fn take(mut self, name: &str) -> Self {
        self.children.remove(name).unwrap_or_default()
    }

    fn put(&mut self, file: &str, name: &str, facts: Arc<Facts>) -> Result<(), ProgramsError> {
        let node = self.at(name);
        if node.facts.is_some() {
            return Err(fault(file, name, "it is described twice"));
        }
        node.facts = Some(facts);
        Ok(())
    }
}

/// Other names of programs, each with the full name of what it is.
pub(super) type Aliases = BTreeMap<Box<str>, Box<str>>;

/// A row of a condensed table.
pub(super) struct Section<'a> {
    /// The program and, where it is one, the subcommand.
    pub(super) name: &'a str,
    /// Its bytes of the text.
    pub(super) range: Range<usize>,
    also: &'a str,
    /// What it says, as JSON.
    facts: &'a str,
}

impl<'a> Section<'a> {
    /// The program that the row belongs to.
    pub(super) fn program(&self) -> &'a str {
        self.name.split_whitespace().next().unwrap_or_default()
    }

    /// Other names of programs that are the same as this row.
    pub(super) fn aliases(&self) -> impl Iterator<Item = &'a str> {
        self.also
            .split(',')
            .map(str::trim)
            .filter(|other| !other.is_empty() && !other.contains(' '))
    }
}

/// The rows of a condensed text, none of them read yet.
pub(super) fn sections(text: &str) -> impl Iterator<Item = Section<'_>> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let range = start..start + line.len();
        start = range.end;
        let mut parts = line.splitn(3, '\t');
        Some(Section {
            name: parts.next()?,
            range,
            also: parts.next()?,
            facts: parts.next()?,
        })
    })
}

/// Adds the rows in `text` below `root`.
pub(super) fn read(file: &str, text: &str, root: &mut Node) -> Result<(), ProgramsError> {
    for Section { name, facts, .. } in sections(text) {
        let row: Row = serde_json::from_str(facts).map_err(|error| ProgramsError::Syntax {
            file: file.to_owned(),
            reason: format!("[\"{name}\"]: {error}"),
        })?;
        let facts = Facts::read(&row).map_err(|reason| fault(file, name, &reason))?;
        for line in row.commands.lines() {
            let line = uncommented(line);
            if line.is_empty() {
                continue;
            }
            let (names, brief) = Facts::brief(line, &facts).map_err(|reason| fault(file, name, &reason))?;
            let brief = Arc::new(brief);
            for sub in names {
                root.put(file, &format!("{name} {sub}"), Arc::clone(&brief))?;
            }
        }
        let facts = Arc::new(facts);
        for other in row
            .also
            .split(',')
            .map(str::trim)
            .filter(|other| other.contains(' '))
        {
            if other.split_whitespace().next() != name.split_whitespace().next() {
                return Err(fault(
                    file,
                    name,
                    &format!("`{other}` belongs to another program"),
                ));
            }
            root.put(file, other, Arc::clone(&facts))?;
        }
        root.put(file, name, facts)?;
    }
    Ok(())
}

pub(super) fn fault(file: &str, name: &str, reason: &str) -> ProgramsError {
    ProgramsError::Row {
        file: file.to_owned(),
        row: name.to_owned(),
        reason: reason.to_owned(),
    }
}

impl Facts {
    /// What it does whatever its operands and options.
    pub(super) fn own_effects(&self) -> Effects {
        let writes = self.operands.write(self.does.has(Tags::EDITS));
        self.does.effects()
            | Effects {
                writes,
                ..Effects::NONE
            }
    }

    fn read(row: &Row) -> Result<Self, String> {
        let tags = |words: &str| Tags::parse(words).map_err(|word| format!("`{word}` is no known word"));
        let paths = |words: &str| words.split_whitespace().map(Into::into).collect();
        Ok(Self {
            does: tags(&row.does)?,
            given: tags(&row.given)?,
            alone: tags(&row.alone)?,
            operands: Operands::parse(&row.operands)
                .map_err(|word| format!("`{word}` is no kind of operand"))?,
            options: Options::parse(&row.options)?,
            others_harmless: row.others == Others::Harmless,
            globals_anywhere: row.globals == Globals::Anywhere,
            ignores_case: row.case == Case::Ignored,
            style: match row.style {
                StyleWord::Gnu => Style::Gnu,
                StyleWord::Bundled => Style::Bundled,
                StyleWord::Single => Style::Single,
                StyleWord::Assignments => Style::Assignments,
                StyleWord::None => Style::None,
            },
            guard: match row.guard {
                Guard::Dashes => Some("--"),
                Guard::EndOfOptions => Some("--end-of-options"),
                Guard::None => None,
            },
            exit: row.exit.clone(),
            config: paths(&row.config),
            network_config: paths(&row.network_config),
            state: paths(&row.state),
            secrets: paths(&row.secrets),
            network_secrets: paths(&row.network_secrets),
            repository: row.repository,
            stdin: row.stdin.as_deref().map(Into::into),
        })
    }

    /// Reads a line of `commands`: names set apart by commas, then operands in `<>`, then tags. The style and the guard
    /// are those of the program; options that nobody lists don't change what it does.
    fn brief<'a>(line: &'a str, program: &Self) -> Result<(Vec<&'a str>, Self), String> {
        let (head, tail) = line
            .split_once(" : ")
            .ok_or_else(|| format!("`{line}` has no ` : words`"))?;
        let (names, operands) = match head.split_once('<') {
            Some((names, rest)) => (
                names,
                rest.trim_end()
                    .strip_suffix('>')
                    .ok_or_else(|| format!("`{line}` lacks a `>`"))?,
            ),
            None => (head, ""),
        };
        let names: Vec<&str> = names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if names.is_empty() {
            return Err(format!("`{line}` names no command"));
        }
        let facts = Self {
            does: Tags::parse(tail).map_err(|word| format!("`{word}` in `{line}` is no known word"))?,
            operands: Operands::parse(operands)
                .map_err(|word| format!("`{word}` in `{line}` is no kind of operand"))?,
            others_harmless: true,
            style: program.style,
            guard: program.guard,
            ..Self::default()
        };
        Ok((names, facts))
    }
}
