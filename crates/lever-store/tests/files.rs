//! Files that are not what they should be, and places where nothing can be written.
//!
//! Functions marked `#[ignore]` are not tests: they are what another process does (see `shared::start`).

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use lever_store::{OpenOptions, Store, StoreError, Taught};
use shared::{NS, command, input, open, start};

fn try_open(path: &Path) -> Result<Store, StoreError> {
    Store::open(path, OpenOptions::default())
}

fn try_read(path: &Path) -> Result<Store, StoreError> {
    Store::open_read_only(path, OpenOptions::default())
}

fn commands(store: &Store) -> u64 {
    store.stats(NS, 0).unwrap().commands
}

/// A database with 200 commands, closed.
fn filled(folder: &Path) -> PathBuf {
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
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
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

fn become_nobody() -> bool {
    // SAFETY: plain system calls on numbers.
    unsafe { libc::geteuid() != 0 || (libc::setgid(65534) == 0 && libc::setuid(65534) == 0) }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
#[ignore = "run by where_nothing_can_be_written, as an ordinary user"]
fn use_a_read_only_folder() {
    let Some(input) = input() else { return };
    let folder = Path::new(&input[0]);
    if !become_nobody() {
        println!("\nSKIPPED: can't become an ordinary user");
        return;
    }
    let code = |name: &str| try_open(&folder.join(name)).unwrap_err().code();
    assert_eq!(code("none.db"), "store_read_only");
    assert_eq!(code("deeper/none.db"), "store_read_only");
    assert_eq!(code("plain.db"), "store_read_only");
    assert_eq!(code("logged.db"), "store_read_only");
    assert_eq!(code("secret.db"), "store_forbidden");
    assert_eq!(
        try_read(&folder.join("secret.db")).unwrap_err().code(),
        "store_forbidden"
    );
    for (name, count) in [("plain.db", 200), ("logged.db", 201)] {
        let mut store = try_read(&folder.join(name)).unwrap();
        assert_eq!(commands(&store), count, "{name}: what is in the log counts");
        assert!(store.is_read_only() && store.integrity_check().unwrap().is_empty());
        assert_eq!(
            store.teach(NS, &command("new", "true"), 1).unwrap_err().code(),
            "store_read_only"
        );
    }
    println!("\nchecked");
}

#[test]
fn where_nothing_can_be_written() {
    let outer = tempfile::tempdir().unwrap();
    set_mode(outer.path(), 0o755);
    let folder = outer.path().join("home");
    fs::create_dir(&folder).unwrap();
    let path = filled(&folder);
    fs::copy(&path, folder.join("plain.db")).unwrap();
    fs::copy(&path, folder.join("secret.db")).unwrap();
    let mut store = open(&path);
    store.teach(NS, &command("in the log", "true"), 1).unwrap();
    fs::copy(&path, folder.join("logged.db")).unwrap();
    fs::copy(folder.join("lever.db-wal"), folder.join("logged.db-wal")).unwrap();
    drop(store);
    for name in ["plain.db", "logged.db", "logged.db-wal"] {
        set_mode(&folder.join(name), 0o644);
    }
    set_mode(&folder.join("secret.db"), 0);
    let before = contents_of(&folder);
    set_mode(&folder, 0o555);
    let said = start("use_a_read_only_folder", &[folder.to_str().unwrap()])
        .wait_with_output()
        .unwrap();
    set_mode(&folder, 0o755);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    note_skips(&said.stdout);
    assert!(before == contents_of(&folder));
}

fn contents_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let secret = folder.join("secret.db");
    set_mode(&secret, 0o600);
    let found = contents(folder);
    set_mode(&secret, 0);
    found
}

/// A test that could not do its work says so.
fn note_skips(stdout: &[u8]) {
    let text = String::from_utf8_lossy(stdout);
    for line in text.lines().filter(|line| line.starts_with("SKIPPED")) {
        eprintln!("{line}");
    }
    assert!(text.contains("\nchecked") || text.contains("\nSKIPPED"), "{text}");
}

fn teach_until_full(store: &mut Store) -> (u32, StoreError) {
    let long = "x".repeat(2000);
    for n in 0..100_000 {
        let text = format!("more {n} {long}");
        match store.teach(NS, &command(&text, "true"), 1) {
            Ok(Taught::Created { .. }) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => return (n, error),
        }
    }
    panic!("it never filled up");
}

#[test]
#[ignore = "run by a_full_disk_loses_nothing, with a limit on the size of files"]
fn fill_a_file_to_its_limit() {
    let Some(input) = input() else { return };
    let mut store = open(Path::new(&input[0]));
    let limit = libc::rlimit {
        rlim_cur: 600_000,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: plain system calls; the structure lives through the call. Ignoring the signal makes writes fail instead.
    let set = unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit)
    };
    assert_eq!(set, 0);
    let (taught, error) = teach_until_full(&mut store);
    assert_eq!(error.code(), "store_disk_full", "{error}");
    assert_eq!(commands(&store), 200 + u64::from(taught));
    println!("\ntaught {taught}\nchecked");
}

