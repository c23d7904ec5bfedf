//! One captured run: its launcher's process and the ends of its pipes that are ours.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::kept::Kept;
use super::{Ended, OUTPUT_LIMIT, Stream, Watcher};
use crate::access::check;
use crate::launch::{self, POLICY, REPORT};

/// More than any report has.
const REPORT_LIMIT: usize = 256 * 1024;

/// How many descriptors a run waits for at most, in the order of [`CapturedRun::waits`].
pub(super) const WAITS: usize = 4;

/// A launcher at work, and after its report what is left to clear away.
pub(super) struct CapturedRun {
    pub(super) id: u64,
    process: libc::pid_t,
    /// Its end was collected: the number may be another process's.
    collected: bool,
    policy: Option<Unsent>,
    report: Option<File>,
    told: Vec<u8>,
    stdout: Output,
    stderr: Output,
    /// Bytes that the watcher takes before it has to ask for more; none where it wants no chunks.
    window: Option<usize>,
    /// Gone once the run's end was told.
    watcher: Option<Box<dyn Watcher>>,
}

/// The part of a policy that the pipe has not taken yet.
struct Unsent {
    pipe: File,
    policy: Vec<u8>,
    sent: usize,
}

struct Output {
    pipe: Option<File>,
    kept: Kept,
    /// Bytes that were in the pipe when the report came and are not read yet. Whatever comes later is nobody's of this run.
    rest: Option<usize>,
}

impl Output {
    fn new(pipe: OwnedFd) -> Self {
        Self {
            pipe: Some(pipe.into()),
            kept: Kept::new(OUTPUT_LIMIT),
            rest: None,
        }
    }

    fn is_complete(&self) -> bool {
        self.pipe.is_none() || self.rest == Some(0)
    }
}

impl CapturedRun {
    /// Starts the launcher. Nothing is left behind where that fails.
    pub(super) fn start(
        id: u64,
        executable: &CStr,
        policy: Vec<u8>,
        nothing: &File,
        window: Option<usize>,
    ) -> io::Result<Self> {
        let [policy_pipe, report, stdout, stderr] =
            [launch::pipe()?, launch::pipe()?, launch::pipe()?, launch::pipe()?];
        for end in [&policy_pipe.1, &report.0, &stdout.0, &stderr.0] {
            never_wait(end)?;
        }
        let streams = [
            (nothing.as_raw_fd(), 0),
            (stdout.1.as_raw_fd(), 1),
            (stderr.1.as_raw_fd(), 2),
            (policy_pipe.0.as_raw_fd(), POLICY),
            (report.1.as_raw_fd(), REPORT),
        ];
        // An interruption that comes before the launcher listens waits for it: it must not end what cannot clear away yet.
        let process = launch::spawn(executable, &streams, &[libc::SIGINT])?;
        let mut run = Self {
            id,
            process,
            collected: false,
            policy: Some(Unsent {
                pipe: policy_pipe.1.into(),
                policy,
                sent: 0,
            }),
            report: Some(report.0.into()),
            told: Vec::new(),
            stdout: Output::new(stdout.0),
            stderr: Output::new(stderr.0),
            window,
            watcher: None,
        };
        run.send_policy();
        Ok(run)
    }

    pub(super) fn watch_by(&mut self, watcher: Box<dyn Watcher>) {
        self.watcher = Some(watcher);
    }

    /// What to wait for, of the events that [`Self::attend`] takes.
    pub(super) fn waits(&self) -> [libc::pollfd; WAITS] {
        let wait = |pipe: Option<&File>, events| libc::pollfd {
            // The kernel skips negative ones.
            fd: pipe.map_or(-1, File::as_raw_fd),
            events,
            revents: 0,
        };
        let output = |output: &Output| {
            let held_back = self.window == Some(0) && self.report.is_some();
            wait(output.pipe.as_ref().filter(|_| !held_back), libc::POLLIN)
        };
        let policy = self.policy.as_ref().map(|unsent| &unsent.pipe);
        [
            output(&self.stdout),
            output(&self.stderr),
            wait(self.report.as_ref(), libc::POLLIN),
            wait(policy, libc::POLLOUT),
        ]
    }

    /// Acts on what [`Self::waits`] brought, through a buffer that all runs share.
    pub(super) fn attend(&mut self, ready: &[libc::pollfd], buffer: &mut [u8]) {
        let happened = |at: usize| ready.get(at).is_some_and(|wait| wait.revents != 0);
        if happened(0) {
            self.read_output(Stream::Stdout, buffer);
        }
        if happened(1) {
            self.read_output(Stream::Stderr, buffer);
        }
        if happened(2) && self.hear_report(buffer) {
            self.report = None;
            self.read_rest(Stream::Stdout, buffer);
            self.read_rest(Stream::Stderr, buffer);
            self.conclude();
        }
        if happened(3) {
            self.send_policy();
        }
    }

