use super::*;
use crate::decide::{Evidence, Feature};
use crate::text::normalise;

fn read(phrase: &str, request: &str) -> Slots {
    let pattern = PhrasePattern::read(phrase);
    let words = pattern.words.clone();
    fill(&normalise(request).unwrap(), &pattern, &|id| words.contains(&id))
}

fn bound(phrase: &str, request: &str) -> Vec<(String, String)> {
    match read(phrase, request) {
        Slots::Bound(values) => values.into_iter().map(|value| (value.name, value.text)).collect(),
        other => panic!("{request}: {other:?}"),
    }
}

fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

const TAIL: &str = "show the last {{n:int=20}} lines of {{file:path}}";

#[test]
fn typed_values_bind_in_any_order() {
    assert_eq!(
        bound(TAIL, "what are the last 50 lines of app.log"),
        pairs(&[("n", "50"), ("file", "app.log")])
    );
    assert_eq!(
        bound(TAIL, "App.log, last 50 lines"),
        pairs(&[("n", "50"), ("file", "App.log")])
    );
    assert_eq!(
        bound(TAIL, "end of /var/log/Syslog"),
        pairs(&[("file", "/var/log/Syslog")])
    );
}

#[test]
fn numbers_in_words_bind_as_digits() {
    for (request, n) in [
        ("show the last three lines of app.log", "3"),
        ("app.log, the last twenty lines", "20"),
        ("last one line of app.log", "1"),
        ("a hundred lines of app.log", "100"),
    ] {
        assert_eq!(
            bound(TAIL, request),
            pairs(&[("n", n), ("file", "app.log")]),
            "{request}"
        );
    }
}

#[test]
fn a_number_of_several_words_is_never_half_read() {
    for request in [
        "last two hundred lines of app.log",
        "last twenty five lines of app.log",
        "last 2 thousand lines of app.log",
    ] {
        assert!(
            matches!(read(TAIL, request), Slots::Ambiguous(_)),
            "{request}: {:?}",
            read(TAIL, request)
        );
    }
}

#[test]
fn a_word_for_a_number_is_a_word_where_nothing_is_counted() {
    let diff = "compare {{old:path}} with {{new:path}}";
    assert_eq!(
        bound(diff, "compare the two files a.txt with b.txt"),
        pairs(&[("old", "a.txt"), ("new", "b.txt")])
    );
    assert_eq!(
        bound(TAIL, "the last one of these, app.log"),
        pairs(&[("file", "app.log")])
    );
}

#[test]
fn cues_tell_values_of_one_kind_apart() {
    assert_eq!(
        bound(
            "copy {{src:path}} to {{dest:path}}",
            "put to /backup a copy of ~/docs"
        ),
        pairs(&[("src", "~/docs"), ("dest", "/backup")])
    );
}

#[test]
fn a_missing_value_is_named() {
    assert_eq!(
        read(TAIL, "show the last lines"),
        Slots::Missing {
            names: vec!["file".into()],
            found: vec![]
        }
    );
}

#[test]
fn two_values_for_one_parameter_are_a_question() {
    assert!(matches!(
        read("count lines in {{file:path}}", "count lines in a.txt or b.txt"),
        Slots::Ambiguous(_)
    ));
    assert!(matches!(
        read("count lines in {{file:path}}", "count lines in a.txt and b.txt"),
        Slots::Ambiguous(_)
    ));
}

#[test]
fn a_bare_word_without_a_cue_is_not_bound() {
    assert!(!matches!(
        read("stop {{unit}} now", "mysqld halt"),
        Slots::Bound(_)
    ));
    assert_eq!(
        bound("stop service {{unit}}", "stop the service cups"),
        pairs(&[("unit", "cups")])
    );
}

fn reading(phrase: &str, request: &str) -> Reading {
    let pattern = PhrasePattern::read(phrase);
    let words = pattern.words.clone();
    let matched = Matched {
        probability: 0.8,
        evidence: &Evidence::default(),
        place: 0,
    };
    Reading::of(&normalise(request).unwrap(), &pattern, &matched, &|id| {
        words.contains(&id)
    })
}

#[test]
fn a_word_that_names_a_parameter_is_no_value() {
    assert_eq!(
        bound("logs in {{namespace:word}}", "logs in namespace infra"),
        pairs(&[("namespace", "infra")])
    );
    assert_eq!(
        bound(
            "pack {{dir:dir}} into {{archive:path}}",
            "pack the src folder into src.tgz"
        ),
        pairs(&[("dir", "src"), ("archive", "src.tgz")])
    );
}

#[test]
fn a_thing_that_is_told_and_not_named_is_a_question() {
    for (phrase, request) in [
        (
            "copy {{file:path}} to {{host:host}}",
            "copy key.pem to the server",
        ),
        (
            "rotate {{image:path}} by {{n:int=90}} degrees",
            "rotate the picture 90 degrees",
        ),
        ("copy {{file:path}} to {{host:host}}", "copy a.txt to b.txt"),
        (
            "split {{file:path}} into {{n:int}} lines each",
            "cut huge.csv into 4 pieces",
        ),
    ] {
        assert!(!reading(phrase, request).is_clear(), "{request}");
    }
}

#[test]
fn a_choice_may_be_a_little_word() {
    assert_eq!(
        bound("turn wifi {{state:choice(on|off)}}", "wifi off please"),
        pairs(&[("state", "off")])
    );
}

#[test]
fn what_is_denied_or_only_asked_is_not_clear() {
    assert!(reading("allow port {{port:port}}", "allow port 3306").is_clear());
    assert!(!reading("allow port {{port:port}}", "is port 3306 allowed").is_clear());
    let denied = Matched {
        probability: 0.9,
        evidence: &{
            let mut evidence = Evidence::default();
            evidence[Feature::Negation] = 1.0;
            evidence
        },
        place: 0,
    };
    let pattern = PhrasePattern::read("allow port {{port:port}}");
    let request = normalise("do not allow port 3306").unwrap();
    assert!(!Reading::of(&request, &pattern, &denied, &|_| false).is_clear());
}

#[test]
fn probabilities_leave_room_for_none() {
    let readings = [
        reading(TAIL, "last 5 lines of app.log"),
        reading("count the lines of {{file:path}}", "last 5 lines of app.log"),
    ];
    let features: Vec<_> = readings.iter().map(|reading| reading.features).collect();
    let chances = weigh_readings(&features, &MODEL);
    assert!(chances.iter().sum::<f32>() < 1.0);
    assert!(chances[0] > chances[1]);
    assert!(read_best(&[], &MODEL).is_none());
    // A value that one phrase has no place for speaks for the other, by far.
    assert!(chances[0] > 0.5, "{chances:?}");
}
