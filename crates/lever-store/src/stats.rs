//! Counts, for people: how requests are decided, what is used most, what models cost.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::error::{Outcome, StoreError};
use crate::layers::{self, Layer};
use crate::store::Commit;
use crate::{Millis, Store};

/// A call to a language model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelCall<'a> {
    /// When.
    pub at: Millis,
    /// For which namespace.
    pub namespace: &'a str,
    /// The backend's name.
    pub backend: &'a str,
    /// The model's name.
    pub model: &'a str,
    /// What for: `match`, `paraphrase`, `fix`.
    pub purpose: &'a str,
    /// Tokens sent.
    pub tokens_in: u32,
    /// Tokens received.
    pub tokens_out: u32,
    /// How long it took.
    pub took_ms: u32,
    /// `ok`, or the code of the error.
    pub outcome: &'a str,
    /// The id of the request that it was made for, if it was.
    pub request: Option<&'a str>,
}

/// How one namespace was used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Commands of its own.
    pub commands: u64,
    /// Phrases of its own, by source: `taught`, `learned`, `pack`, `model`, `bank`.
    pub phrases: BTreeMap<String, u64>,
    /// Packs' commands that it can use.
    pub pack_commands: u64,
    /// Requests recorded.
    pub runs: u64,
    /// By gate: `1`, `2`, `3`, `none`.
    pub by_gate: BTreeMap<String, u64>,
    /// By the way it was found: `exact`, `learned`, `cached`, `semantic`, `model`, `none`.
    pub by_way: BTreeMap<String, u64>,
    /// By kind of match: `exact`, `sure`, `likely`, `none`.
    pub by_match: BTreeMap<String, u64>,
    /// By status.
    pub by_status: BTreeMap<String, u64>,
    /// Requests answered from an earlier one.
    pub cached: u64,
    /// Of those that ran: how many exited with 0.
    pub succeeded: u64,
    /// The commands used most, with how often, at most ten.
    pub top: Vec<(String, u64)>,
    /// Requests for which a model was called.
    pub model_requests: u64,
    /// Calls to models, by backend, model and purpose.
    pub models: Vec<ModelUse>,
}

/// What one model was used for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUse {
    /// The backend's name.
    pub backend: String,
    /// The model's name.
    pub model: String,
    /// What for.
    pub purpose: String,
    /// Calls.
    pub calls: u64,
    /// Those that failed.
    pub failed: u64,
    /// Tokens sent.
    pub tokens_in: u64,
    /// Tokens received.
    pub tokens_out: u64,
    /// How long a call took, on average.
    pub took_ms: u64,
}

impl Store {
    /// Records a call to a model.
    pub fn record_model_call(&mut self, call: &ModelCall<'_>) -> Result<(), StoreError> {
        self.write(Commit::Soon, |tx, _| {
            tx.prepare_cached(
                "INSERT INTO model_calls (at, namespace, backend, model, purpose, tokens_in, tokens_out, took_ms,
                   outcome, request) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                call.at,
                call.namespace,
                call.backend,
                call.model,
                call.purpose,
                call.tokens_in,
                call.tokens_out,
                call.took_ms,
                call.outcome,
                call.request
            ])?;
            Ok(())
        })
    }

    /// How `namespace` was used since a time (0 is always).
    pub fn stats(&self, namespace: &str, since: Millis) -> Result<Stats, StoreError> {
        self.read_together(|conn| {
            let mut stats = Stats::default();
            if let Some(own) = layers::find(conn, Layer::Namespace(namespace))? {
                let range = params![own.first(), own.end()];
                stats.commands =
                    conn.query_row("SELECT count(*) FROM commands WHERE seq >= ?1 AND seq < ?2", range, count)?;
                stats.phrases = tally(
                    conn,
                    "SELECT CASE source WHEN 0 THEN 'taught' WHEN 1 THEN 'learned' WHEN 2 THEN 'pack'
                       WHEN 3 THEN 'model' ELSE 'bank' END, count(*) FROM phrases
                     WHERE seq >= ?1 AND seq < ?2 GROUP BY 1",
                    range,
                )?;
            }
            stats.pack_commands = conn.query_row(
                "SELECT count(*) FROM commands c WHERE c.slug IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.namespace = ?1 AND h.command = c.slug)",
                [namespace],
                count,
            )?;
            let of = params![namespace, since];
            (stats.runs, stats.cached, stats.succeeded) = conn.query_row(
                "SELECT count(*), coalesce(sum(cached), 0), coalesce(sum(exit_code IS 0), 0)
                 FROM runs WHERE namespace = ?1 AND at >= ?2",
                of,
                |row| Ok((unsigned(row, 0)?, unsigned(row, 1)?, unsigned(row, 2)?)),
            )?;
            let by = |column: &str| {
                let sql = format!(
                    "SELECT {column}, count(*) FROM runs WHERE namespace = ?1 AND at >= ?2 GROUP BY 1"
                );
                tally(conn, &sql, of)
            };
            stats.by_gate = by("coalesce(CAST(gate AS TEXT), 'none')")?;
            stats.by_way = by(
                "CASE WHEN gate IS NULL THEN 'none' WHEN cached THEN 'cached' WHEN learned THEN 'learned'
                 WHEN gate = 1 THEN 'exact' WHEN gate = 2 THEN 'semantic' ELSE 'model' END",
            )?;
            stats.by_match = by("coalesce(match, 'none')")?;
            stats.by_status = by("status")?;
            stats.top = conn
                .prepare(
                    "SELECT command, count(*) FROM runs WHERE namespace = ?1 AND at >= ?2 AND command IS NOT NULL
                     AND status = 'ran' GROUP BY command ORDER BY 2 DESC, 1 LIMIT 10",
                )?
                .query_map(of, |row| Ok((row.get(0)?, unsigned(row, 1)?)))?
                .collect::<Result<_, _>>()?;
            stats.model_requests = conn.query_row(
                "SELECT count(DISTINCT request) FROM model_calls WHERE namespace = ?1 AND at >= ?2",
                of,
                count,
            )?;
            stats.models = models(conn, namespace, since)?;
            Ok(stats)
        })
    }
}

fn models(conn: &Connection, namespace: &str, since: Millis) -> Outcome<Vec<ModelUse>> {
    let mut query = conn.prepare(
        "SELECT backend, model, purpose, count(*), sum(outcome <> 'ok'), sum(tokens_in), sum(tokens_out),
           sum(took_ms) / count(*) FROM model_calls
         WHERE namespace = ?1 AND at >= ?2 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    )?;
    let rows = query.query_map(params![namespace, since], |row| {
        Ok(ModelUse {
            backend: row.get(0)?,
            model: row.get(1)?,
            purpose: row.get(2)?,
            calls: unsigned(row, 3)?,
            failed: unsigned(row, 4)?,
            tokens_in: unsigned(row, 5)?,
            tokens_out: unsigned(row, 6)?,
            took_ms: unsigned(row, 7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn tally(conn: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Outcome<BTreeMap<String, u64>> {
    let mut query = conn.prepare(sql)?;
    let rows = query.query_map(params, |row| Ok((row.get(0)?, unsigned(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn count(row: &rusqlite::Row<'_>) -> rusqlite::Result<u64> {
    unsigned(row, 0)
}

fn unsigned(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(at)?.unsigned_abs())
}
