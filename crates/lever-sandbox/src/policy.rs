//! The policy: what to run, and what the kernel lets it do. The contract with the caller.
//!
//! A policy is one JSON object, written to the launcher's descriptor 3 and closed; never an argument, since arguments are
//! visible to every process. Unknown fields are errors, so that a misspelt restriction is never silently no restriction.
//!
//! ```json
//! {
//!   "version": 1,
//!   "argv": ["git", "status"],
//!   "cwd": "/home/ann/project",
//!   "env": {"PATH": "/usr/bin:/bin", "HOME": "/home/ann"},
//!   "mode": "captured",
//!   "timeout_ms": 30000,
//!   "scratch": {"root": "/tmp"},
//!   "limits": {"cpu_s": 600, "processes": 512},
//!   "permissions": {"write": "none", "net": "none"},
//!   "home": "/home/ann",
//!   "deny_read": ["/home/ann/.local/share/lever-runner"]
//! }
//! ```
//!
//! Only `version`, `argv`, `cwd`, `env` and `mode` are required; a permission that is left out is the narrowest one.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

/// The only policy version there is.
pub const VERSION: u32 = 1;
/// A larger policy is refused, in bytes: the kernel's own limit on arguments and environment is 2 MiB.
pub const MAX_BYTES: usize = 4 << 20;

/// One command and everything that bounds it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Must be [`VERSION`].
    pub version: u32,
    /// Program and arguments; the program is looked up in `env`'s PATH unless it contains a slash.
    pub argv: Vec<String>,
    /// Further programs that a script starts by name. One that is found in a folder that others can write to ends the run
    /// before it begins; one that is not found is left to the script.
    #[serde(default)]
    pub programs: Vec<String>,
    /// The caller's folder, absolute.
    pub cwd: String,
    /// The complete environment. Variables that hijack loaders and interpreters are dropped all the same, see
    /// [`crate::environment`].
    pub env: BTreeMap<String, String>,
    /// Hijack variables to let through, by exact name.
    #[serde(default)]
    pub allow_env: Vec<String>,
    /// Who sits at the other end of the three standard streams.
    pub mode: Mode,
    /// Wall-clock limit in milliseconds; `null` is none.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// Milliseconds between asking the tree to end (TERM, or the caller's own signal) and KILL.
    #[serde(default = "default_grace")]
    pub grace_ms: u64,
    /// Where to make the run's scratch folder; `null` makes none.
    #[serde(default)]
    pub scratch: Option<Scratch>,
    /// Resource limits; `null` leaves the caller's own.
    #[serde(default)]
    pub limits: Limits,
    /// What the kernel lets the run do.
    #[serde(default)]
    pub permissions: Permissions,
    /// The owner's home folder, absolute: secret stores and start files are looked for beneath it.
    #[serde(default)]
    pub home: Option<String>,
    /// Further folders and files that no run may read, absolute; no permission opens them.
    #[serde(default)]
    pub deny_read: Vec<String>,
    /// As root only: the command does not need to be root, so run it as a throwaway user.
    #[serde(default)]
    pub drop_root: bool,
    /// Run although this kernel does not know every restriction; else the run is refused.
    #[serde(default)]
    pub accept_weaker: bool,
    /// `off` is the owner's word: the run is supervised but not confined, and the report says so.
    #[serde(default)]
    pub confine: Confine,
}

/// Who sits at the other end of the standard streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A person: the session and its terminal are kept, the command becomes the foreground job.
    Terminal,
    /// A program: own session, no terminal.
    Captured,
}

/// Where the scratch folder goes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scratch {
    /// The system's folder for temporary files, absolute.
    pub root: String,
}

/// Resource limits of every process of the run, or of the run as a whole where a control group can be made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// CPU seconds a process.
    pub cpu_s: Option<u64>,
    /// Largest file that may be written, in bytes.
    pub file_bytes: Option<u64>,
    /// Data segment and private mappings a process, in bytes; the memory of the whole run in a control group.
    pub data_bytes: Option<u64>,
    /// Open descriptors a process.
    pub files: Option<u64>,
    /// Processes and threads of the run.
    pub processes: Option<u64>,
}

/// What the kernel lets a run do. The default is the narrowest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permissions {
    /// `here` (the policy's `cwd`), `scratch`, or a path.
    pub cwd: Cwd,
    /// Paths to read besides the system's folders, the working folder and the scratch folder. Absolute, `~/..`, or relative
    /// to the working folder. A path in a secret store is not opened by this; see `named_secrets`.
    pub read: Vec<String>,
    /// Those of `read` and `write` that were checked as they are, absolute: where a link has come between, nothing is opened.
    pub checked: Vec<String>,
    /// Paths to write besides the scratch folder.
    pub write: Write,
    /// Socket families.
    pub net: Net,
    /// Read network state (`ip addr`, `ss`) over netlink although `net` is not `all`.
    pub netlink: bool,
    /// Other processes.
    pub processes: Processes,
    /// No confinement at all: for sudo, mounts and the like.
    pub host: bool,
    /// May leave processes behind when its own process ends.
    pub detach: bool,
    /// Secret stores, or paths in one, that this run may read: absolute or `~/..`.
    pub named_secrets: Vec<String>,
    /// Programs that a git repository's own settings name.
    pub repository: Repository,
}

