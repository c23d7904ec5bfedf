//! Shell texts that get values by variables, arguments or their input: what they do with them.

use super::{Reader, Scope, is_shell, refusals};
use crate::command::known;
use crate::command::param_kind::ParamKind;
use crate::command::refusal::Refusal;
use crate::command::shell_words::{Piece, Word};
use crate::command::syntax;
use crate::command::walk::{self, Carriers, Walked, emitted};
use crate::command::word_pieces::is_name;

/// How deep scripts inside scripts are followed.
const MAX_DEPTH: usize = 4;

/// Refusals for the holes whose values the variables of a template carry to a place where they would be run.
pub(in crate::command) fn refusals_by_variables(
    text: &str,
    walked: &Walked,
    scope: &Scope<'_>,
) -> Vec<(usize, Refusal)> {
    if !walked.sets || scope.kinds.is_empty() {
        return Vec::new();
    }
    let mut kinds = scope.kinds.to_vec();
    kinds.push(ParamKind::Text);
    let scope = Scope {
        kinds: &kinds,
        ..*scope
    };
    let followed = syntax::parse_program(text)
        .ok()
        .and_then(|program| walk::follow(&program, &kinds, Carriers::default()).ok());
    let Some(followed) = followed else {
        return Vec::new();
    };
    let Some(refusal) = judge(&followed, &scope) else {
        return Vec::new();
    };
    let real = kinds.len() - 1;
    let mut sources = followed.sources;
    sources.retain(|hole| *hole < real);
    if sources.is_empty() {
        sources.extend(0..real);
    }
    sources.retain(|hole| refusal.runs(&kinds[*hole]));
    sources.into_iter().map(|hole| (hole, refusal.clone())).collect()
}

/// Why what a text's variables carry would not stay data.
fn judge(walked: &Walked, scope: &Scope<'_>) -> Option<Refusal> {
    let hole = walked.carried?;
    if let Some(Err(refusal)) = &walked.places[hole] {
        return Some(refusal.clone());
    }
    let by_code = known::code_refusals(walked, scope.kinds.len(), scope.programs);
    refusals(walked, scope)
        .into_iter()
        .chain(by_code)
        .find(|(found, refusal)| *found == hole && refusal.runs(&scope.kinds[hole]))
        .map(|(_, refusal)| refusal)
}

/// Why a script may not have a value of this kind in these variables.
fn refusal(script: &str, carriers: Carriers, kind: ParamKind, scope: &Scope<'_>) -> Option<Refusal> {
    let kinds = [kind];
    let scope = Scope {
        kinds: &kinds,
        depth: scope.depth + 1,
        ..*scope
    };
    if scope.depth > MAX_DEPTH {
        return Some(Refusal::NotUnderstood);
    }
    let walked = syntax::parse_program(script)
        .ok()
        .and_then(|program| walk::follow(&program, &kinds, carriers).ok());
    match walked {
        Some(walked) => judge(&walked, &scope),
        None => Some(Refusal::NotUnderstood),
    }
}

