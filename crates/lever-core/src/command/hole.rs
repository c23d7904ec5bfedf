//! The one parser of a hole's declaration, `{{name}}`, `{{name:type}}`, `{{name:type=default}}`, in phrases and in
//! templates alike.

use std::ops::Range;

use super::param_kind::{KindError, ParamKind, closing_paren};

/// A declared hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Letters, digits, `_` and `-`, starting with a letter or `_`; at most [`Hole::MAX_NAME`] bytes.
    pub name: String,
    /// The type as written; `None` where it is left to [`ParamKind::infer`].
    pub kind: Option<ParamKind>,
    /// The default as written after `=`, without the white space around it; may be empty (`{{suffix:text=}}`).
    pub default: Option<String>,
}

/// Why a declaration could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoleErrorKind {
    /// `{{` without its `}}`.
    #[error("`{{{{` is never closed")]
    Unclosed,
    /// `{{}}` or `{{:int}}`.
    #[error("a parameter needs a name")]
    NoName,
    /// A name with other characters than letters, digits, `_` and `-`.
    #[error("`{0}` cannot be the name of a parameter")]
    BadName(String),
    /// A name longer than [`Hole::MAX_NAME`] bytes.
    #[error("a parameter's name has at most {} characters", Hole::MAX_NAME)]
    LongName,
    /// The type after the colon.
    #[error(transparent)]
    Kind(KindError),
    /// A default that the declared or inferred type does not accept.
    #[error("the default `{value}` is not of type {kind}")]
    BadDefault {
        /// The default as written.
        value: String,
        /// The type it should have.
        kind: ParamKind,
    },
    /// A secret with a default would be a secret in plain text.
    #[error("a secret cannot have a default")]
    SecretDefault,
}

/// A declaration that could not be read, and the bytes at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct HoleError {
    /// What is wrong.
    pub kind: HoleErrorKind,
    /// Where, as bytes of the text that was given.
    pub span: Range<usize>,
}

impl HoleError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match &self.kind {
            HoleErrorKind::Unclosed => "unclosed_hole",
            HoleErrorKind::NoName => "hole_without_name",
            HoleErrorKind::BadName(_) => "bad_hole_name",
            HoleErrorKind::LongName => "long_hole_name",
            HoleErrorKind::Kind(error) => error.code(),
            HoleErrorKind::BadDefault { .. } => "bad_default",
            HoleErrorKind::SecretDefault => "secret_default",
        }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match &self.kind {
            HoleErrorKind::Unclosed => "close it with `}}`".to_owned(),
            HoleErrorKind::NoName => "write a name, as in `{{file:path}}`".to_owned(),
            HoleErrorKind::BadName(_) => {
                "use letters, digits, `_` and `-`, starting with a letter, as in `{{log_file}}`".to_owned()
            }
            HoleErrorKind::LongName => "choose a shorter name".to_owned(),
            HoleErrorKind::Kind(_) => format!("types are {}", ParamKind::NAMES.join(", ")),
            HoleErrorKind::BadDefault { kind, .. } => format!("give a default of type {kind}, or none"),
            HoleErrorKind::SecretDefault => "leave the default out; it is asked for at each run".to_owned(),
        }
    }

    /// The same error with its place moved by `offset` bytes: from inside a hole to the text around it.
    #[must_use]
    pub fn shifted(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }
}

impl Hole {
    /// Longest name, in bytes.
    pub const MAX_NAME: usize = 64;

    /// Reads what stands between `{{` and `}}`. Spans in errors are bytes of `inner`.
    pub fn parse(inner: &str) -> Result<Self, HoleError> {
        let name_end = inner.find([':', '=']).unwrap_or(inner.len());
        let name = inner[..name_end].trim();
        let name_start = inner[..name_end].len() - inner[..name_end].trim_start().len();
        let name_span = name_start..name_start + name.len();
        if name.is_empty() {
            return Err(HoleError {
                kind: HoleErrorKind::NoName,
                span: 0..inner.len(),
            });
        }
        if !Self::is_name(name) {
            return Err(HoleError {
                kind: HoleErrorKind::BadName(name.to_owned()),
                span: name_span,
            });
        }
        if name.len() > Self::MAX_NAME {
            return Err(HoleError {
                kind: HoleErrorKind::LongName,
                span: name_span,
            });
        }

        let mut kind = None;
        let mut rest_at = name_end;
        if inner[name_end..].starts_with(':') {
            let kind_at = name_end + 1;
            rest_at = kind_at + kind_end(&inner[kind_at..]);
            let parsed = ParamKind::parse(&inner[kind_at..rest_at]).map_err(|error| {
                let span = error.span.start + kind_at..error.span.end + kind_at;
                HoleError {
                    kind: HoleErrorKind::Kind(error),
                    span,
                }
            })?;
            kind = Some(parsed);
        }

        let mut default = None;
        if let Some(written) = inner[rest_at..].strip_prefix('=') {
            let value = written.trim();
            let start = rest_at + 1 + (written.len() - written.trim_start().len());
            let span = start..start + value.len();
            let effective = kind.clone().unwrap_or_else(|| ParamKind::infer(name));
            if effective == ParamKind::Secret {
                return Err(HoleError {
                    kind: HoleErrorKind::SecretDefault,
                    span,
                });
            }
            let empty_text = value.is_empty() && effective == ParamKind::Text;
            if !empty_text && !effective.accepts(value) {
                let kind = HoleErrorKind::BadDefault {
                    value: value.to_owned(),
                    kind: effective,
                };
                return Err(HoleError { kind, span });
            }
            default = Some(value.to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            default,
        })
    }

