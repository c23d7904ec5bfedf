//! What a value must be, where it may lead, and what an approval is bound to.

use std::collections::BTreeMap;

use super::compile;
use super::shell::person;
use crate::command::{
    BindContext, Bound, Caller, Cwd, Declared, Form, Hole, Interpreter, Plan, TemplateSource,
};

fn plan(template: &str) -> Plan {
    compile(&TemplateSource::new(template)).unwrap_or_else(|error| panic!("{template}: {error}"))
}

fn bind(template: &str, value: &str) -> Result<Bound, &'static str> {
    let given = BTreeMap::from([("v".to_owned(), value.to_owned())]);
    plan(template).bind(&given, &person()).map_err(|error| {
        assert!(
            !error.hint().is_empty() && !error.to_string().contains(['\n', '\r', '\u{1b}', '\u{202e}']),
            "{error:?}"
        );
        error.code()
    })
}

fn declared(text: &str) -> Declared {
    Declared::beside(Hole::parse(text).unwrap())
}

#[test]
fn values_are_checked_as_a_whole() {
    for (template, value, code) in [
        ("cat {{v}}", "", "value_empty"),
        ("cat {{v}}", "a\nb", "value_character"),
        ("cat {{v}}", "a\rb", "value_character"),
        ("cat {{v}}", "a\0b", "value_character"),
        ("cat {{v}}", "a\tb", "value_character"),
        ("cat {{v}}", "\u{1b}[31m", "value_character"),
        ("cat {{v}}", "a\u{85}b", "value_character"),
        ("cat {{v}}", "a\u{2028}b", "value_character"),
        ("cat {{v}}", "a\u{202e}b", "value_character"),
        ("cat {{v}}", "a\u{200b}b", "value_character"),
        ("cat {{v:int}}", "1; ls", "value_type"),
        ("cat {{v:int}}", "1\n", "value_character"),
        ("cat {{v:port}}", "70000", "value_type"),
        ("cat {{v:host}}", "-oProxyCommand=x", "value_type"),
        ("cat {{v:url}}", "javascript:x", "value_type"),
        ("cat {{v:ref}}", "--upload-pack=x", "value_type"),
        ("cat {{v:choice(a|b)}}", "c", "value_type"),
        ("cat {{v:regex(v[0-9]+)}}", "v1 x", "value_type"),
        ("cat {{v:word}}", "a b", "value_type"),
        ("frobnicate {{v}}", "-x", "value_option"),
        ("frobnicate {{v:word}}", "--help", "value_option"),
        ("kill {{v:int}}", "-1", "value_option"),
        ("kill {{v}}", "-1", "value_option"),
        ("kubectl exec pod -- frobnicate {{v}}", "-x", "value_option"),
        ("find {{v:path}} -delete", "!", "value_special"),
        ("find {{v:path}} -delete", "(", "value_special"),
        ("make {{v}}", "SHELL=x", "value_setting"),
        ("make {{v}}", "x:=$(shell id)", "value_setting"),
        ("awk '{print}' {{v:path}}", "FS=x", "value_setting"),
        ("vim {{v:path}}", "+!id", "value_special"),
        ("git clone {{v}}", "ext::sh -c id", "value_special"),
        ("tmux attach -t {{v:word}}", "#(id)", "value_special"),
        (
            "curl -d {{v}} https://example.com",
            "@/etc/passwd",
            "value_special",
        ),
        ("echo x > {{v:path}}", "/dev/tcp/1.2.3.4/80", "value_network_path"),
    ] {
        assert_eq!(bind(template, value), Err(code), "{template} with {value:?}");
    }
    assert_eq!(bind("cat {{v}}", &"x".repeat(9000)), Err("value_too_long"));
    assert_eq!(bind("cat {{v:path}}", &"x".repeat(5000)), Err("value_too_long"));
}

