//! Values that variables carry from one place of a shell text to another.
//!
//! Which variables do is found by walking the text until no more are seen to get a value; where in the text they get it
//! makes no difference. All they carry is one hole behind the real ones, judged as those are, but that it may be handed on.

use std::ops::Range;

use brush_parser::ast;

use super::{Program, Role, Walked, Walker, walk_with};
use crate::command::error::Problem;
use crate::command::markers::holes_in;
use crate::command::param_kind::ParamKind;
use crate::command::refusal::Refusal;
use crate::command::shell_words::{Piece, Redirect, RedirectKind, Word};
use crate::command::word_pieces::{WordParts, is_name};

/// How often a text is walked before all its variables count as carriers.
const MAX_ROUNDS: usize = 8;

/// The variables of a shell text that carry values.
#[derive(Clone, Debug, Default)]
pub(in crate::command) struct Carriers {
    /// As they stand behind `$`: `x`, `1`, `@`.
    pub(in crate::command) names: Vec<String>,
    /// All positional parameters, those of functions too.
    pub(in crate::command) positions: bool,
    /// What the text reads as its input.
    pub(in crate::command) input: bool,
    all: bool,
}

impl Carriers {
    pub(super) fn carry(&self, name: &str) -> bool {
        self.all
            || is_ambient(name)
            || self.positions && is_position(name)
            || self.names.iter().any(|known| known == name)
    }

    pub(in crate::command) fn add(&mut self, name: &str) {
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }

    /// Whether there was anything new.
    fn merge(&mut self, found: &Self) -> bool {
        let before = (self.names.len(), self.positions);
        for name in &found.names {
            self.add(name);
        }
        self.positions |= found.positions;
        before != (self.names.len(), self.positions)
    }
}

/// Variables in which a shell puts arguments by itself.
pub(super) fn is_ambient(name: &str) -> bool {
    name == "_" || name.starts_with("BASH_ARGV")
}

/// `argv` is what csh, fish and zsh call them.
fn is_position(name: &str) -> bool {
    matches!(name, "@" | "*" | "argv") || name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Walks a text with all its carriers. The last of `kinds` is of what they carry.
pub(in crate::command) fn follow(
    program: &ast::Program,
    kinds: &[ParamKind],
    mut carriers: Carriers,
) -> Result<Walked, Problem> {
    for _ in 0..MAX_ROUNDS {
        let mut walked = walk_with(program, kinds, Some(&carriers))?;
        if !carriers.merge(&walked.carriers) {
            walked.carriers = carriers;
            return Ok(walked);
        }
    }
    carriers.all = true;
    let mut walked = walk_with(program, kinds, Some(&carriers))?;
    walked.carriers = carriers;
    Ok(walked)
}

impl Walked {
    pub(in crate::command) fn programs_of(&self, range: &Range<usize>) -> &[Program] {
        slice(&self.programs, range)
    }
}

pub(super) fn slice<'a>(programs: &'a [Program], range: &Range<usize>) -> &'a [Program] {
    let end = range.end.min(programs.len());
    &programs[range.start.min(end)..end]
}

impl Program {
    /// The holes in its here-documents and here-strings.
    pub(in crate::command) fn texts(&self) -> impl Iterator<Item = usize> + '_ {
        let redirects = self.simple.redirects.iter().filter(|redirect| is_text(redirect));
        let targets = redirects.flat_map(|redirect| redirect.target.holes());
        targets.chain(self.written.iter().copied())
    }

    /// All its holes, those of its redirects too.
    pub(in crate::command) fn all_holes(&self) -> impl Iterator<Item = usize> + '_ {
        let redirects = self.simple.redirects.iter();
        let targets = redirects.flat_map(|redirect| redirect.target.holes());
        self.holes.iter().flatten().copied().chain(targets)
    }
}

fn is_text(redirect: &Redirect) -> bool {
    matches!(
        redirect.kind,
        RedirectKind::HereDocument | RedirectKind::HereString
    )
}

/// The holes whose values these programs, one behind the other, may write. A file's name is written by few, its text by many.
pub(in crate::command) fn emitted(programs: &[Program], kinds: &[ParamKind]) -> Vec<usize> {
    if programs.last().is_some_and(counts) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for program in programs {
        let name = program.simple.program().unwrap_or_default();
        let prints = matches!(
            name,
            "echo" | "printf" | "basename" | "dirname" | "realpath" | "readlink"
        );
        let opens = |hole: &usize| {
            !prints && matches!(kinds.get(*hole), Some(ParamKind::Path | ParamKind::Dir)) || name == "cat"
        };
        if !counts(program) {
            found.extend(program.holes.iter().flatten().filter(|hole| !opens(hole)));
            found.extend(program.texts());
        }
    }
    found
}

/// Programs that write nothing but numbers.
fn counts(program: &Program) -> bool {
    let words = &program.simple.words;
    match program.simple.program() {
        Some("wc" | "pgrep" | "pidof" | "date") => true,
        Some("grep") => words
            .iter()
            .any(|word| word.prefix() == "-c" || word.prefix() == "--count"),
        _ => false,
    }
}

