//! Walks the syntax tree of a template: which programs it runs, and in what kind of place each hole stands.

use std::ops::Range;

use brush_parser::ast::{
    self, AssignmentValue, Command as AstCommand, CommandPrefixOrSuffixItem as Item, CompoundCommand,
};

mod builtins;
mod carried;
mod expressions;
mod redirects;

pub(super) use carried::{Carriers, emitted, follow};

use super::error::Problem;
use super::markers::holes_in;
use super::param_kind::ParamKind;
use super::quoting::Quoting;
use super::refusal::Refusal;
use super::shell_words::{Piece, SimpleCommand, Word};
use super::syntax::{self, SyntaxError};
use super::word_pieces::{self, WordParts};

/// The kind of place a hole stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Word `word` of command `command`.
    Argument { command: usize, word: usize },
    /// The file of a redirect.
    Redirect,
    /// The text of a here-document or here-string given to command `command`.
    Input { command: usize },
    /// `case {{x}} in`.
    Subject,
    /// A secret set as a variable for a program.
    SecretVariable,
}

/// A program with what the rules about holes need beyond its words.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// Its words; texts of expansions still have markers in them.
    pub(super) simple: SimpleCommand,
    /// The holes of each word, those inside its substitutions too.
    pub(super) holes: Vec<Vec<usize>>,
    /// The holes of its here-documents and here-strings, those inside substitutions.
    pub(super) written: Vec<usize>,
    /// Which programs may write what this one reads as its input; the nearest come last.
    pub(super) fed: Vec<Range<usize>>,
    /// Whether its output becomes words or a variable, and is not kept whole by quotes.
    pub(super) split: Option<Refusal>,
}

/// What a template is.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) programs: Vec<Program>,
    /// For each hole, the place it has in the tree, or why that place takes no value.
    pub(super) places: Vec<Option<Result<(Place, Quoting), Refusal>>>,
    /// The first thing found that sh does not know.
    pub(super) bash: Option<&'static str>,
    pub(super) extglob: bool,
    /// Something other than one program with its arguments.
    pub(super) compound: bool,
    /// Functions that the template defines.
    pub(super) functions: Vec<String>,
    /// The first positional parameter in use outside functions.
    pub(super) positional: Option<String>,
    /// A builtin that moves the positional parameters.
    pub(super) moves: Option<String>,
    /// It sets variables, which may carry values from one place to another.
    pub(super) sets: bool,
    /// What stands for all that variables carry, where they are followed: a hole behind the real ones.
    pub(super) carried: Option<usize>,
    /// The variables that were seen to get a value.
    pub(super) carriers: Carriers,
    /// The real holes whose values they got.
    pub(super) sources: Vec<usize>,
}

/// Where a word stands, for the holes and substitutions in it.
#[derive(Clone)]
enum Role {
    Takes(Place),
    /// A variable gets it: holes in it are refused, and so is what a substitution merely passes through.
    Carries(Refusal),
    Refuses(Refusal),
}

struct Walker<'a> {
    out: Walked,
    kinds: &'a [ParamKind],
    carriers: Option<&'a Carriers>,
    in_function: bool,
    fed: Vec<Range<usize>>,
    piped: (bool, bool),
    split: Option<Refusal>,
    depth: usize,
}

/// Walks a marked template. `kinds` are the types of its holes.
pub(super) fn walk(text: &str, kinds: &[ParamKind]) -> Result<Walked, SyntaxOrProblem> {
    let program = syntax::parse_program(text).map_err(SyntaxOrProblem::Syntax)?;
    walk_program(&program, kinds).map_err(SyntaxOrProblem::Problem)
}

/// The same for a text that has been read.
pub(super) fn walk_program(program: &ast::Program, kinds: &[ParamKind]) -> Result<Walked, Problem> {
    walk_with(program, kinds, None)
}

/// The same, with the variables that carry values.
fn walk_with(
    program: &ast::Program,
    kinds: &[ParamKind],
    carriers: Option<&Carriers>,
) -> Result<Walked, Problem> {
    let mut walker = Walker {
        out: Walked {
            places: vec![None; kinds.len()],
            carried: carriers.and(kinds.len().checked_sub(1)),
            ..Walked::default()
        },
        kinds,
        carriers,
        in_function: false,
        fed: Vec::new(),
        piped: (false, false),
        split: None,
        depth: 0,
    };
    if program.complete_commands.len() != 1 {
        walker.out.compound = true;
    }
    walker.take_input();
    for list in &program.complete_commands {
        walker.list(list)?;
    }
    walker.note_builtins();
    Ok(walker.out)
}

