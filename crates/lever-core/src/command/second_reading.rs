//! Programs and builtins that read a word a second time: as code, as a name, or as several words.
//!
//! The table of programs says the same from each program's options. These rules do not need to know a program: they find an
//! interpreter wherever it stands among the words, so that an undescribed wrapper around `sh -c` is no way around them.

use super::refusal::Refusal;
use super::shell_words::{RedirectKind, Word};
use super::walk::{Program, Walked};

/// Refusals for holes by what the programs around them do, as `(hole, reason)`.
pub(super) fn refusals(walked: &Walked) -> Vec<(usize, Refusal)> {
    let mut found = Vec::new();
    for program in &walked.programs {
        let mut reader = Reader {
            program,
            found: &mut found,
        };
        reader.read(&walked.functions);
        reads_input(program, walked, &mut found);
    }
    found
}

struct Reader<'a> {
    program: &'a Program,
    found: &'a mut Vec<(usize, Refusal)>,
}

impl Reader<'_> {
    fn refuse(&mut self, words: impl IntoIterator<Item = usize>, refusal: &Refusal) {
        for word in words {
            for hole in self.program.holes.get(word).into_iter().flatten() {
                self.found.push((*hole, refusal.clone()));
            }
        }
    }

    fn read(&mut self, functions: &[String]) {
        let words = &self.program.simple.words;
        let Some(first) = words.first() else { return };
        let all = 1..words.len();
        self.refuse([0], &Refusal::ProgramName);
        let Some(name) = program_name(first) else {
            return self.refuse(all, &Refusal::UnknownProgram);
        };
        if functions.iter().any(|function| function == name) {
            return self.refuse(all, &Refusal::FunctionArgument(name.to_owned()));
        }
        self.builtin(name);
        self.wrapper(name);
        for at in 0..words.len() {
            if let Some(name) = program_name(&words[at]) {
                self.interpreter(at, name);
            }
        }
        if let Some(refusal) = &self.program.split
            && matches!(
                name,
                "echo" | "printf" | "basename" | "dirname" | "realpath" | "readlink" | "expr" | "tr" | "cut"
            )
        {
            let refusal = refusal.clone();
            self.refuse(1..words.len(), &refusal);
            for redirect in &self.program.simple.redirects {
                self.found
                    .extend(redirect.target.holes().map(|hole| (hole, refusal.clone())));
            }
        }
    }

    fn builtin(&mut self, name: &str) {
        let words = &self.program.simple.words;
        let refusal = Refusal::Builtin(name.to_owned());
        match name {
            "eval" | "." | "source" | "read" | "export" | "readonly" | "declare" | "typeset" | "local"
            | "let" | "unset" | "alias" | "unalias" | "trap" | "set" | "shopt" | "mapfile" | "readarray"
            | "getopts" | "enable" | "bind" | "complete" | "compgen" | "compopt" | "fc" | "history"
            | "jobs" | "hash" | "shift" | "coproc" => {
                self.refuse(1..words.len(), &refusal);
            }
            "printf" if words.get(1).is_some_and(|word| word.prefix().starts_with("-v")) => {
                self.refuse(1..3, &refusal);
            }
            "test" | "[" => {
                for (at, word) in words.iter().enumerate() {
                    if matches!(word.as_literal(), Some("-v" | "-R")) {
                        self.refuse([at + 1], &refusal);
                    }
                }
            }
            "wait" if words.len() > 2 && words.iter().any(|word| word.prefix() == "-p") => {
                self.refuse(1..words.len(), &refusal)
            }
            _ => {}
        }
    }

    /// Programs that run the words behind them: a hole there is a program's name until a literal name has been seen.
    fn wrapper(&mut self, name: &str) {
        let words = &self.program.simple.words;
        match name {
            "command" | "builtin" | "exec" | "nohup" | "setsid" | "sudo" | "doas" | "nice" | "ionice"
            | "stdbuf" | "time" | "env" | "xargs" | "busybox" | "unbuffer" | "pkexec" | "watch" | "entr"
            | "hyperfine" => {
                let refusal = match name {
                    "env" => Refusal::VariableName,
                    _ => Refusal::ProgramName,
                };
                let mut after_option = false;
                for (at, word) in words.iter().enumerate().skip(1) {
                    let option = word.prefix().starts_with('-');
                    let assigned = word
                        .prefix()
                        .split_once('=')
                        .is_some_and(|(name, _)| super::word_pieces::is_name(name));
                    if assigned && matches!(name, "env" | "sudo" | "doas") {
                        self.refuse([at], &Refusal::Assignment);
                    } else if word.leading_hole().is_some() && !after_option {
                        self.refuse([at], &refusal);
                        break;
                    } else if !option && !after_option {
                        break;
                    }
                    // `-u NAME`: which options take a word is the program table's knowledge; a hole after one is left to it.
                    after_option = option && !word.prefix().contains('=');
                }
            }
            _ => {}
        }
        let whole_line = match name {
            "ssh" | "rsh" | "autossh" | "slogin" => Some(ssh_command(words)),
            "watch" if !words.iter().any(|word| is_watch_exec(word)) => Some(1),
            "parallel" | "hyperfine" => Some(1),
            _ => None,
        };
        if let Some(start) = whole_line {
            let end = words
                .iter()
                .position(|word| word.prefix().starts_with(":::"))
                .unwrap_or(words.len());
            let rewrite = match name {
                "watch" => "watch -x program {{value}}",
                "ssh" | "rsh" | "autossh" | "slogin" => {
                    "send the value as input: printf '%s\\0' {{value}} | ssh host xargs -0 program"
                }
                _ => "run the program without it",
            };
            let program = name.to_owned();
            self.refuse(start..end, &Refusal::Rejoined { program, rewrite });
        }
    }

    /// An interpreter at word `at`: the words that are its program.
    fn interpreter(&mut self, at: usize, name: &str) {
        let words = &self.program.simple.words;
        let Some((flags, rewrite)) = code_flags(name) else {
            if at == 0 {
                self.special(name);
            }
            return;
        };
        let text = Refusal::ProgramText {
            program: name.to_owned(),
            rewrite,
        };
        let mut filled = false;
        let mut skip = false;
        for index in at + 1..words.len() {
            if std::mem::take(&mut skip) {
                continue;
            }
            let word = &words[index];
            match flags.read(word) {
                Flag::CodeFollows => {
                    self.refuse([index, index + 1], &text);
                    (filled, skip) = (true, true);
                }
                Flag::CodeAttached => {
                    self.refuse([index], &text);
                    filled = true;
                }
                Flag::File => (filled, skip) = (true, true),
                Flag::FileAttached => filled = true,
                Flag::Value => skip = true,
                Flag::Other => {}
                Flag::Operand => {
                    // The first operand of awk and sed is their program, where no option gave one.
                    if flags.first_operand && !filled && at == 0 {
                        self.refuse([index], &text);
                    }
                    if flags.first_operand {
                        filled = true;
                    } else {
                        break;
                    }
                }
            }
        }
        if name == "perl" && words[at..].iter().any(|word| is_perl_loop(word)) {
            let operands = words
                .iter()
                .enumerate()
                .skip(at + 1)
                .filter(|(_, word)| word.leading_hole().is_some());
            let operands: Vec<usize> = operands.map(|(index, _)| index).collect();
            self.refuse(operands, &Refusal::MagicOpen);
        }
    }

    fn special(&mut self, name: &str) {
        let words = &self.program.simple.words;
        let options: &[&str] = match name {
            "tar" | "bsdtar" | "gtar" => &[
                "--to-command",
                "-I",
                "--use-compress-program",
                "--checkpoint-action",
                "--rsh-command",
                "-F",
                "--info-script",
                "--new-volume-script",
            ],
            "rsync" => &["-e", "--rsh", "--rsync-path"],
            "scp" | "sftp" => &["-S", "-o", "-F"],
            "sort" => &["--compress-program"],
            "git" => &[
                "-c",
                "--config-env",
                "--exec-path",
                "--upload-pack",
                "--receive-pack",
                "--exec",
                "-x",
                "--extcmd",
                "--open-files-in-pager",
                "-O",
                "--config",
                "--git-dir",
                "--template",
            ],
            "find" => &["-exec", "-execdir", "-ok", "-okdir"],
            "fd" | "fdfind" => &["-x", "-X", "--exec", "--exec-batch"],
            "split" => &["--filter"],
            "vim" | "vi" | "nvim" | "view" | "ex" | "gvim" => &["-c", "--cmd", "-S", "-s", "-u"],
            "emacs" => &["--eval", "-eval", "-l", "--load", "-f", "--funcall"],
            "gdb" => &["-ex", "-x", "--eval-command", "--command", "-iex"],
            "man" => &["-P", "--pager", "-H", "--html"],
            "wget" => &["-e", "--execute", "--use-askpass"],
            "rg" => &["--pre"],
            "fzf" => &["--preview", "--bind", "--execute"],
            "tcpdump" => &["-z"],
            "make" | "gmake" => &["--eval", "-E", "-f"],
            "docker" | "podman" => &["--entrypoint"],
            "zip" => &["-TT", "--unzip-command"],
            _ => &[],
        };
        for (at, word) in words.iter().enumerate().skip(1) {
            let Some(option) = options.iter().find(|option| names_option(word.prefix(), option)) else {
                continue;
            };
            let refusal = Refusal::ProgramOption {
                program: name.to_owned(),
                option: (*option).to_owned(),
            };
            self.refuse([at], &refusal);
            if word.as_literal() == Some(*option) {
                self.refuse([at + 1], &refusal);
            }
        }
        let text = |rewrite| Refusal::ProgramText {
            program: name.to_owned(),
            rewrite,
        };
        match name {
            "sqlite3" | "duckdb" => {
                let operands = (1..words.len())
                    .filter(|at| !words[*at].prefix().starts_with('-'))
                    .skip(1);
                self.refuse(
                    operands.collect::<Vec<_>>(),
                    &text("put the query in a file: sqlite3 {{db:path}} < query.sql"),
                );
            }
            "tmux" | "screen" => self.terminal(name),
            "jq" | "yq" | "gojq" => {
                let embedded = (1..words.len()).filter(|at| {
                    words[*at].as_hole().is_none()
                        && !words[*at].prefix().starts_with('-')
                        && words[*at].pieces.len() > 1
                });
                let first = embedded.take(1).collect::<Vec<_>>();
                self.refuse(first, &text("jq --arg name {{value}} '.[$name]'"));
            }
            _ => {}
        }
    }

    /// tmux and screen take commands, keys to type, and formats that can run commands.
    fn terminal(&mut self, name: &str) {
        let words = &self.program.simple.words;
        let text = Refusal::ProgramText {
            program: name.to_owned(),
            rewrite: "write the command itself; a hole may name a session: tmux attach -t {{session:word}}",
        };
        let names = if name == "tmux" {
            ["-t", "-s", "-n"]
        } else {
            ["-S", "-r", "-t"]
        };
        let sends = words.iter().any(|word| {
            matches!(
                word.as_literal(),
                Some(
                    "-X" | "send"
                        | "send-keys"
                        | "run"
                        | "run-shell"
                        | "if"
                        | "if-shell"
                        | "source"
                        | "source-file"
                        | "set-buffer"
                        | "bind"
                        | "bind-key"
                )
            )
        });
        let typed = (1..words.len()).filter(|at| {
            let names_session = words[at - 1]
                .as_literal()
                .is_some_and(|option| names.contains(&option) || is_cluster(option, &names));
            !names_session || (sends && words[*at].as_hole().is_none())
        });
        self.refuse(typed.collect::<Vec<_>>(), &text);
    }
}

