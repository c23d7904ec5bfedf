//! From normalised tokens, or a command's text, to a unit vector: by hashing and by the learned table.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lever_bench::everyday::{commands, requests};
use lever_bench::phrases::phrases;
use lever_core::embed::{Embedder, HashEmbedder, LearnedEmbedder, Scratch, Terms};
use lever_core::text::normalise;

fn embed(c: &mut Criterion) {
    let short: Vec<_> = phrases(256, 1)
        .iter()
        .filter_map(|text| normalise(text).ok())
        .collect();
    let mut group = c.benchmark_group("embed");
    for dims in [128, 256] {
        let Some(embedder) = HashEmbedder::with_dims(dims) else {
            continue;
        };
        let (mut terms, mut scratch, mut out) = (Terms::default(), Scratch::default(), vec![0.0; dims]);
        let mut next = (0..short.len()).cycle();
        group.bench_function(format!("hash/{dims}"), |b| {
            b.iter(|| {
                let request = &short[next.next().unwrap_or_default()];
                terms.read(request.tokens());
                embedder.embed(&terms, &mut scratch, &mut out);
                black_box(out[0])
            });
        });
    }
    let Ok(learned) = LearnedEmbedder::shipped() else {
        panic!("the model is damaged")
    };
    let asked: Vec<_> = requests()
        .iter()
        .filter_map(|text| normalise(text).ok())
        .collect();
    let (mut terms, mut scratch, mut out) = (Terms::default(), Scratch::default(), vec![0.0; learned.dims()]);
    let mut next = asked.iter().cycle();
    group.bench_function("learned/request", |b| {
        b.iter(|| {
            next.next().map(|request| {
                terms.read(request.tokens());
                learned.embed(&terms, &mut scratch, &mut out);
                black_box(out[0])
            })
        });
    });
    let known = commands();
    let mut next = known.iter().cycle();
    group.bench_function("learned/command", |b| {
        b.iter(|| {
            next.next()
                .map(|one| black_box(learned.embed_command(&one.command, &mut scratch, &mut out)))
        });
    });
    group.finish();
}

criterion_group!(benches, embed);
criterion_main!(benches);
