//! Layers: what is loaded, versioned and invalidated as a whole. A namespace's own entries are one, each pack is one,
//! and every namespace sees its own over all packs.
//!
//! A layer's *generation* counts the changes that matching can see. A namespace's generation is the sum of its own
//! and the packs': since none of them ever falls, two states never share a number.
//!
//! A layer's counters are those of its row, and what rows with higher numbers have added: each phrase one generation. So
//! teaching, of which every phrase is such a row, need not write them.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Outcome, StoreError, invalid};
use crate::store::Commit;
use crate::wal_head::WalHead;
use crate::{Millis, Store};

/// Names a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer<'a> {
    /// What was taught and learned in this namespace.
    Namespace(&'a str),
    /// A pack, under every namespace.
    Pack(&'a str),
}

impl<'a> Layer<'a> {
    fn parts(self) -> (i64, &'a str) {
        match self {
            Self::Namespace(name) => (0, name),
            Self::Pack(name) => (1, name),
        }
    }
}

/// A place in a layer's history: what a copy of the layer holds, so that [`Store::load_changes`] can say what came after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Mark {
    /// The layer's generation.
    pub generation: i64,
    /// Every phrase with an id below this was there or is gone.
    pub next_phrase: u32,
}

/// One layer, as [`Store::layers`] lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerInfo {
    /// The namespace's or pack's name.
    pub name: String,
    /// Whether it is a pack.
    pub pack: bool,
    /// Its present mark.
    pub mark: Mark,
}

/// A layer while a transaction changes it; [`Open::close`] writes the counters back once, if rows do not tell them.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) id: i64,
    pub(crate) pack: bool,
    pub(crate) next_phrase: u32,
    pub(crate) next_command: u32,
    pub(crate) generation: i64,
    /// The generation that the layer's row has.
    written: i64,
    /// What the next phrase was when the layer was opened.
    found: u32,
    /// Whether anything has changed that later rows do not tell.
    changed: bool,
}

/// How many phrases a layer `l` has had since its counters were written.
macro_rules! later_phrases {
    () => {
        "max(0, coalesce((SELECT seq FROM phrases WHERE seq < (l.id + 1) << 32 ORDER BY seq DESC LIMIT 1), 0)
           - (l.id << 32) + 1 - next_phrase)"
    };
}

/// Generations as they were when the log had this head.
#[derive(Debug, Default)]
pub(crate) struct Generations {
    head: Option<WalHead>,
    known: HashMap<String, i64>,
}

impl Generations {
    fn get(&self, head: Option<WalHead>, namespace: &str) -> Option<i64> {
        let known = head.is_some() && head == self.head;
        self.known.get(namespace).copied().filter(|_| known)
    }

    fn put(&mut self, head: Option<WalHead>, namespace: &str, generation: i64) {
        if head != self.head {
            self.head = head;
            self.known.clear();
        }
        if head.is_some() {
            self.known.insert(namespace.to_owned(), generation);
        }
    }
}

/// How many generations back a copy may be and still be brought up to date by differences.
const HISTORY: i64 = 100_000;

impl Store {
    /// Changes whenever anything changes that matching in `namespace` can see: phrases, hidden commands,
    /// counterexamples, packs. Not by runs, trust, approvals or caches. Never falls and never repeats.
    pub fn generation(&self, namespace: &str) -> Result<i64, StoreError> {
        let head = self.wal_head();
        if let Some(known) = self.generations.borrow().get(head, namespace) {
            return Ok(known);
        }
        let generation = self.read(|conn| generation(conn, namespace))?;
        self.generations.borrow_mut().put(head, namespace, generation);
        Ok(generation)
    }

