//! Programs and builtins that read a word a second time: as code, as a name, or as several words.
//!
//! The table of programs says the same from each program's options. These rules do not need to know a program: they find an
//! interpreter wherever it stands among the words, so that an undescribed wrapper around `sh -c` is no way around them.

mod interpreters;
mod options;
mod runs;
mod scripts;

pub(super) use scripts::refusals_by_variables;

use std::ops::Range;

use interpreters::{Flag, code_flags};
use options::Use;

use super::param_kind::ParamKind;
use super::programs::Programs;
use super::refusal::Refusal;
use super::shell_words::{Piece, RedirectKind, Word};
use super::walk::{Program, Walked};

/// Refusals for holes by what the programs around them do, as `(hole, reason)`.
pub(super) fn refusals(walked: &Walked, scope: &Scope<'_>) -> Vec<(usize, Refusal)> {
    let mut found = Vec::new();
    for program in &walked.programs {
        let mut reader = Reader {
            program,
            walked,
            scope,
            found: &mut found,
        };
        reader.read(&walked.functions);
        reader.reads_input();
    }
    found
}

/// What is known around a text.
pub(super) struct Scope<'a> {
    pub(super) programs: &'a Programs,
    /// The types of the holes.
    pub(super) kinds: &'a [ParamKind],
    /// How many scripts it is inside of.
    pub(super) depth: usize,
}

struct Reader<'a> {
    program: &'a Program,
    walked: &'a Walked,
    scope: &'a Scope<'a>,
    found: &'a mut Vec<(usize, Refusal)>,
}

