//! tldr pages: an example of use a command, with the values as parameters.
//!
//! <https://github.com/tldr-pages/tldr/blob/main/contributing-guides/style-guide.md>

use std::collections::HashMap;
use std::path::Path;

use lever_core::command::ParamKind;

use super::entry::Entry;
use super::item::{Bad, Item, Raw};
use super::pages::{self, Page};
use super::placeholder::{Named, identifier, name_example};

/// An example before it is known whether others are described in the same words.
struct Example {
    file: String,
    line: u64,
    program: String,
    description: String,
    template: Result<(String, Vec<Named>), Bad>,
    tags: Vec<String>,
}

/// The examples of all pages, those for other systems left out.
pub(crate) fn read(path: &Path, platform: &str) -> std::io::Result<Vec<Item>> {
    let mut examples = Vec::new();
    let mut elsewhere = 0_u64;
    for page in pages::read(path, "md")? {
        if is_for(&page.name, platform) {
            read_page(&page, &mut examples);
        } else {
            elsewhere += 1;
        }
    }
    let mut described: HashMap<String, u32> = HashMap::new();
    for example in &examples {
        *described.entry(example.description.to_lowercase()).or_default() += 1;
    }
    let mut items: Vec<Item> = examples
        .into_iter()
        .map(|example| {
            let alone = described.get(&example.description.to_lowercase()) == Some(&1);
            example.into_item(alone)
        })
        .collect();
    if items.is_empty() {
        items.push(Item::bad(1, "pages_empty", "there are no tldr pages in it"));
    }
    if elsewhere > 0 {
        let note = format!("{elsewhere} pages are for other systems and were passed over");
        items.insert(0, Item::new(1, Raw::Note(note)));
    }
    Ok(items)
}

/// Pages lie in folders by system; `common` is for all.
fn is_for(name: &str, platform: &str) -> bool {
    let mut folders = name.rsplit('/').skip(1);
    let other = match platform {
        "macos" => "linux",
        _ => "osx",
    };
    !folders.any(|folder| {
        folder == other
            || matches!(
                folder,
                "android" | "windows" | "freebsd" | "netbsd" | "openbsd" | "sunos"
            )
    })
}

fn read_page(page: &Page, examples: &mut Vec<Example>) {
    let mut program = String::new();
    let mut description: Option<(u64, String)> = None;
    for (number, line) in (1_u64..).zip(page.text.lines()) {
        let line = line.trim();
        if let Some(title) = line.strip_prefix("# ") {
            title.trim().clone_into(&mut program);
        } else if let Some(text) = line.strip_prefix("- ") {
            description = Some((number, describe(text)));
        } else if let Some(command) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'))
            && let Some((line, description)) = description.take()
        {
            examples.push(Example {
                file: page.name.clone(),
                line,
                template: read_template(command),
                tags: vec!["tldr".to_owned(), identifier(&program)],
                program: program.clone(),
                description,
            });
        }
    }
}

/// Without the marks of mnemonics (`[c]reate`), code and the colon at the end.
fn describe(text: &str) -> String {
    let text = text.trim().trim_end_matches([':', '.']).replace('`', "");
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c == '['
            && let Some(close) = chars[at..].iter().position(|c| *c == ']')
            && (2..=4).contains(&close)
            && chars[at + 1..at + close].iter().all(|c| c.is_alphanumeric())
        {
            out.extend(&chars[at + 1..at + close]);
            at += close + 1;
        } else {
            out.push(c);
            at += 1;
        }
    }
    lower_first(&out.replace("{{", "").replace("}}", ""))
}

/// `Create` becomes `create`; `DNS` stays.
pub(crate) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// The shell text with our parameters in the place of theirs.
fn read_template(command: &str) -> Result<(String, Vec<Named>), Bad> {
    let mut template = String::with_capacity(command.len());
    let mut params: Vec<Named> = Vec::new();
    let mut examples: HashMap<String, usize> = HashMap::new();
    let mut rest = command;
    while let Some(found) = rest.find("{{") {
        // Of three braces the first is the command's own: `${{{variable}}}`.
        let open = found + rest[found..].bytes().take_while(|byte| *byte == b'{').count() - 2;
        // `\{\{` stands for braces that the command itself has.
        template.push_str(&plain(&rest[..open]));
        let inside = &rest[open + 2..];
        let Some(close) = closing(inside) else {
            return Err(Bad::new("placeholder_open", "a placeholder is not closed"));
        };
        let example = inside[..close].trim();
        rest = &inside[close + 2..];
        if let Some(option) = long_option(example) {
            template.push_str(option);
            continue;
        }
        let index = if let Some(index) = examples.get(example) {
            *index
        } else {
            let mut named = name_example(example, option_before(&template));
            if template.trim_end().ends_with(['<', '>']) {
                // The file of a redirect.
                named.kind = ParamKind::Path;
            }
            let base = named.name.clone();
            let mut number = 2;
            while params.iter().any(|other| other.name == named.name) {
                named.name = format!("{base}_{number}");
                number += 1;
            }
            examples.insert(example.to_owned(), params.len());
            params.push(named);
            params.len() - 1
        };
        template.push_str(&params[index].written());
    }
    template.push_str(&plain(rest));
    Ok((template, params))
}

