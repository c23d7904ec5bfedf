//! Markdown with YAML blocks: each block is a list of commands.

use std::collections::VecDeque;
use std::io::{self, Read};

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use super::item::{Item, Raw};

/// A page for people is far shorter.
const MAX_PAGE: u64 = 16 * 1024 * 1024;
/// A command is a map of lists.
const MAX_DEPTH: usize = 16;

/// The commands of a page, read whole.
pub(crate) struct Markdown {
    items: VecDeque<Item>,
}

impl Markdown {
    pub(crate) fn read(input: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        input.take(MAX_PAGE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_PAGE {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "a page has at most 16 MiB",
            ));
        }
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text,
            Err(error) => {
                let before = bytes.iter().take(error.valid_up_to());
                let line = 1 + before.filter(|byte| **byte == b'\n').count() as u64;
                let bad = Item::bad(line, "not_utf8", "the page is not UTF-8");
                return Ok(Self { items: [bad].into() });
            }
        };
        let mut items = VecDeque::new();
        for block in blocks(text) {
            read_block(&block, &mut items);
        }
        if items.is_empty() {
            let message = "the page has no block of YAML with commands";
            items.push_back(Item::bad(1, "page_empty", message));
        }
        Ok(Self { items })
    }
}

impl Iterator for Markdown {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        self.items.pop_front().map(Ok)
    }
}

/// A fenced block that says it is YAML.
struct Block {
    /// The line of its first line.
    line: u64,
    text: String,
}

/// Fences as `CommonMark` has them: three or more backticks or tildes, closed by at least as many.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(char, usize, Option<Block>)> = None;
    for (number, line) in (1_u64..).zip(text.lines()) {
        let fence = fence(line);
        match (&mut open, fence) {
            (None, Some((mark, length, word))) => {
                let yaml = matches!(word.to_ascii_lowercase().as_str(), "yaml" | "yml");
                let block = yaml.then(|| Block {
                    line: number + 1,
                    text: String::new(),
                });
                open = Some((mark, length, block));
            }
            (Some((mark, length, _)), Some((other, longer, ""))) if *mark == other && longer >= *length => {
                blocks.extend(open.take().and_then(|(_, _, block)| block));
            }
            (Some((_, _, Some(block))), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            _ => {}
        }
    }
    // A fence that is never closed runs to the end.
    blocks.extend(open.and_then(|(_, _, block)| block));
    blocks
}

fn fence(line: &str) -> Option<(char, usize, &str)> {
    let indented = line.len() - line.trim_start_matches(' ').len();
    let line = line.trim();
    let mark = line.chars().next().filter(|first| matches!(first, '`' | '~'))?;
    let length = line.chars().take_while(|next| *next == mark).count();
    (indented < 4 && length >= 3).then(|| (mark, length, line[length..].trim()))
}

/// What is being built, from the outside in.
enum Frame {
    List(Vec<Value>),
    Object(Map<String, Value>, Option<String>),
}