/// The working folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Cwd {
    /// The caller's.
    #[default]
    Here,
    /// The scratch folder.
    Scratch,
    /// This path.
    Path(String),
}

impl From<String> for Cwd {
    fn from(text: String) -> Self {
        match text.as_str() {
            "here" => Self::Here,
            "scratch" => Self::Scratch,
            _ => Self::Path(text),
        }
    }
}

/// What may be written besides the scratch folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WriteText")]
pub enum Write {
    /// Nothing.
    #[default]
    None,
    /// The working folder and beneath.
    Here,
    /// These paths and beneath. A path that does not exist yet opens the folder that is to hold it.
    Paths(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WriteText {
    Word(String),
    Paths(Vec<String>),
}

impl TryFrom<WriteText> for Write {
    type Error = String;

    fn try_from(text: WriteText) -> Result<Self, String> {
        match text {
            WriteText::Word(word) if word == "none" => Ok(Self::None),
            WriteText::Word(word) if word == "here" => Ok(Self::Here),
            WriteText::Word(word) => Err(format!(
                "write is \"none\", \"here\" or a list of paths, not {word:?}"
            )),
            WriteText::Paths(paths) if paths.is_empty() => Ok(Self::None),
            WriteText::Paths(paths) => Ok(Self::Paths(paths)),
        }
    }
}

/// Socket families. A connected pair (`socketpair`) is always allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Net {
    /// No sockets.
    #[default]
    None,
    /// `AF_UNIX`: local daemons.
    Unix,
    /// `AF_UNIX`, `AF_INET`, `AF_INET6`, and netlink for reading routes and sockets.
    All,
}

/// Other processes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Processes {
    /// Signals and inspection end at the run's own processes. Process lists (`ps`) still work.
    #[default]
    Own,
    /// May look into other processes of the same user (`lsof`, `ss -p`): needs a run without Landlock, which the report
    /// lists as weaker.
    See,
    /// `see`, and may signal them.
    Signal,
}

/// Programs that a git repository's own settings name: see [`crate::repository`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
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

/// Whether to confine at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confine {
    /// As the permissions say.
    #[default]
    On,
    /// The owner turned confinement off.
    Off,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

const fn default_grace() -> u64 {
    5000
}

/// Why a policy was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PolicyError {
    /// Not JSON, or not of the policy's shape.
    #[error("the policy cannot be read: {0}")]
    Malformed(String),
    /// Another version of the contract.
    #[error(
        "the policy has version {0}, this launcher knows version {VERSION}; update lever-runner as a whole"
    )]
    Version(u32),
    /// More than [`MAX_BYTES`].
    #[error("the policy is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// A field whose value cannot be used.
    #[error("the policy's {field} {problem}")]
    Field {
        /// The field's path.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl PolicyError {
    /// Stable name of the error.
    pub const fn code(&self) -> &'static str {
        "policy_invalid"
    }
}

impl Policy {
    /// Reads and checks a policy.
    pub fn parse(json: &[u8]) -> Result<Self, PolicyError> {
        if json.len() > MAX_BYTES {
            return Err(PolicyError::TooLarge);
        }
        let malformed = |error: serde_json::Error| PolicyError::Malformed(error.to_string());
        // The version comes first: another version's unknown fields should be reported as another version.
        let Version { version } = serde_json::from_slice(json).map_err(malformed)?;
        if version != VERSION {
            return Err(PolicyError::Version(version));
        }
        let policy: Self = serde_json::from_slice(json).map_err(malformed)?;
        policy.check()?;
        Ok(policy)
    }

    /// Whether the kernel is to enforce the permissions.
    pub fn confined(&self) -> bool {
        self.confine == Confine::On && !self.permissions.host
    }

    fn check(&self) -> Result<(), PolicyError> {
        let field = |field, problem| Err(PolicyError::Field { field, problem });
        match self.argv.first() {
            None => return field("argv", "is empty"),
            Some(program) if program.is_empty() => return field("argv", "starts with an empty program name"),
            Some(_) => {}
        }
        if self.argv.iter().any(|argument| argument.contains('\0')) {
            return field("argv", "contains a NUL character");
        }
        if self
            .env
            .iter()
            .any(|(name, value)| name.contains(['\0', '=']) || name.is_empty() || value.contains('\0'))
        {
            return field("env", "has a name or value that no environment can hold");
        }
        let absolute = [
            ("cwd", Some(&self.cwd)),
            ("home", self.home.as_ref()),
            ("scratch.root", self.scratch.as_ref().map(|s| &s.root)),
        ];
        for (name, path) in absolute {
            if path.is_some_and(|path| !path.starts_with('/') || path.contains('\0')) {
                return field(name, "is not an absolute path");
            }
        }
        if self.deny_read.iter().any(|path| !path.starts_with('/')) {
            return field("deny_read", "has a path that is not absolute");
        }
        let permissions = &self.permissions;
        if permissions
            .named_secrets
            .iter()
            .any(|path| !path.starts_with(['/', '~']))
        {
            return field(
                "permissions.named_secrets",
                "has a path that is neither absolute nor beneath ~",
            );
        }
        if permissions.cwd == Cwd::Scratch && self.scratch.is_none() {
            return field("permissions.cwd", "is \"scratch\", but scratch is null");
        }
        Ok(())
    }

