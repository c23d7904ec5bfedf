//! The run's own view of the mounts: everything read-only but the write paths, secret stores masked.
//!
//! Landlock opens folders whole; what must stay shut inside an opened folder is shut here, by mounts that only the run's
//! own namespace sees. Needs root or a user namespace. Uses the descriptor-based mount calls (kernel 5.2; 5.12 for
//! read-only trees), all of which are older than Landlock.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::path::{Path, PathBuf};

use crate::paths::{self, FileRules};
use crate::sys::{c_path, check, effective_gid, effective_uid};

/// Why the namespace is not there.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// This user cannot make one here; the process may be left in a useless user namespace and should not go on.
    #[error("no mount namespace can be made: {0}")]
    Unavailable(io::Error),
    /// One was made, but a mask could not be put in place.
    #[error("{what} {}: {source}", path.display())]
    Failed {
        /// The step.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Moves this process into its own mount namespace; `user`: inside a new user namespace, for who is not root.
pub fn enter(user: bool) -> Result<(), MountError> {
    let (uid, gid) = (effective_uid(), effective_gid());
    let flags = libc::CLONE_NEWNS | if user { libc::CLONE_NEWUSER } else { 0 };
    let enter = || -> io::Result<()> {
        // SAFETY: changes this process's own namespaces only.
        check(unsafe { libc::unshare(flags) })?;
        if user {
            // Each identity is itself; a group map is only accepted once supplementary groups are fixed.
            fs::write("/proc/self/setgroups", "deny")?;
            fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"))?;
            fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"))?;
        }
        // Nothing done here may reach the system's own view; what is mounted there later still arrives.
        // SAFETY: changes how mounts of the new namespace propagate; all pointers are valid or null as the call allows.
        check(unsafe {
            libc::mount(
                std::ptr::null(),
                c"/".as_ptr(),
                std::ptr::null(),
                libc::MS_REC | libc::MS_SLAVE,
                std::ptr::null(),
            )
        })?;
        Ok(())
    };
    enter().map_err(MountError::Unavailable)
}

/// Puts the rules' mounts in place. `seal`: everything but the write paths becomes read-only; else only the masks are
/// put on, and lists of mounts and disks stay as they are but for those.
pub fn arrange(rules: &FileRules, seal: bool) -> Result<(), MountError> {
    if seal {
        seal_all_but(&rules.writable)?;
        protect(rules)?;
    }
    mask(rules)
}

fn seal_all_but(writable: &BTreeSet<PathBuf>) -> Result<(), MountError> {
    if writable.contains(Path::new("/")) {
        return Ok(());
    }
    // Copied while still writable, put back over the read-only whole.
    let copies = paths::outermost(writable)
        .map(|path| Ok((copy(path)?, path)))
        .collect::<Result<Vec<_>, MountError>>()?;
    read_only_tree(None, Path::new("/"))?;
    copies
        .iter()
        .filter_map(|(tree, path)| Some((tree.as_ref()?, path)))
        .try_for_each(|(tree, path)| attach(tree, path))
}

/// Keeps what lies beneath a write path and is not to be written as it is, where it is.
fn protect(rules: &FileRules) -> Result<(), MountError> {
    for path in &rules.pinned {
        if let Some(tree) = copy(path)? {
            attach(&tree, path)?;
        }
    }
    for path in &rules.read_only {
        if let Some(tree) = copy(path)? {
            read_only_tree(Some(&tree), path)?;
            attach(&tree, path)?;
        }
    }
    Ok(())
}

/// Covers each store with an empty folder or file. Empty rather than forbidden: a search of all of home passes over it
/// without an error.
fn mask(rules: &FileRules) -> Result<(), MountError> {
    // A store inside a store is covered with it.
    let (folders, files): (Vec<&PathBuf>, Vec<&PathBuf>) = paths::outermost(&rules.masked)
        .filter(|path| path.exists())
        .partition(|path| path.is_dir());
    let Some((first, others)) = folders.split_first() else {
        // Without a folder to take an empty file from, the empty device does, but that it swallows what is written.
        return files
            .into_iter()
            .try_for_each(|file| cover(file, Path::new("/dev/null")));
    };
    let failed = |source| MountError::Failed {
        what: "masking",
        path: (*first).clone(),
        source,
    };
    let blank = blank().map_err(failed)?;
    attach(&blank, first)?;
    others.iter().try_for_each(|folder| cover(folder, first))?;
    let file = first.join(BLANK_FILE);
    files.into_iter().try_for_each(|path| cover(path, &file))?;
    // Its mounts keep the file; its folder is to look empty.
    fs::remove_file(&file).map_err(failed)?;
    read_only_tree(Some(&blank), first)
}

fn cover(path: &Path, with: &Path) -> Result<(), MountError> {
    let Some(tree) = copy(with)? else { return Ok(()) };
    read_only_tree(Some(&tree), path)?;
    attach(&tree, path)
}

const BLANK_FILE: &str = "blank";

/// A small file system of one folder and one file, both empty.
fn blank() -> io::Result<OwnedFd> {
    let context = new_fd(|| {
        // SAFETY: the name is a C string.
        unsafe { libc::syscall(libc::SYS_fsopen, c"tmpfs".as_ptr(), FSOPEN_CLOEXEC) }
    })?;
    // Without a size of its own it is not a disk to `df`.
    configure(&context, FSCONFIG_SET_STRING, Some(c"size"), Some(c"0"))?;
    configure(&context, FSCONFIG_SET_STRING, Some(c"mode"), Some(c"755"))?;
    configure(&context, FSCONFIG_CMD_CREATE, None, None)?;
    let tree = new_fd(|| {
        // SAFETY: takes integers only.
        unsafe { libc::syscall(libc::SYS_fsmount, context.as_raw_fd(), FSMOUNT_CLOEXEC, 0) }
    })?;
    let flags = libc::O_CREAT | libc::O_EXCL | libc::O_WRONLY | libc::O_CLOEXEC;
    drop(new_fd(|| {
        // SAFETY: the name is a C string. The descriptor is closed at once.
        libc::c_long::from(unsafe { libc::openat(tree.as_raw_fd(), c"blank".as_ptr(), flags, 0o444) })
    })?);
    Ok(tree)
}

fn configure(
    context: &OwnedFd,
    command: libc::c_uint,
    key: Option<&CStr>,
    value: Option<&CStr>,
) -> io::Result<()> {
    let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: both texts are C strings or null, as the command requires.
    check(unsafe {
        libc::syscall(
            libc::SYS_fsconfig,
            context.as_raw_fd(),
            command,
            pointer(key),
            pointer(value),
            0,
        ) as libc::c_int
    })
    .map(drop)
}

/// A detached copy of the mounts at `path` and beneath; `None` if nothing is there.
fn copy(path: &Path) -> Result<Option<OwnedFd>, MountError> {
    let failed = |source| MountError::Failed {
        what: "copying the mount of",
        path: path.to_owned(),
        source,
    };
    let name = c_path(path).map_err(failed)?;
    let flags = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC | libc::AT_RECURSIVE.cast_unsigned();
    let tree = new_fd(|| {
        // SAFETY: the path is a C string.
        unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, name.as_ptr(), flags) }
    });
    match tree {
        Ok(tree) => Ok(Some(tree)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn attach(tree: &OwnedFd, path: &Path) -> Result<(), MountError> {
    let failed = |source| MountError::Failed {
        what: "mounting over",
        path: path.to_owned(),
        source,
    };
    let name = c_path(path).map_err(failed)?;
    // SAFETY: both paths are C strings; an empty source means the descriptor itself.
    check(unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_FDCWD,
            name.as_ptr(),
            libc::MOVE_MOUNT_F_EMPTY_PATH,
        ) as libc::c_int
    })
    .map(drop)
    .map_err(failed)
}

