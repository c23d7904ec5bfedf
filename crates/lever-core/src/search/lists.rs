//! Lists of like vectors in a large set, and the search that reads the nearest of them.

use super::column::Column;
use super::top::Top;
use super::vectors::{Part, Scan, Scores, VectorSet};

/// A search reads this times the root of the number of lists: an eighth of a set of a hundred thousand, a twenty-fifth of a million.
const BREADTH: usize = 8;

/// What lies where in a set that is arranged: its vectors list by list, and in a list by row.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    /// The middle of each list.
    pub(super) rows: Column<i8>,
    pub(super) scales: Column<f32>,
    /// Where each list starts; one more than there are lists.
    pub(super) starts: Column<u32>,
    /// The row at each place, and the place of each row.
    pub(super) order: Column<u32>,
    pub(super) places: Column<u32>,
}

impl Lists {
    /// Of what [`middles`](Self::middles), [`starts`](Self::starts) and [`order`](Self::order) gave. Numbers that do not fit
    /// each other hide rows from searches, nothing worse.
    pub fn of(
        (rows, scales): (Column<i8>, Column<f32>),
        starts: Column<u32>,
        (order, places): (Column<u32>, Column<u32>),
    ) -> Self {
        Self {
            rows,
            scales,
            starts,
            order,
            places,
        }
    }

    /// The middles of the lists: bytes, and what each row of them is multiplied by.
    pub fn middles(&self) -> (&Column<i8>, &Column<f32>) {
        (&self.rows, &self.scales)
    }

    /// Where each list starts, and the last ends.
    pub fn starts(&self) -> &Column<u32> {
        &self.starts
    }

    /// The row at each place, and the place of each row.
    pub fn order(&self) -> (&Column<u32>, &Column<u32>) {
        (&self.order, &self.places)
    }

    /// Number of lists.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether the set lies row by row.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// Whether the columns are as long as those of a set of so many vectors.
    pub(super) fn fit(&self, dims: usize, count: usize) -> bool {
        let bytes = self.len().checked_mul(dims) == Some(self.rows.len());
        let order = (self.order.len(), self.places.len());
        if self.is_empty() {
            return bytes && order == (0, 0) && self.starts.is_empty();
        }
        bytes && order == (count, count) && self.starts.len() == self.len() + 1
    }

    pub(super) fn place(&self, row: usize) -> Option<usize> {
        if self.is_empty() {
            return Some(row);
        }
        self.places.get(row).map(|place| *place as usize)
    }

    /// How many lists a search reads.
    fn breadth(&self) -> usize {
        BREADTH * self.len().isqrt().max(1)
    }
}

impl VectorSet {
    /// Offers the rows of the nearest lists.
    pub(super) fn search_lists(
        &self,
        scan: &Scan<'_>,
        keep: impl Fn(usize) -> bool,
        scores: &mut Scores,
        top: &mut Top,
    ) {
        let lists = &self.lists;
        let middles = Part {
            dims: self.dims(),
            rows: &lists.rows,
            scales: &lists.scales,
        };
        scores.lists.reset(lists.breadth());
        scores.some.clear();
        scores.some.resize(lists.len(), 0.0);
        middles.search(scan, &mut scores.some, &mut scores.lists, |list| {
            Some(list as u32)
        });
        // By place, so that neighbours are read in one go.
        let near = &mut scores.near;
        near.clear();
        near.extend(scores.lists.finish().iter().map(|list| list.row));
        near.sort_unstable();
        // Lists that overlap, which only damage makes, are not read for long.
        let mut left = self.len();
        for list in near.iter() {
            let places = lists.starts[*list as usize] as usize..lists.starts[*list as usize + 1] as usize;
            let (Some(part), Some(order)) = (self.part(places.clone()), lists.order.get(places)) else {
                continue;
            };
            let Some(rest) = left.checked_sub(order.len()) else {
                break;
            };
            left = rest;
            scores.some.clear();
            scores.some.resize(order.len(), 0.0);
            part.search(scan, &mut scores.some, top, |place| {
                let row = order[place];
                ((row as usize) < self.len() && keep(row as usize)).then_some(row)
            });
        }
    }
}
