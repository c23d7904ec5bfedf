//! Commands and code inside commands: what wrappers run, shell texts, other languages, and what comes through pipes.

use crate::command::shell_words::{Piece, Redirect, RedirectKind, SimpleCommand, Word};

use super::assess::{Assessor, MAX_DEPTH};
use super::assessment::{CodePosition, Role};
use super::code::{self, Code};
use super::grant::{PathText, granted, path_text};
use super::kind::Kind;
use super::table::Facts;
use super::tags::Tags;
use super::walk::{behind, walk};

impl Assessor<'_> {
    /// A command given as the words of another one.
    pub(super) fn nested(&mut self, words: &[Word], at: Option<usize>, outer: &str) {
        let mut skip = 0;
        while let Some((name, _)) = words.get(skip).and_then(|word| word.prefix().split_once('=')) {
            if !is_name(name) {
                break;
            }
            let name = name.to_owned();
            self.assignment(&name, &behind(&words[skip], name.len() + 1));
            skip += 1;
        }
        let mut words = words[skip..].to_vec();
        let start = at.map(|at| at + skip);
        let appends = matches!(outer, "xargs" | "parallel" | "fd" | "fdfind");
        if let Some(placeholder) = self.placeholder.clone().filter(|_| appends)
            && !words.iter().any(|word| word.prefix().contains(&placeholder))
        {
            words.push(Word::literal(&placeholder));
        }
        self.argv(&words, start);
    }

    /// A command given as words that a shell reads, joined by blanks.
    pub(super) fn shell_rest(&mut self, words: &[Word], at: Option<usize>, program: &str) {
        let mut open = false;
        for (index, word) in words.iter().enumerate() {
            open |= word.as_literal().is_none();
            self.holes_are_code(word, at.map(|at| at + index), "sh", program);
            self.role(at, index, Role::Operand(Kind::Code("sh".into())));
        }
        if open {
            return self.unknown("open_code", format!("{program}: {}", self.show_all(words)));
        }
        let text: Vec<&str> = words.iter().filter_map(Word::as_literal).collect();
        self.shell_text(&text.join(" "));
    }

    pub(super) fn shell_text(&mut self, text: &str) {
        if let Some(placeholder) = &self.placeholder
            && text.contains(placeholder.as_str())
            && self.depth > 1
        {
            self.note("name_in_code", text);
        }
        if self.depth >= MAX_DEPTH {
            return self.unknown("open_code", text);
        }
        let Some(commands) = (self.parse)(text) else {
            return self.unknown("open_code", text);
        };
        self.depth += 1;
        let base = self.base.clone();
        for command in &commands {
            for assignment in &command.assignments {
                self.assignment(&assignment.name, &assignment.value);
            }
            self.argv(&command.words, None);
            // The text's own `cd` counts for the rest of the text.
            if matches!(command.program(), Some("cd" | "pushd"))
                && let Some(folder) = command.words.get(1)
                && let PathText::At(path) = path_text(folder, self.holes)
            {
                self.base = Some(granted(self.base.as_deref(), &path)).filter(|base| base != ".");
            }
            for redirect in &command.redirects {
                self.redirect(redirect);
            }
            if command.background {
                self.add(Tags::DETACHES);
            }
        }
        self.base = base;
        self.depth -= 1;
    }

    pub(super) fn program_text(&mut self, word: &Word, at: Option<usize>, program: &str) {
        self.holes_are_code(word, at, "program", program);
        let Some(text) = word.as_literal() else {
            return self.unknown("open_code", format!("{program}: {}", self.show(word)));
        };
        if text.contains(['$', '`', ';', '|', '&', '<', '>', '\'', '"', '\\']) {
            return self.shell_text(text);
        }
        let words: Vec<Word> = text.split_whitespace().map(Word::literal).collect();
        let outer = std::mem::replace(&mut self.partial, true);
        self.argv(&words, None);
        self.partial = outer;
    }

    pub(super) fn code(&mut self, language: &str, word: &Word, at: Option<usize>, program: &str) {
        self.holes_are_code(word, at, language, program);
        match word.as_literal() {
            Some(text) => self.code_text(language, text, program),
            None => self.unknown("open_code", format!("{program}: {}", self.show(word))),
        }
    }

    pub(super) fn code_text(&mut self, language: &str, text: &str, program: &str) {
        if language == "sh" {
            return self.shell_text(text);
        }
        if let Some(placeholder) = &self.placeholder
            && !matches!(language, "awk" | "sed")
            && text.contains(placeholder.as_str())
        {
            self.note("name_in_code", text);
        }
        let Code {
            tags,
            shell,
            reads,
            writes,
            open,
        } = code::inspect(language, text);
        self.add(tags);
        if open {
            self.unknown("open_code", format!("{program}: {text}"));
        }
        for path in reads {
            self.read_word(&Word::literal(&path));
        }
        for path in writes {
            self.write_word(&Word::literal(&path));
        }
        for text in shell {
            self.shell_text(&text);
        }
    }

    /// True if the command's input comes from another one or from a file.
    pub(super) fn is_fed(&self) -> bool {
        let command = &self.commands[self.current];
        let reads = |redirect: &Redirect| {
            matches!(
                redirect.kind,
                RedirectKind::Read | RedirectKind::HereDocument | RedirectKind::HereString
            )
        };
        self.partial || command.pipe_in || command.redirects.iter().any(reads)
    }

    /// What a program does that takes its program from standard input.
    pub(super) fn standard_input(&mut self, language: &str, program: &str, facts: &Facts) -> Tags {
        let command = &self.commands[self.current];
        let here = command.redirects.iter().rev().find(|redirect| {
            redirect.fd.is_none_or(|fd| fd == 0)
                && matches!(
                    redirect.kind,
                    RedirectKind::Read
                        | RedirectKind::ReadWrite
                        | RedirectKind::HereDocument
                        | RedirectKind::HereString
                )
        });
        if let Some(redirect) = here {
            match redirect.kind {
                RedirectKind::HereDocument | RedirectKind::HereString => {
                    let target = redirect.target.clone();
                    for hole in target.holes() {
                        let position = self.position(None, hole, language, program);
                        self.result.code.push(position);
                    }
                    match target.as_literal() {
                        Some(text) => self.code_text(language, text, program),
                        None => self.unknown("open_code", format!("{program}: {}", self.show(&target))),
                    }
                }
                _ => self.unknown(
                    "open_code",
                    format!("{program} < {}", self.show(&redirect.target)),
                ),
            }
            return Tags::NONE;
        }
        if !command.pipe_in {
            return facts.alone;
        }
        let sources = self.pipe_sources();
        for &source in &sources {
            for (index, word) in self.commands[source].words.iter().enumerate() {
                for hole in word.holes() {
                    let mut position = self.position(Some(index), hole, language, program);
                    position.command = source;
                    self.result.code.push(position);
                }
            }
        }
        let written = match sources.as_slice() {
            [source] => echoed(&self.commands[*source]),
            _ => None,
        };
        match written {
            Some(text) => self.code_text(language, &text, program),
            None => self.unknown("open_code", format!("{program} reads its program from a pipe")),
        }
        Tags::NONE
    }

    /// The commands whose output reaches the current one by pipes.
    pub(super) fn pipe_sources(&self) -> Vec<usize> {
        let mut sources = Vec::new();
        for index in (0..self.current).rev() {
            if self.commands[index].pipe_out {
                sources.push(index);
                if !self.commands[index].pipe_in {
                    break;
                }
            }
        }
        sources
    }

    pub(super) fn position(
        &self,
        word: Option<usize>,
        hole: usize,
        language: &str,
        program: &str,
    ) -> CodePosition {
        CodePosition {
            command: self.current,
            word,
            hole,
            language: language.to_owned(),
            program: program.to_owned(),
        }
    }

    pub(super) fn holes_are_code(&mut self, word: &Word, at: Option<usize>, language: &str, program: &str) {
        for hole in word.holes() {
            let position = self.position(at, hole, language, program);
            if !self.result.code.contains(&position) {
                self.result.code.push(position);
            }
        }
    }

    /// A variable may name a program or a library that the command then runs.
    pub(super) fn assignment(&mut self, name: &str, value: &Word) {
        let Some(table) = self.programs.program("NAME=VALUE") else {
            return;
        };
        let mut word = Word::literal(&format!("{name}="));
        for piece in &value.pieces {
            match piece {
                Piece::Text(text) => word.push_text(text),
                other => word.pieces.push(other.clone()),
            }
        }
        let words = [Word::literal("NAME=VALUE"), word];
        let walk = walk(table, &words, self.holes);
        self.depth += 1;
        self.weigh(&walk, &words, None, name);
        self.depth -= 1;
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// What `echo` or `printf` with literal words writes.
fn echoed(command: &SimpleCommand) -> Option<String> {
    let (program, words) = command.words.split_first()?;
    let words = words.iter().map(Word::as_literal).collect::<Option<Vec<_>>>()?;
    let words: Vec<&str> = words
        .into_iter()
        .skip_while(|word| matches!(*word, "-n" | "-e" | "-ne" | "-en"))
        .collect();
    match program.as_literal()? {
        "echo" => Some(words.join(" ")),
        "printf" if words.len() == 1 && !words[0].contains('%') => Some(words[0].replace("\\n", "\n")),
        _ => None,
    }
}
