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
    keys: Vec<u128>,
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
            self.keys.push(key(&hit));
            if self.keys.len() == 2 * self.limit {
                self.halve();
                self.floor = hit_of(self.keys[self.limit - 1]).score;
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
        self.hits.extend(self.keys.iter().map(|key| hit_of(*key)));
        &self.hits
    }

    /// Keeps the best, the least of them last.
    fn halve(&mut self) {
        self.keys.select_nth_unstable_by(self.limit - 1, |a, b| b.cmp(a));
        self.keys.truncate(self.limit);
    }
}

/// A number that is greater for a better hit, so that hits are compared in two instructions.
fn key(hit: &Hit) -> u128 {
    let bits = hit.score.to_bits();
    // The bits of negative numbers grow the wrong way.
    let ordered = bits ^ if bits >> 31 == 1 { u32::MAX } else { 1 << 31 };
    let place = u64::from(hit.source) << 32 | u64::from(hit.row);
    u128::from(ordered) << 64 | u128::from(!place)
}

fn hit_of(key: u128) -> Hit {
    let ordered = (key >> 64) as u32;
    let bits = ordered ^ if ordered >> 31 == 1 { 1 << 31 } else { u32::MAX };
    let place = !(key as u64);
    Hit {
        score: f32::from_bits(bits),
        source: (place >> 32) as u32,
        row: place as u32,
    }
}
