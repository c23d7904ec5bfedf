//! awk programs: what they run and which files they write.
//!
//! Tokens are told apart as POSIX's awk grammar does; the one that needs care is `/`, which begins a regular expression
//! wherever no operand stands before it.

use super::Code;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Number,
    Text(String),
    Regex,
    Sign(char),
    /// `|&`, `||`, `>>`, `>=` and other signs of two letters.
    Signs(&'static str),
    End,
}

const PAIRS: &[&str] = &[
    "||", "&&", "|&", ">>", ">=", "<=", "==", "!=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=",
];

pub(super) fn inspect(text: &str) -> Code {
    match tokens(text) {
        Some(tokens) => judge(&tokens),
        None => Code::open(),
    }
}

/// The tokens; nothing if a text or a regular expression has no end.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\n' | ';' | '}' => {
                if first == '}' {
                    tokens.push(Token::Sign('}'));
                }
                tokens.push(Token::End);
                1
            }
            '\\' if rest[1..].starts_with('\n') => 2,
            _ if first.is_whitespace() => first.len_utf8(),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let (inner, length) = quoted(rest, '"')?;
                tokens.push(Token::Text(inner));
                length
            }
            '/' if regex_may_begin(tokens.last()) => {
                let length = regex_length(rest)?;
                tokens.push(Token::Regex);
                length
            }
            _ if first.is_ascii_digit()
                || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) =>
            {
                tokens.push(Token::Number);
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
                    .unwrap_or(rest.len())
            }
            _ if first.is_alphabetic() || first == '_' || first == '@' => {
                let length = rest
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@' | ':')))
                    .unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..length].to_owned()));
                length
            }
            _ => {
                let pair = PAIRS.iter().find(|pair| rest.starts_with(**pair));
                tokens.push(pair.map_or(Token::Sign(first), |pair| Token::Signs(pair)));
                pair.map_or(first.len_utf8(), |pair| pair.len())
            }
        };
        rest = &rest[length..];
    }
    Some(tokens)
}

fn regex_may_begin(before: Option<&Token>) -> bool {
    const COMMANDS: &[&str] = &[
        "print", "printf", "return", "in", "getline", "else", "do", "case", "exit",
    ];
    match before {
        Some(Token::Number | Token::Text(_) | Token::Regex | Token::Sign(')' | ']' | '$')) => false,
        Some(Token::Word(word)) => COMMANDS.contains(&word.as_str()),
        Some(Token::Signs(signs)) => !matches!(*signs, "++" | "--"),
        _ => true,
    }
}

/// A quoted text without its quotes, and its whole length.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut inner = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                inner.push('\\');
                inner.push(letters.next()?.1);
            }
            _ if letter == quote => return Some((inner, at + 1)),
            '\n' => return None,
            _ => inner.push(letter),
        }
    }
    None
}

fn regex_length(rest: &str) -> Option<usize> {
    let mut in_brackets = false;
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()?),
            '[' if !in_brackets => {
                in_brackets = true;
                letters.next_if(|(_, next)| *next == '^');
                letters.next_if(|(_, next)| *next == ']');
            }
            ']' => in_brackets = false,
            '/' if !in_brackets => return Some(at + 1),
            '\n' => return None,
            _ => {}
        }
    }
    None
}

fn judge(tokens: &[Token]) -> Code {
    let mut code = Code::default();
    let mut printing = false;
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        let after = tokens.get(at + 1);
        match token {
            Token::Word(word) => match word.as_str() {
                "print" | "printf" => {
                    printing = true;
                    depth = 0;
                }
                "system" => run(text_in_brackets(&tokens[at + 1..]), &mut code),
                // gawk: other files and machine code.
                "@load" | "@include" | "@namespace" => code.open = true,
                // A function called by a name that is only known when it runs: it may be `system`.
                word if word.starts_with('@') => code.open = true,
                _ => {}
            },
            Token::End | Token::Sign('{') => printing = false,
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.saturating_sub(1),
            Token::Sign('|') | Token::Signs("|&") => {
                if is_getline(after) {
                    run(alone(tokens, at.checked_sub(1), Side::Before), &mut code);
                } else {
                    run(alone(tokens, Some(at + 1), Side::After), &mut code);
                }
            }
            Token::Sign('>') | Token::Signs(">>") if printing && depth == 0 => {
                match alone(tokens, Some(at + 1), Side::After) {
                    Some(path) if path.starts_with("/inet") => code.open = true,
                    Some(path) => code.writes.push(path),
                    None => code.tags |= super::Tags::WRITES,
                }
            }
            // `getline < file` and `getline line < file`.
            Token::Sign('<')
                if [1, 2]
                    .iter()
                    .any(|&back| is_getline(at.checked_sub(back).and_then(|at| tokens.get(at)))) =>
            {
                code.reads.extend(alone(tokens, Some(at + 1), Side::After));
            }
            _ => {}
        }
    }
    // gawk's network files.
    let inet = |token: &Token| matches!(token, Token::Text(text) if text.starts_with("/inet"));
    code.open |= tokens.iter().any(inet);
    code
}

