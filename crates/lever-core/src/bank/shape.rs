//! What a command's text says to its programs, apart from how it is written: `ls -lah .` and `/bin/ls -a -h -l .` are one.

use crate::command::Hole;

/// Options of these programs are words after one dash: `find -name` is not `-n -a -m -e`.
const WORD_OPTIONS: &[&str] = &[
    "find",
    "openssl",
    "ffmpeg",
    "ffprobe",
    "ffplay",
    "java",
    "javac",
    "go",
    "gcc",
    "g++",
    "clang",
    "convert",
    "magick",
    "identify",
    "mogrify",
    "terraform",
    "xrandr",
    "xinput",
    "rpm2cpio",
    "qemu-img",
    "nmap",
];

/// Options that change how the answer looks and not what is asked, by program.
const COSMETIC: &[(&[&str], &[&str])] = &[
    (
        &["df", "du", "free", "ls", "lsblk"],
        &["-h", "--human-readable", "--human", "--si"],
    ),
    (
        &["ls", "grep", "diff", "ip", "tree", "egrep"],
        &["--color", "--color=auto", "--color=always", "-C"],
    ),
    (
        &["cp", "mv", "rm", "mkdir", "chmod", "chown", "tar", "ln"],
        &["-v", "--verbose"],
    ),
    (&["git", "systemctl", "journalctl", "loginctl"], &["--no-pager"]),
];

/// Part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Hole(Hole),
}

/// One program with its options, and its other words in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Call {
    /// What stands between it and the call before: `|`, `&&`, `>`, or nothing.
    pub(super) joined_by: String,
    pub(super) program: String,
    /// Sorted, each once.
    pub(super) options: Vec<String>,
    pub(super) words: Vec<Vec<Piece>>,
}

/// A command's calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shape {
    pub(super) calls: Vec<Call>,
}

impl Shape {
    /// Reads a template. Never fails: this says what looks alike, and nothing is ever run by it.
    pub(super) fn read(template: &str) -> Self {
        let mut shape = Self::default();
        let mut call = Call::default();
        let mut only_words = false;
        for token in tokens(template) {
            match token {
                Token::Operator(operator) => {
                    shape.close(std::mem::take(&mut call));
                    call.joined_by = operator;
                    only_words = false;
                }
                Token::Word(pieces) => match pieces.as_slice() {
                    [Piece::Text(text)] if call.program.is_empty() => {
                        if text != "sudo" {
                            text.rsplit('/')
                                .next()
                                .unwrap_or(text)
                                .clone_into(&mut call.program);
                        }
                    }
                    [Piece::Text(text)] if text == "--" => only_words = true,
                    [Piece::Text(text)] if !only_words && is_option(text) => call.add_option(text, None),
                    [Piece::Text(text), Piece::Hole(_)] if !only_words && is_option(text) => {
                        let (text, hole) = (text.clone(), pieces[1].clone());
                        call.add_option(&text, Some(hole));
                    }
                    _ => call.words.push(pieces),
                },
            }
        }
        shape.close(call);
        shape
    }

    fn close(&mut self, mut call: Call) {
        if call.program.is_empty() && call.words.is_empty() {
            return;
        }
        let program = call.program.as_str();
        call.options.retain(|option| {
            !COSMETIC
                .iter()
                .any(|(programs, options)| programs.contains(&program) && options.contains(&option.as_str()))
        });
        call.options.sort();
        call.options.dedup();
        self.calls.push(call);
    }

    /// The programs and their options: equal for commands that differ in their other words at most.
    pub(super) fn key(&self) -> String {
        let mut key = String::new();
        for call in &self.calls {
            key.push_str(&call.joined_by);
            key.push(' ');
            key.push_str(&call.program);
            for option in &call.options {
                key.push(' ');
                key.push_str(option);
            }
            key.push('\n');
        }
        key
    }
}

impl Call {
    /// Takes an option apart: clusters into letters, `--name=value` and `-n20` into option and word.
    fn add_option(&mut self, text: &str, hole: Option<Piece>) {
        let whole = |call: &mut Self| call.options.push(text.to_owned());
        if text.starts_with("--") {
            match text.split_once('=') {
                Some((name, value)) => {
                    self.options.push(name.to_owned());
                    let mut word = Vec::new();
                    if !value.is_empty() {
                        word.push(Piece::Text(value.to_owned()));
                    }
                    word.extend(hole);
                    self.words.push(word);
                }
                None => whole(self),
            }
        } else if WORD_OPTIONS.contains(&self.program.as_str()) {
            whole(self);
            self.words.extend(hole.map(|hole| vec![hole]));
        } else {
            let letters = text[1..]
                .find(|c: char| c.is_ascii_digit())
                .map_or(text.len(), |at| at + 1);
            for letter in text[1..letters].chars() {
                self.options.push(format!("-{letter}"));
            }
            // `head -20` is `head -n 20`.
            if letters == 1 {
                self.options.push("-n".to_owned());
            }
            let mut word = Vec::new();
            if letters < text.len() {
                word.push(Piece::Text(text[letters..].to_owned()));
            }
            word.extend(hole);
            if !word.is_empty() {
                self.words.push(word);
            }
        }
    }
}

