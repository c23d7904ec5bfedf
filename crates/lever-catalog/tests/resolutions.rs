//! Requests that were decided before.

#![allow(clippy::unwrap_used, missing_docs)]

mod shared;

use serde_json::json;
use shared::Home;

#[test]
fn the_same_words_are_answered_again_until_something_changes() {
    let mut home = Home::new();
    home.teach(json!({"phrase": "check the disk usage", "command": "df -h"}));
    home.teach(json!({"phrase": "list running containers", "command": "docker ps"}));
    let ask = |home: &mut Home| {
        home.catalog
            .match_semantic("default", "how is the disk usage")
            .unwrap()
    };
    let first = ask(&mut home);
    assert!(!first.cached);
    let mut again = (*ask(&mut home)).clone();
    assert!(again.cached);
    again.cached = false;
    again.took_us = first.took_us;
    assert_eq!(again, *first, "but for that it is the same");
    // Other words, or the same in other letters, are another request: values are taken letter by letter.
    assert!(
        !home
            .catalog
            .match_semantic("default", "How is the disk usage")
            .unwrap()
            .cached
    );
    assert!(
        !home
            .catalog
            .match_semantic("other", "how is the disk usage")
            .unwrap()
            .cached
    );

    home.teach(json!({"phrase": "disk usage of the house", "command": "du -sh ."}));
    let changed = ask(&mut home);
    assert!(!changed.cached, "something was taught");
    assert_eq!(changed.candidates.len(), 3);
}

#[test]
fn what_was_run_is_known_to_the_next_process() {
    let mut home = Home::new();
    home.teach(json!({"phrase": "check the disk usage", "command": "df -h"}));
    let request = "how is the disk usage";
    let found = home.catalog.match_semantic("default", request).unwrap();
    let report = json!({
        "id": "r1", "request": request, "command_id": found.candidates[0].command_id, "argv": ["df", "-h"], "parameters": {},
        "digest": "", "gate": 2, "kind": found.kind, "caller": "person", "cwd": "/", "confirmed": false, "exit_code": 0,
        "signal": null, "timed_out": false, "duration_ms": 1.0, "stdout_bytes": 0, "stderr_bytes": 0, "truncated": false,
        "sandbox": null, "verdict": "success", "learn": false
    });
    let report = serde_json::from_value(report).unwrap();
    home.catalog.record("default", &report).unwrap();
    home.reopen();
    let mut again = (*home.catalog.match_semantic("default", request).unwrap()).clone();
    assert!(again.cached);
    again.cached = false;
    again.took_us = found.took_us;
    assert_eq!(again, *found, "to the last digit");
    home.catalog
        .record_unmatched("default", "r2", "sing a song", "person")
        .unwrap();
    let stats = home.catalog.stats("default").unwrap();
    assert_eq!(stats.runs, 1);
    assert_eq!(
        stats.by_way,
        [("none".to_owned(), 1), ("semantic".to_owned(), 1)].into()
    );
    assert_eq!(
        home.catalog.log("default", 10).unwrap().len(),
        1,
        "what ran nothing is counted, not listed"
    );
}