/// A program that takes its program, or its arguments, from a pipe or a here-document.
fn reads_input(program: &Program, walked: &Walked, found: &mut Vec<(usize, Refusal)>) {
    let words = &program.simple.words;
    let Some(reader) = (0..words.len()).find_map(|at| reads_program_from_input(words, at)) else {
        return resplits(program, walked, found);
    };
    let refusal = Refusal::StandardInput(reader.to_owned());
    for redirect in &program.simple.redirects {
        if matches!(
            redirect.kind,
            RedirectKind::HereDocument | RedirectKind::HereString | RedirectKind::Read
        ) {
            found.extend(redirect.target.holes().map(|hole| (hole, refusal.clone())));
        }
    }
    for before in upstream(program, walked) {
        let redirects = before
            .simple
            .redirects
            .iter()
            .flat_map(|redirect| redirect.target.holes());
        found.extend(
            before
                .holes
                .iter()
                .flatten()
                .copied()
                .chain(redirects)
                .map(|hole| (hole, refusal.clone())),
        );
    }
}

fn resplits(program: &Program, walked: &Walked, found: &mut Vec<(usize, Refusal)>) {
    let words = &program.simple.words;
    let xargs = words.iter().position(|word| program_name(word) == Some("xargs"));
    // With -0 or -d nothing is split but at the byte that it names.
    let splits = xargs.is_some_and(|at| {
        !words[at + 1..].iter().any(|word| {
            let option = word.prefix();
            option == "-0"
                || option == "--null"
                || option.starts_with("-d")
                || option.starts_with("--delimiter")
                || is_cluster(option, &["-0"])
        })
    });
    if !splits && !words.iter().any(|word| program_name(word) == Some("parallel")) {
        return;
    }
    for before in upstream(program, walked) {
        if matches!(before.simple.program(), Some("echo" | "printf" | "cat")) {
            let redirects = before
                .simple
                .redirects
                .iter()
                .filter(|redirect| redirect.kind != RedirectKind::Read);
            let texts = redirects.flat_map(|redirect| redirect.target.holes());
            let words: &[Vec<usize>] = if before.simple.program() == Some("cat") {
                &[]
            } else {
                &before.holes
            };
            found.extend(
                words
                    .iter()
                    .flatten()
                    .copied()
                    .chain(texts)
                    .map(|hole| (hole, Refusal::Resplit)),
            );
        }
    }
}

