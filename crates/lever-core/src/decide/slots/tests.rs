use super::*;
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
