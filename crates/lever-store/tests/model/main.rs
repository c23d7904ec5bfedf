//! Random sequences of operations against a model of what the store promises, kept in plain maps.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod expected;
mod ops;
#[path = "../shared/mod.rs"]
mod shared;
mod standing;
mod teaching;

use std::collections::BTreeMap;

use expected::{Model, NAMESPACES};
use lever_store::{Filter, Layer, Mark, OpenOptions, Page, Store};
use proptest::prelude::*;

type Verified = Result<(), TestCaseError>;

/// A copy that follows the layer by its differences alone.
#[derive(Default)]
struct Follower {
    mark: Mark,
    phrases: BTreeMap<u32, (String, String, bool)>,
    /// What each phrase's command did when the phrase came.
    templates: BTreeMap<u32, String>,
}

impl Follower {
    fn follow(&mut self, store: &Store, ns: &str) {
        let layer = Layer::Namespace(ns);
        let mut added = Vec::new();
        let row = |row: lever_store::PhraseRow<'_>| {
            (row.id, (row.key.to_owned(), row.command.to_owned(), row.weak))
        };
        if let Some(changes) = store
            .load_changes(layer, self.mark, |one| added.push(row(one)))
            .unwrap()
        {
            self.phrases.retain(|id, _| !changes.removed.contains(id));
            self.mark = changes.mark;
        } else {
            self.phrases.clear();
            self.mark = store.load_layer(layer, |one| added.push(row(one))).unwrap();
        }
        for (id, row) in added {
            self.templates
                .insert(id, store.command(ns, &row.1).unwrap().unwrap().template);
            self.phrases.insert(id, row);
        }
    }
}

fn compare(store: &Store, model: &Model, ns: &str, follower: &mut Follower) -> Verified {
    let space = &model.spaces[ns];
    let mut all = BTreeMap::new();
    let mark = store
        .load_layer(Layer::Namespace(ns), |row| {
            all.insert(row.id, (row.key.to_owned(), row.command.to_owned(), row.weak));
        })
        .unwrap();
    follower.follow(store, ns);
    prop_assert_eq!(&follower.phrases, &all);
    prop_assert_eq!(follower.mark, mark);
    for (id, (key, command, _)) in &follower.phrases {
        if let Some(template) = space.commands.get(command) {
            prop_assert_eq!(
                &follower.templates[id],
                template,
                "{} was not announced again",
                key
            );
        }
    }
    let mut found: Vec<_> = all.into_values().collect();
    found.sort();
    let expected: Vec<_> = model
        .view(ns)
        .0
        .into_iter()
        .map(|(key, command, weak, _)| (key, command, weak))
        .collect();
    prop_assert_eq!(found, expected);

    let filter = Filter {
        with_hidden: true,
        ..Filter::default()
    };
    let listed = store
        .list(
            ns,
            &filter,
            Page {
                after: None,
                limit: 100,
            },
        )
        .unwrap()
        .items;
    prop_assert_eq!(listed.len(), space.commands.len() + model.pack.len());
    for command in listed {
        let id = &command.id;
        prop_assert_eq!(Some(command.template.clone()), model.template(ns, id));
        prop_assert_eq!(
            command.approval.is_some(),
            space.approved.get(id) == Some(&command.template)
        );
        prop_assert_eq!(command.hidden, space.hidden.contains(id));
        let trust = space.trust.get(id);
        prop_assert!((command.trust.score - trust.map_or(50.0, |trust| trust.score)).abs() < 1e-9);
        prop_assert_eq!(command.trust.successes, trust.map_or(0, |trust| trust.successes));
        prop_assert_eq!(command.trust.failures, trust.map_or(0, |trust| trust.failures));
        let canonical = space
            .phrases
            .iter()
            .find(|(_, known)| known.canonical && known.command == *id);
        prop_assert_eq!(&command.phrase, canonical.map_or(id, |(key, _)| key));
        prop_assert_eq!(store.command(ns, id).unwrap(), Some(command));
    }
    let wrong = store
        .counterexamples(ns)
        .unwrap()
        .into_iter()
        .map(|one| (one.key, one.command))
        .collect();
    prop_assert_eq!(&space.wrong, &wrong);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_says(ops in proptest::collection::vec(ops::op(), 1..60)) {
        let mut store = Store::open_in_memory(OpenOptions::default()).unwrap();
        let mut model = Model::new();
        let mut followers = [Follower::default(), Follower::default()];
        let mut last = NAMESPACES.map(|ns| (store.generation(ns).unwrap(), model.view(ns)));
        for (step, op) in (0..).zip(&ops) {
            ops::run(&mut store, &mut model, op, step)?;
            for (at, ns) in NAMESPACES.into_iter().enumerate() {
                let now = (store.generation(ns).unwrap(), model.view(ns));
                prop_assert!(now.0 >= last[at].0);
                prop_assert!(now.0 > last[at].0 || now.1 == last[at].1, "{:?} changed {} unseen", op, ns);
                last[at] = now;
                compare(&store, &model, ns, &mut followers[at])?;
            }
        }
        prop_assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
    }
}
