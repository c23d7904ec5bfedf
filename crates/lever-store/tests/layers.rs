//! What a matcher sees of a layer: all of it, or what changed since it looked.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use std::collections::BTreeMap;

use lever_store::{Layer, Mark, NewCommand, OpenOptions, Store, Taught};
use shared::{NS, command};

fn memory() -> Store {
    Store::open_in_memory(OpenOptions::default()).unwrap()
}

fn created(taught: Taught) -> String {
    match taught {
        Taught::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn clearing_a_namespace_leaves_the_others() {
    let mut store = memory();
    created(store.teach(NS, &command("disk usage", "df"), 1).unwrap());
    created(store.teach("work", &command("disk usage", "df"), 1).unwrap());
    let mark = store.load_layer(Layer::Namespace(NS), |_| {}).unwrap();
    let generation = store.generation(NS).unwrap();
    assert_eq!(store.clear_namespace(NS).unwrap(), 1);
    assert_eq!(store.namespaces().unwrap(), ["work"]);
    assert!(store.generation(NS).unwrap() > generation);
    assert!(
        store
            .load_changes(Layer::Namespace(NS), mark, |_| {})
            .unwrap()
            .is_none(),
        "read it all again"
    );
    assert_eq!(store.clear_namespace("never").unwrap(), 0);
    assert!(store.integrity_check().unwrap().is_empty());
}

#[test]
fn a_copy_of_a_layer_follows_by_differences() {
    let mut store = memory();
    let layer = Layer::Namespace(NS);
    let mut copy = BTreeMap::new();
    let mut mark = Mark::default();
    for round in 0..30_i64 {
        let id = created(
            store
                .teach(NS, &command(&format!("phrase {round}"), "true"), round)
                .unwrap(),
        );
        if round % 3 == 0 {
            store.forget(NS, &id, round).unwrap();
        }
        if round % 4 == 3 {
            let changed = NewCommand {
                replace: true,
                ..command("phrase 1", "false")
            };
            let _ = store.teach(NS, &changed, round).unwrap();
        }
        let mut added = Vec::new();
        let changes = store
            .load_changes(layer, mark, |row| added.push((row.id, row.key.to_owned())))
            .unwrap()
            .unwrap();
        for id in &changes.removed {
            copy.remove(id);
        }
        copy.extend(added);
        mark = changes.mark;
        let mut all = BTreeMap::new();
        assert_eq!(
            store
                .load_layer(layer, |row| drop(all.insert(row.id, row.key.to_owned())))
                .unwrap(),
            mark
        );
        assert_eq!(copy, all);
    }
}

/// The counters are not written by a teach, so taking back the last that was taught must not give its numbers again.
#[test]
fn what_was_forgotten_leaves_its_numbers_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let open = || Store::open(&path, OpenOptions::default()).unwrap();
    let (mut ids, mut numbers, mut generations) = (Vec::new(), Vec::new(), Vec::new());
    let mut newest = |store: &Store| {
        let mut newest = 0;
        store
            .load_layer(Layer::Namespace(NS), |row| newest = row.id)
            .unwrap();
        numbers.push(newest);
        generations.push(store.generation(NS).unwrap());
    };
    for round in 0..6 {
        // Each by a process of its own.
        ids.push(created(
            open().teach(NS, &command("disk usage", "df"), round).unwrap(),
        ));
        newest(&open());
        if round % 2 == 0 {
            open().forget(NS, ids.last().unwrap(), round).unwrap();
        } else {
            open().clear_namespace(NS).unwrap();
        }
    }
    for list in [
        &numbers.iter().map(|number| i64::from(*number)).collect(),
        &generations,
    ] as [&Vec<i64>; 2]
    {
        assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 6);

    let counters = || -> (i64, i64, i64) {
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.query_row(
            "SELECT generation, next_phrase, next_command FROM layers WHERE kind = 0",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap()
    };
    let before = counters();
    created(open().teach(NS, &command("disk usage", "df"), 9).unwrap());
    assert_eq!(counters(), before);
}
