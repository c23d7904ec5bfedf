//! A git repository on disk: found as git finds it, with the files that say what git runs.

use std::path::{Path, PathBuf};

use crate::access::{can_execute, resolve};
use crate::git_call::Call;
use crate::git_config;
use crate::policy::flatten;
use crate::repository::RepositoryError;

/// Folders of submodules are looked into so deep.
const MODULE_DEPTH: usize = 4;

/// A repository's folders.
#[derive(Debug)]
pub struct Repository {
    /// Where the working files lie; the git folder itself where there are none.
    root: PathBuf,
    /// This working tree's git folder.
    pub folder: PathBuf,
    /// The git folder that all its working trees share.
    common: PathBuf,
}

impl Repository {
    /// The repositories that a call may use: the one that it names, or else those that git meets on its way up, as far as
    /// the first that git is sure to take.
    pub fn of(call: &Call) -> Vec<Self> {
        let mut found = Vec::new();
        if let Some(git_dir) = &call.git_dir {
            let folder = pointed_at(git_dir).unwrap_or_else(|| git_dir.clone());
            found.push(Self::in_folder(call.start.clone(), folder));
        } else if let Ok(start) = resolve(&call.start) {
            for folder in start.ancestors() {
                let Some(repository) = Self::at(folder) else {
                    continue;
                };
                let taken = repository.is_taken();
                found.push(repository);
                if taken {
                    break;
                }
            }
        }
        for repository in &mut found {
            repository.root = call
                .work_tree
                .clone()
                .unwrap_or_else(|| std::mem::take(&mut repository.root));
            repository.common = call
                .common
                .clone()
                .unwrap_or_else(|| std::mem::take(&mut repository.common));
        }
        found
    }

    /// What git may take for a repository in `folder` itself.
    fn at(folder: &Path) -> Option<Self> {
        let dot_git = folder.join(".git");
        let looks_bare = || {
            ["HEAD", "objects", "refs"]
                .iter()
                .all(|name| folder.join(name).exists())
        };
        let git = if dot_git.is_dir() {
            dot_git
        } else if let Some(git) = pointed_at(&dot_git) {
            git
        } else if looks_bare() {
            folder.to_owned()
        } else {
            return None;
        };
        Some(Self::in_folder(folder.to_owned(), git))
    }

    fn in_folder(root: PathBuf, folder: PathBuf) -> Self {
        let common = std::fs::read_to_string(folder.join("commondir"));
        Self {
            root,
            common: common.map_or(folder.clone(), |path| folder.join(path.trim_end())),
            folder,
        }
    }

    /// Whether git is sure to take it: what is half a repository, it passes by.
    fn is_taken(&self) -> bool {
        let head = std::fs::read_to_string(self.folder.join("HEAD")).unwrap_or_default();
        let head = head.trim_end();
        let named = head
            .strip_prefix("ref: refs/")
            .is_some_and(|name| !name.is_empty());
        let detached = head.len() == 40 && head.bytes().all(|byte| byte.is_ascii_hexdigit());
        (named || detached)
            && ["objects", "refs"]
                .iter()
                .all(|name| can_execute(&self.common.join(name)))
    }

    /// Its configuration files, those of its submodules among them: git visits them on its own.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = vec![self.common.join("config"), self.folder.join("config.worktree")];
        modules(&self.common.join("modules"), MODULE_DEPTH, &mut files);
        files.extend(submodules(&self.root));
        files
    }

    /// Refuses hooks that git would run from the repository's own folder of them.
    pub fn check_hooks(&self, configured: Option<&str>) -> Result<(), RepositoryError> {
        let folder = configured.map_or_else(|| self.common.join("hooks"), |path| self.root.join(path));
        let hooks = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut active: Vec<PathBuf> = hooks
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_none() && path.is_file() && can_execute(path))
            .collect();
        active.sort();
        active
            .into_iter()
            .next()
            .map_or(Ok(()), |hook| Err(RepositoryError::Hook(hook)))
    }
}

/// The git folder that a file in the place of one names.
fn pointed_at(file: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(file).ok()?;
    Some(file.parent()?.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The configuration files of submodules that lie in a working tree: of old, and by hand, a submodule has its git folder in
/// its own.
pub fn submodules(root: &Path) -> Vec<PathBuf> {
    let submodules = git_config::read(&root.join(".gitmodules"), None).unwrap_or_default();
    let paths = submodules
        .iter()
        .filter(|setting| setting.section == "submodule" && setting.name == "path")
        .filter_map(|setting| setting.value.as_deref());
    paths
        .map(|path| flatten(&root.join(path).join(".git/config")))
        .collect()
}

fn modules(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    if depth == 0 {
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.join("HEAD").exists() {
            files.push(path.join("config"));
            files.push(path.join("config.worktree"));
            modules(&path.join("modules"), depth - 1, files);
        } else if path.is_dir() {
            // A submodule's name may have slashes.
            modules(&path, depth - 1, files);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(start: &Path) -> Vec<PathBuf> {
        let call = Call::read(&["git".to_owned()], start, &|_| None);
        Repository::of(&call)
            .into_iter()
            .map(|repository| repository.folder)
            .collect()
    }

    #[test]
    fn what_git_passes_by_hides_nothing_above_it() {
        let folder = tempfile::tempdir().expect("tempdir");
        let root = folder.path().canonicalize().expect("real");
        for path in [
            ".git/objects",
            ".git/refs",
            "a/.git",
            "b/.git/objects",
            "b/.git/refs",
            "b/c",
        ] {
            std::fs::create_dir_all(root.join(path)).expect("mkdir");
        }
        std::fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").expect("write");
        let git = |path: &str| root.join(path).join(".git");
        assert_eq!(folders(&root), [git("")]);
        assert_eq!(folders(&root.join("a")), [git("a"), git("")], "an empty one");
        std::fs::write(root.join("b/.git/HEAD"), "nothing\n").expect("write");
        assert_eq!(
            folders(&root.join("b/c")),
            [git("b"), git("")],
            "one without a head"
        );
        std::fs::write(root.join("b/.git/HEAD"), "ref: refs/heads/main\n").expect("write");
        assert_eq!(folders(&root.join("b/c")), [git("b")], "a whole one");
    }
}