#[test]
fn a_dash_is_no_option_where_that_can_be_helped() {
    for (template, value, argv) in [
        ("cat {{v:path}}", "-rf", "cat ./-rf"),
        ("cat {{v:path}}", "-", "cat ./-"),
        ("cat -- {{v:path}}", "-rf", "cat -- -rf"),
        ("cat ./{{v:path}}", "-rf", "cat ./-rf"),
        ("frobnicate -- {{v}}", "-x", "frobnicate -- -x"),
        ("frobnicate --name={{v}}", "-x", "frobnicate --name=-x"),
        ("frobnicate {{v:choice(-l|-a)}}", "-l", "frobnicate -l"),
        ("grep {{v}} f", "-x", "grep -- -x f"),
        ("grep {{v}} f", "x", "grep -- x f"),
        ("git commit -m {{v}}", "--amend", "git commit -m --amend"),
        ("rm {{v:path}}", "x", "rm x"),
    ] {
        assert_eq!(
            bind(template, value).unwrap().argv.join(" "),
            argv,
            "{template} with {value}"
        );
    }
    let mut option = declared("v");
    option.option = true;
    let source = TemplateSource {
        declared: &[option],
        ..TemplateSource::new("ls {{v}}")
    };
    let given = BTreeMap::from([("v".to_owned(), "-la".to_owned())]);
    assert_eq!(
        compile(&source)
            .unwrap()
            .bind(&given, &person())
            .unwrap()
            .argv
            .last()
            .unwrap(),
        "-la"
    );
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let plan = plan("cp {{a:path}} {{b:path}} {{n:int=3}}");
    let given = |names: &[&str]| {
        names
            .iter()
            .map(|name| ((*name).to_owned(), "1".to_owned()))
            .collect::<BTreeMap<_, _>>()
    };
    let error = plan.bind(&given(&["a"]), &person()).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("needs_parameters", "a value is needed for b")
    );
    let error = plan.bind(&given(&["a", "b", "c"]), &person()).unwrap_err();
    assert_eq!(error.code(), "unknown_parameter");
    assert_eq!(
        plan.bind(&given(&["a", "b"]), &person()).unwrap().argv.join(" "),
        "cp 1 1 3"
    );
}

#[test]
fn a_program_stays_inside_its_roots() {
    let roots = ["/srv/data".to_owned(), "/home/u/work/".to_owned()];
    let context = BindContext {
        caller: Caller::Program,
        cwd: "/srv/data/now",
        home: "/home/u",
        path_roots: &roots,
        real: |path| Some(by_text(path)),
    };
    let bind = |template: &str, value: &str| {
        let given = BTreeMap::from([("v".to_owned(), value.to_owned())]);
        plan(template)
            .bind(&given, &context)
            .map(drop)
            .map_err(|error| error.code())
    };
    for inside in [
        "x",
        "./x",
        "../x",
        "a/../../b",
        "/srv/data",
        "/srv/data/",
        "/home/u/work/x",
        "/srv/./data//y",
        "-x",
    ] {
        assert_eq!(bind("cat {{v:path}}", inside), Ok(()), "{inside}");
        assert_eq!(bind("ls {{v:dir}} | wc", inside), Ok(()), "{inside}");
    }
    for outside in [
        "../../x",
        "/",
        "/etc/passwd",
        "/srv",
        "/srv/database",
        "/srv/data/../../etc",
        "../../../x",
        "~/../x/../../../..",
    ] {
        assert_eq!(
            bind("cat {{v:path}}", outside),
            Err("value_outside_roots"),
            "{outside}"
        );
        assert_eq!(
            bind("cat < {{v:path}}", outside),
            Err("value_outside_roots"),
            "{outside}"
        );
    }
    assert_eq!(
        bind("cat /srv/data/{{v:path}}.txt", "../../etc/x"),
        Err("value_outside_roots")
    );
    assert_eq!(bind("cat /srv/data/{{v:path}}.txt", "a"), Ok(()));
    assert_eq!(
        bind("cat --from=/etc/{{v:path}}", "a"),
        Err("value_outside_roots")
    );
    assert_eq!(bind("cat /srv/data/{{v}}/x", "../../etc"), Err("value_climbs"));
    assert_eq!(bind("cat \"$HOME/{{v:path}}\"", "../../etc"), Err("value_climbs"));
    assert_eq!(bind("grep {{v}} f", "../x"), Ok(()), "no path");
    let nowhere = BindContext {
        caller: Caller::Program,
        cwd: "",
        home: "/home/u",
        path_roots: &[],
        real: |path| Some(by_text(path)),
    };
    let given = BTreeMap::from([("v".to_owned(), "x".to_owned())]);
    assert!(plan("cat {{v:path}}").bind(&given, &nowhere).is_err());
}

