//! Plain running: programs found, streams and codes passed through, trees ended, nothing left behind.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod launch;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use launch::{Who, World, alive, eventually, pid_in, worlds};
use lever_sandbox::report::{Status, code};
use serde_json::json;

/// A shell that starts a daemon by forking twice, which writes its number to the given file.
fn daemon(pid_file: &str, then: &str) -> String {
    format!(
        "(setsid sh -c 'echo $$ > {pid_file}; exec sleep 60' </dev/null >/dev/null 2>&1 &) ; while ! [ -s {pid_file} ]; do sleep 0.01; done; {then}"
    )
}

#[test]
fn output_codes_and_signals_pass_through() {
    for world in worlds() {
        let done = world.sh("echo out; echo err >&2; exit 7").done();
        assert_eq!(
            (done.stdout.as_str(), done.stderr.as_str(), done.report.exit_code),
            ("out\n", "err\n", Some(7)),
            "{done:?}"
        );
        assert_eq!(done.report.status, Status::Ran);
        let done = world.sh("kill -9 $$").done();
        assert_eq!((done.report.exit_code, done.report.signal), (None, Some(9)));
        assert!(!done.report.interrupted && !done.report.timed_out);
    }
}

#[test]
fn what_cannot_be_run_is_named() {
    for world in worlds() {
        let done = world.run(&["docker-that-is-absent"]).done();
        assert_eq!(
            (done.code(), done.report.status),
            (code::PROGRAM_NOT_FOUND, Status::Failed)
        );
        assert_eq!(
            done.report.error.unwrap().message,
            "docker-that-is-absent is not installed"
        );
        fs::write(world.path("home/project/inert"), "#!/bin/sh\n").unwrap();
        assert_eq!(
            world.run(&["./inert"]).done().code(),
            code::PROGRAM_NOT_EXECUTABLE
        );
        for (name, text, expected) in [
            ("orphan", "#!/no/such/interpreter\n", code::PROGRAM_NOT_FOUND),
            ("garbage", "\u{1}\u{2}", code::PROGRAM_NOT_EXECUTABLE),
        ] {
            let file = world.path(&format!("home/project/{name}"));
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            world.own();
            let done = world.run(&[&format!("./{name}")]).done();
            assert_eq!(done.code(), expected, "{done:?}");
        }
        assert_eq!(
            world
                .run(&["true"])
                .set("cwd", world.text("absent"))
                .done()
                .code(),
            code::CWD_UNUSABLE
        );
        assert_eq!(
            world.run(&["true"]).set("version", 2).done().code(),
            code::POLICY_INVALID
        );
    }
}

#[test]
fn a_program_in_the_working_folder_is_not_found_by_name() {
    for world in worlds() {
        let trap = world.path("home/project/ls");
        fs::write(&trap, "#!/bin/sh\necho trapped\n").unwrap();
        fs::set_permissions(&trap, fs::Permissions::from_mode(0o755)).unwrap();
        world.own();
        for path in [":/usr/bin:/bin", ".:/usr/bin:/bin", "/usr/bin:/bin:"] {
            let done = world.run(&["ls"]).set("env.PATH", path).done();
            assert!(
                done.succeeded() && !done.stdout.contains("trapped"),
                "{path}: {done:?}"
            );
        }
        let control = world
            .run(&["ls"])
            .set("env.PATH", world.text("home/project"))
            .done();
        assert_eq!(control.stdout, "trapped\n", "positive control: {control:?}");
        fs::set_permissions(world.path("home/project"), fs::Permissions::from_mode(0o777)).unwrap();
        let done = world
            .run(&["ls"])
            .set("env.PATH", world.text("home/project"))
            .done();
        assert_eq!(done.code(), code::PROGRAM_UNTRUSTED_FOLDER);
    }
}

