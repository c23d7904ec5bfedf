//! Commands, runs and counts, as people see them.

use std::collections::BTreeMap;

use lever_core::command::{ParamKind, Plan};
use lever_store::{Command, Page, Phrase, RunFilter, Source};
use serde::de::DeserializeOwned;

use crate::bind::script_of;
use crate::wire::{CommandRow, FlaggedRow, Parameter, PayloadRow, PhraseRow, RunRow, Stats, TopRow};
use crate::{Catalog, CatalogError};

impl Catalog {
    /// One command.
    ///
    /// # Errors
    /// No such command.
    pub(crate) fn command(&self, namespace: &str, id: &str) -> Result<Command, CatalogError> {
        let found = self.store.command(namespace, id)?;
        found
            .filter(|command| !command.hidden && (self.seed || command.pack.is_none()))
            .ok_or_else(|| CatalogError::UnknownCommand(id.to_owned()))
    }

    /// Every command that the namespace can use, its own first.
    pub fn list(&self, namespace: &str) -> Result<Vec<CommandRow>, CatalogError> {
        let mut rows = Vec::new();
        let mut failed = None;
        self.store
            .for_each_command(namespace, !self.seed, |command, phrases| {
                match row(command, phrases) {
                    Ok(row) => rows.push(row),
                    Err(error) => failed = Some(error),
                }
                failed.is_none()
            })?;
        failed.map_or(Ok(rows), Err)
    }

    /// The command with this id or this phrase.
    pub fn find(&mut self, namespace: &str, id_or_phrase: &str) -> Result<Option<CommandRow>, CatalogError> {
        let id = if let Ok(command) = self.command(namespace, id_or_phrase) {
            command.id
        } else if let Some(id) = self.holder(namespace, id_or_phrase)? {
            id
        } else {
            return Ok(None);
        };
        self.describe(namespace, &id).map(Some)
    }

    pub(crate) fn describe(&self, namespace: &str, id: &str) -> Result<CommandRow, CatalogError> {
        let command = self.command(namespace, id)?;
        let phrases = self.store.phrases(namespace, id)?;
        let mut row = row(command, phrases)?;
        row.suggestions = self.suggestion_rows(namespace, id)?;
        Ok(row)
    }

    /// The latest runs.
    pub fn log(&self, namespace: &str, limit: u32) -> Result<Vec<RunRow>, CatalogError> {
        let filter = RunFilter {
            namespace: Some(namespace),
            status: Some("ran"),
            ..RunFilter::default()
        };
        let runs = self.store.log(&filter, Page { after: None, limit })?.items;
        let mut phrases: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut rows = Vec::with_capacity(runs.len());
        for run in runs {
            let id = run.command.unwrap_or_default();
            if !phrases.contains_key(&id) {
                let phrase = self.store.command(namespace, &id)?.map(|command| command.phrase);
                phrases.insert(id.clone(), phrase);
            }
            rows.push(RunRow {
                id: run.id,
                at: run.at,
                request: run.request,
                caller: run.caller,
                status: run.status,
                phrase: phrases.get(&id).cloned().flatten(),
                command_id: id,
                argv: run
                    .argv
                    .and_then(|argv| serde_json::from_str(&argv).ok())
                    .unwrap_or_default(),
                parameters: run
                    .parameters
                    .and_then(|values| serde_json::from_str(&values).ok())
                    .unwrap_or_default(),
                gate: run.gate.unwrap_or(0),
                kind: run.match_kind.unwrap_or_default(),
                exit_code: run.exit_code,
                signal: run.signal,
                timed_out: run.timed_out,
                duration_ms: run.duration_ms.unwrap_or(0),
                stdout_bytes: run.bytes_out.unwrap_or(0),
                stderr_bytes: run.bytes_err.unwrap_or(0),
                truncated: run.truncated,
                sandbox: run
                    .sandbox
                    .and_then(|facts| serde_json::from_str(&facts).ok())
                    .unwrap_or_default(),
                tail_out: run.tail_out,
                tail_err: run.tail_err,
            });
        }
        Ok(rows)
    }

    /// Hostile values, by the way in which they would get past a careless program.
    pub fn payloads(&self) -> Vec<PayloadRow> {
        lever_core::command::payloads::all()
            .into_iter()
            .map(|payload| PayloadRow {
                name: payload.name,
                class: payload.class,
                value: payload.value.into_owned(),
            })
            .collect()
    }

