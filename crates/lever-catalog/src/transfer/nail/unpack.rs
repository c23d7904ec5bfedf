//! Looking through an archive, in memory and within bounds.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path};

use lever_store::{Reflex, read_reflexes};

use super::manifest::Manifest;
use super::{CONFIG, IDENTITY, MANIFEST, REFLEXES};
use crate::CatalogError;
use crate::transfer::entry::{Alias, Entry};
use crate::transfer::item::{Item, Raw};
use crate::transfer::pages::unpacked;

/// Bytes of the database, and all together, unpacked.
const MOST_DATABASE: u64 = 512 * 1024 * 1024;
const MOST_OTHER: u64 = 1024 * 1024;
/// Entries of the archive; it has four.
const MOST_ENTRIES: usize = 16;
const MOST_REFLEXES: u64 = 300_000;

/// The archive's commands: reflexes with the same action are one command with several phrases.
///
/// # Errors
/// `nail_refused` with the reason, `import_unreadable` where the file itself cannot be read.
pub(in crate::transfer) fn read(path: &Path) -> Result<Vec<Item>, CatalogError> {
    let shown = path.display().to_string();
    let refuse = |reason: String| CatalogError::Transfer {
        code: "nail_refused",
        message: format!("{shown} is not taken: {reason}"),
        hint: "nothing was written; ask where it comes from for a sound one".to_owned(),
    };
    let file = File::open(path).map_err(|error| crate::transfer::source::unreadable(&shown, &error))?;
    let files = read_files(BufReader::new(file)).map_err(|refused| refuse(refused.0))?;
    let reflexes = check(files).map_err(|refused| refuse(refused.0))?;
    Ok(to_items(reflexes))
}

/// Why an archive is not taken.
struct Refused(String);

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self(format!(
            "the archive is damaged: {}",
            error.to_string().replace('\n', " ")
        ))
    }
}

fn refused<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(reason.into()))
}

/// The archive's files by name.
fn read_files(input: BufReader<File>) -> Result<HashMap<&'static str, Vec<u8>>, Refused> {
    // Whatever the headers say, no more than this leaves the decompressor.
    let bounded = unpacked(input)?.take(MOST_DATABASE + 3 * MOST_OTHER + 64 * 1024);
    let mut archive = tar::Archive::new(bounded);
    let mut files = HashMap::new();
    for (number, entry) in archive.entries()?.enumerate() {
        if number == MOST_ENTRIES {
            return refused("it has more files than such an archive has");
        }
        let entry = entry?;
        let path = entry.path()?.into_owned();
        let kind = entry.header().entry_type();
        if kind.is_dir() && path.components().all(|part| part == Component::CurDir) {
            continue;
        }
        let Some(name) = known_name(&path) else {
            return refused(format!(
                "it has a file that does not belong there: {}",
                path.display()
            ));
        };
        if !kind.is_file() {
            return refused(format!("{name} is no ordinary file"));
        }
        let most = if name == REFLEXES {
            MOST_DATABASE
        } else {
            MOST_OTHER
        };
        if entry.size() > most {
            return refused(format!("{name} is larger than {} MiB", most >> 20));
        }
        let size = entry.size();
        let mut bytes = Vec::new();
        entry.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size {
            return refused(format!("{name} is cut short"));
        }
        if files.insert(name, bytes).is_some() {
            return refused(format!("{name} is in it twice"));
        }
    }
    // What comes after the end tells whether the stream is whole.
    let mut rest = archive.into_inner();
    let after = io::copy(&mut (&mut rest).take(MOST_OTHER + 1), &mut io::sink())?;
    if after > MOST_OTHER || rest.limit() == 0 {
        return refused("something follows its end");
    }
    Ok(files)
}

/// One of the four names, at the top: nothing above, below or beside.
fn known_name(path: &Path) -> Option<&'static str> {
    let mut parts = path.components().filter(|part| *part != Component::CurDir);
    let name = match (parts.next(), parts.next()) {
        (Some(Component::Normal(name)), None) => name.to_str()?,
        _ => return None,
    };
    [MANIFEST, REFLEXES, IDENTITY, CONFIG]
        .into_iter()
        .find(|known| *known == name)
}

fn check(mut files: HashMap<&'static str, Vec<u8>>) -> Result<Vec<Reflex>, Refused> {
    let mut take = |name: &'static str| {
        files
            .remove(name)
            .ok_or_else(|| Refused(format!("it has no {name}")))
    };
    let manifest = take(MANIFEST)?;
    let manifest: Manifest = serde_json::from_slice(&manifest)
        .map_err(|error| Refused(format!("its manifest.json cannot be read: {error}")))?;
    if !manifest.is_known() {
        return refused(format!(
            "it is of version {}, which is not known here",
            manifest.version
        ));
    }
    if manifest.reflex_count > MOST_REFLEXES {
        return refused(format!("it says that it has {} reflexes", manifest.reflex_count));
    }
    let (database, identity, config) = (take(REFLEXES)?, take(IDENTITY)?, take(CONFIG)?);
    let sums = &manifest.checksums;
    for (name, bytes, expected) in [
        (REFLEXES, &database, &sums.reflexes_db),
        (IDENTITY, &identity, &sums.identity_json),
        (CONFIG, &config, &sums.config_toml),
    ] {
        if blake3::hash(bytes).to_hex().as_str() != expected.to_ascii_lowercase() {
            return refused(format!("{name} is not what its checksum says"));
        }
    }
    let reflexes = read_reflexes(database, MOST_REFLEXES).map_err(|error| Refused(error.to_string()))?;
    if reflexes.len() as u64 != manifest.reflex_count {
        return refused(format!(
            "its manifest counts {} reflexes, its database has {}",
            manifest.reflex_count,
            reflexes.len()
        ));
    }
    Ok(reflexes)
}

fn to_items(reflexes: Vec<Reflex>) -> Vec<Item> {
    let mut entries: Vec<(u64, Entry)> = Vec::new();
    let mut by_action: HashMap<String, usize> = HashMap::new();
    for (number, reflex) in (1_u64..).zip(reflexes) {
        if let Some(at) = by_action.get(&reflex.action) {
            entries[*at].1.aliases.push(Alias::Text(reflex.intent));
            continue;
        }
        by_action.insert(reflex.action.clone(), entries.len());
        let entry = Entry {
            phrase: reflex.intent,
            command: reflex.action,
            // Two digits are more than a confidence means.
            trust: Some((reflex.confidence * 10_000.0).round() / 100.0),
            success_count: u32::try_from(reflex.invoke_count).unwrap_or(u32::MAX),
            ..Entry::default()
        };
        entries.push((number, entry));
    }
    entries
        .into_iter()
        .map(|(number, entry)| Item::new(number, Raw::Entry(Box::new(entry))))
        .collect()
}
