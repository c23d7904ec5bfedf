//! Who this process is, and what it may do with a path.

use std::ffi::CString;
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
        let fd = crate::sys::open_path(path)?;
        if let Ok(resolved) = std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd())) {
            return Ok(resolved);
        }
    }
    path.canonicalize()
}