fn is_option(text: &str) -> bool {
    text.len() > 1 && text.starts_with('-')
}

enum Token {
    Word(Vec<Piece>),
    Operator(String),
}

/// Cuts a template into words and operators: quotes hold words together and are gone, holes are pieces of words.
fn tokens(template: &str) -> Vec<Token> {
    let mut reader = Reader::default();
    let mut at = 0;
    while let Some(c) = template[at..].chars().next() {
        if template[at..].starts_with("{{")
            && let Ok(inner) = Hole::extent(template, at)
            && let Ok(hole) = Hole::parse(&template[inner.clone()])
        {
            reader.add_hole(hole);
            at = inner.end + 2;
            continue;
        }
        reader.add(c);
        at += c.len_utf8();
    }
    reader.end_word();
    reader.tokens
}

#[derive(Default)]
struct Reader {
    tokens: Vec<Token>,
    word: Vec<Piece>,
    open: bool,
    quote: Option<char>,
    escaped: bool,
}

impl Reader {
    fn add(&mut self, c: char) {
        match (self.quote, c) {
            _ if self.escaped => {
                self.escaped = false;
                self.push(c);
            }
            (Some('\''), '\'') | (Some('"'), '"') => self.quote = None,
            (None, '\'' | '"') => {
                self.quote = Some(c);
                self.open = true;
            }
            (None | Some('"'), '\\') => self.escaped = true,
            (Some(_), _) => self.push(c),
            (None, c) if c.is_whitespace() => self.end_word(),
            (None, '|' | '&' | ';' | '<' | '>' | '(' | ')') => {
                self.end_word();
                match self.tokens.last_mut() {
                    Some(Token::Operator(operator)) => operator.push(c),
                    _ => self.tokens.push(Token::Operator(c.to_string())),
                }
            }
            (None, c) => self.push(c),
        }
    }

    fn push(&mut self, c: char) {
        self.open = true;
        match self.word.last_mut() {
            Some(Piece::Text(text)) => text.push(c),
            _ => self.word.push(Piece::Text(c.to_string())),
        }
    }

    fn add_hole(&mut self, hole: Hole) {
        self.open = true;
        self.word.push(Piece::Hole(hole));
    }

    fn end_word(&mut self) {
        if std::mem::take(&mut self.open) {
            self.tokens.push(Token::Word(std::mem::take(&mut self.word)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        Shape::read(a) == Shape::read(b)
    }

    #[test]
    fn ways_to_write_one_command_are_one() {
        for (a, b) in [
            ("ls -lah", "/bin/ls -a -h -l"),
            ("df -h", "df --human-readable"),
            ("tail -n 20 app.log", "tail -n20 app.log"),
            ("head -20 x", "head -n 20 x"),
            ("docker logs --tail=100 web", "docker logs --tail 100 web"),
            ("sudo systemctl restart nginx", "systemctl restart nginx"),
            ("grep -rn \"foo bar\" .", "grep -n -r 'foo bar' ."),
            ("git add -- x", "git add x"),
            ("tar -xzvf a.tgz", "tar -xzf a.tgz"),
            ("du -sh * | sort -hr", "du -s * | sort -rh"),
        ] {
            assert!(same(a, b), "{a} | {b}: {:?} {:?}", Shape::read(a), Shape::read(b));
        }
    }

    #[test]
    fn what_means_something_else_is_not_the_same() {
        for (a, b) in [
            ("ls -lt", "ls -lS"),
            ("docker ps", "docker ps -a"),
            ("git push", "git push --force"),
            ("find . -name x", "find . -iname x"),
            ("a | b", "a && b"),
            ("echo x > y", "echo x >> y"),
            ("grep 'a b' c", "grep a b c"),
        ] {
            assert!(!same(a, b), "{a} | {b}");
        }
    }

    #[test]
    fn anything_is_read_without_a_fault() {
        for text in [
            "",
            "'",
            "{{",
            "{{}}",
            "| | |",
            "\\",
            "-",
            "--",
            "=",
            "\u{e9}\u{301} -\u{e9}2",
            "- -- ---=",
            "{{a:choice(x|y)}}-{{b}}",
        ] {
            let _ = Shape::read(text).key();
        }
    }
}
