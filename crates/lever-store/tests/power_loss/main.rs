//! What was acknowledged is on disk: the store is driven over a simulated disk whose power fails at every sync and
//! after every answer, and every state that this may leave must open, be sound, and hold all that was acknowledged.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)] // a test program: panics are its verdicts

mod disk;
#[path = "../shared/mod.rs"]
mod shared;

use std::collections::BTreeSet;
use std::fs;

use disk::Image;
use lever_store::{Layer, Lessons, NewCommand, Run, Store, Taught};
use shared::{NS, command, open};

/// What a person was told is done.
#[derive(Debug, Default, Clone)]
struct Acknowledged {
    present: BTreeSet<String>,
    absent: BTreeSet<String>,
    approved: BTreeSet<String>,
    runs: u64,
}

/// In memory where there is such a place: what the real disk does is no part of this.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// Opens a state and compares; returns how many run records it lacks.
fn check(image: &Image, said: &Acknowledged) -> u64 {
    let folder = scratch();
    for (name, bytes) in image {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let store = open(&folder.path().join("lever.db"));
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
    let mut found = BTreeSet::new();
    store
        .load_layer(Layer::Namespace(NS), |row| {
            found.insert(row.text.to_owned());
        })
        .unwrap();
    let lost: Vec<_> = said.present.difference(&found).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let back: Vec<_> = said.absent.intersection(&found).collect();
    assert!(back.is_empty(), "back again: {back:?}");
    for id in &said.approved {
        assert!(
            store.command(NS, id).unwrap().unwrap().approval.is_some(),
            "{id} lost its approval"
        );
    }
    said.runs.saturating_sub(store.stats(NS, 0).unwrap().runs)
}

struct Driver {
    said: Acknowledged,
    states: usize,
    lacking_runs: usize,
}

impl Driver {
    /// Everything that could be left by a failure during the last operation: before it was acknowledged, only what
    /// was said before holds; and after it, what it says too.
    fn after(&mut self, acknowledge: impl FnOnce(&mut Acknowledged)) {
        let mut images = disk::crash();
        let now = images.split_off(images.len() - 4);
        // While it was under way, what it takes back may be gone already.
        let before = self.said.clone();
        acknowledge(&mut self.said);
        let both = Acknowledged {
            present: before.present.intersection(&self.said.present).cloned().collect(),
            absent: before.absent.intersection(&self.said.absent).cloned().collect(),
            approved: before
                .approved
                .intersection(&self.said.approved)
                .cloned()
                .collect(),
            runs: before.runs,
        };
        for (images, said) in [(images, &both), (now, &self.said)] {
            for image in &images {
                self.states += 1;
                self.lacking_runs += usize::from(check(image, said) > 0);
            }
        }
    }
}

fn teach(store: &mut Store, text: &str, approved: bool) -> String {
    let approved_by = approved.then_some("me");
    match store
        .teach(
            NS,
            &NewCommand {
                approved_by,
                ..command(text, "true")
            },
            1,
        )
        .unwrap()
    {
        Taught::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_state_that_a_loss_of_power_leaves_holds_what_was_acknowledged() {
    let folder = scratch();
    let path = folder.path().join("lever.db");
    drop(open(&path));
    disk::watch(folder.path());
    let mut driver = Driver {
        said: Acknowledged::default(),
        states: 0,
        lacking_runs: 0,
    };
    for session in 0..6 {
        let mut store = open(&path);
        for n in 0..8 {
            let text = format!("phrase {session} {n}");
            let run = Run {
                id: text.clone(),
                namespace: NS.into(),
                ..Run::default()
            };
            store.record_run(&run, Lessons::default()).unwrap();
            driver.after(|said| said.runs += 1);
            let id = teach(&mut store, &text, n % 2 == 0);
            driver.after(|said| said.present.extend([text.clone()]));
            store.approve(NS, &id, "true", "me", 2).unwrap();
            driver.after(|said| said.approved.extend([id.clone()]));
            if n % 3 == 0 {
                store.forget(NS, &id, 3).unwrap();
                driver.after(|said| {
                    said.present.remove(&text);
                    said.approved.remove(&id);
                    said.absent.insert(text);
                });
            }
        }
        // Closing copies the log into the database and deletes it.
        drop(store);
        driver.after(|_| {});
    }
    disk::stop_watching();
    assert!(driver.states > 500, "{}", driver.states);
    // The control: records are not synced, and this disk does lose what is not.
    assert!(driver.lacking_runs > 10, "{}", driver.lacking_runs);
    assert_eq!(driver.said.present.len(), 6 * 5);
}
