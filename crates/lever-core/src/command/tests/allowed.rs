//! Every place that takes a value, on real shells, with hostile values: what arrives is the value, byte for byte, or the
//! value was refused by a rule that names it.

use std::collections::BTreeMap;

use super::shell::{Folder, available, person, records};
use crate::command::payloads;
use crate::command::{BindError, Form, Plan, TemplateSource};

use super::compile;

/// All the places of a script at once.
const SCRIPT: &str = r#"/usr/bin/printf '%s\0' x{{v}} "a{{v}}b" 'c{{v}}d' --x={{v}} "=$(/usr/bin/printf '%s' _{{v}})" && { /usr/bin/printf '%s\0' "-"{{v}} | cat; }
for i in 1 2; do /usr/bin/printf '%s\0' "$i{{v}}"; done
if [ -n "x{{v}}" ]; then /usr/bin/printf '%s\0' \\"{{v}}"\' it\'s{{v}}; fi
case x{{v}} in *) /usr/bin/printf '%s\0' 'a'"{{v}}"'{{v}}' ;; esac
(/usr/bin/printf '%s\0' "$(cat <<END
<{{v}}|"{{v}}"|'{{v}}'|\$x>
END
)")
cat <<EOF
{{v}} '{{v}}' "{{v}}" \\{{v}}
EOF
"#;

fn expected(v: &str) -> Vec<String> {
    vec![
        format!("x{v}"),
        format!("a{v}b"),
        format!("c{v}d"),
        format!("--x={v}"),
        format!("=_{v}"),
        format!("-{v}"),
        format!("1{v}"),
        format!("2{v}"),
        format!("\\{v}'"),
        format!("it's{v}"),
        format!("a{v}{v}"),
        format!("<{v}|\"{v}\"|'{v}'|$x>"),
        format!("{v} '{v}' \"{v}\" \\{v}\n"),
    ]
}

fn plan(template: &str) -> Plan {
    compile(&TemplateSource::new(template))
        .unwrap_or_else(|error| panic!("{template}: {error}: {}", error.hint()))
}

fn values(value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("v".to_owned(), value.to_owned())])
}

/// Our own payloads, and those of the folder that `LEVER_TEST_DATA` names.
fn hostile_values() -> Vec<String> {
    let mut values: Vec<String> = payloads::all()
        .into_iter()
        .map(|payload| payload.value.into_owned())
        .collect();
    let Ok(folder) = std::env::var("LEVER_TEST_DATA") else {
        eprintln!("skipped: LEVER_TEST_DATA names no folder with more payloads");
        return values;
    };
    for file in ["command_exec.txt", "command-execution-unix.txt"] {
        let text = std::fs::read(format!("{folder}/payloads/{file}")).unwrap_or_default();
        values.extend(String::from_utf8_lossy(&text).lines().map(str::to_owned));
    }
    if let Ok(text) = std::fs::read_to_string(format!("{folder}/payloads/blns.json")) {
        values.extend(serde_json::from_str::<Vec<String>>(&text).unwrap());
    }
    values.retain(|value| !value.is_empty());
    values
}

