//! Opening: the store as well as this disk allows, the built-in pack, the embedder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use lever_core::command::programs::Programs;
use lever_core::decide::{HASH, Scorer};
use lever_core::embed::{Embedder, HashEmbedder, LearnedEmbedder};
use lever_store::{OpenOptions, Settings, Store, StoreError};

use crate::bank::PhraseBank;
use crate::matcher::{Matcher, Shown};
use crate::resolutions::Resolutions;
use crate::wire::{Facts, Options};
use crate::{CatalogError, pack};

/// Taught commands over one store. Not for several threads at once; several processes may have one each.
pub struct Catalog {
    pub(crate) store: Store,
    pub(crate) embedder: Box<dyn Embedder>,
    /// The embedder, where it is the full model.
    pub(crate) minilm: Option<lever_minilm::MiniLm>,
    pub(crate) left_to_embed: Option<crate::reembed::LeftToEmbed>,
    pub(crate) scorer: Box<dyn Scorer>,
    pub(crate) matchers: HashMap<String, Matcher>,
    pub(crate) programs: Option<Arc<Programs>>,
    pub(crate) bank: PhraseBank,
    pub(crate) resolutions: Resolutions,
    /// Whether namespaces see the built-in pack.
    pub(crate) seed: bool,
    /// `linux` or `macos`.
    pub(crate) platform: String,
    standing: Standing,
    file: PathBuf,
    warning: Option<String>,
}

/// How the store stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Disk,
    ReadOnly,
    Memory,
}

impl Catalog {
    /// Opens the store in `options.home`, makes it if there is none, and brings the built-in pack up to date.
    ///
    /// A folder or disk that cannot be written is no reason to refuse: what is there is opened to be read, or the
    /// built-in pack is laid in memory, and [`Facts::warning`] says so.
    ///
    /// # Errors
    /// A damaged, newer or foreign file is refused and left as it is; so is a pack that cannot be read.
    pub fn open(options: &Options) -> Result<Self, CatalogError> {
        let file = Path::new(&options.home).join("lever.db");
        let (store, standing, warning) = open_store(&file, &settings(options))?;
        Self::over(store, standing, file, warning, options)
    }

    pub(crate) fn in_memory(options: &Options) -> Result<Self, CatalogError> {
        let store = Store::open_in_memory(open_options(&settings(options)))?;
        Self::over(store, Standing::Memory, PathBuf::from(":memory:"), None, options)
    }

    fn over(
        store: Store,
        standing: Standing,
        file: PathBuf,
        warning: Option<String>,
        options: &Options,
    ) -> Result<Self, CatalogError> {
        let model = crate::reembed::open_named(options)?;
        let (embedder, scorer): Chosen = match &model {
            // No weights were fitted to the full model; it takes the hash embedder's.
            Some(model) => (Box::new(model.clone()), Box::new(HASH)),
            None => choose_embedder(&options.embedder)?,
        };
        let mut catalog = Self {
            store,
            embedder,
            scorer,
            minilm: model,
            left_to_embed: None,
            matchers: HashMap::new(),
            programs: None,
            resolutions: Resolutions::default(),
            bank: PhraseBank::at(options.bank.as_deref()),
            seed: options.seed,
            platform: options.platform.clone(),
            standing,
            file,
            warning,
        };
        if options.seed {
            catalog.seed_pack(options)?;
        }
        Ok(catalog)
    }

    pub(crate) fn is_in_memory(&self) -> bool {
        self.standing == Standing::Memory
    }

    /// A read-only store keeps the pack that it has; one that has none is of no use, so memory takes its place.
    fn seed_pack(&mut self, options: &Options) -> Result<(), CatalogError> {
        match self.install_pack(options) {
            Err(CatalogError::Store(error)) if cannot_write(&error) => {
                if self.store.pack(pack::NAME)?.is_some() {
                    return Ok(());
                }
                self.warning = Some(warning(&error));
                self.store = Store::open_in_memory(open_options(&settings(options)))?;
                self.standing = Standing::Memory;
                self.install_pack(options)
            }
            other => other,
        }
    }

    fn install_pack(&mut self, options: &Options) -> Result<(), CatalogError> {
        let source = pack::look(Path::new(&options.pack), &options.platform)?;
        if self
            .store
            .pack(pack::NAME)?
            .is_some_and(|present| present.digest == source.digest)
        {
            return Ok(());
        }
        let commands = pack::compile(&source, &*self.read_programs()?)?;
        pack::install(&mut self.store, &source, &commands)
    }

