//! Dot products of signed bytes, by the widest instructions that this processor has.

/// Most dimensions a vector may have: keeps every partial sum inside an `i32` and the query in registers or first-level
/// cache.
pub const MAX_DIMS: usize = 1024;

/// An implementation of the scan. All give the same bits: sums are integers, and the one multiplication by the two
/// scales is done in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Vnni,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Default for Kernel {
    fn default() -> Self {
        Self::best()
    }
}

impl Kernel {
    /// Plain Rust; the reference for the others, and what WebAssembly runs.
    pub const PORTABLE: Self = Self(Kind::Portable);

    /// The fastest one that this processor can run.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            let wide = std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512vnni");
            return Self(if wide { Kind::Vnni } else { Kind::Avx2 });
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            return Self(Kind::Neon);
        }
        Self::PORTABLE
    }

    /// Every implementation that this processor can run, the portable one first.
    pub fn available() -> Vec<Self> {
        let mut all = vec![Self::PORTABLE];
        #[cfg(target_arch = "x86_64")]
        if Self::best().0 == Kind::Vnni {
            all.push(Self(Kind::Avx2));
        }
        if Self::best() != Self::PORTABLE {
            all.push(Self::best());
        }
        all
    }

    /// `vnni` (AVX-512), `avx2`, `neon` or `portable`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni => "vnni",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "neon",
        }
    }

    /// Has the processor fetch what will be read soon, where it can be told to.
    pub(super) fn fetch<T>(items: &[T]) {
        #[cfg(target_arch = "x86_64")]
        for at in (0..size_of_val(items)).step_by(64) {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: a hint, which reads nothing; the place is within the slice.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(items.as_ptr().cast::<i8>().add(at)) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = items;
    }

    /// Scores each row of `rows` (`out.len()` rows as wide as `query`, a multiple of 64) into `out`.
    ///
    /// # Panics
    /// Where the lengths don't fit each other.
    pub(super) fn scan(self, query: &[i8], rows: &[i8], scales: &[f32], query_scale: f32, out: &mut [f32]) {
        let dims = query.len();
        assert!(dims > 0 && dims.is_multiple_of(64) && dims <= MAX_DIMS);
        assert!(rows.len() == dims * out.len() && scales.len() == out.len());
        match self.0 {
            Kind::Portable => portable(query, rows, scales, query_scale, out),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Kind::Avx2` is made only where the processor has AVX2; the lengths were checked above.
            Kind::Avx2 => unsafe {
                match dims {
                    128 => avx2::scan::<4>(query, rows, scales, query_scale, out),
                    256 => avx2::scan::<8>(query, rows, scales, query_scale, out),
                    _ => avx2::scan_wide(query, rows, scales, query_scale, out),
                }
            },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Kind::Vnni` is made only where the processor has these extensions, and AVX2; the lengths were checked.
            Kind::Vnni => unsafe {
                match dims {
                    128 => super::vnni::scan::<2>(query, rows, scales, query_scale, out),
                    256 => super::vnni::scan::<4>(query, rows, scales, query_scale, out),
                    _ => avx2::scan_wide(query, rows, scales, query_scale, out),
                }
            },
            #[cfg(target_arch = "aarch64")]
            // SAFETY: `Kind::Neon` is made only where the processor has NEON; the lengths were checked above.
            Kind::Neon => unsafe { neon::scan(query, rows, scales, query_scale, out) },
        }
    }
}

fn portable(query: &[i8], rows: &[i8], scales: &[f32], query_scale: f32, out: &mut [f32]) {
    for ((row, scale), score) in rows.chunks_exact(query.len()).zip(scales).zip(out) {
        let sum: i32 = row
            .iter()
            .zip(query)
            .map(|(a, b)| i32::from(*a) * i32::from(*b))
            .sum();
        *score = sum as f32 * (scale * query_scale);
    }
}