/// The commands of a shell text without holes, as one that is given to `sh -c`. `None` if it cannot be read.
pub(super) fn commands(text: &str) -> Option<Vec<SimpleCommand>> {
    let walked = walk(text, &[]).ok()?;
    let is_function = |program: &Program| {
        walked
            .functions
            .iter()
            .any(|name| program.simple.program() == Some(name))
    };
    let programs = walked.programs.iter().filter(|program| !is_function(program));
    Some(programs.map(|program| program.simple.clone()).collect())
}

/// Why a template could not be walked.
#[derive(Debug)]
pub(super) enum SyntaxOrProblem {
    Syntax(SyntaxError),
    Problem(Problem),
}

type Walk = Result<(), Problem>;

impl Walker<'_> {
    fn list(&mut self, list: &ast::CompoundList) -> Walk {
        if list.0.len() > 1 {
            self.out.compound = true;
        }
        for ast::CompoundListItem(and_or, separator) in &list.0 {
            let background = matches!(separator, ast::SeparatorOperator::Async);
            self.out.compound |= background || !and_or.additional.is_empty();
            let before = self.out.programs.len();
            self.pipeline(&and_or.first)?;
            for next in &and_or.additional {
                let (ast::AndOr::And(pipeline) | ast::AndOr::Or(pipeline)) = next;
                self.pipeline(pipeline)?;
            }
            if background {
                for program in &mut self.out.programs[before..] {
                    program.simple.background = true;
                }
            }
        }
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline) -> Walk {
        if pipeline.timed.is_some() {
            self.need_bash("time");
        }
        self.out.compound |= pipeline.bang || pipeline.timed.is_some();
        let outer_piped = self.piped;
        let last = pipeline.seq.len().saturating_sub(1);
        let outer_fed = self.fed.clone();
        let first = self.out.programs.len();
        for (stage, command) in pipeline.seq.iter().enumerate() {
            if last > 0 {
                self.out.compound = true;
                self.piped = (stage > 0 || outer_piped.0, stage < last || outer_piped.1);
            }
            if stage > 0 {
                self.fed.clone_from(&outer_fed);
                self.feed(first..self.out.programs.len());
            }
            self.command(command)?;
        }
        if last > 0 {
            self.fed = outer_fed;
        }
        self.piped = outer_piped;
        Ok(())
    }

    fn command(&mut self, command: &AstCommand) -> Walk {
        match command {
            AstCommand::Simple(simple) => self.simple(simple),
            AstCommand::Compound(compound, redirects) => {
                self.out.compound = true;
                self.redirected(redirects.as_ref(), |walker| walker.compound(compound))
            }
            AstCommand::Function(function) => {
                self.out.compound = true;
                self.refuse(&function.fname.value, &Refusal::Function);
                self.out.functions.push(function.fname.value.clone());
                let outer = std::mem::replace(&mut self.in_function, true);
                // Who calls it, and with what input, is not followed.
                let fed = self.fed.clone();
                self.fed.push(0..usize::MAX);
                self.redirected(function.body.1.as_ref(), |walker| {
                    walker.compound(&function.body.0)
                })?;
                (self.in_function, self.fed) = (outer, fed);
                Ok(())
            }
            AstCommand::ExtendedTest(test, redirects) => {
                self.out.compound = true;
                self.need_bash("[[ ]]");
                self.redirected(redirects.as_ref(), |walker| walker.test(&test.expr))
            }
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) -> Walk {
        match compound {
            CompoundCommand::BraceGroup(group) => self.list(&group.list),
            CompoundCommand::Subshell(subshell) => self.list(&subshell.list),
            CompoundCommand::Arithmetic(command) => {
                self.need_bash("((..))");
                self.arithmetic(&command.expr.value)
            }
            CompoundCommand::ArithmeticForClause(command) => {
                self.need_bash("for ((..))");
                for expr in [&command.initializer, &command.condition, &command.updater]
                    .into_iter()
                    .flatten()
                {
                    self.arithmetic(&expr.value)?;
                }
                self.list(&command.body.list)
            }
            CompoundCommand::ForClause(clause) => {
                self.refuse(&clause.variable_name, &Refusal::LoopWord);
                self.out.sets = true;
                match &clause.values {
                    Some(values) => {
                        for word in values {
                            let found = self.word(&word.value, &Role::Carries(Refusal::LoopWord), true)?;
                            self.note_set(&clause.variable_name, &word.value, &found);
                        }
                    }
                    None => self.loops_over_arguments(&clause.variable_name),
                }
                self.list(&clause.body.list)
            }
            CompoundCommand::CaseClause(clause) => {
                self.word(&clause.value.value, &Role::Takes(Place::Subject), false)?;
                for case in &clause.cases {
                    for pattern in &case.patterns {
                        self.word(&pattern.value, &Role::Refuses(Refusal::CasePattern), false)?;
                    }
                    if !matches!(case.post_action, ast::CaseItemPostAction::ExitCase) {
                        self.need_bash(";& and ;;&");
                    }
                    if let Some(list) = &case.cmd {
                        self.list(list)?;
                    }
                }
                Ok(())
            }
            CompoundCommand::IfClause(clause) => {
                self.list(&clause.condition)?;
                self.list(&clause.then)?;
                for branch in clause.elses.iter().flatten() {
                    if let Some(condition) = &branch.condition {
                        self.list(condition)?;
                    }
                    self.list(&branch.body)?;
                }
                Ok(())
            }
            CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
                self.list(&clause.0)?;
                self.list(&clause.1.list)
            }
            CompoundCommand::Coprocess(clause) => {
                self.need_bash("coproc");
                if let Some(name) = &clause.name {
                    self.refuse(&name.value, &Refusal::NotUnderstood);
                }
                self.command(&clause.body)
            }
        }
    }

    fn simple(&mut self, command: &ast::SimpleCommand) -> Walk {
        let index = self.out.programs.len();
        self.out.programs.push(Program {
            fed: self.fed.clone(),
            split: self.split.clone(),
            ..Program::default()
        });
        let mut simple = SimpleCommand {
            pipe_in: self.piped.0,
            pipe_out: self.piped.1,
            ..SimpleCommand::default()
        };
        let mut holes = Vec::new();
        let mut add = |walker: &mut Self, simple: &mut SimpleCommand, raw: &str| -> Walk {
            let word = holes.len();
            let place = Place::Argument { command: index, word };
            let found = walker.word(raw, &Role::Takes(place), true)?;
            holes.push(holes_in(raw).chain(walker.carried_in(&found)).collect::<Vec<_>>());
            simple.words.push(found);
            Ok(())
        };
        // The programs of a process substitution are walked when all else is known of the one that they work for.
        let mut beside = Vec::new();
        let prefix = command.prefix.iter().flat_map(|prefix| &prefix.0);
        let suffix = command.suffix.iter().flat_map(|suffix| &suffix.0);
        for item in prefix {
            match item {
                Item::AssignmentWord(assignment, _) => {
                    self.out.compound = true;
                    simple.assignments.push(self.assignment(assignment)?);
                }
                Item::IoRedirect(redirect) => simple.redirects.push(self.redirect(redirect, index)?),
                Item::Word(_) | Item::ProcessSubstitution(..) => {}
            }
            beside.extend(redirects::list_of(item));
        }
        if let Some(name) = &command.word_or_name {
            add(self, &mut simple, &name.value)?;
        }
        let mut substitutes = Vec::new();
        for item in suffix {
            match item {
                Item::Word(word) | Item::AssignmentWord(_, word) => {
                    if matches!(item, Item::AssignmentWord(assignment, _) if matches!(assignment.value, AssignmentValue::Array(_)))
                    {
                        self.need_bash("arrays");
                    }
                    add(self, &mut simple, &word.value)?;
                }
                Item::IoRedirect(redirect) => simple.redirects.push(self.redirect(redirect, index)?),
                Item::ProcessSubstitution(..) => {
                    self.need_bash("<(..)");
                    substitutes.push((simple.words.len(), beside.len()));
                    add(self, &mut simple, "<(..)")?;
                }
            }
            beside.extend(redirects::list_of(item));
        }
        self.out.compound |= !simple.redirects.is_empty();
        self.look_at_builtin(&simple)?;
        let program = &mut self.out.programs[index];
        program.simple = simple;
        program.holes = holes;
        let takes_over = program.simple.program() == Some("exec") && program.simple.words.len() == 1;
        self.walk_beside(index, &beside, &substitutes)?;
        if takes_over {
            self.fed.push(index..self.out.programs.len());
        }
        Ok(())
    }

    /// Splits a word and takes note of what is in it. `splits`: an unquoted substitution becomes several words here.
    fn word(&mut self, raw: &str, role: &Role, splits: bool) -> Result<Word, Problem> {
        let Some(parts) = word_pieces::split(raw) else {
            return Err(Problem::Unsupported("a word of this command"));
        };
        self.take_parts(parts, raw, role, splits)
    }

    fn take_parts(
        &mut self,
        mut parts: WordParts,
        raw: &str,
        role: &Role,
        splits: bool,
    ) -> Result<Word, Problem> {
        if let Some(feature) = parts.bash {
            self.need_bash(feature);
        }
        self.out.extglob |= parts.extglob;
        if !self.in_function && self.out.positional.is_none() {
            self.out.positional = parts.positional.take();
        }
        if let Role::Refuses(refusal) = role {
            self.refuse(raw, refusal);
        }
        if parts.brace_range {
            self.refuse(raw, &Refusal::BraceRange);
        }
        if parts.tilde_hole {
            self.refuse(raw, &Refusal::Tilde);
        }
        for (hole, quoting) in &parts.holes {
            let place = match role {
                _ if self.in_function => Err(Refusal::Function),
                Role::Takes(place) => Ok((*place, *quoting)),
                Role::Carries(refusal) | Role::Refuses(refusal) => Err(refusal.clone()),
            };
            self.set(*hole, place);
        }
        self.out.compound |= !parts
            .word
            .pieces
            .iter()
            .all(|piece| matches!(piece, Piece::Text(_) | Piece::Hole(_)));
        self.put_carried(&mut parts);
        for operand in std::mem::take(&mut parts.operands) {
            self.operand(&operand, role, &mut parts.word)?;
        }
        self.note_defaults(&parts);
        for substitution in std::mem::take(&mut parts.substitutions) {
            let split = match role {
                Role::Carries(refusal) => Some(refusal.clone()),
                _ if substitution.quoted || !splits => None,
                _ => Some(Refusal::UnquotedSubstitution),
            };
            self.depth += 1;
            if self.depth > 8 {
                return Err(Problem::TooDeep);
            }
            let program = syntax::parse_program(&substitution.text)
                .map_err(|_| Problem::Unsupported("the text inside $(..)"))?;
            let first = self.out.programs.len();
            self.in_substitution(split, |walker| {
                program
                    .complete_commands
                    .iter()
                    .try_for_each(|list| walker.list(list))
            })?;
            self.depth -= 1;
            self.put_output(first, substitution.piece, &mut parts.word);
        }
        self.judge_carried(&parts.word, role);
        Ok(parts.word)
    }

    fn refuse(&mut self, raw: &str, refusal: &Refusal) {
        for hole in holes_in(raw) {
            self.set(hole, Err(refusal.clone()));
        }
    }

    /// The first place that is found counts, but a refusal replaces a place: a hole is data everywhere or nowhere.
    fn set(&mut self, hole: usize, place: Result<(Place, Quoting), Refusal>) {
        if self.out.carried == Some(hole)
            && !place
                .as_ref()
                .is_err_and(|refusal| refusal.runs(&self.kinds[hole]))
        {
            return;
        }
        let Some(slot) = self.out.places.get_mut(hole) else {
            return;
        };
        match slot {
            Some(Err(_)) => {}
            Some(Ok(_)) if place.is_ok() => *slot = Some(Err(Refusal::NotUnderstood)),
            _ => *slot = Some(place),
        }
    }

    fn need_bash(&mut self, feature: &'static str) {
        self.out.compound = true;
        self.out.bash.get_or_insert(feature);
    }
}