fn upstream<'a>(program: &'a Program, walked: &'a Walked) -> impl Iterator<Item = &'a Program> {
    walked.programs.iter().filter(|before| {
        program.pipeline != 0 && before.pipeline == program.pipeline && before.stage < program.stage
    })
}

/// The interpreter at word `at`, if it takes its program from its input.
fn reads_program_from_input(words: &[Word], at: usize) -> Option<&str> {
    let name = program_name(&words[at])?;
    let after = &words[at + 1..];
    let bare = after
        .iter()
        .all(|word| word.prefix().starts_with('-') && !matches!(word.prefix(), "-c" | "-e" | "-m"));
    let dash = after
        .first()
        .is_some_and(|word| matches!(word.as_literal(), Some("-" | "/dev/stdin")));
    let takes = match name {
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "mksh" | "ash" | "fish" | "csh" | "tcsh" => {
            bare && !after.iter().any(|word| is_cluster(word.prefix(), &["-c"]))
                || dash
                || after.iter().any(|word| is_cluster(word.prefix(), &["-s"]))
        }
        "python" | "python2" | "python3" | "perl" | "ruby" | "node" | "php" | "lua" | "tclsh"
        | "osascript" | "deno" | "bun" => bare && !has_code_flag(name, after) || dash,
        "psql" | "mysql" | "mariadb" | "mongo" | "mongosh" => !has_code_flag(name, after),
        "sqlite3" | "duckdb" => {
            after
                .iter()
                .filter(|word| !word.prefix().starts_with('-'))
                .count()
                < 2
        }
        "ssh" | "rsh" => at == 0 && ssh_command(words) >= words.len(),
        "at" | "batch" | "ed" | "ex" | "crontab" | "bc" | "dc" | "gnuplot" | "fdisk" => at == 0,
        _ => false,
    };
    takes.then_some(name)
}

