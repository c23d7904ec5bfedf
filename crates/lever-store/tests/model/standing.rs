//! What is forgotten, approved, trusted and installed, done to both and compared.

use std::collections::BTreeMap;

use lever_store::{Installed, NewPack, NewPhrase, PackCommand, Source, Store, Verdict};
use proptest::prelude::*;

use crate::Verified;
use crate::expected::{Model, NAMESPACES, SLUGS, Space, TEMPLATES};
use crate::shared::{body, phrase};

pub(crate) fn forget(store: &mut Store, model: &mut Model, step: i64, ns: usize, at: usize) -> Verified {
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
    Ok(())
}

pub(crate) fn restore(store: &mut Store, model: &mut Model, ns: usize, slug: usize) -> Verified {
    let hidden = model.space(NAMESPACES[ns]).hidden.remove(SLUGS[slug]);
    prop_assert_eq!(store.restore(NAMESPACES[ns], SLUGS[slug]).unwrap(), hidden);
    Ok(())
}

pub(crate) fn approve(store: &mut Store, model: &mut Model, step: i64, ns: usize, at: usize) -> Verified {
    let ns = NAMESPACES[ns];
    let id = model.pick(ns, at);
    if let Some(template) = model.template(ns, &id) {
        prop_assert!(store.approve(ns, &id, "stale", "me", step).is_err());
        store.approve(ns, &id, &template, "me", step).unwrap();
        model.space(ns).approved.insert(id, template);
    }
    Ok(())
}

pub(crate) fn disapprove(store: &mut Store, model: &mut Model, ns: usize, at: usize) -> Verified {
    let id = model.pick(NAMESPACES[ns], at);
    let was = model.space(NAMESPACES[ns]).approved.remove(&id).is_some();
    prop_assert_eq!(store.disapprove(NAMESPACES[ns], &id).unwrap(), was);
    Ok(())
}

pub(crate) fn judge(
    store: &mut Store,
    model: &mut Model,
    step: i64,
    ns: usize,
    at: usize,
    success: bool,
) -> Verified {
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
    Ok(())
}

pub(crate) fn clear(store: &mut Store, model: &mut Model, ns: usize) -> Verified {
    let forgotten = model.spaces[NAMESPACES[ns]].commands.len() as u64;
    prop_assert_eq!(store.clear_namespace(NAMESPACES[ns]).unwrap(), forgotten);
    *model.space(NAMESPACES[ns]) = Space::default();
    Ok(())
}

pub(crate) fn promote(store: &mut Store, model: &mut Model, step: i64, ns: usize) -> Verified {
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
    Ok(())
}

/// Version and mask choose which slugs the pack has, and what they do.
pub(crate) fn install(
    store: &mut Store,
    model: &mut Model,
    step: i64,
    version: usize,
    mask: usize,
) -> Verified {
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
