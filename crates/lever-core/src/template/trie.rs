//! The trie as one block of bytes, used where it lies: built in memory, stored, mapped.
//!
//! All numbers are little-endian. A header of [`HEADER`] bytes is followed by these sections:
//!
//! | section | entry | bytes |
//! |---|---|---|
//! | words | token id (0: free); its place is the word's number; open addressing | 8 |
//! | filter | two bits in 64 for each edge: most lookups are of edges that are not there, and end here | 8 |
//! | edges | parent node, word, child, child's flags; open addressing by parent and word (parent `u32::MAX`: free) | 16 |
//! | nodes | first slot edge, first terminal; one entry more than there are nodes | 8 |
//! | slot edges | kind, child, child's flags; ordered by parent | 12 |
//! | terminals | phrase id, rank, slot indices of the path in four bits each; ordered by node | 16 |
//! | tails | steps: a word, [`SLOT`] and a kind, or [`END`] and a number of terminals, which follow | 4 |
//! | kinds | length, then the type as text | 4 + n |
//! | sums | a checksum for each [`BLOCK`] bytes before it | 8 |
//!
//! A block is held against its sum when something in it is first read, so that opening costs the same at any size, and what
//! was damaged is never believed: it reads as if nothing were there.
//!
//! Where only one path is left its rest is a tail, which lies in one piece: most of a large table's phrases differ from
//! all others after a few words, and a lookup then touches two or three cache lines, however many phrases there are.

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8};

use crate::command::param_kind::ParamKind;
use crate::text;

use super::kind::SlotKind;

const MAGIC: u32 = u32::from_le_bytes(*b"LVTR");
const VERSION: u32 = 2;
/// Bytes before the first section.
pub(super) const HEADER: usize = 56;
/// Bytes that have a checksum together.
const BLOCK: usize = 16 * 1024;
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
/// Flag of a child that is not a node but a place among the tails.
pub(super) const IS_TAIL: u32 = 4;
/// Marks a step that is a slot.
pub(super) const SLOT: u32 = 0x8000_0000;
/// Marks the end of a tail.
pub(super) const END: u32 = 0xC000_0000;
/// The number in a step.
const NUMBER: u32 = !END;

/// Why bytes are not a trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrieError {
    /// Other bytes.
    #[error("these bytes are not a phrase table")]
    NotATrie,
    /// A table of another version: build it again.
    #[error("the phrase table has version {0}, not {VERSION}: build it again")]
    Version(u32),
    /// More phrases than 32-bit numbers can count.
    #[error("the phrase table is too large: split it into several")]
    TooLarge,
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
            Self::TooLarge => "phrase_table_too_large",
            Self::Damaged => "phrase_table_damaged",
        }
    }
}

/// All phrases of a namespace. Made by [`super::TrieBuilder`] or from bytes that it made.
pub struct Trie<B = Vec<u8>> {
    bytes: B,
    layout: Layout,
    kinds: Vec<SlotKind>,
    /// What is known of each block: [`UNREAD`], [`SOUND`] or [`DAMAGED`].
    blocks: Box<[AtomicU8]>,
    damaged: AtomicBool,
}

const UNREAD: u8 = 0;
const SOUND: u8 = 1;
const DAMAGED: u8 = 2;

/// Sizes from the header, and where each section starts.
#[derive(Clone, Copy)]
struct Layout {
    word_mask: u32,
    filter_mask: u32,
    edge_mask: u32,
    word_probes: u32,
    edge_probes: u32,
    nodes: u32,
    filter_at: usize,
    edges_at: usize,
    nodes_at: usize,
    slots_at: usize,
    terminals_at: usize,
    tails_at: usize,
    kinds_at: usize,
    sums_at: usize,
}

/// What the builder knows; written down by [`Trie::assemble`].
pub(super) struct Sections {
    pub(super) words: Vec<u64>,
    pub(super) word_probes: u32,
    pub(super) filter: Vec<u64>,
    pub(super) edges: Vec<[u32; 4]>,
    pub(super) edge_probes: u32,
    pub(super) nodes: Vec<[u32; 2]>,
    pub(super) slots: Vec<[u32; 3]>,
    pub(super) terminals: Vec<Terminal>,
    pub(super) tails: Vec<u32>,
    pub(super) kinds: Vec<String>,
}

