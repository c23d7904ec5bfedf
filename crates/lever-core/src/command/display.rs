//! A bound command as a person reads it, with its values marked.

use std::borrow::Cow;
use std::ops::Range;

use super::plan::{Form, Part, Plan};
use super::quoting::{Quoting, document_ends};

/// The command as shell text that means what will run, and where in it the values are. `values` are those of the holes, in
/// order. `None` if the plan is damaged.
pub(super) fn render(plan: &Plan, argv: &[String], values: &[String]) -> Option<(String, Vec<Range<usize>>)> {
    match &plan.form {
        Form::Argv(words) => Some(render_argv(words, argv)),
        Form::Script { .. } => render_script(plan, values),
    }
}

fn render_argv(words: &[Vec<Part>], argv: &[String]) -> (String, Vec<Range<usize>>) {
    let (mut out, mut marks) = (String::new(), Vec::new());
    for (index, (parts, word)) in words.iter().zip(argv).enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let start = out.len();
        out.push_str(&quote(word));
        // Quoting moves the bytes inside a word, so the mark is the whole word where the value is only a part of it.
        if parts.iter().any(|part| matches!(part, Part::Value(_))) {
            marks.push(start..out.len());
        }
    }
    (out, marks)
}

fn render_script(plan: &Plan, values: &[String]) -> Option<(String, Vec<Range<usize>>)> {
    let (mut out, mut marks) = (String::new(), Vec::new());
    let mut at = 0;
    for (hole, value) in plan.holes.iter().zip(values) {
        let before = plan.template.get(at..hole.start)?;
        at = hole.end;
        if hole.guard.is_empty() {
            out.push_str(before);
        } else {
            // The guard goes before the quote that the hole stands in.
            let open = before.len() - usize::from(hole.quoting != Quoting::Bare);
            out.push_str(before.get(..open)?);
            out.push_str(&hole.guard);
            out.push(' ');
            out.push_str(before.get(open..)?);
        }
        let after = plan.template[at..].chars().next();
        let shown = if plan.is_secret(hole.slot.param) {
            Cow::Borrowed(plan.template.get(hole.start..hole.end)?)
        } else {
            quote_inside(value, hole.quoting, after)
        };
        if hole.quoting != Quoting::Single && shown.starts_with(is_name_char) {
            end_name(&mut out);
        }
        if hole.quoting == Quoting::Heredoc && may_end_document(&document_ends(&plan.template), &out, &shown)
        {
            out.push_str(NOTHING);
        }
        let start = out.len();
        out.push_str(&shown);
        marks.push(start..out.len());
    }
    out.push_str(plan.template.get(at..)?);
    Some((out, marks))
}

/// An expansion to nothing, in every shell.
const NOTHING: &str = "$()";

/// Whether a line of a document that goes on with `shown` could be taken for the document's end. A part of it is enough: dash 0.5.12
/// loses a byte of a line that begins as the end does and goes on outside ASCII.
fn may_end_document(ends: &[String], out: &str, shown: &str) -> bool {
    let line_at = out.rfind('\n').map_or(0, |at| at + 1);
    let line = format!("{}{shown}", &out[line_at..]);
    let line = line.trim_start_matches('\t');
    ends.iter().any(|end| {
        let same = line
            .chars()
            .zip(end.chars())
            .take_while(|(own, other)| own == other);
        let same: usize = same.map(|(c, _)| c.len_utf8()).sum();
        let goes_on = line[same..].chars().next();
        same > 0 && (same == end.len() || goes_on.is_none_or(|c| !c.is_ascii()))
    })
}

/// A value as shell text between these quotes, `after` being the character behind it.
fn quote_inside(value: &str, quoting: Quoting, after: Option<char>) -> Cow<'_, str> {
    let escape = |special: &[char]| {
        let mut out = String::with_capacity(value.len());
        for c in value.chars() {
            if special.contains(&c) {
                out.push('\\');
            }
            out.push(c);
        }
        Cow::Owned(out)
    };
    match quoting {
        // `2` before `>` would be a descriptor, and `a,b` or `1..3` between braces a list.
        Quoting::Bare if matches!(after, Some('<' | '>')) || value.contains(',') || value.contains("..") => {
            Cow::Owned(quote_always(value))
        }
        Quoting::Bare => quote(value),
        Quoting::Single => Cow::Owned(value.replace('\'', r"'\''")),
        Quoting::Double => escape(&['\\', '$', '"', '`']),
        Quoting::Heredoc => escape(&['\\', '$', '`']),
    }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Turns a `$name` at the end of `text` into `${name}`, so that what follows does not become a part of the name.
fn end_name(text: &mut String) {
    let name_at = text.trim_end_matches(is_name_char).len();
    let before = text[..name_at].trim_end_matches('$');
    let dollars = name_at - before.len();
    let escapes = before.len() - before.trim_end_matches('\\').len();
    // Of `$$` the second is a part of the first; of `\$` it is text.
    let is_expansion = (dollars - dollars.min(escapes % 2)) % 2 == 1;
    if name_at < text.len() && is_expansion {
        text.insert(name_at, '{');
        text.push('}');
    }
}

/// A word as shell text: itself if it has nothing special, else in single quotes.
pub fn quote(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+=:,./@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(quote_always(word))
}

fn quote_always(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
