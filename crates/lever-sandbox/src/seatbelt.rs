//! The same rules in the language of macOS's sandbox: a profile for `sandbox-exec -p`.
//!
//! The language is Scheme-like, and the last rule that fits decides; so, unlike Landlock, it can close a part of what it
//! opened. What one rule set cannot say here is said in [`UNENFORCED`]. The language is Apple's own and undocumented; the
//! operations used are those of the profiles in `/System/Library/Sandbox/Profiles`.

use std::fmt::Write as _;
use std::path::Path;

use crate::paths::{Access, FileRules};
use crate::policy::{Net, Permissions, Processes};

/// What a profile cannot hold: there is no count of processes, and no end of daemons.
pub const UNENFORCED: &[&str] = &["process_count", "survivors"];

/// What ordinary programs read of macOS besides what [`crate::stores::SYSTEM_READ`] has.
const SYSTEM_READ: &[&str] = &[
    "/System",
    "/Library",
    "/Applications",
    "/opt/homebrew",
    "/private/etc",
    "/private/var/db/dyld",
    "/private/var/db/timezone",
    "/private/var/run/resolv.conf",
];

/// Services that programs cannot start without: user names, the clock's zone, the log.
const SERVICES: &[&str] = &[
    "com.apple.system.opendirectoryd.libinfo",
    "com.apple.system.notification_center",
    "com.apple.system.logger",
    "com.apple.logd",
    "com.apple.trustd.agent",
];

/// The profile of a run. `rules` must have been made with masks, since a profile can close what it opened.
pub fn profile(rules: &FileRules, permissions: &Permissions) -> String {
    let mut text = String::from(
        "(version 1)\n(deny default)\n(allow process-fork)\n(allow sysctl-read)\n(allow file-read-metadata)\n",
    );
    for name in SERVICES {
        line(
            &mut text,
            &format!("(allow mach-lookup (global-name {}))", quoted(name)),
        );
    }
    let system = SYSTEM_READ.iter().map(Path::new);
    let readable = rules
        .grants
        .iter()
        .filter(|grant| matches!(grant.access, Access::Read | Access::Write));
    for path in system.chain(readable.map(|grant| grant.path.as_path())) {
        line(
            &mut text,
            &format!("(allow file-read* process-exec (subpath {}))", quoted_path(path)),
        );
    }
    for grant in &rules.grants {
        let path = quoted_path(&grant.path);
        match grant.access {
            Access::Write => line(&mut text, &format!("(allow file-write* (subpath {path}))")),
            Access::Device => line(
                &mut text,
                &format!("(allow file-read* file-write* file-ioctl (literal {path}))"),
            ),
            Access::List => line(&mut text, &format!("(allow file-read-data (literal {path}))")),
            Access::Read => {}
        }
    }
    // From here on, what is closed again.
    for path in &rules.pinned {
        line(
            &mut text,
            &format!("(deny file-write-unlink (literal {}))", quoted_path(path)),
        );
    }
    for path in rules.read_only.union(&rules.absent).chain(rules.links.keys()) {
        line(
            &mut text,
            &format!("(deny file-write* (subpath {}))", quoted_path(path)),
        );
    }
    for path in &rules.masked {
        line(
            &mut text,
            &format!("(deny file-read* file-write* (subpath {}))", quoted_path(path)),
        );
    }
    line(&mut text, "(deny file-write-setugid)");
    line(&mut text, processes(permissions.processes));
    for rule in network(permissions.net) {
        line(&mut text, rule);
    }
    text
}

fn processes(processes: Processes) -> &'static str {
    match processes {
        Processes::Own => "(allow signal process-info* (target same-sandbox))",
        Processes::See => "(allow signal (target same-sandbox)) (allow process-info*)",
        Processes::Signal => "(allow signal process-info*)",
    }
}

fn network(net: Net) -> &'static [&'static str] {
    match net {
        Net::None => &[],
        Net::Unix => &["(allow network* (local unix-socket) (remote unix-socket))"],
        Net::All => &["(allow network*)", "(allow system-socket)"],
    }
}

fn line(text: &mut String, rule: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{rule}");
}

fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A string literal: nothing in a path can end it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::Grant;

    fn rules() -> FileRules {
        let grant = |path: &str, access| Grant {
            path: path.into(),
            access,
        };
        FileRules {
            grants: [
                grant("/Users/ann/w", Access::Read),
                grant("/Users/ann/w", Access::Write),
                grant("/dev/null", Access::Device),
                grant("/dev", Access::List),
            ]
            .into(),
            masked: ["/Users/ann/w/.ssh".into()].into(),
            read_only: ["/Users/ann/w/.git/hooks".into()].into(),
            pinned: ["/Users/ann/w/.git".into()].into(),
            absent: ["/Users/ann/w/.git/commondir".into()].into(),
            ..FileRules::default()
        }
    }

    fn at(text: &str, rule: &str) -> usize {
        text.find(rule)
            .unwrap_or_else(|| panic!("{rule} is not in\n{text}"))
    }

    #[test]
    fn what_is_closed_comes_after_what_is_opened() {
        let text = profile(&rules(), &Permissions::default());
        assert!(text.starts_with("(version 1)\n(deny default)\n"));
        let opened = at(&text, r#"(allow file-write* (subpath "/Users/ann/w"))"#);
        for closed in [
            r#"(deny file-read* file-write* (subpath "/Users/ann/w/.ssh"))"#,
            r#"(deny file-write* (subpath "/Users/ann/w/.git/hooks"))"#,
            r#"(deny file-write* (subpath "/Users/ann/w/.git/commondir"))"#,
            r#"(deny file-write-unlink (literal "/Users/ann/w/.git"))"#,
        ] {
            assert!(at(&text, closed) > opened);
        }
        assert!(
            !text[at(&text, "(deny file-write-unlink")..].contains("(allow file"),
            "nothing is opened again"
        );
    }

    #[test]
    fn networks_and_processes_follow_the_permissions() {
        let text = |net, processes| {
            profile(
                &rules(),
                &Permissions {
                    net,
                    processes,
                    ..Permissions::default()
                },
            )
        };
        assert!(!text(Net::None, Processes::Own).contains("network"));
        assert!(text(Net::Unix, Processes::Own).contains("unix-socket"));
        assert!(text(Net::All, Processes::Own).contains("(allow network*)\n"));
        assert!(!text(Net::Unix, Processes::Own).contains("(allow network*)\n"));
        assert!(
            text(Net::None, Processes::Own).contains("(allow signal process-info* (target same-sandbox))")
        );
        assert!(text(Net::None, Processes::Signal).contains("(allow signal process-info*)\n"));
    }

    #[test]
    fn a_path_cannot_end_its_string() {
        let mut rules = rules();
        rules.grants = [Grant {
            path: "/x\"))(allow default)(\"\\".into(),
            access: Access::Read,
        }]
        .into();
        let text = profile(&rules, &Permissions::default());
        assert!(
            text.contains(r#"(subpath "/x\"))(allow default)(\"\\")"#),
            "{text}"
        );
        // Outside of strings, each parenthesis has its other.
        let mut depth = 0_i32;
        let (mut inside, mut escaped) = (false, false);
        for character in text.chars() {
            match character {
                _ if escaped => escaped = false,
                '\\' if inside => escaped = true,
                '"' => inside = !inside,
                '(' if !inside => depth += 1,
                ')' if !inside => depth -= 1,
                _ => {}
            }
            assert!(depth >= 0);
        }
        assert!(depth == 0 && !inside);
    }
}
