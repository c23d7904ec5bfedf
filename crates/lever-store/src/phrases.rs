//! Phrases: the ways to ask for a command, and reading them by the layer for the matcher.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Outcome, StoreError, invalid};
use crate::layers::{self, Layer, Mark, Open};
use crate::store::Commit;
use crate::{Millis, Store, bundles, ids};

/// Where a phrase comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A person taught it.
    Taught,
    /// A person's choice was followed by success. `sure` until its second use.
    Learned,
    /// It came with a pack.
    Pack,
    /// A model proposed it and a person accepted it.
    Model,
    /// It is known for the command's program (the phrase bank).
    Bank,
}

impl ToSql for Source {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}

impl FromSql for Source {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            0 => Ok(Self::Taught),
            1 => Ok(Self::Learned),
            2 => Ok(Self::Pack),
            3 => Ok(Self::Model),
            4 => Ok(Self::Bank),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

/// A phrase to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPhrase<'a> {
    /// As it was written.
    pub text: &'a str,
    /// Its normalised form, made by the caller: equal keys are the same request. Unique in its layer.
    pub key: &'a str,
    /// Where it comes from.
    pub source: Source,
    /// Whether it uses the notation for optional and alternative words.
    pub pattern: bool,
    /// Whether it may never give an exact match.
    pub weak: bool,
}

/// A stored phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Its number in its layer. A phrase whose meaning for matching changes gets a new one.
    pub id: u32,
    /// As it was written.
    pub text: String,
    /// Its normalised form.
    pub key: String,
    /// Where it comes from.
    pub source: Source,
    /// Whether it is the one that the command is shown by.
    pub canonical: bool,
    /// Whether it uses the notation for optional and alternative words.
    pub pattern: bool,
    /// Whether it may never give an exact match.
    pub weak: bool,
    /// How often a learned phrase was used, counting the time it was learned; 0 for others.
    pub uses: u32,
}

/// A phrase on its way to the matcher, borrowed from the row that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhraseRow<'a> {
    /// Its number in its layer.
    pub id: u32,
    /// The command that it asks for: in the same layer, or a pack's.
    pub command: &'a str,
    /// As it was written.
    pub text: &'a str,
    /// Its normalised form.
    pub key: &'a str,
    /// Where it comes from.
    pub source: Source,
    /// Whether it is the one that the command is shown by.
    pub canonical: bool,
    /// Whether it uses the notation for optional and alternative words.
    pub pattern: bool,
    /// Whether it may never give an exact match; also set for a learned phrase before its second use.
    pub weak: bool,
    /// The command's template, told once a command: with its canonical phrase.
    pub template: Option<&'a str>,
}

/// What [`Store::load_changes`] has to say beside the phrases that are new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The state that the copy has once the changes are made.
    pub mark: Mark,
    /// Phrases that are gone. Some of them the copy may never have had.
    pub removed: Vec<u32>,
}

/// What became of a phrase that was to be added to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    Created,
    /// The command has it already.
    Present,
    /// Another command has it; nothing was changed.
    Taken {
        /// That command.
        id: String,
        /// The phrase as that command has it.
        phrase: String,
    },
}