impl Reader<'_> {
    fn refuse(&mut self, words: impl IntoIterator<Item = usize>, refusal: &Refusal) {
        for word in words {
            for hole in self.program.holes.get(word).into_iter().flatten() {
                self.found.push((*hole, refusal.clone()));
            }
        }
    }

    fn read(&mut self, functions: &[String]) {
        let words = &self.program.simple.words;
        let Some(first) = words.first() else { return };
        let all = 1..words.len();
        self.refuse([0], &Refusal::ProgramName);
        let Some(name) = program_name(first) else {
            return self.refuse(all, &Refusal::UnknownProgram);
        };
        if functions.iter().any(|function| function == name) {
            return self.refuse(all, &Refusal::FunctionArgument(name.to_owned()));
        }
        self.builtin(name);
        self.options(name);
        self.wrapper(name);
        for (at, word) in words.iter().enumerate() {
            if let Some(name) = program_name(word) {
                self.interpreter(at, name);
            }
        }
        if let Some(refusal) = &self.program.split
            && matches!(
                name,
                "echo" | "printf" | "basename" | "dirname" | "realpath" | "readlink" | "expr" | "tr" | "cut"
            )
        {
            let refusal = refusal.clone();
            self.refuse(1..words.len(), &refusal);
            for redirect in &self.program.simple.redirects {
                self.found
                    .extend(redirect.target.holes().map(|hole| (hole, refusal.clone())));
            }
        }
    }

    fn options(&mut self, name: &str) {
        for at in 1..self.program.simple.words.len() {
            let program = || name.to_owned();
            let refusal = match options::used(name, &self.program.simple.words, at) {
                None => continue,
                Some(Use::Program) => Refusal::ProgramName,
                Some(Use::Option(option)) => Refusal::ProgramOption {
                    program: program(),
                    option: option.to_owned(),
                },
                Some(Use::Code) => Refusal::ProgramText {
                    program: program(),
                    rewrite: "write this text itself",
                },
            };
            self.refuse([at], &refusal);
        }
    }

    fn builtin(&mut self, name: &str) {
        let words = &self.program.simple.words;
        let refusal = Refusal::Builtin(name.to_owned());
        match name {
            "eval" | "." | "source" | "read" | "export" | "readonly" | "declare" | "typeset" | "local"
            | "let" | "unset" | "alias" | "unalias" | "trap" | "set" | "shopt" | "mapfile" | "readarray"
            | "getopts" | "enable" | "bind" | "complete" | "compgen" | "compopt" | "fc" | "history"
            | "jobs" | "hash" | "shift" | "coproc" => {
                let refused: Vec<usize> = (1..words.len()).filter(|at| !self.hands_on(name, *at)).collect();
                self.refuse(refused, &refusal);
            }
            "printf" if words.get(1).is_some_and(|word| word.prefix().starts_with("-v")) => {
                self.refuse(1..3, &refusal);
            }
            "test" | "[" => {
                for (at, word) in words.iter().enumerate() {
                    if matches!(word.as_literal(), Some("-v" | "-R")) {
                        self.refuse([at + 1], &refusal);
                    }
                }
            }
            "wait" if words.len() > 2 && words.iter().any(|word| word.prefix() == "-p") => {
                self.refuse(1..words.len(), &refusal);
            }
            _ => {}
        }
    }

    /// Whether a builtin only gives what is carried in its word at `at` to another variable, where it is followed further.
    fn hands_on(&self, name: &str, at: usize) -> bool {
        let words = &self.program.simple.words;
        self.walked.carried.is_some()
            && match name {
                "set" | "getopts" | "shift" | "jobs" | "history" => true,
                "export" | "readonly" | "declare" | "typeset" | "local" => {
                    let evaluates = |word: &Word| is_cluster(word.prefix(), &["-i", "-n", "-a", "-A"]);
                    let sets = words[at].prefix().split_once('=');
                    sets.is_some_and(|(name, _)| super::word_pieces::is_name(name))
                        && !words.iter().any(evaluates)
                }
                _ => false,
            }
    }

    /// Programs that run the words behind them: a hole there is a program's name until a literal name has been seen.
    fn wrapper(&mut self, name: &str) {
        let words = &self.program.simple.words;
        match name {
            "command" | "builtin" | "exec" | "nohup" | "setsid" | "sudo" | "doas" | "nice" | "ionice"
            | "stdbuf" | "time" | "env" | "xargs" | "busybox" | "unbuffer" | "pkexec" | "watch" | "entr"
            | "hyperfine" => {
                let refusal = match name {
                    "env" => Refusal::VariableName,
                    _ => Refusal::ProgramName,
                };
                // Which options take a word of their own is the program table's knowledge; a hole behind one is left to it.
                for (at, word) in words.iter().enumerate().skip(1) {
                    let option = word.prefix().starts_with('-') && word.as_literal() != Some("--");
                    let assigned = word
                        .prefix()
                        .split_once('=')
                        .is_some_and(|(name, _)| super::word_pieces::is_name(name));
                    if assigned && matches!(name, "env" | "sudo" | "doas") {
                        self.refuse([at], &Refusal::Assignment);
                    } else if word.leading_hole().is_some() {
                        if !words[at - 1].prefix().starts_with('-')
                            || words[at - 1].as_literal() == Some("--")
                        {
                            self.refuse([at], &refusal);
                        }
                        break;
                    } else if !option && word.as_literal() != Some("--") {
                        break;
                    }
                }
            }
            _ => {}
        }
        let whole_line = match name {
            "ssh" | "rsh" | "autossh" | "slogin" => Some(ssh_command(words)),
            "watch" if !words.iter().any(is_watch_exec) => Some(watch_command(words)),
            "parallel" | "hyperfine" => Some(1),
            _ => None,
        };
        if let Some(start) = whole_line {
            let end = words
                .iter()
                .position(|word| word.prefix().starts_with(":::"))
                .unwrap_or(words.len());
            let rewrite = match name {
                "watch" => "watch -x program {{value}}",
                "ssh" | "rsh" | "autossh" | "slogin" => {
                    "send the value as input: printf '%s\\0' {{value}} | ssh host xargs -0 program"
                }
                _ => "run the program without it",
            };
            let program = name.to_owned();
            self.refuse(start..end, &Refusal::Rejoined { program, rewrite });
        }
    }

    /// An interpreter at word `at`: the words that are its program.
    fn interpreter(&mut self, at: usize, name: &str) {
        let words = &self.program.simple.words;
        let Some((flags, rewrite)) = code_flags(name) else {
            return;
        };
        let text = Refusal::ProgramText {
            program: name.to_owned(),
            rewrite,
        };
        let mut filled = false;
        let mut skip = false;
        for (index, word) in words.iter().enumerate().skip(at + 1) {
            if std::mem::take(&mut skip) {
                continue;
            }
            match flags.read(word) {
                Flag::CodeFollows => {
                    let mut code = index + 1;
                    // A shell takes more options between `-c` and its text.
                    while is_shell(name) && words.get(code).is_some_and(is_option) {
                        code += 1;
                    }
                    self.refuse(index..=code, &text);
                    if takes_script(name) {
                        return self.script(at, name, code);
                    }
                    self.program_text(at, name, code);
                    (filled, skip) = (true, true);
                }
                Flag::CodeAttached => {
                    self.refuse([index], &text);
                    self.program_text(at, name, index);
                    filled = true;
                }
                Flag::File => {
                    let file = words.get(index + 1);
                    let written = file.is_some_and(|file| file.as_literal() == Some("<(..)"));
                    self.refuse(written.then_some(index + 1), &text);
                    if file.is_some_and(|file| file.as_literal() == Some("-") || is_descriptor(file)) {
                        self.refuse_input(&Refusal::StandardInput(name.to_owned()));
                    }
                    (filled, skip) = (true, true);
                }
                Flag::FileAttached => filled = true,
                Flag::Value => skip = true,
                Flag::Other => {}
                Flag::Operand => {
                    // The first operand of awk and sed is their program, where no option gave one.
                    if flags.first_operand && !filled && at == 0 {
                        self.refuse([index], &text);
                    }
                    if flags.first_operand && !filled {
                        self.program_text(at, name, index);
                    }
                    if flags.first_operand {
                        filled = true;
                    } else {
                        if !filled && word.as_literal() == Some("<(..)") {
                            self.refuse([index], &Refusal::StandardInput(name.to_owned()));
                        }
                        break;
                    }
                }
            }
        }
        if flags.first_operand && !filled && self.is_appended_to(at) {
            self.refuse_input(&Refusal::RunsText(name.to_owned()));
        }
        if name == "perl" && words[at..].iter().any(is_perl_loop) {
            let operands = words
                .iter()
                .enumerate()
                .skip(at + 1)
                .filter(|(_, word)| word.leading_hole().is_some());
            let operands: Vec<usize> = operands.map(|(index, _)| index).collect();
            self.refuse(operands, &Refusal::MagicOpen);
        }
    }
}

