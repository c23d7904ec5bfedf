//! Arithmetic, subscripts, conditions and the operands of expansions: texts that a shell evaluates.

use brush_parser::ast::{BinaryPredicate as Binary, ExtendedTestExpr, UnaryPredicate as Unary};

use super::carried::is_ambient;
use super::{Role, Walk, Walker};
use crate::command::error::Problem;
use crate::command::refusal::Refusal;
use crate::command::shell_words::{Piece, Word};
use crate::command::word_pieces::{self, Operand, WordParts};

impl Walker<'_> {
    pub(super) fn test(&mut self, expr: &ExtendedTestExpr) -> Walk {
        match expr {
            ExtendedTestExpr::And(a, b) | ExtendedTestExpr::Or(a, b) => {
                self.test(a)?;
                self.test(b)
            }
            ExtendedTestExpr::Not(inner) | ExtendedTestExpr::Parenthesized(inner) => self.test(inner),
            ExtendedTestExpr::UnaryTest(predicate, word) => {
                let names = matches!(
                    predicate,
                    Unary::ShellVariableIsSetAndAssigned | Unary::ShellVariableIsSetAndNameRef
                );
                self.word(&word.value, &self.condition(names), false).map(drop)
            }
            ExtendedTestExpr::BinaryTest(predicate, a, b) => {
                let role = self.condition(computes(predicate));
                if computes(predicate) {
                    self.judge_names(&a.value, &Refusal::Conditional);
                    self.judge_names(&b.value, &Refusal::Conditional);
                }
                self.word(&a.value, &role, false)?;
                // A regular expression has parentheses and bars, and is no shell word.
                if self.word(&b.value, &role, false).is_err() {
                    self.refuse(&b.value, &Refusal::Conditional);
                }
                Ok(())
            }
        }
    }

    /// What a word of a condition is. What a variable carries may be compared as text, where nothing evaluates it.
    fn condition(&self, evaluates: bool) -> Role {
        if self.carriers.is_some() && !evaluates {
            Role::Carries(Refusal::Conditional)
        } else {
            Role::Refuses(Refusal::Conditional)
        }
    }

    pub(super) fn arithmetic(&mut self, expr: &str) -> Walk {
        self.refuse(expr, &Refusal::Arithmetic);
        self.judge_names(expr, &Refusal::Arithmetic);
        match word_pieces::split(expr) {
            Some(parts) => self
                .take_parts(parts, expr, &Role::Refuses(Refusal::Arithmetic), false)
                .map(drop),
            None => Err(Problem::Unsupported("this arithmetic")),
        }
    }

    /// A word that is evaluated as arithmetic.
    pub(super) fn evaluated(&mut self, raw: &str, refusal: &Refusal) -> Walk {
        self.judge_names(raw, refusal);
        self.word(raw, &Role::Refuses(refusal.clone()), false).map(drop)
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

    /// A text inside `${..}` or `$((..))`, which is part of `word`.
    pub(super) fn operand(&mut self, operand: &Operand, role: &Role, word: &mut Word) -> Walk {
        if operand.arithmetic {
            return self.evaluated(&operand.text, &Refusal::Arithmetic);
        }
        let refuses = Role::Refuses(Refusal::Operand);
        let role = if self.carriers.is_some() { role } else { &refuses };
        let found = self.word(&operand.text, role, false)?;
        if let Some(hole) = self.carried_in(&found) {
            word.pieces[operand.piece] = Piece::Hole(hole);
        }
        Ok(())
    }
}

fn computes(predicate: &Binary) -> bool {
    matches!(
        predicate,
        Binary::ArithmeticEqualTo
            | Binary::ArithmeticNotEqualTo
            | Binary::ArithmeticLessThan
            | Binary::ArithmeticLessThanOrEqualTo
            | Binary::ArithmeticGreaterThan
            | Binary::ArithmeticGreaterThanOrEqualTo
    )
}
