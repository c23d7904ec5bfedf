//! Packs: commands that come as files, stored once and seen by every namespace. An upgrade replaces a pack's rows;
//! what namespaces have of their own about its commands (hidden, trust, aliases) stays, as far as it still fits.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::commands::NewBody;
use crate::error::{Outcome, StoreError, invalid};
use crate::layers::{self, Layer, Open};
use crate::phrases::{self, NewPhrase};
use crate::store::Commit;
use crate::{Millis, Store};

/// A pack to be installed.
#[derive(Debug, Clone, Copy)]
pub struct NewPack<'a> {
    /// Its name; its commands' ids begin with it and a colon.
    pub name: &'a str,
    /// Its version, for people.
    pub version: &'a str,
    /// Names its exact contents: another digest means that the rows are replaced.
    pub digest: &'a str,
    /// Whether installing it approves its commands. If not, each needs an approval as an imported one does.
    pub approved: bool,
    /// Its commands.
    pub commands: &'a [PackCommand<'a>],
}

/// A command of a pack.
#[derive(Debug, Clone, Copy)]
pub struct PackCommand<'a> {
    /// `pack:slug`, the same in every version.
    pub id: &'a str,
    /// The ways to ask for it, the canonical one first.
    pub phrases: &'a [NewPhrase<'a>],
    /// What it does.
    pub body: NewBody<'a>,
    /// Where its trust starts; the setting if `None`.
    pub trust: Option<f64>,
}

/// An installed pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Names its exact contents.
    pub digest: String,
    /// Whether installing it approved its commands.
    pub approved: bool,
}

/// What an installation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// This very pack was there.
    Current,
    /// The rows were replaced.
    Replaced {
        /// Commands that are new.
        added: u32,
        /// Commands that were there with another digest. Their trust starts again.
        changed: u32,
        /// Commands that are gone, with what namespaces had about them; only that they were forgotten is kept.
        removed: u32,
        /// Phrases left out because another command of the pack has them.
        skipped: u32,
    },
}

impl Store {
    /// The installed pack of this name. One query: compare its digest before preparing an installation.
    pub fn pack(&self, name: &str) -> Result<Option<PackInfo>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT version, digest, approved FROM layers WHERE kind = 1 AND name = ?1 AND digest IS NOT NULL",
            )?;
            let found = query.query_row([name], |row| {
                let (version, digest, approved) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(PackInfo { name: name.into(), version, digest, approved })
            });
            Ok(found.optional()?)
        })
    }

    /// All installed packs, by name.
    pub fn packs(&self) -> Result<Vec<PackInfo>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare(
                "SELECT name, version, digest, approved FROM layers
                 WHERE kind = 1 AND digest IS NOT NULL ORDER BY name",
            )?;
            let rows = query.query_map([], |row| {
                let (name, version, digest, approved) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                Ok(PackInfo {
                    name,
                    version,
                    digest,
                    approved,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Installs a pack, or brings it to these contents, as one change. Durable.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if a command's id doesn't belong to the pack or comes twice, or if a command has no
    /// canonical phrase of its own.
    pub fn install_pack(&mut self, pack: &NewPack<'_>, now: Millis) -> Result<Installed, StoreError> {
        if let Some(present) = self.pack(pack.name)?
            && present.digest == pack.digest
            && present.approved == pack.approved
        {
            return Ok(Installed::Current);
        }
        check(pack)?;
        self.write(Commit::Durable, |tx, _| {
            let mut layer = layers::find_or_make(tx, Layer::Pack(pack.name), now)?;
            let mut old = present(tx, &layer)?;
            remove_phrases(tx, &layer)?;
            let (mut added, mut changed, mut skipped) = (0, 0, 0);
            for command in pack.commands {
                let known = old.remove(command.id);
                let seq = if let Some((seq, _)) = &known {
                    *seq
                } else {
                    let number = layer.take_command()?;
                    layer.row(number)
                };
                let phrase = add_canonical(tx, &mut layer, seq, command)?;
                match &known {
                    None => {
                        insert(tx, seq, phrase, command, now)?;
                        added += 1;
                    }
                    Some((_, digest)) => {
                        let differs = *digest != command.body.digest;
                        update(tx, seq, phrase, command, differs.then_some(now))?;
                        if differs {
                            start_again(tx, seq)?;
                            changed += 1;
                        }
                    }
                }
                skipped += add_aliases(tx, &mut layer, seq, command)?;
            }
            let removed = old.len() as u32;
            for (seq, _) in old.into_values() {
                remove(tx, seq)?;
            }
            finish(tx, layer, Some(pack))?;
            Ok(Installed::Replaced {
                added,
                changed,
                removed,
                skipped,
            })
        })
    }

    /// Takes a pack away. Returns whether it was installed. What namespaces have forgotten of it is kept. Durable.
    pub fn remove_pack(&mut self, name: &str) -> Result<bool, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let Some(layer) = layers::find(tx, Layer::Pack(name))? else {
                return Ok(false);
            };
            remove_phrases(tx, &layer)?;
            for (seq, _) in present(tx, &layer)?.into_values() {
                remove(tx, seq)?;
            }
            let installed = tx
                .prepare("SELECT 1 FROM layers WHERE id = ?1 AND digest IS NOT NULL")?
                .exists([layer.id])?;
            finish(tx, layer, None)?;
            Ok(installed)
        })
    }
}

