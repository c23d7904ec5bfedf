//! Which known word a misspelt one was probably meant to be.

/// Shortest stem, in letters, that is corrected or corrected to: shorter ones are too near to each other.
const SHORTEST: usize = 4;
/// From this length on two mistakes are allowed.
const LONG: usize = 8;
/// Longest word looked at, in letters.
const LONGEST: usize = 24;

/// A set of the letters of a word; two words at a distance of d differ in at most 2 d of them.
pub(super) fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |set, byte| set | 1 << (byte & 31))
}

/// How many mistakes a word of this many letters may have.
pub(super) fn allowed(len: usize) -> usize {
    match len {
        ..SHORTEST => 0,
        SHORTEST..LONG => 1,
        LONG..=LONGEST => 2,
        _ => 0,
    }
}

/// Whether two words begin with the same letter, or with the same two swapped: few misspell the first letter.
pub(super) fn starts_alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    a.first() == b.first() || (a.len() > 1 && b.len() > 1 && a[0] == b[1] && a[1] == b[0])
}

/// Number of insertions, deletions, replacements and swaps of neighbours that make `a` of `b`, if at most `limit`.
/// (Optimal string alignment: Damerau, 1964.) Only for ASCII words.
pub(super) fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > limit || a.len() > LONGEST || b.len() > LONGEST {
        return None;
    }
    let mut before = [0; LONGEST + 1];
    let mut last: [usize; LONGEST + 1] = std::array::from_fn(|column| column);
    let mut row = [0; LONGEST + 1];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row[..=b.len()].iter().all(|value| *value > limit) {
            return None;
        }
        (before, last) = (last, row);
    }
    (last[b.len()] <= limit).then_some(last[b.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_counted() {
        for (a, b, expected) in [
            ("memory", "memory", Some(0)),
            ("memroy", "memory", Some(1)),
            ("memry", "memory", Some(1)),
            ("memmory", "memory", Some(1)),
            ("contianres", "containers", Some(2)),
            ("memory", "network", None),
            ("", "ab", Some(2)),
        ] {
            assert_eq!(distance(a, b, 2), expected, "{a} {b}");
            assert_eq!(distance(b, a, 2), expected, "{b} {a}");
            if expected.is_some() {
                assert!((letters(a) ^ letters(b)).count_ones() <= 4);
            }
        }
    }

    #[test]
    fn short_and_endless_words_are_left_alone() {
        assert_eq!(
            [allowed(3), allowed(4), allowed(7), allowed(8), allowed(25)],
            [0, 1, 1, 2, 0]
        );
        assert_eq!(distance(&"a".repeat(100), &"a".repeat(100), 2), None);
    }
}
