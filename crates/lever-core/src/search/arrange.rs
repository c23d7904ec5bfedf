//! Arranges a large set in lists of like vectors: spherical k-means in two levels, the same for the same vectors.

use std::ops::Range;

use super::column::Column;
use super::kernel::Kernel;
use super::lists::Lists;
use super::vectors::{VectorSet, quantise};

/// From so many vectors on a decision takes about half as long by lists; at half as many it gains nearly nothing by them.
pub const LISTED_FROM: usize = 100_000;
/// Vectors of a list, on average.
const LIST: usize = 24;
/// Vectors for each middle that it is learned from, and times that they are looked at.
const SAMPLE: usize = 16;
const ROUNDS: usize = 3;
/// A vector's list is looked for in so many of the nearest groups of lists.
const GROUPS: usize = 8;

impl VectorSet {
    /// Arranges a set of at least [`LISTED_FROM`] vectors in lists, in some microseconds a vector; leaves a smaller one as it is. Rows keep
    /// their numbers.
    pub fn arrange(&mut self) {
        if self.len() >= LISTED_FROM && self.lists.is_empty() {
            self.arrange_in(self.len() / LIST);
        }
    }

    /// Arranges in about so many lists.
    pub(crate) fn arrange_in(&mut self, count: usize) {
        let groups = Groups::learn(self, count);
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); groups.middles.len()];
        let mut scores = Vec::new();
        let mut list_of = vec![0; self.len()];
        // Rows of one group look in the same few groups, which the processor then has at hand.
        for row in groups.members.iter().flatten() {
            let row = *row as usize;
            list_of[row] = groups.list_of(self, row, &mut scores);
        }
        for (row, list) in list_of.into_iter().enumerate() {
            lists[list].push(row as u32);
        }
        lists.retain(|list| !list.is_empty());
        let mut middles = Middles::new(self.dims());
        for list in &lists {
            middles.push_mean(self, list);
        }
        let mut starts = vec![0];
        starts.extend(lists.iter().scan(0, |end, list| {
            *end += list.len() as u32;
            Some(*end)
        }));
        let order = lists.concat();
        let mut places = vec![0; order.len()];
        let (mut rows, mut scales) = (Vec::with_capacity(self.rows.len()), Vec::new());
        for (place, row) in order.iter().enumerate() {
            places[*row as usize] = place as u32;
            rows.extend_from_slice(self.row_bytes(*row as usize));
            scales.push(self.scales[*row as usize]);
        }
        (self.rows, self.scales) = (rows.into(), scales.into());
        self.lists = Lists {
            rows: middles.rows.into(),
            scales: middles.scales.into(),
            starts: starts.into(),
            order: order.into(),
            places: Column::from(places),
        };
    }

    /// Of a set that is not arranged yet.
    fn row_bytes(&self, row: usize) -> &[i8] {
        &self.rows[row * self.dims()..(row + 1) * self.dims()]
    }
}

/// Unit vectors in the middle of others.
struct Middles {
    dims: usize,
    rows: Vec<i8>,
    scales: Vec<f32>,
    /// Working memory.
    sum: Vec<f32>,
}

impl Middles {
    fn new(dims: usize) -> Self {
        Self {
            dims,
            rows: Vec::new(),
            scales: Vec::new(),
            sum: vec![0.0; dims],
        }
    }

    fn len(&self) -> usize {
        self.scales.len()
    }

    fn push_mean(&mut self, set: &VectorSet, members: &[u32]) {
        let at = self.len();
        self.rows.resize((at + 1) * self.dims, 0);
        self.scales.push(0.0);
        self.set_mean(at, set, members);
    }

    /// Where the members cancel each other out, the middle stays as it is.
    fn set_mean(&mut self, at: usize, set: &VectorSet, members: &[u32]) {
        self.sum.fill(0.0);
        for row in members {
            let scale = set.scales[*row as usize];
            for (sum, byte) in self.sum.iter_mut().zip(set.row_bytes(*row as usize)) {
                *sum += f32::from(*byte) * scale;
            }
        }
        let length = self.sum.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > f32::MIN_POSITIVE {
            self.sum.iter_mut().for_each(|value| *value /= length);
            let row = &mut self.rows[at * self.dims..(at + 1) * self.dims];
            self.scales[at] = quantise(&self.sum, row);
        }
    }