fn is_getline(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(word)) if word == "getline")
}

fn run(text: Option<String>, code: &mut Code) {
    match text {
        Some(text) => code.shell.push(text),
        None => code.open = true,
    }
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// The text at a place, if it is all of the expression there and has no escapes.
fn alone(tokens: &[Token], at: Option<usize>, side: Side) -> Option<String> {
    let at = at?;
    let Some(Token::Text(text)) = tokens.get(at) else {
        return None;
    };
    let neighbour = match side {
        Side::Before => at.checked_sub(1).and_then(|before| tokens.get(before)),
        Side::After => tokens.get(at + 1),
    };
    let ends = match (neighbour, side) {
        (None | Some(Token::End | Token::Sign('}')), _) => true,
        (Some(Token::Sign(sign)), Side::Before) => matches!(sign, '{' | '(' | ';'),
        (Some(Token::Sign(sign)), Side::After) => matches!(sign, ')'),
        _ => false,
    };
    (ends && !text.contains('\\')).then(|| text.clone())
}

fn text_in_brackets(tokens: &[Token]) -> Option<String> {
    match tokens {
        [Token::Sign('('), Token::Text(text), Token::Sign(')'), ..] if !text.contains('\\') => {
            Some(text.clone())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_programs_do_nothing_else() {
        for text in [
            "{print $1}",
            "!seen[$0]++",
            "$3 > 100",
            "$3 > 100 {print}",
            "/a|b/ {print $2}",
            "{ if ($1 > 5) print \"a > b | c\" }",
            "NR==1 || /x/ { s += $1 / 2; t = $2 / 3 } END { print s/NR }",
            "{print ($1 > 2) ? \"x\" : \"y\"}",
            "/system/ {print}",
            "$0 ~ /[/|]x/",
            "BEGIN { while ((getline line) > 0) n++ }",
        ] {
            assert_eq!(inspect(text), Code::default(), "{text}");
        }
    }

    #[test]
    fn writing_and_running_is_seen() {
        assert_eq!(inspect("{print $1 > \"out.txt\"}").writes, ["out.txt"]);
        assert_eq!(inspect("{printf \"%s\", $1 >> \"log\"; x=1}").writes, ["log"]);
        assert!(!inspect("{print > $1\".txt\"}").tags.effects().reads_only());
        assert!(!inspect("{print > \"a\" $1}").tags.effects().reads_only());
        assert_eq!(inspect("{system(\"rm x\")}").shell, ["rm x"]);
        assert!(inspect("{system(\"rm \" $1)}").open);
        assert!(inspect("{ system ($0) }").open);
        assert_eq!(inspect("{print | \"sort -n\"}").shell, ["sort -n"]);
        assert!(inspect("{print | \"sort \" x}").open);
        assert_eq!(inspect("BEGIN{\"date\" | getline d; print d}").shell, ["date"]);
        assert!(inspect("{$0 | getline}").open);
        assert!(inspect("{\"ls \" $1 | getline}").open);
        assert!(inspect("@load \"filefuncs\"").open);
        assert!(inspect("{f=\"system\"; @f(\"id\")}").open);
        assert!(inspect("BEGIN{print \"x\" |& \"/inet/tcp/0/h/80\"}").open);
        assert_eq!(
            inspect("{while ((getline l < \"/etc/x\") > 0) n++}").reads,
            ["/etc/x"]
        );
        assert!(inspect("{print \"unfinished").open);
        assert_eq!(inspect("1 / 2; {system(\"x\")} 3 / 4").shell, ["x"]);
    }
}
