//! Files that are not what they should be, and what is made where there was none.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use lever_store::StoreError;
use shared::{NS, command, commands, contents, filled, open, try_open, try_read};

fn refused(path: &Path, code: &str) {
    let before = contents(path.parent().unwrap());
    for result in [try_open(path), try_read(path)] {
        let error = result.err().unwrap_or_else(|| panic!("{code}: it was opened"));
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.to_string().contains('\n') && !error.hint().is_empty());
        assert!(
            error
                .to_string()
                .contains(path.file_name().unwrap().to_str().unwrap()),
            "{error}"
        );
    }
    let after = contents(path.parent().unwrap());
    let names = |files: &[(String, Vec<u8>)]| {
        files
            .iter()
            .map(|(name, bytes)| (name.clone(), bytes.len()))
            .collect::<Vec<_>>()
    };
    assert!(
        before == after,
        "{code}: {:?} became {:?}",
        names(&before),
        names(&after)
    );
}

#[test]
fn what_is_made_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/lever.db");
    let mut store = open(&path);
    store.teach(NS, &command("disk usage", "df"), 1).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("a")), 0o700);
    assert_eq!(mode(&folder.path().join("a/b")), 0o700);
    for name in ["lever.db", "lever.db-wal", "lever.db-shm"] {
        assert_eq!(mode(&folder.path().join("a/b").join(name)), 0o600, "{name}");
    }
    assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 3);
    let copy = folder.path().join("copy.db");
    store.backup(&copy).unwrap();
    assert_eq!(mode(&copy), 0o600);
    assert_eq!(commands(&open(&copy)), 1);
    assert!(matches!(store.backup(&copy), Err(StoreError::Exists { .. })));
    assert!(matches!(store.backup(&path), Err(StoreError::Exists { .. })));
    assert!(store.backup(Path::new("/nowhere/copy.db")).is_err());
}

#[test]
fn a_foreign_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    for bytes in [&b"dear diary"[..], &[0; 5000], &[b'x'; 5000]] {
        fs::write(&path, bytes).unwrap();
        refused(&path, "store_not_lever");
    }
    fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("PRAGMA journal_mode = wal; CREATE TABLE mine (x); PRAGMA user_version = 1")
        .unwrap();
    drop(other);
    refused(&path, "store_not_lever");
}

#[test]
fn a_newer_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.execute_batch("PRAGMA user_version = 999").unwrap();
    drop(newer);
    refused(&path, "store_newer_version");
    assert!(try_open(&path).unwrap_err().to_string().contains("999"));
}

#[test]
fn a_file_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    fs::create_dir(&path).unwrap();
    assert_eq!(try_open(&path).unwrap_err().code(), "store_not_a_file");
    fs::remove_dir(&path).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", &path).unwrap();
    assert_eq!(try_open(&path).unwrap_err().code(), "store_not_a_file");
    fs::remove_file(&path).unwrap();
    assert_eq!(try_read(&path).unwrap_err().code(), "store_not_found");
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(
        try_open(&folder.path().join("file/lever.db")).unwrap_err().code(),
        "store_not_a_file"
    );
}

#[test]
fn a_file_cut_short_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let whole = fs::read(&path).unwrap();
    for length in [
        0,
        1,
        50,
        99,
        100,
        512,
        4095,
        4096,
        5000,
        whole.len() / 2,
        whole.len() - 1,
    ] {
        fs::write(&path, &whole[..length]).unwrap();
        refused(&path, "store_damaged");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(commands(&try_open(&path).unwrap()), 200);
}

#[test]
fn a_file_cut_to_nothing_does_not_lose_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let store = open(&path);
    let wal = folder.path().join("lever.db-wal");
    let mut second = open(&path);
    second.teach(NS, &command("in the log", "true"), 1).unwrap();
    let (database, log) = (fs::read(&path).unwrap(), fs::read(&wal).unwrap());
    drop((store, second));
    fs::write(&path, "").unwrap();
    fs::write(&wal, &log).unwrap();
    refused(&path, "store_damaged");
    fs::write(&path, database).unwrap();
    assert_eq!(commands(&open(&path)), 201);
}

/// Whatever bytes are wrong: a database that opens and answers, or a clear error; never a panic, never a wrong row
/// that the check would not find.
#[test]
fn flipped_bytes_are_noticed_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let whole = fs::read(&path).unwrap();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let (mut refused, mut found, mut harmless) = (0, 0, 0);
    for round in 0..400 {
        let mut bytes = whole.clone();
        for _ in 0..=round % 8 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = if round % 4 == 0 {
                (random >> 33) % 200
            } else {
                (random >> 33) % bytes.len() as u64
            };
            bytes[at as usize] ^= 1 << (random >> 20 & 7);
        }
        fs::write(&path, &bytes).unwrap();
        let _ = fs::remove_file(folder.path().join("lever.db-wal"));
        let store = match try_open(&path) {
            Ok(store) => store,
            Err(error) => {
                assert_ne!(error.code(), "store_sqlite", "{error}");
                refused += 1;
                continue;
            }
        };
        if store.integrity_check().unwrap().is_empty() {
            harmless += 1;
        } else {
            found += 1;
        }
        for error in [
            store.load_layer(lever_store::Layer::Namespace(NS), |_| {}).err(),
            store.command(NS, "nobody").err(),
            store.stats(NS, 0).err(),
        ]
        .into_iter()
        .flatten()
        {
            assert_eq!(error.code(), "store_damaged", "{error}");
        }
    }
    assert!(
        refused > 20 && found > 20 && harmless > 20,
        "{refused} refused, {found} found, {harmless} harmless"
    );
}

#[test]
fn a_file_replaced_while_open_takes_no_more_lessons() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let mut store = open(&path);
    fs::rename(&path, folder.path().join("moved.db")).unwrap();
    assert_eq!(
        store.teach(NS, &command("new", "true"), 1).unwrap_err().code(),
        "store_replaced"
    );
    fs::copy(folder.path().join("moved.db"), &path).unwrap();
    assert_eq!(
        store.teach(NS, &command("new", "true"), 1).unwrap_err().code(),
        "store_replaced"
    );
    fs::remove_file(&path).unwrap();
    fs::rename(folder.path().join("moved.db"), &path).unwrap();
    store.teach(NS, &command("new", "true"), 1).unwrap();
}

#[test]
fn a_link_and_an_odd_name_lead_to_one_database() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let odd = folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"a?b#c%41 \xFF.db"));
    let link = folder.path().join("link.db");
    let mut store = open(&odd);
    store.teach(NS, &command("one", "true"), 1).unwrap();
    std::os::unix::fs::symlink(&odd, &link).unwrap();
    let mut by_link = open(&link);
    by_link.teach(NS, &command("two", "true"), 1).unwrap();
    assert_eq!((commands(&store), commands(&try_read(&link).unwrap())), (2, 2));
    let mark = store
        .load_layer(lever_store::Layer::Namespace(NS), |_| {})
        .unwrap();
    assert!(
        store
            .put_snapshot(lever_store::Layer::Namespace(NS), "trie", mark, 2, b"bytes")
            .unwrap()
    );
    let found = by_link
        .snapshot(lever_store::Layer::Namespace(NS), "trie")
        .unwrap()
        .unwrap();
    assert_eq!(&found.bytes[..], b"bytes");
}
