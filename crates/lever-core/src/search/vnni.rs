//! The scan by the dot-product instructions of AVX-512: four bytes of a row and of the query at a time, unsigned by signed.
//!
//! A row's bytes become unsigned by flipping their sign bits, which adds 128 to each; 128 times the sum of the query is taken
//! away again. Nothing saturates: a lane holds at most 255 * 127 * 4 for every 64 dimensions.

use std::arch::x86_64::{
    __m256i, __m512i, _mm_add_epi32, _mm_cvtepi32_ps, _mm_loadu_ps, _mm_mul_ps, _mm_set1_epi32, _mm_set1_ps,
    _mm_storeu_ps, _mm_sub_epi32, _mm256_add_epi32, _mm256_castsi256_si128, _mm256_extracti128_si256,
    _mm256_hadd_epi32, _mm512_castsi512_si256, _mm512_dpbusd_epi32, _mm512_extracti64x4_epi64,
    _mm512_loadu_si512, _mm512_reduce_add_epi32, _mm512_set1_epi8, _mm512_setzero_si512, _mm512_xor_si512,
};

/// Rows whose sums are made together.
const ROWS: usize = 4;

/// # Safety
/// The processor has AVX-512 F, `values` holds `at + 64` bytes.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn load(values: &[i8], at: usize) -> __m512i {
    debug_assert!(at + 64 <= values.len());
    // SAFETY: the caller guarantees 64 readable bytes; the load takes any alignment.
    unsafe { _mm512_loadu_si512(values.as_ptr().add(at).cast()) }
}

/// Products of a row and the query, in sixteen sums.
///
/// # Safety
/// The processor has AVX-512 F and VNNI; `row` is `64 * N` wide.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn multiply<const N: usize>(row: &[i8], query: &[__m512i; N]) -> __m512i {
    let flip = _mm512_set1_epi8(-128);
    let mut lanes = _mm512_setzero_si512();
    for (part, value) in query.iter().enumerate() {
        // SAFETY: the row is 64 * N wide.
        let bytes = unsafe { load(row, part * 64) };
        lanes = _mm512_dpbusd_epi32(lanes, _mm512_xor_si512(bytes, flip), *value);
    }
    lanes
}

#[inline]
#[target_feature(enable = "avx2,avx512f")]
fn fold(lanes: __m512i) -> __m256i {
    _mm256_add_epi32(
        _mm512_castsi512_si256(lanes),
        _mm512_extracti64x4_epi64::<1>(lanes),
    )
}

/// Rows of `64 * N` bytes, with the query held in registers.
///
/// # Safety
/// The processor has AVX2, AVX-512 F and VNNI; `query` is `64 * N` wide, `rows` holds `out.len()` rows, and there are as many
/// scales.
#[target_feature(enable = "avx2,avx512f,avx512vnni")]
pub(super) unsafe fn scan<const N: usize>(
    query: &[i8],
    rows: &[i8],
    scales: &[f32],
    query_scale: f32,
    out: &mut [f32],
) {
    let mut values = [_mm512_setzero_si512(); N];
    for (part, value) in values.iter_mut().enumerate() {
        // SAFETY: the query is 64 * N wide.
        *value = unsafe { load(query, part * 64) };
    }
    let added = 128 * query.iter().map(|value| i32::from(*value)).sum::<i32>();
    let width = 64 * N;
    let mut four = out.chunks_exact_mut(ROWS);
    let mut done = 0;
    for scores in four.by_ref() {
        let row = |number: usize| &rows[(done + number) * width..(done + number + 1) * width];
        // SAFETY: each row is 64 * N wide; `scores` and the scales from `done` on hold four numbers.
        unsafe {
            let a = fold(multiply(row(0), &values));
            let b = fold(multiply(row(1), &values));
            let c = fold(multiply(row(2), &values));
            let d = fold(multiply(row(3), &values));
            let sums = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
            let sums = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
            let sums = _mm_cvtepi32_ps(_mm_sub_epi32(sums, _mm_set1_epi32(added)));
            let scale = _mm_mul_ps(
                _mm_loadu_ps(scales[done..done + ROWS].as_ptr()),
                _mm_set1_ps(query_scale),
            );
            _mm_storeu_ps(scores.as_mut_ptr(), _mm_mul_ps(sums, scale));
        }
        done += ROWS;
    }
    for (number, score) in four.into_remainder().iter_mut().enumerate() {
        let at = done + number;
        // SAFETY: the row is 64 * N wide.
        let lanes = unsafe { multiply(&rows[at * width..(at + 1) * width], &values) };
        *score = (_mm512_reduce_add_epi32(lanes) - added) as f32 * (scales[at] * query_scale);
    }
}
