//! Making an archive.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};

use lever_store::{Reflex, ReflexWriter, Shell};
use serde::Deserialize;
use serde_json::json;

use super::embedding::{self, NailEmbedder};
use super::manifest::{Checksums, Manifest, timestamp};
use super::{CONFIG, IDENTITY, MANIFEST, REFLEXES, USUAL_LIMIT};
use crate::clock::now;
use crate::transfer::export::Report;
use crate::transfer::output::{beside, create, settle, unwritable};
use crate::transfer::report::{Event, NailPacked};
use crate::{Catalog, CatalogError};

/// What to pack, and where to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NailOptions {
    /// The archive.
    pub path: PathBuf,
    /// With the built-in commands.
    pub all: bool,
    /// Write over a file that is there.
    pub force: bool,
    /// The person's shell, by its name.
    pub shell: String,
    /// The person's editor.
    pub editor: String,
    /// The person's language.
    pub language: String,
}

impl Catalog {
    /// Packs a namespace's phrases into an archive, which appears under its name only when it is complete and on disk.
    /// Patterns are left out: they are no text that means itself.
    ///
    /// # Errors
    /// A file that is there already, without [`NailOptions::force`]; one that cannot be written.
    pub fn export_nail(
        &self,
        namespace: &str,
        options: &NailOptions,
        report: Report<'_>,
    ) -> Result<NailPacked, CatalogError> {
        let shown = options.path.display().to_string();
        let path = settle(&options.path, options.force)?;
        let reflexes = with_suffix(&beside(&path), "-reflexes.db");
        let part = beside(&path);
        let packed = self
            .write_reflexes(namespace, options, &reflexes, report)
            .and_then(|(count, left_out)| {
                let bytes = write_archive(options, &reflexes, count, &part)
                    .and_then(|bytes| fs::rename(&part, &path).map(|()| bytes))
                    .map_err(|error| unwritable(&shown, &error))?;
                Ok(NailPacked {
                    reflexes: count,
                    left_out,
                    unpacked_bytes: bytes,
                    over_usual_limit: bytes > USUAL_LIMIT,
                })
            });
        // Whatever happened, only the archive stays.
        let _ = fs::remove_file(&reflexes);
        let _ = fs::remove_file(&part);
        packed
    }

    fn write_reflexes(
        &self,
        namespace: &str,
        options: &NailOptions,
        path: &Path,
        report: Report<'_>,
    ) -> Result<(u64, u64), CatalogError> {
        let Some(mut embedder) = NailEmbedder::new() else {
            return Ok((0, 0));
        };
        let total = if options.all {
            0
        } else {
            self.store.count_own(namespace)?
        };
        let made = timestamp(now());
        let mut writer = ReflexWriter::create(path)?;
        let (mut done, mut left_out, mut failed) = (0_u64, 0_u64, None);
        self.store.for_each_leaving(namespace, options.all, |leaving| {
            let trust = leaving.trust;
            let phrases = std::iter::once((leaving.phrase, leaving.pattern)).chain(
                leaving
                    .aliases
                    .iter()
                    .map(|alias| (alias.text.as_str(), alias.pattern)),
            );
            for (at, (phrase, pattern)) in phrases.enumerate() {
                if pattern {
                    left_out += 1;
                    continue;
                }
                let reflex = Reflex {
                    intent: phrase.to_owned(),
                    action: leaving.template.to_owned(),
                    confidence: (trust.score / 100.0).clamp(0.0, 1.0),
                    // The command's count stands with its first phrase, so that the sum is right.
                    invoke_count: if at == 0 {
                        u64::from(trust.successes) + u64::from(trust.failures)
                    } else {
                        0
                    },
                };
                failed = writer
                    .add(&reflex, &embedder.embed(phrase), &made)
                    .map_err(CatalogError::from)
                    .err();
                if failed.is_some() {
                    return false;
                }
            }
            done += 1;
            if done.is_multiple_of(1024) {
                let event = Event {
                    lines: Vec::new(),
                    done,
                    bytes: 0,
                    total,
                };
                failed = report(event).err();
            }
            failed.is_none()
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let shell = Shell {
            fingerprint: &fingerprint(),
            os: std::env::consts::OS,
            cpu_count: cores as u32,
            seen: &made,
        };
        Ok((writer.finish(&shell)?, left_out))
    }
}

/// Tells machines apart without naming them.
fn fingerprint() -> String {
    let machine = fs::read("/etc/machine-id")
        .or_else(|_| fs::read("/etc/hostname"))
        .unwrap_or_default();
    let mut hash = blake3::Hasher::new();
    hash.update(b"lever-runner nail fingerprint\0").update(&machine);
    hash.finalize().to_hex()[..32].to_owned()
}

/// Returns how many bytes it holds, unpacked.
fn write_archive(options: &NailOptions, reflexes: &Path, count: u64, to: &Path) -> io::Result<u64> {
    let made = timestamp(now());
    let or = |text: &str, otherwise: &str| {
        if text.is_empty() {
            otherwise.to_owned()
        } else {
            text.to_owned()
        }
    };
    let identity = serde_json::to_vec_pretty(&json!({
        "name": "lever-runner",
        "preferences": {
            "preferred_shell": or(&options.shell, "sh"),
            "preferred_editor": or(&options.editor, "vi"),
            "language": or(&options.language, "en"),
            "verbosity": 1,
        },
        "created_at": made,
    }))?;
    let config: &[u8] = b"veto_rules_path = \"\"\nmodel_path = \"\"\nrpc_socket_path = \"\"\n\n[resource_thresholds]\nram_light = 70.0\nram_critical = 85.0\ncpu_light = 60.0\ncpu_critical = 80.0\n";
    let mut database = File::open(reflexes)?;
    let length = database.metadata()?.len();
    let sum = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    let manifest = serde_json::to_vec_pretty(&Manifest {
        version: "1".to_owned(),
        fingerprint: fingerprint(),
        timestamp: made,
        reflex_count: count,
        checksums: Checksums {
            reflexes_db: sum_of_file(&mut File::open(reflexes)?)?,
            identity_json: sum(&identity),
            config_toml: sum(config),
        },
        embedder: Some(embedding::NAME.to_owned()),
    })?;
    let file = create(to)?;
    let encoder = zstd::stream::write::Encoder::new(BufWriter::new(&file), 3)?;
    let mut archive = tar::Builder::new(encoder);
    let mut held = 0;
    for (name, bytes) in [
        (MANIFEST, manifest.as_slice()),
        (IDENTITY, &identity),
        (CONFIG, config),
    ] {
        held += bytes.len() as u64;
        archive.append_data(&mut header(bytes.len() as u64), name, bytes)?;
    }
    archive.append_data(&mut header(length), REFLEXES, &mut database)?;
    let written = archive.into_inner()?.finish()?;
    written
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(held + length)
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime((now() / 1000).unsigned_abs());
    header.set_entry_type(tar::EntryType::Regular);
    header
}

fn sum_of_file(file: &mut File) -> io::Result<String> {
    let mut hash = blake3::Hasher::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().to_hex().to_string()),
            count => hash.update(&buffer[..count]),
        };
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
