//! Values into a stored command.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use lever_core::command::{BindContext, BindError, Bound, Caller, Form, ParamKind, Plan};
use lever_store::Command;

use crate::describe::{Details, parameters, read_json};
use crate::wire::{self, Binding, BoundCommand, Refusal};
use crate::{Catalog, CatalogError};

impl Catalog {
    /// Puts values into a command. What is missing or will not do is data.
    ///
    /// # Errors
    /// No such command; a stored plan that cannot be read.
    pub fn bind(
        &self,
        namespace: &str,
        id: &str,
        values: &BTreeMap<String, String>,
        context: &wire::BindContext,
    ) -> Result<Binding, CatalogError> {
        let command = self.command(namespace, id)?;
        let plan: Plan = read_json(id, &command.plan)?;
        let bind_context = BindContext {
            // Whoever is not surely a person is a program.
            caller: if context.caller == "person" {
                Caller::Person
            } else {
                Caller::Program
            },
            cwd: &context.cwd,
            home: &context.home,
            path_roots: &context.path_roots,
            real: real_path,
        };
        let values = expand_home(&plan, values, context);
        let bound = match plan.bind(&values, &bind_context) {
            Ok(bound) => bound,
            Err(BindError::Missing(names)) => {
                let missing = parameters(&plan)
                    .into_iter()
                    .filter(|known| names.contains(&known.name))
                    .collect();
                return Ok(Binding::Missing { parameters: missing });
            }
            Err(error) => {
                return Ok(Binding::Refused {
                    refusal: refusal(&error),
                });
            }
        };
        let confirmed = self
            .store
            .was_confirmed(namespace, id, &confirmation(&bound.argv, &context.cwd))?;
        Ok(Binding::Bound {
            command: Box::new(BoundCommand {
                program_paths: self.store.program_paths(namespace, id)?,
                ..bound_command(&command, &plan, bound, confirmed)?
            }),
        })
    }
}

/// A person's `~/x` for a path means what it means in a shell; everything else stays byte for byte.
fn expand_home(
    plan: &Plan,
    values: &BTreeMap<String, String>,
    context: &wire::BindContext,
) -> BTreeMap<String, String> {
    let mut expanded = values.clone();
    let paths = plan
        .params
        .iter()
        .filter(|param| matches!(param.kind, ParamKind::Path | ParamKind::Dir));
    for param in paths.filter(|_| context.caller == "person") {
        if let Some(value) = expanded.get_mut(&param.name)
            && let Some(rest) = value.strip_prefix('~')
            && (rest.is_empty() || rest.starts_with('/'))
        {
            *value = format!("{}{rest}", context.home);
        }
    }
    expanded
}

fn bound_command(
    command: &Command,
    plan: &Plan,
    bound: Bound,
    confirmed_before: bool,
) -> Result<BoundCommand, CatalogError> {
    let details: Details = read_json(&command.id, &command.details)?;
    Ok(BoundCommand {
        command_id: command.id.clone(),
        phrase: command.phrase.clone(),
        template: command.template.clone(),
        script: script_of(plan),
        value_spans: bound
            .marks
            .iter()
            .map(|mark| (utf16(&bound.display, mark.start), utf16(&bound.display, mark.end)))
            .collect(),
        permissions: bound.permissions,
        checked_paths: bound.checked,
        effects: plan.effects,
        has_parameters: !plan.params.is_empty(),
        argv: bound.argv,
        secrets: bound.env,
        display: bound.display,
        parameters: bound.values,
        digest: command.digest.clone(),
        trust: command.trust.score,
        approved: command.approval.is_some(),
        confirmed_before,
        programs: plan.programs.clone(),
        program_paths: BTreeMap::new(),
        keep_output: details.keep_output,
    })
}

pub(crate) fn script_of(plan: &Plan) -> Option<String> {
    match &plan.form {
        Form::Script { text, .. } => Some(text.clone()),
        Form::Argv(_) => None,
    }
}

/// Where an absolute path leads: the links of its longest existing part followed. `None` for a link to nowhere, for `..` in what
/// does not exist, and where the end is no text.
pub(crate) fn real_path(path: &str) -> Option<String> {
    let path = Path::new(path);
    for known in path.ancestors() {
        if let Ok(real) = known.canonicalize() {
            let rest = path.strip_prefix(known).ok()?;
            if rest.components().any(|part| part == Component::ParentDir) {
                return None;
            }
            let whole = if rest.as_os_str().is_empty() {
                real
            } else {
                real.join(rest)
            };
            return whole.into_os_string().into_string().ok();
        }
        if known.is_symlink() {
            return None;
        }
    }
    None
}

/// Names exact arguments in a folder, as a person confirmed them.
pub(crate) fn confirmation(argv: &[String], cwd: &str) -> String {
    let mut hash = blake3::Hasher::new();
    for part in argv.iter().map(String::as_str).chain([cwd]) {
        hash.update(&(part.len() as u64).to_le_bytes())
            .update(part.as_bytes());
    }
    hash.finalize().to_hex().to_string()
}

fn refusal(error: &BindError) -> Refusal {
    Refusal {
        code: error.code().to_owned(),
        message: error.to_string(),
        hint: Some(error.hint()),
        parameter: match error {
            BindError::Value(value) => Some(value.name.clone()),
            _ => None,
        },
    }
}

/// A byte offset as JavaScript counts.
pub(crate) fn utf16(text: &str, byte: usize) -> usize {
    text.get(..byte).map_or(0, |before| before.encode_utf16().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_where_its_links_do_as_far_as_it_exists() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let root = root.to_str().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        for (target, link) in [("a", "to-a"), ("/etc", "out"), ("none", "dangling")] {
            std::os::unix::fs::symlink(target, folder.path().join(link)).unwrap();
        }
        for (path, real) in [
            ("a", Some(format!("{root}/a"))),
            ("to-a/new/x", Some(format!("{root}/a/new/x"))),
            ("out/new", Some("/etc/new".to_owned())),
            ("out/../x", Some("/x".to_owned())),
            ("a/../x", Some(format!("{root}/x"))),
            ("nothing/../x", None),
            ("dangling", None),
            ("dangling/x", None),
        ] {
            assert_eq!(real_path(&format!("{root}/{path}")), real, "{path}");
        }
        assert_eq!(real_path("/"), Some("/".to_owned()));
    }

    #[test]
    fn offsets_count_as_javascript_does() {
        assert_eq!(utf16("a\u{1F600}b", 5), 3);
        assert_eq!(utf16("\u{e4}b", 2), 1);
    }
}
