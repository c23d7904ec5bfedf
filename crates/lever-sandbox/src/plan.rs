//! What is to hold a run, worked out before there is a process to hold: its view of the mounts, its rules for files, its
//! filter. The command's own process only puts it in force.

use crate::job::Job;
use crate::landlock;
use crate::paths::{self, Disk, FileRules, Places};
use crate::policy::{Processes, Write};
use crate::seccomp::{Filter, Program};
use crate::{sys, terminal};

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
    fn wanted(job: &Job) -> Self {
        match (job.policy.confined(), sys::effective_uid() == 0) {
            (false, _) => Self::Shared,
            // Root owns the system's secrets, and only a mask keeps it from them.
            (true, true) => Self::Own,
            // In a user namespace everybody else's files and processes belong to nobody: too high a price for a run that
            // changes nothing. And looking into another process is refused from inside one.
            (true, false) => {
                if writes(job) && !sees(job) {
                    Self::OwnUser
                } else {
                    Self::Shared
                }
            }
        }
    }

    /// The next best.
    #[must_use]
    fn fallback(self) -> Self {
        match self {
            Self::Own => Self::OwnUser,
            Self::OwnUser | Self::Shared => Self::Shared,
        }
    }
}

/// What holds one run, in one view of the mounts.
#[derive(Debug)]
pub struct Plan {
    /// How the run sees the mounts.
    pub view: View,
    /// Whether all but the write paths becomes read-only by mounts. Where Landlock holds the files, that is for what it does
    /// not cover: modes, owners, times.
    pub sealed: bool,
    /// The version of Landlock that holds the files; `None` without it: by permission, since any rules of it hide other
    /// processes, or for want of it.
    pub landlock: Option<u32>,
    /// Rules and filter; `None` for a run that is not confined.
    pub walls: Option<Walls>,
}

/// The parts of a [`Plan`] that only a confined run has.
#[derive(Debug)]
pub struct Walls {
    /// What it may do with which files.
    pub files: FileRules,
    /// Which system calls it may not make.
    pub filter: Program,
}

impl Plan {
    /// The best plan that this process can hope for.
    pub fn best(job: &Job) -> Self {
        Self::of(job, View::wanted(job))
    }

    /// The plan for where this one's view cannot be had.
    #[must_use]
    pub fn next(&self, job: &Job) -> Self {
        Self::of(job, self.view.fallback())
    }

    fn of(job: &Job, view: View) -> Self {
        let policy = &job.policy;
        let landlock = Some(landlock::kernel_abi()).filter(|abi| *abi > 0 && !sees(job));
        let sealed = view != View::Shared && (writes(job) || landlock.is_none());
        let walls = policy.confined().then(|| {
            let places = Places {
                cwd: &job.cwd,
                scratch: job.scratch.as_ref().map(crate::scratch::Scratch::path),
                program: &job.program.real,
                terminals: &terminal::paths(policy.mode),
                masks: view != View::Shared,
            };
            Walls {
                files: paths::rules(policy, &places, &Disk),
                filter: Filter::of(&policy.permissions, sealed, landlock.is_some()).compile(),
            }
        });
        Self {
            view,
            sealed,
            landlock,
            walls,
        }
    }
}

/// Whether the run may write files.
pub fn writes(job: &Job) -> bool {
    job.policy.permissions.write != Write::None
}

/// Whether the run may look into other processes.
pub fn sees(job: &Job) -> bool {
    job.policy.permissions.processes != Processes::Own
}
