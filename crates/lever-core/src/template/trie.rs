//! The trie as one block of bytes, used where it lies: built in memory, stored, mapped.
//!
//! All numbers are little-endian. A header of [`HEADER`] bytes is followed by these sections:
//!
//! | section | entry | bytes |
//! |---|---|---|
//! | words | token id (0: free); its place is the word's number; open addressing | 8 |
//! | edges | parent node, word, child node, child's flags; open addressing by parent and word (parent `u32::MAX`: free) | 16 |
//! | nodes | first slot edge, first terminal; one entry more than there are nodes | 8 |
//! | slot edges | kind, child node, child's flags; ordered by parent | 12 |
//! | terminals | phrase id, rank, slot indices of the path in four bits each; ordered by node | 16 |
//! | kinds | length, then the type as text | 4 + n |
//!
//! A lookup reads one word and one edge for each token, however many phrases there are.

use crate::command::param_kind::ParamKind;
use crate::text;

use super::kind::SlotKind;

const MAGIC: u32 = u32::from_le_bytes(*b"LVTR");
const VERSION: u32 = 1;
/// Bytes before the first section.
pub(super) const HEADER: usize = 48;
/// Number of the node where every phrase starts.
pub(super) const ROOT: u32 = 0;
/// Most places looked at in one lookup; tables are far below it.
const MAX_PROBES: u32 = 4096;
/// Marks a free place among the edges.
pub(super) const FREE: u32 = u32::MAX;
/// Flag of a node that slots leave.
pub(super) const HAS_SLOTS: u32 = 1;
/// Flag of a node where phrases end.
pub(super) const HAS_TERMINALS: u32 = 2;

/// Why bytes are not a trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrieError {
    /// Other bytes.
    #[error("these bytes are not a phrase table")]
    NotATrie,
    /// A table of another version: build it again.
    #[error("the phrase table has version {0}, not {VERSION}: build it again")]
    Version(u32),
    /// A table with changed or missing bytes: build it again.
    #[error("the phrase table is damaged: build it again")]
    Damaged,
}

impl TrieError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotATrie => "not_a_phrase_table",
            Self::Version(_) => "phrase_table_version",
            Self::Damaged => "phrase_table_damaged",
        }
    }
}

/// All phrases of a namespace. Made by [`super::TrieBuilder`] or from bytes that it made.
pub struct Trie<B = Vec<u8>> {
    bytes: B,
    layout: Layout,
    kinds: Vec<SlotKind>,
}

/// Sizes from the header, and where each section starts.
#[derive(Clone, Copy)]
struct Layout {
    word_mask: u32,
    edge_mask: u32,
    word_probes: u32,
    edge_probes: u32,
    nodes: u32,
    edges_at: usize,
    nodes_at: usize,
    slots_at: usize,
    terminals_at: usize,
    kinds_at: usize,
}

/// What the builder knows; written down by [`Trie::assemble`].
pub(super) struct Sections {
    pub(super) words: Vec<u64>,
    pub(super) word_probes: u32,
    pub(super) edges: Vec<[u32; 4]>,
    pub(super) edge_probes: u32,
    pub(super) nodes: Vec<[u32; 2]>,
    pub(super) slots: Vec<[u32; 3]>,
    pub(super) terminals: Vec<Terminal>,
    pub(super) kinds: Vec<String>,
}

/// A phrase's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terminal {
    pub(super) phrase_id: u32,
    pub(super) rank: u8,
    /// Index of the n-th slot on the path, in bits 4n..4n+4.
    pub(super) slot_map: u64,
}