impl Walker<'_> {
    /// Stands for what the whole text reads as its input.
    pub(super) fn take_input(&mut self) {
        if let (Some(Carriers { input: true, .. }), Some(hole)) = (self.carriers, self.out.carried) {
            let mut program = Program::default();
            program.simple.redirects.push(Redirect {
                fd: None,
                kind: RedirectKind::HereString,
                target: Word {
                    pieces: vec![Piece::Hole(hole)],
                },
            });
            self.out.programs.push(program);
            self.fed.push(0..1);
        }
    }

    /// Programs from here on read what those of `range` write, and through them what those read.
    pub(super) fn feed(&mut self, range: Range<usize>) {
        let reads = |program: &Program| {
            !matches!(
                program.simple.program(),
                Some("echo" | "printf" | "ls" | "find" | "seq" | "date")
            )
        };
        if !self.out.programs[range.clone()].iter().any(reads) {
            self.fed.clear();
        }
        self.fed.push(range);
    }

    /// What is carried, if it is in `word`.
    pub(super) fn carried_in(&self, word: &Word) -> Option<usize> {
        let carried = self.out.carried?;
        word.holes().find(|hole| *hole == carried)
    }

    /// Puts the carried hole in the place of each variable that carries a value.
    pub(super) fn put_carried(&mut self, parts: &mut WordParts) {
        let (Some(carriers), Some(hole)) = (self.carriers, self.out.carried) else {
            return;
        };
        for taken in &parts.parameters {
            let own = self.in_function && !carriers.positions && is_position(&taken.name);
            let holds = !own && carriers.carry(&taken.name);
            // Which variable is meant by another's value is not known.
            if holds || taken.evaluated {
                parts.word.pieces[taken.piece] = Piece::Hole(hole);
            }
            if holds && taken.evaluated {
                self.set(hole, Err(Refusal::Operand));
            }
        }
    }

    /// The same for a substitution whose programs, from `first` on, may write a value.
    pub(super) fn put_output(&mut self, first: usize, piece: usize, word: &mut Word) {
        if let Some(hole) = self.out.carried
            && self.flows(&self.out.programs[first..])
        {
            word.pieces[piece] = Piece::Hole(hole);
        }
    }

    fn flows(&self, programs: &[Program]) -> bool {
        let fed = |program: &Program| {
            let mut ranges = program.fed.iter();
            ranges.any(|range| !emitted(self.out.programs_of(range), self.kinds).is_empty())
        };
        !emitted(programs, self.kinds).is_empty()
            || !programs.last().is_some_and(counts) && programs.iter().any(fed)
    }

    /// Judges what is carried to a place of this role.
    pub(super) fn judge_carried(&mut self, word: &Word, role: &Role) {
        if let (Some(hole), Role::Refuses(refusal)) = (self.carried_in(word), role) {
            self.set(hole, Err(refusal.clone()));
        }
    }

    /// Arithmetic takes the value of a variable that it names without `$`.
    pub(super) fn judge_names(&mut self, text: &str, refusal: &Refusal) {
        let (Some(carriers), Some(hole)) = (self.carriers, self.out.carried) else {
            return;
        };
        let mut names = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        if names.any(|name| is_name(name) && carriers.carry(name)) {
            self.set(hole, Err(refusal.clone()));
        }
    }

    /// A variable that is set to `word`, which is written as `raw`.
    pub(super) fn note_set(&mut self, name: &str, raw: &str, word: &Word) {
        if self.carriers.is_some() && word.holes().next().is_some() {
            self.note(name, holes_in(raw).collect());
        }
    }

    pub(super) fn note(&mut self, name: &str, sources: Vec<usize>) {
        self.out.carriers.add(name);
        self.out.sources.extend(sources);
        if let Some(hole) = self.out.carried
            && chooses_programs(name)
        {
            self.set(hole, Err(Refusal::Assignment));
        }
    }

    /// `for x; do`
    pub(super) fn loops_over_arguments(&mut self, name: &str) {
        if !self.in_function {
            self.out.positional.get_or_insert_with(|| format!("for {name}"));
        }
        if let Some(carriers) = self.carriers
            && carriers.carry("@")
        {
            self.note(name, Vec::new());
        }
    }
}

/// Whether a variable of this name changes what programs run.
fn chooses_programs(name: &str) -> bool {
    let known = matches!(
        name,
        "PATH"
            | "ENV"
            | "BASH_ENV"
            | "EDITOR"
            | "VISUAL"
            | "SHELL"
            | "PS1"
            | "PS2"
            | "PS4"
            | "PROMPT_COMMAND"
            | "GIT_SSH"
            | "GIT_SSH_COMMAND"
            | "GIT_ASKPASS"
            | "SSH_ASKPASS"
    );
    known || name.starts_with("LD_") || name.ends_with("PAGER")
}
