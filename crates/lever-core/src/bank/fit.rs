//! How a known command fits one that is taught: which of its parameters are which, and how its phrases are said then.

use std::collections::BTreeMap;

use crate::command::{Hole, Param, ParamKind};
use crate::decide::shape;
use crate::embed::lexicon::Shape as ValueShape;

use super::shape::{Piece, Shape};

/// What stands in a taught command where the bank's has a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Another parameter.
    Hole(String),
    /// This very text.
    Text(String),
    /// Nothing: it may be left out.
    Nothing,
}

/// The bank's parameters in terms of the taught command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fit {
    places: BTreeMap<String, Place>,
    /// Parameters whose default is not what the taught command has there: a phrase that leaves one out means another thing.
    changed: Vec<String>,
    /// How much had to be bent: 0 where every parameter is another's.
    pub(super) strain: u32,
}

impl Fit {
    /// Fits the bank's command to the taught one, whose parameters are `params`; `None` where they do different things.
    pub(super) fn find(taught: &Shape, known: &Shape, params: &[Param]) -> Option<Self> {
        let mut fit = Self::default();
        if taught.calls.len() != known.calls.len() {
            return None;
        }
        for (taught, known) in taught.calls.iter().zip(&known.calls) {
            let alike = taught.program == known.program
                && taught.joined_by == known.joined_by
                && taught.options == known.options;
            if !alike || !fit.align(&taught.words, &known.words, params) {
                return None;
            }
        }
        Some(fit)
    }

    fn align(&mut self, taught: &[Vec<Piece>], known: &[Vec<Piece>], params: &[Param]) -> bool {
        let before = self.clone();
        if let ([t, taught @ ..], [k, known @ ..]) = (taught, known)
            && self.pair(t, k, params)
            && self.align(taught, known, params)
        {
            return true;
        }
        *self = before;
        if let [k, known @ ..] = known
            && let Some(hole) = optional(k)
        {
            self.places.insert(hole.name.clone(), Place::Nothing);
            self.strain += 1;
            return self.align(taught, known, params);
        }
        if let [t, taught @ ..] = taught
            && let [Piece::Hole(hole)] = t.as_slice()
            && default_of(hole, params).is_some()
        {
            self.strain += 1;
            return self.align(taught, known, params);
        }
        taught.is_empty() && known.is_empty()
    }

    fn pair(&mut self, taught: &[Piece], known: &[Piece], params: &[Param]) -> bool {
        match (taught, known) {
            ([Piece::Hole(hole)], [Piece::Text(text)]) => {
                let fits = default_of(hole, params) == Some(text.as_str());
                self.strain += 1;
                fits
            }
            ([Piece::Text(text)], [Piece::Hole(hole)]) => {
                self.strain += 1;
                let kind = hole.effective_kind();
                // How many lines of it are shown is a detail; what is shown is not.
                let is_default = hole.default.as_deref().is_none_or(|default| default == text);
                if !is_default && shape(&kind) != ValueShape::Number {
                    self.changed.push(hole.name.clone());
                }
                kind.accepts(text) && self.place(&hole.name, Place::Text(text.clone()))
            }
            _ => {
                taught.len() == known.len()
                    && taught.iter().zip(known).all(|pair| match pair {
                        (Piece::Text(a), Piece::Text(b)) => a == b,
                        (Piece::Hole(a), Piece::Hole(b)) => {
                            alike(&kind_of(a, params), &b.effective_kind())
                                && self.place(&b.name, Place::Hole(a.name.clone()))
                        }
                        _ => false,
                    })
            }
        }
    }

    /// A parameter that stands twice has one meaning.
    fn place(&mut self, name: &str, place: Place) -> bool {
        if let Some(known) = self.places.get(name) {
            return *known == place;
        }
        self.places.insert(name.to_owned(), place);
        true
    }

    /// A phrase of the bank as the taught command would be asked for; `None` where that cannot be said: it names what the
    /// command doesn't take, or leaves out what it needs.
    pub(super) fn say(&self, phrase: &str, params: &[Param]) -> Option<String> {
        let mut said = String::new();
        let mut named: Vec<&str> = Vec::new();
        let mut changed = self.changed.clone();
        let mut at = 0;
        while let Some(open) = phrase[at..].find("{{") {
            let inner = Hole::extent(phrase, at + open).ok()?;
            let hole = Hole::parse(&phrase[inner.clone()]).ok()?;
            said.push_str(&phrase[at..at + open]);
            changed.retain(|name| *name != hole.name);
            match self.places.get(&hole.name)? {
                Place::Hole(name) => {
                    let param = params.iter().find(|param| param.name == *name)?;
                    named.push(&param.name);
                    said.push_str(&declare(param));
                }
                Place::Text(text) => said.push_str(text),
                Place::Nothing => return None,
            }
            at = inner.end + 2;
        }
        said.push_str(&phrase[at..]);
        let complete = params
            .iter()
            .all(|param| param.default.is_some() || named.contains(&param.name.as_str()));
        (complete && changed.is_empty()).then_some(said)
    }
}

/// The hole that is a whole word and may be left out.
fn optional(word: &[Piece]) -> Option<&Hole> {
    match word {
        [Piece::Hole(hole)] if hole.default.is_some() => Some(hole),
        _ => None,
    }
}

fn default_of<'a>(hole: &'a Hole, params: &'a [Param]) -> Option<&'a str> {
    let param = params.iter().find(|param| param.name == hole.name);
    param
        .and_then(|param| param.default.as_deref())
        .or(hole.default.as_deref())
}

fn kind_of(hole: &Hole, params: &[Param]) -> ParamKind {
    let param = params.iter().find(|param| param.name == hole.name);
    param.map_or_else(|| hole.effective_kind(), |param| param.kind.clone())
}

/// Whether parameters of the two kinds can mean the same: a number is no file.
fn alike(a: &ParamKind, b: &ParamKind) -> bool {
    let (a, b) = (shape(a), shape(b));
    a == b || a == ValueShape::Any || b == ValueShape::Any
}

/// A parameter as a phrase declares it.
fn declare(param: &Param) -> String {
    match &param.default {
        Some(default) => format!("{{{{{}:{}={default}}}}}", param.name, param.kind),
        None => format!("{{{{{}:{}}}}}", param.name, param.kind),
    }
}
