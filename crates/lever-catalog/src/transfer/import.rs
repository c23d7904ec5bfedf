//! Storing what a file holds: all of it as one change, or none.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::thread::available_parallelism;
use std::time::Instant;

use lever_core::bank::Bank;
use lever_core::command::programs::Programs;
use lever_core::command::{self, Declared, Hole, TemplateSource};
use lever_core::template::Phrase;
use lever_store::{Added, Batch, NewCommand, NewPhrase, Source, StoreError, Taught, Trust};
use serde::Deserialize;

use super::entry::{Alias, Entry, FullAlias};
use super::item::{Bad, Item, Raw};
use super::placeholder::Named;
use super::report::{Event, Imported, LineReport, Outcome};
use super::tldr::with_params;
use super::{source, workers};
use crate::bank::Known;
use crate::clock::now;
use crate::layer_copy::syntax;
use crate::teach::{Draft, Lesson, compile_lesson, read_alias};
use crate::wire::TeachProblem;
use crate::{Catalog, CatalogError};

/// Trust from a file counts up to here, unless its owner says that the file is their own.
const TRUST_CAP: f64 = 50.0;
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

/// One command of the file, as far as it got without the store.
struct Read {
    line: u64,
    file: Option<String>,
    phrase: Option<String>,
    what: What,
}

enum What {
    Ready(Box<Ready>),
    Refused(Bad),
    Note(String),
}

/// What reading a line takes beside it.
struct Reading<'a> {
    keep_trust: bool,
    /// Trust of a new command.
    new: f64,
    programs: &'a Programs,
    bank: Option<&'a Bank>,
}

struct Ready {
    draft: Draft,
    known: Known,
    /// Aliases that are not taught or not read as the canonical phrase is.
    others: Vec<OtherAlias>,
    trust: Option<f64>,
    record: Option<Trust>,
    /// What it would be called by if it were unconfined, as its file says.
    as_host: Option<String>,
    /// What is otherwise than in the file.
    message: Option<String>,
}

struct OtherAlias {
    text: String,
    key: String,
    pattern: bool,
    source: Source,
}

impl OtherAlias {
    fn phrase(&self) -> NewPhrase<'_> {
        NewPhrase {
            text: &self.text,
            key: &self.key,
            source: self.source,
            pattern: self.pattern,
            weak: false,
        }
    }
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
        // One core is the writer's; but where there are only two, both compile while it waits.
        let threads = available_parallelism().map_or(1, |cores| cores.get().max(2) - 1);
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

/// All that can be done with a line without the store; on any thread.
fn read(item: Item, with: &Reading<'_>) -> Read {
    let (line, file) = (item.line, item.file);
    let entry = match item.raw {
        Raw::Json(json) => Entry::parse(&json),
        Raw::Entry(entry) => entry.check(),
        Raw::Bad(bad) => Err(bad),
        Raw::Note(note) => {
            return Read {
                line,
                file,
                phrase: None,
                what: What::Note(note),
            };
        }
    };
    let (phrase, what) = match entry {
        Err(bad) => (None, What::Refused(bad)),
        Ok(entry) => {
            let what = match compile(&entry, with) {
                Ok(ready) => What::Ready(Box::new(ready)),
                Err(bad) => What::Refused(bad),
            };
            (Some(entry.phrase), what)
        }
    };
    Read {
        line,
        file,
        phrase,
        what,
    }
}

fn compile(entry: &Entry, with: &Reading<'_>) -> Result<Ready, Bad> {
    let (keep_trust, programs) = (with.keep_trust, with.programs);
    let mut taught = Vec::new();
    let mut special = Vec::new();
    for alias in &entry.aliases {
        match alias {
            Alias::Text(text) => taught.push(text.clone()),
            Alias::Full(full) => special.push((full, source_of(full)?)),
        }
    }
    let mut permissions = entry.permissions.clone();
    let unconfined = permissions.get("host") == Some(&serde_json::Value::Bool(true));
    if unconfined {
        permissions.remove("host");
    }
    let lesson = Lesson {
        phrase: &entry.phrase,
        aliases: &taught,
        pattern: entry.pattern,
        template: &entry.command,
        params: &entry.params,
        interpreter: entry.shell.as_deref(),
        permissions: &permissions,
        tags: &entry.tags,
        suggest: &entry.suggest,
        keep_output: entry.keep_output,
        source: Source::Taught,
    };
    let (draft, message) = draft(&lesson, programs)?;
    let as_host = unconfined.then(|| draft.digest_as_host());
    let mut others = Vec::with_capacity(special.len());
    for (full, source) in special {
        let key = read_alias(&full.phrase, full.pattern, draft.plan())?
            .key()
            .to_owned();
        others.push(OtherAlias {
            text: full.phrase.clone(),
            key,
            pattern: full.pattern,
            source,
        });
    }
    let trust = entry
        .trust
        .map(|trust| if keep_trust { trust } else { trust.min(TRUST_CAP) });
    let ran = entry.success_count > 0 || entry.failure_count > 0;
    let record = (keep_trust && ran).then(|| Trust {
        score: trust.unwrap_or(with.new),
        successes: entry.success_count,
        failures: entry.failure_count,
    });
    let known = with.bank.map(|bank| draft.known_to(bank)).unwrap_or_default();
    Ok(Ready {
        draft,
        known,
        others,
        trust,
        record,
        as_host,
        message,
    })
}

