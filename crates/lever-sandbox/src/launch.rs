//! Starting the launcher from a large process: without copying it, as a fork would.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};
use std::path::Path;
use std::ptr;
use std::sync::{Mutex, PoisonError};

use crate::access::{c_path, check};

/// Where the launcher reads its policy and writes its report.
pub(crate) const POLICY: RawFd = 3;
pub(crate) const REPORT: RawFd = 4;

/// A launcher at work.
#[derive(Debug)]
pub struct Launched {
    /// Its process. The number stays its own until a later [`launch`] collects its end.
    pub process: libc::pid_t,
    /// One line will come here, or the end.
    pub report: OwnedFd,
}

/// Launchers whose end nobody has collected yet.
static STARTED: Mutex<Vec<libc::pid_t>> = Mutex::new(Vec::new());

/// Starts the launcher at `executable` with this process's standard streams and hands it `policy`.
///
/// # Errors
/// It cannot be executed, or ended before it had read the policy.
pub fn launch(executable: &Path, policy: &[u8]) -> io::Result<Launched> {
    let executable = c_path(executable)?;
    let (read_policy, write_policy) = pipe()?;
    let (read_report, write_report) = pipe()?;
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    started.retain(|&process| !has_ended(process));
    let mut streams = vec![
        (read_policy.as_raw_fd(), POLICY),
        (write_report.as_raw_fd(), REPORT),
    ];
    // A process may keep its standard streams from programs that it starts, as Node does: copies are not kept.
    let copies: Vec<_> = (0..POLICY)
        // SAFETY: names a descriptor for the length of one call; a closed one is an error, not a hazard.
        .filter_map(|stream| Some((above(unsafe { BorrowedFd::borrow_raw(stream) }).ok()?, stream)))
        .collect();
    streams.extend(copies.iter().map(|(copy, stream)| (copy.as_raw_fd(), *stream)));
    let process = spawn(&executable, &streams, &[])?;
    started.push(process);
    drop((started, copies, read_policy, write_report));
    File::from(write_policy).write_all(policy)?;
    Ok(Launched {
        process,
        report: read_report,
    })
}

/// Whether the child has ended; its number may be another's from then on.
pub(crate) fn has_ended(process: libc::pid_t) -> bool {
    // SAFETY: no status is asked for.
    unsafe { libc::waitpid(process, ptr::null_mut(), libc::WNOHANG) != 0 }
}

/// A pipe for a launcher: reading end, writing end.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (read, write) = io::pipe()?;
    Ok((lift(read.into())?, lift(write.into())?))
}

fn lift(fd: OwnedFd) -> io::Result<OwnedFd> {
    if fd.as_raw_fd() > REPORT {
        Ok(fd)
    } else {
        above(fd.as_fd())
    }
}

/// A copy above the descriptors that the launcher knows, so that putting one in place never covers another.
fn above(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    // SAFETY: `fd` is a number for the call; the copy is new and owned here.
    unsafe {
        let copy = check(libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, REPORT + 1))?;
        Ok(OwnedFd::from_raw_fd(copy))
    }
}

