//! Hash embedding of one short request, from normalised tokens to a unit vector.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lever_bench::phrases::phrases;
use lever_core::embed::{Embedder, HashEmbedder, Scratch, Terms};
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
    group.finish();
}

criterion_group!(benches, embed);
criterion_main!(benches);
