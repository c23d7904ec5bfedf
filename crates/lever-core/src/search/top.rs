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
