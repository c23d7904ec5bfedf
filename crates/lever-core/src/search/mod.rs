//! Quantised vectors and the exact scan over them.
//!
//! A vector is stored as signed bytes and one scale, `value = byte * scale`, with bytes in -127..=127. A scan is an
//! integer dot product a row and one multiplication, so that every implementation (AVX-512 VNNI, AVX2, NEON, portable) gives the same
//! bits. Exactness is the point: at usual sizes a full scan costs microseconds and never misses.
//!
//! A set of a hundred thousand or more is arranged in lists of like vectors, of which a search reads those that are nearest: it passes by a
//! few of the far ones, and scores what it reads exactly.

mod arrange;
mod column;
mod kernel;
mod lists;
mod top;
mod vectors;
#[cfg(target_arch = "x86_64")]
mod vnni;

pub use arrange::LISTED_FROM;
pub use column::{Block, Column, Number};
pub use kernel::{Kernel, MAX_DIMS};
pub use lists::Lists;
pub use top::{Hit, Top};
pub use vectors::{Query, Scan, Scores, VectorError, VectorSet};

#[cfg(test)]
mod lists_tests;
#[cfg(test)]
mod tests;
