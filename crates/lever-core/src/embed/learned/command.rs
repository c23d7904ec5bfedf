//! What a command is made of, so far as it tells what the command is for: programs, subcommands, options, pipes, and the
//! words among its arguments.
//!
//! A quick reading, not a shell's: it only has to say the same of the same command. What is run is decided in
//! [`crate::command`].

use std::iter::Peekable;
use std::str::Chars;

use super::LearnedEmbedder;
use crate::embed::lexicon::hash;
use crate::embed::{Scratch, TermKind, Terms};

/// What words of a command count for beside what the command's own table says.
const WORD_WEIGHT: f32 = 0.3;
/// Longest command that is read, in bytes; what follows adds nothing.
const LONGEST: usize = 2048;

/// Programs that run another one, which the command is about.
const WRAPPERS: &[&str] = &[
    "sudo", "time", "nohup", "nice", "env", "command", "exec", "xargs", "then", "do", "else", "if", "while",
    "until", "!", "{", "watch", "timeout", "ionice", "builtin", "doas",
];

/// Reads commands; reusable.
#[derive(Debug, Clone, Default)]
pub struct CommandReader {
    /// What it has read last.
    text: String,
    /// Working memory.
    label: Vec<u8>,
    lower: String,
    atoms: Vec<u64>,
    words: Terms,
    literals: Terms,
}

impl CommandReader {
    /// Hashes of the parts that have a row of their own where training knew them.
    pub fn atoms(&self) -> &[u64] {
        &self.atoms
    }

    /// The words among programs, options and arguments.
    pub fn words(&self) -> &Terms {
        &self.words
    }

    /// Arguments that are no plain words: numbers, paths, patterns.
    pub fn literals(&self) -> &Terms {
        &self.literals
    }

    /// Reads one command; nothing is done where it is the one that was read last.
    pub fn read(&mut self, command: &str) {
        if self.text == command {
            return;
        }
        self.text.clear();
        self.text.push_str(command);
        self.atoms.clear();
        self.words.clear();
        self.literals.clear();
        let mut end = command.len().min(LONGEST);
        while !command.is_char_boundary(end) {
            end -= 1;
        }
        let mut chars = command[..end].chars().peekable();
        let (mut program, mut before) = (String::new(), String::new());
        let mut has_subcommand = false;
        while let Some(piece) = next_piece(&mut chars) {
            match piece {
                Piece::Operator(operator) => {
                    self.atom("o", &operator, "");
                    if !matches!(operator.as_str(), ">" | ">>" | "<") {
                        before = std::mem::take(&mut program);
                        has_subcommand = false;
                    }
                }
                Piece::Word(word) if program.is_empty() => {
                    let name = word.rsplit('/').next().unwrap_or_default().to_lowercase();
                    if word.contains('=') || word.starts_with('-') || name.is_empty() {
                        continue;
                    }
                    self.atom("u", &name, "");
                    self.push_words(&name);
                    if !WRAPPERS.contains(&name.as_str()) {
                        if !before.is_empty() {
                            self.atom("|", &before, &name);
                        }
                        program = name;
                    }
                }
                Piece::Word(word) => has_subcommand |= self.argument(&program, &word, has_subcommand),
                Piece::Choice(words) if !program.is_empty() => {
                    let had = has_subcommand;
                    for word in words.split(['|', ' ']).filter(|word| !word.is_empty()) {
                        has_subcommand |= self.argument(&program, word, had);
                    }
                }
                Piece::Choice(_) => {}
            }
        }
    }

