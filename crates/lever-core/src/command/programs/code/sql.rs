//! SQL and the commands of its command-line clients (`psql`'s `\d`, `sqlite3`'s `.tables`).
//!
//! Only what is surely a question counts as one: a statement that begins with a word that asks, and holds none that
//! changes and no function known to have an effect.

use super::{Code, Tags};

pub(super) fn inspect(text: &str) -> Code {
    let mut code = Code::default();
    for line in text.lines() {
        let line = line.trim_start();
        if line.starts_with(['.', '\\']) {
            client_command(line, &mut code);
        }
    }
    let Some(statements) = statements(text) else {
        return Code::open();
    };
    for words in &statements {
        code.tags |= statement(words);
    }
    code
}

/// Words that begin a question.
const ASKING: &[&str] = &[
    "select", "explain", "show", "describe", "desc", "values", "table", "with", "pragma", "use", "begin",
    "commit", "rollback", "help", "status",
];
/// Words that change something wherever they stand in a statement.
const CHANGING: &[&str] = &[
    "insert",
    "update",
    "delete",
    "merge",
    "into",
    "drop",
    "truncate",
    "alter",
    "create",
    "replace",
    "grant",
    "revoke",
    "analyze",
    "vacuum",
    "outfile",
    "dumpfile",
    "nextval",
    "setval",
    "dblink",
    "dblink_exec",
    "lo_import",
    "lo_export",
    "lo_unlink",
    "pg_terminate_backend",
    "pg_cancel_backend",
    "pg_reload_conf",
    "pg_rotate_logfile",
    "pg_advisory_lock",
    "pg_read_file",
    "pg_read_binary_file",
    "pg_ls_dir",
    "pg_switch_wal",
    "pg_create_restore_point",
    "set_config",
    "load_extension",
    "writefile",
    "edit",
    "fts3_tokenizer",
    "load_file",
    "sys_exec",
    "sys_eval",
    "sleep",
    "attach",
    "lock",
    "for",
    "call",
    "do",
    "execute",
    "exec",
];
/// Words that take something away that does not come back.
const DESTROYING: &[&str] = &[
    "drop",
    "truncate",
    "delete",
    "pg_terminate_backend",
    "flush",
    "purge",
    "reset",
];

fn statement(words: &[String]) -> Tags {
    let Some(first) = words.first() else {
        return Tags::NONE;
    };
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let destroys = if has(DESTROYING) {
        Tags::DESTROYS
    } else {
        Tags::NONE
    };
    match first.as_str() {
        "show" | "describe" | "desc" | "help" | "status" => Tags::READS,
        // With a value it sets one.
        "pragma" if !words.iter().any(|word| word == "=" || word == "(") => Tags::READS,
        "pragma" if words.get(1).is_some_and(|name| PRAGMAS.contains(&name.as_str())) => Tags::READS,
        "pragma" => Tags::READS | Tags::CHANGES,
        first if ASKING.contains(&first) && !has(CHANGING) => Tags::READS,
        _ => Tags::READS | Tags::CHANGES | destroys,
    }
}

/// Pragmas that take the name of a table and change nothing.
const PRAGMAS: &[&str] = &[
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "integrity_check",
    "quick_check",
    "foreign_key_check",
];

/// The words of each statement, lower case; texts and comments left out. Nothing if a text has no end.
fn statements(text: &str) -> Option<Vec<Vec<String>>> {
    let mut all = vec![Vec::new()];
    let mut rest = text;
    let mut line_begins = true;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\n' => {
                line_begins = true;
                rest = &rest[1..];
                continue;
            }
            '.' | '\\' if line_begins => rest.find('\n').unwrap_or(rest.len()),
            _ if first.is_whitespace() => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            ';' => {
                all.push(Vec::new());
                1
            }
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            // MySQL runs what stands in such a comment.
            '/' if rest.starts_with("/*!") => return None,
            '/' if rest.starts_with("/*") => rest.find("*/").map(|at| at + 2)?,
            '\'' | '"' | '`' => rest[1..].find(first).map(|at| at + 2)?,
            '$' if dollar_quote(rest).is_some() => dollar_quote(rest)?,
            // psql: a client's command may also stand at the end of a statement.
            '\\' => return None,
            _ if first.is_alphanumeric() || first == '_' => {
                let length = rest
                    .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .unwrap_or(rest.len());
                if let Some(words) = all.last_mut() {
                    words.push(rest[..length].to_lowercase());
                }
                length
            }
            _ => {
                if let Some(words) = all.last_mut() {
                    words.push(first.to_string());
                }
                first.len_utf8()
            }
        };
        line_begins = false;
        rest = &rest[length..];
    }
    Some(all)
}

