//! From a request's text to the decision by the learned matcher: everyday commands, requests as people type them.
//!
//! `decision` is the core alone: reading the request, embedding, both scans, the shortlist, evidence, ranking, deciding.
//! `catalog` adds gate 1, the values, and the candidates as they are shown.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::cell::{LazyCell, RefCell};
use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use lever_bench::everyday::{Everyday, layer, pasted, requests, table};
use lever_catalog::wire::{Entry, Options, TrustOptions};
use lever_catalog::{Catalog, CatalogError};
use lever_core::decide::{Index, IndexError, SearchScratch, decide};
use lever_core::embed::LearnedEmbedder;
use lever_core::text::normalise;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// A pasted text as long as a request may be.
const LONG: usize = 10_000;

fn index(embedder: &LearnedEmbedder, commands: &[Everyday]) -> Result<Index, IndexError> {
    let mut index = Index::new(embedder)?;
    index.push_layer(layer(embedder, commands)?.into())?;
    Ok(index)
}

fn core(criterion: &mut Criterion) {
    let Ok(embedder) = LearnedEmbedder::shipped() else {
        panic!("the model is damaged")
    };
    let scorer = embedder.scorer();
    let asked = requests();
    let mut group = criterion.benchmark_group("decision");
    for (name, count, each) in [
        ("67 commands x 25", 67 * 25, 25),
        ("2000", 2_000, 25),
        ("10000", 10_000, 25),
        ("100000", 100_000, 25),
        ("1000000", 1_000_000, 25),
    ] {
        if count >= 100_000 {
            group.sample_size(20);
        }
        let made = LazyCell::new(|| match index(&embedder, &table(count, each)) {
            Ok(index) => index,
            Err(error) => panic!("{count} phrases: {error}"),
        });
        let mut scratch = SearchScratch::default();
        let mut run = |text: &str| {
            normalise(text).map(|request| {
                let found = made.search(&request, &embedder, &scorer, 10, &mut scratch);
                black_box(decide(&request, &[], found, &scorer).kind)
            })
        };
        measure(
            &mut group,
            name,
            &asked,
            || {
                LazyCell::force(&made);
            },
            &mut run,
        );
        if count == 10_000 {
            measure_pasted(&mut group, &mut run);
        }
    }
    group.finish();
}

/// The time of a request, each of those asked in turn. `make` makes the table, outside of what is timed: only where the
/// bench is among those chosen.
fn measure<T>(
    group: &mut Group<'_>,
    name: &str,
    asked: &[String],
    make: impl Fn(),
    run: &mut impl FnMut(&str) -> T,
) {
    let mut next = asked.iter().cycle();
    group.bench_function(name, |bencher| {
        make();
        bencher.iter(|| next.next().map(|text| run(text)));
    });
}

/// The time of what is pasted by mistake, kind by kind.
fn measure_pasted<T>(group: &mut Group<'_>, run: &mut impl FnMut(&str) -> T) {
    for (kind, text) in pasted(LONG) {
        group.bench_function(format!("10 KB of {kind} at 10000"), |bencher| {
            bencher.iter(|| run(&text));
        });
    }
}

/// A catalog in memory with so many phrases; what a candidate shows has been read once.
fn laid(count: usize, asked: &[String]) -> Result<Catalog, CatalogError> {
    let mut catalog = Catalog::open_table(&Options {
        home: String::new(),
        namespace: "bench".to_owned(),
        seed: false,
        embedder: "learned".to_owned(),
        embedder_model: None,
        onnxruntime: None,
        pack: String::new(),
        bank: None,
        platform: "linux".to_owned(),
        trust: TrustOptions {
            new: 50.0,
            success: 1.5,
            failure: 4.0,
            floor: 40.0,
        },
    })?;
    let entries: Vec<Entry> = table(count, 25)
        .into_iter()
        .map(|Everyday { command, phrases }| Entry {
            phrases,
            command,
            bank: false,
            source: lever_store::Source::Taught,
        })
        .collect();
    catalog.lay("bench", &entries)?;
    for text in asked {
        catalog.rank("bench", text)?;
    }
    Ok(catalog)
}

fn catalog(criterion: &mut Criterion) {
    let asked = requests();
    let mut group = criterion.benchmark_group("catalog");
    group.sample_size(30);
    for count in [2_000, 10_000] {
        let made = LazyCell::new(|| match laid(count, &asked) {
            Ok(catalog) => RefCell::new(catalog),
            Err(error) => panic!("{count} phrases: {error}"),
        });
        let mut run = |text: &str| {
            let found = made.borrow_mut().rank("bench", text);
            found.map(|found| black_box(found.candidates.len()))
        };
        measure(
            &mut group,
            &count.to_string(),
            &asked,
            || {
                LazyCell::force(&made);
            },
            &mut run,
        );
        if count == 10_000 {
            measure_pasted(&mut group, &mut run);
        }
    }
    group.finish();
}

criterion_group!(benches, core, catalog);
criterion_main!(benches);
