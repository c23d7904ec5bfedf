//! From a request's text to gate 2's decision, at 67 commands with 25 phrases and at 1k to 100k phrases.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lever_bench::phrases::{Numbers, name, phrase, phrases};
use lever_core::decide::{HASH, Index, IndexError, Layer, PhraseInput, SearchScratch, Source, decide};
use lever_core::embed::HashEmbedder;
use lever_core::text::normalise;

/// A table of `count` phrases, `each` of them a command; those of one command share a name.
fn table(embedder: &HashEmbedder, count: usize, each: usize) -> Result<Index, IndexError> {
    let mut numbers = Numbers::new(3);
    let mut own = String::new();
    let texts: Vec<String> = (0..count)
        .map(|at| {
            if at % each == 0 {
                own = name(&mut numbers);
            }
            format!("{} {own}", phrase(&mut numbers))
        })
        .collect();
    let inputs = texts.iter().enumerate().map(|(at, text)| PhraseInput {
        phrase_id: at as u32,
        command: (at / each) as u32,
        text,
        pattern: false,
        weak: false,
        source: Source::Pack,
    });
    let mut index = Index::new(embedder)?;
    index.push_layer(Layer::build(embedder, inputs)?.into())?;
    Ok(index)
}

fn decision(c: &mut Criterion) {
    let embedder = HashEmbedder::default();
    let requests = phrases(256, 99);
    let mut group = c.benchmark_group("decide");
    for (count, each) in [(67 * 25, 25), (1_000, 5), (10_000, 5), (100_000, 5)] {
        let Ok(index) = table(&embedder, count, each) else {
            continue;
        };
        let mut scratch = SearchScratch::default();
        let mut next = (0..requests.len()).cycle();
        group.bench_function(format!("{count}"), |b| {
            b.iter(|| {
                let request = normalise(&requests[next.next().unwrap_or_default()]);
                request.map(|request| {
                    let found = index.search(&request, &embedder, &HASH, 8, &mut scratch);
                    black_box(decide(&request, &[], found, &HASH).kind)
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decision);
criterion_main!(benches);
