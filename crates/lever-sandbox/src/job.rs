//! A policy made ready to run: program found, folders checked, strings as the kernel takes them.

use std::cell::Cell;
use std::ffi::CString;
use std::path::{Path, PathBuf};

use crate::cgroup::Groups;
use crate::git_call::{self, Call};
use crate::policy::{Policy, Processes, Repository, Write};
use crate::program::{self, Program};
use crate::report::{Failure, code};
use crate::scratch::Scratch;
use crate::{environment, git_unseen, git_watch, landlock, paths, privileges, repository, sys};

/// One command, ready to run.
#[derive(Debug)]
pub struct Job {
    /// The policy as given.
    pub policy: Policy,
    /// The program that runs.
    pub program: Program,
    /// The same for the kernel.
    pub program_file: CString,
    /// Arguments, the program's name first.
    pub argv: Vec<CString>,
    /// Environment, `NAME=value`.
    pub env: Vec<CString>,
    /// Where it runs.
    pub cwd: PathBuf,
    /// Its scratch folder.
    pub scratch: Option<Scratch>,
    /// Its control groups.
    pub groups: Groups,
    /// The user that root becomes.
    pub throwaway_uid: Option<u32>,
    /// Whether the caller wants hang-ups ignored (`nohup`).
    pub hangup_ignored: bool,
    /// The process that the command must be a child of.
    pub supervisor: Cell<libc::pid_t>,
}

impl Job {
    /// Makes `policy` ready.
    pub fn prepare(policy: Policy) -> Result<Self, Failure> {
        let root = sys::effective_uid() == 0;
        let throwaway_uid = (root && policy.drop_root && policy.confined()).then(privileges::throwaway_uid);
        // The program first: when it is missing, nothing else has been made yet.
        let caller_cwd = paths::working_folder(&policy, None);
        let search = policy.env.get("PATH").map(String::as_str);
        let program = program::resolve(&policy.argv[0], search, &caller_cwd)?;
        for name in policy.programs.iter().filter(|name| **name != policy.argv[0]) {
            match program::resolve(name, search, &caller_cwd) {
                Err(failure) if failure.code == code::PROGRAM_UNTRUSTED_FOLDER => return Err(failure),
                _ => {}
            }
        }
        check_kernel(&policy)?;
        let git_settings = git_settings(&policy, &caller_cwd)?;
        let scratch = match &policy.scratch {
            None => None,
            Some(place) => {
                let made = Scratch::create(
                    Path::new(&place.root),
                    throwaway_uid.unwrap_or_else(sys::effective_uid),
                );
                Some(made.map_err(|error| {
                    Failure::new(
                        code::SCRATCH_FAILED,
                        format!("no scratch folder in {}: {error}", place.root),
                    )
                    .hint("make room there, or set TMPDIR to a folder of your own")
                })?)
            }
        };
        let cwd = paths::working_folder(&policy, scratch.as_ref().map(Scratch::path));
        if !cwd.is_dir() {
            let failure = Failure::new(
                code::CWD_UNUSABLE,
                format!("{} is not a folder that can be entered", cwd.display()),
            );
            scratch.iter().for_each(Scratch::remove);
            return Err(failure);
        }
        let mut env = environment::scrub(&policy.env, &policy.allow_env);
        if let Some(scratch) = &scratch {
            env.insert("TMPDIR".to_owned(), scratch.path().display().to_string());
        }
        if let Some(settings) = git_settings {
            env.insert(repository::VARIABLE.to_owned(), settings);
            if !git_call::is_git(&policy.argv[0]) {
                let watched = watch_git(&policy, scratch.as_ref());
                env.extend(watched.inspect_err(|_| scratch.iter().for_each(Scratch::remove))?);
            }
        }
        let text = |text: String| {
            CString::new(text)
                .map_err(|_| Failure::new(code::POLICY_INVALID, "a text contains a NUL character"))
        };
        Ok(Self {
            program_file: sys::c_path(&program.path)
                .map_err(|error| Failure::new(code::POLICY_INVALID, error.to_string()))?,
            argv: policy.argv.iter().cloned().map(text).collect::<Result<_, _>>()?,
            env: env
                .into_iter()
                .map(|(name, value)| text(format!("{name}={value}")))
                .collect::<Result<_, _>>()?,
            // A group cannot be removed while what a detached run left behind lives in it.
            groups: if policy.confined() && !policy.permissions.detach {
                Groups::create(&policy.limits)
            } else {
                Groups::none()
            },
            program,
            cwd,
            scratch,
            throwaway_uid,
            hangup_ignored: sys::hangup_ignored(),
            supervisor: Cell::new(0),
            policy,
        })
    }

    /// Removes what was made for the run.
    pub fn clean(&self) {
        self.groups.remove();
        self.scratch.iter().for_each(Scratch::remove);
    }
}

/// What keeps git from running the programs of the repository that the command runs in, where it may not run them.
fn git_settings(policy: &Policy, cwd: &Path) -> Result<Option<String>, Failure> {
    if policy.permissions.repository != Repository::Closed {
        return Ok(None);
    }
    let home = policy.home.as_deref().map(Path::new);
    let call = Call::read(&policy.argv, cwd, &|name| policy.env.get(name).cloned());
    let seen = if git_call::is_git(&policy.argv[0]) {
        Ok(())
    } else {
        git_unseen::check(&policy.argv, cwd)
    };
    let closed = seen.and_then(|()| repository::close(&call, home, writes(policy)));
    closed.map(Some).map_err(|error| {
        Failure::new(code::REPOSITORY_PROGRAMS, format!("not run: {error}")).hint(git_watch::HINT)
    })
}

/// The variables that make whatever git the command starts look at its repository first.
fn watch_git(policy: &Policy, scratch: Option<&Scratch>) -> Result<Vec<(String, String)>, Failure> {
    let path = policy.env.get("PATH").map(String::as_str);
    let none = || std::io::Error::other("the run has no scratch folder");
    let installed = scratch
        .ok_or_else(none)
        .and_then(|scratch| git_watch::install(scratch.path(), path, writes(policy)));
    installed.map_err(|error| {
        let message =
            format!("git cannot be kept from a repository's programs in the scratch folder: {error}");
        Failure::new(code::REPOSITORY_PROGRAMS, message)
            .hint("set TMPDIR to a folder that programs may run in")
    })
}

fn writes(policy: &Policy) -> bool {
    policy.permissions.write != Write::None
}

/// Refuses a run that this kernel cannot hold as its permissions say, unless that is accepted.
fn check_kernel(policy: &Policy) -> Result<(), Failure> {
    let by_landlock = policy.confined() && policy.permissions.processes == Processes::Own;
    if policy.accept_weaker || !by_landlock {
        return Ok(());
    }
    let lacking = landlock::lacking(landlock::kernel_abi(), policy.permissions.net);
    if lacking.is_empty() {
        return Ok(());
    }
    let message = format!("this kernel cannot confine it fully: {}", lacking.join(", "));
    Err(Failure::new(code::KERNEL_LACKS, message)
        .hint("a newer kernel (6.12) can; `lever doctor` shows what holds here"))
}
