//! Starting the launcher for a person's run, and whether a person is there.

use std::io::IsTerminal as _;
use std::os::fd::{BorrowedFd, IntoRawFd as _};
use std::path::Path;

use napi_derive::napi;

use crate::convert::{Code, Result};

/// Starts the launcher with this process's standard streams: its process, and the descriptor that its report comes on,
/// which is the caller's to close.
#[napi]
pub fn launch(executable: String, policy: String) -> Result<Vec<i32>> {
    let launched = lever_sandbox::launch::launch(Path::new(&executable), policy.as_bytes());
    match launched {
        Ok(launched) => Ok(vec![launched.process, launched.report.into_raw_fd()]),
        Err(error) => Err(napi::Error::new(
            Code::SANDBOX_FAILED,
            format!("lever-sandbox cannot be started: {error}\n`lever doctor` checks the installation"),
        )),
    }
}

/// Whether a descriptor of this process is a terminal. Node's own answer comes with its streams, which load for milliseconds.
#[napi]
pub fn is_terminal(descriptor: i32) -> bool {
    // SAFETY: names a descriptor for the length of one question; a closed one is no terminal.
    descriptor >= 0 && unsafe { BorrowedFd::borrow_raw(descriptor) }.is_terminal()
}
