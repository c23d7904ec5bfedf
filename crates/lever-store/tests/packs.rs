//! Packs: stored once, upgraded as a whole, and what a namespace did about them lasts.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use lever_store::{
    Added, Filter, Installed, Layer, NewPack, NewPhrase, OpenOptions, PackCommand, Page, Source, Store,
    StoreError, Verdict,
};
use shared::{NS, body, command, phrase};

fn memory() -> Store {
    Store::open_in_memory(OpenOptions::default()).unwrap()
}

/// Installs pack `builtin` with these (slug, template) pairs; the phrase of each is its slug.
fn install(store: &mut Store, digest: &str, commands: &[(&str, &str)]) -> Result<Installed, StoreError> {
    let owned: Vec<_> = commands
        .iter()
        .map(|(slug, template)| {
            let phrases = [NewPhrase {
                source: Source::Pack,
                ..phrase(slug)
            }];
            (format!("builtin:{slug}"), phrases, body(template))
        })
        .collect();
    let commands: Vec<_> = owned
        .iter()
        .map(|(id, phrases, body)| PackCommand {
            id,
            phrases,
            body: *body,
            trust: None,
        })
        .collect();
    let pack = NewPack {
        name: "builtin",
        version: digest,
        digest,
        approved: true,
        commands: &commands,
    };
    store.install_pack(&pack, 1)
}

fn replaced(added: u32, changed: u32, removed: u32) -> Installed {
    Installed::Replaced {
        added,
        changed,
        removed,
        skipped: 0,
    }
}

fn visible(store: &Store, namespace: &str) -> Vec<String> {
    let page = Page {
        limit: 1000,
        ..Page::default()
    };
    store
        .list(namespace, &Filter::default(), page)
        .unwrap()
        .items
        .into_iter()
        .map(|found| found.id)
        .collect()
}

#[test]
fn a_pack_is_under_every_namespace_and_makes_none() {
    let mut store = memory();
    assert_eq!(
        install(&mut store, "1", &[("df", "df -h"), ("ps", "ps")]).unwrap(),
        replaced(2, 0, 0)
    );
    assert!(store.namespaces().unwrap().is_empty());
    assert_eq!(visible(&store, NS), ["builtin:df", "builtin:ps"]);
    let found = store.command("any", "builtin:df").unwrap().unwrap();
    assert_eq!(
        (found.pack.as_deref(), found.phrase.as_str()),
        (Some("builtin"), "df")
    );
    assert_eq!(found.approval.unwrap().by, "pack:builtin");
    let before = store.generation(NS).unwrap();
    assert_eq!(install(&mut store, "1", &[]).unwrap(), Installed::Current);
    assert_eq!(store.generation(NS).unwrap(), before);
    // What is taught comes first, and may use the same words.
    store.teach(NS, &command("df", "df -hT"), 2).unwrap();
    assert_eq!(visible(&store, NS).len(), 3);
    assert_eq!(visible(&store, NS)[1], "builtin:df");
}

#[test]
fn an_upgrade_keeps_what_namespaces_did_about_it() {
    let mut store = memory();
    install(
        &mut store,
        "1",
        &[("df", "df -h"), ("ps", "ps"), ("ls", "ls"), ("who", "who")],
    )
    .unwrap();
    for id in ["builtin:df", "builtin:ps", "builtin:who"] {
        store.judge(NS, id, Verdict::Success, 1).unwrap();
    }
    let learned = NewPhrase {
        source: Source::Learned,
        ..phrase("who is here")
    };
    assert_eq!(
        store.add_phrase(NS, "builtin:who", &learned, 1).unwrap(),
        Added::Created
    );
    assert_eq!(
        store
            .add_phrase(
                NS,
                "builtin:df",
                &NewPhrase {
                    source: Source::Learned,
                    ..phrase("full")
                },
                1
            )
            .unwrap(),
        Added::Created
    );
    assert!(store.forget(NS, "builtin:ls", 1).unwrap());
    assert!(!store.forget(NS, "builtin:ls", 1).unwrap());
    assert_eq!(visible(&store, NS), ["builtin:df", "builtin:ps", "builtin:who"]);
    assert_eq!(visible(&store, "other").len(), 4);

    let before = (store.generation(NS).unwrap(), store.generation("other").unwrap());
    let upgrade = [("df", "df -h"), ("ps", "ps aux"), ("ls", "ls -l"), ("id", "id")];
    assert_eq!(install(&mut store, "2", &upgrade).unwrap(), replaced(1, 2, 1));
    assert!(store.generation(NS).unwrap() > before.0 && store.generation("other").unwrap() > before.1);
    assert_eq!(
        visible(&store, NS),
        ["builtin:df", "builtin:ps", "builtin:id"],
        "ls stays forgotten"
    );
    let successes = |id: &str| store.command(NS, id).unwrap().unwrap().trust.successes;
    assert_eq!(
        (successes("builtin:df"), successes("builtin:ps")),
        (1, 0),
        "ps does something else now"
    );
    let mut own = Vec::new();
    store
        .load_layer(Layer::Namespace(NS), |row| own.push(row.key.to_owned()))
        .unwrap();
    assert_eq!(own, ["full"], "the alias of what is gone is gone");
    let phrases = store.phrases(NS, "builtin:df").unwrap();
    assert_eq!(
        phrases.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
        ["df", "full"]
    );
    assert_eq!(store.phrases("other", "builtin:df").unwrap().len(), 1);

    assert!(store.restore(NS, "builtin:ls").unwrap());
    assert!(!store.restore(NS, "builtin:ls").unwrap());
    assert_eq!(visible(&store, NS).len(), 4);
    assert!(store.integrity_check().unwrap().is_empty());
}

