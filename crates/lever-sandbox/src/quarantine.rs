//! What a run left where nothing may come into being, moved aside at its end.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::paths::FileRules;

/// Moves aside what came into being where nothing may, and puts back links that lead elsewhere; a sentence for each.
pub fn quarantine(rules: &FileRules) -> Vec<String> {
    let appeared = rules.absent.iter().filter(|path| path.symlink_metadata().is_ok());
    let mut notes: Vec<String> = appeared.map(|path| move_aside(path)).collect();
    for (link, target) in &rules.links {
        let leads_there = || crate::access::resolve(link).is_ok_and(|real| real == *target);
        // One that is gone names no program.
        if link.symlink_metadata().is_err() || link.is_symlink() && leads_there() {
            continue;
        }
        notes.push(move_aside(link));
        if let Err(error) = symlink(target, link) {
            notes.push(format!("{} could not be put back: {error}", link.display()));
        }
    }
    notes
}

fn move_aside(path: &Path) -> String {
    let mut aside = path.to_owned().into_os_string();
    aside.push(format!(".quarantined-{}", std::process::id()));
    let aside = PathBuf::from(aside);
    match std::fs::rename(path, &aside) {
        Ok(()) => format!(
            "the run made {}, which it may not: moved to {}",
            path.display(),
            aside.display()
        ),
        Err(error) => format!(
            "the run made {}, which it may not, and it could not be moved: {error}",
            path.display()
        ),
    }
}
