//! Random sequences of operations against a model of what the store promises, kept in plain maps.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod shared;

use std::collections::{BTreeMap, BTreeSet};

use lever_store::{
    Added, Filter, Installed, Layer, Lessons, Mark, NewCommand, NewPack, NewPhrase, OpenOptions, PackCommand,
    Page, Run, Source, Store, Taught, Verdict,
};
use proptest::prelude::*;
use shared::{body, command, phrase};

const NAMESPACES: [&str; 2] = ["default", "work"];
const KEYS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const TEMPLATES: [&str; 3] = ["df", "du", "ls"];
const SLUGS: [&str; 3] = ["pack:a", "pack:b", "pack:c"];

/// Commands are named by their place among those that exist, so that most operations meet something.
#[derive(Debug, Clone)]
enum Op {
    Teach {
        ns: usize,
        key: usize,
        template: usize,
        alias: Option<usize>,
        approved: bool,
        replace: bool,
    },
    Add {
        ns: usize,
        at: usize,
        key: usize,
        learned: bool,
    },
    Remove {
        ns: usize,
        key: usize,
    },
    Forget {
        ns: usize,
        at: usize,
    },
    Restore {
        ns: usize,
        slug: usize,
    },
    Approve {
        ns: usize,
        at: usize,
    },
    Disapprove {
        ns: usize,
        at: usize,
    },
    Judge {
        ns: usize,
        at: usize,
        success: bool,
    },
    Use {
        ns: usize,
        key: usize,
    },
    Wrong {
        ns: usize,
        key: usize,
        at: usize,
    },
    Install {
        version: usize,
        mask: usize,
    },
    Clear {
        ns: usize,
    },
    Promote {
        ns: usize,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let (ns, key, template, at) = (0..2usize, 0..6usize, 0..3usize, 0..8usize);
    prop_oneof![
        6 => (ns.clone(), key.clone(), template, proptest::option::of(key.clone()), any::<bool>(), any::<bool>())
            .prop_map(|(ns, key, template, alias, approved, replace)| Op::Teach { ns, key, template, alias, approved, replace }),
        3 => (ns.clone(), at.clone(), key.clone(), any::<bool>())
            .prop_map(|(ns, at, key, learned)| Op::Add { ns, at, key, learned }),
        1 => (ns.clone(), key.clone()).prop_map(|(ns, key)| Op::Remove { ns, key }),
        2 => (ns.clone(), at.clone()).prop_map(|(ns, at)| Op::Forget { ns, at }),
        1 => (ns.clone(), 0..3usize).prop_map(|(ns, slug)| Op::Restore { ns, slug }),
        1 => (ns.clone(), at.clone()).prop_map(|(ns, at)| Op::Approve { ns, at }),
        1 => (ns.clone(), at.clone()).prop_map(|(ns, at)| Op::Disapprove { ns, at }),
        4 => (ns.clone(), at.clone(), any::<bool>()).prop_map(|(ns, at, success)| Op::Judge { ns, at, success }),
        2 => (ns.clone(), key.clone()).prop_map(|(ns, key)| Op::Use { ns, key }),
        1 => (ns.clone(), key, at).prop_map(|(ns, key, at)| Op::Wrong { ns, key, at }),
        2 => (0..3usize, 0..8usize).prop_map(|(version, mask)| Op::Install { version, mask }),
        1 => ns.clone().prop_map(|ns| Op::Clear { ns }),
        1 => ns.prop_map(|ns| Op::Promote { ns }),
    ]
}

#[derive(Debug, Clone, PartialEq)]
struct Standing {
    score: f64,
    successes: u32,
    failures: u32,
    promoted: u32,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    command: String,
    source: Source,
    canonical: bool,
    uses: u32,
}

#[derive(Debug, Default)]
struct Space {
    commands: BTreeMap<String, String>,
    phrases: BTreeMap<String, Known>,
    hidden: BTreeSet<String>,
    wrong: BTreeSet<(String, String)>,
    approved: BTreeMap<String, String>,
    trust: BTreeMap<String, Standing>,
}

#[derive(Debug, Default)]
struct Model {
    spaces: BTreeMap<&'static str, Space>,
    pack: BTreeMap<String, String>,
    installed: Option<(usize, usize)>,
}

/// What matching can see of a namespace; the generation must move exactly when this does, or more often.
type View = (
    Vec<(String, String, bool, String)>,
    BTreeSet<String>,
    BTreeSet<(String, String)>,
    BTreeMap<String, String>,
);

impl Model {
    fn new() -> Self {
        Self {
            spaces: NAMESPACES.iter().map(|&ns| (ns, Space::default())).collect(),
            ..Self::default()
        }
    }

