//! A set in lists beside the same set without.

use std::collections::HashSet;

use proptest::prelude::*;

use super::tests::{noise, query_of};
use super::{Column, Kernel, LISTED_FROM, Lists, Query, Scan, Scores, Top, VectorSet};

const DIMS: usize = 64;

/// Vectors about `topics` of them, with twins among them, as phrases of commands are.
fn topics(count: usize, topics: usize) -> VectorSet {
    let mut set = VectorSet::new(DIMS).unwrap();
    for row in 0..count {
        let (topic, own) = (
            noise((row % topics) as u64, DIMS),
            noise(1_000_000 + row as u64 / 2, DIMS),
        );
        let mixed: Vec<f32> = topic.iter().zip(&own).map(|(a, b)| a + 0.5 * b).collect();
        set.push(&mixed).unwrap();
    }
    set
}

fn asked(topic: usize) -> Query {
    let (near, own) = (noise(topic as u64, DIMS), noise(77 + topic as u64, DIMS));
    query_of(
        &near
            .iter()
            .zip(&own)
            .map(|(a, b)| a + 0.4 * b)
            .collect::<Vec<_>>(),
    )
}

fn scan_for(query: &Query) -> Scan<'_> {
    Scan {
        kernel: Kernel::best(),
        query,
        source: 0,
    }
}

fn nearest(set: &VectorSet, query: &Query, limit: usize) -> Vec<(u32, u32)> {
    let (mut scores, mut top) = (Scores::default(), Top::default());
    top.reset(limit);
    set.search(&scan_for(query), |_| true, &mut scores, &mut top);
    let found = top.finish();
    found.iter().map(|hit| (hit.row, hit.score.to_bits())).collect()
}

#[test]
fn a_search_of_lists_finds_nearly_all_and_scores_them_exactly() {
    let set = topics(6_000, 300);
    let mut listed = set.clone();
    listed.arrange_in(set.len() / 8);
    assert!(listed.lists().len() > 400, "{}", listed.lists().len());
    let (mut all, mut found) = (0, 0);
    for topic in 0..300 {
        let query = asked(topic);
        let scan = scan_for(&query);
        let right: HashSet<_> = nearest(&set, &query, 10).into_iter().collect();
        let near = nearest(&listed, &query, 10);
        for (row, score) in &near {
            assert_eq!(set.score(&scan, *row as usize).to_bits(), *score);
        }
        all += right.len();
        found += near.iter().filter(|hit| right.contains(hit)).count();
    }
    assert!(found * 100 >= all * 99, "{found} of {all}");
}

#[test]
fn where_all_lists_are_read_nothing_is_missed() {
    let set = topics(900, 40);
    let mut listed = set.clone();
    // Eight times the root of 49 is more than there are.
    listed.arrange_in(49);
    for topic in 0..40 {
        let (mut right, mut found) = (
            nearest(&set, &asked(topic), 50),
            nearest(&listed, &asked(topic), 50),
        );
        let least = right.last().unwrap().1;
        for list in [&mut right, &mut found] {
            // Of those that score the same as the last, either may be the last.
            list.retain(|hit| hit.1 != least);
            list.sort_unstable();
        }
        assert_eq!(right, found);
    }
}

#[test]
fn rows_keep_their_numbers_and_bytes() {
    let set = topics(2_000, 90);
    let mut listed = set.clone();
    listed.arrange_in(80);
    let mut again = set.clone();
    again.arrange_in(80);
    assert_eq!(**listed.lists().order().0, **again.lists().order().0);
    assert_ne!(**listed.rows(), **set.rows());
    let query = asked(3);
    let (mut right, mut scores) = (Vec::new(), Vec::new());
    set.scores(Kernel::best(), &query, &mut right);
    listed.scores(Kernel::best(), &query, &mut scores);
    assert_eq!(right, scores);
    let mut copied = VectorSet::new(DIMS).unwrap();
    for row in 0..set.len() {
        let of = |set: &VectorSet| set.score(&scan_for(&query), row).to_bits();
        assert_eq!(of(&set), of(&listed));
        copied.copy(&listed, row).unwrap();
    }
    assert_eq!(**copied.rows(), **set.rows());
    assert!(copied.copy(&listed, set.len()).is_err());
    // One more, and it lies row by row again.
    let mut grown = set.clone();
    let more = noise(5, DIMS);
    assert_eq!(grown.push(&more), listed.push(&more));
    assert!(listed.lists().is_empty());
    assert!(listed.holds(2_000, &more));
    assert_eq!(
        (&**listed.rows(), &**listed.scales()),
        (&**grown.rows(), &**grown.scales())
    );
}

