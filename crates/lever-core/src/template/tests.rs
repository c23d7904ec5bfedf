use std::collections::BTreeMap;

use super::find::Certainty::{Exact, Sure};
use super::*;
use crate::text::{Normalised, normalise};

pub(super) fn literal(text: &str) -> Phrase {
    Phrase::parse(text, Syntax::Literal).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pattern(text: &str) -> Phrase {
    Phrase::parse(text, Syntax::Pattern).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(super) fn trie(phrases: &[Phrase]) -> Trie {
    let mut builder = TrieBuilder::new();
    for (id, phrase) in phrases.iter().enumerate() {
        builder.insert(phrase, id as u32, 0);
    }
    builder.build().unwrap()
}

pub(super) fn find<B: AsRef<[u8]>>(trie: &Trie<B>, request: &Normalised) -> Vec<TemplateHit> {
    let mut hits = Vec::new();
    trie.find(request, &mut Scratch::default(), &mut hits);
    hits
}

/// Phrase, certainty and values of the only hit; `None` for none.
fn only(phrases: &[&str], request: &str) -> Option<(usize, Certainty, BTreeMap<String, String>)> {
    let phrases: Vec<Phrase> = phrases.iter().map(|text| literal(text)).collect();
    let request = normalise(request).unwrap();
    let hits = find(&trie(&phrases), &request);
    assert!(hits.len() < 2, "{request:?}: {hits:?}");
    let hit = hits.first()?;
    Some((
        hit.phrase_id as usize,
        hit.certainty,
        values(&phrases[hit.phrase_id as usize], hit, &request),
    ))
}

pub(super) fn values(phrase: &Phrase, hit: &TemplateHit, request: &Normalised) -> BTreeMap<String, String> {
    let value = |fill: &SlotFill| request.value(fill.tokens()).to_owned();
    hit.slots
        .iter()
        .map(|fill| (phrase.slots()[usize::from(fill.slot)].name.clone(), value(fill)))
        .collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

pub(super) const EVERYDAY: &[&str] = &[
    "check disk usage", // 0
    "show the last {{n:int=20}} lines of {{file:path}}",
    "show logs for {{container}}",
    "kill {{pid:int}}",
    "copy {{src:path}} to {{dst:path}}",
    "open a shell on {{host}} as {{user}}", // 5
    "commit with message {{message}}",
    "switch to branch {{branch}}",
    "download {{url}}",
    "what is on port {{port}}",
    "make a {{kind:choice(full backup|snapshot)}} of {{dir}}", // 10
    "install version {{v:regex([0-9]+\\.[0-9]+)}}",
    "stop all containers",
    "search for \"{{pattern}}\" in {{file}}",
    "{{service}} logs",
    "set brightness to {{level:float}}", // 15
];

#[test]
fn finds_everyday_requests() {
    for (request, phrase, certainty, expected) in [
        ("check disk usage", 0, Exact, &[][..]),
        ("Could you check disk usage, please?", 0, Exact, &[]),
        ("how do i check disk usage", 0, Exact, &[]),
        (
            "show me the last 50 lines of App.log.",
            1,
            Exact,
            &[("n", "50"), ("file", "App.log")],
        ),
        (
            "show the last lines of 'My File.log'",
            1,
            Exact,
            &[("file", "My File.log")],
        ),
        ("show logs for web", 2, Exact, &[("container", "web")]),
        ("show logs for \"web\"", 2, Exact, &[("container", "web")]),
        ("kill 4321", 3, Exact, &[("pid", "4321")]),
        (
            "copy ./A.txt to ~/B/",
            4,
            Exact,
            &[("src", "./A.txt"), ("dst", "~/B/")],
        ),
        (
            "open a shell on 10.0.0.1 as deploy",
            5,
            Exact,
            &[("host", "10.0.0.1"), ("user", "deploy")],
        ),
        (
            "commit with message \"fix: the Bug\"",
            6,
            Exact,
            &[("message", "fix: the Bug")],
        ),
        ("commit with message typo", 6, Exact, &[("message", "typo")]),
        (
            "commit with message Fix the  Bug!",
            6,
            Sure,
            &[("message", "Fix the  Bug")],
        ),
        (
            "commit with message what's new-ish",
            6,
            Sure,
            &[("message", "what's new-ish")],
        ),
        (
            "switch to branch feature/X-1",
            7,
            Exact,
            &[("branch", "feature/X-1")],
        ),
        (
            "download https://Example.com/a?b=C",
            8,
            Exact,
            &[("url", "https://Example.com/a?b=C")],
        ),
        ("whats on port 8080?", 9, Exact, &[("port", "8080")]),
        (
            "make a Full Backup of /srv",
            10,
            Exact,
            &[("kind", "Full Backup"), ("dir", "/srv")],
        ),
        (
            "make a snapshot of /srv",
            10,
            Exact,
            &[("kind", "snapshot"), ("dir", "/srv")],
        ),
        ("install version 1.27", 11, Exact, &[("v", "1.27")]),
        ("stop all containers", 12, Exact, &[]),
        (
            "search for \"a b\" in x.txt",
            13,
            Exact,
            &[("pattern", "a b"), ("file", "x.txt")],
        ),
        (
            "search for foo in x.txt",
            13,
            Exact,
            &[("pattern", "foo"), ("file", "x.txt")],
        ),
        ("nginx logs", 14, Exact, &[("service", "nginx")]),
        ("nginx's logs", 14, Exact, &[("service", "nginx")]),
        ("set brightness to 0.5", 15, Exact, &[("level", "0.5")]),
    ] {
        assert_eq!(
            only(EVERYDAY, request),
            Some((phrase, certainty, map(expected))),
            "{request}"
        );
    }
}

#[test]
fn leaves_other_requests_alone() {
    for request in [
        "check the disk usage",
        "do not check disk usage",
        "disk usage",
        "check disk usage of /srv",
        // A container is one word, and not any word.
        "show logs for the last hour",
        "commit with message something",
        "commit with message all of it",
        "show logs for all",
        "show logs for it",
        "show logs for yesterday",
        "show logs for dont",
        "show logs for --all",
        "show logs for >",
        "show logs for",
        "kill nginx",
        "kill 1.5",
        "kill all",
        "kill \"all\"",
        "copy everything to /tmp",
        "what is on port 99999",
        "what is on port http",
        "make a backup of /srv",
        "make a full of /srv",
        "install version 1.2.3",
        "download it",
        "stop \"all\" containers",
        "my logs",
        "the logs",
        "switch to branch",
    ] {
        assert_eq!(only(EVERYDAY, request), None, "{request}");
    }
}

#[test]
fn reads_filler_as_words_only_where_nothing_else_is_found() {
    let phrases = ["say {{what:text}}", "restart {{service}}"];
    assert_eq!(
        only(&phrases, "say hello please"),
        Some((0, Exact, map(&[("what", "hello")])))
    );
    assert_eq!(
        only(&phrases, "say thanks"),
        Some((0, Sure, map(&[("what", "thanks")])))
    );
    assert_eq!(
        only(&phrases, "restart thx"),
        Some((1, Sure, map(&[("service", "thx")])))
    );
    assert_eq!(only(&phrases, "restart please"), None);
}

#[test]
fn what_looks_like_a_file_is_hardly_an_address() {
    let phrases = [
        "read {{url}}",
        "read {{file}}",
        "look up {{host}}",
        "fetch {{url}}",
    ];
    let (url, host) = ("https://example.com/notes.txt", "db1.example.org");
    assert_eq!(
        only(&phrases, "read notes.txt"),
        Some((1, Exact, map(&[("file", "notes.txt")])))
    );
    assert_eq!(
        only(&phrases, "look up main.PY"),
        Some((2, Sure, map(&[("host", "main.PY")])))
    );
    assert_eq!(
        only(&phrases, "fetch \"a.log\""),
        Some((3, Sure, map(&[("url", "a.log")])))
    );
    assert_eq!(
        only(&phrases, &format!("fetch {url}")),
        Some((3, Exact, map(&[("url", url)])))
    );
    assert_eq!(
        only(&phrases, &format!("look up {host}")),
        Some((2, Exact, map(&[("host", host)])))
    );
}

#[test]
fn most_literal_text_wins_then_certainty_then_rank_then_strictness() {
    let phrases = [
        "show {{what:text}}",
        "show logs",
        "show logs for {{container}}",
        "show logs for {{when:text}}",
        "kill {{name}}",
        "kill {{pid:int}}",
        "delete {{file}}",
        "delete {{container}}",
    ]
    .map(literal);
    let table = trie(&phrases);
    let ids = |request: &str| -> Vec<u32> {
        find(&table, &normalise(request).unwrap())
            .iter()
            .map(|hit| hit.phrase_id)
            .collect()
    };
    assert_eq!(ids("show logs"), [1]);
    assert_eq!(ids("show files"), [0]);
    assert_eq!(ids("show logs for the last hour"), [3]);
    assert_eq!(ids("kill 12"), [5]);
    assert_eq!(ids("kill nginx"), [4]);
    assert_eq!(ids("delete web"), [6, 7], "equal winners are all reported");
    assert_eq!(ids("show logs for web"), [2, 3], "equal winners are all reported");

    let mut builder = TrieBuilder::new();
    builder
        .insert(&literal("kill {{pid:int}}"), 7, 9)
        .insert(&literal("kill {{name}}"), 8, 0);
    builder
        .insert(&literal("note {{a:text}}"), 9, 0)
        .insert(&literal("note {{b:choice(a b)}}"), 10, 9);
    let table = builder.build().unwrap();
    let first = |request: &str| find(&table, &normalise(request).unwrap())[0].phrase_id;
    assert_eq!(first("kill 12"), 8, "taught goes before pack");
    assert_eq!(first("note a b"), 10, "exact goes before sure");
}

#[test]
fn compares_two_layers() {
    let mut scratch = Scratch::default();
    let layer = |text: &str, id, rank| {
        TrieBuilder::new()
            .insert(&literal(text), id, rank)
            .build()
            .unwrap()
    };
    let request = normalise("show logs for web").unwrap();
    for (mine, shared, winner) in [
        (("show logs for {{x}}", 1, 0), ("show logs for web", 2, 9), 2),
        (
            ("show logs for {{container}}", 1, 0),
            ("show logs for {{container}}", 2, 9),
            1,
        ),
        (("show {{x}}", 1, 0), ("show logs for {{container}}", 2, 9), 2),
        (("something else", 1, 0), ("show logs for {{container}}", 2, 9), 2),
    ] {
        for flip in [false, true] {
            let mut layers = [layer(mine.0, mine.1, mine.2), layer(shared.0, shared.1, shared.2)];
            if flip {
                layers.reverse();
            }
            let mut hits = Vec::new();
            for layer in &layers {
                layer.find(&request, &mut scratch, &mut hits);
            }
            assert_eq!(hits.iter().map(|hit| hit.phrase_id).collect::<Vec<_>>(), [winner]);
        }
    }
}

#[test]
fn patterns_stand_for_all_their_texts() {
    let phrases = [pattern(
        "(show|list|give me) [all [the]] logs (for|of) {{container}} [right now|again]",
    )];
    let table = trie(&phrases);
    for (request, found) in [
        ("show logs for web", true),
        ("list all logs of web", true),
        ("give me all the logs for web right now", true),
        ("gimme logs for web again", true),
        ("show the logs for web", false),
        ("delete logs for web", false),
        ("show logs web", false),
    ] {
        assert_eq!(
            !find(&table, &normalise(request).unwrap()).is_empty(),
            found,
            "{request}"
        );
    }
    let phrases = [pattern(r"light[s] \(all\) {{n:int=3}} x")];
    let table = trie(&phrases);
    for request in ["light all 5 x", "lights (all) x"] {
        assert_eq!(
            find(&table, &normalise(request).unwrap())[0].certainty,
            Exact,
            "{request}"
        );
    }
    // The same slot in alternatives; the order of slots differs.
    let phrases = [pattern(
        "(copy {{a:path}} to {{b:path}}|into {{b:path}} copy {{a:path}})",
    )];
    let table = trie(&phrases);
    for request in ["copy x.txt to y", "into y copy x.txt"] {
        let request = normalise(request).unwrap();
        let hits = find(&table, &request);
        assert_eq!(
            values(&phrases[0], &hits[0], &request),
            map(&[("a", "x.txt"), ("b", "y")])
        );
    }
}

#[test]
fn keys_tell_phrases_apart() {
    let key = |text: &str| literal(text).key().to_owned();
    assert_eq!(
        key("Show the last {{n:int=20}} lines of {{file}}, please"),
        "show the last {int} lines of {path}"
    );
    assert_eq!(key("whats on port {{port}}?"), key("What's on port {{p:port}}"));
    assert_ne!(key("kill {{pid:int}}"), key("kill {{name}}"));
    assert_eq!(pattern("show logs").key(), key("show logs"));
    assert_eq!(
        pattern("show logs [now]").key(),
        pattern("Show  logs [ now ]").key()
    );
    assert_eq!(
        pattern("(show|list) logs").key(),
        pattern("(show|list)  LOGS").key()
    );
    assert_ne!(
        pattern("(show|list) logs").key(),
        pattern("(show|print) logs").key()
    );
}

#[test]
fn says_where_a_phrase_is_wrong() {
    for (text, syntax, code, at) in [
        ("", Syntax::Literal, "empty_phrase", ""),
        ("  ", Syntax::Literal, "empty_phrase", "  "),
        ("?!", Syntax::Literal, "empty_phrase", "?!"),
        ("{{file}}", Syntax::Literal, "only_slots", "{{file}}"),
        ("{{a}} {{b}}.", Syntax::Literal, "only_slots", "{{a}} {{b}}."),
        (
            "[show] {{file}}",
            Syntax::Pattern,
            "only_slots",
            "[show] {{file}}",
        ),
        (
            "please {{file}}",
            Syntax::Literal,
            "only_slots",
            "please {{file}}",
        ),
        ("show {{file", Syntax::Literal, "unclosed_hole", "{{"),
        ("show {{}}", Syntax::Literal, "hole_without_name", ""),
        ("show {{path/to}}", Syntax::Literal, "bad_hole_name", "path/to"),
        ("show {{n:integer}}", Syntax::Literal, "unknown_type", "integer"),
        ("show {{n:int=x}}", Syntax::Literal, "bad_default", "x"),
        ("copy {{a}} to {{a}}", Syntax::Literal, "duplicate_slot", "{{a}}"),
        (
            "(copy {{a}}|cp {{a:int}})",
            Syntax::Pattern,
            "duplicate_slot",
            "{{a:int}}",
        ),
        (
            "(copy {{a}}|cp) {{a}}",
            Syntax::Pattern,
            "duplicate_slot",
            "{{a}}",
        ),
        (
            "unlock with {{password}}",
            Syntax::Literal,
            "secret_slot",
            "{{password}}",
        ),
        (
            "install v{{version}}",
            Syntax::Literal,
            "attached_slot",
            "{{version}}",
        ),
        (
            "copy {{host}}:{{file}}",
            Syntax::Literal,
            "attached_slot",
            "{{host}}",
        ),
        ("show (all logs", Syntax::Pattern, "unbalanced_group", "("),
        ("show [all (big] logs", Syntax::Pattern, "unbalanced_group", "]"),
        ("show all) logs", Syntax::Pattern, "unbalanced_group", ")"),
        ("show [all logs", Syntax::Pattern, "unbalanced_group", "["),
        ("show (a|) logs", Syntax::Pattern, "empty_alternative", "|)"),
        ("show () logs", Syntax::Pattern, "empty_alternative", "()"),
        ("show [ ] logs", Syntax::Pattern, "empty_alternative", "[ ]"),
        ("show | logs", Syntax::Pattern, "bar_outside_group", "|"),
        ("show \\logs", Syntax::Pattern, "bad_escape", "\\"),
        (
            "show \u{202E}logs",
            Syntax::Literal,
            "forbidden_character",
            "\u{202E}",
        ),
    ] {
        let error = Phrase::parse(text, syntax).unwrap_err();
        assert_eq!(
            (error.code(), &text[error.span.clone()]),
            (code, at),
            "{text}: {error}"
        );
        assert!(!error.hint().is_empty() && !error.to_string().contains('\n'));
    }
    let second = Phrase::parse("copy {{a}} to {{a}}", Syntax::Literal).unwrap_err();
    assert_eq!(second.span, 14..19);
    let code = |text: &str| Phrase::parse(text, Syntax::Pattern).unwrap_err().code();
    assert_eq!(code(&"(a|b) ".repeat(11)), "too_many_expansions");
    assert_eq!(code(&"[a] ".repeat(200)), "too_many_expansions");
    assert_eq!(code(&"(".repeat(16_000)), "too_deep");
    assert_eq!(code(&"a ".repeat(9000)), "phrase_too_long");
    let many = (0..17)
        .map(|n| format!("{{{{a{n}}}}}"))
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(code(&format!("do {many}")), "too_many_slots");
    assert_eq!(pattern(&"(a|b) ".repeat(10)).expansions().len(), 1024);
    // Literal text is literal.
    assert_eq!(literal("list (all|some) [files]").slots().len(), 0);
    assert_eq!(literal("show {{n}}").slots()[0].span, 5..10);
}

/// A search's steps are bounded, so that many slots for free text cost no more than a few times one of them.
#[test]
fn hostile_phrases_stay_cheap() {
    let names: Vec<String> = (0..16).map(|n| format!("{{{{t{n}:text}}}}")).collect();
    let hostile = [
        literal(&format!("go {}", names.join(" "))),
        literal(&format!("go {}", names.join(" and "))),
        literal(&format!("go {} end", names[..8].join(" and "))),
    ];
    let tame = [literal("go {{t:text}} end")];
    let request = normalise(&format!("go {}", "and ".repeat(62).trim())).unwrap();
    let fastest = |table: &Trie| {
        let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
        (0..20)
            .map(|_| {
                hits.clear();
                let start = std::time::Instant::now();
                table.find(&request, &mut scratch, &mut hits);
                start.elapsed()
            })
            .min()
            .unwrap()
    };
    let (tame, hostile) = (fastest(&trie(&tame)), fastest(&trie(&hostile)));
    assert!(hostile < tame * 200, "{tame:?} -> {hostile:?}");
    // Within the bound, what such a phrase means is still found.
    let table = trie(&[literal("go {{a:text}} and {{b:text}} and {{c:text}} end")]);
    let request = normalise("go big red and small blue and some yellow end").unwrap();
    assert_eq!(find(&table, &request).len(), 1);
}

#[test]
fn bytes_are_deterministic_and_come_back() {
    let phrases: Vec<Phrase> = EVERYDAY.iter().map(|text| literal(text)).collect();
    let table = trie(&phrases);
    assert_eq!(table.as_bytes(), trie(&phrases).as_bytes());
    let again = Trie::from_bytes(table.as_bytes()).unwrap();
    for request in [
        "kill 12",
        "make a full backup of /srv",
        "nothing here",
        "install version 1.2",
    ] {
        let request = normalise(request).unwrap();
        assert_eq!(find(&table, &request), find(&again, &request));
    }
    assert_eq!(
        find(&TrieBuilder::new().build().unwrap(), &normalise("x").unwrap()),
        []
    );
    assert_eq!(Trie::from_bytes(&b""[..]).unwrap_err(), TrieError::NotATrie);
    let mut bytes = table.as_bytes().to_vec();
    bytes[4] = 9;
    assert_eq!(Trie::from_bytes(&bytes[..]).unwrap_err(), TrieError::Version(9));
    for cut in 0..table.as_bytes().len() {
        assert!(Trie::from_bytes(&table.as_bytes()[..cut]).is_err());
    }
}
