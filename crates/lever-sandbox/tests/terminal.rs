//! At a terminal: the command is the foreground job, keys reach it, and the terminal comes back in order.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod launch;

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use launch::{Run, Who, World, eventually, is_root, skip};
use lever_sandbox::report::Report;

/// An interactive shell on a terminal of its own.
struct Session {
    shell: Child,
    keyboard: File,
    screen: Arc<Mutex<String>>,
}

impl Session {
    fn new(who: Who) -> Self {
        let (mut master, mut slave) = (0, 0);
        let none = std::ptr::null_mut();
        // SAFETY: room for two descriptors, no name, default settings and size.
        unsafe {
            assert_eq!(
                libc::openpty(&raw mut master, &raw mut slave, none, none.cast(), none.cast()),
                0
            );
        };
        // SAFETY: both are new and owned here.
        let (master, slave) = unsafe { (File::from_raw_fd(master), File::from_raw_fd(slave)) };
        // SAFETY: sets a flag.
        unsafe { libc::fcntl(master.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) };
        let mut command = Command::new("bash");
        command
            .args(["--norc", "--noprofile", "-i"])
            .env_clear()
            .env("PATH", launch::PATH)
            .env("PS1", "ready> ")
            .env("HOME", "/");
        command
            .stdin(slave.try_clone().unwrap())
            .stdout(slave.try_clone().unwrap())
            .stderr(slave.try_clone().unwrap())
            .current_dir("/");
        if is_root() {
            // The terminal is its user's, as at a login.
            std::os::unix::fs::fchown(&slave, Some(who.uid()), None).unwrap();
            command.uid(who.uid()).gid(who.uid());
        }
        // SAFETY: system calls only.
        unsafe {
            command.pre_exec(|| {
                libc::setsid();
                libc::ioctl(0, libc::TIOCSCTTY, 0);
                Ok(())
            });
        }
        let shell = command.spawn().unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let (shown, mut output) = (screen.clone(), master.try_clone().unwrap());
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(got) = output.read(&mut bytes) {
                shown
                    .lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(&bytes[..got]));
            }
        });
        let session = Self {
            shell,
            keyboard: master,
            screen,
        };
        session.expect("ready> ");
        session
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the text to be shown, and forgets the screen up to its end.
    fn expect(&self, text: &str) {
        let shown = eventually(|| self.screen.lock().unwrap().contains(text));
        let mut screen = self.screen.lock().unwrap();
        assert!(shown, "waited for {text:?}, got {screen:?}");
        let end = screen.find(text).unwrap() + text.len();
        screen.drain(..end);
    }

    /// Presses Ctrl-C once the job has the terminal: a shell may still be about to hand it over when the job's first words
    /// are shown.
    fn interrupt(&mut self, shell: i32) {
        assert!(eventually(|| self.foreground() != shell));
        self.press("\x03");
    }

    /// The group that has the terminal.
    fn foreground(&self) -> i32 {
        // SAFETY: takes a descriptor.
        unsafe { libc::tcgetpgrp(self.keyboard.as_raw_fd()) }
    }

    /// Writes a policy and types a line in which `RUN` runs it.
    fn start(&mut self, world: &World, run: &Run, line: &str) {
        let (policy, report) = (world.text("tmp/policy"), world.text("tmp/report"));
        fs::write(&policy, run.policy.to_string()).unwrap();
        let _ = fs::remove_file(&report);
        let launcher = Run::launcher();
        self.press(&format!(
            "{}\n",
            line.replace("RUN", &format!("'{launcher}' 3<'{policy}' 4>'{report}'"))
        ));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

fn report(world: &World) -> Report {
    let file = world.path("tmp/report");
    assert!(
        eventually(|| fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n'))),
        "no report"
    );
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn sessions() -> impl Iterator<Item = (World, Session)> {
    let installed = std::path::Path::new("/bin/bash").exists();
    if !installed {
        skip("terminals", "bash is not installed");
    }
    Who::all()
        .into_iter()
        .filter(move |_| installed)
        .map(|who| (World::new(who), Session::new(who)))
}

fn job(world: &World, script: &str) -> Run {
    world
        .sh(script)
        .set("mode", "terminal")
        .set("timeout_ms", serde_json::Value::Null)
}

#[test]
fn the_command_has_the_terminal_and_gives_it_back() {
    for (world, mut session) in sessions() {
        let shell = session.foreground();
        let run = job(
            &world,
            "tty; echo pgrp $(ps -o pgid=,tpgid= -p $$); read line; echo got $line; stty -echo",
        );
        session.start(&world, &run, "RUN");
        session.expect("pgrp");
        assert!(eventually(|| session.foreground() != shell));
        session.press("words\n");
        session.expect("got words");
        session.expect("ready> ");
        assert_eq!(session.foreground(), shell, "{:?}", world.who);
        assert_eq!(report(&world).exit_code, Some(0));
        session.press("echo al''ive\n");
        session.expect("alive");
    }
}

#[test]
fn ctrl_c_ends_the_command_and_not_the_shell() {
    for (world, mut session) in sessions() {
        let shell = session.foreground();
        session.start(&world, &job(&world, "echo started; exec sleep 60"), "RUN");
        session.expect("started");
        session.interrupt(shell);
        session.expect("ready> ");
        let report = report(&world);
        assert!(
            report.interrupted && report.signal == Some(libc::SIGINT),
            "{report:?}"
        );
        // What catches it goes on.
        session.start(
            &world,
            &job(
                &world,
                "trap 'go=1' INT; echo started; while [ -z \"$go\" ]; do sleep 0.05; done; echo on",
            ),
            "RUN",
        );
        session.expect("started");
        session.interrupt(shell);
        session.expect("on\r");
    }
}

#[test]
fn ctrl_z_stops_the_job_and_fg_continues_it() {
    for (world, mut session) in sessions() {
        let shell = session.foreground();
        session.start(
            &world,
            &job(
                &world,
                "echo started; read a; echo first $a; read b; echo second $b",
            ),
            "RUN",
        );
        session.expect("started");
        session.press("\x1a");
        session.expect("Stopped");
        session.expect("ready> ");
        assert_eq!(session.foreground(), shell);
        session.press("echo shell''works\n");
        session.expect("shellworks");
        session.press("fg\n");
        assert!(eventually(|| session.foreground() != shell));
        session.press("one\n");
        session.expect("first one");
        session.press("\x1a");
        session.expect("Stopped");
        session.press("fg\n");
        assert!(eventually(|| session.foreground() != shell));
        std::thread::sleep(Duration::from_millis(50));
        session.press("two\n");
        session.expect("second two");
        assert_eq!(report(&world).exit_code, Some(0));
    }
}

#[test]
fn in_a_pipeline_the_others_keep_the_terminal_too() {
    for (world, mut session) in sessions() {
        let shell = session.foreground();
        let run = job(&world, "echo one; echo two");
        session.start(
            &world,
            &run,
            "RUN | { read x; echo pipe $x; read y </dev/tty; echo typed $y; }",
        );
        session.expect("pipe one");
        session.press("keys\n");
        session.expect("typed keys");
        // Ctrl-C reaches the command as a member of the job.
        session.start(
            &world,
            &job(&world, "echo started >&2; exec sleep 60"),
            "RUN | cat",
        );
        session.expect("started");
        session.interrupt(shell);
        session.expect("ready> ");
        assert!(report(&world).interrupted);
    }
}

#[test]
fn a_background_job_does_not_take_the_terminal() {
    for (world, mut session) in sessions() {
        let shell = session.foreground();
        session.start(&world, &job(&world, "echo started; sleep 1; echo done"), "RUN &");
        session.expect("started");
        assert_eq!(session.foreground(), shell);
        session.press("echo shell''works\n");
        session.expect("shellworks");
        session.expect("done");
    }
}

#[test]
fn a_closed_terminal_ends_the_run() {
    for (world, mut session) in sessions() {
        let pid_file = world.text("home/project/pid");
        session.start(
            &world,
            &job(
                &world,
                &format!("(setsid sh -c 'echo $$ > {pid_file}; sleep 60' &); sleep 60"),
            )
            .permit("write", "here"),
            "RUN",
        );
        let daemon = launch::pid_in(pid_file.as_ref());
        assert!(launch::alive(daemon));
        session.shell.kill().unwrap();
        session.shell.wait().unwrap();
        drop(session);
        assert!(eventually(|| !launch::alive(daemon)));
    }
}

#[test]
fn nothing_is_typed_into_the_owners_shell() {
    if !std::path::Path::new("/usr/bin/python3").exists() {
        return skip("typing into the terminal", "there is no /usr/bin/python3");
    }
    for (world, mut session) in sessions() {
        let attack =
            "import fcntl,termios\nfor c in 'echo typed-in\\n': fcntl.ioctl(0,termios.TIOCSTI,c.encode())";
        let run = |world: &World| world.python(attack).unwrap().set("mode", "terminal");
        // Kernels since 6.2 can refuse it to all but root.
        let legacy =
            fs::read_to_string("/proc/sys/dev/tty/legacy_tiocsti").map_or(true, |text| text.trim() != "0");
        if legacy || world.who == Who::Root {
            session.start(&world, &run(&world).unconfined(), "RUN; echo fin''ished");
            session.expect("\ntyped-in");
        } else {
            skip(
                "the positive control of typing into the terminal",
                "this kernel refuses it to users",
            );
        }
        session.start(&world, &run(&world), "RUN; echo fin''ished");
        session.expect("PermissionError");
        assert!(
            report(&world)
                .error
                .is_none_or(|error| error.code != "confinement_failed")
        );
    }
}
