//! Interpreters, and which of their words are a program.

use crate::command::shell_words::Word;

/// How an interpreter is given its program.
pub(super) struct CodeFlags {
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
    pub(super) first_operand: bool,
}

pub(super) enum Flag {
    CodeFollows,
    CodeAttached,
    File,
    FileAttached,
    Value,
    Other,
    Operand,
}

impl CodeFlags {
    /// What a word is to the interpreter.
    pub(super) fn read(&self, word: &Word) -> Flag {
        let prefix = word.prefix();
        if !prefix.starts_with('-') || prefix == "-" {
            return Flag::Operand;
        }
        if let Some(long) = self
            .long
            .iter()
            .find(|long| prefix == **long || prefix.starts_with(&format!("{long}=")))
        {
            return if prefix.len() == long.len() && word.pieces.len() == 1 {
                Flag::CodeFollows
            } else {
                Flag::CodeAttached
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

/// What is known of an interpreter, and how to give it a value as data instead.
#[allow(clippy::too_many_lines)] // a table
pub(super) fn code_flags(name: &str) -> Option<(CodeFlags, &'static str)> {
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