#[test]
fn the_environment_is_the_policys_without_hijacks() {
    let world = World::new(Who::all()[0]);
    let run = world.run(&["env"]).set("env", json!({"PATH": launch::PATH, "A": "1", "LD_PRELOAD": "/x.so", "BASH_ENV": "/x", "NODE_OPTIONS": "-r x"}));
    let done = run.clone().done();
    let names: Vec<&str> = done
        .stdout
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["A", "PATH", "TMPDIR"], "{done:?}");
    assert!(
        run.set("allow_env", json!(["BASH_ENV"]))
            .done()
            .stdout
            .contains("BASH_ENV=/x")
    );
}

#[test]
fn the_scratch_folder_is_private_and_gone_afterwards() {
    for world in worlds() {
        let done = world.sh("echo x > $TMPDIR/f && stat -c '%a %u' $TMPDIR && mkdir -p $TMPDIR/d/e && chmod 0 $TMPDIR/d; echo $TMPDIR").done();
        let lines: Vec<&str> = done.stdout.lines().collect();
        assert_eq!(lines[0], format!("700 {}", world.who.uid()), "{done:?}");
        assert_eq!(
            done.report.sandbox.scratch.as_deref(),
            Some(std::path::Path::new(lines[1]))
        );
        assert!(!std::path::Path::new(lines[1]).exists(), "left behind");
        let here = world.run(&["pwd"]).permit("cwd", "scratch").done();
        assert_eq!(
            here.stdout.trim_end(),
            here.report.sandbox.scratch.unwrap().to_str().unwrap()
        );
    }
}

#[test]
fn a_time_limit_ends_the_whole_tree_in_time() {
    for world in worlds() {
        let pid_file = world.text("home/project/daemon.pid");
        // The best of a few: on a busy machine a run may have to wait for a processor, which says nothing of the limit.
        let in_time = (0..6)
            .map(|_| {
                let done = world
                    .sh(&daemon(&pid_file, "trap '' TERM; sleep 60"))
                    .permit("write", "here")
                    .set("timeout_ms", 1000)
                    .set("grace_ms", 50)
                    .done();
                assert!(done.report.timed_out && !done.report.interrupted, "{done:?}");
                assert!(!alive(pid_in(pid_file.as_ref())));
                assert!(done.report.killed_descendants >= 1);
                done.took
            })
            .find(|took| *took < Duration::from_millis(1200));
        assert!(in_time.is_some(), "never within 1.2 s");
    }
}

#[test]
fn a_tree_that_ends_when_asked_is_not_waited_for() {
    let world = World::new(Who::all()[0]);
    let done = world
        .sh("sleep 60")
        .set("timeout_ms", 200)
        .set("grace_ms", 10_000)
        .done();
    assert!(
        done.report.timed_out && done.took < Duration::from_secs(3),
        "{done:?}"
    );
    assert_eq!(done.report.signal, Some(libc::SIGTERM));
}

#[test]
fn a_daemon_ends_with_its_run_unless_it_may_stay() {
    for world in worlds() {
        let pid_file = world.text("home/project/daemon.pid");
        let run = world
            .sh(&daemon(&pid_file, "echo started"))
            .permit("write", "here");
        let done = run.clone().done();
        assert_eq!(
            (done.stdout.as_str(), done.report.exit_code),
            ("started\n", Some(0)),
            "{done:?}"
        );
        assert!(
            !alive(pid_in(pid_file.as_ref())) && done.report.killed_descendants == 1,
            "{done:?}"
        );
        fs::remove_file(&pid_file).unwrap();
        let done = run.permit("detach", true).done();
        let daemon = pid_in(pid_file.as_ref());
        assert!(alive(daemon), "positive control");
        assert!(
            done.report
                .sandbox
                .scratch
                .as_ref()
                .is_some_and(|scratch| scratch.exists()),
            "still in use"
        );
        // SAFETY: integers only.
        unsafe { libc::kill(daemon, libc::SIGKILL) };
        assert_eq!(done.report.killed_descendants, 0);
    }
}