#[test]
fn what_is_left_out_is_not_found() {
    let mut listed = topics(2_000, 90);
    listed.arrange_in(80);
    let (mut scores, mut top) = (Scores::default(), Top::default());
    top.reset(20);
    let query = asked(3);
    listed.search(&scan_for(&query), |row| row % 2 == 0, &mut scores, &mut top);
    assert!(top.finish().iter().all(|hit| hit.row % 2 == 0));
    assert_eq!(top.finish().len(), 20);
}

#[test]
fn many_alike_make_one_list() {
    let mut set = VectorSet::new(DIMS).unwrap();
    let (one, zero) = (noise(1, DIMS), [0.0; DIMS]);
    for row in 0..400 {
        set.push(if row % 4 == 0 { &zero } else { &one }).unwrap();
    }
    let mut listed = set.clone();
    listed.arrange_in(20);
    assert_eq!(
        nearest(&listed, &query_of(&one), 9),
        nearest(&set, &query_of(&one), 9)
    );
    let mut empty = VectorSet::new(DIMS).unwrap();
    empty.arrange_in(0);
    assert!(nearest(&empty, &query_of(&one), 9).is_empty());
}

#[test]
fn small_sets_stay_as_they_are() {
    let mut set = topics(LISTED_FROM.min(2_000), 9);
    set.arrange();
    assert!(set.lists().is_empty());
}

/// What bytes of a damaged file may say.
fn damaged(set: &VectorSet, seed: u64, kind: usize) -> VectorSet {
    let mut number = seed;
    let mut next = || {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
        (number >> 32) as u32
    };
    let lists = set.lists();
    let mut spoil = |column: &Column<u32>, hit: bool| -> Column<u32> {
        let any = |item: &u32| {
            if hit && next() % 3 == 0 {
                next() >> (next() % 32)
            } else {
                *item
            }
        };
        column.iter().map(any).collect()
    };
    let starts = spoil(lists.starts(), kind == 0);
    let order = spoil(lists.order().0, kind == 1);
    let places = spoil(lists.order().1, kind == 2);
    let middles = (lists.middles().0.clone(), lists.middles().1.clone());
    let lists = Lists::of(middles, starts, (order, places));
    VectorSet::of(DIMS, set.rows().clone(), set.scales().clone(), lists).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn damaged_lists_do_no_harm(seed: u64, kind in 0usize..3) {
        let mut set = topics(300, 20);
        set.arrange_in(30);
        let mut other = damaged(&set, seed, kind);
        let keep = |row: usize| { assert!(row < 300); true };
        let (mut scores, mut top) = (Scores::default(), Top::default());
        top.reset(20);
        let query = asked(1);
        other.search(&scan_for(&query), keep, &mut scores, &mut top);
        let _ = top.finish().len();
        for row in 0..301 {
            let _ = scores.of(&other, &scan_for(&query), row);
            other.holds(row, &noise(1, DIMS));
        }
        let mut all = Vec::new();
        other.scores(Kernel::best(), &query, &mut all);
        other.push(&noise(2, DIMS)).unwrap();
        prop_assert_eq!(other.len(), 301);
    }
}

#[test]
fn lists_of_another_set_are_refused() {
    let (mut one, mut other) = (topics(300, 20), topics(301, 20));
    one.arrange_in(30);
    other.arrange_in(30);
    let of = |set: &VectorSet, lists: &VectorSet| {
        VectorSet::of(
            DIMS,
            set.rows().clone(),
            set.scales().clone(),
            lists.lists().clone(),
        )
    };
    assert!(of(&one, &one).is_ok());
    assert!(of(&one, &other).is_err());
    let cut = Lists::of(
        (one.lists().middles().0.clone(), one.lists().middles().1.clone()),
        Column::default(),
        (one.lists().order().0.clone(), one.lists().order().1.clone()),
    );
    assert!(VectorSet::of(DIMS, one.rows().clone(), one.scales().clone(), cut).is_err());
}