    /// The layers that `namespace` sees: its own first, if it has one, then the packs by name.
    pub fn layers(&self, namespace: &str) -> Result<Vec<LayerInfo>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(concat!(
                "SELECT name, kind, generation, next_phrase, ",
                later_phrases!(),
                " FROM layers l WHERE kind = 1 OR (kind = 0 AND name = ?1) ORDER BY kind, name"
            ))?;
            let rows = query.query_map([namespace], |row| {
                let (written, later): (u32, u32) = (row.get(3)?, row.get(4)?);
                let mark = Mark {
                    generation: row.get::<_, i64>(2)? + i64::from(later),
                    next_phrase: written.saturating_add(later),
                };
                Ok(LayerInfo {
                    name: row.get(0)?,
                    pack: row.get(1)?,
                    mark,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The namespaces in which something is taught, by name.
    pub fn namespaces(&self) -> Result<Vec<String>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare(
                "SELECT name FROM layers l WHERE kind = 0 AND EXISTS (
                   SELECT 1 FROM phrases WHERE seq >= l.id << 32 AND seq < (l.id + 1) << 32) ORDER BY name",
            )?;
            let names = query.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
    }

    /// Forgets everything of a namespace but its run records: commands, aliases, hidden packs' commands, trust,
    /// approvals, counterexamples. Returns how many commands were forgotten.
    pub fn clear_namespace(&mut self, namespace: &str) -> Result<u64, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            for table in [
                "hidden",
                "trust",
                "approvals",
                "confirmations",
                "resolutions",
                "counterexamples",
            ] {
                tx.execute(&format!("DELETE FROM {table} WHERE namespace = ?1"), [namespace])?;
            }
            let Some(mut layer) = find(tx, Layer::Namespace(namespace))? else {
                return Ok(0);
            };
            let rows = params![layer.first(), layer.end()];
            tx.execute("DELETE FROM phrases WHERE seq >= ?1 AND seq < ?2", rows)?;
            let forgotten = tx.execute("DELETE FROM commands WHERE seq >= ?1 AND seq < ?2", rows)?;
            tx.execute("DELETE FROM snapshots WHERE layer = ?1", [layer.id])?;
            layer.forget_history(tx)?;
            layer.close(tx)?;
            Ok(forgotten as u64)
        })
    }
}

pub(crate) fn generation(conn: &Connection, namespace: &str) -> Outcome<i64> {
    let mut query = conn.prepare_cached(concat!(
        "SELECT coalesce(sum(generation + ",
        later_phrases!(),
        "), 0) FROM layers l WHERE kind = 1 OR (kind = 0 AND name = ?1)"
    ))?;
    Ok(query.query_row([namespace], |row| row.get(0))?)
}

/// The layer as it is, if there is one.
pub(crate) fn find(conn: &Connection, layer: Layer<'_>) -> Outcome<Option<Open>> {
    let (kind, name) = layer.parts();
    let mut query = conn.prepare_cached(
        concat!(
            "SELECT id, next_phrase, next_command, generation, ",
            later_phrases!(),
            ", coalesce((SELECT seq FROM commands WHERE seq < (l.id + 1) << 32 ORDER BY seq DESC LIMIT 1), 0) - (l.id << 32) + 1
             FROM layers l WHERE kind = ?1 AND name = ?2"
        ),
    )?;
    let found = query.query_row(params![kind, name], |row| {
        let (next_phrase, next_command): (u32, i64) = (row.get(1)?, row.get(2)?);
        let (written, since): (i64, u32) = (row.get(3)?, row.get(4)?);
        Ok(Open {
            id: row.get(0)?,
            pack: kind == 1,
            next_phrase: next_phrase.saturating_add(since),
            next_command: next_command.max(row.get(5)?).min(i64::from(u32::MAX)) as u32,
            generation: written + i64::from(since),
            written,
            found: next_phrase.saturating_add(since),
            changed: false,
        })
    });
    Ok(found.optional()?)
}

/// The layers of all packs, the oldest first.
pub(crate) fn packs(conn: &Connection) -> Outcome<Vec<Open>> {
    let mut query = conn.prepare_cached("SELECT name FROM layers WHERE kind = 1 ORDER BY id")?;
    let names: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut packs = Vec::with_capacity(names.len());
    for name in names {
        packs.extend(find(conn, Layer::Pack(&name))?);
    }
    Ok(packs)
}

