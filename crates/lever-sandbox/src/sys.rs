//! Thin safe faces of Linux's system calls that the standard library lacks.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::mem::offset_of;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

pub use crate::access::{c_path, check, effective_gid, effective_uid};

/// Opens a path for nothing but to name it.
pub fn open_path(path: &Path) -> io::Result<OwnedFd> {
    let path = c_path(path)?;
    // SAFETY: the path is a C string; the new descriptor is owned here.
    unsafe {
        // Not `open`: musl's sets the flag that closes it on exec a second time, by a call of its own.
        Ok(OwnedFd::from_raw_fd(check(libc::openat(
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::O_PATH | libc::O_CLOEXEC,
        ))?))
    }
}

/// Opens a path for nothing but to name it, if no part of it is a symbolic link. Before kernel 5.6 always an error.
pub fn open_without_links(path: &Path) -> io::Result<OwnedFd> {
    let path = c_path(path)?;
    // SAFETY: a structure of integers, for all of which zero means "none".
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    how.flags = (libc::O_PATH | libc::O_CLOEXEC) as u64;
    how.resolve = libc::RESOLVE_NO_SYMLINKS;
    // SAFETY: the path is a C string, the structure as long as stated, and the new descriptor owned here.
    unsafe {
        let fd = libc::syscall(
            libc::SYS_openat2,
            libc::AT_FDCWD,
            path.as_ptr(),
            &raw const how,
            size_of_val(&how),
        );
        Ok(OwnedFd::from_raw_fd(check(fd as libc::c_int)?))
    }
}

/// The entries of a folder, in any order, with what the file system says of their kind (`DT_*`).
///
/// The library's own would have the C library set up its memory, which nothing else here needs.
pub fn list(folder: &Path) -> io::Result<Vec<(OsString, u8)>> {
    const KIND: usize = offset_of!(libc::dirent64, d_type);
    const LENGTH: usize = offset_of!(libc::dirent64, d_reclen);
    const NAME: usize = offset_of!(libc::dirent64, d_name);
    let folder = File::open(folder)?;
    let mut entries = Vec::new();
    let mut buffer: Vec<u8> = Vec::with_capacity(16 * 1024);
    loop {
        // SAFETY: the buffer has as much room as stated, and the kernel says how much of it it filled.
        unsafe {
            let (start, size) = (buffer.as_mut_ptr(), buffer.capacity());
            let got = libc::syscall(libc::SYS_getdents64, folder.as_raw_fd(), start, size);
            buffer.set_len(check(got as libc::c_int)? as usize);
        }
        let mut rest = buffer.as_slice();
        if rest.is_empty() {
            return Ok(entries);
        }
        // Whole records, by the kernel's word: number, place, length, kind, and a name that ends with a zero.
        while rest.len() > NAME {
            let length = usize::from(u16::from_ne_bytes([rest[LENGTH], rest[LENGTH + 1]]));
            let (entry, after) = rest.split_at(length.clamp(NAME, rest.len()));
            let name = entry[NAME..].split(|byte| *byte == 0).next().unwrap_or_default();
            if !matches!(name, b"" | b"." | b"..") {
                entries.push((OsStr::from_bytes(name).to_owned(), entry[KIND]));
            }
            rest = after;
        }
    }
}

/// The kind of file system that a path lies in, as linux/magic.h numbers them.
pub fn file_system(path: &Path) -> Option<u64> {
    let path = c_path(path).ok()?;
    // SAFETY: the path is a C string; the structure is filled by the call before it is read.
    unsafe {
        let mut found: libc::statfs = std::mem::zeroed();
        (libc::statfs(path.as_ptr(), &raw mut found) == 0).then_some(found.f_type as u64)
    }
}

/// The text of a file of the kernel's own, which does not say how long it is; empty if it cannot be read.
pub fn read_kernel_file(path: &Path) -> String {
    // Each read of such a file makes it anew, so it is read in one.
    let mut text = String::with_capacity(16 * 1024);
    let _ = File::open(path).and_then(|mut file| file.read_to_string(&mut text));
    text
}

