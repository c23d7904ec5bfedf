//! Every command of the development data: nothing panics, and little is unknown.
//!
//! Reads the JSON lines below the folder that `LEVER_TEST_DATA` names; skipped where it names none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{assess_text, builtin};

#[derive(Default)]
struct Tally {
    all: u32,
    unread: u32,
    unknown: u32,
    reads: u32,
    destroys: u32,
    notes: BTreeMap<String, u32>,
}

impl Tally {
    fn add(&mut self, command: &str) {
        self.all += 1;
        let Some(found) = assess_text(builtin(), command) else {
            self.unread += 1;
            return;
        };
        self.unknown += u32::from(found.effects.unknown);
        self.reads += u32::from(found.effects.reads_only());
        self.destroys += u32::from(found.effects.destroys);
        for note in found.notes {
            *self
                .notes
                .entry(format!("{} {}", note.code, note.text))
                .or_default() += 1;
        }
    }

    fn show(&self, name: &str) {
        let Self {
            all,
            unread,
            unknown,
            reads,
            destroys,
            ..
        } = self;
        println!(
            "{name}: {all} commands, {unread} beyond the test's reader, {unknown} unknown, {reads} only read, {destroys} destroy"
        );
        let mut notes: Vec<_> = self
            .notes
            .iter()
            .filter(|(note, _)| note.starts_with("unknown"))
            .collect();
        notes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (note, count) in notes.into_iter().take(60) {
            println!("  {count:4} {note}");
        }
    }
}

/// The `command` of every line.
fn commands(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let command = |line: &str| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()["command"]
            .as_str()
            .map(str::to_owned)
    };
    text.lines().filter_map(command).collect()
}

/// A file or folder of the development data, where it is at hand.
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(&std::env::var_os("LEVER_TEST_DATA")?).join(name);
    path.exists().then_some(path)
}

#[test]
fn everyday_commands_are_known() {
    let Some(folder) = data("phrases") else {
        eprintln!("skipped: LEVER_TEST_DATA has no phrases/");
        return;
    };
    let mut tally = Tally::default();
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        for command in commands(&file.path()) {
            tally.add(&command);
        }
    }
    tally.show("everyday commands");
    assert_eq!(tally.unread, 0);
    // The rest are scripts of one's own, code with holes in it, and builds and tests, which may do anything.
    assert!(tally.unknown * 8 < tally.all);
}

#[test]
fn collected_commands_can_be_assessed() {
    let Some(file) = data("nl2bash-dev-groups.jsonl") else {
        eprintln!("skipped: LEVER_TEST_DATA has no nl2bash-dev-groups.jsonl");
        return;
    };
    let mut tally = Tally::default();
    for command in commands(&file) {
        tally.add(&command);
    }
    tally.show("collected commands");
    assert!(tally.unknown * 4 < tally.all);
}
