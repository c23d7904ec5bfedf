//! What is kept beside the database to start fast: used where it fits the rows, made anew where it does not.

#![allow(clippy::unwrap_used, missing_docs)]

mod shared;

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use shared::Home;

const COMMANDS: usize = 400;

fn phrase(number: usize) -> String {
    let thing = ["logs", "disks", "ports", "users", "branches"][number % 5];
    format!("show the {thing} of machine box{number} now")
}

fn table() -> Home {
    let mut home = Home::new();
    let lines: String = (0..COMMANDS)
        .map(|number| {
            json!({"phrase": phrase(number), "command": format!("cat /srv/box{number}/list")}).to_string()
                + "\n"
        })
        .collect();
    let file = home.file("in.jsonl", lines);
    let (imported, _) = home.import(&file);
    assert_eq!(imported.added, COMMANDS as u64);
    home
}

/// The snapshot of the namespace: the largest file, since the pack of these tests is small.
fn snapshot(home: &Home) -> PathBuf {
    let folder = home.folder.path().join("lever.db-cache");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .max_by_key(|path| fs::metadata(path).unwrap().len())
        .unwrap()
}

/// What gate 1 says of an exact phrase.
fn exact(home: &mut Home, number: usize) -> String {
    let found = home.catalog.match_template("default", &phrase(number)).unwrap();
    found.unwrap_or_else(|| panic!("{number}")).candidates[0]
        .template
        .clone()
}

/// What gate 2 says of other words for it.
fn near(home: &mut Home, number: usize) -> Option<String> {
    let thing = phrase(number)
        .replace("show the", "what are the")
        .replace(" now", "");
    let found = home.catalog.match_semantic("default", &thing).unwrap();
    found.candidates.first().map(|best| best.template.clone())
}

#[test]
fn the_next_process_finds_the_same() {
    let mut home = table();
    let before: Vec<_> = (0..COMMANDS)
        .step_by(37)
        .map(|number| (exact(&mut home, number), near(&mut home, number)))
        .collect();
    let file = snapshot(&home);
    home.reopen();
    let after: Vec<_> = (0..COMMANDS)
        .step_by(37)
        .map(|number| (exact(&mut home, number), near(&mut home, number)))
        .collect();
    assert_eq!(before, after);
    assert_eq!(file, snapshot(&home), "nothing had to be made");
    home.teach(json!({"phrase": "one more of them", "command": "cat /srv/more"}));
    home.reopen();
    assert!(
        home.catalog
            .match_template("default", "one more of them")
            .unwrap()
            .is_some()
    );
}

#[test]
fn a_damaged_file_gives_no_other_command_and_is_made_anew() {
    let mut home = table();
    let (mut missed, mut renewed) = (0, 0);
    for round in 0..40u64 {
        let file = snapshot(&home);
        let mut bytes = fs::read(&file).unwrap();
        // A stretch of it: somewhere else, and of other bytes, each time.
        let at = (round as usize * 0x9e37) % (bytes.len() - 4096);
        for (number, byte) in bytes[at..at + 4096].iter_mut().enumerate() {
            *byte = ((round * 251 + number as u64 * 113) >> 3) as u8;
        }
        fs::write(&file, &bytes).unwrap();
        home.reopen();
        for number in (0..COMMANDS).step_by(41) {
            assert_eq!(
                exact(&mut home, number),
                format!("cat /srv/box{number}/list"),
                "round {round}"
            );
            missed += usize::from(near(&mut home, number) != Some(format!("cat /srv/box{number}/list")));
        }
        renewed += usize::from(file != snapshot(&home));
    }
    assert!(renewed >= 5, "renewed {renewed} times");
    assert!(missed <= 200, "missed {missed}");
}

#[test]
fn a_file_cut_short_or_empty_is_made_anew() {
    let mut home = table();
    for length in [0, 7, 64, 5000] {
        let file = snapshot(&home);
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..length]).unwrap();
        home.reopen();
        assert_eq!(exact(&mut home, 7), "cat /srv/box7/list");
        assert_ne!(file, snapshot(&home), "{length}");
    }
}

#[test]
fn what_gate_2_cannot_read_is_made_anew() {
    let mut home = table();
    let right = near(&mut home, 7);
    let file = snapshot(&home);
    let mut bytes = fs::read(&file).unwrap();
    // The part that gate 2 searches begins with its form.
    let at = bytes.windows(3).position(|part| part == b"LVL").unwrap();
    bytes[at] ^= 1;
    fs::write(&file, &bytes).unwrap();
    home.reopen();
    assert_eq!(exact(&mut home, 7), "cat /srv/box7/list");
    assert_eq!(file, snapshot(&home), "gate 1 does not read it");
    assert_eq!(near(&mut home, 7), right);
    let renewed = snapshot(&home);
    assert_ne!(file, renewed);
    home.reopen();
    assert_eq!(near(&mut home, 7), right);
    assert_eq!(renewed, snapshot(&home), "once");
}