/// A step of a tail.
pub(super) enum TailStep<'a> {
    Word(u32),
    Slot(&'a SlotKind),
    End(Range<usize>),
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
            sections.filter.len() as u32,
            sections.edges.len() as u32,
            sections.edge_probes,
            sections.nodes.len() as u32 - 1,
            sections.slots.len() as u32,
            sections.terminals.len() as u32,
            sections.tails.len() as u32,
            kinds_length as u32,
        ] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(sections.words.iter().flat_map(|id| id.to_le_bytes()));
        bytes.extend(sections.filter.iter().flat_map(|bits| bits.to_le_bytes()));
        let edges = sections.edges.iter().flatten();
        let nodes = sections.nodes.iter().flatten();
        let slots = sections.slots.iter().flatten();
        bytes.extend(
            edges
                .chain(nodes)
                .chain(slots)
                .flat_map(|number| number.to_le_bytes()),
        );
        let terminals = sections.terminals.iter().flat_map(|terminal| terminal.to_words());
        bytes.extend(terminals.flat_map(u32::to_le_bytes));
        bytes.extend(sections.tails.iter().flat_map(|step| step.to_le_bytes()));
        for kind in &sections.kinds {
            bytes.extend((kind.len() as u32).to_le_bytes());
            bytes.extend(kind.as_bytes());
        }
        let blocks = bytes.len().div_ceil(BLOCK);
        bytes.resize(bytes.len() + 8 * blocks, 0);
        seal(&mut bytes);
        Self::from_bytes(bytes)
    }
}

impl Trie<Vec<u8>> {
    /// The trie's bytes, to be kept elsewhere.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl<B: AsRef<[u8]>> Trie<B> {
    /// Takes bytes that [`Trie::as_bytes`] gave. Copies only the slots' types, and checks what it reads.
    /// Whatever the bytes are, later use neither panics nor loops, and finds no phrase that was not there.
    pub fn from_bytes(bytes: B) -> Result<Self, TrieError> {
        let all = bytes.as_ref();
        if all.len() < HEADER || u32_at(all, 0) != MAGIC {
            return Err(TrieError::NotATrie);
        }
        if u32_at(all, 4) != VERSION {
            return Err(TrieError::Version(u32_at(all, 4)));
        }
        let layout = Layout::read(all).ok_or(TrieError::Damaged)?;
        if u64_at(all, 8) != header_sum(all, &layout) {
            return Err(TrieError::Damaged);
        }
        let blocks = (0..layout.sums_at.div_ceil(BLOCK)).map(|_| AtomicU8::new(UNREAD));
        let mut trie = Self {
            blocks: blocks.collect(),
            damaged: AtomicBool::new(false),
            layout,
            kinds: Vec::new(),
            bytes,
        };
        let mut kinds = Vec::new();
        let length = layout.sums_at - layout.kinds_at;
        let mut rest = trie.part(layout.kinds_at, length).ok_or(TrieError::Damaged)?;
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
        trie.kinds = kinds;
        Ok(trie)
    }

