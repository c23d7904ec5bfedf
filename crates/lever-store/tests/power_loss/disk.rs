//! A disk that remembers what has reached it. `SQLite`'s own file layer does the work; beside it this keeps, for
//! every file of one folder, the bytes that a sync has made safe and the writes that are still on their way.
//!
//! From that come the states in which a loss of power may leave the folder: nothing on its way arrived; all of it did;
//! or any part of it, in any order, cut at the sectors of a disk. Format of the interface:
//! <https://www.sqlite.org/vfs.html>.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use rusqlite::ffi;

const SECTOR: usize = 512;

#[derive(Debug, Clone)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate(usize),
}

#[derive(Debug, Clone, Default)]
struct Kept {
    /// `None`: the file itself may not be there.
    safe: Option<Vec<u8>>,
    pending: Vec<Change>,
    /// It was deleted, and that is still on its way too.
    deleted: bool,
    /// The bytes of a file of this name that was deleted before this one was made, until that is safe.
    former: Option<Vec<u8>>,
}

/// What a loss of power may leave: files with their bytes.
pub(crate) type Image = BTreeMap<String, Vec<u8>>;

#[derive(Debug, Default)]
struct Disk {
    folder: PathBuf,
    files: BTreeMap<PathBuf, Kept>,
    open: BTreeMap<usize, PathBuf>,
    images: Vec<Image>,
    random: u64,
}

static DISK: Mutex<Option<Disk>> = Mutex::new(None);

/// The real functions: those that open and delete, and for every watched file those that came with it. They differ:
/// a log has no locks of its own.
struct Real {
    vfs: ffi::sqlite3_vfs,
    methods: Mutex<BTreeMap<usize, ffi::sqlite3_io_methods>>,
}

// SAFETY: it holds function pointers, constants and SQLite's own global data; none of that is changed.
unsafe impl Send for Real {}
// SAFETY: as above; the map has its lock.
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

fn real() -> &'static Real {
    REAL.get().unwrap()
}

fn methods(file: *mut ffi::sqlite3_file) -> ffi::sqlite3_io_methods {
    real().methods.lock().unwrap()[&(file as usize)]
}

fn with<T>(f: impl FnOnce(&mut Disk) -> T) -> Option<T> {
    DISK.lock().unwrap().as_mut().map(f)
}

/// Begins to watch a folder whose present contents are safe.
pub(crate) fn watch(folder: &Path) {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(install);
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with("-shm") {
            files.insert(
                path.clone(),
                Kept {
                    safe: Some(fs::read(&path).unwrap()),
                    ..Kept::default()
                },
            );
        }
    }
    let folder = folder.to_path_buf();
    *DISK.lock().unwrap() = Some(Disk {
        folder,
        files,
        random: 0x1234_5678_9ABC_DEF1,
        ..Disk::default()
    });
}

/// The states that a loss of power could have left since the last call, at every sync and right now.
pub(crate) fn crash() -> Vec<Image> {
    with(|disk| {
        disk.take_images();
        std::mem::take(&mut disk.images)
    })
    .unwrap()
}

pub(crate) fn stop_watching() {
    *DISK.lock().unwrap() = None;
}

impl Disk {
    fn next(&mut self) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 24) as usize
    }

    fn take_images(&mut self) {
        for arrived in [0, 2, 1, 1] {
            let mut image = Image::new();
            let files: Vec<_> = self
                .files
                .iter()
                .map(|(path, kept)| (path.clone(), kept.clone()))
                .collect();
            for (path, kept) in files {
                let some = arrived == 2 || (arrived == 1 && self.next().is_multiple_of(2));
                if kept.deleted && some {
                    continue;
                }
                if let Some(former) = kept.former.filter(|_| !some) {
                    image.insert(path.file_name().unwrap().to_string_lossy().into_owned(), former);
                    continue;
                }
                let Some(mut bytes) = kept.safe.clone().or_else(|| some.then(Vec::new)) else {
                    continue;
                };
                for change in &kept.pending {
                    match arrived {
                        0 => {}
                        2 => apply(&mut bytes, change),
                        _ => self.apply_parts(&mut bytes, change),
                    }
                }
                image.insert(path.file_name().unwrap().to_string_lossy().into_owned(), bytes);
            }
            self.images.push(image);
        }
    }

    fn apply_parts(&mut self, file: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Truncate(_) => {
                if self.next().is_multiple_of(2) {
                    apply(file, change);
                }
            }
            Change::Write { at, bytes } => {
                let whole = !self.next().is_multiple_of(3);
                for (number, sector) in bytes.chunks(SECTOR).enumerate() {
                    if whole || self.next().is_multiple_of(2) {
                        let at = at + number * SECTOR;
                        apply(
                            file,
                            &Change::Write {
                                at,
                                bytes: sector.to_vec(),
                            },
                        );
                    }
                }
            }
        }
    }

    fn change(&mut self, file: *mut ffi::sqlite3_file, change: Change) {
        if let Some(path) = self.open.get(&(file as usize)) {
            self.files.entry(path.clone()).or_default().pending.push(change);
        }
    }
}