    /// Reads what is known of programs when it is first needed, which a plain request never does.
    pub(crate) fn read_programs(&mut self) -> Result<Arc<Programs>, CatalogError> {
        if let Some(programs) = &self.programs {
            return Ok(programs.clone());
        }
        let programs = Arc::new(Programs::builtin()?);
        self.programs = Some(programs.clone());
        Ok(programs)
    }

    /// Loads a namespace's matcher, or brings it up to date with the store.
    pub(crate) fn refresh(&mut self, namespace: &str) -> Result<(), CatalogError> {
        let embedder = self.embedder.as_ref();
        if let Some(matcher) = self.matchers.get_mut(namespace) {
            return matcher.refresh(&mut self.store, namespace, self.seed, embedder);
        }
        self.require_vectors(namespace)?;
        let matcher = Matcher::open(&mut self.store, namespace, self.seed, embedder)?;
        self.matchers.insert(namespace.to_owned(), matcher);
        Ok(())
    }

    /// Makes anew from the rows what the namespace is matched with.
    pub(crate) fn mend(&mut self, namespace: &str) -> Result<(), CatalogError> {
        match self.matchers.get_mut(namespace) {
            Some(matcher) => matcher.mend(&mut self.store, namespace, self.seed, self.embedder.as_ref()),
            None => Ok(()),
        }
    }

    /// A command as a match shows it.
    pub(crate) fn shown(&mut self, namespace: &str, number: u32) -> Result<Option<Rc<Shown>>, CatalogError> {
        match self.matchers.get_mut(namespace) {
            Some(matcher) => matcher.shown(&self.store, namespace, number),
            None => Ok(None),
        }
    }

    /// What stands behind this catalog.
    pub fn facts(&self) -> Facts {
        Facts {
            store: match self.standing {
                Standing::Disk => "disk",
                Standing::ReadOnly => "read_only",
                Standing::Memory => "memory",
            },
            store_path: self.file.display().to_string(),
            store_bytes: std::fs::metadata(&self.file).map_or(0, |data| data.len()),
            schema_version: self.store.version(),
            warning: self.warning.clone(),
            embedder: self.embedder.id().to_owned(),
            simd: lever_core::search::Kernel::best().name(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// What the store's own check finds wrong; empty when sound.
    pub fn check_integrity(&self) -> Result<Vec<String>, CatalogError> {
        Ok(self.store.integrity_check()?)
    }

    /// The namespaces in which something is taught.
    pub fn namespaces(&self) -> Result<Vec<String>, CatalogError> {
        Ok(self.store.namespaces()?)
    }
}

type Chosen = (Box<dyn Embedder>, Box<dyn Scorer>);

/// The embedder of that name with the scorer that was fitted to it; `auto` is the learned one.
fn choose_embedder(name: &str) -> Result<Chosen, CatalogError> {
    match name {
        "hash" => Ok((Box::new(HashEmbedder::default()), Box::new(HASH))),
        "auto" | "learned" | "" => {
            let model = LearnedEmbedder::shipped()?;
            Ok((Box::new(model), Box::new(model.scorer())))
        }
        other => Err(CatalogError::UnknownEmbedder(other.to_owned())),
    }
}

fn open_store(file: &Path, settings: &Settings) -> Result<(Store, Standing, Option<String>), CatalogError> {
    match Store::open(file, open_options(settings)) {
        Ok(store) => Ok((store, Standing::Disk, None)),
        Err(error) if cannot_write(&error) => match Store::open_read_only(file, open_options(settings)) {
            Ok(store) => Ok((store, Standing::ReadOnly, Some(warning(&error)))),
            Err(StoreError::NotFound { .. }) => {
                let store = Store::open_in_memory(open_options(settings))?;
                Ok((store, Standing::Memory, Some(warning(&error))))
            }
            Err(other) => Err(other.into()),
        },
        Err(error) => Err(error.into()),
    }
}

fn cannot_write(error: &StoreError) -> bool {
    matches!(
        error,
        // Not found: the folder for it cannot be made.
        StoreError::ReadOnly { .. }
            | StoreError::DiskFull { .. }
            | StoreError::Forbidden { .. }
            | StoreError::NotFound { .. }
    )
}

fn warning(error: &StoreError) -> String {
    format!("{error}; nothing is recorded and nothing can be taught until that is mended")
}

fn settings(options: &Options) -> Settings {
    Settings {
        trust_new: options.trust.new,
        trust_success: options.trust.success,
        trust_failure: options.trust.failure,
        trust_auto_run: options.trust.floor,
        ..Settings::default()
    }
}

fn open_options(settings: &Settings) -> OpenOptions {
    OpenOptions {
        settings: settings.clone(),
        ..OpenOptions::default()
    }
}
