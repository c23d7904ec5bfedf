//! Puts values into a plan.

use std::collections::BTreeMap;
use std::ops::Range;

use super::ParamKind;
use super::display;
use super::grants::Grants;
use super::params::{Param, secret_variable};
use super::permissions::Permissions;
use super::plan::{Avoid, Dash, Form, Inside, Part, Plan, Slot};
use super::value::{self, Rule, ValueError};

/// Who gives the values, and what that means for paths.
#[derive(Clone, Debug)]
pub struct BindContext<'a> {
    /// Who asks.
    pub caller: Caller,
    /// The folder the command will run in, absolute.
    pub cwd: &'a str,
    /// The owner's home folder, absolute: what `~` stands for in a path that the owner wrote.
    pub home: &'a str,
    /// Folders, absolute, in which the paths given by a program must lie.
    pub path_roots: &'a [String],
    /// Where an absolute path leads: the links of its longest existing part followed, and `..` as the file system has it. `None`
    /// where that cannot be told.
    pub real: fn(&str) -> Option<String>,
}

/// Who asks for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A person at a terminal or a chat; paths may lie anywhere.
    Person,
    /// A program (HTTP, MCP, the library); paths must lie in the roots.
    Program,
}

/// A plan with its values, ready to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Secrets, as environment variables of the run.
    pub env: BTreeMap<String, String>,
    /// The value that each parameter got, secrets left out.
    pub values: BTreeMap<String, String>,
    /// What runs, for a person to read; a shell would read it as the same command. Secrets are shown as their holes.
    pub display: String,
    /// Where the values stand in `display`, in bytes, in order.
    pub marks: Vec<Range<usize>>,
    /// What the run may do, with the paths that its values name.
    pub permissions: Permissions,
    /// Those read and write paths that a program's values lead to, as they were checked: absolute, without a link.
    pub checked: Vec<String>,
}

/// Why values could not be put into a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// Parameters without a value and without a default.
    #[error("a value is needed for {}", .0.join(", "))]
    Missing(Vec<String>),
    /// Values for parameters that the command does not have.
    #[error("this command has no parameter {}", .0.join(", "))]
    Unknown(Vec<String>),
    /// A value that does not do.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The plan was stored by something else, or was damaged.
    #[error("the stored plan of this command is damaged")]
    Damaged,
}

impl BindError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "needs_parameters",
            Self::Unknown(_) => "unknown_parameter",
            Self::Value(error) => error.code(),
            Self::Damaged => "damaged_plan",
        }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing(names) => {
                format!("add --param {}=..", names.first().map_or("name", String::as_str))
            }
            Self::Unknown(_) => "see its parameters with `lever show`".to_owned(),
            Self::Value(error) => error.hint(),
            Self::Damaged => "teach the command again".to_owned(),
        }
    }
}

impl Plan {
    /// Checks the values and puts them in. A value is one argument or a part of one, byte for byte; the one change that is
    /// made is `./` before a path that begins with a dash where the program would read an option.
    pub fn bind(
        &self,
        values: &BTreeMap<String, String>,
        context: &BindContext<'_>,
    ) -> Result<Bound, BindError> {
        let checked = self.check_values(values)?;
        let binder = Binder {
            plan: self,
            values: &checked,
            context,
        };
        let mut env = BTreeMap::new();
        let argv = match &self.form {
            Form::Argv(words) => words
                .iter()
                .map(|word| binder.word(word))
                .collect::<Result<Vec<_>, _>>()?,
            Form::Script {
                interpreter,
                text,
                args,
            } => {
                let mut argv: Vec<String> =
                    interpreter.argv().iter().map(|word| (*word).to_owned()).collect();
                argv.push(text.clone());
                argv.push("lever".to_owned());
                for slot in args {
                    argv.push(binder.fill(slot)?);
                }
                for (param, value) in self.params.iter().zip(&checked) {
                    if param.kind == ParamKind::Secret {
                        env.insert(secret_variable(&param.name), value.clone());
                    }
                }
                argv
            }
        };
        // Every hole is checked, also those that share an argument.
        let shown = self
            .holes
            .iter()
            .map(|hole| binder.fill(&hole.slot))
            .collect::<Result<Vec<_>, _>>()?;
        let (display, marks) = display::render(self, &argv, &shown).ok_or(BindError::Damaged)?;
        let Grants {
            permissions,
            checked: paths,
        } = binder.grants()?;
        let public = |(param, _): &(&Param, &String)| param.kind != ParamKind::Secret;
        let values = self
            .params
            .iter()
            .zip(&checked)
            .filter(public)
            .map(|(param, value)| (param.name.clone(), value.clone()))
            .collect();
        Ok(Bound {
            argv,
            env,
            values,
            display,
            marks,
            permissions,
            checked: paths,
        })
    }