impl Store {
    /// Hands every phrase of a layer to `each`, in the order of their ids, and returns the state that they are.
    ///
    /// One pass over rows that lie together, nothing allocated for a row. A layer that doesn't exist is empty.
    pub fn load_layer(&self, layer: Layer<'_>, each: impl FnMut(PhraseRow<'_>)) -> Result<Mark, StoreError> {
        self.read_together(|conn| {
            let Some(open) = layers::find(conn, layer)? else {
                return Ok(Mark::default());
            };
            stream(conn, &open, 0, each)?;
            Ok(open.mark())
        })
    }

    /// What happened in a layer after `since`: hands the new phrases to `each` and returns those that are gone.
    ///
    /// Costs by the number of changes, not by the layer's size. `None` if that is no longer known: read it all.
    pub fn load_changes(
        &self,
        layer: Layer<'_>,
        since: Mark,
        each: impl FnMut(PhraseRow<'_>),
    ) -> Result<Option<Changes>, StoreError> {
        self.read_together(|conn| {
            let Some(open) = layers::find(conn, layer)? else {
                return Ok((since == Mark::default()).then(|| Changes {
                    mark: since,
                    removed: Vec::new(),
                }));
            };
            let known_from: i64 = conn
                .prepare_cached("SELECT removed_from FROM layers WHERE id = ?1")?
                .query_row([open.id], |row| row.get(0))?;
            if since.generation < known_from || since.generation > open.generation {
                return Ok(None);
            }
            let removed = conn
                .prepare_cached(
                    "SELECT phrase FROM removed WHERE layer = ?1 AND generation > ?2 ORDER BY phrase",
                )?
                .query_map(params![open.id, since.generation], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            stream(conn, &open, since.next_phrase, each)?;
            Ok(Some(Changes {
                mark: open.mark(),
                removed,
            }))
        })
    }

    /// The command that a phrase of this layer asks for, by the phrase's key.
    pub fn holder(&self, layer: Layer<'_>, key: &str) -> Result<Option<String>, StoreError> {
        self.read_together(|conn| {
            let Some(open) = layers::find(conn, layer)? else {
                return Ok(None);
            };
            let held = holder(conn, open.id, key)?;
            held.map(|held| Ok(ids::name(conn, held.command)?.into()))
                .transpose()
        })
    }

    /// A command's phrases as `namespace` sees them: the canonical one first, then by age; a pack's before one's own.
    pub fn phrases(&self, namespace: &str, command: &str) -> Result<Vec<Phrase>, StoreError> {
        self.read_together(|conn| {
            let Some(seq) = ids::locate(conn, namespace, command)? else {
                return Ok(Vec::new());
            };
            let own = layers::find(conn, Layer::Namespace(namespace))?;
            of_command(conn, seq, own.map_or(0, |own| own.id))
        })
    }

    /// Adds a way to ask for a command, in `namespace`; a pack's command may have it too. Durable.
    ///
    /// A learned phrase starts with one use. A learned phrase that is now taught becomes a taught one.
    pub fn add_phrase(
        &mut self,
        namespace: &str,
        command: &str,
        phrase: &NewPhrase<'_>,
        now: Millis,
    ) -> Result<Added, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let command = ids::require(tx, namespace, command)?;
            let mut layer = layers::find_or_make(tx, Layer::Namespace(namespace), now)?;
            let added = add(tx, &mut layer, command, phrase)?;
            layer.close(tx)?;
            Ok(added)
        })
    }

    /// Takes a phrase of the namespace's own away from its command. A command's canonical phrase stays: forget the
    /// command instead. Returns whether there was such a phrase. Durable.
    pub fn remove_phrase(&mut self, namespace: &str, key: &str) -> Result<bool, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let Some(mut layer) = layers::find(tx, Layer::Namespace(namespace))? else {
                return Ok(false);
            };
            let Some(held) = holder(tx, layer.id, key)? else {
                return Ok(false);
            };
            if held.canonical {
                let id = ids::name(tx, held.command)?;
                let what = format!(
                    "\"{}\" is what command {id} is called by; forget the command",
                    held.text
                );
                return Err(invalid(what).into());
            }
            delete(tx, &mut layer, held.number)?;
            layer.close(tx)?;
            Ok(true)
        })
    }
}

/// Who has a key in a layer.
pub(crate) struct Holder {
    pub(crate) number: u32,
    pub(crate) command: i64,
    pub(crate) text: String,
    pub(crate) source: Source,
    pub(crate) canonical: bool,
}

pub(crate) fn holder(conn: &Connection, layer: i64, key: &str) -> Outcome<Option<Holder>> {
    let mut query = conn.prepare_cached(
        "SELECT seq, command, text, source, canonical FROM phrases WHERE layer = ?1 AND key = ?2",
    )?;
    let found = query.query_row(params![layer, key], |row| {
        Ok(Holder {
            number: row.get::<_, i64>(0)? as u32,
            command: row.get(1)?,
            text: row.get(2)?,
            source: row.get(3)?,
            canonical: row.get(4)?,
        })
    });
    Ok(found.optional()?)
}

/// `command` is the row of the command, in this layer or a pack's. Returns the row of the phrase.
pub(crate) fn insert(
    conn: &Connection,
    layer: &mut Open,
    command: i64,
    phrase: &NewPhrase<'_>,
    canonical: bool,
) -> Outcome<i64> {
    insert_new(conn, layer, command, phrase, canonical)?.ok_or_else(|| {
        invalid(format!(
            "the phrase {:?} belongs to a command already",
            phrase.text
        ))
        .into()
    })
}

/// The same; `None`, and nothing is changed, where the layer has the phrase's key already.
pub(crate) fn insert_new(
    conn: &Connection,
    layer: &mut Open,
    command: i64,
    phrase: &NewPhrase<'_>,
    canonical: bool,
) -> Outcome<Option<i64>> {
    if phrase.key.is_empty() {
        return Err(invalid(format!("the phrase {:?} has no words to match", phrase.text)).into());
    }
    let seq = layer.row(layer.next_phrase);
    let uses = u32::from(phrase.source == Source::Learned);
    let inserted = conn
        .prepare_cached(
            "INSERT INTO phrases (seq, layer, command, text, key, source, canonical, pattern, weak, uses)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (layer, key) DO NOTHING",
        )?
        .execute(params![
            seq,
            layer.id,
            command,
            phrase.text,
            phrase.key,
            phrase.source,
            canonical,
            phrase.pattern,
            phrase.weak,
            uses
        ])?;
    if inserted == 0 {
        return Ok(None);
    }
    layer.take_phrase()?;
    Ok(Some(seq))
}

pub(crate) fn delete(conn: &Connection, layer: &mut Open, number: u32) -> Outcome<()> {
    for number in bundles::numbers(conn, layer, number)? {
        layer.drop_phrase(conn, number)?;
    }
    conn.prepare_cached("DELETE FROM phrases WHERE seq = ?1")?
        .execute([layer.row(number)])?;
    Ok(())
}

