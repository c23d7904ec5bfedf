//! Options and subcommands whose value a program runs, loads or obeys, where the table of programs calls it text.

use crate::command::shell_words::Word;

/// Programs, and their options whose value is code, a command line or a program's name.
const OPTIONS: &[(&[&str], &[&str])] = &[
    (&["tar", "gtar"], &["--checkpoint-action"]),
    (&["ssh", "slogin", "autossh"], &["-o", "-F"]),
    (&["scp", "sftp"], &["-o", "-F", "-S"]),
    (
        &["git"],
        &[
            "-c",
            "--config-env",
            "--exec-path",
            "--extcmd",
            "--config",
            "--template",
            "--tree-filter",
            "--index-filter",
            "--msg-filter",
            "--env-filter",
            "--commit-filter",
            "--parent-filter",
            "--tag-name-filter",
            "--setup",
            "--receive-pack",
        ],
    ),
    (
        &["vim", "vi", "nvim", "view", "gvim", "ex"],
        &["-c", "--cmd", "-S", "-u", "-s", "+"],
    ),
    (&["less", "more", "most"], &["+"]),
    (
        &["emacs", "emacsclient"],
        &["--eval", "-eval", "-e", "-l", "--load", "-f", "--funcall"],
    ),
    (
        &["gdb", "lldb"],
        &[
            "-ex",
            "-iex",
            "-x",
            "-o",
            "-O",
            "-s",
            "--eval-command",
            "--command",
            "--batch-command",
        ],
    ),
    (&["wget"], &["-e", "--execute", "--use-askpass", "--config"]),
    (&["make", "gmake"], &["--eval", "-E"]),
    (&["docker", "podman", "nerdctl"], &["--entrypoint"]),
    (&["zip"], &["-TT", "--unzip-command"]),
    (&["gnuplot"], &["-e"]),
    (&["ansible"], &["-a", "--args"]),
    (&["vagrant", "gcloud", "su", "heroku"], &["-c", "--command"]),
    (
        &["nc", "ncat", "netcat"],
        &["-e", "-c", "--exec", "--sh-exec", "--lua-exec"],
    ),
    (&["socat"], &["EXEC:", "SYSTEM:", "SHELL:"]),
    (&["nmap"], &["--script", "--script-args"]),
    (&["7z", "7za", "unrar"], &["-si"]),
    (&["openssl"], &["-engine", "-provider"]),
    (
        &["gpg", "gpg2"],
        &["--exec-path", "--photo-viewer", "--keyserver-options"],
    ),
    (&["npm", "pnpm", "yarn"], &["--script-shell", "--node-options"]),
    (&["cargo"], &["--config"]),
    (
        &["go"],
        &["-exec", "-toolexec", "-ldflags", "-gcflags", "-vettool"],
    ),
];

/// Programs with the words behind which a program's name follows.
const RUNNERS: &[(&str, &[&str])] = &[
    ("npx", &[]),
    ("bunx", &[]),
    ("uvx", &[]),
    ("pipx", &["run"]),
    ("npm", &["exec", "x"]),
    ("pnpm", &["exec", "dlx"]),
    ("yarn", &["exec", "dlx"]),
    ("bundle", &["exec"]),
    ("poetry", &["run"]),
    ("pipenv", &["run"]),
    ("uv", &["run"]),
    ("conda", &["run"]),
    ("mise", &["exec", "x"]),
    ("direnv", &["exec"]),
    ("nix", &["run", "shell"]),
    ("perf", &["stat", "record", "trace"]),
    ("ip", &["exec"]),
    ("git", &["run", "difftool", "mergetool"]),
    ("heroku", &["run"]),
    ("rlwrap", &[]),
    ("dbus-run-session", &[]),
    ("torsocks", &[]),
    ("proxychains", &[]),
    ("proxychains4", &[]),
    ("valgrind", &[]),
    ("gtimeout", &[]),
    ("ld.so", &[]),
    ("ld-linux-x86-64.so.2", &[]),
    ("ld-linux-aarch64.so.1", &[]),
];

/// Programs with subcommands behind which everything is code.
const EVALUATORS: &[(&str, &[&str])] = &[
    ("deno", &["eval"]),
    ("redis-cli", &["eval", "evalsha", "EVAL"]),
    ("screen", &["-X"]),
    (
        "tmux",
        &[
            "send",
            "send-keys",
            "run",
            "run-shell",
            "if",
            "if-shell",
            "source",
            "source-file",
            "bind",
            "bind-key",
            "set-hook",
            "pipe-pane",
            "pipep",
            "display-popup",
            "popup",
            "command-prompt",
            "confirm-before",
            "respawn-pane",
            "respawn-window",
            "set",
            "set-option",
        ],
    ),
];

/// Settings of git that name programs.
const GIT_COMMANDS: &[&str] = &[
    "alias.",
    "pager",
    "editor",
    "command",
    "cmd",
    "helper",
    "external",
    "hookspath",
    "fsmonitor",
    "include",
    "askpass",
    "program",
    "textconv",
    "driver",
    "smudge",
    "clean",
    "process",
    "proxy",
    "templatedir",
    "worktree",
];

