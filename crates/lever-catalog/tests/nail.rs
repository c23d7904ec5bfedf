//! `.nail` archives: ours come back, and hostile ones are refused before anything is written.

#![allow(clippy::unwrap_used, missing_docs)]

mod shared;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use lever_catalog::transfer::{ImportOptions, NailOptions};
use rusqlite::Connection;
use serde_json::json;
use shared::Home;

/// The parts of an archive, to be spoiled one at a time.
struct Parts {
    files: Vec<(String, tar::EntryType, Vec<u8>)>,
}

const SCHEMA: &str = "CREATE TABLE reflexes (id TEXT PRIMARY KEY, intent, action_sql, embedding BLOB, confidence, invoke_count,
  last_invoked, created_at);
  CREATE TABLE sessions (id TEXT); CREATE TABLE shells (fingerprint TEXT);";

fn database(sql: &str) -> Vec<u8> {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("r.db");
    let conn = Connection::open(&path).unwrap();
    // As another program keeps it: in WAL mode, the log copied into the file.
    conn.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    conn.execute_batch(sql).unwrap();
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(conn);
    fs::read(path).unwrap()
}

fn row(intent: &str, action: &str) -> String {
    format!(
        "INSERT INTO reflexes VALUES ('{intent}', '{intent}', '{action}', zeroblob(1536), 0.9, 3, NULL, '2024-01-01T00:00:00Z');"
    )
}

impl Parts {
    fn new() -> Self {
        Self::of(
            database(&format!(
                "{SCHEMA}{}{}",
                row("say hi", "echo hi"),
                row("greet me", "echo hi")
            )),
            2,
        )
    }

    fn of(database: Vec<u8>, count: u64) -> Self {
        let (identity, config) = (b"{}".to_vec(), b"model_path = \"\"".to_vec());
        let sum = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        let manifest = json!({
            "version": "1", "fingerprint": "f", "timestamp": "2024-01-01T00:00:00Z", "reflex_count": count,
            "checksums": {"reflexes_db": sum(&database), "identity_json": sum(&identity), "config_toml": sum(&config)},
        });
        let file = |name: &str, bytes| (name.to_owned(), tar::EntryType::Regular, bytes);
        Self {
            files: vec![
                file("manifest.json", serde_json::to_vec(&manifest).unwrap()),
                file("reflexes.db", database),
                file("identity.json", identity),
                file("config.toml", config),
            ],
        }
    }

    fn tar(&self) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, kind, bytes) in &self.files {
            let mut header = tar::Header::new_gnu();
            // Written into the header as it is: the library itself would refuse such names.
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(0o644);
            if matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link) {
                header.set_link_name("/etc/passwd").unwrap();
                header.set_size(0);
                header.set_cksum();
                archive.append(&header, &[][..]).unwrap();
            } else {
                header.set_size(bytes.len() as u64);
                header.set_cksum();
                archive.append(&header, bytes.as_slice()).unwrap();
            }
        }
        archive.into_inner().unwrap()
    }

    fn pack(&self) -> Vec<u8> {
        compress(&self.tar())
    }
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

/// Why it was refused, having made sure that nothing came of it.
fn refusal(name: &str, bytes: &[u8]) -> String {
    let mut home = Home::new();
    let path = home.file("in.nail", bytes);
    let before = listing(&home);
    let options = ImportOptions {
        path: Some(path),
        keep_going: true,
        ..ImportOptions::default()
    };
    let error = home
        .catalog
        .import("default", &options, &mut |_| Ok(()))
        .expect_err(name);
    assert_eq!(error.code(), "nail_refused", "{name}: {error}");
    assert!(!error.to_string().contains('\n'), "{name}: {error}");
    assert!(home.catalog.list("default").unwrap().is_empty(), "{name}");
    assert_eq!(listing(&home), before, "{name}: no file appeared");
    error.to_string()
}

