//! Opens what is to be imported, and tells how it is to be read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::item::{Item, Raw};
use super::json_array::JsonArray;
use super::json_lines::JsonLines;
use super::markdown::Markdown;
use super::{nail, navi, pages, tldr};
use crate::CatalogError;

/// Items of a file, in its order.
pub(crate) type Items = Box<dyn Iterator<Item = io::Result<Item>> + Send>;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Jsonl,
    Json,
    Markdown,
    Tldr,
    Navi,
    Nail,
}

impl Format {
    const ALL: [Self; 6] = [
        Self::Jsonl,
        Self::Json,
        Self::Markdown,
        Self::Tldr,
        Self::Navi,
        Self::Nail,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Tldr => "tldr",
            Self::Navi => "navi",
            Self::Nail => "nail",
        }
    }

    fn named(name: &str) -> Result<Self, CatalogError> {
        let known = Self::ALL.iter().find(|format| format.name() == name).copied();
        known.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|format| format.name()).collect();
            CatalogError::Transfer {
                code: "usage",
                message: format!("{name} is no format that can be imported"),
                hint: format!("formats are {}", names.join(", ")),
            }
        })
    }
}

/// What is to be imported, open.
pub(crate) struct Source {
    pub(crate) format: Format,
    pub(crate) items: Items,
    /// Bytes read so far.
    pub(crate) read: Arc<AtomicU64>,
    /// Bytes in all; 0 where that is not known.
    pub(crate) total: u64,
}

/// Opens a file, or standard input where there is no path.
///
/// `platform` is the system whose pages are taken from a collection that has them by system.
pub(crate) fn open(
    path: Option<&Path>,
    format: Option<&str>,
    platform: &str,
) -> Result<Source, CatalogError> {
    let format = format.map(Format::named).transpose()?;
    let read = Arc::new(AtomicU64::new(0));
    let Some(path) = path else {
        return from_reader(io::stdin(), "standard input", None, format, read, 0);
    };
    let shown = path.display().to_string();
    let unreadable = |source: io::Error| unreadable(&shown, &source);
    let data = std::fs::metadata(path).map_err(unreadable)?;
    if format == Some(Format::Nail) || (format.is_none() && by_name(path) == Some(Format::Nail)) {
        return Ok(Source {
            format: Format::Nail,
            items: Box::new(nail::read(path)?.into_iter().map(Ok)),
            read: Arc::new(AtomicU64::new(data.len())),
            total: 0,
        });
    }
    if format == Some(Format::Tldr) || data.is_dir() || is_archive(path) {
        return from_pages(path, format, platform, data.len()).map_err(unreadable);
    }
    let file = File::open(path).map_err(unreadable)?;
    let total = if data.is_file() { data.len() } else { 0 };
    from_reader(file, &shown, Some(path), format, read, total)
}

pub(crate) fn unreadable(shown: &str, source: &io::Error) -> CatalogError {
    CatalogError::Transfer {
        code: "import_unreadable",
        message: format!("\u{201c}{shown}\u{201d} cannot be read: {source}"),
        hint: "check the path and its permissions".to_owned(),
    }
}

fn from_reader(
    input: impl Read + Send + 'static,
    shown: &str,
    path: Option<&Path>,
    format: Option<Format>,
    read: Arc<AtomicU64>,
    total: u64,
) -> Result<Source, CatalogError> {
    let counted = Counted {
        input,
        read: read.clone(),
    };
    let mut input = BufReader::with_capacity(256 * 1024, counted);
    let mut begin = fill(&mut input).map_err(|error| unreadable(shown, &error))?;
    let marked = begin.starts_with(b"\xef\xbb\xbf");
    if marked {
        input.consume(3);
        begin = begin.split_off(3);
    }
    let format = format
        .or_else(|| path.and_then(by_name))
        .or_else(|| by_content(&begin))
        .ok_or_else(|| CatalogError::Transfer {
            code: "import_unknown_format",
            message: format!("it is not clear how {shown} is to be read"),
            hint: "say it with --format".to_owned(),
        })?;
    let items: Items = match format {
        Format::Jsonl => Box::new(JsonLines::new(input)),
        Format::Json => Box::new(JsonArray::new(input)),
        Format::Markdown => Box::new(Markdown::read(input).map_err(|error| unreadable(shown, &error))?),
        Format::Navi => {
            let items = navi::read(input).map_err(|error| unreadable(shown, &error))?;
            Box::new(items.into_iter().map(Ok))
        }
        Format::Tldr | Format::Nail => {
            return Err(CatalogError::Transfer {
                code: "usage",
                message: format!("{} is not read from standard input", format.name()),
                hint: "name the file".to_owned(),
            });
        }
    };
    let note = marked.then(|| {
        let note = "the file begins with a byte order mark, which is passed over".to_owned();
        Ok(Item::new(1, Raw::Note(note)))
    });
    Ok(Source {
        format,
        items: Box::new(note.into_iter().chain(items)),
        read,
        total,
    })
}

/// A collection: a folder or an archive.
fn from_pages(path: &Path, format: Option<Format>, platform: &str, total: u64) -> io::Result<Source> {
    let sheets = match format {
        Some(Format::Navi) => pages::read(path, "cheat")?,
        Some(_) => Vec::new(),
        None => pages::read(path, "cheat").unwrap_or_default(),
    };
    let (format, items) = if sheets.is_empty() {
        (Format::Tldr, tldr::read(path, platform)?)
    } else {
        (Format::Navi, sheets.iter().flat_map(navi::read_page).collect())
    };
    Ok(Source {
        format,
        items: Box::new(items.into_iter().map(Ok)),
        // It was read whole to see which descriptions are alike.
        read: Arc::new(AtomicU64::new(total)),
        total: 0,
    })
}

fn is_archive(path: &Path) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    [".tar", ".tar.zst", ".tzst"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// What the first read gives, which is enough to tell a format by.
fn fill(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    loop {
        match input.fill_buf() {
            Ok(begin) => return Ok(begin.iter().take(4096).copied().collect()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        "md" | "markdown" => Some(Format::Markdown),
        "cheat" => Some(Format::Navi),
        "nail" => Some(Format::Nail),
        // Some write lines into a file of that name.
        _ => None,
    }
}

fn by_content(begin: &[u8]) -> Option<Format> {
    match begin.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None | Some(b'{') => Some(Format::Jsonl),
        Some(b'[') => Some(Format::Json),
        Some(b'#') => Some(Format::Markdown),
        _ => None,
    }
}

/// Counts what passes.
struct Counted<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
