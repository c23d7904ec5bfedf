//! Looking after the store: copies of it, and the round that promotes what has proved itself.

use std::path::Path;

use lever_store::{Page, RunFilter, Standing};
use serde::Serialize;

use crate::clock::now;
use crate::{Catalog, CatalogError};

/// A copy of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyFacts {
    /// Where it is.
    pub path: String,
    /// Its length.
    pub bytes: u64,
}

/// What one round of promotion found in a namespace.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PromotionRound {
    /// The namespace.
    pub namespace: String,
    /// Commands that rose.
    pub risen: Vec<Risen>,
    /// Commands that somebody should look at, the least trusted first.
    pub flagged: Vec<Flagged>,
}

/// A command whose trust rose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Risen {
    /// The command.
    pub command_id: String,
    /// Its phrase.
    pub phrase: String,
    /// Its trust before.
    pub before: f64,
    /// Its trust now.
    pub after: f64,
    /// Its successes so far.
    pub successes: u32,
}

/// A command that fails too often.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flagged {
    /// The command.
    pub command_id: String,
    /// Its phrase.
    pub phrase: String,
    /// Its trust.
    pub trust: f64,
    /// Its failures.
    pub failures: u32,
    /// Why it is here, each a short sentence.
    pub reasons: Vec<String>,
}

impl Catalog {
    /// Writes a consistent copy of the whole store, while others go on using it.
    ///
    /// # Errors
    /// Anything at `path` already: nothing is overwritten.
    pub fn backup(&self, path: &Path) -> Result<CopyFacts, CatalogError> {
        self.store.backup(path)?;
        Ok(CopyFacts {
            path: path.display().to_string(),
            bytes: std::fs::metadata(path).map_or(0, |data| data.len()),
        })
    }

    /// One round of promotion in every namespace where something has earned or lost trust. A success is spent by the round
    /// that counts it, so a second round straight after changes nothing.
    ///
    /// # Errors
    /// A store that cannot be read, or written without `dry_run`.
    pub fn promote(&mut self, dry_run: bool) -> Result<Vec<PromotionRound>, CatalogError> {
        let mut rounds = Vec::new();
        for namespace in self.store.judged_namespaces()? {
            let risen = self.store.promote(&namespace, dry_run, now())?;
            let risen = risen
                .into_iter()
                .map(|standing| {
                    Ok(Risen {
                        phrase: self.phrase_of(&namespace, &standing.id)?,
                        command_id: standing.id,
                        before: standing.trust.score,
                        after: standing.score_after,
                        successes: standing.trust.successes,
                    })
                })
                .collect::<Result<_, CatalogError>>()?;
            let flagged = self.store.flagged(&namespace)?;
            let flagged = flagged
                .into_iter()
                .map(|standing| self.flag(&namespace, standing))
                .collect::<Result<_, _>>()?;
            rounds.push(PromotionRound {
                namespace,
                risen,
                flagged,
            });
        }
        Ok(rounds)
    }

    fn flag(&self, namespace: &str, standing: Standing) -> Result<Flagged, CatalogError> {
        let trust = standing.trust;
        let mut reasons = vec![format!(
            "trust {:.1} is below {:.0} after {} failures and {} successes",
            trust.score,
            self.store.settings().flag_below,
            trust.failures,
            trust.successes
        )];
        let failed = RunFilter {
            namespace: Some(namespace),
            command: Some(&standing.id),
            failed: true,
            ..RunFilter::default()
        };
        let last = self.store.log(
            &failed,
            Page {
                after: None,
                limit: 1,
            },
        )?;
        if let Some(run) = last.items.first() {
            reasons.push(match (run.timed_out, run.signal, run.exit_code) {
                (true, ..) => "the last failure ran out of time".to_owned(),
                (_, Some(signal), _) => format!("the last failure was ended by signal {signal}"),
                (_, _, Some(code)) => format!("the last failure ended with exit code {code}"),
                _ => "the last failure left no exit code".to_owned(),
            });
        }
        Ok(Flagged {
            phrase: self.phrase_of(namespace, &standing.id)?,
            command_id: standing.id,
            trust: trust.score,
            failures: trust.failures,
            reasons,
        })
    }

    fn phrase_of(&self, namespace: &str, id: &str) -> Result<String, CatalogError> {
        let command = self.store.command(namespace, id)?;
        Ok(command.map_or_else(|| id.to_owned(), |command| command.phrase))
    }
}
