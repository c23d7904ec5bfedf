//! The supervisor: starts the command, waits, keeps its time limit, passes on signals, and ends what it leaves behind.
//!
//! It is one of two processes. The [guard](crate::guard), which the caller started, is its parent and its only link to the
//! outside; the supervisor has a group of its own, so that a signal to the caller's whole group leaves it alive
//! to clean up. Whichever of the two is killed, the other still stands above the command's descendants and ends them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::child::{self, Message, Origin};
use crate::descendants::{self, Change, Wait};
use crate::devices::Opener;
use crate::job::Job;
use crate::plan::Plan;
use crate::policy::Mode;
use crate::quarantine::quarantine;
use crate::report::{Failure, Report, Sandbox, Status, code, weaker};
use crate::sys::{self, Ready, Signals};
use crate::terminal::Terminal;

/// What the command left behind may finish on its own for this long: the last line of a pipe still has to arrive.
const LINGER: Duration = Duration::from_millis(100);
/// The most that a tree gets to end in once its caller is gone.
const ORPHAN_GRACE: Duration = Duration::from_millis(500);

/// Everything that outlasts one attempt to start the command.
struct Supervisor<'a> {
    job: &'a Job,
    /// Brings signal numbers, a byte each; its end means that the guard is gone.
    control: File,
    guard: libc::pid_t,
    guard_gone: bool,
    lever_group: libc::pid_t,
    signals: Signals,
    terminal: Option<Terminal>,
    report: Report,
}

/// How far the run has come.
#[derive(Debug, Clone, Copy)]
enum Phase {
    /// The command runs, perhaps against a deadline.
    Running(Option<Instant>),
    /// It has ended, what it left may still finish.
    Lingering(Instant),
    /// The tree was asked to end.
    Ending(Instant),
}

/// Where opens that the filter hands over come from.
enum Gate {
    /// The child sends the listener here, if its filter has one.
    Expected(UnixStream),
    /// It did.
    Open(Opener),
    /// It will not.
    Shut,
}

impl Gate {
    fn wait(&self) -> sys::Wait {
        match self {
            Self::Expected(stream) => sys::Wait::Input(stream.as_raw_fd()),
            Self::Open(opener) => sys::Wait::Input(opener.fd()),
            Self::Shut => sys::Wait::Never,
        }
    }

    fn serve(&mut self, ready: Ready) {
        match self {
            Self::Expected(stream) => *self = Opener::receive(stream).map_or(Self::Shut, Self::Open),
            Self::Open(_) if ready.hung_up => *self = Self::Shut,
            Self::Open(opener) => opener.answer(),
            Self::Shut => {}
        }
    }
}

/// One attempt's state.
struct Attempt {
    command: libc::pid_t,
    /// What the child says before it becomes the command: little, so that nobody need listen before its end.
    messages: File,
    gate: Gate,
    phase: Phase,
    started: Instant,
    end: Option<(libc::c_int, Duration)>,
}

/// Supervises one run, to its end, and reports it.
pub fn supervise(job: &Job, plan: Plan, control: OwnedFd, terminal: Option<Terminal>) -> Report {
    match Supervisor::new(job, control, terminal) {
        Ok(supervisor) => supervisor.run(plan),
        Err(error) => Report::failed(Failure::new(
            code::SPAWN_FAILED,
            format!("the run cannot be supervised: {error}"),
        )),
    }
}

impl<'a> Supervisor<'a> {
    fn new(job: &'a Job, control: OwnedFd, terminal: Option<Terminal>) -> io::Result<Self> {
        descendants::adopt_orphans();
        // SAFETY: integers only.
        let (guard, lever_group) = unsafe { (libc::getppid(), libc::getpgrp()) };
        // A group rather than a session of its own: kills aimed at the caller's group pass it by, and the scheduler still
        // counts it with its caller, which a session would not.
        // SAFETY: integers only. This process leads no group yet, so it cannot fail.
        unsafe { libc::setpgid(0, 0) };
        // A name of its own: whoever kills launchers by name leaves this one to clean up.
        // SAFETY: the name is a C string.
        unsafe { libc::prctl(libc::PR_SET_NAME, c"lever-supervise".as_ptr()) };
        // This process manages a terminal from the background.
        crate::terminal::block(libc::SIGTTOU);
        let signals = Signals::collect(&[
            libc::SIGCHLD,
            libc::SIGTERM,
            libc::SIGINT,
            libc::SIGHUP,
            libc::SIGQUIT,
        ])?;
        job.supervisor.set(std::process::id().cast_signed());
        let report = Report {
            program: Some(job.program.path.clone()),
            ..Report::default()
        };
        Ok(Self {
            job,
            control: control.into(),
            guard,
            guard_gone: false,
            lever_group,
            signals,
            terminal,
            report,
        })
    }

