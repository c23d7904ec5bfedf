//! The ids of a layer's commands, by number and by id, used where they lie.

use std::ops::Range;
use std::sync::Arc;

use lever_core::search::{Block, Column};

/// Ids in the order of their commands' numbers.
pub(crate) struct Ids {
    text: Column<u8>,
    /// Where each ends in the text.
    ends: Column<u32>,
    /// Their places, sorted by id.
    order: Column<u32>,
}

/// A part of the list, to be written.
pub(crate) enum Stretch<'i> {
    Text(&'i Column<u8>),
    Numbers(&'i Column<u32>),
}

impl Stretch<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => text.write(out),
            Self::Numbers(numbers) => numbers.write(out),
        }
    }
}

impl Ids {
    pub(crate) fn new(ids: &[String]) -> Self {
        let mut order: Vec<u32> = (0..ids.len() as u32).collect();
        order.sort_unstable_by_key(|place| ids[*place as usize].as_str());
        let ends = ids.iter().scan(0, |end, id| {
            *end += id.len() as u32;
            Some(*end)
        });
        Self {
            text: ids.iter().flat_map(|id| id.bytes()).collect(),
            ends: ends.collect(),
            order: order.into(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The id at a place.
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        let start = place
            .checked_sub(1)
            .map_or(Some(0), |before| self.ends.get(before).copied())?;
        let bytes = self.text.get(start as usize..*self.ends.get(place)? as usize)?;
        std::str::from_utf8(bytes).ok()
    }

    /// The place of an id.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        let found = self
            .order
            .binary_search_by_key(&id, |place| self.get(*place as usize).unwrap_or_default());
        found.ok().map(|at| self.order[at])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|place| self.get(place).unwrap_or_default())
    }

    /// Text, ends and order as bytes, one after the other, for [`open`](Self::open).
    pub(crate) fn parts(&self) -> [Stretch<'_>; 3] {
        [
            Stretch::Text(&self.text),
            Stretch::Numbers(&self.ends),
            Stretch::Numbers(&self.order),
        ]
    }

    /// `None` where the stretches are no list of ids. Whatever the bytes are, later use does not panic.
    pub(crate) fn open(block: &Arc<dyn Block>, [text, ends, order]: [Range<usize>; 3]) -> Option<Self> {
        let ids = Self {
            text: Column::lend(block, text)?,
            ends: Column::lend(block, ends)?,
            order: Column::lend(block, order)?,
        };
        (ids.order.len() == ids.len()).then_some(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_both_ways_also_where_they_lie() {
        let ids: Vec<String> = ["k2", "pack:disk", "a", "", "zzzzzz"].map(str::to_owned).into();
        let made = Ids::new(&ids);
        let parts = made.parts().map(|part| {
            let mut bytes = Vec::new();
            part.write(&mut bytes);
            bytes
        });
        let ranges = [
            0..parts[0].len(),
            32..32 + parts[1].len(),
            64..64 + parts[2].len(),
        ];
        let mut bytes = vec![0; 100];
        for (range, part) in ranges.iter().zip(&parts) {
            bytes[range.clone()].copy_from_slice(part);
        }
        let block: Arc<dyn Block> = Arc::new(bytes);
        let opened = Ids::open(&block, ranges).unwrap();
        for known in [&made, &opened] {
            assert!(known.iter().eq(ids.iter()));
            for (place, id) in ids.iter().enumerate() {
                assert_eq!(known.get(place), Some(id.as_str()));
                assert_eq!(known.find(id), Some(place as u32));
            }
            assert_eq!((known.get(5), known.find("b")), (None, None));
        }
    }

    #[test]
    fn damaged_lists_find_nothing() {
        let block: Arc<dyn Block> =
            Arc::new((0..64u8).map(|byte| byte.wrapping_mul(151)).collect::<Vec<_>>());
        let opened = Ids::open(&block, [0..10, 16..32, 32..48]).unwrap();
        for place in 0..6 {
            let _ = opened.get(place);
        }
        assert_eq!(opened.find("x"), None);
        assert!(Ids::open(&block, [0..10, 16..32, 32..52]).is_none());
        assert!(Ids::open(&block, [0..10, 16..31, 32..48]).is_none());
    }
}
