//! The fence: each attack is first shown to work without confinement, then to fail with it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod common;

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};

use common::{Run, Who, World, alive, skip};
use lever_sandbox::report::weaker;
use serde_json::json;

fn worlds() -> impl Iterator<Item = World> {
    Who::all().into_iter().map(World::new)
}

/// An attack succeeds when it exits with 0.
fn assert_held(name: &str, who: Who, attack: &Run) {
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
fn assert_python_held(name: &str, world: &World, change: impl Fn(Run) -> Run, program: &str) {
    if let Some(run) = world.python(program) {
        assert_held(name, world.who, &change(run));
    }
}

/// A process beside the run, of the same identity.
struct Sibling(Child);

impl Sibling {
    fn new(who: Who) -> Self {
        let mut command = Command::new("sleep");
        command.arg("60");
        if common::is_root() {
            command.uid(who.uid()).gid(who.uid());
        }
        Self(command.spawn().unwrap())
    }

    fn pid(&self) -> i32 {
        self.0.id().cast_signed()
    }
}

impl Drop for Sibling {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn files_outside_are_not_written() {
    for world in worlds() {
        let outside = world.text("outside/new.txt");
        let existing = world.text("outside/file.txt");
        for (name, script) in [
            ("create", format!("echo x > {outside} && rm {outside}")),
            ("append", format!("echo x >> {existing}")),
            ("truncate", format!(": > {existing}")),
            ("mkdir", format!("mkdir {outside} && rmdir {outside}")),
            (
                "rename",
                format!("mv {existing} {outside} && mv {outside} {existing}"),
            ),
            ("link", format!("ln -s x {outside} && rm {outside}")),
            ("hard link", format!("ln {existing} {outside} && rm {outside}")),
            ("remove", format!("rm {existing} && echo x > {existing}")),
            ("chmod", format!("chmod 777 {existing}")),
            ("touch", format!("touch -d 2001-01-01 {existing}")),
        ] {
            for write in [json!("none"), json!("here")] {
                assert_held(
                    &format!("{name} outside, write {write}"),
                    world.who,
                    &world.sh(&script).permit("write", write),
                );
            }
        }
        assert_held(
            "write here without permission",
            world.who,
            &world.sh("echo x > new.txt"),
        );
        let here = world
            .sh("echo x > new.txt && mkdir d && mv new.txt d/ && rm -r d")
            .permit("write", "here")
            .done();
        assert!(here.succeeded(), "{here:?}");
        let listed = world
            .sh(&format!("echo x > {outside}"))
            .permit("write", json!([outside]))
            .done();
        assert!(listed.succeeded(), "{listed:?}");
    }
}

#[test]
fn files_outside_are_not_read() {
    for world in worlds() {
        let outside = world.text("outside/file.txt");
        assert_held("read outside", world.who, &world.run(&["cat", &outside]));
        assert!(
            world
                .run(&["cat", &outside])
                .permit("read", json!([outside]))
                .done()
                .succeeded()
        );
        assert!(world.run(&["cat", "readme.txt"]).done().succeeded());
    }
}

#[test]
fn secret_stores_are_not_read_wherever_the_run_starts() {
    for world in worlds() {
        let attack = |secret: &str, file: &str, cwd: &str| {
            world
                .run(&["grep", secret, &world.text(file)])
                .set("cwd", world.text(cwd))
        };
        for cwd in ["home", "home/project", "home/.ssh", ""] {
            for (secret, store) in [
                ("PRIVATE", "home/.ssh/id"),
                ("TOKEN", "home/.config/gh/hosts.yml"),
                ("NETRC", "home/.netrc"),
            ] {
                for write in ["none", "here"] {
                    let name = format!("{store} from {cwd:?}, write {write}");
                    let attack = attack(secret, store, cwd).permit("write", write);
                    let asked = json!(["~", "/", world.text(store)]);
                    assert_held(&name, world.who, &attack);
                    assert_held(&name, world.who, &attack.clone().permit("read", asked.clone()));
                    let named = attack
                        .permit("read", asked)
                        .permit("named_secrets", json!([world.text(store)]))
                        .done();
                    assert!(named.succeeded(), "named {name}: {named:?}");
                }
            }
            let database = "home/.local/share/lever-runner/lever.db";
            let named = json!([world.text(database)]);
            let attack = attack("DATABASE", database, cwd)
                .permit("named_secrets", named.clone())
                .permit("read", named);
            assert_held(&format!("lever.db from {cwd:?}"), world.who, &attack);
        }
        let at_home = world
            .run(&["cat", "notes.txt"])
            .set("cwd", world.text("home"))
            .done();
        assert!(at_home.succeeded(), "{at_home:?}");
        let listed = world.run(&["ls", "-A"]).set("cwd", world.text("home")).done();
        assert!(
            listed.stdout.contains("notes.txt") && listed.stdout.contains(".ssh"),
            "{listed:?}"
        );
    }
}

#[test]
fn a_store_behind_a_link_is_a_store() {
    for world in worlds() {
        fs::rename(world.path("home/.ssh"), world.path("home/project/keys")).unwrap();
        std::os::unix::fs::symlink(world.path("home/project/keys"), world.path("home/.ssh")).unwrap();
        for path in ["home/.ssh/id", "home/project/keys/id"] {
            assert_held(
                path,
                world.who,
                &world.run(&["grep", "PRIVATE", &world.text(path)]),
            );
            assert_held(
                path,
                world.who,
                &world
                    .run(&["grep", "PRIVATE", &world.text(path)])
                    .permit("write", "here"),
            );
        }
        // A link out of the project opens nothing.
        std::os::unix::fs::symlink(world.path("outside"), world.path("home/project/way-out")).unwrap();
        assert_held("a link out", world.who, &world.run(&["cat", "way-out/file.txt"]));
    }
}

#[test]
fn a_store_cannot_be_carried_away() {
    for world in worlds() {
        let steps = [
            "mv .ssh x",
            "mv .config x",
            "mv .config/gh x",
            "rm -r .ssh",
            "chmod -R 777 .ssh",
            "echo x >> .ssh/authorized_keys",
            "mv .local x",
            "ln .netrc x",
        ];
        for step in steps {
            let fresh = World::new(world.who);
            assert_held(
                step,
                fresh.who,
                &fresh
                    .sh(&format!("{step} 2>&1"))
                    .set("cwd", fresh.text("home"))
                    .permit("write", "here"),
            );
        }
        // Home itself can be worked in all the same.
        let done = world
            .sh("mkdir new && echo x > new/f && mv new/f notes2.txt && rm -r new")
            .set("cwd", world.text("home"))
            .permit("write", "here")
            .done();
        assert!(done.succeeded(), "{done:?}");
    }
}

#[test]
fn start_files_are_not_written() {
    for world in worlds() {
        for step in [
            "echo x >> .bashrc",
            "echo x > .bashrc",
            "rm .bashrc",
            "mv notes.txt .bashrc",
            "sed -i s/start/end/ .bashrc",
        ] {
            let attack = world
                .sh(step)
                .set("cwd", world.text("home"))
                .permit("write", "here");
            let fresh = fs::read(world.path("home/.bashrc")).ok();
            let done = attack.done();
            assert!(
                !done.succeeded() && done.report.sandbox.confined,
                "{step}: {done:?}"
            );
            assert_eq!(fs::read(world.path("home/.bashrc")).ok(), fresh, "{step}");
        }
        let named = world
            .sh("echo x >> .bashrc")
            .set("cwd", world.text("home"))
            .permit("write", json!(["~/.bashrc"]))
            .done();
        assert!(named.succeeded(), "{named:?}");
        // One that is not there yet cannot be shut; it is moved aside before anybody reads it.
        for path in [".bash_profile", ".config/autostart/x.desktop", ".aws/credentials"] {
            let script = format!("mkdir -p $(dirname {path}) && echo evil > {path}");
            let done = world
                .sh(&script)
                .set("cwd", world.text("home"))
                .permit("write", "here")
                .done();
            assert!(!world.path("home").join(path).exists(), "{path}: {done:?}");
            if done.succeeded() {
                assert!(
                    done.report
                        .sandbox
                        .notes
                        .iter()
                        .any(|note| note.contains("moved to")),
                    "{done:?}"
                );
            }
            assert_held_by_nobody(&world, &script, path);
        }
    }
}

/// The positive control of what is moved aside.
fn assert_held_by_nobody(world: &World, script: &str, path: &str) {
    let done = world
        .sh(script)
        .set("cwd", world.text("home"))
        .permit("write", "here")
        .unconfined()
        .done();
    let file = world.path("home").join(path);
    assert!(done.succeeded() && file.exists(), "{done:?}");
    fs::remove_file(file).unwrap();
    let _ = fs::remove_dir(world.path("home").join(path).parent().unwrap());
}

#[test]
fn git_hooks_and_configuration_are_not_written() {
    for world in worlds() {
        let git = |world: &World, arguments: &str| {
            world
                .sh(&format!("git {arguments}"))
                .set("env.GIT_AUTHOR_NAME", "a")
                .set("env.GIT_AUTHOR_EMAIL", "a@b")
                .set("env.GIT_COMMITTER_NAME", "a")
                .set("env.GIT_COMMITTER_EMAIL", "a@b")
                .permit("write", "here")
        };
        if !git(&world, "init -q . && git add . && git commit -qm one")
            .unconfined()
            .done()
            .succeeded()
        {
            return skip("git", "git is not installed");
        }
        for step in [
            "echo x > .git/hooks/pre-commit",
            "git config core.fsmonitor evil",
            "echo x >> .git/config",
            "mv .git other",
            "rm .git/config",
            "mv .git/hooks .git/other",
        ] {
            let fresh = World::new(world.who);
            assert!(git(&fresh, "init -q .").unconfined().done().succeeded());
            assert_held(step, fresh.who, &fresh.sh(step).permit("write", "here"));
        }
        let done = git(&world, "status --short && echo y > new.txt && git add new.txt && git commit -qm two && git checkout -qb b && git log --oneline | wc -l").done();
        assert_eq!(
            (done.stdout.trim(), done.report.exit_code),
            ("2", Some(0)),
            "{done:?}"
        );
        let named = git(&world, "config a.b c")
            .permit("write", json!([".git", ".git/config"]))
            .done();
        assert!(named.succeeded(), "{named:?}");
        // A redirection of the whole git folder, which is not there to be shut.
        let done = world
            .sh("mkdir x && echo ../x > .git/commondir")
            .permit("write", "here")
            .done();
        assert!(!world.path("home/project/.git/commondir").exists(), "{done:?}");
    }
}

#[test]
fn the_network_is_closed_by_family() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (tcp_port, udp_port) = (tcp.local_addr().unwrap().port(), udp.local_addr().unwrap().port());
    for world in worlds() {
        let socket_path = world.text("tmp/socket");
        let _unix = std::os::unix::net::UnixListener::bind(&socket_path).unwrap();
        fs::set_permissions(&socket_path, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let name = format!("lever-sandbox-test-{}-{:?}", std::process::id(), world.who);
        let address =
            <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(&name)
                .unwrap();
        let _abstract = std::os::unix::net::UnixListener::bind_addr(&address).unwrap();
        let attack = |name: &str, nets: &[&str], program: &str| {
            for net in nets {
                assert_python_held(
                    &format!("{name}, net {net}"),
                    &world,
                    |run| run.permit("net", *net),
                    &format!("import socket; {program}"),
                );
            }
        };
        attack(
            "tcp",
            &["none", "unix"],
            &format!("socket.create_connection(('127.0.0.1',{tcp_port}),2)"),
        );
        attack(
            "tcp server",
            &["none", "unix"],
            "socket.create_server(('127.0.0.1',0))",
        );
        attack(
            "udp",
            &["none", "unix"],
            &format!("socket.socket(2,2).sendto(b'x',('127.0.0.1',{udp_port}))"),
        );
        attack("udp6", &["none", "unix"], "socket.socket(10,2)");
        attack("netlink", &["none", "unix"], "socket.socket(16,3,0)");
        attack(
            "netlink of other kinds",
            &["none", "unix", "all"],
            "socket.socket(16,3,16)",
        );
        attack(
            "unix socket",
            &["none"],
            &format!("socket.socket(1,1).connect({socket_path:?})"),
        );
        attack(
            "abstract socket",
            &["none", "unix", "all"],
            &format!("socket.socket(1,1).connect('\\0{name}')"),
        );
        attack("vsock", &["none", "unix", "all"], "socket.socket(40,1)");
        if world.who == Who::Root {
            attack("raw", &["none", "unix", "all"], "socket.socket(2,3,1)");
            attack("packet", &["none", "unix", "all"], "socket.socket(17,3,3)");
        } else {
            skip(
                "raw and packet sockets as a user",
                "the kernel refuses them to users anyway: no positive control",
            );
        }
        let permitted = |net: &str, program: &str| {
            if let Some(run) = world.python(&format!("import socket; {program}")) {
                let done = run.permit("net", net).done();
                assert!(done.succeeded(), "{net} {program}: {done:?}");
            }
        };
        permitted("none", "pair = socket.socketpair(); pair[0].send(b'x')");
        permitted("unix", &format!("socket.socket(1,1).connect({socket_path:?})"));
        permitted(
            "all",
            &format!(
                "socket.create_connection(('127.0.0.1',{tcp_port}),2); socket.socket(2,2).sendto(b'x',('127.0.0.1',{udp_port})); socket.socket(16,3,0)"
            ),
        );
    }
}

#[test]
fn other_processes_are_out_of_reach() {
    for world in worlds() {
        let sibling = Sibling::new(world.who);
        let pid = sibling.pid();
        let libc = "import ctypes,os,sys; c=ctypes.CDLL(None,use_errno=True)";
        let attack = |name: &str, program: &str| {
            let program = format!("{libc}\n{program}");
            assert_python_held(name, &world, |run| run, &program);
        };
        attack("signal", &format!("os.kill({pid},0)"));
        attack("environment", &format!("open('/proc/{pid}/environ').read()"));
        attack("root folder", &format!("os.listdir('/proc/{pid}/root/')"));
        attack(
            "ptrace",
            &format!(
                "r=c.ptrace(16,{pid},0,0)\nif r==0: os.waitpid({pid},0); c.ptrace(17,{pid},0,0)\nsys.exit(r!=0)"
            ),
        );
        attack("memory", &format!("open('/proc/{pid}/mem','rb')"));
        attack(
            "pidfd_getfd",
            &format!("f=c.syscall(434,{pid},0)\nsys.exit(c.syscall(438,f,0,0)<0)"),
        );
        assert!(alive(pid));
        // What a person may see with ps may be seen.
        let done = world.run(&["ps", "-p", &pid.to_string(), "-o", "comm="]).done();
        assert_eq!(done.stdout.trim(), "sleep", "{done:?}");
        let done = world
            .run(&["kill", &pid.to_string()])
            .permit("processes", "signal")
            .done();
        assert!(done.succeeded(), "{done:?}");
        assert!(
            done.report
                .sandbox
                .weaker
                .iter()
                .any(|name| name == weaker::PROCESSES_VISIBLE)
        );
    }
}

#[test]
fn the_kernels_side_doors_are_shut() {
    for world in worlds() {
        let attack = |name: &str, program: &str| {
            let program = format!("import ctypes,os,sys; c=ctypes.CDLL(None,use_errno=True)\n{program}");
            // With everything permitted that can be: these are shut for all.
            assert_python_held(
                name,
                &world,
                |run| run.permit("net", "all").permit("write", "here"),
                &program,
            );
        };
        attack(
            "io_uring",
            "b=ctypes.create_string_buffer(120)\nsys.exit(c.syscall(425,1,b)<0)",
        );
        attack("user namespace", "sys.exit(c.unshare(0x10000000))");
        attack(
            "clone into a namespace",
            "sys.exit(c.syscall(56,0x10000000|17,0,0,0,0)<0)",
        );
        attack("keyring", "sys.exit(c.syscall(250,0,-3,0)<0)");
        attack(
            "handle",
            "sys.exit(c.syscall(304,-100,0,0)<0 and ctypes.get_errno()==1)",
        );
        if world.who == Who::Root {
            attack(
                "mount",
                "sys.exit(c.mount(b'none',b'/mnt',b'tmpfs',0,0)!=0 or c.umount2(b'/mnt',2)!=0)",
            );
            attack("mount namespace", "sys.exit(c.unshare(0x20000))");
            attack("chroot", "os.chroot('/tmp')");
            attack(
                "bpf",
                "b=ctypes.create_string_buffer(b'\\x01\\0\\0\\0\\x04\\0\\0\\0\\x08\\0\\0\\0\\x01\\0\\0\\0',128)\nsys.exit(c.syscall(321,0,b,128)<0)",
            );
            attack(
                "perf",
                "b=ctypes.create_string_buffer(b'\\x01\\0\\0\\0\\x80\\0\\0\\0',128)\nsys.exit(c.syscall(298,b,0,-1,-1,0)<0)",
            );
            attack(
                "hostname",
                "sys.exit(c.sethostname(os.uname().nodename.encode(),len(os.uname().nodename)))",
            );
            attack(
                "capabilities",
                "sys.exit(not int([l for l in open('/proc/self/status') if l.startswith('CapEff')][0].split()[1],16))",
            );
            attack("a device", "open('/dev/kmsg','rb')");
            attack("shadow", "sys.exit(not open('/etc/shadow').read())");
        } else {
            attack(
                "mount in a user namespace",
                "sys.exit(c.unshare(0x10020000) or c.mount(b'none',b'/mnt',b'tmpfs',0,0))",
            );
            skip(
                "bpf, perf, chroot and mounting directly as a user",
                "the kernel refuses them to users anyway: no positive control",
            );
        }
    }
}

#[test]
fn limits_hold() {
    for world in worlds() {
        let file = world.run(&[
            "sh",
            "-c",
            "head -c 10000000000 /dev/zero > $TMPDIR/big; stat -c %s $TMPDIR/big",
        ]);
        let done = file.set("limits", json!({"file_bytes": 1_000_000})).done();
        assert_eq!(done.stdout.trim(), "1000000", "{done:?}");
        if let Some(run) = world.python("x=bytearray(600<<20)") {
            assert!(run.clone().done().succeeded(), "positive control");
            let done = run.set("limits", json!({"data_bytes": 256 << 20})).done();
            assert!(!done.succeeded(), "{done:?}");
        }
        let cpu = world
            .sh("while :; do :; done")
            .set("limits", json!({"cpu_s": 1}))
            .done();
        assert!(cpu.report.signal.is_some() && !cpu.report.timed_out, "{cpu:?}");
    }
}

#[test]
fn a_fork_bomb_is_bounded() {
    let program = "import os,time\nn=0\ntry:\n  while n<1000:\n    if os.fork()==0: time.sleep(20); os._exit(0)\n    n+=1\nexcept OSError: pass\nprint(n)";
    for world in worlds() {
        let Some(run) = world.python(program) else { return };
        let control = run.clone().done();
        assert_eq!(
            control.stdout.trim(),
            "1000",
            "positive control: {:?}",
            control.report
        );
        let done = run.set("limits", json!({"processes": 100})).done();
        let made: u32 = done.stdout.trim().parse().unwrap_or(0);
        assert!(
            done.report.sandbox.cgroup.iter().any(|c| c == "pids")
                || world.who == Who::User
                || done
                    .report
                    .sandbox
                    .weaker
                    .iter()
                    .any(|w| w == weaker::PROCESS_COUNT)
        );
        if done
            .report
            .sandbox
            .weaker
            .iter()
            .any(|w| w == weaker::PROCESS_COUNT)
        {
            skip("processes as root", "no pids control group here");
        } else {
            assert!(made < 1000, "{made} {:?}", done.report);
        }
        assert_eq!(done.report.killed_descendants, made, "all of them ended with it");
    }
}

#[test]
fn root_can_be_left() {
    if !common::is_root() {
        return skip("leaving root", "the tests do not run as root");
    }
    let world = World::new(Who::Root);
    let done = world
        .sh("id -u; echo x > $TMPDIR/f && cat $TMPDIR/f")
        .set("drop_root", true)
        .set("cwd", "/")
        .done();
    let uid = done.report.sandbox.uid_dropped.unwrap();
    assert_eq!(done.stdout, format!("{uid}\nx\n"), "{done:?}");
    assert!(
        !Path::new(&world.path(&format!("tmp/lever-runner-{uid}"))).exists(),
        "left behind"
    );
}

#[test]
fn no_confinement_is_reported_as_such() {
    for world in worlds() {
        for run in [
            world.run(&["true"]).unconfined(),
            world.run(&["true"]).permit("host", true),
        ] {
            let sandbox = run.done().report.sandbox;
            assert!(
                !sandbox.confined
                    && !sandbox.seccomp
                    && !sandbox.no_new_privs
                    && sandbox.landlock_abi.is_none()
            );
        }
        let sandbox = world.run(&["true"]).done().report.sandbox;
        assert!(
            sandbox.confined && sandbox.seccomp && sandbox.no_new_privs && sandbox.landlock_abi.is_some(),
            "{sandbox:?}"
        );
        assert_eq!(sandbox.weaker, [""; 0], "{sandbox:?}");
    }
}

#[test]
fn without_namespaces_stores_and_start_files_are_still_shut() {
    for world in worlds() {
        let at = |cwd: &str, script: &str| {
            world
                .sh(script)
                .set("cwd", world.text(cwd))
                .permit("read", json!(["~", "/"]))
                .without_namespaces()
        };
        for write in ["none", "here"] {
            for (name, script) in [
                ("key", "grep PRIVATE .ssh/id"),
                ("token", "grep TOKEN .config/gh/hosts.yml"),
                ("netrc", "grep NETRC .netrc"),
                ("database", "grep DATABASE .local/share/lever-runner/lever.db"),
                ("rename", "mv .ssh x && mv x .ssh"),
                ("rename above", "mv .config x && mv x .config"),
                ("start file", "echo x >> .bashrc"),
                ("new start file", "echo x > .bash_profile && rm .bash_profile"),
                (
                    "new key",
                    "echo x > .ssh/authorized_keys && rm .ssh/authorized_keys",
                ),
            ] {
                assert_held(
                    &format!("{name}, write {write}"),
                    world.who,
                    &at("home", script).permit("write", write),
                );
            }
        }
        let work = at("home", "cat notes.txt && ls -A | grep -c ssh && echo x >> notes.txt && echo x > project/new && ls project").permit("write", "here");
        let done = work.done();
        assert!(done.succeeded(), "{done:?}");
        assert!(
            !done.report.sandbox.mount_ns && done.report.sandbox.weaker.iter().any(|w| w == weaker::METADATA),
            "{done:?}"
        );
        let done = at("home/project", "echo x > new2 && rm new2")
            .permit("write", "here")
            .done();
        assert!(done.succeeded(), "{done:?}");
        let quiet = at("home/project", "chmod 777 readme.txt");
        assert_held("chmod without write", world.who, &quiet);
        if world
            .sh("git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm x")
            .unconfined()
            .done()
            .succeeded()
        {
            for step in [
                "echo x > .git/hooks/pre-commit",
                "echo x >> .git/config",
                "mv .git other && mv other .git",
                "echo x > .git/commondir && rm .git/commondir",
            ] {
                assert_held(step, world.who, &at("home/project", step).permit("write", "here"));
            }
            let done = at("home/project", "git status --short && echo changed >> readme.txt")
                .permit("write", "here")
                .done();
            assert!(done.succeeded(), "{done:?}");
        }
    }
}
