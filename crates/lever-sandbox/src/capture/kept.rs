//! What is kept of an output of any length.

/// The most that [`Kept::tail`] gives.
pub const TAIL: usize = 4096;

/// The first bytes of an output, its last few, and how many there were: no output can fill the memory.
#[derive(Debug)]
pub struct Kept {
    first: Vec<u8>,
    /// What came last of what is not in `first`.
    last: Vec<u8>,
    bytes: u64,
    limit: usize,
}

impl Kept {
    /// Keeps up to `limit` bytes from the start.
    pub fn new(limit: usize) -> Self {
        Self {
            first: Vec::new(),
            last: Vec::new(),
            bytes: 0,
            limit,
        }
    }

    /// Takes what comes next.
    pub fn take(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        let (first, rest) = chunk.split_at(chunk.len().min(self.limit - self.first.len()));
        self.first.extend_from_slice(first);
        let rest = &rest[rest.len().saturating_sub(TAIL)..];
        let over = (self.last.len() + rest.len()).saturating_sub(TAIL);
        self.last.drain(..over);
        self.last.extend_from_slice(rest);
    }

    /// How many bytes came.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether more came than is kept from the start.
    pub fn truncated(&self) -> bool {
        self.bytes > self.first.len() as u64
    }

    /// The last bytes, up to [`TAIL`].
    pub fn tail(&self) -> Vec<u8> {
        let missing = (TAIL - self.last.len()).min(self.first.len());
        [&self.first[self.first.len() - missing..], &self.last].concat()
    }

    /// The first bytes, up to the limit.
    pub fn into_first(self) -> Vec<u8> {
        self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_start_the_end_and_the_count_are_kept(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3_000), 0..12),
            limit in 0_usize..9_000,
        ) {
            let whole = chunks.concat();
            let mut kept = Kept::new(limit);
            for chunk in &chunks {
                kept.take(chunk);
            }
            prop_assert_eq!(kept.bytes(), whole.len() as u64);
            prop_assert_eq!(kept.truncated(), whole.len() > limit);
            prop_assert_eq!(kept.tail(), &whole[whole.len().saturating_sub(TAIL)..]);
            prop_assert_eq!(kept.into_first(), &whole[..whole.len().min(limit)]);
        }
    }

    #[test]
    fn what_is_not_kept_takes_no_memory() {
        let (mut kept, chunk) = (Kept::new(1_000), vec![b'y'; 65_536]);
        for _ in 0..1_000 {
            kept.take(&chunk);
        }
        assert_eq!(kept.bytes(), 65_536_000);
        assert!(kept.first.capacity() + kept.last.capacity() < 20_000);
    }
}
