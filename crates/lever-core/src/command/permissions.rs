//! What the kernel lets a run do.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The limits of one command's runs: derived from its effects, adjustable by its owner, part of what is approved.
///
/// Paths in [`read`](Self::read) and [`Write::Paths`] are absolute, or relative to the working folder (`.` is that folder
/// itself), or begin with `~/`. They may hold parameters, `{{name}}`, which stand for the values bound to them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // independent rights, granted one by one
pub struct Permissions {
    /// Where the command runs.
    pub cwd: Cwd,
    /// What it may read beyond the system's folders, the working folder and its scratch folder.
    pub read: Vec<String>,
    /// Secret stores under HOME, or paths in one, that it may read: `~/.ssh`. Nothing else opens one, and no parameter does.
    pub secrets: Vec<String>,
    /// What it may write beyond its scratch folder.
    pub write: Write,
    /// Whether the programs that a git repository's own settings name may run.
    pub repository: Repository,
    /// Which sockets it may open.
    pub net: Net,
    /// Whether it may ask the kernel about interfaces, routes and sockets over netlink.
    pub netlink: bool,
    /// What it may do to processes other than its own.
    pub processes: Processes,
    /// Variables passed on beyond the usual few.
    pub env: Vec<String>,
    /// It wants a terminal.
    pub interactive: bool,
    /// Its own time limit in seconds.
    pub timeout_s: Option<u32>,
    /// Exit codes other than 0 that are an answer and not a failure; ascending, without repeats.
    pub ok_exit: Vec<i32>,
    /// It may leave a process behind when it ends.
    pub detach: bool,
    /// It runs unconfined.
    pub host: bool,
}

/// The folder a command runs in. In JSON: `"here"`, `"scratch"` or a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cwd {
    /// The caller's folder.
    #[default]
    Here,
    /// A fresh private folder, removed afterwards.
    Scratch,
    /// A fixed folder.
    Path(String),
}

/// What a command may write. In JSON: `"none"`, `"here"` or a list of paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Write {
    /// Nothing but its scratch folder.
    #[default]
    None,
    /// Below the working folder.
    Here,
    /// Below these paths; `.` among them is the working folder.
    Paths(Vec<String>),
}

/// Programs that a git repository's own settings name: its hooks, `core.fsmonitor`, filters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repository {
    /// The command has to do with none.
    #[default]
    Unused,
    /// They do not run.
    Closed,
    /// They may run.
    Open,
}

/// Which sockets a command may open, each including those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Net {
    /// None but socket pairs of its own.
    #[default]
    None,
    /// Unix sockets, as docker's.
    Unix,
    /// Everything a user may open.
    All,
}

/// What a command may do to other processes, each including those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Processes {
    /// It sees and signals only those it started.
    #[default]
    Own,
    /// It may look into the user's other processes, as `lsof` does.
    See,
    /// It may signal them too.
    Signal,
}

impl Permissions {
    /// True if a run under `self` may do something that one under `other` may not.
    ///
    /// Paths are compared as text: a path below one that `other` grants still counts as more, which errs on the safe side.
    /// Time limits and exit codes are not rights and are left out.
    #[must_use]
    pub fn exceed(&self, other: &Self) -> bool {
        let beyond = |mine: &[String], theirs: &[String]| mine.iter().any(|entry| !theirs.contains(entry));
        (self.host && !other.host)
            || (!other.host
                && (self.cwd != other.cwd
                    || beyond(&self.read, &other.read)
                    || beyond(&self.secrets, &other.secrets)
                    || beyond(&self.write.paths(), &other.write.paths())
                    || (self.repository > other.repository && self.repository == Repository::Open)
                    || self.net > other.net
                    || (self.netlink && !other.netlink)
                    || self.processes > other.processes
                    || beyond(&self.env, &other.env)
                    || (self.interactive && !other.interactive)
                    || (self.detach && !other.detach)))
    }

    /// Adds what `other` grants; the working folder and the time limit stay.
    pub fn widen(&mut self, other: &Self) {
        let add = |to: &mut Vec<String>, from: &[String]| {
            for entry in from {
                if !to.contains(entry) {
                    to.push(entry.clone());
                }
            }
        };
        add(&mut self.read, &other.read);
        add(&mut self.secrets, &other.secrets);
        self.write.widen(&other.write);
        self.repository = self.repository.max(other.repository);
        self.net = self.net.max(other.net);
        self.netlink |= other.netlink;
        self.processes = self.processes.max(other.processes);
        add(&mut self.env, &other.env);
        self.interactive |= other.interactive;
        self.ok_exit.extend(&other.ok_exit);
        self.ok_exit.sort_unstable();
        self.ok_exit.dedup();
        self.detach |= other.detach;
        self.host |= other.host;
    }
}