/// Adds a phrase to the command in a row, unless it has it or another command does.
pub(crate) fn add(
    conn: &Connection,
    layer: &mut Open,
    command: i64,
    phrase: &NewPhrase<'_>,
) -> Outcome<Added> {
    Ok(match holder(conn, layer.id, phrase.key)? {
        None => {
            insert(conn, layer, command, phrase, false)?;
            Added::Created
        }
        Some(held) if held.command != command => Added::Taken {
            id: ids::name(conn, held.command)?.into(),
            phrase: held.text,
        },
        Some(held) if held.source == Source::Learned && phrase.source == Source::Taught => {
            delete(conn, layer, held.number)?;
            insert(conn, layer, command, phrase, false)?;
            Added::Created
        }
        Some(_) => Added::Present,
    })
}

/// Gives a phrase a new number, so that every copy of the layer sees that it, or its command, changed.
pub(crate) fn renumber(conn: &Connection, layer: &mut Open, number: u32) -> Outcome<()> {
    layer.drop_phrase(conn, number)?;
    let next = layer.take_phrase()?;
    conn.prepare_cached("UPDATE phrases SET seq = ?2 WHERE seq = ?1")?
        .execute(params![layer.row(number), layer.row(next)])?;
    Ok(())
}

/// The numbers of the phrases that a layer has for a command, the canonical one among them if it is there.
pub(crate) fn numbers(conn: &Connection, layer: &Open, command: i64) -> Outcome<Vec<(u32, Source)>> {
    let mut query = conn.prepare_cached(
        "SELECT seq, source FROM phrases WHERE seq = (SELECT phrase FROM commands WHERE seq = ?1) AND layer = ?2
         UNION ALL SELECT seq, source FROM phrases WHERE command = ?1 AND canonical = 0 AND layer = ?2",
    )?;
    let rows = query.query_map([command, layer.id], |row| {
        Ok((row.get::<_, i64>(0)? as u32, row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The phrases of the command's own layer and of one other.
pub(crate) fn of_command(conn: &Connection, command: i64, other: i64) -> Outcome<Vec<Phrase>> {
    let mut canonical = conn.prepare_cached(
        "SELECT seq, text, key, source, canonical, pattern, weak, uses FROM phrases
         WHERE seq = (SELECT phrase FROM commands WHERE seq = ?1)",
    )?;
    let mut aliases = conn.prepare_cached(
        "SELECT seq, text, key, source, canonical, pattern, weak, uses FROM phrases
         WHERE command = ?1 AND canonical = 0 AND layer IN (?1 >> 32, ?2) ORDER BY layer <> ?1 >> 32, seq",
    )?;
    let mut found = canonical
        .query_map([command], read)?
        .collect::<Result<Vec<_>, _>>()?;
    for alias in aliases.query_map([command, other], read)? {
        bundles::open(alias?, &mut found);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Phrase> {
    Ok(Phrase {
        id: row.get::<_, i64>(0)? as u32,
        text: row.get(1)?,
        key: row.get(2)?,
        source: row.get(3)?,
        canonical: row.get(4)?,
        pattern: row.get(5)?,
        weak: row.get(6)?,
        uses: row.get(7)?,
    })
}

fn stream(conn: &Connection, layer: &Open, from: u32, mut each: impl FnMut(PhraseRow<'_>)) -> Outcome<()> {
    let mut query = conn.prepare_cached(
        "SELECT seq, command, text, key, source, canonical, pattern, weak, uses,
           CASE WHEN canonical THEN (SELECT template FROM commands WHERE commands.seq = phrases.command) END
         FROM phrases WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
    )?;
    let mut rows = query.query([layer.row(from), layer.end()])?;
    // A command's phrases mostly follow each other.
    let mut command = (0, Box::default());
    while let Some(row) = rows.next()? {
        let seq = row.get(1)?;
        if command.0 != seq {
            let taught = !layer.pack && layer.has(seq);
            command = (
                seq,
                if taught {
                    ids::taught(seq)
                } else {
                    ids::name(conn, seq)?
                },
            );
        }
        let phrase = borrow(row, &command.1)?;
        if phrase.source == Source::Bank {
            bundles::each_row(&phrase, &mut each);
        } else {
            each(phrase);
        }
    }
    Ok(())
}

fn borrow<'a>(row: &'a Row<'_>, command: &'a str) -> rusqlite::Result<PhraseRow<'a>> {
    let source = row.get(4)?;
    Ok(PhraseRow {
        id: row.get::<_, i64>(0)? as u32,
        command,
        text: row.get_ref(2)?.as_str()?,
        key: row.get_ref(3)?.as_str()?,
        source,
        canonical: row.get(5)?,
        pattern: row.get(6)?,
        weak: row.get(7)? || (source == Source::Learned && row.get::<_, u32>(8)? < 2),
        template: row.get_ref(9)?.as_str_or_null()?,
    })
}