#[test]
fn values_arrive_whole_in_every_place_of_a_script() {
    let plan = plan(SCRIPT);
    assert!(plan.multiline);
    let folder = Folder::new();
    let shells = available(&["bash", "dash", "ksh", "zsh"]);
    let (mut ran, mut refused) = (0, BTreeMap::<&str, usize>::new());
    let own = payloads::all().len();
    for (count, value) in hostile_values().into_iter().enumerate() {
        let bound = match plan.bind(&values(&value), &person()) {
            Ok(bound) => bound,
            Err(error) => {
                assert!(matches!(error, BindError::Value(_)), "{error}");
                *refused.entry(error.code()).or_default() += 1;
                continue;
            }
        };
        // All shells for our own payloads; the others take turns, for there are many of them.
        let turn = count % shells.len();
        let here = if count < own {
            &shells[..]
        } else {
            &shells[turn..=turn]
        };
        for shell in here {
            let (output, well) = folder.run_bound(&bound, Some(shell));
            assert!(well, "{shell}: {value:?}");
            assert_eq!(records(&output), expected(&value), "{shell}: {value:?}");
            assert!(!folder.take_canary(), "{shell}: {value:?} ran something");
            ran += 1;
        }
        if count >= own && count % 4 != 0 {
            continue;
        }
        // What is shown is the same command.
        let (output, _) = folder.run(&["sh".into(), "-c".into(), bound.display.clone()], &[]);
        assert_eq!(records(&output), expected(&value), "shown: {}", bound.display);
        assert!(!folder.take_canary(), "shown: {value:?} ran something");
        assert_eq!(bound.marks.len(), plan.holes.len());
    }
    eprintln!("{ran} runs on {shells:?}; values refused: {refused:?}");
    assert!(ran > 100);
    assert!(
        refused
            .keys()
            .all(|code| matches!(*code, "value_character" | "value_too_long")),
        "{refused:?}"
    );
}

#[test]
fn values_arrive_whole_without_a_shell() {
    let folder = Folder::new();
    let plan = plan("/usr/bin/printf '%s\\0' x{{v}} \"{{v}}\"'{{v}}' -o={{v}} {{v}}");
    assert!(matches!(plan.form, Form::Argv(_)));
    let (mut ran, mut refused) = (0, 0);
    for value in hostile_values() {
        match plan.bind(&values(&value), &person()) {
            Ok(bound) => {
                let (output, _) = folder.run_bound(&bound, None);
                let expected = [
                    format!("x{value}"),
                    format!("{value}{value}"),
                    format!("-o={value}"),
                    value.clone(),
                ];
                assert_eq!(records(&output), expected, "{value:?}");
                let (output, _) = folder.run(&["sh".into(), "-c".into(), bound.display.clone()], &[]);
                assert_eq!(records(&output), expected, "shown: {}", bound.display);
                ran += 1;
            }
            Err(error) => {
                let known = ["value_character", "value_too_long", "value_option"];
                assert!(known.contains(&error.code()), "{value:?}: {error}");
                assert!(
                    error.code() != "value_option" || value.starts_with('-'),
                    "{value:?}: {error}"
                );
                refused += 1;
            }
        }
        assert!(!folder.take_canary());
    }
    eprintln!("{ran} runs, {refused} values refused");
    assert!(ran > 60);
}

/// Templates of all the forms that people teach, with a recorder in the place of each program: each hole class, pipes,
/// lists, loops, redirects, patterns beside holes.
const TEMPLATES: &[&str] = &[
    "grep -r {{v}} .",
    "grep -e {{v}} -- f1 f2",
    "git commit -m \"{{v}}\"",
    "git log --author={{v}} --oneline | head -n 3",
    "docker run --rm -e NAME={{v}} image",
    "docker exec web cat '/srv/{{v}}/conf'",
    "find . -name '*{{v}}*' -type f",
    "find . -name {{v}} | wc -l",
    "tar czf {{v}}.tgz src",
    "mv src/{{v}} dst/{{v}}.bak",
    "cp a {{v}}{,.bak}",
    "curl -s \"https://example.com/{{v}}?q={{v}}\"",
    "echo {{v}} && rec done",
    "false || rec {{v}}",
    "rec {{v}}; rec \"{{v}}\"; rec '{{v}}'",
    "if rec {{v}}; then rec yes; fi",
    "for i in 1 2; do rec $i {{v}}; done",
    "while rec {{v}} && false; do :; done",
    "case a in a) rec {{v}};; esac",
    "(cd . && rec {{v}})",
    "{ rec {{v}}; rec x; }",
    "rec \"$(rec {{v}})\"",
    "rec $(rec a) {{v}}",
    "rec *.none {{v}}",
    "rec \"$HOME\" {{v}} ~",
    "rec {{v}} > /dev/null 2>&1",
    "rec {{v}} 2>/dev/null < /dev/null",
    "rec a | rec b{{v}} | rec c",
    "! rec {{v}}",
    "rec {{v}} &",
    "time rec {{v}}",
    "X=1 rec {{v}}",
    "rec <(rec {{v}})",
    "rec [ab]{{v}}",
    "rec a\\ b{{v}}\\'c",
    "rec {a,b}{{v}}",
    "rec a {{v}} # comment",
    "rec a \\\n  {{v}}",
    "rec 'it'\\''s {{v}}' \"say \\\"{{v}}\\\"\"",
    "sh -c 'rec \"$1\"' sh {{v}}",
    "env A=1 nice rec {{v}}",
    "xargs -0 rec {{v}} < /dev/null",
    "awk -v x={{v}} 'BEGIN {print x}'",
    "jq --arg x {{v}} '.[$x]' f",
    "rec é{{v}}ü '→{{v}}'",
    "printf '%s' {{v}} | ssh host xargs -0 cat",
];

