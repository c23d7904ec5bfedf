//! The built-in pack: a folder of JSON lines, compiled once for each version of it and stored as a layer.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lever_core::command::programs::Programs;
use lever_store::{NewPack, NewPhrase, PackCommand, Source, Store};
use serde::Deserialize;

use crate::CatalogError;
use crate::clock::now;
use crate::teach::{Draft, Lesson, compile_lesson};

/// The pack's name; its commands are `builtin:slug`.
pub(crate) const NAME: &str = "builtin";

/// The pack's files as they are, and what they amount to.
pub(crate) struct PackFiles {
    /// Of every byte of every file, the platform and this version: another digest means that it is compiled again.
    pub(crate) digest: String,
    platform: String,
    files: Vec<(PathBuf, String)>,
}

/// One line of a pack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Lasts over versions.
    id: String,
    /// The canonical phrase.
    phrase: String,
    #[serde(default)]
    aliases: Vec<String>,
    command: String,
    /// Other templates by platform, where they differ.
    #[serde(default)]
    platforms: BTreeMap<String, String>,
    #[serde(default)]
    pattern: bool,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    permissions: serde_json::Map<String, serde_json::Value>,
}

/// Reads the folder's files without looking into them: that is needed only when they are new.
pub(crate) fn read(folder: &Path, platform: &str) -> Result<PackFiles, CatalogError> {
    let missing = |source| CatalogError::PackMissing {
        folder: folder.to_path_buf(),
        source,
    };
    let mut names = fs::read_dir(folder)
        .map_err(missing)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect::<Vec<_>>();
    names.sort();
    let mut hash = blake3::Hasher::new();
    for part in [env!("CARGO_PKG_VERSION"), platform] {
        hash.update(part.as_bytes()).update(&[0]);
    }
    let mut files = Vec::with_capacity(names.len());
    for name in names {
        let text = fs::read_to_string(&name).map_err(missing)?;
        hash.update(&(text.len() as u64).to_le_bytes())
            .update(text.as_bytes());
        files.push((name, text));
    }
    Ok(PackFiles {
        digest: hash.finalize().to_hex().to_string(),
        platform: platform.to_owned(),
        files,
    })
}

/// A pack's command, ready to be stored.
pub(crate) struct Compiled {
    id: String,
    draft: Draft,
}

/// Compiles every line.
///
/// # Errors
/// The first line that is no command, with its place.
pub(crate) fn compile(pack: &PackFiles, programs: &Programs) -> Result<Vec<Compiled>, CatalogError> {
    let mut compiled = Vec::new();
    for (file, text) in &pack.files {
        for (number, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
        {
            let wrong = |problem: String| CatalogError::Pack {
                file: file.clone(),
                line: number + 1,
                problem,
            };
            let entry: Entry = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            let template = entry.platforms.get(&pack.platform).unwrap_or(&entry.command);
            let lesson = Lesson {
                phrase: &entry.phrase,
                aliases: &entry.aliases,
                pattern: entry.pattern,
                template,
                params: &[],
                interpreter: None,
                permissions: &entry.permissions,
                tags: &entry.tags,
                source: Source::Pack,
            };
            let draft = compile_lesson(&lesson, programs)
                .map_err(|problem| wrong(format!("{}: {}", entry.id, problem.message)))?;
            compiled.push(Compiled {
                id: format!("{NAME}:{}", entry.id),
                draft,
            });
        }
    }
    Ok(compiled)
}

/// Puts the pack in place of the one that was there, as one change.
pub(crate) fn install(
    store: &mut Store,
    pack: &PackFiles,
    compiled: &[Compiled],
) -> Result<(), CatalogError> {
    let phrases: Vec<Vec<NewPhrase<'_>>> = compiled
        .iter()
        .map(|command| command.draft.new_phrases())
        .collect();
    let commands: Vec<PackCommand<'_>> = compiled
        .iter()
        .zip(&phrases)
        .map(|(command, phrases)| PackCommand {
            id: &command.id,
            phrases,
            body: command.draft.body(),
            trust: None,
        })
        .collect();
    let new = NewPack {
        name: NAME,
        version: env!("CARGO_PKG_VERSION"),
        digest: &pack.digest,
        approved: true,
        commands: &commands,
    };
    store.install_pack(&new, now())?;
    Ok(())
}