fn dollar_quote(rest: &str) -> Option<usize> {
    let end = rest[1..].find('$')? + 2;
    let tag = &rest[..end];
    if !tag[1..end - 1].chars().all(|c| c.is_alphanumeric() || c == '_')
        || tag[1..].starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    rest[end..].find(tag).map(|at| at + 2 * end)
}

/// Commands of sqlite3 and psql that only show something.
const SHOWING: &[&str] = &[
    ".tables",
    ".schema",
    ".databases",
    ".indexes",
    ".indices",
    ".mode",
    ".headers",
    ".header",
    ".help",
    ".show",
    ".width",
    ".separator",
    ".stats",
    ".timer",
    ".fullschema",
    ".dbinfo",
    ".dump",
    ".lint",
    ".nullvalue",
    ".explain",
    ".eqp",
    ".echo",
    ".print",
    ".quit",
    ".exit",
    ".changes",
    ".bail",
    ".version",
    ".timeout",
    ".limit",
    ".sha3sum",
    ".selftest",
    "\\l",
    "\\l+",
    "\\list",
    "\\x",
    "\\timing",
    "\\conninfo",
    "\\encoding",
    "\\q",
    "\\z",
    "\\dp",
    "\\sf",
    "\\sv",
    "\\echo",
    "\\pset",
    "\\a",
    "\\t",
    "\\h",
    "\\?",
    "\\c",
    "\\connect",
];

fn client_command(line: &str, code: &mut Code) {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or_default();
    let argument = words.next();
    code.tags |= Tags::READS;
    // Pipes, and commands in backquotes.
    if line.contains(['|', '`']) {
        code.open = true;
    }
    if SHOWING.contains(&name) || name.starts_with("\\d") {
        return;
    }
    match (name, argument) {
        (".output" | ".once" | ".log" | ".backup" | ".save" | ".clone" | ".excel" | "\\o", Some(path))
            if path != "stdout" =>
        {
            code.writes.push(path.to_owned());
        }
        (".output" | "\\o", _) => {}
        (".restore", _) => code.tags |= Tags::CHANGES | Tags::DESTROYS,
        (".import", _) => code.tags |= Tags::CHANGES,
        _ => code.open = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_only_read() {
        for text in [
            "select * from t where x = 'drop table y'",
            "SELECT count(*) FROM users;",
            "select 1; show tables",
            "with a as (select 1) select * from a",
            "explain select 1",
            "pragma table_info(users)",
            "pragma journal_mode",
            ".tables",
            ".schema users",
            "\\dt+",
            "\\l",
            "select $$it's; delete$$",
            "-- delete\nselect 1",
            "",
        ] {
            let code = inspect(text);
            assert!(
                code.tags.effects().reads_only() && !code.open && code.writes.is_empty(),
                "{text}: {code:?}"
            );
        }
    }

    #[test]
    fn everything_else_does_more() {
        for text in [
            "drop table x",
            "select 1; DELETE from t",
            "with a as (delete from t returning *) select * from a",
            "select * into y from x",
            "explain analyze delete from t",
            "select pg_terminate_backend(1)",
            "pragma journal_mode = wal",
            "copy t to program 'sh'",
            "update t set a = 1",
            "select load_extension('x')",
            "select writefile('x', 'y')",
            ".shell rm x",
            ".once |sh",
            "\\! id",
            "\\o |cat",
            "select 1 \\g |sh",
            "select 'unfinished",
            "/*!50000 drop table x */",
            ".output x.txt",
            "vacuum",
        ] {
            let code = inspect(text);
            assert!(
                !code.tags.effects().reads_only() || code.open || !code.writes.is_empty(),
                "{text}: {code:?}"
            );
        }
        assert!(inspect("DROP TABLE x").tags.effects().destroys);
        assert!(inspect("truncate x").tags.effects().destroys);
    }
}
