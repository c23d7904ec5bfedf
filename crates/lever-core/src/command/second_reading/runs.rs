//! Programs in other languages that run or evaluate text which is not in them: values that reach them may be that text.

use super::Reader;
use crate::command::programs;
use crate::command::refusal::Refusal;

/// Names that run or evaluate what they are given, in the languages that have them.
const RUNNERS: &str = "eval exec system popen Popen popen2 popen3 subprocess spawn spawnl spawnv spawnvp execv execve execvp execl execlp \
     execute loadstring dofile loadfile instance_eval class_eval module_eval instance_exec shell_exec passthru proc_open pcntl_exec assert \
     create_function include include_once require_once call_user_func child_process execSync spawnSync execFile Function runInNewContext \
     runInThisContext pty runpy importlib __import__ Open3 qx readpipe getstatusoutput getoutput script ee gee eeg pickle \
     __builtins__";

impl Reader<'_> {
    /// Refuses the values that reach a program of `interpreter`, at word `at`, if its text at word `code` may run them.
    pub(super) fn program_text(&mut self, at: usize, interpreter: &str, code: usize) {
        let words = &self.program.simple.words;
        let Some(text) = words.get(code).and_then(|word| word.as_literal()) else {
            return;
        };
        let refusal = Refusal::RunsText(interpreter.to_owned());
        if self.is_appended_to(at) && self.has_placeholder(text) {
            self.refuse_input(&refusal);
        }
        if !runs_text(interpreter, text) {
            return;
        }
        let files = match interpreter {
            "sed" | "gsed" => true,
            "awk" | "gawk" | "mawk" | "nawk" => !text.contains("ARGV") && !text.contains("FILENAME"),
            _ => false,
        };
        let given = (at + 1..words.len()).filter(|word| {
            let set = words[word - 1].prefix() == "-v" || words[*word].prefix().starts_with("-v");
            *word != code && (!files || set)
        });
        let given: Vec<usize> = given.chain(1..at).collect();
        self.refuse_input(&refusal);
        let set = self.program.simple.assignments.iter();
        let set = set.flat_map(|assignment| assignment.value.holes());
        self.found.extend(set.map(|hole| (hole, refusal.clone())));
        self.refuse(given, &refusal);
    }
}

fn runs_text(interpreter: &str, text: &str) -> bool {
    match interpreter {
        "awk" | "gawk" | "mawk" | "nawk" => programs::runs_text("awk", text),
        "sed" | "gsed" => programs::runs_text("sed", text),
        "psql" | "mysql" | "mariadb" | "mongo" | "mongosh" => false,
        _ => {
            let quotes = matches!(interpreter, "perl" | "ruby" | "php") && text.contains('`');
            let opens = matches!(interpreter, "perl" | "ruby") && opens_by_name(text);
            // In JavaScript `exec` is what a pattern does, but for that of `child_process`.
            let pattern =
                |name: &str| name == "exec" && matches!(interpreter, "node" | "nodejs" | "deno" | "bun");
            let runs = |name: &str| !pattern(name) && RUNNERS.split_whitespace().any(|runner| runner == name);
            quotes || opens || names(text).any(runs)
        }
    }
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
}

/// perl's `<>`, and `open` of two arguments in perl and ruby, run what has a bar at its end or beginning.
fn opens_by_name(text: &str) -> bool {
    let magic = text.replace("<<>>", "").contains("<>") || text.contains("<ARGV>") || text.contains("%x");
    let opens = text.match_indices("open").any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + 4..].trim_start().chars().next();
        let method = before.is_some_and(|c| c == '.' || c == '_' || c.is_ascii_alphanumeric());
        !method && !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    magic || opens
}

#[cfg(test)]
mod tests {
    use super::runs_text;

    #[test]
    fn what_runs_or_evaluates_text_is_told_from_what_does_not() {
        for (interpreter, runs, only_reads) in [
            ("awk", "{system($0)}", "{print $0}"),
            ("awk", "{$0 | getline}", "{getline; print}"),
            ("awk", "{print | $1}", "{print | \"sort\"}"),
            ("sed", "e", "s/e/x/"),
            ("sed", "s/a/b/e", "s/a/b/g"),
            ("perl", "system($_)", "print $_"),
            ("perl", "print <>", "print <STDIN>"),
            ("perl", "open(F, $x)", "opendir(D, $x)"),
            ("perl", "`$_`", "print qq($_)"),
            ("python3", "exec(x)", "cursor.execute_all(x)"),
            ("python3", "eval(x)", "re.compile(x)"),
            ("ruby", "%x(#{x})", "puts x"),
            ("ruby", "open(x)", "File.open(x)"),
            ("node", "eval(x)", "/a/.exec(x)"),
            ("php", "system($argv[1]);", "echo $argv[1];"),
            ("lua", "os.execute(arg[1])", "print(arg[1])"),
        ] {
            assert!(runs_text(interpreter, runs), "{interpreter}: {runs}");
            assert!(!runs_text(interpreter, only_reads), "{interpreter}: {only_reads}");
        }
    }
}
