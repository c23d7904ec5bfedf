//! The scratch folder of one run: `<root>/lever-runner-<uid>/<fresh name>`, mode 0700, gone afterwards.
//!
//! Temporary folders are shared, so nothing found there is trusted: each step works on a descriptor, follows no link, and
//! checks the owner. A run holds a lock on its folder for as long as any of its processes needs it; a folder without
//! a lock was left by a run that was killed as a whole, and the next run removes it.

use std::ffi::{CString, OsStr};
use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder this young may not have its lock yet.
const YOUNG: Duration = Duration::from_secs(60);
/// Left-overs removed a run, so that no run pays for a hundred others.
const SWEEP_LIMIT: usize = 8;

/// The scratch folder of one run.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// The folder belongs to another user than this process, who has no other.
    throwaway: bool,
    /// Open for as long as the folder is in use; carries the lock, which forked processes share.
    lock: File,
}

impl Scratch {
    /// Makes a fresh folder that belongs to `uid`.
    pub fn create(root: &Path, uid: u32) -> io::Result<Self> {
        let root_metadata = fs::metadata(root)?;
        if root_metadata.mode() & 0o1002 == 0o002 {
            return Err(io::Error::other(format!(
                "{} lets every user replace another's files (no sticky bit)",
                root.display()
            )));
        }
        let owned = root.join(format!("lever-runner-{uid}"));
        match fs::DirBuilder::new().mode(0o700).create(&owned) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            made => {
                if made.is_ok() && uid != crate::sys::effective_uid() {
                    std::os::unix::fs::lchown(&owned, Some(uid), Some(uid))?;
                }
            }
        }
        let parent = open_folder(&owned)?;
        let metadata = parent.metadata()?;
        if metadata.uid() != uid || metadata.mode() & 0o077 != 0 {
            return Err(io::Error::other(format!(
                "{} is not a private folder of this user (owner {}, mode {:o}); remove it",
                owned.display(),
                metadata.uid(),
                metadata.mode() & 0o7777
            )));
        }
        let name = crate::sys::random_name()?;
        let lock = make_in(&parent, &name)?;
        let throwaway = uid != crate::sys::effective_uid();
        if throwaway {
            std::os::unix::fs::fchown(&lock, Some(uid), Some(uid))?;
        }
        lock.lock_shared()?;
        Ok(Self {
            path: owned.join(name),
            throwaway,
            lock,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lets the command inherit the lock, so that the folder outlives this process if a descendant does.
    pub fn share_lock(&self) -> io::Result<()> {
        crate::sys::set_inheritable(self.lock.as_raw_fd())
    }

    /// Descriptor that carries the lock.
    pub fn lock_fd(&self) -> i32 {
        self.lock.as_raw_fd()
    }

    /// Removes the folder. Harmless if it is gone already.
    pub fn remove(&self) {
        remove(&self.path);
        // A throwaway user's first folder is also its last.
        if let Some(parent) = self.path.parent().filter(|_| self.throwaway) {
            let _ = fs::remove_dir(parent);
        }
    }

    /// Removes what runs that were killed as a whole have left beside this one.
    pub fn sweep(&self) {
        let Some(entries) = self.path.parent().and_then(|folder| fs::read_dir(folder).ok()) else {
            return;
        };
        for entry in entries
            .flatten()
            .take(64)
            .filter(|entry| is_abandoned(&entry.path()))
            .take(SWEEP_LIMIT)
        {
            remove(&entry.path());
        }
    }
}

fn open_folder(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_CLOEXEC)
        .open(path)
}

fn make_in(parent: &File, name: &str) -> io::Result<File> {
    let name = CString::new(OsStr::new(name).as_bytes())?;
    // SAFETY: `name` is a valid C string and `parent` an open folder.
    if unsafe { libc::mkdirat(parent.as_raw_fd(), name.as_ptr(), 0o700) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: as above.
    let fd = unsafe { libc::openat(parent.as_raw_fd(), name.as_ptr(), flags) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` was just opened and nothing else owns it.
    Ok(unsafe { File::from_raw_fd(fd) })
}

fn is_abandoned(path: &Path) -> bool {
    let old = |folder: &File| {
        folder
            .metadata()
            .and_then(|m| m.modified())
            .is_ok_and(|t| t.elapsed().is_ok_and(|age| age > YOUNG))
    };
    open_folder(path).is_ok_and(|folder| old(&folder) && folder.try_lock().is_ok())
}

fn remove(path: &Path) {
    if fs::remove_dir_all(path).is_err() && path.exists() {
        // A command may have taken its own rights away from a folder.
        restore_rights(path);
        let _ = fs::remove_dir_all(path);
    }
}

fn restore_rights(folder: &Path) {
    let _ = fs::set_permissions(folder, Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            restore_rights(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid() -> u32 {
        crate::sys::effective_uid()
    }

    #[test]
    fn fresh_private_and_gone_afterwards() {
        let root = tempfile::tempdir().expect("tempdir");
        let (one, two) = (
            Scratch::create(root.path(), uid()).expect("one"),
            Scratch::create(root.path(), uid()).expect("two"),
        );
        assert_ne!(one.path(), two.path());
        assert_eq!(fs::metadata(one.path()).expect("stat").mode() & 0o777, 0o700);
        let locked_away = one.path().join("a/b");
        fs::create_dir_all(&locked_away).expect("mkdir");
        fs::write(locked_away.join("f"), "x").expect("write");
        fs::set_permissions(&locked_away, Permissions::from_mode(0o0)).expect("chmod");
        one.remove();
        assert!(!one.path().exists() && two.path().exists());
        one.remove();
    }

    #[test]
    fn planted_folders_are_refused() {
        let root = tempfile::tempdir().expect("tempdir");
        let planted = root.path().join(format!("lever-runner-{}", uid()));
        let target = root.path().join("target");
        fs::create_dir(&target).expect("mkdir");
        std::os::unix::fs::symlink(&target, &planted).expect("symlink");
        assert!(Scratch::create(root.path(), uid()).is_err(), "a link");
        fs::remove_file(&planted).expect("rm");
        fs::create_dir(&planted).expect("mkdir");
        fs::set_permissions(&planted, Permissions::from_mode(0o777)).expect("chmod");
        assert!(Scratch::create(root.path(), uid()).is_err(), "open to others");
        fs::set_permissions(&planted, Permissions::from_mode(0o700)).expect("chmod");
        assert!(Scratch::create(root.path(), uid()).is_ok(), "positive control");
        fs::set_permissions(root.path(), Permissions::from_mode(0o777)).expect("chmod");
        assert!(Scratch::create(root.path(), uid()).is_err(), "no sticky bit");
    }

    #[test]
    fn only_unlocked_and_old_folders_are_swept() {
        let root = tempfile::tempdir().expect("tempdir");
        let own = Scratch::create(root.path(), uid()).expect("own");
        let [old, locked, young] = [0; 3].map(|_| Scratch::create(root.path(), uid()).expect("folder"));
        let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        for folder in [&old, &locked] {
            folder.lock.set_modified(hour_ago).expect("utime");
        }
        let path = |folder: Scratch| folder.path().to_owned();
        let (old, young) = (path(old), path(young));
        own.sweep();
        assert!(!old.exists() && locked.path().exists() && young.exists());
    }
}
