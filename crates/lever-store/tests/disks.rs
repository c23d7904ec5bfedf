//! Places where nothing can be written: a read-only folder, a read-only disk, a full one.
//!
//! Functions marked `#[ignore]` are not tests: they are what another process does (see `shared::start`).

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lever_store::{Store, StoreError, Taught};
use shared::{NS, command, commands, contents, filled, input, open, start, try_open, try_read};

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

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by a_small_disk_that_fills_up_loses_nothing, in a mount namespace of its own"]
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
#[cfg(target_os = "linux")]
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
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_disk_that_fills_up_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let said = start("fill_a_small_disk", &[disk.to_str().unwrap()])
        .wait_with_output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    note_skips(&said.stdout);
}
