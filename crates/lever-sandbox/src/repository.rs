//! Programs that a git repository's own settings name, kept from running.
//!
//! A repository that came in an archive, on a stick or in a shared folder brings its own `.git/config` and hooks, and git
//! runs what they name: at a `git status` already. Confined, it would still be somebody else's code. So what the
//! repository names gives way to what the owner's own configuration says, or to git's default; settings for which there
//! is no such value, and hooks that a change would run, end the run before it starts. The owner's own configuration
//! (`~/.gitconfig`, `/etc/gitconfig`) is trusted.
//!
//! The settings travel in `GIT_CONFIG_PARAMETERS`, as `git -c` passes them on: the one way that every version of git knows
//! and hands down to the submodules it visits.

use std::path::{Path, PathBuf};

use crate::git_call::Call;
use crate::git_config::{self, Setting};
use crate::git_repository::{Repository, submodules};

/// The variable that carries settings.
pub const VARIABLE: &str = "GIT_CONFIG_PARAMETERS";

/// A plain comparison in place of a program that shows differences: git gives it a path, the old file at the second place
/// and the new one at the fifth.
const PLAIN_DIFF: &str = r#"f() { diff -u --label "a/$1" --label "b/$1" "$2" "$5"; :; }; f"#;

/// Settings that name a program, and what stands in for a repository's: sections with a bar have a subsection, `*` is any
/// name. `None`: nothing can.
const PROGRAMS: &[(&str, &str, Option<&str>)] = &[
    ("core", "fsmonitor", Some("false")),
    ("core", "hookspath", Some("/dev/null")),
    ("core", "pager", Some("")),
    ("core", "editor", Some("vi")),
    ("core", "sshcommand", Some("ssh")),
    ("core", "askpass", Some("")),
    // Of several proxies and packs, the first counts.
    ("core", "gitproxy", None),
    ("core", "alternaterefscommand", Some("true")),
    ("core", "alternaterefsprefixes", Some("")),
    ("pager", "*", Some("false")),
    ("sequence", "editor", Some("vi")),
    ("interactive", "difffilter", Some("cat")),
    ("diff", "external", Some(PLAIN_DIFF)),
    ("diff|", "command", Some(PLAIN_DIFF)),
    ("diff|", "textconv", Some("cat")),
    ("filter|", "clean", Some("")),
    ("filter|", "smudge", Some("")),
    ("filter|", "process", Some("")),
    ("filter|", "required", Some("false")),
    ("merge|", "driver", Some("git merge-file %A %O %B")),
    ("mergetool|", "cmd", Some("false")),
    ("mergetool|", "path", Some("false")),
    ("difftool|", "cmd", Some("false")),
    ("difftool|", "path", Some("false")),
    ("guitool|", "cmd", Some("false")),
    ("gpg", "program", Some("gpg")),
    ("gpg|openpgp", "program", Some("gpg")),
    ("gpg|x509", "program", Some("gpgsm")),
    ("gpg|ssh", "program", Some("ssh-keygen")),
    ("gpg|ssh", "defaultkeycommand", Some("false")),
    ("credential", "helper", Some("")),
    ("credential|", "helper", Some("")),
    ("alias", "*", Some("")),
    ("alias|", "*", Some("")),
    ("remote|", "uploadpack", None),
    ("remote|", "receivepack", None),
    ("remote|", "vcs", None),
    ("trailer|", "command", Some("true")),
    ("trailer|", "cmd", Some("true")),
    ("tar|", "command", Some("cat")),
    ("hook|", "command", None),
    ("browser|", "cmd", Some("false")),
    ("browser|", "path", Some("false")),
    ("man|", "cmd", Some("false")),
    ("man|", "path", Some("false")),
    ("web", "browser", Some("false")),
    ("instaweb", "httpd", Some("false")),
    ("instaweb", "browser", Some("false")),
    ("imap", "tunnel", Some("false")),
    ("gc", "recentobjectshook", Some("true")),
    ("uploadpack", "packobjectshook", Some("")),
    ("receive", "procreceiverefs", Some("")),
    ("sendemail", "*", None),
    ("sendemail|", "*", None),
    ("protocol", "allow", Some("user")),
    ("protocol|", "allow", Some("user")),
];

/// Settings that are set in any case: the likeliest ways in, should the repository change under the run.
const ALWAYS: &[(&str, &str)] = &[
    ("core.fsmonitor", "false"),
    ("core.hookspath", "/dev/null"),
    ("protocol.ext.allow", "never"),
];

/// Why a repository cannot be kept from running its own programs.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RepositoryError {
    /// No other value would do.
    #[error("{} sets {key}, which names a program for git to run", folder.display())]
    Setting {
        /// The repository's git folder.
        folder: PathBuf,
        /// The setting.
        key: String,
    },
    /// It would run at a change.
    #[error("the repository has a hook of its own: {}", .0.display())]
    Hook(PathBuf),
    /// Git may see in it what cannot be seen here.
    #[error("{} cannot be read as git's configuration", .0.display())]
    Unreadable(PathBuf),
    /// Nobody can look at its repository before it runs.
    #[error("`{0}` keeps lever from seeing which repository git works in")]
    Unseen(String),
}