#[test]
fn payloads_run_nothing_in_the_templates_that_people_teach() {
    let folder = Folder::new();
    let recorder = "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\000' \"$a\"; done >> \"$REC\"\n";
    for name in [
        "rec", "grep", "git", "docker", "find", "tar", "mv", "cp", "curl", "jq", "ssh",
    ] {
        folder.write(name, recorder);
    }
    let log = folder.path().join("log");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let env = [
        ("PATH".to_owned(), path),
        ("REC".to_owned(), log.display().to_string()),
    ];
    let all = payloads::all();
    let chosen: Vec<&str> = all
        .iter()
        .filter(|payload| payload.value.len() < 200)
        .map(|payload| &*payload.value)
        .collect();
    let (mut ran, mut at) = (0, 0);
    for template in TEMPLATES {
        let plan = plan(template);
        for _ in 0..14 {
            // Coprime with the number of payloads, so that every template meets others.
            at = (at + 37) % chosen.len();
            let Ok(bound) = plan.bind(&values(chosen[at]), &person()) else {
                continue;
            };
            let _ = std::fs::remove_file(&log);
            folder.run(&bound.argv, &env);
            assert!(!folder.take_canary(), "{template} with {:?}", chosen[at]);
            let log_text = std::fs::read(&log).unwrap_or_default();
            let log_text = String::from_utf8(log_text).unwrap();
            let unseen = ["echo", "awk", "printf"]
                .iter()
                .any(|program| template.starts_with(program));
            let arrives = log_text.contains(chosen[at]);
            // A program in the background may not have written anything yet.
            let background = template.ends_with('&') || template.contains("<(");
            assert!(
                unseen || background || arrives,
                "{template} with {:?}: {log_text:?}",
                chosen[at]
            );
            ran += 1;
        }
    }
    eprintln!("{ran} runs of {} templates", TEMPLATES.len());
    assert!(ran > 300);
}

