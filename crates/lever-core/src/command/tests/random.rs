//! Random templates and values: the arguments that arrive are the intended ones, byte for byte, and nothing panics.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::compile;
use super::shell::{Folder, available, person, records};
use crate::command::payloads;
use crate::command::{BindError, Declared, Hole, Plan, TemplateSource};

/// A piece of a word, as template text and as what should arrive with the values of `a` and `b`.
#[derive(Clone, Debug)]
enum Bit {
    Plain(&'static str),
    Escaped(char),
    Single(Vec<Inner>),
    Double(Vec<Inner>),
    Hole(bool),
    Substitution(Vec<Inner>),
}

#[derive(Clone, Debug)]
enum Inner {
    Text(&'static str),
    Hole(bool),
}

/// What stands around the recorder.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Alone,
    Pipe,
    And,
    Subshell,
    Group,
    Loop,
    If,
    Heredoc,
    Comment,
    Twice,
}

const PLAIN: &[&str] = &[
    "x", "-o=", "é", "/", ".", "a,b", "%", "^", "+", "@", "=", ":", "ß→", "#in", "}", "1",
];
const QUOTED: &[&str] = &[
    "", " ", "it", "; rm", "#", "*?[a]", "é→", "{a,b}", "~", "|&<>()", "!", "-", "%s", "\\x",
];

fn inner() -> impl Strategy<Value = Vec<Inner>> {
    let one = prop_oneof![
        proptest::sample::select(QUOTED).prop_map(Inner::Text),
        any::<bool>().prop_map(Inner::Hole),
    ];
    proptest::collection::vec(one, 0..4)
}

fn word() -> impl Strategy<Value = Vec<Bit>> {
    let bit = prop_oneof![
        2 => proptest::sample::select(PLAIN).prop_map(Bit::Plain),
        1 => proptest::sample::select(&['$', '"', '\'', '\\', ' ', '*', 'n', ';', '`', '~'][..]).prop_map(Bit::Escaped),
        2 => inner().prop_map(Bit::Single),
        3 => inner().prop_map(Bit::Double),
        3 => any::<bool>().prop_map(Bit::Hole),
        1 => inner().prop_map(Bit::Substitution),
    ];
    proptest::collection::vec(bit, 1..5)
}

fn frame() -> impl Strategy<Value = Frame> {
    use Frame::{Alone, And, Comment, Group, Heredoc, If, Loop, Pipe, Subshell, Twice};
    proptest::sample::select(
        &[
            Alone, Alone, Pipe, And, Subshell, Group, Loop, If, Heredoc, Comment, Twice,
        ][..],
    )
}

fn value() -> impl Strategy<Value = String> {
    let payloads: Vec<String> = payloads::all()
        .into_iter()
        .filter(|payload| payload.value.len() < 500)
        .map(|payload| payload.value.into_owned())
        .collect();
    let pieces = [
        "$(touch lever-canary)",
        "`",
        "'",
        "\"",
        "\\",
        "$",
        "${1}",
        ";",
        " ",
        "*",
        "-",
        "a",
        "é",
        "{a,b}",
        "EOF",
        "#",
        "!",
        "\u{a0}",
        "~/",
    ];
    prop_oneof![
        proptest::sample::select(payloads),
        proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 1..8)
            .prop_map(|pieces| pieces.concat()),
        "\\PC{1,12}",
    ]
}

struct Writer<'a> {
    template: String,
    values: [&'a str; 2],
}

impl Writer<'_> {
    fn hole(&mut self, which: bool) -> String {
        self.template.push_str(if which { "{{a}}" } else { "{{b}}" });
        self.values[usize::from(!which)].to_owned()
    }

    fn inner(&mut self, parts: &[Inner], single: bool) -> String {
        let mut arrives = String::new();
        for part in parts {
            match part {
                Inner::Text(text) => {
                    // `\x` is literal in both kinds of quotes; at their end it would escape the quote or a hole's `$`.
                    let text = if !single && text.ends_with('\\') { "" } else { text };
                    self.template.push_str(text);
                    arrives.push_str(text);
                }
                Inner::Hole(which) => arrives.push_str(&self.hole(*which)),
            }
        }
        arrives
    }

    fn word(&mut self, bits: &[Bit]) -> String {
        let mut arrives = String::new();
        for bit in bits {
            match bit {
                Bit::Plain(text) => {
                    self.template.push_str(text);
                    arrives.push_str(text);
                }
                Bit::Escaped(c) => {
                    self.template.push('\\');
                    self.template.push(*c);
                    arrives.push(*c);
                }
                Bit::Single(parts) => {
                    self.template.push('\'');
                    arrives.push_str(&self.inner(parts, true));
                    self.template.push('\'');
                }
                Bit::Double(parts) => {
                    self.template.push('"');
                    arrives.push_str(&self.inner(parts, false));
                    self.template.push('"');
                }
                Bit::Hole(which) => arrives.push_str(&self.hole(*which)),
                Bit::Substitution(parts) => {
                    // The point keeps trailing blanks, which no shell strips, apart from line ends, which all do.
                    self.template.push_str("\"$(/usr/bin/printf '%s' \"x");
                    arrives.push('x');
                    arrives.push_str(&self.inner(parts, false));
                    self.template.push_str("\")\"");
                }
            }
        }
        arrives
    }
}