/// The unsigned-by-signed multiply of AVX2 sums neighbours into 16 bits with saturation. With the sign of the query moved
/// onto the row, and no byte below -127, a pair is at most 2 * 127 * 127 = 32,258: it never saturates.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_shuffle_epi32, _mm256_abs_epi8, _mm256_add_epi32,
        _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16,
        _mm256_maddubs_epi16, _mm256_set1_epi16, _mm256_setzero_si256, _mm256_sign_epi8,
    };

    /// # Safety
    /// The processor has AVX2, `values` holds `at + 32` bytes.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn load(values: &[i8], at: usize) -> __m256i {
        debug_assert!(at + 32 <= values.len());
        // SAFETY: the caller guarantees 32 readable bytes; the load takes any alignment.
        unsafe { _mm256_loadu_si256(values.as_ptr().add(at).cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn sum(lanes: __m256i) -> i32 {
        let half = _mm_add_epi32(
            _mm256_castsi256_si128(lanes),
            _mm256_extracti128_si256::<1>(lanes),
        );
        let quarter = _mm_add_epi32(half, _mm_shuffle_epi32::<0b01_00_11_10>(half));
        _mm_cvtsi128_si32(_mm_add_epi32(
            quarter,
            _mm_shuffle_epi32::<0b10_11_00_01>(quarter),
        ))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn multiply(row: __m256i, query: __m256i, magnitude: __m256i) -> __m256i {
        _mm256_madd_epi16(
            _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(row, query)),
            _mm256_set1_epi16(1),
        )
    }

    /// Rows of `32 * N` bytes, with the query held in registers.
    ///
    /// # Safety
    /// The processor has AVX2; `query` is `32 * N` wide and `rows` holds `out.len()` rows.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn scan<const N: usize>(
        query: &[i8],
        rows: &[i8],
        scales: &[f32],
        query_scale: f32,
        out: &mut [f32],
    ) {
        let mut values = [_mm256_setzero_si256(); N];
        for (part, value) in values.iter_mut().enumerate() {
            // SAFETY: the query is 32 * N wide.
            *value = unsafe { load(query, part * 32) };
        }
        let magnitudes = values.map(|value| _mm256_abs_epi8(value));
        for ((row, scale), score) in rows.chunks_exact(32 * N).zip(scales).zip(out) {
            let mut lanes = _mm256_setzero_si256();
            for part in 0..N {
                // SAFETY: the row is 32 * N wide.
                let bytes = unsafe { load(row, part * 32) };
                lanes = _mm256_add_epi32(lanes, multiply(bytes, values[part], magnitudes[part]));
            }
            *score = sum(lanes) as f32 * (scale * query_scale);
        }
    }

    /// Rows of any multiple of 64.
    ///
    /// # Safety
    /// The processor has AVX2; `rows` holds `out.len()` rows as wide as `query`.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn scan_wide(
        query: &[i8],
        rows: &[i8],
        scales: &[f32],
        query_scale: f32,
        out: &mut [f32],
    ) {
        for ((row, scale), score) in rows.chunks_exact(query.len()).zip(scales).zip(out) {
            let mut lanes = _mm256_setzero_si256();
            for at in (0..query.len()).step_by(32) {
                // SAFETY: `at + 32` is within the width of both, which is a multiple of 64.
                let (bytes, value) = unsafe { (load(row, at), load(query, at)) };
                lanes = _mm256_add_epi32(lanes, multiply(bytes, value, _mm256_abs_epi8(value)));
            }
            *score = sum(lanes) as f32 * (scale * query_scale);
        }
    }
}

/// Two products of bytes in -127..=127 sum to at most 32,258, so a multiply and a multiply-accumulate fit 16 bits before
/// they are widened.
#[cfg(target_arch = "aarch64")]
mod neon {
    use std::arch::aarch64::{
        vaddvq_s32, vdupq_n_s32, vget_low_s8, vld1q_s8, vmlal_high_s8, vmull_s8, vpadalq_s16,
    };

    /// # Safety
    /// The processor has NEON; `rows` holds `out.len()` rows as wide as `query`, a multiple of 16.
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn scan(query: &[i8], rows: &[i8], scales: &[f32], query_scale: f32, out: &mut [f32]) {
        for ((row, scale), score) in rows.chunks_exact(query.len()).zip(scales).zip(out) {
            let mut even = vdupq_n_s32(0);
            let mut odd = vdupq_n_s32(0);
            for at in (0..query.len()).step_by(32) {
                // SAFETY: `at + 32` is within the width of both, which is a multiple of 64.
                let (a, b, c, d) = unsafe {
                    (
                        vld1q_s8(row.as_ptr().add(at)),
                        vld1q_s8(query.as_ptr().add(at)),
                        vld1q_s8(row.as_ptr().add(at + 16)),
                        vld1q_s8(query.as_ptr().add(at + 16)),
                    )
                };
                even = vpadalq_s16(
                    even,
                    vmlal_high_s8(vmull_s8(vget_low_s8(a), vget_low_s8(b)), a, b),
                );
                odd = vpadalq_s16(odd, vmlal_high_s8(vmull_s8(vget_low_s8(c), vget_low_s8(d)), c, d));
            }
            let sum = vaddvq_s32(even) + vaddvq_s32(odd);
            *score = sum as f32 * (scale * query_scale);
        }
    }
}
