//! A phrase: one way to ask for a command, with slots for its values.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use super::pattern::{self, Part};
use crate::command::hole::HoleError;
use crate::command::param_kind::ParamKind;
use crate::text::{self, TextError};

/// How a phrase's text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// Text is itself, but for its `{{slots}}`.
    Literal,
    /// `(a|b)` are alternatives, `[a]` and `[a|b]` may be left out, nested as one likes; `\` before one of `( ) [ ] | \`
    /// takes it as it is. The notation is that of Home Assistant's hassil.
    Pattern,
}

/// Most slots in a phrase.
pub const MAX_SLOTS: usize = text::MAX_PLACEHOLDERS;

/// Most texts that a phrase may stand for.
///
/// A pattern is expanded before it is read: what normalisation does to a word depends on its neighbours (contractions,
/// politeness at the ends, quotation marks), so only a whole text can be read as the request that it stands for. The
/// trie shares what the expansions have in common; the bound keeps a hostile pattern from filling it.
pub const MAX_EXPANSIONS: usize = 1024;

/// A slot of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Name of the parameter that it fills.
    pub name: String,
    /// The type as written; `None` where the name suggests it ([`Slot::effective_kind`]).
    pub kind: Option<ParamKind>,
    /// The value when a request leaves the slot out.
    pub default: Option<String>,
    /// From `{{` to `}}`, as bytes of the phrase's text.
    pub span: Range<usize>,
}

impl Slot {
    /// The type as written, or the one that the name suggests.
    pub fn effective_kind(&self) -> ParamKind {
        self.kind.clone().unwrap_or_else(|| ParamKind::infer(&self.name))
    }
}

/// A phrase, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    text: String,
    syntax: Syntax,
    slots: Vec<Slot>,
    expansions: Vec<Vec<Element>>,
    key: String,
}

/// One step of an expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    /// A literal token: [`text::Token::id`].
    Literal(u64),
    /// Index of a slot.
    Slot(u8),
}

/// What is wrong with a phrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhraseErrorKind {
    /// No words.
    #[error("the phrase is empty")]
    Empty,
    /// Longer than a request can be, or with a character that no request can hold.
    #[error(transparent)]
    Text(TextError),
    /// A slot's declaration.
    #[error(transparent)]
    Hole(HoleError),
    /// `(` or `[` without its end.
    #[error("`{0}` is never closed")]
    Unclosed(char),
    /// `)` or `]` without its beginning.
    #[error("`{0}` closes nothing")]
    Unopened(char),
    /// `(a|)` or `()`.
    #[error("an alternative is empty")]
    EmptyAlternative,
    /// `a|b` outside of parentheses.
    #[error("`|` stands outside of a group")]
    BarOutsideGroup,
    /// `\` before something else than `( ) [ ] | \`.
    #[error("`\\` must stand before one of ( ) [ ] | \\")]
    BadEscape,
    /// The same name twice in what one request would have to give, or with two declarations.
    #[error("slot `{0}` is declared twice")]
    DuplicateSlot(String),
    /// `v{{version}}`: a slot is one or several whole words.
    #[error("slot `{0}` is attached to other text")]
    AttachedSlot(String),
    /// A secret must not be part of a request.
    #[error("slot `{0}` is a secret")]
    SecretSlot(String),
    /// No literal word, so that it would answer everything.
    #[error("the phrase has no words of its own beside its slots")]
    OnlySlots,
    /// More than [`MAX_SLOTS`].
    #[error("the phrase has more than {MAX_SLOTS} slots")]
    TooManySlots,
    /// Groups within groups within groups.
    #[error("groups are nested more than {} deep", pattern::MAX_DEPTH)]
    TooDeep,
    /// More than [`MAX_EXPANSIONS`].
    #[error("the pattern stands for more than {MAX_EXPANSIONS} phrases")]
    TooManyExpansions,
}

/// A phrase that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct PhraseError {
    /// What is wrong.
    pub kind: PhraseErrorKind,
    /// Where, as bytes of the phrase's text.
    pub span: Range<usize>,
}

