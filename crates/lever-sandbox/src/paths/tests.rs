use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A made-up file system: what each path is, and where links lead.
#[derive(Debug, Default)]
struct Made(BTreeMap<PathBuf, (Kind, Option<PathBuf>)>);

impl Made {
    fn with(paths: &[&str]) -> Self {
        let mut made = Self::default();
        for path in paths {
            made.add(Path::new(path));
        }
        made
    }

    fn add(&mut self, path: &Path) {
        for folder in path.ancestors().skip(1) {
            self.0.insert(folder.to_owned(), (Kind::Folder, None));
        }
        self.0.entry(path.to_owned()).or_insert((Kind::File, None));
    }
}

impl Tree for Made {
    fn children(&self, folder: &Path) -> Vec<(PathBuf, Kind)> {
        let children = self.0.iter().filter(|(path, _)| path.parent() == Some(folder));
        children.map(|(path, (kind, _))| (path.clone(), *kind)).collect()
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        self.0.get(path).map(|(kind, _)| *kind)
    }

    fn real(&self, path: &Path) -> Option<PathBuf> {
        match self.0.get(path) {
            Some((_, Some(target))) => self.real(target),
            Some(_) => Some(path.to_owned()),
            None => {
                let folder = self.real(path.parent()?)?.join(path.file_name()?);
                (folder != path && self.0.contains_key(&folder)).then_some(folder)
            }
        }
    }

    fn readable(&self, _: &Path) -> bool {
        true
    }
}

fn policy(cwd: &str, permissions: &str) -> Policy {
    let json = format!(
        r#"{{"version":1,"argv":["x"],"cwd":"{cwd}","env":{{"PATH":"/usr/bin"}},"mode":"captured","home":"/home/ann",
        "deny_read":["/home/ann/.local/share/lever-runner"],"permissions":{permissions}}}"#
    );
    Policy::parse(json.as_bytes()).expect("policy")
}

fn made_rules(cwd: &str, permissions: &str, masks: bool, tree: &Made) -> FileRules {
    let places = Places {
        cwd: Path::new(cwd),
        scratch: Some(Path::new("/tmp/s")),
        program: Path::new("/usr/bin/x"),
        terminals: &[],
        masks,
    };
    rules(&policy(cwd, permissions), &places, tree)
}

/// What the rules give on a path: the union of what its ancestors were given, as the kernel has it.
fn given(rules: &FileRules, path: &str) -> Vec<Access> {
    let path = Path::new(path);
    if rules.masked.iter().any(|store| path.starts_with(store))
        && rules.grants.iter().any(|grant| path.starts_with(&grant.path))
    {
        // A mask stands in the way.
        return Vec::new();
    }
    rules
        .grants
        .iter()
        .filter(|grant| path.starts_with(&grant.path))
        .map(|grant| grant.access)
        .collect()
}

const HOME: &[&str] = &[
    "/usr/bin/x",
    "/etc/passwd",
    "/home/ann/.ssh/id",
    "/home/ann/.config/gh/hosts.yml",
    "/home/ann/.config/htop/htoprc",
    "/home/ann/notes",
    "/home/ann/.bashrc",
    "/home/ann/.local/share/lever-runner/lever.db",
    "/home/ann/w/a",
    "/home/ann/w/.git/config",
    "/home/ann/w/.git/HEAD",
    "/home/ann/w/.git/hooks/x",
    "/home/ann/w/.git/index",
    "/home/ann/w/.git/modules/m/config",
    "/srv/data/f",
    "/tmp/s/f",
];

