//! Requests that gate 2 decided before: the same words are answered without a search while nothing changed that matching
//! can see.
//!
//! Two levels: a few in this process, and those that were run in the store, for processes to come. Both are bounded, both
//! are good for one state of the namespace and one matcher, and a store that cannot be read or written only means a search.

use std::collections::HashMap;
use std::time::Instant;

use lever_core::decide::slots;

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

    /// Everything beside a namespace's contents that a decision depends on: two scorers may share one embedder.
    fn matcher_name(&self) -> String {
        let (scorer, readings) = (self.scorer.fingerprint(), slots::MODEL.fingerprint());
        let version = env!("CARGO_PKG_VERSION");
        format!("{} {scorer:016x} {readings:016x} {version}", self.embedder.id())
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lever_core::decide::{Feature, HASH, Model};

    use super::*;

    fn asked_again_after(change: impl FnOnce(&mut Catalog)) -> bool {
        let options = serde_json::json!({
            "home": "", "namespace": "n", "seed": false, "embedder": "hash", "pack": "", "platform": "linux",
            "trust": { "new": 50, "success": 1.5, "failure": 4, "floor": 40 }
        });
        let mut catalog = Catalog::in_memory(&serde_json::from_value(options).unwrap()).unwrap();
        let entry =
            serde_json::json!({ "phrases": ["check the disk usage"], "command": "df -h", "bank": false });
        catalog
            .lay("n", &[serde_json::from_value(entry).unwrap()])
            .unwrap();
        let request = "how is the disk usage";
        assert!(!catalog.match_semantic("n", request).unwrap().cached);
        catalog.keep_resolution("n", request);
        // As another process: only the store knows.
        catalog.resolutions = Resolutions::default();
        change(&mut catalog);
        catalog.match_semantic("n", request).unwrap().cached
    }

    #[test]
    fn what_another_scorer_decided_is_decided_again() {
        assert!(asked_again_after(|_| ()), "the same scorer's word stands");
        let other = |mut model: Model, change: fn(&mut Model)| {
            change(&mut model);
            asked_again_after(|catalog| catalog.scorer = Box::new(model))
        };
        assert!(other(HASH, |_| ()), "the same weights are the same scorer");
        assert!(!other(HASH, |model| model.sure += 1e-6));
        assert!(!other(HASH, |model| model.likely -= 1e-6));
        assert!(!other(HASH, |model| model.rank[Feature::Length as usize] += 1e-4));
        assert!(!other(HASH, |model| model.calibrate.constant += 1e-4));
    }
}
