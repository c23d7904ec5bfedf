//! Several processes on one file: who is first, what is lost (nothing), who waits for whom.
//!
//! Functions marked `#[ignore]` are not tests: they are what the other processes do (see `shared::start`).

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use lever_store::{Layer, Lessons, OpenOptions, Page, Run, RunFilter, Settings, Store, Taught, Verdict};
use shared::{NS, command, input, open, start};

/// Waits for the other processes to be ready, so that what follows happens at once.
fn wait_for_start() {
    println!("\nready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// Lets all processes go at once and returns the lines that each printed after `marker`.
fn race(children: Vec<Child>, marker: &str) -> Vec<Vec<String>> {
    let mut running: Vec<_> = children
        .into_iter()
        .map(|mut child| {
            let mut lines = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            while line.trim() != "ready" {
                line.clear();
                assert!(
                    lines.read_line(&mut line).unwrap() > 0,
                    "a process ended before it was ready"
                );
            }
            (child, lines)
        })
        .collect();
    for (child, _) in &mut running {
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    let finish = |(mut child, mut lines): (Child, BufReader<_>)| {
        let mut text = String::new();
        lines.read_to_string(&mut text).unwrap();
        assert!(child.wait().unwrap().success(), "{text}");
        text.lines()
            .filter_map(|line| line.strip_prefix(marker))
            .map(str::to_owned)
            .collect()
    };
    running.into_iter().map(finish).collect()
}

#[test]
#[ignore = "run by fifty_processes_teach_one_phrase"]
fn teach_the_phrase() {
    let Some(input) = input() else { return };
    wait_for_start();
    let mut store = open(Path::new(&input[0]));
    match store.teach(NS, &command("disk usage", &input[1]), 1).unwrap() {
        Taught::Created { id } => println!("\ntaught created {id}"),
        Taught::Exists { id, same_command, .. } => println!("\ntaught exists {id} {same_command}"),
        Taught::Replaced { .. } => unreachable!(),
    }
}

#[test]
fn fifty_processes_teach_one_phrase() {
    let folder = tempfile::tempdir().unwrap();
    // The file doesn't exist yet: they also race to create it.
    let path = folder.path().join("new/folders/lever.db");
    let children = (0..50)
        .map(|n| {
            start(
                "teach_the_phrase",
                &[path.to_str().unwrap(), &format!("echo {n}")],
            )
        })
        .collect();
    let said: Vec<String> = race(children, "taught ").into_iter().flatten().collect();
    assert_eq!(said.len(), 50);
    let created: Vec<_> = said
        .iter()
        .filter_map(|line| line.strip_prefix("created "))
        .collect();
    assert_eq!(created.len(), 1, "{said:?}");
    let exists = format!("exists {} false", created[0]);
    assert_eq!(
        said.iter().filter(|line| **line == exists).count(),
        49,
        "all others are told which"
    );
    let store = open(&path);
    let mut rows = 0;
    store.load_layer(Layer::Namespace(NS), |_| rows += 1).unwrap();
    assert_eq!(rows, 1);
    let names: Vec<_> = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("lever.db"))
        .collect();
    assert!(names.is_empty(), "left behind: {names:?}");
}

const UPDATES: u32 = 1000;

#[test]
#[ignore = "run by parallel_updates_of_trust_all_count"]
fn judge_often() {
    let Some(input) = input() else { return };
    let settings = Settings {
        trust_success: 0.001,
        ..Settings::default()
    };
    let options = OpenOptions {
        busy_timeout: Duration::from_secs(120),
        settings,
    };
    let mut store = Store::open(&input[0], options).unwrap();
    wait_for_start();
    for n in 0..UPDATES {
        if n % 2 == 0 {
            store.judge(NS, &input[1], Verdict::Success, 1).unwrap();
        } else {
            let run = Run {
                id: format!("{}-{n}", std::process::id()),
                namespace: NS.into(),
                command: Some(input[1].clone()),
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
        }
    }
}

#[test]
fn parallel_updates_of_trust_all_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let mut store = open(&path);
    let Taught::Created { id } = store.teach(NS, &command("disk usage", "df"), 1).unwrap() else {
        panic!()
    };
    race(
        (0..8)
            .map(|_| start("judge_often", &[path.to_str().unwrap(), &id]))
            .collect(),
        "",
    );
    let trust = store.command(NS, &id).unwrap().unwrap().trust;
    assert_eq!(trust.successes, 8 * UPDATES);
    assert!(
        (trust.score - (50.0 + f64::from(8 * UPDATES) * 0.001)).abs() < 1e-6,
        "{}",
        trust.score
    );
    assert_eq!(store.stats(NS, 0).unwrap().runs, u64::from(4 * UPDATES));
}

#[test]
#[ignore = "run by what_was_acknowledged_survives_kill"]
fn teach_until_killed() {
    let Some(input) = input() else { return };
    let mut store = open(Path::new(&input[0]));
    for n in 0..u32::MAX {
        let text = format!("phrase {} {n}", input[1]);
        store.teach(NS, &command(&text, "true"), 1).unwrap();
        println!("\nack {text}");
    }
}

#[test]
fn what_was_acknowledged_survives_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let mut acknowledged = BTreeSet::new();
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    for round in 0..200 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut child = start(
            "teach_until_killed",
            &[path.to_str().unwrap(), &round.to_string()],
        );
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let wanted = random % 24;
        let mut got = 0;
        while got < wanted {
            let line = lines.next().expect("it teaches until it is killed").unwrap();
            if let Some(text) = line.strip_prefix("ack ") {
                acknowledged.insert(text.to_owned());
                got += 1;
            }
        }
        std::thread::sleep(Duration::from_micros(random >> 32 & 0x7FF));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            // A line that was cut off by the kill was not acknowledged.
            if let Some(text) = line
                .strip_prefix("ack ")
                .filter(|text| text.split(' ').count() == 3)
            {
                acknowledged.insert(text.to_owned());
            }
        }
        if round % 10 == 9 {
            check(&path, &acknowledged);
        }
    }
    assert!(acknowledged.len() > 1000, "{}", acknowledged.len());
}