    fn template(&self, ns: &str, id: &str) -> Option<String> {
        self.spaces[ns]
            .commands
            .get(id)
            .or_else(|| self.pack.get(id))
            .cloned()
    }

    fn pick(&self, ns: &str, at: usize) -> String {
        let ids: Vec<_> = self.spaces[ns].commands.keys().chain(self.pack.keys()).collect();
        if ids.is_empty() {
            "nobody".into()
        } else {
            ids[at % ids.len()].clone()
        }
    }

    fn space(&mut self, ns: &str) -> &mut Space {
        self.spaces.get_mut(ns).unwrap()
    }

    fn standing(&mut self, ns: &str, id: &str) -> &mut Standing {
        let start = Standing {
            score: 50.0,
            successes: 0,
            failures: 0,
            promoted: 0,
        };
        self.space(ns).trust.entry(id.into()).or_insert(start)
    }

    fn view(&self, ns: &str) -> View {
        let space = &self.spaces[ns];
        let phrases = space
            .phrases
            .iter()
            .map(|(key, known)| {
                let weak = known.source == Source::Learned && known.uses < 2;
                (
                    key.clone(),
                    known.command.clone(),
                    weak,
                    self.template(ns, &known.command).unwrap(),
                )
            })
            .collect();
        (
            phrases,
            space.hidden.clone(),
            space.wrong.clone(),
            self.pack.clone(),
        )
    }
}

fn run(store: &mut Store, model: &mut Model, op: &Op, step: i64) -> Result<(), TestCaseError> {
    match *op {
        Op::Teach {
            ns,
            key,
            template,
            alias,
            approved,
            replace,
        } => {
            let (ns, key, template) = (NAMESPACES[ns], KEYS[key], TEMPLATES[template]);
            let aliases: Vec<_> = alias.iter().map(|&at| phrase(KEYS[at])).collect();
            let by = approved.then_some("me");
            let lesson = NewCommand {
                aliases: &aliases,
                approved_by: by,
                replace,
                ..command(key, template)
            };
            let taught = store.teach(ns, &lesson, step).unwrap();
            check_taught(
                model,
                ns,
                key,
                template,
                alias.map(|at| KEYS[at]),
                approved,
                replace,
                &taught,
            )?;
        }
        Op::Add { ns, at, key, learned } => {
            let (ns, key) = (NAMESPACES[ns], KEYS[key]);
            let id = model.pick(ns, at);
            let source = if learned { Source::Learned } else { Source::Taught };
            let result = store.add_phrase(
                ns,
                &id,
                &NewPhrase {
                    source,
                    ..phrase(key)
                },
                step,
            );
            if model.template(ns, &id).is_none() {
                prop_assert_eq!(result.unwrap_err().code(), "unknown_command");
                return Ok(());
            }
            let known = Known {
                command: id.clone(),
                source,
                canonical: false,
                uses: u32::from(learned),
            };
            let phrases = &mut model.space(ns).phrases;
            match phrases.get(key).cloned() {
                None => {
                    prop_assert_eq!(result.unwrap(), Added::Created);
                    phrases.insert(key.into(), known);
                }
                Some(held) if held.command != id => {
                    prop_assert_eq!(
                        result.unwrap(),
                        Added::Taken {
                            id: held.command,
                            phrase: key.into()
                        }
                    );
                }
                Some(held) if held.source == Source::Learned && !learned => {
                    prop_assert_eq!(result.unwrap(), Added::Created);
                    phrases.insert(key.into(), known);
                }
                Some(_) => prop_assert_eq!(result.unwrap(), Added::Present),
            }
        }
        Op::Remove { ns, key } => {
            let (ns, key) = (NAMESPACES[ns], KEYS[key]);
            let result = store.remove_phrase(ns, key);
            match model.spaces[ns].phrases.get(key) {
                Some(held) if held.canonical => {
                    prop_assert_eq!(result.unwrap_err().code(), "store_invalid");
                }
                held => {
                    prop_assert_eq!(result.unwrap(), held.is_some());
                    model.space(ns).phrases.remove(key);
                }
            }
        }
        Op::Forget { ns, at } => {
            let ns = NAMESPACES[ns];
            let id = model.pick(ns, at);
            let known = model.template(ns, &id).is_some() && !model.spaces[ns].hidden.contains(&id);
            prop_assert_eq!(store.forget(ns, &id, step).unwrap(), known);
            if known {
                let packed = model.pack.contains_key(&id);
                let space = model.space(ns);
                if packed {
                    space.hidden.insert(id.clone());
                }
                space.commands.remove(&id);
                space.phrases.retain(|_, known| known.command != id);
                space.wrong.retain(|(_, command)| *command != id);
                space.approved.remove(&id);
                space.trust.remove(&id);
            }
        }
        Op::Restore { ns, slug } => {
            let hidden = model.space(NAMESPACES[ns]).hidden.remove(SLUGS[slug]);
            prop_assert_eq!(store.restore(NAMESPACES[ns], SLUGS[slug]).unwrap(), hidden);
        }
        Op::Approve { ns, at } => {
            let ns = NAMESPACES[ns];
            let id = model.pick(ns, at);
            if let Some(template) = model.template(ns, &id) {
                prop_assert!(store.approve(ns, &id, "stale", "me", step).is_err());
                store.approve(ns, &id, &template, "me", step).unwrap();
                model.space(ns).approved.insert(id, template);
            }
        }
        Op::Disapprove { ns, at } => {
            let id = model.pick(NAMESPACES[ns], at);
            let was = model.space(NAMESPACES[ns]).approved.remove(&id).is_some();
            prop_assert_eq!(store.disapprove(NAMESPACES[ns], &id).unwrap(), was);
        }
        Op::Judge { ns, at, success } => {
            let ns = NAMESPACES[ns];
            let id = model.pick(ns, at);
            let verdict = if success {
                Verdict::Success
            } else {
                Verdict::Failure
            };
            let result = store.judge(ns, &id, verdict, step).unwrap();
            prop_assert_eq!(result.is_some(), model.template(ns, &id).is_some());
            if result.is_some() {
                let standing = model.standing(ns, &id);
                standing.score = (standing.score + if success { 1.5 } else { -4.0 }).clamp(0.0, 100.0);
                standing.successes += u32::from(success);
                standing.failures += u32::from(!success);
            }
        }
        Op::Use { ns, key } => {
            let (ns, key) = (NAMESPACES[ns], KEYS[key]);
            let record = Run {
                id: step.to_string(),
                namespace: ns.into(),
                ..Run::default()
            };
            store
                .record_run(
                    &record,
                    Lessons {
                        verdict: None,
                        used_phrase: Some(key),
                    },
                )
                .unwrap();
            if let Some(known) = model
                .space(ns)
                .phrases
                .get_mut(key)
                .filter(|known| known.source == Source::Learned)
            {
                known.uses += 1;
            }
        }
        Op::Wrong { ns, key, at } => {
            let (ns, key) = (NAMESPACES[ns], KEYS[key]);
            let id = model.pick(ns, at);
            let learned = model.spaces[ns]
                .phrases
                .get(key)
                .is_some_and(|known| known.source == Source::Learned && known.command == id);
            prop_assert_eq!(store.mark_wrong(ns, key, &id, step).unwrap(), learned);
            if learned {
                model.space(ns).phrases.remove(key);
            }
            model.space(ns).wrong.insert((key.into(), id));
        }
        Op::Install { version, mask } => install(store, model, version, mask, step)?,
        Op::Clear { ns } => {
            let forgotten = model.spaces[NAMESPACES[ns]].commands.len() as u64;
            prop_assert_eq!(store.clear_namespace(NAMESPACES[ns]).unwrap(), forgotten);
            *model.space(NAMESPACES[ns]) = Space::default();
        }
        Op::Promote { ns } => {
            let risen = store.promote(NAMESPACES[ns], false, step).unwrap().len();
            let mut expected = 0;
            for standing in model.space(NAMESPACES[ns]).trust.values_mut() {
                if standing.score < 90.0 && standing.successes - standing.promoted > 20 {
                    standing.score = (standing.score + 10.0).min(100.0);
                    standing.promoted = standing.successes;
                    expected += 1;
                }
            }
            prop_assert_eq!(risen, expected);
        }
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)]
fn check_taught(
    model: &mut Model,
    ns: &str,
    key: &str,
    template: &str,
    alias: Option<&str>,
    approved: bool,
    replace: bool,
    taught: &Taught,
) -> Result<(), TestCaseError> {
    let held = model.spaces[ns].phrases.get(key).cloned();
    let alias_held = alias.and_then(|alias| model.spaces[ns].phrases.get(alias).cloned());
    let exists = |model: &Model, known: &Known, phrase: &str| Taught::Exists {
        id: known.command.clone(),
        phrase: phrase.into(),
        source: known.source,
        same_command: model.template(ns, &known.command).unwrap() == template,
    };
    if let Some(held) = &held
        && (!replace || model.template(ns, &held.command).unwrap() == template)
    {
        prop_assert_eq!(taught, &exists(model, held, key));
        return Ok(());
    }
    if let Some(other) = &alias_held
        && held.as_ref().is_none_or(|held| held.command != other.command)
    {
        prop_assert_eq!(taught, &exists(model, other, alias.unwrap()));
        return Ok(());
    }
    let id = match (&held, taught) {
        (Some(held), Taught::Replaced { id }) if held.canonical => {
            prop_assert_eq!(id, &held.command);
            let space = model.space(ns);
            space.trust.remove(id);
            space.approved.remove(id);
            space
                .phrases
                .retain(|_, known| known.command != *id || known.source != Source::Learned);
            id.clone()
        }
        (held, Taught::Created { id }) if held.as_ref().is_none_or(|held| !held.canonical) => {
            prop_assert!(!model.spaces[ns].commands.contains_key(id));
            id.clone()
        }
        other => return Err(TestCaseError::fail(format!("{other:?}"))),
    };
    let space = model.space(ns);
    space.commands.insert(id.clone(), template.into());
    let known = |canonical| Known {
        command: id.clone(),
        source: Source::Taught,
        canonical,
        uses: 0,
    };
    space.phrases.insert(key.into(), known(true));
    if let Some(alias) = alias {
        space.phrases.entry(alias.into()).or_insert_with(|| known(false));
    }
    if approved {
        space.approved.insert(id, template.into());
    }
    Ok(())
}

/// Version and mask choose which slugs the pack has, and what they do.
fn install(
    store: &mut Store,
    model: &mut Model,
    version: usize,
    mask: usize,
    step: i64,
) -> Result<(), TestCaseError> {
    let contents: BTreeMap<String, String> = SLUGS
        .iter()
        .enumerate()
        .filter(|(at, _)| mask >> at & 1 == 1)
        .map(|(at, slug)| ((*slug).to_owned(), TEMPLATES[(version * at) % 3].to_owned()))
        .collect();
    let phrases: Vec<_> = contents
        .keys()
        .map(|id| {
            [NewPhrase {
                source: Source::Pack,
                ..phrase(id)
            }]
        })
        .collect();
    let commands: Vec<_> = contents
        .iter()
        .zip(&phrases)
        .map(|((id, template), phrases)| PackCommand {
            id,
            phrases,
            body: body(template),
            trust: None,
        })
        .collect();
    let digest = format!("{version}/{mask}");
    let pack = NewPack {
        name: "pack",
        version: "1",
        digest: &digest,
        approved: false,
        commands: &commands,
    };
    let done = store.install_pack(&pack, step).unwrap();
    prop_assert_eq!(
        done == Installed::Current,
        model.installed == Some((version, mask))
    );
    model.installed = Some((version, mask));
    for id in SLUGS {
        let (old, new) = (model.pack.get(id).cloned(), contents.get(id));
        if old.is_some() && old.as_ref() != new {
            for space in model.spaces.values_mut() {
                space.trust.remove(id);
                space.approved.remove(id);
                if new.is_none() {
                    space.phrases.retain(|_, known| known.command != id);
                }
            }
        }
    }
    model.pack = contents;
    Ok(())
}

/// A copy that follows the layer by its differences alone.
#[derive(Default)]
struct Follower {
    mark: Mark,
    phrases: BTreeMap<u32, (String, String, bool)>,
}

impl Follower {
    fn follow(&mut self, store: &Store, layer: Layer<'_>) {
        let mut added = Vec::new();
        let row = |row: lever_store::PhraseRow<'_>| {
            (row.id, (row.key.to_owned(), row.command.to_owned(), row.weak))
        };
        match store
            .load_changes(layer, self.mark, |one| added.push(row(one)))
            .unwrap()
        {
            Some(changes) => {
                self.phrases.retain(|id, _| !changes.removed.contains(id));
                self.mark = changes.mark;
            }
            None => {
                self.phrases.clear();
                self.mark = store.load_layer(layer, |one| added.push(row(one))).unwrap();
            }
        }
        self.phrases.extend(added);
    }
}

fn compare(store: &Store, model: &Model, ns: &str, follower: &mut Follower) -> Result<(), TestCaseError> {
    let space = &model.spaces[ns];
    let mut all = BTreeMap::new();
    let mark = store
        .load_layer(Layer::Namespace(ns), |row| {
            all.insert(row.id, (row.key.to_owned(), row.command.to_owned(), row.weak));
        })
        .unwrap();
    follower.follow(store, Layer::Namespace(ns));
    prop_assert_eq!(&follower.phrases, &all);
    prop_assert_eq!(follower.mark, mark);
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
    fn the_store_does_what_the_model_says(ops in proptest::collection::vec(op(), 1..60)) {
        let mut store = Store::open_in_memory(OpenOptions::default()).unwrap();
        let mut model = Model::new();
        let mut followers = [Follower::default(), Follower::default()];
        let mut last = NAMESPACES.map(|ns| (store.generation(ns).unwrap(), model.view(ns)));
        for (step, op) in ops.iter().enumerate() {
            run(&mut store, &mut model, op, step as i64)?;
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
