//! From permissions to file rules: which paths are opened, which are masked, which stay read-only.
//!
//! A rule of Landlock opens a folder with everything beneath it and nothing can close a part of it again. So where a secret
//! store lies beneath a folder that is to be opened, either the store is masked in a mount namespace, or, where none can be
//! made, the folder is *split*: its existing children are opened one by one, and the folder itself can only be listed.
//!
//! Pure but for a [`Tree`], through which it looks at folders.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::git_places::GitPlaces;
use crate::policy::{Cwd, Policy, Write};
use crate::stores;

/// A split follows stores this deep; no store is deeper.
const SPLIT_DEPTH: usize = 16;

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// Anything else.
    File,
}

/// The file system, as far as rules depend on it.
pub trait Tree {
    /// The entries of a folder, in any order; empty if it cannot be listed.
    fn children(&self, folder: &Path) -> Vec<(PathBuf, Kind)>;
    /// What is at the path itself, without following a link there.
    fn kind(&self, path: &Path) -> Option<Kind>;
    /// The path with all links resolved, if it exists.
    fn real(&self, path: &Path) -> Option<PathBuf>;
    /// Whether this process could read it without any sandbox.
    fn readable(&self, path: &Path) -> bool;
}

/// How much of a path is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// List the folder (and, as Landlock has it, the folders beneath), read no file.
    List,
    /// Read, list and execute.
    Read,
    /// Use a device: read, write, control.
    Device,
    /// All of it: read, write, create, remove, execute.
    Write,
}

/// One opened path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The path, links resolved.
    pub path: PathBuf,
    /// How much.
    pub access: Access,
}

/// The file rules of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRules {
    /// What is opened.
    pub grants: BTreeSet<Grant>,
    /// Paths that are opened for writing, whole: what stays writable where all else is mounted read-only.
    pub writable: BTreeSet<PathBuf>,
    /// Secret stores, to be masked.
    pub masked: BTreeSet<PathBuf>,
    /// Existing paths beneath a write path that stay read-only.
    pub read_only: BTreeSet<PathBuf>,
    /// Folders between a write path and a masked or read-only one: renaming one would carry it away.
    pub pinned: BTreeSet<PathBuf>,
    /// Paths that must not come into being: nothing there can be masked or mounted, so what the run puts there is moved
    /// aside at its end.
    pub absent: BTreeSet<PathBuf>,
    /// Links in the place of a git folder, and where they lead: one that leads elsewhere at the end of the run is put back.
    pub links: BTreeMap<PathBuf, PathBuf>,
}

/// What rules are made from, besides the policy.
#[derive(Debug)]
pub struct Places<'a> {
    /// The folder the command runs in.
    pub cwd: &'a Path,
    /// The run's scratch folder.
    pub scratch: Option<&'a Path>,
    /// The program file, links resolved.
    pub program: &'a Path,
    /// The terminals that the command already holds.
    pub terminals: &'a [PathBuf],
    /// Whether stores can be masked in a mount namespace.
    pub masks: bool,
}

/// The rules of one run.
pub fn rules(policy: &Policy, places: &Places<'_>, tree: &dyn Tree) -> FileRules {
    Builder::new(policy, places, tree).build()
}

/// The folder the command runs in.
pub fn working_folder(policy: &Policy, scratch: Option<&Path>) -> PathBuf {
    match (&policy.permissions.cwd, scratch) {
        (Cwd::Scratch, Some(scratch)) => scratch.to_owned(),
        (Cwd::Path(path), _) => policy.resolve(path, Path::new(&policy.cwd)),
        _ => PathBuf::from(&policy.cwd),
    }
}

/// Those of the paths that lie beneath no other.
pub fn outermost(paths: &BTreeSet<PathBuf>) -> impl Iterator<Item = &PathBuf> {
    let mut last: Option<&PathBuf> = None;
    // Paths are ordered by component: what lies beneath a folder comes right after it.
    paths.iter().filter(move |path| {
        let beneath = last.is_some_and(|last| path.starts_with(last));
        if !beneath {
            last = Some(path);
        }
        !beneath
    })
}

