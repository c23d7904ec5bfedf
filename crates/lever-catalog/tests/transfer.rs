//! Commands through files and back.

#![allow(clippy::unwrap_used, missing_docs)]

mod shared;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use lever_catalog::transfer::{ExportOptions, ImportOptions, LineReport, Outcome};
use serde_json::json;
use shared::Home;

fn outcomes(lines: &[LineReport]) -> Vec<(u64, Outcome)> {
    lines.iter().map(|line| (line.line, line.outcome)).collect()
}

/// Commands that use everything that can be said of one.
fn varied() -> Home {
    let mut home = Home::new();
    home.teach(
        json!({"phrase": "check the disk", "command": "df -h", "aliases": ["disk space", "how full is it"]}),
    );
    home.teach(json!({"phrase": "logs of {{container}}", "command": "docker logs {{container}} | tail -n {{n:int=20}}",
        "tags": ["docker", "log"], "trust": 72.5}));
    home.teach(json!({"phrase": "(show|list) [all] jobs", "command": "jobs -l; true", "pattern": true, "interpreter": "bash",
        "permissions": {"timeout_s": 5, "net": "all"}}));
    home.teach(json!({"phrase": "pick {{way}}", "command": "echo {{way}}", "params": ["way:choice(left|right)=left"]}));
    home.teach(json!({"phrase": "look at {{file}}", "command": "cat {{file}}", "suggest": {"file": "ls"}, "keep_output": true}));
    home.teach(
        json!({"phrase": "quote \"this\" ünd \\ that", "command": "printf '%s\\n' \"ä b\" '\t'", "trust": 0}),
    );
    home
}

#[test]
fn round_trip_is_the_identity() {
    let home = varied();
    let exported = home.export("jsonl");
    assert_eq!(exported.lines().count(), 6);
    for format in ["jsonl", "json"] {
        let mut other = Home::new();
        let path = other.file("export.txt", home.export(format));
        let (imported, lines) = other.import_with(&ImportOptions {
            path: Some(path.clone()),
            keep_trust: true,
            ..ImportOptions::default()
        });
        assert!(imported.stored && imported.added == 6, "{lines:?}");
        assert_eq!(imported.format, format);
        assert_eq!(other.export("jsonl"), exported);
        let (again, _) = other.import(&path);
        assert!(again.stored && again.present == 6, "{again:?}");
        assert_eq!(other.export("jsonl"), exported, "a second import changes nothing");
        let sizes = |home: &Home| {
            let rows = home.catalog.list("default").unwrap();
            rows.into_iter()
                .map(|row| (row.digest, row.phrases.len()))
                .collect::<Vec<_>>()
        };
        assert_eq!(sizes(&other), sizes(&home));
    }
    assert_eq!(Home::new().export("json"), "[]\n");
}

#[test]
fn nothing_is_approved_and_trust_is_capped() {
    let mut home = Home::new();
    let path = home.file(
        "in.jsonl",
        r#"{"phrase":"a b","command":"true","trust":99,"success_count":500,"failure_count":1}
{"phrase":"c d","command":"true","trust":7}
{"phrase":"e f","command":"sudo true","permissions":{"host":true,"net":"all"}}
"#,
    );
    let (imported, lines) = home.import(&path);
    assert_eq!(imported.added, 3, "{lines:?}");
    assert!(lines[2].message.as_ref().unwrap().contains("`host`"));
    let rows = home.catalog.list("default").unwrap();
    assert!(rows.iter().all(|row| !row.approved));
    assert_eq!(
        rows.iter().map(|row| row.trust).collect::<Vec<_>>(),
        [50.0, 7.0, 50.0]
    );
    assert!(rows.iter().all(|row| row.successes == 0 && row.failures == 0));
    let mut own = Home::new();
    let (_, _) = own.import_with(&ImportOptions {
        path: Some(path.clone()),
        keep_trust: true,
        ..ImportOptions::default()
    });
    let rows = own.catalog.list("default").unwrap();
    assert!(rows.iter().all(|row| !row.approved));
    assert_eq!(
        (rows[0].trust, rows[0].successes, rows[0].failures),
        (99.0, 500, 1)
    );
    let from = ImportOptions {
        path: Some(path),
        ..ImportOptions::default()
    };
    let waiting = home.catalog.unapproved_in("default", &from).unwrap();
    assert_eq!(waiting.len(), 3);
    let digest = home.catalog.find("default", &waiting[1]).unwrap().unwrap().digest;
    home.catalog.approve("default", &waiting[1], &digest).unwrap();
    assert_eq!(home.catalog.unapproved_in("default", &from).unwrap().len(), 2);
}

