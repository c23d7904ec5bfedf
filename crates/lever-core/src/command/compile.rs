//! From a template to a plan.

use super::effects::Effects;
use super::error::{CommandError, Problem};
use super::markers::Marked;
use super::param_kind::ParamKind;
use super::params::{self, Declared, Param, secret_variable};
use super::permissions::Permissions;
use super::plan::{Avoid, Dash, Form, HoleUse, Interpreter, Part, Plan, Slot};
use super::programs::{self, Assessment, HoleFact, Programs};
use super::quoting::{self, Quoting};
use super::refusal::Refusal;
use super::second_reading;
use super::shell_words::{Piece, SimpleCommand, Word};
use super::syntax::SyntaxError;
use super::walk::{self, Place, SyntaxOrProblem, Walked};

/// What a person teaches.
#[derive(Clone, Debug)]
pub struct TemplateSource<'a> {
    /// The shell text with its holes.
    pub template: &'a str,
    /// The shell to run it with; `None`: no shell if it needs none, else `sh` if that does, else `bash`.
    pub interpreter: Option<Interpreter>,
    /// The slots of the phrase, where there is one to agree with.
    pub phrase: Option<&'a [Declared]>,
    /// What is declared beside the texts (`--param n:int=10`).
    pub declared: &'a [Declared],
    /// What is known of programs; without it the plan's effects are unknown and its permissions the least.
    pub programs: Option<&'a Programs>,
}

impl<'a> TemplateSource<'a> {
    /// A template on its own.
    pub fn new(template: &'a str) -> Self {
        Self {
            template,
            interpreter: None,
            phrase: None,
            declared: &[],
            programs: None,
        }
    }
}

/// Analyses a template. The plan runs what the template says, with each value as data, or there is no plan.
pub fn compile(source: &TemplateSource<'_>) -> Result<Plan, CommandError> {
    let template = source.template;
    let marked = Marked::new(template)?;
    let params = params::merge(&marked.holes, source.phrase, source.declared)?;
    let param_of: Vec<usize> = marked
        .holes
        .iter()
        .map(|found| {
            params
                .iter()
                .position(|param| param.name == found.hole.name)
                .unwrap_or(0)
        })
        .collect();
    let kinds: Vec<ParamKind> = param_of.iter().map(|param| params[*param].kind.clone()).collect();
    let surroundings = quoting::surroundings(&marked.text, marked.holes.len());

    let refused = |hole: usize, refusal: Refusal| {
        CommandError::new(Problem::Refused(refusal), marked.holes[hole].span.clone())
    };
    let walked = walk::walk(&marked.text, &kinds).map_err(|error| {
        // A hole in a wrong place often makes the text unreadable; then the hole is what the teacher should hear about.
        let cause = surroundings
            .iter()
            .enumerate()
            .find_map(|(hole, found)| match found {
                Err(refusal) if *refusal != Refusal::NotUnderstood => Some((hole, refusal.clone())),
                _ => None,
            });
        match cause {
            Some((hole, refusal)) => refused(hole, refusal),
            None => unreadable(error, &marked),
        }
    })?;
    let whole = 0..template.len();
    if let Some(name) = &walked.positional {
        return Err(CommandError::new(
            Problem::Positional(name.clone()),
            span_of(template, name),
        ));
    }
    if let Some(builtin) = &walked.moves
        && !marked.holes.is_empty()
    {
        return Err(CommandError::new(
            Problem::MovesArguments(builtin.clone()),
            span_of(template, builtin),
        ));
    }
    if walked
        .programs
        .iter()
        .all(|program| program.simple.words.is_empty())
    {
        return Err(CommandError::new(Problem::NoProgram, whole));
    }

    let mut readings: Vec<Option<Refusal>> = vec![None; marked.holes.len()];
    for (hole, refusal) in second_reading::refusals(&walked) {
        readings[hole].get_or_insert(refusal);
    }
    let mut places = Vec::with_capacity(marked.holes.len());
    for (hole, around) in surroundings.into_iter().enumerate() {
        let quoting = around.map_err(|refusal| refused(hole, refusal))?;
        let (place, in_tree) = match walked.places[hole].clone() {
            Some(Ok(found)) => found,
            Some(Err(refusal)) => return Err(refused(hole, refusal)),
            None => {
                return Err(refused(
                    hole,
                    readings[hole].take().unwrap_or(Refusal::NotUnderstood),
                ));
            }
        };
        if let Some(refusal) = readings[hole].take() {
            return Err(refused(hole, refusal));
        }
        if quoting != in_tree {
            return Err(refused(hole, Refusal::NotUnderstood));
        }
        if kinds[hole] == ParamKind::Secret
            && let Some(refusal) = shows_secret(&walked, place)
        {
            return Err(refused(hole, refusal));
        }
        places.push((place, quoting));
    }

    let script = walked.compound
        || walked.programs.len() != 1
        || template.contains('\n')
        || source.interpreter.is_some()
        || kinds.contains(&ParamKind::Secret);
    let planner = Planner {
        marked: &marked,
        template,
        walked: &walked,
        params: &params,
        param_of: &param_of,
    };
    let holes: Vec<HoleUse> = places
        .iter()
        .enumerate()
        .map(|(hole, found)| planner.hole(hole, *found, script))
        .collect();
    let form = match script {
        true => planner.script(interpreter(source, &walked, template)?, &holes),
        false => planner.argv(&holes),
    };
    let programs = planner.programs();
    let assessment = source
        .programs
        .map(|known| assess(known, &walked, &marked, &params, &param_of));
    let (effects, permissions, notes) = assessment.map_or_else(
        || (Effects::UNKNOWN, Permissions::default(), Vec::new()),
        |found| {
            let notes = found.notes.iter().map(ToString::to_string).collect();
            (found.effects, found.permissions, notes)
        },
    );
    Ok(Plan {
        template: template.to_owned(),
        form,
        params,
        holes,
        programs,
        effects,
        permissions,
        multiline: template.contains('\n'),
        notes,
    })
}

