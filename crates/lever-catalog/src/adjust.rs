//! The owner changes what a command's runs may do: a changed command, to be approved and trusted anew.

use lever_core::command::Plan;
use lever_store::{
    Layer, NewBody, NewCommand, NewPhrase, NewSuggestion, Source, StoreError, Suggestion, Taught,
};

use crate::clock::now;
use crate::describe::{Details, read_json};
use crate::teach::adjust;
use crate::wire::CommandRow;
use crate::{Catalog, CatalogError};

impl Catalog {
    /// Lays changes over the permissions of a command and approves it so, in place of what has this `digest`. Its trust
    /// starts again. A pack's command becomes one of the namespace's own, which goes before the pack's.
    ///
    /// # Errors
    /// It is another by now; permissions that are none.
    pub fn adjust_permissions(
        &mut self,
        namespace: &str,
        id: &str,
        digest: &str,
        changes: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<CommandRow, CatalogError> {
        let command = self.command(namespace, id)?;
        if command.digest != digest {
            return Err(StoreError::Changed {
                namespace: namespace.into(),
                id: id.into(),
            }
            .into());
        }
        let mut plan: Plan = read_json(id, &command.plan)?;
        plan.permissions =
            adjust(&plan.permissions, changes).map_err(|problem| CatalogError::Permissions {
                message: problem.message,
            })?;
        // What its owner changed goes where the command goes.
        let mut details: Details = read_json(id, &command.details)?;
        details.permissions.extend(changes.clone());
        let details = serde_json::to_string(&details)?;
        let suggestions = self.store.suggestions(namespace, id)?;
        let phrases = self.store.phrases(namespace, id)?;
        let mut canonical = None;
        let mut aliases = Vec::new();
        for phrase in &phrases {
            let new = NewPhrase {
                text: &phrase.text,
                key: &phrase.key,
                source: Source::Taught,
                pattern: phrase.pattern,
                weak: false,
            };
            // An own command keeps its aliases where they are; a copy of a pack's takes along those that are free.
            if phrase.canonical {
                canonical = Some(new);
            } else if command.pack.is_some()
                && phrase.source == Source::Pack
                && self.is_free(namespace, &phrase.key)?
            {
                aliases.push(new);
            }
        }
        let canonical = canonical.ok_or_else(|| CatalogError::UnknownCommand(id.to_owned()))?;
        if command.pack.is_some() && !self.is_free(namespace, canonical.key)? {
            let message = format!(
                "another command here has the phrase \u{201c}{}\u{201d}",
                canonical.text
            );
            return Err(CatalogError::Permissions { message });
        }
        let (plan_json, params) = (
            serde_json::to_string(&plan)?,
            serde_json::to_string(&plan.params)?,
        );
        let (effects, permissions) = (
            serde_json::to_string(&plan.effects)?,
            serde_json::to_string(&plan.permissions)?,
        );
        let new = NewCommand {
            phrase: canonical,
            aliases: &aliases,
            body: NewBody {
                template: &command.template,
                digest: &plan.digest(),
                plan: &plan_json,
                params: &params,
                effects: &effects,
                permissions: &permissions,
                details: &details,
            },
            trust: None,
            approved_by: Some("person"),
            replace: true,
        };
        let id = match self.store.teach(namespace, &new, now())? {
            Taught::Created { id } | Taught::Replaced { id } | Taught::Exists { id, .. } => id,
        };
        if !suggestions.is_empty() {
            // What lists values did not change, so neither does its approval.
            let carried: Vec<NewSuggestion<'_>> = suggestions.iter().map(as_new).collect();
            self.store
                .set_suggestions(namespace, &id, &carried, None, now())?;
            for suggestion in suggestions
                .iter()
                .filter(|suggestion| suggestion.approval.is_some())
            {
                self.approve_suggestion(namespace, &id, &suggestion.digest)?;
            }
        }
        self.describe(namespace, &id)
    }

    /// Whether no command of the namespace itself has this phrase.
    fn is_free(&self, namespace: &str, key: &str) -> Result<bool, CatalogError> {
        Ok(self.store.holder(Layer::Namespace(namespace), key)?.is_none())
    }
}

fn as_new(suggestion: &Suggestion) -> NewSuggestion<'_> {
    NewSuggestion {
        param: &suggestion.param,
        template: &suggestion.template,
        digest: &suggestion.digest,
        plan: &suggestion.plan,
    }
}
