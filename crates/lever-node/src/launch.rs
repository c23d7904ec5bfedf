//! Starting the launcher for a person's run, and whether a person is there.

use std::io::{self, IsTerminal as _};
use std::os::fd::{BorrowedFd, IntoRawFd as _};
use std::path::Path;

use napi_derive::napi;

use crate::convert::{Code, Result};

/// Starts the launcher with this process's standard streams: its process, and the descriptor that its report comes on,
/// which is the caller's to close.
#[napi]
pub fn launch(executable: String, policy: String) -> Result<Vec<i32>> {
    match lever_sandbox::launch::launch(Path::new(&executable), policy.as_bytes()) {
        Ok(launched) => Ok(vec![launched.process, launched.report.into_raw_fd()]),
        Err(error) => Err(start_failure(&error)),
    }
}

/// Whether a descriptor of this process is a terminal. Node's own answer comes with its streams, which load for milliseconds.
#[napi]
pub fn is_terminal(descriptor: i32) -> bool {
    // SAFETY: names a descriptor for the length of one question; a closed one is no terminal.
    descriptor >= 0 && unsafe { BorrowedFd::borrow_raw(descriptor) }.is_terminal()
}

/// Ends this process at once, without what Node does at its end.
#[napi]
pub fn leave(code: i32) {
    // SAFETY: nothing of this process runs after it, so nothing can be found half done by it.
    unsafe { libc::_exit(code) }
}

pub(crate) fn start_failure(error: &io::Error) -> napi::Error<Code> {
    napi::Error::new(Code::SANDBOX_FAILED, cannot_start(error))
}

/// The message, then the hint on a line of its own.
pub(crate) fn cannot_start(error: &io::Error) -> String {
    let hint = match error.raw_os_error() {
        Some(libc::EMFILE | libc::ENFILE) => {
            "raise the limit of open files (`ulimit -n`), or run fewer at once"
        }
        Some(libc::EAGAIN) => "raise the limit of processes (`ulimit -u`), or run fewer at once",
        Some(libc::ENOMEM) => "free some memory, or run fewer at once",
        _ => "`lever doctor` checks the installation",
    };
    format!("lever-sandbox cannot be started: {error}\n{hint}")
}
