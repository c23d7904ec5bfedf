//! From a word as written to its pieces: literal text, holes, patterns and what only the shell knows.

use brush_parser::ast::UnexpandedArithmeticExpr;
use brush_parser::word::{
    Parameter, ParameterExpr, ParameterTransformOp, TildeExpr, WordPiece, WordPieceWithSource,
};

use super::bashisms;
use super::markers::hole_of;
use super::plain;
use super::quoting::Quoting;
use super::shell_words::{Piece, Word};
use super::syntax;

/// What a word holds besides its pieces.
#[derive(Debug, Default)]
pub(super) struct WordParts {
    /// The word; texts of expansions still have markers in them.
    pub(super) word: Word,
    /// Holes that are pieces of this very word, with the quotes around them.
    pub(super) holes: Vec<(usize, Quoting)>,
    /// Substitutions in it.
    pub(super) substitutions: Vec<Substitution>,
    /// Texts inside `${..}` and `$((..))`, which are words in their turn.
    pub(super) operands: Vec<Operand>,
    /// The variables whose values it takes.
    pub(super) parameters: Vec<Taken>,
    /// Names of positional parameters that it uses, as `$1`.
    pub(super) positional: Option<String>,
    /// Something that sh does not know.
    pub(super) bash: Option<&'static str>,
    /// It has `@(..)` or the like, which bash knows only with `extglob`.
    pub(super) extglob: bool,
    /// A hole in `{1..{{n}}}`.
    pub(super) brace_range: bool,
    /// A hole directly after `~`.
    pub(super) tilde_hole: bool,
}

/// `$(..)`.
#[derive(Debug)]
pub(super) struct Substitution {
    /// What stands between the parentheses.
    pub(super) text: String,
    /// The piece of the word that it is.
    pub(super) piece: usize,
    /// Whether it is inside double quotes, or where no splitting takes place.
    pub(super) quoted: bool,
}

/// A text inside `${..}` or arithmetic.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) text: String,
    /// The piece of the word that it is in.
    pub(super) piece: usize,
    pub(super) arithmetic: bool,
}

/// A variable whose value becomes part of a word.
#[derive(Debug)]
pub(super) struct Taken {
    /// As it stands behind `$`: `x`, `1`, `@`.
    pub(super) name: String,
    /// The piece of the word that it is in.
    pub(super) piece: usize,
    /// The value is a name or a prompt, and so evaluated: `${!x}`, `${x@P}`.
    pub(super) evaluated: bool,
}

/// Splits a word. `None` if it is not understood.
pub(super) fn split(raw: &str) -> Option<WordParts> {
    if plain::is_literal(raw) {
        let mut parts = WordParts::default();
        parts.add_bare(raw, false);
        return Some(parts);
    }
    split_by_grammar(raw)
}

/// The same, whether or not there is anything to split.
fn split_by_grammar(raw: &str) -> Option<WordParts> {
    let pieces = syntax::parse_word(raw)?;
    let mut parts = WordParts::default();
    let braces = skeleton_braces(&pieces);
    parts.bash = braces.then_some("brace expansion");
    for piece in &pieces {
        parts.add(piece, raw, None, braces);
    }
    Some(parts)
}

/// Splits the text of a here-document that is expanded.
pub(super) fn split_heredoc(raw: &str) -> Option<WordParts> {
    let pieces = syntax::parse_heredoc(raw)?;
    let mut parts = WordParts::default();
    for piece in &pieces {
        parts.add(piece, raw, Some(Quoting::Heredoc), false);
    }
    Some(parts)
}

