//! A layer of the store as gates 1 and 2 use it, kept as a snapshot beside the rows so that a start need not make it.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use lever_core::decide::Layer as IndexLayer;
use lever_core::embed::Embedder;
use lever_core::search::{Block, Column, LISTED_FROM};
use lever_core::template::{Syntax, Trie};
use lever_store::{Layer, Mark, Packed, Source, Store};

use crate::CatalogError;
use crate::layer_ids::Ids;
use crate::layer_pieces::read_layer;

/// Phrases of a pack's layer have this bit in their number; a namespace's own do not.
pub(crate) const PACK_PHRASE: u32 = 1 << 31;
/// A namespace's own commands are numbered from here; a pack's below it.
pub(crate) const OWN_COMMANDS: u32 = 1 << 12;
/// A layer of at least so many phrases is worth a snapshot: making it costs microseconds a phrase.
const SNAPSHOT_FROM: usize = 100;
/// The form of a snapshot's bytes; those of the form before are dropped.
const FORM: u32 = 5;
/// Where parts of a snapshot start: columns are used as they lie.
const LINE: usize = 64;
/// Rank of what a person taught.
pub(crate) const TAUGHT_RANK: u8 = 0;
/// Rank of what a person's choice taught.
pub(crate) const LEARNED_RANK: u8 = 1;
/// Set in the rank of a phrase that may never be exact.
pub(crate) const WEAK_RANK: u8 = 128;

/// One layer, ready for gate 1; what gate 2 searches is opened when it is first asked for, since most requests end at gate 1.
pub(crate) struct LayerCopy {
    /// The state of the layer that it holds.
    pub(crate) mark: Mark,
    pub(crate) trie: Trie<Part>,
    /// The number of each phrase and of its command, by phrase.
    owners: Column<u32>,
    packed_index: Option<(Arc<dyn Block>, Range<usize>)>,
    index: OnceCell<Arc<IndexLayer>>,
    /// Ids in the order of their numbers, counted from the layer's first.
    pub(crate) commands: Ids,
}

/// A snapshot's bytes.
struct Mapped(Packed);

// SAFETY: the store maps a file that is never changed once it has its name, or holds bytes that nobody else has; both stay
// where they are when the handle is moved.
unsafe impl Block for Mapped {
    fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A stretch of a snapshot, used where it lies, or bytes just made.
pub(crate) struct Part(Arc<dyn Block>, Range<usize>);

impl Part {
    fn made(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self(Arc::new(bytes), range)
    }
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.0.bytes()[self.1.clone()]
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
    /// Opens the snapshot, if it is of the layer's present state, else makes the copy from the rows and keeps it.
    ///
    /// `below` is the pack's copy where the layer lies over one: a namespace's phrases may ask for a pack's commands.
    pub(crate) fn load(
        store: &mut Store,
        layer: Layer<'_>,
        now: Mark,
        below: Option<&Self>,
        embedder: &dyn Embedder,
    ) -> Result<Self, CatalogError> {
        let below_generation = below.map_or(0, |copy| copy.mark.generation);
        if let Some(snapshot) = store.snapshot(layer, &kind(embedder))?
            && snapshot.mark == now
            && let Some(copy) = Self::open(snapshot.bytes, now, below_generation)
        {
            return Ok(copy);
        }
        Self::make(store, layer, below, embedder)
    }

    /// Makes the copy from the rows, whatever snapshot there is, and keeps it in that one's place.
    pub(crate) fn make(
        store: &mut Store,
        layer: Layer<'_>,
        below: Option<&Self>,
        embedder: &dyn Embedder,
    ) -> Result<Self, CatalogError> {
        let below_generation = below.map_or(0, |copy| copy.mark.generation);
        let (copy, index) = Self::build(store, layer, below, embedder)?;
        if index.len() >= SNAPSHOT_FROM {
            let bytes = copy.to_bytes(&index, below_generation);
            // A store that cannot take it (read-only, full) only makes the next start slower.
            let _ = store.put_snapshot(layer, &kind(embedder), copy.mark, index.len() as u32, &bytes);
            let _ = store.drop_snapshots(&format!("matcher-{}-{}", FORM - 1, embedder.id()));
        }
        Ok(copy)
    }

    /// What gate 2 searches; `None` where the snapshot's part for it is damaged.
    pub(crate) fn index(&self) -> Option<Arc<IndexLayer>> {
        if let Some(index) = self.index.get() {
            return Some(index.clone());
        }
        let (block, range) = self.packed_index.as_ref()?;
        let index = IndexLayer::open(block, range.clone()).ok()?;
        Some(self.index.get_or_init(|| Arc::new(index)).clone())
    }