fn write(words: &[Vec<Bit>], frame: Frame, values: [&str; 2]) -> (String, Vec<String>) {
    let mut writer = Writer {
        template: String::new(),
        values,
    };
    let (before, after) = match frame {
        Frame::Alone | Frame::Heredoc | Frame::Twice => ("", ""),
        Frame::Pipe => ("", " | cat"),
        Frame::And => ("true && ", " || :"),
        Frame::Subshell => ("(", ")"),
        Frame::Group => ("{ ", "; }"),
        Frame::Loop => ("for i in 1; do ", "; done"),
        Frame::If => ("if true; then ", "; fi"),
        Frame::Comment => ("", " # it's a comment"),
    };
    writer.template.push_str(before);
    writer.template.push_str("/usr/bin/printf '%s\\0'");
    let mut expected = Vec::new();
    for bits in words {
        // `_` keeps a word from being empty and from beginning with a dash, so that only the quoting is tried here.
        writer.template.push_str(" _");
        let arrives = writer.word(bits);
        expected.push(format!("_{arrives}"));
    }
    writer.template.push_str(after);
    match frame {
        Frame::Heredoc => {
            writer
                .template
                .push_str("\ncat <<EOF\n{{a}}\"{{b}}\"'x' \\$\nEOF\n");
            expected.push(format!("{}\"{}\"'x' $\n", values[0], values[1]));
        }
        Frame::Twice => {
            writer
                .template
                .push_str("; /usr/bin/printf '%s\\0' \"{{b}}.{{a}}\"");
            expected.push(format!("{}.{}", values[1], values[0]));
        }
        _ => {}
    }
    (writer.template, expected)
}

