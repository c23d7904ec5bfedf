//! From a program's name to the file that runs: PATH without its traps.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::report::{Failure, code};

/// Searched when the environment has no PATH.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A program file that may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// As found: programs look at the name they were called by.
    pub path: PathBuf,
    /// With symbolic links resolved.
    pub real: PathBuf,
}

/// The absolute folders of a PATH. Relative and empty entries mean "wherever I happen to be" and are ignored.
pub fn search_path(path: Option<&str>) -> impl Iterator<Item = &Path> {
    path.unwrap_or(DEFAULT_PATH)
        .split(':')
        .filter(|entry| entry.starts_with('/'))
        .map(Path::new)
}

/// A PATH in which `folder` comes first.
pub fn before(folder: &Path, path: Option<&str>) -> String {
    format!("{}:{}", folder.display(), path.unwrap_or(DEFAULT_PATH))
}

/// Finds the program that `name` means: in `path` if it has no slash, else relative to `cwd`.
///
/// A file in a folder that other users can write to is refused rather than skipped: skipping it would quietly run another
/// program than the one the owner's own shell runs.
pub fn resolve(name: &str, path: Option<&str>, cwd: &Path) -> Result<Program, Failure> {
    if name.contains('/') {
        let file = crate::policy::flatten(&cwd.join(name));
        return match fs::metadata(&file) {
            Ok(metadata) if is_executable(&file, &metadata) => trusted(file),
            Ok(_) => Err(not_executable(&file)),
            Err(error) => Err(
                Failure::new(code::PROGRAM_NOT_FOUND, format!("{name}: {}", reason(&error)))
                    .hint("check the path, relative to the folder the command runs in"),
            ),
        };
    }
    let mut found_inert = None;
    for folder in search_path(path) {
        let file = folder.join(name);
        match fs::metadata(&file) {
            Ok(metadata) if is_executable(&file, &metadata) => return trusted(file),
            Ok(metadata) if metadata.is_file() => found_inert = found_inert.or(Some(file)),
            _ => {}
        }
    }
    Err(found_inert.map_or_else(
        || {
            Failure::new(code::PROGRAM_NOT_FOUND, format!("{name} is not installed"))
                .hint(format!("install {name}, or add its folder to PATH"))
        },
        |file| not_executable(&file),
    ))
}

fn not_executable(file: &Path) -> Failure {
    let message = format!("{} is not an executable file", file.display());
    Failure::new(code::PROGRAM_NOT_EXECUTABLE, message).hint(format!("chmod +x {}", file.display()))
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    }
}

fn is_executable(file: &Path, metadata: &Metadata) -> bool {
    metadata.is_file() && crate::access::can_execute(file)
}

fn trusted(path: PathBuf) -> Result<Program, Failure> {
    let real = crate::access::resolve(&path).map_err(|error| {
        Failure::new(
            code::PROGRAM_NOT_FOUND,
            format!("{}: {}", path.display(), reason(&error)),
        )
    })?;
    // Owner of `/`: root, or what stands for root inside a user namespace.
    let owners = [
        0,
        crate::access::effective_uid(),
        fs::metadata("/").map_or(0, |root| root.uid()),
    ];
    // The link's own folder and the file's: whoever writes to either chooses what runs.
    let link = path
        .parent()
        .zip(path.file_name())
        .and_then(|(folder, name)| Some(crate::access::resolve(folder).ok()?.join(name)))
        .filter(|link| *link != real);
    for file in [Some(real.clone()), link].into_iter().flatten() {
        if let Some((place, problem)) = untrusted(&file, &owners) {
            let message = format!("{} is not run: {} {problem}", path.display(), place.display());
            return Err(
                Failure::new(code::PROGRAM_UNTRUSTED_FOLDER, message).hint(format!(
                    "chmod o-w {0} and check its owner, or use a program elsewhere",
                    place.display()
                )),
            );
        }
    }
    Ok(Program { path, real })
}

