//! The best few of many scores.

use std::cmp::Ordering;

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
        self.hits.clear();
        self.hits.reserve(2 * limit);
    }

    /// A score that is not greater than this cannot enter.
    pub fn floor(&self) -> f32 {
        self.floor
    }

    /// Offers a hit. Hits of one source are offered by ascending row, sources one after another. A NaN never enters.
    pub fn push(&mut self, hit: Hit) {
        if hit.score > self.floor {
            self.hits.push(hit);
            if self.hits.len() == 2 * self.limit {
                self.hits.select_nth_unstable_by(self.limit - 1, order);
                self.hits.truncate(self.limit);
                self.floor = self.hits[self.limit - 1].score;
            }
        }
    }

    /// The kept hits, best first.
    pub fn finish(&mut self) -> &[Hit] {
        self.hits.sort_unstable_by(order);
        self.hits.truncate(self.limit);
        &self.hits
    }
}

fn order(a: &Hit, b: &Hit) -> Ordering {
    b.score
        .total_cmp(&a.score)
        .then(a.source.cmp(&b.source))
        .then(a.row.cmp(&b.row))
}
