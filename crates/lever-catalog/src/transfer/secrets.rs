//! What looks like a secret. Such a line is passed over whole: it is neither stored nor shown.

/// Beginnings of well-known keys and tokens.
const PREFIXES: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "sk-",
    "pk_live_",
    "sk_live_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "eyJ",
    "npm_",
    "pypi-",
    "dop_v1_",
    "hf_",
    "SG.",
    "shpat_",
    "-----BEGIN",
];

/// Words that name a secret, in an option, a variable or a header.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api-key",
    "api_key",
    "credential",
    "authorization",
    "bearer",
    "private-key",
    "private_key",
    "access-key",
    "access_key",
    "auth-key",
    "auth_key",
    "cookie",
    "session-id",
    "sessionid",
];

/// Programs whose `-p` or `-u` carries a password.
const WITH_PASSWORD: &[(&str, &[&str])] = &[
    ("mysql", &["-p"]),
    ("mysqldump", &["-p"]),
    ("mysqladmin", &["-p"]),
    ("mariadb", &["-p"]),
    ("sshpass", &["-p"]),
    ("curl", &["-u", "--user", "-U", "--proxy-user"]),
    ("wget", &["--password", "--http-password", "--ftp-password"]),
    ("docker", &["-p"]),
    ("redis-cli", &["-a"]),
    ("mongo", &["-p"]),
    ("ldapsearch", &["-w"]),
    ("smbclient", &["-U"]),
    ("zip", &["-P"]),
    ("unzip", &["-P"]),
    ("openssl", &["-passin", "-passout", "-pass", "-k"]),
];

/// Whether a command line gives a secret away. Errs on the side of yes.
pub(crate) fn has_secret(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    if NAMES.iter().any(|name| lower.contains(name)) {
        return true;
    }
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ';' | '|' | '&' | '(' | ')' | '`'))
        .filter(|word| !word.is_empty())
        .collect();
    let carries = |program: &str, option: &str| {
        WITH_PASSWORD.iter().any(|(known, options)| {
            *known == program
                && options
                    .iter()
                    .any(|known| option == *known || (known.len() == 2 && option.starts_with(known)))
        })
    };
    let program = |at: usize| {
        words[..at]
            .iter()
            .map(|word| word.rsplit('/').next().unwrap_or(word))
    };
    words.iter().enumerate().any(|(at, word)| {
        let value = word.rsplit(['=', ':', '@', ',']).next().unwrap_or(word);
        PREFIXES
            .iter()
            .any(|prefix| word.starts_with(prefix) || value.starts_with(prefix))
            || has_password_in_url(word)
            || is_random(word)
            || is_random(value)
            || program(at).any(|program| carries(program, word))
    })
}

/// `scheme://user:password@host`.
fn has_password_in_url(word: &str) -> bool {
    word.split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?']).next())
        .and_then(|authority| authority.rsplit_once('@'))
        .is_some_and(|(user, _)| user.contains(':'))
}

/// Long, without the structure of a name or a path, and of mixed characters: as keys are.
fn is_random(word: &str) -> bool {
    if word.len() < 20 || word.contains(['/', '.', '{', '*', '$', '<']) {
        return false;
    }
    if !word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'='))
    {
        return false;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let upper = word.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = word.bytes().filter(u8::is_ascii_lowercase).count();
    let hexadecimal = word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal || (digits >= 3 && lower > 0 && (upper >= 2 || digits * 4 >= word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_seen() {
        for line in [
            "export GITHUB_TOKEN=abc",
            "curl -H 'Authorization: Bearer x' https://example.com",
            "curl -u me:pw https://example.com",
            "mysql -u root -phunter2 db",
            "sudo mysql -phunter2",
            "sshpass -p hunter2 ssh host",
            "git clone https://me:pw@example.com/x.git",
            "echo ghp_abcdefghijklmnop",
            "KEY=AKIAIOSFODNN7EXAMPLE aws s3 ls",
            "login --password=hunter2",
            "x 5f4dcc3b5aa765d61d8327deb882cf99",
            "deploy a8Fk29LmQ0xZ7pR3tY6w",
            "openssl enc -k hunter2",
            "docker login -p hunter2",
            "redis-cli -a hunter2",
        ] {
            assert!(has_secret(line), "{line}");
        }
    }

    #[test]
    fn ordinary_lines_are_not_secrets() {
        for line in [
            "git log --oneline -20",
            "docker logs --tail 100 web",
            "tail -n 50 /var/log/nginx/access-2024-01-01-very-long-name.log",
            "kubectl get pods --all-namespaces",
            "ssh deploy@example.com",
            "curl https://example.com:8080/path",
            "cargo build --release --no-default-features",
            "mkdir -p a/b",
            "npm run build-production-bundle-all",
        ] {
            assert!(!has_secret(line), "{line}");
        }
    }
}