impl Trie<Vec<u8>> {
    pub(super) fn assemble(sections: &Sections) -> Result<Self, TrieError> {
        let mut bytes = Vec::new();
        let kinds_length: usize = sections.kinds.iter().map(|kind| 4 + kind.len()).sum();
        for number in [
            MAGIC,
            VERSION,
            0,
            0,
            sections.words.len() as u32,
            sections.word_probes,
            sections.edges.len() as u32,
            sections.edge_probes,
            sections.nodes.len() as u32 - 1,
            sections.slots.len() as u32,
            sections.terminals.len() as u32,
            kinds_length as u32,
        ] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(sections.words.iter().flat_map(|id| id.to_le_bytes()));
        bytes.extend(
            sections
                .edges
                .iter()
                .flatten()
                .flat_map(|number| number.to_le_bytes()),
        );
        bytes.extend(
            sections
                .nodes
                .iter()
                .flatten()
                .flat_map(|number| number.to_le_bytes()),
        );
        bytes.extend(
            sections
                .slots
                .iter()
                .flatten()
                .flat_map(|number| number.to_le_bytes()),
        );
        for terminal in &sections.terminals {
            bytes.extend(terminal.phrase_id.to_le_bytes());
            bytes.extend(u32::from(terminal.rank).to_le_bytes());
            bytes.extend(terminal.slot_map.to_le_bytes());
        }
        for kind in &sections.kinds {
            bytes.extend((kind.len() as u32).to_le_bytes());
            bytes.extend(kind.as_bytes());
        }
        seal(&mut bytes);
        Self::from_bytes(bytes)
    }
}

impl<B: AsRef<[u8]>> Trie<B> {
    /// Takes bytes that [`Trie::as_bytes`] gave. Reads all of them once, for the checksum; copies only the slots' types.
    /// Whatever the bytes are, later use neither panics nor loops.
    pub fn from_bytes(bytes: B) -> Result<Self, TrieError> {
        let all = bytes.as_ref();
        if all.len() < HEADER || u32_at(all, 0) != MAGIC {
            return Err(TrieError::NotATrie);
        }
        if u32_at(all, 4) != VERSION {
            return Err(TrieError::Version(u32_at(all, 4)));
        }
        let layout = Layout::read(all).ok_or(TrieError::Damaged)?;
        if u64_at(all, 8) != checksum(all) {
            return Err(TrieError::Damaged);
        }
        let mut kinds = Vec::new();
        let mut rest = &all[layout.kinds_at..];
        while let Some((length, more)) = rest.split_first_chunk::<4>() {
            let length = u32::from_le_bytes(*length) as usize;
            let text = more.get(..length).and_then(|text| std::str::from_utf8(text).ok());
            let kind = text
                .and_then(|text| ParamKind::parse(text).ok())
                .ok_or(TrieError::Damaged)?;
            kinds.push(SlotKind::new(kind));
            rest = &more[length..];
        }
        if !rest.is_empty() {
            return Err(TrieError::Damaged);
        }
        Ok(Self { bytes, layout, kinds })
    }

    /// The trie, to be stored.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The number of a token's word; `None` if no phrase has it.
    pub(super) fn word(&self, id: u64) -> Option<u32> {
        let id = known_id(id);
        let bytes = &self.bytes.as_ref()[HEADER..];
        let start = place_of_word(id);
        for probe in 0..=self.layout.word_probes {
            let place = start.wrapping_add(probe) & self.layout.word_mask;
            match u64_at(bytes, place as usize * 8) {
                0 => return None,
                found if found == id => return Some(place),
                _ => {}
            }
        }
        None
    }

    /// The node and its flags that a word leads to.
    pub(super) fn edge(&self, node: u32, word: u32) -> Option<(u32, u32)> {
        let bytes = &self.bytes.as_ref()[self.layout.edges_at..self.layout.nodes_at];
        let start = place_of_edge(node, word);
        for probe in 0..=self.layout.edge_probes {
            let place = (start.wrapping_add(probe) & self.layout.edge_mask) as usize * 16;
            let entry = bytes.get(place..place + 16)?;
            let parent = u32_at(entry, 0);
            if parent == node && u32_at(entry, 4) == word {
                return Some((u32_at(entry, 8), u32_at(entry, 12)));
            }
            if parent == FREE {
                return None;
            }
        }
        None
    }

    /// The flags of a node, for where no edge told them.
    pub(super) fn flags(&self, node: u32) -> u32 {
        let some = |mut all: std::ops::Range<usize>| all.next().is_some();
        u32::from(some(self.slots_of(node))) * HAS_SLOTS
            + u32::from(some(self.terminals_of(node))) * HAS_TERMINALS
    }

