//! What each word is, written down for the binding of values.

use crate::command::shell_words::Word;

use super::assess::Assessor;
use super::assessment::{Guard, Refusal, Role};
use super::kind::Kind;
use super::option::Style;
use super::walk::Walk;

impl Assessor<'_> {
    pub(super) fn name_command(&mut self, offset: Option<usize>, program: &str, subcommand: &str) {
        if offset.is_some() {
            let facts = &mut self.result.commands[self.current];
            program.clone_into(&mut facts.program);
            subcommand.clone_into(&mut facts.subcommand);
        }
    }

    pub(super) fn role(&mut self, offset: Option<usize>, word: usize, role: Role) {
        let Some(offset) = offset else { return };
        if let Some(fact) = self.result.commands[self.current].words.get_mut(offset + word) {
            fact.refuse = match &role {
                Role::Value(kind) | Role::Operand(kind) => refusals(kind),
                _ => &[],
            };
            fact.role = role;
        }
    }

    /// Writes down what each word is and where an end-of-options word may go.
    pub(super) fn mark(&mut self, walk: &Walk<'_>, words: &[Word], offset: Option<usize>) {
        let Some(start) = offset else { return };
        for &at in &walk.subcommand {
            self.role(offset, at, Role::Subcommand);
        }
        for seen in &walk.options {
            self.role(offset, seen.word, Role::Option);
        }
        for argued in &walk.arguments {
            match (argued.of_option, argued.skip) {
                (true, 0) => self.role(offset, argued.word, Role::Value(argued.kind.clone())),
                (true, _) => {
                    if let Some(fact) = self.result.commands[self.current]
                        .words
                        .get_mut(start + argued.word)
                    {
                        fact.refuse = refusals(argued.kind);
                    }
                }
                (false, _) => self.role(offset, argued.word, Role::Operand(argued.kind.clone())),
            }
            // find takes its operators for what they are wherever they stand.
            if !argued.of_option
                && walk.facts.is_some_and(|facts| facts.options.get("(").is_some())
                && let Some(fact) = self.result.commands[self.current]
                    .words
                    .get_mut(start + argued.word)
            {
                fact.refuse = OPERATORS;
            }
        }
        if let Some(at) = walk.separator.filter(|&at| words[at].as_literal() == Some("--")) {
            self.role(offset, at, Role::Separator);
        }
        for puzzle in &walk.puzzles {
            self.role(offset, puzzle.word, Role::Unknown);
        }
        let Some(text) = walk.facts.and_then(|facts| facts.guard) else {
            return;
        };
        let gnu = walk
            .above
            .first()
            .is_some_and(|facts| matches!(facts.style, Style::Gnu | Style::Bundled));
        let plain = walk.facts.is_none_or(|facts| facts.style == Style::None);
        if !gnu
            || plain
            || !walk.puzzles.is_empty()
            || walk.separator.is_some()
            || walk.taker.is_some()
            || walk.unlisted
        {
            return;
        }
        // Only where nothing but operands follows: an option behind the guard would become an operand.
        let run = walk
            .operands
            .iter()
            .rev()
            .zip((0..words.len()).rev())
            .take_while(|(at, last)| *at == last)
            .count();
        let tail = &walk.operands[walk.operands.len() - run..];
        if tail.iter().any(|&at| words[at].leading_hole().is_some())
            && let Some(&before) = tail.first()
        {
            self.result.commands[self.current].guards.push(Guard {
                before: start + before,
                text,
            });
        }
    }
}

/// Operands that find reads as operators.
const OPERATORS: &[Refusal] = &[
    Refusal::Exactly("("),
    Refusal::Exactly("!"),
    Refusal::Exactly(")"),
    Refusal::Exactly(","),
];

const fn refusals(kind: &Kind) -> &'static [Refusal] {
    match kind {
        Kind::Data => &[Refusal::Leading("@")],
        Kind::PlusPath => &[Refusal::Leading("+")],
        Kind::Opened => &[
            Refusal::Containing("|"),
            Refusal::Leading("<"),
            Refusal::Leading(">"),
        ],
        Kind::Setting => &[Refusal::Containing("=")],
        Kind::Remote | Kind::RemoteDest | Kind::Inside | Kind::InsideDest => &[Refusal::Containing(":")],
        _ => &[],
    }
}