/// Sixteen random hexadecimal digits.
pub fn random_name() -> io::Result<String> {
    let mut bytes = [0_u8; 8];
    // SAFETY: the buffer is as long as stated. Eight bytes are never delivered short.
    let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    if got != 8 {
        return Err(io::Error::last_os_error());
    }
    Ok(format!("{:016x}", u64::from_ne_bytes(bytes)))
}

/// Lets the descriptor survive an exec.
pub fn set_inheritable(fd: RawFd) -> io::Result<()> {
    // SAFETY: sets a flag of a descriptor; a closed one is an error, not a hazard.
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, 0) }).map(drop)
}

/// Keeps the descriptor from the programs started here; an error if it is not open.
pub fn close_on_exec(fd: RawFd) -> io::Result<()> {
    // SAFETY: as above.
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)
}

/// A pipe that does not survive an exec: reading end, writing end.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for two descriptors, which are owned here and nowhere else.
    unsafe {
        check(libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC))?;
        Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

/// What [`poll`] found of one descriptor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ready {
    /// Something to read, or the other end is gone.
    pub readable: bool,
    /// The other end is gone.
    pub hung_up: bool,
}

/// What to wait for.
#[derive(Debug, Clone, Copy)]
pub enum Wait {
    /// Something to read.
    Input(RawFd),
    /// The other end's going, and nothing else: a file or a half-closed socket is always readable.
    HangUp(RawFd),
    /// Nothing.
    Never,
}

/// Waits until one of the descriptors has something, or until `timeout_ms` (`-1`: for ever).
pub fn poll<const N: usize>(waits: [Wait; N], timeout_ms: libc::c_int) -> io::Result<[Ready; N]> {
    let mut polled = waits.map(|wait| match wait {
        Wait::Input(fd) => libc::pollfd {
            fd,
            events: libc::POLLIN,
            revents: 0,
        },
        Wait::HangUp(fd) => libc::pollfd {
            fd,
            events: 0,
            revents: 0,
        },
        Wait::Never => libc::pollfd {
            fd: -1,
            events: 0,
            revents: 0,
        },
    });
    // SAFETY: the array is as long as stated; negative descriptors are skipped by the kernel.
    match check(unsafe { libc::poll(polled.as_mut_ptr(), N as libc::nfds_t, timeout_ms) }) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok([Ready::default(); N]),
        Err(error) => Err(error),
        Ok(_) => Ok(polled.map(|fd| Ready {
            readable: fd.revents & (libc::POLLIN | libc::POLLHUP | libc::POLLERR) != 0,
            hung_up: fd.revents & (libc::POLLHUP | libc::POLLERR | libc::POLLNVAL) != 0,
        })),
    }
}

/// A signal taken from a [`Signals`].
#[derive(Debug, Clone, Copy)]
pub struct Signal {
    /// Its number.
    pub number: i32,
    /// Whether the kernel itself sent it: Ctrl-C at a terminal, not somebody's `kill`.
    pub from_kernel: bool,
}

/// Signals as a descriptor. They stay blocked until the process ends or calls [`reset_signals`].
#[derive(Debug)]
pub struct Signals(OwnedFd);

impl Signals {
    /// Blocks `signals` and collects them.
    pub fn collect(signals: &[libc::c_int]) -> io::Result<Self> {
        // SAFETY: the set is initialised by sigemptyset before use; the descriptor is new and owned here.
        unsafe {
            let mut set = std::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            for &signal in signals {
                libc::sigaddset(&raw mut set, signal);
            }
            check(libc::sigprocmask(
                libc::SIG_BLOCK,
                &raw const set,
                std::ptr::null_mut(),
            ))?;
            let fd = check(libc::signalfd(
                -1,
                &raw const set,
                libc::SFD_CLOEXEC | libc::SFD_NONBLOCK,
            ))?;
            Ok(Self(OwnedFd::from_raw_fd(fd)))
        }
    }

    /// For [`poll`].
    pub fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// The next pending signal.
    pub fn take(&self) -> Option<Signal> {
        // SAFETY: the kernel fills exactly one structure or returns another length.
        unsafe {
            let mut info: libc::signalfd_siginfo = std::mem::zeroed();
            let size = size_of_val(&info);
            let got = libc::read(self.fd(), (&raw mut info).cast(), size);
            (got == size.cast_signed()).then_some(Signal {
                number: info.ssi_signo.cast_signed(),
                from_kernel: info.ssi_code > 0,
            })
        }
    }
}

