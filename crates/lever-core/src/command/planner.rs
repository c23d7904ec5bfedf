//! Writes the plan: which argument each hole becomes, and what its place asks of a value.

use super::compile::Reading;
use super::param_kind::ParamKind;
use super::params::secret_variable;
use super::plan::{Avoid, Dash, Form, HoleUse, Inside, Interpreter, Part, Slot};
use super::programs::{self, Role};
use super::quoting::Quoting;
use super::shell_words::{Piece, Word};
use super::walk::Place;

/// Writes the plan of a template whose holes all have a place.
pub(super) struct Planner<'a> {
    pub(super) reading: &'a Reading,
    pub(super) template: &'a str,
    /// It runs by a shell.
    pub(super) script: bool,
}

impl Planner<'_> {
    pub(super) fn hole(&self, hole: usize) -> HoleUse {
        let (place, quoting) = self.reading.places[hole];
        let span = &self.reading.marked.holes[hole].span;
        let plain = |avoid| Slot {
            param: self.reading.param_of[hole],
            dash: Dash::Allow,
            avoid,
            inside: None,
        };
        let (slot, guard) = match place {
            Place::Argument { command, word } => self.argument(hole, command, word),
            Place::Redirect => (plain(vec![Avoid::NetworkPath]), String::new()),
            Place::Input { .. } | Place::Subject | Place::SecretVariable => {
                (plain(Vec::new()), String::new())
            }
        };
        HoleUse {
            start: span.start,
            end: span.end,
            quoting,
            slot,
            guard,
        }
    }

    /// What an argument asks of its value, and the word to put before it.
    fn argument(&self, hole: usize, command: usize, at: usize) -> (Slot, String) {
        let simple = &self.reading.walked.programs[command].simple;
        let word = &simple.words[at];
        let param = &self.reading.params[self.reading.param_of[hole]];
        let facts = &self.reading.assessment.commands[command];
        let fact = facts.words.get(at);
        let mut slot = Slot {
            param: self.reading.param_of[hole],
            dash: Dash::Allow,
            avoid: Vec::new(),
            inside: inside_path(word, hole),
        };
        if word.leading_hole() != Some(hole) {
            return (slot, String::new());
        }
        let is_value = fact.is_some_and(|fact| matches!(fact.role, Role::Value(_)));
        slot.avoid = special_values(&facts.program, &facts.subcommand, is_value);
        slot.avoid
            .extend(fact.iter().flat_map(|fact| fact.refuse).map(avoided));
        let is_path = matches!(param.kind, ParamKind::Path | ParamKind::Dir);
        let guard = self.guard(command).filter(|(before, _)| at >= *before);
        // `--` counts for the program whose word it is: that of `kubectl exec pod -- cat` is not cat's.
        let program = facts.words[..at]
            .iter()
            .rposition(|fact| fact.role == Role::Program)
            .unwrap_or(0);
        let guarded = simple.words[program..at]
            .iter()
            .any(|word| word.as_literal() == Some("--"));
        slot.dash = match fact.map(|fact| &fact.role) {
            _ if guarded || guard.is_some() => Dash::Allow,
            _ if is_path => Dash::Dot,
            Some(Role::Value(_)) => Dash::Allow,
            _ => Dash::Refuse,
        };
        let text = guard
            .filter(|(before, _)| at == *before)
            .map(|(_, text)| text.to_owned());
        (slot, text.unwrap_or_default())
    }

    /// The end-of-options word for a command, where one helps: `(word before which it goes, text)`.
    fn guard(&self, command: usize) -> Option<(usize, &'static str)> {
        let facts = &self.reading.assessment.commands[command];
        let words = &self.reading.walked.programs[command].simple.words;
        let guard = facts.guards.last()?;
        // A negative number is a process group to kill, and `--` would make it reach it.
        if facts.program == "kill" {
            return None;
        }
        // Behind an operand, many programs take `--` for another one.
        let program = facts.words[..guard.before]
            .iter()
            .rposition(|fact| fact.role == Role::Program)?;
        if facts.words[program + 1..guard.before]
            .iter()
            .any(|fact| matches!(fact.role, Role::Operand(_) | Role::Unknown))
        {
            return None;
        }
        let may_begin_with_dash = |word: &Word| {
            word.leading_hole().is_some_and(|hole| {
                let kind = &self.reading.params[self.reading.param_of[hole]].kind;
                matches!(kind, ParamKind::Text | ParamKind::Word | ParamKind::Regex(_))
            })
        };
        let helps = words[guard.before..].iter().any(may_begin_with_dash);
        // In a script only the places of holes are known.
        let placed = !self.script || words[guard.before].leading_hole().is_some();
        (helps && placed).then_some((guard.before, guard.text))
    }

    pub(super) fn argv(&self, holes: &[HoleUse]) -> Form {
        let words = &self.reading.walked.programs[0].simple.words;
        let part = |piece: &Piece| match piece {
            Piece::Hole(hole) => Part::Value(holes[*hole].slot.clone()),
            Piece::Text(text) | Piece::Glob(text) | Piece::Expansion(text) | Piece::Home(text) => {
                Part::Text(text.clone())
            }
        };
        let mut argv: Vec<Vec<Part>> = words
            .iter()
            .map(|word| word.pieces.iter().map(part).collect())
            .collect();
        if let Some((before, text)) = self.guard(0) {
            argv.insert(before, vec![Part::Text(text.to_owned())]);
        }
        Form::Argv(argv)
    }

    pub(super) fn script(&self, interpreter: Interpreter, holes: &[HoleUse]) -> Form {
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
            let param = &self.reading.params[hole.slot.param];
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

    pub(super) fn programs(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for program in &self.reading.walked.programs {
            if let Some(name) = program.simple.program()
                && !self
                    .reading
                    .walked
                    .functions
                    .iter()
                    .any(|function| function == name)
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        names
    }
}

fn avoided(refusal: &programs::Refusal) -> Avoid {
    match refusal {
        programs::Refusal::Leading(text) => Avoid::Begins((*text).to_owned()),
        programs::Refusal::Containing(text) => Avoid::Contains((*text).to_owned()),
        programs::Refusal::Exactly(text) => Avoid::Is((*text).to_owned()),
    }
}

/// Arguments that a program gives a meaning of their own. `is_value`: the argument is an option's value.
fn special_values(program: &str, subcommand: &str, is_value: bool) -> Vec<Avoid> {
    let contains = |text: &str| Avoid::Contains(text.to_owned());
    let fetches = [
        "clone",
        "fetch",
        "pull",
        "push",
        "remote",
        "ls-remote",
        "submodule",
        "archive",
    ];
    match program {
        // `-s` and `-t` take formats, in which `#(..)` runs a command, and `;` begins another command of tmux's.
        "tmux" | "screen" => vec![contains("#"), contains(";")],
        _ if is_value => Vec::new(),
        "find" | "test" | "[" | "expr" => {
            let signs = ["(", ")", "!", ","];
            signs.iter().map(|sign| Avoid::Is((*sign).to_owned())).collect()
        }
        "make" | "gmake" | "awk" | "gawk" | "mawk" | "nawk" => vec![Avoid::Setting],
        "vim" | "vi" | "nvim" | "view" | "ex" | "gvim" | "less" | "more" | "nano" | "emacs" => {
            vec![Avoid::Begins("+".to_owned())]
        }
        // `ext::sh -c ..` runs a command in place of a remote.
        "git" if fetches.iter().any(|name| subcommand.starts_with(name)) => vec![contains("::")],
        _ => Vec::new(),
    }
}

/// The path before the hole, where the word is a path that the hole is a part of.
fn inside_path(word: &Word, hole: usize) -> Option<Inside> {
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
    Some(match before {
        [] => Inside::Text(String::new()),
        [Piece::Text(text)] => Inside::Text(if text.starts_with('-') {
            text.split_once('=')
                .map_or(text.clone(), |(_, value)| value.to_owned())
        } else {
            text.clone()
        }),
        _ => Inside::Open,
    })
}
