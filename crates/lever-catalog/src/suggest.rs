//! Commands that list what a parameter can be: compiled like any template, approved on their own, and only ever reading.

use std::collections::BTreeMap;

use lever_core::command::programs::Programs;
use lever_core::command::{self, BindContext, Caller, Net, Plan, TemplateSource, Write};
use lever_store::NewSuggestion;

use crate::bind::{real_path, script_of};
use crate::clock::now;
use crate::describe::read_json;
use crate::wire::{BoundCommand, SuggestionRow, TeachProblem};
use crate::{Catalog, CatalogError};

/// Values that are kept of what a suggestion listed.
const KEPT: usize = 500;

/// A compiled suggestion, ready to be stored.
pub(crate) struct SuggestionDraft {
    pub(crate) param: String,
    pub(crate) plan: Plan,
    pub(crate) digest: String,
    json: String,
}

impl SuggestionDraft {
    pub(crate) fn to_store(&self) -> NewSuggestion<'_> {
        NewSuggestion {
            param: &self.param,
            template: &self.plan.template,
            digest: &self.digest,
            plan: &self.json,
        }
    }

    pub(crate) fn row(&self, approved: bool) -> SuggestionRow {
        SuggestionRow {
            parameter: self.param.clone(),
            template: self.plan.template.clone(),
            digest: self.digest.clone(),
            approved,
        }
    }
}

/// Compiles what is taught as suggestions for the parameters of `plan`.
pub(crate) fn compile_suggestions(
    taught: &BTreeMap<String, String>,
    plan: &Plan,
    programs: &Programs,
) -> Result<Vec<SuggestionDraft>, Box<TeachProblem>> {
    taught
        .iter()
        .map(|(param, template)| compile_suggestion(param, template, plan, programs))
        .collect()
}

fn compile_suggestion(
    param: &str,
    template: &str,
    plan: &Plan,
    programs: &Programs,
) -> Result<SuggestionDraft, Box<TeachProblem>> {
    let refused = |code: &str, message: String, hint: &str| {
        Box::new(TeachProblem {
            code: code.to_owned(),
            message,
            hint: Some(hint.to_owned()),
            place: None,
            text: None,
            start: None,
            end: None,
        })
    };
    if plan.params.iter().all(|known| known.name != param) {
        return Err(refused(
            "no_such_parameter",
            format!("the suggestion is for `{param}`, which the command does not have"),
            "name one of the command's parameters",
        ));
    }
    let source = TemplateSource {
        programs: Some(programs),
        ..TemplateSource::new(template)
    };
    let listing = command::compile(&source).map_err(|error| {
        let mut problem = refused(error.code(), error.to_string(), &error.hint());
        problem.place = Some("parameter");
        problem.text = Some(template.to_owned());
        problem.start = Some(crate::bind::utf16(template, error.span.start));
        problem.end = Some(crate::bind::utf16(template, error.span.end));
        problem
    })?;
    if let Some(hole) = listing.params.first() {
        return Err(refused(
            "suggestion_with_parameter",
            format!(
                "the suggestion for `{param}` has the parameter `{}` itself",
                hole.name
            ),
            "write a command that lists the values and needs none",
        ));
    }
    if let Some(what) = more_than_reading(&listing) {
        return Err(refused(
            "suggestion_not_reading",
            format!("the suggestion for `{param}` {what}; it may only read, without network"),
            "suggestions run whenever values are offered; teach it as a command of its own",
        ));
    }
    let json = serde_json::to_string(&listing)
        .map_err(|error| refused("plan_unwritable", error.to_string(), "write it in another way"))?;
    Ok(SuggestionDraft {
        param: param.to_owned(),
        digest: listing.digest(),
        json,
        plan: listing,
    })
}

/// What a listing does beside reading, if anything.
fn more_than_reading(plan: &Plan) -> Option<String> {
    let permissions = &plan.permissions;
    let unknown = || {
        if plan.effects.unknown {
            format!("runs something not known to lever ({})", plan.programs.join(", "))
        } else {
            "may change something".to_owned()
        }
    };
    if !plan.effects.reads_only() || permissions.write != Write::None {
        return Some(unknown());
    }
    let wants = [
        (
            plan.effects.network || permissions.net == Net::All,
            "uses the network",
        ),
        (permissions.host, "runs unconfined"),
        (permissions.interactive, "wants a terminal"),
        (permissions.detach, "may stay in the background"),
    ];
    wants
        .into_iter()
        .find_map(|(does, what)| does.then(|| what.to_owned()))
}