/// What the programs of a template do and need.
fn assess(
    known: &Programs,
    walked: &Walked,
    marked: &Marked,
    params: &[Param],
    param_of: &[usize],
) -> Assessment {
    let commands: Vec<SimpleCommand> = walked
        .programs
        .iter()
        .map(|program| program.simple.clone())
        .collect();
    let holes: Vec<HoleFact<'_>> = (0..marked.holes.len())
        .map(|hole| {
            let param = &params[param_of[hole]];
            HoleFact {
                name: &param.name,
                option: param.option,
            }
        })
        .collect();
    let parse = |text: &str| -> Option<Vec<SimpleCommand>> {
        let inner = walk::walk(text, &[]).ok()?;
        Some(inner.programs.into_iter().map(|program| program.simple).collect())
    };
    programs::assess(known, &commands, &holes, &parse)
}

fn unreadable(error: SyntaxOrProblem, marked: &Marked) -> CommandError {
    let whole = marked.template_offset(marked.text.chars().count());
    let at = |index: usize| {
        let start = marked.template_offset(index.min(marked.text.chars().count().saturating_sub(1)));
        let end = marked.template_offset(index + 1).max(start);
        start..end
    };
    match error {
        SyntaxOrProblem::Problem(problem) => CommandError::new(problem, 0..whole),
        SyntaxOrProblem::Syntax(SyntaxError::TooDeep(index)) => {
            CommandError::new(Problem::TooDeep, at(index))
        }
        SyntaxOrProblem::Syntax(SyntaxError::Invalid(text, Some(index))) => {
            CommandError::new(Problem::Syntax(text), at(index))
        }
        SyntaxOrProblem::Syntax(SyntaxError::Invalid(text, None)) => {
            CommandError::new(Problem::Syntax(text), whole..whole)
        }
    }
}

fn span_of(template: &str, part: &str) -> std::ops::Range<usize> {
    template
        .find(part)
        .map_or(0..template.len(), |at| at..at + part.len())
}

fn interpreter(
    source: &TemplateSource<'_>,
    walked: &Walked,
    template: &str,
) -> Result<Interpreter, CommandError> {
    let needed = match walked.bash {
        _ if walked.extglob => Interpreter::BashExtglob,
        Some(_) => Interpreter::Bash,
        None => Interpreter::Sh,
    };
    match (source.interpreter, walked.bash) {
        (Some(Interpreter::Sh), Some(feature)) => {
            Err(CommandError::new(Problem::NeedsBash(feature), 0..template.len()))
        }
        (Some(Interpreter::Bash), _) if walked.extglob => Ok(Interpreter::BashExtglob),
        (Some(asked), _) => Ok(asked),
        (None, _) => Ok(needed),
    }
}

/// Whether a secret here would be among the arguments of a program. `echo` and `printf` are the shell's own.
fn shows_secret(walked: &Walked, place: Place) -> Option<Refusal> {
    let Place::Argument { command, .. } = place else {
        return None;
    };
    let program = walked.programs[command].simple.program().unwrap_or_default();
    (!matches!(program, "echo" | "printf")).then(|| Refusal::SecretArgument(program.to_owned()))
}

struct Planner<'a> {
    marked: &'a Marked,
    template: &'a str,
    walked: &'a Walked,
    params: &'a [Param],
    param_of: &'a [usize],
}

