//! Captured runs: by the real launcher, and by scripts in its place.
#![cfg(target_os = "linux")]

mod launch;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use lever_sandbox::capture::{Capture, Ended, OUTPUT_LIMIT, Stream, WINDOW, Watcher, capture};
use lever_sandbox::report::Report;
use serde_json::json;

const LAUNCHER: &str = env!("CARGO_BIN_EXE_lever-sandbox");
/// Longer than anything here should take, on a busy machine.
const LONG: Duration = Duration::from_secs(60);

enum Event {
    Wrote(Stream, Vec<u8>),
    Ended(io::Result<Ended>),
}

struct Post(Sender<Event>);

impl Watcher for Post {
    fn wrote(&mut self, stream: Stream, chunk: &[u8]) {
        let _ = self.0.send(Event::Wrote(stream, chunk.to_vec()));
    }

    fn ended(self: Box<Self>, end: io::Result<Ended>) {
        let _ = self.0.send(Event::Ended(end));
    }
}

struct Watched {
    run: Capture,
    events: Receiver<Event>,
}

impl Watched {
    fn next(&self) -> Event {
        self.events.recv_timeout(LONG).expect("an event")
    }

    /// The end; chunks on the way are dropped.
    fn end(&self) -> io::Result<Ended> {
        loop {
            if let Event::Ended(end) = self.next() {
                return end;
            }
        }
    }
}

fn start(executable: &Path, policy: impl Into<Vec<u8>>, chunks: bool) -> Watched {
    let (sender, events) = channel();
    let run = capture(executable, policy.into(), chunks, Box::new(Post(sender))).expect("a thread");
    Watched { run, events }
}

fn policy(command: &str, timeout_ms: Option<u64>) -> String {
    let policy = json!({
        "version": 1,
        "argv": ["sh", "-c", command],
        "cwd": "/",
        "env": {"PATH": launch::PATH},
        "mode": "captured",
        "timeout_ms": timeout_ms,
        "grace_ms": 1000,
        "scratch": {"root": "/tmp"},
        "confine": "on",
    });
    format!("{policy}\n")
}

fn run(command: &str) -> Ended {
    start(Path::new(LAUNCHER), policy(command, None), false)
        .end()
        .expect("an end")
}

fn report(end: &Ended) -> Report {
    serde_json::from_slice(&end.report).expect("a report")
}

fn script(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("launcher");
    fs::write(&file, text).expect("write");
    fs::set_permissions(&file, Permissions::from_mode(0o755)).expect("chmod");
    file
}

#[test]
fn both_outputs_the_exit_and_an_empty_input_come_back() {
    let end = run("cat; echo out; echo err >&2; exit 3");
    assert_eq!(report(&end).exit_code, Some(3));
    assert_eq!(end.stdout.into_first(), b"out\n");
    assert_eq!(end.stderr.into_first(), b"err\n");
}

#[test]
fn of_a_huge_output_the_start_the_end_and_the_count_remain() {
    let end = run("yes | head -c 300000000; echo; echo the end");
    assert_eq!(end.stdout.bytes(), 300_000_009);
    assert!(end.stdout.tail().ends_with(b"y\n\nthe end\n"));
    assert!(end.stdout.truncated());
    assert_eq!(end.stdout.into_first().len(), OUTPUT_LIMIT);
}

#[test]
fn many_at_once_keep_apart() {
    let runs: Vec<_> = (0..150)
        .map(|n| {
            start(
                Path::new(LAUNCHER),
                policy(&format!("sleep 0.2; echo {n}; exit {}", n % 7), None),
                false,
            )
        })
        .collect();
    for (n, run) in (0..).zip(&runs) {
        let end = run.end().expect("an end");
        assert_eq!(report(&end).exit_code, Some(n % 7));
        assert_eq!(end.stdout.into_first(), format!("{n}\n").into_bytes());
    }
}

#[test]
fn an_interruption_reaches_a_run_however_early_it_comes() {
    for wait in [0, 0, 1, 2, 3, 5, 8, 40] {
        let began = Instant::now();
        let run = start(Path::new(LAUNCHER), policy("sleep 600", None), false);
        std::thread::sleep(Duration::from_millis(wait));
        run.run.interrupt();
        let end = run.end().expect("an end");
        assert!(
            report(&end).interrupted,
            "after {wait} ms: {:?}",
            String::from_utf8_lossy(&end.report)
        );
        assert!(began.elapsed() < LONG);
    }
}

