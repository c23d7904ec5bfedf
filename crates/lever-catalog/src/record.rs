//! What came of a run, and what an owner says of a command.

use std::collections::BTreeMap;

use lever_core::text::normalise;
use lever_store::{Lessons, Run, Verdict};

use crate::bind::confirmation;
use crate::clock::now;
use crate::wire::{CommandRow, Recorded, RunReport};
use crate::{Catalog, CatalogError};

impl Catalog {
    /// Records a run, moves its command's trust, and remembers what a person confirmed or chose.
    pub fn record(&mut self, namespace: &str, report: &RunReport) -> Result<Recorded, CatalogError> {
        if report.confirmed {
            self.remember_confirmation(namespace, report)?;
        }
        let key = normalise(&report.request)
            .map(|request| request.key())
            .unwrap_or_default();
        // A learned phrase is used where the request is an instance of it.
        let used = match &report.phrase {
            Some(phrase) if report.gate == 1 => phrase_key(phrase).unwrap_or_default(),
            _ => key,
        };
        let run = Run {
            id: report.id.clone(),
            at: now(),
            namespace: namespace.to_owned(),
            caller: report.caller.clone(),
            request: report.request.clone(),
            status: "ran".to_owned(),
            gate: Some(report.gate),
            match_kind: Some(report.kind.clone()),
            cached: report.cached,
            command: Some(report.command_id.clone()),
            argv: Some(serde_json::to_string(&report.argv)?),
            parameters: Some(serde_json::to_string(&report.parameters)?),
            exit_code: report.exit_code,
            signal: report.signal,
            timed_out: report.timed_out,
            duration_ms: Some(report.duration_ms as u64),
            bytes_out: Some(report.stdout_bytes),
            bytes_err: Some(report.stderr_bytes),
            truncated: report.truncated,
            sandbox: Some(report.sandbox.to_string()),
            tail_out: report.tail_out.clone(),
            tail_err: report.tail_err.clone(),
            ..Run::default()
        };
        let lessons = Lessons {
            verdict: match report.verdict.as_str() {
                "success" => Some(Verdict::Success),
                "failure" => Some(Verdict::Failure),
                _ => None,
            },
            used_phrase: Some(used.as_str()).filter(|key| !key.is_empty()),
        };
        let moved = self.store.record_run(&run, lessons)?;
        self.keep_resolution(namespace, &report.request);
        self.store
            .remember_program_paths(namespace, &report.command_id, &report.program_paths, now())?;
        let learned = if report.learn {
            self.learn(namespace, report)?
        } else {
            None
        };
        let trust = match moved {
            Some(trust) => trust.score,
            None => self
                .store
                .command(namespace, &report.command_id)?
                .map_or(0.0, |command| command.trust.score),
        };
        Ok(Recorded { trust, learned })
    }

    /// Counts a request that nothing was found for.
    pub fn record_unmatched(
        &mut self,
        namespace: &str,
        id: &str,
        request: &str,
        caller: &str,
    ) -> Result<(), CatalogError> {
        let run = Run {
            id: id.to_owned(),
            at: now(),
            namespace: namespace.to_owned(),
            caller: caller.to_owned(),
            request: request.to_owned(),
            status: "no_match".to_owned(),
            ..Run::default()
        };
        self.store.record_run(&run, Lessons::default())?;
        Ok(())
    }

    /// A person saw exactly this and said yes: that approves an unapproved command too. A program that may confirm does so
    /// for one run.
    fn remember_confirmation(&mut self, namespace: &str, report: &RunReport) -> Result<(), CatalogError> {
        if report.caller != "person" {
            return Ok(());
        }
        let id = &report.command_id;
        self.store
            .confirm(namespace, id, &confirmation(&report.argv, &report.cwd), now())?;
        let approved = self
            .store
            .command(namespace, id)?
            .is_some_and(|command| command.approval.is_some());
        if !approved {
            self.store
                .approve(namespace, id, &report.digest, &report.caller, now())?;
        }
        Ok(())
    }

    /// Approves a command as it was shown, with this digest.
    ///
    /// # Errors
    /// It is another by now.
    pub fn approve(&mut self, namespace: &str, id: &str, digest: &str) -> Result<CommandRow, CatalogError> {
        self.command(namespace, id)?;
        self.store.approve(namespace, id, digest, "person", now())?;
        self.describe(namespace, id)
    }

    /// Remembers where a command's programs are, by name.
    pub fn remember_programs(
        &mut self,
        namespace: &str,
        id: &str,
        paths: &BTreeMap<String, String>,
    ) -> Result<(), CatalogError> {
        Ok(self.store.remember_program_paths(namespace, id, paths, now())?)
    }

    /// Forgets a command and returns what it was.
    pub fn forget(&mut self, namespace: &str, id: &str) -> Result<CommandRow, CatalogError> {
        let row = self.describe(namespace, id)?;
        self.store.forget(namespace, id, now())?;
        Ok(row)
    }

    /// Forgets one alias that the namespace has; `None` where it is no such alias.
    pub fn forget_phrase(
        &mut self,
        namespace: &str,
        phrase: &str,
    ) -> Result<Option<CommandRow>, CatalogError> {
        let Some(id) = self.holder(namespace, phrase)? else {
            return Ok(None);
        };
        let row = self.describe(namespace, &id)?;
        let Some(key) = phrase_key(phrase) else {
            return Ok(None);
        };
        let canonical = phrase_key(&row.phrase).is_some_and(|own| own == key);
        if canonical {
            return Ok(None);
        }
        let removed = self.store.remove_phrase(namespace, &key)?
            || match self.bundled(namespace, &key)? {
                Some((id, phrase)) => self.store.remove_from_bundle(namespace, &id, &phrase)?,
                None => false,
            };
        if !removed {
            return Ok(None);
        }
        self.describe(namespace, &id).map(Some)
    }

    /// Sets a command's trust: its owner's word.
    pub fn set_trust(&mut self, namespace: &str, id: &str, score: f64) -> Result<CommandRow, CatalogError> {
        self.command(namespace, id)?;
        self.store.set_trust(namespace, id, score, now())?;
        self.describe(namespace, id)
    }
}

/// The key under which a phrase is stored, read as it was written or as a pattern.
pub(crate) fn phrase_key(phrase: &str) -> Option<String> {
    use lever_core::template::{Phrase, Syntax};
    let parsed = Phrase::parse(phrase, Syntax::Literal).or_else(|_| Phrase::parse(phrase, Syntax::Pattern));
    parsed.ok().map(|parsed| parsed.key().to_owned())
}
