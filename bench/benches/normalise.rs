//! Normalisation of requests as people type them.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lever_bench::percentiles::measure;
use lever_bench::requests::{TYPED, phrases, requests};
use lever_core::text::normalise;

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("normalise");
    for request in TYPED {
        group.bench_function(*request, |bencher| bencher.iter(|| normalise(black_box(request))));
    }
    let long =
        "could not open /var/log/app.log: permission denied (os error 13), retrying in 5s;\n".repeat(190);
    group.bench_function("15 KiB", |bencher| bencher.iter(|| normalise(black_box(&long))));
    group.finish();

    let many = requests(&phrases(10_000, 1), 50_000, 2);
    let touch = |request: &String| {
        black_box(request.bytes().map(u64::from).sum::<u64>());
    };
    let call = |request: &String| {
        let _ = black_box(normalise(black_box(request)));
    };
    let times = measure(&many, touch, call);
    for request in TYPED {
        eprintln!(
            "{request}: {:?} ns",
            measure(&vec![(*request).to_owned(); 1000], touch, call)
        );
    }
    eprintln!("normalise, made requests: {times:?} ns");
}

criterion_group!(benches, bench);
criterion_main!(benches);
