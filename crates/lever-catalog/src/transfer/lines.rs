//! Lines of any length in bounded memory, each with its number.

use std::io::{self, BufRead};

/// Longest line that is kept. A template has at most 64 KiB; the rest is room for phrases.
pub(crate) const MAX_LINE: usize = 1024 * 1024;

/// Reads lines one by one; what is longer than [`MAX_LINE`] is passed over without being kept.
pub(crate) struct Lines<R> {
    input: R,
    number: u64,
    buffer: Vec<u8>,
}

/// How a line ended up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Without its end; `\r` before it is taken off, and `crlf` says so.
    Text {
        bytes: &'a [u8],
        crlf: bool,
    },
    TooLong,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            number: 0,
            buffer: Vec::new(),
        }
    }

    /// The next line with its number, counted from 1.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.buffer.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let available = match self.input.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            if self.buffer.len() + part.len() > MAX_LINE {
                too_long = true;
                self.buffer.clear();
            }
            if !too_long {
                self.buffer.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        if too_long {
            return Ok(Some((self.number, Line::TooLong)));
        }
        let crlf = self.buffer.last() == Some(&b'\r');
        let bytes = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
        Ok(Some((self.number, Line::Text { bytes, crlf })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_passed_over_and_counted() {
        let mut text = b"one\r\n\n".to_vec();
        text.extend(vec![b'x'; 3 * MAX_LINE]);
        text.extend(b"\nlast");
        let mut lines = Lines::new(io::BufReader::with_capacity(1000, text.as_slice()));
        let mut seen = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            seen.push(match line {
                Line::Text { bytes, crlf } => format!("{number} {} {crlf}", String::from_utf8_lossy(bytes)),
                Line::TooLong => format!("{number} too long"),
            });
        }
        assert_eq!(seen, ["1 one true", "2  false", "3 too long", "4 last false"]);
        assert!(lines.buffer.capacity() <= 2 * MAX_LINE);
    }
}