    /// Whether anything was read that is not as it was written: then phrases may be missing, and it should be built again.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Relaxed)
    }

    /// Bytes that are as they were written.
    #[allow(
        clippy::inline_always,
        reason = "in every step of a search, and mostly of a length that is known where it stands"
    )]
    #[inline(always)]
    fn part(&self, at: usize, length: usize) -> Option<&[u8]> {
        let end = at.checked_add(length)?;
        let (first, last) = (at / BLOCK, end.saturating_sub(1).max(at) / BLOCK);
        if !self.is_sound(first) || (last != first && !(first + 1..=last).all(|block| self.is_sound(block))) {
            return None;
        }
        self.bytes.as_ref().get(at..end)
    }

    #[inline]
    fn is_sound(&self, block: usize) -> bool {
        match self.blocks.get(block).map(|state| state.load(Relaxed)) {
            Some(SOUND) => true,
            Some(UNREAD) => self.check(block),
            _ => false,
        }
    }

    #[cold]
    fn check(&self, block: usize) -> bool {
        let bytes = self.bytes.as_ref();
        let sound = block_sum(bytes, &self.layout, block) == u64_at(bytes, self.layout.sums_at + 8 * block);
        self.blocks[block].store(if sound { SOUND } else { DAMAGED }, Relaxed);
        if !sound {
            self.damaged.store(true, Relaxed);
        }
        sound
    }

    /// 0 where there is nothing sound.
    fn u64(&self, at: usize) -> u64 {
        self.part(at, 8).map_or(0, |bytes| u64_at(bytes, 0))
    }

    /// The trie, to be stored.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// What stands where a token's word is looked for first. Asked for all tokens before the first of them is looked for, so
    /// that the memory is waited for once.
    pub(super) fn first_word_at(&self, id: u64) -> u64 {
        let place = place_of_word(known_id(id)) & self.layout.word_mask;
        self.u64(HEADER + place as usize * 8)
    }

    /// The number of a token's word; `None` if no phrase has it. `first` is what [`first_word_at`](Self::first_word_at) gave.
    pub(super) fn word(&self, id: u64, first: u64) -> Option<u32> {
        let id = known_id(id);
        let start = place_of_word(id);
        if first == id {
            return Some(start & self.layout.word_mask);
        }
        if first == 0 {
            return None;
        }
        for probe in 1..=self.layout.word_probes {
            let place = start.wrapping_add(probe) & self.layout.word_mask;
            match self.u64(HEADER + place as usize * 8) {
                0 => return None,
                found if found == id => return Some(place),
                _ => {}
            }
        }
        None
    }

    /// The node and its flags that a word leads to.
    pub(super) fn edge(&self, node: u32, word: u32) -> Option<(u32, u32)> {
        let hash = hash_edge(node, word);
        let (block, bits) = filter_bits(hash);
        let filter_at = self.layout.filter_at + (block & self.layout.filter_mask) as usize * 8;
        if self.u64(filter_at) & bits != bits {
            return None;
        }
        let start = place_of_edge(hash);
        for probe in 0..=self.layout.edge_probes {
            let place = (start.wrapping_add(probe) & self.layout.edge_mask) as usize * 16;
            let entry = self.part(self.layout.edges_at + place, 16)?;
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
        let some = |mut all: Range<usize>| all.next().is_some();
        u32::from(some(self.slots_of(node))) * HAS_SLOTS
            + u32::from(some(self.terminals_of(node))) * HAS_TERMINALS
    }

    /// The type, child and child's flags of each slot that leaves a node.
    pub(super) fn slot_edges(&self, node: u32) -> impl Iterator<Item = (&SlotKind, u32, u32)> {
        self.slots_of(node).filter_map(move |index| {
            let entry = self.part(self.layout.slots_at + index * 12, 12)?;
            let kind = self.kinds.get(u32_at(entry, 0) as usize)?;
            Some((kind, u32_at(entry, 4), u32_at(entry, 8)))
        })
    }

    /// The terminals of a node.
    pub(super) fn terminals(&self, node: u32) -> impl Iterator<Item = Terminal> {
        self.terminals_of(node)
            .filter_map(|index| self.terminal(self.layout.terminals_at + index * 16))
    }

    /// The terminals at the end of a tail.
    pub(super) fn tail_terminals(&self, range: Range<usize>) -> impl Iterator<Item = Terminal> {
        range.step_by(16).filter_map(|at| self.terminal(at))
    }

    fn terminal(&self, at: usize) -> Option<Terminal> {
        let entry = self.part(at, 16)?;
        Some(Terminal {
            phrase_id: u32_at(entry, 0),
            rank: u32_at(entry, 4) as u8,
            slot_map: u64_at(entry, 8),
        })
    }

    /// The step at a place among the tails.
    pub(super) fn tail(&self, place: u32) -> Option<TailStep<'_>> {
        let at = self.layout.tails_at + place as usize * 4;
        if at >= self.layout.kinds_at {
            return None;
        }
        let step = u32_at(self.part(at, 4)?, 0);
        let number = (step & NUMBER) as usize;
        if step < SLOT {
            Some(TailStep::Word(step))
        } else if step < END {
            self.kinds.get(number).map(TailStep::Slot)
        } else {
            let start = at + 4;
            let end = start.saturating_add(number.saturating_mul(16));
            (end <= self.layout.kinds_at).then_some(TailStep::End(start..end))
        }
    }

    fn slots_of(&self, node: u32) -> Range<usize> {
        let count = (self.layout.terminals_at - self.layout.slots_at) / 12;
        self.range(node, 0, count)
    }

    fn terminals_of(&self, node: u32) -> Range<usize> {
        let count = (self.layout.tails_at - self.layout.terminals_at) / 16;
        self.range(node, 4, count)
    }

    /// A node's entries in a section of `count`, from the numbers at `column` of this node's record and the next.
    fn range(&self, node: u32, column: usize, count: usize) -> Range<usize> {
        if node >= self.layout.nodes {
            return 0..0;
        }
        let at = self.layout.nodes_at + node as usize * 8 + column;
        let Some(record) = self.part(at, 12) else {
            return 0..0;
        };
        let end = (u32_at(record, 8) as usize).min(count);
        (u32_at(record, 0) as usize).min(end)..end
    }
}

