//! Ordinary programs work inside the fence, and do there what they do outside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod launch;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use launch::{PATH, Who, World, skip, worlds};
use serde_json::json;

fn installed(program: &str) -> bool {
    let found = PATH
        .split(':')
        .any(|folder| Path::new(folder).join(program).exists());
    if !found {
        skip(program, "it is not installed");
    }
    found
}

/// The script's output with the fence must be its output without.
fn assert_same(world: &World, cwd: &str, script: &str) {
    let run = world.sh(script).set("cwd", world.text(cwd));
    let (free, fenced) = (run.clone().unconfined().done(), run.done());
    assert!(free.succeeded(), "{script} fails by itself: {free:?}");
    assert!(fenced.report.sandbox.confined);
    assert_eq!(
        (&fenced.stdout, &fenced.stderr, fenced.report.exit_code),
        (&free.stdout, &free.stderr, free.report.exit_code),
        "{script} in {cwd} as {:?}: {:?}",
        world.who,
        fenced.report
    );
}

#[test]
fn readers_see_what_they_see_outside() {
    for world in worlds() {
        fs::write(
            world.path("home/project/numbers"),
            (0..5000).rev().map(|n| n.to_string()).collect::<Vec<_>>().join(
                "
",
            ) + "
",
        )
        .unwrap();
        fs::create_dir_all(world.path("home/project/src/deep")).unwrap();
        fs::write(world.path("home/project/src/deep/a.rs"), "fn main() { todo }\n").unwrap();
        world.own();
        for cwd in ["home/project", "home"] {
            for (program, script) in [
                ("ls", "ls -la /usr /etc > /dev/null && ls -l"),
                ("df", "df --output=target,fstype | sort"),
                ("df", "df -h . | wc -l"),
                ("uname", "uname -a"),
                ("uptime", "uptime -s"),
                ("id", "id; whoami"),
                ("free", "free -h | wc -l"),
                (
                    "ps",
                    "ps -e -o user=,comm= | grep -c '^root'  > /dev/null; ps -o user=,comm= -p 1",
                ),
                ("find", "find . -name '*.rs' | sort"),
                ("grep", "grep -rn todo --include='*.rs' . | sort"),
                ("awk", "awk 'END { print NR }' /etc/passwd"),
                ("date", "date +%Z"),
                ("locale", "locale 2>/dev/null | head -1"),
                ("hostname", "cat /etc/hostname; hostname"),
                ("lscpu", "lscpu | head -2"),
                ("nproc", "nproc"),
                ("file", "file /bin/ls | cut -c1-20"),
                ("lsblk", "lsblk | head -3"),
                ("mount", "mount | grep -c ' / '"),
                ("dpkg", "dpkg -l | wc -l"),
                ("head", "head -3 /proc/meminfo | cut -d: -f1"),
                ("stat", "stat -c '%U %a' /etc/passwd ."),
                ("bash", "bash -c 'cat <(echo a) <<< b; echo ${BASH_VERSION%%.*}'"),
                ("xargs", "seq 3 | xargs -n1 -P3 echo | sort"),
                ("timeout", "timeout 5 echo in time"),
                ("tty", "tty || true"),
                ("tee", "echo x 2>/dev/null | tee /dev/null"),
            ] {
                if installed(program) {
                    assert_same(&world, cwd, script);
                }
            }
        }
        assert_same(
            &world,
            "home/project",
            "sort -n numbers | tail -1; sort -S 1k -T $TMPDIR -n numbers | head -1; du -s --apparent-size . | wc -l; tar cf - . | wc -c; diff numbers numbers && cmp numbers numbers",
        );
    }
}

#[test]
fn du_of_home_skips_stores_and_counts_the_rest() {
    for world in worlds() {
        let done = world
            .run(&["du", "-a", "."])
            .set("cwd", world.text("home"))
            .done();
        assert!(
            done.stdout.contains("./notes.txt") && done.stdout.contains("./project/readme.txt"),
            "{done:?}"
        );
    }
}

#[test]
fn languages_run() {
    for world in worlds() {
        if installed("python3") {
            assert_same(
                &world,
                "home/project",
                "python3 -c 'import json,ssl,sqlite3,tempfile,subprocess; tempfile.TemporaryFile(); print(json.dumps([1]), subprocess.check_output([\"echo\",\"x\"]))'",
            );
        }
        if installed("perl") {
            assert_same(&world, "home", "perl -e 'print 6*7'");
        }
        if installed("node") {
            assert_same(
                &world,
                "home/project",
                "node -e 'require(\"fs\").readFileSync(\"readme.txt\"); setTimeout(() => console.log(6*7), 5)'",
            );
            let bounded = world.sh("node -e 'console.log(1)'").set("limits", json!({"data_bytes": 1u64 << 30, "processes": 200, "files": 256, "cpu_s": 20, "file_bytes": 1u64 << 30})).done();
            assert!(bounded.succeeded(), "{bounded:?}");
        }
        if installed("sqlite3") {
            assert_same(&world, "home/project", "sqlite3 :memory: 'select 42'");
        }
    }
}

#[test]
fn git_reads_a_repository() {
    for world in worlds() {
        if !installed("git") {
            return;
        }
        let set_up = world.sh("git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm one && echo more >> readme.txt && echo x > untracked").unconfined().done();
        assert!(set_up.succeeded(), "{set_up:?}");
        for script in [
            "git status --short",
            "git log --format=%an:%s",
            "git diff --stat",
            "git branch",
            "git stash list",
            "git grep -n readme",
            "git blame -s readme.txt | cut -c1-8",
            "git rev-parse HEAD",
            "git show --stat --format=%s",
        ] {
            assert_same(&world, "home/project", script);
        }
        fs::create_dir(world.path("home/project/sub")).unwrap();
        world.own();
        assert_same(&world, "home/project", "cd .. && git -C project status --short");
    }
}