#[test]
fn secrets_travel_by_the_environment_and_are_never_shown() {
    let folder = Folder::new();
    let secret = "hunter2 $(touch lever-canary) '\"";
    for (template, expected) in [
        ("printf '%s' {{v:secret}} | cat", secret.to_owned()),
        ("cat <<EOF\nkey: {{v:secret}}\nEOF", format!("key: {secret}\n")),
        (
            "DB_PASSWORD={{v:secret}} printenv DB_PASSWORD",
            format!("{secret}\n"),
        ),
        (
            "DB_PASSWORD=\"{{v:secret}}\" sh -c 'printf %s \"$DB_PASSWORD\"'",
            secret.to_owned(),
        ),
    ] {
        let plan = plan(template);
        let bound = plan.bind(&values(secret), &person()).unwrap();
        assert!(
            !bound.argv.iter().any(|word| word.contains("hunter2")),
            "{:?}",
            bound.argv
        );
        assert!(
            !bound.display.contains("hunter2") && bound.display.contains("{{v:secret}}"),
            "{}",
            bound.display
        );
        assert!(!bound.values.contains_key("v"));
        assert_eq!(bound.env.keys().collect::<Vec<_>>(), ["LEVER_SECRET_V"]);
        let (output, _) = folder.run_bound(&bound, None);
        assert_eq!(String::from_utf8(output).unwrap(), expected, "{template}");
        assert!(!folder.take_canary());
        let error = plan.bind(&values("hunter2\n"), &person()).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn what_the_teacher_wrote_runs_as_written() {
    let folder = Folder::new();
    folder.write("a.log", "one\ntwo\n");
    folder.write("b.log", "three\n");
    for (template, value, expected) in [
        ("cat *.log | sort -r | head -n {{v:int}}", "2", "two\nthree\n"),
        (
            "cat {{v:path}} && echo $((1 + 2)) `echo x` $(echo y)",
            "a.log",
            "one\ntwo\n3 x y\n",
        ),
        ("wc -l < {{v:path}} | tr -d ' '", "a.log", "2\n"),
        ("echo new > {{v:path}}; cat -- {{v:path}}", "-out file", "new\n"),
        ("echo {a,b}{1..2}{{v}}", "x", "a1x a2x b1x b2x\n"),
        (
            "cat <<-EOF\n\tx \"$(echo {{v}})\"\n\tEOF\n",
            "a  b",
            "x \"a  b\"\n",
        ),
        (
            "for f in *.log; do echo \"$f {{v}}\"; done",
            "*",
            "a.log *\nb.log *\n",
        ),
        ("ls !(b.log|-*) | grep -c {{v}}", "a.log", "1\n"),
    ] {
        let plan = plan(template);
        let bound = plan.bind(&values(value), &person()).unwrap();
        if available(&[bound.argv[0].as_str()]).is_empty() {
            continue;
        }
        let (output, _) = folder.run_bound(&bound, None);
        assert_eq!(
            String::from_utf8(output).unwrap(),
            expected,
            "{template}: {:?}",
            bound.argv
        );
    }
}

/// A value may be the word that ends the document it stands in, or begin as that word does.
#[test]
fn a_shown_document_ends_where_the_run_one_does() {
    let folder = Folder::new();
    let shells = available(&["bash", "dash", "zsh"]);
    let mut plain_failed = 0;
    for (line, value, arrives) in [
        ("{{v}}", "EOF", "EOF"),
        ("{{v}}", "EOF\u{e9}", "EOF\u{e9}"),
        ("{{v}}", "EO", "EO"),
        ("{{v}}", "E\u{13a0}", "E\u{13a0}"),
        ("E{{v}}", "OF", "EOF"),
        ("{{v}}F", "EO", "EOF"),
        ("{{v}}{{v}}", "EOFEOF", "EOFEOFEOFEOF"),
        ("{{v}}", "a", "a"),
    ] {
        for start in ["<<EOF", "<<- EOF"] {
            let template = format!("cat {start}\n{line}\nEOF\n/usr/bin/printf '%s\\0' after");
            let plan = plan(&template);
            let bound = plan.bind(&values(value), &person()).unwrap();
            let expected = vec![format!("{arrives}\nafter")];
            // The control: the value put in as it is.
            let put_in = template.replace("{{v}}", value);
            for shell in &shells {
                let (output, _) = folder.run_bound(&bound, Some(shell));
                assert_eq!(records(&output), expected, "{shell}: {template}");
                let shown = [shell.to_string(), "-c".into(), bound.display.clone()];
                let (output, _) = folder.run(&shown, &[]);
                assert_eq!(records(&output), expected, "{shell}, shown: {}", bound.display);
                let (output, _) = folder.run(&[shell.to_string(), "-c".into(), put_in.clone()], &[]);
                plain_failed += usize::from(!output.ends_with(format!("{arrives}\nafter\0").as_bytes()));
            }
            assert_eq!(bound.display.contains("$()"), value != "a", "{}", bound.display);
        }
    }
    assert!(plain_failed > 0);
}