    /// How the namespace was used.
    pub fn stats(&self, namespace: &str) -> Result<Stats, CatalogError> {
        let stats = self.store.stats(namespace, 0)?;
        let phrase_of = |id: &str| -> Result<String, CatalogError> {
            Ok(self
                .store
                .command(namespace, id)?
                .map_or_else(|| id.to_owned(), |command| command.phrase))
        };
        let mut top = Vec::new();
        for (id, runs) in &stats.top {
            top.push(TopRow {
                phrase: phrase_of(id)?,
                command_id: id.clone(),
                runs: *runs,
            });
        }
        let mut flagged = Vec::new();
        for standing in self.store.flagged(namespace)? {
            flagged.push(FlaggedRow {
                phrase: phrase_of(&standing.id)?,
                command_id: standing.id,
                trust: standing.trust.score,
                failures: standing.trust.failures,
            });
        }
        let pack_commands = if self.seed { stats.pack_commands } else { 0 };
        let ran = stats.by_status.get("ran").copied().unwrap_or(0);
        Ok(Stats {
            commands: stats.commands + pack_commands,
            own_commands: stats.commands,
            phrases: stats.phrases.values().sum(),
            runs: ran,
            successes: stats.succeeded,
            failures: ran.saturating_sub(stats.succeeded),
            by_way: stats.by_way,
            by_gate: stats.by_gate,
            by_kind: stats.by_match,
            top,
            flagged,
            model_requests: stats.model_requests,
            models: stats.models,
        })
    }
}

/// Reads what an earlier teach stored.
pub(crate) fn read_json<T: DeserializeOwned>(id: &str, json: &str) -> Result<T, CatalogError> {
    serde_json::from_str(json).map_err(|error| CatalogError::Plan {
        id: id.to_owned(),
        problem: error.to_string(),
    })
}

fn row(command: Command, phrases: Vec<Phrase>) -> Result<CommandRow, CatalogError> {
    let plan: Plan = read_json(&command.id, &command.plan)?;
    let details: Details = read_json(&command.id, &command.details)?;
    Ok(CommandRow {
        phrases: phrases
            .into_iter()
            .map(|phrase| PhraseRow {
                source: source_name(phrase.source),
                text: phrase.text,
                pattern: phrase.pattern,
                uses: phrase.uses,
            })
            .collect(),
        script: script_of(&plan),
        parameters: parameters(&plan),
        effects: plan.effects,
        permissions: plan.permissions,
        origin: if command.pack.is_some() { "pack" } else { "own" },
        approved: command.approval.is_some(),
        trust: command.trust.score,
        successes: command.trust.successes,
        failures: command.trust.failures,
        id: command.id,
        phrase: command.phrase,
        template: command.template,
        digest: command.digest,
        tags: details.tags,
        programs: plan.programs,
        suggestions: Vec::new(),
        keep_output: details.keep_output,
    })
}

/// What is kept of a command beside its plan: its labels, and what its teacher said that is in neither text, so that it
/// can be taught again elsewhere.
#[derive(serde::Serialize, serde::Deserialize, Default)]
#[serde(default)]
pub(crate) struct Details {
    pub(crate) tags: Vec<String>,
    /// Keep the end of the output with the record of a run.
    pub(crate) keep_output: bool,
    /// Declarations beside the texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) params: Vec<String>,
    /// Changes to the derived permissions.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub(crate) permissions: serde_json::Map<String, serde_json::Value>,
    /// The interpreter, where it was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shell: Option<String>,
}

fn source_name(source: Source) -> &'static str {
    match source {
        Source::Taught => "taught",
        Source::Learned => "learned",
        Source::Pack => "pack",
        Source::Model => "model",
        Source::Bank => "bank",
    }
}

pub(crate) fn parameters(plan: &Plan) -> Vec<Parameter> {
    plan.params
        .iter()
        .map(|param| Parameter {
            name: param.name.clone(),
            kind: param.kind.to_string(),
            default: param.default.clone(),
            choices: match &param.kind {
                ParamKind::Choice(choices) => choices.clone(),
                _ => Vec::new(),
            },
        })
        .collect()
}
