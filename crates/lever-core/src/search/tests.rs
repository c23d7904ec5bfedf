use proptest::prelude::*;

use super::{Hit, Kernel, Query, Scan, Scores, Top, VectorError, VectorSet};

/// Deterministic values in -1..=1.
pub(super) fn noise(seed: u64, len: usize) -> Vec<f32> {
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 40) as f32 / 8_388_608.0) - 1.0
        })
        .collect()
}

fn set_of(dims: usize, count: usize, seed: u64) -> VectorSet {
    let mut set = VectorSet::new(dims).unwrap();
    for row in 0..count {
        set.push(&noise(seed.wrapping_mul(31).wrapping_add(row as u64), dims))
            .unwrap();
    }
    set
}

pub(super) fn query_of(values: &[f32]) -> Query {
    let mut query = Query::default();
    query.set(values);
    query
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn kernels_agree_bit_for_bit(width in 1usize..=16, count in 0usize..70, seed: u64, query_seed: u64) {
        let dims = width * 64;
        let set = set_of(dims, count, seed);
        let query = query_of(&noise(query_seed, dims));
        let mut reference = Vec::new();
        set.scores(Kernel::PORTABLE, &query, &mut reference);
        for kernel in Kernel::available() {
            let mut scores = Vec::new();
            set.scores(kernel, &query, &mut scores);
            let (a, b): (Vec<u32>, Vec<u32>) = reference.iter().zip(&scores).map(|(a, b)| (a.to_bits(), b.to_bits())).unzip();
            prop_assert_eq!(a, b, "{}", kernel.name());
        }
    }

    /// Two sets, of which a part is left out: every so many rows, or the nearest.
    #[test]
    fn search_finds_what_sorting_finds(
        counts in (0usize..60, 1usize..300),
        limit in 1usize..30,
        leave_out in prop_oneof![Just(None), (2usize..4).prop_map(Some)],
        seed: u64,
    ) {
        let sets = [set_of(64, counts.0, seed), set_of(64, counts.1, seed ^ 1)];
        let query = query_of(&noise(seed ^ 7, 64));
        let kept = |score: f32, row: usize| leave_out.map_or(score < 1.0, |every| !row.is_multiple_of(every));
        let mut top = Top::default();
        top.reset(limit);
        let mut all: Vec<(f32, u32, u32)> = Vec::new();
        for (source, set) in (0u32..).zip(&sets) {
            let mut by_row = Vec::new();
            set.scores(Kernel::best(), &query, &mut by_row);
            let scan = Scan { kernel: Kernel::best(), query: &query, source };
            set.search(&scan, |row| kept(by_row[row], row), &mut Scores::default(), &mut top);
            let rows = by_row.iter().enumerate().filter(|(row, score)| kept(**score, *row));
            all.extend(rows.map(|(row, score)| (*score, source, row as u32)));
        }
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        all.truncate(limit);
        let found: Vec<(f32, u32, u32)> = top.finish().iter().map(|hit| (hit.score, hit.source, hit.row)).collect();
        prop_assert_eq!(found, all);
    }
}

#[test]
fn rows_and_scales_of_another_set_make_the_same_one() {
    let set = set_of(128, 5, 3);
    let same = VectorSet::of(128, set.rows().clone(), set.scales().clone(), set.lists().clone()).unwrap();
    let query = query_of(&noise(3, 128));
    let (mut a, mut b) = (Vec::new(), Vec::new());
    set.scores(Kernel::best(), &query, &mut a);
    same.scores(Kernel::best(), &query, &mut b);
    assert_eq!(a, b);
    for dims in [0, 64, 256] {
        assert!(
            VectorSet::of(
                dims,
                set.rows().clone(),
                set.scales().clone(),
                set.lists().clone()
            )
            .is_err(),
            "{dims}"
        );
    }
}

#[test]
fn extremes_do_not_saturate() {
    for dims in [64, 128, 256, 1024] {
        for sign in [1.0, -1.0] {
            let mut set = VectorSet::new(dims).unwrap();
            set.push(&vec![sign; dims]).unwrap();
            let query = query_of(&vec![1.0; dims]);
            for kernel in Kernel::available() {
                let mut scores = Vec::new();
                set.scores(kernel, &query, &mut scores);
                assert!(
                    (scores[0] - sign * dims as f32).abs() < dims as f32 * 1e-3,
                    "{} {scores:?}",
                    kernel.name()
                );
            }
        }
    }
}

#[test]
fn quantised_scores_stay_near_the_exact_ones() {
    let unit = |seed| {
        let v = noise(seed, 128);
        let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
        v.into_iter().map(|x| x / norm).collect::<Vec<_>>()
    };
    let mut set = VectorSet::new(128).unwrap();
    (0..200).for_each(|seed| _ = set.push(&unit(seed)).unwrap());
    let wanted = unit(1000);
    let mut scores = Vec::new();
    set.scores(Kernel::best(), &query_of(&wanted), &mut scores);
    for (seed, score) in scores.iter().enumerate() {
        let exact: f32 = unit(seed as u64).iter().zip(&wanted).map(|(a, b)| a * b).sum();
        assert!((exact - score).abs() < 0.01, "{exact} {score}");
    }
}

#[test]
fn a_zero_or_broken_vector_scores_zero() {
    let mut set = VectorSet::new(64).unwrap();
    set.push(&[0.0; 64]).unwrap();
    set.push(&[f32::NAN; 64]).unwrap();
    set.push(&[f32::INFINITY; 64]).unwrap();
    let mut scores = Vec::new();
    set.scores(Kernel::best(), &query_of(&noise(1, 64)), &mut scores);
    assert_eq!(scores, [0.0; 3]);
}

#[test]
fn widths_are_checked() {
    assert_eq!(VectorSet::new(100).unwrap_err().code(), "vector_dims");
    let mut set = VectorSet::new(64).unwrap();
    assert_eq!(
        set.push(&[0.0; 128]).unwrap_err(),
        VectorError::Width {
            expected: 64,
            found: 128
        }
    );
    set.push(&noise(3, 64)).unwrap();
    let mut scores = Vec::new();
    set.scores(Kernel::best(), &query_of(&noise(1, 128)), &mut scores);
    assert_eq!(scores, [0.0]);
}

#[test]
fn top_keeps_the_best_and_the_first_of_equals() {
    let mut top = Top::default();
    top.reset(2);
    for (row, score) in [0.5, f32::NAN, 0.7, 0.5, 0.7].into_iter().enumerate() {
        top.push(Hit {
            score,
            source: 0,
            row: row as u32,
        });
    }
    assert_eq!(top.finish().iter().map(|hit| hit.row).collect::<Vec<_>>(), [2, 4]);
    top.reset(0);
    top.push(Hit {
        score: 1.0,
        source: 0,
        row: 0,
    });
    assert!(top.finish().is_empty());
}