#[test]
fn a_time_limit_ends_a_run_that_writes_without_end() {
    let end = start(Path::new(LAUNCHER), policy("yes", Some(300)), false)
        .end()
        .expect("an end");
    assert!(report(&end).timed_out);
    assert_eq!(end.stdout.into_first().len(), OUTPUT_LIMIT);
}

#[test]
fn a_command_waits_for_a_watcher_that_takes_nothing() {
    let run = start(
        Path::new(LAUNCHER),
        policy("head -c 20000000 /dev/zero; echo written >&2", None),
        true,
    );
    let mut told = 0;
    while let Ok(event) = run.events.recv_timeout(Duration::from_millis(700)) {
        match event {
            Event::Wrote(Stream::Stdout, chunk) => told += chunk.len(),
            Event::Wrote(Stream::Stderr, _) | Event::Ended(_) => panic!("it went on"),
        }
    }
    assert!((WINDOW - 65_536..=WINDOW).contains(&told), "{told}");
    run.run.taken(told);
    let mut written = false;
    let end = loop {
        match run.next() {
            Event::Wrote(Stream::Stdout, chunk) => {
                told += chunk.len();
                run.run.taken(chunk.len());
            }
            Event::Wrote(Stream::Stderr, chunk) => {
                written = true;
                run.run.taken(chunk.len());
            }
            Event::Ended(end) => break end.expect("an end"),
        }
    };
    assert!(written);
    assert_eq!((told as u64, end.stdout.bytes()), (20_000_000, 20_000_000));
}

#[test]
fn a_watcher_that_takes_nothing_does_not_hold_up_the_end() {
    let run = start(Path::new(LAUNCHER), policy("yes", Some(500)), true);
    let end = run.end().expect("an end");
    assert!(report(&end).timed_out);
    assert!(end.stdout.bytes() < (WINDOW + 2 * 1024 * 1024) as u64);
}

#[test]
fn a_policy_larger_than_a_pipe_arrives_whole() {
    let folder = tempfile::tempdir().expect("tempdir");
    let count = script(folder.path(), "#!/bin/sh\n/usr/bin/wc -c <&3\necho '{}' >&4\n");
    let end = start(&count, vec![b'p'; 3_000_000], false).end().expect("an end");
    assert_eq!(
        String::from_utf8_lossy(&end.stdout.into_first()).trim(),
        "3000000"
    );
}

#[test]
fn a_launcher_that_is_killed_or_says_nothing_ends_the_wait() {
    let folder = tempfile::tempdir().expect("tempdir");
    for text in [
        "#!/bin/sh\necho some >&1; kill -9 $$\n",
        "#!/bin/sh\nexit 0\n",
        "#!/bin/sh\nexec 4>&-; exec 1>&- 2>&-; sleep 0.2\n",
    ] {
        let end = start(&script(folder.path(), text), policy("true", None), false)
            .end()
            .expect("an end");
        assert_eq!(end.report, b"");
    }
}

#[test]
fn a_launcher_that_is_killed_takes_the_command_with_it() {
    let run = start(
        Path::new(LAUNCHER),
        policy("echo $PPID; exec sleep 600", None),
        true,
    );
    let Event::Wrote(_, supervisor) = run.next() else {
        panic!("the command wrote nothing")
    };
    let supervisor = String::from_utf8_lossy(&supervisor).trim().to_owned();
    let stat = fs::read_to_string(format!("/proc/{supervisor}/stat")).expect("stat");
    let guard: i32 = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.split(' ').nth(1))
        .expect("parent")
        .parse()
        .expect("number");
    // SAFETY: integers only; the guard of the run above.
    unsafe { libc::kill(guard, libc::SIGKILL) };
    let end = run.end().expect("an end");
    assert_eq!(report(&end).signal, Some(libc::SIGTERM));
}

#[test]
fn what_outlives_its_run_may_go_on_writing() {
    let folder = tempfile::tempdir().expect("tempdir");
    let launcher = script(
        folder.path(),
        &format!(
            "#!/bin/sh\n(sleep 0.3; echo late; echo late; echo done >{}/done) 4>&- &\necho early; echo '{{}}' >&4\n",
            folder.path().display()
        ),
    );
    let end = start(&launcher, policy("true", None), false)
        .end()
        .expect("an end");
    assert_eq!(end.stdout.into_first(), b"early\n");
    let began = Instant::now();
    while !folder.path().join("done").exists() {
        assert!(began.elapsed() < LONG, "a closed pipe ended it");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_cannot_be_started_is_told() {
    let missing = start(Path::new("/nowhere/lever-sandbox"), policy("true", None), false).end();
    assert_eq!(missing.expect_err("missing").kind(), io::ErrorKind::NotFound);
}
