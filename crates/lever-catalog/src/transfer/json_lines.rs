//! JSONL: a command a line.

use std::io::{self, BufRead};

use super::item::{Item, Raw};
use super::lines::{Line, Lines, MAX_LINE};

pub(crate) struct JsonLines<R> {
    lines: Lines<R>,
    noted_crlf: bool,
    pending: Option<Item>,
}

impl<R: BufRead> JsonLines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            lines: Lines::new(input),
            noted_crlf: false,
            pending: None,
        }
    }

    fn read(&mut self) -> io::Result<Option<Item>> {
        if let Some(item) = self.pending.take() {
            return Ok(Some(item));
        }
        while let Some((number, line)) = self.lines.next()? {
            let (bytes, crlf) = match line {
                Line::TooLong => return Ok(Some(too_long(number))),
                Line::Text { bytes, crlf } => (bytes, crlf),
            };
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let item = match std::str::from_utf8(bytes) {
                Ok(text) => Item::new(number, Raw::Json(text.to_owned())),
                Err(error) => not_utf8(number, error.valid_up_to()),
            };
            if crlf && !self.noted_crlf {
                self.noted_crlf = true;
                self.pending = Some(item);
                let note = "lines end in CR LF, which is read as a line's end".to_owned();
                return Ok(Some(Item::new(number, Raw::Note(note))));
            }
            return Ok(Some(item));
        }
        Ok(None)
    }
}

pub(crate) fn too_long(line: u64) -> Item {
    let message = format!("the line is longer than {} KiB", MAX_LINE / 1024);
    Item::bad(line, "line_too_long", message)
}

pub(crate) fn not_utf8(line: u64, byte: usize) -> Item {
    Item::bad(line, "not_utf8", format!("not UTF-8 at byte {}", byte + 1))
}

impl<R: BufRead> Iterator for JsonLines<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
