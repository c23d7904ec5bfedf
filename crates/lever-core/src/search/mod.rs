//! Quantised vectors and the exact scan over them.
