//! Percentiles of single calls, which criterion's means hide.

use std::time::{Duration, Instant};

/// The median, 99th percentile and mean of single calls, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub struct Percentiles {
    /// Median.
    pub p50: u64,
    /// 99th percentile.
    pub p99: u64,
    /// Mean.
    pub mean: u64,
    /// What an empty measurement gives; contained in the others.
    pub clock: u64,
}

/// Passes over all inputs. An input's time is the best of its times, one a pass: what other processes take away is left
/// out, and with many inputs none finds its own data in the cache from the pass before.
const PASSES: usize = 5;

/// Times `call` on each input. `touch` is called before each, untimed, to bring the input into the cache where whoever
/// made it would have left it.
pub fn measure<T>(inputs: &[T], mut touch: impl FnMut(&T), mut call: impl FnMut(&T)) -> Percentiles {
    let mut times = vec![Duration::MAX; inputs.len()];
    for _ in 0..PASSES {
        for (input, best) in inputs.iter().zip(&mut times) {
            touch(input);
            let start = Instant::now();
            call(input);
            *best = start.elapsed().min(*best);
        }
    }
    let mut clock: Vec<Duration> = (0..1001).map(|_| Instant::now().elapsed()).collect();
    times.sort_unstable();
    clock.sort_unstable();
    let nanos = |time: Duration| time.as_nanos() as u64;
    Percentiles {
        p50: nanos(times[times.len() / 2]),
        p99: nanos(times[times.len() * 99 / 100]),
        mean: nanos(times.iter().sum::<Duration>()) / times.len() as u64,
        clock: nanos(clock[clock.len() / 2]),
    }
}