impl Reader<'_> {
    /// A program that takes its program, or its arguments, from a pipe or a here-document.
    fn reads_input(&mut self) {
        let words = &self.program.simple.words;
        let found = (0..words.len()).find_map(|at| Some((at, reads_program_from_input(words, at)?)));
        let Some((at, reader)) = found else {
            return self.resplits();
        };
        let refusal = Refusal::StandardInput(reader.to_owned());
        let refused = self
            .program
            .texts()
            .chain(programs_in(self.walked, &self.program.fed).flat_map(Program::all_holes));
        self.found.extend(refused.map(|hole| (hole, refusal.clone())));
        if is_shell(reader) {
            self.script_as_input(at, reader);
        }
    }

    fn resplits(&mut self) {
        let words = &self.program.simple.words;
        let xargs = words.iter().position(|word| program_name(word) == Some("xargs"));
        // With -0 or -d nothing is split but at the byte that it names.
        let splits = xargs.is_some_and(|at| {
            !words[at + 1..].iter().any(|word| {
                let option = word.prefix();
                option == "-0"
                    || option == "--null"
                    || option.starts_with("-d")
                    || option.starts_with("--delimiter")
                    || is_cluster(option, &["-0"])
            })
        });
        if !splits && !words.iter().any(|word| program_name(word) == Some("parallel")) {
            return;
        }
        for before in programs_in(self.walked, self.program.fed.last()) {
            let holes: Vec<usize> = match before.simple.program() {
                Some("cat") => before.texts().collect(),
                Some("echo" | "printf") => before.all_holes().collect(),
                _ => continue,
            };
            self.found
                .extend(holes.into_iter().map(|hole| (hole, Refusal::Resplit)));
        }
    }
}

/// The programs in these ranges.
fn programs_in<'a>(
    walked: &'a Walked,
    ranges: impl IntoIterator<Item = &'a Range<usize>>,
) -> impl Iterator<Item = &'a Program> {
    ranges.into_iter().flat_map(|range| walked.programs_of(range))
}

