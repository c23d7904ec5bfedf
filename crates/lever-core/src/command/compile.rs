//! From a template to a plan.

use super::error::{CommandError, Problem};
use super::known;
use super::markers::Marked;
use super::param_kind::ParamKind;
use super::params::{self, Declared, Param};
use super::plan::{HoleUse, Interpreter, Plan};
use super::planner::Planner;
use super::programs::{Assessment, Programs};
use super::quoting::{self, Quoting, Surroundings};
use super::refusal::Refusal;
use super::second_reading;
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
    /// The table of known programs, which says what the command does and which of its words are code. `None`: the built-in
    /// one, which takes milliseconds to read, so whoever compiles more than one template keeps it.
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
    let builtin;
    let programs = if let Some(programs) = source.programs {
        programs
    } else {
        builtin = Programs::builtin()
            .map_err(|_| CommandError::new(Problem::Unsupported("without the table of programs it"), 0..0))?;
        &builtin
    };
    let reading = read(source, programs)?;
    let planner = Planner {
        reading: &reading,
        template: source.template,
        script: reading.needs_shell(source),
    };
    let holes: Vec<HoleUse> = (0..reading.places.len()).map(|hole| planner.hole(hole)).collect();
    let form = if planner.script {
        planner.script(interpreter(source, &reading.walked)?, &holes)
    } else {
        planner.argv(&holes)
    };
    Ok(Plan {
        template: source.template.to_owned(),
        form,
        holes,
        programs: planner.programs(),
        effects: reading.assessment.effects,
        multiline: source.template.contains('\n'),
        notes: reading.assessment.notes.iter().map(ToString::to_string).collect(),
        permissions: reading.assessment.permissions,
        params: reading.params,
    })
}

/// All that is found out about a template before its plan is written.
pub(super) struct Reading {
    pub(super) marked: Marked,
    pub(super) params: Vec<Param>,
    /// The parameter of each hole, by its place in `params`.
    pub(super) param_of: Vec<usize>,
    pub(super) walked: Walked,
    pub(super) assessment: Assessment,
    /// Of each hole, the place and the quotes around it.
    pub(super) places: Vec<(Place, Quoting)>,
}

impl Reading {
    pub(super) fn kind(&self, hole: usize) -> &ParamKind {
        &self.params[self.param_of[hole]].kind
    }

    fn needs_shell(&self, source: &TemplateSource<'_>) -> bool {
        self.walked.compound
            || self.walked.programs.len() != 1
            || source.template.contains('\n')
            || source.interpreter.is_some()
            || self.params.iter().any(|param| param.kind == ParamKind::Secret)
    }
}

fn read(source: &TemplateSource<'_>, programs: &Programs) -> Result<Reading, CommandError> {
    let template = source.template;
    let marked = Marked::new(template)?;
    let params = params::merge(&marked.holes, source.phrase, source.declared)?;
    let place_of = |name: &str| params.iter().position(|param| param.name == name).unwrap_or(0);
    let param_of: Vec<usize> = marked
        .holes
        .iter()
        .map(|found| place_of(&found.hole.name))
        .collect();
    let kinds: Vec<ParamKind> = param_of.iter().map(|param| params[*param].kind.clone()).collect();
    let surroundings = quoting::surroundings(&marked.text, marked.holes.len());
    let walked =
        walk::walk(&marked.text, &kinds).map_err(|error| unreadable(error, &marked, &surroundings))?;
    if let Some(name) = &walked.positional {
        return Err(CommandError::new(
            Problem::Positional(name.clone()),
            span_of(template, name),
        ));
    }
    let assessment = known::assess(&walked, &marked, &params, &param_of, template, programs);
    let mut reading = Reading {
        marked,
        params,
        param_of,
        walked,
        assessment,
        places: Vec::new(),
    };
    reading.places = place(&reading, surroundings, programs)?;
    let walked = &reading.walked;
    if let Some(builtin) = walked.moves.as_ref().filter(|_| !reading.places.is_empty()) {
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
        return Err(CommandError::new(Problem::NoProgram, 0..template.len()));
    }
    Ok(reading)
}