fn read_only_tree(tree: Option<&OwnedFd>, path: &Path) -> Result<(), MountError> {
    let (fd, name, flags) = match tree {
        Some(tree) => (tree.as_raw_fd(), c"", libc::AT_EMPTY_PATH),
        None => (libc::AT_FDCWD, c"/", 0),
    };
    set_read_only(fd, name, flags | libc::AT_RECURSIVE).map_err(|source| MountError::Failed {
        what: "making read-only",
        path: path.to_owned(),
        source,
    })
}

fn set_read_only(fd: RawFd, name: &CStr, flags: libc::c_int) -> io::Result<()> {
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    // SAFETY: the path is a C string and the structure as long as stated.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            fd,
            name.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        ) as libc::c_int
    })
    .map(drop)
}

fn new_fd(call: impl FnOnce() -> libc::c_long) -> io::Result<OwnedFd> {
    let fd = check(call() as libc::c_int)?;
    // SAFETY: the call made this descriptor, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

// linux/mount.h
const FSOPEN_CLOEXEC: libc::c_uint = 1;
const FSMOUNT_CLOEXEC: libc::c_uint = 1;
const FSCONFIG_SET_STRING: libc::c_uint = 1;
const FSCONFIG_CMD_CREATE: libc::c_uint = 6;
