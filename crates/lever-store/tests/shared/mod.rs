//! What the tests of several files need: example commands, and this test program run again as another process.

#![allow(dead_code, unreachable_pub, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lever_store::{NewBody, NewCommand, NewPhrase, OpenOptions, Source, Store, StoreError};

pub const NS: &str = "default";

pub fn open(path: &Path) -> Store {
    Store::open(
        path,
        OpenOptions {
            busy_timeout: Duration::from_secs(60),
            ..OpenOptions::default()
        },
    )
    .unwrap()
}

pub fn phrase(text: &str) -> NewPhrase<'_> {
    NewPhrase {
        text,
        key: text,
        source: Source::Taught,
        pattern: false,
        weak: false,
    }
}

pub fn body(template: &str) -> NewBody<'_> {
    NewBody {
        template,
        digest: template,
        plan: r#"{"argv":[]}"#,
        params: "[]",
        effects: r#"{"reads":true}"#,
        permissions: "{}",
        details: "{}",
    }
}

pub fn command<'a>(text: &'a str, template: &'a str) -> NewCommand<'a> {
    NewCommand {
        phrase: phrase(text),
        aliases: &[],
        body: body(template),
        trust: None,
        approved_by: Some("person"),
        replace: false,
    }
}

/// Runs one `#[test] #[ignore]` function of the present test program as a process of its own, with `input` for it to
/// read from [`input`].
pub fn start(test: &str, input: &[&str]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads", "1"])
        .env("LEVER_STORE_TEST_INPUT", input.join("\n"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What [`start`] was given; `None` if this process was started by hand.
pub fn input() -> Option<Vec<String>> {
    let text = std::env::var("LEVER_STORE_TEST_INPUT").ok()?;
    Some(text.split('\n').map(str::to_owned).collect())
}

pub fn try_open(path: &Path) -> Result<Store, StoreError> {
    Store::open(path, OpenOptions::default())
}

pub fn try_read(path: &Path) -> Result<Store, StoreError> {
    Store::open_read_only(path, OpenOptions::default())
}

pub fn commands(store: &Store) -> u64 {
    store.stats(NS, 0).unwrap().commands
}

/// A database with 200 commands, closed.
pub fn filled(folder: &Path) -> PathBuf {
    let path = folder.join("lever.db");
    let mut store = open(&path);
    let taught: Result<(), StoreError> = store.teach_many(NS, 1, |batch| {
        for n in 0..200 {
            batch.teach(&command(&format!("phrase {n}"), "true"))?;
        }
        Ok(())
    });
    taught.unwrap();
    path
}

/// Every file of a folder with its bytes, but for an empty log and the index of the log: they hold nothing.
pub fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .filter(|(name, bytes)| !(name.ends_with("-shm") || name.ends_with("-wal") && bytes.is_empty()))
        .collect();
    found.sort();
    found
}
