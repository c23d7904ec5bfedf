//! Trust: earned and lost by outcomes, per namespace, always by a difference, so that parallel runs all count.

use rusqlite::{Connection, params};

use crate::error::{Outcome, StoreError, invalid};
use crate::layers::{self, Layer};
use crate::store::Commit;
use crate::{Millis, Settings, Store};

/// A command's standing in a namespace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trust {
    /// 0 to 100.
    pub score: f64,
    /// Runs that succeeded.
    pub successes: u32,
    /// Runs whose failure was the command's own.
    pub failures: u32,
}

/// How a run speaks for or against its command. What is nobody's fault is not reported at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It worked.
    Success,
    /// It failed, and that was the command's fault.
    Failure,
}

/// A command that stands out, in [`Store::flagged`] and [`Store::promote`].
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// Its trust; for a promotion, before it.
    pub trust: Trust,
    /// For a promotion, the score after it; else the same score.
    pub score_after: f64,
}

impl Store {
    /// Moves a command's trust by one outcome and returns where it is now. `None` if there is no such command.
    ///
    /// [`Store::record_run`] does the same together with the run's record.
    pub fn judge(
        &mut self,
        namespace: &str,
        id: &str,
        verdict: Verdict,
        now: Millis,
    ) -> Result<Option<Trust>, StoreError> {
        self.write(Commit::Soon, |tx, settings| {
            judge(tx, settings, namespace, id, verdict, now)
        })
    }

    /// Sets a command's score, keeping its counts: its owner's word. Durable.
    ///
    /// # Errors
    /// [`StoreError::UnknownCommand`]; [`StoreError::Invalid`] for a score outside 0 to 100.
    pub fn set_trust(
        &mut self,
        namespace: &str,
        id: &str,
        score: f64,
        now: Millis,
    ) -> Result<(), StoreError> {
        if !(0.0..=100.0).contains(&score) {
            return Err(invalid(format!("trust is between 0 and 100, not {score}")));
        }
        self.write(Commit::Durable, |tx, _| {
            let owner = layers::find(tx, Layer::of(namespace, id))?.map_or(0, |layer| layer.id);
            let set = tx.execute(
                "INSERT INTO trust (namespace, command, score, updated_at)
                 SELECT ?1, id, ?3, ?4 FROM commands WHERE layer = ?5 AND id = ?2
                 ON CONFLICT DO UPDATE SET score = excluded.score, updated_at = excluded.updated_at",
                params![namespace, id, score, now, owner],
            )?;
            if set == 0 {
                return Err(crate::phrases::unknown(namespace, id).into());
            }
            Ok(())
        })
    }

    /// Commands whose trust is below [`Settings::flag_below`] after at least [`Settings::flag_failures`] failures,
    /// the least trusted first.
    pub fn flagged(&self, namespace: &str) -> Result<Vec<Standing>, StoreError> {
        let Settings {
            flag_below,
            flag_failures,
            ..
        } = *self.settings();
        self.read(|conn| {
            standings(
                conn,
                "SELECT command, score, successes, failures, score FROM trust
                 WHERE namespace = ?1 AND score < ?2 AND failures >= ?3 ORDER BY score, command",
                params![namespace, flag_below, flag_failures],
            )
        })
    }

    /// One round of promotion; returns who rose, or would with `dry_run`.
    ///
    /// The rule: a command rises by [`Settings::promote_by`], up to 100, if its score is below
    /// [`Settings::promote_below`] and it has had more than [`Settings::promote_after`] successes since it last rose
    /// (or since its trust began). So a success is spent once, and a second round straight after does nothing.
    pub fn promote(
        &mut self,
        namespace: &str,
        dry_run: bool,
        now: Millis,
    ) -> Result<Vec<Standing>, StoreError> {
        let choose = |conn: &Connection, settings: &Settings| {
            standings(
                conn,
                "SELECT command, score, successes, failures, min(100.0, score + ?4) FROM trust
                 WHERE namespace = ?1 AND score < ?2 AND successes - promoted > ?3 ORDER BY command",
                params![
                    namespace,
                    settings.promote_below,
                    settings.promote_after,
                    settings.promote_by
                ],
            )
        };
        if dry_run {
            return self.read(|conn| choose(conn, self.settings()));
        }
        self.write(Commit::Soon, |tx, settings| {
            let risen = choose(tx, settings)?;
            for standing in &risen {
                tx.prepare_cached(
                    "UPDATE trust SET score = min(100.0, score + ?3), promoted = successes, updated_at = ?4
                     WHERE namespace = ?1 AND command = ?2",
                )?
                .execute(params![namespace, standing.id, settings.promote_by, now])?;
            }
            Ok(risen)
        })
    }
}

pub(crate) fn judge(
    conn: &Connection,
    settings: &Settings,
    namespace: &str,
    id: &str,
    verdict: Verdict,
    now: Millis,
) -> Outcome<Option<Trust>> {
    let Some(owner) = layers::find(conn, Layer::of(namespace, id))? else {
        return Ok(None);
    };
    let (change, success, failure) = match verdict {
        Verdict::Success => (settings.trust_success, 1, 0),
        Verdict::Failure => (-settings.trust_failure, 0, 1),
    };
    // Selecting from `commands` keeps a command that was forgotten during its run forgotten.
    let mut update = conn.prepare_cached(
        "INSERT INTO trust (namespace, command, score, successes, failures, updated_at)
         SELECT ?1, id, max(0.0, min(100.0, coalesce(trust, ?3) + ?4)), ?5, ?6, ?7 FROM commands
         WHERE layer = ?8 AND id = ?2
         ON CONFLICT DO UPDATE SET score = max(0.0, min(100.0, score + ?4)), successes = successes + ?5,
           failures = failures + ?6, updated_at = ?7
         RETURNING score, successes, failures",
    )?;
    let mut rows = update.query(params![
        namespace,
        id,
        settings.trust_new,
        change,
        success,
        failure,
        now,
        owner.id
    ])?;
    match rows.next()? {
        Some(row) => Ok(Some(Trust {
            score: row.get(0)?,
            successes: row.get(1)?,
            failures: row.get(2)?,
        })),
        None => Ok(None),
    }
}

fn standings(conn: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Outcome<Vec<Standing>> {
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map(params, |row| {
        let trust = Trust {
            score: row.get(1)?,
            successes: row.get(2)?,
            failures: row.get(3)?,
        };
        Ok(Standing {
            id: row.get(0)?,
            trust,
            score_after: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
