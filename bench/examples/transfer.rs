//! What files and size cost: commands imported and exported a second, and a namespace of many phrases opened, asked and
//! taught, beside a small one in the same run.
//!
//! `cargo run --release -p lever-bench --example transfer -- 100000`

#![allow(clippy::print_stdout, clippy::unwrap_used)] // a measurement prints, and stops where something is broken

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use lever_bench::phrases::{Numbers, name};
use lever_catalog::Catalog;
use lever_catalog::transfer::{ExportOptions, ImportOptions};
use lever_catalog::wire::{Options, TeachInput, TrustOptions};

fn main() {
    let count: usize = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000);
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("in.jsonl");
    fs::write(&file, lines(count)).unwrap();
    let small_file = folder.path().join("small.jsonl");
    fs::write(&small_file, lines(67)).unwrap();

    let (small, large) = (folder.path().join("small"), folder.path().join("large"));
    import(&small, &small_file);
    let took = import(&large, &file);
    println!(
        "import  {count} commands: {took:.2} s, {:.0} a second",
        count as f64 / took
    );

    let mut catalog = open(&large);
    let out = folder.path().join("out.jsonl");
    let options = ExportOptions {
        path: Some(out),
        ..ExportOptions::default()
    };
    let began = Instant::now();
    let exported = catalog.export("default", &options, &mut |_| Ok(())).unwrap();
    let took = began.elapsed().as_secs_f64();
    println!(
        "export  {} commands: {took:.2} s, {:.0} a second, {:.0} MB",
        exported.commands,
        exported.commands as f64 / took,
        exported.bytes as f64 / 1e6
    );
    // The first request of all makes the snapshot; later ones map it.
    catalog.match_semantic("default", "make the snapshot").unwrap();
    drop(catalog);
    println!(
        "store   {:.0} MB, snapshots {:.0} MB",
        size(&large.join("lever.db")),
        size(&large.join("lever.db-cache"))
    );

    let empty = folder.path().join("empty");
    drop(open(&empty));
    for (name, home) in [("empty", &empty), ("67", &small), ("large", &large)] {
        let before = resident();
        let mut best = (f64::MAX, f64::MAX, f64::MAX);
        for _ in 0..7 {
            let began = Instant::now();
            let mut catalog = open(home);
            let opened = began.elapsed().as_secs_f64() * 1e3;
            catalog
                .match_semantic("default", "how full is the disk of web-77")
                .unwrap();
            let first = began.elapsed().as_secs_f64() * 1e3;
            let began = Instant::now();
            catalog
                .match_semantic("default", "show what the other one wrote")
                .unwrap();
            let warm = began.elapsed().as_secs_f64() * 1e3;
            best = (best.0.min(opened), best.1.min(first), best.2.min(warm));
        }
        println!(
            "open    {name}: {:.2} ms, with its first match {:.2} ms, a further match {:.3} ms; memory {:.0} MB more",
            best.0,
            best.1,
            best.2,
            resident() - before
        );
    }

    for (name, home) in [("67", &small), ("large", &large)] {
        let mut catalog = open(home);
        let mut times: Vec<f64> = (0..200)
            .map(|number| {
                let input = lesson(&format!("probe number {number} of the clock"), "date -u");
                let began = Instant::now();
                catalog.teach("default", &input).unwrap();
                began.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!(
            "teach   into {name}: median {:.3} ms, least {:.3} ms",
            times[100], times[0]
        );
    }
}

fn import(home: &Path, file: &Path) -> f64 {
    let mut catalog = open(home);
    let options = ImportOptions {
        path: Some(file.to_path_buf()),
        keep_going: true,
        ..ImportOptions::default()
    };
    let began = Instant::now();
    let imported = catalog.import("default", &options, &mut |_| Ok(())).unwrap();
    let took = began.elapsed().as_secs_f64();
    assert!(imported.stored, "{imported:?}");
    if imported.refused > 0 {
        println!("        {} refused", imported.refused);
    }
    took
}

fn open(home: &Path) -> Catalog {
    Catalog::open(&Options {
        home: home.display().to_string(),
        namespace: "default".into(),
        seed: false,
        embedder: "auto".into(),
        embedder_model: None,
        onnxruntime: None,
        pack: String::new(),
        bank: None,
        platform: "linux".into(),
        trust: TrustOptions {
            new: 50.0,
            success: 1.5,
            failure: 4.0,
            floor: 40.0,
        },
    })
    .unwrap()
}

fn lesson(phrase: &str, command: &str) -> TeachInput {
    let json = serde_json::json!({
        "phrase": phrase, "command": command, "pattern": false, "aliases": [], "params": [], "interpreter": null,
        "trust": null, "tags": [], "permissions": {}, "replace": false, "approve": true
    });
    serde_json::from_value(json).unwrap()
}

/// Templates of the kinds that people teach: plain ones, ones with options and parameters, pipelines.
const TEMPLATES: &[(&str, &str)] = &[
    ("show the logs of {NAME}", "docker logs --tail 100 {NAME}"),
    ("how much room is left on {NAME}", "df -h /srv/{NAME}"),
    (
        "last {{n:int=20}} lines of {NAME}",
        "tail -n {{n:int=20}} /var/log/{NAME}.log",
    ),
    ("restart {NAME} now", "systemctl restart {NAME}"),
    (
        "find {{word}} in the sources of {NAME}",
        "grep -rn {{word}} src/{NAME} | head -50",
    ),
    (
        "status of the checkout {NAME}",
        "git -C /srv/{NAME} status --short --branch",
    ),
    (
        "biggest files of {NAME}",
        "du -ah /srv/{NAME} | sort -hr | head -20",
    ),
    (
        "who is connected to {NAME}",
        "ss -tnp state established dst {NAME}",
    ),
];

fn lines(count: usize) -> String {
    let mut text = String::with_capacity(count * 120);
    let mut numbers = Numbers::new(7);
    for number in 0..count {
        let (phrase, command) = TEMPLATES[number % TEMPLATES.len()];
        let name = format!("{}-{}", name(&mut numbers), number / 8);
        let (phrase, command) = (phrase.replace("{NAME}", &name), command.replace("{NAME}", &name));
        let line = serde_json::json!({"phrase": phrase, "command": command});
        writeln!(text, "{line}").unwrap();
    }
    text
}

/// Megabytes of a file, or of a folder's files.
fn size(path: &Path) -> f64 {
    let bytes = match fs::read_dir(path) {
        Ok(entries) => entries
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum(),
        Err(_) => fs::metadata(path).map_or(0, |data| data.len()),
    };
    bytes as f64 / 1e6
}

/// Resident megabytes of this process, by the kernel.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = status
        .split(' ')
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0.0);
    pages * 4096.0 / 1e6
}