#[test]
fn signals_to_the_launcher_end_the_tree() {
    for world in worlds() {
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            let pid_file = world.text(&format!("home/project/daemon{signal}.pid"));
            let running = world
                .sh(&daemon(&pid_file, "sleep 60"))
                .permit("write", "here")
                .spawn();
            let daemon = pid_in(pid_file.as_ref());
            running.signal(signal);
            let done = running.wait();
            assert!(
                done.report.interrupted && !done.report.timed_out && !alive(daemon),
                "{signal}: {done:?}"
            );
        }
    }
}

#[test]
fn a_second_signal_does_not_wait() {
    let world = World::new(Who::all()[0]);
    let pid_file = world.text("home/project/pid");
    let running = world
        .sh(&format!(
            "trap '' INT TERM; echo $$ > {pid_file}; while :; do sleep 1; done"
        ))
        .permit("write", "here")
        .set("grace_ms", 30_000)
        .spawn();
    let command = pid_in(pid_file.as_ref());
    running.signal(libc::SIGINT);
    std::thread::sleep(Duration::from_millis(100));
    assert!(alive(command), "it ignores being asked");
    running.signal(libc::SIGINT);
    let done = running.wait();
    assert!(done.took < Duration::from_secs(5) && !alive(command));
}

/// The launcher's process above the command: the supervisor.
fn parent_of(pid: i32) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn nothing_outlives_the_run_whichever_process_is_killed_first() {
    #[derive(Debug, Clone, Copy)]
    enum Victim {
        Guard,
        Supervisor,
        Command,
    }
    for world in worlds() {
        for victim in [Victim::Guard, Victim::Supervisor, Victim::Command] {
            let [daemon_file, command_file] =
                ["daemon", "command"].map(|name| world.text(&format!("home/project/{name}{victim:?}")));
            let script = daemon(
                &daemon_file,
                &format!("trap '' TERM; echo $$ > {command_file}; while :; do sleep 1; done"),
            );
            let running = world
                .sh(&script)
                .permit("write", "here")
                .set("grace_ms", 30_000)
                .spawn();
            let (daemon, command) = (pid_in(daemon_file.as_ref()), pid_in(command_file.as_ref()));
            let guard = running.child.id().cast_signed();
            let supervisor = parent_of(command);
            assert_eq!(parent_of(supervisor), guard);
            let scratch_root = world.path(&format!("tmp/lever-runner-{}", world.who.uid()));
            let scratch_count = || fs::read_dir(&scratch_root).unwrap().count();
            assert_eq!(scratch_count(), 1);
            let killed = match victim {
                Victim::Guard => guard,
                Victim::Supervisor => supervisor,
                Victim::Command => command,
            };
            assert!(alive(daemon) && alive(command), "positive control");
            // SAFETY: integers only.
            unsafe { libc::kill(killed, libc::SIGKILL) };
            let all_gone = eventually(|| ![daemon, command, supervisor].into_iter().any(alive));
            assert!(all_gone, "{victim:?} {:?}", world.who);
            assert!(
                eventually(|| scratch_count() == 0),
                "{victim:?}: scratch left behind"
            );
            let mut running = running;
            match victim {
                Victim::Guard => drop(running.child.wait()),
                Victim::Supervisor => assert_eq!(running.wait().code(), code::SUPERVISOR_LOST),
                Victim::Command => assert_eq!(running.wait().report.signal, Some(9)),
            }
        }
    }
}

#[test]
fn nothing_outlives_the_caller() {
    for world in worlds() {
        let [daemon_file, command_file] =
            ["daemon", "command"].map(|name| world.text(&format!("home/project/{name}")));
        let script = format!("trap '' TERM; echo $$ > {command_file}; while :; do sleep 1; done");
        let run = world
            .sh(&daemon(&daemon_file, &script))
            .permit("write", "here")
            .set("grace_ms", 30_000);
        // A caller between the test and the launcher, which keeps the report's other end open elsewhere: here.
        let mut caller = std::process::Command::new("sh");
        caller.args(["-c", "\"$0\" & wait", env!("CARGO_BIN_EXE_lever-sandbox")]);
        if launch::is_root() {
            use std::os::unix::process::CommandExt as _;
            caller.uid(world.who.uid()).gid(world.who.uid());
        }
        let mut running = launch::spawn_with_pipes(caller, run.policy.to_string().as_bytes());
        let (daemon, command) = (pid_in(daemon_file.as_ref()), pid_in(command_file.as_ref()));
        assert!(alive(daemon) && alive(command), "positive control");
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        assert!(
            eventually(|| !alive(daemon) && !alive(command)),
            "outlived its caller"
        );
    }
}