fn apply(file: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Truncate(length) => file.resize(*length, 0),
        Change::Write { at, bytes } => {
            if file.len() < at + bytes.len() {
                file.resize(at + bytes.len(), 0);
            }
            file[*at..at + bytes.len()].copy_from_slice(bytes);
        }
    }
}

/// Puts the watching functions in place of the default file layer's.
fn install() {
    // SAFETY: the default file layer lives for ever; the copy that is registered is leaked, so it does too. Only
    // function pointers are exchanged, for ones of the same types.
    unsafe {
        let real = *ffi::sqlite3_vfs_find(std::ptr::null());
        let mut watching = real;
        watching.zName = c"watching".as_ptr();
        watching.xOpen = Some(open);
        watching.xDelete = Some(delete);
        assert!(
            REAL.set(Real {
                vfs: real,
                methods: Mutex::default()
            })
            .is_ok()
        );
        ffi::sqlite3_vfs_register(Box::leak(Box::new(watching)), 1);
    }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's own arguments, handed on; `name` is null or a string.
    unsafe {
        let code = real().vfs.xOpen.unwrap()(vfs, name, file, flags, out);
        if code == ffi::SQLITE_OK && !name.is_null() && !(*file).pMethods.is_null() {
            let path = PathBuf::from(CStr::from_ptr(name).to_str().unwrap());
            let watched = with(|disk| {
                let watched = path.parent() == Some(&disk.folder);
                if watched {
                    let kept = disk.files.entry(path.clone()).or_default();
                    if kept.deleted {
                        *kept = Kept {
                            former: kept.safe.take().or(kept.former.take()),
                            ..Kept::default()
                        };
                    }
                    disk.open.insert(file as usize, path);
                }
                watched
            });
            if watched == Some(true) {
                let own = *(*file).pMethods;
                real().methods.lock().unwrap().insert(file as usize, own);
                // Leaked: SQLite keeps the pointer for as long as the file is open, and these are few.
                (*file).pMethods = Box::leak(Box::new(ffi::sqlite3_io_methods {
                    xWrite: Some(write),
                    xTruncate: Some(truncate),
                    xSync: Some(sync),
                    xClose: Some(close),
                    ..own
                }));
            }
        }
        code
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: SQLite's own arguments, handed on.
    unsafe {
        let path = PathBuf::from(CStr::from_ptr(name).to_str().unwrap());
        with(|disk| {
            if sync_folder != 0 {
                disk.files.remove(&path);
            } else if let Some(kept) = disk.files.get_mut(&path) {
                kept.deleted = true;
            }
        });
        real().vfs.xDelete.unwrap()(vfs, name, sync_folder)
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, n: c_int, at: i64) -> c_int {
    // SAFETY: SQLite's own arguments, handed on; `bytes` points to `n` of them.
    unsafe {
        let copy = std::slice::from_raw_parts(bytes.cast::<u8>(), n as usize).to_vec();
        let change = Change::Write {
            at: at as usize,
            bytes: copy,
        };
        with(|disk| disk.change(file, change));
        methods(file).xWrite.unwrap()(file, bytes, n, at)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    with(|disk| disk.change(file, Change::Truncate(length as usize)));
    // SAFETY: SQLite's own arguments, handed on.
    unsafe { methods(file).xTruncate.unwrap()(file, length) }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    with(|disk| {
        disk.take_images();
        let Some(path) = disk.open.get(&(file as usize)).cloned() else {
            return;
        };
        let kept = disk.files.entry(path).or_default();
        let mut bytes = kept.safe.take().unwrap_or_default();
        kept.pending
            .drain(..)
            .for_each(|change| apply(&mut bytes, &change));
        kept.safe = Some(bytes);
        kept.former = None;
    });
    // SAFETY: SQLite's own arguments, handed on.
    unsafe { methods(file).xSync.unwrap()(file, flags) }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    with(|disk| disk.open.remove(&(file as usize)));
    let own = methods(file);
    real().methods.lock().unwrap().remove(&(file as usize));
    // SAFETY: SQLite's own arguments, handed on.
    unsafe { own.xClose.unwrap()(file) }
}
