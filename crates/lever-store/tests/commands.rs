//! Teaching, replacing, forgetting, and what the matcher sees of it.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use std::collections::BTreeMap;

use lever_store::{
    Added, Filter, Layer, Lessons, NewCommand, NewPhrase, OpenOptions, Page, Run, Source, Store, StoreError,
    Taught, Verdict,
};
use shared::{NS, command, phrase};

fn memory() -> Store {
    Store::open_in_memory(OpenOptions::default()).unwrap()
}

fn created(taught: Taught) -> String {
    match taught {
        Taught::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

fn keys(store: &Store, layer: Layer<'_>) -> BTreeMap<String, (String, bool)> {
    let mut found = BTreeMap::new();
    store
        .load_layer(layer, |row| {
            assert!(
                found
                    .insert(row.key.to_owned(), (row.command.to_owned(), row.weak))
                    .is_none()
            );
        })
        .unwrap();
    found
}

#[test]
fn a_taught_command_is_there_approved_and_trusted() {
    let mut store = memory();
    assert!(store.namespaces().unwrap().is_empty());
    let aliases = [phrase("disk"), phrase("disk usage"), phrase("disk")];
    let taught = store
        .teach(
            NS,
            &NewCommand {
                aliases: &aliases,
                ..command("disk usage", "df -h")
            },
            7,
        )
        .unwrap();
    let id = created(taught);
    let found = store.command(NS, &id).unwrap().unwrap();
    assert_eq!(
        (found.phrase.as_str(), found.template.as_str(), found.created_at),
        ("disk usage", "df -h", 7)
    );
    assert_eq!(found.approval.unwrap().by, "person");
    assert!((found.trust.score - 50.0).abs() < 1e-9);
    assert_eq!(store.namespaces().unwrap(), [NS]);
    assert_eq!(store.phrases(NS, &id).unwrap().len(), 2);
    assert!(store.command("other", &id).unwrap().is_none());
}

#[test]
fn one_phrase_belongs_to_one_command() {
    let mut store = memory();
    let id = created(store.teach(NS, &command("disk usage", "df -h"), 1).unwrap());
    let before = store.generation(NS).unwrap();
    let exists = |same_command| Taught::Exists {
        id: id.clone(),
        phrase: "disk usage".into(),
        source: Source::Taught,
        same_command,
    };
    assert_eq!(
        store.teach(NS, &command("disk usage", "df -h"), 2).unwrap(),
        exists(true)
    );
    assert_eq!(
        store.teach(NS, &command("disk usage", "du"), 2).unwrap(),
        exists(false)
    );
    let alias = [phrase("disk usage")];
    let other = NewCommand {
        aliases: &alias,
        ..command("folder sizes", "du")
    };
    assert_eq!(store.teach(NS, &other, 2).unwrap(), exists(false));
    assert_eq!(
        store
            .teach(
                NS,
                &NewCommand {
                    replace: true,
                    ..other
                },
                2
            )
            .unwrap(),
        exists(false)
    );
    assert_eq!(store.generation(NS).unwrap(), before, "nothing was changed");
    assert_eq!(keys(&store, Layer::Namespace(NS)).len(), 1);
    // Another namespace is another world.
    created(store.teach("work", &command("disk usage", "du"), 2).unwrap());
}

#[test]
fn replacing_starts_again() {
    let mut store = memory();
    let aliases = [phrase("disk")];
    let first = NewCommand {
        aliases: &aliases,
        trust: Some(70.0),
        ..command("disk usage", "df -h")
    };
    let id = created(store.teach(NS, &first, 1).unwrap());
    let learned = NewPhrase {
        source: Source::Learned,
        ..phrase("how full is it")
    };
    assert_eq!(store.add_phrase(NS, &id, &learned, 2).unwrap(), Added::Created);
    store.confirm(NS, &id, "argv+cwd", 2).unwrap();
    store.judge(NS, &id, Verdict::Success, 2).unwrap();
    let seen = store.load_layer(Layer::Namespace(NS), |_| {}).unwrap();

    let second = NewCommand {
        replace: true,
        approved_by: None,
        ..command("disk usage", "df -hT")
    };
    assert_eq!(
        store.teach(NS, &second, 3).unwrap(),
        Taught::Replaced { id: id.clone() }
    );
    let now = store.command(NS, &id).unwrap().unwrap();
    assert_eq!(
        (now.template.as_str(), now.approval, now.trust.successes),
        ("df -hT", None, 0)
    );
    assert!((now.trust.score - 50.0).abs() < 1e-9);
    assert!(!store.was_confirmed(NS, &id, "argv+cwd").unwrap());
    let kept: Vec<_> = keys(&store, Layer::Namespace(NS)).into_keys().collect();
    assert_eq!(
        kept,
        ["disk", "disk usage"],
        "what was learned is gone, what was taught stays"
    );
    // Every remaining phrase is announced again, because the command behind it changed.
    let mut fresh = Vec::new();
    let changes = store
        .load_changes(Layer::Namespace(NS), seen, |row| fresh.push(row.key.to_owned()))
        .unwrap()
        .unwrap();
    assert_eq!((fresh.len(), changes.removed), (2, vec![0, 1, 2]));
}

#[test]
fn an_alias_can_be_taken_over_but_only_by_name() {
    let mut store = memory();
    let aliases = [phrase("disk")];
    let id = created(
        store
            .teach(
                NS,
                &NewCommand {
                    aliases: &aliases,
                    ..command("disk usage", "df")
                },
                1,
            )
            .unwrap(),
    );
    let take = command("disk", "lsblk");
    assert!(matches!(store.teach(NS, &take, 2).unwrap(), Taught::Exists { id: of, .. } if of == id));
    let new = created(
        store
            .teach(
                NS,
                &NewCommand {
                    replace: true,
                    ..take
                },
                2,
            )
            .unwrap(),
    );
    let now = keys(&store, Layer::Namespace(NS));
    assert_eq!(
        (now["disk"].0.as_str(), now["disk usage"].0.as_str()),
        (new.as_str(), id.as_str())
    );
}

#[test]
fn a_learned_phrase_is_weak_until_its_second_use() {
    let mut store = memory();
    let id = created(store.teach(NS, &command("disk usage", "df"), 1).unwrap());
    let learned = NewPhrase {
        source: Source::Learned,
        ..phrase("how full")
    };
    store.add_phrase(NS, &id, &learned, 1).unwrap();
    assert!(keys(&store, Layer::Namespace(NS))["how full"].1);
    let before = store.generation(NS).unwrap();
    for n in 0..3 {
        let run = Run {
            id: n.to_string(),
            namespace: NS.into(),
            command: Some(id.clone()),
            ..Run::default()
        };
        store
            .record_run(
                &run,
                Lessons {
                    verdict: None,
                    used_phrase: Some("how full"),
                },
            )
            .unwrap();
        assert!(!keys(&store, Layer::Namespace(NS))["how full"].1);
        assert_eq!(
            store.generation(NS).unwrap(),
            before + 1,
            "only the first of these changes matching"
        );
    }
    assert_eq!(store.phrases(NS, &id).unwrap()[1].uses, 4);
    // Taught now, so it is no longer learned.
    assert_eq!(
        store.add_phrase(NS, &id, &phrase("how full"), 2).unwrap(),
        Added::Created
    );
    assert_eq!(
        store.add_phrase(NS, &id, &phrase("how full"), 2).unwrap(),
        Added::Present
    );
    assert_eq!(store.phrases(NS, &id).unwrap()[1].source, Source::Taught);
}

#[test]
fn what_was_wrong_is_remembered() {
    let mut store = memory();
    let id = created(store.teach(NS, &command("disk usage", "df"), 1).unwrap());
    let learned = NewPhrase {
        source: Source::Learned,
        ..phrase("how full")
    };
    store.add_phrase(NS, &id, &learned, 1).unwrap();
    assert!(store.mark_wrong(NS, "how full", &id, 2).unwrap());
    assert!(
        !store.mark_wrong(NS, "disk usage", &id, 2).unwrap(),
        "a taught phrase stays"
    );
    assert_eq!(keys(&store, Layer::Namespace(NS)).len(), 1);
    assert_eq!(store.counterexamples(NS).unwrap().len(), 2);
}

#[test]
fn forgetting_leaves_nothing_and_ids_are_not_reused() {
    let mut store = memory();
    let id = created(store.teach(NS, &command("disk usage", "df"), 1).unwrap());
    store.judge(NS, &id, Verdict::Failure, 2).unwrap();
    store.confirm(NS, &id, "hash", 2).unwrap();
    assert!(store.forget(NS, &id, 3).unwrap());
    assert!(!store.forget(NS, &id, 3).unwrap());
    assert!(
        store.judge(NS, &id, Verdict::Success, 3).unwrap().is_none(),
        "forgotten during its run"
    );
    assert!(store.namespaces().unwrap().is_empty());
    let again = created(store.teach(NS, &command("disk usage", "df"), 4).unwrap());
    assert_ne!(again, id);
    assert!((store.command(NS, &again).unwrap().unwrap().trust.score - 50.0).abs() < 1e-9);
    assert!(!store.was_confirmed(NS, &again, "hash").unwrap());
}

#[test]
fn an_approval_is_for_what_was_shown() {
    let mut store = memory();
    let unapproved = NewCommand {
        approved_by: None,
        ..command("disk usage", "df")
    };
    let id = created(store.teach(NS, &unapproved, 1).unwrap());
    assert!(matches!(
        store.approve(NS, &id, "another", "me", 2),
        Err(StoreError::Changed { .. })
    ));
    assert!(matches!(
        store.approve(NS, "nobody", "df", "me", 2),
        Err(StoreError::UnknownCommand { .. })
    ));
    assert_eq!(store.command(NS, &id).unwrap().unwrap().approval, None);
    store.approve(NS, &id, "df", "me", 2).unwrap();
    assert_eq!(store.command(NS, &id).unwrap().unwrap().approval.unwrap().at, 2);
    assert!(store.disapprove(NS, &id).unwrap());
    assert_eq!(store.command(NS, &id).unwrap().unwrap().approval, None);
}

#[test]
fn a_canonical_phrase_is_not_removed_alone() {
    let mut store = memory();
    let aliases = [phrase("disk")];
    created(
        store
            .teach(
                NS,
                &NewCommand {
                    aliases: &aliases,
                    ..command("disk usage", "df")
                },
                1,
            )
            .unwrap(),
    );
    assert!(matches!(
        store.remove_phrase(NS, "disk usage"),
        Err(StoreError::Invalid { .. })
    ));
    assert!(store.remove_phrase(NS, "disk").unwrap());
    assert!(!store.remove_phrase(NS, "disk").unwrap());
}

#[test]
fn a_batch_is_all_or_nothing_and_one_generation() {
    let mut store = memory();
    let before = store.generation(NS).unwrap();
    let done: Result<usize, StoreError> = store.teach_many(NS, 1, |batch| {
        for n in 0..100 {
            created(batch.teach(&command(&format!("phrase {n}"), "true"))?);
        }
        assert!(matches!(
            batch.teach(&command("phrase 7", "false"))?,
            Taught::Exists {
                same_command: false,
                ..
            }
        ));
        Ok(100)
    });
    assert_eq!(done.unwrap(), 100);
    assert_eq!(store.generation(NS).unwrap(), before + 1);
    let refused: Result<(), StoreError> = store.teach_many("empty", 1, |batch| {
        batch.teach(&command("phrase", "true"))?;
        Err(StoreError::Invalid {
            what: "line 2".into(),
        })
    });
    assert_eq!(refused.unwrap_err().to_string(), "line 2");
    assert!(keys(&store, Layer::Namespace("empty")).is_empty());
    assert_eq!(store.namespaces().unwrap(), [NS]);
}

#[test]
fn lists_page_through_everything_once() {
    let mut store = memory();
    for n in 0..25 {
        let approved_by = (n % 2 == 0).then_some("me");
        let text = format!("phrase {n}");
        store
            .teach(
                NS,
                &NewCommand {
                    approved_by,
                    ..command(&text, "echo 50%_off")
                },
                n,
            )
            .unwrap();
    }
    let mut seen = Vec::new();
    let mut page = Page {
        after: None,
        limit: 10,
    };
    loop {
        let listed = store.list(NS, &Filter::default(), page).unwrap();
        seen.extend(listed.items.into_iter().map(|command| command.phrase));
        match listed.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, (0..25).map(|n| format!("phrase {n}")).collect::<Vec<_>>());
    let count = |filter: Filter<'_>| store.list(NS, &filter, Page::default()).unwrap().items.len();
    assert_eq!(
        count(Filter {
            approved: Some(true),
            ..Filter::default()
        }),
        13
    );
    assert_eq!(
        count(Filter {
            approved: Some(false),
            ..Filter::default()
        }),
        12
    );
    assert_eq!(
        count(Filter {
            contains: Some("PHRASE 1"),
            ..Filter::default()
        }),
        11
    );
    assert_eq!(
        count(Filter {
            contains: Some("50%_"),
            ..Filter::default()
        }),
        25
    );
    assert_eq!(
        count(Filter {
            contains: Some("5_%"),
            ..Filter::default()
        }),
        0
    );
    assert_eq!(
        count(Filter {
            flagged: true,
            ..Filter::default()
        }),
        0
    );
    let mut streamed = 0;
    store
        .for_each_command(NS, true, |command, phrases| {
            assert_eq!(phrases[0].text, command.phrase);
            streamed += 1;
            true
        })
        .unwrap();
    assert_eq!(streamed, 25);
}