fn check(pack: &NewPack<'_>) -> Result<(), StoreError> {
    if pack.name.contains(':') {
        return Err(invalid(format!("a pack's name has no colon: {:?}", pack.name)));
    }
    let mut seen = std::collections::BTreeSet::new();
    for command in pack.commands {
        let slug = command
            .id
            .strip_prefix(pack.name)
            .and_then(|rest| rest.strip_prefix(':'));
        if slug.is_none_or(str::is_empty) {
            return Err(invalid(format!(
                "the id {:?} does not begin with \"{}:\"",
                command.id, pack.name
            )));
        }
        if !seen.insert(command.id) {
            return Err(invalid(format!(
                "the id {:?} comes twice in pack {}",
                command.id, pack.name
            )));
        }
        if command.phrases.is_empty() {
            return Err(invalid(format!("command {:?} has no phrase", command.id)));
        }
    }
    Ok(())
}

/// The pack's commands by id, each with its row and digest.
fn present(conn: &Connection, layer: &Open) -> Outcome<BTreeMap<String, (i64, String)>> {
    let mut query = conn.prepare("SELECT slug, seq, digest FROM commands WHERE seq >= ?1 AND seq < ?2")?;
    let rows = query.query_map([layer.first(), layer.end()], |row| {
        Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn remove_phrases(conn: &Connection, layer: &Open) -> Outcome<()> {
    conn.execute(
        "DELETE FROM phrases WHERE seq >= ?1 AND seq < ?2",
        [layer.first(), layer.end()],
    )?;
    Ok(())
}

fn insert(conn: &Connection, seq: i64, phrase: i64, command: &PackCommand<'_>, now: Millis) -> Outcome<()> {
    let NewBody {
        template,
        digest,
        plan,
        params,
        effects,
        permissions,
        details,
    } = command.body;
    conn.prepare_cached(
        "INSERT INTO commands (seq, slug, phrase, template, digest, plan, params, effects, permissions, details,
           trust, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)",
    )?
    .execute(params![
        seq,
        command.id,
        phrase,
        template,
        digest,
        plan,
        params,
        effects,
        permissions,
        details,
        command.trust,
        now
    ])?;
    Ok(())
}

fn update(
    conn: &Connection,
    seq: i64,
    phrase: i64,
    command: &PackCommand<'_>,
    changed_at: Option<Millis>,
) -> Outcome<()> {
    let NewBody {
        template,
        digest,
        plan,
        params,
        effects,
        permissions,
        details,
    } = command.body;
    conn.prepare_cached(
        "UPDATE commands SET phrase = ?2, template = ?3, digest = ?4, plan = ?5, params = ?6, effects = ?7,
           permissions = ?8, details = ?9, trust = ?10, updated_at = coalesce(?11, updated_at) WHERE seq = ?1",
    )?
    .execute(params![
        seq,
        phrase,
        template,
        digest,
        plan,
        params,
        effects,
        permissions,
        details,
        command.trust,
        changed_at
    ])?;
    Ok(())
}

/// What every namespace knows of how a command behaved; it does something else now.
fn start_again(conn: &Connection, seq: i64) -> Outcome<()> {
    for table in ["trust", "approvals", "confirmations"] {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE command = ?1"))?
            .execute([seq])?;
    }
    Ok(())
}

/// Returns the row of the phrase.
fn add_canonical(conn: &Connection, layer: &mut Open, seq: i64, command: &PackCommand<'_>) -> Outcome<i64> {
    let phrase = &command.phrases[0];
    if phrases::holder(conn, layer.id, phrase.key)?.is_some() {
        let what = format!(
            "the phrase {:?} of command {} belongs to one before it",
            phrase.text, command.id
        );
        return Err(invalid(what).into());
    }
    phrases::insert(conn, layer, seq, phrase, true)
}

/// Returns how many were left out.
fn add_aliases(conn: &Connection, layer: &mut Open, seq: i64, command: &PackCommand<'_>) -> Outcome<u32> {
    let mut skipped = 0;
    for phrase in &command.phrases[1..] {
        match phrases::holder(conn, layer.id, phrase.key)? {
            None => {
                phrases::insert(conn, layer, seq, phrase, false)?;
            }
            Some(held) => skipped += u32::from(held.command != seq),
        }
    }
    Ok(skipped)
}

/// Removes a command that the pack no longer has, and the aliases that namespaces gave it.
fn remove(conn: &Connection, seq: i64) -> Outcome<()> {
    let namespaces: Vec<String> = conn
        .prepare_cached(
            "SELECT DISTINCT l.name FROM phrases p JOIN layers l ON l.id = p.layer WHERE p.command = ?1 AND l.kind = 0",
        )?
        .query_map([seq], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for namespace in namespaces {
        if let Some(mut own) = layers::find(conn, Layer::Namespace(&namespace))? {
            crate::forget::forget_phrases(conn, &mut own, seq)?;
            own.close(conn)?;
        }
    }
    start_again(conn, seq)?;
    conn.prepare_cached("DELETE FROM commands WHERE seq = ?1")?
        .execute([seq])?;
    Ok(())
}

fn finish(conn: &Connection, mut layer: Open, pack: Option<&NewPack<'_>>) -> Outcome<()> {
    conn.execute("DELETE FROM snapshots WHERE layer = ?1", [layer.id])?;
    conn.execute(
        "UPDATE layers SET version = ?2, digest = ?3, approved = ?4 WHERE id = ?1",
        params![
            layer.id,
            pack.map(|pack| pack.version),
            pack.map(|pack| pack.digest),
            pack.is_some_and(|pack| pack.approved)
        ],
    )?;
    layer.forget_history(conn)?;
    layer.close(conn)
}
