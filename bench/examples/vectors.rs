//! A large table's vectors as files, and what the exact scan over them takes and finds: one half of `bench/large-tables.mjs`.
//!
//! `cargo run --release -p lever-bench --example vectors -- 100000 FOLDER`
//!
//! Writes `phrases.f32` and `requests.f32` (rows of little-endian numbers) and prints a line of JSON.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // a measurement prints, and stops where something is broken

use std::fs;
use std::path::Path;
use std::time::Instant;

use lever_bench::everyday::{requests, table};
use lever_core::decide::read_phrase;
use lever_core::embed::{Embedder, LearnedEmbedder, Scratch, Terms};
use lever_core::search::{Kernel, Query, Scan, Scores, Top, VectorSet};

/// Hits that a search takes from each scan.
const NEAREST: usize = 128;
/// Phrases of a command.
const EACH: usize = 25;
/// Times that all requests are asked.
const ROUNDS: usize = 3;

fn main() {
    let mut args = std::env::args().skip(1);
    let count: usize = args.next().unwrap().parse().unwrap();
    let folder = args.next().unwrap();
    let embedder = LearnedEmbedder::shipped().unwrap();
    let (mut terms, mut scratch) = (Terms::default(), Scratch::default());
    let mut vector = vec![0f32; embedder.dims()];
    let mut embed = |text: &str, out: &mut Vec<f32>| {
        read_phrase(text, false, &mut terms);
        embedder.embed(&terms, &mut scratch, &mut vector);
        out.extend(&vector);
    };
    let (mut phrases, mut asked) = (Vec::new(), Vec::new());
    let commands = table(count, EACH);
    for text in commands.iter().flat_map(|command| &command.phrases) {
        embed(text, &mut phrases);
    }
    for text in requests() {
        embed(&text, &mut asked);
    }
    let mut own = VectorSet::new(embedder.dims()).unwrap();
    let (mut scratch, mut vector) = (Scratch::default(), vec![0f32; embedder.dims()]);
    for command in &commands {
        embedder.embed_command(&command.command, &mut scratch, &mut vector);
        own.push(&vector).unwrap();
    }
    let mut set = VectorSet::new(embedder.dims()).unwrap();
    for row in phrases.chunks_exact(embedder.dims()) {
        set.push(row).unwrap();
    }
    write(&folder, "phrases.f32", &phrases);
    write(&folder, "requests.f32", &asked);

    let megabytes = (set.rows().len() + own.rows().len()) as f64 / 1e6;
    let exact = search(&set, &own, &asked);
    let began = Instant::now();
    let (mut listed, mut listed_own) = (set.clone(), own.clone());
    listed.arrange();
    listed_own.arrange();
    let arranged = began.elapsed().as_secs_f64();
    // In turns, so that both meet the same machine.
    let found = search(&listed, &listed_own, &asked);
    let again = search(&set, &own, &asked);
    let share = |count: usize| {
        let pairs = exact.nearest.iter().zip(&found.nearest);
        let hit =
            pairs.map(|(right, found)| right.iter().take(count).filter(|row| found.contains(row)).count());
        hit.sum::<usize>() as f64 / (count * exact.nearest.len()) as f64
    };
    println!(
        "{}",
        serde_json::json!({
            "dims": embedder.dims(), "phrases": set.len(), "commands": own.len(),
            "p50_us": exact.p50_us.min(again.p50_us), "megabytes": megabytes, "nearest": exact.nearest,
            "lists": {
                "count": listed.lists().len(), "p50_us": found.p50_us, "arranged_seconds": arranged,
                "recall_1": share(1), "recall_10": share(10), "recall_128": share(NEAREST)
            }
        })
    );
}

/// What the scans of phrases and commands take, and the nearest phrases of each request.
struct Found {
    p50_us: f64,
    nearest: Vec<Vec<u32>>,
}

fn search(set: &VectorSet, own: &VectorSet, asked: &[f32]) -> Found {
    let (mut query, mut top) = (Query::default(), Top::default());
    let (mut scores, mut other) = (Scores::default(), Scores::default());
    let (mut times, mut nearest) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for request in asked.chunks_exact(set.dims()) {
            query.set(request);
            let scan = Scan {
                kernel: Kernel::best(),
                query: &query,
                source: 0,
            };
            let began = Instant::now();
            top.reset(NEAREST);
            set.search(&scan, |_| true, &mut scores, &mut top);
            let found: Vec<u32> = top.finish().iter().map(|hit| hit.row).collect();
            top.reset(NEAREST);
            own.search(&scan, |_| true, &mut other, &mut top);
            top.finish();
            times.push(began.elapsed().as_secs_f64() * 1e6);
            if round == 0 {
                nearest.push(found);
            }
        }
    }
    times.sort_by(f64::total_cmp);
    Found {
        p50_us: times[times.len() / 2],
        nearest,
    }
}

fn write(folder: &str, name: &str, numbers: &[f32]) {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    fs::write(Path::new(folder).join(name), bytes).unwrap();
}