/// The interpreter at word `at`, if it takes its program from its input.
fn reads_program_from_input(words: &[Word], at: usize) -> Option<&str> {
    let name = program_name(&words[at])?;
    let after = &words[at + 1..];
    let bare = after
        .iter()
        .all(|word| is_option(word) && !matches!(word.prefix(), "-c" | "-e" | "-m"));
    let dash = after
        .first()
        .is_some_and(|word| word.as_literal() == Some("-") || is_descriptor(word));
    let takes = match name {
        _ if is_shell(name) => {
            bare && !after.iter().any(|word| is_cluster(word.prefix(), &["-c"]))
                || dash
                || after.iter().any(|word| is_cluster(word.prefix(), &["-s"]))
        }
        "python" | "python2" | "python3" | "perl" | "ruby" | "node" | "php" | "lua" | "tclsh"
        | "osascript" | "deno" | "bun" => bare && !has_code_flag(name, after) || dash,
        "." | "source" => at == 0 && after.first().is_some_and(is_descriptor),
        "make" | "gmake" => {
            at == 0
                && after
                    .iter()
                    .any(|word| word.as_literal() == Some("-") || is_descriptor(word))
        }
        "psql" | "mysql" | "mariadb" | "mongo" | "mongosh" | "su" | "runuser" | "script" => {
            !has_code_flag(name, after)
        }
        "sqlite3" | "duckdb" => {
            after
                .iter()
                .filter(|word| !word.prefix().starts_with('-'))
                .count()
                < 2
        }
        "ssh" | "rsh" => at == 0 && ssh_command(words) >= words.len(),
        "at" | "batch" | "ed" | "ex" | "crontab" | "dc" | "gnuplot" | "m4" => at == 0,
        _ => false,
    };
    takes.then_some(name)
}

/// A file that is what the program reads already.
fn is_descriptor(word: &Word) -> bool {
    let path = word.prefix();
    path == "/dev/stdin" || path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/")
}

fn is_shell(name: &str) -> bool {
    matches!(
        name,
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "mksh" | "ash" | "fish" | "csh" | "tcsh"
    )
}

/// Programs that take a shell's text.
fn takes_script(name: &str) -> bool {
    is_shell(name) || matches!(name, "su" | "runuser" | "flock" | "script" | "sg")
}

fn is_option(word: &Word) -> bool {
    word.prefix().starts_with(['-', '+'])
}

fn is_here_text(kind: RedirectKind) -> bool {
    matches!(kind, RedirectKind::HereDocument | RedirectKind::HereString)
}

fn has_code_flag(name: &str, words: &[Word]) -> bool {
    code_flags(name).is_some_and(|(flags, _)| {
        words.iter().any(|word| {
            matches!(
                flags.read(word),
                Flag::CodeFollows | Flag::CodeAttached | Flag::File | Flag::FileAttached
            )
        })
    })
}

/// The first word of what runs on the other side: behind the options and the host.
fn ssh_command(words: &[Word]) -> usize {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let prefix = word.prefix();
        if !prefix.starts_with('-') {
            return at + 1;
        }
        let takes_next =
            prefix.len() == 2 && word.pieces.len() == 1 && "BbcDEeFIiJLlmOoPpQRSWw".contains(&prefix[1..]);
        at += 1 + usize::from(takes_next);
    }
    at
}

/// The first word of the line that watch runs.
fn watch_command(words: &[Word]) -> usize {
    let mut at = 1;
    while let Some(word) = words.get(at).filter(|word| word.prefix().starts_with('-')) {
        at += 1 + usize::from(matches!(
            word.as_literal(),
            Some("-n" | "--interval" | "-q" | "--equexit")
        ));
    }
    at
}

fn is_watch_exec(word: &Word) -> bool {
    word.as_literal()
        .is_some_and(|option| option == "--exec" || is_cluster(option, &["-x"]))
}

fn is_perl_loop(word: &Word) -> bool {
    let prefix = word.prefix();
    prefix.starts_with('-') && !prefix.starts_with("--") && {
        let switches = prefix[1..]
            .split(['e', 'E', 'M', 'm', 'I', 'F'])
            .next()
            .unwrap_or_default();
        switches.contains(['n', 'p'])
    }
}

/// Whether `word` is a cluster of one-letter options that has one of `options` in it.
fn is_cluster(word: &str, options: &[&str]) -> bool {
    word.len() > 1
        && word.starts_with('-')
        && !word.starts_with("--")
        && options
            .iter()
            .any(|option| option.len() == 2 && word[1..].contains(&option[1..]))
}

/// The last part of a program's path, if the word is literal or begins with the caller's home.
fn program_name(word: &Word) -> Option<&str> {
    let ([Piece::Text(text)] | [Piece::Home(_), Piece::Text(text)]) = word.pieces.as_slice() else {
        return None;
    };
    Some(text.rsplit('/').next().unwrap_or(text))
}
