//! Runs whose output a program takes.

use std::io;
use std::path::Path;

use lever_sandbox::capture::{self, Capture, Ended, Kept, Stream, Watcher};
use napi::Status;
use napi::bindgen_prelude::{Buffer, Either3, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use crate::convert::Result;
use crate::launch::{cannot_start, start_failure};

/// An output as it was kept.
#[napi(object)]
pub struct KeptOutput {
    /// The start, at most a mebibyte; what is no UTF-8 is replaced.
    pub text: String,
    /// The last 4 KiB.
    pub tail: String,
    /// How much was written.
    pub bytes: f64,
    /// Whether `text` is not all of it.
    pub truncated: bool,
}

/// How a captured run ended.
#[napi(object)]
pub struct CaptureEnd {
    /// The launcher's line; less where it was killed.
    pub report: String,
    pub stdout: KeptOutput,
    pub stderr: KeptOutput,
}

/// A run under way.
#[napi]
pub struct NativeCapture {
    capture: Capture,
}

#[napi]
impl NativeCapture {
    /// Breaks the run off.
    #[napi]
    pub fn interrupt(&self) {
        self.capture.interrupt();
    }

    /// So many bytes of what came are dealt with.
    #[napi]
    pub fn taken(&self, bytes: u32) {
        self.capture.taken(bytes as usize);
    }
}

/// 1 or 2: a part of that stream. 0: the end, the last event; a text where the launcher could not be started.
type Event = FnArgs<(u32, Either3<Buffer, CaptureEnd, String>)>;
type Tell = ThreadsafeFunction<Event, (), Event, Status, false>;

struct Teller(Tell);

impl Teller {
    fn tell(&self, kind: u32, what: Either3<Buffer, CaptureEnd, String>) {
        // Refused only where this part of Node is being torn down: nobody waits any more.
        self.0
            .call((kind, what).into(), ThreadsafeFunctionCallMode::NonBlocking);
    }
}

impl Watcher for Teller {
    fn wrote(&mut self, stream: Stream, chunk: &[u8]) {
        self.tell(stream as u32, Either3::A(chunk.into()));
    }

    fn ended(self: Box<Self>, end: io::Result<Ended>) {
        let what = match end {
            Ok(end) => Either3::B(CaptureEnd {
                report: text(end.report),
                stdout: kept(end.stdout),
                stderr: kept(end.stderr),
            }),
            Err(error) => Either3::C(cannot_start(&error)),
        };
        self.tell(0, what);
    }
}

/// Has captured runs yield to this process; before the first of them.
#[napi]
pub fn yield_runs() {
    capture::yield_runs();
}

/// Starts the launcher and tells of the run: of its output only where `chunks` says so, and then no more ahead than
/// `taken` allows.
#[napi]
pub fn capture(
    executable: String,
    policy: String,
    chunks: bool,
    tell: Function<'_, Event, ()>,
) -> Result<NativeCapture> {
    let tell = tell
        .build_threadsafe_function()
        .build()
        .map_err(|error| start_failure(&io::Error::other(error.reason.clone())))?;
    capture::capture(
        Path::new(&executable),
        policy.into_bytes(),
        chunks,
        Box::new(Teller(tell)),
    )
    .map(|capture| NativeCapture { capture })
    .map_err(|error| start_failure(&error))
}

fn kept(output: Kept) -> KeptOutput {
    KeptOutput {
        tail: text(output.tail()),
        bytes: output.bytes() as f64,
        truncated: output.truncated(),
        text: text(output.into_first()),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
