//! What is taught, learned and taken back, done to both and compared.

use lever_store::{Added, Lessons, NewCommand, NewPhrase, Run, Source, Store, Taught};
use proptest::prelude::*;

use crate::Verified;
use crate::expected::{KEYS, Known, Model, NAMESPACES, TEMPLATES};
use crate::ops::Lesson;
use crate::shared::{command, phrase};

pub(crate) fn teach(store: &mut Store, model: &mut Model, step: i64, lesson: &Lesson) -> Verified {
    let (ns, key, template) = (
        NAMESPACES[lesson.ns],
        KEYS[lesson.key],
        TEMPLATES[lesson.template],
    );
    let alias = lesson.alias.map(|at| KEYS[at]);
    let aliases: Vec<_> = alias.into_iter().map(phrase).collect();
    let approved_by = lesson.approved.then_some("me");
    let given = NewCommand {
        aliases: &aliases,
        approved_by,
        replace: lesson.replace,
        ..command(key, template)
    };
    let taught = &store.teach(ns, &given, step).unwrap();

    let held = model.spaces[ns].phrases.get(key).cloned();
    let alias_held = alias.and_then(|alias| model.spaces[ns].phrases.get(alias).cloned());
    let exists = |model: &Model, known: &Known, phrase: &str| Taught::Exists {
        id: known.command.clone(),
        phrase: phrase.into(),
        source: known.source,
        same_command: model.template(ns, &known.command).unwrap() == template,
    };
    if let Some(held) = &held
        && (!lesson.replace || model.template(ns, &held.command).unwrap() == template)
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
    if lesson.approved {
        space.approved.insert(id, template.into());
    }
    Ok(())
}

pub(crate) fn add(
    store: &mut Store,
    model: &mut Model,
    step: i64,
    ns: usize,
    at: usize,
    key: usize,
    learned: bool,
) -> Verified {
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
    Ok(())
}

pub(crate) fn remove(store: &mut Store, model: &mut Model, ns: usize, key: usize) -> Verified {
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
    Ok(())
}

pub(crate) fn use_learned(store: &mut Store, model: &mut Model, step: i64, ns: usize, key: usize) {
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

pub(crate) fn mark_wrong(
    store: &mut Store,
    model: &mut Model,
    step: i64,
    ns: usize,
    key: usize,
    at: usize,
) -> Verified {
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
    Ok(())
}
