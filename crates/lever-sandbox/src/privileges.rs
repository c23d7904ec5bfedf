//! Privileges that a run does not need: capabilities, new ones through set-user-ID files, and root itself.

use std::io;

use crate::policy::{Permissions, Processes};
use crate::sys::{check, prctl};

const CAP_DAC_READ_SEARCH: u32 = 2;
const CAP_KILL: u32 = 5;
const CAP_SYS_PTRACE: u32 = 19;

/// `_LINUX_CAPABILITY_VERSION_3` of linux/capability.h: 64 capabilities in two halves.
const VERSION_3: u32 = 0x2008_0522;

/// `SECBIT_NOROOT` and `SECBIT_NO_SETUID_FIXUP` of linux/securebits.h, both locked: user 0 is a user like any other.
const NO_PRIVILEGED_ROOT: libc::c_ulong = 0b1111;

#[repr(C)]
struct Header {
    version: u32,
    pid: libc::c_int,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Half {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// The capabilities that root keeps for these permissions, as a bit set: only what looking into or signalling others'
/// processes needs.
pub fn kept(permissions: &Permissions) -> u64 {
    match permissions.processes {
        Processes::Own => 0,
        Processes::See => 1 << CAP_SYS_PTRACE | 1 << CAP_DAC_READ_SEARCH,
        Processes::Signal => 1 << CAP_SYS_PTRACE | 1 << CAP_DAC_READ_SEARCH | 1 << CAP_KILL,
    }
}

/// Gives up all capabilities but `kept`, for this process and whatever it becomes. Call [`forbid_new`] first.
pub fn drop_capabilities(kept: u64) -> io::Result<()> {
    prctl_quiet(
        libc::PR_CAP_AMBIENT,
        libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong,
    );
    // Where none is kept, one word closes the way by which root's programs get any, for good; else it is closed one by one.
    let closed = kept == 0 && prctl(libc::PR_SET_SECUREBITS, NO_PRIVILEGED_ROOT).is_ok();
    for capability in (0..64_u32).filter(|capability| !closed && kept & 1 << capability == 0) {
        // It ends past the kernel's last capability, or at once for who may not drop any: then what is permitted is all
        // there is, since no_new_privs lets no program gain more.
        if prctl(libc::PR_CAPBSET_DROP, capability.into()).is_err() {
            break;
        }
    }
    let header = Header {
        version: VERSION_3,
        pid: 0,
    };
    let mut now = [Half {
        effective: 0,
        permitted: 0,
        inheritable: 0,
    }; 2];
    // SAFETY: version 3 reads and writes two halves; the header names this process.
    unsafe {
        check(libc::syscall(libc::SYS_capget, &raw const header, now.as_mut_ptr()) as libc::c_int)?;
        for (half, kept) in now.iter_mut().zip([kept as u32, (kept >> 32) as u32]) {
            let permitted = half.permitted & kept;
            *half = Half {
                effective: permitted,
                permitted,
                inheritable: 0,
            };
        }
        check(libc::syscall(libc::SYS_capset, &raw const header, now.as_ptr()) as libc::c_int)?;
    }
    Ok(())
}

fn prctl_quiet(option: libc::c_int, value: libc::c_ulong) {
    // Before kernel 4.3 there are no ambient capabilities to clear.
    let _ = prctl(option, value);
}

/// No program started from here gains privileges from its file.
pub fn forbid_new() -> io::Result<()> {
    prctl(libc::PR_SET_NO_NEW_PRIVS, 1).map(drop)
}

/// The throwaway user of a run that does not need to be root: one a run, so that it shares nothing with another one. From
/// the range that systemd uses for the same purpose.
pub fn throwaway_uid() -> u32 {
    61_184 + std::process::id() % (65_519 - 61_184)
}

/// Becomes `uid`, with a group of the same number and no others.
pub fn become_user(uid: u32) -> io::Result<()> {
    // SAFETY: takes integers; the empty list of groups is null with length zero.
    unsafe {
        check(libc::setgroups(0, std::ptr::null()))?;
        check(libc::setresgid(uid, uid, uid))?;
        check(libc::setresuid(uid, uid, uid)).map(drop)
    }
}