#[test]
fn what_the_permissions_name_is_a_path_whatever_its_type() {
    let roots = ["/srv/data".to_owned()];
    let context = BindContext {
        caller: Caller::Program,
        cwd: "/srv/data/now",
        home: "/home/u",
        path_roots: &roots,
        // One link in the root, which leads out.
        real: |path| Some(by_text(path).replacen("/srv/data/link", "/etc", 1)),
    };
    let bind = |template: &str, value: &str, context: &BindContext<'_>| {
        let given = BTreeMap::from([("v".to_owned(), value.to_owned())]);
        let bound = plan(template).bind(&given, context);
        bound.map_err(|error| error.code())
    };
    for template in [
        "tee {{v:text}}",
        "touch {{v:word}}",
        "cat {{v:text}}",
        "cat {{v:path}}",
        "head -n 1 {{v:ref}}",
        "grep . {{v:text}}",
        "cat {{v:word}} | wc -l",
        "cat {{v:regex(.*)}}",
        "cp {{v:text}} /srv/copies/x",
    ] {
        for inside in ["x", "/srv/data/x"] {
            assert!(
                bind(template, inside, &context).is_ok(),
                "positive control: {template}, {inside}"
            );
        }
        for outside in ["/etc/x", "../../esc", "../link/x"] {
            let person = BindContext {
                caller: Caller::Person,
                ..context.clone()
            };
            let by_person = bind(template, outside, &person);
            assert!(
                template.contains("ref") || by_person.is_ok(),
                "positive control: {template}, {outside}"
            );
            let refused = bind(template, outside, &context).map(drop);
            assert!(
                matches!(refused, Err("value_outside_roots" | "value_type")),
                "{template}, {outside}: {refused:?}"
            );
        }
    }
    // A folder that the owner wrote, and a choice that the owner listed, are the owner's.
    assert!(bind("cat /var/log/{{v:word}}.log", "app", &context).is_ok());
    assert_eq!(
        bind("cat /{{v:word}}", "x", &context).map(drop),
        Err("value_outside_roots")
    );
    assert!(bind("cat {{v:choice(/etc/hosts|b)}}", "/etc/hosts", &context).is_ok());
    // What begins with `~` is no path from home unless a shell or its owner says so.
    let bound = bind("cat {{v:word}}", "~/x", &context).unwrap();
    assert_eq!(bound.checked, ["/srv/data/now/~/x"]);
    let bound = bind("cat ~/notes/{{v:word}}", "x", &context).unwrap();
    assert_eq!(bound.checked, ["/home/u/notes/x"]);
}

#[test]
fn what_is_granted_is_what_was_checked() {
    let roots = ["/srv/data".to_owned()];
    let context = BindContext {
        caller: Caller::Program,
        cwd: "/srv/data/now",
        home: "/home/u",
        path_roots: &roots,
        real: |path| Some(by_text(path).replacen("/srv/data/now/link", "/srv/data/other", 1)),
    };
    let granted = |template: &str, value: &str| {
        let given = BTreeMap::from([("v".to_owned(), value.to_owned())]);
        let bound = plan(template).bind(&given, &context).unwrap();
        let written = bound.permissions.write.paths();
        assert!(
            bound
                .checked
                .iter()
                .all(|path| bound.permissions.read.contains(path) || written.contains(path))
        );
        (bound.permissions.read.join(" "), written.join(" "))
    };
    let both = |read: &str, write: &str| (read.to_owned(), write.to_owned());
    assert_eq!(granted("cat {{v:word}}", "link/x"), both("/srv/data/other/x", ""));
    assert_eq!(granted("touch {{v:word}}", "link/x"), both("", "/srv/data/other"));
    assert_eq!(granted("touch {{v:word}}", "x"), both("", "/srv/data/now"));
    // The folder that holds a root is not open.
    assert_eq!(granted("touch {{v:word}}", "/srv/data"), both("", "/srv/data"));
}

#[test]
fn a_relative_path_is_seen_from_the_folder_that_the_command_runs_in() {
    let roots = ["/home/u/w".to_owned()];
    let context = BindContext {
        caller: Caller::Program,
        cwd: "/home/u/w/a",
        home: "/home/u",
        path_roots: &roots,
        real: |path| Some(by_text(path)),
    };
    let bind = |cwd: Cwd, value: &str| {
        let mut plan = plan("cat {{v:path}}");
        plan.permissions.cwd = cwd;
        let given = BTreeMap::from([("v".to_owned(), value.to_owned())]);
        plan.bind(&given, &context)
            .map(|bound| bound.checked.join(" "))
            .map_err(|error| error.code())
    };
    let outside = Err("value_outside_roots");
    assert_eq!(
        bind(Cwd::Here, "../x"),
        Ok("/home/u/w/x".to_owned()),
        "positive control"
    );
    assert_eq!(bind(Cwd::Path("/srv".into()), "x"), outside);
    assert_eq!(bind(Cwd::Path("/srv".into()), "../x"), outside);
    assert_eq!(bind(Cwd::Path("~/w".into()), "x"), Ok("/home/u/w/x".to_owned()));
    assert_eq!(bind(Cwd::Scratch, "x"), Ok(String::new()));
    assert_eq!(bind(Cwd::Scratch, "../x"), outside);
}

