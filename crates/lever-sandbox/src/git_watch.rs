//! Git that a script or another program starts, looked at each time.
//!
//! Which repository such a git will use is only known when it starts: after `cd`, in a subshell, with `GIT_DIR` set, by
//! `xargs`. So the run finds this executable under the name `git`, first in its PATH. Started so, it looks at the repository
//! as [`crate::repository`] does, and becomes the real git with the settings that close it, or ends with the reason.

use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::git_call::{Call, is_git};
use crate::repository;
use crate::{access, child, program};

/// The folder in the scratch folder that holds the stand-in.
const FOLDER: &str = ".lever";
/// Set where the run writes nothing, so that no hook can matter.
const READS: &str = "LEVER_GIT_READS";
/// Why no repository's programs may run.
pub const HINT: &str = "if you trust this repository, teach the command with --allow repository";

/// Puts the stand-in into the scratch folder; the PATH and the other variable that go with it.
pub fn install(scratch: &Path, path: Option<&str>, writes: bool) -> std::io::Result<Vec<(String, String)>> {
    let folder = scratch.join(FOLDER);
    std::fs::DirBuilder::new().mode(0o755).create(&folder)?;
    let file = folder.join("git");
    // A copy: where lever lies, the run may not be able to read.
    std::fs::copy("/proc/self/exe", &file)?;
    if !access::can_execute(&file) {
        return Err(std::io::Error::other("nothing may be executed there"));
    }
    let mut variables = vec![("PATH".to_owned(), program::before(&folder, path))];
    if !writes {
        variables.push((READS.to_owned(), "1".to_owned()));
    }
    Ok(variables)
}

/// Whether this process was started in git's place.
pub fn stands_in() -> bool {
    std::env::args_os()
        .next()
        .is_some_and(|name| name.to_str().is_some_and(is_git))
}

/// Becomes the real git. Returns only with the reason why it did not.
pub fn become_git() -> String {
    let said = |error: &dyn std::fmt::Display| format!("git is not run: {error}");
    let argv: Vec<OsString> = std::env::args_os().collect();
    let Some(git) = real_git() else {
        return said(&"it is not installed");
    };
    let Some(texts) = argv
        .iter()
        .map(|word| word.to_str().map(str::to_owned))
        .collect::<Option<Vec<_>>>()
    else {
        return said(&"an argument is no valid text");
    };
    let cwd = match std::env::current_dir() {
        Ok(cwd) => cwd,
        Err(error) => return said(&error),
    };
    let call = Call::read(&texts, &cwd, &|name| std::env::var(name).ok());
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let settings = match repository::close(&call, home.as_deref(), std::env::var_os(READS).is_none()) {
        Ok(settings) => settings,
        Err(error) => return format!("{}; {HINT}", said(&error)),
    };
    let mut env: Vec<(OsString, OsString)> = std::env::vars_os()
        .filter(|(name, _)| name != repository::VARIABLE)
        .collect();
    env.push((repository::VARIABLE.into(), settings.into()));
    let pairs = env.into_iter().map(|(mut name, value)| {
        name.push("=");
        name.push(value);
        name
    });
    let text = |text: OsString| CString::new(text.as_bytes()).unwrap_or_default();
    let (argv, env): (Vec<_>, Vec<_>) = (argv.into_iter().map(text).collect(), pairs.map(text).collect());
    let error = match access::c_path(&git) {
        Ok(file) => child::exec(&file, &argv, &env),
        Err(error) => error,
    };
    said(&error)
}

/// The next git in PATH that is not this one.
fn real_git() -> Option<PathBuf> {
    let own = std::env::current_exe().ok();
    let path = std::env::var("PATH").ok();
    let files = program::search_path(path.as_deref()).map(|folder| folder.join("git"));
    let mut others = files.filter(|file| access::can_execute(file) && access::resolve(file).ok() != own);
    others.next()
}
