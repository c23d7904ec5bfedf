//! Storing what a file holds: all of it as one change, or none.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::thread::available_parallelism;
use std::time::Instant;

use lever_store::{Added, Batch, NewCommand, NewPhrase, StoreError, Taught};
use serde::Deserialize;

use super::compile::{OtherAlias, Read, Reading, Ready, What, read};
use super::item::Bad;
use super::report::{Event, Imported, LineReport, Outcome};
use super::{source, workers};
use crate::clock::now;
use crate::{Catalog, CatalogError};

/// Lines that are handed over together.
const EVENT_LINES: usize = 256;

/// What to import, and how.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools)] // independent choices
pub struct ImportOptions {
    /// The file; standard input where there is none.
    pub path: Option<PathBuf>,
    /// How it is read; told from name and content where it is not said.
    pub format: Option<String>,
    /// Report what would happen, store nothing.
    pub dry_run: bool,
    /// Store the good lines though some were refused.
    pub keep_going: bool,
    /// Take trust and counts as the file has them.
    pub keep_trust: bool,
}

/// Why the transaction is not to be kept.
enum Stop {
    Failed(CatalogError),
    /// Everything went as it should: it was only to be seen what would happen, or a line was refused.
    Unwanted,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(source::unreadable("the file", &error))
    }
}

impl Catalog {
    /// Imports a file into a namespace as one change. Nothing is run, and what is new is unapproved.
    ///
    /// `report` gets every line; an error of its own ends the import with nothing stored.
    ///
    /// # Errors
    /// A file that cannot be read, a store that cannot be written. A line that is no command is part of the report.
    pub fn import(
        &mut self,
        namespace: &str,
        options: &ImportOptions,
        report: &mut dyn FnMut(Event) -> Result<(), CatalogError>,
    ) -> Result<Imported, CatalogError> {
        let began = Instant::now();
        let source = source::open(options.path.as_deref(), options.format.as_deref(), &self.platform)?;
        let programs = self.read_programs()?;
        let new = self.store.settings().trust_new;
        let mut imported = Imported {
            format: source.format.name().to_owned(),
            ..Imported::default()
        };
        // The writer has little to do beside them.
        let threads = available_parallelism().map_or(1, NonZero::get);
        let (bank, seed) = (self.bank.open(), self.seed);
        let done = self.store.teach_many(namespace, now(), |batch| {
            let mut lines = Vec::with_capacity(EVENT_LINES);
            let mut tell = |lines: Vec<LineReport>, imported: &Imported| {
                let event = Event {
                    lines,
                    done: imported.added + imported.merged + imported.present + imported.refused,
                    bytes: source.read.load(Ordering::Relaxed),
                    total: source.total,
                };
                report(event).map_err(Stop::Failed)
            };
            workers::in_order(
                source.items,
                threads,
                |item| {
                    read(
                        item,
                        &Reading {
                            keep_trust: options.keep_trust,
                            new,
                            programs: &programs,
                            bank: bank.as_deref(),
                        },
                    )
                },
                |read| {
                    let line = store(batch, seed, read)?;
                    imported.count(line.outcome);
                    lines.push(line);
                    if lines.len() == EVENT_LINES {
                        tell(std::mem::take(&mut lines), &imported)?;
                    }
                    Ok::<(), Stop>(())
                },
            )?;
            tell(lines, &imported)?;
            if options.dry_run || (imported.refused > 0 && !options.keep_going) {
                return Err(Stop::Unwanted);
            }
            Ok(())
        });
        match done {
            Ok(()) => imported.stored = true,
            Err(Stop::Unwanted) => {}
            Err(Stop::Failed(error)) => return Err(error),
        }
        if imported.stored && imported.added + imported.merged > 0 {
            // What the next request would otherwise have to wait for. It waits then, if it cannot be done now.
            let _ = self.refresh(namespace);
        }
        imported.took_ms = began.elapsed().as_secs_f64() * 1e3;
        Ok(imported)
    }

