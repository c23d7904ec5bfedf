//! What can be done with a line of a file without the store: read it, compile its template, and help where another
//! program's file cannot say what is needed.

use std::collections::BTreeMap;

use lever_core::bank::Bank;
use lever_core::command::programs::Programs;
use lever_core::command::{self, Declared, Hole, TemplateSource};
use lever_core::template::Phrase;
use lever_store::{NewPhrase, Source, Trust};

use super::entry::{Alias, Entry, FullAlias};
use super::item::{Bad, Item, Raw};
use super::placeholder::Named;
use super::tldr::with_params;
use crate::bank::Known;
use crate::layer_copy::syntax;
use crate::teach::{Draft, Lesson, compile_lesson, read_alias};
use crate::wire::TeachProblem;

/// Trust from a file counts up to here, unless its owner says that the file is their own.
const TRUST_CAP: f64 = 50.0;

/// One command of the file, as far as it got without the store.
pub(super) struct Read {
    pub(super) line: u64,
    pub(super) file: Option<String>,
    pub(super) phrase: Option<String>,
    pub(super) what: What,
}

pub(super) enum What {
    Ready(Box<Ready>),
    Refused(Bad),
    Note(String),
}

/// What reading a line takes beside it.
pub(super) struct Reading<'a> {
    pub(super) keep_trust: bool,
    /// Trust of a new command.
    pub(super) new: f64,
    pub(super) programs: &'a Programs,
    pub(super) bank: Option<&'a Bank>,
}

pub(super) struct Ready {
    pub(super) draft: Draft,
    pub(super) known: Known,
    /// Aliases that are not taught or not read as the canonical phrase is.
    pub(super) others: Vec<OtherAlias>,
    pub(super) trust: Option<f64>,
    pub(super) record: Option<Trust>,
    /// What it would be called by if it were unconfined, as its file says.
    pub(super) as_host: Option<String>,
    /// What is otherwise than in the file.
    pub(super) message: Option<String>,
}

pub(super) struct OtherAlias {
    pub(super) text: String,
    pub(super) key: String,
    pub(super) pattern: bool,
    pub(super) source: Source,
}

impl OtherAlias {
    pub(super) fn phrase(&self) -> NewPhrase<'_> {
        NewPhrase {
            text: &self.text,
            key: &self.key,
            source: self.source,
            pattern: self.pattern,
            weak: false,
        }
    }
}

/// All that can be done with a line without the store; on any thread.
pub(super) fn read(item: Item, with: &Reading<'_>) -> Read {
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