#[test]
fn phrase_and_template_agree_on_their_parameters() {
    let slot = |text: &str, at: usize| Declared::slot(Hole::parse(text).unwrap(), at..at + text.len() + 4);
    let check = |template: &str, slots: &[Declared], beside: &[Declared]| {
        let source = TemplateSource {
            phrase: Some(slots),
            declared: beside,
            ..TemplateSource::new(template)
        };
        compile(&source)
            .map(|plan| {
                plan.params
                    .iter()
                    .map(|p| format!("{}:{}", p.name, p.kind))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .map_err(|error| (error.code(), error.span))
    };
    assert_eq!(
        check("cp {{a}} {{file}}", &[slot("a:path", 5), slot("file", 20)], &[]).unwrap(),
        "a:path file:path"
    );
    assert_eq!(
        check("cp {{a:word}}", &[slot("a:path", 5)], &[]),
        Err(("two_types", 5..15))
    );
    assert_eq!(
        check("cp {{a:word}}", &[slot("a:path", 5)], &[declared("a:int")]).unwrap(),
        "a:int"
    );
    assert_eq!(
        check("cp {{a}}", &[slot("a", 0), slot("b", 9)], &[]),
        Err(("parameter_not_in_template", 9..14))
    );
    assert_eq!(
        check("cp {{a}} {{b}}", &[slot("a", 0)], &[]),
        Err(("parameter_not_in_phrase", 9..14))
    );
    assert_eq!(
        check("cp {{a}} {{b=x}}", &[slot("a", 0)], &[]).unwrap(),
        "a:text b:text"
    );
    assert_eq!(
        check("cp {{a}}", &[slot("a", 0)], &[declared("c:int")])
            .unwrap_err()
            .0,
        "no_such_parameter"
    );
    assert_eq!(
        check("cp {{a=1}} {{a=2}}", &[slot("a", 0)], &[]).unwrap_err().0,
        "two_defaults"
    );
    assert_eq!(
        check("x {{a-b}} {{a_b}}", &[], &[]).unwrap_err().0,
        "parameter_not_in_phrase"
    );
    // No phrase may say a secret, so it is asked for when the command runs.
    assert_eq!(
        check("printf %s {{a:secret}} | cat", &[], &[]).unwrap(),
        "a:secret"
    );
    let source = TemplateSource::new("printf %s {{a-b:secret}} {{a_b:secret}}");
    assert_eq!(compile(&source).unwrap_err().code(), "secret_names");
    assert_eq!(
        compile(&TemplateSource::new("cp {{a:int=3}}")).unwrap().params[0]
            .default
            .as_deref(),
        Some("3")
    );
}

#[test]
fn the_form_follows_from_the_syntax() {
    for (template, form) in [
        ("ls -l", "direct"),
        ("ls 'a b' \"c\" d\\ e", "direct"),
        ("find . -name '*.rs' -exec wc -l {} \\;", "direct"),
        ("docker ps --format '{{.Names}}'", "direct"),
        ("ls;", "direct"),
        ("ls | wc", "sh"),
        ("ls > x", "sh"),
        ("ls *.rs", "sh"),
        ("ls ~", "sh"),
        ("ls $HOME", "sh"),
        ("cd x && ls", "sh"),
        ("ls &", "sh"),
        ("A=1 ls", "sh"),
        ("cd x", "sh"),
        ("! ls", "sh"),
        ("ls\npwd", "sh"),
        ("ls {a,b}", "bash"),
        ("ls <(ls)", "bash"),
        ("[[ -f x ]] && ls", "bash"),
        ("ls &> x", "bash"),
        ("time ls", "bash"),
        ("echo $'a'", "bash"),
        ("ls !(a)", "bash-extglob"),
        ("printf %s {{v:secret}}", "sh"),
    ] {
        let found = match plan(template).form {
            Form::Argv(_) => "direct",
            Form::Script { interpreter, .. } => interpreter.name(),
        };
        assert_eq!(found, form, "{template}");
    }
    let with = |template, interpreter| {
        compile(&TemplateSource {
            interpreter: Some(interpreter),
            ..TemplateSource::new(template)
        })
    };
    assert_eq!(
        with("ls <(ls)", Interpreter::Sh).unwrap_err().code(),
        "needs_bash"
    );
    assert!(matches!(
        with("ls", Interpreter::Bash).unwrap().form,
        Form::Script {
            interpreter: Interpreter::Bash,
            ..
        }
    ));
    for (template, code) in [
        ("echo $1", "positional_parameter"),
        ("shift; ls {{v}}", "moves_arguments"),
        ("A=1", "no_program"),
    ] {
        assert_eq!(
            compile(&TemplateSource::new(template)).unwrap_err().code(),
            code,
            "{template}"
        );
    }
    assert!(compile(&TemplateSource::new("f() { ls \"$1\"; }; f x")).is_ok());
}

#[test]
fn a_digest_is_bound_to_all_that_is_approved() {
    let base = plan("cat {{v:path}}");
    let mut seen = std::collections::BTreeSet::from([base.digest()]);
    assert_eq!(base.digest(), plan("cat {{v:path}}").digest());
    assert_eq!(base.digest().len(), 64);
    let json = serde_json::to_string(&base).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), base);
    let changes: [fn(&mut Plan); 8] = [
        |plan| plan.template.push(' '),
        |plan| plan.params[0].name.push('x'),
        |plan| plan.params[0].default = Some(String::new()),
        |plan| plan.params[0].option = true,
        |plan| plan.params[0].kind = crate::command::ParamKind::Dir,
        |plan| plan.permissions.host = true,
        |plan| plan.permissions.read.push("x".to_owned()),
        |plan| {
            plan.form = Form::Script {
                interpreter: Interpreter::Sh,
                text: String::new(),
                args: Vec::new(),
            }
        },
    ];
    for change in changes {
        let mut other = base.clone();
        change(&mut other);
        assert!(seen.insert(other.digest()), "{other:?}");
    }
}