/// The value of [`VARIABLE`] under which git, called so, runs none of the repository's programs.
///
/// `writes`: the run may change the repository, so that its hooks matter.
///
/// # Errors
/// The repository names a program that cannot be put out of force.
pub fn close(call: &Call, home: Option<&Path>, writes: bool) -> Result<String, RepositoryError> {
    let mut settings: Vec<(String, String)> = ALWAYS
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let own = owners(home);
    for (key, value) in &mut settings {
        if let Some(last) = own.iter().rev().find(|setting| setting.key() == *key) {
            *value = last.value.clone().unwrap_or_else(|| "true".to_owned());
        }
    }
    for repository in Repository::of(call) {
        let mut files = repository.files();
        let mut hooks_path = None;
        let mut at = 0;
        while let Some(file) = files.get(at).cloned() {
            at += 1;
            for setting in git_config::read(&file, home).map_err(RepositoryError::Unreadable)? {
                override_with(&setting, &own, &repository, &mut settings)?;
                match (setting.key().as_str(), setting.value) {
                    ("core.hookspath", value) => hooks_path = value,
                    // The working files, with their submodules, lie elsewhere.
                    ("core.worktree", Some(path)) => {
                        let root = file.parent().unwrap_or(&file).join(path);
                        for file in submodules(&root) {
                            if !files.contains(&file) {
                                files.push(file);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        if writes && call.runs_hooks {
            repository.check_hooks(hooks_path.as_deref())?;
        }
    }
    Ok(settings
        .iter()
        .map(|(key, value)| quote(&format!("{key}={value}")))
        .collect::<Vec<_>>()
        .join(" "))
}

fn override_with(
    setting: &Setting,
    own: &[Setting],
    repository: &Repository,
    settings: &mut Vec<(String, String)>,
) -> Result<(), RepositoryError> {
    let key = setting.key();
    let Some(Named { neutral }) = named(setting) else {
        return Ok(());
    };
    let refused = || RepositoryError::Setting {
        folder: repository.folder.clone(),
        key: key.clone(),
    };
    let known = settings.iter().any(|(name, _)| *name == key);
    // In this form the key ends at the first `=`.
    if key.contains('=') || key.contains('\n') {
        return Err(refused());
    }
    let owned: Vec<&Setting> = own.iter().filter(|setting| setting.key() == key).collect();
    if known {
        return Ok(());
    }
    if setting.name == "helper" {
        // A list, which an empty value begins anew.
        settings.push((key.clone(), String::new()));
    }
    let value = |setting: &Setting| setting.value.clone().unwrap_or_else(|| "true".to_owned());
    match (setting.name.as_str(), owned.last(), neutral) {
        ("helper", Some(_), _) => settings.extend(owned.iter().map(|own| (key.clone(), value(own)))),
        ("helper", None, _) => {}
        (_, Some(last), _) => settings.push((key, value(last))),
        (_, None, Some(neutral)) => settings.push((key, neutral.to_owned())),
        (_, None, None) => return Err(refused()),
    }
    Ok(())
}

/// A setting that names a program.
struct Named {
    /// What may stand in for it.
    neutral: Option<&'static str>,
}

/// Whether a setting names a program.
fn named(setting: &Setting) -> Option<Named> {
    let quiet = setting.section == "pager" && setting.is_boolean();
    let update = setting.section == "submodule" && setting.name == "update";
    if update
        && setting
            .value
            .as_deref()
            .is_some_and(|value| value.starts_with('!'))
    {
        return Some(Named {
            neutral: Some("checkout"),
        });
    }
    let found = PROGRAMS.iter().find(|(section, name, _)| {
        let fits = match (section.split_once('|'), &setting.subsection) {
            (None, None) => *section == setting.section,
            (Some((section, "")), Some(_)) => section == setting.section,
            (Some((section, which)), Some(subsection)) => section == setting.section && which == subsection,
            _ => false,
        };
        fits && (*name == "*" || *name == setting.name)
    });
    found.filter(|_| !quiet).map(|&(_, _, neutral)| Named { neutral })
}

/// The owner's own settings. What cannot be read says nothing.
fn owners(home: Option<&Path>) -> Vec<Setting> {
    let mut files = vec![PathBuf::from("/etc/gitconfig")];
    files.extend(
        home.iter()
            .flat_map(|home| [home.join(".config/git/config"), home.join(".gitconfig")]),
    );
    files
        .iter()
        .flat_map(|file| git_config::read(file, home).unwrap_or_default())
        .filter(|setting| !matches!(setting.section.as_str(), "include" | "includeif"))
        .collect()
}

/// A word for git's own reader of the variable, which takes the shell's single quotes.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''").replace('!', r"'\!'"))
}