impl PhraseError {
    pub(super) fn new(kind: PhraseErrorKind, span: Range<usize>) -> Self {
        Self { kind, span }
    }

    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match &self.kind {
            PhraseErrorKind::Empty | PhraseErrorKind::Text(TextError::Empty) => "empty_phrase",
            PhraseErrorKind::Text(TextError::TooLong(_)) => "phrase_too_long",
            PhraseErrorKind::Text(error) => error.code(),
            PhraseErrorKind::Hole(error) => error.code(),
            PhraseErrorKind::Unclosed(_) | PhraseErrorKind::Unopened(_) => "unbalanced_group",
            PhraseErrorKind::EmptyAlternative => "empty_alternative",
            PhraseErrorKind::BarOutsideGroup => "bar_outside_group",
            PhraseErrorKind::BadEscape => "bad_escape",
            PhraseErrorKind::DuplicateSlot(_) => "duplicate_slot",
            PhraseErrorKind::AttachedSlot(_) => "attached_slot",
            PhraseErrorKind::SecretSlot(_) => "secret_slot",
            PhraseErrorKind::OnlySlots => "only_slots",
            PhraseErrorKind::TooManySlots => "too_many_slots",
            PhraseErrorKind::TooDeep => "too_deep",
            PhraseErrorKind::TooManyExpansions => "too_many_expansions",
        }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match &self.kind {
            PhraseErrorKind::Hole(error) => return error.hint(),
            PhraseErrorKind::Empty | PhraseErrorKind::Text(TextError::Empty) => {
                "write how you would ask, as in \"check disk usage\""
            }
            PhraseErrorKind::Text(TextError::TooLong(_)) => "shorten it",
            PhraseErrorKind::Text(TextError::Forbidden { .. }) => "remove it",
            PhraseErrorKind::Unclosed('(') => "close it with `)`, or write `\\(` for a parenthesis",
            PhraseErrorKind::Unclosed(_) => "close it with `]`, or write `\\[` for a bracket",
            PhraseErrorKind::Unopened(_) => "remove it, or write `\\` before it",
            PhraseErrorKind::EmptyAlternative => "write `[a]` for words that may be left out",
            PhraseErrorKind::BarOutsideGroup => "put the alternatives in parentheses: (show|list) logs",
            PhraseErrorKind::BadEscape => "write `\\\\` for a backslash",
            PhraseErrorKind::DuplicateSlot(_) => "give each slot its own name, and the same slot the same type",
            PhraseErrorKind::AttachedSlot(_) => "put a space on both sides of it",
            PhraseErrorKind::SecretSlot(_) => {
                "leave it out of the phrase, it is asked for when the command runs; or give the slot another type, as in \
                 {{token:word}}"
            }
            PhraseErrorKind::OnlySlots => "add the words that tell it from other requests",
            PhraseErrorKind::TooManySlots => "split it into several phrases",
            PhraseErrorKind::TooDeep | PhraseErrorKind::TooManyExpansions => "use fewer alternatives, or several phrases",
        }
        .to_owned()
    }
}

impl Phrase {
    /// Reads a phrase. A slot with a default may be left out of a request: the slot alone, and no word around it, so
    /// that `show the last {{n:int=20}} lines` is also `show the last lines`, but not `show lines`.
    pub fn parse(text: &str, syntax: Syntax) -> Result<Self, PhraseError> {
        let whole = 0..text.len();
        text::check_characters(text).map_err(|error| {
            let span = error.span().unwrap_or(whole.clone());
            PhraseError::new(PhraseErrorKind::Text(error), span)
        })?;
        if text.trim().is_empty() {
            return Err(PhraseError::new(PhraseErrorKind::Empty, whole));
        }
        let mut slots = Vec::new();
        let tree = pattern::parse(text, syntax, &mut slots)?;
        let mut expansions = Vec::new();
        let mut keys = BTreeSet::new();
        let mut key = String::new();
        for parts in pattern::expand(&tree, &slots)? {
            let Some((elements, spelt)) = read_expansion(&parts, &slots, text)? else {
                continue;
            };
            if expansions.is_empty() {
                key.clone_from(&spelt);
            }
            if keys.insert(spelt) {
                expansions.push(elements);
            }
        }
        if expansions.is_empty() {
            return Err(PhraseError::new(PhraseErrorKind::Empty, whole));
        }
        if syntax == Syntax::Pattern && keys.len() > 1 {
            let all = keys
                .iter()
                .fold(0, |seed, spelt| text::hash(spelt.as_bytes(), seed));
            let _ = write!(key, " ~{all:016x}");
        }
        Ok(Self {
            text: text.to_owned(),
            syntax,
            slots,
            expansions,
            key,
        })
    }

    /// The phrase as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it was read.
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Its slots, in the order in which they are first written.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Canonical text: as [`text::Normalised::key`], each slot as its type in braces. Two phrases with equal keys match
    /// the same requests; `kill {int}` and `kill {word}` are different phrases. A pattern's key is that of its fullest
    /// text and a digest of all.
    pub fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn expansions(&self) -> &[Vec<Element>] {
        &self.expansions
    }
}

/// Reads one text that a phrase stands for, and spells its key; `None` if it has no words.
fn read_expansion(
    parts: &[Part],
    slots: &[Slot],
    source: &str,
) -> Result<Option<(Vec<Element>, String)>, PhraseError> {
    let mut line = String::with_capacity(source.len());
    for part in parts {
        match part {
            Part::Text(range) => line.push_str(&source[range.clone()]),
            Part::Slot(index) => line.push(text::placeholder(usize::from(*index))),
        }
    }
    let read = match text::normalise_phrase(&line) {
        Ok(read) => read,
        Err(TextError::Empty) => return Ok(None),
        Err(error) => return Err(PhraseError::new(PhraseErrorKind::Text(error), 0..source.len())),
    };
    let mut elements = Vec::new();
    for token in read.content() {
        let Some(index) = token.text.chars().find_map(text::placeholder_index) else {
            elements.push(Element::Literal(token.id));
            continue;
        };
        // Alone, or alone between quotation marks.
        if token.text.chars().nth(1).is_some() {
            let slot = &slots[index];
            return Err(PhraseError::new(
                PhraseErrorKind::AttachedSlot(slot.name.clone()),
                slot.span.clone(),
            ));
        }
        elements.push(Element::Slot(index as u8));
    }
    if !elements
        .iter()
        .any(|element| matches!(element, Element::Literal(_)))
    {
        return Err(PhraseError::new(PhraseErrorKind::OnlySlots, 0..source.len()));
    }
    let mut key = String::with_capacity(source.len());
    for c in read.key().chars() {
        match text::placeholder_index(c) {
            Some(index) => {
                let _ = write!(key, "{{{}}}", slots[index].effective_kind());
            }
            None => key.push(c),
        }
    }
    Ok(Some((elements, key)))
}
