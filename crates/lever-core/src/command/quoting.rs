//! How the shell quotes each hole, told by a scanner of our own.
//!
//! The grammar tells what a hole's word is for; this scanner tells, independently of it, between which quotes the hole
//! stands. A hole is bound only where the two agree, so a mistake in one of them ends in a refusal and not in an
//! unquoted value. Quoting rules: POSIX.1-2024, Shell Command Language, 2.2 and 2.7.4; bash manual, 3.1.2.

use super::markers::hole_of;
use super::refusal::Refusal;

/// The quotes around a hole that can take a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quoting {
    /// None.
    Bare,
    /// `'..'`
    Single,
    /// `".."`
    Double,
    /// The text of an unquoted here-document.
    Heredoc,
}

/// What stands around a hole: quotes that can take a value, or the reason why none can.
pub(super) type Surroundings = Result<Quoting, Refusal>;

/// The surroundings of each marker of `text`, by hole. A hole that is not found keeps [`Refusal::NotUnderstood`].
pub(super) fn surroundings(text: &str, holes: usize) -> Vec<Surroundings> {
    scan(text, holes).found
}

/// The words that end the here-documents of `text`.
pub(super) fn document_ends(text: &str) -> Vec<String> {
    scan(text, 0).ends
}

fn scan(text: &str, holes: usize) -> Scanner {
    let mut scanner = Scanner {
        chars: text.chars().collect(),
        at: 0,
        found: vec![Err(Refusal::NotUnderstood); holes],
        pending: Vec::new(),
        ends: Vec::new(),
    };
    scanner.commands(End::Text);
    scanner
}

/// What ends a run of commands.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Text,
    Paren,
}

struct Heredoc {
    end: String,
    quoted: bool,
    tabs: bool,
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    found: Vec<Surroundings>,
    pending: Vec<Heredoc>,
    ends: Vec<String>,
}

