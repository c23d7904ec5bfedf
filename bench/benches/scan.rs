//! The exact scan with top-k over tables of 1k to 1M vectors, by each implementation that this processor has.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lever_bench::phrases::{Numbers, vector};
use lever_core::search::{Kernel, Query, Scan, Scores, Top, VectorSet};

fn scan(c: &mut Criterion) {
    let mut group = c.benchmark_group("scan");
    group.sample_size(10);
    for dims in [128, 256] {
        for count in [1_000, 10_000, 100_000, 1_000_000] {
            let mut numbers = Numbers::new(7);
            let Ok(mut set) = VectorSet::new(dims) else {
                continue;
            };
            let seeds: Vec<Vec<f32>> = (0..997).map(|_| vector(dims, &mut numbers)).collect();
            for row in 0..count {
                // Distinct enough, and a million of them are made in a moment.
                let mut values = seeds[row % seeds.len()].clone();
                values[row % dims] += (row / seeds.len()) as f32 * 0.01;
                if set.push(&values).is_err() {
                    return;
                }
            }
            let mut query = Query::default();
            query.set(&vector(dims, &mut numbers));
            let (mut scores, mut top) = (Scores::default(), Top::default());
            group.throughput(Throughput::Elements(count as u64));
            for kernel in Kernel::available() {
                if kernel == Kernel::PORTABLE && count > 10_000 {
                    continue;
                }
                group.bench_function(format!("{dims}/{count}/{}", kernel.name()), |b| {
                    b.iter(|| {
                        top.reset(128);
                        let scan = Scan {
                            kernel,
                            query: &query,
                            source: 0,
                        };
                        set.search(&scan, |_| true, &mut scores, &mut top);
                        black_box(top.finish().len())
                    });
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);
