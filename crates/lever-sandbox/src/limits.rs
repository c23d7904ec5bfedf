//! Resource limits of each process of the run (`setrlimit`).

use std::io;

use crate::policy::Limits;
use crate::sys::check;

/// Sets the limits of this process and its descendants. A limit never rises above the one already in force.
///
/// `own_count`: this user's processes are counted from zero here (a new user namespace). Otherwise the kernel counts all of
/// the user's processes, so those that exist already are added to the allowance.
pub fn apply(limits: &Limits, own_count: bool) -> io::Result<()> {
    let processes = limits.processes.map(|allowed| {
        if own_count {
            allowed
        } else {
            allowed.saturating_add(existing_threads())
        }
    });
    let wanted = [
        (libc::RLIMIT_CORE, Some(0)),
        (libc::RLIMIT_CPU, limits.cpu_s),
        (libc::RLIMIT_FSIZE, limits.file_bytes),
        (libc::RLIMIT_DATA, limits.data_bytes),
        (libc::RLIMIT_NOFILE, limits.files),
        (libc::RLIMIT_NPROC, processes),
    ];
    for (resource, value) in wanted {
        if let Some(value) = value {
            lower(resource, value).map_err(|error| {
                io::Error::new(error.kind(), format!("limit {resource} to {value}: {error}"))
            })?;
        }
    }
    Ok(())
}

/// All threads of the machine: the cheapest upper bound of this user's.
fn existing_threads() -> u64 {
    // SAFETY: the kernel fills the structure.
    unsafe {
        let mut info: libc::sysinfo = std::mem::zeroed();
        if libc::sysinfo(&raw mut info) == 0 {
            u64::from(info.procs)
        } else {
            0
        }
    }
}

#[cfg(target_env = "musl")]
type Resource = libc::c_int;
#[cfg(not(target_env = "musl"))]
type Resource = libc::__rlimit_resource_t;

fn lower(resource: Resource, value: u64) -> io::Result<()> {
    // SAFETY: the structures are valid for the calls.
    unsafe {
        let mut now: libc::rlimit = std::mem::zeroed();
        check(libc::getrlimit(resource, &raw mut now))?;
        let value = value.min(now.rlim_max);
        // The soft CPU limit sends SIGXCPU, which a program may ignore; the hard one, a second later, kills.
        let hard = if resource == libc::RLIMIT_CPU {
            value.saturating_add(1).min(now.rlim_max)
        } else {
            value
        };
        check(libc::setrlimit(
            resource,
            &libc::rlimit {
                rlim_cur: value,
                rlim_max: hard,
            },
        ))
        .map(drop)
    }
}
