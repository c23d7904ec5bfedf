use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;
use crate::{Layer, OpenOptions, Store};

const LATER: &[Migration] = &[
    include_str!("0001_initial.sql"),
    "ALTER TABLE commands ADD COLUMN note TEXT",
    "UPDATE commands SET note = 'from ' || template; CREATE TABLE extra (x TEXT) STRICT;",
];

const FAILS: &[Migration] = &[
    include_str!("0001_initial.sql"),
    "ALTER TABLE commands ADD COLUMN note TEXT; UPDATE commands SET no_such_column = 1",
];

fn open(path: &Path, migrations: &[Migration]) -> Result<Store, StoreError> {
    Store::open_at(path, OpenOptions::default(), migrations)
}

fn fill(path: &Path) -> BTreeMap<String, String> {
    let mut store = open(path, &LATER[..1]).unwrap();
    for n in 0..50 {
        let text = format!("phrase {n}");
        let phrase = crate::NewPhrase {
            text: &text,
            key: &text,
            source: crate::Source::Taught,
            pattern: false,
            weak: false,
        };
        let body = crate::NewBody {
            template: "df",
            digest: "df",
            plan: "{}",
            params: "[]",
            effects: "{}",
            permissions: "{}",
            details: "{}",
        };
        let command = crate::NewCommand {
            phrase,
            aliases: &[],
            body,
            trust: None,
            approved_by: Some("me"),
            replace: false,
        };
        store.teach("default", &command, n).unwrap();
    }
    phrases(&store)
}

fn phrases(store: &Store) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    store
        .load_layer(Layer::Namespace("default"), |row| {
            found.insert(row.text.to_owned(), row.command.to_owned());
        })
        .unwrap();
    found
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    names
}

#[test]
fn an_upgrade_keeps_the_rows_and_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let before = fill(&path);
    let store = open(&path, LATER).unwrap();
    assert_eq!(phrases(&store), before);
    assert_eq!(version(&store.conn).unwrap(), 3);
    let notes: i64 = store
        .conn
        .query_row(
            "SELECT count(*) FROM commands WHERE note = 'from df'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(notes, 50);
    assert!(store.integrity_check().unwrap().is_empty());
    drop(store);
    assert_eq!(names(folder.path()), ["lever.db", "lever.db.bak-v1"]);
    drop(open(&path, LATER).unwrap());
    assert_eq!(names(folder.path()), ["lever.db", "lever.db.bak-v1"], "once");
    let copy = open(&folder.path().join("lever.db.bak-v1"), &LATER[..1]).unwrap();
    assert_eq!((phrases(&copy), version(&copy.conn).unwrap()), (before, 1));
}

#[test]
fn a_copy_never_takes_the_place_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    fill(&path);
    fs::write(folder.path().join("lever.db.bak-v1"), "precious").unwrap();
    drop(open(&path, LATER).unwrap());
    assert_eq!(
        names(folder.path()),
        ["lever.db", "lever.db.bak-v1", "lever.db.bak-v1.2"]
    );
    assert_eq!(
        fs::read(folder.path().join("lever.db.bak-v1")).unwrap(),
        b"precious"
    );
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let before = fill(&path);
    assert_eq!(open(&path, FAILS).unwrap_err().code(), "store_damaged");
    assert_eq!(
        names(folder.path()),
        ["lever.db"],
        "no copy of what was not changed"
    );
    let store = open(&path, &LATER[..1]).unwrap();
    assert_eq!((phrases(&store), version(&store.conn).unwrap()), (before, 1));
    assert!(store.conn.prepare("SELECT note FROM commands").is_err());
}

#[test]
fn many_upgrade_at_once_and_one_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let before = fill(&path);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(phrases(&open(&path, LATER).unwrap()), before));
        }
    });
    assert_eq!(names(folder.path()), ["lever.db", "lever.db.bak-v1"]);
}

#[test]
fn an_older_program_that_is_still_running_stops_writing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let before = fill(&path);
    let mut old = open(&path, &LATER[..1]).unwrap();
    drop(open(&path, LATER).unwrap());
    assert_eq!(
        old.forget("default", &before["phrase 0"], 1).unwrap_err().code(),
        "store_newer_version"
    );
    assert_eq!(
        open(&path, &LATER[..1]).unwrap_err().code(),
        "store_newer_version"
    );
    assert_eq!(phrases(&open(&path, LATER).unwrap()), before);
}

#[test]
fn an_older_file_is_not_read_as_if_it_were_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    fill(&path);
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("PRAGMA user_version = 0").unwrap();
    drop(conn);
    assert_eq!(open(&path, LATER).unwrap_err().code(), "store_damaged");
    assert_eq!(
        Store::open_read_only(&path, OpenOptions::default())
            .unwrap_err()
            .code(),
        "store_damaged"
    );
}

/// One line a released migration: its length and 64-bit FNV-1a hash. Editing one breaks files in the world; add one.
#[test]
fn released_migrations_are_as_they_were() {
    const RELEASED: &[(usize, u64)] = &[];
    for (at, (migration, released)) in MIGRATIONS.iter().zip(RELEASED).enumerate() {
        let hash = migration.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        assert_eq!((migration.len(), hash), *released, "migration {}", at + 1);
    }
}