/// Where `}}` ends the placeholder. A brace that was opened inside is closed before it.
fn closing(inside: &str) -> Option<usize> {
    let at = inside.find("}}")?;
    let run = inside[at..].bytes().take_while(|byte| *byte == b'}').count();
    let opened = inside[..at].bytes().filter(|byte| *byte == b'{').count();
    Some(at + opened.min(run - 2))
}

fn plain(text: &str) -> String {
    text.replace(r"\{\{", "{{").replace(r"\}\}", "}}")
}

/// `[-l|--long]` is one option in two spellings: the one that says more.
fn long_option(example: &str) -> Option<&str> {
    let inside = example.strip_prefix('[')?.strip_suffix(']')?;
    let spellings: Vec<&str> = inside.split('|').collect();
    let options = spellings.len() > 1 && spellings.iter().all(|one| one.starts_with(['-', '+', '/']));
    let words = spellings.len() == 2 && spellings.iter().all(|one| is_subcommand(one));
    if options {
        spellings.into_iter().max_by_key(|one| one.len())
    } else if words && spellings[1].starts_with(spellings[0].get(..1)?) {
        // `[i|install]`: a subcommand and its short name.
        spellings.into_iter().max_by_key(|one| one.len())
    } else {
        None
    }
}

fn is_subcommand(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

fn option_before(template: &str) -> Option<&str> {
    let trimmed = template.trim_end_matches(['=', '"', '\'', ' ']);
    let word = trimmed.split_whitespace().next_back()?;
    (word.starts_with('-') && word.len() < 40 && !word.contains(['{', '='])).then_some(word)
}

impl Example {
    fn into_item(self, alone: bool) -> Item {
        let raw = match self.template {
            Err(bad) => Raw::Bad(bad),
            Ok((command, params)) => {
                let mut phrase = self.description;
                let named = phrase
                    .to_lowercase()
                    .split_whitespace()
                    .any(|word| word == self.program.to_lowercase());
                if !alone && !named {
                    phrase = format!("{phrase} using {}", self.program);
                }
                Raw::Entry(Box::new(Entry {
                    phrase: with_params(&phrase, &params),
                    command,
                    tags: self.tags,
                    ..Entry::default()
                }))
            }
        };
        Item {
            line: self.line,
            file: Some(self.file),
            raw,
        }
    }
}

/// A phrase names every value that its command needs.
pub(crate) fn with_params(phrase: &str, params: &[Named]) -> String {
    let mut out = phrase.to_owned();
    for (at, param) in params.iter().enumerate() {
        out.push_str(if at == 0 { " with " } else { " and " });
        out.push_str(&param.written());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Vec<(u64, String, String)> {
        let mut examples = Vec::new();
        let page = Page {
            name: "pages/common/x.md".into(),
            text: text.into(),
        };
        read_page(&page, &mut examples);
        examples
            .into_iter()
            .map(|example| {
                let item = example.into_item(false);
                match item.raw {
                    Raw::Entry(entry) => (item.line, entry.phrase, entry.command),
                    other => panic!("{other:?}"),
                }
            })
            .collect()
    }

    #[test]
    fn an_example_is_a_phrase_and_a_template() {
        let page = "# tar\n\n> Archives.\n\n- E[x]tract an archive [f]ile:\n\n`tar xf {{path/to/source.tar[.gz|.bz2]}} {{[-C|--directory]}} {{path/to/directory}}`\n\n- Lis[t] with `tar`:\n\n`tar tf {{path/to/file1}} {{path/to/file2}} {{path/to/file1}}`\n";
        assert_eq!(
            read_text(page),
            [
                (
                    5,
                    "extract an archive file using tar with {{source}} and {{directory}}".into(),
                    "tar xf {{source}} --directory {{directory}}".into()
                ),
                (
                    9,
                    "list with tar with {{file1}} and {{file2}}".into(),
                    "tar tf {{file1}} {{file2}} {{file1}}".into()
                ),
            ]
        );
    }

    #[test]
    fn braces_of_the_command_stay_its_own() {
        assert_eq!(
            read_template(r#"docker inspect --format "\{\{.Name\}\}" {{container}}"#)
                .unwrap()
                .0,
            r#"docker inspect --format "{{.Name}}" {{container}}"#
        );
        assert_eq!(
            read_template("echo ${{{variable}}}").unwrap().0,
            "echo ${{{variable}}}"
        );
        assert!(read_template("echo {{variable").is_err());
    }

    #[test]
    fn other_systems_pages_are_told_from_ours() {
        for (name, linux, macos) in [
            ("pages/common/tar.md", true, true),
            ("pages/linux/apt.md", true, false),
            ("pages/osx/pbcopy.md", false, true),
            ("pages/windows/dir.md", false, false),
            ("tar.md", true, true),
        ] {
            assert_eq!(
                (is_for(name, "linux"), is_for(name, "macos")),
                (linux, macos),
                "{name}"
            );
        }
    }
}