#[test]
fn forgotten_stays_forgotten_while_the_pack_lacks_it() {
    let mut store = memory();
    install(&mut store, "1", &[("df", "df"), ("ls", "ls")]).unwrap();
    store.forget(NS, "builtin:ls", 1).unwrap();
    install(&mut store, "2", &[("df", "df")]).unwrap();
    install(&mut store, "3", &[("df", "df"), ("ls", "ls")]).unwrap();
    assert_eq!(visible(&store, NS), ["builtin:df"]);
    assert!(store.remove_pack("builtin").unwrap());
    assert!(!store.remove_pack("builtin").unwrap());
    assert!(store.pack("builtin").unwrap().is_none());
    assert!(visible(&store, "other").is_empty());
    install(&mut store, "3", &[("df", "df"), ("ls", "ls")]).unwrap();
    assert_eq!(visible(&store, NS), ["builtin:df"]);
    assert_eq!(store.hidden(NS).unwrap(), ["builtin:ls"]);
    assert_eq!(store.packs().unwrap().len(), 1);
}

#[test]
fn a_pack_that_breaks_the_rules_changes_nothing() {
    let mut store = memory();
    install(&mut store, "1", &[("df", "df")]).unwrap();
    let before = store.generation(NS).unwrap();
    let phrases = [NewPhrase {
        source: Source::Pack,
        ..phrase("df")
    }];
    let one = |id| PackCommand {
        id,
        phrases: &phrases,
        body: body("x"),
        trust: None,
    };
    for commands in [
        vec![one("other:df")],
        vec![one("builtin:")],
        vec![one("builtin:df"), one("builtin:df")],
        vec![one("builtin:df"), one("builtin:du")],
        vec![PackCommand {
            phrases: &[],
            ..one("builtin:df")
        }],
    ] {
        let pack = NewPack {
            name: "builtin",
            version: "2",
            digest: "2",
            approved: true,
            commands: &commands,
        };
        let error = store.install_pack(&pack, 1).unwrap_err();
        assert_eq!(error.code(), "store_invalid");
    }
    assert_eq!(store.generation(NS).unwrap(), before);
    assert_eq!(visible(&store, NS), ["builtin:df"]);
}

#[test]
fn an_unapproved_pack_needs_approvals() {
    let mut store = memory();
    let phrases = [NewPhrase {
        source: Source::Pack,
        ..phrase("df")
    }];
    let commands = [PackCommand {
        id: "mine:df",
        phrases: &phrases,
        body: body("df"),
        trust: Some(30.0),
    }];
    let pack = NewPack {
        name: "mine",
        version: "1",
        digest: "1",
        approved: false,
        commands: &commands,
    };
    store.install_pack(&pack, 1).unwrap();
    let found = store.command(NS, "mine:df").unwrap().unwrap();
    assert_eq!(found.approval, None);
    assert!((found.trust.score - 30.0).abs() < 1e-9);
    store.approve(NS, "mine:df", "df", "me", 2).unwrap();
    assert_eq!(
        store
            .command(NS, "mine:df")
            .unwrap()
            .unwrap()
            .approval
            .unwrap()
            .by,
        "me"
    );
    assert_eq!(store.command("other", "mine:df").unwrap().unwrap().approval, None);
}
