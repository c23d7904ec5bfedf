//! Words whose tokens were found a moment ago: most words of a table's phrases, and of requests, come again and again.

use crate::text::hash;

/// Words that are kept at a time; a power of two.
const KEPT: usize = 512;
/// Longest word that is kept, in bytes.
const LONGEST: usize = 16;
/// Most tokens of a word that is kept.
const MOST: usize = 4;

/// Tokens by word, for one table at a time; a word takes the place of another with the same hash.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownWords {
    /// Which table the tokens are of.
    table: usize,
    words: Vec<Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    length: u8,
    text: [u8; LONGEST],
    count: u8,
    rows: [u32; MOST],
}

const FREE: Known = Known {
    length: 0,
    text: [0; LONGEST],
    count: 0,
    rows: [0; MOST],
};

impl KnownWords {
    /// Adds the tokens of a word to `rows`: the kept ones, else what `find` adds.
    pub(super) fn tokens(
        &mut self,
        table: &[u8],
        word: &[u8],
        rows: &mut Vec<u32>,
        find: impl FnOnce(&mut Vec<u32>),
    ) {
        if word.is_empty() || word.len() > LONGEST {
            find(rows);
            return;
        }
        // Tables are parts of programs and stay where they are.
        if self.table != table.as_ptr() as usize {
            self.table = table.as_ptr() as usize;
            self.words.clear();
            self.words.resize(KEPT, FREE);
        }
        let place = &mut self.words[hash(word, 0) as usize % KEPT];
        if usize::from(place.length) == word.len() && place.text[..word.len()] == *word {
            rows.extend_from_slice(&place.rows[..usize::from(place.count)]);
            return;
        }
        let before = rows.len();
        find(rows);
        let found = &rows[before..];
        if found.len() <= MOST {
            place.length = word.len() as u8;
            place.text[..word.len()].copy_from_slice(word);
            place.count = found.len() as u8;
            place.rows[..found.len()].copy_from_slice(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_was_found() {
        let mut known = KnownWords::default();
        let (one, other) = ([0u8; 1], [0u8; 1]);
        for round in 0..3 {
            for number in 0..2000u32 {
                let word = format!("w{number}");
                let mut rows = vec![7];
                let table = if round == 2 { &other } else { &one };
                let shift = if round == 2 { 9 } else { 0 };
                known.tokens(table, word.as_bytes(), &mut rows, |rows| {
                    rows.extend((0..number % 6).map(|token| number + token + shift));
                });
                let right: Vec<u32> = [7]
                    .into_iter()
                    .chain((0..number % 6).map(|token| number + token + shift))
                    .collect();
                assert_eq!(rows, right, "{word}");
            }
        }
    }

    #[test]
    fn a_word_that_came_before_is_not_looked_for() {
        let (mut known, table) = (KnownWords::default(), [0u8; 1]);
        known.tokens(&table, b"disk", &mut Vec::new(), |rows| rows.push(3));
        let mut rows = Vec::new();
        known.tokens(&table, b"disk", &mut rows, |_| panic!("it is known"));
        assert_eq!(rows, [3]);
    }
}
