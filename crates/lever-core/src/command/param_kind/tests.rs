use super::*;

#[test]
fn reads_and_writes_every_type() {
    for text in [
        "text", "word", "int", "float", "path", "dir", "host", "url", "port", "ref", "secret",
    ] {
        assert_eq!(ParamKind::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(
        ParamKind::parse(" choice( a |full  backup) ").unwrap(),
        ParamKind::Choice(vec!["a".into(), "full backup".into()])
    );
    for pattern in [r"v\d+", "a(b|c)d", r"\)", "[)]+", "[^])]x", "a{2}", "(x(y)z)"] {
        let text = format!("regex({pattern})");
        assert_eq!(ParamKind::parse(&text).unwrap(), ParamKind::Regex(pattern.into()));
        let json = serde_json::to_string(&ParamKind::parse(&text).unwrap()).unwrap();
        assert_eq!(
            serde_json::from_str::<ParamKind>(&json).unwrap().to_string(),
            text
        );
    }
}

#[test]
fn says_where_a_type_is_wrong() {
    for (text, code, at) in [
        ("integer", "unknown_type", "integer"),
        ("", "unknown_type", ""),
        ("int(3)", "trailing_text", "(3)"),
        ("choice", "bad_choice", "choice"),
        ("choice(a||b)", "bad_choice", "|"),
        ("choice(a|b|a)", "bad_choice", "a"),
        ("regex", "bad_regex", "regex"),
        ("regex()", "bad_regex", "regex()"),
        ("regex(*a)", "bad_regex", "*a"),
        ("regex(a[)", "bad_regex", "a["),
        ("regex((a)", "unclosed_type", "("),
        ("regex(a)b", "trailing_text", "b"),
    ] {
        let error = ParamKind::parse(text).unwrap_err();
        assert_eq!(
            (error.code(), &text[error.span.clone()]),
            (code, at),
            "{text}: {error}"
        );
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    assert_eq!(
        ParamKind::parse("regex(a{1000}{1000})").unwrap_err().code(),
        "bad_regex"
    );
    // Valid only with the anchors' own parentheses around it.
    assert!(compile_regex("a)(b").is_err());
}

#[test]
fn infers_from_names() {
    for (name, kind) in [
        ("file", ParamKind::Path),
        ("src_file", ParamKind::Path),
        ("file2", ParamKind::Path),
        ("file_count", ParamKind::Int),
        ("Port", ParamKind::Port),
        ("n", ParamKind::Int),
        ("lines", ParamKind::Int),
        ("host", ParamKind::Host),
        ("url", ParamKind::Url),
        ("branch", ParamKind::Ref),
        ("dir", ParamKind::Dir),
        ("container", ParamKind::Word),
        ("password", ParamKind::Secret),
        ("API_KEY", ParamKind::Secret),
        ("message", ParamKind::Text),
        ("", ParamKind::Text),
    ] {
        assert_eq!(ParamKind::infer(name), kind, "{name}");
    }
}

#[test]
fn accepts_forms() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "int",
            &["0", "-5", "123456789012345678"],
            &["", "-", "1.5", "five", "1234567890123456789", "+1", "٣"],
        ),
        ("float", &["1", "1.5", "-.5"], &["1.", "1.5.2", "nan", "-", ""]),
        (
            "port",
            &["1", "8080", "65535"],
            &["0", "65536", "080", "-1", "http"],
        ),
        (
            "host",
            &[
                "web01",
                "db.internal",
                "10.0.0.1",
                "::1",
                "[fe80::1]",
                "root@web01",
                "my_box",
                "example.com.",
                "bücher.de",
            ],
            &["", "-x", "a b", "a..b", "a/b", "@a", "a@", "web01-", "[x]", "a;b"],
        ),
        (
            "url",
            &[
                "https://a.b/c?d=e",
                "example.com",
                "example.com:80/x",
                "localhost:3000",
                "git@github.com:a/b.git",
                "10.0.0.1/x",
            ],
            &[
                "", "example", "://x", "https://", "-x.com", "a b.com", "1.5", "file:80", "x.c:y",
            ],
        ),
        (
            "ref",
            &["main", "feature/x-1", "HEAD~2", "v1..v2", "stash@{0}", "a^"],
            &["", "-d", "a b", "a:b", "a//b", "a/", "x*"],
        ),
        ("word", &["x", "nginx:1.27", "--flag"], &["", "a b", "a\tb"]),
        (
            "choice(tcp|full backup)",
            &["tcp", "TCP", "full  backup"],
            &["", "udp", "full", "fullbackup"],
        ),
        ("regex(v[0-9]+)", &["v1", "v22"], &["", "v", "xv1", "v1 "]),
    ];
    for (kind, good, bad) in cases {
        let kind = ParamKind::parse(kind).unwrap();
        for value in *good {
            assert!(kind.accepts(value), "{kind} should take {value:?}");
        }
        for value in *bad {
            assert!(!kind.accepts(value), "{kind} should refuse {value:?}");
        }
    }
    assert_eq!(
        ParamKind::parse("choice(Full Backup)")
            .unwrap()
            .canonical("full  backup")
            .unwrap(),
        "Full Backup"
    );
}