#[test]
fn writers_write_here() {
    for world in worlds() {
        let done = world
            .sh("echo a > f && cp -a f g && mv g h && chmod 600 h && touch -d 2001-01-01 h && mkdir -p d/e && ln -s f l && ln f hard && tar cf a.tar f h d && gzip a.tar && tar xzf a.tar.gz -C d && sed -i s/a/b/ f && cat f d/h && stat -c %a h && rm -r d l hard")
            .permit("write", "here")
            .done();
        assert_eq!(
            (done.stdout.as_str(), done.report.exit_code),
            ("b\na\n600\n", Some(0)),
            "{done:?}"
        );
        let file = world.path("home/project/f");
        assert_eq!(
            std::os::unix::fs::MetadataExt::uid(&fs::metadata(file).unwrap()),
            world.who.uid()
        );
        let one = world.sh("echo x > only.txt && ! echo x 2>/dev/null > other.txt");
        fs::write(world.path("home/project/only.txt"), "").unwrap();
        fs::write(world.path("home/project/other.txt"), "").unwrap();
        world.own();
        let done = one.permit("write", json!(["only.txt"])).done();
        assert!(done.succeeded(), "{done:?}");
    }
}

#[test]
fn curl_fetches_where_the_network_is_permitted() {
    if !installed("curl") {
        return;
    }
    for world in worlds() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nhello").unwrap();
        });
        let refused = world.run(&["curl", "-s4", &url]).done();
        assert!(!refused.succeeded() && refused.stdout.is_empty());
        let done = world.run(&["curl", "-s4", &url]).permit("net", "all").done();
        assert_eq!(done.stdout, "hello", "{done:?}");
        server.join().unwrap();
    }
}

#[test]
fn network_state_is_read_by_netlink() {
    for world in worlds() {
        if !installed("ip") {
            return;
        }
        let run = world.run(&["ip", "-o", "addr", "show", "lo"]);
        let free = run.clone().unconfined().done();
        assert_eq!(run.clone().permit("netlink", true).done().stdout, free.stdout);
        assert_ne!(run.done().stdout, free.stdout, "not without");
    }
}

#[test]
fn services_are_asked_over_a_socket() {
    for world in worlds() {
        if !installed("systemctl") {
            return;
        }
        let script = "systemctl is-system-running 2>&1; systemctl list-units 2>&1 | head -2; journalctl -n 1 2>&1 | head -2; true";
        let free = world.sh(script).unconfined().done();
        let done = world.sh(script).permit("net", "unix").done();
        assert_eq!(done.stdout, free.stdout, "{done:?}");
    }
}

#[test]
fn lsof_and_ss_see_processes_where_permitted() {
    for world in worlds() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // A process of the same user that holds the listener, since this one may be another user's.
        let mut command = Command::new("sleep");
        command
            .arg("60")
            .stdin(std::process::Stdio::from(std::os::fd::OwnedFd::from(listener)));
        if launch::is_root() {
            command.uid(world.who.uid()).gid(world.who.uid());
        }
        let mut holder = command.spawn().unwrap();
        // The command holds the listener too.
        drop(command);
        let pid = holder.id().to_string();
        for (program, script) in [
            ("lsof", format!("lsof -nP -iTCP:{port} -sTCP:LISTEN 2>/dev/null")),
            ("ss", format!("ss -tlnp 'sport = :{port}'")),
        ] {
            if !installed(program) {
                continue;
            }
            let own = world.sh(&script).permit("net", "all").done();
            assert!(!own.stdout.contains(&pid), "seen without permission: {own:?}");
            let see = world
                .sh(&script)
                .permit("net", "all")
                .permit("processes", "see")
                .done();
            assert!(see.stdout.contains(&pid), "{program} as {:?}: {see:?}", world.who);
            assert!(see.report.sandbox.confined && see.report.sandbox.landlock_abi.is_none());
        }
        let kill = format!("kill $(lsof -t -nP -iTCP:{port})");
        if installed("lsof") {
            let refused = world
                .sh(&kill)
                .permit("net", "all")
                .permit("processes", "see")
                .done();
            if world.who == Who::Root {
                assert!(refused.report.sandbox.mount_ns, "{refused:?}");
            }
            let done = world
                .sh(&kill)
                .permit("net", "all")
                .permit("processes", "signal")
                .done();
            if world.who == Who::User {
                assert!(
                    done.succeeded() || !launch::alive(holder.id().cast_signed()),
                    "{done:?}"
                );
            }
        }
        let _ = holder.kill();
        let _ = holder.wait();
    }
}

#[test]
fn seeing_processes_writes_no_files() {
    for world in worlds() {
        for script in [
            format!("echo x > {}", world.text("outside/new")),
            "echo x > new".into(),
            "rm readme.txt".into(),
            "mv readme.txt x".into(),
            "chmod 777 readme.txt".into(),
        ] {
            let run = world.sh(&script).permit("processes", "see");
            assert!(!run.done().succeeded(), "{script} as {:?}", world.who);
        }
        let quiet = world
            .sh("ls nothing 2>/dev/null; echo x >/dev/null && echo fine; echo err >/dev/stderr")
            .permit("processes", "see")
            .done();
        assert_eq!(
            (quiet.stdout.as_str(), quiet.stderr.as_str()),
            ("fine\n", "err\n"),
            "{quiet:?}"
        );
    }
}
