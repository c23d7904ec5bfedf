//! The fence: each attack is first shown to work without confinement, then to fail with it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod launch;

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};

use launch::{Who, World, alive, assert_python_held, skip, worlds};
use lever_sandbox::report::weaker;
use serde_json::json;

/// A process beside the run, of the same identity.
struct Sibling(Child);

impl Sibling {
    fn new(who: Who) -> Self {
        let mut command = Command::new("sleep");
        command.arg("60");
        if launch::is_root() {
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
        attack(
            "limits",
            &format!("import resource; resource.prlimit({pid}, resource.RLIMIT_CORE, (0, 0))"),
        );
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
            // Root's programs get capabilities for being root's, unless the process says for good that they do not.
            attack(
                "capabilities of root's programs",
                "sys.exit(c.prctl(27,0,0,0,0)&3==3)",
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
        if let Some(run) = world.python(program) {
            let done = run
                .permit("write", "here")
                .set("limits", json!({"processes": 100}))
                .done();
            let made: u32 = done.stdout.trim().parse().unwrap_or(0);
            assert!(
                (50..1000).contains(&made)
                    || done
                        .report
                        .sandbox
                        .weaker
                        .iter()
                        .any(|w| w == weaker::PROCESS_COUNT),
                "{made} {done:?}"
            );
        }
    }
}

#[test]
fn root_can_be_left() {
    if !launch::is_root() {
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
fn a_kernel_that_lacks_a_restriction_runs_nothing_unless_that_is_accepted() {
    for world in worlds() {
        let run = world.run(&["true"]);
        assert!(run.done().succeeded(), "positive control");
        let refused = run.clone().without_landlock().done();
        assert_eq!(refused.code(), "kernel_lacks", "{refused:?}");
        assert!(
            refused
                .report
                .error
                .as_ref()
                .unwrap()
                .message
                .contains("no_landlock")
        );
        let accepted = run.without_landlock().set("accept_weaker", true).done();
        assert!(accepted.succeeded(), "{accepted:?}");
        assert!(
            accepted
                .report
                .sandbox
                .weaker
                .iter()
                .any(|name| name == "no_landlock")
        );
        // Even so nothing is written.
        let write = world.sh("echo x > ../made").without_landlock();
        assert!(!write.set("accept_weaker", true).done().succeeded());
        assert!(!world.path("home/made").exists());
    }
}
