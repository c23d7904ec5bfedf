//! Cuts a request into words, values and quotations, each with its span.

use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use super::words::{BEFORE_IS, open_contraction};
use super::{Token, TokenKind, hash, placeholder_index};

/// Seeds of [`Token::id`]: a quotation is never the same as a word.
const WORD_SEED: u64 = 0;
const QUOTED_SEED: u64 = 1;

pub(super) fn tokenize(text: &str) -> Vec<Token> {
    let mut reader = Reader {
        text,
        tokens: Vec::with_capacity(text.len() / 5 + 2),
        unclosed: 0,
    };
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        at = if is_separator(c) {
            at + c.len_utf8()
        } else {
            reader.read_chunk(at)
        };
    }
    reader.tokens
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// One bit for each of [`QUOTES`] of which no closing mark is left: each is looked for in vain only once.
    unclosed: u8,
}

/// Opening marks and what closes each.
const QUOTES: &[(char, &[char])] = &[
    ('"', &['"']),
    ('\'', &['\'']),
    ('`', &['`']),
    ('\u{201C}', &['\u{201D}', '"']),
    ('\u{2018}', &['\u{2019}', '\'']),
    ('\u{00AB}', &['\u{00BB}']),
    ('\u{201E}', &['\u{201C}', '\u{201D}']),
];