impl Write {
    /// The granted paths; the working folder is `.`.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::Here => vec![".".to_owned()],
            Self::Paths(paths) => paths.clone(),
        }
    }

    /// Adds what `other` grants, in the shortest of the three forms.
    pub fn widen(&mut self, other: &Self) {
        let mut paths = self.paths();
        for path in other.paths() {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        *self = Self::from_paths(paths);
    }

    /// The shortest form that grants these paths. A relative path is below the working folder, so that `.` covers it,
    /// unless it climbs out by `..`.
    #[must_use]
    pub fn from_paths(mut paths: Vec<String>) -> Self {
        let inside = |path: &str| {
            path != "."
                && !path.starts_with(['/', '~'])
                && !path.contains("{{")
                && !path.split('/').any(|part| part == "..")
        };
        if paths.iter().any(|path| path == ".") {
            paths.retain(|path| !inside(path));
        }
        match paths.as_slice() {
            [] => Self::None,
            [only] if only == "." => Self::Here,
            _ => Self::Paths(paths),
        }
    }
}

impl Serialize for Cwd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Here => "here",
            Self::Scratch => "scratch",
            Self::Path(path) => path,
        })
    }
}

impl<'de> Deserialize<'de> for Cwd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "here" => Ok(Self::Here),
            "scratch" => Ok(Self::Scratch),
            path if path.starts_with('/') || path == "~" || path.starts_with("~/") => Ok(Self::Path(text)),
            other => Err(de::Error::custom(format!(
                "cwd is `{other}`: write `here`, `scratch` or a path that begins with / or ~/"
            ))),
        }
    }
}

impl Serialize for Write {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_str("none"),
            Self::Here => serializer.serialize_str("here"),
            Self::Paths(paths) => paths.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Write {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Word(String),
            List(Vec<String>),
        }
        match Form::deserialize(deserializer)? {
            Form::Word(word) if word == "none" => Ok(Self::None),
            Form::Word(word) if word == "here" => Ok(Self::Here),
            Form::Word(word) => Err(de::Error::custom(format!(
                "write is `{word}`: write `none`, `here` or a list of paths"
            ))),
            Form::List(paths) => Ok(Self::Paths(paths)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Permissions {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn json_is_as_documented_and_comes_back() {
        let json = r#"{"cwd":"here","read":["~/.gitconfig"],"secrets":["~/.ssh"],"write":["/srv/www","{{out}}"],"repository":"closed","net":"unix","netlink":false,"processes":"see","env":["KUBECONFIG"],"interactive":false,"timeout_s":5,"ok_exit":[1],"detach":false,"host":false}"#;
        assert_eq!(serde_json::to_string(&parse(json)).unwrap(), json);
        assert_eq!(parse("{}"), Permissions::default());
        assert_eq!(
            parse(r#"{"cwd":"/srv","write":"here"}"#).cwd,
            Cwd::Path("/srv".into())
        );
    }

    #[test]
    fn misspelt_values_are_refused() {
        for json in [
            r#"{"cwd":"hre"}"#,
            r#"{"write":"everywhere"}"#,
            r#"{"net":"some"}"#,
            r#"{"processes":"kill"}"#,
            r#"{"networking":"all"}"#,
        ] {
            assert!(serde_json::from_str::<Permissions>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn every_right_counts_as_wider() {
        let none = Permissions::default();
        for json in [
            r#"{"cwd":"/"}"#,
            r#"{"read":["~/.config"]}"#,
            r#"{"secrets":["~/.ssh"]}"#,
            r#"{"write":"here"}"#,
            r#"{"repository":"open"}"#,
            r#"{"net":"unix"}"#,
            r#"{"netlink":true}"#,
            r#"{"processes":"see"}"#,
            r#"{"env":["LD_PRELOAD"]}"#,
            r#"{"interactive":true}"#,
            r#"{"detach":true}"#,
            r#"{"host":true}"#,
        ] {
            let wider = parse(json);
            assert!(wider.exceed(&none), "{json}");
            assert!(!none.exceed(&wider) || json.contains("cwd"), "{json}");
            assert!(!wider.exceed(&wider), "{json}");
        }
        assert!(!parse(r#"{"timeout_s":9,"ok_exit":[1]}"#).exceed(&none));
        assert!(!parse(r#"{"repository":"closed"}"#).exceed(&none));
        assert!(!parse(r#"{"net":"all"}"#).exceed(&parse(r#"{"host":true}"#)));
    }

    #[test]
    fn widening_adds_and_keeps_the_short_form() {
        let mut mine = parse(r#"{"write":["out.txt"],"ok_exit":[2]}"#);
        mine.widen(&parse(r#"{"write":"here","net":"all","ok_exit":[1,2]}"#));
        assert_eq!(mine, parse(r#"{"write":"here","net":"all","ok_exit":[1,2]}"#));
        mine.widen(&parse(r#"{"write":["/srv"]}"#));
        assert_eq!(mine.write, Write::Paths(vec![".".into(), "/srv".into()]));
        let mut climbing = Write::Here;
        climbing.widen(&Write::Paths(vec!["../x".into()]));
        assert_eq!(climbing, Write::Paths(vec![".".into(), "../x".into()]));
    }
}