    /// The path that `text` means: `~` is the owner's home, a relative path starts at `base`. `.` and `..` are resolved by
    /// text, symbolic links are not.
    pub fn resolve(&self, text: &str, base: &Path) -> PathBuf {
        let path = match (text.strip_prefix('~'), &self.home) {
            (Some(""), Some(home)) => PathBuf::from(home),
            (Some(rest), Some(home)) if rest.starts_with('/') => Path::new(home).join(&rest[1..]),
            _ => base.join(text),
        };
        flatten(&path)
    }
}

/// `path` without `.` and `..`, by text.
pub fn flatten(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                flat.pop();
            }
            part => flat.push(part),
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALLEST: &str = r#"{"version":1,"argv":["true"],"cwd":"/","env":{},"mode":"captured"}"#;

    fn with(extra: &str) -> Result<Policy, PolicyError> {
        Policy::parse(
            SMALLEST
                .replace("\"mode\"", &format!("{extra},\"mode\""))
                .as_bytes(),
        )
    }

    #[test]
    fn what_is_left_out_is_narrowest() {
        let policy = Policy::parse(SMALLEST.as_bytes()).expect("smallest policy");
        let permissions = &policy.permissions;
        assert_eq!(
            (&permissions.write, permissions.net, permissions.processes),
            (&Write::None, Net::None, Processes::Own)
        );
        assert!(policy.confined() && !permissions.host && !permissions.detach && !permissions.netlink);
        assert_eq!(policy.grace_ms, 5000);
    }

    #[test]
    fn a_misspelt_restriction_is_an_error() {
        for extra in [
            r#""permisions":{}"#,
            r#""permissions":{"nett":"none"}"#,
            r#""limits":{"cpu":1}"#,
            r#""permissions":{"net":"some"}"#,
            r#""permissions":{"write":"all"}"#,
        ] {
            assert!(matches!(with(extra), Err(PolicyError::Malformed(_))), "{extra}");
        }
    }

    #[test]
    fn fields_are_checked() {
        for extra in [
            r#""home":"x""#,
            r#""deny_read":["x"]"#,
            r#""scratch":{"root":"tmp"}"#,
            r#""permissions":{"cwd":"scratch"}"#,
            r#""permissions":{"named_secrets":["x"]}"#,
        ] {
            assert!(matches!(with(extra), Err(PolicyError::Field { .. })), "{extra}");
        }
        let bad = |from: &str, to: &str| Policy::parse(SMALLEST.replace(from, to).as_bytes());
        assert_eq!(bad(":1,", ":2,").unwrap_err(), PolicyError::Version(2));
        assert!(
            bad(r#"["true"]"#, "[]").is_err()
                && bad(r#"["true"]"#, r#"[""]"#).is_err()
                && bad("true", r"a\u0000b").is_err()
        );
        assert!(bad("\"env\":{}", r#""env":{"A=B":"x"}"#).is_err());
    }

    #[test]
    fn write_is_a_word_or_paths() {
        assert_eq!(
            with(r#""permissions":{"write":"here"}"#)
                .expect("here")
                .permissions
                .write,
            Write::Here
        );
        assert_eq!(
            with(r#""permissions":{"write":[]}"#)
                .expect("none")
                .permissions
                .write,
            Write::None
        );
        assert_eq!(
            with(r#""permissions":{"write":["a"]}"#)
                .expect("paths")
                .permissions
                .write,
            Write::Paths(vec!["a".into()])
        );
    }

    #[test]
    fn paths_resolve_against_home_and_base() {
        let policy = with(r#""home":"/home/ann""#).expect("policy");
        for (text, path) in [
            ("~", "/home/ann"),
            ("~/x", "/home/ann/x"),
            ("~bob", "/w/~bob"),
            ("a/../b", "/w/b"),
            ("/e/./f", "/e/f"),
            ("../..", "/"),
        ] {
            assert_eq!(policy.resolve(text, Path::new("/w")), Path::new(path), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_read_panics(bytes: Vec<u8>, cut in 0..SMALLEST.len(), with in ".{0,8}") {
            let _ = Policy::parse(&bytes);
            let cut = format!("{}{with}{}", &SMALLEST[..cut], &SMALLEST[cut..]);
            let _ = Policy::parse(cut.as_bytes());
        }
    }
}
