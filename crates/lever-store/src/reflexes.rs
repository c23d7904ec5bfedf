//! The database inside a `.nail` archive: phrases with what they ask for, as another program's agent keeps its reflexes.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use crate::copies::create_private;
use crate::error::{Fault, StoreError, invalid};

/// Little-endian f32 in an embedding.
pub const REFLEX_DIMS: usize = 384;

/// All four tables are there, since readers look for them; dates are RFC 3339 text.
const SCHEMA: &str = "
CREATE TABLE reflexes (
  id TEXT PRIMARY KEY, intent TEXT NOT NULL, action_sql TEXT NOT NULL, embedding BLOB NOT NULL,
  confidence REAL NOT NULL, invoke_count INTEGER NOT NULL, last_invoked TEXT, created_at TEXT NOT NULL);
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, shell_fingerprint TEXT NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL);
CREATE TABLE shells (
  fingerprint TEXT PRIMARY KEY, hostname TEXT NOT NULL, os TEXT NOT NULL, cpu_count INTEGER NOT NULL,
  ram_mb INTEGER NOT NULL, gpu TEXT, last_seen TEXT NOT NULL);
CREATE TABLE action_log (
  id TEXT PRIMARY KEY, reflex_id TEXT NOT NULL, input TEXT NOT NULL, output TEXT, latency_ms INTEGER,
  confidence REAL, created_at TEXT NOT NULL);
";

/// One way to ask, and what for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reflex {
    /// The phrase.
    pub intent: String,
    /// The shell text with its parameters.
    pub action: String,
    /// 0 to 1.
    pub confidence: f64,
    /// How often it was used.
    pub invoke_count: u64,
}

/// The machine that an archive comes from.
#[derive(Debug, Clone, Copy)]
pub struct Shell<'a> {
    /// Tells it from others without naming it.
    pub fingerprint: &'a str,
    /// The operating system.
    pub os: &'a str,
    /// Its processors.
    pub cpu_count: u32,
    /// When, as RFC 3339.
    pub seen: &'a str,
}

/// A new reflex database, one transaction until it is finished.
#[derive(Debug)]
pub struct ReflexWriter {
    conn: Connection,
    path: PathBuf,
    count: u64,
}

impl ReflexWriter {
    /// Makes the file, readable by its owner only.
    ///
    /// # Errors
    /// A file that is there already.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        create_private(path)?;
        let made = Connection::open(path).and_then(|conn| {
            // The file is nobody's until it is in its archive: a crash leaves nothing that counts.
            conn.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")?;
            conn.execute_batch(SCHEMA)?;
            Ok(conn)
        });
        Ok(Self {
            conn: made.map_err(|error| Fault::from(error).at(path))?,
            path: path.to_path_buf(),
            count: 0,
        })
    }

    /// Adds a reflex with its embedding, [`REFLEX_DIMS`] long.
    pub fn add(&mut self, reflex: &Reflex, embedding: &[f32], created_at: &str) -> Result<(), StoreError> {
        let bytes: Vec<u8> = embedding.iter().flat_map(|value| value.to_le_bytes()).collect();
        let added = self.conn.prepare_cached(
            "INSERT INTO reflexes (id, intent, action_sql, embedding, confidence, invoke_count, last_invoked, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7)",
        );
        self.count += 1;
        added
            .and_then(|mut insert| {
                insert.execute(params![
                    format!("lever-{}", self.count),
                    reflex.intent,
                    reflex.action,
                    bytes,
                    reflex.confidence,
                    reflex.invoke_count.cast_signed(),
                    created_at
                ])
            })
            .map_err(|error| Fault::from(error).at(&self.path))?;
        Ok(())
    }

    /// Names the machine, and closes the file. Returns how many reflexes it has.
    pub fn finish(self, shell: &Shell<'_>) -> Result<u64, StoreError> {
        let done = self
            .conn
            .execute(
                "INSERT INTO shells (fingerprint, hostname, os, cpu_count, ram_mb, gpu, last_seen)
                 VALUES (?1, 'localhost', ?2, ?3, 0, NULL, ?4)",
                params![shell.fingerprint, shell.os, shell.cpu_count, shell.seen],
            )
            .and_then(|_| self.conn.execute_batch("COMMIT"));
        done.map_err(|error| Fault::from(error).at(&self.path))?;
        self.conn
            .close()
            .map_err(|(_, error)| Fault::from(error).at(&self.path))?;
        Ok(self.count)
    }
}

