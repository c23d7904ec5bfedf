//! Templates in which there is no grammar to speak of: words, in quotes or not, and pipes between programs.
//!
//! Most templates are such, and the grammar's parser takes a dozen microseconds even for them. What this reads, the
//! parser reads as the same; whatever might mean more to a shell is left to it. The tests hold the two together.

use brush_parser::ast::{
    AndOrList, Command, CommandPrefixOrSuffixItem, CommandSuffix, CompoundList, CompoundListItem, Pipeline,
    Program, SeparatorOperator, SimpleCommand, Word,
};

use super::markers::hole_of;

/// Words that are more than words where a program's name would stand.
const RESERVED: &[&str] = &[
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select",
    "then", "time", "until", "while",
];

/// Reads a text that is words and pipes; `None` where it is more, or not even that.
pub(super) fn parse(text: &str) -> Option<Program> {
    let mut stages = Vec::new();
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches(' ');
    while let Some(first) = rest.chars().next() {
        if first == '|' {
            stages.push(stage(std::mem::take(&mut words))?);
            rest = &rest[1..];
        } else {
            let (word, after) = rest.split_at(word_length(rest)?);
            words.push(word);
            rest = after;
        }
        rest = rest.trim_start_matches(' ');
    }
    stages.push(stage(words)?);
    let pipeline = Pipeline {
        timed: None,
        bang: false,
        seq: stages,
    };
    let list = AndOrList {
        first: pipeline,
        additional: Vec::new(),
    };
    Some(Program {
        complete_commands: vec![CompoundList(vec![CompoundListItem(
            list,
            SeparatorOperator::Sequence,
        )])],
    })
}

/// Whether a word is nothing but itself: no quotes, no pattern, nothing that a shell would replace.
pub(super) fn is_literal(word: &str) -> bool {
    !word.is_empty() && word.chars().all(is_plain)
}

fn is_plain(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' | '/' | ':' | ',' | '+' | '@' | '%' | '=')
        || hole_of(c).is_some()
}

/// One program with its arguments.
fn stage(words: Vec<&str>) -> Option<Command> {
    let mut words = words.into_iter();
    let name = words.next()?;
    if RESERVED.contains(&name) || name.contains('=') {
        return None;
    }
    let word = |text: &str| Word {
        value: text.to_owned(),
        loc: None,
    };
    let suffix: Vec<_> = words
        .map(|text| CommandPrefixOrSuffixItem::Word(word(text)))
        .collect();
    Some(Command::Simple(SimpleCommand {
        prefix: None,
        word_or_name: Some(word(name)),
        suffix: (!suffix.is_empty()).then_some(CommandSuffix(suffix)),
    }))
}

/// How long the word is that the text begins with; `None` where it has something in it that is left to the parser.
fn word_length(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let may_be_name = text.starts_with(|c: char| !matches!(c, '-' | '/' | '.' | '0'..='9'));
    while let Some((at, c)) = chars.next() {
        match c {
            ' ' | '|' => return Some(at),
            // `NAME=..` is an assignment for some programs.
            '=' if may_be_name => return None,
            // Patterns are the shell's to expand, but words to its grammar.
            '*' | '?' => {}
            '\'' => {
                chars.by_ref().find_map(|(_, c)| match c {
                    '\'' => Some(Some(())),
                    '\n' => Some(None),
                    _ => None,
                })??;
            }
            '"' => {
                chars.by_ref().find_map(|(_, c)| match c {
                    '"' => Some(Some(())),
                    '$' | '`' | '\\' | '!' | '\n' => Some(None),
                    _ => None,
                })??;
            }
            c if is_plain(c) => {}
            _ => return None,
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::param_kind::ParamKind;
    use super::super::syntax;
    use super::super::walk::walk_program;
    use super::*;

    /// What the walk makes of it, by this reader and by the parser; `None` where this reader leaves it.
    fn both(text: &str) -> Option<(String, String)> {
        let kinds = vec![ParamKind::Text; 32];
        let here = walk_program(&parse(text)?, &kinds);
        let parsed = syntax::parse_by_grammar(text).map(|program| walk_program(&program, &kinds));
        Some((format!("{here:?}"), format!("{:?}", parsed.expect(text))))
    }

    #[test]
    fn ordinary_templates_are_read_as_the_parser_reads_them() {
        for text in [
            "df -h",
            "  df   -h  ",
            "docker logs --tail 100 web",
            "tail -n \u{F0000} /var/log/\u{F0001}.log",
            "grep -rn \u{F0000} src/x | head -50",
            "du -ah /srv | sort -hr|head -20",
            "find . -name '*.log' -size +10M",
            "ls *.txt a?c",
            "echo \"two  words\"'and more'x \"\" ''",
            "curl --user=me:\u{F0000} https://example.org/a,b%20c@d",
            "docker ps --format '{{.Names}}'",
            "echo time in if",
            "1 2 3",
            "echo 'a|b;c$(d)' \"a|b;c(d)\"",
        ] {
            let (here, parsed) = both(text).expect(text);
            assert_eq!(here, parsed, "{text}");
        }
    }

    /// Skipped where `LEVER_TEST_DATA` names no folder of development data.
    #[test]
    fn collected_commands_are_read_as_the_parser_reads_them() {
        let Ok(folder) = std::env::var("LEVER_TEST_DATA") else {
            eprintln!("skipped: LEVER_TEST_DATA is not set");
            return;
        };
        for file in [
            "nl2bash-dev-groups",
            "phrases/files",
            "phrases/git",
            "phrases/system",
        ] {
            let text = std::fs::read_to_string(format!("{folder}/{file}.jsonl")).unwrap_or_default();
            let rows = text
                .lines()
                .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            for row in rows {
                let command = row["command"].as_str().unwrap_or_default();
                let marked = super::super::markers::Marked::new(command);
                let text = marked.map_or_else(|_| command.to_owned(), |marked| marked.text);
                if let Some((here, parsed)) = both(&text) {
                    assert_eq!(here, parsed, "{command}");
                }
            }
        }
    }

    #[test]
    fn whatever_could_mean_more_is_left_to_the_parser() {
        for text in [
            "",
            "  ",
            "|",
            "a |",
            "| a",
            "a || b",
            "a | | b",
            "a |& b",
            "a & b",
            "a; b",
            "a > b",
            "a 2>b",
            "a\nb",
            "a\tb",
            "$x",
            "`a`",
            "a $(b)",
            "~/x",
            "a\\ b",
            "{ a }",
            "a {b,c}",
            "! a",
            "if a",
            "a | while b",
            "time a",
            "[[ a ]]",
            "[ a ]",
            "x=1",
            "x=1 a",
            "dd if=a",
            "a 'b",
            "a \"b",
            "a \"$b\"",
            "a \"b\nc\"",
            "a 'b\nc'",
            "a #b",
            "a () b",
            "é",
            "a é",
            "function a",
            "'x'=1",
            "\u{F0000}=1",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn nothing_is_read_otherwise_than_by_the_parser(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "a", "ls", "in", "if", "time", "-x", "--y=z", "=", "|", " ", " ", " ", "'", "\"", "*", "?", "@", "1", "+",
                "\u{F0000}", "\u{F0001}", ":", ",", "%", "/", ".", "..", "{", "}", "!", "#", "$", "~", ";", "&", "<", ">",
                "(", ")", "[", "]", "\\", "\n", "_", "exec", "export", "eval",
            ]), 1..12)
        ) {
            let text = parts.concat();
            if let Some((here, parsed)) = both(&text) {
                prop_assert_eq!(here, parsed, "{}", text);
            }
        }
    }
}
