//! A table of commands in memory, to be asked and never to be run: what an evaluation is measured on.

use std::collections::HashSet;

use lever_core::command::Effects;
use lever_core::template::{Phrase, Syntax};
use lever_core::text::normalise;
use lever_store::{NewBody, NewCommand, NewPhrase, Source, StoreError, Taught};

use crate::bank::Known;
use crate::clock::now;
use crate::teach::{Lesson, compile_lesson};
use crate::wire::{Entry, Match, Options};
use crate::{Catalog, CatalogError};

/// Candidates of a ranking, so that a mean reciprocal rank says something.
const RANKED: usize = 10;

impl Catalog {
    /// A catalog of its own in memory. Nothing in it is on disk, and nothing of it outlives it.
    ///
    /// # Errors
    /// A pack that cannot be read, where `options.seed` asks for it.
    pub fn open_table(options: &Options) -> Result<Self, CatalogError> {
        Self::in_memory(options)
    }

    /// Lays commands into a table, all at once, and returns the id of each: `None` where none of its phrases is new.
    ///
    /// Unlike a teach this takes any text for a command, since it is only to be found: what no shell could read has
    /// unknown effects. No approval comes with it.
    ///
    /// # Errors
    /// This catalog is on disk; a store that cannot take it.
    pub fn lay(&mut self, namespace: &str, entries: &[Entry]) -> Result<Vec<Option<String>>, CatalogError> {
        if !self.is_in_memory() {
            return Err(CatalogError::NotATable);
        }
        let programs = self.read_programs()?;
        let mut bodies = Vec::with_capacity(entries.len());
        let mut keys = HashSet::new();
        for entry in entries {
            let lesson = Lesson {
                phrase: entry.phrases.first().map_or("", String::as_str),
                aliases: &[],
                pattern: false,
                template: &entry.command,
                params: &[],
                interpreter: None,
                permissions: &serde_json::Map::new(),
                tags: &[],
                suggest: &std::collections::BTreeMap::new(),
                keep_output: false,
                source: Source::Taught,
            };
            let phrases: Vec<(&str, String)> = entry
                .phrases
                .iter()
                .filter_map(|text| Some((text.as_str(), key_of(text)?)))
                .filter(|(_, key)| keys.insert(key.clone()))
                .collect();
            let draft = compile_lesson(&lesson, &programs).ok();
            let known = match &draft {
                Some(draft) if entry.bank => draft.known(&mut self.bank),
                _ => Known::default(),
            };
            bodies.push((phrases, draft, known));
        }
        let unknown = serde_json::to_string(&Effects::UNKNOWN)?;
        self.store
            .teach_many(namespace, now(), |batch| {
                let mut ids = Vec::with_capacity(entries.len());
                for (entry, (phrases, draft, known)) in entries.iter().zip(&bodies) {
                    let body = draft
                        .as_ref()
                        .map_or_else(|| unreadable(&entry.command, &unknown), super::teach::Draft::body);
                    let phrases: Vec<NewPhrase<'_>> = phrases
                        .iter()
                        .map(|(text, key)| NewPhrase {
                            text,
                            key,
                            source: entry.source,
                            pattern: false,
                            weak: false,
                        })
                        .collect();
                    let Some((phrase, aliases)) = phrases.split_first() else {
                        ids.push(None);
                        continue;
                    };
                    let command = NewCommand {
                        phrase: *phrase,
                        aliases,
                        body,
                        trust: None,
                        approved_by: None,
                        replace: false,
                    };
                    let mut pairs = Vec::new();
                    let bundle = known.bundle(&mut pairs, false);
                    ids.push(match batch.teach_known(&command, &bundle)? {
                        Taught::Created { id } | Taught::Replaced { id } => Some(id),
                        Taught::Exists { .. } => None,
                    });
                }
                Ok::<_, StoreError>(ids)
            })
            .map_err(CatalogError::from)
    }

    /// As [`match_semantic`](Self::match_semantic), with more of the candidates.
    ///
    /// # Errors
    /// A request that is no text; a store that cannot be read.
    pub fn rank(&mut self, namespace: &str, request: &str) -> Result<Match, CatalogError> {
        self.search(namespace, request, RANKED)
    }
}

fn key_of(phrase: &str) -> Option<String> {
    let key = match Phrase::parse(phrase, Syntax::Literal) {
        Ok(parsed) => parsed.key().to_owned(),
        Err(_) => normalise(phrase).ok()?.key(),
    };
    (!key.is_empty()).then_some(key)
}

/// The body of a command that no shell could read.
fn unreadable<'a>(template: &'a str, effects: &'a str) -> NewBody<'a> {
    NewBody {
        template,
        digest: "",
        plan: "{}",
        params: "[]",
        effects,
        permissions: "{}",
        details: "{}",
    }
}
