//! What captured runs leave in the process that asked for them. Alone in its file: it counts all that the process has.
#![cfg(target_os = "linux")]

mod launch;

use std::io;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use lever_sandbox::capture::{Ended, Stream, Watcher, capture};
use serde_json::json;

struct Post(Sender<io::Result<Ended>>);

impl Watcher for Post {
    fn wrote(&mut self, _: Stream, _: &[u8]) {}

    fn ended(self: Box<Self>, end: io::Result<Ended>) {
        let _ = self.0.send(end);
    }
}

fn run() -> io::Result<Ended> {
    let policy = json!({
        "version": 1, "argv": ["true"], "cwd": "/", "env": {"PATH": launch::PATH}, "mode": "captured", "confine": "on",
    });
    let (sender, ended) = channel();
    let launcher = Path::new(env!("CARGO_BIN_EXE_lever-sandbox"));
    capture(
        launcher,
        format!("{policy}\n").into_bytes(),
        false,
        Box::new(Post(sender)),
    )?;
    ended.recv().expect("an end")
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("proc").count()
}

fn children() -> String {
    std::fs::read_dir("/proc/self/task")
        .expect("proc")
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok())
        .collect()
}

/// Waits for what happens a moment after a run's end.
fn eventually(holds: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() > Duration::from_secs(30) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

#[test]
fn two_hundred_runs_and_two_hundred_failures_leave_nothing() {
    // The thread and its own descriptors.
    run().expect("an end");
    assert!(eventually(|| children().is_empty()));
    let before = descriptors();
    for _ in 0..200 {
        run().expect("an end");
    }
    assert!(eventually(|| children().is_empty()), "zombies: {}", children());
    assert!(
        eventually(|| descriptors() == before),
        "{} of {before}",
        descriptors()
    );

    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: reads and sets this process's own limit.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        let few = libc::rlimit {
            rlim_cur: before as libc::rlim_t + 3,
            ..limit
        };
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const few);
    }
    for _ in 0..200 {
        let refused = run().expect_err("too many files");
        assert_eq!(refused.raw_os_error(), Some(libc::EMFILE));
    }
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(descriptors(), before);
    run().expect("it goes on");
}