impl WordParts {
    fn add(&mut self, piece: &WordPieceWithSource, raw: &str, quoted: Option<Quoting>, braces: bool) {
        let source = raw.get(piece.start_index..piece.end_index).unwrap_or_default();
        match &piece.piece {
            WordPiece::Text(text) => match quoted {
                Some(quoting) => self.add_literal(text, quoting),
                None => self.add_bare(text, braces),
            },
            WordPiece::SingleQuotedText(text) => self.add_literal(text, Quoting::Single),
            WordPiece::EscapeSequence(text) => {
                let escaped = text.strip_prefix('\\').unwrap_or(text);
                self.word.push_text(escaped);
            }
            WordPiece::DoubleQuotedSequence(inner) => {
                for piece in inner {
                    self.add(piece, raw, Some(Quoting::Double), false);
                }
            }
            WordPiece::GettextDoubleQuotedSequence(inner) => {
                self.bash = Some("$\"..\"");
                for piece in inner {
                    self.add(piece, raw, Some(Quoting::Double), false);
                }
            }
            WordPiece::AnsiCQuotedText(_) => {
                self.bash = Some("$'..'");
                self.add_expansion(source);
            }
            WordPiece::TildeExpansion(tilde) => match tilde {
                TildeExpr::Home => self.word.pieces.push(Piece::Home(String::new())),
                TildeExpr::UserHome(user) => self.word.pieces.push(Piece::Home(user.clone())),
                _ => {
                    self.bash = Some("~+ and ~-");
                    self.add_expansion(source);
                }
            },
            WordPiece::ParameterExpansion(expr) => {
                self.add_parameter(expr, source);
                self.add_expansion(source);
            }
            WordPiece::CommandSubstitution(text) | WordPiece::BackquotedCommandSubstitution(text) => {
                self.substitutions.push(Substitution {
                    text: text.clone(),
                    piece: self.word.pieces.len(),
                    quoted: quoted.is_some(),
                });
                self.add_expansion(source);
            }
            WordPiece::ArithmeticExpression(expr) => {
                if source.starts_with("$[") {
                    self.bash = Some("$[..]");
                }
                self.add_arithmetic(expr);
                self.add_expansion(source);
            }
        }
    }

    fn add_expansion(&mut self, source: &str) {
        self.word.pieces.push(Piece::Expansion(source.to_owned()));
    }

    fn add_literal(&mut self, text: &str, quoting: Quoting) {
        let mut rest = text;
        while let Some((at, hole, c)) = next_hole(rest) {
            self.word.push_text(&rest[..at]);
            self.word.pieces.push(Piece::Hole(hole));
            self.holes.push((hole, quoting));
            rest = &rest[at + c.len_utf8()..];
        }
        self.word.push_text(rest);
    }

    fn add_bare(&mut self, text: &str, braces: bool) {
        if text
            .chars()
            .zip(text.chars().skip(1))
            .any(|(a, b)| b == '(' && "@!?+*".contains(a))
        {
            self.extglob = true;
            self.bash = Some("patterns as @(a|b)");
        }
        if text.contains("=~")
            && text.find("=~").is_some_and(|at| is_name(&text[..at]))
            && self.word.pieces.is_empty()
        {
            self.bash = Some("~ after = in an argument");
        }
        let mut rest = text;
        while let Some((at, hole, c)) = next_hole(rest) {
            self.add_unquoted(&rest[..at], braces);
            self.tilde_hole |= matches!(self.word.pieces.as_slice(), [Piece::Text(text)] if text.starts_with('~') && !text.contains('/'));
            self.brace_range |= braces && in_range(rest, at);
            self.word.pieces.push(Piece::Hole(hole));
            self.holes.push((hole, Quoting::Bare));
            rest = &rest[at + c.len_utf8()..];
        }
        self.add_unquoted(rest, braces);
    }

    fn add_unquoted(&mut self, text: &str, braces: bool) {
        let class = text.find('[').is_some_and(|open| text[open..].contains(']'));
        if text.contains(['*', '?']) || class {
            self.word.pieces.push(Piece::Glob(text.to_owned()));
        } else if braces && text.contains(['{', '}', ',']) {
            self.add_expansion(text);
        } else {
            self.word.push_text(text);
        }
    }