    /// Whether a person may give this value for a parameter, wherever the command has it.
    ///
    /// # Errors
    /// As [`Plan::bind`] would refuse it.
    pub fn accepts(&self, name: &str, value: &str) -> Result<(), BindError> {
        let index = self.params.iter().position(|param| param.name == name);
        let index = index.ok_or_else(|| BindError::Unknown(vec![name.to_owned()]))?;
        let mut values = vec![String::new(); self.params.len()];
        values[index] = value::check(&self.params[index], value)?;
        let binder = Binder {
            plan: self,
            values: &values,
            context: &BindContext {
                caller: Caller::Person,
                cwd: "/",
                home: "/",
                path_roots: &[],
                real: |path| Some(path.to_owned()),
            },
        };
        let mut here = self.holes.iter().filter(|hole| hole.slot.param == index);
        here.try_for_each(|hole| binder.fill(&hole.slot).map(drop))
    }

    /// The value of each parameter, in order.
    fn check_values(&self, values: &BTreeMap<String, String>) -> Result<Vec<String>, BindError> {
        let known = |name: &String| self.params.iter().any(|param| param.name == *name);
        let unknown: Vec<String> = values.keys().filter(|name| !known(name)).cloned().collect();
        if !unknown.is_empty() {
            return Err(BindError::Unknown(unknown));
        }
        let value_of = |param: &Param| values.get(&param.name).or(param.default.as_ref()).cloned();
        let missing: Vec<String> = self
            .params
            .iter()
            .filter(|param| value_of(param).is_none())
            .map(|param| param.name.clone())
            .collect();
        if !missing.is_empty() {
            return Err(BindError::Missing(missing));
        }
        self.params
            .iter()
            .map(|param| Ok(value::check(param, &value_of(param).unwrap_or_default())?))
            .collect()
    }
}

pub(super) struct Binder<'a> {
    pub(super) plan: &'a Plan,
    pub(super) values: &'a [String],
    pub(super) context: &'a BindContext<'a>,
}

impl Binder<'_> {
    fn word(&self, parts: &[Part]) -> Result<String, BindError> {
        let mut word = String::new();
        for part in parts {
            match part {
                Part::Text(text) => word.push_str(text),
                Part::Value(slot) => word.push_str(&self.fill(slot)?),
            }
        }
        Ok(word)
    }

    fn fill(&self, slot: &Slot) -> Result<String, BindError> {
        let (Some(param), Some(value)) = (self.plan.params.get(slot.param), self.values.get(slot.param))
        else {
            return Err(BindError::Damaged);
        };
        let fail = |rule| Err(BindError::Value(ValueError::new(param, value, rule)));
        if let Some(rule) = slot.avoid.iter().find_map(|avoid| avoid.broken_by(value)) {
            return fail(rule);
        }
        if self.context.caller == Caller::Program
            && let Some(rule) = self.outside(param, value, slot)
        {
            return fail(rule);
        }
        if value.starts_with('-') && !param.option {
            match slot.dash {
                Dash::Allow => {}
                Dash::Refuse => return fail(Rule::Option),
                Dash::Dot => return Ok(format!("./{value}")),
            }
        }
        Ok(value.clone())
    }

    /// The rule that a program's value breaks by leading out of the roots, where the text around it or its type says that it
    /// is a path. What the permissions say is checked with them.
    fn outside(&self, param: &Param, value: &str, slot: &Slot) -> Option<Rule> {
        let is_path = matches!(param.kind, ParamKind::Path | ParamKind::Dir);
        let leaves = match &slot.inside {
            None => is_path && self.leaves_roots(value),
            Some(Inside::Text(before)) if is_path => self.leaves_roots(&format!("{before}{value}")),
            Some(Inside::Text(before)) => {
                before.is_empty() && value.starts_with('/') && self.leaves_roots(value)
            }
            Some(Inside::Open) => false,
        };
        let climbs = slot.inside.is_some() && value.split('/').any(|part| part == "..");
        match (leaves, climbs) {
            (true, _) => Some(Rule::OutsideRoots),
            (false, true) if !is_path || slot.inside == Some(Inside::Open) => Some(Rule::Climbs),
            _ => None,
        }
    }
}

impl Avoid {
    fn broken_by(&self, value: &str) -> Option<Rule> {
        match self {
            Self::Begins(text) => value
                .starts_with(text.as_str())
                .then(|| Rule::Begins(text.clone())),
            Self::Contains(text) => value
                .contains(text.as_str())
                .then(|| Rule::Contains(text.clone())),
            Self::Is(text) => (value == text).then(|| Rule::Is(text.clone())),
            Self::Setting => is_setting(value).then_some(Rule::Setting),
            Self::NetworkPath => (value.starts_with("/dev/tcp/") || value.starts_with("/dev/udp/"))
                .then_some(Rule::NetworkPath),
        }
    }
}

/// `NAME=value`, and make's `NAME:=value`, `NAME+=value`.
fn is_setting(value: &str) -> bool {
    value.split_once('=').is_some_and(|(name, _)| {
        let name = name.trim_end_matches([':', '+', '?', '!', ' ']);
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
    })
}
