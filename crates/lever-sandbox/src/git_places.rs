//! The parts of git folders that name programs for git to run, wherever beneath a write path they lie.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::paths::{Kind, Tree};
use crate::stores;

/// Folders looked at for repositories, a write path: outermost first, those of `node_modules` last.
const FOLDERS: usize = 4000;
/// The time that looking may take.
const PATIENCE: Duration = Duration::from_millis(20);
/// Working trees and submodules of a repository are looked into so deep.
const NESTED: usize = 3;

/// What was found.
#[derive(Debug, Default)]
pub struct GitPlaces {
    /// What is not to be written.
    pub code: Vec<PathBuf>,
    /// Links in the place of a git folder, and where each leads.
    pub links: BTreeMap<PathBuf, PathBuf>,
}

impl GitPlaces {
    /// Looks in `root` and beneath.
    pub fn find(tree: &dyn Tree, root: &Path) -> Self {
        let mut places = Self::default();
        let start = Instant::now();
        let (mut next, mut last) = (VecDeque::from([root.to_owned()]), VecDeque::new());
        for _ in 0..FOLDERS {
            let Some(folder) = next.pop_front().or_else(|| last.pop_front()) else {
                break;
            };
            if start.elapsed() > PATIENCE {
                break;
            }
            let children = tree.children(&folder);
            let has = |name: &str| children.iter().any(|(child, _)| child.ends_with(name));
            if has("HEAD") && has("objects") && has("refs") {
                places.add(tree, &folder, NESTED);
                continue;
            }
            for (child, kind) in children {
                match (kind, child.file_name().and_then(|name| name.to_str())) {
                    (Kind::Folder, Some(".git")) => places.add(tree, &child, NESTED),
                    // A worktree's or a submodule's: one line that says where its git folder is.
                    (Kind::File, Some(".git")) => places.code.push(child),
                    (Kind::Link, Some(".git")) => places.add_link(tree, child),
                    (Kind::Folder, Some("node_modules")) => last.push_back(child),
                    (Kind::Folder, _) => next.push_back(child),
                    _ => {}
                }
            }
        }
        places
    }

    fn add_link(&mut self, tree: &dyn Tree, link: PathBuf) {
        let Some(real) = tree.real(&link) else { return };
        match tree.kind(&real) {
            Some(Kind::Folder) => self.add(tree, &real, NESTED),
            _ => self.code.push(real.clone()),
        }
        self.links.insert(link, real);
    }

    fn add(&mut self, tree: &dyn Tree, folder: &Path, depth: usize) {
        self.code
            .extend(stores::GIT_CODE.iter().map(|name| folder.join(name)));
        for nest in ["worktrees", "modules"] {
            for (child, kind) in tree.children(&folder.join(nest)) {
                if kind == Kind::Folder && depth > 0 {
                    self.add(tree, &child, depth - 1);
                }
            }
        }
    }
}