/// Reads a reflex database that a stranger made, out of memory: nothing of it is written anywhere, and no code of its
/// schema runs.
///
/// # Errors
/// [`StoreError::Invalid`], with what is wrong: no database, not these tables, a value that is not what its column holds,
/// more than `most` rows.
pub fn read_reflexes(mut bytes: Vec<u8>, most: u64) -> Result<Vec<Reflex>, StoreError> {
    // A database in memory has no log; one whose log was copied into it says so still.
    for at in [18, 19] {
        if let Some(mode @ 2) = bytes.get_mut(at) {
            *mode = 1;
        }
    }
    read(&bytes, most).map_err(|fault| match fault {
        Fault::Store(error) => error,
        Fault::Sqlite(error) => invalid(format!("reflexes.db cannot be read: {}", one_line(&error))),
    })
}

fn one_line(error: &rusqlite::Error) -> String {
    error.to_string().replace('\n', " ")
}

fn read(bytes: &[u8], most: u64) -> Result<Vec<Reflex>, Fault> {
    const LONGEST: i32 = 1024 * 1024;
    let mut conn = Connection::open_in_memory()?;
    conn.deserialize_read_exact("main", bytes, bytes.len(), true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST)?;
    let sound: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(invalid(format!("reflexes.db is damaged: {}", sound.replace('\n', " "))).into());
    }
    for table in ["reflexes", "sessions", "shells"] {
        let there: bool = conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 AND type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%')",
            [table],
            |row| row.get(0),
        )?;
        if !there {
            return Err(invalid(format!("reflexes.db has no table {table}")).into());
        }
    }
    let mut query = conn.prepare(
        "SELECT intent, action_sql, embedding, confidence, invoke_count FROM reflexes ORDER BY rowid",
    )?;
    let mut rows = query.query([])?;
    let mut reflexes = Vec::new();
    while let Some(row) = rows.next()? {
        let number = reflexes.len() as u64 + 1;
        if number > most {
            return Err(invalid(format!("reflexes.db has more than {most} reflexes")).into());
        }
        let wrong = |what: &str| invalid(format!("reflex {number} of reflexes.db: {what}"));
        let text = |at: usize, name: &str| match row.get_ref(at)? {
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .map(str::to_owned)
                .map_err(|_| Fault::from(wrong(&format!("{name} is not UTF-8")))),
            _ => Err(wrong(&format!("{name} is no text")).into()),
        };
        match row.get_ref(2)? {
            ValueRef::Blob(bytes) if bytes.len() == 4 * REFLEX_DIMS => {
                let finite = bytes
                    .chunks_exact(4)
                    .all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).is_finite());
                if !finite {
                    return Err(wrong("its embedding has a value that is no number").into());
                }
            }
            _ => return Err(wrong("its embedding is not 384 numbers").into()),
        }
        let confidence = match row.get_ref(3)? {
            ValueRef::Real(value) => value,
            ValueRef::Integer(value) => value as f64,
            _ => return Err(wrong("confidence is no number").into()),
        };
        if !(0.0..=1.0).contains(&confidence) {
            return Err(wrong("confidence is not between 0 and 1").into());
        }
        let invoke_count = match row.get_ref(4)? {
            ValueRef::Integer(value) if value >= 0 => value.cast_unsigned(),
            ValueRef::Null => 0,
            _ => return Err(wrong("invoke_count is no count").into()),
        };
        reflexes.push(Reflex {
            intent: text(0, "intent")?,
            action: text(1, "action_sql")?,
            confidence,
            invoke_count,
        });
    }
    Ok(reflexes)
}
