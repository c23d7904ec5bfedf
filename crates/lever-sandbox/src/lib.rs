//! Runs one approved command in a confined process and reports how it ended.
//!
//! The executable `lever-sandbox` reads one [policy] from descriptor 3, runs the command with the three standard streams as
//! they are, and writes one [report] to descriptor 4. It exits 0 if it wrote a report, whatever became of the command, and
//! 125 if it could not.
//!
//! ```text
//! caller ── guard ── supervisor ── command ── ...
//!           │        │             session, mounts, limits, capabilities, Landlock, seccomp, exec
//!           │        subreaper, time limit, terminal, ends the tree
//!           signals, caller's death, scratch folder, report
//! ```
//!
//! On Linux the kernel holds the run: [`landlock`] and [`seccomp`] always, [`mounts`] and [`cgroup`] where they can be
//! made. [`plan`] says beforehand what is to hold a run, and [`paths`] which files it sees; that is pure, as are
//! [`policy`], [`stores`] and [`seatbelt`], the same rules in the language of macOS.

pub mod access;
pub mod capture;
pub mod launch;
pub mod policy;
pub mod report;
pub mod seatbelt;
pub mod stores;

#[cfg(target_os = "linux")]
pub mod arena;
#[cfg(target_os = "linux")]
pub mod cgroup;
#[cfg(target_os = "linux")]
pub mod child;
#[cfg(target_os = "linux")]
pub mod descendants;
#[cfg(target_os = "linux")]
pub mod devices;
pub mod environment;
pub mod git_call;
pub mod git_config;
pub mod git_places;
pub mod git_repository;
#[cfg(target_os = "linux")]
pub mod git_unseen;
#[cfg(target_os = "linux")]
pub mod git_watch;
#[cfg(target_os = "linux")]
pub mod guard;
#[cfg(target_os = "linux")]
pub mod job;
#[cfg(target_os = "linux")]
pub mod landlock;
#[cfg(target_os = "linux")]
pub mod limits;
#[cfg(target_os = "linux")]
pub mod mounts;
pub mod paths;
#[cfg(target_os = "linux")]
pub mod plan;
#[cfg(target_os = "linux")]
pub mod privileges;
pub mod program;
#[cfg(target_os = "linux")]
pub mod quarantine;
pub mod repository;
#[cfg(target_os = "linux")]
pub mod scratch;
#[cfg(target_os = "linux")]
pub mod seccomp;
#[cfg(target_os = "linux")]
pub mod supervise;
#[cfg(target_os = "linux")]
pub mod sys;
#[cfg(target_os = "linux")]
pub mod terminal;
