//! Runs things for real: folders of their own, shells that are there, programs that write down their arguments.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::command::payloads::CANARY;
use crate::command::{BindContext, Bound, Caller};

/// An empty folder, removed with its content in the end.
pub(super) struct Folder(PathBuf);

static COUNT: AtomicUsize = AtomicUsize::new(0);

impl Folder {
    pub(super) fn new() -> Self {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lever-command-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Whether a payload got through; forgets it.
    pub(super) fn take_canary(&self) -> bool {
        std::fs::remove_file(self.0.join(CANARY)).is_ok()
    }

    /// What a program with these words writes to its output, and whether it ended well.
    pub(super) fn run(&self, argv: &[String], env: &[(String, String)]) -> (Vec<u8>, bool) {
        let output = Command::new(&argv[0])
            .args(&argv[1..])
            .envs(env.iter().cloned())
            .env("LC_ALL", "C.UTF-8")
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .unwrap();
        (output.stdout, output.status.success())
    }

    /// Runs a bound plan, with another interpreter than the one it names where `shell` says so.
    pub(super) fn run_bound(&self, bound: &Bound, shell: Option<&str>) -> (Vec<u8>, bool) {
        let mut argv = bound.argv.clone();
        if let Some(shell) = shell {
            shell.clone_into(&mut argv[0]);
        }
        let env: Vec<_> = bound.env.clone().into_iter().collect();
        self.run(&argv, &env)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Which of these programs this machine has; says which it has not.
pub(super) fn available<'a>(programs: &[&'a str]) -> Vec<&'a str> {
    let path = std::env::var("PATH").unwrap_or_default();
    let (here, missing): (Vec<&str>, Vec<&str>) = programs.iter().partition(|program| {
        path.split(':')
            .any(|folder| Path::new(folder).join(program).exists())
    });
    if !missing.is_empty() {
        eprintln!("skipped: no {} here", missing.join(", "));
    }
    here
}

/// A person in a folder.
pub(super) fn person() -> BindContext<'static> {
    BindContext {
        caller: Caller::Person,
        cwd: "/tmp",
        home: "/home/u",
        path_roots: &[],
        real: |path| Some(path.to_owned()),
    }
}

/// `a\0b\0` as its parts.
pub(super) fn records(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8(output.to_vec()).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}
