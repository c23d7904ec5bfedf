//! The command's own process, from the fork to the exec: session, mounts, limits, privileges, Landlock, filter.
//!
//! The order matters: mounts need the privileges that are dropped next, and Landlock and the filter would forbid the steps
//! before them. Whatever cannot be applied ends the process before the program starts.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::landlock;
use crate::mounts::{self, MountError};
use crate::paths::{self, Disk, Places};
use crate::policy::{Mode, Processes, Write};
use crate::report::{Failure, Sandbox, code, weaker};
use crate::seccomp::Filter;
use crate::terminal::{self, Terminal};
use crate::{devices, limits, privileges, sys};

/// What the child tells its supervisor: one line each. End of file without a `Failed` means that the program runs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Everything is in place.
    Ready {
        /// What holds the run.
        sandbox: Box<Sandbox>,
        /// Paths that must not come into being.
        absent: Vec<PathBuf>,
    },
    /// The program was not started.
    Failed(Failure),
    /// No mount namespace can be made here: try again without.
    NoNamespace,
}

/// How to see the mounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// As everybody does.
    Shared,
    /// In an own mount namespace.
    Own,
    /// In an own mount namespace inside an own user namespace.
    OwnUser,
}

impl View {
    /// The best that `job` calls for.
    pub fn wanted(job: &Job) -> Self {
        let (writes, sees) = changes(job);
        match (job.policy.confined(), sys::effective_uid() == 0) {
            (false, _) => Self::Shared,
            // Root owns the system's secrets, and only a mask keeps it from them.
            (true, true) => Self::Own,
            // In a user namespace everybody else's files and processes belong to nobody: too high a price for a run that
            // changes nothing. And looking into another process is refused from inside one.
            (true, false) => {
                if writes && !sees {
                    Self::OwnUser
                } else {
                    Self::Shared
                }
            }
        }
    }

    /// The next best.
    #[must_use]
    pub fn fallback(self) -> Self {
        match self {
            Self::Own => Self::OwnUser,
            Self::OwnUser | Self::Shared => Self::Shared,
        }
    }
}

/// Whether the run may write files, and whether it may look into other processes.
fn changes(job: &Job) -> (bool, bool) {
    let permissions = &job.policy.permissions;
    (
        permissions.write != Write::None,
        permissions.processes != Processes::Own,
    )
}

/// Whether the filter may hand calls over to the supervisor: a run with neither Landlock nor mounts to hold its files.
pub fn needs_listener(job: &Job, view: View) -> bool {
    job.policy.confined() && view == View::Shared && job.policy.permissions.write == Write::None && blind(job)
}

/// Without Landlock: by permission, since any rules of it hide other processes, or for want of it.
fn blind(job: &Job) -> bool {
    job.policy.permissions.processes != Processes::Own || landlock::kernel_abi() == 0
}

/// Where the command's process comes from.
#[derive(Debug)]
pub struct Origin<'a> {
    /// It is in [`crate::cgroup::Groups::birthplace`] already.
    pub born: bool,
    /// The terminal that it is to have to itself.
    pub terminal: Option<&'a Terminal>,
    /// The process group of lever and of the launcher.
    pub lever_group: libc::pid_t,
}

/// Becomes the command. Never returns. Tells the supervisor how far it got, and hands it the filter's listener.
pub fn become_command(
    job: &Job,
    view: View,
    origin: &Origin<'_>,
    (mut messages, handover): (File, Option<UnixStream>),
) -> ! {
    let message = match prepare(job, view, origin) {
        Ok((sandbox, absent, sealed)) => {
            tell(
                &mut messages,
                &Message::Ready {
                    sandbox: Box::new(sandbox),
                    absent,
                },
            );
            match sealed.apply(handover.as_ref()) {
                Ok(()) => Message::Failed(execute(job, &messages)),
                Err(failure) => Message::Failed(failure),
            }
        }
        Err(message) => message,
    };
    tell(&mut messages, &message);
    // SAFETY: ends the process without running what its parent has registered for its own end.
    unsafe { libc::_exit(125) }
}

fn tell(messages: &mut File, message: &Message) {
    if let Ok(mut line) = serde_json::to_vec(message) {
        line.push(b'\n');
        // If the supervisor is gone, so is this process in a moment.
        let _ = messages.write_all(&line);
    }
}

