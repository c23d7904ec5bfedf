//! What is kept of language models: account of their calls, and phrases that they proposed and a person took.

use lever_core::command::Plan;
use lever_store::{Added, ModelCall, NewPhrase, Source};

use crate::clock::now;
use crate::describe::read_json;
use crate::teach::read_alias;
use crate::wire::{ModelCallReport, ProposedPhrase};
use crate::{Catalog, CatalogError};

impl Catalog {
    /// Keeps account of a call.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn record_model_call(&mut self, namespace: &str, call: &ModelCallReport) -> Result<(), CatalogError> {
        self.store.record_model_call(&ModelCall {
            at: now(),
            namespace,
            backend: &call.backend,
            model: &call.model,
            purpose: &call.purpose,
            tokens_in: call.tokens_in,
            tokens_out: call.tokens_out,
            took_ms: call.took_ms,
            outcome: &call.outcome,
            request: call.request.as_deref(),
        })?;
        Ok(())
    }

    /// Whether a proposed phrase could be an alias of a command, without adding it: its source is the model, and it never
    /// decides by itself what runs (it is weak, so at best `sure`).
    ///
    /// # Errors
    /// No such command.
    pub fn weigh_phrase(
        &self,
        namespace: &str,
        id: &str,
        text: &str,
    ) -> Result<ProposedPhrase, CatalogError> {
        let command = self.command(namespace, id)?;
        let plan: Plan = read_json(&command.id, &command.plan)?;
        Ok(match read_alias(text, false, &plan) {
            Err(problem) => ProposedPhrase::Refused { problem },
            Ok(_) => match self.holder(namespace, text)? {
                Some(holder) => ProposedPhrase::Taken { command_id: holder },
                None => ProposedPhrase::Free,
            },
        })
    }

    /// Adds a phrase that a model proposed and a person took.
    ///
    /// # Errors
    /// No such command, or a store that cannot be written.
    pub fn add_model_phrase(
        &mut self,
        namespace: &str,
        id: &str,
        text: &str,
    ) -> Result<ProposedPhrase, CatalogError> {
        let weighed = self.weigh_phrase(namespace, id, text)?;
        let ProposedPhrase::Free = weighed else {
            return Ok(weighed);
        };
        let command = self.command(namespace, id)?;
        let plan: Plan = read_json(&command.id, &command.plan)?;
        let alias = match read_alias(text, false, &plan) {
            Ok(alias) => alias,
            Err(problem) => return Ok(ProposedPhrase::Refused { problem }),
        };
        let phrase = NewPhrase {
            text,
            key: alias.key(),
            source: Source::Model,
            pattern: false,
            weak: true,
        };
        Ok(
            match self.store.add_phrase(namespace, &command.id, &phrase, now())? {
                Added::Created => ProposedPhrase::Added,
                Added::Present => ProposedPhrase::Taken {
                    command_id: command.id,
                },
                Added::Taken { id, .. } => ProposedPhrase::Taken { command_id: id },
            },
        )
    }
}
