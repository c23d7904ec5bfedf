//! Shell history as command lines: what bash, zsh and fish keep.

use std::io::{self, BufRead};

use super::lines::{Line, Lines};

/// How a history is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    /// A line each, or with `HISTTIMEFORMAT` a `#seconds` line before each.
    Bash,
    /// A line each, or `: seconds:took;command`; a line that ends in `\` goes on.
    Zsh,
    /// `- cmd: command`, then `  when: seconds`.
    Fish,
}

impl Shell {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            _ => None,
        }
    }

    /// By how its first lines look.
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        match lines.next() {
            Some(line) if line.starts_with(b"- cmd: ") => Self::Fish,
            Some(line) if zsh_stamp(line).is_some() => Self::Zsh,
            _ => Self::Bash,
        }
    }
}

/// Hands each command line to `each`, the oldest first; those of several lines whole. Lines that are no text are left out.
pub(crate) fn read(input: impl BufRead, shell: Shell, mut each: impl FnMut(&str)) -> io::Result<()> {
    let mut lines = Lines::new(input);
    let mut command = String::new();
    let mut stamped = false;
    while let Some((_, line)) = lines.next()? {
        let Line::Text { bytes, .. } = line else { continue };
        match shell {
            Shell::Bash => {
                let Ok(text) = std::str::from_utf8(bytes) else {
                    continue;
                };
                if is_bash_stamp(text) {
                    give(&mut command, &mut each);
                    stamped = true;
                    continue;
                }
                if stamped && !command.is_empty() {
                    command.push('\n');
                }
                command.push_str(text);
                if !stamped {
                    give(&mut command, &mut each);
                }
            }
            Shell::Zsh => {
                let plain = unmetafy(bytes);
                let Ok(text) = std::str::from_utf8(&plain) else {
                    continue;
                };
                let text = match zsh_stamp(text.as_bytes()) {
                    Some(at) if command.is_empty() => &text[at..],
                    _ => text,
                };
                match text.strip_suffix('\\') {
                    Some(begun) if !begun.ends_with('\\') => {
                        command.push_str(begun);
                        command.push('\n');
                    }
                    _ => {
                        command.push_str(text);
                        give(&mut command, &mut each);
                    }
                }
            }
            Shell::Fish => {
                let Ok(text) = std::str::from_utf8(bytes) else {
                    continue;
                };
                if let Some(text) = text.strip_prefix("- cmd: ") {
                    command.push_str(&unescaped(text));
                    give(&mut command, &mut each);
                }
            }
        }
    }
    give(&mut command, &mut each);
    Ok(())
}

fn give(command: &mut String, each: &mut impl FnMut(&str)) {
    let text = command.trim();
    if !text.is_empty() {
        each(text);
    }
    command.clear();
}

fn is_bash_stamp(line: &str) -> bool {
    line.strip_prefix('#')
        .is_some_and(|rest| rest.len() >= 9 && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Where the command begins after `: seconds:took;`.
fn zsh_stamp(line: &[u8]) -> Option<usize> {
    let rest = line.strip_prefix(b": ")?;
    let semicolon = rest.iter().position(|byte| *byte == b';')?;
    let stamp = &rest[..semicolon];
    let (seconds, took) = stamp.split_at(stamp.iter().position(|byte| *byte == b':')?);
    let digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    (digits(seconds) && digits(&took[1..])).then_some(2 + semicolon + 1)
}

/// zsh writes some bytes as 0x83 and the byte with one bit flipped.
fn unmetafy(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut bytes = bytes.iter();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.as_slice().first()) {
            (0x83, Some(next)) => {
                plain.push(next ^ 32);
                bytes.next();
            }
            _ => plain.push(*byte),
        }
    }
    plain
}

/// fish writes a line break as `\n` and a backslash as `\\`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('n')) => {
                out.push('\n');
                chars.next();
            }
            ('\\', Some('\\')) => {
                out.push('\\');
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(text: &[u8]) -> (Shell, Vec<String>) {
        let shell = Shell::of(text);
        let mut seen = Vec::new();
        read(text, shell, |command| seen.push(command.to_owned())).unwrap();
        (shell, seen)
    }

    #[test]
    fn each_shell_writes_in_its_own_way() {
        for (text, shell, expected) in [
            (
                &b"ls -la\n\n#1700000000 is a comment\ngit status\n"[..],
                Shell::Bash,
                &["ls -la", "#1700000000 is a comment", "git status"][..],
            ),
            (
                b"#1700000000\nls -la\n#1700000001\nfor a in b\ndo c\ndone\n",
                Shell::Bash,
                &["ls -la", "for a in b\ndo c\ndone"],
            ),
            (
                b": 1700000000:0;ls -la\n: 1700000001:5;echo a \\\nb\n",
                Shell::Zsh,
                &["ls -la", "echo a \nb"],
            ),
            (
                b"- cmd: ls -la\n  when: 1700000000\n- cmd: echo a\\nb\\\\n\n  when: 1\n  paths:\n    - x\n",
                Shell::Fish,
                &["ls -la", "echo a\nb\\n"],
            ),
            (b"", Shell::Bash, &[]),
        ] {
            let (found, seen) = commands(text);
            assert_eq!(found, shell, "{seen:?}");
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn zsh_bytes_come_back() {
        // 0x83 followed by a byte with bit 5 flipped.
        assert_eq!(unmetafy(b"a\x83\xa3b"), b"a\x83b");
        assert_eq!(unmetafy(b"end\x83"), b"end\x83");
    }
}