#[test]
#[ignore = "run by a_full_disk_loses_nothing, in a mount namespace of its own"]
fn fill_a_small_disk() {
    let Some(input) = input() else { return };
    let disk = Path::new(&input[0]);
    if !mount(disk, "size=1m", 0) {
        println!("\nSKIPPED: can't mount a small disk");
        return;
    }
    let path = filled(disk);
    let mut store = open(&path);
    let (taught, error) = teach_until_full(&mut store);
    assert_eq!(error.code(), "store_disk_full", "{error}");
    let acknowledged = 200 + u64::from(taught);
    assert_eq!(commands(&store), acknowledged);
    // A process that starts now can still read, and says why it can't write.
    fs::write(disk.join("rest"), vec![0; 1 << 20]).unwrap_err();
    assert_eq!(commands(&try_read(&path).unwrap()), acknowledged);
    let mut other = try_open(&path).unwrap();
    assert_eq!(
        other
            .teach(NS, &command(&"y".repeat(9000), "true"), 1)
            .unwrap_err()
            .code(),
        "store_disk_full"
    );
    drop((store, other));
    for opened in [
        try_open(&path),
        try_open(&disk.join("new/lever.db")),
        try_open(&disk.join("new.db")),
    ] {
        if let Err(error) = opened {
            assert_eq!(error.code(), "store_disk_full", "{error}");
        }
    }
    assert_eq!(commands(&try_read(&path).unwrap()), acknowledged);
    fs::remove_file(disk.join("rest")).unwrap();
    mount(disk, "size=4m", libc::MS_REMOUNT);
    let mut store = open(&path);
    assert_eq!(commands(&store), acknowledged);
    store.teach(NS, &command("room again", "true"), 1).unwrap();
    assert!(store.integrity_check().unwrap().is_empty());
    drop(store);
    // The same disk, made read-only under a database with a log.
    let store = open(&path);
    open(&path).teach(NS, &command("in the log", "true"), 1).unwrap();
    fs::copy(&path, disk.join("logged.db")).unwrap();
    fs::copy(disk.join("lever.db-wal"), disk.join("logged.db-wal")).unwrap();
    drop(store);
    assert!(mount(disk, "size=4m", libc::MS_REMOUNT | libc::MS_RDONLY));
    for name in ["lever.db", "logged.db"] {
        assert_eq!(try_open(&disk.join(name)).unwrap_err().code(), "store_read_only");
        assert_eq!(
            commands(&try_read(&disk.join(name)).unwrap()),
            acknowledged + 2,
            "{name}"
        );
    }
    assert_eq!(
        try_open(&disk.join("none.db")).unwrap_err().code(),
        "store_read_only"
    );
    println!("\nchecked");
}

/// Mounts memory as a disk, seen by this thread only.
fn mount(at: &Path, options: &str, flags: libc::c_ulong) -> bool {
    let at = std::ffi::CString::new(at.to_str().unwrap()).unwrap();
    let options = std::ffi::CString::new(options).unwrap();
    let (root, kind) = (c"/".as_ptr(), c"tmpfs".as_ptr());
    // SAFETY: all pointers are to strings that live through the calls, or null where that is allowed.
    unsafe {
        if flags & libc::MS_REMOUNT == 0 {
            let private = libc::MS_REC | libc::MS_PRIVATE;
            if libc::unshare(libc::CLONE_NEWNS) != 0
                || libc::mount(
                    std::ptr::null(),
                    root,
                    std::ptr::null(),
                    private,
                    std::ptr::null(),
                ) != 0
            {
                return false;
            }
        }
        libc::mount(kind, at.as_ptr(), kind, flags, options.as_ptr().cast()) == 0
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let said = start("fill_a_file_to_its_limit", &[path.to_str().unwrap()])
        .wait_with_output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success(), "{text}");
    let taught = text
        .lines()
        .find_map(|line| line.strip_prefix("taught "))
        .unwrap()
        .parse::<u64>()
        .unwrap();
    let mut store = open(&path);
    assert_eq!(commands(&store), 200 + taught);
    store.teach(NS, &command("room again", "true"), 1).unwrap();
    assert!(store.integrity_check().unwrap().is_empty());

    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let said = start("fill_a_small_disk", &[disk.to_str().unwrap()])
        .wait_with_output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    note_skips(&said.stdout);
}