fn read_block(block: &Block, items: &mut VecDeque<Item>) {
    let mut stack: Vec<Frame> = Vec::new();
    let mut began = block.line;
    for event in Parser::new_from_str(&block.text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let line = block.line + error.marker().line().saturating_sub(1) as u64;
                items.push_back(Item::bad(line, "yaml_invalid", one_line(error.info())));
                return;
            }
        };
        let line = block.line + span.start.line().saturating_sub(1) as u64;
        let outside = stack.len() <= 1;
        let value = match event {
            Event::SequenceStart(..) => {
                stack.push(Frame::List(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                if outside {
                    began = line;
                }
                stack.push(Frame::Object(Map::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(Frame::List(list)) => Some(Value::Array(list)),
                Some(Frame::Object(object, _)) => Some(Value::Object(object)),
                None => None,
            },
            Event::Scalar(text, style, _, tag) => {
                if outside && !matches!(stack.last(), Some(Frame::Object(..))) {
                    began = line;
                }
                Some(scalar(&text, style, tag.is_some()))
            }
            Event::Alias(_) => {
                items.push_back(Item::bad(
                    line,
                    "yaml_invalid",
                    "anchors and aliases are not read",
                ));
                return;
            }
            _ => continue,
        };
        if stack.len() > MAX_DEPTH {
            items.push_back(Item::bad(line, "yaml_invalid", "it is nested too deep"));
            return;
        }
        let Some(value) = value else { continue };
        if let Err(problem) = place(value, &mut stack, began, items) {
            items.push_back(Item::bad(line, "yaml_invalid", problem));
            return;
        }
    }
}

/// Puts a finished value where it belongs: a command goes out, everything else into what is around it.
fn place(value: Value, stack: &mut [Frame], began: u64, items: &mut VecDeque<Item>) -> Result<(), String> {
    let outside = stack.len() <= 1;
    match stack.last_mut() {
        // The list of all commands, which ends after its members went out.
        None if matches!(&value, Value::Array(_)) => {}
        None => items.push_back(Item::new(began, Raw::Json(value.to_string()))),
        Some(Frame::List(_)) if outside => items.push_back(Item::new(began, Raw::Json(value.to_string()))),
        Some(Frame::List(list)) => list.push(value),
        Some(Frame::Object(object, key)) => match (key.take(), value) {
            (None, Value::String(name)) => *key = Some(name),
            (None, _) => return Err("a key is no text".to_owned()),
            (Some(name), value) => {
                if object.insert(name.clone(), value).is_some() {
                    return Err(format!("the key `{name}` is there twice"));
                }
            }
        },
    }
    Ok(())
}

/// The core schema: what is not quoted may be a number, a truth value or nothing.
fn scalar(text: &str, style: ScalarStyle, tagged: bool) -> Value {
    let string = || Value::String(text.to_owned());
    if style != ScalarStyle::Plain || tagged {
        return string();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        number if number.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
            match serde_json::from_str::<serde_json::Number>(number) {
                Ok(number) => Value::Number(number),
                Err(_) => string(),
            }
        }
        _ => string(),
    }
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let page = Markdown::read(text.as_bytes()).unwrap();
        page.map(|item| {
            let item = item.unwrap();
            match item.raw {
                Raw::Json(json) => format!("{} {json}", item.line),
                Raw::Bad(bad) => format!("{} bad: {}", item.line, bad.message),
                other => format!("{other:?}"),
            }
        })
        .collect()
    }

    #[test]
    fn commands_of_yaml_blocks_with_their_lines() {
        let page = "# Pack\n\n```yaml\n# Basics\n- phrase: \"status\"\n  command: git status\n  tags: [git, \"42\"]\n\n- phrase: x\n  trust: 40\n```\n\n```sh\n- phrase: no\n```\n\n~~~~ yml\nphrase: one\ncommand: two\n~~~~\n";
        assert_eq!(
            read(page),
            [
                r#"5 {"command":"git status","phrase":"status","tags":["git","42"]}"#,
                r#"9 {"phrase":"x","trust":40}"#,
                r#"18 {"command":"two","phrase":"one"}"#,
            ]
        );
    }

    #[test]
    fn what_is_no_list_of_commands_says_where() {
        for (page, expected) in [
            ("", "1 bad: the page has no block"),
            ("# text only", "1 bad: the page has no block"),
            ("```yaml\n- a: [1\n```", "bad: "),
            (
                "```yaml\n- a: 1\n  a: 2\n```",
                "3 bad: the key `a` is there twice",
            ),
            ("```yaml\n- &a {b: 1}\n- *a\n```", "3 bad: anchors and aliases"),
            ("```yaml\n- {? [a] : b}\n```", "bad: a key is no text"),
            ("```yaml\n- just text\n```", "2 \"just text\""),
        ] {
            let got = read(page);
            let last = got.last().unwrap();
            assert!(last.contains(expected), "{page}: {got:?}");
        }
        let deep = format!("```yaml\n- {}{}\n```", "[".repeat(2000), "]".repeat(2000));
        assert!(read(&deep)[0].contains("bad: "));
    }
}