#[test]
fn what_was_checked_opens_nothing_once_it_is_a_link() {
    let mut tree = Made::with(HOME);
    let link = PathBuf::from("/home/ann/w/link");
    tree.0.insert(link, (Kind::Link, Some("/srv/data/f".into())));
    tree.0.insert(
        "/home/ann/w/nowhere".into(),
        (Kind::Link, Some("/srv/none".into())),
    );
    for masks in [true, false] {
        let rules = |permissions: &str| made_rules("/tmp/s", permissions, masks, &tree);
        let listed = rules(r#"{"read":["/home/ann/w/link"]}"#);
        assert!(!given(&listed, "/srv/data/f").is_empty(), "positive control");
        let checked = rules(r#"{"read":["/home/ann/w/link"],"checked":["/home/ann/w/link"]}"#);
        assert_eq!(given(&checked, "/srv/data/f"), []);
        for path in ["link", "nowhere"] {
            let write = format!(r#""write":["/home/ann/w/{path}"]"#);
            let checked = rules(&format!(r#"{{{write},"checked":["/home/ann/w/{path}"]}}"#));
            assert_eq!(given(&checked, "/srv/data/f"), [], "{path}");
            assert_eq!(given(&checked, "/home/ann/w/a"), [], "{path}");
        }
        let made = rules(r#"{"write":["/srv/data/new"],"checked":["/srv/data/new"]}"#);
        assert_eq!(given(&made, "/srv/data/new"), [Access::Write], "positive control");
        let same = rules(r#"{"read":["/srv/data/f"],"checked":["/srv/data/f"]}"#);
        assert_eq!(given(&same, "/srv/data/f"), [Access::Read], "positive control");
    }
}

#[test]
fn the_project_and_the_system_are_read_and_the_rest_is_not() {
    let rules = made_rules("/home/ann/w", "{}", false, &Made::with(HOME));
    assert_eq!(given(&rules, "/home/ann/w/a"), [Access::Read]);
    assert_eq!(given(&rules, "/etc/passwd"), [Access::Read]);
    assert_eq!(given(&rules, "/tmp/s/f"), [Access::Write]);
    for path in [
        "/srv/data/f",
        "/home/ann/notes",
        "/home/ann/.ssh/id",
        "/home/ann/.config/gh/hosts.yml",
    ] {
        assert!(given(&rules, path).is_empty(), "{path}");
    }
}

#[test]
fn above_a_store_children_are_opened_one_by_one() {
    let rules = made_rules("/home/ann", r#"{"write":"here"}"#, false, &Made::with(HOME));
    assert!(given(&rules, "/home/ann/notes").contains(&Access::Write));
    assert!(given(&rules, "/home/ann/.config/htop/htoprc").contains(&Access::Write));
    assert!(
        !given(&rules, "/home/ann/.bashrc").contains(&Access::Write),
        "a start file"
    );
    assert!(given(&rules, "/home/ann/.bashrc").contains(&Access::Read));
    for folder in [
        "/home/ann",
        "/home/ann/.config",
        "/home/ann/.local/share",
        "/home/ann/w",
        "/home/ann/w/.git",
    ] {
        assert!(!given(&rules, folder).contains(&Access::Write), "{folder}");
    }
    assert!(
        given(&rules, "/home/ann/.ssh/id")
            .iter()
            .all(|access| *access == Access::List)
    );
}

#[test]
fn masks_leave_the_folder_whole() {
    let rules = made_rules("/home/ann", r#"{"write":"here"}"#, true, &Made::with(HOME));
    assert!(given(&rules, "/home/ann/new").contains(&Access::Write));
    assert!(given(&rules, "/home/ann/.ssh/id").is_empty());
    for (set, path) in [
        (&rules.masked, "/home/ann/.local/share/lever-runner"),
        (&rules.read_only, "/home/ann/.bashrc"),
        (&rules.read_only, "/home/ann/w/.git/hooks"),
        (&rules.read_only, "/home/ann/w/.git/modules/m/config"),
        (&rules.pinned, "/home/ann/.config"),
        (&rules.pinned, "/home/ann/w/.git"),
        (&rules.absent, "/home/ann/.profile"),
        (&rules.absent, "/home/ann/.aws"),
        (&rules.absent, "/home/ann/w/.git/commondir"),
        (&rules.writable, "/home/ann"),
    ] {
        assert!(set.contains(Path::new(path)), "{path} {rules:?}");
    }
}

#[test]
fn names_open_what_they_name_and_no_more() {
    let tree = Made::with(&[
        "/home/ann/.ssh/config",
        "/home/ann/.ssh/id",
        "/home/ann/.bashrc",
        "/usr/bin/x",
    ]);
    let rules = made_rules(
        "/home/ann",
        r#"{"named_secrets":["~/.ssh/config"]}"#,
        false,
        &tree,
    );
    assert!(given(&rules, "/home/ann/.ssh/config").contains(&Access::Read));
    assert!(!given(&rules, "/home/ann/.ssh/id").contains(&Access::Read));
    let rules = made_rules("/home/ann", r#"{"write":["~/.bashrc"]}"#, false, &tree);
    assert!(given(&rules, "/home/ann/.bashrc").contains(&Access::Write));
    let rules = made_rules("/home/ann", r#"{"read":["~/.ssh/id"]}"#, false, &tree);
    assert!(
        !given(&rules, "/home/ann/.ssh/id").contains(&Access::Read),
        "reading is not naming"
    );
}

#[test]
fn links_are_followed_where_they_are_named_and_not_where_they_lie() {
    let mut tree = Made::with(&["/data/keys/id", "/srv/secret/f", "/home/ann/w/a", "/usr/bin/x"]);
    tree.0
        .insert("/home/ann/.ssh".into(), (Kind::Link, Some("/data/keys".into())));
    tree.0
        .insert("/home/ann/w/out".into(), (Kind::Link, Some("/srv/secret".into())));
    let rules = made_rules("/home/ann", r#"{"read":["/data"]}"#, false, &tree);
    assert!(!given(&rules, "/data/keys/id").contains(&Access::Read));
    assert!(given(&rules, "/srv/secret/f").is_empty());
    let rules = made_rules("/home/ann", r#"{"read":["w/out"]}"#, false, &tree);
    assert!(given(&rules, "/srv/secret/f").contains(&Access::Read));
}

#[test]
fn a_path_that_is_not_there_yet_opens_its_folder() {
    let tree = Made::with(&["/home/ann/w/a", "/usr/bin/x"]);
    let rules = made_rules("/home/ann/w", r#"{"write":["out/new.txt","b"]}"#, true, &tree);
    assert_eq!(
        rules.writable,
        BTreeSet::from(["/home/ann/w".into(), "/tmp/s".into()])
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever lies around, and wherever a run starts with whatever permissions: no store is read or written, and nothing
    /// above one can be renamed.
    #[test]
    fn no_store_is_ever_opened(
        names in prop::collection::vec(prop::collection::vec(prop::sample::select(vec![".ssh", ".config", "gh", "w", "id", ".git", "hooks", "a", ".aws"]), 1..5), 0..12),
        cwd in prop::sample::select(vec!["/", "/home", "/home/ann", "/home/ann/w", "/home/ann/.ssh", "/home/ann/.config"]),
        read in prop::sample::select(vec!["/", "~", "~/.ssh", "~/.config/gh", "/home/ann/w"]),
        write in prop::sample::select(vec![r#""none""#, r#""here""#, r#"["~"]"#, r#"["/"]"#, r#"["~/.ssh/id"]"#]),
        masks: bool,
    ) {
        let mut tree = Made::with(HOME);
        for name in names {
            let path = Path::new("/home/ann").join(name.join("/"));
            // What is a file already has nothing beneath it.
            if !path.ancestors().skip(1).any(|above| tree.kind(above) == Some(Kind::File)) {
                tree.add(&path);
            }
        }
        let rules = made_rules(cwd, &format!(r#"{{"read":["{read}"],"write":{write}}}"#), masks, &tree);
        for path in tree.0.keys() {
            let store = [".ssh", ".aws", ".config/gh", ".local/share/lever-runner"].iter().any(|store| path.starts_with(Path::new("/home/ann").join(store)));
            if store {
                let given = given(&rules, path.to_str().expect("utf-8"));
                prop_assert!(given.iter().all(|access| *access == Access::List), "{} {given:?}", path.display());
            }
        }
        for store in &rules.masked {
            for above in store.ancestors().skip(1) {
                let root = rules.writable.contains(above);
                let writable = rules.grants.iter().any(|grant| grant.access == Access::Write && above.starts_with(&grant.path));
                prop_assert!(!writable || root || rules.pinned.contains(above), "{} above {}", above.display(), store.display());
            }
        }
    }
}
