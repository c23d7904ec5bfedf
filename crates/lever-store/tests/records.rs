//! Trust, runs, caches, tokens, snapshots, counts.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use lever_store::{
    Layer, Lessons, Mark, ModelCall, OpenOptions, Page, Redeemed, Run, RunFilter, Settings, Store,
    StoreError, Taught, Verdict,
};
use shared::{NS, command};

fn memory() -> Store {
    Store::open_in_memory(OpenOptions::default()).unwrap()
}

fn taught(store: &mut Store, text: &str) -> String {
    match store.teach(NS, &command(text, "true"), 1).unwrap() {
        Taught::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

fn run(id: &str, command: &str) -> Run {
    Run {
        id: id.into(),
        namespace: NS.into(),
        caller: "person".into(),
        request: "disk usage".into(),
        status: "ran".into(),
        gate: Some(1),
        match_kind: Some("exact".into()),
        command: Some(command.into()),
        exit_code: Some(0),
        duration_ms: Some(12),
        ..Run::default()
    }
}

#[test]
fn trust_moves_within_its_bounds() {
    let mut store = memory();
    let id = taught(&mut store, "disk");
    let trust = store.judge(NS, &id, Verdict::Success, 1).unwrap().unwrap();
    assert!((trust.score - 51.5).abs() < 1e-9);
    for _ in 0..200 {
        store.judge(NS, &id, Verdict::Success, 1).unwrap();
    }
    let trust = store.command(NS, &id).unwrap().unwrap().trust;
    assert!((trust.score - 100.0).abs() < 1e-9);
    assert_eq!(trust.successes, 201);
    for _ in 0..40 {
        store.judge(NS, &id, Verdict::Failure, 1).unwrap();
    }
    let trust = store.command(NS, &id).unwrap().unwrap().trust;
    assert!(trust.score.abs() < 1e-9);
    assert_eq!(store.flagged(NS).unwrap()[0].id, id);
    assert!(store.judge(NS, "nobody", Verdict::Success, 1).unwrap().is_none());
    store.set_trust(NS, &id, 80.0, 2).unwrap();
    assert!(store.flagged(NS).unwrap().is_empty());
    assert!(matches!(
        store.set_trust(NS, &id, 101.0, 2),
        Err(StoreError::Invalid { .. })
    ));
    assert!(matches!(
        store.set_trust(NS, &id, f64::NAN, 2),
        Err(StoreError::Invalid { .. })
    ));
    assert!(matches!(
        store.set_trust(NS, "nobody", 10.0, 2),
        Err(StoreError::UnknownCommand { .. })
    ));
}

#[test]
fn flagged_needs_both_low_trust_and_failures() {
    let mut store = memory();
    let (low, failing) = (taught(&mut store, "a"), taught(&mut store, "b"));
    store.set_trust(NS, &low, 10.0, 1).unwrap();
    for _ in 0..4 {
        store.judge(NS, &low, Verdict::Failure, 1).unwrap();
        store.judge(NS, &failing, Verdict::Failure, 1).unwrap();
    }
    assert!(store.flagged(NS).unwrap().is_empty(), "four failures");
    store.judge(NS, &failing, Verdict::Failure, 1).unwrap();
    assert!(
        store.flagged(NS).unwrap().is_empty(),
        "50 - 5 * 4 is 30, not below"
    );
    store.judge(NS, &low, Verdict::Failure, 1).unwrap();
    assert_eq!(store.flagged(NS).unwrap().len(), 1);
}

#[test]
fn a_success_is_spent_on_one_promotion() {
    let mut store = memory();
    let id = taught(&mut store, "disk");
    for _ in 0..20 {
        store.judge(NS, &id, Verdict::Success, 1).unwrap();
    }
    store.set_trust(NS, &id, 60.0, 1).unwrap();
    assert!(
        store.promote(NS, false, 1).unwrap().is_empty(),
        "20 are not more than 20"
    );
    store.judge(NS, &id, Verdict::Success, 1).unwrap();
    let would = store.promote(NS, true, 1).unwrap();
    assert_eq!(
        store.promote(NS, true, 1).unwrap(),
        would,
        "a dry run changes nothing"
    );
    assert_eq!(store.promote(NS, false, 1).unwrap(), would);
    assert!((would[0].score_after - 71.5).abs() < 1e-9);
    assert!((store.command(NS, &id).unwrap().unwrap().trust.score - 71.5).abs() < 1e-9);
    assert!(
        store.promote(NS, false, 1).unwrap().is_empty(),
        "the same successes count once"
    );
    for _ in 0..21 {
        store.judge(NS, &id, Verdict::Success, 1).unwrap();
    }
    store.set_trust(NS, &id, 90.0, 1).unwrap();
    assert!(
        store.promote(NS, false, 1).unwrap().is_empty(),
        "90 is not below 90"
    );
    store.set_trust(NS, &id, 89.0, 1).unwrap();
    assert!((store.promote(NS, false, 1).unwrap()[0].score_after - 99.0).abs() < 1e-9);
}

#[test]
fn a_run_and_its_trust_are_one_change() {
    let mut store = memory();
    let id = taught(&mut store, "disk");
    let lessons = Lessons {
        verdict: Some(Verdict::Success),
        ..Lessons::default()
    };
    assert_eq!(
        store
            .record_run(&run("r1", &id), lessons)
            .unwrap()
            .unwrap()
            .successes,
        1
    );
    store.record_run(&run("r1", &id), lessons).unwrap_err();
    assert_eq!(
        store.command(NS, &id).unwrap().unwrap().trust.successes,
        1,
        "a refused record moves nothing"
    );
    assert_eq!(store.run("r1").unwrap().unwrap(), run("r1", &id));
    assert_eq!(store.run("r2").unwrap(), None);
}

#[test]
fn the_log_pages_filters_and_forgets_the_oldest() {
    let options = OpenOptions {
        settings: Settings {
            runs: 30,
            ..Settings::default()
        },
        ..Default::default()
    };
    let mut store = Store::open_in_memory(options).unwrap();
    let id = taught(&mut store, "disk");
    for n in 0..40 {
        let exit_code = Some(n % 2);
        let one = Run {
            at: n.into(),
            exit_code,
            ..run(&n.to_string(), &id)
        };
        store.record_run(&one, Lessons::default()).unwrap();
    }
    let filter = RunFilter {
        namespace: Some(NS),
        ..RunFilter::default()
    };
    let first = store
        .log(
            &filter,
            Page {
                after: None,
                limit: 20,
            },
        )
        .unwrap();
    let second = store
        .log(
            &filter,
            Page {
                after: first.next,
                limit: 20,
            },
        )
        .unwrap();
    assert_eq!(second.next, None);
    let all: Vec<_> = first
        .items
        .iter()
        .chain(&second.items)
        .map(|run| run.at)
        .collect();
    assert_eq!(all, (10..40).rev().collect::<Vec<_>>());
    let count = |filter: RunFilter<'_>| store.log(&filter, Page::default()).unwrap().items.len();
    assert_eq!(
        count(RunFilter {
            failed: true,
            ..RunFilter::default()
        }),
        15
    );
    assert_eq!(
        count(RunFilter {
            since: Some(35),
            ..RunFilter::default()
        }),
        5
    );
    assert_eq!(
        count(RunFilter {
            command: Some("nobody"),
            ..RunFilter::default()
        }),
        0
    );
    assert_eq!(
        count(RunFilter {
            namespace: Some("other"),
            ..RunFilter::default()
        }),
        0
    );
    assert_eq!(store.prune_runs(35).unwrap(), 25);
}

#[test]
fn a_resolution_is_for_one_state_and_one_matcher() {
    let options = OpenOptions {
        settings: Settings {
            resolutions: 10,
            ..Settings::default()
        },
        ..Default::default()
    };
    let mut store = Store::open_in_memory(options).unwrap();
    store.put_resolution(NS, "how full", 4, "m1", "{}").unwrap();
    assert_eq!(
        store.resolution(NS, "how full", 4, "m1").unwrap().as_deref(),
        Some("{}")
    );
    assert_eq!(store.resolution(NS, "how full", 5, "m1").unwrap(), None);
    assert_eq!(store.resolution(NS, "how full", 4, "m2").unwrap(), None);
    assert_eq!(store.resolution("other", "how full", 4, "m1").unwrap(), None);
    store.put_resolution(NS, "how full", 5, "m1", "[]").unwrap();
    assert_eq!(
        store.resolution(NS, "how full", 5, "m1").unwrap().as_deref(),
        Some("[]")
    );
    for n in 0..50 {
        store.put_resolution(NS, &n.to_string(), 5, "m1", "{}").unwrap();
    }
    let kept: Vec<_> = (0..50)
        .filter(|n| store.resolution(NS, &n.to_string(), 5, "m1").unwrap().is_some())
        .collect();
    assert_eq!(kept, (40..50).collect::<Vec<_>>());
}

#[test]
fn a_token_is_good_once_in_time_and_for_one_thing() {
    let mut store = memory();
    store.put_token("t", "bound", "payload", 100, 0).unwrap();
    assert_eq!(store.redeem_token("x", "bound", 1).unwrap(), Redeemed::Unknown);
    assert_eq!(store.redeem_token("t", "else", 1).unwrap(), Redeemed::Mismatch);
    assert_eq!(
        store.redeem_token("t", "bound", 99).unwrap(),
        Redeemed::Good {
            payload: "payload".into()
        }
    );
    assert_eq!(store.redeem_token("t", "bound", 99).unwrap(), Redeemed::Unknown);
    store.put_token("u", "bound", "", 100, 0).unwrap();
    assert_eq!(store.redeem_token("u", "bound", 100).unwrap(), Redeemed::Expired);
    store.put_token("v", "bound", "", 500, 200).unwrap();
    assert_eq!(
        store.redeem_token("u", "bound", 201).unwrap(),
        Redeemed::Unknown,
        "cleared away"
    );
}

#[test]
fn a_snapshot_says_what_it_holds() {
    let mut store = memory();
    let layer = Layer::Namespace(NS);
    assert!(
        !store
            .put_snapshot(layer, "trie", Mark::default(), 0, b"")
            .unwrap(),
        "no such layer"
    );
    taught(&mut store, "a");
    let mark = store.load_layer(layer, |_| {}).unwrap();
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    assert!(store.put_snapshot(layer, "trie", mark, 1, &bytes).unwrap());
    let found = store.snapshot(layer, "trie").unwrap().unwrap();
    assert_eq!((found.mark, found.count), (mark, 1));
    assert!(found.bytes[..] == bytes[..]);
    taught(&mut store, "b");
    let mut fresh = Vec::new();
    store
        .load_changes(layer, found.mark, |row| fresh.push(row.key.to_owned()))
        .unwrap()
        .unwrap();
    assert_eq!(fresh, ["b"]);
    let newer = store.load_layer(layer, |_| {}).unwrap();
    assert!(store.put_snapshot(layer, "trie", newer, 2, b"new").unwrap());
    assert!(
        !store.put_snapshot(layer, "trie", mark, 1, &bytes).unwrap(),
        "older than what is there"
    );
    let ahead = Mark {
        generation: newer.generation + 1,
        ..newer
    };
    assert!(
        !store.put_snapshot(layer, "trie", ahead, 1, b"").unwrap(),
        "a state that never was"
    );
    assert_eq!(&store.snapshot(layer, "trie").unwrap().unwrap().bytes[..], b"new");
    assert!(store.snapshot(layer, "vectors").unwrap().is_none());
    assert_eq!(store.drop_snapshots("trie").unwrap(), 1);
}

#[test]
fn a_snapshot_is_a_file_that_only_its_row_can_find() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let cache = folder.path().join("lever.db-cache");
    let files = || std::fs::read_dir(&cache).unwrap().count();
    let mut store = shared::open(&path);
    taught(&mut store, "a");
    let layer = Layer::Namespace(NS);
    let mark = store.load_layer(layer, |_| {}).unwrap();
    assert!(store.put_snapshot(layer, "empty", mark, 0, b"").unwrap());
    assert!(store.snapshot(layer, "empty").unwrap().unwrap().bytes.is_empty());
    assert!(store.put_snapshot(layer, "trie", mark, 1, b"first").unwrap());
    let first = store.snapshot(layer, "trie").unwrap().unwrap();
    store.backup(&folder.path().join("copy.db")).unwrap();
    assert!(store.put_snapshot(layer, "trie", mark, 1, b"second").unwrap());
    assert_eq!(files(), 2, "the first is gone");
    assert_eq!(&first.bytes[..], b"first", "but not for whoever has it");
    std::fs::write(cache.join("part-1-0"), "left by a killed process").unwrap();

    // A database that is put back finds nothing, not the wrong thing.
    drop(store);
    std::fs::rename(folder.path().join("copy.db"), &path).unwrap();
    let mut store = shared::open(&path);
    assert!(store.snapshot(layer, "trie").unwrap().is_none());
    assert!(store.snapshot(layer, "empty").unwrap().is_some());
    assert!(store.put_snapshot(layer, "trie", mark, 1, b"third").unwrap());
    assert_eq!(files(), 2, "what nobody names is cleared away");
    let read_only = Store::open_read_only(&path, OpenOptions::default()).unwrap();
    let third = read_only.snapshot(layer, "trie").unwrap().unwrap();
    // A file that was cut is not mapped.
    for entry in std::fs::read_dir(&cache).unwrap() {
        let file = entry.unwrap().path();
        if std::fs::metadata(&file).unwrap().len() == 5 {
            assert_eq!(&third.bytes[..], b"third");
            std::fs::remove_file(&file).unwrap();
            std::fs::write(&file, b"thi").unwrap();
        }
    }
    assert!(store.snapshot(layer, "trie").unwrap().is_none());
    assert_eq!(store.drop_snapshots("empty").unwrap(), 1);
    assert_eq!(files(), 1);
}

#[test]
fn counts_add_up() {
    let mut store = memory();
    let id = taught(&mut store, "disk");
    store.record_run(&run("1", &id), Lessons::default()).unwrap();
    store
        .record_run(
            &Run {
                exit_code: Some(2),
                cached: true,
                gate: Some(2),
                ..run("2", &id)
            },
            Lessons::default(),
        )
        .unwrap();
    let lost = Run {
        status: "no_match".into(),
        gate: None,
        match_kind: None,
        command: None,
        exit_code: None,
        ..run("3", &id)
    };
    store.record_run(&lost, Lessons::default()).unwrap();
    let call = ModelCall {
        at: 1,
        namespace: NS,
        backend: "ollama",
        model: "m",
        purpose: "match",
        tokens_in: 70,
        tokens_out: 6,
        took_ms: 5,
        outcome: "ok",
        request: Some("r1"),
    };
    store.record_model_call(&call).unwrap();
    store
        .record_model_call(&ModelCall {
            outcome: "timeout",
            tokens_out: 0,
            ..call
        })
        .unwrap();
    store
        .record_model_call(&ModelCall {
            purpose: "paraphrase",
            request: None,
            ..call
        })
        .unwrap();
    let stats = store.stats(NS, 0).unwrap();
    // Two calls for one request, and one for none.
    assert_eq!((stats.model_requests, stats.models.len()), (1, 2));
    assert_eq!(
        (stats.models[0].took_ms, stats.models[1].purpose.as_str()),
        (5, "paraphrase")
    );
    assert_eq!(
        (stats.commands, stats.runs, stats.cached, stats.succeeded),
        (1, 3, 1, 1)
    );
    assert_eq!(
        stats.by_gate,
        [("1".into(), 1), ("2".into(), 1), ("none".into(), 1)].into()
    );
    assert_eq!(stats.by_match, [("exact".into(), 2), ("none".into(), 1)].into());
    assert_eq!(
        stats.by_status,
        [("no_match".into(), 1), ("ran".into(), 2)].into()
    );
    assert_eq!(stats.top, [(id, 2)]);
    assert_eq!(
        (
            stats.models[0].calls,
            stats.models[0].failed,
            stats.models[0].tokens_in
        ),
        (2, 1, 140)
    );
    assert_eq!(store.stats("other", 0).unwrap().runs, 0);
}

#[test]
fn the_log_is_copied_aside_and_stays_bounded_however_much_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lever.db");
    let mut store = shared::open(&path);
    let id = taught(&mut store, "show disk usage");
    let log = || std::fs::metadata(folder.path().join("lever.db-wal")).map_or(0, |log| log.len());
    let mut longest = 0;
    for n in 0..6_000 {
        store
            .record_run(&run(&n.to_string(), &id), Lessons::default())
            .unwrap();
        longest = longest.max(log());
    }
    // More than what the writer waits for. Without any copying it would be some hundred megabytes.
    assert!(longest < 80 << 20, "{longest}");
    store.teach(NS, &command("show memory", "free"), 2).unwrap();
    drop(store);
    assert_eq!(log(), 0, "the database alone holds all");
    let runs = shared::open(&path).stats(NS, 0).unwrap().runs;
    assert_eq!(runs, 6_000);
}