    /// Asks the launcher to end the run.
    pub(super) fn interrupt(&self) {
        if !self.collected {
            // SAFETY: integers only. The process is a child that was not collected: the number is still its own.
            unsafe { libc::kill(self.process, libc::SIGINT) };
        }
    }

    /// The watcher has dealt with so many bytes.
    pub(super) fn widen(&mut self, bytes: usize) {
        self.window = self.window.map(|window| window.saturating_add(bytes));
    }

    /// Whether the launcher should have ended by now and was not seen to.
    pub(super) fn is_uncollected(&self) -> bool {
        self.report.is_none() && !self.collected
    }

    /// Collects the launcher's end; whether nothing is left of the run.
    pub(super) fn clear_away(&mut self) -> bool {
        if self.is_uncollected() {
            self.collected = launch::has_ended(self.process);
        }
        self.collected && self.stdout.pipe.is_none() && self.stderr.pipe.is_none()
    }

    fn send_policy(&mut self) {
        let Some(unsent) = &mut self.policy else { return };
        match unsent.pipe.write(&unsent.policy[unsent.sent..]) {
            Ok(sent) if unsent.sent + sent < unsent.policy.len() => unsent.sent += sent,
            Err(error) if is_passing(&error) => {}
            // Sent, or the launcher ended before it had read it; its silence will say so.
            _ => self.policy = None,
        }
    }

    fn output(&mut self, stream: Stream) -> &mut Output {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    /// Everything that is in the pipe now, however little the watcher asked for: no more than a pipe holds.
    fn read_rest(&mut self, stream: Stream, buffer: &mut [u8]) {
        let output = self.output(stream);
        output.rest = Some(output.pipe.as_ref().map_or(0, waiting_in));
        while !self.output(stream).is_complete() {
            self.read_output(stream, buffer);
        }
    }

    fn read_output(&mut self, stream: Stream, buffer: &mut [u8]) {
        let window = self.window;
        let output = self.output(stream);
        let Some(pipe) = &mut output.pipe else { return };
        let room = match (output.rest, window) {
            (Some(rest), _) if rest > 0 => rest,
            (None, Some(window)) => window,
            // What a process that outlives the run writes is read, so that it can go on, and let go.
            (Some(_), _) | (None, None) => buffer.len(),
        };
        let room = room.min(buffer.len());
        match pipe.read(&mut buffer[..room]) {
            Ok(0) => output.pipe = None,
            Ok(got) => {
                let finished = output.rest == Some(0);
                output.rest = output.rest.map(|rest| rest.saturating_sub(got));
                if finished {
                    return;
                }
                output.kept.take(&buffer[..got]);
                if let (Some(window), Some(watcher)) = (&mut self.window, &mut self.watcher) {
                    *window = window.saturating_sub(got);
                    watcher.wrote(stream, &buffer[..got]);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => output.rest = output.rest.map(|_| 0),
            Err(_) => output.pipe = None,
        }
    }

    /// Whether the report is complete, or as much of it as will come.
    fn hear_report(&mut self, buffer: &mut [u8]) -> bool {
        let Some(pipe) = &mut self.report else {
            return false;
        };
        match pipe.read(buffer) {
            Ok(got) => {
                self.told.extend_from_slice(&buffer[..got]);
                got == 0 || buffer[..got].contains(&b'\n') || self.told.len() > REPORT_LIMIT
            }
            Err(error) => !is_passing(&error),
        }
    }

    fn conclude(&mut self) {
        let Some(watcher) = self.watcher.take() else {
            return;
        };
        let empty = || Kept::new(0);
        watcher.ended(Ok(Ended {
            report: std::mem::take(&mut self.told),
            stdout: std::mem::replace(&mut self.stdout.kept, empty()),
            stderr: std::mem::replace(&mut self.stderr.kept, empty()),
        }));
    }
}

/// Makes reading and writing return at once.
pub(super) fn never_wait(fd: &OwnedFd) -> io::Result<()> {
    // SAFETY: sets a flag of a descriptor that is open.
    unsafe {
        let flags = check(libc::fcntl(fd.as_raw_fd(), libc::F_GETFL))?;
        check(libc::fcntl(
            fd.as_raw_fd(),
            libc::F_SETFL,
            flags | libc::O_NONBLOCK,
        ))
        .map(drop)
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// How many bytes are in the pipe.
fn waiting_in(pipe: &File) -> usize {
    let mut bytes: libc::c_int = 0;
    let fd: RawFd = pipe.as_raw_fd();
    // SAFETY: the kernel writes one integer.
    let asked = unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut bytes) };
    if asked < 0 {
        0
    } else {
        usize::try_from(bytes).unwrap_or(0)
    }
}