    /// The ids of the unapproved commands of a namespace that a file holds, in the file's order. Lines that are no command
    /// are passed over: the import has told of them.
    ///
    /// # Errors
    /// A file that cannot be read, a store that cannot be read.
    pub fn unapproved_in(
        &mut self,
        namespace: &str,
        options: &ImportOptions,
    ) -> Result<Vec<String>, CatalogError> {
        let source = source::open(options.path.as_deref(), options.format.as_deref(), &self.platform)?;
        let programs = self.read_programs()?;
        let mut ids = Vec::new();
        for item in source.items {
            let item = item.map_err(|error| source::unreadable("the file", &error))?;
            let What::Ready(ready) = read(
                item,
                &Reading {
                    keep_trust: false,
                    new: 0.0,
                    programs: &programs,
                    bank: None,
                },
            )
            .what
            else {
                continue;
            };
            let phrases = ready.draft.new_phrases();
            let Some(canonical) = phrases.first() else {
                continue;
            };
            let Some(id) = self
                .store
                .holder(lever_store::Layer::Namespace(namespace), canonical.key)?
            else {
                continue;
            };
            let command = self.store.command(namespace, &id)?;
            let waits = command.is_some_and(|command| {
                command.approval.is_none() && command.digest == ready.draft.body().digest
            });
            if waits && !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

impl Imported {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Added => self.added += 1,
            Outcome::Merged => self.merged += 1,
            Outcome::Present => self.present += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Note => {}
        }
    }
}

/// Stores one command and says what became of it.
fn store(batch: &mut Batch<'_>, seed: bool, read: &mut Read) -> Result<LineReport, StoreError> {
    let mut report = LineReport {
        line: read.line,
        file: read.file.take(),
        outcome: Outcome::Note,
        phrase: read.phrase.take(),
        command_id: None,
        code: None,
        message: None,
        hint: None,
    };
    match &mut read.what {
        What::Note(note) => report.message = Some(std::mem::take(note)),
        What::Refused(bad) => report.refuse(bad.clone()),
        What::Ready(ready) => add(batch, seed, ready, &mut report)?,
    }
    Ok(report)
}

impl LineReport {
    fn refuse(&mut self, bad: Bad) {
        self.outcome = Outcome::Refused;
        self.code = Some(bad.code.into_owned());
        self.message = Some(bad.message);
        self.hint = bad.hint;
    }
}

fn add(batch: &mut Batch<'_>, seed: bool, ready: &Ready, report: &mut LineReport) -> Result<(), StoreError> {
    let phrases = ready.draft.new_phrases();
    let (Some(canonical), aliases) = (phrases.first(), phrases.get(1..).unwrap_or_default()) else {
        return Ok(());
    };
    let command = NewCommand {
        phrase: *canonical,
        aliases,
        body: ready.draft.body(),
        trust: ready.trust,
        approved_by: None,
        replace: false,
    };
    let others: Vec<NewPhrase<'_>> = ready.others.iter().map(OtherAlias::phrase).collect();
    let mut pairs = Vec::new();
    let bundle = ready.known.bundle(&mut pairs, seed);
    match batch.teach_known(&command, &bundle)? {
        Taught::Created { id } | Taught::Replaced { id } => {
            report.outcome = Outcome::Added;
            if let Some(record) = ready.record {
                batch.set_record(&id, record)?;
            }
            let (_, taken) = add_phrases(batch, &id, &others)?;
            if ready.as_host.is_some() {
                report.message =
                    Some("`host` is left out: that is for its owner to say at a terminal".to_owned());
            } else if !taken.is_empty() {
                report.message = Some(left_with(&taken));
            } else {
                report.message.clone_from(&ready.message);
            }
            let suggestions = ready.draft.new_suggestions();
            if !suggestions.is_empty() {
                batch.set_suggestions(&id, &suggestions)?;
            }
            report.command_id = Some(id);
        }
        Taught::Exists {
            id,
            phrase,
            same_command,
            ..
        } => {
            let same = same_command || (ready.as_host.is_some() && batch.digest(&id)? == ready.as_host);
            report.command_id = Some(id.clone());
            if !same {
                report.refuse(Bad::new(
                    "phrase_taken",
                    format!("\u{201c}{phrase}\u{201d} already stands for another command ({id})"),
                ));
                return Ok(());
            }
            // What was approved is the command, not what a file calls it: such a phrase is never exact.
            let weak = batch.is_approved(&id)?;
            let all: Vec<NewPhrase<'_>> = phrases
                .iter()
                .chain(&others)
                .map(|phrase| NewPhrase {
                    weak: phrase.weak || weak,
                    ..*phrase
                })
                .collect();
            let (new, taken) = add_phrases(batch, &id, &all)?;
            report.outcome = if new > 0 {
                Outcome::Merged
            } else {
                Outcome::Present
            };
            if !taken.is_empty() {
                report.message = Some(left_with(&taken));
            }
        }
    }
    Ok(())
}

/// How many were new, and who kept those that belong to other commands.
fn add_phrases(
    batch: &mut Batch<'_>,
    id: &str,
    phrases: &[NewPhrase<'_>],
) -> Result<(u64, BTreeMap<String, String>), StoreError> {
    let mut new = 0;
    let mut taken = BTreeMap::new();
    for phrase in phrases {
        match batch.add_phrase(id, phrase)? {
            Added::Created => new += 1,
            Added::Present => {}
            Added::Taken { id, phrase } => {
                taken.insert(phrase, id);
            }
        }
    }
    Ok((new, taken))
}

fn left_with(taken: &BTreeMap<String, String>) -> String {
    let named: Vec<_> = taken
        .iter()
        .map(|(phrase, id)| format!("\u{201c}{phrase}\u{201d} ({id})"))
        .collect();
    format!("left with the command that has it: {}", named.join(", "))
}
