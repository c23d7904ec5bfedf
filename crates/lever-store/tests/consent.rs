//! What belongs to a command's consent: where its programs were, what lists its values, and that both end with it.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

use std::collections::BTreeMap;

use lever_store::{NewCommand, NewSuggestion, OpenOptions, Run, RunFilter, Store, Taught};

mod shared;

use shared::{NS, body, command, phrase};

fn store_with_command() -> (Store, String) {
    let mut store = Store::open_in_memory(OpenOptions::default()).unwrap();
    let Taught::Created { id } = store.teach(NS, &command("disk usage", "df"), 1).unwrap() else {
        panic!("a new store has no command");
    };
    (store, id)
}

fn listing<'a>(param: &'a str, digest: &'a str) -> NewSuggestion<'a> {
    NewSuggestion {
        param,
        template: "ls",
        digest,
        plan: "{}",
    }
}

fn at(path: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("df".to_owned(), path.to_owned())])
}

fn change(store: &mut Store, template: &str) {
    let changed = NewCommand {
        phrase: phrase("disk usage"),
        body: body(template),
        replace: true,
        ..command("disk usage", template)
    };
    store.teach(NS, &changed, 2).unwrap();
}

#[test]
fn every_place_of_a_program_is_remembered_until_the_command_changes() {
    let (mut store, id) = store_with_command();
    assert!(store.program_paths(NS, &id).unwrap().is_empty());
    for path in ["/usr/bin/df", "/opt/df", "/usr/bin/df"] {
        store.remember_program_paths(NS, &id, &at(path), 1).unwrap();
    }
    let found = store.program_paths(NS, &id).unwrap();
    assert_eq!(
        found["df"].iter().map(String::as_str).collect::<Vec<_>>(),
        ["/opt/df", "/usr/bin/df"]
    );
    assert!(store.program_paths("other", &id).unwrap().is_empty());
    change(&mut store, "df -h");
    assert!(store.program_paths(NS, &id).unwrap().is_empty());
    assert!(store.remember_program_paths(NS, "zzzzzz", &at("/x"), 1).is_err());
}

#[test]
fn a_suggestion_is_approved_by_its_own_digest() {
    let (mut store, id) = store_with_command();
    store
        .set_suggestions(NS, &id, &[listing("a", "1"), listing("b", "2")], None, 1)
        .unwrap();
    assert!(
        store
            .suggestions(NS, &id)
            .unwrap()
            .iter()
            .all(|row| row.approval.is_none())
    );
    assert_eq!(
        store
            .approve_suggestion(NS, &id, "3", "person", 1)
            .unwrap_err()
            .code(),
        "command_changed"
    );
    store.approve_suggestion(NS, &id, "1", "person", 1).unwrap();
    // The same again keeps its approval; another has none, and one that is left out is gone.
    store
        .set_suggestions(NS, &id, &[listing("a", "1")], None, 2)
        .unwrap();
    let rows = store.suggestions(NS, &id).unwrap();
    assert_eq!((rows.len(), rows[0].approval.is_some()), (1, true));
    store
        .set_suggestions(NS, &id, &[listing("a", "4")], None, 3)
        .unwrap();
    assert!(store.suggestions(NS, &id).unwrap()[0].approval.is_none());
}

#[test]
fn listed_values_are_kept_by_namespace_and_go_with_the_command() {
    let (mut store, id) = store_with_command();
    store
        .set_suggestions(NS, &id, &[listing("a", "1")], Some("person"), 1)
        .unwrap();
    store.remember_values(NS, &id, "a", r#"["x"]"#, 1).unwrap();
    store.remember_values(NS, &id, "a", r#"["y"]"#, 2).unwrap();
    assert_eq!(
        store.remembered_values(NS, &id, "a").unwrap(),
        Some((r#"["y"]"#.to_owned(), 2))
    );
    assert_eq!(store.remembered_values("other", &id, "a").unwrap(), None);
    assert!(store.forget(NS, &id, 3).unwrap());
    assert_eq!(store.remembered_values(NS, &id, "a").unwrap(), None);
    assert!(store.suggestions(NS, &id).unwrap().is_empty());
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
}

#[test]
fn the_end_of_output_is_kept_where_it_is_given() {
    let (mut store, id) = store_with_command();
    for (name, tail) in [("one", Some("end\n".to_owned())), ("two", None)] {
        let run = Run {
            id: name.to_owned(),
            namespace: NS.to_owned(),
            command: Some(id.clone()),
            tail_out: tail.clone(),
            ..Run::default()
        };
        store.record_run(&run, lever_store::Lessons::default()).unwrap();
        assert_eq!(store.run(name).unwrap().unwrap().tail_out, tail);
    }
    let listed = store
        .log(&RunFilter::default(), lever_store::Page::default())
        .unwrap();
    assert_eq!(listed.items.len(), 2);
}
