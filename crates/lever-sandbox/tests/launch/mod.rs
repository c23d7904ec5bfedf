//! Runs the real executable: a policy in, a report and the command's output out.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "each test file uses a part; a broken harness should panic"
)]

use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lever_sandbox::report::Report;
use serde_json::{Value, json};

/// An ordinary user: whoever runs the tests, or, when that is root, one that root becomes.
const ORDINARY_UID: u32 = 65_534;
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Who runs the launcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Root,
    User,
}

impl Who {
    /// The identities that can be tested here; says which cannot.
    pub fn all() -> Vec<Self> {
        if is_root() {
            vec![Self::Root, Self::User]
        } else {
            eprintln!("SKIPPED as root: the tests do not run as root");
            vec![Self::User]
        }
    }

    pub fn uid(self) -> u32 {
        match self {
            Self::Root => 0,
            Self::User if is_root() => ORDINARY_UID,
            // SAFETY: takes nothing.
            Self::User => unsafe { libc::geteuid() },
        }
    }
}

pub fn is_root() -> bool {
    // SAFETY: takes nothing.
    unsafe { libc::geteuid() == 0 }
}

/// Says that a test, or a part of it, did not run.
pub fn skip(what: &str, why: &str) {
    eprintln!("SKIPPED {what}: {why}");
}

/// A made-up home, with a project and a folder outside, owned by the identity that is tested.
pub struct World {
    pub who: Who,
    pub root: tempfile::TempDir,
}

impl World {
    pub fn new(who: Who) -> Self {
        let root = tempfile::Builder::new()
            .prefix("lever-sandbox-test-")
            .tempdir_in("/tmp")
            .unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        let world = Self { who, root };
        for folder in [
            "home/.ssh",
            "home/.config/gh",
            "home/.local/share/lever-runner",
            "home/project",
            "outside",
            "tmp",
        ] {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        for (file, text) in [
            ("home/.ssh/id", "PRIVATE KEY"),
            ("home/.config/gh/hosts.yml", "TOKEN"),
            ("home/.local/share/lever-runner/lever.db", "DATABASE"),
            ("home/.netrc", "NETRC"),
            ("home/.bashrc", "# start\n"),
            ("home/notes.txt", "notes\n"),
            ("home/project/readme.txt", "readme\n"),
            ("outside/file.txt", "outside\n"),
        ] {
            fs::write(world.path(file), text).unwrap();
        }
        fs::set_permissions(world.path("tmp"), Permissions::from_mode(0o1777)).unwrap();
        world.own();
        world
    }

    /// Gives everything to the identity that is tested.
    pub fn own(&self) {
        fn walk(path: &Path, uid: u32) {
            std::os::unix::fs::lchown(path, Some(uid), Some(uid)).unwrap();
            if path.symlink_metadata().unwrap().is_dir() {
                for entry in fs::read_dir(path).unwrap() {
                    walk(&entry.unwrap().path(), uid);
                }
            }
        }
        if is_root() {
            walk(&self.path("home"), self.who.uid());
            walk(&self.path("outside"), self.who.uid());
        }
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.path().join(relative)
    }

    pub fn text(&self, relative: &str) -> String {
        self.path(relative).display().to_string()
    }

    /// A run of `argv` in the project folder.
    pub fn run(&self, argv: &[&str]) -> Run {
        Run {
            namespaces: true,
            landlock: true,
            who: self.who,
            policy: json!({
                "version": 1,
                "argv": argv,
                "cwd": self.text("home/project"),
                "env": {"PATH": PATH, "HOME": self.text("home"), "LANG": "C.UTF-8", "LC_ALL": "C"},
                "mode": "captured",
                "timeout_ms": 20_000,
                "grace_ms": 100,
                "scratch": {"root": self.text("tmp")},
                "permissions": {},
                "home": self.text("home"),
                "deny_read": [self.text("home/.local/share/lever-runner")],
            }),
        }
    }

    /// A shell script in the project folder.
    pub fn sh(&self, script: &str) -> Run {
        self.run(&["sh", "-c", script])
    }

    /// A Python program in the project folder; `None`, with a word, where there is no Python.
    pub fn python(&self, program: &str) -> Option<Run> {
        if Path::new("/usr/bin/python3").exists() {
            return Some(self.run(&["/usr/bin/python3", "-c", program]));
        }
        skip("an attack", "there is no /usr/bin/python3 to mount it with");
        None
    }
}

/// A run to be.
#[derive(Clone)]
pub struct Run {
    pub who: Who,
    pub policy: Value,
    /// Whether the launcher may make namespaces. Containers and some distributions say no.
    pub namespaces: bool,
    /// Whether the kernel is to know Landlock.
    pub landlock: bool,
}

/// What became of it.
#[derive(Debug)]
pub struct Done {
    pub report: Report,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Done {
    pub fn succeeded(&self) -> bool {
        self.report.exit_code == Some(0)
    }

    pub fn code(&self) -> &str {
        self.report.error.as_ref().map_or("", |error| &error.code)
    }
}

/// A run under way.
pub struct Running {
    pub child: Child,
    pub report: File,
    started: Instant,
}

impl Run {
    #[must_use]
    pub fn set(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        let (parent, name) = pointer.rsplit_once('.').unwrap_or(("", pointer));
        let parent = if parent.is_empty() {
            &mut self.policy
        } else {
            &mut self.policy[parent]
        };
        parent[name] = value.into();
        self
    }

