//! Gate 1: search in tables of 67, 1k and 100k phrases, three in ten with slots; building and opening them.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use lever_bench::percentiles::measure;
use lever_bench::requests::{phrases, requests};
use lever_core::template::{Phrase, Scratch, Syntax, Trie, TrieBuilder};
use lever_core::text::{Normalised, normalise};

fn bench(criterion: &mut Criterion) {
    for count in [67, 1_000, 100_000] {
        let written = phrases(count, 1);
        let asked: Vec<Normalised> = requests(&written, 100_000, 2)
            .iter()
            .filter_map(|request| normalise(request).ok())
            .collect();
        let mut builder = TrieBuilder::new();
        for (id, (phrase, _)) in written.iter().enumerate() {
            match Phrase::parse(phrase, Syntax::Literal) {
                Ok(phrase) => builder.insert(&phrase, id as u32, 0),
                Err(error) => panic!("{phrase}: {error}"),
            };
        }
        let Ok(trie) = builder.build() else {
            panic!("{count} phrases do not fit")
        };

        let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
        let mut found = 0usize;
        let touch = |request: &Normalised| {
            black_box(request.key());
        };
        let times = measure(&asked, touch, |request| {
            hits.clear();
            trie.find(black_box(request), &mut scratch, &mut hits);
            found += usize::from(!hits.is_empty());
        });
        eprintln!(
            "gate 1, {count} phrases, {} KiB: {times:?} ns; {} of {} requests found",
            trie.as_bytes().len() / 1024,
            found / 5,
            asked.len()
        );

        let mut group = criterion.benchmark_group(format!("gate 1, {count} phrases"));
        let mut next = asked.iter().cycle();
        group.bench_function("find", |bencher| {
            bencher.iter_batched(
                || next.next(),
                |request| {
                    hits.clear();
                    if let Some(request) = request {
                        trie.find(black_box(request), &mut scratch, &mut hits);
                    }
                },
                BatchSize::SmallInput,
            );
        });
        group.sample_size(10);
        group.bench_function("build", |bencher| bencher.iter(|| builder.build()));
        group.bench_function("open", |bencher| {
            bencher.iter(|| Trie::from_bytes(black_box(trie.as_bytes())));
        });
        group.finish();
    }
}

/// Phrases of nothing but slots for free text, and a request that fits them in more ways than can be tried.
fn bench_hostile(_: &mut Criterion) {
    let mut builder = TrieBuilder::new();
    for (id, joint) in [" ", " and ", " and and "].iter().enumerate() {
        let slots: Vec<String> = (0..16).map(|slot| format!("{{{{t{slot}:text}}}}")).collect();
        if let Ok(phrase) = Phrase::parse(&format!("go {} end", slots.join(joint)), Syntax::Literal) {
            builder.insert(&phrase, id as u32, 0);
        }
    }
    let (Ok(trie), Ok(request)) = (builder.build(), normalise(&format!("go {}", "and ".repeat(62)))) else {
        panic!("hostile phrases are phrases")
    };
    let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
    let times = measure(
        &[(); 1000],
        |()| {},
        |()| {
            hits.clear();
            trie.find(black_box(&request), &mut scratch, &mut hits);
        },
    );
    eprintln!("gate 1, hostile phrases: {times:?} ns");
}

criterion_group!(benches, bench, bench_hostile);
criterion_main!(benches);
