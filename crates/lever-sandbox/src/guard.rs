//! The guard: the process that the caller started. It listens to the caller and its signals, passes them to the
//! [supervisor](crate::supervise), and ends the run if the supervisor is killed or the caller is gone.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

use crate::descendants;
use crate::job::Job;
use crate::report::{Failure, Report, code};
use crate::sys::{self, Signals};
use crate::terminal::Terminal;

/// Runs a job under a supervisor of its own. `caller`: a descriptor whose other end the caller holds.
pub fn run(job: &Job, caller: RawFd) -> Report {
    let result = start(job).map(|supervised| supervised.watch(caller));
    let mut report = result.unwrap_or_else(|error| {
        Report::failed(Failure::new(
            code::SPAWN_FAILED,
            format!("the supervisor could not be made: {error}"),
        ))
    });
    report.program.get_or_insert_with(|| job.program.path.clone());
    report
}

/// What the guard holds of its supervisor.
struct Supervised<'a> {
    job: &'a Job,
    process: libc::pid_t,
    control: File,
    report: File,
    signals: Signals,
    terminal: Option<Terminal>,
    /// The caller, as a descriptor that becomes readable at its end.
    parent: Option<OwnedFd>,
}

fn start(job: &Job) -> std::io::Result<Supervised<'_>> {
    descendants::adopt_orphans();
    let parent = parent();
    let terminal = Terminal::of(job.policy.mode);
    let (control, report) = (sys::pipe()?, sys::pipe()?);
    // SAFETY: this process has one thread.
    let Some(process) = (unsafe { sys::fork()? }) else {
        drop((control.1, report.0));
        let ended = crate::supervise::supervise(job, control.0, terminal);
        let sent = serde_json::to_vec(&ended).is_ok_and(|json| File::from(report.1).write_all(&json).is_ok());
        // SAFETY: ends the process; everything it holds is the kernel's to close.
        unsafe { libc::_exit(i32::from(!sent)) }
    };
    let signals = Signals::collect(&[
        libc::SIGTERM,
        libc::SIGINT,
        libc::SIGHUP,
        libc::SIGQUIT,
        libc::SIGCONT,
    ])?;
    Ok(Supervised {
        job,
        process,
        control: control.1.into(),
        report: report.0.into(),
        signals,
        terminal,
        parent,
    })
}

fn parent() -> Option<OwnedFd> {
    // SAFETY: takes nothing.
    let parent = || unsafe { libc::getppid() };
    let process = parent();
    // If it ended in between, the descriptor may be another's; but then this process has a new parent.
    sys::pidfd(process).filter(|_| parent() == process)
}

impl Supervised<'_> {
    fn watch(mut self, caller: RawFd) -> Report {
        let mut json = Vec::new();
        let mut caller_gone = false;
        loop {
            let listening = |fd: RawFd| (!caller_gone).then_some(fd);
            let fds = [
                Some(self.signals.fd()),
                Some(self.report.as_raw_fd()),
                listening(self.parent.as_ref().map_or(-1, OwnedFd::as_raw_fd)),
                listening(caller),
            ];
            let Ok([signal, report, parent, caller]) = sys::poll(fds, -1) else {
                break;
            };
            if signal.readable {
                while let Some(signal) = self.signals.take() {
                    // A key at the terminal reaches the command by itself when it shares the guard's group.
                    let key = signal.from_kernel && [libc::SIGINT, libc::SIGQUIT].contains(&signal.number);
                    if !(key && self.job.policy.mode == crate::policy::Mode::Terminal) {
                        self.pass_on(signal.number);
                    }
                }
            }
            if !caller_gone && (parent.readable || caller.hung_up) {
                caller_gone = true;
                self.pass_on(libc::SIGTERM);
            }
            if report.readable {
                let mut bytes = [0; 4096];
                match self.report.read(&mut bytes) {
                    Ok(got) if got > 0 => json.extend_from_slice(&bytes[..got]),
                    _ => break,
                }
            }
        }
        self.conclude(&json)
    }

    fn pass_on(&mut self, signal: libc::c_int) {
        // A supervisor that is gone has closed the report too.
        let _ = self.control.write_all(&[signal as u8]);
    }

    fn conclude(self, json: &[u8]) -> Report {
        // SAFETY: no status is asked for.
        unsafe { libc::waitpid(self.process, std::ptr::null_mut(), 0) };
        let detached = self.job.policy.permissions.detach;
        let report = serde_json::from_slice::<Report>(json).unwrap_or_else(|_| {
            let ended = descendants::end();
            self.terminal
                .iter()
                .for_each(|terminal| terminal.give_back(self.process, true));
            let failure = Failure::new(
                code::SUPERVISOR_LOST,
                "the supervisor was killed; the command was ended with it",
            );
            Report {
                killed_descendants: ended.killed.len() as u32,
                ..Report::failed(failure)
            }
        });
        // What a detached run left behind falls to this process when the supervisor ends, and may still use its folder.
        let left_behind = detached && !matches!(descendants::changed(), descendants::Wait::Childless);
        if !left_behind {
            self.job.clean();
        }
        report
    }
}