#[test]
fn every_bad_line_is_told_by_its_number_and_nothing_is_stored() {
    let mut bytes = b"\xef\xbb\xbf{\"phrase\":\"good one\",\"command\":\"true\"}\r\n".to_vec(); // 1
    bytes.extend(b"\n"); // 2
    bytes.extend(b"{\"phrase\":\"no end\"\n"); // 3
    bytes.extend(b"{\"phrase\":7,\"command\":\"true\"}\n"); // 4
    bytes.extend(b"{\"phrase\":\"x\",\"command\":\"true\",\"colour\":1}\n"); // 5
    bytes.extend(b"{\"phrase\":\"good one\",\"command\":\"false\"}\n"); // 6, another command
    bytes.extend(b"{\"phrase\":\"good one\",\"command\":\"true\"}\n"); // 7, the same again
    bytes.extend(b"{\"phrase\":\"bad \xff text\",\"command\":\"true\"}\n"); // 8
    bytes.extend(vec![b'x'; 100 * 1024 * 1024]); // 9
    bytes.extend(b"\n");
    bytes.extend("[".repeat(100_000).bytes()); // 10
    bytes.extend(b"\n{\"phrase\":\"y z\",\"command\":\"echo $(\"}\n"); // 11
    bytes.extend(b"{\"phrase\":\"p q\",\"command\":\"{{p}} x\"}\n"); // 12
    bytes.extend(b"{\"phrase\":\"{{a}}\",\"command\":\"echo {{a}}\"}\n"); // 13
    bytes.extend(b"\xef\xbb\xbf{\"phrase\":\"mark\",\"command\":\"true\"}\n"); // 14
    bytes.extend(b"{\"phrase\":\"last one\",\"command\":\"true\"}"); // 15
    let mut home = Home::new();
    let path = home.file("bad.jsonl", &bytes);
    let (imported, lines) = home.import(&path);
    assert!(!imported.stored);
    assert!(home.catalog.list("default").unwrap().is_empty());
    let refused: Vec<u64> = lines
        .iter()
        .filter(|line| line.outcome == Outcome::Refused)
        .map(|line| line.line)
        .collect();
    assert_eq!(refused, [3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14], "{lines:?}");
    for line in lines.iter().filter(|line| line.outcome == Outcome::Refused) {
        let message = line.message.as_ref().unwrap();
        assert!(
            !message.contains('\n') && message.len() < 300 && line.code.is_some(),
            "{message}"
        );
    }
    // The byte order mark, and the first CR LF.
    assert_eq!(
        lines.iter().filter(|line| line.outcome == Outcome::Note).count(),
        2
    );

    let (imported, lines) = home.import_with(&ImportOptions {
        path: Some(path),
        keep_going: true,
        ..ImportOptions::default()
    });
    assert!(imported.stored);
    assert_eq!(
        (imported.added, imported.present, imported.refused),
        (2, 1, 11),
        "{lines:?}"
    );
    let phrases: Vec<_> = home
        .catalog
        .list("default")
        .unwrap()
        .into_iter()
        .map(|row| row.phrase)
        .collect();
    assert_eq!(phrases, ["good one", "last one"]);
}

#[test]
fn a_dry_run_reports_the_same_and_stores_nothing() {
    let mut home = varied();
    let before = home.export("jsonl");
    let path = home.file(
        "in.jsonl",
        "{\"phrase\":\"check the disk\",\"command\":\"df -h\",\"aliases\":[\"room left\"]}\n{\"phrase\":\"new one\",\"command\":\"true\"}\n",
    );
    let dry = ImportOptions {
        path: Some(path.clone()),
        dry_run: true,
        ..ImportOptions::default()
    };
    let (imported, lines) = home.import_with(&dry);
    assert!(!imported.stored);
    assert_eq!(outcomes(&lines), [(1, Outcome::Merged), (2, Outcome::Added)]);
    assert_eq!(home.export("jsonl"), before);
    let (imported, real) = home.import(&path);
    assert!(imported.stored);
    assert_eq!(outcomes(&real), outcomes(&lines));
    let merged = home.catalog.find("default", "room left").unwrap().unwrap();
    assert_eq!(merged.template, "df -h");
    assert!(merged.approved, "what was approved stays so");
}

