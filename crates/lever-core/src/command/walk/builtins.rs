//! Builtins: what they do to the whole text, which variables they set, which texts they read again.

use super::carried::{emitted, slice};
use super::{Program, Walk, Walker};
use crate::command::bashisms;
use crate::command::error::Problem;
use crate::command::refusal::Refusal;
use crate::command::shell_words::{Redirect, RedirectKind, SimpleCommand, Word};
use crate::command::syntax;
use crate::command::word_pieces::is_name;

/// Whether a builtin gives values to variables.
fn sets_variables(command: &SimpleCommand) -> bool {
    match command.program() {
        Some("printf") => command.words.get(1).is_some_and(|word| word.prefix() == "-v"),
        name => matches!(
            name,
            Some(
                "read"
                    | "mapfile"
                    | "readarray"
                    | "getopts"
                    | "set"
                    | "export"
                    | "readonly"
                    | "declare"
                    | "typeset"
                    | "local"
            )
        ),
    }
}

impl Walker<'_> {
    /// What the builtins that belong to the shell itself do to the whole template.
    pub(super) fn look_at_builtin(&mut self, simple: &SimpleCommand) -> Walk {
        if let Some(feature) = bashisms::in_command(simple) {
            self.need_bash(feature);
        }
        let Some(program) = simple.program() else {
            return Ok(());
        };
        self.out.compound |= bashisms::is_shell_only(program);
        let sets = program == "set"
            && simple.words[1..]
                .iter()
                .any(|word| !word.prefix().starts_with(['-', '+']));
        let dashes = program == "set" && simple.words.iter().any(|word| word.as_literal() == Some("--"));
        if !self.in_function && (program == "shift" || sets || dashes) {
            self.out.moves.get_or_insert_with(|| program.to_owned());
        }
        self.out.sets |= sets_variables(simple);
        self.judge_builtin(program, simple);
        self.walk_again(program, simple)
    }

    /// Judges the variables that a builtin names and evaluates: `let n+=1`, `declare -i n`.
    fn judge_builtin(&mut self, program: &str, command: &SimpleCommand) {
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
    fn walk_again(&mut self, program: &str, command: &SimpleCommand) -> Walk {
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
            "printf" if sets_variables(&program.simple) && !given.is_empty() => {
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
