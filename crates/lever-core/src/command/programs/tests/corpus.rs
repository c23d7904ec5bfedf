//! Every command of the development data, where it is at hand: nothing panics, and little is unknown.

use std::path::Path;

use super::{assess_text, builtin};

#[test]
fn everyday_commands_are_known() {
    let folder = Path::new("/work/shared/data/phrases");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("SKIPPED: no development data here");
        return;
    };
    let programs = builtin();
    let (mut all, mut unread, mut unknown, mut reads, mut destroys) = (0, 0, 0, 0, 0);
    for file in files.flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap();
        for line in text.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let command = row["command"].as_str().unwrap();
            all += 1;
            let Some(found) = assess_text(programs, command) else {
                unread += 1;
                println!("unread: {command}");
                continue;
            };
            unknown += usize::from(found.effects.unknown);
            reads += usize::from(found.effects.reads_only());
            destroys += usize::from(found.effects.destroys);
            let notes: Vec<_> = found
                .notes
                .iter()
                .map(|note| format!("{}:{}", note.code, note.text))
                .collect();
            println!(
                "{:<60} {} {}",
                command,
                found.effects.names().collect::<Vec<_>>().join(" "),
                notes.join("; ")
            );
        }
    }
    println!("{all} commands: {unread} unread, {unknown} unknown, {reads} only read, {destroys} destroy");
}