impl Planner<'_> {
    fn hole(&self, hole: usize, (place, quoting): (Place, Quoting), script: bool) -> HoleUse {
        let span = &self.marked.holes[hole].span;
        let _ = script;
        let slot = match place {
            Place::Argument { command, word } => self.argument(hole, command, word),
            Place::Redirect => Slot {
                param: self.param_of[hole],
                dash: Dash::Allow,
                avoid: vec![Avoid::NetworkPath],
                inside: None,
            },
            Place::Input { .. } | Place::Subject | Place::SecretVariable => Slot {
                param: self.param_of[hole],
                dash: Dash::Allow,
                avoid: Vec::new(),
                inside: None,
            },
        };
        HoleUse {
            start: span.start,
            end: span.end,
            quoting,
            slot,
            guard: String::new(),
        }
    }

    fn argument(&self, hole: usize, command: usize, at: usize) -> Slot {
        let simple = &self.walked.programs[command].simple;
        let word = &simple.words[at];
        let param = &self.params[self.param_of[hole]];
        let leading = word.leading_hole() == Some(hole);
        let guarded = simple.words[1..at.max(1)]
            .iter()
            .any(|word| word.as_literal() == Some("--"));
        let dash = match leading && !guarded {
            false => Dash::Allow,
            true if matches!(param.kind, ParamKind::Path | ParamKind::Dir) => Dash::Dot,
            true => Dash::Refuse,
        };
        let mut avoid = Vec::new();
        if leading {
            avoid.extend(special_values(simple.program().unwrap_or_default()));
        }
        Slot {
            param: self.param_of[hole],
            dash,
            avoid,
            inside: inside_path(word, hole),
        }
    }

    fn argv(&self, holes: &[HoleUse]) -> Form {
        let words = &self.walked.programs[0].simple.words;
        let part = |piece: &Piece| match piece {
            Piece::Hole(hole) => Part::Value(holes[*hole].slot.clone()),
            Piece::Text(text) | Piece::Glob(text) | Piece::Expansion(text) | Piece::Home(text) => {
                Part::Text(text.clone())
            }
        };
        Form::Argv(
            words
                .iter()
                .map(|word| word.pieces.iter().map(part).collect())
                .collect(),
        )
    }

    fn script(&self, interpreter: Interpreter, holes: &[HoleUse]) -> Form {
        let mut args: Vec<Slot> = Vec::new();
        let mut text = String::with_capacity(self.template.len() + holes.len() * 6);
        let mut at = 0;
        for hole in holes {
            text.push_str(&self.template[at..hole.start]);
            at = hole.end;
            if !hole.guard.is_empty() {
                text.insert_str(
                    text.len() - usize::from(hole.quoting != Quoting::Bare),
                    &format!("{} ", hole.guard),
                );
            }
            let param = &self.params[hole.slot.param];
            let name = if param.kind == ParamKind::Secret {
                secret_variable(&param.name)
            } else {
                let place = args
                    .iter()
                    .position(|slot| *slot == hole.slot)
                    .unwrap_or_else(|| {
                        args.push(hole.slot.clone());
                        args.len() - 1
                    });
                (place + 1).to_string()
            };
            match hole.quoting {
                Quoting::Bare => text.extend(["\"${", &name, "}\""]),
                Quoting::Single => text.extend(["'\"${", &name, "}\"'"]),
                Quoting::Double | Quoting::Heredoc => text.extend(["${", &name, "}"]),
            }
        }
        text.push_str(&self.template[at..]);
        Form::Script {
            interpreter,
            text,
            args,
        }
    }

    fn programs(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for program in &self.walked.programs {
            if let Some(name) = program.simple.program()
                && !self.walked.functions.iter().any(|function| function == name)
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        names
    }
}

/// Operands that a program gives a meaning of their own.
fn special_values(program: &str) -> Vec<Avoid> {
    let is = |values: &[&str]| {
        values
            .iter()
            .map(|value| Avoid::Is((*value).to_owned()))
            .collect::<Vec<_>>()
    };
    match program.rsplit('/').next().unwrap_or(program) {
        "find" | "test" | "[" | "expr" => is(&["(", ")", "!", ","]),
        "make" | "gmake" | "awk" | "gawk" | "mawk" | "nawk" => vec![Avoid::Setting],
        "vim" | "vi" | "nvim" | "view" | "ex" | "gvim" | "less" | "more" | "nano" | "emacs" => {
            vec![Avoid::Begins("+".to_owned())]
        }
        "tmux" | "screen" => vec![Avoid::Contains("#".to_owned()), Avoid::Contains(";".to_owned())],
        "git" => vec![Avoid::Contains("::".to_owned())],
        _ => Vec::new(),
    }
}

/// The literal text before the hole, where the word is a path that the hole is a part of.
fn inside_path(word: &Word, hole: usize) -> Option<String> {
    let at = word.pieces.iter().position(|piece| *piece == Piece::Hole(hole))?;
    let slash = |piece: &Piece| {
        matches!(piece, Piece::Text(text) | Piece::Expansion(text) if text.contains('/'))
            || matches!(piece, Piece::Home(_))
    };
    let (before, after) = (&word.pieces[..at], &word.pieces[at + 1..]);
    if !before.iter().any(slash)
        && !after
            .iter()
            .any(|piece| matches!(piece, Piece::Text(text) if text.starts_with('/')))
    {
        return None;
    }
    match before {
        [] => Some(String::new()),
        [Piece::Text(text)] => {
            let value = match text.starts_with('-') {
                true => text.split_once('=').map_or(text.as_str(), |(_, value)| value),
                false => text,
            };
            Some(value.to_owned())
        }
        _ => Some(String::new()),
    }
}