impl Terminal {
    /// As it is written.
    pub(super) fn to_words(self) -> [u32; 4] {
        [
            self.phrase_id,
            u32::from(self.rank),
            self.slot_map as u32,
            (self.slot_map >> 32) as u32,
        ]
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
            filter,
            edges,
            edge_probes,
            nodes,
            slots,
            terminals,
            tails,
            kinds,
        ] = std::array::from_fn(|index| u32_at(bytes, 16 + index * 4));
        if !words.is_power_of_two() || !filter.is_power_of_two() || !edges.is_power_of_two() || nodes == 0 {
            return None;
        }
        let section = |start: usize, count: usize, size: usize| start.checked_add(count.checked_mul(size)?);
        let filter_at = section(HEADER, words as usize, 8)?;
        let edges_at = section(filter_at, filter as usize, 8)?;
        let nodes_at = section(edges_at, edges as usize, 16)?;
        let slots_at = section(nodes_at, nodes as usize + 1, 8)?;
        let terminals_at = section(slots_at, slots as usize, 12)?;
        let tails_at = section(terminals_at, terminals as usize, 16)?;
        let kinds_at = section(tails_at, tails as usize, 4)?;
        let sums_at = section(kinds_at, kinds as usize, 1)?;
        if section(sums_at, sums_at.div_ceil(BLOCK), 8)? != bytes.len()
            || word_probes.max(edge_probes) > MAX_PROBES
        {
            return None;
        }
        Some(Self {
            word_mask: words - 1,
            filter_mask: filter - 1,
            edge_mask: edges - 1,
            word_probes,
            edge_probes,
            nodes,
            filter_at,
            edges_at,
            nodes_at,
            slots_at,
            terminals_at,
            tails_at,
            kinds_at,
            sums_at,
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

pub(super) fn hash_edge(node: u32, word: u32) -> u64 {
    text::fold((u64::from(node) << 32) | u64::from(word), 0x9e37_79b9_7f4a_7c15)
}

pub(super) fn place_of_edge(hash: u64) -> u32 {
    hash as u32
}

/// The filter's block for an edge, and its bits in there.
pub(super) fn filter_bits(hash: u64) -> (u32, u64) {
    ((hash >> 32) as u32, 1 << (hash & 63) | 1 << (hash >> 58))
}

/// Writes the checksums.
pub(super) fn seal(bytes: &mut [u8]) {
    let Some(layout) = Layout::read(bytes) else { return };
    for block in 0..layout.sums_at.div_ceil(BLOCK) {
        let sum = block_sum(bytes, &layout, block);
        let at = layout.sums_at + 8 * block;
        bytes[at..at + 8].copy_from_slice(&sum.to_le_bytes());
    }
    let sum = header_sum(bytes, &layout);
    bytes[8..16].copy_from_slice(&sum.to_le_bytes());
}

/// Over the header but its own eight bytes, and the blocks' sums.
fn header_sum(bytes: &[u8], layout: &Layout) -> u64 {
    let begin = checksum(&bytes[..8], bytes.len() as u64);
    checksum(&bytes[layout.sums_at..], checksum(&bytes[16..HEADER], begin))
}

/// Over a block, as far as it lies before the sums and after the header.
fn block_sum(bytes: &[u8], layout: &Layout, block: usize) -> u64 {
    let start = (block * BLOCK).max(HEADER);
    let end = ((block + 1) * BLOCK).min(layout.sums_at).max(start);
    checksum(&bytes[start..end], block as u64)
}

/// Four sums side by side, since one waits for its own multiplication.
pub(crate) fn checksum(bytes: &[u8], seed: u64) -> u64 {
    let (stripes, rest) = bytes.as_chunks::<32>();
    let mut lanes = [1u64, 2, 3, 4];
    for stripe in stripes {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum = text::fold(*sum ^ u64_at(stripe, lane * 8), 0x9e37_79b9_7f4a_7c15);
        }
    }
    let sums: Vec<u8> = lanes.iter().flat_map(|sum| sum.to_le_bytes()).collect();
    [rest, &sums]
        .iter()
        .fold(seed ^ bytes.len() as u64, |sum, part| text::hash(part, sum))
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
