//! What the phrase bank knows of a command: stored with it, seen with it, gone with it.

#![allow(missing_docs, clippy::unwrap_used)]

mod shared;

use lever_store::{Layer, Mark, NewBundle, NewPhrase, OpenOptions, Source, Store, Taught};
use shared::{command, phrase};

const NS: &str = "default";
const KNOWN: &[(&str, &str)] = &[
    ("is my disk full", "is my disk full"),
    ("space left?", "space left"),
    ("disk room", "disk room"),
];

fn store() -> Store {
    Store::open_in_memory(OpenOptions::default()).unwrap()
}

fn known(twin: Option<&str>) -> NewBundle<'_> {
    NewBundle { phrases: KNOWN, twin }
}

fn teach(store: &mut Store, text: &str, template: &str, bundle: &NewBundle<'_>) -> String {
    match store
        .teach_known(NS, &command(text, template), bundle, 1)
        .unwrap()
    {
        Taught::Created { id } | Taught::Replaced { id } => id,
        exists @ Taught::Exists { .. } => panic!("{exists:?}"),
    }
}

fn seen(store: &Store) -> Vec<(u32, String, bool)> {
    let mut rows = Vec::new();
    store
        .load_layer(Layer::Namespace(NS), |row| {
            rows.push((
                row.id,
                row.text.to_owned(),
                row.weak && row.source == Source::Bank,
            ));
        })
        .unwrap();
    rows
}

fn texts(store: &Store, id: &str) -> Vec<String> {
    let phrases = store.phrases(NS, id).unwrap();
    phrases.into_iter().map(|phrase| phrase.text).collect()
}

#[test]
fn each_phrase_is_seen_with_a_number_of_its_own_and_weak() {
    let mut store = store();
    let id = teach(&mut store, "disk usage", "df", &known(None));
    let other = teach(&mut store, "list files", "ls", &NewBundle::default());
    let rows = seen(&store);
    let numbers: Vec<u32> = rows.iter().map(|row| row.0).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
    assert_eq!(rows.iter().filter(|row| row.2).count(), 3);
    assert_eq!(
        texts(&store, &id),
        ["disk usage", "is my disk full", "space left?", "disk room"]
    );
    assert_eq!(texts(&store, &other), ["list files"]);
}

#[test]
fn what_the_namespace_has_already_is_left_out() {
    let mut store = store();
    teach(&mut store, "disk room", "lsblk", &NewBundle::default());
    let id = teach(&mut store, "disk usage", "df", &known(None));
    assert_eq!(
        texts(&store, &id),
        ["disk usage", "is my disk full", "space left?"]
    );
    // And a phrase that is only known, not taught, can still be taught to another command.
    teach(&mut store, "space left", "du", &NewBundle::default());
}

#[test]
fn an_older_copy_follows_by_differences() {
    let mut store = store();
    let id = teach(&mut store, "disk usage", "df", &known(None));
    let mark = store.load_layer(Layer::Namespace(NS), |_| {}).unwrap();
    assert!(store.remove_from_bundle(NS, &id, "space left?").unwrap());
    let mut added = Vec::new();
    let changes = store
        .load_changes(Layer::Namespace(NS), mark, |row| added.push(row.text.to_owned()))
        .unwrap()
        .unwrap();
    assert_eq!(changes.removed, [1, 2, 3]);
    assert_eq!(added, ["is my disk full", "disk room"]);
    assert_eq!(texts(&store, &id), ["disk usage", "is my disk full", "disk room"]);
    assert!(!store.remove_from_bundle(NS, &id, "space left?").unwrap());
    assert_ne!(changes.mark, Mark::default());
}

#[test]
fn it_goes_with_a_replaced_body_and_with_the_command() {
    let mut store = store();
    let id = teach(&mut store, "disk usage", "df", &known(Some("builtin:disk")));
    assert_eq!(
        store.twins(NS).unwrap(),
        [(id.clone(), "builtin:disk".to_owned())]
    );
    let mut changed = command("disk usage", "duf");
    changed.replace = true;
    let taught = store.teach_known(NS, &changed, &NewBundle::default(), 2).unwrap();
    assert_eq!(taught, Taught::Replaced { id: id.clone() });
    assert_eq!(texts(&store, &id), ["disk usage"]);
    assert!(store.twins(NS).unwrap().is_empty());

    let other = teach(&mut store, "free space", "df -h", &known(Some("builtin:disk")));
    assert_eq!(store.bundles(NS).unwrap().len(), 1);
    assert!(store.forget(NS, &other, 3).unwrap());
    assert!(store.bundles(NS).unwrap().is_empty());
    assert_eq!(seen(&store).len(), 1);
    assert!(store.integrity_check().unwrap().is_empty());
}

#[test]
fn removing_the_last_phrase_leaves_nothing() {
    let mut store = store();
    let id = teach(&mut store, "disk usage", "df", &known(None));
    for (text, _) in KNOWN {
        assert!(store.remove_from_bundle(NS, &id, text).unwrap());
    }
    assert_eq!(texts(&store, &id), ["disk usage"]);
    assert!(store.bundles(NS).unwrap().is_empty());
}

#[test]
fn a_line_break_cannot_make_two_of_one() {
    let mut store = store();
    let pairs = [("one\ntwo", "one two"), ("three", "three")];
    let bundle = NewBundle {
        phrases: &pairs,
        twin: None,
    };
    let id = teach(&mut store, "disk usage", "df", &bundle);
    assert_eq!(texts(&store, &id), ["disk usage", "three"]);
    let row: NewPhrase<'_> = phrase("three");
    assert_eq!(row.key, "three");
}