    /// An argument of `program`. True where it is the subcommand.
    fn argument(&mut self, program: &str, word: &str, has_subcommand: bool) -> bool {
        if let Some(option) = word.strip_prefix("--") {
            let name = option.split('=').next().unwrap_or_default();
            self.atom("f", program, name);
            self.push_words(name);
        } else if let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            // `-20`, `-mtime -7`, `-n5`; the 0 of `-0` and `-print0` is no number.
            let number = letters.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let joined = letters.len() - number.len();
            if joined < 2 && number.starts_with(|c: char| c.is_ascii_digit()) && number != "0" {
                self.literals.push(&number.to_lowercase(), TermKind::Value, 0);
            }
            if joined == 0 {
                self.atom("a", "-", "");
            } else if program == "find" || letters.len() > 4 {
                let name = letters.split(['=', ':']).next().unwrap_or_default();
                self.atom("f", program, name);
            } else {
                for letter in letters.chars().take_while(char::is_ascii_alphabetic) {
                    self.atom("f", program, letter.encode_utf8(&mut [0; 4]));
                }
            }
        } else if !has_subcommand
            && word.len() > 1
            && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        {
            self.atom("s", program, word);
            self.push_words(word);
            return true;
        } else {
            if let Some(end) = word.strip_prefix("*.") {
                self.atom("x", end, "");
            } else if matches!(word, "." | ".." | "/" | "~" | "*")
                || word.starts_with(HOLE)
                || word.len() == 1
            {
                self.atom("a", word, "");
            } else if word.starts_with(['+', '-']) {
                self.atom("a", &word[..1], "");
            }
            self.push_words(word);
            if word.len() > 1 && !word.starts_with(HOLE) && !word.bytes().all(|b| b.is_ascii_alphabetic()) {
                self.literals.push(&word.to_lowercase(), TermKind::Value, 0);
            }
        }
        false
    }

    fn atom(&mut self, kind: &str, first: &str, second: &str) {
        self.label.clear();
        for part in [kind, ":", first, " ", second] {
            self.label.extend_from_slice(part.as_bytes());
        }
        let atom = hash(&self.label);
        if !self.atoms.contains(&atom) && self.atoms.len() < Terms::LIMIT {
            self.atoms.push(atom);
        }
    }

    fn push_words(&mut self, text: &str) {
        for word in text
            .split(|c: char| !c.is_ascii_alphabetic())
            .filter(|word| word.len() > 1)
        {
            self.lower.clear();
            self.lower.push_str(word);
            self.lower.make_ascii_lowercase();
            self.words.push(&self.lower, TermKind::Word, 0);
        }
    }
}

/// Stands before the name of a parameter.
const HOLE: char = '\u{2}';

enum Piece {
    Operator(String),
    Word(String),
    /// `{{[-a|--all]}}`: spellings of one option or subcommand, of which the command has any.
    Choice(String),
}

fn next_piece(chars: &mut Peekable<Chars<'_>>) -> Option<Piece> {
    while chars.next_if(|c| c.is_whitespace()).is_some() {}
    let first = *chars.peek()?;
    if "|&;()<>`\n".contains(first) {
        let mut operator = String::from(first);
        chars.next();
        if let Some(second) = chars.next_if(|c| *c == first && "|&>".contains(*c)) {
            operator.push(second);
        }
        return Some(Piece::Operator(operator));
    }
    let mut ahead = chars.clone();
    if ahead.by_ref().take(3).eq("{{[".chars()) {
        let mut words = String::new();
        while let Some(c) = ahead.next_if(|c| !"]{}".contains(*c)) {
            words.push(c);
        }
        if ahead.by_ref().take(3).eq("]}}".chars()) {
            *chars = ahead;
            return Some(Piece::Choice(words));
        }
    }
    let mut word = String::new();
    while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !"|&;()<>`".contains(*c)) {
        match c {
            '\'' | '"' => {
                while let Some(inner) = chars.next().filter(|inner| *inner != c) {
                    if inner == '{' && chars.next_if_eq(&'{').is_some() {
                        read_hole(chars, &mut word);
                    } else {
                        word.push(inner);
                    }
                }
            }
            '\\' => word.extend(chars.next()),
            '{' if chars.next_if_eq(&'{').is_some() => read_hole(chars, &mut word),
            _ => word.push(c),
        }
    }
    Some(Piece::Word(word))
}

/// The rest of `{{name:type=default}}`: only the name is kept.
fn read_hole(chars: &mut Peekable<Chars<'_>>, word: &mut String) {
    word.push(HOLE);
    let mut in_name = true;
    while let Some(c) = chars.next() {
        if c == '}' && chars.next_if_eq(&'}').is_some() {
            return;
        }
        in_name &= c.is_alphanumeric() || c == '_';
        if in_name {
            word.push(c);
        }
    }
}

