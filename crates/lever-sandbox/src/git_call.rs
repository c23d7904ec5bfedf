//! What a call of git says of its repository and of what it does (`git help git`, "Options").

use std::path::{Path, PathBuf};

/// Options of git's own whose value is the next word.
const WITH_VALUE: &[&str] = &[
    "--attr-source",
    "--config-env",
    "--git-dir",
    "--namespace",
    "--shallow-file",
    "--super-prefix",
    "--work-tree",
];

/// Subcommands that change something but run no hook other than those of the index.
const WITHOUT_HOOKS: &[&str] = &[
    "add", "branch", "clone", "config", "init", "mv", "remote", "reset", "restore", "rm", "stage", "stash",
    "tag",
];

/// Where one call of git looks for its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The folder it starts from.
    pub start: PathBuf,
    /// The git folder it was told to use; else it looks for one from `start` upwards.
    pub git_dir: Option<PathBuf>,
    /// The folder for what working trees share that it was told to use.
    pub common: Option<PathBuf>,
    /// The working files it was told of.
    pub work_tree: Option<PathBuf>,
    /// Whether it may run hooks, if it changes something.
    pub runs_hooks: bool,
}

/// Whether a program is git, by its name.
pub fn is_git(program: &str) -> bool {
    program.rsplit('/').next() == Some("git")
}

impl Call {
    /// Reads a call, made in `cwd`. Of another program than git: of whatever git it starts there.
    pub fn read(argv: &[String], cwd: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut start = cwd.to_owned();
        let (mut git_dir, mut work_tree) = (variable("GIT_DIR"), variable("GIT_WORK_TREE"));
        let mut subcommand = None;
        let direct = argv.first().is_some_and(|program| is_git(program));
        let mut words = argv.iter().skip(1).filter(|_| direct);
        while let Some(word) = words.next() {
            let (option, value) = match word.split_once('=').filter(|_| word.starts_with("--")) {
                Some((option, value)) => (option, Some(value)),
                None if matches!(word.as_str(), "-C" | "-c") || WITH_VALUE.contains(&word.as_str()) => {
                    (word.as_str(), words.next().map(String::as_str))
                }
                None => (word.as_str(), None),
            };
            match (option, value) {
                ("-C", Some(path)) => start.push(path),
                ("--git-dir", Some(path)) => git_dir = Some(path.to_owned()),
                ("--work-tree", Some(path)) => work_tree = Some(path.to_owned()),
                ("-c", Some(setting)) => {
                    let (key, path) = setting.split_once('=').unwrap_or((setting, ""));
                    if key.eq_ignore_ascii_case("core.worktree") {
                        work_tree = work_tree.or_else(|| Some(path.to_owned()));
                    }
                }
                // The folder it starts from is the repository.
                ("--bare", _) => git_dir = git_dir.or_else(|| Some(".".to_owned())),
                (option, _) if option.starts_with('-') => {}
                (word, _) => {
                    subcommand = Some(word);
                    break;
                }
            }
        }
        let seen = |path: Option<String>| path.map(|path| start.join(path));
        Self {
            git_dir: seen(git_dir),
            common: seen(variable("GIT_COMMON_DIR")),
            work_tree: seen(work_tree),
            runs_hooks: !subcommand.is_some_and(|word| WITHOUT_HOOKS.contains(&word)),
            start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, variables: &[(&str, &str)]) -> Call {
        let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Call::read(&argv, Path::new("/w"), &variable)
    }

    #[test]
    fn the_repository_is_where_git_is_told() {
        let path = |path: &str| Some(PathBuf::from(path));
        for (line, start, git_dir, work_tree) in [
            ("git status", "/w", None, None),
            ("git -C a -C ../b status", "/w/a/../b", None, None),
            ("git --namespace n -C a -c x.y=z status", "/w/a", None, None),
            ("git --git-dir g -C a status", "/w/a", path("/w/a/g"), None),
            (
                "git --git-dir=/g --work-tree=t diff",
                "/w",
                path("/g"),
                path("/w/t"),
            ),
            ("git -c Core.WorkTree=t diff", "/w", None, path("/w/t")),
            ("git status -C a --git-dir=g", "/w", None, None),
            ("/usr/bin/git -C a diff", "/w/a", None, None),
            ("sh -C a --git-dir=g", "/w", None, None),
        ] {
            let call = read(line, &[]);
            assert_eq!(
                (call.start, call.git_dir, call.work_tree),
                (start.into(), git_dir, work_tree),
                "{line}"
            );
        }
        let call = read(
            "git --git-dir=g diff",
            &[("GIT_DIR", "h"), ("GIT_WORK_TREE", "t"), ("GIT_COMMON_DIR", "c")],
        );
        assert_eq!(
            (call.git_dir, call.work_tree, call.common),
            (path("/w/g"), path("/w/t"), path("/w/c"))
        );
    }

    #[test]
    fn hooks_run_but_where_it_is_known_that_they_do_not() {
        for (line, runs) in [
            ("git commit", true),
            ("git -C a add f", false),
            ("git --work-tree x add f", false),
            ("git --namespace add commit", true),
            ("sh add", true),
        ] {
            assert_eq!(read(line, &[]).runs_hooks, runs, "{line}");
        }
    }
}