impl Catalog {
    /// What lists the values of a command's parameters.
    pub(crate) fn suggestion_rows(
        &self,
        namespace: &str,
        id: &str,
    ) -> Result<Vec<SuggestionRow>, CatalogError> {
        let rows = self.store.suggestions(namespace, id)?;
        Ok(rows
            .into_iter()
            .map(|row| SuggestionRow {
                parameter: row.param,
                template: row.template,
                digest: row.digest,
                approved: row.approval.is_some(),
            })
            .collect())
    }

    /// The command that lists a parameter's values, ready to run; `None` where there is none.
    ///
    /// # Errors
    /// No such command; a stored plan that cannot be read.
    pub fn suggestion(
        &self,
        namespace: &str,
        id: &str,
        param: &str,
    ) -> Result<Option<BoundCommand>, CatalogError> {
        let command = self.command(namespace, id)?;
        let found = self.store.suggestions(namespace, id)?;
        let Some(suggestion) = found.into_iter().find(|row| row.param == param) else {
            return Ok(None);
        };
        let plan: Plan = read_json(id, &suggestion.plan)?;
        let context = BindContext {
            caller: Caller::Program,
            cwd: "/",
            home: "/",
            path_roots: &[],
            real: real_path,
        };
        let bound = plan
            .bind(&BTreeMap::new(), &context)
            .map_err(|error| CatalogError::Plan {
                id: id.to_owned(),
                problem: error.to_string(),
            })?;
        Ok(Some(BoundCommand {
            command_id: command.id,
            phrase: format!("values of {param}"),
            template: suggestion.template,
            script: script_of(&plan),
            argv: bound.argv,
            secrets: bound.env,
            display: bound.display,
            value_spans: Vec::new(),
            parameters: BTreeMap::new(),
            has_parameters: false,
            effects: plan.effects,
            programs: plan.programs,
            program_paths: BTreeMap::new(),
            permissions: bound.permissions,
            checked_paths: bound.checked,
            digest: suggestion.digest,
            // Of its own it has none; it can only read.
            trust: 100.0,
            approved: suggestion.approval.is_some(),
            confirmed_before: false,
            keep_output: false,
        }))
    }

    /// Says yes to a suggestion as it was shown.
    pub fn approve_suggestion(
        &mut self,
        namespace: &str,
        id: &str,
        digest: &str,
    ) -> Result<(), CatalogError> {
        self.store
            .approve_suggestion(namespace, id, digest, "person", now())?;
        Ok(())
    }

    /// Keeps the values that a suggestion listed and that its parameter takes, in their order and without repeats, for
    /// [`Catalog::known_values`]; returns them.
    ///
    /// # Errors
    /// No such command. A store that cannot be written keeps nothing, which is no error.
    pub fn remember_values(
        &mut self,
        namespace: &str,
        id: &str,
        param: &str,
        listed: &[String],
    ) -> Result<Vec<String>, CatalogError> {
        let plan: Plan = read_json(id, &self.command(namespace, id)?.plan)?;
        let mut kept: Vec<String> = Vec::new();
        for value in listed {
            if kept.len() < KEPT && !kept.contains(value) && plan.accepts(param, value).is_ok() {
                kept.push(value.clone());
            }
        }
        let json = serde_json::to_string(&kept)?;
        // A cache: what is shown does not depend on it.
        let _ = self.store.remember_values(namespace, id, param, &json, now());
        Ok(kept)
    }

    /// The values that a parameter was last found to take, from its suggestion. They may be out of date: a reading of a
    /// request may prefer them, and never has to.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn known_values(&self, namespace: &str, id: &str, param: &str) -> Result<Vec<String>, CatalogError> {
        Ok(match self.store.remembered_values(namespace, id, param)? {
            Some((json, _)) => serde_json::from_str(&json)?,
            None => Vec::new(),
        })
    }
}
