//! The best few of many scores.

/// One row and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Higher is nearer.
    pub score: f32,
    /// Which set the row is of, where several are searched.
    pub source: u32,
    /// Row in that set.
    pub row: u32,
}

/// Keeps the `limit` best hits; of equal scores those of the lower source and row.
///
/// Hits are gathered to twice the limit and then halved by selection, so that a hit costs the same however many are kept.
#[derive(Debug, Clone, Default)]
pub struct Top {
    limit: usize,
    floor: f32,
    keys: Vec<u64>,
    /// Source and row of all that were gathered, in the order in which they came.
    places: Vec<(u32, u32)>,
    hits: Vec<Hit>,
    greatest: Vec<f32>,
}

impl Top {
    /// Forgets all hits and sets how many to keep.
    pub fn reset(&mut self, limit: usize) {
        self.limit = limit;
        self.floor = if limit == 0 {
            f32::INFINITY
        } else {
            f32::NEG_INFINITY
        };
        self.keys.clear();
        self.keys.reserve(2 * limit);
        self.places.clear();
        self.hits.clear();
        self.hits.reserve(limit);
    }

    /// A score that is not greater than this cannot enter.
    pub fn floor(&self) -> f32 {
        self.floor
    }

    /// Offers a hit. Hits of one source are offered by ascending row, sources one after another. A NaN never enters.
    pub fn push(&mut self, hit: Hit) {
        if hit.score > self.floor {
            self.keys.push(key(hit.score, self.places.len()));
            self.places.push((hit.source, hit.row));
            if self.keys.len() == 2 * self.limit {
                self.halve();
                self.floor = score(self.keys[self.limit - 1]);
            }
        }
    }

    /// Has `offer` offer the hits with these scores. Where nothing bounds them yet and they are many, only those are looked at that
    /// are not less than what as many reach as are kept; and all of them where too few of those are accepted.
    pub(super) fn gather(&mut self, scores: &[f32], offer: impl Fn(&mut Self)) {
        let (keys, places) = (self.keys.len(), self.places.len());
        // Few enough that nothing is halved before it is clear that enough are accepted.
        if self.floor == f32::NEG_INFINITY
            && keys <= self.limit
            && let Some(reached) = self.estimate(scores)
        {
            self.floor = reached.next_down();
            offer(self);
            if self.places.len() - places >= self.limit {
                return;
            }
            self.floor = f32::NEG_INFINITY;
            self.keys.truncate(keys);
            self.places.truncate(places);
        }
        offer(self);
    }

    /// What at least as many scores reach as are kept; `None` where they are too few for that to save anything.
    fn estimate(&mut self, scores: &[f32]) -> Option<f32> {
        let groups = 2 * self.limit;
        if self.limit == 0 || scores.len() < 3 * groups {
            return None;
        }
        // The scores go to the groups in turn, and each group reaches its greatest.
        self.greatest.clear();
        self.greatest.resize(groups, f32::NEG_INFINITY);
        for some in scores.chunks(groups) {
            for (greatest, score) in self.greatest.iter_mut().zip(some) {
                *greatest = if score > greatest { *score } else { *greatest };
            }
        }
        let (_, reached, _) = self
            .greatest
            .select_nth_unstable_by(self.limit - 1, |a, b| b.total_cmp(a));
        Some(*reached)
    }

    /// The kept hits, best first.
    pub fn finish(&mut self) -> &[Hit] {
        if self.keys.len() > self.limit {
            self.halve();
        }
        self.keys.sort_unstable_by(|a, b| b.cmp(a));
        self.hits.clear();
        self.hits.extend(self.keys.iter().map(|key| {
            let (source, row) = self.places[arrival(*key)];
            let score = score(*key);
            Hit { score, source, row }
        }));
        &self.hits
    }

    /// Keeps the best, the least of them last.
    fn halve(&mut self) {
        self.keys.select_nth_unstable_by(self.limit - 1, |a, b| b.cmp(a));
        self.keys.truncate(self.limit);
    }
}

/// A number that is greater for a better hit, of equal ones for the one that came first: hits are compared in one instruction.
fn key(score: f32, arrival: usize) -> u64 {
    let bits = score.to_bits();
    // The bits of negative numbers grow the wrong way.
    let ordered = bits ^ if bits >> 31 == 1 { u32::MAX } else { 1 << 31 };
    u64::from(ordered) << 32 | u64::from(!(arrival as u32))
}

fn score(key: u64) -> f32 {
    let ordered = (key >> 32) as u32;
    f32::from_bits(ordered ^ if ordered >> 31 == 1 { 1 << 31 } else { u32::MAX })
}

fn arrival(key: u64) -> usize {
    !(key as u32) as usize
}
