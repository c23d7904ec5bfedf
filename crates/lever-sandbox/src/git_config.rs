//! Git's configuration files, read as git reads them (`git help config`, "Syntax"): whatever git would see must be seen.

use std::path::{Path, PathBuf};

/// Files included by files, at most so deep; git's own bound is ten.
const INCLUDE_DEPTH: usize = 10;
/// A configuration of more bytes is nobody's.
const MAX_BYTES: u64 = 4 << 20;

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// In small letters; empty before the first section.
    pub section: String,
    /// As written.
    pub subsection: Option<String>,
    /// In small letters.
    pub name: String,
    /// None for a name on its own, which means true.
    pub value: Option<String>,
}

impl Setting {
    /// Its full name, as `git config --list` has it.
    pub fn key(&self) -> String {
        match &self.subsection {
            Some(subsection) => format!("{}.{subsection}.{}", self.section, self.name),
            None if self.section.is_empty() => self.name.clone(),
            None => format!("{}.{}", self.section, self.name),
        }
    }

    /// Whether the value is a truth value, and names nothing.
    pub fn is_boolean(&self) -> bool {
        self.value.as_ref().is_none_or(|value| {
            let words = ["", "true", "false", "yes", "no", "on", "off"];
            words.iter().any(|word| value.eq_ignore_ascii_case(word)) || value.parse::<i64>().is_ok()
        })
    }
}

/// Settings of a file and of all that it includes, on whatever condition; nothing where there is no such file.
///
/// # Errors
/// A file that git would not understand either, or that cannot be read: its path.
pub fn read(file: &Path, home: Option<&Path>) -> Result<Vec<Setting>, PathBuf> {
    let mut settings = Vec::new();
    read_into(file, home, INCLUDE_DEPTH, &mut settings)?;
    Ok(settings)
}

fn read_into(
    file: &Path,
    home: Option<&Path>,
    depth: usize,
    settings: &mut Vec<Setting>,
) -> Result<(), PathBuf> {
    let fault = || file.to_owned();
    let text = match std::fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(_) => return Err(fault()),
        Ok(metadata) if metadata.len() > MAX_BYTES || !metadata.is_file() => return Err(fault()),
        Ok(_) => std::fs::read(file).map_err(|_| fault())?,
    };
    for setting in parse(&text).ok_or_else(fault)? {
        let includes = matches!(setting.section.as_str(), "include" | "includeif") && setting.name == "path";
        if let Some(path) = setting.value.as_deref().filter(|_| includes) {
            if depth == 0 {
                return Err(fault());
            }
            let path = match (path.strip_prefix("~/"), home) {
                (Some(rest), Some(home)) => home.join(rest),
                _ => file.parent().unwrap_or(Path::new("/")).join(path),
            };
            read_into(&path, home, depth - 1, settings)?;
        }
        settings.push(setting);
    }
    Ok(())
}

/// Reads a file's text; `None` where git would refuse it.
pub fn parse(text: &[u8]) -> Option<Vec<Setting>> {
    let mut input = Input {
        bytes: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
        at: 0,
    };
    let mut settings = Vec::new();
    let mut section = (String::new(), None);
    let mut comment = false;
    while let Some(byte) = input.next() {
        match byte {
            b'\n' => comment = false,
            _ if comment || is_space(byte) => {}
            b'#' | b';' => comment = true,
            b'[' => section = input.section()?,
            _ if byte.is_ascii_alphabetic() => {
                let (section, subsection) = section.clone();
                let (name, value) = input.setting(byte)?;
                settings.push(Setting {
                    section,
                    subsection,
                    name,
                    value,
                });
            }
            _ => return None,
        }
    }
    Some(settings)
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Input<'_> {
    /// The next byte; a line may end in CR LF.
    fn next(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        if byte == b'\r' && self.bytes.get(self.at) == Some(&b'\n') {
            self.at += 1;
            return Some(b'\n');
        }
        Some(byte)
    }

    /// `section]`, `section "subsection"]`, or the old `section.subsection]`.
    fn section(&mut self) -> Option<(String, Option<String>)> {
        let mut name = String::new();
        loop {
            match self.next()? {
                b']' => {
                    return Some(match name.split_once('.') {
                        Some((section, subsection)) => (section.to_owned(), Some(subsection.to_owned())),
                        None => (name, None),
                    });
                }
                byte if is_space(byte) => return self.subsection(byte, name),
                byte if is_key(byte) || byte == b'.' => name.push(char::from(byte.to_ascii_lowercase())),
                _ => return None,
            }
        }
    }

    fn subsection(&mut self, mut byte: u8, section: String) -> Option<(String, Option<String>)> {
        while is_space(byte) {
            if byte == b'\n' {
                return None;
            }
            byte = self.next()?;
        }
        if byte != b'"' {
            return None;
        }
        let mut subsection = Vec::new();
        loop {
            match self.next()? {
                b'\n' => return None,
                b'"' => break,
                b'\\' => match self.next()? {
                    b'\n' => return None,
                    byte => subsection.push(byte),
                },
                byte => subsection.push(byte),
            }
        }
        if self.next()? != b']' {
            return None;
        }
        // Dots in a section's own name begin its subsection.
        let subsection = String::from_utf8(subsection).ok()?;
        Some(match section.split_once('.') {
            Some((section, head)) => (section.to_owned(), Some(format!("{head}.{subsection}"))),
            None => (section, Some(subsection)),
        })
    }

    fn setting(&mut self, first: u8) -> Option<(String, Option<String>)> {
        let mut name = String::from(char::from(first.to_ascii_lowercase()));
        let mut byte = self.next();
        while let Some(letter) = byte.filter(|byte| is_key(*byte)) {
            name.push(char::from(letter.to_ascii_lowercase()));
            byte = self.next();
        }
        while matches!(byte, Some(b' ' | b'\t')) {
            byte = self.next();
        }
        match byte {
            None | Some(b'\n') => Some((name, None)),
            Some(b'=') => Some((name, Some(self.value()?))),
            Some(_) => None,
        }
    }

    fn value(&mut self) -> Option<String> {
        let mut value = Vec::new();
        let (mut quoted, mut comment) = (false, false);
        // White space counts only where something follows it.
        let mut spaces = Vec::new();
        loop {
            let byte = match self.next() {
                None | Some(b'\n') if quoted => return None,
                None | Some(b'\n') => return String::from_utf8(value).ok(),
                Some(byte) => byte,
            };
            match byte {
                _ if comment => {}
                _ if is_space(byte) && !quoted => {
                    if !value.is_empty() {
                        spaces.push(byte);
                    }
                }
                b';' | b'#' if !quoted => comment = true,
                _ => {
                    value.append(&mut spaces);
                    match byte {
                        b'\\' => match self.next() {
                            None | Some(b'\n') => {}
                            Some(b't') => value.push(b'\t'),
                            Some(b'b') => value.push(8),
                            Some(b'n') => value.push(b'\n'),
                            Some(byte @ (b'\\' | b'"')) => value.push(byte),
                            Some(_) => return None,
                        },
                        b'"' => quoted = !quoted,
                        byte => value.push(byte),
                    }
                }
            }
        }
    }
}

