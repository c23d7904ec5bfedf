//! A layer of the store as gates 1 and 2 use it, kept as a snapshot beside the rows so that a start need not make it.

use std::collections::HashMap;
use std::sync::Arc;

use lever_core::decide::{Layer as IndexLayer, PhraseInput, Work};
use lever_core::embed::Embedder;
use lever_core::template::{Phrase, Syntax, Trie, TrieBuilder};
use lever_store::{Layer, Mark, PhraseRow, Source, Store};

use crate::CatalogError;

/// Phrases of a pack's layer have this bit in their number; a namespace's own do not.
pub(crate) const PACK_PHRASE: u32 = 1 << 31;
/// A namespace's own commands are numbered from here; a pack's below it.
pub(crate) const OWN_COMMANDS: u32 = 1 << 12;
/// A layer of at least so many phrases is worth a snapshot: making it costs microseconds a phrase.
const SNAPSHOT_FROM: usize = 100;
/// Rank of what a person taught.
pub(crate) const TAUGHT_RANK: u8 = 0;
/// Rank of what a person's choice taught.
pub(crate) const LEARNED_RANK: u8 = 1;
/// Set in the rank of a phrase that may never be exact.
pub(crate) const WEAK_RANK: u8 = 128;

/// One layer, ready to be searched.
pub(crate) struct LayerCopy {
    /// The state of the layer that it holds.
    pub(crate) mark: Mark,
    pub(crate) trie: Trie,
    pub(crate) index: Arc<IndexLayer<'static>>,
    /// Ids in the order of their numbers, counted from the layer's first.
    pub(crate) commands: Vec<String>,
}

/// Among equal matches of gate 1, what a person taught goes before what came along.
pub(crate) fn rank(source: Source, weak: bool) -> u8 {
    let rank = match source {
        Source::Taught => TAUGHT_RANK,
        Source::Learned => LEARNED_RANK,
        Source::Model => 2,
        Source::Pack => 3,
        Source::Bank => 4,
    };
    if weak { rank | WEAK_RANK } else { rank }
}

pub(crate) fn syntax(pattern: bool) -> Syntax {
    if pattern { Syntax::Pattern } else { Syntax::Literal }
}

pub(crate) fn source(source: Source) -> lever_core::decide::Source {
    match source {
        Source::Taught => lever_core::decide::Source::Taught,
        Source::Learned => lever_core::decide::Source::Learned,
        Source::Pack => lever_core::decide::Source::Pack,
        Source::Model => lever_core::decide::Source::Model,
        Source::Bank => lever_core::decide::Source::Bank,
    }
}

/// What a layer adds to its numbers, so that those of two layers never meet.
pub(crate) fn first_numbers(layer: Layer<'_>) -> (u32, u32) {
    match layer {
        Layer::Pack(_) => (PACK_PHRASE, 0),
        Layer::Namespace(_) => (0, OWN_COMMANDS),
    }
}

impl LayerCopy {
    /// Reads the snapshot, if it is of the layer's present state, else makes the copy from the rows and keeps it.
    ///
    /// `below` is the pack's copy where the layer lies over one: a namespace's phrases may ask for a pack's commands.
    pub(crate) fn load(
        store: &mut Store,
        layer: Layer<'_>,
        now: Mark,
        below: Option<&Self>,
        embedder: &dyn Embedder,
    ) -> Result<Self, CatalogError> {
        let kind = format!("matcher-1-{}", embedder.id());
        let below_generation = below.map_or(0, |copy| copy.mark.generation);
        if let Some(snapshot) = store.snapshot(layer, &kind)?
            && snapshot.mark == now
            && let Some(copy) = Self::from_bytes(&snapshot.bytes, now, below_generation)
        {
            return Ok(copy);
        }
        let copy = Self::build(store, layer, below, embedder)?;
        if copy.index.len() >= SNAPSHOT_FROM {
            let bytes = copy.to_bytes(below_generation);
            // A store that cannot take it (read-only, full) only makes the next start slower.
            let _ = store.put_snapshot(layer, &kind, copy.mark, copy.index.len() as u32, &bytes);
        }
        Ok(copy)
    }

    fn build(
        store: &Store,
        layer: Layer<'_>,
        below: Option<&Self>,
        embedder: &dyn Embedder,
    ) -> Result<Self, CatalogError> {
        let (first_phrase, first_command) = first_numbers(layer);
        let mut trie = TrieBuilder::new();
        let mut index = IndexLayer::new(embedder)?;
        let mut commands: Vec<String> = Vec::new();
        let mut numbers: HashMap<String, u32> = below.map_or_else(HashMap::new, |copy| {
            copy.commands.iter().cloned().zip(0..).collect()
        });
        let mut work = Work::default();
        let mut failed = None;
        let mark = store.load_layer(layer, |row: PhraseRow<'_>| {
            let number = *numbers.entry(row.command.to_owned()).or_insert_with(|| {
                commands.push(row.command.to_owned());
                first_command + commands.len() as u32 - 1
            });
            let phrase_id = first_phrase | row.id;
            if let Ok(phrase) = Phrase::parse(row.text, syntax(row.pattern)) {
                trie.insert(&phrase, phrase_id, rank(row.source, row.weak));
            }
            let input = PhraseInput {
                phrase_id,
                command: number,
                text: row.text,
                pattern: row.pattern,
                weak: row.weak,
                source: source(row.source),
            };
            if let Err(error) = index.add(embedder, &input, &mut work) {
                failed.get_or_insert(error);
            }
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        Ok(Self {
            mark,
            trie: trie.build()?,
            index: Arc::new(index),
            commands,
        })
    }

    /// The generation of the layer below, then three parts, each with its length before it: the trie, the index, the
    /// commands' ids by lines. Little-endian.
    fn to_bytes(&self, below_generation: i64) -> Vec<u8> {
        let ids = self.commands.join("\n");
        let mut bytes = below_generation.to_le_bytes().to_vec();
        for part in [self.trie.as_bytes(), &self.index.to_bytes(), ids.as_bytes()] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }

    fn from_bytes(bytes: &[u8], mark: Mark, below_generation: i64) -> Option<Self> {
        let (below, mut bytes) = bytes.split_first_chunk::<8>()?;
        if i64::from_le_bytes(*below) != below_generation {
            return None;
        }
        let mut part = || {
            let (length, rest) = bytes.split_first_chunk::<8>()?;
            let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
            bytes = rest;
            Some(part)
        };
        let trie = Trie::from_bytes(part()?.to_vec()).ok()?;
        let index = IndexLayer::from_bytes(part()?).ok()?.into_owned();
        let commands = std::str::from_utf8(part()?)
            .ok()?
            .lines()
            .map(str::to_owned)
            .collect();
        Some(Self {
            mark,
            trie,
            index: Arc::new(index),
            commands,
        })
    }
}
