//! What must hold for every row and for any words at all.

use proptest::prelude::*;

use crate::command::Effects;
use crate::command::shell_words::{Piece, SimpleCommand, Word};

use super::super::kind::Kind;
use super::super::option::{Argument, OptionSpec, Style};
use super::super::table::Facts;
use super::super::tags::Tags;
use super::super::{Guard, HoleFact, Refusal, Role, assess};
use super::{assess_text, builtin};

/// The effects of literal words.
fn effects(words: &[&str]) -> Effects {
    let command = SimpleCommand {
        words: words.iter().map(|word| Word::literal(word)).collect(),
        ..SimpleCommand::default()
    };
    assess(builtin(), &[command], &[], &|_| None).effects
}

/// True if the option makes a command do more than read, whatever else stands there.
fn is_dangerous(spec: &OptionSpec) -> bool {
    let tags = spec.tags(None);
    let kinds = match &spec.argument {
        Argument::Required(kinds) => kinds.as_slice(),
        Argument::Attached(kind) => std::slice::from_ref(kind),
        Argument::None => &[],
    };
    let written = kinds.iter().any(|kind| matches!(kind, Kind::Dest));
    let run = kinds.iter().any(|kind| matches!(kind, Kind::Program));
    let lifted = tags.has(Tags::ONLY | Tags::DRY);
    !lifted && (!tags.effects().reads_only() || written || run)
}

/// Every row whose command only reads by itself, with its full name.
fn reading_rows(visit: &mut dyn FnMut(&str, &Facts)) {
    let programs = builtin();
    for name in programs.rows.keys() {
        let Some(node) = programs.program(name) else {
            continue;
        };
        node.walk(name, &mut |full, node| {
            if let Some(facts) = &node.facts
                && !full.contains('*')
                && facts.style == Style::Gnu
                && facts.own_effects().reads_only()
            {
                visit(full, facts);
            }
        });
    }
}

#[test]
fn no_spelling_hides_a_dangerous_long_option() {
    let mut tried = 0;
    reading_rows(&mut |name, facts| {
        let words: Vec<&str> = name.split_whitespace().collect();
        for (spelling, spec) in facts.options.spellings() {
            if !spelling.starts_with("--") || !is_dangerous(spec) {
                continue;
            }
            for end in 4..=spelling.len() {
                let short = &spelling[..end];
                // A shorter spelling may be another option's own name.
                if end < spelling.len() && facts.options.get(short).is_some() {
                    continue;
                }
                for tail in ["", "=./x"] {
                    let option = format!("{short}{tail}");
                    let mut argv = words.clone();
                    argv.extend([option.as_str(), "./x"]);
                    assert!(!effects(&argv).reads_only(), "{argv:?}");
                    tried += 1;
                }
            }
        }
    });
    assert!(tried > 500, "only {tried}");
}

#[test]
fn no_spelling_hides_a_dangerous_short_option() {
    let mut tried = 0;
    reading_rows(&mut |name, facts| {
        let words: Vec<&str> = name.split_whitespace().collect();
        let is_short = |spelling: &str| spelling.len() == 2 && spelling.starts_with('-');
        let plain = |spec: &OptionSpec| spec.argument == Argument::None && spec.tags(Some("")) == Tags::NONE;
        let flag = facts
            .options
            .spellings()
            .find(|(spelling, spec)| is_short(spelling) && plain(spec));
        for (spelling, spec) in facts.options.spellings() {
            if !is_short(spelling) || !is_dangerous(spec) {
                continue;
            }
            let takes_value = matches!(spec.argument, Argument::Required(_));
            let mut forms = vec![spelling.to_owned()];
            if let Some((flag, _)) = flag {
                forms.push(format!("{flag}{}", &spelling[1..]));
            }
            if takes_value {
                forms.extend(forms.clone().iter().map(|form| format!("{form}./x")));
            }
            for form in forms
                .iter()
                .filter(|form| facts.options.get(form).is_none_or(is_dangerous))
            {
                let mut argv = words.clone();
                argv.extend([form.as_str(), "./x"]);
                assert!(!effects(&argv).reads_only(), "{argv:?}");
                tried += 1;
            }
        }
    });
    assert!(tried > 50, "only {tried}");
}

