//! One line a row of the table: a command and what is to be said of it.

use std::collections::BTreeMap;

use crate::command::{Net, Processes};

use super::{Assessment, assess_text, builtin};

/// What is said, in the words of `rows.toml`.
fn describe(found: &Assessment) -> String {
    let mut words: Vec<String> = found.effects.names().map(str::to_owned).collect();
    let permissions = &found.permissions;
    let mut add = |holds: bool, word: &str| {
        if holds {
            words.push(word.to_owned());
        }
    };
    add(permissions.net == Net::Unix, "net:unix");
    add(permissions.net == Net::All, "net:all");
    add(permissions.netlink, "netlink");
    add(permissions.processes == Processes::See, "see");
    add(permissions.processes == Processes::Signal, "signal");
    add(permissions.host, "host");
    add(permissions.interactive, "terminal");
    add(found.follows, "follows");
    add(permissions.detach, "detach");
    for path in permissions.write.paths() {
        add(true, &format!("write:{path}"));
    }
    for path in &permissions.read {
        add(true, &format!("read:{path}"));
    }
    for store in &permissions.secrets {
        add(true, &format!("secret:{store}"));
    }
    for code in &permissions.ok_exit {
        add(true, &format!("exit:{code}"));
    }
    for position in &found.code {
        add(true, &format!("code:{}", position.language));
    }
    for command in &found.commands {
        for guard in &command.guards {
            add(
                true,
                &format!(
                    "guard:{}{}",
                    guard.before,
                    guard.text.trim_start_matches("--").trim()
                ),
            );
        }
    }
    words.join(" ")
}

#[test]
fn each_row_is_as_the_fixture_says() {
    let text = include_str!("rows.toml");
    let areas: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(text).unwrap();
    let programs = builtin();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in areas.values().flat_map(|area| area["rows"].lines()) {
        let Some((command, expected)) = line.split_once(" =>") else {
            continue;
        };
        count += 1;
        let found =
            assess_text(programs, command.trim()).map_or("unread".to_owned(), |found| describe(&found));
        if found != expected.trim() {
            wrong.push(format!(
                "{}\n  expected {}\n     found {found}",
                command.trim(),
                expected.trim()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 450, "only {count} rows");
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
}

#[test]
fn what_changes_anything_never_only_reads() {
    let programs = builtin();
    let (mut count, mut wrong) = (0, Vec::new());
    for command in lines(include_str!("must_change.txt")) {
        count += 1;
        let found = assess_text(programs, command).unwrap_or_else(|| panic!("unread: {command}"));
        if found.effects.reads_only() {
            wrong.push(format!("{command}: {}", describe(&found)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 100, "only {count}");
}

#[test]
fn what_only_asks_only_reads() {
    let programs = builtin();
    let (mut count, mut wrong) = (0, Vec::new());
    for command in lines(include_str!("must_read.txt")) {
        count += 1;
        let found = assess_text(programs, command).unwrap_or_else(|| panic!("unread: {command}"));
        if !found.effects.reads_only() {
            wrong.push(format!("{command}: {} {:?}", describe(&found), found.notes));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 100, "only {count}");
}
