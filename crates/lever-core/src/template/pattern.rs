//! Reads the notation of phrases into a tree, and expands the tree into the texts that it stands for.

use std::ops::Range;

use super::phrase::{MAX_EXPANSIONS, MAX_SLOTS, PhraseError, PhraseErrorKind, Slot, Syntax};
use crate::command::hole::Hole;
use crate::command::param_kind::ParamKind;

/// Deepest nesting of groups.
pub(super) const MAX_DEPTH: usize = 16;

pub(super) enum Node {
    /// Bytes of the source.
    Text(Range<usize>),
    /// Index of a slot, and where it stands.
    Slot(u8, Range<usize>),
    Group {
        alternatives: Vec<Vec<Node>>,
        optional: bool,
    },
}

/// A piece of an expansion.
#[derive(Clone)]
pub(super) enum Part {
    Text(Range<usize>),
    Slot(u8),
}

pub(super) fn parse(source: &str, syntax: Syntax, slots: &mut Vec<Slot>) -> Result<Vec<Node>, PhraseError> {
    let mut parser = Parser {
        source,
        syntax,
        at: 0,
        slots,
    };
    let tree = parser.sequence(0)?;
    match parser.source[parser.at..].chars().next() {
        None => Ok(tree),
        Some('|') => Err(parser.error(PhraseErrorKind::BarOutsideGroup, parser.at)),
        Some(c) => Err(parser.error(PhraseErrorKind::Unopened(c), parser.at)),
    }
}

struct Parser<'a> {
    source: &'a str,
    syntax: Syntax,
    at: usize,
    slots: &'a mut Vec<Slot>,
}