/// Finds a place for each hole. Every one of five judges can refuse it: the quotes around it, the grammar, the rules on what
/// programs read a second time, the table of programs, and those four again where a variable carries its value.
fn place(
    reading: &Reading,
    surroundings: Vec<Surroundings>,
    programs: &Programs,
) -> Result<Vec<(Place, Quoting)>, CommandError> {
    let walked = &reading.walked;
    let mut readings: Vec<Option<Refusal>> = vec![None; surroundings.len()];
    let by_code = known::refused_code(&reading.assessment, walked);
    let kinds: Vec<ParamKind> = (0..surroundings.len())
        .map(|hole| reading.kind(hole).clone())
        .collect();
    let scope = second_reading::Scope {
        programs,
        kinds: &kinds,
        depth: 0,
    };
    let by_reading = second_reading::refusals(walked, &scope);
    let by_variables = second_reading::refusals_by_variables(&reading.marked.text, walked, &scope);
    for (hole, refusal) in by_reading.into_iter().chain(by_code).chain(by_variables) {
        readings[hole].get_or_insert(refusal);
    }
    let mut places = Vec::with_capacity(surroundings.len());
    for (hole, (around, second)) in surroundings.into_iter().zip(readings).enumerate() {
        let found = around.and_then(|quoting| match (walked.places[hole].clone(), second) {
            (Some(Err(refusal)), _) | (_, Some(refusal)) => Err(refusal),
            (Some(Ok((place, in_tree))), None) if in_tree == quoting => {
                match shows_secret(reading, hole, place) {
                    Some(refusal) => Err(refusal),
                    None => Ok((place, quoting)),
                }
            }
            _ => Err(Refusal::NotUnderstood),
        });
        places.push(found.map_err(|refusal| refused(&reading.marked, hole, refusal))?);
    }
    Ok(places)
}

fn refused(marked: &Marked, hole: usize, refusal: Refusal) -> CommandError {
    CommandError::new(Problem::Refused(refusal), marked.holes[hole].span.clone())
}

fn unreadable(error: SyntaxOrProblem, marked: &Marked, surroundings: &[Surroundings]) -> CommandError {
    // A hole in a wrong place often makes the text unreadable; then the hole is what the teacher should hear about.
    let cause = surroundings
        .iter()
        .enumerate()
        .find_map(|(hole, found)| match found {
            Err(refusal) if *refusal != Refusal::NotUnderstood => Some((hole, refusal.clone())),
            _ => None,
        });
    if let Some((hole, refusal)) = cause {
        return refused(marked, hole, refusal);
    }
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

fn interpreter(source: &TemplateSource<'_>, walked: &Walked) -> Result<Interpreter, CommandError> {
    let needed = match walked.bash {
        _ if walked.extglob => Interpreter::BashExtglob,
        Some(_) => Interpreter::Bash,
        None => Interpreter::Sh,
    };
    match (source.interpreter, walked.bash) {
        (Some(Interpreter::Sh), Some(feature)) => Err(CommandError::new(
            Problem::NeedsBash(feature),
            0..source.template.len(),
        )),
        (Some(Interpreter::Bash), _) if walked.extglob => Ok(Interpreter::BashExtglob),
        (Some(asked), _) => Ok(asked),
        (None, _) => Ok(needed),
    }
}

/// Whether a secret here would be among the arguments of a program. `echo` and `printf` are the shell's own.
fn shows_secret(reading: &Reading, hole: usize, place: Place) -> Option<Refusal> {
    let Place::Argument { command, .. } = place else {
        return None;
    };
    let program = reading.walked.programs[command]
        .simple
        .program()
        .unwrap_or_default();
    let shows = *reading.kind(hole) == ParamKind::Secret && !matches!(program, "echo" | "printf");
    shows.then(|| Refusal::SecretArgument(program.to_owned()))
}