    /// Whether it lies in a snapshot.
    pub(crate) fn is_packed(&self) -> bool {
        self.packed_index.is_some()
    }

    /// The command of a phrase, both by number.
    pub(crate) fn command_of(&self, phrase: u32) -> Option<u32> {
        let (pairs, _) = self.owners.as_chunks::<2>();
        let found = pairs.binary_search_by_key(&phrase, |pair| pair[0]).ok()?;
        Some(pairs[found][1])
    }

    /// Makes the copy from the rows, and keeps nothing.
    pub(crate) fn build(
        store: &Store,
        layer: Layer<'_>,
        below: Option<&Self>,
        embedder: &dyn Embedder,
    ) -> Result<(Self, Arc<IndexLayer>), CatalogError> {
        let (first_phrase, first_command) = first_numbers(layer);
        let mut commands: Vec<String> = Vec::new();
        let mut numbers: HashMap<String, u32> = below.map_or_else(HashMap::new, |copy| {
            copy.commands.iter().map(str::to_owned).zip(0..).collect()
        });
        let mut owners: Vec<[u32; 2]> = Vec::new();
        let (mark, mut made) = read_layer(store, layer, embedder, |row| {
            let number = *numbers.entry(row.command.to_owned()).or_insert_with(|| {
                commands.push(row.command.to_owned());
                first_command + commands.len() as u32 - 1
            });
            owners.push([first_phrase | row.id, number]);
            (first_phrase | row.id, number)
        })?;
        owners.sort_unstable();
        let trie = std::thread::scope(|scope| {
            let sets = made.index.vector_sets().into_iter();
            for set in sets.filter(|set| set.len() >= LISTED_FROM) {
                scope.spawn(|| set.arrange());
            }
            made.trie.build()
        })?
        .into_bytes();
        let index = Arc::new(made.index);
        let copy = Self {
            mark,
            trie: Trie::from_bytes(Part::made(trie))?,
            owners: owners.into_flattened().into(),
            packed_index: None,
            index: index.clone().into(),
            commands: Ids::new(&commands),
        };
        Ok((copy, index))
    }

    /// The generation of the layer below, then the trie, the owners, the index and the commands' ids, each after its length
    /// and at the start of a cache line. Little-endian.
    fn to_bytes(&self, index: &IndexLayer, below_generation: i64) -> Vec<u8> {
        let mut bytes = below_generation.to_le_bytes().to_vec();
        let mut put = |write: &dyn Fn(&mut Vec<u8>)| {
            let at = bytes.len();
            bytes.extend([0; size_of::<u64>()]);
            bytes.resize(bytes.len().next_multiple_of(LINE), 0);
            let start = bytes.len();
            write(&mut bytes);
            let length = (bytes.len() - start) as u64;
            bytes[at..at + size_of::<u64>()].copy_from_slice(&length.to_le_bytes());
        };
        put(&|out| out.extend(self.trie.as_bytes()));
        put(&|out| self.owners.write(out));
        put(&|out| index.write(out));
        for part in self.commands.parts() {
            put(&|out| part.write(out));
        }
        bytes
    }

    fn open(bytes: Packed, mark: Mark, below_generation: i64) -> Option<Self> {
        let block: Arc<dyn Block> = Arc::new(Mapped(bytes));
        let bytes = block.bytes();
        let (below, _) = bytes.split_first_chunk::<8>()?;
        if i64::from_le_bytes(*below) != below_generation {
            return None;
        }
        let mut at = below.len();
        let mut part = || {
            let (length, _) = bytes.get(at..)?.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let start = (at + size_of::<u64>()).next_multiple_of(LINE);
            at = start + bytes.get(start..)?.get(..length)?.len();
            Some(start..at)
        };
        let (trie, owners, index) = (part()?, part()?, part()?);
        let commands = Ids::open(&block, [part()?, part()?, part()?])?;
        Some(Self {
            mark,
            trie: Trie::from_bytes(Part(block.clone(), trie)).ok()?,
            owners: Column::lend(&block, owners)?,
            packed_index: Some((block.clone(), index)),
            index: OnceCell::new(),
            commands,
        })
    }
}

/// What the snapshots of an embedder's vectors are called; another form of them has another name.
fn kind(embedder: &dyn Embedder) -> String {
    format!("matcher-{FORM}-{}", embedder.id())
}