/// What a word's place among a program's words says of the holes in it.
pub(super) enum Use {
    /// It is the value of this option, which the program runs or obeys.
    Option(&'static str),
    /// It is the name of a program.
    Program,
    /// It is code.
    Code,
}

/// How `program` uses the word at `at`, if it runs or obeys it.
pub(super) fn used(program: &str, words: &[Word], at: usize) -> Option<Use> {
    let before = words[at - 1].prefix();
    let options = OPTIONS
        .iter()
        .filter(|(names, _)| names.contains(&program))
        .flat_map(|(_, options)| *options);
    for option in options {
        let named = before == *option || attached(words[at].prefix(), option);
        let own = program == "git" && *option == "-c" && at > git_subcommand(words);
        if named && !own && !is_plain_setting(option, words[at].prefix()) {
            return Some(Use::Option(option));
        }
    }
    let is_named = |table: &[(&'static str, &'static [&'static str])]| {
        table
            .iter()
            .find(|(name, _)| *name == program)
            .is_some_and(|(_, behind)| {
                behind.is_empty()
                    || words[1..at]
                        .iter()
                        .any(|word| word.as_literal().is_some_and(|text| behind.contains(&text)))
            })
    };
    if is_named(EVALUATORS) && !names_target(before) {
        return Some(Use::Code);
    }
    // The first word that is no option. An option's own value is not told from it, which errs on the safe side.
    let start = RUNNERS
        .iter()
        .find(|(name, _)| *name == program)
        .and_then(|(_, behind)| {
            let found = words[1..at]
                .iter()
                .position(|word| word.as_literal().is_some_and(|text| behind.contains(&text)));
            if behind.is_empty() {
                Some(1)
            } else {
                found.map(|found| found + 2)
            }
        });
    // `ip netns exec NAME`
    let start = start.map(|start| start + usize::from(program == "ip"));
    let is_option = |word: &Word| word.prefix().starts_with('-');
    if is_named(RUNNERS)
        && words[at].leading_hole().is_some()
        && start.is_some_and(|start| {
            (start..at).all(|word| is_option(&words[word]) || is_option(&words[word - 1]))
        })
    {
        return Some(Use::Program);
    }
    let setting = words[1..at]
        .iter()
        .position(|word| word.as_literal() == Some("config"));
    if program == "git"
        && let Some(config) = setting
    {
        let plain = |word: &&Word| !word.prefix().starts_with('-');
        let keys = words[config + 2..at].iter().filter(plain).count();
        let reads = words[1..].iter().any(|word| {
            matches!(
                word.as_literal(),
                Some("--get" | "--get-all" | "--get-regexp" | "get" | "--list" | "-l")
            )
        });
        let key = words[config + 2..]
            .iter()
            .find(plain)
            .map_or("", Word::prefix)
            .to_ascii_lowercase();
        let names_command = GIT_COMMANDS.iter().any(|part| key.contains(part));
        if !reads && (keys == 0 && words.len() > at + 1 || keys > 0 && names_command) {
            return Some(Use::Option("config"));
        }
    }
    None
}

/// Whether a word is this option with a value attached: `--eval=x`, `-cx`, `+x`.
fn attached(prefix: &str, option: &str) -> bool {
    if option.starts_with("--") {
        // A long option may be shortened as far as it stays clear; six letters are.
        let (name, value) = prefix
            .split_once('=')
            .map_or((prefix, false), |(name, _)| (name, true));
        return value && (name == option || name.len() > 7 && option.starts_with(name));
    }
    let is_single = option.len() == 2 || option == "+" || option.ends_with(':');
    is_single && prefix.len() >= option.len() && prefix.starts_with(option) && !prefix.starts_with("--")
}

/// Where git's subcommand stands, whose `-c` is another than git's own.
fn git_subcommand(words: &[Word]) -> usize {
    let mut at = 1;
    while let Some(word) = words.get(at).filter(|word| word.prefix().starts_with('-')) {
        at += 1 + usize::from(matches!(
            word.as_literal(),
            Some("-C" | "-c" | "--git-dir" | "--work-tree" | "--namespace")
        ));
    }
    at
}

/// `ssh -o ConnectTimeout=..` and its like, which name nothing to run.
fn is_plain_setting(option: &str, prefix: &str) -> bool {
    const PLAIN: &[&str] = &[
        "AddressFamily",
        "BatchMode",
        "Compression",
        "ConnectTimeout",
        "ConnectionAttempts",
        "HostName",
        "LogLevel",
        "Port",
        "ServerAliveCountMax",
        "ServerAliveInterval",
        "StrictHostKeyChecking",
        "User",
    ];
    let setting = prefix.strip_prefix("-o").unwrap_or(prefix);
    option == "-o"
        && setting
            .split_once('=')
            .is_some_and(|(name, _)| PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(name)))
}

/// tmux and screen name a session by these.
fn names_target(before: &str) -> bool {
    matches!(before, "-t" | "-S" | "-s" | "-n" | "-p")
}
