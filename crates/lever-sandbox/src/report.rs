//! The report: how the run ended and what held it. One JSON object on one line, on descriptor 4.
//!
//! The line is written when the run is over and all of its processes have ended (but what a `detach` run leaves). The
//! launcher itself ends a moment later, when it has removed the scratch folder.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the run ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct Report {
    /// Whether the command was started at all.
    pub status: Status,
    /// The command's exit code, 0 to 255; `null` if it was ended by a signal or never started.
    pub exit_code: Option<i32>,
    /// The signal that ended the command.
    pub signal: Option<i32>,
    /// The policy's time limit ended it.
    pub timed_out: bool,
    /// A signal to the launcher, Ctrl-C at the command's terminal, or the caller's death ended it.
    pub interrupted: bool,
    /// Wall-clock microseconds from the start of the command to its end.
    pub duration_us: u64,
    /// Descendants that had to be killed: after the command's own end, or with it.
    pub killed_descendants: u32,
    /// The program file that ran.
    pub program: Option<PathBuf>,
    /// What held the run.
    pub sandbox: Sandbox,
    /// Why the command was not started.
    pub error: Option<Failure>,
}

/// Whether the command was started.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was.
    Ran,
    /// It was not, or its end is unknown; `error` says why.
    #[default]
    Failed,
}

/// What held the run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that are independent of each other"
)]
pub struct Sandbox {
    /// The kernel enforced the permissions; `false` for `host` and for `confine: off`.
    pub confined: bool,
    /// The Landlock version applied.
    pub landlock_abi: Option<u32>,
    /// A system call filter was applied.
    pub seccomp: bool,
    /// Programs could not raise their privileges.
    pub no_new_privs: bool,
    /// The run had its own view of the mounts: secret stores masked and, if it may write, everything but the write paths
    /// read-only.
    pub mount_ns: bool,
    /// The run had its own user namespace, which another's files belong to `nobody` in.
    pub user_ns: bool,
    /// The control group's limits that were applied: `pids`, `memory`.
    pub cgroup: Vec<String>,
    /// The throwaway user that root became.
    pub uid_dropped: Option<u32>,
    /// The scratch folder; gone by now.
    pub scratch: Option<PathBuf>,
    /// What this kernel, or this permission, leaves open. See [`weaker`].
    pub weaker: Vec<String>,
    /// What else the owner should know, one sentence each.
    pub notes: Vec<String>,
}

/// Why the command was not started.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Failure {
    /// Stable name, see [`code`].
    pub code: String,
    /// What happened, where.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure of the given [`code`].
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            hint: None,
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The codes of a [`Failure`].
pub mod code {
    /// The policy is not one.
    pub const POLICY_INVALID: &str = "policy_invalid";
    /// No such program in PATH, or no such file: a shell's 127.
    pub const PROGRAM_NOT_FOUND: &str = "program_not_found";
    /// The file is there but cannot be executed: a shell's 126.
    pub const PROGRAM_NOT_EXECUTABLE: &str = "program_not_executable";
    /// Somebody else can write to the program's folder.
    pub const PROGRAM_UNTRUSTED_FOLDER: &str = "program_untrusted_folder";
    /// The working folder does not exist or cannot be entered.
    pub const CWD_UNUSABLE: &str = "cwd_unusable";
    /// No scratch folder could be made.
    pub const SCRATCH_FAILED: &str = "scratch_failed";
    /// This kernel does not know a restriction, and the policy does not accept that.
    pub const KERNEL_LACKS: &str = "kernel_lacks";
    /// The repository that it runs in names programs, which may not run and cannot be put out of force.
    pub const REPOSITORY_PROGRAMS: &str = "repository_programs";
    /// A restriction that the kernel knows could not be applied.
    pub const CONFINEMENT_FAILED: &str = "confinement_failed";
    /// The process could not be made.
    pub const SPAWN_FAILED: &str = "spawn_failed";
    /// The supervisor itself was killed; the run was ended with it.
    pub const SUPERVISOR_LOST: &str = "supervisor_lost";
}

/// The entries of [`Sandbox::weaker`].
pub mod weaker {
    /// No Landlock in this kernel: files are not confined by it.
    pub const NO_LANDLOCK: &str = "no_landlock";
    /// The kernel cannot refuse truncation outside the write paths (before 6.2).
    pub const TRUNCATE: &str = "truncate";
    /// The kernel cannot refuse TCP by itself (before 6.7); the system call filter does.
    pub const TCP: &str = "tcp_by_filter_only";
    /// The kernel cannot keep signals to the run's own processes (before 6.12).
    pub const SIGNALS: &str = "signals";
    /// The kernel cannot keep abstract sockets apart (before 6.12), and sockets are permitted.
    pub const ABSTRACT_SOCKETS: &str = "abstract_sockets";
    /// `processes` is `see` or `signal`: Landlock would hide other processes, so it is off.
    pub const PROCESSES_VISIBLE: &str = "processes_visible";
    /// Neither Landlock nor a mount namespace: secret stores can be read, and only where `write` is `none` does the system
    /// call filter keep files from being written.
    pub const FILES: &str = "files";
    /// Modes, owners and times of files outside the write paths can be changed: no mount namespace could be made.
    pub const METADATA: &str = "file_metadata";
    /// Root without a pids control group: the number of processes is not limited.
    pub const PROCESS_COUNT: &str = "process_count";
    /// Some descendants could not be killed.
    pub const SURVIVORS: &str = "survivors";
}

impl Report {
    /// The report of a command that was never started.
    pub fn failed(failure: Failure) -> Self {
        Self {
            error: Some(failure),
            ..Self::default()
        }
    }

    /// Writes the report as one line, in one piece.
    pub fn send(&self, to: &mut std::fs::File) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        std::io::Write::write_all(to, &line)
    }
}
