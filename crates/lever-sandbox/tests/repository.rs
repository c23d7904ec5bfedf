//! Attacks of a git repository on whoever runs git in it: each works where the repository's programs may run, and fails
//! where they may not.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a broken harness should panic"
)]

mod launch;

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use launch::{Done, Who, World, skip};
use serde_json::json;

/// What a repository's program says. It may write nowhere, so it is known by its words.
const EVIL: &str = "#!/bin/sh\necho PWNED >&2\n";

/// A project folder that is a repository with one commit and one changed file.
fn repository(who: Who) -> World {
    let world = World::new(who);
    // Within what the run may execute: the wall around the folder is no help against what lies in it.
    std::fs::write(world.path("home/project/evil"), EVIL).unwrap();
    world.own();
    setup(
        &world,
        "chmod +x evil; git init -q . && git config user.email a@example.org && git config user.name a
         printf 'evil\\nreadme.txt\\n' > .git/info/exclude && echo one > f && git add f && git commit -qm one && echo two > f",
    );
    world
}

/// Runs a script of the attacker's in the project folder, unconfined.
fn setup(world: &World, script: &str) {
    let mut command = Command::new("sh");
    if launch::is_root() {
        command.uid(world.who.uid()).gid(world.who.uid());
    }
    let output = command
        .args(["-ec", script])
        .current_dir(world.path("home/project"))
        .env("HOME", world.path("home"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("EVIL", world.path("home/project/evil"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn run(world: &World, script: &str, repository: &str, write: &str) -> Done {
    let words: Vec<&str> = script.split(' ').collect();
    let shell = script.contains(['|', ';', '&', '=', '(']) && !script.starts_with("git ");
    let argv = if shell { vec!["sh", "-c", script] } else { words };
    let mut run = world.run(&argv);
    run.policy["permissions"] = json!({ "repository": repository, "write": write });
    run.done()
}

fn is_pwned(done: &Done) -> bool {
    done.stdout.contains("PWNED") || done.stderr.contains("PWNED")
}

fn has_git() -> bool {
    let there = Path::new("/usr/bin/git").exists();
    if !there {
        skip("attacks of a repository", "there is no /usr/bin/git");
    }
    there
}

#[test]
fn what_only_reads_runs_no_program_of_the_repository() {
    let attacks = [
        ("git config core.fsmonitor $EVIL", "git status --short"),
        ("printf '[core]\\nfsmonitor = %s\\n' $EVIL > .git/more; git config include.path more", "git status --short"),
        ("printf '[core]\\nfsmonitor = %s\\n' $EVIL > .git/more; git config includeIf.gitdir:/.path more", "git status --short"),
        ("git config extensions.worktreeConfig true; git config --worktree core.fsmonitor $EVIL", "git status --short"),
        ("git config diff.external $EVIL", "git diff"),
        ("git config diff.d.command $EVIL; echo '* diff=d' > .gitattributes", "git diff"),
        ("git config diff.d.textconv $EVIL; echo '* diff=d' > .git/info/attributes", "git diff"),
        ("git config diff.d.textconv $EVIL; echo '* diff=d' > .gitattributes", "git log -p"),
        ("git config filter.x.clean $EVIL; echo '* filter=x' > .gitattributes", "git diff"),
        ("git config filter.x.process $EVIL; git config filter.x.required true; echo '* filter=x' > .gitattributes", "git diff"),
        ("git config alias.st !$EVIL", "git st"),
        ("git config core.sshCommand $EVIL", "git ls-remote ssh://example.org/x"),
        ("git config protocol.ext.allow always; git config remote.x.url \"ext::$EVIL\"", "git ls-remote x"),
        ("git config credential.helper !$EVIL", "printf 'protocol=https\\nhost=h\\n\\n' | git credential fill"),
        ("git config tar.x.command $EVIL", "git archive --format=x HEAD"),
        ("git config trailer.x.command $EVIL; git config trailer.x.key X", "git interpret-trailers f"),
        // A submodule's folder with a configuration of its own.
        ("git init -q s && cd s && git config user.email a@b && git config user.name a && git commit -q --allow-empty -m x && git config core.fsmonitor $EVIL
          cd .. && git -c protocol.file.allow=always submodule --quiet add ./s s", "git status --short"),
        // A folder that looks like a bare repository.
        ("mv .git ../g && cp -r ../g/HEAD ../g/objects ../g/refs ../g/index . && printf '[core]\\nrepositoryformatversion=0\\nworktree=.\\nfsmonitor=%s\\n' $EVIL > config", "git status --short"),
    ];
    for who in Who::all().into_iter().filter(|_| has_git()) {
        // It is git that is told, whoever runs it: root goes through a few of them.
        for (attack, command) in attacks.into_iter().step_by(if who == Who::Root { 6 } else { 1 }) {
            let world = repository(who);
            setup(&world, attack);
            let open = run(&world, command, "open", "none");
            assert!(is_pwned(&open), "positive control: {attack}, {command}: {open:?}");
            let closed = run(&world, command, "closed", "none");
            assert!(!is_pwned(&closed), "{who:?}: {attack}, {command}: {closed:?}");
        }
    }
}

#[test]
fn a_command_that_is_kept_from_them_still_works() {
    for who in Who::all().into_iter().filter(|_| has_git()) {
        let world = repository(who);
        setup(
            &world,
            "git config core.fsmonitor $EVIL; git config diff.external $EVIL; git config filter.x.clean $EVIL
             git config core.hooksPath .; git config pager.log $EVIL; echo '* filter=x' > .gitattributes",
        );
        let status = run(&world, "git status --short", "closed", "none");
        assert_eq!(status.stdout, " M f\n?? .gitattributes\n", "{status:?}");
        let diff = run(&world, "git diff", "closed", "none");
        assert!(
            diff.succeeded() && diff.stdout.contains("-one") && diff.stdout.contains("+two"),
            "{diff:?}"
        );
        let log = run(&world, "git log --oneline", "closed", "none");
        assert!(log.stdout.ends_with("one\n"), "{log:?}");
        let elsewhere = run(&world, "git -C .. status", "closed", "none");
        assert!(!is_pwned(&elsewhere));
    }
}

#[test]
fn hooks_hold_up_a_change_and_nothing_else() {
    let hook = "cp evil .git/hooks/";
    for who in Who::all().into_iter().filter(|_| has_git()) {
        for (name, command) in [
            ("pre-commit", "git commit -qam two"),
            ("post-checkout", "git checkout -q -b two"),
            ("post-index-change", "git commit -qam two"),
        ] {
            let world = repository(who);
            setup(&world, &format!("{hook}{name}"));
            let closed = run(&world, command, "closed", "here");
            assert_eq!(closed.code(), "repository_programs", "{who:?} {name}: {closed:?}");
            assert!(closed.report.error.as_ref().unwrap().message.contains(name));
            let open = run(&world, command, "open", "here");
            assert!(
                is_pwned(&open) && open.succeeded(),
                "positive control: {name}: {open:?}"
            );
        }
        let world = repository(who);
        setup(
            &world,
            &format!("{hook}post-index-change; {hook}pre-commit.sample"),
        );
        assert!(
            is_pwned(&run(&world, "git add f", "open", "here")),
            "positive control"
        );
        let added = run(&world, "git add f", "closed", "here");
        assert!(added.succeeded() && !is_pwned(&added), "{added:?}");
        setup(&world, "rm .git/hooks/post-index-change");
        let committed = run(&world, "git commit -qm two", "closed", "here");
        assert!(committed.succeeded() && !is_pwned(&committed), "{committed:?}");
    }
}

#[test]
fn what_cannot_be_put_out_of_force_ends_the_run() {
    for who in Who::all().into_iter().filter(|_| has_git()) {
        for attack in [
            "git config core.gitProxy $EVIL",
            "git config remote.x.uploadpack $EVIL",
            "git config remote.x.vcs evil",
            "git config hook.x.command $EVIL",
            "git config 'filter.a=b.clean' $EVIL",
            "echo 'no configuration' >> .git/config",
        ] {
            let world = repository(who);
            setup(&world, attack);
            let done = run(&world, "git status", "closed", "none");
            assert_eq!(done.code(), "repository_programs", "{attack}: {done:?}");
        }
    }
}

#[test]
fn what_the_owner_configured_stays() {
    for who in Who::all().into_iter().filter(|_| has_git()) {
        let world = repository(who);
        setup(
            &world,
            "git config --global alias.st 'status --short'; git config alias.st !$EVIL
             git config --global filter.x.clean 'tr a-z A-Z'; git config filter.x.clean $EVIL; git config filter.x.process $EVIL
             echo '* filter=x' > .gitattributes; echo TWO > f",
        );
        let status = run(&world, "git st", "closed", "none");
        assert!(status.stdout.contains(" M f") && !is_pwned(&status), "{status:?}");
        let diff = run(&world, "git diff f", "closed", "none");
        assert!(diff.stdout.contains("+TWO") && !is_pwned(&diff), "{diff:?}");
    }
}

#[test]
fn git_is_kept_from_whichever_repository_it_finds() {
    // A repository in the project whose filter and whose program for differences are its own.
    let evil = "mkdir evil_repo && cd evil_repo && git init -q . && git config user.email a@b && git config user.name a
        echo one > f && git add f && git commit -qm one && echo two > f
        echo '* filter=e' > .gitattributes && git config filter.e.clean $EVIL && git config diff.external $EVIL
        mkdir -p half/.git";
    for who in Who::all().into_iter().filter(|_| has_git()) {
        let world = repository(who);
        setup(&world, evil);
        for command in [
            "git --git-dir=evil_repo/.git --work-tree=evil_repo diff",
            "git --git-dir evil_repo/.git --work-tree evil_repo diff",
            "git --namespace x -C evil_repo diff",
            "git -C evil_repo/half diff",
            "cd evil_repo && git diff",
            "(cd evil_repo; git diff)",
            "cd evil_repo/half; git diff",
            "GIT_DIR=evil_repo/.git GIT_WORK_TREE=evil_repo git diff",
            "export GIT_DIR=$PWD/evil_repo/.git; cd evil_repo; git diff",
            "for d in evil_*; do git -C $d diff; done",
            "echo evil_repo | xargs -I{} git -C {} diff",
            "find . -name .gitattributes -execdir git diff \\;",
            "env -C evil_repo git diff",
        ] {
            let open = run(&world, command, "open", "none");
            assert!(is_pwned(&open), "positive control: {command}: {open:?}");
            let closed = run(&world, command, "closed", "none");
            assert!(
                !is_pwned(&closed) && closed.stdout.contains("+two"),
                "{who:?}: {command}: {closed:?}"
            );
        }
        for command in [
            "cd evil_repo && /usr/bin/git diff",
            "cd evil_repo; env -i git diff",
            "cd evil_repo; command -p git diff",
            "cd evil_repo; PATH=/usr/bin git diff",
        ] {
            let open = run(&world, command, "open", "none");
            assert!(is_pwned(&open), "positive control: {command}: {open:?}");
            let closed = run(&world, command, "closed", "none");
            assert_eq!(closed.code(), "repository_programs", "{command}: {closed:?}");
        }
        setup(&world, "cp evil evil_repo/.git/hooks/pre-commit");
        let commit = "cd evil_repo; git commit -qam two";
        assert!(is_pwned(&run(&world, commit, "open", "here")), "positive control");
        setup(&world, "cd evil_repo; echo three > f");
        let closed = run(&world, commit, "closed", "here");
        assert!(
            !is_pwned(&closed) && closed.stderr.contains("--allow repository"),
            "{closed:?}"
        );
    }
}

#[test]
fn a_script_around_git_works_as_ever() {
    for who in Who::all().into_iter().filter(|_| has_git()) {
        let world = repository(who);
        for (command, said) in [
            ("git status --short", " M f\n"),
            (
                "cd . && git status --short; git log --oneline | wc -l",
                " M f\n1\n",
            ),
            ("git diff --stat | tail -n 1 | wc -l", "1\n"),
            (
                "git -c color.ui=always stash list | wc -l; git rev-parse --is-inside-work-tree",
                "0\ntrue\n",
            ),
            ("cd /; git status 2>&1 | head -c 5", "fatal"),
        ] {
            let done = run(&world, &format!("true; {command}"), "closed", "none");
            assert_eq!(done.stdout, said, "{who:?}: {command}: {done:?}");
        }
        let done = run(
            &world,
            "true; git commit -qam two && git log --oneline | wc -l",
            "closed",
            "here",
        );
        assert_eq!(done.stdout, "2\n", "{done:?}");
    }
}