fn check(path: &Path, acknowledged: &BTreeSet<String>) {
    let store = open(path);
    let mut found = BTreeSet::new();
    store
        .load_layer(Layer::Namespace(NS), |row| found.extend([row.text.to_owned()]))
        .unwrap();
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
}

#[test]
fn readers_do_not_wait_for_a_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let mut store = open(&path);
    let Taught::Created { id } = store.teach(NS, &command("disk usage", "df"), 1).unwrap() else {
        panic!()
    };

    let writer = rusqlite::Connection::open(&path).unwrap();
    writer
        .execute_batch("BEGIN IMMEDIATE; UPDATE commands SET template = 'unfinished'")
        .unwrap();

    let impatient = OpenOptions {
        busy_timeout: Duration::ZERO,
        ..OpenOptions::default()
    };
    let mut other = Store::open(&path, impatient.clone()).unwrap();
    for reader in [&other, &Store::open_read_only(&path, impatient).unwrap()] {
        assert_eq!(reader.command(NS, &id).unwrap().unwrap().template, "df");
        assert_eq!(reader.generation(NS).unwrap(), 1);
        let mut rows = 0;
        reader.load_layer(Layer::Namespace(NS), |_| rows += 1).unwrap();
        assert_eq!(rows, 1);
        assert!(
            reader
                .log(&RunFilter::default(), Page::default())
                .unwrap()
                .items
                .is_empty()
        );
    }
    // The control: the lock is really held.
    assert_eq!(
        other.teach(NS, &command("ps", "ps"), 1).unwrap_err().code(),
        "store_busy"
    );
    writer.execute_batch("ROLLBACK").unwrap();
    other.teach(NS, &command("ps", "ps"), 1).unwrap();
}

#[test]
fn a_writer_does_not_wait_for_readers_and_they_see_one_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let mut store = open(&path);
    for n in 0..100 {
        store
            .teach(NS, &command(&format!("phrase {n}"), "true"), 1)
            .unwrap();
    }
    let reader = open(&path);
    let mut rows = 0;
    let mark = reader
        .load_layer(Layer::Namespace(NS), |_| {
            store
                .teach(NS, &command(&format!("meanwhile {rows}"), "true"), 1)
                .unwrap();
            rows += 1;
        })
        .unwrap();
    assert_eq!((rows, mark.next_phrase), (100, 100));
    let mut fresh = 0;
    reader
        .load_changes(Layer::Namespace(NS), mark, |_| fresh += 1)
        .unwrap()
        .unwrap();
    assert_eq!(fresh, 100);
}

#[test]
fn a_warm_process_sees_anothers_change_at_its_next_look() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let (mut one, other) = (open(&path), open(&path));
    let mut seen = other.generation(NS).unwrap();
    for n in 0..20 {
        let Taught::Created { id } = one
            .teach(NS, &command(&format!("phrase {n}"), "true"), 1)
            .unwrap()
        else {
            panic!()
        };
        let now = other.generation(NS).unwrap();
        assert!(now > seen);
        assert!(other.command(NS, &id).unwrap().is_some());
        one.judge(NS, &id, Verdict::Success, 1).unwrap();
        assert_eq!(
            other.generation(NS).unwrap(),
            now,
            "trust is no matter of matching"
        );
        assert_eq!(other.command(NS, &id).unwrap().unwrap().trust.successes, 1);
        seen = now;
    }
}
