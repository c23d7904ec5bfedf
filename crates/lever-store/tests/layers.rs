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
