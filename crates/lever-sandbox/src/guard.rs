//! The guard: the process that the caller started. It listens to the caller and its signals, passes them to the
//! [supervisor](crate::supervise), and ends the run if the supervisor is killed or the caller is gone.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};

use crate::descendants;
use crate::job::Job;
use crate::plan::Plan;
use crate::report::{Failure, Report, code};
use crate::sys::{self, Signals, Wait};
use crate::terminal::Terminal;

/// Runs a job under a supervisor of its own, to its end. `caller` takes the report; its other end is the caller's.
///
/// The supervisor writes the report itself, so that nobody waits for this process to wake up; this one writes one only if
/// the supervisor could not.
pub fn run(job: &Job, mut caller: File) -> io::Result<()> {
    match start(job, &mut caller) {
        Ok(supervised) => supervised.watch(caller),
        Err(error) => {
            job.clean();
            let failure = Failure::new(
                code::SPAWN_FAILED,
                format!("the supervisor could not be made: {error}"),
            );
            Report::failed(failure).send(&mut caller)
        }
    }
}

/// What the guard holds of its supervisor.
struct Supervised<'a> {
    job: &'a Job,
    process: libc::pid_t,
    /// Closed once the caller is gone, which the supervisor takes for the guard's own end.
    control: Option<File>,
    /// Closed by the supervisor's end.
    alive: OwnedFd,
    signals: Signals,
    terminal: Option<Terminal>,
    /// The caller, as a descriptor that becomes readable at its end.
    parent: Option<OwnedFd>,
}

fn start<'a>(job: &'a Job, caller: &mut File) -> io::Result<Supervised<'a>> {
    descendants::adopt_orphans();
    let parent = parent();
    let plan = Plan::best(job);
    let terminal = Terminal::of(job.policy.mode);
    let (control, alive) = (sys::pipe()?, sys::pipe()?);
    // SAFETY: this process has one thread.
    let Some(process) = (unsafe { sys::fork()? }) else {
        drop((control.1, alive.0));
        let sent = crate::supervise::supervise(job, plan, control.0, terminal).send(caller);
        // SAFETY: ends the process; everything it holds is the kernel's to close.
        unsafe { libc::_exit(i32::from(sent.is_err())) }
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
        control: Some(control.1.into()),
        alive: alive.0,
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
    fn watch(mut self, report: File) -> io::Result<()> {
        let mut caller_gone = false;
        loop {
            let unless_gone = |wait| if caller_gone { Wait::Never } else { wait };
            let parent = self
                .parent
                .as_ref()
                .map_or(Wait::Never, |parent| Wait::Input(parent.as_raw_fd()));
            let waits = [
                Wait::Input(self.signals.fd()),
                Wait::Input(self.alive.as_raw_fd()),
                unless_gone(parent),
                unless_gone(Wait::HangUp(report.as_raw_fd())),
            ];
            let Ok([signal, alive, parent, caller]) = sys::poll(waits, -1) else {
                break;
            };
            if alive.readable {
                break;
            }
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
                self.control = None;
            }
        }
        self.conclude(report)
    }

    fn pass_on(&mut self, signal: libc::c_int) {
        // A supervisor that has ended needs no word.
        let _ = self
            .control
            .as_mut()
            .map(|control| control.write_all(&[signal as u8]));
    }

    fn conclude(self, mut caller: File) -> io::Result<()> {
        let mut status = 0;
        // SAFETY: `status` is valid for the call.
        unsafe { libc::waitpid(self.process, &raw mut status, 0) };
        let reported = libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0;
        let mut sent = Ok(());
        if !reported {
            let ended = descendants::end();
            self.terminal
                .iter()
                .for_each(|terminal| terminal.give_back(self.process, true));
            let failure = Failure::new(
                code::SUPERVISOR_LOST,
                "the supervisor was killed; the command was ended with it",
            );
            let program = Some(self.job.program.path.clone());
            let killed_descendants = ended.killed.len() as u32;
            sent = Report {
                killed_descendants,
                program,
                ..Report::failed(failure)
            }
            .send(&mut caller);
        }
        // The caller has what it waits for; the rest is housekeeping.
        drop(caller);
        // What a detached run left behind falls to this process when the supervisor ends, and may still use its folder.
        let detached = self.job.policy.permissions.detach;
        if !detached || matches!(descendants::changed(), descendants::Wait::Childless) {
            self.job.clean();
        }
        sent
    }
}
