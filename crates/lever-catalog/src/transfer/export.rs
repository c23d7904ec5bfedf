//! Writing commands as files hold them.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use lever_store::{Leaving, Source};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::output::{Patient, beside, create, settle, unwritable};
use super::report::{Event, Exported};
use crate::{Catalog, CatalogError};

/// Gets the progress; what it returns as an error ends the export.
pub(super) type Report<'a> = &'a mut dyn FnMut(Event) -> Result<(), CatalogError>;

/// Commands between two reports of progress.
const EVERY: u64 = 4096;

/// What to write, and where to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExportOptions {
    /// The file; standard output where there is none.
    pub path: Option<PathBuf>,
    /// `jsonl` (a command a line) or `json` (one list).
    pub format: String,
    /// With the built-in commands.
    pub all: bool,
    /// Write over a file that is there.
    pub force: bool,
}

/// A command on its way out; the keys are those of [`super::entry::Entry`].
#[derive(Serialize)]
struct Line<'a> {
    phrase: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<LineAlias<'a>>,
    command: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<f64>,
    #[serde(skip_serializing_if = "is_zero")]
    success_count: u32,
    #[serde(skip_serializing_if = "is_zero")]
    failure_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    suggest: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    keep_output: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pattern: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    shell: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum LineAlias<'a> {
    Text(&'a str),
    Full {
        phrase: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pattern: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<&'static str>,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// [`crate::describe::Details`], not copied.
#[derive(Deserialize)]
struct DetailsRef<'a> {
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    permissions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    shell: Option<&'a RawValue>,
    #[serde(default)]
    keep_output: bool,
}

impl<'a> Line<'a> {
    fn new(leaving: &Leaving<'a>, new: f64) -> serde_json::Result<Self> {
        let details: DetailsRef<'a> = serde_json::from_str(leaving.details)?;
        let said =
            |value: Option<&'a RawValue>| value.filter(|value| !matches!(value.get(), "[]" | "{}" | "null"));
        Ok(Self {
            phrase: leaving.phrase,
            aliases: leaving
                .aliases
                .iter()
                .map(|alias| {
                    let source = match alias.source {
                        Source::Learned => Some("learned"),
                        Source::Model => Some("model"),
                        Source::Taught | Source::Pack | Source::Bank => None,
                    };
                    if source.is_none() && alias.pattern == leaving.pattern {
                        LineAlias::Text(&alias.text)
                    } else {
                        LineAlias::Full {
                            phrase: &alias.text,
                            pattern: alias.pattern,
                            source,
                        }
                    }
                })
                .collect(),
            command: leaving.template,
            params: said(details.params),
            permissions: said(details.permissions),
            // Where everything starts is not worth a word.
            trust: Some(leaving.trust.score).filter(|score| (score - new).abs() > f64::EPSILON),
            success_count: leaving.trust.successes,
            failure_count: leaving.trust.failures,
            tags: said(details.tags),
            suggest: leaving
                .suggestions
                .iter()
                .map(|(param, template)| (param.as_str(), template.as_str()))
                .collect(),
            keep_output: details.keep_output,
            pattern: leaving.pattern,
            shell: said(details.shell),
        })
    }
}

impl Catalog {
    /// Writes a namespace's commands, all from one state of the store. A file appears under its name only when it is
    /// complete and on disk; `report` gets the progress.
    ///
    /// # Errors
    /// A file that is there already, without [`ExportOptions::force`]; one that cannot be written.
    pub fn export(
        &self,
        namespace: &str,
        options: &ExportOptions,
        report: Report<'_>,
    ) -> Result<Exported, CatalogError> {
        let began = Instant::now();
        let mut exported = self.export_to(namespace, options, report)?;
        exported.took_ms = began.elapsed().as_secs_f64() * 1e3;
        Ok(exported)
    }

    /// The same as text.
    ///
    /// # Errors
    /// As [`Catalog::export`]; the path is not looked at.
    pub fn export_text(&self, namespace: &str, options: &ExportOptions) -> Result<String, CatalogError> {
        let mut text = Vec::new();
        self.write_commands(namespace, options, &mut text, "the text", &mut |_| Ok(()))?;
        // What is in the store is text, and so is JSON.
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn export_to(
        &self,
        namespace: &str,
        options: &ExportOptions,
        report: Report<'_>,
    ) -> Result<Exported, CatalogError> {
        let Some(path) = &options.path else {
            let output = BufWriter::with_capacity(256 * 1024, Patient(io::stdout().lock()));
            return self.write_commands(namespace, options, output, "standard output", report);
        };
        let shown = path.display().to_string();
        let path = &settle(path, options.force)?;
        let part = beside(path);
        let written = create(&part)
            .map_err(|error| unwritable(&shown, &error))
            .and_then(|file| {
                let output = BufWriter::with_capacity(256 * 1024, &file);
                let done = self.write_commands(namespace, options, output, &shown, report)?;
                file.sync_all()
                    .and_then(|()| std::fs::rename(&part, path))
                    .map_err(|error| unwritable(&shown, &error))?;
                Ok(done)
            });
        if written.is_err() {
            // A leftover part is not worth a second error.
            let _ = std::fs::remove_file(&part);
        }
        written
    }

    fn write_commands(
        &self,
        namespace: &str,
        options: &ExportOptions,
        mut output: impl Write,
        shown: &str,
        report: Report<'_>,
    ) -> Result<Exported, CatalogError> {
        let list = is_list(&options.format)?;
        let total = if options.all {
            0
        } else {
            self.store.count_own(namespace)?
        };
        let new = self.store.settings().trust_new;
        let mut exported = Exported::default();
        let mut failed = None;
        let mut line = Vec::with_capacity(1024);
        let mut write = |leaving: &Leaving<'_>| -> Result<(), CatalogError> {
            line.clear();
            line.extend_from_slice(match (list, exported.commands) {
                (false, _) => b"",
                (true, 0) => b"[\n",
                (true, _) => b",\n",
            });
            serde_json::to_writer(&mut line, &Line::new(leaving, new)?)?;
            if !list {
                line.push(b'\n');
            }
            output
                .write_all(&line)
                .map_err(|error| unwritable(shown, &error))?;
            exported.commands += 1;
            exported.bytes += line.len() as u64;
            if exported.commands.is_multiple_of(EVERY) {
                report(Event {
                    lines: Vec::new(),
                    done: exported.commands,
                    bytes: exported.bytes,
                    total,
                })?;
            }
            Ok(())
        };
        self.store.for_each_leaving(namespace, options.all, |leaving| {
            failed = write(&leaving).err();
            failed.is_none()
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        let end: &[u8] = match (list, exported.commands) {
            (false, _) => b"",
            (true, 0) => b"[]\n",
            (true, _) => b"\n]\n",
        };
        output
            .write_all(end)
            .and_then(|()| output.flush())
            .map_err(|error| unwritable(shown, &error))?;
        exported.bytes += end.len() as u64;
        Ok(exported)
    }
}

/// Whether the commands are written as one list; else a command a line.
fn is_list(format: &str) -> Result<bool, CatalogError> {
    match format {
        "" | "jsonl" => Ok(false),
        "json" => Ok(true),
        other => Err(CatalogError::Transfer {
            code: "usage",
            message: format!("{other} is no format to write"),
            hint: "jsonl or json".to_owned(),
        }),
    }
}
