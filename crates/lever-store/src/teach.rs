//! Teaching: one phrase belongs to one command, whoever is first; a change of what a command does is asked for by name.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::error::{Outcome, StoreError, invalid};
use crate::layers::{self, Layer, Open};
use crate::phrases::{self, Added, Holder, NewPhrase, Source};
use crate::store::Commit;
use crate::trust::Trust;
use crate::{Millis, NewBody, NewBundle, NewSuggestion, Store, bundles, ids};

/// A command to be taught.
#[derive(Debug, Clone, Copy)]
pub struct NewCommand<'a> {
    /// The canonical phrase.
    pub phrase: NewPhrase<'a>,
    /// Other ways to ask for it.
    pub aliases: &'a [NewPhrase<'a>],
    /// What it does.
    pub body: NewBody<'a>,
    /// Where its trust starts; the setting if `None`.
    pub trust: Option<f64>,
    /// Who approves it in the same breath; `None` leaves it unapproved.
    pub approved_by: Option<&'a str>,
    /// If another command has the phrase: change that one (its canonical phrase), or take the phrase from it (an alias).
    pub replace: bool,
}

/// What became of a teach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taught {
    /// A new command.
    Created {
        /// Its id.
        id: String,
    },
    /// The command that had the phrase has a new body. Approval, confirmations, trust and what was learned start again.
    Replaced {
        /// Its id, as before.
        id: String,
    },
    /// A phrase, or one of the aliases, belongs to a command already. Nothing was changed.
    Exists {
        /// That command.
        id: String,
        /// The phrase as that command has it.
        phrase: String,
        /// Where that phrase comes from.
        source: Source,
        /// Whether that command has the very digest that was taught.
        same_command: bool,
    },
}

impl Store {
    /// Teaches one command. On disk when it returns, and seen by every other process from then on.
    pub fn teach(
        &mut self,
        namespace: &str,
        command: &NewCommand<'_>,
        now: Millis,
    ) -> Result<Taught, StoreError> {
        self.teach_known(namespace, command, &NewBundle::default(), now)
    }

    /// Teaches one command with what the phrase bank knows of it, as one change.
    pub fn teach_known(
        &mut self,
        namespace: &str,
        command: &NewCommand<'_>,
        bundle: &NewBundle<'_>,
        now: Millis,
    ) -> Result<Taught, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let mut layer = layers::find_or_make(tx, Layer::Namespace(namespace), now)?;
            let taught = Lesson {
                tx,
                namespace,
                layer: &mut layer,
                command,
                bundle,
                now,
            }
            .give()?;
            layer.close(tx)?;
            Ok(taught)
        })
    }

    /// Teaches many commands, all or none of them, as one change: if `f` returns an error, nothing has happened.
    pub fn teach_many<T, E: From<StoreError>>(
        &mut self,
        namespace: &str,
        now: Millis,
        f: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let path = self.path().to_path_buf();
        let mut refused = None;
        // A large batch touches pages all over the indexes; without room for them each is written many times over.
        self.read(|conn| Ok(conn.execute_batch("PRAGMA cache_size = -65536")?))?;
        let done = self.write(Commit::Durable, |tx, _| {
            let mut batch = Batch {
                tx,
                path: &path,
                namespace,
                layer: None,
                now,
            };
            match f(&mut batch) {
                Ok(value) => batch.close().map(|()| value),
                Err(error) => {
                    refused = Some(error);
                    Err(invalid("the batch was given up").into())
                }
            }
        });
        self.read(|conn| Ok(conn.execute_batch("PRAGMA cache_size = -2000; PRAGMA shrink_memory")?))?;
        match refused {
            Some(error) => Err(error),
            None => done.map_err(E::from),
        }
    }
}

/// An open transaction that teaches; see [`Store::teach_many`].
#[derive(Debug)]
pub struct Batch<'a> {
    tx: &'a Connection,
    path: &'a Path,
    namespace: &'a str,
    layer: Option<Open>,
    now: Millis,
}