impl Scanner {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        Some(c)
    }

    fn record(&mut self, c: char, found: &Surroundings) {
        if let Some(slot) = hole_of(c).and_then(|index| self.found.get_mut(index)) {
            slot.clone_from(found);
        }
    }

    /// Commands up to `end`, which is taken too.
    fn commands(&mut self, end: End) {
        let mut word_start = true;
        while let Some(c) = self.next() {
            let mut starts_word = false;
            match c {
                '\\' => self.escape(),
                '\'' => self.until_quote(&Ok(Quoting::Single)),
                '"' => self.double(&Ok(Quoting::Double)),
                '`' => self.backquote(),
                '$' => self.dollar(&Ok(Quoting::Bare), true),
                '#' if word_start => self.comment(),
                '<' if self.peek(0) == Some('<') && self.peek(1) != Some('<') => {
                    self.at += 1;
                    self.heredoc_start();
                }
                '<' if self.peek(0) == Some('<') => {
                    self.at += 2;
                    starts_word = true;
                }
                '\n' => {
                    self.heredoc_bodies();
                    starts_word = true;
                }
                '(' if self.peek(0) == Some('(') && word_start => {
                    self.at += 1;
                    self.arithmetic();
                }
                '(' => self.commands(End::Paren),
                ')' if end == End::Paren => return,
                ' ' | '\t' | ';' | '&' | '|' | '<' | '>' | ')' => starts_word = true,
                _ => self.record(c, &Ok(Quoting::Bare)),
            }
            word_start = starts_word;
        }
    }

    /// After a backslash.
    fn escape(&mut self) {
        if let Some(c) = self.next() {
            self.record(c, &Err(Refusal::Escaped));
        }
    }

    /// Up to the next single quote, whatever stands before it.
    fn until_quote(&mut self, inside: &Surroundings) {
        while let Some(c) = self.next() {
            if c == '\'' {
                return;
            }
            self.record(c, inside);
        }
    }

    /// Up to the closing double quote.
    fn double(&mut self, inside: &Surroundings) {
        while let Some(c) = self.next() {
            match c {
                '"' => return,
                '\\' => self.escape(),
                '`' => self.backquote(),
                '$' => self.dollar(inside, false),
                _ => self.record(c, inside),
            }
        }
    }

    /// After a `$`; `bare` where `$'..'` and `$".."` are quotes.
    fn dollar(&mut self, inside: &Surroundings, bare: bool) {
        match self.peek(0) {
            Some('(') if self.peek(1) == Some('(') => {
                self.at += 2;
                self.arithmetic();
            }
            Some('(') => {
                self.at += 1;
                self.commands(End::Paren);
            }
            Some('{') => {
                self.at += 1;
                self.operand(inside);
            }
            Some('[') if bare || inside.is_ok() => {
                self.at += 1;
                self.bracketed();
            }
            Some('\'') if bare => {
                self.at += 1;
                self.ansi();
            }
            Some('"') if bare => {
                self.at += 1;
                self.double(&Err(Refusal::TranslatedQuote));
            }
            // `$$` is a parameter of its own: what follows it is not behind a dollar sign.
            Some('$') => self.at += 1,
            Some(c) if hole_of(c).is_some() => {
                self.at += 1;
                self.record(c, &Err(Refusal::AfterDollar));
            }
            _ => {}
        }
    }

    /// `$'..'`, where a backslash escapes the quote.
    fn ansi(&mut self) {
        while let Some(c) = self.next() {
            match c {
                '\'' => return,
                '\\' => {
                    if let Some(c) = self.next() {
                        self.record(c, &Err(Refusal::AnsiQuote));
                    }
                }
                _ => self.record(c, &Err(Refusal::AnsiQuote)),
            }
        }
    }

    /// `` `..` ``: all of it is refused, so its inner structure does not matter.
    fn backquote(&mut self) {
        while let Some(c) = self.next() {
            match c {
                '`' => return,
                '\\' => {
                    if let Some(c) = self.next() {
                        self.record(c, &Err(Refusal::Backquote));
                    }
                }
                _ => self.record(c, &Err(Refusal::Backquote)),
            }
        }
    }

    /// `${..}`. Single quotes are quotes in it only outside double quotes.
    fn operand(&mut self, around: &Surroundings) {
        let inside = Err(Refusal::Operand);
        while let Some(c) = self.next() {
            match c {
                '}' => return,
                '\\' => {
                    if let Some(c) = self.next() {
                        self.record(c, &inside);
                    }
                }
                '\'' if *around == Ok(Quoting::Bare) => self.until_quote(&inside),
                '"' => self.double(&inside),
                '`' => self.backquote(),
                '$' => self.dollar(&inside, false),
                _ => self.record(c, &inside),
            }
        }
    }

    /// `$((..))` and `((..))`, up to the parentheses that close them.
    fn arithmetic(&mut self) {
        let inside = Err(Refusal::Arithmetic);
        let mut depth = 2;
        while let Some(c) = self.next() {
            match c {
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                '\\' => self.escape(),
                '\'' => self.until_quote(&inside),
                '"' => self.double(&inside),
                '`' => self.backquote(),
                '$' => self.dollar(&inside, false),
                _ => self.record(c, &inside),
            }
        }
    }

    /// `$[..]`, bash's older way to write arithmetic.
    fn bracketed(&mut self) {
        let inside = Err(Refusal::Arithmetic);
        let mut depth = 1;
        while let Some(c) = self.next() {
            match c {
                '[' => depth += 1,
                ']' => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                '$' => self.dollar(&inside, false),
                _ => self.record(c, &inside),
            }
        }
    }

    fn comment(&mut self) {
        while let Some(c) = self.peek(0) {
            if c == '\n' {
                return;
            }
            self.at += 1;
            self.record(c, &Err(Refusal::Comment));
        }
    }

    /// After `<<`: the word that ends the document.
    fn heredoc_start(&mut self) {
        let tabs = self.peek(0) == Some('-');
        self.at += usize::from(tabs);
        while matches!(self.peek(0), Some(' ' | '\t')) {
            self.at += 1;
        }
        let (mut end, mut quoted) = (String::new(), false);
        while let Some(c) = self.peek(0) {
            match c {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                '\\' => {
                    quoted = true;
                    self.at += 1;
                    end.extend(self.next());
                }
                '\'' | '"' => {
                    quoted = true;
                    self.at += 1;
                    while let Some(inner) = self.next() {
                        if inner == c {
                            break;
                        }
                        end.push(inner);
                    }
                }
                _ => {
                    self.at += 1;
                    end.push(c);
                }
            }
        }
        self.ends.push(end.clone());
        self.pending.push(Heredoc { end, quoted, tabs });
    }

    /// The texts of the documents that the line before asked for.
    fn heredoc_bodies(&mut self) {
        for heredoc in std::mem::take(&mut self.pending) {
            let start = self.at;
            let mut body_end = self.chars.len();
            let mut after = self.chars.len();
            let mut line = start;
            while line < self.chars.len() {
                let stop = (line..self.chars.len())
                    .find(|i| self.chars[*i] == '\n')
                    .unwrap_or(self.chars.len());
                let text = self.chars[line..stop].iter().collect::<String>();
                let text = if heredoc.tabs {
                    text.trim_start_matches('\t')
                } else {
                    &text
                };
                if text == heredoc.end {
                    body_end = line;
                    after = (stop + 1).min(self.chars.len());
                    break;
                }
                line = stop + 1;
            }
            self.heredoc_body(start, body_end, heredoc.quoted);
            self.at = after;
        }
    }

    fn heredoc_body(&mut self, start: usize, end: usize, quoted: bool) {
        let mut body = Scanner {
            chars: self.chars[start..end].to_vec(),
            at: 0,
            found: std::mem::take(&mut self.found),
            pending: Vec::new(),
            ends: std::mem::take(&mut self.ends),
        };
        let inside = Ok(Quoting::Heredoc);
        while let Some(c) = body.next() {
            match c {
                _ if quoted => body.record(c, &Err(Refusal::QuotedHeredoc)),
                '\\' => body.escape(),
                '`' => body.backquote(),
                '$' => body.dollar(&inside, false),
                _ => body.record(c, &inside),
            }
        }
        (self.found, self.ends) = (body.found, body.ends);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::markers::Marked;

    fn scan(template: &str) -> Vec<Surroundings> {
        let marked = Marked::new(template).unwrap();
        surroundings(&marked.text, marked.holes.len())
    }

    #[test]
    fn tells_the_quotes_around_holes() {
        use Quoting::{Bare, Double, Heredoc, Single};
        for (template, expected) in [
            ("a {{b}}-{{c}}", vec![Bare, Bare]),
            (r#"a "x{{b}}" '{{c}}' {{d}}"#, vec![Double, Single, Bare]),
            (
                r#"a "$(b {{c}} "{{d}}" '{{e}}')" "{{f}}""#,
                vec![Bare, Double, Single, Double],
            ),
            (r#"a "${x:-'}" '{{b}}'"#, vec![Single]),
            (r"a ${x:-'}'} '{{b}}'", vec![Single]),
            (r#"a "${x#"}"}" "{{b}}""#, vec![Double]),
            (r#"a \" {{b}} \' {{c}}"#, vec![Bare, Bare]),
            (r#"a "\"{{b}}" "it's {{c}}" {{d}}"#, vec![Double, Double, Bare]),
            ("a $(( (1+2)*3 )) {{b}} $((1)) '{{c}}'", vec![Bare, Single]),
            ("a $$ {{b}} $${{c}} $x{{d}}", vec![Bare, Bare, Bare]),
            ("a#{{b}} ${#x} {{c}}", vec![Bare, Bare]),
            (
                "cat <<EOF | b {{c}}\n\"{{d}}\" '{{e}}' $(f {{g}})\nEOF\nh '{{i}}'",
                vec![Bare, Heredoc, Heredoc, Bare, Single],
            ),
            (
                "cat <<-A <<B\n\t{{c}}\n\tA\n{{d}}\nB\n{{e}}",
                vec![Heredoc, Heredoc, Bare],
            ),
            ("cat <<< {{b}} && c \"{{d}}\"", vec![Bare, Double]),
            ("a $'it\\'s' {{b}} $'x'", vec![Bare]),
            (r"a \$'x' {{b}}", vec![Bare]),
            ("(a {{b}}; (c '{{d}}'))", vec![Bare, Single]),
        ] {
            let expected: Vec<Surroundings> = expected.into_iter().map(Ok).collect();
            assert_eq!(scan(template), expected, "{template}");
        }
    }

    #[test]
    fn tells_why_a_place_takes_no_value() {
        for (template, expected) in [
            (r"a \{{b}}", Refusal::Escaped),
            (r#"a "\{{b}}""#, Refusal::Escaped),
            (r"a \\\{{b}}", Refusal::Escaped),
            ("a ${{b}}", Refusal::AfterDollar),
            (r#"a "${{b}}""#, Refusal::AfterDollar),
            ("a $'{{b}}'", Refusal::AnsiQuote),
            (r"a $'\{{b}}'", Refusal::AnsiQuote),
            (r#"a $"{{b}}""#, Refusal::TranslatedQuote),
            ("a `b {{c}}`", Refusal::Backquote),
            ("a \"`b {{c}}`\"", Refusal::Backquote),
            ("a # {{b}}", Refusal::Comment),
            ("cat <<'EOF'\n{{b}}\nEOF", Refusal::QuotedHeredoc),
            ("cat <<E\\OF\n{{b}}\nEOF", Refusal::QuotedHeredoc),
            ("cat <<EOF\n\\{{b}}\nEOF", Refusal::Escaped),
            ("cat <<EOF\n${{b}}\nEOF", Refusal::AfterDollar),
            ("a $((1 + {{b}}))", Refusal::Arithmetic),
            ("((a = {{b}}))", Refusal::Arithmetic),
            ("a $[1 + {{b}}]", Refusal::Arithmetic),
            ("a ${x:-{{b}}}", Refusal::Operand),
            ("a ${{{b}}}", Refusal::Operand),
            (r#"a "${x:+"{{b}}"}""#, Refusal::Operand),
        ] {
            assert_eq!(scan(template), [Err(expected)], "{template}");
        }
    }
}
