//! Matches short word frames ("how do|can i|we") against the first or last tokens of a request.
//!
//! A frame is words between single spaces. Each is a set of alternatives (`do|can`), optional with a final `?`, or `**`:
//! up to three words of any kind, as few as possible. The first word of a frame that starts a request, and the last of
//! one that ends it, is never optional.

use super::{Token, TokenKind};

/// Longest run of free words that `**` stands for.
const GAP: usize = 3;

/// A list of frames, tried in order.
pub(super) struct Frames<const N: usize> {
    list: [&'static str; N],
    /// For each frame a Bloom filter over the words that it can begin (or end) with: few requests have one of them.
    words: [u128; N],
    ending: bool,
}

impl<const N: usize> Frames<N> {
    /// Frames that a request starts with.
    pub(super) const fn starting(list: [&'static str; N]) -> Self {
        Self {
            list,
            words: filters(&list, false),
            ending: false,
        }
    }

    /// Frames that a request ends with; without `**`.
    pub(super) const fn ending(list: [&'static str; N]) -> Self {
        Self {
            list,
            words: filters(&list, true),
            ending: true,
        }
    }

    /// How many tokens the first frame that matches covers.
    pub(super) fn find(&self, tokens: &[Token]) -> Option<usize> {
        let word = if self.ending {
            tokens.last()
        } else {
            tokens.first()
        }?
        .text
        .as_bytes();
        if word.is_empty() {
            return None;
        }
        let bit = bit(word, 0, word.len());
        let mut candidates = self
            .list
            .iter()
            .zip(&self.words)
            .filter(|&(_, words)| words & bit != 0);
        candidates.find_map(|(frame, _)| {
            if self.ending {
                suffix(frame, tokens)
            } else {
                prefix(frame, tokens)
            }
        })
    }
}

/// How many of the first tokens a frame covers.
pub(super) fn prefix(frame: &str, tokens: &[Token]) -> Option<usize> {
    let (element, rest) = match frame.split_once(' ') {
        Some((element, rest)) => (element, Some(rest)),
        None => (frame, None),
    };
    let after = |used: usize| match rest {
        Some(rest) => prefix(rest, tokens.get(used..)?).map(|more| used + more),
        None => Some(used),
    };
    if element == "**" {
        return (0..=GAP.min(tokens.len())).find_map(after);
    }
    let (words, optional) = match element.strip_suffix('?') {
        Some(words) => (words, true),
        None => (element, false),
    };
    let is_one =
        |token: &Token| token.kind == TokenKind::Word && words.split('|').any(|word| word == &*token.text);
    if tokens.first().is_some_and(is_one)
        && let Some(used) = after(1)
    {
        return Some(used);
    }
    if optional { after(0) } else { None }
}

/// How many of the last tokens a frame covers.
fn suffix(frame: &str, tokens: &[Token]) -> Option<usize> {
    let longest = (frame.bytes().filter(|&byte| byte == b' ').count() + 1).min(tokens.len());
    (1..=longest)
        .rev()
        .find(|&count| prefix(frame, &tokens[tokens.len() - count..]) == Some(count))
}

const fn bit(text: &[u8], start: usize, end: usize) -> u128 {
    let hash = text[start] as usize * 7 + text[end - 1] as usize * 31 + (end - start) * 5;
    1 << (hash % 128)
}

const fn filters<const N: usize>(frames: &[&str; N], ending: bool) -> [u128; N] {
    let mut filters = [0; N];
    let mut index = 0;
    while index < N {
        let frame = frames[index].as_bytes();
        // The first or last element, then each of its alternatives.
        let (mut start, mut end) = (0, frame.len());
        let mut at = 0;
        while at < frame.len() {
            if frame[at] == b' ' {
                if ending {
                    start = at + 1;
                } else {
                    end = at;
                    break;
                }
            }
            at += 1;
        }
        at = start;
        while at <= end {
            if at == end || frame[at] == b'|' {
                filters[index] |= bit(frame, start, at);
                start = at + 1;
            }
            at += 1;
        }
        index += 1;
    }
    filters
}