impl Reader<'_> {
    /// Reads the quotation, or the text up to white space, that starts at `start`; the result is past `start`.
    fn read_chunk(&mut self, start: usize) -> usize {
        let mut at = start;
        // Opening punctuation, then perhaps a quotation: `("two words")`.
        while let Some(c) = self.text[at..].chars().next() {
            if let Some(close) = self.quotation_end(at, c) {
                self.push_quotation(at..close);
                // A full stop after a quotation is not the folder `.`.
                let after = self.text[close..].trim_start_matches('.');
                return if after
                    .chars()
                    .next()
                    .is_none_or(|c| is_separator(c) || !c.is_alphanumeric())
                {
                    self.text.len() - after.len()
                } else {
                    close
                };
            }
            if !self.skips_opening(at, c) {
                break;
            }
            at += c.len_utf8();
        }
        let end = self.chunk_end(at);
        let kept = strip_closing(&self.text[at..end], end == self.text.len());
        if kept > 0 {
            self.push_chunk(at..at + kept);
        } else if let Some(whole) = standing_alone(&self.text[start..end]) {
            self.push(start + whole.start..start + whole.end, TokenKind::Value);
        }
        end.max(start + 1)
    }

    /// Whether `c`, at the start of what is left of a chunk, is punctuation before a word.
    fn skips_opening(&self, at: usize, c: char) -> bool {
        let rest = &self.text[at + c.len_utf8()..];
        let next = rest.chars().next();
        match c {
            // `::1`
            ':' => next != Some(':'),
            '"' | '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}' | '\u{201E}'
            | '\u{00AB}' | '\u{00BB}' | ',' | ';' | '!' | '?' | ')' | ']' | '}' | '<' | '>' => true,
            // `[abc]*.txt` and `{a,b}.txt` begin a value; `(see app.log)` does not.
            '(' | '[' | '{' => {
                let close = match c {
                    '(' => ')',
                    '[' => ']',
                    _ => '}',
                };
                let chunk = word_at_start(rest);
                chunk.find(close).is_none_or(|closed| closed + 1 == chunk.len())
            }
            // "issue #12"
            '#' => {
                let word = word_at_start(rest);
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
            }
            '-' | '\u{2013}' => next.is_none_or(is_separator),
            _ => false,
        }
    }

    /// Where the quotation that opens at `at` ends, its closing mark included.
    fn quotation_end(&mut self, at: usize, open: char) -> Option<usize> {
        let kind = QUOTES.iter().position(|&(mark, _)| mark == open)?;
        if self.unclosed & (1 << kind) != 0 {
            return None;
        }
        let closers = QUOTES[kind].1;
        let inner = at + open.len_utf8();
        let mut escaped = false;
        for (offset, c) in self.text[inner..].char_indices() {
            if escaped {
                escaped = false;
            } else if c == '\\' && open == '"' {
                escaped = true;
            } else if closers.contains(&c) {
                let end = inner + offset + c.len_utf8();
                // The apostrophe of "don't" closes nothing.
                let goes_on = self.text[end..].starts_with(char::is_alphanumeric);
                if !(goes_on && matches!(c, '\'' | '\u{2019}')) {
                    return Some(end);
                }
            }
        }
        self.unclosed |= 1 << kind;
        None
    }

    /// The end of the unbroken text from `start`; `key="two words"` is unbroken.
    fn chunk_end(&mut self, start: usize) -> usize {
        let mut at = start;
        let mut before = ' ';
        while let Some(c) = self.text[at..].chars().next() {
            if is_separator(c) {
                break;
            }
            if before == '='
                && matches!(c, '"' | '\'')
                && let Some(close) = self.quotation_end(at, c)
            {
                at = close;
                before = c;
                continue;
            }
            before = c;
            at += c.len_utf8();
        }
        at
    }

    fn push_quotation(&mut self, span: Range<usize>) {
        let quoted = &self.text[span.clone()];
        let open = quoted.chars().next().map_or(0, char::len_utf8);
        let close = quoted.chars().next_back().map_or(0, char::len_utf8);
        let inner = &quoted[open..quoted.len() - close];
        let text = fold(inner);
        let slot = is_placeholder(&text);
        let id = hash(text.as_bytes(), if slot { WORD_SEED } else { QUOTED_SEED });
        self.tokens.push(Token {
            text,
            span,
            kind: TokenKind::Quoted,
            id,
            filler: false,
        });
    }

    /// Text without white space, stripped of the punctuation around it.
    fn push_chunk(&mut self, span: Range<usize>) {
        let chunk = &self.text[span.clone()];
        let mut plain = true;
        let mut apostrophe = false;
        let mut breaks = false;
        for c in chunk.chars() {
            match c {
                '\'' | '\u{2019}' => apostrophe = true,
                ',' | ';' | '!' | '?' => breaks = true,
                _ => plain &= c.is_alphabetic() || c == '-',
            }
        }
        // "hey,show" is two words; "1,2,3" and "a.b,c" are values.
        if breaks && plain {
            let mut at = span.start;
            for word in chunk.split([',', ';', '!', '?']) {
                if word.contains(char::is_alphanumeric) {
                    self.push_word(at..at + word.len(), word.contains(['\'', '\u{2019}']));
                }
                at += word.len() + 1;
            }
        } else {
            self.push_word(span, apostrophe);
        }
    }

    fn push_word(&mut self, span: Range<usize>, apostrophe: bool) {
        let text = &self.text[span.clone()];
        if apostrophe {
            return self.push_apostrophe(span);
        }
        if text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            let mut lower = [0u8; 8];
            let lower = &mut lower[..text.len()];
            lower.copy_from_slice(text.as_bytes());
            lower.make_ascii_lowercase();
            if let Some(words) = open_contraction(lower) {
                return self.push_opened(&span, words);
            }
        }
        self.push(span, kind_of(text));
    }

    /// `what's` is "what is", `nginx's` is "nginx" with a possessive mark, `o'brien` is itself.
    fn push_apostrophe(&mut self, span: Range<usize>) {
        let text = &self.text[span.clone()];
        let folded: String = fold(text).replace('\u{2019}', "'");
        if let Some(words) = open_contraction(folded.as_bytes()) {
            return self.push_opened(&span, words);
        }
        let Some((base, end)) = folded.rsplit_once('\'') else {
            return self.push(span, kind_of(text));
        };
        if base.is_empty() {
            let mark = text.chars().next().map_or(0, char::len_utf8);
            return self.push_word(span.start + mark..span.end, false);
        }
        let is_word = !base.is_empty() && base.chars().all(char::is_alphabetic);
        let second = match end {
            "t" if is_word && base.len() > 1 && base.ends_with('n') => {
                return self.push_opened(&span, &[&base[..base.len() - 1], "not"]);
            }
            "s" if BEFORE_IS.contains(&base) => "is",
            "re" if is_word => "are",
            "ve" if is_word => "have",
            "ll" if is_word => "will",
            "m" if base == "i" => "am",
            "d" if is_word => "would",
            "s" => {
                // The mark's span is its own, so that a value in front of it is taken without it.
                let Some(mark) = text.rfind(['\'', '\u{2019}']) else {
                    return;
                };
                self.push_word(
                    span.start..span.start + mark,
                    text[..mark].contains(['\'', '\u{2019}']),
                );
                let token = word("'s", span.start + mark..span.end, TokenKind::Word);
                self.tokens.push(Token {
                    filler: true,
                    ..token
                });
                return;
            }
            _ => return self.push(span, TokenKind::Value),
        };
        self.push_opened(&span, &[base, second]);
    }

    fn push_opened(&mut self, span: &Range<usize>, words: &[&str]) {
        self.tokens
            .extend(words.iter().map(|text| word(text, span.clone(), TokenKind::Word)));
    }

    fn push(&mut self, span: Range<usize>, kind: TokenKind) {
        let text = fold(&self.text[span.clone()]);
        let id = hash(text.as_bytes(), WORD_SEED);
        self.tokens.push(Token {
            text,
            span,
            kind,
            id,
            filler: false,
        });
    }
}

/// The unbroken text that `text` starts with, stripped; looked for in the first bytes only, so that a run of brackets
/// is read in linear time.
fn word_at_start(text: &str) -> &str {
    const WINDOW: usize = 256;
    let end = text
        .char_indices()
        .map(|(at, _)| at)
        .take_while(|&at| at <= WINDOW)
        .last()
        .unwrap_or(0);
    let window = if text.len() <= WINDOW { text } else { &text[..end] };
    let word = &window[..window.find(is_separator).unwrap_or(window.len())];
    &word[..strip_closing(word, false)]
}

fn word(text: &str, span: Range<usize>, kind: TokenKind) -> Token {
    Token {
        text: text.into(),
        span,
        kind,
        id: hash(text.as_bytes(), WORD_SEED),
        filler: false,
    }
}