impl LearnedEmbedder {
    /// Adds up a command's rows, and says how usual its parts are: see [`Embedder::embed_command`](crate::embed::Embedder).
    pub(super) fn add_command(&self, command: &str, scratch: &mut Scratch, out: &mut [f32]) -> u8 {
        scratch.command.read(command);
        let (mut known, mut uses) = (false, 0);
        let atoms = &scratch.command.atoms;
        for row in atoms.iter().filter_map(|atom| self.find_atom(*atom)) {
            self.file.commands.add(row, 1.0, out);
            uses += self.file.uses.get(row).copied().map_or(0, usize::from);
            known = true;
        }
        let usual = (uses / atoms.len().max(1)) as u8;
        self.file.vocabulary.tokenize_command(scratch);
        for row in &scratch.ids {
            self.file.tokens.add(*row as usize, WORD_WEIGHT, out);
        }
        usual.max(u8::from(known))
    }

    fn find_atom(&self, atom: u64) -> Option<usize> {
        let atoms = self.file.atoms;
        let at = |row: usize| u64::from(atoms.at(2 * row)) | u64::from(atoms.at(2 * row + 1)) << 32;
        let (mut low, mut high) = (0, self.file.commands.len());
        while low < high {
            let middle = low.midpoint(high);
            if at(middle) < atom {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low < self.file.commands.len() && at(low) == atom).then_some(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &str) -> Vec<String> {
        let mut reader = CommandReader::default();
        reader.read(command);
        let terms = reader.words();
        terms
            .terms()
            .iter()
            .map(|term| terms.text(term).to_owned())
            .collect()
    }

    fn atoms(command: &str) -> Vec<u64> {
        let mut reader = CommandReader::default();
        reader.read(command);
        reader.atoms
    }

    #[test]
    fn a_command_is_read_by_its_parts() {
        assert_eq!(
            words("sudo systemctl --no-pager status \"{{service:word=nginx}}\" | grep -i 'active now'"),
            [
                "sudo",
                "systemctl",
                "no",
                "pager",
                "status",
                "service",
                "grep",
                "active",
                "now"
            ]
        );
        assert!(atoms("docker ps -a").contains(&hash(b"s:docker ps")));
        assert!(atoms("ls -la | wc -l").contains(&hash(b"|:ls wc")));
    }

    #[test]
    fn spellings_of_an_option_are_all_read() {
        let both = atoms("du {{[-h|--human-readable]}} {{path}}");
        assert!(both.contains(&hash(b"f:du h")) && both.contains(&hash(b"f:du human-readable")));
        assert_eq!(
            words("docker {{[ps|container ls]}} {{[-a|--all]}}"),
            ["docker", "ps", "container", "ls", "all"]
        );
        assert_eq!(atoms("du {{[-h"), atoms("du {{[-h "));
    }

    #[test]
    fn numbers_among_options_are_literals() {
        let mut reader = CommandReader::default();
        let mut literals = |command| -> Vec<String> {
            reader.read(command);
            let terms = reader.literals();
            terms
                .terms()
                .iter()
                .map(|term| terms.text(term).to_owned())
                .collect()
        };
        assert_eq!(literals("head -20"), ["20"]);
        assert_eq!(literals("find -mtime -7 -size -10M"), ["7", "10m"]);
        assert_eq!(literals("head -n5"), ["5"]);
        assert!(literals("find -print0 | xargs -0 ls -la").is_empty());
    }

    #[test]
    fn quotes_and_order_of_letters_say_nothing() {
        let sorted = |command| {
            let mut atoms = atoms(command);
            atoms.sort_unstable();
            atoms
        };
        assert_eq!(sorted("ls -la '/tmp'"), sorted("ls -a -l /tmp"));
        assert_eq!(sorted("ls --all=x"), sorted("ls --all=y"));
    }

    #[test]
    fn anything_is_read_in_bounds() {
        for text in [
            "",
            "'",
            "{{",
            "|||",
            "\u{0}\u{2}",
            "a{{b",
            &"x|y ".repeat(5000),
            &"日".repeat(900),
        ] {
            assert!(atoms(text).len() <= Terms::LIMIT, "{text}");
        }
    }
}
