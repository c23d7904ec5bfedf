//! A control group of the run's own, where one can be made: the one limit on processes that root cannot evade.
//!
//! Version 2 first: the nearest group above this process's own whose controllers are handed down and which this user may
//! write, as systemd gives to a user's terminals. Else, as root, version 1's pids and memory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, RawFd};
use std::path::{Path, PathBuf};

use crate::access::can_write;
use crate::policy::Limits;

const CONTROLLERS: [&str; 2] = ["pids", "memory"];

/// The run's control groups.
#[derive(Debug)]
pub struct Groups(Vec<Group>);

#[derive(Debug)]
struct Group {
    folder: PathBuf,
    entrance: Entrance,
    limited: Vec<&'static str>,
}

/// How a process comes to be a member. Moving a whole process makes the kernel wait until every processor has come by,
/// several milliseconds; these two ways do not.
#[derive(Debug)]
enum Entrance {
    /// Version 2: the group's folder, to be born in; moved into where the kernel cannot do that (before 5.7).
    Birth(File),
    /// Version 1: the list of threads. The process that enters has one.
    Thread(File),
}

impl Groups {
    /// Makes groups for the limits that need one. An empty set is no error: most users cannot make any.
    pub fn create(limits: &Limits) -> Self {
        let wanted: Vec<(&'static str, u64)> = CONTROLLERS
            .into_iter()
            .zip([limits.processes, limits.data_bytes])
            .filter_map(|(name, limit)| Some((name, limit?)))
            .collect();
        if wanted.is_empty() {
            return Self(Vec::new());
        }
        let own = crate::sys::read_kernel_file(Path::new("/proc/self/cgroup"));
        Self(
            places(&own, &mounted, &wanted)
                .into_iter()
                .filter_map(|(parent, limits)| Group::create(&parent, &limits))
                .collect(),
        )
    }

    /// No groups.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// What is limited: `pids`, `memory`.
    pub fn limited(&self) -> Vec<&'static str> {
        self.0
            .iter()
            .flat_map(|group| group.limited.iter().copied())
            .collect()
    }

    /// The group that a new process can be born in, as [`crate::sys::fork_into`] takes it.
    pub fn birthplace(&self) -> Option<RawFd> {
        self.0.iter().find_map(|group| match &group.entrance {
            Entrance::Birth(folder) => Some(folder.as_raw_fd()),
            Entrance::Thread(_) => None,
        })
    }

    /// Moves this process, which has one thread, into the groups. `born`: it was born in [`Groups::birthplace`].
    pub fn enter(&self, born: bool) -> io::Result<()> {
        self.0.iter().try_for_each(|group| match &group.entrance {
            Entrance::Thread(threads) => (&*threads).write_all(b"0"),
            Entrance::Birth(_) if born => Ok(()),
            Entrance::Birth(_) => fs::write(group.folder.join("cgroup.procs"), "0"),
        })
    }

    /// Kills every member at once, where the kernel can (version 2, since 5.14).
    pub fn kill(&self) {
        for group in &self.0 {
            let _ = OpenOptions::new()
                .write(true)
                .open(group.folder.join("cgroup.kill"))
                .and_then(|mut file| file.write_all(b"1"));
        }
    }

    /// Removes the groups. Harmless if they are gone; one with members left stays.
    pub fn remove(&self) {
        for group in &self.0 {
            let _ = fs::remove_dir(&group.folder);
        }
    }
}

