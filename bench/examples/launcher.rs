//! What a run under the launcher takes over a bare start of the same program, in turn: one half of `bench/launcher.mjs`.
//!
//! `cargo run --release -p lever-bench --example launcher -- LAUNCHER RUNS POLICY... >/dev/null`
//!
//! Prints to standard error: the commands have the other stream.

#![allow(clippy::print_stderr, clippy::unwrap_used)] // a measurement prints, and stops where something is broken

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lever_sandbox::launch::launch;
use serde_json::Value;

/// Runs before those that count.
const WARM: usize = 5;

fn main() {
    let mut given = std::env::args().skip(1);
    let launcher = PathBuf::from(given.next().unwrap());
    let runs: usize = given.next().unwrap().parse().unwrap();
    for policy in given {
        let policy = fs::read_to_string(policy).unwrap();
        let parsed: Value = serde_json::from_str(&policy).unwrap();
        let argv: Vec<&str> = (parsed["argv"].as_array().unwrap().iter())
            .filter_map(Value::as_str)
            .collect();
        let mut bare = Vec::new();
        let (mut reported, mut ended) = (Vec::new(), Vec::new());
        for run in 0..WARM + runs {
            let least = run_bare(&argv, &parsed["env"]["PATH"]);
            let (report, end) = run_launched(&launcher, &policy);
            if run >= WARM {
                bare.push(least);
                reported.push(report.saturating_sub(least));
                ended.push(end.saturating_sub(least));
            }
        }
        eprintln!(
            "{} ({}): bare {}; over it until the report {}, until the launcher is gone {}",
            argv.join(" "),
            if parsed["home"].is_string() {
                "lever's own policy"
            } else {
                "the smallest policy"
            },
            quantiles(&mut bare),
            quantiles(&mut reported),
            quantiles(&mut ended),
        );
    }
}

fn run_bare(argv: &[&str], path: &Value) -> Duration {
    let began = Instant::now();
    let mut child = Command::new(argv[0])
        .args(&argv[1..])
        .env_clear()
        .env("PATH", path.as_str().unwrap())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert!(child.wait().unwrap().success());
    began.elapsed()
}

/// Until the report is there, which is what lever waits for, and until the launcher has tidied up as well.
fn run_launched(launcher: &Path, policy: &str) -> (Duration, Duration) {
    let began = Instant::now();
    let started = launch(launcher, policy.as_bytes()).unwrap();
    let mut report = BufReader::new(File::from(started.report));
    let mut line = String::new();
    report.read_line(&mut line).unwrap();
    let reported = began.elapsed();
    assert!(line.contains("\"exit_code\":0"), "{line}");
    // SAFETY: no status is asked for; a launcher that another start has collected is gone as well.
    unsafe { libc::waitpid(started.process, std::ptr::null_mut(), 0) };
    (reported, began.elapsed())
}

fn quantiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e3;
    format!("{:.2} ms (a quarter below {:.2})", at(50), at(25))
}
