use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Mutex, OnceLock, PoisonError};

use lever_core::embed::{Embedder, Scratch, Terms};
use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{DynValue, Tensor};

use crate::MiniLmError;
use crate::vectors::Vectors;
use crate::wordpiece::WordPiece;

/// A sentence model, ready to be asked. Clones share it.
#[derive(Clone)]
pub struct MiniLm(Rc<Loaded>);

struct Loaded {
    id: String,
    dims: usize,
    pieces: WordPiece,
    session: RefCell<Session>,
    vectors: RefCell<Vectors>,
}

impl MiniLm {
    /// Loads the model in `folder` on the runtime at `runtime`; computed vectors are kept in `home`.
    pub fn open(folder: &Path, runtime: &Path, home: &Path) -> Result<Self, MiniLmError> {
        let path = [folder.join("model.onnx"), folder.join("onnx/model.onnx")]
            .into_iter()
            .find(|path| path.is_file())
            .unwrap_or_else(|| folder.join("model.onnx"));
        let model = fs::read(&path).map_err(|source| MiniLmError::File { path, source })?;
        let pieces = WordPiece::open(folder)?;
        let mut session = Session::builder(environment(runtime)?)?
            .with_optimization_level(GraphOptimizationLevel::Level3)
            .map_err(|error| MiniLmError::Runtime(error.to_string()))?
            .with_intra_threads(1)
            .map_err(|error| MiniLmError::Runtime(error.to_string()))?
            .commit_from_memory(&model)?;
        let dims = run(&mut session, &pieces.encode("disk"))?.len();
        if dims == 0 || dims % 64 != 0 {
            return Err(MiniLmError::Runtime(format!(
                "the model's vectors have {dims} dimensions, not a multiple of 64"
            )));
        }
        // Another model's vectors must never be compared with these.
        let id = format!("minilm-{dims}-{}", &blake3::hash(&model).to_hex()[..8]);
        let vectors = Vectors::open(&vectors_file(home, &id), dims);
        Ok(Self(Rc::new(Loaded {
            id,
            dims,
            pieces,
            session: RefCell::new(session),
            vectors: RefCell::new(vectors),
        })))
    }

    /// The text that the model sees of these terms: words in their order; the places of parameters say nothing.
    pub fn text_of(terms: &Terms) -> String {
        let words: Vec<&str> = terms.terms().iter().map(|term| terms.text(term)).collect();
        words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether a text's vector is kept.
    pub fn is_known(&self, text: &str) -> bool {
        self.0.vectors.borrow().get(text).is_some()
    }

    /// Computes a text's vector and keeps it.
    pub fn learn(&self, text: &str) {
        let vector = self.compute(text);
        self.0.vectors.borrow_mut().put(text, &vector);
    }

    /// Remembers that all of something has its vectors. No text begins like such a mark.
    pub fn mark_complete(&self, name: &str) {
        let zeros = vec![0.0; self.0.dims];
        self.0.vectors.borrow_mut().put(&mark_of(name), &zeros);
    }

    /// Whether that was remembered.
    pub fn is_complete(&self, name: &str) -> bool {
        self.is_known(&mark_of(name))
    }

    /// The unit vector of a text; zeros where the runtime fails, which then decides nothing.
    fn compute(&self, text: &str) -> Vec<f32> {
        if text.is_empty() {
            return vec![0.0; self.0.dims];
        }
        let ids = self.0.pieces.encode(text);
        let computed = run(&mut self.0.session.borrow_mut(), &ids);
        let mut vector = computed
            .ok()
            .filter(|vector| vector.len() == self.0.dims)
            .unwrap_or_else(|| vec![0.0; self.0.dims]);
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 1e-9 {
            for value in &mut vector {
                *value /= length;
            }
        }
        vector
    }
}

impl Embedder for MiniLm {
    fn id(&self) -> &str {
        &self.0.id
    }

    fn dims(&self) -> usize {
        self.0.dims
    }

    fn embed(&self, terms: &Terms, _: &mut Scratch, out: &mut [f32]) {
        let text = Self::text_of(terms);
        match self.0.vectors.borrow().get(&text) {
            Some(vector) => out.copy_from_slice(vector),
            None => out.copy_from_slice(&self.compute(&text)),
        }
    }
}

/// The runtime takes one environment a process: the library that was named first serves all.
fn environment(runtime: &Path) -> Result<&'static Environment, MiniLmError> {
    static LOADED: OnceLock<Environment> = OnceLock::new();
    static LOADING: Mutex<()> = Mutex::new(());
    // What a panic while loading leaves behind is no environment; there is nothing to protect from it.
    let _turn = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = LOADED.get() {
        return Ok(environment);
    }
    // The name alone would be looked for along the library path, which is not what was named.
    let runtime = fs::canonicalize(runtime)
        .map_err(|error| MiniLmError::Runtime(format!("{}: {error}", runtime.display())))?;
    let environment = ort::init_from(&runtime)
        .map_err(|error| MiniLmError::Runtime(error.to_string()))?
        .build()?;
    Ok(LOADED.get_or_init(|| environment))
}

fn vectors_file(home: &Path, id: &str) -> PathBuf {
    home.join(format!("{id}.vectors"))
}

fn mark_of(name: &str) -> String {
    format!("\0complete {name}")
}

/// One text through the model: its own sentence vector, or the mean over its pieces.
fn run(session: &mut Session, ids: &[i64]) -> Result<Vec<f32>, MiniLmError> {
    let count = ids.len();
    let mut inputs: Vec<(String, DynValue)> = Vec::new();
    for input in session.inputs() {
        let name = input.name().to_owned();
        let values = if name.contains("mask") {
            vec![1; count]
        } else if name.contains("type") {
            vec![0; count]
        } else {
            ids.to_vec()
        };
        inputs.push((name, Tensor::from_array(([1_usize, count], values))?.into_dyn()));
    }
    let outputs = session.run(inputs)?;
    let (shape, values) = outputs[0].try_extract_tensor::<f32>()?;
    let width = shape.last().map_or(0, |width| *width as usize);
    if width == 0 || values.len() % width != 0 {
        return Err(MiniLmError::Runtime(format!("an answer of the shape {shape:?}")));
    }
    let rows = (values.len() / width).max(1) as f32;
    let mut vector = vec![0.0; width];
    for row in values.chunks_exact(width) {
        for (sum, value) in vector.iter_mut().zip(row) {
            *sum += value / rows;
        }
    }
    Ok(vector)
}
