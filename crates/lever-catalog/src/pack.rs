//! The built-in pack: a folder of JSON lines, compiled once for each version of it and stored as a layer.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use lever_core::command::programs::Programs;
use lever_store::{NewPack, NewPhrase, PackCommand, Source, Store};
use serde::Deserialize;

use crate::CatalogError;
use crate::clock::now;
use crate::teach::{Draft, Lesson, compile_lesson};

/// The pack's name; its commands are `builtin:slug`.
pub(crate) const NAME: &str = "builtin";

/// A pack's files, and what tells one state of them from another.
pub(crate) struct PackFiles {
    /// Of this version, the platform, and every file's name, size and time: another digest means that the pack is compiled
    /// again. Nothing is read for it, since every start asks.
    pub(crate) digest: String,
    platform: String,
    files: Vec<PathBuf>,
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
    #[serde(default)]
    suggest: BTreeMap<String, String>,
}

/// Looks at the folder's files without reading them: that is needed only when they are new.
pub(crate) fn look(folder: &Path, platform: &str) -> Result<PackFiles, CatalogError> {
    let missing = |source| CatalogError::PackMissing {
        folder: folder.to_path_buf(),
        source,
    };
    let mut files = fs::read_dir(folder)
        .map_err(missing)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect::<Vec<_>>();
    files.sort();
    let mut hash = blake3::Hasher::new();
    let mut take = |part: &[u8]| {
        hash.update(&(part.len() as u64).to_le_bytes()).update(part);
    };
    take(env!("CARGO_PKG_VERSION").as_bytes());
    take(platform.as_bytes());
    for file in &files {
        let data = fs::metadata(file).map_err(missing)?;
        take(file.file_name().unwrap_or_default().as_encoded_bytes());
        take(&data.len().to_le_bytes());
        take(&data.mtime().to_le_bytes());
        take(&data.mtime_nsec().to_le_bytes());
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
    for file in &pack.files {
        let text = fs::read_to_string(file).map_err(|source| CatalogError::PackMissing {
            folder: file.clone(),
            source,
        })?;
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
                suggest: &entry.suggest,
                keep_output: false,
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
    for command in compiled {
        let suggestions = command.draft.new_suggestions();
        if !suggestions.is_empty() || !store.suggestions(NAME, &command.id)?.is_empty() {
            // The namespace does not matter: the command is in the pack's layer, for all of them.
            store.set_suggestions(NAME, &command.id, &suggestions, Some("pack:builtin"), now())?;
        }
    }
    Ok(())
}
