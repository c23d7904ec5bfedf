//! Vectors that were computed before, in a file that only grows: each record is complete or at the torn end.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// Vectors of one embedder by the hash of their text.
pub struct Vectors {
    file: Option<File>,
    dims: usize,
    known: HashMap<u64, Box<[f32]>>,
}

impl Vectors {
    /// Reads what is there. A file that cannot be written keeps nothing new.
    pub fn open(path: &Path, dims: usize) -> Self {
        let bytes = fs::read(path).unwrap_or_default();
        let record = 8 + 4 * dims;
        let whole = bytes.len() / record * record;
        let known = bytes.chunks_exact(record).map(read).collect();
        let file = OpenOptions::new().create(true).append(true).open(path).ok();
        // What another process is writing just now may look torn too; then its record is computed once more.
        let file = file.filter(|file| whole == bytes.len() || file.set_len(whole as u64).is_ok());
        Self { file, dims, known }
    }

    /// The vector of a text.
    pub fn get(&self, text: &str) -> Option<&[f32]> {
        self.known.get(&key(text)).map(AsRef::as_ref)
    }

    /// Keeps the vector of a text.
    pub fn put(&mut self, text: &str, vector: &[f32]) {
        debug_assert_eq!(vector.len(), self.dims);
        let key = key(text);
        let mut record = key.to_le_bytes().to_vec();
        record.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
        // One write a record, so that two processes do not mix theirs.
        if let Some(file) = &mut self.file
            && file.write_all(&record).is_err()
        {
            self.file = None;
        }
        self.known.insert(key, vector.into());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

fn read(record: &[u8]) -> (u64, Box<[f32]>) {
    let (key, values) = record.split_at(8);
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let values = values
        .chunks_exact(4)
        .map(|bytes| f32::from_bits(number(bytes) as u32))
        .collect();
    (number(key), values)
}

fn key(text: &str) -> u64 {
    let hash = blake3::hash(text.as_bytes());
    hash.as_bytes()[..8]
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_there_the_next_time_but_for_a_torn_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors");
        let mut vectors = Vectors::open(&path, 2);
        assert!(vectors.is_empty());
        vectors.put("a", &[1.5, -2.25]);
        vectors.put("b", &[0.5, f32::MIN_POSITIVE]);
        drop(vectors);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let mut vectors = Vectors::open(&path, 2);
        assert_eq!(vectors.get("a"), Some(&[1.5, -2.25][..]));
        assert_eq!((vectors.get("b"), vectors.len()), (None, 1));
        vectors.put("c", &[3.0, 4.0]);
        drop(vectors);
        let vectors = Vectors::open(&path, 2);
        assert_eq!(vectors.get("c"), Some(&[3.0, 4.0][..]));
    }

    #[test]
    fn a_folder_that_takes_nothing_only_forgets() {
        let mut vectors = Vectors::open(Path::new("/nowhere/at/all"), 1);
        vectors.put("a", &[1.0]);
        assert_eq!(vectors.get("a"), Some(&[1.0][..]));
    }
}
