//! The files that a run is given for its values, and where those of a program may lie.
//!
//! Whatever its type, a value that the permissions name is a path: the kernel opens what it leads to. So it is checked as
//! what is granted, links followed, and what is granted is what was checked.

use std::path::Path;

use super::ParamKind;
use super::bind::{BindError, Binder, Caller};
use super::permissions::{Cwd, Permissions, Write};
use super::value::{Rule, ValueError};

/// What a run may do, and which of its paths were checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grants {
    pub(super) permissions: Permissions,
    /// Those read and write paths that values lead to, absolute, without a link.
    pub(super) checked: Vec<String>,
}

/// A path of the permissions with the values in it.
struct Filled {
    text: String,
    /// The first value that is not its owner's own choice: its parameter and where it begins.
    open: Option<(usize, usize)>,
}

impl Binder<'_> {
    /// The permissions, with the values in the paths that name them.
    pub(super) fn grants(&self) -> Result<Grants, BindError> {
        let mut grants = Grants {
            permissions: self.plan.permissions.clone(),
            checked: Vec::new(),
        };
        for path in &mut grants.permissions.read {
            *path = self.grant(path, false, &mut grants.checked)?;
        }
        if let Write::Paths(paths) = &mut grants.permissions.write {
            for path in paths {
                *path = self.grant(path, true, &mut grants.checked)?;
            }
        }
        Ok(grants)
    }

    /// What a path of the permissions opens. To make, replace or remove a file is to write to the folder that holds it, so
    /// where a value names what is written, it opens that folder.
    fn grant(&self, path: &str, writes: bool, checked: &mut Vec<String>) -> Result<String, BindError> {
        let filled = self.put_values(path);
        let Some((param, at)) = filled.open.filter(|_| self.context.caller == Caller::Program) else {
            let folder = writes && filled.text != path;
            return Ok(if folder {
                folder_of(&filled.text).to_owned()
            } else {
                filled.text
            });
        };
        let fail = |rule| {
            let (param, value) = (&self.plan.params[param], &self.values[param]);
            Err(BindError::Value(ValueError::new(param, value, rule)))
        };
        let Some(whole) = self.absolute(&filled.text) else {
            // In the scratch folder, which is new: nothing in it leads out but `..`.
            let climbs = filled.text.split('/').any(|part| part == "..");
            return if climbs {
                fail(Rule::OutsideRoots)
            } else {
                Ok(filled.text)
            };
        };
        // What the template itself begins the path with names a folder of its owner's choice.
        let own = filled.text[..at]
            .rfind('/')
            .map_or("", |slash| &filled.text[..slash]);
        let own = Some(own).filter(|own| at > 0 && (!own.is_empty() || !filled.text.starts_with('/')));
        let own = own.and_then(|own| self.absolute(own));
        let Some(inside) = self.follow_inside(&whole, own.as_deref()) else {
            return fail(Rule::OutsideRoots);
        };
        let folder = writes
            .then(|| self.absolute(folder_of(&filled.text)))
            .flatten()
            .and_then(|folder| self.follow_inside(&folder, own.as_deref()));
        let granted = folder.unwrap_or(inside);
        checked.push(granted.clone());
        Ok(granted)
    }

    fn put_values(&self, path: &str) -> Filled {
        // `~` is the home folder where the owner wrote it, not where a value begins with it.
        let home = path
            .strip_prefix('~')
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let (mut text, mut rest) = match home.filter(|_| self.context.caller == Caller::Program) {
            Some(rest) => (self.context.home.to_owned(), rest),
            None => (String::new(), path),
        };
        let mut open = None;
        while let Some((before, (name, after))) = rest
            .split_once("{{")
            .and_then(|(before, hole)| Some((before, hole.split_once("}}")?)))
        {
            text.push_str(before);
            let known = |param: &&super::Param| param.name == name && param.kind != ParamKind::Secret;
            let found = self.plan.params.iter().zip(self.values).enumerate();
            match found.into_iter().find(|(_, (param, _))| known(param)) {
                Some((index, (param, value))) => {
                    let chosen = matches!(param.kind, ParamKind::Choice(_));
                    open = open.or((!chosen).then_some((index, text.len())));
                    text.push_str(value);
                }
                None => text.extend(["{{", name, "}}"]),
            }
            rest = after;
        }
        text.push_str(rest);
        Filled { text, open }
    }

    /// Whether a path lies in none of the roots, wherever its links lead.
    pub(super) fn leaves_roots(&self, path: &str) -> bool {
        match self.absolute(path) {
            Some(whole) => self.follow_inside(&whole, None).is_none(),
            None => path.split('/').any(|part| part == ".."),
        }
    }

    /// Where a path leads, if that lies in a root or in `own`.
    fn follow_inside(&self, whole: &str, own: Option<&str>) -> Option<String> {
        let real = (self.context.real)(whole)?;
        let roots = self.context.path_roots.iter().map(String::as_str);
        let mut folders = roots.filter(|root| root.starts_with('/')).chain(own);
        let inside = |folder: &str| {
            (self.context.real)(folder).is_some_and(|folder| Path::new(&real).starts_with(folder))
        };
        folders.any(inside).then_some(real)
    }

    /// The path seen from the folder that the command runs in, its `..` as they are: what they lead to is the file system's to say.
    /// `None` for one that lies in the scratch folder.
    fn absolute(&self, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return Some(path.to_owned());
        }
        let base = match &self.plan.permissions.cwd {
            Cwd::Scratch => return None,
            Cwd::Here => self.context.cwd.to_owned(),
            Cwd::Path(folder) => match folder.strip_prefix('~') {
                Some(rest) => format!("{}{rest}", self.context.home),
                None => folder.clone(),
            },
        };
        Some(format!("{base}/{path}"))
    }
}

/// The folder that holds a path, by its text. What ends in `.` or `..` is a folder by itself.
fn folder_of(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit_once('/') {
        _ if trimmed.is_empty() && path.starts_with('/') => "/",
        _ if trimmed.ends_with("/.") || trimmed.ends_with("/..") || matches!(trimmed, "." | "..") => trimmed,
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_path_opens_the_folder_that_holds_it() {
        for (path, folder) in [
            ("", "."),
            ("old.log", "."),
            ("a/b.txt", "a"),
            ("/var/log/app.log", "/var/log"),
            ("/etc", "/"),
            ("/", "/"),
            ("dir/", "."),
            ("..", ".."),
            ("a/..", "a/.."),
            ("../x", ".."),
            (".", "."),
        ] {
            assert_eq!(folder_of(path), folder, "{path}");
        }
    }
}
