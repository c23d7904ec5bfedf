//! What the fence costs: a confined `true` against a bare one, in pairs. Run with `--release --nocapture` for the figures.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Run, Who, World};
use serde_json::json;

const PAIRS: usize = 60;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Medians of a bare spawn and of the run.
fn measure(run: &Run) -> (Duration, Duration) {
    let (mut bare, mut fenced) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let started = Instant::now();
        let mut child = Command::new("/bin/true")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.wait().unwrap();
        bare.push(started.elapsed());
        let done = run.done();
        assert!(done.succeeded(), "{done:?}");
        fenced.push(done.took);
    }
    (median(bare), median(fenced))
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
            let (bare, fenced) = measure(&run);
            eprintln!(
                "{who:?}, {name}: bare {bare:?}, launcher {fenced:?}, over {:?}",
                fenced.saturating_sub(bare)
            );
            // Loose: an unoptimised launcher on a busy machine. The figure to state is the printed one.
            assert!(
                fenced < bare * 20 + Duration::from_millis(20),
                "{name}: bare {bare:?}, launcher {fenced:?}"
            );
        }
    }
}
