//! The paths a command names, as permissions write them.

use crate::command::shell_words::{Piece, Word};

use super::assessment::HoleFact;

/// What a word says about a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathText {
    /// Standard input or output, or a device that keeps nothing.
    Nowhere,
    /// A path, with `{{name}}` for holes; relative to the working folder unless it begins with `/`, `~` or a hole.
    At(String),
    /// Only known when it runs.
    Open,
}

/// Devices that are no files to grant.
const STREAMS: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
];

/// Reads a word as a path. A pattern stands for the folder it looks in.
pub(super) fn path_text(word: &Word, holes: &[HoleFact<'_>]) -> PathText {
    if matches!(word.as_literal(), Some("-" | "")) {
        return PathText::Nowhere;
    }
    let mut text = String::new();
    for (index, piece) in word.pieces.iter().enumerate() {
        match piece {
            Piece::Text(literal) => text.push_str(literal),
            Piece::Hole(hole) => match holes.get(*hole) {
                Some(hole) => text.extend(["{{", hole.name, "}}"]),
                None => return PathText::Open,
            },
            Piece::Home(name) if name.is_empty() => text.push('~'),
            Piece::Expansion(written) if index == 0 && matches!(written.as_str(), "$HOME" | "${HOME}") => {
                text.push('~');
            }
            Piece::Expansion(written)
                if index == 0 && matches!(written.as_str(), "$PWD" | "${PWD}" | "$(pwd)") =>
            {
                text.push('.');
            }
            Piece::Glob(_) | Piece::Expansion(_) | Piece::Home(_) => {
                return match text.rfind('/') {
                    Some(0) => PathText::At("/".to_owned()),
                    Some(slash) => PathText::At(text[..slash].to_owned()),
                    None if matches!(piece, Piece::Glob(_)) => PathText::At(".".to_owned()),
                    None => PathText::Open,
                };
            }
        }
    }
    if STREAMS.contains(&text.as_str()) || text.starts_with("/dev/fd/") {
        return PathText::Nowhere;
    }
    PathText::At(text)
}

/// True if a path is below the working folder by its text alone.
pub(super) fn is_inside(path: &str) -> bool {
    !path.starts_with(['/', '~']) && !path.contains("{{") && !path.split('/').any(|part| part == "..")
}

/// A path seen from the folder `base`, as a permission names it: what is surely inside the working folder is `.`.
pub(super) fn granted(base: Option<&str>, path: &str) -> String {
    let absolute = path.starts_with(['/', '~']) || path.starts_with("{{");
    match base {
        _ if absolute => path.to_owned(),
        None if is_inside(path) => ".".to_owned(),
        None => path.to_owned(),
        Some(base) if is_inside(path) => base.to_owned(),
        Some(base) => format!("{}/{path}", base.trim_end_matches('/')),
    }
}

/// True for a block or character device that holds data: a disk, a memory.
pub(super) fn is_device(path: &str) -> bool {
    path.starts_with("/dev/") && !path.starts_with("/dev/shm/") && !path.starts_with("/dev/tcp/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(pieces: Vec<Piece>) -> Word {
        Word { pieces }
    }

    #[test]
    fn words_become_paths() {
        let holes = [HoleFact {
            name: "file",
            option: false,
        }];
        let text = |pieces| path_text(&word(pieces), &holes);
        let at = |path: &str| PathText::At(path.to_owned());
        assert_eq!(text(vec![Piece::Hole(0)]), at("{{file}}"));
        assert_eq!(
            text(vec![Piece::Home(String::new()), Piece::Text("/x".into())]),
            at("~/x")
        );
        assert_eq!(
            text(vec![Piece::Expansion("$HOME".into()), Piece::Text("/x".into())]),
            at("~/x")
        );
        assert_eq!(
            text(vec![Piece::Text("/var/log/".into()), Piece::Glob("*.log".into())]),
            at("/var/log")
        );
        assert_eq!(text(vec![Piece::Glob("*.log".into())]), at("."));
        assert_eq!(
            text(vec![Piece::Text("/srv/".into()), Piece::Expansion("$x".into())]),
            at("/srv")
        );
        assert_eq!(text(vec![Piece::Expansion("$x".into())]), PathText::Open);
        assert_eq!(text(vec![Piece::Text("/dev/null".into())]), PathText::Nowhere);
        assert_eq!(text(vec![Piece::Text("-".into())]), PathText::Nowhere);
    }

    #[test]
    fn paths_are_seen_from_their_folder() {
        assert_eq!(granted(None, "a/b"), ".");
        assert_eq!(granted(None, "../b"), "../b");
        assert_eq!(granted(Some("/srv"), "a"), "/srv");
        assert_eq!(granted(Some("/srv"), "../a"), "/srv/../a");
        assert_eq!(granted(Some("/srv"), "/x"), "/x");
        assert_eq!(granted(None, "a/{{f}}"), "a/{{f}}");
        assert_eq!(granted(Some("/srv"), "{{f}}"), "{{f}}");
    }
}