#[test]
fn a_phrase_that_a_file_brings_to_an_approved_command_is_never_exact() {
    let line = |alias: &str| {
        format!("{{\"phrase\":\"stamp\",\"command\":\"touch stamped\",\"aliases\":[\"{alias}\"]}}\n")
    };
    let kind = |home: &mut Home| {
        let exact = home
            .catalog
            .match_template("default", "show the weather")
            .unwrap();
        exact.map_or_else(
            || {
                home.catalog
                    .match_semantic("default", "show the weather")
                    .unwrap()
                    .kind
                    .clone()
            },
            |found| found.kind,
        )
    };
    // A command that nobody approved asks anyway.
    let mut unapproved = Home::new();
    let path = unapproved.file("in.jsonl", line("stamp it"));
    unapproved.import(&path);
    let path = unapproved.file("in.jsonl", line("show the weather"));
    unapproved.import(&path);
    assert_eq!(kind(&mut unapproved), "exact");
    let mut approved = Home::new();
    approved.teach(serde_json::json!({"phrase": "stamp", "command": "touch stamped"}));
    let path = approved.file("in.jsonl", line("show the weather"));
    approved.import(&path);
    assert_eq!(kind(&mut approved), "sure");
}

#[test]
fn a_report_that_fails_stores_nothing() {
    let mut home = Home::new();
    let path = home.file("in.jsonl", "{\"phrase\":\"new one\",\"command\":\"true\"}\n");
    let options = ImportOptions {
        path: Some(path),
        ..ImportOptions::default()
    };
    let failed = home.catalog.import("default", &options, &mut |_| {
        Err(lever_catalog::CatalogError::UnknownCommand("x".into()))
    });
    assert!(failed.is_err());
    assert!(home.catalog.list("default").unwrap().is_empty());
}

#[test]
fn files_that_are_none_say_so() {
    let mut home = Home::new();
    let folder = home.folder.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let odd = home.file("odd.bin", b"\x00\x01\x02");
    for (path, code) in [
        (home.folder.path().join("missing.jsonl"), "import_unreadable"),
        (odd, "import_unknown_format"),
    ] {
        let options = ImportOptions {
            path: Some(path),
            ..ImportOptions::default()
        };
        let error = home
            .catalog
            .import("default", &options, &mut |_| Ok(()))
            .unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.hint().is_empty());
    }
    let (imported, lines) = home.import(&folder);
    assert!(
        !imported.stored && lines[0].message.as_ref().unwrap().contains("no tldr pages"),
        "{lines:?}"
    );
    let unknown = ImportOptions {
        format: Some("csv".into()),
        ..ImportOptions::default()
    };
    let error = home
        .catalog
        .import("default", &unknown, &mut |_| Ok(()))
        .unwrap_err();
    assert_eq!(error.code(), "usage");
}

#[test]
fn an_export_appears_whole_and_overwrites_only_when_told() {
    let home = varied();
    let path = home.folder.path().join("out.jsonl");
    let mut options = ExportOptions {
        path: Some(path.clone()),
        ..ExportOptions::default()
    };
    let exported = home.catalog.export("default", &options, &mut |_| Ok(())).unwrap();
    assert_eq!(exported.commands, 6);
    assert_eq!(fs::read_to_string(&path).unwrap(), home.export("jsonl"));
    let error = home
        .catalog
        .export("default", &options, &mut |_| Ok(()))
        .unwrap_err();
    assert_eq!(error.code(), "export_exists");
    options.force = true;
    home.catalog.export("default", &options, &mut |_| Ok(())).unwrap();
    options.path = Some(home.folder.path().join("no/such/folder.jsonl"));
    let error = home
        .catalog
        .export("default", &options, &mut |_| Ok(()))
        .unwrap_err();
    assert_eq!(error.code(), "export_unwritable");
    let left: Vec<_> = fs::read_dir(home.folder.path())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.contains("part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// `None`, with a word, where the development data is not there.
fn data(name: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var_os("LEVER_DEV_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    let _ = writeln!(
        std::io::stderr(),
        "skipped: the development data is not at {}",
        folder.display()
    );
    None
}

#[test]
fn packs_of_the_first_lever_runner_are_read() {
    let Some(folder) = data("seed-packs") else { return };
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut home = Home::new();
        let (imported, lines) = home.import_with(&ImportOptions {
            path: Some(path.clone()),
            keep_going: true,
            ..ImportOptions::default()
        });
        read += 1;
        assert!(imported.added > 0, "{}: {lines:?}", path.display());
        for line in lines.iter().filter(|line| line.outcome == Outcome::Refused) {
            let _ = writeln!(
                std::io::stderr(),
                "{}:{}: {:?} {:?}",
                path.file_name().unwrap().display(),
                line.line,
                line.phrase,
                line.message
            );
            // What is refused is refused for what it says, not for how it is written down.
            assert!(
                !matches!(
                    line.code.as_deref(),
                    Some("json_invalid" | "yaml_invalid" | "entry_invalid" | "entry_incomplete")
                ),
                "{line:?}"
            );
        }
    }
    assert_eq!(read, 11);
}
