//! Requests that gate 2 decided before: the same words are answered without a search while nothing changed that matching
//! can see.
//!
//! Two levels: a few in this process, and those that were run in the store, for processes to come. Both are bounded, both
//! are good for one state of the namespace and one matcher, and a store that cannot be read or written only means a search.

use std::collections::HashMap;
use std::time::Instant;

use crate::find::SHOWN;
use crate::wire::Match;
use crate::{Catalog, CatalogError};

/// Kept in this process.
const MOST: usize = 512;
/// Longer requests are rarely asked twice in the same words.
const LONGEST: usize = 512;

/// What gate 2 decided in this process, by namespace and request.
#[derive(Debug, Default)]
pub(crate) struct Resolutions {
    known: HashMap<(String, String), Resolved>,
}

#[derive(Debug)]
struct Resolved {
    generation: i64,
    found: Match,
    /// Whether the store has it.
    kept: bool,
}

impl Catalog {
    /// Gates 1 and 2 together: always answers, with `none` where nothing comes near, and with the nearest few.
    ///
    /// # Errors
    /// A request that is no text; a store that cannot be read.
    pub fn match_semantic(&mut self, namespace: &str, request: &str) -> Result<Match, CatalogError> {
        let began = Instant::now();
        if request.len() > LONGEST {
            return self.search(namespace, request, SHOWN);
        }
        self.refresh(namespace)?;
        let Some(generation) = self.matchers.get(namespace).map(|matcher| matcher.generation) else {
            return self.search(namespace, request, SHOWN);
        };
        if let Some(mut found) = self.resolved(namespace, request, generation) {
            found.cached = true;
            found.took_us = began.elapsed().as_secs_f64() * 1e6;
            return Ok(found);
        }
        let found = self.search(namespace, request, SHOWN)?;
        self.resolutions.put(
            namespace,
            request,
            Resolved {
                generation,
                found: found.clone(),
                kept: false,
            },
        );
        Ok(found)
    }

    fn resolved(&mut self, namespace: &str, request: &str, generation: i64) -> Option<Match> {
        let key = (namespace.to_owned(), request.to_owned());
        if let Some(resolved) = self.resolutions.known.get(&key)
            && resolved.generation == generation
        {
            return Some(resolved.found.clone());
        }
        let json = self
            .store
            .resolution(namespace, request, generation, &self.matcher_name())
            .ok()??;
        let found: Match = serde_json::from_str(&json).ok()?;
        let resolved = Resolved {
            generation,
            found: found.clone(),
            kept: true,
        };
        self.resolutions.put(namespace, request, resolved);
        Some(found)
    }

    /// Keeps what a run was found by for processes to come, unless the store has it.
    pub(crate) fn keep_resolution(&mut self, namespace: &str, request: &str) {
        let key = (namespace.to_owned(), request.to_owned());
        let name = self.matcher_name();
        let Some(resolved) = self
            .resolutions
            .known
            .get_mut(&key)
            .filter(|resolved| !resolved.kept)
        else {
            return;
        };
        if let Ok(json) = serde_json::to_string(&resolved.found) {
            resolved.kept = self
                .store
                .put_resolution(namespace, request, resolved.generation, &name, &json)
                .is_ok();
        }
    }

    /// Everything beside a namespace's contents that a decision depends on.
    fn matcher_name(&self) -> String {
        format!("{} {}", self.embedder.id(), env!("CARGO_PKG_VERSION"))
    }
}

impl Resolutions {
    fn put(&mut self, namespace: &str, request: &str, resolved: Resolved) {
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known
            .insert((namespace.to_owned(), request.to_owned()), resolved);
    }
}