/// Runs a property for a while; how long, `LEVER_TEST_SECONDS` says. Returns how many cases it saw.
pub(super) fn for_a_while<S: Strategy>(
    strategy: &S,
    mut check: impl FnMut(S::Value) -> Result<(), TestCaseError>,
) -> u32 {
    const BATCH: u32 = 50;
    let seconds = std::env::var("LEVER_TEST_SECONDS").map_or(4, |text| text.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(seconds);
    let check = std::cell::RefCell::new(&mut check);
    let mut count = 0;
    while Instant::now() < end {
        let config = Config {
            cases: BATCH,
            failure_persistence: None,
            max_shrink_iters: 2000,
            ..Config::default()
        };
        if let Err(error) = TestRunner::new(config).run(strategy, |value| (check.borrow_mut())(value)) {
            panic!("{error}");
        }
        count += BATCH;
    }
    count
}

#[test]
fn arguments_arrive_byte_for_byte() {
    let folder = Folder::new();
    let shells = available(&["bash", "dash", "zsh", "ksh"]);
    let strategy = (
        proptest::collection::vec(word(), 1..4),
        frame(),
        value(),
        value(),
        any::<prop::sample::Index>(),
    );
    let (mut ran, mut refused) = (0, 0);
    let count = for_a_while(&strategy, |(words, frame, a, b, shell)| {
        let (template, expected) = write(&words, frame, [&a, &b]);
        let plan: Plan = match compile(&TemplateSource::new(&template)) {
            Ok(plan) => plan,
            Err(error) => return Err(TestCaseError::fail(format!("{template}: {error}"))),
        };
        let given: BTreeMap<String, String> = plan
            .params
            .iter()
            .map(|param| {
                (
                    param.name.clone(),
                    if param.name == "a" { a.clone() } else { b.clone() },
                )
            })
            .collect();
        let bound = match plan.bind(&given, &person()) {
            Ok(bound) => bound,
            Err(BindError::Value(_)) => {
                refused += 1;
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let script = bound.argv[0] == "sh";
        let shell = shells[shell.index(shells.len())];
        // A brace that the teacher wrote ends a list for zsh and nothing for others.
        let brace = template
            .replace("{{a}}", "")
            .replace("{{b}}", "")
            .contains(['{', '}']);
        let shell = if shell == "zsh" && brace { "sh" } else { shell };
        let (output, _) = folder.run_bound(&bound, script.then_some(shell));
        prop_assert_eq!(records(&output), expected.clone(), "{}", template);
        let (output, _) = folder.run(&["sh".into(), "-c".into(), bound.display.clone()], &[]);
        prop_assert_eq!(
            records(&output),
            expected,
            "shown: {} of {}",
            bound.display,
            template
        );
        prop_assert!(!folder.take_canary());
        ran += 1;
        Ok(())
    });
    eprintln!("{count} templates with values: {ran} ran, {refused} values refused");
    assert!(ran > 50);
}

#[rustfmt::skip] // a list
const TEMPLATE_PIECES: &[&str] = &[
    "{{a}}", "{{b:path}}", "{{c:int=3}}", "{{", "}}", "{", "}", "$(", ")", "(", "((", "))", "$((", "${", "`", "'", "\"", "\\", "$'", "$\"", "<<EOF\n", "<<'EOF'\n", "EOF\n", "<<<", "<", ">", ">&", "&>", "|", "|&", "||", "&&", "&", ";", ";;", "\n", " ", " ", " ", "[[ ", " ]]", "[", "]", "if ", "then ", "fi", "for ", "in ", "do ", "done", "case ", "esac", "while ", "function ", "f() ", "a=", "a[1]=", "a=(", "ls", "echo ", "sh -c ", "awk ", "sed ", "find ", "xargs ", "sudo ", "env ", "git ", "ssh ", "-", "--", "~", "*", "?", "!", "#", "é", "→", "😀", "\t", "1", "9999999999", "{1..", "coproc ", "time ", "! ", "~+9", "$1", "$@", "${a[", "${!", "@(", "%", "=", ",", "..", "\u{2028}", "\r", "\0", 
];

#[test]
fn no_template_and_no_value_panics() {
    let pieces = TEMPLATE_PIECES;
    let strategy = (
        proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..40),
        "\\PC{0,8}",
    );
    let (mut plans, mut slowest) = (0, Duration::ZERO);
    let count = for_a_while(&strategy, |(pieces, value)| {
        let template = pieces.concat();
        let start = Instant::now();
        let compiled = compile(&TemplateSource::new(&template));
        let took = start.elapsed();
        if took > slowest {
            slowest = took;
        }
        prop_assert!(took < Duration::from_secs(2), "{:?}: {}", took, template);
        match compiled {
            Ok(plan) => {
                plans += 1;
                prop_assert_eq!(
                    &serde_json::from_str::<Plan>(&serde_json::to_string(&plan).unwrap()).unwrap(),
                    &plan
                );
                let given = plan
                    .params
                    .iter()
                    .map(|param| (param.name.clone(), value.clone()))
                    .collect();
                if let Ok(bound) = plan.bind(&given, &person()) {
                    for mark in &bound.marks {
                        prop_assert!(bound.display.get(mark.clone()).is_some());
                    }
                }
            }
            Err(error) => {
                prop_assert!(
                    template.get(error.span.clone()).is_some(),
                    "{:?} of {}",
                    error.span,
                    template
                );
                prop_assert!(!error.to_string().is_empty() && !error.hint().is_empty());
            }
        }
        Ok(())
    });
    eprintln!("{count} templates, {plans} with a plan; the slowest took {slowest:?}");
}

#[test]
fn any_declaration_is_read_or_refused() {
    let strategy = ("\\PC{0,20}", "[a-z:=(){}|\\[\\]\\\\ ]{0,20}");
    for_a_while(&strategy, |(wide, narrow)| {
        for text in [wide, narrow] {
            if let Ok(hole) = Hole::parse(&text) {
                let declared = [Declared::beside(hole)];
                let _ = compile(&TemplateSource {
                    declared: &declared,
                    ..TemplateSource::new("ls {{a}}")
                });
            }
            let _ = compile(&TemplateSource::new(&format!("ls {{{{{text}}}}}")));
        }
        Ok(())
    });
}
