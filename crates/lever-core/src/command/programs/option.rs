//! The options of a command as the table lists them, and how a word of an argv finds its option.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::kind::Kind;
use super::tags::Tags;

/// One option, under all its spellings.
#[derive(Clone, Debug)]
pub(super) struct OptionSpec {
    pub(super) argument: Argument,
    rules: Vec<(Tags, Condition)>,
}

/// Whether an option takes a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    None,
    /// Only attached: `-iSUFFIX`, `--color=WHEN`.
    Attached(Kind),
    /// Attached or in the words that follow, one for each kind.
    Required(Vec<Kind>),
}

/// For which values an option's tags hold.
#[derive(Clone, Debug)]
enum Condition {
    Always,
    If(Vec<Box<str>>),
    Unless(Vec<Box<str>>),
}

/// A command's options by spelling.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    specs: Vec<OptionSpec>,
    by_spelling: BTreeMap<Box<str>, usize>,
    /// Spellings that end in `*`, without it.
    by_beginning: Vec<(Box<str>, usize)>,
}

/// How options are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// `-x`, `-xyz`, `-ovalue`, `--long`, `--long=value`, `--lo`.
    #[default]
    Gnu,
    /// `Gnu`, and the first word may be a cluster without its dash: `tar xzf a.tar`.
    Bundled,
    /// Each option is a word of its own with one dash (or two): `find -name`, `terraform -auto-approve`.
    Single,
    /// `name=value` words: `dd if=a of=b`.
    Assignments,
    /// There are none.
    None,
}

/// A spelling that stands for a dash and a number, as in `head -20`.
const NUMBER: &str = "-NUM";

impl OptionSpec {
    /// What the option does with this value: `Some("")` where it has none, `None` where the value is not literal and
    /// may be any.
    pub(super) fn tags(&self, value: Option<&str>) -> Tags {
        let fits =
            |patterns: &[Box<str>], value: &str| patterns.iter().any(|pattern| glob_matches(pattern, value));
        let mut all = Tags::NONE;
        for (tags, condition) in &self.rules {
            let holds = match (condition, value) {
                (Condition::Always, _) => true,
                (Condition::If(patterns), Some(value)) => fits(patterns, value),
                (Condition::Unless(patterns), Some(value)) => !fits(patterns, value),
                // A value that lifts effects must not be assumed, one that adds them must.
                (_, None) => !tags.has(Tags::DRY | Tags::ONLY),
            };
            all |= if holds { *tags } else { tags.parsing() };
        }
        all
    }

    /// Reads one line: spellings, then `<kinds>` or `[kind]`, then `: tags [if|unless values]`.
    fn parse(line: &str) -> Result<(Vec<&str>, Self), String> {
        let (head, tail) = match line.split_once(" : ") {
            Some((head, tail)) => (head.trim(), tail.trim()),
            None => (line, ""),
        };
        let (spellings, argument) = match head.find(['<', '[']) {
            Some(at) => (&head[..at], parse_argument(&head[at..])?),
            None => (head, Argument::None),
        };
        let spellings: Vec<&str> = spellings.split_whitespace().collect();
        let misplaced = |spelling: &&str| *spelling == ":" || (spelling.len() > 2 && spelling.ends_with(':'));
        if spellings.is_empty() || spellings.iter().any(misplaced) {
            return Err(format!("`{line}` names no option"));
        }
        let mut words = tail.split_whitespace();
        let mut tags = Tags::NONE;
        let mut condition = Condition::Always;
        while let Some(word) = words.next() {
            match word {
                "if" | "unless" => {
                    let values: Vec<Box<str>> = words.by_ref().map(Into::into).collect();
                    if values.is_empty() {
                        return Err(format!("`{word}` in `{line}` is followed by no value"));
                    }
                    condition = if word == "if" {
                        Condition::If(values)
                    } else {
                        Condition::Unless(values)
                    };
                }
                _ => {
                    tags |=
                        Tags::word(word).ok_or_else(|| format!("`{word}` in `{line}` is no known word"))?;
                }
            }
        }
        Ok((
            spellings,
            Self {
                argument,
                rules: vec![(tags, condition)],
            },
        ))
    }
}

fn parse_argument(text: &str) -> Result<Argument, String> {
    let kinds = |inner: &str| {
        inner
            .split_whitespace()
            .map(|name| Kind::parse(name).ok_or_else(|| format!("`{name}` is no kind of argument")))
            .collect::<Result<Vec<_>, _>>()
    };
    if let Some(inner) = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        let kinds = kinds(inner)?;
        if kinds.is_empty() {
            return Err("`<>` names no kind of argument".to_owned());
        }
        return Ok(Argument::Required(kinds));
    }
    match text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map(kinds)
    {
        Some(kinds) => match <[Kind; 1]>::try_from(kinds?) {
            Ok([kind]) => Ok(Argument::Attached(kind)),
            Err(_) => Err(format!("`{text}` must name one kind")),
        },
        None => Err(format!("`{text}` is neither <kinds> nor [kind]")),
    }
}

