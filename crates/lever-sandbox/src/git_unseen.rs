//! Commands whose git would not find the stand-in of [`crate::git_watch`]: nobody could look at its repository.

use std::path::Path;

use crate::git_call::is_git;
use crate::repository::RepositoryError;

/// Refuses such a command. Of an argv what stands before git counts; of a script each command in it, with the texts in quotes, as
/// far as its text shows them.
pub fn check(argv: &[String], cwd: &Path) -> Result<(), RepositoryError> {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let unseen = match words.as_slice() {
        [_, "-c", script, ..] => commands(script).iter().find_map(|command| unseen(command, cwd)),
        words => unseen(words, cwd),
    };
    unseen.map_or(Ok(()), |word| Err(RepositoryError::Unseen(word.to_owned())))
}

/// The commands of a script, as words without their quotes. A text for another shell is one more.
fn commands(script: &str) -> Vec<Vec<&str>> {
    let mut found: Vec<Vec<&str>> = Vec::new();
    for line in script.split(['\n', ';', '&', '|', '(', ')', '`', '{', '}']) {
        let words: Vec<&str> = line.split_whitespace().skip_while(is_keyword).collect();
        let text = words.iter().position(|word| word.starts_with(['"', '\'']));
        if let Some(at) = text.filter(|at| *at > 0 && is_cluster(words[at - 1], 'c')) {
            found.push(bare(&words[at..]));
        }
        found.push(bare(&words));
    }
    found
}

fn is_keyword(word: &&str) -> bool {
    matches!(
        *word,
        "do" | "then" | "else" | "elif" | "if" | "while" | "until" | "!" | "time" | "exec"
    )
}

fn bare<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let bare = words.iter().map(|word| word.trim_matches(['"', '\'']));
    bare.filter(|word| !word.is_empty()).collect()
}

/// The word of a command that keeps its git from being seen.
fn unseen<'a>(command: &[&'a str], cwd: &Path) -> Option<&'a str> {
    let git = command.iter().position(|word| is_git(word));
    // What stands before git may start it, word by word. Without git, the program does, and what is set for it.
    let starts = match git {
        Some(git) => &command[..=git],
        None => &command[..leading(command)],
    };
    let hides = |at: &usize| loses_path(starts[*at], &command[at + 1..]) || names_git(starts[*at], cwd);
    (0..starts.len()).find(hides).map(|at| starts[at])
}

/// How many words a command's program and its settings are.
fn leading(command: &[&str]) -> usize {
    let sets = |word: &&&str| {
        word.contains('=')
            || matches!(
                **word,
                "export" | "declare" | "typeset" | "readonly" | "local" | "env"
            )
    };
    let set = command.iter().take_while(sets).count();
    command.len().min(set + 1)
}

/// Whether what a word starts, given what is behind it, no longer has the PATH that the run was given.
fn loses_path(word: &str, behind: &[&str]) -> bool {
    let mut options = behind.iter().take_while(|word| word.starts_with('-'));
    match word.rsplit('/').next().unwrap_or(word) {
        "sudo" | "doas" | "su" | "pkexec" | "runuser" => true,
        "env" => behind
            .iter()
            .any(|word| matches!(*word, "-i" | "-" | "--ignore-environment" | "PATH")),
        "command" => behind.contains(&"-p"),
        // A login shell makes a PATH of its own.
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "mksh" | "fish" => {
            options.any(|option| *option == "--login" || is_cluster(option, 'l'))
        }
        _ => word.starts_with("PATH="),
    }
}

fn names_git(word: &str, cwd: &Path) -> bool {
    word.contains('/') && is_git(word) && cwd.join(word).is_file()
}

/// Whether a word is one-letter options, with this one among them: `-lc`.
fn is_cluster(word: &str, option: char) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains(option)
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
            "timeout 5 env PATH=/bin git status",
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
            "bash -c 'ls -l; git status'",
        ] {
            assert!(sees(&["sh", "-c", script, "lever", "sudo", "PATH=x"]), "{script}");
        }
        assert!(sees(&["timeout", "10", "git", "log", "--grep", "su"]));
        assert!(sees(&["env", "git", "log", "-S", "PATH=x"]));
        assert!(sees(&["xargs", "-a", "f", "git", "log", "-i"]));
    }
}