struct Builder<'a> {
    policy: &'a Policy,
    places: &'a Places<'a>,
    tree: &'a dyn Tree,
    home: Option<PathBuf>,
    /// What lies in home: most of the places to look at are not there, and one listing spares a look for each.
    home_entries: Option<BTreeSet<OsString>>,
    /// Secret stores that exist and were not named.
    hidden: BTreeSet<PathBuf>,
    /// What something will obey later, there or not.
    start_files: BTreeSet<PathBuf>,
    rules: FileRules,
}

impl<'a> Builder<'a> {
    fn new(policy: &'a Policy, places: &'a Places<'a>, tree: &'a dyn Tree) -> Self {
        let home = policy
            .home
            .as_ref()
            .map(|home| tree.real(Path::new(home)).unwrap_or_else(|| home.into()));
        let entries = home.iter().flat_map(|home| tree.children(home));
        let entries: BTreeSet<OsString> = entries
            .filter_map(|(path, _)| Some(path.file_name()?.to_owned()))
            .collect();
        // A home that cannot be listed may hold anything.
        let home_entries = (!entries.is_empty()).then_some(entries);
        Self {
            home_entries,
            policy,
            places,
            tree,
            home,
            hidden: BTreeSet::new(),
            start_files: BTreeSet::new(),
            rules: FileRules::default(),
        }
    }

    fn build(mut self) -> FileRules {
        self.hide_stores();
        let write_roots = self.write_roots();
        for root in self.read_roots() {
            self.open(&root, Access::Read);
        }
        for root in &write_roots {
            self.protect(root);
        }
        for root in &write_roots {
            self.open(root, Access::Write);
        }
        if let Some(scratch) = self.places.scratch {
            let real = self.tree.real(scratch).unwrap_or_else(|| scratch.to_owned());
            self.grant(&real, Access::Write);
            self.rules.writable.insert(scratch.to_owned());
        }
        for device in stores::DEVICES.iter().map(Path::new) {
            self.grant(device, Access::Device);
        }
        for terminal in self.places.terminals {
            self.grant(terminal, Access::Device);
        }
        self.grant(Path::new("/dev"), Access::List);
        self.rules.masked.clone_from(&self.hidden);
        self.rules
    }

    /// Finds the stores that exist, where their links lead.
    fn hide_stores(&mut self) {
        let named: Vec<PathBuf> = (self.policy.permissions.named_secrets.iter())
            .filter_map(|path| self.tree.real(&self.policy.resolve(path, Path::new("/"))))
            .collect();
        let beneath_home = self
            .present(stores::SECRETS)
            .filter_map(|store| self.tree.real(&store));
        let system = stores::SYSTEM_SECRETS
            .iter()
            .map(Path::new)
            .filter(|path| self.tree.readable(path));
        let stores: Vec<PathBuf> = beneath_home
            .chain(system.filter_map(|store| self.tree.real(store)))
            .collect();
        for store in stores {
            if named.iter().any(|name| store.starts_with(name)) {
                continue;
            }
            // A path inside a store was named: all of the store but that.
            if named.iter().any(|name| name.starts_with(&store)) {
                self.hide_around(&store, &named, SPLIT_DEPTH);
            } else {
                self.hidden.insert(store);
            }
        }
        let denied = self
            .policy
            .deny_read
            .iter()
            .map(|path| crate::policy::flatten(Path::new(path)));
        let denied: Vec<PathBuf> = denied.filter_map(|path| self.tree.real(&path)).collect();
        self.hidden.extend(denied);
    }

    fn hide_around(&mut self, folder: &Path, named: &[PathBuf], depth: usize) {
        for (child, kind) in self.tree.children(folder) {
            if named.iter().any(|name| child.starts_with(name)) {
                continue;
            }
            if depth > 0 && kind == Kind::Folder && named.iter().any(|name| name.starts_with(&child)) {
                self.hide_around(&child, named, depth - 1);
            } else if kind != Kind::Link {
                self.hidden.insert(child);
            }
        }
    }

