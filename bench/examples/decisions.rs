//! Decisions among many phrases, with every vector scanned and with the vectors in lists, in turns: what they take, and how often
//! they differ.
//!
//! `cargo run --release -p lever-bench --example decisions -- 100000 25` (phrases, phrases of a command; 100000 25 unless told)

#![allow(clippy::print_stdout, clippy::unwrap_used)] // a measurement prints, and stops where something is broken

use std::time::Instant;

use lever_bench::everyday::{layer, requests, table};
use lever_core::decide::{Decision, Index, SearchScratch, decide};
use lever_core::embed::LearnedEmbedder;
use lever_core::text::{Normalised, normalise};

/// Times that all requests are asked.
const ROUNDS: usize = 4;

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse().unwrap());
    let (count, each) = (args.next().unwrap_or(100_000), args.next().unwrap_or(25));
    let embedder = LearnedEmbedder::shipped().unwrap();
    let asked: Vec<Normalised> = requests().iter().map(|text| normalise(text).unwrap()).collect();
    let exact = layer(&embedder, &table(count, each)).unwrap();
    let mut listed = exact.clone();
    let began = Instant::now();
    listed
        .vector_sets()
        .into_iter()
        .for_each(lever_core::search::VectorSet::arrange);
    let arranged = began.elapsed().as_secs_f64();
    let sides = [exact, listed].map(|layer| {
        let mut index = Index::new(&embedder).unwrap();
        index.push_layer(layer.into()).unwrap();
        index
    });
    let scorer = embedder.scorer();
    let mut scratch: Vec<SearchScratch> = [(); 2].map(|()| SearchScratch::default()).into();
    let mut times = [Vec::new(), Vec::new()];
    let (mut same, mut first, mut shown) = (0, 0, 0);
    for round in 0..ROUNDS {
        for request in &asked {
            let mut made: [Option<Decision>; 2] = [None, None];
            // Each goes first as often as the other.
            for side in [round % 2, 1 - round % 2] {
                let began = Instant::now();
                let found = sides[side].search(request, &embedder, &scorer, 10, &mut scratch[side]);
                made[side] = Some(decide(request, &[], found, &scorer));
                times[side].push(began.elapsed().as_secs_f64() * 1e6);
            }
            if let (0, [Some(right), Some(other)]) = (round, &made) {
                let commands = |decision: &Decision| -> Vec<u32> {
                    decision
                        .choices
                        .iter()
                        .take(5)
                        .map(|choice| choice.command)
                        .collect()
                };
                let (a, b) = (commands(right), commands(other));
                same += usize::from(right.kind == other.kind && a.first() == b.first());
                first += usize::from(a.first() == b.first());
                shown += usize::from(a == b);
            }
        }
    }
    let [exact, listed] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        [times[times.len() / 2], times[times.len() * 99 / 100]]
    });
    let share = |count: usize| count as f64 / asked.len() as f64;
    println!("{count} phrases, {each} a command: arranged in {arranged:.2} s");
    println!(
        "  every vector p50 {:.0} us, p99 {:.0} us; in lists {:.0} us, {:.0} us",
        exact[0], exact[1], listed[0], listed[1]
    );
    println!(
        "  of {} requests decided alike {:.4}, the same command first {:.4}, the same five {:.4}",
        asked.len(),
        share(same),
        share(first),
        share(shown)
    );
}
