//! A small reader of shell text for the fixtures: enough of the shell to write them as people type them.

use crate::command::shell_words::{Assignment, Piece, Redirect, RedirectKind, SimpleCommand, Word};

/// The commands of `text`, with the names of the `{{holes}}` in them; nothing where the text is beyond this reader.
pub(super) fn split(text: &str) -> Option<(Vec<SimpleCommand>, Vec<String>)> {
    let mut reader = Reader {
        rest: text,
        holes: Vec::new(),
        done: Vec::new(),
    };
    reader.list(None)?;
    Some((reader.done, reader.holes))
}

struct Reader<'a> {
    rest: &'a str,
    holes: Vec<String>,
    done: Vec<SimpleCommand>,
}

const KEYWORDS: &[&str] = &[
    "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "(",
];

impl Reader<'_> {
    /// Reads commands up to `end` or the end of the text.
    fn list(&mut self, end: Option<char>) -> Option<()> {
        let mut pipe_in = false;
        let mut command = SimpleCommand::default();
        let mut finished: Vec<SimpleCommand> = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            let Some(first) = self.rest.chars().next() else {
                break;
            };
            let two = self.rest.get(..2).unwrap_or("");
            if Some(first) == end {
                self.rest = &self.rest[1..];
                break;
            }
            let piped = first == '|' && two != "||";
            if matches!(first, ';' | '\n' | '|' | '(' | ')') || (first == '&' && !matches!(two, "&>")) {
                let skip = if matches!(two, "||" | "&&" | "|&" | ";;") {
                    2
                } else {
                    1
                };
                command.background = first == '&' && skip == 1;
                command.pipe_out = piped;
                command.pipe_in = pipe_in;
                pipe_in = piped;
                finished.push(std::mem::take(&mut command));
                self.rest = &self.rest[skip..];
                continue;
            }
            if first == '#' {
                self.rest = self.rest.find('\n').map_or("", |at| &self.rest[at..]);
                continue;
            }
            if self.redirect(&mut command)? {
                continue;
            }
            let word = self.word()?;
            let keyword = word.as_literal().is_some_and(|text| KEYWORDS.contains(&text));
            if command.words.is_empty() && keyword {
                continue;
            }
            match word.prefix().split_once('=') {
                Some((name, _))
                    if command.words.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') =>
                {
                    let name = name.to_owned();
                    let value = super::super::walk::behind(&word, name.len() + 1);
                    command.assignments.push(Assignment { name, value });
                }
                _ => command.words.push(word),
            }
        }
        command.pipe_in = pipe_in;
        finished.push(command);
        let empty = |command: &SimpleCommand| {
            command.words.is_empty() && command.assignments.is_empty() && command.redirects.is_empty()
        };
        let loops = |command: &SimpleCommand| matches!(command.program(), Some("for" | "case" | "select"));
        finished.retain(|command| !empty(command) && !loops(command));
        self.done.splice(0..0, finished).for_each(drop);
        Some(())
    }

    /// Reads a redirect; false if there is none here.
    fn redirect(&mut self, command: &mut SimpleCommand) -> Option<bool> {
        let digits = self.rest.len() - self.rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let operator = &self.rest[digits..];
        let kinds = [
            ("&>>", RedirectKind::AppendBoth),
            ("&>", RedirectKind::WriteBoth),
            ("<<<", RedirectKind::HereString),
            (">>", RedirectKind::Append),
            (">&", RedirectKind::Duplicate),
            ("<&", RedirectKind::Duplicate),
            (">|", RedirectKind::Write),
            ("<>", RedirectKind::ReadWrite),
            (">", RedirectKind::Write),
            ("<", RedirectKind::Read),
        ];
        if operator.starts_with("<(") || operator.starts_with(">(") || operator.starts_with("<<-") {
            return Some(false);
        }
        let Some((sign, kind)) = kinds.iter().find(|(sign, _)| operator.starts_with(sign)) else {
            return Some(false);
        };
        if operator.starts_with("<<") && *sign != "<<<" {
            return None;
        }
        let fd = self.rest[..digits].parse().ok();
        self.rest = operator[sign.len()..].trim_start_matches(' ');
        let target = self.word()?;
        command.redirects.push(Redirect {
            fd,
            kind: *kind,
            target,
        });
        Some(true)
    }

    fn word(&mut self) -> Option<Word> {
        let mut word = Word::default();
        while let Some(first) = self.rest.chars().next() {
            if self.rest.starts_with("<(") || self.rest.starts_with(">(") {
                self.rest = &self.rest[2..];
                self.list(Some(')'))?;
                word.pieces.push(Piece::Expansion("<(..)".to_owned()));
                continue;
            }
            match first {
                ' ' | '\t' | '\r' | '\n' | ';' | '|' | '&' | '<' | '>' | ')' => break,
                '\'' => {
                    let end = self.rest[1..].find('\'')?;
                    let inner = self.rest[1..=end].to_owned();
                    self.rest = &self.rest[end + 2..];
                    self.text(&inner, &mut word);
                }
                '"' => {
                    self.rest = &self.rest[1..];
                    self.double(&mut word)?;
                }
                '\\' => {
                    let next = self.rest[1..].chars().next()?;
                    word.push_text(next.encode_utf8(&mut [0; 4]));
                    self.rest = &self.rest[1 + next.len_utf8()..];
                }
                '$' | '`' => self.expansion(&mut word)?,
                '{' if self.rest.starts_with("{{") => self.hole(&mut word)?,
                '~' if word.pieces.is_empty() => {
                    word.pieces.push(Piece::Home(String::new()));
                    self.rest = &self.rest[1..];
                }
                '*' | '?' => {
                    word.pieces.push(Piece::Glob(first.to_string()));
                    self.rest = &self.rest[1..];
                }
                _ => {
                    word.push_text(first.encode_utf8(&mut [0; 4]));
                    self.rest = &self.rest[first.len_utf8()..];
                }
            }
        }
        Some(word)
    }

    /// Quoted text; holes count in it too.
    fn text(&mut self, inner: &str, word: &mut Word) {
        let mut inner = inner;
        while let Some((before, rest)) = inner.split_once("{{") {
            let Some((name, after)) = rest.split_once("}}") else {
                break;
            };
            word.push_text(before);
            self.name(name, word);
            inner = after;
        }
        word.push_text(inner);
    }

    fn double(&mut self, word: &mut Word) -> Option<()> {
        loop {
            let first = self.rest.chars().next()?;
            match first {
                '"' => {
                    self.rest = &self.rest[1..];
                    return Some(());
                }
                '\\' => {
                    let next = self.rest[1..].chars().next()?;
                    if !matches!(next, '"' | '\\' | '$' | '`') {
                        word.push_text("\\");
                    }
                    word.push_text(next.encode_utf8(&mut [0; 4]));
                    self.rest = &self.rest[1 + next.len_utf8()..];
                }
                '$' | '`' => self.expansion(word)?,
                '{' if self.rest.starts_with("{{") => self.hole(word)?,
                _ => {
                    word.push_text(first.encode_utf8(&mut [0; 4]));
                    self.rest = &self.rest[first.len_utf8()..];
                }
            }
        }
    }

    fn hole(&mut self, word: &mut Word) -> Option<()> {
        let end = self.rest.find("}}")?;
        let name = self.rest[2..end].to_owned();
        self.rest = &self.rest[end + 2..];
        self.name(&name, word);
        Some(())
    }

    fn name(&mut self, name: &str, word: &mut Word) {
        let index = self
            .holes
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                self.holes.push(name.to_owned());
                self.holes.len() - 1
            });
        word.pieces.push(Piece::Hole(index));
    }

    fn expansion(&mut self, word: &mut Word) -> Option<()> {
        if self.rest.starts_with("$((") {
            let end = self.rest.find("))")?;
            word.pieces
                .push(Piece::Expansion(self.rest[..end + 2].to_owned()));
            self.rest = &self.rest[end + 2..];
        } else if self.rest.starts_with("$(") {
            self.rest = &self.rest[2..];
            self.list(Some(')'))?;
            word.pieces.push(Piece::Expansion("$(..)".to_owned()));
        } else if self.rest.starts_with('`') {
            let end = self.rest[1..].find('`')?;
            let inner = self.rest[1..=end].to_owned();
            self.rest = &self.rest[end + 2..];
            let (commands, _) = split(&inner)?;
            self.done.splice(0..0, commands).for_each(drop);
            word.pieces.push(Piece::Expansion("$(..)".to_owned()));
        } else if self.rest.starts_with("${{")
            || self.rest[1..].starts_with(|c: char| c.is_whitespace() || c == '"')
        {
            word.push_text("$");
            self.rest = &self.rest[1..];
        } else {
            let rest = &self.rest[1..];
            let length = match rest.strip_prefix('{') {
                Some(inner) => inner.find('}')? + 2,
                None => rest
                    .char_indices()
                    .find(|(at, c)| {
                        !(c.is_alphanumeric() || *c == '_' || (*at == 0 && "?#@*!$-".contains(*c)))
                    })
                    .map_or(rest.len(), |(at, _)| at),
            };
            word.pieces
                .push(Piece::Expansion(self.rest[..=length].to_owned()));
            self.rest = &self.rest[length + 1..];
        }
        Some(())
    }
}