fn has_code_flag(name: &str, words: &[Word]) -> bool {
    code_flags(name).is_some_and(|(flags, _)| {
        words.iter().any(|word| {
            matches!(
                flags.read(word),
                Flag::CodeFollows | Flag::CodeAttached | Flag::File | Flag::FileAttached
            )
        })
    })
}

/// How an interpreter is given its program.
struct CodeFlags {
    /// Letters that may end a cluster and take code (`-c`, `-lc`).
    letters: &'static str,
    /// Letters that take another value, in the rest of the cluster or the next word.
    values: &'static str,
    /// Long options that take code.
    long: &'static [&'static str],
    /// Letters and long options that name a file with the program.
    files: &'static str,
    long_files: &'static [&'static str],
    /// The first operand is the program.
    first_operand: bool,
}

enum Flag {
    CodeFollows,
    CodeAttached,
    File,
    FileAttached,
    Value,
    Other,
    Operand,
}

impl CodeFlags {
    fn read(&self, word: &Word) -> Flag {
        let prefix = word.prefix();
        if !prefix.starts_with('-') || prefix == "-" {
            return Flag::Operand;
        }
        if let Some(long) = self
            .long
            .iter()
            .find(|long| prefix == **long || prefix.starts_with(&format!("{long}=")))
        {
            return match prefix.len() == long.len() && word.pieces.len() == 1 {
                true => Flag::CodeFollows,
                false => Flag::CodeAttached,
            };
        }
        if let Some(long) = self
            .long_files
            .iter()
            .find(|long| prefix == **long || prefix.starts_with(&format!("{long}=")))
        {
            return if prefix.len() == long.len() {
                Flag::File
            } else {
                Flag::FileAttached
            };
        }
        if prefix.starts_with("--") {
            return Flag::Other;
        }
        for (at, letter) in prefix.char_indices().skip(1) {
            let last = at + letter.len_utf8() == prefix.len() && word.pieces.len() == 1;
            if self.letters.contains(letter) {
                return if last {
                    Flag::CodeFollows
                } else {
                    Flag::CodeAttached
                };
            }
            if self.files.contains(letter) {
                return if last { Flag::File } else { Flag::FileAttached };
            }
            if self.values.contains(letter) {
                return if last { Flag::Value } else { Flag::Other };
            }
        }
        // A hole in a cluster whose letters say nothing yet: `-{{x}}`.
        match word.holes().next() {
            Some(_) => Flag::CodeAttached,
            None => Flag::Other,
        }
    }
}

