//! What the fence costs: a confined `true` against a bare one, in pairs. Run with `--release --nocapture` for the figures.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod launch;

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use launch::{Run, Who, World};
use serde_json::json;

const PAIRS: usize = 60;

/// Wall-clock median and minimum, and processor time, of one run.
#[derive(Debug, Clone, Copy)]
struct Cost {
    median: Duration,
    least: Duration,
    processor: Duration,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "median {:?}, least {:?}, processor {:?}",
            self.median, self.least, self.processor
        )
    }
}

/// Processor time of all children that have ended.
fn children() -> Duration {
    // SAFETY: the kernel fills the structure.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let time =
        |t: libc::timeval| Duration::from_secs(t.tv_sec as u64) + Duration::from_micros(t.tv_usec as u64);
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// The costs of a bare spawn and of the run, in pairs.
fn measure(run: &Run) -> [Cost; 2] {
    let mut times = [Vec::new(), Vec::new()];
    let mut processor = [Duration::ZERO; 2];
    for pair in 0..2 * PAIRS {
        let before = children();
        if pair % 2 == 0 {
            let started = Instant::now();
            let mut command = Command::new("/bin/true");
            // With a step of its own, as the launcher's spawn has one, so that both are made by a fork.
            // SAFETY: does nothing.
            unsafe { command.pre_exec(|| Ok(())) };
            let mut child = command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            child.wait().unwrap();
            times[0].push(started.elapsed());
        } else {
            let done = run.done();
            assert!(done.succeeded(), "{done:?}");
            times[1].push(done.took);
        }
        processor[pair % 2] += children().checked_sub(before).unwrap();
    }
    [0, 1].map(|kind| {
        times[kind].sort_unstable();
        Cost {
            median: times[kind][PAIRS / 2],
            least: times[kind][0],
            processor: processor[kind] / PAIRS as u32,
        }
    })
}

#[test]
fn a_confined_run_costs_little_over_a_bare_one() {
    for who in Who::all() {
        let world = World::new(who);
        let limits = json!({"cpu_s": 60, "processes": 512, "files": 1024, "file_bytes": 1u64 << 33, "data_bytes": 1u64 << 32});
        let quiet = world.run(&["true"]).set("limits", limits.clone());
        let runs = [
            ("unconfined", world.run(&["true"]).unconfined()),
            ("read only, no limits", world.run(&["true"])),
            ("read only", quiet.clone()),
            ("read only, at home", quiet.clone().set("cwd", world.text("home"))),
            ("write here", quiet.clone().permit("write", "here")),
            ("see", quiet.permit("processes", "see")),
        ];
        for (name, run) in runs {
            let [bare, fenced] = measure(&run);
            eprintln!("{who:?}, {name}:\n  bare     {bare}\n  launcher {fenced}");
            // Loose, for an unoptimised launcher: the figures to state are the printed ones, of a release build.
            assert!(
                fenced.processor < bare.processor * 40,
                "{name}: bare {bare}, launcher {fenced}"
            );
        }
    }
}
