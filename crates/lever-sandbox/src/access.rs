//! Who this process is, and what it may do with a path.

use std::ffi::{CString, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// `result` of a system call as a `Result`.
pub fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// The process's effective user.
pub fn effective_uid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::geteuid() }
}

/// The process's effective group.
pub fn effective_gid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::getegid() }
}

/// A path as the kernel takes it.
pub fn c_path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

fn can_access(path: &Path, mode: libc::c_int) -> bool {
    // SAFETY: `path` is a valid C string for the call.
    c_path(path).is_ok_and(
        |path| unsafe { libc::faccessat(libc::AT_FDCWD, path.as_ptr(), mode, libc::AT_EACCESS) } == 0,
    )
}

/// Whether this process may execute the file.
pub fn can_execute(path: &Path) -> bool {
    can_access(path, libc::X_OK)
}

/// Whether this process may read the file or folder.
pub fn can_read(path: &Path) -> bool {
    can_access(path, libc::R_OK)
}

/// Whether this process may write the file or folder.
pub fn can_write(path: &Path) -> bool {
    can_access(path, libc::W_OK)
}

/// The path with all links resolved. On Linux the kernel resolves it at once; the library would ask for each component.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd as _;
        // Most paths hold no link, and then there is nothing to ask.
        if is_plain(path) {
            match crate::sys::open_without_links(path).map_err(|error| error.raw_os_error()) {
                Ok(_) => return Ok(path.to_owned()),
                Err(Some(missing @ (libc::ENOENT | libc::ENOTDIR))) => {
                    return Err(io::Error::from_raw_os_error(missing));
                }
                // A link, or a kernel before 5.6.
                Err(_) => {}
            }
        }
        let fd = crate::sys::open_path(path)?;
        if let Ok(resolved) = std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd())) {
            return Ok(resolved);
        }
    }
    path.canonicalize()
}

/// The entries of a folder, in any order, with what the file system says of their kind (`DT_*`).
pub fn list(folder: &Path) -> io::Result<Vec<(OsString, u8)>> {
    #[cfg(target_os = "linux")]
    return crate::sys::list(folder);
    #[cfg(not(target_os = "linux"))]
    Ok(std::fs::read_dir(folder)?
        .flatten()
        .map(|entry| (entry.file_name(), libc::DT_UNKNOWN))
        .collect())
}

/// Whether the path is absolute and says nothing twice, so that it is the resolved one if it holds no link.
#[cfg(target_os = "linux")]
fn is_plain(path: &Path) -> bool {
    let text = path.as_os_str().as_bytes();
    let part = |part: &[u8]| !matches!(part, b"" | b"." | b"..");
    text == b"/"
        || text
            .strip_prefix(b"/")
            .is_some_and(|rest| rest.split(|byte| *byte == b'/').all(part))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_resolved_wherever_they_stand_and_nothing_is_said_twice() {
        let folder = tempfile::tempdir().expect("tempdir");
        let root = folder.path().canonicalize().expect("real");
        std::fs::create_dir_all(root.join("a/b")).expect("mkdir");
        symlink("a", root.join("last")).expect("symlink");
        symlink("nowhere", root.join("dangling")).expect("symlink");
        symlink("loop", root.join("loop")).expect("symlink");
        for (path, real) in [
            ("a/b", "a/b"),
            ("last", "a"),
            ("last/b", "a/b"),
            ("a/./b/", "a/b"),
            ("a//b", "a/b"),
            ("last/../a", "a"),
        ] {
            assert_eq!(resolve(&root.join(path)).expect(path), root.join(real), "{path}");
        }
        for path in ["none", "a/none", "last/none", "dangling", "loop", "none/../a"] {
            assert!(resolve(&root.join(path)).is_err(), "{path}");
        }
        assert_eq!(resolve(Path::new("/")).expect("root"), Path::new("/"));
    }
}