/// Gives every signal its default action again and lets all of them through, as a new program expects.
///
/// A hang-up that was ignored on entry stays so: `nohup` means it.
pub fn reset_signals(keep_hangup_ignored: bool) {
    // SAFETY: default actions and an empty mask; the signals that cannot be set are refused harmlessly.
    unsafe {
        for signal in 1..=libc::SIGRTMAX() {
            if !(signal == libc::SIGHUP && keep_hangup_ignored) {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
}

/// Whether hang-ups are ignored.
pub fn hangup_ignored() -> bool {
    // SAFETY: reads the current action into a zeroed structure.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGHUP, std::ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
    }
}

/// Sends a signal. A negative process is a group.
pub fn kill(process: libc::pid_t, signal: libc::c_int) -> bool {
    // SAFETY: takes integers only.
    unsafe { libc::kill(process, signal) == 0 }
}

/// Makes a copy of this process: `None` in the copy.
///
/// # Safety
/// The process must have one thread.
pub unsafe fn fork() -> io::Result<Option<libc::pid_t>> {
    // SAFETY: single-threaded by the caller's word, so the copy may do anything the original may.
    let pid = check(unsafe { libc::fork() })?;
    Ok((pid != 0).then_some(pid))
}

/// Like [`fork`]; the copy is born in the control group (version 2) whose folder `group` is.
///
/// # Errors
/// Also where the kernel (before 5.7) or a filter of system calls knows no such birth.
///
/// # Safety
/// As for [`fork`].
pub unsafe fn fork_into(group: RawFd) -> io::Result<Option<libc::pid_t>> {
    // linux/sched.h; the library's constant is narrower than the flag.
    const CLONE_INTO_CGROUP: u64 = 1 << 33;
    let arguments = libc::clone_args {
        flags: CLONE_INTO_CGROUP,
        exit_signal: libc::SIGCHLD as u64,
        cgroup: group as u64,
        // SAFETY: a structure of integers, for all of which zero means "none".
        ..unsafe { std::mem::zeroed() }
    };
    // SAFETY: without a stack of its own and without sharing memory this is a fork; single-threaded by the caller's word.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw const arguments, size_of_val(&arguments)) };
    let pid = check(pid as libc::c_int)?;
    Ok((pid != 0).then_some(pid))
}

/// `prctl` with one argument.
pub fn prctl(option: libc::c_int, value: libc::c_ulong) -> io::Result<libc::c_int> {
    // SAFETY: used with options whose argument is an integer.
    check(unsafe {
        libc::prctl(
            option,
            value,
            0 as libc::c_ulong,
            0 as libc::c_ulong,
            0 as libc::c_ulong,
        )
    })
}

/// The other end's process, as a descriptor that becomes readable at its end.
pub fn pidfd(process: libc::pid_t) -> Option<OwnedFd> {
    // SAFETY: takes integers; a new descriptor is owned here.
    unsafe {
        let fd = libc::syscall(libc::SYS_pidfd_open, process, 0) as RawFd;
        (fd >= 0).then(|| OwnedFd::from_raw_fd(fd))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_listed_as_the_library_lists_it() {
        let folder = tempfile::tempdir().expect("tempdir");
        // More than one call returns, and names of every length.
        for number in 0..900 {
            let name = format!("{number:03}{}", "n".repeat(number % 250));
            std::fs::write(folder.path().join(name), "").expect("write");
        }
        std::fs::create_dir(folder.path().join("folder")).expect("mkdir");
        std::os::unix::fs::symlink("folder", folder.path().join("link")).expect("symlink");
        let mut listed = list(folder.path()).expect("list");
        listed.sort();
        let entries = std::fs::read_dir(folder.path()).expect("read").flatten();
        let mut known: Vec<(OsString, u8)> = entries
            .map(|entry| match entry.file_type().expect("kind") {
                kind if kind.is_dir() => (entry.file_name(), libc::DT_DIR),
                kind if kind.is_symlink() => (entry.file_name(), libc::DT_LNK),
                _ => (entry.file_name(), libc::DT_REG),
            })
            .collect();
        known.sort();
        assert_eq!(listed, known);
        assert!(list(&folder.path().join("none")).is_err());
    }
}
