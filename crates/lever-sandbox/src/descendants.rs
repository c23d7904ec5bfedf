//! The processes below this one: finding them, signalling them, and ending all of them.
//!
//! This process is a subreaper: whatever a descendant leaves behind, daemons included, becomes its child. So the tree can be
//! ended for certain: kill, wait, and look again until no child is left.

use std::collections::BTreeSet;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::sys::kill;

/// How long to try. Only a process of another user, or one stuck in the kernel, outlives it.
const PATIENCE: Duration = Duration::from_secs(2);
/// A tree that still grows after so many rounds of stopping is killed as it stands, and looked at again.
const STOP_ROUNDS: usize = 16;

/// Makes this process the one that orphaned descendants fall to.
pub fn adopt_orphans() {
    // Since kernel 3.4; there is none older with Landlock, and without it the tree is still killed by group.
    let _ = crate::sys::prctl(libc::PR_SET_CHILD_SUBREAPER, 1);
}

/// All descendants of this process.
pub fn all() -> BTreeSet<libc::pid_t> {
    let own = std::process::id().cast_signed();
    let mut found = BTreeSet::new();
    let mut open = vec![own];
    if fs::metadata(format!("/proc/{own}/task/{own}/children")).is_ok() {
        while let Some(process) = open.pop() {
            open.extend(children(process).into_iter().filter(|child| found.insert(*child)));
        }
    } else {
        let parents = parents();
        while let Some(process) = open.pop() {
            open.extend(
                parents
                    .iter()
                    .filter(|(_, parent)| *parent == process)
                    .map(|(child, _)| *child)
                    .filter(|child| found.insert(*child)),
            );
        }
    }
    found
}

fn children(process: libc::pid_t) -> Vec<libc::pid_t> {
    let tasks = fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten()
        .flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|pid| pid.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Every process with its parent: for kernels built without the lists of children.
fn parents() -> Vec<(libc::pid_t, libc::pid_t)> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name, in parentheses, may itself hold spaces and parentheses.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect()
}

/// Sends `signal` to every descendant, stopped ones too.
pub fn signal(signal: libc::c_int) {
    for process in all() {
        kill(process, signal);
        kill(process, libc::SIGCONT);
    }
}

/// A child that ended, or was stopped.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// Which.
    pub process: libc::pid_t,
    /// As `wait` gives it.
    pub status: libc::c_int,
}

/// What [`changed`] found.
#[derive(Debug, Clone, Copy)]
pub enum Wait {
    /// One child's change.
    Changed(Change),
    /// Children, but no change.
    Unchanged,
    /// No children at all.
    Childless,
}

/// The next child that changed, without waiting for one.
pub fn changed() -> Wait {
    let mut status = 0;
    // SAFETY: `status` is valid for the call.
    match unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG | libc::WUNTRACED) } {
        0 => Wait::Unchanged,
        process if process > 0 => Wait::Changed(Change { process, status }),
        _ => Wait::Childless,
    }
}

/// What [`end`] did.
#[derive(Debug, Default)]
pub struct Ended {
    /// Processes that were killed.
    pub killed: BTreeSet<libc::pid_t>,
    /// The ends that were collected.
    pub reaped: Vec<Change>,
    /// Whether some could not be killed.
    pub survivors: bool,
}

/// Kills every descendant and collects their ends.
pub fn end() -> Ended {
    let give_up = Instant::now() + PATIENCE;
    let mut ended = Ended::default();
    loop {
        // Stopped first: in a tree that forks faster than it is killed, nobody is left to fork.
        let mut known = BTreeSet::new();
        for _ in 0..STOP_ROUNDS {
            let new: Vec<_> = all().difference(&known).copied().collect();
            if new.is_empty() {
                break;
            }
            for process in new {
                kill(process, libc::SIGSTOP);
                known.insert(process);
            }
        }
        for &process in &known {
            if kill(process, libc::SIGKILL) {
                ended.killed.insert(process);
            }
        }
        loop {
            match changed() {
                Wait::Changed(change) if !libc::WIFSTOPPED(change.status) => ended.reaped.push(change),
                Wait::Changed(_) => {}
                Wait::Unchanged => break,
                Wait::Childless => return ended,
            }
        }
        if Instant::now() >= give_up {
            ended.survivors = true;
            return ended;
        }
        sleep(Duration::from_micros(300));
    }
}