    /// The type, child and child's flags of each slot that leaves a node.
    pub(super) fn slot_edges(&self, node: u32) -> impl Iterator<Item = (&SlotKind, u32, u32)> {
        let bytes = self.bytes.as_ref();
        self.slots_of(node).filter_map(move |index| {
            let at = self.layout.slots_at + index * 12;
            let kind = self.kinds.get(u32_at(bytes, at) as usize)?;
            Some((kind, u32_at(bytes, at + 4), u32_at(bytes, at + 8)))
        })
    }

    pub(super) fn terminals(&self, node: u32) -> impl Iterator<Item = Terminal> {
        let bytes = self.bytes.as_ref();
        self.terminals_of(node).map(move |index| {
            let at = self.layout.terminals_at + index * 16;
            Terminal {
                phrase_id: u32_at(bytes, at),
                rank: u32_at(bytes, at + 4) as u8,
                slot_map: u64_at(bytes, at + 8),
            }
        })
    }

    fn slots_of(&self, node: u32) -> std::ops::Range<usize> {
        let count = (self.layout.terminals_at - self.layout.slots_at) / 12;
        self.range(node, 0, count)
    }

    fn terminals_of(&self, node: u32) -> std::ops::Range<usize> {
        let count = (self.layout.kinds_at - self.layout.terminals_at) / 16;
        self.range(node, 4, count)
    }

    /// A node's entries in a section of `count`, from the numbers at `column` of this node's record and the next.
    fn range(&self, node: u32, column: usize, count: usize) -> std::ops::Range<usize> {
        if node >= self.layout.nodes {
            return 0..0;
        }
        let at = self.layout.nodes_at + node as usize * 8 + column;
        let bytes = self.bytes.as_ref();
        let end = (u32_at(bytes, at + 8) as usize).min(count);
        (u32_at(bytes, at) as usize).min(end)..end
    }
}

impl<B> std::fmt::Debug for Trie<B> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Trie")
            .field("nodes", &self.layout.nodes)
            .field("kinds", &self.kinds.len())
            .finish_non_exhaustive()
    }
}

impl Layout {
    /// `None` where the header does not add up to the length.
    fn read(bytes: &[u8]) -> Option<Self> {
        let [
            words,
            word_probes,
            edges,
            edge_probes,
            nodes,
            slots,
            terminals,
            kinds,
        ] = std::array::from_fn(|index| u32_at(bytes, 16 + index * 4));
        if !words.is_power_of_two() || !edges.is_power_of_two() || nodes == 0 {
            return None;
        }
        let section = |start: usize, count: usize, size: usize| start.checked_add(count.checked_mul(size)?);
        let edges_at = section(HEADER, words as usize, 8)?;
        let nodes_at = section(edges_at, edges as usize, 16)?;
        let slots_at = section(nodes_at, nodes as usize + 1, 8)?;
        let terminals_at = section(slots_at, slots as usize, 12)?;
        let kinds_at = section(terminals_at, terminals as usize, 16)?;
        if section(kinds_at, kinds as usize, 1)? != bytes.len() || word_probes.max(edge_probes) > MAX_PROBES {
            return None;
        }
        Some(Self {
            word_mask: words - 1,
            edge_mask: edges - 1,
            word_probes,
            edge_probes,
            nodes,
            edges_at,
            nodes_at,
            slots_at,
            terminals_at,
            kinds_at,
        })
    }
}

/// Zero marks a free place, so that the one id that is zero takes another's.
pub(super) fn known_id(id: u64) -> u64 {
    id.max(1)
}

pub(super) fn place_of_word(id: u64) -> u32 {
    (id >> 32) as u32
}

pub(super) fn place_of_edge(node: u32, word: u32) -> u32 {
    let key = (u64::from(node) << 32) | u64::from(word);
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// Writes the checksum.
pub(super) fn seal(bytes: &mut [u8]) {
    let sum = checksum(bytes);
    bytes[8..16].copy_from_slice(&sum.to_le_bytes());
}

/// Over all but its own eight bytes.
fn checksum(bytes: &[u8]) -> u64 {
    text::hash(&bytes[16..], text::hash(&bytes[..8], 0))
}

/// All ones where the bytes end before; every reader treats that as "nothing here".
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
