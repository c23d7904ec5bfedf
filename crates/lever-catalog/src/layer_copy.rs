//! A layer of the store as gates 1 and 2 use it, kept as a snapshot beside the rows so that a start need not make it.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use lever_core::decide::Layer as IndexLayer;
use lever_core::embed::Embedder;
use lever_core::template::{Syntax, Trie};
use lever_store::{Layer, Mark, Packed, Source, Store};

use crate::CatalogError;
use crate::layer_pieces::read_layer;

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

/// One layer, ready for gate 1; what gate 2 searches is read when it is first asked for, since most requests end at gate 1.
pub(crate) struct LayerCopy {
    /// The state of the layer that it holds.
    pub(crate) mark: Mark,
    pub(crate) trie: Trie<Part>,
    /// The number of each phrase and of its command, by phrase: pairs of 32 bits, little-endian.
    owners: Part,
    packed_index: Option<Part>,
    index: OnceCell<Arc<IndexLayer<'static>>>,
    /// Ids in the order of their numbers, counted from the layer's first.
    pub(crate) commands: Vec<String>,
}

/// A stretch of a snapshot, used where it lies, or bytes just made.
pub(crate) enum Part {
    Packed(Rc<Packed>, Range<usize>),
    Made(Vec<u8>),
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Packed(bytes, range) => &bytes[range.clone()],
            Self::Made(bytes) => bytes,
        }
    }
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
        let kind = format!("matcher-2-{}", embedder.id());
        let below_generation = below.map_or(0, |copy| copy.mark.generation);
        if let Some(snapshot) = store.snapshot(layer, &kind)?
            && snapshot.mark == now
            && let Some(copy) = Self::from_bytes(snapshot.bytes, now, below_generation)
        {
            return Ok(copy);
        }
        let (copy, index) = Self::build(store, layer, below, embedder)?;
        if index.len() >= SNAPSHOT_FROM {
            let bytes = copy.to_bytes(&index, below_generation);
            // A store that cannot take it (read-only, full) only makes the next start slower.
            let _ = store.put_snapshot(layer, &kind, copy.mark, index.len() as u32, &bytes);
        }
        Ok(copy)
    }

    /// What gate 2 searches; `None` where the snapshot's part for it is damaged.
    pub(crate) fn index(&self) -> Option<Arc<IndexLayer<'static>>> {
        if let Some(index) = self.index.get() {
            return Some(index.clone());
        }
        let packed = self.packed_index.as_ref()?;
        let index = IndexLayer::from_bytes(packed.as_ref()).ok()?.into_owned();
        Some(self.index.get_or_init(|| Arc::new(index)).clone())
    }

    /// The command of a phrase, both by number.
    pub(crate) fn command_of(&self, phrase: u32) -> Option<u32> {
        let (pairs, _) = self.owners.as_ref().as_chunks::<8>();
        let number = |pair: &[u8; 8], at: usize| {
            u32::from_le_bytes([pair[at], pair[at + 1], pair[at + 2], pair[at + 3]])
        };
        let found = pairs.binary_search_by_key(&phrase, |pair| number(pair, 0)).ok()?;
        Some(number(&pairs[found], 4))
    }

    /// Makes the copy from the rows, whatever snapshots there are.
    pub(crate) fn build(
        store: &Store,
        layer: Layer<'_>,
        below: Option<&Self>,
        embedder: &dyn Embedder,
    ) -> Result<(Self, Arc<IndexLayer<'static>>), CatalogError> {
        let (first_phrase, first_command) = first_numbers(layer);
        let mut commands: Vec<String> = Vec::new();
        let mut numbers: HashMap<String, u32> = below.map_or_else(HashMap::new, |copy| {
            copy.commands.iter().cloned().zip(0..).collect()
        });
        let mut owners: Vec<(u32, u32)> = Vec::new();
        let (mark, made) = read_layer(store, layer, embedder, |row| {
            let number = *numbers.entry(row.command.to_owned()).or_insert_with(|| {
                commands.push(row.command.to_owned());
                first_command + commands.len() as u32 - 1
            });
            owners.push((first_phrase | row.id, number));
            (first_phrase | row.id, number)
        })?;
        owners.sort_unstable();
        let owners = owners.into_iter().flat_map(|(phrase, command)| [phrase, command]);
        let trie = made.trie.build()?;
        let index = Arc::new(made.index);
        let copy = Self {
            mark,
            trie: Trie::from_bytes(Part::Made(trie.as_bytes().to_vec()))?,
            owners: Part::Made(owners.flat_map(u32::to_le_bytes).collect()),
            packed_index: None,
            index: index.clone().into(),
            commands,
        };
        Ok((copy, index))
    }

    /// The generation of the layer below, then four parts, each with its length before it: the trie, the owners, the
    /// index, the commands' ids by lines. Little-endian.
    fn to_bytes(&self, index: &IndexLayer<'static>, below_generation: i64) -> Vec<u8> {
        let ids = self.commands.join("\n");
        let mut bytes = below_generation.to_le_bytes().to_vec();
        for part in [
            self.trie.as_bytes(),
            self.owners.as_ref(),
            &index.to_bytes(),
            ids.as_bytes(),
        ] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }

    fn from_bytes(bytes: Packed, mark: Mark, below_generation: i64) -> Option<Self> {
        let bytes = Rc::new(bytes);
        let (below, _) = bytes.split_first_chunk::<8>()?;
        if i64::from_le_bytes(*below) != below_generation {
            return None;
        }
        let mut at = below.len();
        let mut part = || {
            let (length, rest) = bytes.get(at..)?.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let start = at + size_of::<u64>();
            at = start + rest.get(..length)?.len();
            Some(Part::Packed(bytes.clone(), start..at))
        };
        let (trie, owners, index, ids) = (part()?, part()?, part()?, part()?);
        let commands = std::str::from_utf8(ids.as_ref()).ok()?;
        Some(Self {
            mark,
            commands: commands.lines().map(str::to_owned).collect(),
            trie: Trie::from_bytes(trie).ok()?,
            owners,
            packed_index: Some(index),
            index: OnceCell::new(),
        })
    }
}
