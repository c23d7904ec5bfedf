//! Every schema version that was ever released is kept as SQL in `tests/fixtures`, and must still open with all that
//! it holds. `cargo test -p lever-store --test fixtures -- --ignored` writes the one of the present version.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use lever_store::{
    Added, Layer, Lessons, ModelCall, NewCommand, NewPack, NewPhrase, PackCommand, Page, Run, RunFilter,
    Source, Store, Taught, Verdict,
};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use shared::{NS, body, command, open, phrase};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Something of everything.
fn fill(store: &mut Store) {
    let phrases = [NewPhrase {
        source: Source::Pack,
        ..phrase("list processes")
    }];
    let commands = [PackCommand {
        id: "builtin:ps",
        phrases: &phrases,
        body: body("ps aux"),
        trust: Some(60.0),
    }];
    let pack = NewPack {
        name: "builtin",
        version: "1.0",
        digest: "d1",
        approved: true,
        commands: &commands,
    };
    store.install_pack(&pack, 1).unwrap();
    let aliases = [
        phrase("disk"),
        NewPhrase {
            pattern: true,
            ..phrase("(show|list) disks")
        },
    ];
    let taught = store
        .teach(
            NS,
            &NewCommand {
                aliases: &aliases,
                ..command("disk usage", "df -h")
            },
            2,
        )
        .unwrap();
    let Taught::Created { id } = taught else { panic!() };
    let learned = NewPhrase {
        source: Source::Learned,
        ..phrase("how full is it")
    };
    assert_eq!(store.add_phrase(NS, &id, &learned, 3).unwrap(), Added::Created);
    let run = Run {
        id: "run-1".into(),
        at: 4,
        namespace: NS.into(),
        request: "disk".into(),
        status: "ran".into(),
        command: Some(id.clone()),
        exit_code: Some(0),
        ..Run::default()
    };
    store
        .record_run(
            &run,
            Lessons {
                verdict: Some(Verdict::Success),
                used_phrase: None,
            },
        )
        .unwrap();
    store.confirm(NS, &id, "hash", 5).unwrap();
    store.mark_wrong(NS, "free memory", &id, 6).unwrap();
    store.forget(NS, "builtin:ps", 7).unwrap();
    store.put_token("token", "bound", "{}", 1000, 8).unwrap();
    store.put_resolution(NS, "disk", 1, "m", "{}").unwrap();
    let mark = store.load_layer(Layer::Namespace(NS), |_| {}).unwrap();
    store
        .put_snapshot(Layer::Namespace(NS), "trie", mark, 4, &[0, 1, 254, 255])
        .unwrap();
    let call = ModelCall {
        at: 9,
        namespace: NS,
        backend: "b",
        model: "m",
        purpose: "match",
        tokens_in: 1,
        tokens_out: 2,
        took_ms: 3,
        outcome: "ok",
        request: Some("run-1"),
    };
    store.record_model_call(&call).unwrap();
}

fn check(store: &Store) {
    let own = store
        .list(NS, &lever_store::Filter::default(), Page::default())
        .unwrap()
        .items;
    assert_eq!(own.len(), 1);
    let found = &own[0];
    assert_eq!(
        (found.phrase.as_str(), found.template.as_str(), found.created_at),
        ("disk usage", "df -h", 2)
    );
    assert_eq!(found.approval.as_ref().unwrap().by, "person");
    assert_eq!(found.trust.successes, 1);
    let phrases = store.phrases(NS, &found.id).unwrap();
    assert_eq!(phrases.len(), 4);
    assert!(phrases.iter().any(|one| one.pattern) && phrases.iter().any(|one| one.source == Source::Learned));
    assert!(store.was_confirmed(NS, &found.id, "hash").unwrap());
    assert_eq!(store.counterexamples(NS).unwrap()[0].key, "free memory");
    assert_eq!(store.hidden(NS).unwrap(), ["builtin:ps"]);
    assert!((store.command("other", "builtin:ps").unwrap().unwrap().trust.score - 60.0).abs() < 1e-9);
    assert_eq!(store.pack("builtin").unwrap().unwrap().version, "1.0");
    assert_eq!(
        store.log(&RunFilter::default(), Page::default()).unwrap().items[0].request,
        "disk"
    );
    assert_eq!(store.stats(NS, 0).unwrap().models[0].tokens_out, 2);
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
}

#[test]
fn every_released_version_opens_with_all_that_it_holds() {
    let mut found: Vec<_> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    assert!(!found.is_empty());
    for fixture in found {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lever.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(&fs::read_to_string(&fixture).unwrap()).unwrap();
        old.pragma_update(None, "journal_mode", "wal").unwrap();
        drop(old);
        let mut store = open(&path);
        check(&store);
        // And it goes on from there.
        assert!(matches!(
            store.teach(NS, &command("disk usage", "x"), 9).unwrap(),
            Taught::Exists { .. }
        ));
        store.teach(NS, &command("new", "true"), 9).unwrap();
        assert_eq!(
            store.integrity_check().unwrap(),
            Vec::<String>::new(),
            "{}",
            fixture.display()
        );
    }
}

#[test]
#[ignore = "writes a file into the source tree"]
fn write_fixture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let mut store = open(&path);
    fill(&mut store);
    check(&store);
    let conn = Connection::open(&path).unwrap();
    let number = |pragma: &str| conn.query_row(pragma, [], |row| row.get::<_, i64>(0)).unwrap();
    let version = number("PRAGMA user_version");
    let mut sql = format!(
        "PRAGMA application_id = {};\nPRAGMA user_version = {version};\n",
        number("PRAGMA application_id")
    );
    let mut schema = conn
        .prepare("SELECT sql, type, name FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'sqlite_sequence' ORDER BY rowid")
        .unwrap();
    let objects: Vec<(String, String, String)> = schema
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (text, ..) in &objects {
        writeln!(sql, "{text};").unwrap();
    }
    sql.push_str("BEGIN;\n");
    for (_, _, table) in objects.iter().filter(|object| object.1 == "table") {
        dump(&conn, table, &mut sql);
    }
    sql.push_str("COMMIT;\n");
    let target = fixtures().join(format!("v{version}.sql"));
    assert!(
        !target.exists(),
        "{} is released; it is never written again",
        target.display()
    );
    fs::create_dir_all(fixtures()).unwrap();
    fs::write(target, sql).unwrap();
}

fn dump(conn: &Connection, table: &str, sql: &mut String) {
    let mut rows = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = rows.column_count();
    let mut rows = rows.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let values: Vec<String> = (0..columns)
            .map(|at| match row.get_ref(at).unwrap() {
                ValueRef::Null => "NULL".into(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => format!("{number:?}"),
                ValueRef::Text(text) => {
                    format!("'{}'", std::str::from_utf8(text).unwrap().replace('\'', "''"))
                }
                ValueRef::Blob(_) => unreachable!("a database with a folder keeps bytes in files"),
            })
            .collect();
        writeln!(sql, "INSERT INTO {table} VALUES ({});", values.join(", ")).unwrap();
    }
}
