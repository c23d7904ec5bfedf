//! Confirm tokens: a program was told "needs confirmation", and comes back with a token that says a person agreed.
//! One use, for a short time, for exactly what was shown.

use rusqlite::{OptionalExtension, params};

use crate::error::StoreError;
use crate::store::Commit;
use crate::{Millis, Store};

/// What became of a token that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// It was good, and is used up now.
    Good {
        /// What was stored with it.
        payload: String,
    },
    /// It never existed, was used already, or has been cleared away after its time.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was made for something else. It stays good for that.
    Mismatch,
}

impl Store {
    /// Stores a token until `expires_at`. `token` should be a hash of what the caller gets, so that the database
    /// holds nothing that can be presented; `bound` a hash of all that it is bound to.
    pub fn put_token(
        &mut self,
        token: &str,
        bound: &str,
        payload: &str,
        expires_at: Millis,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write(Commit::Soon, |tx, _| {
            tx.execute("DELETE FROM confirm_tokens WHERE expires_at <= ?1", [now])?;
            tx.execute(
                "INSERT INTO confirm_tokens (token, bound, payload, expires_at) VALUES (?1, ?2, ?3, ?4)",
                params![token, bound, payload, expires_at],
            )?;
            Ok(())
        })
    }

    /// Presents a token. However many processes present it at once, one of them gets [`Redeemed::Good`]; and that is
    /// on disk first, so not even a loss of power makes it good again.
    pub fn redeem_token(&mut self, token: &str, bound: &str, now: Millis) -> Result<Redeemed, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let found: Option<(String, String, Millis)> = tx
                .query_row(
                    "SELECT bound, payload, expires_at FROM confirm_tokens WHERE token = ?1",
                    [token],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            let Some((made_for, payload, expires_at)) = found else {
                return Ok(Redeemed::Unknown);
            };
            if expires_at <= now {
                return Ok(Redeemed::Expired);
            }
            if made_for != bound {
                return Ok(Redeemed::Mismatch);
            }
            tx.execute("DELETE FROM confirm_tokens WHERE token = ?1", [token])?;
            Ok(Redeemed::Good { payload })
        })
    }
}
