//! The record of what was asked and what ran. Of the output of a command at most the end, where its owner wants that.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::commands::{Listed, Page};
use crate::error::StoreError;
use crate::layers::{self, Layer};
use crate::phrases::{self, Source};
use crate::store::Commit;
use crate::trust::{self, Trust, Verdict};
use crate::{Millis, Store};

/// One request and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// Made by the caller; unique.
    pub id: String,
    /// When it was asked.
    pub at: Millis,
    /// Where.
    pub namespace: String,
    /// Who asked, as the caller names them.
    pub caller: String,
    /// What was asked.
    pub request: String,
    /// `ran`, `refused`, `no_match` and so on.
    pub status: String,
    /// The gate that decided, 1 to 3.
    pub gate: Option<u8>,
    /// `exact`, `sure`, `likely` or `none`.
    #[serde(rename = "match")]
    pub match_kind: Option<String>,
    /// Whether the answer was remembered from an earlier request.
    pub cached: bool,
    /// How likely the match was right, 0 to 1.
    pub probability: Option<f64>,
    /// The command that was chosen.
    pub command: Option<String>,
    /// What was executed, as a JSON list; secrets masked by the caller.
    pub argv: Option<String>,
    /// The values, as a JSON object; secrets masked by the caller.
    pub parameters: Option<String>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Whether its time was over.
    pub timed_out: bool,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// Bytes on its standard output.
    pub bytes_out: Option<u64>,
    /// Bytes on its standard error.
    pub bytes_err: Option<u64>,
    /// Whether some of its output was dropped.
    pub truncated: bool,
    /// What the kernel enforced, as JSON.
    pub sandbox: Option<String>,
    /// The code of the error, if there was one.
    pub error: Option<String>,
    /// The end of what it wrote to its standard output, where its owner wants that kept.
    pub tail_out: Option<String>,
    /// The same of its standard error.
    pub tail_err: Option<String>,
}

/// What a run teaches, recorded with it as one change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lessons<'a> {
    /// How it speaks for or against its command.
    pub verdict: Option<Verdict>,
    /// The key of the learned phrase by which the request was matched: it was used once more.
    pub used_phrase: Option<&'a str>,
}

/// Which runs to list. The default is all.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunFilter<'a> {
    /// Only in this namespace.
    pub namespace: Option<&'a str>,
    /// Only of this command.
    pub command: Option<&'a str>,
    /// Only with this status.
    pub status: Option<&'a str>,
    /// Not before.
    pub since: Option<Millis>,
    /// Only those that exited with a code other than 0, by a signal, or by the end of their time.
    pub failed: bool,
}

const COLUMNS: &str =
    "id, at, namespace, caller, request, status, gate, match, cached, probability, command, argv,
  parameters, exit_code, signal, timed_out, duration_ms, bytes_out, bytes_err, truncated, sandbox, error, seq,
  tail_out, tail_err";