    fn add_arithmetic(&mut self, expr: &UnexpandedArithmeticExpr) {
        if expr.value.contains("**") || expr.value.contains("++") || expr.value.contains("--") {
            self.bash = Some("** and ++ in arithmetic");
        }
        self.operands.push(Operand {
            text: expr.value.clone(),
            piece: self.word.pieces.len(),
            arithmetic: true,
        });
    }

    fn add_parameter(&mut self, expr: &ParameterExpr, source: &str) {
        let (parameter, indirect) = parameter_of(expr);
        if let Some(parameter) = parameter {
            let prompt = matches!(
                expr,
                ParameterExpr::Transform {
                    op: ParameterTransformOp::PromptExpand,
                    ..
                }
            );
            if !matches!(expr, ParameterExpr::ParameterLength { .. }) {
                self.parameters.push(Taken {
                    name: name_of(parameter),
                    piece: self.word.pieces.len(),
                    evaluated: indirect || prompt,
                });
            }
            match parameter {
                Parameter::Positional(_) => self.positional = Some(source.to_owned()),
                Parameter::Special(special)
                    if !matches!(special.to_string().as_str(), "?" | "-" | "$" | "!" | "0") =>
                {
                    self.positional = Some(source.to_owned());
                }
                Parameter::Named(name) if bashisms::is_bash_variable(name) => {
                    self.bash = Some("a variable of bash's own");
                }
                Parameter::NamedWithIndex { index, .. } => {
                    self.bash = Some("arrays");
                    self.operands.push(Operand {
                        text: index.clone(),
                        piece: self.word.pieces.len(),
                        arithmetic: true,
                    });
                }
                Parameter::NamedWithAllIndices { .. } => self.bash = Some("arrays"),
                _ => {}
            }
        }
        if indirect {
            self.bash = Some("${!name}");
        }
        let mut words = Vec::new();
        match expr {
            ParameterExpr::UseDefaultValues {
                default_value: word, ..
            }
            | ParameterExpr::AssignDefaultValues {
                default_value: word, ..
            }
            | ParameterExpr::IndicateErrorIfNullOrUnset {
                error_message: word, ..
            }
            | ParameterExpr::UseAlternativeValue {
                alternative_value: word,
                ..
            }
            | ParameterExpr::RemoveSmallestSuffixPattern { pattern: word, .. }
            | ParameterExpr::RemoveLargestSuffixPattern { pattern: word, .. }
            | ParameterExpr::RemoveSmallestPrefixPattern { pattern: word, .. }
            | ParameterExpr::RemoveLargestPrefixPattern { pattern: word, .. } => words.extend(word.clone()),
            ParameterExpr::Parameter { .. } | ParameterExpr::ParameterLength { .. } => {}
            ParameterExpr::Substring { offset, length, .. } => {
                self.bash = Some("${name:offset}");
                self.add_arithmetic(offset);
                if let Some(length) = length {
                    self.add_arithmetic(length);
                }
            }
            ParameterExpr::UppercaseFirstChar { pattern, .. }
            | ParameterExpr::UppercasePattern { pattern, .. }
            | ParameterExpr::LowercaseFirstChar { pattern, .. }
            | ParameterExpr::LowercasePattern { pattern, .. } => {
                self.bash = Some("${name^} and ${name,}");
                words.extend(pattern.clone());
            }
            ParameterExpr::ReplaceSubstring {
                pattern, replacement, ..
            } => {
                self.bash = Some("${name/a/b}");
                words.push(pattern.clone());
                words.extend(replacement.clone());
            }
            ParameterExpr::Transform { .. }
            | ParameterExpr::VariableNames { .. }
            | ParameterExpr::MemberKeys { .. } => {
                self.bash = Some("${name@Q} and ${!name*}");
            }
        }
        let piece = self.word.pieces.len();
        self.operands.extend(words.into_iter().map(|text| Operand {
            text,
            piece,
            arithmetic: false,
        }));
    }
}