fn code_flags(name: &str) -> Option<(CodeFlags, &'static str)> {
    let plain = CodeFlags {
        letters: "",
        values: "",
        long: &[],
        files: "",
        long_files: &[],
        first_operand: false,
    };
    Some(match name {
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "mksh" | "ash" | "fish" | "csh" | "tcsh" | "su"
        | "runuser" | "flock" | "script" | "sg" => (
            CodeFlags {
                letters: "c",
                long: &["--command", "--init-command"],
                values: if name == "bash" { "oO" } else { "" },
                ..plain
            },
            "pass the value as an argument: sh -c 'ls \"$1\"' sh {{value}}",
        ),
        "python" | "python2" | "python3" | "pypy" | "pypy3" => (
            CodeFlags {
                letters: "cm",
                values: "WX",
                ..plain
            },
            "pass the value as an argument: python3 -c 'import sys; print(sys.argv[1])' {{value}}",
        ),
        "perl" => (
            CodeFlags {
                letters: "eEMm",
                long: &[],
                values: "IfF",
                ..plain
            },
            "pass the value as an argument: perl -e 'print $ARGV[0]' {{value}}",
        ),
        "ruby" => (
            CodeFlags {
                letters: "er",
                values: "ICF",
                ..plain
            },
            "pass the value as an argument: ruby -e 'puts ARGV[0]' {{value}}",
        ),
        "node" | "nodejs" | "deno" | "bun" => (
            CodeFlags {
                letters: "epr",
                long: &[
                    "--eval",
                    "--print",
                    "--require",
                    "--import",
                    "--loader",
                    "-pe",
                    "-ep",
                ],
                ..plain
            },
            "pass the value as an argument: node -e 'console.log(process.argv[1])' {{value}}",
        ),
        "php" => (
            CodeFlags {
                letters: "rBRE",
                values: "dc",
                files: "f",
                long: &["--run"],
                ..plain
            },
            "pass the value as an argument: php -r 'echo $argv[1];' {{value}}",
        ),
        "lua" | "luajit" => (
            CodeFlags {
                letters: "el",
                ..plain
            },
            "pass the value as an argument: lua -e 'print(arg[1])' - {{value}}",
        ),
        "Rscript" | "osascript" => (
            CodeFlags {
                letters: "e",
                long: &["-e"],
                ..plain
            },
            "pass the value as an argument",
        ),
        "awk" | "gawk" | "mawk" | "nawk" => (
            CodeFlags {
                letters: "e",
                long: &["--source"],
                values: "vF",
                files: "fE",
                long_files: &["--file", "--exec"],
                first_operand: true,
            },
            "give the value as a variable: awk -v x={{value}} '$1 == x' {{file:path}}",
        ),
        "sed" | "gsed" => (
            CodeFlags {
                letters: "e",
                long: &["--expression"],
                values: "l",
                files: "f",
                long_files: &["--file"],
                first_operand: true,
            },
            "use awk with variables: awk -v a={{old}} -v b={{new}} '{gsub(a, b)} 1' {{file:path}}; for a line, awk -v n={{n}} 'NR == n'",
        ),
        "psql" => (
            CodeFlags {
                letters: "c",
                values: "dfhpUvoL",
                files: "",
                long: &["--command"],
                ..plain
            },
            "echo \"select * from t where id = :'id'\" | psql -v id={{id}}",
        ),
        "mysql" | "mariadb" => (
            CodeFlags {
                letters: "e",
                values: "hPuD",
                long: &["--execute"],
                ..plain
            },
            "put the query in a file: mysql {{database:word}} < query.sql",
        ),
        "mongo" | "mongosh" => (
            CodeFlags {
                long: &["--eval"],
                ..plain
            },
            "put the script in a file: mongosh {{database:word}} script.js",
        ),
        _ => return None,
    })
}

