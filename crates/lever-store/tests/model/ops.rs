//! The operations, and drawing them at random.

use lever_store::Store;
use proptest::prelude::*;

use crate::Verified;
use crate::expected::Model;
use crate::standing::{approve, clear, disapprove, forget, install, judge, promote, restore};
use crate::teaching::{add, mark_wrong, remove, teach, use_learned};

/// A teach. Namespaces, keys and templates are named by their place.
#[derive(Debug, Clone)]
pub(crate) struct Lesson {
    pub(crate) ns: usize,
    pub(crate) key: usize,
    pub(crate) template: usize,
    pub(crate) alias: Option<usize>,
    pub(crate) approved: bool,
    pub(crate) replace: bool,
}

/// Commands are named by their place among those that exist, so that most operations meet something.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Teach(Lesson),
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

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let (ns, key, template, at) = (0..2usize, 0..6usize, 0..3usize, 0..8usize);
    prop_oneof![
        6 => (ns.clone(), key.clone(), template, proptest::option::of(key.clone()), any::<bool>(), any::<bool>())
            .prop_map(|(ns, key, template, alias, approved, replace)| Op::Teach(Lesson { ns, key, template, alias, approved, replace })),
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

/// Does one to the store and to the model, and compares what the store answers.
pub(crate) fn run(store: &mut Store, model: &mut Model, op: &Op, step: i64) -> Verified {
    match *op {
        Op::Teach(ref lesson) => teach(store, model, step, lesson),
        Op::Add { ns, at, key, learned } => add(store, model, step, ns, at, key, learned),
        Op::Remove { ns, key } => remove(store, model, ns, key),
        Op::Use { ns, key } => {
            use_learned(store, model, step, ns, key);
            Ok(())
        }
        Op::Wrong { ns, key, at } => mark_wrong(store, model, step, ns, key, at),
        Op::Forget { ns, at } => forget(store, model, step, ns, at),
        Op::Restore { ns, slug } => restore(store, model, ns, slug),
        Op::Approve { ns, at } => approve(store, model, step, ns, at),
        Op::Disapprove { ns, at } => disapprove(store, model, ns, at),
        Op::Judge { ns, at, success } => judge(store, model, step, ns, at, success),
        Op::Clear { ns } => clear(store, model, ns),
        Op::Promote { ns } => promote(store, model, step, ns),
        Op::Install { version, mask } => install(store, model, step, version, mask),
    }
}
