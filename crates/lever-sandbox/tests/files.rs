//! Files: what is outside stays unread and unwritten, secret stores and start files stay shut wherever a run starts.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod launch;

use std::fs;

use launch::{World, assert_held, skip, worlds};
use lever_sandbox::report::weaker;
use serde_json::json;

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
fn git_folders_are_found_wherever_they_lie() {
    for world in worlds() {
        for (setup, step) in [
            (
                "mkdir -p a/b/c/d/e/f && mv g a/b/c/d/e/f/.git",
                "echo x > a/b/c/d/e/f/.git/hooks/pre-commit",
            ),
            (
                "mkdir -p node_modules/m && mv g node_modules/m/.git",
                "echo x > node_modules/m/.git/hooks/pre-commit",
            ),
            (
                "mkdir s && mv g s/real && ln -s real s/.git",
                "echo x > s/.git/hooks/pre-commit",
            ),
            (
                "mkdir s && mv g s/real && ln -s real s/.git",
                "echo x >> s/.git/config",
            ),
            ("mkdir s && mv g s/real && ln -s real s/.git", "mv s t && mv t s"),
        ] {
            let fresh = World::new(world.who);
            let git =
                "mkdir -p g/hooks g/objects g/refs && echo ref: refs/heads/x > g/HEAD && echo > g/config";
            let made = fresh.sh(&format!("{git} && {setup}")).unconfined().done();
            assert!(made.succeeded(), "{made:?}");
            assert_held(step, fresh.who, &fresh.sh(step).permit("write", "here"));
        }
        // A link cannot be mounted over; it is put back.
        let fresh = World::new(world.who);
        let made = fresh.sh("mkdir real && ln -s real .git").unconfined().done();
        assert!(made.succeeded(), "{made:?}");
        let step = "rm .git && mkdir -p .git/hooks && echo x > .git/hooks/pre-commit";
        let done = fresh.sh(step).permit("write", "here").done();
        let link = fresh.path("home/project/.git");
        assert!(!link.join("hooks/pre-commit").exists(), "{done:?}");
        assert!(link.canonicalize().unwrap().ends_with("real"), "{done:?}");
        let open = fresh.sh(step).permit("write", "here").unconfined().done();
        assert!(
            open.succeeded() && link.join("hooks/pre-commit").exists(),
            "positive control: {open:?}"
        );
    }
}

#[test]
fn what_stays_in_the_background_leaves_no_start_file() {
    for world in worlds() {
        let later = "(sleep 0.3; echo x > .zprofile; echo x >> notes.txt) >/dev/null 2>&1 &";
        let run = || {
            let run = world.sh(later).set("cwd", world.text("home"));
            run.permit("write", "here").permit("detach", true)
        };
        let wait = || std::thread::sleep(std::time::Duration::from_millis(700));
        let notes = || fs::read_to_string(world.path("home/notes.txt")).unwrap();
        let done = run().done();
        wait();
        assert!(
            done.succeeded() && !world.path("home/.zprofile").exists(),
            "{done:?}"
        );
        assert_eq!(notes(), "notes\nx\n", "what is there can be written: {done:?}");
        let open = run().unconfined().done();
        wait();
        assert!(
            open.succeeded() && world.path("home/.zprofile").exists(),
            "positive control: {open:?}"
        );
        // In an ordinary folder nothing changes.
        let done = world
            .sh("echo x > new.txt")
            .permit("write", "here")
            .permit("detach", true)
            .done();
        assert!(done.succeeded(), "{done:?}");
    }
}

#[test]
fn what_writes_nothing_leaves_no_memory_behind() {
    if !std::path::Path::new("/usr/bin/ipcmk").exists() {
        return skip("System V objects", "there is no /usr/bin/ipcmk");
    }
    for world in worlds() {
        for object in ["-M 1234", "-S 1", "-Q"] {
            let script = format!("LC_ALL=C ipcmk {object} | sed 's/.*: //'");
            let closed = world.sh(&script).done();
            assert_eq!(closed.stdout, "", "{object}: {closed:?}");
            let open = world.sh(&script).permit("write", "here").done();
            assert!(
                !open.stdout.trim().is_empty(),
                "positive control: {object}: {open:?}"
            );
            let kind = object[..2].to_lowercase();
            std::process::Command::new("ipcrm")
                .args([&kind, open.stdout.trim()])
                .status()
                .unwrap();
        }
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