    /// The extent of a hole's declaration: `text[open..]` starts with `{{`; the result lies between it and its `}}`.
    ///
    /// Braces inside `choice(..)` and `regex(..)` belong to them: `{{v:regex([0-9]{2}})}}` holds `v:regex([0-9]{2}})`.
    /// A brace in a default closes before the hole does: `{{r=stash@{0}}}` holds `r=stash@{0}`.
    pub fn extent(text: &str, open: usize) -> Result<Range<usize>, HoleError> {
        let start = open + 2;
        let inner = text.get(start..).unwrap_or_default();
        let unclosed = || HoleError {
            kind: HoleErrorKind::Unclosed,
            span: open..text.len().min(start),
        };
        let from = match inner.find([':', '=', '}']) {
            Some(colon) if inner.as_bytes()[colon] == b':' => {
                let kind = &inner[colon + 1..];
                let head = kind.trim_start();
                if head.starts_with("regex(") || head.starts_with("choice(") {
                    let paren = inner.len() - head.len() + head.find('(').unwrap_or(0);
                    closing_paren(inner, paren).ok_or_else(unclosed)? + 1
                } else {
                    colon
                }
            }
            _ => 0,
        };
        let mut end = from + inner[from..].find("}}").ok_or_else(unclosed)?;
        let open = |text: &str| text.matches('{').count() > text.matches('}').count();
        while inner[end..].starts_with("}}}") && open(&inner[from..end]) {
            end += 1;
        }
        Ok(start..start + end)
    }

    /// Whether `text` can name a hole. `{{.Names}}`, a Go template that docker is given, does not hold one.
    pub fn is_name(text: &str) -> bool {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    }

    /// The type as written, or the one that the name suggests.
    pub fn effective_kind(&self) -> ParamKind {
        self.kind.clone().unwrap_or_else(|| ParamKind::infer(&self.name))
    }
}

/// Where a type ends and `=` or nothing begins.
fn kind_end(text: &str) -> usize {
    let before_default = text.find('=').unwrap_or(text.len());
    match text.find('(') {
        Some(open) if open < before_default => match closing_paren(text, open) {
            Some(close) => close + text[close..].find('=').unwrap_or(text.len() - close),
            None => text.len(),
        },
        _ => before_default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(inner: &str) -> (String, Option<String>, Option<String>) {
        let hole = Hole::parse(inner).unwrap();
        (hole.name, hole.kind.map(|kind| kind.to_string()), hole.default)
    }

    #[test]
    fn reads_declarations() {
        let s = |text: &str| Some(text.to_owned());
        assert_eq!(hole("file"), ("file".into(), None, None));
        assert_eq!(hole(" log_file : path "), ("log_file".into(), s("path"), None));
        assert_eq!(hole("n:int=20"), ("n".into(), s("int"), s("20")));
        assert_eq!(hole("n = 20"), ("n".into(), None, s("20")));
        assert_eq!(hole("suffix:text="), ("suffix".into(), s("text"), s("")));
        assert_eq!(
            hole("kind:choice(a|b c)=b c"),
            ("kind".into(), s("choice(a|b c)"), s("b c"))
        );
        assert_eq!(hole("v:regex([a-z=]{2}(x|y))=a=x").1, s("regex([a-z=]{2}(x|y))"));
        assert_eq!(hole("q:text=a=b:c").2, s("a=b:c"));
    }

    #[test]
    fn says_where_a_declaration_is_wrong() {
        for (inner, code, at) in [
            ("", "hole_without_name", ""),
            ("  ", "hole_without_name", "  "),
            (":int", "hole_without_name", ":int"),
            ("path/to/file", "bad_hole_name", "path/to/file"),
            (".Names", "bad_hole_name", ".Names"),
            ("2nd", "bad_hole_name", "2nd"),
            (" naïve", "bad_hole_name", "naïve"),
            ("n:integer", "unknown_type", "integer"),
            ("n: int(3)", "trailing_text", "(3)"),
            ("n:", "unknown_type", ""),
            ("n:int=ten", "bad_default", "ten"),
            ("port=0", "bad_default", "0"),
            ("password=hunter2", "secret_default", "hunter2"),
            ("k:choice(a|b)=c", "bad_default", "c"),
            ("k:choice(a|b", "unclosed_type", "("),
            ("k:regex(a))=x", "trailing_text", ")"),
        ] {
            let error = Hole::parse(inner).unwrap_err();
            assert_eq!(
                (error.code(), &inner[error.span.clone()]),
                (code, at),
                "{inner}: {error}"
            );
            assert!(!error.hint().is_empty());
        }
        assert_eq!(Hole::parse(&"a".repeat(65)).unwrap_err().code(), "long_hole_name");
    }

    #[test]
    fn finds_the_end_of_a_hole() {
        for (text, inner) in [
            ("{{n}} x", "n"),
            ("{{n:int=3}}{{m}}", "n:int=3"),
            ("{{v:regex([0-9]{2})}}", "v:regex([0-9]{2})"),
            ("{{v:regex(a{2}})}} }}", "v:regex(a{2}})"),
            (r"{{v: regex(\)}}x[)}}])=y}}", r"v: regex(\)}}x[)}}])=y"),
            ("{{k:choice(a|b)}}", "k:choice(a|b)"),
            ("{{r=stash@{0}}} z", "r=stash@{0}"),
            ("{{b}}}", "b"),
            ("{{}}", ""),
        ] {
            assert_eq!(&text[Hole::extent(text, 0).unwrap()], inner, "{text}");
        }
        for text in ["{{", "{{n", "{{n}", "{{n:regex(a}}", "{{n:choice(a|b}}"] {
            let error = Hole::extent(text, 0).unwrap_err();
            assert_eq!((error.code(), error.span), ("unclosed_hole", 0..2), "{text}");
        }
    }
}
