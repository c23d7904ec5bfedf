//! The command's own process, from the fork to the exec: session, mounts, limits, privileges, Landlock, filter.
//!
//! The order matters: mounts need the privileges that are dropped next, and Landlock and the filter would forbid the steps
//! before them. Whatever cannot be applied ends the process before the program starts.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;

use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::landlock;
use crate::mounts::{self, MountError};
use crate::plan::{self, Plan, View};
use crate::policy::Mode;
use crate::report::{Failure, Sandbox, code, weaker};
use crate::terminal::Terminal;
use crate::{devices, limits, privileges, sys};

/// What the child tells its supervisor: one line each. End of file without a `Failed` means that the program runs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Everything is in place; this holds the run.
    Ready(Box<Sandbox>),
    /// The program was not started.
    Failed(Failure),
    /// No mount namespace can be made here: try again without.
    NoNamespace,
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
    plan: &Plan,
    origin: &Origin<'_>,
    (mut messages, handover): (File, Option<UnixStream>),
) -> ! {
    let message = match prepare(job, plan, origin) {
        Ok((sandbox, rules)) => {
            tell(&mut messages, &Message::Ready(Box::new(sandbox)));
            match seal(plan, rules, handover.as_ref()) {
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
fn seal(plan: &Plan, rules: Option<landlock::Rules>, handover: Option<&UnixStream>) -> Result<(), Failure> {
    if let Some(rules) = rules {
        rules.apply().map_err(unconfined)?;
    }
    if let Some(walls) = &plan.walls {
        let failed = |error: io::Error| unconfined(format!("system call filter: {error}"));
        match (walls.filter.apply().map_err(failed)?, handover) {
            (Some(listener), Some(handover)) => devices::hand_over(&listener, handover).map_err(failed)?,
            (Some(_), None) => return Err(unconfined("system call filter: nobody listens")),
            (None, _) => {}
        }
    }
    Ok(())
}

/// Does what must come before the last two restrictions; what holds the run, and the rules that are to be applied.
fn prepare(
    job: &Job,
    plan: &Plan,
    origin: &Origin<'_>,
) -> Result<(Sandbox, Option<landlock::Rules>), Message> {
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
    if let Some(walls) = plan.walls.as_ref().filter(|_| plan.view != View::Shared) {
        let user = plan.view == View::OwnUser;
        mounts::enter(user).map_err(mount_message)?;
        (sandbox.mount_ns, sandbox.user_ns) = (true, user);
        mounts::arrange(&walls.files, plan.sealed).map_err(mount_message)?;
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
    let mut rules = None;
    if let Some(walls) = &plan.walls {
        privileges::forbid_new().map_err(failed("no_new_privs"))?;
        sandbox.no_new_privs = true;
        privileges::drop_capabilities(privileges::kept(&policy.permissions))
            .map_err(failed("capabilities"))?;
        if plan::sees(job) {
            sandbox.weaker.push(weaker::PROCESSES_VISIBLE.to_owned());
        } else {
            let (abi, net) = (plan.landlock.unwrap_or(0), policy.permissions.net);
            let made = landlock::prepare(abi, &walls.files.grants, net);
            rules = Some(made.map_err(|error| Message::Failed(unconfined(error)))?);
            sandbox.landlock_abi = plan.landlock;
            let weaknesses = landlock::weaknesses(abi, net);
            sandbox.weaker.extend(weaknesses.into_iter().map(str::to_owned));
        }
        if plan.landlock.is_none() && !plan.sealed {
            sandbox.weaker.push(weaker::FILES.to_owned());
        } else if !plan.sealed && plan::writes(job) {
            sandbox.weaker.push(weaker::METADATA.to_owned());
        }
        sandbox.seccomp = true;
    }
    Ok((sandbox, rules))
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

/// Becomes `program`. Returns only with the reason why it did not.
pub(crate) fn exec(program: &CString, argv: &[CString], env: &[CString]) -> io::Error {
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