impl Group {
    fn create(parent: &Path, limits: &[(&'static str, u64)]) -> Option<Self> {
        let folder = parent.join(format!("lever-run-{}", crate::sys::random_name().ok()?));
        fs::create_dir(&folder).ok()?;
        // Only version 1 has a list of all threads by this name.
        let threads = OpenOptions::new().write(true).open(folder.join("tasks"));
        let limited: Vec<&'static str> = (limits.iter())
            .filter(|(controller, limit)| {
                let file = match *controller {
                    "pids" => "pids.max",
                    _ if threads.is_ok() => "memory.limit_in_bytes",
                    _ => "memory.max",
                };
                fs::write(folder.join(file), limit.to_string()).is_ok()
            })
            .map(|(controller, _)| *controller)
            .collect();
        let entrance = threads
            .map(Entrance::Thread)
            .or_else(|_| File::open(&folder).map(Entrance::Birth));
        match entrance {
            Ok(entrance) if !limited.is_empty() => Some(Self {
                folder,
                entrance,
                limited,
            }),
            _ => {
                let _ = fs::remove_dir(&folder);
                None
            }
        }
    }
}

/// Where a hierarchy begins: version 2's, or version 1's of one controller.
///
/// Nearly everywhere that is one of few folders. The list of mounts, which the kernel writes anew for each reader, is for the rest.
fn mounted(controller: Option<&str>) -> Option<PathBuf> {
    let usual = Path::new("/sys/fs/cgroup");
    let unified = crate::sys::file_system(usual) == Some(libc::CGROUP2_SUPER_MAGIC as u64);
    let (place, kind) = match controller {
        None if unified => return Some(usual.to_owned()),
        // Where version 2 has the usual place, version 1 has none.
        Some(_) if unified => return None,
        None => (usual.join("unified"), libc::CGROUP2_SUPER_MAGIC),
        Some(controller) => (usual.join(controller), libc::CGROUP_SUPER_MAGIC),
    };
    if crate::sys::file_system(&place) == Some(kind as u64) {
        return Some(place);
    }
    listed(
        &crate::sys::read_kernel_file(Path::new("/proc/self/mounts")),
        controller,
    )
}

/// The same from a list of mounts.
fn listed(mounts: &str, controller: Option<&str>) -> Option<PathBuf> {
    let kind = if controller.is_some() { "cgroup" } else { "cgroup2" };
    mounts.lines().find_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (at, found_kind, options) = (fields.next()?, fields.next()?, fields.next()?);
        (found_kind == kind && controller.is_none_or(|name| options.split(',').any(|o| o == name)))
            .then(|| PathBuf::from(at))
    })
}

/// Folders to make a group in, and the limits to set there.
fn places(
    own: &str,
    mounted: &dyn Fn(Option<&str>) -> Option<PathBuf>,
    wanted: &[(&'static str, u64)],
) -> Vec<(PathBuf, Vec<(&'static str, u64)>)> {
    let mut left: Vec<(&'static str, u64)> = wanted.to_vec();
    let mut places = Vec::new();
    let own_path = |controller: &str| {
        own.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let (controllers, path) = (fields.next()?, fields.next()?);
            controllers
                .split(',')
                .any(|name| name == controller)
                .then(|| path.trim_start_matches('/').to_owned())
        })
    };
    if let Some((root, own)) = mounted(None).zip(own_path("")) {
        let own = root.join(own);
        let candidate = own
            .ancestors()
            .take_while(|folder| folder.starts_with(&root))
            .find_map(|folder| {
                let down = fs::read_to_string(folder.join("cgroup.subtree_control")).ok()?;
                let here: Vec<_> = left
                    .iter()
                    .copied()
                    .filter(|(name, _)| down.split_whitespace().any(|c| c == *name))
                    .collect();
                // Members move from below: the common ancestor's list must be writable.
                (!here.is_empty() && can_write(folder) && can_write(&folder.join("cgroup.procs")))
                    .then(|| (folder.to_owned(), here))
            });
        if let Some((folder, here)) = candidate {
            left.retain(|limit| !here.contains(limit));
            places.push((folder, here));
        }
    }
    for limit in left {
        if let Some((root, own)) = mounted(Some(limit.0)).zip(own_path(limit.0)) {
            let folder = root.join(own);
            if can_write(&folder) {
                places.push((folder, vec![limit]));
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_1_groups_are_found_by_controller() {
        let root = tempfile::tempdir().expect("tempdir");
        let at = root.path().display().to_string();
        fs::create_dir(root.path().join("a")).expect("mkdir");
        let mounts = format!("x /none ext4 rw 0 0\ncgroup {at} cgroup rw,relatime,pids 0 0\n");
        let wanted = [("pids", 9), ("memory", 10)];
        assert_eq!(
            places("8:pids:/a\n4:memory:/m\n", &|name| listed(&mounts, name), &wanted),
            [(root.path().join("a"), vec![("pids", 9)])]
        );
        assert!(places("8:pids:/gone\n", &|name| listed(&mounts, name), &wanted).is_empty());
    }

    #[test]
    fn version_2_climbs_to_where_controllers_are_handed_down() {
        let root = tempfile::tempdir().expect("tempdir");
        let session = root.path().join("user/session");
        fs::create_dir_all(&session).expect("mkdir");
        for (folder, down) in [("", "cpu pids memory"), ("user", "pids"), ("user/session", "")] {
            fs::write(root.path().join(folder).join("cgroup.subtree_control"), down).expect("write");
            fs::write(root.path().join(folder).join("cgroup.procs"), "").expect("write");
        }
        let mounts = format!("none {} cgroup2 rw 0 0\n", root.path().display());
        let found = places(
            "0::/user/session\n",
            &|name| listed(&mounts, name),
            &[("pids", 9), ("memory", 10)],
        );
        assert_eq!(found, [(root.path().join("user"), vec![("pids", 9)])]);
    }
}