/// The first of the file and its folders that another user can replace the file through.
fn untrusted(file: &Path, owners: &[u32]) -> Option<(PathBuf, &'static str)> {
    for (depth, place) in file.ancestors().enumerate() {
        let Ok(metadata) = fs::metadata(place) else {
            continue;
        };
        // In a sticky folder others can add entries, but not replace ours: fine further up, not for the program's own.
        let sticky_ancestor = depth > 1 && metadata.mode() & 0o1000 != 0;
        if metadata.mode() & 0o002 != 0 && !sticky_ancestor {
            return Some((place.to_owned(), "can be written by every user"));
        }
        if !owners.contains(&metadata.uid()) {
            return Some((place.to_owned(), "belongs to another user"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn program(folder: &Path, name: &str) -> PathBuf {
        let file = folder.join(name);
        fs::write(&file, "#!/bin/sh\n").expect("write");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("chmod");
        file
    }

    fn code_of(result: Result<Program, Failure>) -> String {
        result.expect_err("must be refused").code
    }

    #[test]
    fn relative_and_empty_entries_are_ignored() {
        let entries: Vec<_> = search_path(Some(":.:bin:/usr/bin::/bin:")).collect();
        assert_eq!(entries, [Path::new("/usr/bin"), Path::new("/bin")]);
        let folder = tempfile::tempdir().expect("tempdir");
        program(folder.path(), "lever-test-program");
        assert_eq!(
            code_of(resolve("lever-test-program", Some(".:"), folder.path())),
            code::PROGRAM_NOT_FOUND
        );
        let path = folder.path().to_str().expect("utf-8");
        assert!(resolve("lever-test-program", Some(path), Path::new("/")).is_ok());
        assert!(resolve("./lever-test-program", Some("/bin"), folder.path()).is_ok());
    }

    #[test]
    fn folders_open_to_others_are_refused() {
        let folder = tempfile::tempdir().expect("tempdir");
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).expect("mkdir");
        program(&bin, "p");
        let find = || resolve("p", Some(bin.to_str().expect("utf-8")), Path::new("/"));
        assert!(find().is_ok());
        for (place, mode) in [
            (bin.clone(), 0o777),
            (bin.clone(), 0o1777),
            (folder.path().to_owned(), 0o777),
            (bin.join("p"), 0o757),
        ] {
            let before = fs::metadata(&place).expect("stat").permissions();
            fs::set_permissions(&place, fs::Permissions::from_mode(mode)).expect("chmod");
            assert_eq!(
                code_of(find()),
                code::PROGRAM_UNTRUSTED_FOLDER,
                "{} {mode:o}",
                place.display()
            );
            fs::set_permissions(&place, before).expect("chmod");
        }
        // A link in a good folder does not launder a file in a bad one.
        let good = folder.path().join("good");
        fs::create_dir(&good).expect("mkdir");
        std::os::unix::fs::symlink(bin.join("p"), good.join("p")).expect("symlink");
        fs::set_permissions(&bin, fs::Permissions::from_mode(0o777)).expect("chmod");
        assert_eq!(
            code_of(resolve("p", Some(good.to_str().expect("utf-8")), Path::new("/"))),
            code::PROGRAM_UNTRUSTED_FOLDER
        );
    }

    #[test]
    fn what_is_missing_and_what_cannot_run_differ() {
        let folder = tempfile::tempdir().expect("tempdir");
        fs::write(folder.path().join("data"), "x").expect("write");
        let path = folder.path().to_str().expect("utf-8");
        assert_eq!(
            code_of(resolve("data", Some(path), Path::new("/"))),
            code::PROGRAM_NOT_EXECUTABLE
        );
        assert_eq!(
            code_of(resolve("./data", None, folder.path())),
            code::PROGRAM_NOT_EXECUTABLE
        );
        assert_eq!(
            code_of(resolve("./absent", None, folder.path())),
            code::PROGRAM_NOT_FOUND
        );
        let missing = resolve("docker-absent", Some(path), Path::new("/")).expect_err("absent");
        assert_eq!(missing.message, "docker-absent is not installed");
    }
}
