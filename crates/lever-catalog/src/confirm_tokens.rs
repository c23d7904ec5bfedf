//! One-time tokens for what needs a confirmation: good for exactly what was shown, for the caller that it was shown to,
//! for [`LIFETIME`] and once.

use std::fs::File;
use std::io::Read;

use lever_core::command::Permissions;
use lever_store::{Millis, Redeemed};

use crate::clock::now;
use crate::wire::ConfirmGrant;
use crate::{Catalog, CatalogError};

/// How long a token is good, in milliseconds.
pub const LIFETIME: Millis = 5 * 60 * 1000;

/// Tells tokens from other text, and their form from later ones.
const PREFIX: &str = "lc1_";
const RANDOM_BYTES: usize = 16;

/// Sets these hashes apart from every other use of BLAKE3.
const BOUND_CONTEXT: &str = "lever-runner 2026-11 confirm token bound v1";
const NAME_CONTEXT: &str = "lever-runner 2026-11 confirm token name v1";

impl Catalog {
    /// Makes a token for a run that waits for a confirmation.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn issue_confirm_token(
        &mut self,
        namespace: &str,
        grant: &ConfirmGrant,
    ) -> Result<String, CatalogError> {
        let token = new_token()?;
        let now = now();
        let (name, bound) = (name_of(&token), bound_to(&token, namespace, grant)?);
        self.store.put_token(&name, &bound, "", now + LIFETIME, now)?;
        Ok(token)
    }

    /// Presents a token for a run: `good` once, else `unknown`, `expired` or `mismatch`.
    ///
    /// # Errors
    /// A store that cannot be written: a token that could not be used up does not count.
    pub fn redeem_confirm_token(
        &mut self,
        namespace: &str,
        token: &str,
        grant: &ConfirmGrant,
    ) -> Result<&'static str, CatalogError> {
        let (name, bound) = (name_of(token), bound_to(token, namespace, grant)?);
        Ok(match self.store.redeem_token(&name, &bound, now())? {
            Redeemed::Good { .. } => "good",
            Redeemed::Unknown => "unknown",
            Redeemed::Expired => "expired",
            Redeemed::Mismatch => "mismatch",
        })
    }
}

fn new_token() -> Result<String, CatalogError> {
    let mut random = [0; RANDOM_BYTES];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut random))
        .map_err(CatalogError::Random)?;
    let digits = random.iter().map(|byte| format!("{byte:02x}"));
    Ok(std::iter::once(PREFIX.to_owned()).chain(digits).collect())
}

/// What the store calls a token: nothing that could be presented.
fn name_of(token: &str) -> String {
    let mut hash = blake3::Hasher::new_derive_key(NAME_CONTEXT);
    hash.update(token.as_bytes());
    hash.finalize().to_hex().to_string()
}

/// A hash of all that a token is good for. The token is part of it, so that the store's copy of the hash tells nothing of a
/// secret among the values.
fn bound_to(token: &str, namespace: &str, grant: &ConfirmGrant) -> Result<String, CatalogError> {
    let mut hash = blake3::Hasher::new_derive_key(BOUND_CONTEXT);
    let mut field = |bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    };
    let permissions: &Permissions = &grant.permissions;
    for text in [
        token,
        namespace,
        &grant.caller,
        &grant.cwd,
        &grant.command_id,
        &grant.digest,
    ] {
        field(text.as_bytes());
    }
    field(&serde_json::to_vec(permissions)?);
    field(&grant.argv.len().to_le_bytes());
    for word in &grant.argv {
        field(word.as_bytes());
    }
    for (name, value) in &grant.secrets {
        field(name.as_bytes());
        field(value.as_bytes());
    }
    Ok(hash.finalize().to_hex().to_string())
}
