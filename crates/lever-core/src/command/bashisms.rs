//! What of a template only bash knows, so that `sh` cannot run it. The yardstick is dash 0.5.12 and POSIX.1-2024.

use super::shell_words::SimpleCommand;

/// Variables that bash sets by itself and other shells do not.
pub(super) fn is_bash_variable(name: &str) -> bool {
    name.starts_with("BASH")
        || matches!(
            name,
            "RANDOM"
                | "SRANDOM"
                | "SECONDS"
                | "EPOCHSECONDS"
                | "EPOCHREALTIME"
                | "HOSTNAME"
                | "UID"
                | "EUID"
                | "OSTYPE"
                | "HOSTTYPE"
                | "MACHTYPE"
                | "PIPESTATUS"
                | "FUNCNAME"
                | "DIRSTACK"
                | "GROUPS"
                | "SHELLOPTS"
        )
}

/// Builtins that have no program of the same name, so that a shell must run them.
pub(super) fn is_shell_only(program: &str) -> bool {
    is_bash_builtin(program)
        || matches!(
            program,
            ":" | "."
                | "alias"
                | "bg"
                | "break"
                | "cd"
                | "command"
                | "continue"
                | "eval"
                | "exec"
                | "exit"
                | "export"
                | "fc"
                | "fg"
                | "getopts"
                | "hash"
                | "jobs"
                | "local"
                | "read"
                | "readonly"
                | "return"
                | "set"
                | "shift"
                | "times"
                | "trap"
                | "type"
                | "ulimit"
                | "umask"
                | "unalias"
                | "unset"
                | "wait"
        )
}

fn is_bash_builtin(program: &str) -> bool {
    matches!(
        program,
        "bind"
            | "builtin"
            | "caller"
            | "compgen"
            | "complete"
            | "compopt"
            | "declare"
            | "dirs"
            | "disown"
            | "enable"
            | "help"
            | "history"
            | "let"
            | "logout"
            | "mapfile"
            | "popd"
            | "pushd"
            | "readarray"
            | "shopt"
            | "source"
            | "suspend"
            | "typeset"
    )
}

/// What about a simple command sh does not know.
pub(super) fn in_command(command: &SimpleCommand) -> Option<&'static str> {
    let program = command.program()?;
    if is_bash_builtin(program) {
        return Some("a builtin of bash");
    }
    let words: Vec<&str> = command.words[1..]
        .iter()
        .map(super::shell_words::Word::prefix)
        .collect();
    let first = words.first().copied().unwrap_or_default();
    match program {
        "echo"
            if first.len() > 1
                && first.starts_with('-')
                && first[1..].bytes().all(|b| b"neE".contains(&b))
                && first != "-n" =>
        {
            Some("echo -e")
        }
        "printf" if first == "-v" => Some("printf -v"),
        "printf" if first.contains("%q") || first.contains("%(") => Some("printf %q"),
        "read" if first.starts_with('-') && first != "-r" => Some("options of read"),
        "test" | "["
            if words
                .iter()
                .any(|word| matches!(*word, "==" | "=~" | "-v" | "<" | ">")) =>
        {
            Some("[ a == b ]")
        }
        "trap"
            if words
                .iter()
                .any(|word| matches!(*word, "ERR" | "DEBUG" | "RETURN")) =>
        {
            Some("trap on ERR")
        }
        "set" if words.contains(&"pipefail") => Some("set -o pipefail"),
        "export" if first == "-f" => Some("export -f"),
        "wait" if first.starts_with('-') => Some("options of wait"),
        "exec" if first.starts_with('-') => Some("options of exec"),
        "type" if first.starts_with('-') => Some("options of type"),
        _ => None,
    }
}
