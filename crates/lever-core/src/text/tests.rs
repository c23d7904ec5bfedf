use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Normalised {
    normalise(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn texts(text: &str) -> Vec<String> {
    read(text).content().map(|token| token.text.to_string()).collect()
}

/// What each content token covers of the original.
fn sources(text: &str) -> Vec<String> {
    let request = read(text);
    (0..request.tokens().len())
        .filter(|&at| !request.tokens()[at].filler)
        .map(|at| request.value(at..at + 1).to_owned())
        .collect()
}

#[test]
fn drops_politeness_and_padding() {
    for (request, key) in [
        ("Check disk usage", "check disk usage"),
        ("could you please check disk usage", "check disk usage"),
        ("check disk usage pls", "check disk usage"),
        ("hey, check disk usage for me, thanks!", "check disk usage"),
        ("Hey lever can u check disk usage real quick?", "check disk usage"),
        ("ok so i'd like you to check disk usage", "check disk usage"),
        ("i wanna check disk usage", "check disk usage"),
        ("show me the logs", "show the logs"),
        ("gimme the logs", "give the logs"),
        ("show me please the logs", "show the logs"),
        ("can i see the logs", "see the logs"),
        ("list files if you can", "list files"),
        ("would you mind", "would you mind"),
        // Nothing but padding is about its padding.
        ("hello", "hello"),
        ("hi there", "there"),
        ("thanks a lot!", "thanks a lot"),
        ("please", "please"),
        ("help me", "help me"),
        ("show me", "show me"),
        // Not padding where it stands.
        ("can i delete the logs", "can i delete the logs"),
        (
            "i do not want to delete the logs",
            "i do not want to delete the logs",
        ),
        ("say 'please'", "say \"please\""),
        ("what is so slow", "what is so slow"),
        ("nginx's logs", "nginx logs"),
    ] {
        assert_eq!(read(request).key(), key, "{request}");
    }
}

#[test]
fn opens_contractions() {
    for (request, key) in [
        ("what's eating my ram", "what is eating my ram"),
        ("whats eating my ram", "what is eating my ram"),
        ("What’s eating my RAM", "what is eating my ram"),
        ("dont delete anything", "do not delete anything"),
        ("don't delete anything", "do not delete anything"),
        ("it can't connect", "it can not connect"),
        ("it cannot connect", "it can not connect"),
        ("it won't start", "it will not start"),
        ("the service isn't up", "the service is not up"),
        ("where're my keys", "where are my keys"),
        ("i've lost it, i'll look", "i have lost it i will look"),
        ("the users' files", "the users files"),
        ("o'brien", "o'brien"),
        ("its id", "its id"),
    ] {
        assert_eq!(read(request).key(), key, "{request}");
    }
    let request = read("What's up");
    assert_eq!(request.tokens()[0].span, 0..6);
    assert_eq!(request.tokens()[1].span, 0..6);
    assert_eq!(&*request.tokens()[1].text, "is");
    let request = read("nginx’s logs");
    assert_eq!(request.value(0..1), "nginx");
    assert!(request.tokens()[1].filler);
}

#[test]
fn keeps_values_whole() {
    for value in [
        "nginx:1.27",
        "/var/log",
        "*.txt",
        "10.0.0.1",
        "::1/64",
        "user@host",
        "https://example.com/a?b=c&d=(e)",
        "--flag",
        "--name=value",
        "-rf",
        "feature/x-1",
        "a.b.c",
        "~/x",
        "~",
        "/",
        ".",
        "..",
        ".env",
        "./run.sh",
        "../..",
        "src/.",
        "./...",
        "C++",
        "HEAD~2",
        "v1..v2",
        "stash@{0}",
        "[abc]*.log",
        "{a,b}.txt",
        "f(x)",
        "1,2,3",
        "100%",
        "$HOME",
        "10MB",
        "foo=\"a b\"",
        "--author='Ann Lee'",
        "&&",
        "|",
        ">",
        ">>",
        "C:\\x",
        "Ünïcode.txt",
        "résumé.pdf",
    ] {
        for request in [format!("look at {value} now"), format!("look at {value} , now")] {
            assert_eq!(sources(&request)[2], value, "{request}");
        }
        if value != "src/." {
            assert_eq!(sources(&format!("look at {value}"))[2], value);
        }
        if !value.ends_with(['.', '>']) {
            for end in [".", "?", "!", "...", ")", ".)", "?!", ";", ":", ", now"] {
                // `./...` is a path, and so is `/...`.
                if value == "/" && end == "..." {
                    continue;
                }
                let request = format!("look at {value}{end}");
                assert_eq!(sources(&request)[2], value, "{request}");
            }
            assert_eq!(sources(&format!("look at ({value})"))[2], value);
        }
    }
}

#[test]
fn splits_punctuation_from_words() {
    for (request, expected) in [
        ("cat app.log.", &["cat", "app.log"][..]),
        ("yes,delete it", &["yes", "delete", "it"]),
        ("ram,cpu;disk", &["ram", "cpu", "disk"]),
        ("disk (the big one)", &["disk", "the", "big", "one"]),
        ("is my disk full???", &["is", "my", "disk", "full"]),
        ("issue #12", &["issue", "12"]),
        ("on :8080", &["on", "8080"]),
        ("logs - the last ones", &["logs", "the", "last", "ones"]),
        ("logs—the last ones…", &["logs", "the", "last", "ones"]),
        ("disk, full !", &["disk", "full"]),
        ("ls > out.txt", &["ls", ">", "out.txt"]),
        ("delete <file>", &["delete", "file"]),
        ("磁盘 满了？", &["磁盘", "满了"]),
        ("read-only mode", &["read-only", "mode"]),
        ("a\tb\nc\r\nd", &["a", "b", "c", "d"]),
        ("don't,stop", &["do", "not", "stop"]),
        ("unclosed \"quote here", &["unclosed", "quote", "here"]),
        ("'tis fine", &["tis", "fine"]),
    ] {
        assert_eq!(texts(request), expected, "{request}");
    }
}

#[test]
fn reads_quotations() {
    for (request, value) in [
        ("say \"Hello  World.\"", "Hello  World."),
        ("say 'Hello World'", "Hello World"),
        ("say 'it's fine' ok then", "it's fine"),
        ("say `a b`", "a b"),
        ("say “a b”", "a b"),
        ("say ‘it’s’", "it’s"),
        ("say «a b»", "a b"),
        ("say („a b“)", "a b"),
        ("say (\"a b\")", "a b"),
        ("say \"a \\\"b\\\" c\".", "a \\\"b\\\" c"),
        ("say 'a b'...", "a b"),
        ("say \"\"", ""),
        ("say \"two\nlines\"", "two\nlines"),
    ] {
        let request = read(request);
        let token = &request.tokens()[1];
        assert_eq!(
            (request.value(1..2), token.kind),
            (value, TokenKind::Quoted),
            "{request:?}"
        );
    }
    // A quotation is a value, never a word.
    assert_ne!(
        read("delete \"all\"").tokens()[1].id,
        read("delete all").tokens()[1].id
    );
    assert_eq!(read("say \"A b\" c").value(1..3), "\"A b\" c");
}

#[test]
fn folds_for_matching_only() {
    let request = read("OPEN Ｆｕｌｌ ﬁle Straße ΣΊΣΥΦΟΣ");
    assert_eq!(request.key(), "open full file straße σίσυφοσ");
    assert_eq!(request.value(1..2), "Ｆｕｌｌ");
    assert_eq!(read("cafe\u{301}").key(), read("caf\u{e9}").key());
    assert_eq!(read("🗑\u{FE0F} it").key(), read("🗑 it").key());
    assert_eq!(read("می\u{200C}خواهم").tokens().len(), 1);
}

#[test]
fn tells_kinds_apart() {
    for (text, kind) in [
        ("logs", TokenKind::Word),
        ("web01", TokenKind::Word),
        ("read-only", TokenKind::Word),
        ("été", TokenKind::Word),
        ("20", TokenKind::Number),
        ("-1.5", TokenKind::Number),
        ("1.2.3", TokenKind::Value),
        ("10MB", TokenKind::Value),
        ("app.log", TokenKind::Value),
        ("--flag", TokenKind::Value),
        ("a_b", TokenKind::Value),
        ("'a'", TokenKind::Quoted),
    ] {
        assert_eq!(read(text).tokens()[0].kind, kind, "{text}");
    }
}

#[test]
fn questions_about_a_command_show_it() {
    for (request, key) in [
        ("how do i delete all containers", "delete all containers"),
        ("How do I delete all containers?", "delete all containers"),
        ("how to delete all containers", "delete all containers"),
        (
            "hey, how can i just delete all containers",
            "delete all containers",
        ),
        ("how i delete all containers", "delete all containers"),
        (
            "can you tell me how to delete all containers",
            "delete all containers",
        ),
        (
            "show me how to delete all containers please",
            "delete all containers",
        ),
        (
            "i want to know how to delete all containers",
            "delete all containers",
        ),
        (
            "do you know how to delete all containers",
            "delete all containers",
        ),
        (
            "what is the command to delete all containers",
            "delete all containers",
        ),
        (
            "what's the command for deleting containers",
            "deleting containers",
        ),
        (
            "what's the best docker command to delete all containers?",
            "delete all containers",
        ),
        ("which command deletes all containers", "deletes all containers"),
        (
            "which command do i use to delete all containers",
            "delete all containers",
        ),
        (
            "what should i type to delete all containers",
            "delete all containers",
        ),
        (
            "give me the command to delete all containers",
            "delete all containers",
        ),
        (
            "i need the command to delete all containers",
            "delete all containers",
        ),
        (
            "i forgot the command to delete all containers",
            "delete all containers",
        ),
        ("is there a way to delete all containers", "delete all containers"),
        (
            "is there a command that deletes all containers",
            "deletes all containers",
        ),
        (
            "what is the easiest way to delete all containers",
            "delete all containers",
        ),
        ("is it possible to delete all containers", "delete all containers"),
        ("command to delete all containers", "delete all containers"),
        (
            "delete all containers, how do i do that?",
            "delete all containers",
        ),
        ("delete all containers but don't run it", "delete all containers"),
        ("how do i check out main", "check out main"),
        ("what is the command to see memory", "see memory"),
    ] {
        let read = read(request);
        assert_eq!((read.mode(), &*read.key()), (Mode::Show, key), "{request}");
    }
}

#[test]
fn requests_in_the_form_of_a_question_run() {
    for request in [
        "how full is my disk",
        "how much ram is free",
        "how many lines in main.py",
        "how big is ~/Downloads",
        "how long has this machine been up",
        "how is the disk doing",
        "how's my memory",
        "what's eating my ram",
        "what is the date",
        "what is running on port 80",
        "which process eats cpu",
        "which command uses most memory",
        "which command did i run",
        "which command does the gunicorn service execute?",
        "which command is running on port 80",
        "what was that tar command I used before?",
        "print the command line of process 3145",
        "how do i look on memory",
        "how can i see what is on port 80",
        "how do i find out what is on port 80",
        "how to know the number of processes",
        "can you delete all containers",
        "could you delete all containers",
        "is my disk full",
        "is there anything on port 80",
        "show me the disk",
        "do not delete anything",
        "run the command that deletes containers",
        "tell me the date",
        "how",
        "how do i",
        "what is the command",
    ] {
        assert_eq!(read(request).mode(), Mode::Run, "{request}");
    }
    assert_eq!(
        read("how do i see running containers").key(),
        "see running containers"
    );
}

#[test]
fn names_forbidden_characters_and_their_place() {
    for (request, name, at) in [
        ("ls \u{202E}x", "U+202E RIGHT-TO-LEFT OVERRIDE", 3..6),
        ("l\0s", "U+0000 NULL", 1..2),
        ("\u{1b}[2J", "U+001B ESCAPE", 0..1),
        ("a\u{7f}", "U+007F DELETE", 1..2),
        ("é\u{85}", "U+0085 NEXT LINE", 2..4),
        ("é\u{90}", "U+0090 CONTROL CHARACTER", 2..4),
        ("a\u{200B}b", "U+200B ZERO WIDTH SPACE", 1..4),
        ("\u{FEFF}ls", "U+FEFF ZERO WIDTH NO-BREAK SPACE", 0..3),
        ("a\rb", "U+000D CARRIAGE RETURN", 1..2),
        ("rm\u{FE0F}", "U+FE0F VARIATION SELECTOR", 2..5),
        ("a\u{E0041}", "U+E0041 TAG CHARACTER", 1..5),
        ("a \u{FDD0}", "U+FDD0 NONCHARACTER", 2..5),
        ("a\u{1FFFE}", "U+1FFFE NONCHARACTER", 1..5),
        ("a\u{AD}b", "U+00AD SOFT HYPHEN", 1..3),
    ] {
        let error = normalise(request).unwrap_err();
        assert_eq!(error.code(), "forbidden_character");
        assert_eq!(error.span(), Some(at), "{request:?}");
        assert!(error.to_string().contains(name), "{error}");
        assert!(!error.to_string().contains('\n'));
    }
    assert!(normalise("👩\u{200D}💻 ok").is_ok());
}

#[test]
fn refuses_empty_and_long_requests() {
    for empty in ["", " ", "\t\n ", "\u{3000}", "?!", "...", "\"", "- -", "()"] {
        assert_eq!(normalise(empty), Err(TextError::Empty), "{empty:?}");
    }
    assert!(normalise(&"x".repeat(MAX_REQUEST)).is_ok());
    assert_eq!(
        normalise(&"x".repeat(MAX_REQUEST + 1)),
        Err(TextError::TooLong(MAX_REQUEST + 1))
    );
}

#[test]
fn knows_stop_words() {
    for word in [
        "a",
        "the",
        "all",
        "it",
        "yourself",
        "my",
        "yours",
        "everything",
        "yet",
    ] {
        assert_eq!(is_stop_word(word), word != "yourself", "{word}");
    }
}

/// The ids are in stored files: a change needs a new version of those.
#[test]
fn ids_are_stable() {
    assert_eq!(read("disk").tokens()[0].id, hash(b"disk", 0));
    assert_eq!(hash(b"", 0), 0xb98b_148f_3731_bb98);
    assert_eq!(hash(b"disk", 0), 0x16e2_1cf3_a185_1981);
    assert_eq!(hash(b"configuration", 0), 0xf9f2_8a41_8409_d6bc);
}

/// Time grows with the length: the same text of four times the length takes far less than sixteen times as long.
#[test]
fn reads_hostile_text_in_linear_time() {
    for unit in [
        "(",
        ")",
        "'a ",
        "\"a",
        "a'",
        ".",
        "=\"",
        "?",
        "[a",
        "{,",
        "x=\"",
        "#1",
        "please ",
        "how do i ",
        "i",
    ] {
        let time = |bytes: usize| {
            let text = unit.repeat(bytes / unit.len());
            (0..5)
                .map(|_| {
                    let start = std::time::Instant::now();
                    let _ = std::hint::black_box(normalise(&text));
                    start.elapsed()
                })
                .min()
                .unwrap()
        };
        let (short, long) = (time(MAX_REQUEST / 8), time(MAX_REQUEST));
        assert!(
            long < short * 30 + std::time::Duration::from_millis(1),
            "{unit:?}: {short:?} -> {long:?}"
        );
    }
}

fn check(text: &str) {
    let Ok(request) = normalise(text) else { return };
    assert_eq!(request.original(), text);
    assert!(request.content().next().is_some());
    let mut before = 0..0;
    for (at, token) in request.tokens().iter().enumerate() {
        assert!(token.span.start < token.span.end && token.span.end <= text.len());
        assert!(text.is_char_boundary(token.span.start) && text.is_char_boundary(token.span.end));
        assert!(token.span == before || token.span.start >= before.end, "{text:?}");
        let value = request.value_span(at..at + 1);
        assert!(value.start >= token.span.start && value.end <= token.span.end);
        assert_eq!(request.value(at..at + 1), &text[value]);
        if token.kind != TokenKind::Quoted {
            assert!(!token.text.is_empty(), "{text:?}");
            // Only inside `key="two words"`.
            let spaced = text[token.span.clone()].contains(char::is_whitespace);
            assert!(spaced || !token.text.contains(char::is_whitespace), "{text:?}");
        }
        before = token.span.clone();
    }
    request.value(0..request.tokens().len());
    request.key();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spans_are_sound_on_any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn spans_are_sound_on_hostile_text(text in r#"[ a-cA-Z'’"“”`«‘.,:;!?()\[\]{}<>/=#\-–—_~*é한ｆ½ﷺ\n\\s]{0,40}"#) {
        check(&text);
    }

    #[test]
    fn spans_are_sound_on_words(words in prop::collection::vec(prop::sample::select(vec![
        "hey", "please", "how", "do", "i", "what's", "the", "command", "to", "me", "show", "dont", "'s", "nginx's",
        "\"a b\"", "is", "there", "way", "for", "thanks", "a.b", "20", "check", "out", "which", "can", "you",
    ]), 0..10)) {
        check(&words.join(" "));
    }

    /// A value between plain words comes back byte for byte.
    #[test]
    fn values_come_back_byte_for_byte(
        value in r"[A-Za-z0-9/~.*@:_%+=é-]{0,12}[A-Za-z0-9/*_%+é]",
        quoted in r#"[^"\\\p{C}\p{Z}\p{M}]{0,10}"#,
    ) {
        prop_assume!(!value.starts_with(':') && !value.starts_with("=="));
        let text = format!("frobnicate {value} twice \"{quoted}\" frob");
        if let Ok(request) = normalise(&text) {
            let values: Vec<_> =
                (0..request.tokens().len()).map(|at| request.value(at..at + 1)).collect();
            prop_assert!(values.contains(&&*value), "{:?} in {:?}", value, request);
            prop_assert!(values.contains(&&*quoted), "{:?} in {:?}", quoted, request);
        }
    }
}
