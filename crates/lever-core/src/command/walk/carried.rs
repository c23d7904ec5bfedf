//! Values that variables carry from one place of a shell text to another.
//!
//! Which variables do is found by walking the text until no more are seen to get a value; where in the text they get it
//! makes no difference. All they carry is one hole behind the real ones, judged as those are, but that it may be handed on.

use std::ops::Range;

use brush_parser::ast;

use super::{Program, Role, Walk, Walked, Walker, walk_with};
use crate::command::error::Problem;
use crate::command::markers::holes_in;
use crate::command::param_kind::ParamKind;
use crate::command::refusal::Refusal;
use crate::command::shell_words::{Piece, Redirect, RedirectKind, SimpleCommand, Word};
use crate::command::syntax;
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
    fn carry(&self, name: &str) -> bool {
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

fn slice<'a>(programs: &'a [Program], range: &Range<usize>) -> &'a [Program] {
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

/// Whether a builtin gives values to variables.
pub(super) fn sets(command: &SimpleCommand) -> bool {
    match command.program() {
        Some("printf") => command.words.get(1).is_some_and(|word| word.prefix() == "-v"),
        Some(name) => "read mapfile readarray getopts set export readonly declare typeset local"
            .split(' ')
            .any(|known| known == name),
        None => false,
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
            let carries = !own && carriers.carry(&taken.name);
            // Which variable is meant by another's value is not known.
            if carries || taken.evaluated {
                parts.word.pieces[taken.piece] = Piece::Hole(hole);
            }
            if carries && taken.evaluated {
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

    fn note(&mut self, name: &str, sources: Vec<usize>) {
        self.out.carriers.add(name);
        self.out.sources.extend(sources);
        if let Some(hole) = self.out.carried
            && chooses_programs(name)
        {
            self.set(hole, Err(Refusal::Assignment));
        }
    }

    /// `${x:=$1}` sets `x`.
    pub(super) fn note_defaults(&mut self, parts: &WordParts) {
        for taken in &parts.parameters {
            self.out.sets |= is_ambient(&taken.name);
            if !taken.evaluated && matches!(parts.word.pieces[taken.piece], Piece::Hole(_)) {
                self.out.carriers.add(&taken.name);
            }
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

    /// Judges the variables that a builtin names and evaluates: `let n+=1`, `declare -i n`.
    pub(super) fn judge_builtin(&mut self, program: &str, command: &SimpleCommand) {
        let evaluates = |word: &Word| word.prefix().starts_with('-') && word.prefix().contains(['i', 'n']);
        let evaluates = match program {
            "let" => true,
            "declare" | "typeset" | "local" | "export" | "readonly" => command.words.iter().any(evaluates),
            _ => false,
        };
        if evaluates {
            for word in &command.words[1..] {
                self.judge_names(word.prefix(), &Refusal::Builtin(program.to_owned()));
            }
        }
    }

    /// Walks the text of `eval` and `trap`, which is part of this one.
    pub(super) fn walk_again(&mut self, program: &str, command: &SimpleCommand) -> Walk {
        let words = &command.words[1..];
        let words = match program {
            _ if self.carriers.is_none() => return Ok(()),
            "eval" => words,
            "trap" => &words[..words.len().min(1)],
            _ => return Ok(()),
        };
        let Some(texts) = words.iter().map(Word::as_literal).collect::<Option<Vec<_>>>() else {
            return Ok(());
        };
        let Ok(program) = syntax::parse_program(&texts.join(" ")) else {
            return Ok(());
        };
        self.depth += 1;
        if self.depth > 8 {
            return Err(Problem::TooDeep);
        }
        program
            .complete_commands
            .iter()
            .try_for_each(|list| self.list(list))?;
        self.depth -= 1;
        Ok(())
    }

    /// Takes note of the variables to which builtins and calls of functions give values, when all programs are known.
    pub(super) fn note_builtins(&mut self) {
        if self.carriers.is_none() {
            return;
        }
        let programs = std::mem::take(&mut self.out.programs);
        for program in &programs {
            self.note_builtin(program, &programs);
        }
        self.out.programs = programs;
    }

    fn note_builtin(&mut self, program: &Program, programs: &[Program]) {
        let words = &program.simple.words;
        let Some(name) = program.simple.program() else {
            return;
        };
        let given: Vec<usize> = program.holes.iter().flatten().copied().collect();
        match name {
            "read" | "mapfile" | "readarray" => {
                let sources = self.read_by(program, programs);
                if !sources.is_empty() {
                    self.note_names(words, &["REPLY", "MAPFILE"], &sources);
                }
            }
            "getopts" if !given.is_empty() || self.carriers.is_some_and(|carriers| carriers.carry("@")) => {
                self.note_names(words, &["OPTARG"], &given);
            }
            "printf" if sets(&program.simple) && !given.is_empty() => {
                self.note_names(&words[..words.len().min(3)], &[], &given);
            }
            "export" | "readonly" | "declare" | "typeset" | "local" => {
                for (word, holes) in words.iter().zip(&program.holes) {
                    if let Some((name, _)) = word.prefix().split_once('=').filter(|_| !holes.is_empty()) {
                        self.note(name, holes.clone());
                    }
                }
            }
            "set" if !given.is_empty() => self.note_positions(given),
            "shift" if self.carriers.is_some_and(|carriers| carriers.carry("@")) => {
                self.note_positions(given);
            }
            _ if !given.is_empty() && self.out.functions.iter().any(|function| function == name) => {
                self.note_positions(given);
            }
            _ => {}
        }
    }

    fn note_positions(&mut self, sources: Vec<usize>) {
        self.out.carriers.positions = true;
        self.out.sources.extend(sources);
    }

    fn note_names(&mut self, words: &[Word], more: &[&str], sources: &[usize]) {
        let names = words.iter().skip(1).filter_map(Word::as_literal);
        for name in names.filter(|name| is_name(name)).chain(more.iter().copied()) {
            self.note(name, sources.to_vec());
        }
    }

    /// The holes whose values a program may read. Of another descriptor than its input no more is known than what is written.
    fn read_by(&self, program: &Program, programs: &[Program]) -> Vec<usize> {
        let mut found: Vec<usize> = program.texts().collect();
        let duplicate =
            |redirect: &Redirect| matches!(redirect.kind, RedirectKind::Duplicate | RedirectKind::WriteBoth);
        let other = |word: &Word| word.prefix().starts_with("-u");
        if program.simple.redirects.iter().any(duplicate) || program.simple.words.iter().any(other) {
            for program in programs {
                found.extend(emitted(std::slice::from_ref(program), self.kinds));
            }
        }
        for range in &program.fed {
            found.extend(emitted(slice(programs, range), self.kinds));
        }
        found
    }
}

/// Whether a variable of this name changes what programs run.
fn chooses_programs(name: &str) -> bool {
    name.starts_with("LD_")
        || name.ends_with("PAGER")
        || "PATH ENV BASH_ENV EDITOR VISUAL SHELL PS1 PS2 PS4 PROMPT_COMMAND GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS SSH_ASKPASS"
            .split(' ')
            .any(|known| known == name)
}
