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
use crate::repository::{self, RepositoryError};
use crate::{access, child, program};

/// The folder in the scratch folder that holds the stand-in.
const FOLDER: &str = ".lever";
/// Set where the run writes nothing, so that no hook can matter.
const READS: &str = "LEVER_GIT_READS";
/// Why no repository's programs may run.
pub const HINT: &str = "if you trust this repository, teach the command with --allow repository";

/// Programs that start others without their environment, and with which word; any, where there is none.
const FORGETFUL: &[(&str, &str)] = &[
    ("env", "-i"),
    ("env", "-"),
    ("env", "--ignore-environment"),
    ("env", "PATH"),
    ("command", "-p"),
    ("sudo", ""),
    ("doas", ""),
    ("su", ""),
    ("pkexec", ""),
    ("runuser", ""),
];

/// Refuses a command whose git would not find the stand-in. Of an argv what stands before git counts; of a script each command
/// in it, with the words in quotes, as far as its text shows them.
pub fn check(argv: &[String], cwd: &Path) -> Result<(), RepositoryError> {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let unseen = match words.as_slice() {
        [_, "-c", script, ..] => commands(script).iter().find_map(|command| unseen(command, cwd)),
        words => unseen(before_git(words), cwd),
    };
    unseen.map_or(Ok(()), |word| Err(RepositoryError::Unseen(word.to_owned())))
}

/// What starts git, and git itself; behind that, words are git's own.
fn before_git<'a, 'b>(words: &'b [&'a str]) -> &'b [&'a str] {
    let git = words.iter().position(|word| is_git(word));
    git.map_or(words, |git| &words[..=git])
}

/// The commands of a script, as words without their quotes. What is in quotes counts twice: as a word, and as a script.
fn commands(script: &str) -> Vec<Vec<&str>> {
    let mut found: Vec<Vec<&str>> = Vec::new();
    for line in script.split(['\n', ';', '&', '|', '(', ')', '`', '{', '}']) {
        let words = line.split_whitespace();
        let words: Vec<&str> = words.skip_while(|word| KEYWORDS.contains(word)).collect();
        // A text for another shell begins a command of its own.
        let shells = words.iter().position(|word| word.starts_with(['"', '\'']));
        if let Some(at) = shells.filter(|at| *at > 0 && is_code(words[at - 1])) {
            found.push(bare(&words[at..]));
        }
        found.push(bare(&words));
    }
    found
}

fn bare<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let bare = words.iter().map(|word| word.trim_matches(['"', '\'']));
    bare.filter(|word| !word.is_empty()).collect()
}

const KEYWORDS: &[&str] = &[
    "do", "then", "else", "elif", "if", "while", "until", "!", "time", "exec",
];

/// Whether an option of a shell says that code follows: `-c`, `-ec`.
fn is_code(option: &str) -> bool {
    option.starts_with('-') && !option.starts_with("--") && option.ends_with('c')
}

/// The word of a command that keeps its git from being seen.
fn unseen<'a>(command: &[&'a str], cwd: &Path) -> Option<&'a str> {
    let command = before_git(command);
    let name = |word: &'a str| word.rsplit('/').next().unwrap_or(word);
    // What stands before the program, or is set for all that follows.
    let sets = command.iter().take_while(|word| {
        word.contains('=')
            || matches!(
                **word,
                "export" | "declare" | "typeset" | "readonly" | "local" | "env"
            )
    });
    let path = sets.filter(|word| word.starts_with("PATH=")).copied().next();
    let program = command.iter().find(|word| !word.contains('='))?;
    // What starts another program stands before it, with its options.
    let starts = |word: &&&'a str| {
        FORGETFUL
            .iter()
            .any(|(program, with)| *program == name(word) && (with.is_empty() || command.contains(with)))
    };
    let ends_in_git = command.last().is_some_and(|word| is_git(word));
    let forgetful = if ends_in_git {
        command.iter().find(starts)
    } else {
        Some(program).filter(starts)
    };
    let by_path = command
        .last()
        .filter(|word| word.contains('/') && is_git(word) && cwd.join(word).is_file());
    // A login shell makes a PATH of its own.
    let login = command.iter().find(|word| {
        SHELLS.contains(&name(program))
            && (**word == "--login" || is_code(word) && word.contains('l') || **word == "-l")
    });
    path.or(forgetful.copied())
        .or(by_path.copied())
        .or(login.copied())
}

const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "ksh", "mksh", "fish"];

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

#[cfg(test)]
mod tests {
    use super::*;

    fn sees(argv: &[&str]) -> bool {
        let argv: Vec<String> = argv.iter().map(|word| (*word).to_owned()).collect();
        check(&argv, Path::new("/")).is_ok()
    }

    #[test]
    fn a_git_that_would_not_find_the_stand_in_is_refused() {
        for script in [
            "sudo git status",
            "cd x && sudo -u me git status",
            "PATH=/bin git status",
            "export PATH=/bin; git status",
            "env -i git status",
            "env -u PATH git status",
            "if true; then command -p git status; fi",
            "bash -lc 'git status'",
            "bash -c 'cd x && sudo git status'",
            "timeout 5 doas git status",
        ] {
            assert!(!sees(&["sh", "-c", script, "lever"]), "{script}");
        }
        for argv in [
            &["sudo", "git", "status"][..],
            &["timeout", "5", "sudo", "git", "status"],
            &["bash", "-lc", "git status"],
            &["bash", "--login", "-c", "git status"],
            &["sudo", "sh", "-c", "git status"],
        ] {
            assert!(!sees(argv), "{argv:?}");
        }
    }

    #[test]
    fn words_that_only_stand_there_are_no_reason() {
        for script in [
            "git log | grep -c sudo",
            "git grep -n \"PATH=\" | wc -l",
            "git log --grep \"$1\"",
            "cd x && git log --author su",
            "for f in su env; do git log -- \"$f\"; done",
            "env LC_ALL=C git status",
            "bash -c 'git status'",
        ] {
            assert!(sees(&["sh", "-c", script, "lever", "sudo", "PATH=x"]), "{script}");
        }
        assert!(sees(&["timeout", "10", "git", "log", "--grep", "su"]));
        assert!(sees(&["env", "git", "log", "-S", "PATH=x"]));
        assert!(sees(&["xargs", "-a", "f", "git", "log", "-i"]));
    }
}