fn next_hole(text: &str) -> Option<(usize, usize, char)> {
    text.char_indices()
        .find_map(|(at, c)| hole_of(c).map(|hole| (at, hole, c)))
}

/// Whether the hole at byte `at` is between braces that hold a range, `{1..9}`, and not a list.
fn in_range(text: &str, at: usize) -> bool {
    let open = match text[..at].rfind(['{', '}']) {
        Some(brace) if text[brace..].starts_with('{') => brace + 1,
        _ => return false,
    };
    let close = text[at..].find('}').map_or(text.len(), |close| at + close);
    let inside = &text[open..close];
    inside.contains("..") && !inside.contains([',', '/'])
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether bash makes several words of this one: an unquoted `{`, then an unquoted `,` or `..`, then `}`.
fn skeleton_braces(pieces: &[WordPieceWithSource]) -> bool {
    let mut open = Vec::new();
    let mut before = ' ';
    for piece in pieces {
        let WordPiece::Text(text) = &piece.piece else {
            before = 'x';
            continue;
        };
        for c in text.chars() {
            match c {
                '{' => open.push(false),
                ',' => {
                    if let Some(list) = open.last_mut() {
                        *list = true;
                    }
                }
                '.' if before == '.' => {
                    if let Some(list) = open.last_mut() {
                        *list = true;
                    }
                }
                '}' if open.pop() == Some(true) => return true,
                _ => {}
            }
            before = c;
        }
    }
    false
}

fn name_of(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Positional(number) => number.to_string(),
        Parameter::Special(special) => special.to_string(),
        Parameter::Named(name)
        | Parameter::NamedWithIndex { name, .. }
        | Parameter::NamedWithAllIndices { name, .. } => name.clone(),
    }
}

fn parameter_of(expr: &ParameterExpr) -> (Option<&Parameter>, bool) {
    match expr {
        ParameterExpr::Parameter { parameter, indirect }
        | ParameterExpr::UseDefaultValues {
            parameter, indirect, ..
        }
        | ParameterExpr::AssignDefaultValues {
            parameter, indirect, ..
        }
        | ParameterExpr::IndicateErrorIfNullOrUnset {
            parameter, indirect, ..
        }
        | ParameterExpr::UseAlternativeValue {
            parameter, indirect, ..
        }
        | ParameterExpr::ParameterLength { parameter, indirect }
        | ParameterExpr::RemoveSmallestSuffixPattern {
            parameter, indirect, ..
        }
        | ParameterExpr::RemoveLargestSuffixPattern {
            parameter, indirect, ..
        }
        | ParameterExpr::RemoveSmallestPrefixPattern {
            parameter, indirect, ..
        }
        | ParameterExpr::RemoveLargestPrefixPattern {
            parameter, indirect, ..
        }
        | ParameterExpr::Substring {
            parameter, indirect, ..
        }
        | ParameterExpr::Transform {
            parameter, indirect, ..
        }
        | ParameterExpr::UppercaseFirstChar {
            parameter, indirect, ..
        }
        | ParameterExpr::UppercasePattern {
            parameter, indirect, ..
        }
        | ParameterExpr::LowercaseFirstChar {
            parameter, indirect, ..
        }
        | ParameterExpr::LowercasePattern {
            parameter, indirect, ..
        }
        | ParameterExpr::ReplaceSubstring {
            parameter, indirect, ..
        } => (Some(parameter), *indirect),
        ParameterExpr::VariableNames { .. } | ParameterExpr::MemberKeys { .. } => (None, false),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plain_word_is_what_the_parser_makes_of_it(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "a", "Z", "0", "_", "-", ".", "/", ":", ",", "+", "@", "%", "=", "\u{F0000}", "\u{F0001}",
            ]), 1..10)
        ) {
            let word = parts.concat();
            prop_assert!(plain::is_literal(&word));
            prop_assert_eq!(format!("{:?}", split(&word)), format!("{:?}", split_by_grammar(&word)));
        }
    }
}
