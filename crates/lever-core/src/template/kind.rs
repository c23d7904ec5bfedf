//! What a slot of each type takes from a request.

use std::cell::Cell;
use std::sync::OnceLock;

use regex::Regex;

use super::find::Certainty;
use crate::command::param_kind::{ParamKind, compile_regex};
use crate::text::{Normalised, Token, TokenKind, is_stop_word, normalise};

/// Most tokens that a slot for free text swallows.
pub(super) const MAX_TEXT_TOKENS: usize = 32;

/// A slot's type, ready for matching.
pub(super) struct SlotKind {
    kind: ParamKind,
    /// Ids of each choice's words.
    choices: Vec<Vec<u64>>,
    /// Compiled when it is first needed.
    regex: OnceLock<Option<Regex>>,
}

/// Where in a request a slot is tried: content tokens, by index into all of them.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) request: &'a Normalised,
    pub(super) content: &'a [u16],
    /// One a content token: several types ask the same of it. All [`Class::Unknown`] at first.
    pub(super) classes: &'a [Cell<Class>],
}

/// What is known of a token's likeness to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Class {
    #[default]
    Unknown,
    /// A word that never names a thing.
    Stop,
    /// ASCII letters, or letters and digits: every free type but `url` takes it, and no strict one.
    Plain,
    /// To be looked at by each type.
    Other,
}

impl<'a> View<'a> {
    pub(super) fn token(&self, at: usize) -> &'a Token {
        &self.request.tokens()[usize::from(self.content[at])]
    }

    /// Whether the place before `at` lies inside a contraction, whose words have one source.
    #[inline]
    fn is_inside_contraction(&self, at: usize) -> bool {
        at > 0 && at < self.content.len() && self.token(at - 1).span == self.token(at).span
    }

    #[inline]
    fn class(&self, at: usize) -> Class {
        let known = self.classes[at].get();
        if known != Class::Unknown {
            return known;
        }
        self.find_class(at)
    }

    fn find_class(&self, at: usize) -> Class {
        let token = self.token(at);
        let class = if token.kind != TokenKind::Word {
            Class::Other
        } else if is_stop_word(&token.text) {
            Class::Stop
        } else if token.span.len() < 64 && self.value(at).bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Class::Plain
        } else {
            Class::Other
        };
        self.classes[at].set(class);
        class
    }

    fn value(&self, at: usize) -> &'a str {
        let token = usize::from(self.content[at]);
        self.request.value(token..token + 1)
    }
}

impl SlotKind {
    pub(super) fn new(kind: ParamKind) -> Self {
        let choices = match &kind {
            ParamKind::Choice(choices) => choices
                .iter()
                .map(|choice| match normalise(choice) {
                    Ok(read) => read.tokens().iter().map(|token| token.id).collect(),
                    Err(_) => Vec::new(),
                })
                .collect(),
            _ => Vec::new(),
        };
        Self {
            kind,
            choices,
            regex: OnceLock::new(),
        }
    }

    /// Whether a value of this type cannot be mistaken for an ordinary word.
    pub(super) fn is_strict(&self, view: View, at: usize) -> bool {
        match self.kind {
            ParamKind::Int
            | ParamKind::Float
            | ParamKind::Port
            | ParamKind::Choice(_)
            | ParamKind::Regex(_) => true,
            ParamKind::Url => view.value(at).contains("://"),
            _ => false,
        }
    }

    /// Whether it can take different numbers of tokens.
    pub(super) fn is_variable(&self) -> bool {
        matches!(self.kind, ParamKind::Text | ParamKind::Choice(_))
    }

    /// Calls `each` with every number of tokens from `at` that this slot can take, and how certain that is.
    pub(super) fn try_at(&self, view: View, at: usize, mut each: impl FnMut(usize, Certainty)) {
        if view.is_inside_contraction(at) {
            return;
        }
        if let ParamKind::Choice(_) = self.kind {
            if view.token(at).kind == TokenKind::Quoted {
                if self.kind.accepts(view.value(at)) {
                    each(1, Certainty::Exact);
                }
                return;
            }
            for words in &self.choices {
                let end = at + words.len();
                let same = !words.is_empty()
                    && end <= view.content.len()
                    && (at..end).zip(words).all(|(at, &id)| view.token(at).id == id);
                if same && !view.is_inside_contraction(end) {
                    each(words.len(), Certainty::Exact);
                }
            }
            return;
        }
        if !view.is_inside_contraction(at + 1)
            && let Some(certainty) = self.takes_one(view, at)
        {
            each(1, certainty);
        }
        if self.kind == ParamKind::Text {
            let most = MAX_TEXT_TOKENS.min(view.content.len() - at);
            // "all of it" names nothing, in however many words.
            let mut names = view.class(at) != Class::Stop;
            for count in 2..=most {
                names |= view.class(at + count - 1) != Class::Stop;
                if names && !view.is_inside_contraction(at + count) {
                    each(count, Certainty::Sure);
                }
            }
        }
    }

    fn takes_one(&self, view: View, at: usize) -> Option<Certainty> {
        if let ParamKind::Regex(pattern) = &self.kind {
            let regex = self.regex.get_or_init(|| compile_regex(pattern).ok());
            return regex
                .as_ref()?
                .is_match(view.value(at))
                .then_some(Certainty::Exact);
        }
        let strict = matches!(self.kind, ParamKind::Int | ParamKind::Float | ParamKind::Port);
        match view.class(at) {
            Class::Stop => return None,
            // A plain word can be an address: `localhost`.
            Class::Plain if self.kind != ParamKind::Url => return (!strict).then_some(Certainty::Exact),
            _ => {}
        }
        let value = view.value(at);
        // Options and shell operators are not values.
        if !strict
            && view.token(at).kind != TokenKind::Quoted
            && (value.starts_with('-') || value.bytes().all(|byte| b"<>|&;".contains(&byte)))
        {
            return None;
        }
        let elsewhere = matches!(self.kind, ParamKind::Url | ParamKind::Host) && is_like_a_file(value);
        let certainty = if elsewhere {
            Certainty::Sure
        } else {
            Certainty::Exact
        };
        self.kind.accepts(value).then_some(certainty)
    }
}

/// Whether what could be the name of a host is more likely one of a file: "spit out notes.txt" is not about a web page.
fn is_like_a_file(value: &str) -> bool {
    let bare = !value.contains(['/', ':', '@']);
    let ending = value.rsplit_once('.').map(|(_, ending)| ending).filter(|_| bare);
    ending.is_some_and(|ending| {
        FILE_ENDINGS
            .split(' ')
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// Endings of files that people name. Some are a country's too, as `py` and `sh`.
const FILE_ENDINGS: &str = "7z apk avi bak bin bmp bz2 cfg cnf conf cpp crt css csv db deb diff doc docx env exe flac gif go gz htm html \
    img ini ipynb iso jar java jpeg jpg js json key lock log md mkv mp3 mp4 odt old patch pdf pem php png py rar \
    rb rpm rs sh sql sqlite svg tar tgz toml ts tsv txt wav xlsx xml yaml yml zip";