#[test]
fn a_wrapper_never_hides_what_it_runs() {
    for wrapper in [
        "env",
        "env A=b",
        "nice",
        "nice -n 5",
        "nohup",
        "time",
        "time -p",
        "timeout 5",
        "timeout -s KILL 5",
        "stdbuf -oL",
        "setsid",
        "ionice -c 3",
        "command",
        "exec",
        "xargs",
        "xargs -0 -n 1",
        "find . -exec",
        "watch",
        "watch -n 1",
        "sudo",
        "sudo -u x",
        "sudo -E --",
        "doas",
        "strace",
        "flock /tmp/l",
        "chroot /x",
        "taskset 1",
        "chrt 5",
        "caffeinate",
        "torsocks",
        "unbuffer",
        "systemd-run",
        "ssh host",
        "docker exec c",
        "kubectl exec p --",
        "parallel",
        "script -c",
        "su -c",
        "sh -c",
        "eval",
        "trap",
        "git bisect run",
        "git submodule foreach",
        "tmux new -d",
        "hyperfine",
    ] {
        let command = if wrapper.starts_with("find") {
            format!("{wrapper} rm -rf x \\;")
        } else if matches!(wrapper, "sh -c" | "su -c" | "script -c" | "trap" | "hyperfine") {
            format!("{wrapper} 'rm -rf x'")
        } else {
            format!("{wrapper} rm -rf x")
        };
        let found = assess_text(builtin(), &command).unwrap();
        assert!(found.effects.destroys, "{command}: {:?}", found.effects);
    }
}