impl Reader<'_> {
    /// Judges the text of `shell` at word `code` with the words behind it, the variables before it, and its input.
    pub(super) fn script(&mut self, at: usize, shell: &str, code: usize) {
        let words = &self.program.simple.words;
        let placed = self.is_appended_to(at);
        let Some(script) = words.get(code).map(text_of) else {
            if placed {
                self.refuse_input(&Refusal::RunsText(shell.to_owned()));
            }
            return;
        };
        let script = script.as_deref();
        // What is carried in one word may be several when it arrives: `"$@"`.
        let counted = is_shell(shell) && self.walked.carried.is_none();
        let arguments = code + 1..words.len();
        if counted {
            for word in arguments {
                let mut carriers = Carriers::default();
                // Of fish and csh, the first word behind the text is an argument already.
                carriers.positions = is_foreign(shell);
                carriers.add(&(word - code - 1).to_string());
                if word > code + 1 {
                    for name in ["@", "*", "argv"] {
                        carriers.add(name);
                    }
                }
                let holes = self.holes_of(word);
                self.judge_script(shell, script, carriers, &holes);
            }
        } else {
            let mut carriers = Carriers::default();
            carriers.positions = true;
            let holes: Vec<usize> = arguments.flat_map(|word| self.holes_of(word)).collect();
            self.judge_script(shell, script, carriers, &holes);
        }
        self.with_variables(at, shell, script);
        let fed = self.fed();
        let mut carriers = Carriers::default();
        carriers.input = true;
        carriers.positions = placed;
        self.judge_script(shell, script, carriers, &fed);
        if placed && script.is_none_or(|script| self.has_placeholder(script)) {
            self.refuse_input(&Refusal::RunsText(shell.to_owned()));
        }
    }

    /// Judges a script that is a here-document of a shell, whose arguments follow `-s`.
    pub(super) fn script_as_input(&mut self, at: usize, shell: &str) {
        for redirect in &self.program.simple.redirects {
            if redirect.target.holes().next().is_some() || !super::is_here_text(redirect.kind) {
                continue;
            }
            let script = text_of(&redirect.target);
            let script = script.as_deref();
            let mut carriers = Carriers::default();
            carriers.positions = true;
            let holes: Vec<usize> = (at + 1..self.program.holes.len())
                .flat_map(|word| self.holes_of(word))
                .collect();
            self.judge_script(shell, script, carriers, &holes);
            self.with_variables(at, shell, script);
        }
    }

    /// Judges a script with the variables that are set before it, by assignments or by words as `NAME=value`.
    fn with_variables(&mut self, at: usize, shell: &str, script: Option<&str>) {
        let mut carriers = Carriers::default();
        let mut holes = Vec::new();
        for (word, set) in self.program.simple.words[..at].iter().enumerate() {
            if let Some((name, _)) = set.prefix().split_once('=').filter(|(name, _)| is_name(name)) {
                carriers.add(name);
                holes.extend(self.holes_of(word));
            }
        }
        self.judge_script(shell, script, carriers, &holes);
        if let Some(hole) = self.walked.carried {
            let mut carriers = Carriers::default();
            let names = self.walked.carriers.names.iter();
            for name in names.filter(|name| is_name(name)) {
                carriers.add(name);
            }
            self.judge_script(shell, script, carriers, &[hole]);
        }
    }

    fn judge_script(&mut self, shell: &str, script: Option<&str>, carriers: Carriers, holes: &[usize]) {
        if holes.is_empty() {
            return;
        }
        let evaluates = |script: &str| script.contains("eval") || script.contains("source");
        let passes = is_foreign(shell) && script.is_some_and(|script| !evaluates(script));
        let refusal = script.map_or(Some(Refusal::NotUnderstood), |script| {
            refusal(script, carriers, ParamKind::Text, self.scope)
        });
        match refusal {
            None => {}
            Some(Refusal::NotUnderstood) if passes => {}
            Some(refusal) => {
                let runs = |hole: &&usize| refusal.runs(&self.scope.kinds[**hole]);
                let refused = holes.iter().filter(runs).map(|hole| (*hole, refusal.clone()));
                self.found.extend(refused);
            }
        }
    }

    pub(super) fn holes_of(&self, word: usize) -> Vec<usize> {
        self.program.holes.get(word).cloned().unwrap_or_default()
    }

    /// The holes whose values may be this program's input.
    pub(super) fn fed(&self) -> Vec<usize> {
        let mut found: Vec<usize> = self.program.texts().collect();
        for range in &self.program.fed {
            found.extend(emitted(self.walked.programs_of(range), self.scope.kinds));
        }
        found
    }

    pub(super) fn refuse_input(&mut self, refusal: &Refusal) {
        let fed = self.fed();
        self.found
            .extend(fed.into_iter().map(|hole| (hole, refusal.clone())));
    }

    /// Whether xargs or parallel puts what it reads behind the words of the program at `at`.
    pub(super) fn is_appended_to(&self, at: usize) -> bool {
        self.program.simple.words[..at]
            .iter()
            .any(|word| matches!(super::program_name(word), Some("xargs" | "parallel")))
    }

    pub(super) fn has_placeholder(&self, text: &str) -> bool {
        self.placeholders().any(|placeholder| text.contains(placeholder))
    }

    /// What xargs and parallel put a value in the place of.
    fn placeholders(&self) -> impl Iterator<Item = &str> {
        let words = self.program.simple.words.iter();
        let named = words.zip(self.program.simple.words.iter().skip(1));
        let named = named.filter_map(|(option, next)| match option.prefix() {
            "-I" => Some(next.prefix()),
            option => option.strip_prefix("-I").or(option.strip_prefix("--replace=")),
        });
        named.filter(|name| !name.is_empty()).chain(["{}"])
    }
}

/// Shells with a grammar of their own.
fn is_foreign(shell: &str) -> bool {
    matches!(shell, "fish" | "csh" | "tcsh")
}

/// A script as the shell that is given it reads it, but for what other variables put in. `None` where it has an escape that is not
/// read here.
fn text_of(word: &Word) -> Option<String> {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) | Piece::Glob(text) => Some(text.clone()),
        Piece::Expansion(text) => match text.strip_prefix("$'").and_then(|text| text.strip_suffix('\'')) {
            Some(text) => read_escapes(text),
            None => Some(text.clone()),
        },
        Piece::Home(_) | Piece::Hole(_) => Some("~".to_owned()),
    };
    word.pieces.iter().map(piece).collect()
}

fn read_escapes(text: &str) -> Option<String> {
    let read = text
        .replace("\\n", "\n")
        .replace("\\'", "'")
        .replace("\\\"", "\"");
    (!read.contains('\\')).then_some(read)
}