    #[must_use]
    pub fn permit(self, name: &str, value: impl Into<Value>) -> Self {
        self.set(&format!("permissions.{name}"), value)
    }

    /// The same where no namespace can be made.
    #[must_use]
    pub fn without_namespaces(self) -> Self {
        Self {
            namespaces: false,
            ..self
        }
    }

    /// The same on a kernel that has never heard of Landlock.
    #[must_use]
    pub fn without_landlock(self) -> Self {
        Self {
            landlock: false,
            ..self
        }
    }

    /// The positive control: the same without confinement.
    #[must_use]
    pub fn unconfined(self) -> Self {
        self.set("confine", "off")
    }

    pub fn spawn(&self) -> Running {
        self.spawn_with(Stdio::null(), Stdio::piped(), Stdio::piped())
    }

    /// The launcher that is tested: this build's, or the file that `LEVER_SANDBOX_UNDER_TEST` names.
    pub fn launcher() -> String {
        std::env::var("LEVER_SANDBOX_UNDER_TEST")
            .unwrap_or_else(|_| env!("CARGO_BIN_EXE_lever-sandbox").to_owned())
    }

    pub fn spawn_with(&self, stdin: Stdio, stdout: Stdio, stderr: Stdio) -> Running {
        let mut command = Command::new(Self::launcher());
        command
            .env_clear()
            .stdin(stdin)
            .stdout(stdout)
            .stderr(stderr)
            .current_dir("/");
        if self.who == Who::User && is_root() {
            command.uid(ORDINARY_UID).gid(ORDINARY_UID);
        }
        if !self.namespaces {
            // SAFETY: system calls only.
            unsafe { command.pre_exec(|| refuse_call(libc::SYS_unshare, libc::EPERM)) };
        }
        if !self.landlock {
            // SAFETY: as above.
            unsafe { command.pre_exec(|| refuse_call(libc::SYS_landlock_create_ruleset, libc::ENOSYS)) };
        }
        spawn_with_pipes(command, self.policy.to_string().as_bytes())
    }