/// Compiles, and where that fails for what a file of another program cannot know, helps: a phrase that lacks a value
/// gets it, and a way to list values that is not harmless is left out.
fn draft(lesson: &Lesson<'_>, programs: &Programs) -> Result<(Draft, Option<String>), Bad> {
    let problem = match compile_lesson(lesson, programs) {
        Ok(draft) => return Ok((draft, None)),
        Err(problem) => problem,
    };
    if problem.code == "parameter_not_in_phrase" {
        let (phrase, aliases) = complete(lesson, programs).ok_or(problem)?;
        let completed = Lesson {
            phrase: &phrase,
            aliases: &aliases,
            ..*lesson
        };
        let (draft, message) = without_bad_suggestions(&completed, programs)?;
        let message = message.unwrap_or_else(|| format!("with its values: \u{201c}{phrase}\u{201d}"));
        return Ok((draft, Some(message)));
    }
    if lesson.suggest.is_empty() {
        return Err(problem.into());
    }
    without_bad_suggestions(lesson, programs)
}

fn without_bad_suggestions(lesson: &Lesson<'_>, programs: &Programs) -> Result<(Draft, Option<String>), Bad> {
    match compile_lesson(lesson, programs) {
        Ok(draft) => Ok((draft, None)),
        Err(problem) if !lesson.suggest.is_empty() => {
            let bare = Lesson {
                suggest: &BTreeMap::new(),
                ..*lesson
            };
            let message = format!("how to list values is left out: {}", problem.message);
            Ok((compile_lesson(&bare, programs)?, Some(message)))
        }
        Err(problem) => Err(problem.into()),
    }
}

/// The phrases with those parameters added that the command needs and they do not say. `None` where that does not help.
fn complete(lesson: &Lesson<'_>, programs: &Programs) -> Option<(String, Vec<String>)> {
    let declared: Vec<Declared> = lesson
        .params
        .iter()
        .map(|text| Hole::parse(text).map(Declared::beside))
        .collect::<Result<_, _>>()
        .ok()?;
    let source = TemplateSource {
        declared: &declared,
        programs: Some(programs),
        ..TemplateSource::new(lesson.template)
    };
    let plan = command::compile(&source).ok()?;
    let needed: Vec<Named> = plan
        .params
        .into_iter()
        .filter(|param| param.default.is_none())
        .map(|param| Named {
            name: param.name,
            kind: param.kind,
        })
        .collect();
    let add = |text: &str| {
        let phrase = Phrase::parse(text, syntax(lesson.pattern)).ok()?;
        let said = |name: &str| phrase.slots().iter().any(|slot| slot.name == name);
        let missing: Vec<Named> = needed
            .iter()
            .filter(|param| !said(&param.name))
            .cloned()
            .collect();
        Some(with_params(text, &missing))
    };
    let aliases = lesson
        .aliases
        .iter()
        .map(|alias| add(alias))
        .collect::<Option<_>>()?;
    Some((add(lesson.phrase)?, aliases))
}

fn source_of(alias: &FullAlias) -> Result<Source, Bad> {
    match alias.source.as_deref() {
        None | Some("taught") => Ok(Source::Taught),
        Some("learned") => Ok(Source::Learned),
        Some("model") => Ok(Source::Model),
        Some(other) => {
            let message = format!("an alias comes from taught, learned or model, not from {other}");
            Err(Bad::new("entry_invalid", message))
        }
    }
}

impl From<Box<TeachProblem>> for Bad {
    fn from(problem: Box<TeachProblem>) -> Self {
        Self {
            code: problem.code.into(),
            message: problem.message,
            hint: problem.hint,
        }
    }
}

/// Stores one command and says what became of it.
fn store(batch: &mut Batch<'_>, seed: bool, read: Read) -> Result<LineReport, StoreError> {
    let mut report = LineReport {
        line: read.line,
        file: read.file,
        outcome: Outcome::Note,
        phrase: read.phrase,
        command_id: None,
        code: None,
        message: None,
        hint: None,
    };
    match read.what {
        What::Note(note) => report.message = Some(note),
        What::Refused(bad) => report.refuse(bad),
        What::Ready(ready) => add(batch, seed, &ready, &mut report)?,
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
            let all: Vec<NewPhrase<'_>> = phrases.iter().chain(&others).copied().collect();
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