#[test]
fn deep_nesting_ends() {
    let deep = "env ".repeat(100) + "ls";
    assert!(assess_text(builtin(), &deep).unwrap().effects.unknown);
    let mut text = "ls".to_owned();
    for _ in 0..6 {
        text = format!("sh -c {}", shell_quoted(&text));
    }
    assert!(assess_text(builtin(), &text).is_some());
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[test]
fn words_get_their_roles() {
    let found = assess_text(builtin(), "sudo git -C {{dir}} commit -m {{message}} -- {{file}}").unwrap();
    let facts = &found.commands[0];
    assert_eq!(
        (facts.program.as_str(), facts.subcommand.as_str()),
        ("git", "commit")
    );
    let roles: Vec<&Role> = facts.words.iter().map(|word| &word.role).collect();
    assert_eq!(
        roles,
        [
            &Role::Program,
            &Role::Program,
            &Role::Option,
            &Role::Value(Kind::Chdir),
            &Role::Subcommand,
            &Role::Option,
            &Role::Value(Kind::Text),
            &Role::Separator,
            &Role::Operand(Kind::Path),
        ]
    );
}

#[test]
fn values_that_mean_something_else_are_told() {
    let refuse =
        |text: &str, word: usize| assess_text(builtin(), text).unwrap().commands[0].words[word].refuse;
    assert_eq!(refuse("curl -d {{data}} {{url}}", 2), [Refusal::Leading("@")]);
    assert_eq!(refuse("curl --data={{data}} {{url}}", 1), [Refusal::Leading("@")]);
    assert_eq!(refuse("less {{file}}", 1), [Refusal::Leading("+")]);
    assert_eq!(refuse("scp {{file}} h:", 1), [Refusal::Containing(":")]);
    assert_eq!(refuse("sysctl {{key}}", 1), [Refusal::Containing("=")]);
    assert_eq!(
        refuse("find {{dir}} -name x", 1),
        [
            Refusal::Exactly("("),
            Refusal::Exactly("!"),
            Refusal::Exactly(")"),
            Refusal::Exactly(",")
        ]
    );
    assert_eq!(refuse("ls {{dir}}", 1), []);
}

#[test]
fn guards_stand_before_operands_only() {
    let guards = |text: &str| assess_text(builtin(), text).unwrap().commands[0].guards.clone();
    assert_eq!(
        guards("rm -rf {{dir}}"),
        [Guard {
            before: 2,
            text: "--"
        }]
    );
    assert_eq!(
        guards("sudo rm {{a}} {{b}}"),
        [Guard {
            before: 2,
            text: "--"
        }]
    );
    assert_eq!(
        guards("git log {{ref}}"),
        [Guard {
            before: 2,
            text: "--end-of-options"
        }]
    );
    // An option behind the operand, one that may take the next word, a command of one's own, no such word.
    for text in [
        "rm {{dir}} -rf",
        "docker rm --odd x {{c}}",
        "timeout {{n}} ls",
        "find {{dir}}",
        "rm -- {{dir}}",
        "rm x",
    ] {
        assert_eq!(guards(text), [], "{text}");
    }
}

#[test]
fn code_behind_pipes_and_here_strings_is_found() {
    for (text, language) in [
        ("echo {{x}} | sh", "sh"),
        ("echo {{x}} | sudo bash", "sh"),
        ("cat {{x}} | psql", "sql"),
        ("bash <<< {{x}}", "sh"),
        ("echo {{x}} | crontab -", "sh"),
        ("env sh -c {{x}}", "sh"),
        ("xargs sh -c \"echo {{x}}\"", "sh"),
        ("find . -exec awk {{x}} {} +", "awk"),
        ("git -c core.pager={{x}} log", ""),
        ("watch {{x}}", "sh"),
        ("{{x}} -l", "program"),
        ("sudo {{x}}", "program"),
    ] {
        let found = assess_text(builtin(), text).unwrap();
        assert!(
            found.effects.unknown || text.contains("ssh"),
            "{text}: {:?}",
            found.effects
        );
        if !language.is_empty() {
            assert!(
                found.code.iter().any(|position| position.language == language),
                "{text}: {:?}",
                found.code
            );
        }
    }
}

/// Words near to those that the table knows.
fn word() -> impl Strategy<Value = Word> {
    let text = prop_oneof![
        prop::sample::select(vec![
            "rm",
            "find",
            "-exec",
            ";",
            "+",
            "{}",
            "sudo",
            "xargs",
            "-I",
            "env",
            "A=b",
            "git",
            "-c",
            "log",
            "--",
            "-",
            "tar",
            "xzf",
            "docker",
            "run",
            "-it",
            "sh",
            "-c",
            "ls | rm x",
            "awk",
            "{print > \"x\"}",
            "sed",
            "s/a/b/e",
            "dd",
            "of=x",
            "curl",
            "-o",
            "kubectl",
            "exec",
            "ssh",
            "h",
            "aws",
            "s3",
            "cp",
            "psql",
            "select 1",
            "\\! x",
            "--output=",
            "--out",
            "ip",
            "a",
            "s",
            "redis-cli",
            "GET",
            "é",
            "-é",
            "--é=",
            "",
            "=",
            "-=",
            "+x",
            "@x",
            "a:b",
            "watch",
            "timeout",
            "5",
            "-NUM",
            "*",
            "date",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,8}",
        "-{1,2}[a-z=]{0,6}",
    ];
    let piece = prop_oneof![
        4 => text.prop_map(Piece::Text),
        1 => (0_usize..3).prop_map(Piece::Hole),
        1 => Just(Piece::Glob("*".to_owned())),
        1 => Just(Piece::Home(String::new())),
        1 => Just(Piece::Expansion("$x".to_owned())),
    ];
    prop::collection::vec(piece, 0..3).prop_map(|pieces| {
        let mut word = Word::default();
        for piece in pieces {
            match piece {
                Piece::Text(text) => word.push_text(&text),
                other => word.pieces.push(other),
            }
        }
        word
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_can_be_assessed(words in prop::collection::vec(word(), 0..8), pipe_in: bool) {
        let holes = [HoleFact { name: "a", option: false }, HoleFact { name: "b", option: true }];
        let first = SimpleCommand { words: words.clone(), pipe_out: pipe_in, ..SimpleCommand::default() };
        let second = SimpleCommand { words, pipe_in, ..SimpleCommand::default() };
        let commands = [first, second];
        let again = commands[0].clone();
        let found = assess(builtin(), &commands, &holes, &|_| Some(vec![again.clone()]));
        for (command, facts) in commands.iter().zip(&found.commands) {
            prop_assert_eq!(command.words.len(), facts.words.len());
            prop_assert!(facts.guards.iter().all(|guard| guard.before < command.words.len()));
        }
        for position in &found.code {
            prop_assert!(position.word.is_none_or(|word| word < commands[position.command].words.len()));
        }
    }

    #[test]
    fn any_code_can_be_inspected(text in "\\PC{0,40}", pieces in prop::collection::vec("[swe/|>{}\"'$@;\\n \\\\]{1,3}|print|system|getline|select|drop|\\.shell", 0..12)) {
        for language in super::super::kind::LANGUAGES {
            super::super::code::inspect(language, &text);
            super::super::code::inspect(language, &pieces.concat());
        }
    }
}