    /// Scores a vector's bytes beside a range of middles; which scale they have makes no difference to what is nearest.
    fn score(&self, bytes: &[i8], range: Range<usize>, scores: &mut Vec<f32>) {
        scores.clear();
        scores.resize(range.len(), 0.0);
        let rows = &self.rows[range.start * self.dims..range.end * self.dims];
        Kernel::best().scan(bytes, rows, &self.scales[range], 1.0, scores);
    }

    /// `count` middles of these rows, or one for each row where there are fewer.
    fn learn(set: &VectorSet, sample: &[u32], count: usize) -> Self {
        let mut middles = Self::new(set.dims());
        let count = count.clamp(1, sample.len().max(1));
        for at in 0..count.min(sample.len()) {
            middles.push_mean(set, &sample[at..=at]);
        }
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut scores = Vec::new();
        for _ in 0..ROUNDS {
            members.iter_mut().for_each(Vec::clear);
            for row in sample {
                middles.score(set.row_bytes(*row as usize), 0..middles.len(), &mut scores);
                members[greatest(&scores)].push(*row);
            }
            for (at, list) in members.iter().enumerate() {
                middles.set_mean(at, set, list);
            }
        }
        middles
    }
}

/// Middles of lists, and over them those of groups of lists, so that not all have to be looked at for each vector.
struct Groups {
    middles: Middles,
    /// The lists of each group.
    ranges: Vec<Range<usize>>,
    /// The rows of each group.
    members: Vec<Vec<u32>>,
    /// The groups that are nearest to each row, the nearest first.
    near: Vec<[u16; GROUPS]>,
}

impl Groups {
    fn learn(set: &VectorSet, lists: usize) -> Self {
        let mut chance = Chance(1);
        // Twice as many groups as a group has lists: that is the least work.
        let count = (2 * lists.isqrt()).clamp(1, usize::from(u16::MAX));
        let all: Vec<u32> = (0..set.len() as u32).collect();
        let upper = Middles::learn(set, &chance.sample(&all, count * SAMPLE), count);
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); upper.len()];
        let mut scores = Vec::new();
        let near: Vec<[u16; GROUPS]> = all
            .iter()
            .map(|row| {
                upper.score(set.row_bytes(*row as usize), 0..upper.len(), &mut scores);
                let near = [(); GROUPS].map(|()| {
                    let group = greatest(&scores);
                    scores[group] = f32::NEG_INFINITY;
                    group as u16
                });
                members[usize::from(near[0])].push(*row);
                near
            })
            .collect();
        let mut middles = Middles::new(set.dims());
        let mut ranges = Vec::new();
        for group in &members {
            let start = middles.len();
            let count = (group.len() * lists).div_ceil(set.len().max(1));
            if !group.is_empty() {
                let more = Middles::learn(set, &chance.sample(group, count * SAMPLE), count);
                middles.rows.extend(more.rows);
                middles.scales.extend(more.scales);
            }
            ranges.push(start..middles.len());
        }
        Self {
            middles,
            ranges,
            members,
            near,
        }
    }

    /// The nearest list of the nearest groups.
    fn list_of(&self, set: &VectorSet, row: usize, scores: &mut Vec<f32>) -> usize {
        let (mut best, mut most) = (0, f32::NEG_INFINITY);
        for group in self.near[row] {
            let range = self.ranges[usize::from(group)].clone();
            if range.is_empty() {
                continue;
            }
            self.middles.score(set.row_bytes(row), range.clone(), scores);
            let at = greatest(scores);
            if scores[at] > most {
                (best, most) = (range.start + at, scores[at]);
            }
        }
        best
    }
}

/// Where the greatest score is, the first of equal ones. Eight are compared side by side, since one waits for the one before.
fn greatest(scores: &[f32]) -> usize {
    let (eights, rest) = scores.as_chunks::<8>();
    let mut most = [f32::NEG_INFINITY; 8];
    for eight in eights {
        for (most, score) in most.iter_mut().zip(eight) {
            *most = if *score > *most { *score } else { *most };
        }
    }
    let most = most.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter().position(|score| *score >= most).unwrap_or_default()
}

/// Numbers that look drawn and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((self.0 >> 33) as usize) % end
    }

    /// So many of them without repetition, or all.
    fn sample(&mut self, rows: &[u32], count: usize) -> Vec<u32> {
        let mut rows = rows.to_vec();
        let count = count.min(rows.len());
        for at in 0..count {
            let other = at + self.below(rows.len() - at);
            rows.swap(at, other);
        }
        rows.truncate(count);
        rows
    }
}