    pub fn done(&self) -> Done {
        self.spawn().wait()
    }
}

/// Starts a launcher with its policy and its report where it expects them.
pub fn spawn_with_pipes(mut command: Command, policy: &[u8]) -> Running {
    let ((policy_out, policy_in), (report_out, report_in)) = (pipe(), pipe());
    let given = [policy_out.as_raw_fd(), report_in.as_raw_fd()];
    // SAFETY: only system calls that are safe after a fork. Above 4 first, since the ends may be 3 and 4 themselves.
    unsafe {
        command.pre_exec(move || {
            let [policy, report] = given.map(|fd| libc::fcntl(fd, libc::F_DUPFD, 10));
            libc::dup2(policy, 3);
            libc::dup2(report, 4);
            libc::close(policy);
            libc::close(report);
            Ok(())
        });
    }
    let started = Instant::now();
    let child = command.spawn().unwrap();
    drop((policy_out, report_in));
    // One that is too large is not read to its end.
    let _ = File::from(policy_in).write_all(policy);
    Running {
        child,
        report: report_out.into(),
        started,
    }
}

/// Makes a system call fail for this process and its descendants, as a container's filter or an older kernel does.
fn refuse_call(call: libc::c_long, error: libc::c_int) -> std::io::Result<()> {
    let step = |code: u32, jt, jf, k| libc::sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    };
    let filter = [
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, call as u32),
        step(
            libc::BPF_RET | libc::BPF_K,
            0,
            0,
            libc::SECCOMP_RET_ERRNO | error as u32,
        ),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: the program lives through the call.
    let refused = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                0,
                &raw const program,
            ) != 0
    };
    if refused {
        Err(std::io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn pipe() -> (OwnedFd, OwnedFd) {
    let mut ends = [0; 2];
    // SAFETY: room for two new descriptors, owned here.
    unsafe {
        assert_eq!(libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC), 0);
        (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1]))
    }
}

impl Running {
    pub fn wait(mut self) -> Done {
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        let reader = std::thread::spawn(move || read(stdout));
        let stderr = read(stderr);
        let stdout = reader.join().unwrap();
        let mut report = String::new();
        std::io::BufReader::new(&mut self.report)
            .read_line(&mut report)
            .unwrap();
        let took = self.started.elapsed();
        self.child.wait().unwrap();
        let report = serde_json::from_str(&report)
            .unwrap_or_else(|error| panic!("report {report:?}: {error}; {stderr}"));
        Done {
            report,
            stdout,
            stderr,
            took,
        }
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: integers only.
        unsafe { libc::kill(self.child.id().cast_signed(), signal) };
    }
}

fn read(stream: Option<impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        stream.read_to_end(&mut bytes).unwrap();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A world for each identity.
pub fn worlds() -> impl Iterator<Item = World> {
    Who::all().into_iter().map(World::new)
}

/// An attack succeeds when it exits with 0.
pub fn assert_held(name: &str, who: Who, attack: &Run) {
    let control = attack.clone().unconfined().done();
    assert!(
        control.succeeded(),
        "{name} as {who:?}: the positive control failed: {control:?}"
    );
    assert!(!control.report.sandbox.confined);
    let done = attack.done();
    assert!(
        done.report.error.is_none() && done.report.sandbox.confined,
        "{name} as {who:?}: {done:?}"
    );
    assert!(!done.succeeded(), "{name} as {who:?} got through: {done:?}");
}

/// A Python attack; skipped where there is no Python.
pub fn assert_python_held(name: &str, world: &World, change: impl Fn(Run) -> Run, program: &str) {
    if let Some(run) = world.python(program) {
        assert_held(name, world.who, &change(run));
    }
}

/// Waits until `met`, at most five seconds; whether it was.
pub fn eventually(mut met: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(5);
    while Instant::now() < until {
        if met() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    met()
}

/// Whether the process lives (a zombie does not).
pub fn alive(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// The process number that a run wrote to a file.
pub fn pid_in(path: &Path) -> i32 {
    assert!(
        eventually(|| fs::read_to_string(path).is_ok_and(|text| text.ends_with('\n'))),
        "no {}",
        path.display()
    );
    fs::read_to_string(path).unwrap().trim().parse().unwrap()
}
