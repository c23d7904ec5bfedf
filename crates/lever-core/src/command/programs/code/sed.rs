//! sed scripts: which files they write (`w`, `W`) and what they run (`e`), after GNU sed's command set.

use super::Code;

pub(super) fn inspect(text: &str) -> Code {
    let mut script = Script {
        rest: text,
        code: Code::default(),
    };
    if script.read().is_none() {
        script.code.open = true;
    }
    script.code
}

struct Script<'a> {
    rest: &'a str,
    code: Code,
}

impl<'a> Script<'a> {
    /// Reads the whole script; nothing where it is no sed.
    fn read(&mut self) -> Option<()> {
        loop {
            self.skip(|letter| letter.is_whitespace() || letter == ';');
            if self.rest.is_empty() {
                return Some(());
            }
            self.address()?;
            self.blanks();
            while self.rest.starts_with('!') {
                self.take();
                self.blanks();
            }
            match self.take()? {
                '{' | '}' | '=' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P' | 'x' | 'z'
                | 'F' => {}
                'l' | 'L' | 'q' | 'Q' => {
                    self.blanks();
                    self.skip(|letter| letter.is_ascii_digit());
                }
                '#' | ':' => drop(self.line()),
                'b' | 't' | 'T' | 'v' => self.skip(|letter| !matches!(letter, ';' | '\n' | '}')),
                'a' | 'i' | 'c' => self.text(),
                'r' | 'R' => {
                    let path = self.line();
                    self.code.reads.push(path.to_owned());
                }
                'w' | 'W' => self.write(),
                'e' => self.run(),
                'y' => {
                    let delimiter = self.take()?;
                    self.until(delimiter, false)?;
                    self.until(delimiter, false)?;
                }
                's' => self.substitute()?,
                _ => return None,
            }
        }
    }

    fn address(&mut self) -> Option<()> {
        self.one_address()?;
        self.blanks();
        if self.rest.starts_with(',') {
            self.take();
            self.blanks();
            if self.rest.starts_with(['+', '~']) {
                self.take();
            }
            self.one_address()?;
        }
        Some(())
    }

    fn one_address(&mut self) -> Option<()> {
        match self.rest.chars().next() {
            Some('0'..='9') => self.skip(|letter| letter.is_ascii_digit() || letter == '~'),
            Some('$') => drop(self.take()),
            Some('/') => {
                self.take();
                self.until('/', true)?;
                self.skip(|letter| matches!(letter, 'I' | 'M'));
            }
            Some('\\') => {
                self.take();
                let delimiter = self.take()?;
                self.until(delimiter, true)?;
                self.skip(|letter| matches!(letter, 'I' | 'M'));
            }
            _ => {}
        }
        Some(())
    }

    fn substitute(&mut self) -> Option<()> {
        let delimiter = self.take()?;
        if matches!(delimiter, '\n' | '\\') {
            return None;
        }
        self.until(delimiter, true)?;
        self.until(delimiter, false)?;
        loop {
            match self.rest.chars().next() {
                Some('g' | 'p' | 'i' | 'I' | 'm' | 'M' | '0'..='9') => drop(self.take()),
                // The result of the substitution is run.
                Some('e') => {
                    self.take();
                    self.code.open = true;
                }
                Some('w') => {
                    self.take();
                    self.write();
                    return Some(());
                }
                None | Some(';' | '}' | '#' | '\n' | ' ' | '\t' | '\r') => return Some(()),
                Some(_) => return None,
            }
        }
    }

    fn write(&mut self) {
        let path = self.line();
        self.code.writes.push(path.to_owned());
    }

    fn run(&mut self) {
        let command = self.line();
        if command.is_empty() {
            self.code.open = true;
        } else {
            self.code.shell.push(command.to_owned());
        }
    }

    /// The text of `a`, `i` and `c`: to the end of a line that no backslash continues.
    fn text(&mut self) {
        loop {
            let line = match self.rest.find('\n') {
                Some(at) => &self.rest[..at],
                None => self.rest,
            };
            self.rest = self.rest.get(line.len() + 1..).unwrap_or("");
            if !line.ends_with('\\') {
                return;
            }
        }
    }

    fn until(&mut self, delimiter: char, brackets: bool) -> Option<()> {
        let mut in_brackets = false;
        while let Some(letter) = self.take() {
            match letter {
                '\\' if !in_brackets => drop(self.take()?),
                '[' if brackets && !in_brackets => {
                    in_brackets = true;
                    if self.rest.starts_with('^') {
                        self.take();
                    }
                    if self.rest.starts_with(']') {
                        self.take();
                    }
                }
                ']' if in_brackets => in_brackets = false,
                '\n' if brackets => return None,
                _ if letter == delimiter && !in_brackets => return Some(()),
                _ => {}
            }
        }
        None
    }

    fn line(&mut self) -> &'a str {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = &self.rest[end..];
        line.trim()
    }

    fn blanks(&mut self) {
        self.skip(|letter| matches!(letter, ' ' | '\t'));
    }

    fn skip(&mut self, of: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(of);
    }

    fn take(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editing_scripts_do_nothing_else() {
        for text in [
            "s/a/b/g",
            "s|/usr|/opt|;s,x,y,2",
            "/^$/d",
            "1,5p",
            "$!N;P;D",
            "/a/,/b/{s/x/y/;p}",
            "\\%^/w%d",
            "y/abc/wer/",
            "1i hello; w file",
            "a\\\ntext w",
            ":a;N;$!ba;s/\\n/ /g",
            "0~3d",
            "2q",
            "s/[/w]x/e/",
            "/x/I,+3d",
            "s/we/ew/I",
        ] {
            assert_eq!(inspect(text), Code::default(), "{text}");
        }
    }

    #[test]
    fn writing_and_running_is_seen() {
        assert_eq!(inspect("s/a/b/w out.txt").writes, ["out.txt"]);
        assert_eq!(inspect("/x/w /tmp/y").writes, ["/tmp/y"]);
        assert_eq!(inspect("1e rm -rf x").shell, ["rm -rf x"]);
        assert!(inspect("s/.*/id/e").open);
        assert!(inspect("s/a/b/ge").open);
        assert!(inspect("1!e").open);
        assert_eq!(inspect("r /etc/passwd").reads, ["/etc/passwd"]);
        assert!(inspect("s/a/b").open);
        assert!(inspect("k").open);
        assert_eq!(inspect("s/a/b/\nw x").writes, ["x"]);
        assert_eq!(inspect("/a/{p;w x\n}").writes, ["x"]);
    }
}
