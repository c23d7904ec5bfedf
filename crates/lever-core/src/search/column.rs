//! Numbers in a row: made here, or used where they lie in a block of bytes, such as a mapped file.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Bytes that columns lie in.
///
/// # Safety
/// `bytes` gives the same bytes at the same place for as long as the value lives, wherever the value itself is moved to,
/// and nothing changes them.
pub unsafe trait Block: Send + Sync {
    /// The bytes.
    fn bytes(&self) -> &[u8];
}

// SAFETY: a vector's bytes stay where they are, and who has it shared cannot change them.
unsafe impl Block for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// What a column can hold.
///
/// # Safety
/// Any bytes are a value, and there are none between values.
pub unsafe trait Number: Copy + 'static {
    /// From its bytes, little-endian.
    fn read(bytes: &[u8]) -> Self;
    /// Appends its bytes, little-endian.
    fn write(self, out: &mut Vec<u8>);
}

macro_rules! numbers {
    ($($kind:ty),*) => {$(
        // SAFETY: a primitive number.
        unsafe impl Number for $kind {
            fn read(bytes: &[u8]) -> Self {
                bytes.try_into().map_or_else(|_| <$kind>::default(), <$kind>::from_le_bytes)
            }

            fn write(self, out: &mut Vec<u8>) {
                out.extend(self.to_le_bytes());
            }
        }
    )*};
}
numbers!(u8, i8, u32, u64, f32);

/// A list of numbers; reads like a slice. What is lent is copied when it is first changed.
#[derive(Clone)]
pub struct Column<T: Number>(Items<T>);

#[derive(Clone)]
enum Items<T: Number> {
    Own(Vec<T>),
    Lent {
        /// Of the block's bytes.
        items: &'static [T],
        /// Keeps them where they are.
        _block: Arc<dyn Block>,
    },
}

impl<T: Number> Column<T> {
    /// The numbers in a stretch of a block, which stay there where they can be used as they lie. `None` where there is no
    /// such stretch, or it is no whole number of them.
    pub fn lend(block: &Arc<dyn Block>, range: Range<usize>) -> Option<Self> {
        let bytes = block.bytes().get(range)?;
        if bytes.len() % size_of::<T>() != 0 {
            return None;
        }
        let start = bytes.as_ptr().cast::<T>();
        if cfg!(target_endian = "big") || !start.is_aligned() {
            return Some(bytes.chunks_exact(size_of::<T>()).map(T::read).collect());
        }
        // SAFETY: aligned, of the right length, any bytes are a `T`; and the block, which is kept beside the slice and
        // outlives every borrow of this column, promises that they stay as and where they are.
        let items = unsafe { std::slice::from_raw_parts(start, bytes.len() / size_of::<T>()) };
        Some(Self(Items::Lent {
            items,
            _block: block.clone(),
        }))
    }

    /// The list, to be changed.
    pub fn own(&mut self) -> &mut Vec<T> {
        if let Items::Lent { items, .. } = &self.0 {
            self.0 = Items::Own(items.to_vec());
        }
        match &mut self.0 {
            Items::Own(items) => items,
            Items::Lent { .. } => unreachable!("it was copied"),
        }
    }

    /// Appends all numbers as bytes, little-endian.
    pub fn write(&self, out: &mut Vec<u8>) {
        if cfg!(target_endian = "big") {
            self.iter().for_each(|item| item.write(out));
            return;
        }
        // SAFETY: numbers have no bytes between them, and any byte may be read as one.
        out.extend_from_slice(unsafe {
            std::slice::from_raw_parts(self.as_ptr().cast::<u8>(), size_of_val(&**self))
        });
    }
}

impl<T: Number> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Items::Own(items) => items,
            Items::Lent { items, .. } => items,
        }
    }
}

impl<T: Number> Default for Column<T> {
    fn default() -> Self {
        Self(Items::Own(Vec::new()))
    }
}

impl<T: Number> From<Vec<T>> for Column<T> {
    fn from(items: Vec<T>) -> Self {
        Self(Items::Own(items))
    }
}

impl<T: Number> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(Items::Own(items.into_iter().collect()))
    }
}

impl<T: Number> fmt::Debug for Column<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} numbers", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_from_any_place() {
        let numbers: Column<u32> = (0..100).map(|number| number * 0x0101_0101).collect();
        for shift in 0..8 {
            let mut bytes = vec![0xaa; shift];
            numbers.write(&mut bytes);
            let end = bytes.len();
            let block: Arc<dyn Block> = Arc::new(bytes);
            let mut lent = Column::<u32>::lend(&block, shift..end).unwrap();
            drop(block);
            assert_eq!(*lent, *numbers);
            let other = lent.clone();
            lent.own().push(7);
            assert_eq!((lent.len(), other.len()), (101, 100));
        }
    }

    #[test]
    fn what_is_not_there_is_not_lent() {
        let block: Arc<dyn Block> = Arc::new(vec![0u8; 10]);
        assert!(Column::<u32>::lend(&block, 0..8).is_some());
        assert!(Column::<u32>::lend(&block, 0..10).is_none());
        assert!(Column::<u32>::lend(&block, 4..12).is_none());
        assert!(Column::<u64>::lend(&block, 10..10).is_some_and(|none| none.is_empty()));
    }
}