/// C's `isspace` as git defines it.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

const fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Option<Vec<String>> {
        let settings = parse(text.as_bytes())?;
        let line = |setting: &Setting| {
            let value = setting.value.clone();
            setting.key() + &value.map_or(String::new(), |value| format!("\n{value}"))
        };
        Some(settings.iter().map(line).collect())
    }

    /// What git itself says of the same text; an error where there is no git to ask.
    fn git(text: &str) -> std::io::Result<Option<Vec<String>>> {
        let folder = tempfile::tempdir().expect("tempdir");
        let file = folder.path().join("config");
        std::fs::write(&file, text).expect("write");
        let output = std::process::Command::new("git")
            .args(["config", "--no-includes", "-z", "--list", "--file"])
            .arg(&file)
            .output()?;
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(output.status.success().then(|| {
            let lines = listed.split_terminator('\0');
            lines.map(str::to_owned).collect()
        }))
    }

    #[test]
    fn files_are_read_as_git_reads_them() {
        for text in [
            "[core]\n\tfsmonitor = ./x\n",
            "[CORE]FSMonitor=./x ; y\n[a \"B.c\\\"d\"] e\n",
            "[a.B \"c\"]d = \"x # y\"  z   # w\n",
            "\u{feff}[a]\r\nb = 1\\\r\n2\r\nc\r\n",
            "[a]b=\\t\\n\\b\\\\\\\"x\n[a]\n# c\n;d\n e = \n",
            "[a]b=\"x\ny\"",
            "[a]b=\\q",
            "[a]1=2",
            "[a]b c",
            "b=1",
            "[a\"]",
            "[a \"b\"",
            "[a]b = x\\",
            "[filter \"l f\"]\n clean = cat",
            "",
        ] {
            let Ok(theirs) = git(text) else {
                eprintln!("SKIPPED the comparison: there is no git");
                return;
            };
            assert_eq!(listed(text), theirs, "{text:?}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]
        #[test]
        fn whatever_git_takes_is_seen(text in r#"([\[\]"\\ab=.#; \n\r\t-]|\[a\]|\[a "b"\]|b=|A){0,24}"#) {
            if let Ok(Some(theirs)) = git(&text) {
                // Some versions make every blank in a value a space.
                let plain = |lines: Vec<String>| lines.join("\0").replace(['\t', '\r'], " ");
                proptest::prop_assert_eq!(listed(&text).map(plain), Some(plain(theirs)), "{:?}", text);
            }
        }
    }

    #[test]
    fn includes_are_followed_but_not_for_ever() {
        let folder = tempfile::tempdir().expect("tempdir");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(
            path("one"),
            "[include]path=two\n[includeIf \"gitdir:/x\"]path=~/three",
        )
        .expect("write");
        std::fs::write(path("two"), "[alias]x=!y").expect("write");
        std::fs::write(path("three"), "[core]pager=z").expect("write");
        let keys: Vec<String> = read(&path("one"), Some(folder.path()))
            .expect("read")
            .iter()
            .map(Setting::key)
            .collect();
        let expected = [
            "alias.x",
            "include.path",
            "core.pager",
            "includeif.gitdir:/x.path",
        ];
        assert_eq!(keys, expected);
        std::fs::write(path("loop"), "[include]path=loop").expect("write");
        assert!(read(&path("loop"), None).is_err());
        assert_eq!(read(&path("none"), None), Ok(Vec::new()));
    }
}
