//! `lever-sandbox`: reads a policy from descriptor 3, runs one command under it, reports on descriptor 4.

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!(
        "lever-sandbox: runs on Linux only; on macOS the same rules are made by lever_sandbox::seatbelt"
    );
    std::process::ExitCode::from(125)
}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io::Read as _;
    use std::os::fd::{FromRawFd as _, RawFd};
    use std::process::ExitCode;

    use lever_sandbox::arena::Arena;
    use lever_sandbox::job::Job;
    use lever_sandbox::policy::{MAX_BYTES, Policy};
    use lever_sandbox::report::{Failure, Report};
    use lever_sandbox::{git_watch, guard, sys};

    #[global_allocator]
    // SAFETY: the launcher has one thread.
    static MEMORY: Arena = unsafe { Arena::new() };

    const POLICY: RawFd = 3;
    const REPORT: RawFd = 4;
    /// Room for an ordinary policy, so that one read takes it.
    const ORDINARY_BYTES: usize = 8 * 1024;
    /// Lever's own failure, as the command line has it.
    const FAILED: u8 = 125;

    pub(super) fn main() -> ExitCode {
        if git_watch::stands_in() {
            eprintln!("lever: {}", git_watch::become_git());
            return ExitCode::from(FAILED);
        }
        if [POLICY, REPORT].iter().any(|&fd| sys::close_on_exec(fd).is_err()) {
            eprintln!(
                "lever-sandbox: reads a policy from descriptor 3 and reports on descriptor 4; one of them is not open"
            );
            return ExitCode::from(FAILED);
        }
        // No folder of the caller's is kept busy. The command's own is entered later.
        let _ = std::env::set_current_dir("/");
        // SAFETY: both descriptors are open, by the check above, and nothing else here owns them.
        let (policy, mut report) = unsafe { (File::from_raw_fd(POLICY), File::from_raw_fd(REPORT)) };
        let job = read(policy).and_then(Job::prepare);
        let sent = match &job {
            Ok(job) => guard::run(job, report),
            Err(failure) => Report::failed(failure.clone()).send(&mut report),
        };
        if let Ok(Some(scratch)) = job.as_ref().map(|job| &job.scratch) {
            scratch.sweep();
        }
        if sent.is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(FAILED)
        }
    }

    fn read(policy: File) -> Result<Policy, Failure> {
        let mut json = Vec::with_capacity(ORDINARY_BYTES);
        let invalid = |message: String| Failure::new("policy_invalid", message);
        policy
            .take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut json)
            .map_err(|error| {
                invalid(format!(
                    "the policy cannot be read from descriptor {POLICY}: {error}"
                ))
            })?;
        Policy::parse(&json).map_err(|error| Failure::new(error.code(), error.to_string()))
    }
}
