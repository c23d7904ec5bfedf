//! The full sentence model as the embedder, and moving a namespace over to it in steps that can be broken off.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use lever_core::embed::{Embedder, Scratch, Terms};
use lever_minilm::{MiniLm, MiniLmError};
use lever_store::Layer;

use crate::layer_copy::LayerCopy;
use crate::wire::{Options, Reembedded};
use crate::{Catalog, CatalogError, pack};

/// The name by which it is asked for.
const NAME: &str = "minilm";

/// The model that the options name, if they do.
pub(crate) fn open_named(options: &Options) -> Result<Option<MiniLm>, CatalogError> {
    if options.embedder != NAME {
        return Ok(None);
    }
    let missing = |what: &str| MiniLmError::Runtime(format!("{what} is not set"));
    let folder = options
        .embedder_model
        .as_deref()
        .ok_or_else(|| missing("LEVER_EMBEDDER_MODEL"))?;
    let runtime = options
        .onnxruntime
        .as_deref()
        .ok_or_else(|| missing("LEVER_ONNXRUNTIME"))?;
    Ok(Some(MiniLm::open(
        Path::new(folder),
        Path::new(runtime),
        Path::new(&options.home),
    )?))
}

impl Catalog {
    /// Computes and keeps vectors of the namespace's phrases, for about `budget`, and says how far that came. What is
    /// done stays done: call it until all are. Other embedders need no such step.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn reembed(&mut self, namespace: &str, budget: Duration) -> Result<Reembedded, CatalogError> {
        let Some(model) = self.minilm.clone() else {
            self.refresh(namespace)?;
            return Ok(Reembedded { done: 0, total: 0 });
        };
        let mut left = match self.left_to_embed.take() {
            Some(left) if left.namespace == namespace => left,
            _ => self.collect(&model, namespace)?,
        };
        let until = Instant::now() + budget;
        while let Some(text) = left.texts.pop() {
            model.learn(&text);
            if Instant::now() >= until {
                break;
            }
        }
        let done = left.total - left.texts.len() as u64;
        let total = left.total;
        if done == total {
            model.mark_complete(namespace);
            self.refresh(namespace)?;
        } else {
            self.left_to_embed = Some(left);
        }
        Ok(Reembedded { done, total })
    }

    fn collect(&self, model: &MiniLm, namespace: &str) -> Result<LeftToEmbed, CatalogError> {
        let collector = Collector {
            model: model.clone(),
            texts: RefCell::default(),
            unknown: RefCell::default(),
        };
        let below = if self.seed {
            Some(LayerCopy::build(
                &self.store,
                Layer::Pack(pack::NAME),
                None,
                &collector,
            )?)
        } else {
            None
        };
        LayerCopy::build(
            &self.store,
            Layer::Namespace(namespace),
            below.as_ref().map(|(copy, _)| copy),
            &collector,
        )?;
        Ok(LeftToEmbed {
            namespace: namespace.to_owned(),
            total: collector.texts.into_inner().len() as u64,
            texts: collector.unknown.into_inner(),
        })
    }

    /// Nobody should wait for a table of thousands at a request.
    pub(crate) fn require_vectors(&self, namespace: &str) -> Result<(), CatalogError> {
        match &self.minilm {
            // A table in memory is small, and gone before it could be embedded in steps.
            Some(model) if !self.is_in_memory() && !model.is_complete(namespace) => {
                Err(CatalogError::NoVectors)
            }
            _ => Ok(()),
        }
    }
}

/// What of a namespace has no vector yet.
pub(crate) struct LeftToEmbed {
    namespace: String,
    texts: Vec<String>,
    /// Different texts, with those that have one.
    total: u64,
}

/// Stands in for the model while a layer is read, and notes what it would be asked.
struct Collector {
    model: MiniLm,
    texts: RefCell<HashSet<String>>,
    unknown: RefCell<Vec<String>>,
}

impl Embedder for Collector {
    fn id(&self) -> &str {
        self.model.id()
    }

    fn dims(&self) -> usize {
        self.model.dims()
    }

    fn embed(&self, terms: &Terms, _: &mut Scratch, out: &mut [f32]) {
        out.fill(0.0);
        let text = MiniLm::text_of(terms);
        if self.texts.borrow_mut().insert(text.clone()) && !self.model.is_known(&text) {
            self.unknown.borrow_mut().push(text);
        }
    }
}