#[test]
fn the_shown_command_marks_its_values() {
    let shown = |template, value| {
        let bound = bind(template, value).unwrap();
        let marked: Vec<String> = bound
            .marks
            .iter()
            .map(|mark| bound.display[mark.clone()].to_owned())
            .collect();
        (bound.display.clone(), marked.join("|"))
    };
    assert_eq!(
        shown("cat {{v:path}}", "a b"),
        ("cat 'a b'".into(), "'a b'".into())
    );
    assert_eq!(shown("cat {{v:path}}", "-x"), ("cat ./-x".into(), "./-x".into()));
    assert_eq!(
        shown("grep \"x{{v}}\" f | wc", "a$b"),
        ("grep \"xa\\$b\" f | wc".into(), "a\\$b".into())
    );
    assert_eq!(
        shown("echo $x{{v}} \"$x{{v}}\" '$x{{v}}' \\\\$x{{v}} \\$x{{v}}", "y").0,
        "echo ${x}y \"${x}y\" '$xy' \\\\${x}y \\$xy"
    );
    assert_eq!(shown("echo {{v}}>f", "2").0, "echo '2'>f");
    assert_eq!(shown("grep \"{{v}}\" f | wc", "-x").0, "grep -- \"-x\" f | wc");
}

#[test]
fn errors_point_at_their_place() {
    for (template, code, place) in [
        ("écho 'ü", "shell_syntax", None),
        ("écho ü; )", "shell_syntax", Some(")")),
        ("écho {{x}} | {{y}} é", "hole_program_name", Some("{{y}}")),
        ("é $1", "positional_parameter", Some("$1")),
        ("é {{x:nope}}", "unknown_type", Some("nope")),
        ("é {{x:int=y}}", "bad_default", None),
    ] {
        let error = compile(&TemplateSource::new(template)).unwrap_err();
        assert_eq!(error.code(), code, "{template}: {error}");
        let span = template.get(error.span.clone());
        assert!(span.is_some(), "{template}: {:?}", error.span);
        if let Some(place) = place {
            assert_eq!(span, Some(place), "{template}");
        }
    }
}

/// A file system without links.
fn by_text(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