/// The first word of what runs on the other side: behind the options and the host.
fn ssh_command(words: &[Word]) -> usize {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let prefix = word.prefix();
        if !prefix.starts_with('-') {
            return at + 1;
        }
        let takes_next =
            prefix.len() == 2 && word.pieces.len() == 1 && "BbcDEeFIiJLlmOoPpQRSWw".contains(&prefix[1..]);
        at += 1 + usize::from(takes_next);
    }
    at
}

fn is_watch_exec(word: &Word) -> bool {
    word.as_literal()
        .is_some_and(|option| option == "--exec" || is_cluster(option, &["-x"]))
}

fn is_perl_loop(word: &Word) -> bool {
    let prefix = word.prefix();
    prefix.starts_with('-') && !prefix.starts_with("--") && {
        let switches = prefix[1..]
            .split(['e', 'E', 'M', 'm', 'I', 'F'])
            .next()
            .unwrap_or_default();
        switches.contains(['n', 'p'])
    }
}

/// Whether `word` is a cluster of one-letter options that has one of `options` in it.
fn is_cluster(word: &str, options: &[&str]) -> bool {
    word.len() > 1
        && word.starts_with('-')
        && !word.starts_with("--")
        && options
            .iter()
            .any(|option| option.len() == 2 && word[1..].contains(&option[1..]))
}

/// Whether a word is this option: whole, with `=` and a value, shortened, or with the value attached.
fn names_option(prefix: &str, option: &str) -> bool {
    let (name, value) = prefix
        .split_once('=')
        .map_or((prefix, false), |(name, _)| (name, true));
    if option.starts_with("--") {
        return name == option || (name.len() > 4 && option.starts_with(name) && (value || name == option));
    }
    name == option || (option.len() == 2 && prefix.starts_with(option) && !prefix.starts_with("--"))
}

/// The last part of a program's path, if the word is literal or begins with the caller's home.
fn program_name(word: &Word) -> Option<&str> {
    use super::shell_words::Piece;
    let text = match word.pieces.as_slice() {
        [Piece::Text(text)] | [Piece::Home(_), Piece::Text(text)] => text,
        _ => return None,
    };
    Some(text.rsplit('/').next().unwrap_or(text))
}