#[test]
fn a_kill_of_the_callers_whole_group_leaves_nothing() {
    use std::os::unix::process::CommandExt as _;
    for world in worlds() {
        let daemon_file = world.text("home/project/daemon");
        let run = world
            .sh(&daemon(&daemon_file, "sleep 60"))
            .permit("write", "here");
        let mut caller = std::process::Command::new("sh");
        caller
            .args(["-c", "\"$0\" & wait", env!("CARGO_BIN_EXE_lever-sandbox")])
            .process_group(0);
        if launch::is_root() {
            caller.uid(world.who.uid()).gid(world.who.uid());
        }
        let mut running = launch::spawn_with_pipes(caller, run.policy.to_string().as_bytes());
        let daemon = pid_in(daemon_file.as_ref());
        // SAFETY: integers only; the group is the caller's own.
        unsafe { libc::kill(-running.child.id().cast_signed(), libc::SIGKILL) };
        running.child.wait().unwrap();
        assert!(eventually(|| !alive(daemon)), "outlived its caller's group");
    }
}

#[test]
fn the_last_words_of_a_pipe_arrive() {
    let world = World::new(Who::all()[0]);
    let done = world.sh("(sleep 0.01; echo late) & exit 3").done();
    assert_eq!(
        (
            done.stdout.as_str(),
            done.report.exit_code,
            done.report.killed_descendants
        ),
        ("late\n", Some(3), 0),
        "{done:?}"
    );
}

#[test]
fn stdin_is_the_commands() {
    use std::io::Write as _;
    use std::process::Stdio;
    let world = World::new(Who::all()[0]);
    let mut running = world
        .run(&["wc", "-c"])
        .spawn_with(Stdio::piped(), Stdio::piped(), Stdio::piped());
    running.child.stdin.take().unwrap().write_all(b"12345").unwrap();
    assert_eq!(running.wait().stdout.trim(), "5");
}

#[test]
fn descriptors_do_not_leak_into_the_command() {
    let world = World::new(Who::all()[0]);
    let done = world.run(&["ls", "/proc/self/fd"]).done();
    // 0, 1, 2, and the one that ls lists with.
    assert_eq!(
        done.stdout.split_whitespace().collect::<Vec<_>>(),
        ["0", "1", "2", "3"],
        "{done:?}"
    );
}

#[test]
fn a_broken_policy_is_reported_and_runs_nothing() {
    let world = World::new(Who::all()[0]);
    let whole = world.sh("echo ran").policy.to_string();
    for cut in (0..whole.len()).step_by(whole.len() / 25) {
        let command = std::process::Command::new(launch::Run::launcher());
        let done = launch::spawn_with_pipes(command, &whole.as_bytes()[..cut]).wait();
        assert_eq!(
            (done.code(), done.report.status),
            (code::POLICY_INVALID, Status::Failed),
            "cut at {cut}"
        );
    }
    let endless = "x".repeat(8 << 20);
    let mut command = std::process::Command::new(launch::Run::launcher());
    command.stdout(std::process::Stdio::null());
    let done = launch::spawn_with_pipes(command, endless.as_bytes()).wait();
    assert_eq!(done.code(), code::POLICY_INVALID);
}

#[test]
fn without_its_descriptors_the_launcher_says_what_it_needs() {
    let output = std::process::Command::new(launch::Run::launcher())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(125));
    assert!(String::from_utf8_lossy(&output.stderr).contains("descriptor 3"));
}
