//! What the phrase bank knows of a taught command: its phrases, in one row.
//!
//! A command brings some two dozen of them along. As rows of their own they would make a teach several times as dear, and
//! nothing looks for them one by one: they are read with the layer, and never give an exact match. So they are lines of
//! one row's text, and have numbers of their own, from the row's on.
//!
//! The row's key cannot be a request's: it starts with a line break. It names the built-in command that does the same,
//! where there is one, so that those are found by the index that every key is in.

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Outcome;
use crate::layers::{self, Layer, Open};
use crate::phrases::{self, NewPhrase, Phrase, PhraseRow, Source};
use crate::store::Commit;
use crate::{Store, StoreError, ids};

/// Phrases that the bank knows for a command. Each is a line: none has a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NewBundle<'a> {
    /// As they are said, and their normalised forms. One that the namespace has already is left out.
    pub phrases: &'a [(&'a str, &'a str)],
    /// The pack's command that does the same; matching then takes that one's place by this one.
    pub twin: Option<&'a str>,
}

/// What the bank knows of one command of a namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The command.
    pub command: String,
    /// The phrases.
    pub phrases: Vec<String>,
}

const TWIN: &str = "\ntwin ";
const OTHER: &str = "\nother ";

impl Store {
    /// A namespace's own commands, each with the pack's command that does the same.
    pub fn twins(&self, namespace: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.read_together(|conn| {
            let Some(layer) = layers::find(conn, Layer::Namespace(namespace))? else {
                return Ok(Vec::new());
            };
            let mut query = conn.prepare_cached(
                "SELECT command, key FROM phrases WHERE layer = ?1 AND key >= ?2 AND key < ?3 ORDER BY key",
            )?;
            let rows = query.query_map(params![layer.id, TWIN, after(TWIN)], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?;
            let mut twins = Vec::new();
            for row in rows {
                let (command, key) = row?;
                if let Some((twin, _)) = key[TWIN.len()..].rsplit_once(' ') {
                    twins.push((ids::name(conn, command)?.into(), twin.to_owned()));
                }
            }
            Ok(twins)
        })
    }

    /// Everything that the bank added in a namespace.
    pub fn bundles(&self, namespace: &str) -> Result<Vec<Bundle>, StoreError> {
        self.read_together(|conn| {
            let Some(layer) = layers::find(conn, Layer::Namespace(namespace))? else {
                return Ok(Vec::new());
            };
            let mut query = conn.prepare_cached(
                "SELECT command, text FROM phrases WHERE layer = ?1 AND key >= '\n' AND key < '\u{b}' ORDER BY seq",
            )?;
            let rows = query.query_map([layer.id], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?;
            let mut bundles = Vec::new();
            for row in rows {
                let (command, text) = row?;
                bundles.push(Bundle {
                    command: ids::name(conn, command)?.into(),
                    phrases: text.lines().map(str::to_owned).collect(),
                });
            }
            Ok(bundles)
        })
    }

    /// Takes one phrase of the bank away from a command. Returns whether it had it. Durable.
    pub fn remove_from_bundle(
        &mut self,
        namespace: &str,
        command: &str,
        phrase: &str,
    ) -> Result<bool, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let Some(mut layer) = layers::find(tx, Layer::Namespace(namespace))? else {
                return Ok(false);
            };
            let command = ids::require(tx, namespace, command)?;
            let held: Option<(i64, String, String)> = tx
                .prepare_cached(
                    "SELECT seq, text, key FROM phrases WHERE command = ?1 AND canonical = 0 AND layer = ?2 AND source = ?3",
                )?
                .query_row(params![command, layer.id, Source::Bank], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            let Some((seq, text, key)) = held else { return Ok(false) };
            let kept: Vec<&str> = text.lines().filter(|line| *line != phrase).collect();
            if kept.len() == text.lines().count() {
                return Ok(false);
            }
            phrases::delete(tx, &mut layer, seq as u32)?;
            put(tx, &mut layer, command, &kept, &key)?;
            layer.close(tx)?;
            Ok(true)
        })
    }
}

/// The least text that is greater than all that begin with this one, which ends in a space.
fn after(prefix: &str) -> String {
    format!("{}!", &prefix[..prefix.len() - 1])
}

pub(crate) fn insert(
    conn: &Connection,
    layer: &mut Open,
    command: i64,
    bundle: &NewBundle<'_>,
) -> Outcome<()> {
    let mut kept = Vec::with_capacity(bundle.phrases.len());
    for (text, key) in bundle.phrases {
        if !text.contains('\n') && phrases::holder(conn, layer.id, key)?.is_none() {
            kept.push(*text);
        }
    }
    let key = match bundle.twin {
        Some(twin) => format!("{TWIN}{twin} {command}"),
        None => format!("{OTHER}{command}"),
    };
    put(conn, layer, command, &kept, &key)
}

/// An empty bundle is kept where it says which command is the same.
fn put(conn: &Connection, layer: &mut Open, command: i64, lines: &[&str], key: &str) -> Outcome<()> {
    if lines.is_empty() && !key.starts_with(TWIN) {
        return Ok(());
    }
    let row = NewPhrase {
        text: &lines.join("\n"),
        key,
        source: Source::Bank,
        pattern: false,
        weak: true,
    };
    phrases::insert(conn, layer, command, &row, false)?;
    layer.take_phrases_in_row(lines.len().saturating_sub(1))
}

/// The numbers that a phrase's row stands for: several where it is a bundle.
pub(crate) fn numbers(conn: &Connection, layer: &Open, number: u32) -> Outcome<Vec<u32>> {
    let text: Option<String> = conn
        .prepare_cached("SELECT text FROM phrases WHERE seq = ?1 AND source = ?2")?
        .query_row(params![layer.row(number), Source::Bank], |row| row.get(0))
        .optional()?;
    let lines = text.map_or(1, |text| text.lines().count().max(1));
    Ok((number..).take(lines).collect())
}

/// Hands over a bundle's phrases as if each were a row.
pub(crate) fn each_row(bundle: &PhraseRow<'_>, each: &mut impl FnMut(PhraseRow<'_>)) {
    for (id, text) in (bundle.id..).zip(bundle.text.lines()) {
        each(PhraseRow {
            id,
            text,
            key: "",
            ..*bundle
        });
    }
}

/// Adds a phrase, or each phrase of a bundle.
pub(crate) fn open(row: Phrase, found: &mut Vec<Phrase>) {
    if row.source != Source::Bank {
        found.push(row);
        return;
    }
    for (id, text) in (row.id..).zip(row.text.lines()) {
        found.push(Phrase {
            id,
            text: text.to_owned(),
            key: String::new(),
            ..row
        });
    }
}
