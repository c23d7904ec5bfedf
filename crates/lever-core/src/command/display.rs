//! A bound command as a person reads it, with its values marked.

use std::borrow::Cow;
use std::ops::Range;

use super::plan::{Form, Part, Plan};
use super::quoting::Quoting;

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
        let start = out.len();
        match plan.is_secret(hole.slot.param) {
            true => out.push_str(plan.template.get(hole.start..hole.end)?),
            false => out.push_str(&quote_inside(value, hole.quoting)),
        }
        marks.push(start..out.len());
    }
    out.push_str(plan.template.get(at..)?);
    Some((out, marks))
}

/// A value as shell text between these quotes.
fn quote_inside(value: &str, quoting: Quoting) -> Cow<'_, str> {
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
        Quoting::Bare => quote(value),
        Quoting::Single => Cow::Owned(value.replace('\'', r"'\''")),
        Quoting::Double => escape(&['\\', '$', '"', '`']),
        Quoting::Heredoc => escape(&['\\', '$', '`']),
    }
}

/// A word as shell text: itself if it has nothing special, else in single quotes.
pub fn quote(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+=:,./@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}