/// Starts the launcher with descriptors put in other places, and with signals that wait until it takes them.
pub(crate) fn spawn(
    executable: &CStr,
    streams: &[(RawFd, RawFd)],
    held: &[libc::c_int],
) -> io::Result<libc::pid_t> {
    let mut actions = MaybeUninit::uninit();
    let mut attributes = MaybeUninit::uninit();
    let arguments = [executable.as_ptr().cast_mut(), ptr::null_mut()];
    let environment = [ptr::null_mut()];
    let mut process = 0;
    // SAFETY: both objects are initialised before use and destroyed once; the lists end with null; the strings live through
    // the call; every other argument is an integer.
    unsafe {
        succeed(libc::posix_spawn_file_actions_init(actions.as_mut_ptr()))?;
        succeed(libc::posix_spawnattr_init(attributes.as_mut_ptr()))?;
        let (actions, attributes) = (actions.as_mut_ptr(), attributes.as_mut_ptr());
        let mut signals = MaybeUninit::uninit();
        let mut run = || -> io::Result<()> {
            for (from, to) in streams {
                succeed(libc::posix_spawn_file_actions_adddup2(actions, *from, *to))?;
            }
            // What this process ignores or blocks is its own affair.
            libc::sigfillset(signals.as_mut_ptr());
            succeed(libc::posix_spawnattr_setsigdefault(attributes, signals.as_ptr()))?;
            libc::sigemptyset(signals.as_mut_ptr());
            for &signal in held {
                libc::sigaddset(signals.as_mut_ptr(), signal);
            }
            succeed(libc::posix_spawnattr_setsigmask(attributes, signals.as_ptr()))?;
            let flags = libc::POSIX_SPAWN_SETSIGDEF | libc::POSIX_SPAWN_SETSIGMASK;
            succeed(libc::posix_spawnattr_setflags(attributes, flags as libc::c_short))?;
            succeed(libc::posix_spawn(
                &raw mut process,
                executable.as_ptr(),
                actions,
                attributes,
                arguments.as_ptr(),
                environment.as_ptr(),
            ))
        };
        let spawned = run();
        libc::posix_spawn_file_actions_destroy(actions);
        libc::posix_spawnattr_destroy(attributes);
        spawned?;
    }
    Ok(process)
}

/// These calls return the error's number.
fn succeed(number: libc::c_int) -> io::Result<()> {
    if number == 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;

    fn script(folder: &Path, text: &str) -> std::path::PathBuf {
        let file = folder.join("launcher");
        std::fs::write(&file, text).expect("write");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("chmod");
        file
    }

    fn read(launched: Launched) -> String {
        let mut report = String::new();
        File::from(launched.report)
            .read_to_string(&mut report)
            .expect("read");
        report
    }

    #[test]
    fn the_policy_arrives_whole_and_the_report_comes_back() {
        let folder = tempfile::tempdir().expect("tempdir");
        let count = script(folder.path(), "#!/bin/sh\n/usr/bin/wc -c <&3 >&4\n");
        // More than a pipe holds.
        let launched = launch(&count, &vec![b'p'; 1_000_000]).expect("launch");
        assert_eq!(read(launched).trim(), "1000000");
    }

    #[test]
    fn signals_start_as_a_program_expects_them_and_ends_are_collected() {
        let folder = tempfile::tempdir().expect("tempdir");
        let look = script(
            folder.path(),
            "#!/bin/sh\n/bin/grep -E 'Sig(Blk|Ign)' /proc/self/status >&4\n",
        );
        let first = launch(&look, b"").expect("launch");
        let process = first.process;
        let masks = read(first);
        // The language's runtime ignores SIGPIPE here. Signals 32 and 33 are the C library's own.
        let mask = |line: &str| u64::from_str_radix(line.rsplit('\t').next().unwrap_or_default(), 16);
        assert_eq!(masks.lines().count(), 2);
        assert!(
            masks
                .lines()
                .all(|line| mask(line).is_ok_and(|bits| bits.trailing_zeros() >= 31)),
            "{masks}"
        );
        // It ends a moment after its report does.
        let state = || std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        while !state().is_empty() && !state().contains(") Z") {
            std::thread::yield_now();
        }
        drop(launch(&look, b"").expect("launch"));
        assert_eq!(state(), "", "still there");
    }

    #[test]
    fn what_cannot_be_started_is_an_error() {
        let folder = tempfile::tempdir().expect("tempdir");
        let missing = launch(&folder.path().join("none"), b"").expect_err("missing");
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        let inert = script(folder.path(), "#!/bin/sh\n");
        std::fs::set_permissions(&inert, std::fs::Permissions::from_mode(0o644)).expect("chmod");
        assert_eq!(
            launch(&inert, b"").expect_err("inert").kind(),
            io::ErrorKind::PermissionDenied
        );
    }
}
