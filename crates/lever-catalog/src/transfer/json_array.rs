//! JSON: one list of commands, cut into its members without reading it whole.

use std::io::{self, BufRead};

use super::item::{Item, Raw};
use super::json_lines::not_utf8;
use super::lines::MAX_LINE;

/// Cuts `[{..}, {..}]` where its members end. Whether a member is a command is not its business.
pub(crate) struct JsonArray<R> {
    input: R,
    line: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before `[`.
    Start,
    /// After `[`: a member or `]`.
    First,
    /// After a member: `,` or `]`.
    After,
    /// After `,`: a member.
    Next,
    /// After `]`: nothing.
    End,
    /// The rest cannot be told apart.
    Lost,
}

impl<R: BufRead> JsonArray<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            line: 1,
            state: State::Start,
        }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.input.fill_buf() {
                Ok([]) => return Ok(None),
                Ok([byte, ..]) => {
                    let byte = *byte;
                    self.input.consume(1);
                    self.line += u64::from(byte == b'\n');
                    return Ok(Some(byte));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn visible_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.byte()? {
                Some(byte) if byte.is_ascii_whitespace() => {}
                other => return Ok(other),
            }
        }
    }

    fn lose(&mut self, message: &str) -> Item {
        self.state = State::Lost;
        Item::bad(self.line, "json_invalid", message)
    }

    fn read(&mut self) -> io::Result<Option<Item>> {
        loop {
            if self.state == State::Lost {
                return Ok(None);
            }
            let Some(byte) = self.visible_byte()? else {
                return Ok(match self.state {
                    State::End => None,
                    State::Start => Some(self.lose("the file is empty")),
                    _ => Some(self.lose("the list is not closed")),
                });
            };
            match (self.state, byte) {
                (State::Start, b'[') => self.state = State::First,
                (State::Start, _) => return Ok(Some(self.lose("a JSON file begins with ["))),
                (State::First | State::After, b']') => self.state = State::End,
                (State::After, b',') => self.state = State::Next,
                (State::After, _) => return Ok(Some(self.lose("there is no comma between two commands"))),
                (State::End, _) => return Ok(Some(self.lose("something follows the list"))),
                (_, b',' | b']') => return Ok(Some(self.lose("a command is missing"))),
                (_, first) => return self.member(first),
            }
        }
    }

    /// The rest of a member that begins with `first`.
    fn member(&mut self, first: u8) -> io::Result<Option<Item>> {
        self.state = State::After;
        let line = self.line;
        let mut text = vec![first];
        let mut depth = usize::from(matches!(first, b'{' | b'['));
        let mut quoted = first == b'"';
        let mut escaped = false;
        let mut too_long = false;
        while depth > 0 || quoted || !matches!(first, b'{' | b'[' | b'"') {
            if depth == 0 && !quoted {
                // A bare word or number ends where the list goes on.
                match self.input.fill_buf()? {
                    [] | [b',' | b']', ..] => break,
                    _ => {}
                }
            }
            let Some(byte) = self.byte()? else {
                return Ok(Some(self.lose("the list is not closed")));
            };
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            too_long |= text.len() > MAX_LINE;
            if !too_long {
                text.push(byte);
            }
        }
        if too_long {
            let message = format!("the command is longer than {} KiB", MAX_LINE / 1024);
            return Ok(Some(Item::bad(line, "line_too_long", message)));
        }
        Ok(Some(match String::from_utf8(text) {
            Ok(text) => Item::new(line, Raw::Json(text)),
            Err(error) => not_utf8(line, error.utf8_error().valid_up_to()),
        }))
    }
}

impl<R: BufRead> Iterator for JsonArray<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let input = io::BufReader::with_capacity(3, text.as_bytes());
        JsonArray::new(input)
            .map(|item| {
                let item = item.unwrap();
                match item.raw {
                    Raw::Json(text) => format!("{} {text}", item.line),
                    Raw::Bad(bad) => format!("{} bad: {}", item.line, bad.message),
                    other => format!("{other:?}"),
                }
            })
            .collect()
    }

    #[test]
    fn members_are_cut_where_they_end() {
        assert_eq!(cut("[]"), Vec::<String>::new());
        assert_eq!(
            cut("[\n {\"a\":\"x]},[\\\"\"} ,\n{\"b\":[{}]}\n]\n"),
            ["2 {\"a\":\"x]},[\\\"\"}", "3 {\"b\":[{}]}"]
        );
        assert_eq!(cut("[1, true ,\"a\"]"), ["1 1", "1 true ", "1 \"a\""]);
    }

    #[test]
    fn what_is_no_list_says_where_it_ends() {
        for (text, last) in [
            ("", "1 bad: the file is empty"),
            ("{}", "1 bad: a JSON file begins with ["),
            ("[", "1 bad: the list is not closed"),
            ("[\n{}", "2 bad: the list is not closed"),
            ("[{}\n{}]", "2 bad: there is no comma between two commands"),
            ("[{},]", "1 bad: a command is missing"),
            ("[,{}]", "1 bad: a command is missing"),
            ("[{}]]", "1 bad: something follows the list"),
            ("[{\"a\":\"", "1 bad: the list is not closed"),
        ] {
            assert_eq!(cut(text).last().map(String::as_str), Some(last), "{text}");
        }
    }

    #[test]
    fn depth_and_length_take_no_memory() {
        let deep = format!("[{}{}]", "[".repeat(3_000_000), "]".repeat(3_000_000));
        assert!(cut(&deep)[0].contains("longer than"));
    }
}