/// The layer, made if need be.
pub(crate) fn find_or_make(conn: &Connection, layer: Layer<'_>, now: Millis) -> Outcome<Open> {
    if let Some(found) = find(conn, layer)? {
        return Ok(found);
    }
    let (kind, name) = layer.parts();
    if name.is_empty() || name.contains(|c: char| c.is_control()) {
        return Err(invalid(format!("{name:?} can't be the name of a namespace or pack")).into());
    }
    conn.prepare_cached("INSERT INTO layers (kind, name, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![kind, name, now])?;
    let id = conn.last_insert_rowid();
    Ok(Open {
        id,
        pack: kind == 1,
        next_phrase: 0,
        next_command: 0,
        generation: 0,
        written: 0,
        found: 0,
        changed: false,
    })
}

impl Open {
    /// The lowest row number of this layer.
    pub(crate) fn first(&self) -> i64 {
        self.id << 32
    }

    /// The row number after this layer's highest.
    pub(crate) fn end(&self) -> i64 {
        (self.id + 1) << 32
    }

    pub(crate) fn has(&self, row: i64) -> bool {
        (self.first()..self.end()).contains(&row)
    }

    pub(crate) fn row(&self, number: u32) -> i64 {
        self.first() | i64::from(number)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            generation: self.generation,
            next_phrase: self.next_phrase,
        }
    }

    /// Says that matching will see a difference that no new phrase tells: all of one transaction are one generation.
    pub(crate) fn touch(&mut self) {
        if !self.changed {
            self.changed = true;
            self.generation += 1;
        }
    }

    /// A number for a phrase that gets a row.
    pub(crate) fn take_phrase(&mut self) -> Outcome<u32> {
        take(&mut self.next_phrase)
    }

    /// Numbers for phrases that are in the row of the one before them.
    pub(crate) fn take_phrases_in_row(&mut self, count: usize) -> Outcome<()> {
        if count > 0 {
            self.touch();
        }
        (0..count).try_for_each(|_| self.take_phrase().map(|_| ()))
    }

    /// A number for a command that gets a row.
    pub(crate) fn take_command(&mut self) -> Outcome<u32> {
        take(&mut self.next_command)
    }

    /// Notes that a phrase is gone.
    pub(crate) fn drop_phrase(&mut self, conn: &Connection, number: u32) -> Outcome<()> {
        self.touch();
        conn.prepare_cached("INSERT INTO removed (layer, generation, phrase) VALUES (?1, ?2, ?3)")?
            .execute(params![self.id, self.generation, number])?;
        Ok(())
    }

    /// Gives up the list of removed phrases: whoever has a copy of this layer must read it again.
    pub(crate) fn forget_history(&mut self, conn: &Connection) -> Outcome<()> {
        self.touch();
        conn.execute("DELETE FROM removed WHERE layer = ?1", [self.id])?;
        conn.execute(
            "UPDATE layers SET removed_from = ?2 WHERE id = ?1",
            params![self.id, self.generation],
        )?;
        Ok(())
    }

    /// Closes it so that however many phrases it has taken are one generation.
    pub(crate) fn close_as_one(mut self, conn: &Connection) -> Outcome<()> {
        if self.next_phrase > self.found {
            self.touch();
        }
        self.close(conn)
    }

    pub(crate) fn close(self, conn: &Connection) -> Outcome<()> {
        if !self.changed {
            return Ok(());
        }
        conn.prepare_cached(
            "UPDATE layers SET generation = ?2, next_phrase = ?3, next_command = ?4 WHERE id = ?1",
        )?
        .execute(params![
            self.id,
            self.generation,
            self.next_phrase,
            self.next_command
        ])?;
        if self.generation / 1024 != self.written / 1024 {
            let kept_from = self.generation - HISTORY;
            conn.prepare_cached("DELETE FROM removed WHERE layer = ?1 AND generation <= ?2")?
                .execute(params![self.id, kept_from])?;
            conn.prepare_cached("UPDATE layers SET removed_from = max(removed_from, ?2) WHERE id = ?1")?
                .execute(params![self.id, kept_from])?;
        }
        Ok(())
    }
}

fn take(counter: &mut u32) -> Outcome<u32> {
    let number = *counter;
    *counter = number
        .checked_add(1)
        .ok_or_else(|| invalid("this namespace has used up its 4 billion numbers"))?;
    Ok(number)
}