impl Options {
    /// Reads a block of lines; `#` starts a comment.
    pub(super) fn parse(block: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for line in block.lines() {
            let line = uncommented(line);
            if line.is_empty() {
                continue;
            }
            let (spellings, spec) = OptionSpec::parse(line)?;
            let known = spellings
                .first()
                .and_then(|first| options.by_spelling.get(*first).copied());
            if let Some(index) = known {
                let earlier = &mut options.specs[index];
                let same = spellings
                    .iter()
                    .all(|spelling| options.by_spelling.get(*spelling) == Some(&index));
                if !same || earlier.argument != spec.argument {
                    return Err(format!("`{line}` is at odds with an earlier line"));
                }
                earlier.rules.extend(spec.rules);
                continue;
            }
            for spelling in spellings {
                if let Some(beginning) = spelling.strip_suffix('*') {
                    if spec.argument != Argument::None {
                        return Err(format!("`{spelling}` in `{line}` cannot have a value of its own"));
                    }
                    options.by_beginning.push((beginning.into(), options.specs.len()));
                    continue;
                }
                let key = if spelling == "-NUM" { NUMBER } else { spelling };
                if options
                    .by_spelling
                    .insert(key.into(), options.specs.len())
                    .is_some()
                {
                    return Err(format!("`{spelling}` is listed twice"));
                }
            }
            options.specs.push(spec);
        }
        Ok(options)
    }

    /// The option spelt exactly so.
    pub(super) fn get(&self, spelling: &str) -> Option<&OptionSpec> {
        self.by_spelling.get(spelling).map(|&index| &self.specs[index])
    }

    /// Every spelling with its option, in order.
    #[cfg(test)]
    pub(super) fn spellings(&self) -> impl Iterator<Item = (&str, &OptionSpec)> {
        self.by_spelling
            .iter()
            .map(|(spelling, &index)| (&**spelling, &self.specs[index]))
    }

    /// The option spelt as a dash and a number.
    pub(super) fn number(&self) -> Option<&OptionSpec> {
        self.get(NUMBER)
    }

    /// The option one of whose spellings, `-W*`, covers this one.
    pub(super) fn beginning(&self, spelling: &str) -> Option<&OptionSpec> {
        let found = self
            .by_beginning
            .iter()
            .find(|(beginning, _)| spelling.starts_with(&**beginning));
        found.map(|&(_, index)| &self.specs[index])
    }

    /// The options whose long spelling begins so. Several spellings of one option count once.
    pub(super) fn abbreviated(&self, prefix: &str) -> Vec<&OptionSpec> {
        let mut found: Vec<usize> = self
            .by_spelling
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(|(spelling, _)| spelling.starts_with(prefix))
            .map(|(_, &index)| index)
            .collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|index| &self.specs[index]).collect()
    }
}

/// A line without its comment, which begins with `# ` at its start or behind a blank.
pub(super) fn uncommented(line: &str) -> &str {
    if line.trim_start().starts_with("# ") {
        return "";
    }
    line.split_once(" # ").map_or(line, |(before, _)| before).trim()
}

/// Matches a whole text against a pattern in which `*` stands for any text.
pub(super) fn glob_matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    let mut starts = (0..=text.len()).filter(|&at| text.is_char_boundary(at));
    starts.any(|at| glob_matches(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_as_documented() {
        let options = Options::parse(
            "-q --quiet\n-o --output <dest>   # a comment\n-i [text] : edits\n--dry-run [text] : dry unless none\n-X <text> : changes unless GET HEAD\n-NUM\n-W*",
        )
        .unwrap();
        assert_eq!(
            options.get("--output").unwrap().argument,
            Argument::Required(vec![Kind::Dest])
        );
        assert_eq!(
            options.get("-i").unwrap().argument,
            Argument::Attached(Kind::Text)
        );
        assert!(options.number().is_some());
        assert!(options.beginning("-Wall").is_some());
        assert_eq!(options.abbreviated("--ou").len(), 1);
        let request = options.get("-X").unwrap();
        assert_eq!(request.tags(Some("GET")), Tags::NONE);
        assert_eq!(request.tags(Some("DELETE")), Tags::CHANGES);
        assert_eq!(request.tags(None), Tags::CHANGES);
        let both = Options::parse("-m <text> : unknown unless a b\n-m <text> : network if b").unwrap();
        assert_eq!(both.get("-m").unwrap().tags(Some("b")), Tags::NETWORK);
        assert_eq!(both.get("-m").unwrap().tags(Some("c")), Tags::UNKNOWN);
        let dry = options.get("--dry-run").unwrap();
        assert_eq!(dry.tags(Some("")), Tags::DRY);
        assert_eq!(dry.tags(Some("none")), Tags::NONE);
        assert_eq!(dry.tags(None), Tags::NONE);
    }

    #[test]
    fn mistakes_in_lines_are_errors() {
        for line in [
            "-a: writes",
            "-a : wries",
            "-a <pathh>",
            "-a\n-b -a",
            "-a\n-a <text>",
            ": reads",
            "-a : reads if",
            "-a <",
            "-a [text path]",
        ] {
            assert!(Options::parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn stars_match_any_text() {
        assert!(glob_matches("describe-*", "describe-instances"));
        assert!(glob_matches("*.pager", "core.pager"));
        assert!(glob_matches("a*b*c", "axxbyyc"));
        assert!(!glob_matches("a*b", "abc"));
        assert!(!glob_matches("list", "lists"));
    }
}