/// The last two restrictions: after them this process can do little more than start the program.
struct Sealed {
    landlock: Option<landlock::Rules>,
    filter: Option<crate::seccomp::Program>,
}

impl Sealed {
    fn apply(self, handover: Option<&UnixStream>) -> Result<(), Failure> {
        if let Some(rules) = self.landlock {
            rules.apply().map_err(unconfined)?;
        }
        if let Some(filter) = self.filter {
            let failed = |error: io::Error| unconfined(format!("system call filter: {error}"));
            match (filter.apply().map_err(failed)?, handover) {
                (Some(listener), Some(handover)) => {
                    devices::hand_over(&listener, handover).map_err(failed)?;
                }
                (Some(_), None) => return Err(unconfined("system call filter: nobody listens")),
                (None, _) => {}
            }
        }
        Ok(())
    }
}

type Prepared = (Sandbox, Vec<PathBuf>, Sealed);

fn prepare(job: &Job, view: View, origin: &Origin<'_>) -> Result<Prepared, Message> {
    let failed =
        |what: &'static str| move |error: io::Error| Message::Failed(unconfined(format!("{what}: {error}")));
    let policy = &job.policy;
    join_session(policy.mode, origin);
    let mut sandbox = Sandbox {
        confined: policy.confined(),
        ..Sandbox::default()
    };
    sandbox.scratch = job.scratch.as_ref().map(|scratch| scratch.path().to_owned());
    match job.groups.enter(origin.born) {
        Ok(()) => sandbox.cgroup = job.groups.limited().into_iter().map(str::to_owned).collect(),
        Err(error) => sandbox
            .notes
            .push(format!("the control group could not be entered: {error}")),
    }
    let mut absent = Vec::new();
    let mut rules = None;
    // Where Landlock holds the files, read-only mounts are for what it does not cover: modes, owners, times.
    let (writes, sees) = changes(job);
    let sealed_mounts = view != View::Shared && (writes || blind(job));
    if policy.confined() {
        if view != View::Shared {
            mounts::enter(view == View::OwnUser).map_err(mount_message)?;
            (sandbox.mount_ns, sandbox.user_ns) = (true, view == View::OwnUser);
        }
        let places = Places {
            cwd: &job.cwd,
            scratch: job.scratch.as_ref().map(crate::scratch::Scratch::path),
            program: &job.program.real,
            terminals: &terminal::paths(policy.mode),
            masks: sandbox.mount_ns,
        };
        let file_rules = paths::rules(policy, &places, &Disk);
        if sandbox.mount_ns {
            mounts::arrange(&file_rules, sealed_mounts).map_err(mount_message)?;
            absent = file_rules.absent.iter().cloned().collect();
        }
        rules = Some(file_rules);
    }
    limits::apply(&policy.limits, sandbox.user_ns).map_err(failed("resource limits"))?;
    if let Some(uid) = job.throwaway_uid {
        privileges::become_user(uid).map_err(failed("leaving root"))?;
        sandbox.uid_dropped = Some(uid);
    }
    let unlimited = sys::effective_uid() == 0 && policy.limits.processes.is_some();
    if unlimited && !sandbox.cgroup.iter().any(|name| name == "pids") {
        sandbox.weaker.push(weaker::PROCESS_COUNT.to_owned());
    }
    std::env::set_current_dir(&job.cwd).map_err(|error| {
        let message = format!("{} cannot be entered: {error}", job.cwd.display());
        Message::Failed(Failure::new(code::CWD_UNUSABLE, message))
    })?;
    let mut sealed = Sealed {
        landlock: None,
        filter: None,
    };
    if let Some(file_rules) = rules {
        privileges::forbid_new().map_err(failed("no_new_privs"))?;
        sandbox.no_new_privs = true;
        privileges::drop_capabilities(privileges::kept(&policy.permissions))
            .map_err(failed("capabilities"))?;
        let abi = landlock::kernel_abi();
        if sees {
            sandbox.weaker.push(weaker::PROCESSES_VISIBLE.to_owned());
        } else {
            let rules = landlock::prepare(abi, file_rules.grants, policy.permissions.net);
            sealed.landlock = Some(rules.map_err(|error| Message::Failed(unconfined(error)))?);
            sandbox.landlock_abi = (abi > 0).then_some(abi);
            sandbox.weaker.extend(
                landlock::weaknesses(abi, policy.permissions.net)
                    .into_iter()
                    .map(str::to_owned),
            );
        }
        let walls = sandbox.landlock_abi.is_some();
        if !walls && !sealed_mounts {
            sandbox.weaker.push(weaker::FILES.to_owned());
        } else if !sealed_mounts && writes {
            sandbox.weaker.push(weaker::METADATA.to_owned());
        }
        sealed.filter = Some(Filter::of(&policy.permissions, sealed_mounts, walls).compile());
        sandbox.seccomp = true;
    }
    Ok((sandbox, absent, sealed))
}

