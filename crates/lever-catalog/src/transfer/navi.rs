//! navi's cheat sheets: `% tags`, `# description`, a command with `<variables>`, and `$ variable: how to list its values`.
//!
//! <https://github.com/denisidoro/navi/blob/master/docs/cheatsheet/syntax/README.md>

use std::io::{self, Read};

use lever_core::command::ParamKind;

use super::entry::Entry;
use super::item::{Item, Raw};
use super::pages::Page;
use super::placeholder::{Named, identifier};
use super::tldr::{lower_first, with_params};

/// A sheet for people is far shorter.
const MAX_SHEET: u64 = 16 * 1024 * 1024;

/// The commands of one sheet.
pub(crate) fn read(input: impl Read) -> io::Result<Vec<Item>> {
    let mut bytes = Vec::new();
    input.take(MAX_SHEET + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SHEET {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "a sheet has at most 16 MiB",
        ));
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => read_text(&text),
        Err(_) => vec![Item::bad(1, "not_utf8", "the sheet is not UTF-8")],
    })
}

/// The commands of a page of a folder or an archive.
pub(crate) fn read_page(page: &Page) -> Vec<Item> {
    let mut items = read_text(&page.text);
    for item in &mut items {
        item.file = Some(page.name.clone());
    }
    items
}

#[derive(Default)]
struct Sheet {
    items: Vec<Item>,
    tags: Vec<String>,
    description: Option<(u64, String)>,
    command: String,
    suggestions: Vec<(u64, String)>,
}

fn read_text(text: &str) -> Vec<Item> {
    let mut sheet = Sheet::default();
    let mut continued = false;
    for (number, line) in (1_u64..).zip(text.lines()) {
        let trimmed = line.trim();
        if continued {
            sheet.take_line(line);
        } else if trimmed.is_empty() {
            sheet.finish();
        } else if let Some(tags) = trimmed.strip_prefix('%') {
            sheet.finish();
            sheet.tags = tags
                .split(',')
                .map(|tag| tag.trim().to_owned())
                .filter(|tag| !tag.is_empty())
                .collect();
        } else if let Some(text) = trimmed.strip_prefix('#') {
            sheet.finish();
            sheet.description = Some((number, text.trim().to_owned()));
        } else if let Some(suggestion) = trimmed.strip_prefix("$ ") {
            sheet.finish();
            sheet.suggestions.push((number, suggestion.trim().to_owned()));
        } else if !trimmed.starts_with([';', '@']) && !trimmed.starts_with("```") {
            sheet.take_line(line);
        }
        continued = !sheet.command.is_empty() && line.trim_end().ends_with('\\');
    }
    sheet.finish();
    sheet.suggest();
    if sheet.items.is_empty() {
        sheet
            .items
            .push(Item::bad(1, "pages_empty", "there are no commands in it"));
    }
    sheet.items
}

impl Sheet {
    fn take_line(&mut self, line: &str) {
        if !self.command.is_empty() {
            self.command.push('\n');
        }
        self.command.push_str(line.trim_end());
    }

    /// Gives the commands what lists their variables' values. What needs more than the list (columns, a map) is told.
    fn suggest(&mut self) {
        for (line, text) in std::mem::take(&mut self.suggestions) {
            let plain = text.split_once(':').filter(|_| !text.contains(" --- "));
            let Some((name, template)) = plain else {
                let note = format!("how to list values is not taken: {text}");
                self.items.push(Item::new(line, Raw::Note(note)));
                continue;
            };
            let name = identifier(name);
            for item in &mut self.items {
                if let Raw::Entry(entry) = &mut item.raw
                    && entry.command.contains(&format!("{{{{{name}"))
                {
                    entry.suggest.insert(name.clone(), template.trim().to_owned());
                }
            }
        }
    }

    fn finish(&mut self) {
        let command = std::mem::take(&mut self.command);
        if command.is_empty() {
            return;
        }
        let Some((line, description)) = self.description.take() else {
            return;
        };
        let (template, params) = read_template(&joined(&command));
        self.items.push(Item::new(
            line,
            Raw::Entry(Box::new(Entry {
                phrase: with_params(&lower_first(description.trim_end_matches([':', '.'])), &params),
                command: template,
                tags: self.tags.clone(),
                ..Entry::default()
            })),
        ));
    }
}

/// Continued lines as one line; others as they are.
fn joined(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    for line in command.split_inclusive('\n') {
        match line.strip_suffix("\\\n") {
            Some(begun) => {
                out.push_str(begun.trim_end());
                out.push(' ');
            }
            None if out.ends_with(' ') => out.push_str(line.trim_start()),
            None => out.push_str(line),
        }
    }
    out
}

/// `<name>` as a parameter; other angle brackets are redirects.
fn read_template(command: &str) -> (String, Vec<Named>) {
    let mut template = String::with_capacity(command.len());
    let mut params: Vec<Named> = Vec::new();
    let mut rest = command;
    while let Some(open) = rest.find('<') {
        let (before, after) = rest.split_at(open);
        template.push_str(before);
        let name = after[1..].split('>').next().filter(|name| {
            after.len() > name.len() + 1
                && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
                && !identifier(name).is_empty()
        });
        let Some(name) = name else {
            template.push('<');
            rest = &after[1..];
            continue;
        };
        let named = Named {
            name: identifier(name),
            kind: ParamKind::infer(&identifier(name)),
        };
        template.push_str(&named.written());
        if params.iter().all(|other| other.name != named.name) {
            params.push(named);
        }
        rest = &after[name.len() + 2..];
    }
    template.push_str(rest);
    (template, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_variables_and_suggestions() {
        let sheet = "% git, code\n\n# Change branch\ngit checkout <branch>\n\n; a comment\n# Two lines\ncurl -H \"a: <Header Name>\" \\\n  <url> | cat < in.txt\n$ branch: git branch\n$ url: cat urls --- --column 2\n";
        let items = read_text(sheet);
        let got: Vec<_> = items
            .iter()
            .map(|item| match &item.raw {
                Raw::Entry(entry) => format!(
                    "{} {} | {} | {} | {:?}",
                    item.line,
                    entry.phrase,
                    entry.command,
                    entry.tags.join(","),
                    entry.suggest
                ),
                Raw::Note(note) => format!("{} {note}", item.line),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            got,
            [
                "3 change branch with {{branch}} | git checkout {{branch}} | git,code | {\"branch\": \"git branch\"}",
                "7 two lines with {{header_name}} and {{url}} | curl -H \"a: {{header_name}}\" {{url}} | cat < in.txt | git,code | {}",
                "11 how to list values is not taken: url: cat urls --- --column 2",
            ]
        );
    }
}
