//! The text files of a folder or of a tar archive, one after the other, without unpacking anything.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// A page for people is far shorter.
const MAX_PAGE: u64 = 1024 * 1024;
/// All pages of the largest collection are a tenth of it.
const MAX_PAGES: usize = 200_000;
const MAX_TOTAL: u64 = 512 * 1024 * 1024;

/// A text file.
pub(crate) struct Page {
    /// Its path below the folder or within the archive.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Files whose name ends in `.extension`, sorted by name where they are in a folder. Links are not followed, and what is too
/// long or no text is left out.
///
/// # Errors
/// What cannot be read, and a collection that is larger than any real one.
pub(crate) fn read(path: &Path, extension: &str) -> io::Result<Vec<Page>> {
    let mut pages = Pages {
        extension,
        found: Vec::new(),
        total: 0,
    };
    if fs::metadata(path)?.is_dir() {
        pages.read_folder(path)?;
    } else if is_text(path, extension) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        pages.take(name, File::open(path)?)?;
    } else {
        pages.read_archive(path)?;
    }
    Ok(pages.found)
}

fn is_text(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

struct Pages<'a> {
    extension: &'a str,
    found: Vec<Page>,
    total: u64,
}

impl Pages<'_> {
    fn read_folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut waiting: Vec<PathBuf> = vec![folder.to_path_buf()];
        let mut files = Vec::new();
        while let Some(next) = waiting.pop() {
            for entry in fs::read_dir(&next)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    waiting.push(entry.path());
                } else if kind.is_file() && is_text(&entry.path(), self.extension) {
                    files.push(entry.path());
                }
            }
        }
        files.sort();
        for file in files {
            let name = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
            self.take(name, File::open(&file)?)?;
        }
        Ok(())
    }

    fn read_archive(&mut self, path: &Path) -> io::Result<()> {
        let input = BufReader::with_capacity(256 * 1024, File::open(path)?);
        let mut archive = tar::Archive::new(unpacked(input)?);
        for entry in archive.entries()? {
            let entry = entry?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = entry.path()?.display().to_string();
            if is_text(Path::new(&name), self.extension) {
                self.take(name, entry)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, name: String, input: impl Read) -> io::Result<()> {
        let mut bytes = Vec::new();
        input.take(MAX_PAGE + 1).read_to_end(&mut bytes)?;
        self.total += bytes.len() as u64;
        if self.found.len() >= MAX_PAGES || self.total > MAX_TOTAL {
            let message = "it is larger than any collection of pages";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        if bytes.len() as u64 <= MAX_PAGE
            && let Ok(text) = String::from_utf8(bytes)
        {
            self.found.push(Page { name, text });
        }
        Ok(())
    }
}

/// The archive's own bytes, whether it is compressed with Zstandard or not. The window that a stream may ask for is bounded.
pub(crate) fn unpacked(mut input: impl io::BufRead + 'static) -> io::Result<Box<dyn Read>> {
    const ZSTANDARD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    if !input.fill_buf()?.starts_with(&ZSTANDARD) {
        return Ok(Box::new(input));
    }
    let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
    decoder.window_log_max(27)?;
    Ok(Box::new(decoder))
}