    /// Those of the places beneath home that may exist.
    fn present<'s>(&'s self, names: &'static [&'static str]) -> impl Iterator<Item = PathBuf> + 's {
        let may_exist = |name: &&&str| {
            let first = name.split('/').next().unwrap_or(name);
            (self.home_entries.as_ref()).is_none_or(|entries| entries.contains(OsStr::new(first)))
        };
        let home = self.home.iter();
        home.flat_map(move |home| names.iter().filter(may_exist).map(|name| home.join(name)))
    }

    fn read_roots(&self) -> BTreeSet<PathBuf> {
        let path_folders =
            crate::program::search_path(self.policy.env.get("PATH").map(String::as_str)).map(Path::to_owned);
        let listed = (self.policy.permissions.read.iter()).filter_map(|text| {
            let (path, checked) = self.listed(text);
            self.follow(&path, checked)
        });
        let named = self
            .policy
            .permissions
            .named_secrets
            .iter()
            .map(|path| self.policy.resolve(path, Path::new("/")));
        let own = [self.places.cwd.to_owned(), self.places.program.to_owned()];
        // Of the system's folders only those that are links (`/bin`) need a look at where they lead.
        let system =
            stores::SYSTEM_READ
                .iter()
                .map(Path::new)
                .filter_map(|path| match self.tree.kind(path)? {
                    Kind::Link => self.tree.real(path),
                    _ => Some(path.to_owned()),
                });
        let others = self
            .present(stores::TOOLCHAINS)
            .chain(self.present(stores::CONFIGURATION))
            .chain(path_folders)
            .chain(own)
            .chain(named)
            .filter_map(|path| self.tree.real(&path));
        let roots: BTreeSet<PathBuf> = system.chain(others).chain(listed).collect();
        // What lies beneath another root is opened with it.
        outermost(&roots).cloned().collect()
    }

    /// The path that a permission lists, and whether it was checked as it is.
    fn listed(&self, text: &str) -> (PathBuf, bool) {
        let permissions = &self.policy.permissions;
        let checked = permissions.checked.iter().any(|path| path == text);
        (self.policy.resolve(text, self.places.cwd), checked)
    }

    /// Where a path leads; nowhere if it was checked and is another one now.
    fn follow(&self, path: &Path, checked: bool) -> Option<PathBuf> {
        self.tree.real(path).filter(|real| !checked || real == path)
    }

    fn write_roots(&self) -> BTreeSet<PathBuf> {
        let existing = |text: &String| {
            let (path, checked) = self.listed(text);
            let missing = || (!checked || self.tree.kind(&path).is_none()).then(|| path.parent())?;
            self.follow(&path, checked)
                .or_else(|| self.follow(missing()?, checked))
        };
        match &self.policy.permissions.write {
            Write::None => BTreeSet::new(),
            Write::Here => self.tree.real(self.places.cwd).into_iter().collect(),
            Write::Paths(paths) => paths.iter().filter_map(existing).collect(),
        }
    }

    /// Notes what beneath a write path stays read-only, or must not appear. A path that is itself listed was named.
    fn protect(&mut self, root: &Path) {
        let start_files = self
            .home
            .iter()
            .flat_map(|home| stores::START_FILES.iter().map(|file| home.join(file)));
        let system = stores::SYSTEM_START_FILES.iter().map(PathBuf::from);
        let stores = self
            .home
            .iter()
            .flat_map(|home| stores::SECRETS.iter().map(|store| home.join(store)));
        let git = GitPlaces::find(self.tree, root);
        self.rules.links.extend(git.links);
        let mut candidates: Vec<PathBuf> = start_files.chain(system).collect();
        // A store that is not there yet is as good as a start file: `~/.ssh/authorized_keys`, or settings of lever's own.
        let denied = self
            .policy
            .deny_read
            .iter()
            .map(|path| crate::policy::flatten(Path::new(path)));
        candidates.extend(
            stores
                .chain(denied)
                .filter(|store| self.tree.kind(store).is_none()),
        );
        self.start_files.extend(candidates.iter().cloned());
        candidates.extend(git.code);
        for path in candidates
            .into_iter()
            .filter(|path| path != root && path.starts_with(root))
        {
            if self.is_named_for_writing(&path) {
                continue;
            }
            match self.tree.kind(&path) {
                Some(_) => self.rules.read_only.insert(path),
                None => self.rules.absent.insert(path),
            };
        }
        let links = self.rules.links.keys();
        let barriers: Vec<PathBuf> = links
            .chain(self.rules.read_only.union(&self.hidden))
            .cloned()
            .collect();
        for barrier in barriers.iter().filter(|path| path.starts_with(root)) {
            let between = barrier
                .ancestors()
                .skip(1)
                .take_while(|folder| *folder != root)
                .map(Path::to_owned);
            self.rules.pinned.extend(between);
        }
    }

    fn is_named_for_writing(&self, path: &Path) -> bool {
        let Write::Paths(paths) = &self.policy.permissions.write else {
            return false;
        };
        let named = paths
            .iter()
            .map(|named| self.policy.resolve(named, self.places.cwd));
        named
            .into_iter()
            .any(|named| named == path || self.tree.real(&named).is_some_and(|real| real == path))
    }

    /// Opens `root`, but for the stores (and, for writing, the read-only places) beneath it.
    fn open(&mut self, root: &Path, access: Access) {
        if self.hidden.iter().any(|store| root.starts_with(store)) {
            return;
        }
        if access == Access::Write && self.rules.read_only.iter().any(|place| root.starts_with(place)) {
            return;
        }
        if !self.places.masks || access == Access::Write && self.lasts(root) {
            return self.split(root, access, SPLIT_DEPTH);
        }
        self.grant(root, access);
        if access == Access::Write {
            self.rules.writable.insert(root.to_owned());
        }
    }

    /// Whether the run may go on where nobody is left to move a start file aside that comes into being beneath `root`.
    fn lasts(&self, root: &Path) -> bool {
        let mut absent = self.rules.absent.iter().filter(|path| path.starts_with(root));
        self.policy.permissions.detach && absent.any(|path| self.start_files.contains(path))
    }

    fn split(&mut self, folder: &Path, access: Access, depth: usize) {
        // Paths are ordered by component: what lies beneath a folder comes right after it.
        let is_beneath = |place: Option<&PathBuf>| place.is_some_and(|place| place.starts_with(folder));
        let beneath = |places: &BTreeSet<PathBuf>| is_beneath(places.range(folder.to_owned()..).next());
        let writes = access == Access::Write;
        let links = || {
            is_beneath(
                self.rules
                    .links
                    .range(folder.to_owned()..)
                    .next()
                    .map(|(link, _)| link),
            )
        };
        let blocked = beneath(&self.hidden)
            || writes && (beneath(&self.rules.read_only) || beneath(&self.rules.absent) || links());
        if !blocked {
            self.grant(folder, access);
            if writes && self.places.masks {
                self.rules.writable.insert(folder.to_owned());
            }
            return;
        }
        if depth == 0 || self.hidden.contains(folder) || writes && self.rules.read_only.contains(folder) {
            return;
        }
        if access == Access::Read {
            self.grant(folder, Access::List);
        }
        for (child, kind) in self.tree.children(folder) {
            // A link needs no rule, and a rule on it would open whatever it leads to.
            if kind != Kind::Link {
                self.split(&child, access, depth - 1);
            }
        }
    }

    fn grant(&mut self, path: &Path, access: Access) {
        self.rules.grants.insert(Grant {
            path: path.to_owned(),
            access,
        });
    }
}

/// The real file system.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Tree for Disk {
    fn children(&self, folder: &Path) -> Vec<(PathBuf, Kind)> {
        let entries = crate::access::list(folder).unwrap_or_default();
        entries
            .into_iter()
            .filter_map(|(name, kind)| {
                let path = folder.join(name);
                let kind = match kind {
                    libc::DT_LNK => Kind::Link,
                    libc::DT_DIR => Kind::Folder,
                    // Not every file system says it here.
                    libc::DT_UNKNOWN => self.kind(&path)?,
                    _ => Kind::File,
                };
                Some((path, kind))
            })
            .collect()
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        Some(kind_of(path.symlink_metadata().ok()?.file_type()))
    }

    fn real(&self, path: &Path) -> Option<PathBuf> {
        crate::access::resolve(path).ok()
    }

    fn readable(&self, path: &Path) -> bool {
        crate::access::can_read(path)
    }
}

fn kind_of(kind: std::fs::FileType) -> Kind {
    match kind {
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_dir() => Kind::Folder,
        _ => Kind::File,
    }
}

#[cfg(test)]
mod tests;
