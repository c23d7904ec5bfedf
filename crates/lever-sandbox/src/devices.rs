//! Devices for a run that has no Landlock and may open nothing for writing: `2>/dev/null` still works.
//!
//! The filter sees an open's flags but not its path, so it hands such opens to the supervisor (seccomp's user notification,
//! kernel 5.0; descriptors in the answer, 5.14). The supervisor compares the path with a fixed list and, if it is there,
//! opens the device itself and puts the descriptor into the caller. It never opens the caller's own text, so changing the
//! text afterwards gains nothing. Everything else is a read-only file system.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::fs::FileExt as _;
use std::os::unix::net::UnixStream;

use crate::stores::DEVICES;
use crate::sys::check;

/// Longest path on the list, and some.
const PATH_BYTES: usize = 32;

/// Answers the opens that the filter hands over.
#[derive(Debug)]
pub struct Opener(OwnedFd);

impl Opener {
    /// Takes the descriptor that [`hand_over`] sent; `None` if the child sent none.
    pub fn receive(from: &UnixStream) -> Option<Self> {
        receive_fd(from).ok().flatten().map(Self)
    }

    /// For polling.
    pub fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Answers one open, if one is waiting.
    pub fn answer(&self) {
        // SAFETY: the kernel requires the structure zeroed, and fills it.
        let mut asked: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: the descriptor is a listener's and the structure is of the type that the request names.
        if check(unsafe { libc::ioctl(self.fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut asked) }).is_err() {
            return;
        }
        let given = self
            .open(&asked)
            .and_then(|(file, flags)| self.give(asked.id, &file, flags));
        if given.is_err() {
            let answer = libc::seccomp_notif_resp {
                id: asked.id,
                val: 0,
                error: -libc::EROFS,
                flags: 0,
            };
            // SAFETY: as above. If the asking process is gone, so is the question.
            let _ = unsafe { libc::ioctl(self.fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw const answer) };
        }
    }

    fn open(&self, asked: &libc::seccomp_notif) -> io::Result<(OwnedFd, libc::c_int)> {
        let (path, flags) = match libc::c_long::from(asked.data.nr) {
            libc::SYS_openat => (asked.data.args[1], asked.data.args[2] as libc::c_int),
            _ => (asked.data.args[0], asked.data.args[1] as libc::c_int),
        };
        let memory = File::open(format!("/proc/{}/mem", asked.pid))?;
        let mut text = [0; PATH_BYTES];
        let read = memory.read_at(&mut text, path)?;
        // If the process had ended in between, the memory may have been another's.
        // SAFETY: reads one number.
        check(unsafe { libc::ioctl(self.fd(), libc::SECCOMP_IOCTL_NOTIF_ID_VALID, &raw const asked.id) })?;
        let text = text[..read].split(|byte| *byte == 0).next().unwrap_or_default();
        let refused = || io::Error::from_raw_os_error(libc::EROFS);
        match std::str::from_utf8(text).map_err(|_| refused())? {
            "/dev/stdout" => Ok((stream_of(asked.pid, 1)?, flags)),
            "/dev/stderr" => Ok((stream_of(asked.pid, 2)?, flags)),
            path => {
                let device = DEVICES
                    .iter()
                    .chain(&["/dev/tty"])
                    .find(|device| **device == path)
                    .ok_or_else(refused)?;
                let kept = flags & (libc::O_ACCMODE | libc::O_NONBLOCK | libc::O_APPEND);
                let device = crate::sys::c_path(device.as_ref())?;
                // SAFETY: the path is a C string; the new descriptor is owned here.
                let file = unsafe {
                    OwnedFd::from_raw_fd(check(libc::open(
                        device.as_ptr(),
                        kept | libc::O_CLOEXEC | libc::O_NOCTTY,
                    ))?)
                };
                Ok((file, flags))
            }
        }
    }

    /// Puts the descriptor into the asking process, as the result of its open.
    fn give(&self, id: u64, file: &OwnedFd, flags: libc::c_int) -> io::Result<()> {
        let addition = libc::seccomp_notif_addfd {
            id,
            flags: libc::SECCOMP_ADDFD_FLAG_SEND as u32,
            srcfd: file.as_raw_fd().cast_unsigned(),
            newfd: 0,
            newfd_flags: (flags & libc::O_CLOEXEC).cast_unsigned(),
        };
        // SAFETY: the structure is of the type that the request names.
        check(unsafe { libc::ioctl(self.fd(), libc::SECCOMP_IOCTL_NOTIF_ADDFD, &raw const addition) })
            .map(drop)
    }
}

/// Another process's standard stream.
fn stream_of(process: u32, number: libc::c_int) -> io::Result<OwnedFd> {
    let handle = crate::sys::pidfd(process.cast_signed()).ok_or_else(io::Error::last_os_error)?;
    // SAFETY: takes integers; the new descriptor is owned here.
    unsafe {
        let fd = check(libc::syscall(libc::SYS_pidfd_getfd, handle.as_raw_fd(), number, 0) as libc::c_int)?;
        Ok(OwnedFd::from_raw_fd(fd))
    }
}

/// Room for the header and one descriptor of a control message.
const CONTROL_BYTES: usize = 64;

fn message(
    bytes: &mut [u8; 1],
    control: &mut [u64; CONTROL_BYTES / 8],
    with: impl FnOnce(&mut libc::msghdr) -> isize,
) -> isize {
    let mut part = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    // SAFETY: all zeros is a valid empty header.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    // SAFETY: computes a length.
    header.msg_controllen = unsafe { libc::CMSG_SPACE(size_of::<RawFd>() as u32) } as _;
    with(&mut header)
}

/// Sends the filter's listener to the supervisor.
pub fn hand_over(listener: &OwnedFd, to: &UnixStream) -> io::Result<()> {
    let sent = message(&mut [0], &mut [0; CONTROL_BYTES / 8], |header| {
        // SAFETY: the control buffer is aligned and has room for one descriptor, which is written where the macro says.
        unsafe {
            let control = libc::CMSG_FIRSTHDR(header);
            (*control).cmsg_level = libc::SOL_SOCKET;
            (*control).cmsg_type = libc::SCM_RIGHTS;
            (*control).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
            libc::CMSG_DATA(control)
                .cast::<RawFd>()
                .write_unaligned(listener.as_raw_fd());
            libc::sendmsg(to.as_raw_fd(), header, libc::MSG_NOSIGNAL)
        }
    });
    if sent == 1 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn receive_fd(from: &UnixStream) -> io::Result<Option<OwnedFd>> {
    let mut received = None;
    let got = message(&mut [0], &mut [0; CONTROL_BYTES / 8], |header| {
        // SAFETY: the kernel fills the buffer within its length; a descriptor in it is new and owned here.
        unsafe {
            let got = libc::recvmsg(from.as_raw_fd(), header, libc::MSG_CMSG_CLOEXEC);
            let control = libc::CMSG_FIRSTHDR(header);
            if got > 0 && !control.is_null() && (*control).cmsg_type == libc::SCM_RIGHTS {
                received = Some(OwnedFd::from_raw_fd(
                    libc::CMSG_DATA(control).cast::<RawFd>().read_unaligned(),
                ));
            }
            got
        }
    });
    if got < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(received)
    }
}
