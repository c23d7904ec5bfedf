//! Runs whose output a program takes: all of a process's on one thread, which starts with the first of them.
//!
//! A [`Watcher`] is told once how its run ended, with the start and the end of what it wrote; chunk by chunk before that only
//! where it asks for it, and then never more ahead than [`WINDOW`].

mod kept;
mod run;

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

pub use kept::{Kept, TAIL};
use run::{CapturedRun, WAITS};

use crate::access::c_path;

/// How much of each output is kept from its start.
pub const OUTPUT_LIMIT: usize = 1024 * 1024;
/// How many bytes a watcher of chunks is told of before it has said [`Capture::taken`]. The command waits meanwhile.
pub const WINDOW: usize = 256 * 1024;
/// Read at once.
const BUFFER: usize = 64 * 1024;
/// A launcher ends a moment after its report: how often to look.
const COLLECT_EVERY_MS: libc::c_int = 5;

/// Which output, by its descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout = 1,
    /// Standard error.
    Stderr = 2,
}

/// How a captured run ended.
#[derive(Debug)]
pub struct Ended {
    /// The launcher's report, one line; less, or nothing, where it was killed.
    pub report: Vec<u8>,
    /// What the command wrote, and what processes of its wrote until the report.
    pub stdout: Kept,
    /// The same of standard error.
    pub stderr: Kept,
}

/// Whoever waits for a run. Called on the thread of all runs: it must not wait for anything.
pub trait Watcher: Send {
    /// A part of the output, in order within its stream.
    fn wrote(&mut self, stream: Stream, chunk: &[u8]);
    /// The end, or why the launcher could not be started.
    fn ended(self: Box<Self>, end: io::Result<Ended>);
}

/// A run under way.
#[derive(Debug)]
pub struct Capture {
    id: u64,
}

enum Order {
    Start {
        id: u64,
        executable: CString,
        policy: Vec<u8>,
        window: Option<usize>,
        watcher: Box<dyn Watcher>,
    },
    Interrupt(u64),
    Widen(u64, usize),
}

/// The way to the thread.
struct Desk {
    orders: Sender<Order>,
    wake: File,
}

/// By how much runs yield to everything else, as `nice` counts.
#[cfg(target_os = "linux")]
const YIELDING: libc::c_int = 5;
static YIELDS: AtomicBool = AtomicBool::new(false);

static DESK: Mutex<Option<Desk>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Has all runs from the first on yield the processor to this process and to others (by 5, as `nice` counts), which keeps a
/// server answering while its commands keep the machine busy. Without effect once a run was started.
pub fn yield_runs() {
    YIELDS.store(true, Ordering::Relaxed);
}

/// Starts the launcher at `executable` with nothing to read, hands it `policy` and watches it to its end.
///
/// # Errors
/// There is no thread, nor can one be made. Everything later is the watcher's to hear.
pub fn capture(
    executable: &Path,
    policy: Vec<u8>,
    chunks: bool,
    watcher: Box<dyn Watcher>,
) -> io::Result<Capture> {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    order(Order::Start {
        id,
        executable: c_path(executable)?,
        policy,
        window: chunks.then_some(WINDOW),
        watcher,
    })?;
    Ok(Capture { id })
}

impl Capture {
    /// Breaks the run off: its tree is asked to end, and ended if it does not.
    pub fn interrupt(&self) {
        let _ = order(Order::Interrupt(self.id));
    }

    /// The watcher has dealt with so many bytes of what it was told.
    pub fn taken(&self, bytes: usize) {
        let _ = order(Order::Widen(self.id, bytes));
    }
}

fn order(order: Order) -> io::Result<()> {
    let mut desk = DESK.lock().unwrap_or_else(PoisonError::into_inner);
    let open = match &*desk {
        Some(open) => open,
        None => desk.insert(open_desk()?),
    };
    let gone = |_| io::Error::other("the thread that watches runs has ended");
    open.orders.send(order).map_err(gone)?;
    // A full pipe has woken it already.
    let _ = (&open.wake).write(&[0]);
    Ok(())
}

fn open_desk() -> io::Result<Desk> {
    let (woken, wake) = io::pipe()?;
    let (woken, wake) = (OwnedFd::from(woken), OwnedFd::from(wake));
    run::never_wait(&woken)?;
    run::never_wait(&wake)?;
    let nothing = File::open("/dev/null")?;
    let (orders, inbox) = channel();
    let attendant = Attendant {
        inbox,
        woken: woken.into(),
        nothing,
        runs: Vec::new(),
        buffer: vec![0; BUFFER].into_boxed_slice(),
    };
    std::thread::Builder::new()
        .name("lever-runs".to_owned())
        .spawn(|| attendant.attend())?;
    Ok(Desk {
        orders,
        wake: wake.into(),
    })
}

/// The thread's own.
struct Attendant {
    inbox: Receiver<Order>,
    woken: File,
    /// What commands read.
    nothing: File,
    runs: Vec<CapturedRun>,
    buffer: Box<[u8]>,
}

impl Attendant {
    fn attend(mut self) {
        // Of this thread alone, and inherited by what it starts. Elsewhere the call would mean the whole process.
        #[cfg(target_os = "linux")]
        if YIELDS.load(Ordering::Relaxed) {
            // SAFETY: changes a number; failing leaves it as it was.
            unsafe { libc::nice(YIELDING) };
        }
        let mut waits = Vec::new();
        loop {
            waits.clear();
            waits.push(libc::pollfd {
                fd: self.woken.as_raw_fd(),
                events: libc::POLLIN,
                revents: 0,
            });
            waits.extend(self.runs.iter().flat_map(CapturedRun::waits));
            let collecting = self.runs.iter().any(CapturedRun::is_uncollected);
            let patience = if collecting { COLLECT_EVERY_MS } else { -1 };
            // SAFETY: the list is as long as stated.
            let happened = unsafe { libc::poll(waits.as_mut_ptr(), waits.len() as libc::nfds_t, patience) };
            if happened < 0 && io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                // Out of memory: what there is to do will still be there.
                std::thread::sleep(std::time::Duration::from_millis(10));
                continue;
            }
            if happened > 0 {
                for (run, ready) in self.runs.iter_mut().zip(waits[1..].chunks(WAITS)) {
                    run.attend(ready, &mut self.buffer);
                }
            }
            self.runs.retain_mut(|run| !run.clear_away());
            if waits[0].revents != 0 {
                // Bytes without meaning: one or many.
                let _ = self.woken.read(&mut self.buffer);
                self.obey();
            }
        }
    }

    fn obey(&mut self) {
        while let Ok(order) = self.inbox.try_recv() {
            match order {
                Order::Start {
                    id,
                    executable,
                    policy,
                    window,
                    watcher,
                } => match CapturedRun::start(id, &executable, policy, &self.nothing, window) {
                    Ok(mut run) => {
                        run.watch_by(watcher);
                        self.runs.push(run);
                    }
                    Err(error) => watcher.ended(Err(error)),
                },
                Order::Interrupt(id) => {
                    if let Some(run) = self.run(id) {
                        run.interrupt();
                    }
                }
                Order::Widen(id, bytes) => {
                    if let Some(run) = self.run(id) {
                        run.widen(bytes);
                    }
                }
            }
        }
    }

    fn run(&mut self, id: u64) -> Option<&mut CapturedRun> {
        self.runs.iter_mut().find(|run| run.id == id)
    }
}