fn listing(home: &Home) -> Vec<PathBuf> {
    let mut names: Vec<_> = fs::read_dir(home.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.display().to_string().contains("lever.db"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_sound_archive_of_another_program_is_read() {
    let mut home = Home::new();
    let path = home.file("in.nail", Parts::new().pack());
    let (imported, lines) = home.import(&path);
    assert!(imported.stored, "{lines:?}");
    assert_eq!((imported.format.as_str(), imported.added), ("nail", 1));
    let rows = home.catalog.list("default").unwrap();
    assert_eq!(rows[0].template, "echo hi");
    assert_eq!(
        rows[0].phrases.len(),
        2,
        "two reflexes with one action are one command"
    );
    assert!(!rows[0].approved);
    assert!((rows[0].trust - 50.0).abs() < 1e-9, "capped");
    // Without compression too.
    let plain = home.file("plain.nail", Parts::new().tar());
    assert_eq!(home.import(&plain).0.present, 1);
}

#[test]
fn ours_come_back() {
    let mut home = Home::new();
    home.teach(
        json!({"phrase": "check the disk", "command": "df -h", "aliases": ["disk space"], "trust": 80}),
    );
    home.teach(json!({"phrase": "last {{n:int=20}} lines of {{file}}", "command": "tail -n {{n}} {{file}}"}));
    home.teach(json!({"phrase": "(show|list) jobs", "command": "true", "pattern": true}));
    let path = home.folder.path().join("out.nail");
    let options = NailOptions {
        path: path.clone(),
        shell: "zsh".into(),
        ..NailOptions::default()
    };
    let packed = home
        .catalog
        .export_nail("default", &options, &mut |_| Ok(()))
        .unwrap();
    assert_eq!(
        (packed.reflexes, packed.left_out, packed.over_usual_limit),
        (3, 1, false)
    );
    assert_eq!(
        home.catalog
            .export_nail("default", &options, &mut |_| Ok(()))
            .unwrap_err()
            .code(),
        "export_exists"
    );
    assert_eq!(listing(&home).len(), 1, "only the archive stays");

    let mut archive =
        tar::Archive::new(zstd::stream::read::Decoder::new(fs::File::open(&path).unwrap()).unwrap());
    let unpacked = home.folder.path().join("unpacked");
    archive.unpack(&unpacked).unwrap();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(unpacked.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["reflex_count"], 3);
    assert_eq!(manifest["embedder"], "lever-hash-256+128-v2");
    for (file, key) in [
        ("reflexes.db", "reflexes_db"),
        ("identity.json", "identity_json"),
        ("config.toml", "config_toml"),
    ] {
        let sum = blake3::hash(&fs::read(unpacked.join(file)).unwrap())
            .to_hex()
            .to_string();
        assert_eq!(manifest["checksums"][key], sum);
    }
    let identity: serde_json::Value =
        serde_json::from_slice(&fs::read(unpacked.join("identity.json")).unwrap()).unwrap();
    assert_eq!(identity["preferences"]["preferred_shell"], "zsh");
    let conn = Connection::open(unpacked.join("reflexes.db")).unwrap();
    let (length, confidence): (i64, f64) = conn
        .query_row(
            "SELECT length(embedding), confidence FROM reflexes WHERE intent = 'check the disk'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(length, 384 * 4);
    assert!((confidence - 0.8).abs() < 1e-9);

    let mut other = Home::new();
    let (imported, lines) = other.import_with(&ImportOptions {
        path: Some(path),
        keep_trust: true,
        ..ImportOptions::default()
    });
    assert_eq!(imported.added, 2, "{lines:?}");
    let rows = other.catalog.list("default").unwrap();
    assert_eq!((rows[0].phrases.len(), rows[0].trust), (2, 80.0));
    assert_eq!(rows[1].digest, home.catalog.list("default").unwrap()[1].digest);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in [
        "../evil",
        "/etc/evil",
        "a/manifest.json",
        "..",
        "evil.txt",
        "manifest.json/x",
        "./../x",
    ] {
        let mut parts = Parts::new();
        parts
            .files
            .push((name.to_owned(), tar::EntryType::Regular, b"x".to_vec()));
        assert!(refusal(name, &parts.pack()).contains("does not belong"), "{name}");
    }
}

#[test]
fn what_is_no_ordinary_file_is_refused() {
    use tar::EntryType;
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Fifo,
        EntryType::Char,
        EntryType::Block,
        EntryType::Directory,
    ] {
        let mut parts = Parts::new();
        let last = parts.files.len() - 1;
        parts.files[last].1 = kind;
        refusal(&format!("{kind:?}"), &parts.pack());
    }
}

#[test]
fn bombs_are_refused_within_bounds() {
    let mut parts = Parts::new();
    parts.files[2].2 = vec![b' '; 64 * 1024 * 1024];
    assert!(refusal("a large identity", &parts.pack()).contains("larger than"));

    // A header that promises more than there is.
    let mut tar = Parts::new().tar();
    let size = &mut tar[512 + 1024..512 + 1024 + 512];
    size[124..136].copy_from_slice(b"77777777777\0");
    let sum: u32 = size
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                32
            } else {
                u32::from(*byte)
            }
        })
        .sum();
    size[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    refusal("a promise", &compress(&tar));

    // Far more than the four files, compressed to almost nothing.
    let mut tar = Parts::new().tar();
    tar.extend(vec![0; 64 * 1024 * 1024]);
    assert!(refusal("zeros behind the end", &compress(&tar)).contains("follows"));

    let mut parts = Parts::new();
    for number in 0..1000 {
        parts.files.push((
            format!("./{}", "./".repeat(number % 40)),
            tar::EntryType::Directory,
            Vec::new(),
        ));
    }
    assert!(refusal("many entries", &parts.pack()).contains("more files"));
}

#[test]
fn wrong_checksums_and_counts_are_refused() {
    let mut parts = Parts::new();
    parts.files[3].2.push(b'\n');
    assert!(refusal("a changed config", &parts.pack()).contains("checksum"));
    let mut parts = Parts::new();
    let middle = parts.files[1].2.len() / 2;
    parts.files[1].2[middle] ^= 1;
    assert!(refusal("a changed database", &parts.pack()).contains("checksum"));
    let good = database(&format!("{SCHEMA}{}", row("say hi", "echo hi")));
    assert!(refusal("another count", &Parts::of(good.clone(), 2).pack()).contains("counts 2"));
    assert!(refusal("a huge count", &Parts::of(good, u64::MAX).pack()).contains("says that it has"));
}

#[test]
fn what_is_cut_short_is_refused_wherever_that_is() {
    let whole = Parts::new().pack();
    for part in 1..20 {
        refusal("cut", &whole[..whole.len() * part / 20]);
    }
    let tar = Parts::new().tar();
    for blocks in [1, 3, 5, 8] {
        refusal("a cut tar", &tar[..512 * blocks]);
    }
    refusal("nothing", b"");
    refusal("noise", &[0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn missing_doubled_and_nonsensical_parts_are_refused() {
    for missing in 0..4 {
        let mut parts = Parts::new();
        parts.files.remove(missing);
        assert!(
            refusal("missing", &parts.pack()).contains("it has no"),
            "{missing}"
        );
    }
    let mut parts = Parts::new();
    let again = parts.files[0].clone();
    parts.files.push(again);
    assert!(refusal("twice", &parts.pack()).contains("twice"));
    for manifest in [&b"{"[..], b"[]", b"{\"version\":\"1\"}"] {
        let mut parts = Parts::new();
        parts.files[0].2 = manifest.to_vec();
        assert!(refusal("manifest", &parts.pack()).contains("manifest.json"));
    }
    let mut parts = Parts::new();
    let newer = String::from_utf8(parts.files[0].2.clone())
        .unwrap()
        .replace("\"version\":\"1\"", "\"version\":\"2\"");
    parts.files[0].2 = newer.into_bytes();
    assert!(refusal("newer", &parts.pack()).contains("version 2"));
}

#[test]
fn a_database_that_is_not_what_it_should_be_is_refused() {
    let with = |rest: &str| format!("{SCHEMA}{rest}");
    let view = SCHEMA.replace(
        "CREATE TABLE shells (fingerprint TEXT)",
        "CREATE VIEW shells AS SELECT 1",
    );
    for (name, sql, count) in [
        ("no tables", String::from("CREATE TABLE x (y)"), 0),
        ("a view for a table", view, 0),
        (
            "a short embedding",
            with("INSERT INTO reflexes VALUES ('a','a','echo',zeroblob(12),0.5,0,NULL,'x')"),
            1,
        ),
        (
            "an embedding of infinities",
            with("INSERT INTO reflexes VALUES ('a','a','echo',unhex(printf('%.3072c','F')),0.5,0,NULL,'x')"),
            1,
        ),
        (
            "confidence beyond 1",
            with("INSERT INTO reflexes VALUES ('a','a','echo',zeroblob(1536),1.5,0,NULL,'x')"),
            1,
        ),
        (
            "confidence of text",
            with("INSERT INTO reflexes VALUES ('a','a','echo',zeroblob(1536),'high',0,NULL,'x')"),
            1,
        ),
        (
            "a negative count",
            with("INSERT INTO reflexes VALUES ('a','a','echo',zeroblob(1536),0.5,-1,NULL,'x')"),
            1,
        ),
        (
            "an intent of bytes",
            with("INSERT INTO reflexes VALUES ('a',x'ff','echo',zeroblob(1536),0.5,0,NULL,'x')"),
            1,
        ),
    ] {
        let reason = refusal(name, &Parts::of(database(&sql), count).pack());
        let _ = writeln!(std::io::stderr(), "{name}: {reason}");
    }
    refusal(
        "no database",
        &Parts::of(b"this is no database".to_vec(), 0).pack(),
    );
    let mut torn = database(&with(&row("say hi", "echo hi")));
    torn.truncate(torn.len() - 4096);
    refusal("half a database", &Parts::of(torn, 1).pack());
}