impl Batch<'_> {
    /// Teaches one command as part of the batch; see [`Store::teach`].
    pub fn teach(&mut self, command: &NewCommand<'_>) -> Result<Taught, StoreError> {
        self.teach_known(command, &NewBundle::default())
    }

    /// Teaches one command with what the phrase bank knows of it; see [`Store::teach_known`].
    pub fn teach_known(
        &mut self,
        command: &NewCommand<'_>,
        bundle: &NewBundle<'_>,
    ) -> Result<Taught, StoreError> {
        let done = self.try_teach(command, bundle);
        done.map_err(|fault| fault.with_system_reason(self.tx, self.path).at(self.path))
    }

    /// Adds a way to ask for a command; see [`Store::add_phrase`].
    pub fn add_phrase(&mut self, command: &str, phrase: &NewPhrase<'_>) -> Result<Added, StoreError> {
        let added = self.try_add_phrase(command, phrase);
        added.map_err(|fault| fault.with_system_reason(self.tx, self.path).at(self.path))
    }

    /// The digest of a command; `None` if there is no such command.
    pub fn digest(&self, command: &str) -> Result<Option<String>, StoreError> {
        let found = self.try_digest(command);
        found.map_err(|fault| fault.with_system_reason(self.tx, self.path).at(self.path))
    }

    /// Whether a person approved a command as it stands; `false` if there is no such command.
    pub fn is_approved(&self, command: &str) -> Result<bool, StoreError> {
        let found = self.try_is_approved(command);
        found.map_err(|fault| fault.with_system_reason(self.tx, self.path).at(self.path))
    }

    /// Gives a command taught in this batch what lists its parameters' values, unapproved.
    pub fn set_suggestions(
        &mut self,
        command: &str,
        suggestions: &[NewSuggestion<'_>],
    ) -> Result<(), StoreError> {
        let set = self.try_set_suggestions(command, suggestions);
        set.map_err(|fault| fault.with_system_reason(self.tx, self.path).at(self.path))
    }

    /// Gives a command taught in this batch the record that it had elsewhere.
    pub fn set_record(&mut self, command: &str, trust: Trust) -> Result<(), StoreError> {
        let set = self.try_set_record(command, trust);
        set.map_err(|fault| fault.with_system_reason(self.tx, self.path).at(self.path))
    }

    fn try_teach(&mut self, command: &NewCommand<'_>, bundle: &NewBundle<'_>) -> Outcome<Taught> {
        let (tx, namespace, now) = (self.tx, self.namespace, self.now);
        let layer = self.layer()?;
        Lesson {
            tx,
            namespace,
            layer,
            command,
            bundle,
            now,
        }
        .give()
    }

    fn try_add_phrase(&mut self, command: &str, phrase: &NewPhrase<'_>) -> Outcome<Added> {
        let tx = self.tx;
        let command = ids::require(tx, self.namespace, command)?;
        phrases::add(tx, self.layer()?, command, phrase)
    }

    fn try_set_suggestions(&self, command: &str, suggestions: &[NewSuggestion<'_>]) -> Outcome<()> {
        let command = ids::require(self.tx, self.namespace, command)?;
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO suggestions (command, param, template, digest, plan) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for new in suggestions {
            insert.execute(params![command, new.param, new.template, new.digest, new.plan])?;
        }
        Ok(())
    }

    fn try_digest(&self, command: &str) -> Outcome<Option<String>> {
        let Some(command) = ids::locate(self.tx, self.namespace, command)? else {
            return Ok(None);
        };
        let mut query = self
            .tx
            .prepare_cached("SELECT digest FROM commands WHERE seq = ?1")?;
        Ok(Some(query.query_row([command], |row| row.get(0))?))
    }

    fn try_is_approved(&self, command: &str) -> Outcome<bool> {
        let Some(command) = ids::locate(self.tx, self.namespace, command)? else {
            return Ok(false);
        };
        let mut query = self
            .tx
            .prepare_cached("SELECT approved_by IS NOT NULL FROM commands WHERE seq = ?1")?;
        Ok(query.query_row([command], |row| row.get(0))?)
    }

    fn try_set_record(&mut self, command: &str, trust: Trust) -> Outcome<()> {
        let command = ids::require(self.tx, self.namespace, command)?;
        let mut insert = self.tx.prepare_cached(
            "INSERT OR REPLACE INTO trust (command, namespace, score, successes, failures, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        insert.execute(params![
            command,
            self.namespace,
            trust.score,
            trust.successes,
            trust.failures,
            self.now
        ])?;
        Ok(())
    }

    fn layer(&mut self) -> Outcome<&mut Open> {
        Ok(match &mut self.layer {
            Some(layer) => layer,
            none => none.insert(layers::find_or_make(
                self.tx,
                Layer::Namespace(self.namespace),
                self.now,
            )?),
        })
    }

    fn close(self) -> Outcome<()> {
        self.layer.map_or(Ok(()), |layer| layer.close_as_one(self.tx))
    }
}

struct Lesson<'a> {
    tx: &'a Connection,
    namespace: &'a str,
    layer: &'a mut Open,
    command: &'a NewCommand<'a>,
    bundle: &'a NewBundle<'a>,
    now: Millis,
}