    fn run(mut self, mut plan: Plan) -> Report {
        loop {
            match self.start(&plan) {
                Ok(attempt) => {
                    if self.attend(attempt) {
                        break;
                    }
                    plan = plan.next(self.job);
                }
                Err(error) => {
                    let message = format!("no process could be made: {error}");
                    self.report.error = Some(Failure::new(code::SPAWN_FAILED, message));
                    break;
                }
            }
        }
        let ran = self.report.status == Status::Ran && self.report.sandbox.mount_ns;
        if let Some(walls) = plan.walls.filter(|_| ran) {
            self.report.sandbox.notes.extend(quarantine(&walls.files));
        }
        if self.guard_gone {
            self.job.clean();
        }
        self.report
    }

    fn start(&self, plan: &Plan) -> io::Result<Attempt> {
        let (messages, say) = sys::pipe()?;
        let (listen, handover) = if plan.walls.as_ref().is_some_and(|walls| walls.filter.listens()) {
            let (listen, handover) = UnixStream::pair()?;
            (Some(listen), Some(handover))
        } else {
            (None, None)
        };
        let (born, command) = self.fork()?;
        let Some(command) = command else {
            drop((messages, listen));
            let origin = Origin {
                born,
                terminal: self.terminal.as_ref(),
                lever_group: self.lever_group,
            };
            child::become_command(self.job, plan, &origin, (say.into(), handover))
        };
        let started = Instant::now();
        Ok(Attempt {
            command,
            messages: messages.into(),
            gate: listen.map_or(Gate::Shut, Gate::Expected),
            phase: Phase::Running(
                self.job
                    .policy
                    .timeout_ms
                    .map(|limit| started + Duration::from_millis(limit)),
            ),
            started,
            end: None,
        })
    }

    /// Makes the command's process: whether it was born in its control group, and its number, none in itself.
    fn fork(&self) -> io::Result<(bool, Option<libc::pid_t>)> {
        if let Some(group) = self.job.groups.birthplace() {
            // SAFETY: this process has one thread.
            if let Ok(command) = unsafe { sys::fork_into(group) } {
                return Ok((true, command));
            }
        }
        // SAFETY: this process has one thread.
        Ok((false, unsafe { sys::fork()? }))
    }

    /// Sees one attempt through; whether it was the last: another is to be made with another view of the mounts.
    fn attend(&mut self, mut attempt: Attempt) -> bool {
        let mut childless = false;
        while !self.is_over(&attempt, childless) {
            let waits = [
                sys::Wait::Input(self.signals.fd()),
                if self.guard_gone {
                    sys::Wait::Never
                } else {
                    sys::Wait::Input(self.control.as_raw_fd())
                },
                attempt.gate.wait(),
            ];
            let Ok([signal, control, gate]) = sys::poll(waits, attempt.patience()) else {
                break;
            };
            if gate.readable {
                attempt.gate.serve(gate);
            }
            if control.readable {
                self.obey(&mut attempt);
            }
            if signal.readable {
                while let Some(signal) = self.signals.take() {
                    if signal.number != libc::SIGCHLD {
                        self.interrupt(&mut attempt, signal.number);
                    }
                }
            }
            childless = self.collect(&mut attempt);
            if self.overdue(&mut attempt) {
                break;
            }
        }
        self.finish(attempt, childless)
    }

    fn is_over(&self, attempt: &Attempt, childless: bool) -> bool {
        let ending = matches!(attempt.phase, Phase::Ending(_));
        attempt.end.is_some() && (childless || (self.job.policy.permissions.detach && !ending))
    }

    /// Takes the guard's word: a signal to pass on, or silence for ever.
    fn obey(&mut self, attempt: &mut Attempt) {
        let mut bytes = [0; 16];
        let got = self.control.read(&mut bytes).unwrap_or(0);
        if got == 0 {
            self.guard_gone = true;
            self.interrupt(attempt, libc::SIGTERM);
        }
        for &signal in &bytes[..got] {
            match i32::from(signal) {
                libc::SIGCONT => self
                    .terminal
                    .iter()
                    .for_each(|terminal| terminal.resume(attempt.command)),
                signal => self.interrupt(attempt, signal),
            }
        }
    }

    /// Asks the tree to end; the second time there is no more asking.
    fn interrupt(&mut self, attempt: &mut Attempt, signal: libc::c_int) {
        self.report.interrupted = true;
        let grace = Duration::from_millis(self.job.policy.grace_ms);
        let now = Instant::now();
        match attempt.phase {
            Phase::Ending(_) if !self.guard_gone => attempt.phase = Phase::Ending(now),
            Phase::Ending(until) => attempt.phase = Phase::Ending(until.min(now + ORPHAN_GRACE)),
            Phase::Running(_) | Phase::Lingering(_) => {
                let grace = if self.guard_gone {
                    grace.min(ORPHAN_GRACE)
                } else {
                    grace
                };
                descendants::signal(signal);
                attempt.phase = Phase::Ending(now + grace);
            }
        }
    }

    /// Takes note of children that ended or stopped; whether none is left.
    fn collect(&mut self, attempt: &mut Attempt) -> bool {
        loop {
            match descendants::changed() {
                Wait::Childless => return true,
                Wait::Unchanged => return false,
                Wait::Changed(change) => {
                    if libc::WIFSTOPPED(change.status) {
                        self.stopped(attempt, change);
                    } else if attempt.note_end(change) && matches!(attempt.phase, Phase::Running(_)) {
                        attempt.phase = Phase::Lingering(Instant::now() + LINGER);
                    }
                }
            }
        }
    }