impl Store {
    /// Records a run and moves its command's trust, in one transaction. Returns where the trust is now, if it was
    /// moved. Not synced: a loss of power may lose the last ones.
    ///
    /// The oldest records go when there are more than [`crate::Settings::runs`].
    pub fn record_run(&mut self, run: &Run, lessons: Lessons<'_>) -> Result<Option<Trust>, StoreError> {
        self.write(Commit::Soon, |tx, settings| {
            let learned = match lessons.used_phrase {
                Some(key) => use_phrase(tx, &run.namespace, key)?,
                None => false,
            };
            tx.prepare_cached(
                "INSERT INTO runs (id, at, namespace, caller, request, status, gate, match, cached, probability,
                   command, argv, parameters, exit_code, signal, timed_out, duration_ms, bytes_out, bytes_err,
                   truncated, sandbox, error, tail_out, tail_err, learned)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
                   ?20, ?21, ?22, ?23, ?24, ?25)",
            )?
            .execute(params![
                run.id,
                run.at,
                run.namespace,
                run.caller,
                run.request,
                run.status,
                run.gate,
                run.match_kind,
                run.cached,
                run.probability,
                run.command,
                run.argv,
                run.parameters,
                run.exit_code,
                run.signal,
                run.timed_out,
                run.duration_ms.map(u64::cast_signed),
                run.bytes_out.map(u64::cast_signed),
                run.bytes_err.map(u64::cast_signed),
                run.truncated,
                run.sandbox,
                run.error,
                run.tail_out,
                run.tail_err,
                learned
            ])?;
            if settings.runs > 0 {
                let oldest = tx.last_insert_rowid() - i64::from(settings.runs);
                tx.prepare_cached("DELETE FROM runs WHERE seq <= ?1")?.execute([oldest])?;
            }
            match (lessons.verdict, &run.command) {
                (Some(verdict), Some(command)) => {
                    trust::judge(tx, settings, &run.namespace, command, verdict, run.at)
                }
                _ => Ok(None),
            }
        })
    }

    /// A page of the record, the latest first.
    pub fn log(&self, filter: &RunFilter<'_>, page: Page) -> Result<Listed<Run>, StoreError> {
        self.read(|conn| {
            let namespace = if filter.namespace.is_some() {
                "namespace = ?2"
            } else {
                "?2 IS NULL"
            };
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM runs WHERE seq < ?1 AND {namespace}
                 AND (?3 IS NULL OR command = ?3) AND (?4 IS NULL OR status = ?4) AND (?5 IS NULL OR at >= ?5)
                 AND (NOT ?6 OR exit_code <> 0 OR signal IS NOT NULL OR timed_out) ORDER BY seq DESC"
            ))?;
            let mut rows = query.query(params![
                page.after.unwrap_or(i64::MAX),
                filter.namespace,
                filter.command,
                filter.status,
                filter.since,
                filter.failed
            ])?;
            let (mut items, mut last) = (Vec::new(), None);
            while let Some(row) = rows.next()? {
                if items.len() == page.limit as usize {
                    return Ok(Listed { items, next: last });
                }
                last = Some(row.get(22)?);
                items.push(read(row)?);
            }
            Ok(Listed { items, next: None })
        })
    }

    /// One record.
    pub fn run(&self, id: &str) -> Result<Option<Run>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE id = ?1"))?;
            Ok(query.query_row([id], read).optional()?)
        })
    }

    /// Deletes the records before a time; returns how many.
    pub fn prune_runs(&mut self, before: Millis) -> Result<u64, StoreError> {
        self.write(Commit::Soon, |tx, _| {
            Ok(tx.execute("DELETE FROM runs WHERE at < ?1", [before])? as u64)
        })
    }
}

/// Counts a use of a phrase, if it was learned; whether it was. At its second it becomes good for exact matches, which matching has to see.
fn use_phrase(conn: &rusqlite::Connection, namespace: &str, key: &str) -> crate::error::Outcome<bool> {
    let Some(mut own) = layers::find(conn, Layer::Namespace(namespace))? else {
        return Ok(false);
    };
    let Some(held) = phrases::holder(conn, own.id, key)? else {
        return Ok(false);
    };
    if held.source != Source::Learned {
        return Ok(false);
    }
    let uses: u32 = conn
        .prepare_cached("UPDATE phrases SET uses = uses + 1 WHERE seq = ?1 RETURNING uses")?
        .query_row([own.row(held.number)], |row| row.get(0))?;
    if uses == 2 {
        phrases::renumber(conn, &mut own, held.number)?;
    }
    own.close(conn)?;
    Ok(true)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Run> {
    let count = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(i64::cast_unsigned));
    Ok(Run {
        id: row.get(0)?,
        at: row.get(1)?,
        namespace: row.get(2)?,
        caller: row.get(3)?,
        request: row.get(4)?,
        status: row.get(5)?,
        gate: row.get(6)?,
        match_kind: row.get(7)?,
        cached: row.get(8)?,
        probability: row.get(9)?,
        command: row.get(10)?,
        argv: row.get(11)?,
        parameters: row.get(12)?,
        exit_code: row.get(13)?,
        signal: row.get(14)?,
        timed_out: row.get(15)?,
        duration_ms: count(16)?,
        bytes_out: count(17)?,
        bytes_err: count(18)?,
        truncated: row.get(19)?,
        sandbox: row.get(20)?,
        error: row.get(21)?,
        tail_out: row.get(23)?,
        tail_err: row.get(24)?,
    })
}