/// White space, and punctuation that no value holds.
fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_whitespace();
    }
    c.is_whitespace()
        || matches!(
            c,
            '\u{2014}' | '\u{2015}' | '\u{2026}' | '\u{00BF}' | '\u{00A1}' | '\u{2022}'
            // CJK and full-width punctuation; Arabic comma, semicolon and question mark; danda.
            | '\u{3001}' | '\u{3002}' | '\u{3008}'
                ..='\u{3011}'
                    | '\u{FF01}'
                    | '\u{FF08}'
                    | '\u{FF09}'
                    | '\u{FF0C}'
                    | '\u{FF1A}'
                    | '\u{FF1B}'
                    | '\u{FF1F}'
                    | '\u{060C}'
                    | '\u{061B}'
                    | '\u{061F}'
                    | '\u{0964}'
        )
}

/// How much of a chunk is left without the punctuation that ends a sentence or closes a bracket opened before it.
///
/// At the `end_of_text` a single dot after a slash ends the sentence; before more text it belongs to the path.
fn strip_closing(chunk: &str, end_of_text: bool) -> usize {
    const BRACKETS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')];
    let mut end = chunk.len();
    let mut open: Option<[i32; 4]> = None;
    // `key="two words"` keeps its marks.
    let assigned = chunk.contains("=\"") || chunk.contains("='");
    while let Some(c) = chunk[..end].chars().next_back() {
        let rest = &chunk[..end - c.len_utf8()];
        let strip = match c {
            '"' | '\'' if assigned => false,
            ',' | ';' | '!' | '"' | '\'' | '`' | ':' | '\u{2019}' | '\u{201C}' | '\u{201D}' | '\u{00BB}' => {
                true
            }
            // `*.?` is a pattern
            '?' => !rest.ends_with("*."),
            '.' => {
                let name = rest.trim_end_matches('.');
                let dots = end - name.len();
                // `.`, `..`, `src/.` and `./...` are paths
                if (name.ends_with('/') && !(dots == 1 && end_of_text)) || (name.is_empty() && dots <= 2) {
                    break;
                }
                end = name.len();
                continue;
            }
            '>' if rest.is_empty() || rest.ends_with(['>', '-', '=', '&']) => false,
            ')' | ']' | '}' | '>' => {
                let open = open.get_or_insert_with(|| {
                    BRACKETS.map(|(open, close)| {
                        chunk[..end]
                            .chars()
                            .map(|c| i32::from(c == open) - i32::from(c == close))
                            .sum()
                    })
                });
                let kind = BRACKETS.iter().position(|&(_, close)| close == c).unwrap_or(0);
                open[kind] += 1;
                open[kind] <= 0
            }
            _ => false,
        };
        if !strip {
            break;
        }
        end -= c.len_utf8();
    }
    end
}

/// Shell operators that stand alone are kept as what they are; other lone punctuation is dropped.
fn standing_alone(chunk: &str) -> Option<Range<usize>> {
    matches!(chunk, "<" | "<<" | ">" | ">>").then_some(0..chunk.len())
}

fn kind_of(text: &str) -> TokenKind {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or(' ');
    if first.is_alphabetic() || !(first.is_ascii() || first.is_numeric()) {
        let word = chars.all(|c| c.is_alphanumeric() || c == '-' || c == '\'' || is_part_of_word(c));
        return if word && placeholder_index(first).is_none() {
            TokenKind::Word
        } else {
            TokenKind::Value
        };
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.chars().all(char::is_numeric);
    if all_digits(whole) && all_digits(fraction) {
        TokenKind::Number
    } else {
        TokenKind::Value
    }
}

/// Marks on letters, joiners, emoji and other symbols outside ASCII.
fn is_part_of_word(c: char) -> bool {
    !c.is_ascii() && !c.is_numeric() && placeholder_index(c).is_none()
}

fn is_placeholder(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| placeholder_index(c).is_some()) && chars.next().is_none()
}

/// NFKC and lower case. White space that only NFKC makes, and variation selectors, are dropped.
fn fold(text: &str) -> Box<str> {
    if text.is_ascii() {
        return text.to_ascii_lowercase().into_boxed_str();
    }
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    let is_plain = |text: &str| is_nfkc_quick(text.chars()) == IsNormalized::Yes;
    let mut folded = if is_plain(text) {
        lower(text)
    } else {
        lower(&text.nfkc().collect::<String>())
    };
    // Lower case of some composed letters is decomposed.
    if !is_plain(&folded) {
        folded = folded.nfkc().collect();
    }
    if folded.contains(['\u{FE0E}', '\u{FE0F}', 'ς']) {
        // Final sigma is a matter of place, not of meaning.
        folded = folded.replace('ς', "σ").replace(['\u{FE0E}', '\u{FE0F}'], "");
    }
    if !text.contains(char::is_whitespace) && folded.contains(char::is_whitespace) {
        folded.retain(|c| !c.is_whitespace());
    }
    folded.into_boxed_str()
}
