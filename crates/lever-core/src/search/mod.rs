//! Quantised vectors and the exact scan over them.
//!
//! A vector is stored as signed bytes and one scale, `value = byte * scale`, with bytes in -127..=127. A scan is an
//! integer dot product a row and one multiplication, so that every implementation (AVX-512 VNNI, AVX2, NEON, portable) gives the same
//! bits. Exactness is the point: at these sizes a full scan costs microseconds and never misses.

mod column;
mod kernel;
mod top;
mod vectors;
#[cfg(target_arch = "x86_64")]
mod vnni;

pub use column::{Block, Column, Number};
pub use kernel::{Kernel, MAX_DIMS};
pub use top::{Hit, Top};
pub use vectors::{Query, Scan, VectorError, VectorSet};

#[cfg(test)]
mod tests;
