//! Starting the launcher for a person's run.

use std::os::fd::IntoRawFd as _;
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
