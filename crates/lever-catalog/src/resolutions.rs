//! Requests that gate 2 decided before: the same words are answered without a search while nothing changed that matching
//! can see.
//!
//! Two levels: a few in this process, and those that were run in the store, for processes to come. Both are bounded, both
//! are good for one state of the namespace and one matcher, and a store that cannot be read or written only means a search.

use std::collections::HashMap;
use std::sync::Arc;
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
    known: HashMap<String, HashMap<String, Resolved>>,
    count: usize,
}

#[derive(Debug)]
struct Resolved {
    generation: i64,
    /// As it is told when it is asked again.
    found: Arc<Match>,
    /// Whether the store has it.
    kept: bool,
}

impl Catalog {
    /// Gates 1 and 2 together: always answers, with `none` where nothing comes near, and with the nearest few.
    ///
    /// # Errors
    /// A request that is no text; a store that cannot be read.
    pub fn match_semantic(&mut self, namespace: &str, request: &str) -> Result<Arc<Match>, CatalogError> {
        let began = Instant::now();
        if request.len() > LONGEST {
            return Ok(Arc::new(self.search(namespace, request, SHOWN)?));
        }
        self.refresh(namespace)?;
        let Some(generation) = self.matchers.get(namespace).map(|matcher| matcher.generation) else {
            return Ok(Arc::new(self.search(namespace, request, SHOWN)?));
        };
        if self.resolutions.get(namespace, request, generation).is_none() {
            self.load_resolution(namespace, request, generation);
        }
        if let Some(resolved) = self.resolutions.get(namespace, request, generation) {
            // Copied only if an earlier answer is still held.
            let found = Arc::make_mut(&mut resolved.found);
            found.cached = true;
            found.took_us = began.elapsed().as_secs_f64() * 1e6;
            return Ok(Arc::clone(&resolved.found));
        }
        let found = Arc::new(self.search(namespace, request, SHOWN)?);
        let resolved = Resolved {
            generation,
            found: Arc::clone(&found),
            kept: false,
        };
        self.resolutions.put(namespace, request, resolved);
        Ok(found)
    }

    /// What another process decided.
    fn load_resolution(&mut self, namespace: &str, request: &str, generation: i64) {
        let name = self.matcher_name();
        let Ok(Some(json)) = self.store.resolution(namespace, request, generation, &name) else {
            return;
        };
        if let Ok(found) = serde_json::from_str(&json) {
            let resolved = Resolved {
                generation,
                found: Arc::new(found),
                kept: true,
            };
            self.resolutions.put(namespace, request, resolved);
        }
    }

    /// Keeps what a run was found by for processes to come, unless the store has it.
    pub(crate) fn keep_resolution(&mut self, namespace: &str, request: &str) {
        let name = self.matcher_name();
        let known = self.resolutions.known.get_mut(namespace);
        let Some(resolved) = known
            .and_then(|known| known.get_mut(request))
            .filter(|resolved| !resolved.kept)
        else {
            return;
        };
        if let Ok(json) = serde_json::to_string(&*resolved.found) {
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
    /// What was decided of these words in this state of the namespace.
    fn get(&mut self, namespace: &str, request: &str, generation: i64) -> Option<&mut Resolved> {
        let resolved = self.known.get_mut(namespace)?.get_mut(request)?;
        (resolved.generation == generation).then_some(resolved)
    }

    fn put(&mut self, namespace: &str, request: &str, resolved: Resolved) {
        if self.count >= MOST {
            *self = Self::default();
        }
        let known = self.known.entry(namespace.to_owned()).or_default();
        let replaced = known.insert(request.to_owned(), resolved);
        self.count += usize::from(replaced.is_none());
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
        assert!(!other(HASH, |model| model.rank.direct[Feature::Length as usize] += 1e-4));
        assert!(!other(HASH, |model| model.calibrate.constant += 1e-4));
    }
}