fn join_session(mode: Mode, origin: &Origin<'_>) {
    // SAFETY: changes this process's own session or group; a refusal leaves it in the supervisor's, which is harmless.
    unsafe {
        match (mode, origin.terminal) {
            (Mode::Captured, _) => drop(libc::setsid()),
            (Mode::Terminal, Some(terminal)) => drop(terminal.become_job()),
            (Mode::Terminal, None) => drop(libc::setpgid(0, origin.lever_group)),
        }
    }
}

fn execute(job: &Job, messages: &File) -> Failure {
    let lock = job.scratch.as_ref().filter(|_| job.policy.permissions.detach);
    if let Some(scratch) = lock {
        let _ = scratch.share_lock();
    }
    close_others(&[
        messages.as_raw_fd(),
        lock.map_or(-1, crate::scratch::Scratch::lock_fd),
    ]);
    sys::reset_signals(job.hangup_ignored);
    // Last, since changes of identity clear it; then a look whether the parent had died before it took effect.
    let _ = sys::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong);
    // SAFETY: takes nothing.
    if unsafe { libc::getppid() } != job.supervisor.get() {
        return Failure::new(
            code::SUPERVISOR_LOST,
            "the supervisor ended before the command started",
        );
    }
    let error = exec(&job.program_file, &job.argv, &job.env);
    let program = job.program.path.display();
    match error.raw_os_error() {
        Some(libc::ENOENT) => Failure::new(
            code::PROGRAM_NOT_FOUND,
            format!("the interpreter that {program} names in its first line is not installed"),
        ),
        Some(libc::ENOEXEC) => Failure::new(
            code::PROGRAM_NOT_EXECUTABLE,
            format!("{program} is not a program for this machine, nor a script with a #! line"),
        ),
        Some(libc::EACCES) => Failure::new(
            code::PROGRAM_NOT_EXECUTABLE,
            format!("{program} may not be executed inside the sandbox"),
        )
        .hint("permit reading the folder that it, or its interpreter, lies in"),
        _ => Failure::new(code::SPAWN_FAILED, format!("{program}: {error}")),
    }
}

fn close_others(kept: &[i32]) {
    let mut kept: Vec<libc::c_uint> = kept
        .iter()
        .filter_map(|&fd| libc::c_uint::try_from(fd).ok())
        .collect();
    kept.sort_unstable();
    let mut first = 3;
    for fd in kept.into_iter().chain([libc::c_uint::MAX]) {
        if fd > first {
            // SAFETY: closes descriptors that nothing uses between here and the exec.
            unsafe {
                libc::syscall(
                    libc::SYS_close_range,
                    first,
                    if fd == libc::c_uint::MAX { fd } else { fd - 1 },
                    0,
                )
            };
        }
        first = fd.saturating_add(1);
    }
}

fn exec(program: &CString, argv: &[CString], env: &[CString]) -> io::Error {
    let pointers = |texts: &[CString]| {
        texts
            .iter()
            .map(|text| text.as_ptr())
            .chain([std::ptr::null()])
            .collect::<Vec<_>>()
    };
    let (argv, env) = (pointers(argv), pointers(env));
    // SAFETY: all strings live through the call and both lists end with null.
    unsafe { libc::execve(program.as_ptr(), argv.as_ptr(), env.as_ptr()) };
    io::Error::last_os_error()
}

fn unconfined(error: impl std::fmt::Display) -> Failure {
    Failure::new(code::CONFINEMENT_FAILED, error.to_string())
        .hint("this kernel has the restriction but did not apply it; `lever doctor` shows what holds here")
}

fn mount_message(error: MountError) -> Message {
    match error {
        MountError::Unavailable(_) => Message::NoNamespace,
        failed @ MountError::Failed { .. } => Message::Failed(unconfined(failed)),
    }
}