impl Lesson<'_> {
    fn give(mut self) -> Outcome<Taught> {
        // Mostly a phrase is new, which adding it tells as well as looking for it.
        if self.command.aliases.is_empty() {
            let seq = self.layer.row(self.layer.next_command);
            let phrase = &self.command.phrase;
            if let Some(row) = phrases::insert_new(self.tx, self.layer, seq, phrase, true)? {
                return self.create(row);
            }
        }
        let held = phrases::holder(self.tx, self.layer.id, self.command.phrase.key)?;
        let Some(held) = held else {
            return match self.taken_alias(None)? {
                Some(held) => self.exists(held),
                None => self.create_with_phrase(),
            };
        };
        if !self.command.replace || self.has_digest(&held)? {
            return self.exists(held);
        }
        if let Some(other) = self.taken_alias(Some(held.command))? {
            return self.exists(other);
        }
        if held.canonical {
            return self.replace(&held);
        }
        phrases::delete(self.tx, self.layer, held.number)?;
        self.create_with_phrase()
    }

    /// The first alias that belongs to a command other than `but`.
    fn taken_alias(&self, but: Option<i64>) -> Outcome<Option<Holder>> {
        for alias in self.command.aliases {
            match phrases::holder(self.tx, self.layer.id, alias.key)? {
                Some(held) if but != Some(held.command) => return Ok(Some(held)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn has_digest(&self, held: &Holder) -> Outcome<bool> {
        let mut query = self
            .tx
            .prepare_cached("SELECT 1 FROM commands WHERE seq = ?1 AND digest = ?2")?;
        Ok(query.exists(params![held.command, self.command.body.digest])?)
    }

    fn exists(&self, held: Holder) -> Outcome<Taught> {
        let same_command = self.has_digest(&held)?;
        let id = ids::name(self.tx, held.command)?.into();
        Ok(Taught::Exists {
            id,
            phrase: held.text,
            source: held.source,
            same_command,
        })
    }

    fn create_with_phrase(&mut self) -> Outcome<Taught> {
        let seq = self.layer.row(self.layer.next_command);
        let phrase = phrases::insert(self.tx, self.layer, seq, &self.command.phrase, true)?;
        self.create(phrase)
    }

    /// Creates the command of the canonical phrase in a row.
    fn create(&mut self, phrase: i64) -> Outcome<Taught> {
        let number = self.layer.take_command()?;
        let seq = self.layer.row(number);
        let NewBody {
            template,
            digest,
            plan,
            params,
            effects,
            permissions,
            details,
        } = self.command.body;
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO commands (seq, phrase, template, digest, plan, params, effects, permissions, details, trust,
               approved_by, approved_at, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)",
        )?;
        insert.execute(params![
            seq,
            phrase,
            template,
            digest,
            plan,
            params,
            effects,
            permissions,
            details,
            self.command.trust,
            self.command.approved_by,
            self.command.approved_by.map(|_| self.now),
            self.now
        ])?;
        self.add_aliases(seq)?;
        bundles::insert(self.tx, self.layer, seq, self.bundle)?;
        Ok(Taught::Created {
            id: ids::taught(seq).into(),
        })
    }

    fn replace(&mut self, held: &Holder) -> Outcome<Taught> {
        let seq = held.command;
        for (number, source) in phrases::numbers(self.tx, self.layer, seq)? {
            // What was learned or looked up belonged to what the command did before.
            if number == held.number || matches!(source, Source::Learned | Source::Bank) {
                phrases::delete(self.tx, self.layer, number)?;
            } else {
                phrases::renumber(self.tx, self.layer, number)?;
            }
        }
        let phrase = phrases::insert(self.tx, self.layer, seq, &self.command.phrase, true)?;
        let NewBody {
            template,
            digest,
            plan,
            params,
            effects,
            permissions,
            details,
        } = self.command.body;
        let mut update = self.tx.prepare_cached(
            "UPDATE commands SET phrase = ?2, template = ?3, digest = ?4, plan = ?5, params = ?6, effects = ?7,
               permissions = ?8, details = ?9, trust = ?10, approved_by = ?11, approved_at = ?12, updated_at = ?13
             WHERE seq = ?1",
        )?;
        update.execute(params![
            seq,
            phrase,
            template,
            digest,
            plan,
            params,
            effects,
            permissions,
            details,
            self.command.trust,
            self.command.approved_by,
            self.command.approved_by.map(|_| self.now),
            self.now
        ])?;
        for table in ["trust", "confirmations"] {
            self.tx
                .prepare_cached(&format!(
                    "DELETE FROM {table} WHERE command = ?1 AND namespace = ?2"
                ))?
                .execute(params![seq, self.namespace])?;
        }
        self.add_aliases(seq)?;
        bundles::insert(self.tx, self.layer, seq, self.bundle)?;
        Ok(Taught::Replaced {
            id: ids::taught(seq).into(),
        })
    }

    /// Adds those aliases that the command doesn't have yet.
    fn add_aliases(&mut self, seq: i64) -> Outcome<()> {
        for alias in self.command.aliases {
            if phrases::holder(self.tx, self.layer.id, alias.key)?.is_none() {
                phrases::insert(self.tx, self.layer, seq, alias, false)?;
            }
        }
        Ok(())
    }
}