    fn stopped(&mut self, attempt: &Attempt, change: Change) {
        let by_terminal =
            [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU].contains(&libc::WSTOPSIG(change.status));
        if change.process != attempt.command || !by_terminal {
            return;
        }
        if let Some(terminal) = &mut self.terminal
            && !terminal.suspend(attempt.command, self.guard)
        {
            terminal.resume(attempt.command);
        }
    }

    /// Acts on deadlines; whether asking is over.
    fn overdue(&mut self, attempt: &mut Attempt) -> bool {
        let now = Instant::now();
        match attempt.phase {
            Phase::Running(Some(deadline)) if now >= deadline => {
                self.report.timed_out = true;
                descendants::signal(libc::SIGTERM);
                attempt.phase = Phase::Ending(now + Duration::from_millis(self.job.policy.grace_ms));
                false
            }
            Phase::Lingering(until) | Phase::Ending(until) => now >= until,
            Phase::Running(_) => false,
        }
    }

    fn finish(&mut self, mut attempt: Attempt, childless: bool) -> bool {
        let mut killed = BTreeSet::new();
        let mut survivors = false;
        let leave = self.job.policy.permissions.detach
            && attempt.end.is_some()
            && !matches!(attempt.phase, Phase::Ending(_));
        if !leave && !childless {
            self.job.groups.kill();
            let ended = descendants::end();
            ended.reaped.into_iter().for_each(|change| {
                attempt.note_end(change);
            });
            (killed, survivors) = (ended.killed, ended.survivors);
        }
        killed.remove(&attempt.command);
        let status = attempt.end;
        if let Some(terminal) = &self.terminal {
            terminal.give_back(
                attempt.command,
                status.is_none_or(|(status, _)| libc::WIFSIGNALED(status)),
            );
        }
        let (sandbox, failure) = match attempt.outcome() {
            Said::NoNamespace => return false,
            Said::Started(sandbox) => (sandbox, None),
            Said::Failed { sandbox, failure } => (sandbox, Some(failure)),
        };
        self.report.sandbox = sandbox;
        self.report.killed_descendants = killed.len() as u32;
        if survivors {
            self.report.sandbox.weaker.push(weaker::SURVIVORS.to_owned());
        }
        if failure.is_some() {
            self.report.error = failure;
            return true;
        }
        self.report.status = Status::Ran;
        if let Some((status, took)) = status {
            self.report.duration_us = took.as_micros().try_into().unwrap_or(u64::MAX);
            self.report.exit_code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
            self.report.signal = libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status));
            // At its own terminal the command gets Ctrl-C by itself, and nobody else hears of it.
            let by_key = self
                .report
                .signal
                .is_some_and(|signal| [libc::SIGINT, libc::SIGQUIT].contains(&signal));
            self.report.interrupted |= by_key && self.job.policy.mode == Mode::Terminal;
        } else {
            self.report.duration_us = attempt
                .started
                .elapsed()
                .as_micros()
                .try_into()
                .unwrap_or(u64::MAX);
            self.report.signal = Some(libc::SIGKILL);
        }
        true
    }
}

/// What the child said before it became the command, or instead.
enum Said {
    NoNamespace,
    Started(Sandbox),
    Failed { sandbox: Sandbox, failure: Failure },
}

impl Attempt {
    /// Milliseconds until something is due, for `poll`.
    fn patience(&self) -> libc::c_int {
        match self.phase {
            Phase::Running(None) => -1,
            Phase::Running(Some(until)) | Phase::Lingering(until) | Phase::Ending(until) => {
                // Rounded up: waking early would spin until the moment has come.
                let left = until
                    .saturating_duration_since(Instant::now())
                    .as_micros()
                    .div_ceil(1000);
                left.try_into().unwrap_or(libc::c_int::MAX)
            }
        }
    }

    /// Notes an end if it is the command's own.
    fn note_end(&mut self, change: Change) -> bool {
        let own = change.process == self.command && self.end.is_none();
        if own {
            self.end = Some((change.status, self.started.elapsed()));
        }
        own
    }

    /// Everything that was said. The child has ended or become the command, so the pipe ends.
    fn outcome(&mut self) -> Said {
        let mut told = Vec::with_capacity(4096);
        let _ = self.messages.read_to_end(&mut told);
        let mut started = None;
        for line in told.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(Message::Ready(sandbox)) => started = Some(*sandbox),
                Ok(Message::NoNamespace) => return Said::NoNamespace,
                Ok(Message::Failed(failure)) => {
                    return Said::Failed {
                        sandbox: started.unwrap_or_default(),
                        failure,
                    };
                }
                Err(_) => {}
            }
        }
        started.map_or_else(
            || Said::Failed {
                sandbox: Sandbox::default(),
                failure: Failure::new(
                    code::SPAWN_FAILED,
                    "the command's process ended before the program started",
                ),
            },
            Said::Started,
        )
    }
}
