//! The system call filter: what no confined program needs, and what Landlock does not cover.
//!
//! A classic BPF program as the kernel's seccomp takes it (linux/seccomp.h, linux/filter.h). Everything is allowed but what
//! is listed here: the list closes doors out of the sandbox, Landlock and the mount namespace are its walls. The filter
//! checks the architecture first, since the same number is another call elsewhere.

use std::io;
use std::os::fd::{FromRawFd as _, OwnedFd};

use crate::policy::{Net, Permissions, Processes, Write};

mod bpf;
mod table;

pub use bpf::Program;
use bpf::{Assembler, Condition};

/// What the filter refuses, in terms of the permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub struct Filter {
    /// Socket families.
    pub net: Net,
    /// Netlink for reading, whatever `net` says.
    pub netlink: bool,
    /// Whether modes, owners and times of files may be changed: Landlock does not cover them.
    pub metadata: bool,
    /// Whether objects of the kernel may be made that outlive the run: shared memory, semaphores, queues.
    pub objects: bool,
    /// Whether files may be written at all: for a run without Landlock.
    pub files: bool,
}

impl Filter {
    /// The filter of a run. `mounts`: everything but the write paths is read-only by mount. `landlock`: it is in force.
    pub fn of(permissions: &Permissions, mounts: bool, landlock: bool) -> Self {
        let writes = permissions.write != Write::None;
        Self {
            net: permissions.net,
            netlink: permissions.netlink || permissions.processes != Processes::Own,
            metadata: writes || mounts,
            objects: writes,
            files: writes || mounts || landlock,
        }
    }

    /// The filter as a program for the kernel.
    pub fn compile(&self) -> Program {
        let mut filter = Assembler::new(table::ARCHITECTURE);
        filter.refuse_foreign_numbers(table::FOREIGN_BIT);
        // Its flags lie behind a pointer that a filter cannot follow. Without it, C libraries fall back to clone.
        filter.refuse(libc::SYS_clone3, &[], libc::ENOSYS);
        filter.refuse(
            libc::SYS_clone,
            &[Condition::AnyBit {
                argument: table::CLONE_FLAGS,
                bits: table::NAMESPACES,
            }],
            libc::EPERM,
        );
        filter.refuse_all(table::REFUSED, libc::EPERM);
        // Typing into the terminal that the owner's shell reads, by either of two ways.
        for request in [libc::TIOCSTI, libc::TIOCLINUX] {
            filter.refuse(
                libc::SYS_ioctl,
                &[Condition::Equal {
                    argument: 1,
                    value: request as u32,
                }],
                libc::EPERM,
            );
        }
        // Reading the kernel's log is for its own settings to decide; clearing it and silencing the console are not wanted.
        for action in table::SYSLOG_ACTIONS {
            filter.refuse(
                libc::SYS_syslog,
                &[Condition::Equal {
                    argument: 0,
                    value: action,
                }],
                libc::EPERM,
            );
        }
        filter.refuse(
            libc::SYS_personality,
            &[
                Condition::NotEqual {
                    argument: 0,
                    value: 0,
                },
                Condition::NotEqual {
                    argument: 0,
                    value: u32::MAX,
                },
            ],
            libc::EPERM,
        );
        // The limits of other processes of the same user, which no other rule covers.
        let another = Condition::NotEqual {
            argument: 0,
            value: 0,
        };
        filter.refuse(libc::SYS_prlimit64, &[another], libc::EPERM);
        self.sockets(&mut filter);
        if !self.metadata {
            filter.refuse_all(table::METADATA, libc::EPERM);
            for request in table::METADATA_REQUESTS {
                filter.refuse(
                    libc::SYS_ioctl,
                    &[Condition::Equal {
                        argument: 1,
                        value: request,
                    }],
                    libc::EPERM,
                );
            }
        }
        if !self.objects {
            filter.refuse_all(table::OBJECTS, libc::ENOSYS);
        }
        if !self.files {
            Self::read_only(&mut filter);
        }
        filter.finish()
    }

    fn sockets(self, filter: &mut Assembler) {
        let family = |value: libc::c_int| Condition::NotEqual {
            argument: 0,
            value: value.cast_unsigned(),
        };
        let unix = self.net != Net::None;
        let internet = self.net == Net::All;
        let netlink = self.netlink || internet;
        let mut allowed = Vec::new();
        if unix {
            allowed.push(family(libc::AF_UNIX));
        }
        if internet {
            allowed.extend([family(libc::AF_INET), family(libc::AF_INET6)]);
            // A raw socket reads and forges everybody's packets. (The type shares its argument with two flags.)
            for family in [libc::AF_INET, libc::AF_INET6] {
                let raw = [
                    Condition::Equal {
                        argument: 0,
                        value: family.cast_unsigned(),
                    },
                    Condition::Masked {
                        argument: 1,
                        mask: 0xf,
                        value: libc::SOCK_RAW.cast_unsigned(),
                    },
                ];
                filter.refuse(libc::SYS_socket, &raw, libc::EPERM);
            }
        }
        if netlink {
            allowed.push(family(libc::AF_NETLINK));
            // Routes and addresses, and sockets: both only read without CAP_NET_ADMIN. No other netlink family.
            let others = [
                Condition::Equal {
                    argument: 0,
                    value: libc::AF_NETLINK.cast_unsigned(),
                },
                Condition::NotEqual {
                    argument: 2,
                    value: libc::NETLINK_ROUTE.cast_unsigned(),
                },
                Condition::NotEqual {
                    argument: 2,
                    value: libc::NETLINK_SOCK_DIAG.cast_unsigned(),
                },
            ];
            filter.refuse(libc::SYS_socket, &others, libc::EPERM);
        }
        filter.refuse(libc::SYS_socket, &allowed, libc::EACCES);
        filter.refuse(libc::SYS_socketpair, &[family(libc::AF_UNIX)], libc::EACCES);
    }

    /// Without Landlock: no call that makes, removes, renames or opens a file for writing.
    fn read_only(filter: &mut Assembler) {
        filter.refuse_all(table::FILE_CHANGES, libc::EROFS);
        for &(call, argument) in table::OPENS {
            let writing = Condition::AnyBit {
                argument,
                bits: table::WRITING_FLAGS,
            };
            // Some paths are devices: see [`crate::devices`].
            filter.decide(call, &[writing], libc::SECCOMP_RET_USER_NOTIF);
        }
        // Its flags lie behind a pointer.
        filter.refuse(libc::SYS_openat2, &[], libc::ENOSYS);
    }
}

impl Program {
    /// Whether it hands calls over to a listener.
    pub const fn listens(&self) -> bool {
        self.listens
    }

    /// Puts the filter on this process, for good. Needs `no_new_privs`. Returns the listener, if the filter needs one.
    pub fn apply(&self) -> io::Result<Option<OwnedFd>> {
        let program = libc::sock_fprog {
            len: self.instructions.len() as libc::c_ushort,
            filter: self.instructions.as_ptr().cast_mut(),
        };
        let flags = if self.listens {
            libc::SECCOMP_FILTER_FLAG_NEW_LISTENER
        } else {
            0
        };
        // SAFETY: the structure points at `len` instructions that live through the call; the kernel copies and checks them.
        // A listener is new and owned here.
        unsafe {
            let result = libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                flags,
                &raw const program,
            );
            let fd = crate::sys::check(result as libc::c_int)?;
            Ok(self.listens.then(|| OwnedFd::from_raw_fd(fd)))
        }
    }
}

#[cfg(test)]
mod tests;