impl Parser<'_> {
    /// Up to the end, or to a `|`, `)` or `]` that is not this sequence's own.
    fn sequence(&mut self, depth: usize) -> Result<Vec<Node>, PhraseError> {
        let mut nodes = Vec::new();
        let mut start = self.at;
        while let Some(c) = self.source[self.at..].chars().next() {
            let pattern = self.syntax == Syntax::Pattern;
            let hole = self.source[self.at..].starts_with("{{");
            let special = hole || (pattern && matches!(c, '(' | '[' | ')' | ']' | '|' | '\\'));
            if !special {
                self.at += c.len_utf8();
                continue;
            }
            if start < self.at {
                nodes.push(Node::Text(start..self.at));
            }
            match c {
                '{' => nodes.push(self.slot()?),
                '(' | '[' => nodes.push(self.group(c, depth + 1)?),
                '\\' => {
                    let escaped = self.at + 1;
                    if !self.source[escaped..].starts_with(['(', ')', '[', ']', '|', '\\']) {
                        return Err(self.error(PhraseErrorKind::BadEscape, self.at));
                    }
                    nodes.push(Node::Text(escaped..escaped + 1));
                    self.at = escaped + 1;
                }
                _ => return Ok(nodes),
            }
            start = self.at;
        }
        if start < self.at {
            nodes.push(Node::Text(start..self.at));
        }
        Ok(nodes)
    }

    fn group(&mut self, open: char, depth: usize) -> Result<Node, PhraseError> {
        let opened = self.at;
        if depth > MAX_DEPTH {
            return Err(self.error(PhraseErrorKind::TooDeep, opened));
        }
        let close = if open == '(' { ')' } else { ']' };
        let mut alternatives = Vec::new();
        loop {
            self.at += 1;
            let start = self.at;
            let nodes = self.sequence(depth)?;
            let blank = nodes.iter().all(
                |node| matches!(node, Node::Text(range) if self.source[range.clone()].trim().is_empty()),
            );
            let next = self.source[self.at..].chars().next();
            if next.is_none() {
                return Err(self.error(PhraseErrorKind::Unclosed(open), opened));
            }
            if blank {
                let span = start.saturating_sub(1)..self.at + 1;
                return Err(PhraseError::new(PhraseErrorKind::EmptyAlternative, span));
            }
            alternatives.push(nodes);
            match next {
                Some('|') => {}
                Some(c) if c == close => break,
                Some(c) => return Err(self.error(PhraseErrorKind::Unopened(c), self.at)),
                None => return Err(self.error(PhraseErrorKind::Unclosed(open), opened)),
            }
        }
        self.at += 1;
        Ok(Node::Group {
            alternatives,
            optional: open == '[',
        })
    }

    fn slot(&mut self) -> Result<Node, PhraseError> {
        let hole_error = |error: crate::command::hole::HoleError| {
            let span = error.span.clone();
            PhraseError::new(PhraseErrorKind::Hole(error), span)
        };
        let inner = Hole::extent(self.source, self.at).map_err(hole_error)?;
        let declared = Hole::parse(&self.source[inner.clone()])
            .map_err(|error| hole_error(error.shifted(inner.start)))?;
        let span = self.at..inner.end + 2;
        self.at = span.end;
        let slot = Slot {
            name: declared.name,
            kind: declared.kind,
            default: declared.default,
            span,
        };
        let place = slot.span.clone();
        if slot.effective_kind() == ParamKind::Secret {
            return Err(PhraseError::new(PhraseErrorKind::SecretSlot(slot.name), place));
        }
        let index = match self.slots.iter().position(|known| known.name == slot.name) {
            Some(index) => {
                let known = &self.slots[index];
                if known.kind != slot.kind || known.default != slot.default {
                    return Err(PhraseError::new(PhraseErrorKind::DuplicateSlot(slot.name), place));
                }
                index
            }
            None if self.slots.len() == MAX_SLOTS => {
                return Err(PhraseError::new(PhraseErrorKind::TooManySlots, place));
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        Ok(Node::Slot(index as u8, place))
    }

    fn error(&self, kind: PhraseErrorKind, at: usize) -> PhraseError {
        let length = self.source[at..].chars().next().map_or(0, char::len_utf8);
        PhraseError::new(kind, at..at + length)
    }
}

/// All texts that a tree stands for, the fullest first: with what may be left out, then without.
pub(super) fn expand(tree: &[Node], slots: &[Slot]) -> Result<Vec<Vec<Part>>, PhraseError> {
    if count(tree, slots) > MAX_EXPANSIONS {
        let end = tree.iter().map(end_of).max().unwrap_or(0);
        return Err(PhraseError::new(PhraseErrorKind::TooManyExpansions, 0..end));
    }
    let mut done = vec![Vec::new()];
    append(&mut done, tree, slots);
    // A request gives one value for a name.
    for parts in &done {
        let mut seen = [false; MAX_SLOTS];
        for part in parts {
            let Part::Slot(index) = part else { continue };
            if std::mem::replace(&mut seen[usize::from(*index)], true) {
                let slot = &slots[usize::from(*index)];
                let place = last_place(tree, *index).unwrap_or(slot.span.clone());
                return Err(PhraseError::new(
                    PhraseErrorKind::DuplicateSlot(slot.name.clone()),
                    place,
                ));
            }
        }
    }
    Ok(done)
}

fn count(nodes: &[Node], slots: &[Slot]) -> usize {
    nodes.iter().fold(1usize, |product, node| {
        product.saturating_mul(match node {
            Node::Text(_) => 1,
            Node::Slot(index, _) => 1 + usize::from(slots[usize::from(*index)].default.is_some()),
            Node::Group {
                alternatives,
                optional,
            } => alternatives.iter().fold(usize::from(*optional), |sum, nodes| {
                sum.saturating_add(count(nodes, slots))
            }),
        })
    })
}

fn append(done: &mut Vec<Vec<Part>>, nodes: &[Node], slots: &[Slot]) {
    for node in nodes {
        let mut choices: Vec<Vec<Part>> = Vec::new();
        match node {
            Node::Text(range) => choices.push(vec![Part::Text(range.clone())]),
            Node::Slot(index, _) => {
                choices.push(vec![Part::Slot(*index)]);
                if slots[usize::from(*index)].default.is_some() {
                    choices.push(Vec::new());
                }
            }
            Node::Group {
                alternatives,
                optional,
            } => {
                for nodes in alternatives {
                    let mut inner = vec![Vec::new()];
                    append(&mut inner, nodes, slots);
                    choices.extend(inner);
                }
                if *optional {
                    choices.push(Vec::new());
                }
            }
        }
        *done = done
            .iter()
            .flat_map(|head| {
                choices
                    .iter()
                    .map(|tail| head.iter().chain(tail).cloned().collect())
            })
            .collect();
    }
}

fn end_of(node: &Node) -> usize {
    match node {
        Node::Text(range) | Node::Slot(_, range) => range.end,
        Node::Group { alternatives, .. } => alternatives.iter().flatten().map(end_of).max().unwrap_or(0),
    }
}

fn last_place(nodes: &[Node], wanted: u8) -> Option<Range<usize>> {
    nodes.iter().rev().find_map(|node| match node {
        Node::Slot(index, place) => (*index == wanted).then(|| place.clone()),
        Node::Group { alternatives, .. } => alternatives
            .iter()
            .rev()
            .find_map(|nodes| last_place(nodes, wanted)),
        Node::Text(_) => None,
    })
}
