//! One list of parameters from the phrase's slots, the template's holes and what is declared beside them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::error::{CommandError, Place, Problem};
use super::hole::Hole;
use super::markers::FoundHole;
use super::param_kind::ParamKind;
use super::value;

/// A parameter of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub kind: ParamKind,
    /// The value it has where none is given; may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Its values may begin with a dash where a program would read an option.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub option: bool,
}

/// A parameter as declared beside the two texts (`--param n:int=10`) or by the phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Name, type and default as written.
    pub hole: Hole,
    /// Where it stands in the phrase, in bytes; empty for one declared beside the texts.
    pub span: Range<usize>,
    /// Its values may be options of the program.
    pub option: bool,
}

impl Declared {
    /// A slot of the phrase.
    pub fn slot(hole: Hole, span: Range<usize>) -> Self {
        Self {
            hole,
            span,
            option: false,
        }
    }

    /// A declaration beside the texts.
    pub fn beside(hole: Hole) -> Self {
        Self {
            hole,
            span: 0..0,
            option: false,
        }
    }
}

/// Merges the declarations. What is declared beside the texts counts most, then the template, then the phrase.
///
/// The order is that of the template; a parameter that only the phrase has is an error, and so is one that the phrase lacks,
/// unless it has a default, is a secret (which no phrase may say), or `phrase` is `None`.
pub(super) fn merge(
    holes: &[FoundHole],
    phrase: Option<&[Declared]>,
    beside: &[Declared],
) -> Result<Vec<Param>, CommandError> {
    let mut params: Vec<Param> = Vec::new();
    for found in holes {
        let name = &found.hole.name;
        if params.iter().any(|param| param.name == *name) {
            continue;
        }
        let written = holes
            .iter()
            .filter(|other| other.hole.name == *name)
            .map(|other| (&other.hole, other.span.clone(), Place::Template));
        let slots = phrase
            .unwrap_or_default()
            .iter()
            .filter(|slot| slot.hole.name == *name)
            .map(|slot| (&slot.hole, slot.span.clone(), Place::Phrase));
        let declared: Vec<_> = beside
            .iter()
            .filter(|declared| declared.hole.name == *name)
            .collect();
        let overrides = declared
            .iter()
            .map(|declared| (&declared.hole, 0..0, Place::Template))
            .collect::<Vec<_>>();
        let texts = written.chain(slots).collect::<Vec<_>>();

        let kind = match one_kind(&overrides, name)? {
            Some(kind) => kind,
            None => one_kind(&texts, name)?.unwrap_or_else(|| ParamKind::infer(name)),
        };
        let default = match one_default(&overrides, name)? {
            Some(default) => Some(default),
            None => one_default(&texts, name)?,
        };
        let option = declared.iter().any(|declared| declared.option) || kind_allows_options(&kind);
        let param = Param {
            name: name.clone(),
            kind,
            default,
            option,
        };
        if let Some(default) = &param.default {
            value::check(&param, default)
                .map_err(|error| CommandError::new(Problem::Default(error), found.span.clone()))?;
        }
        params.push(param);
    }
    check_both_sides(&params, holes, phrase, beside)?;
    Ok(params)
}

type Written<'a> = (&'a Hole, Range<usize>, Place);

fn one_kind(written: &[Written<'_>], name: &str) -> Result<Option<ParamKind>, CommandError> {
    let mut kind: Option<&ParamKind> = None;
    for (hole, span, place) in written {
        match (kind, &hole.kind) {
            (Some(first), Some(second)) if first != second => {
                let problem = Problem::TwoTypes {
                    name: name.to_owned(),
                    first: first.clone(),
                    second: second.clone(),
                };
                return Err(at(problem, span, *place));
            }
            (None, written) => kind = written.as_ref(),
            _ => {}
        }
    }
    Ok(kind.cloned())
}

fn one_default(written: &[Written<'_>], name: &str) -> Result<Option<String>, CommandError> {
    let mut default: Option<&String> = None;
    for (hole, span, place) in written {
        match (default, &hole.default) {
            (Some(first), Some(second)) if first != second => {
                return Err(at(Problem::TwoDefaults(name.to_owned()), span, *place));
            }
            (None, written) => default = written.as_ref(),
            _ => {}
        }
    }
    Ok(default.cloned())
}

fn check_both_sides(
    params: &[Param],
    holes: &[FoundHole],
    phrase: Option<&[Declared]>,
    beside: &[Declared],
) -> Result<(), CommandError> {
    let known = |name: &str| params.iter().any(|param| param.name == name);
    if let Some(declared) = beside.iter().find(|declared| !known(&declared.hole.name)) {
        return Err(CommandError::new(
            Problem::NoSuchParameter(declared.hole.name.clone()),
            0..0,
        ));
    }
    if let Some(slots) = phrase {
        if let Some(slot) = slots.iter().find(|slot| !known(&slot.hole.name)) {
            return Err(CommandError::in_phrase(
                Problem::NotInTemplate(slot.hole.name.clone()),
                slot.span.clone(),
            ));
        }
        let given = |name: &str| slots.iter().any(|slot| slot.hole.name == name);
        if let Some(param) = params
            .iter()
            .find(|param| param.default.is_none() && param.kind != ParamKind::Secret && !given(&param.name))
        {
            let found = holes.iter().find(|found| found.hole.name == param.name);
            let span = found.map_or(0..0, |found| found.span.clone());
            return Err(CommandError::new(Problem::NotInPhrase(param.name.clone()), span));
        }
    }
    let secrets: Vec<&Param> = params
        .iter()
        .filter(|param| param.kind == ParamKind::Secret)
        .collect();
    for (index, param) in secrets.iter().enumerate() {
        let same = secrets[..index]
            .iter()
            .find(|other| secret_variable(&other.name) == secret_variable(&param.name));
        if let Some(other) = same {
            return Err(CommandError::new(
                Problem::SecretNames(other.name.clone(), param.name.clone()),
                0..0,
            ));
        }
    }
    Ok(())
}

fn at(problem: Problem, span: &Range<usize>, place: Place) -> CommandError {
    match place {
        Place::Template => CommandError::new(problem, span.clone()),
        Place::Phrase => CommandError::in_phrase(problem, span.clone()),
    }
}

/// A type whose declaration itself names values with a dash: the teacher has seen them.
fn kind_allows_options(kind: &ParamKind) -> bool {
    match kind {
        ParamKind::Choice(choices) => choices.iter().any(|choice| choice.starts_with('-')),
        ParamKind::Regex(pattern) => {
            pattern.starts_with('-') || pattern.starts_with("\\-") || pattern.starts_with("(-")
        }
        _ => false,
    }
}

/// The environment variable that carries a secret.
pub(super) fn secret_variable(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("LEVER_SECRET_{name}")
}
