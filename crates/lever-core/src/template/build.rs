//! Builds a trie: sorted phrases share their beginnings.

use std::collections::BTreeMap;

use super::phrase::{Element, Phrase};
use super::trie::{
    END, FREE, HAS_SLOTS, HAS_TERMINALS, IS_TAIL, ROOT, SLOT, Sections, Terminal, Trie, TrieError,
    filter_bits, hash_edge, known_id, place_of_edge, place_of_word,
};
use crate::command::param_kind::ParamKind;

/// Collects phrases; [`TrieBuilder::build`] makes the trie.
#[derive(Debug, Default)]
pub struct TrieBuilder {
    /// All paths, one after the other.
    steps: Vec<Step>,
    /// Where each ends in `steps`, and what it ends in.
    paths: Vec<(usize, Terminal)>,
    kinds: BTreeMap<String, u32>,
    kind_names: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// A token's id.
    Literal(u64),
    /// Number of a type.
    Slot(u32),
}

impl TrieBuilder {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a phrase. `rank` orders phrases that match equally well: 0 is taught, higher comes later.
    pub fn insert(&mut self, phrase: &Phrase, phrase_id: u32, rank: u8) -> &mut Self {
        let kinds: Vec<u32> = phrase
            .slots()
            .iter()
            .map(|slot| self.kind(&slot.effective_kind()))
            .collect();
        for elements in phrase.expansions() {
            let mut slot_map = 0;
            let mut filled = 0;
            for element in elements {
                self.steps.push(match element {
                    Element::Literal(id) => Step::Literal(known_id(*id)),
                    Element::Slot(index) => {
                        slot_map |= u64::from(*index) << (4 * filled);
                        filled += 1;
                        Step::Slot(kinds[usize::from(*index)])
                    }
                });
            }
            self.paths.push((
                self.steps.len(),
                Terminal {
                    phrase_id,
                    rank,
                    slot_map,
                },
            ));
        }
        self
    }

    /// Adds the phrases of another builder, after its own.
    pub fn append(&mut self, other: &Self) {
        let kinds: Vec<u32> = other
            .kind_names
            .iter()
            .map(|name| self.kind_named(name.clone()))
            .collect();
        let before = self.steps.len();
        self.steps.extend(other.steps.iter().map(|step| match step {
            Step::Literal(id) => Step::Literal(*id),
            Step::Slot(kind) => Step::Slot(kinds[*kind as usize]),
        }));
        let paths = other.paths.iter();
        self.paths
            .extend(paths.map(|(end, terminal)| (before + end, *terminal)));
    }

    fn kind(&mut self, kind: &ParamKind) -> u32 {
        self.kind_named(kind.to_string())
    }

    fn kind_named(&mut self, name: String) -> u32 {
        if let Some(&number) = self.kinds.get(&name) {
            return number;
        }
        let number = self.kind_names.len() as u32;
        self.kind_names.push(name.clone());
        self.kinds.insert(name, number);
        number
    }

    /// Builds the trie, in time n log n. The same phrases in the same order give the same bytes.
    ///
    /// # Errors
    /// [`TrieError::TooLarge`] if it would not fit into 32-bit numbers.
    pub fn build(&self) -> Result<Trie, TrieError> {
        if self.steps.len() + 4 * self.paths.len() >= (SLOT / 4) as usize {
            return Err(TrieError::TooLarge);
        }
        let (words, word_probes) = number_words(&self.steps);
        let mut tree = Tree::new(&words);
        let paths = self.sorted_paths();
        let mut before = 0;
        for (at, (steps, terminals)) in paths.iter().enumerate() {
            let after = paths.get(at + 1).map_or(0, |(next, _)| shared(steps, next));
            tree.add(steps, terminals, before, before.max(after));
            before = after;
        }
        let (filter, edges, edge_probes) = tree.hash_edges();
        Trie::assemble(&Sections {
            filter,
            edges,
            edge_probes,
            nodes: tree.node_starts(),
            slots: tree.slot_edges(),
            terminals: tree.terminals.iter().map(|&(_, terminal)| terminal).collect(),
            tails: tree.tails,
            kinds: self.kind_names.clone(),
            words,
            word_probes,
        })
    }

    /// Each different path, and all that it ends in.
    fn sorted_paths(&self) -> Vec<(&[Step], Vec<Terminal>)> {
        let mut paths: Vec<(&[Step], Terminal)> = Vec::with_capacity(self.paths.len());
        let mut start = 0;
        for &(end, terminal) in &self.paths {
            paths.push((&self.steps[start..end], terminal));
            start = end;
        }
        paths.sort_by_key(|(steps, _)| *steps);
        let mut merged: Vec<(&[Step], Vec<Terminal>)> = Vec::with_capacity(paths.len());
        for (steps, terminal) in paths {
            match merged.last_mut() {
                Some((same, terminals)) if *same == steps => {
                    if !terminals.contains(&terminal) {
                        terminals.push(terminal);
                    }
                }
                _ => merged.push((steps, vec![terminal])),
            }
        }
        merged
    }
}

fn shared(one: &[Step], other: &[Step]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// A word or a type, from a node to a child.
struct Edge {
    parent: u32,
    label: u32,
    child: u32,
    tail: bool,
}

struct Tree<'a> {
    words: &'a [u64],
    /// The nodes of the path that was added last, from the root.
    trail: Vec<u32>,
    nodes: u32,
    literals: Vec<Edge>,
    slots: Vec<Edge>,
    /// In the order of nodes: what is walked together lies together.
    terminals: Vec<(u32, Terminal)>,
    tails: Vec<u32>,
}

impl<'a> Tree<'a> {
    fn new(words: &'a [u64]) -> Self {
        Self {
            words,
            trail: vec![ROOT],
            nodes: ROOT + 1,
            literals: Vec::new(),
            slots: Vec::new(),
            terminals: Vec::new(),
            tails: Vec::new(),
        }
    }

    /// Adds the next path in order: its first `known` steps are those of the path before, and from step `own` on it is
    /// alone.
    fn add(&mut self, steps: &[Step], terminals: &[Terminal], known: usize, own: usize) {
        self.trail.truncate(known + 1);
        for &step in &steps[known..own] {
            let child = self.nodes;
            self.nodes += 1;
            self.connect(step, child, false);
            self.trail.push(child);
        }
        let Some((&step, rest)) = steps[own..].split_first() else {
            let node = self.node();
            self.terminals
                .extend(terminals.iter().map(|&terminal| (node, terminal)));
            return;
        };
        self.connect(step, self.tails.len() as u32, true);
        for &step in rest {
            let number = match step {
                Step::Literal(id) => self.word(id),
                Step::Slot(kind) => SLOT | kind,
            };
            self.tails.push(number);
        }
        self.tails.push(END | terminals.len() as u32);
        self.tails
            .extend(terminals.iter().flat_map(|terminal| terminal.to_words()));
    }

    fn node(&self) -> u32 {
        self.trail.last().copied().unwrap_or(ROOT)
    }

    fn connect(&mut self, step: Step, child: u32, tail: bool) {
        let parent = self.node();
        match step {
            Step::Literal(id) => {
                let label = self.word(id);
                self.literals.push(Edge {
                    parent,
                    label,
                    child,
                    tail,
                });
            }
            Step::Slot(label) => self.slots.push(Edge {
                parent,
                label,
                child,
                tail,
            }),
        }
    }

    /// The number of a word that is in the table.
    fn word(&self, id: u64) -> u32 {
        let mask = self.words.len() as u32 - 1;
        let mut place = place_of_word(id) & mask;
        while self.words[place as usize] != id {
            place = place.wrapping_add(1) & mask;
        }
        place
    }

    fn flags(&self) -> Vec<u32> {
        let mut flags = vec![0; self.nodes as usize];
        for edge in &self.slots {
            flags[edge.parent as usize] |= HAS_SLOTS;
        }
        for &(node, _) in &self.terminals {
            flags[node as usize] |= HAS_TERMINALS;
        }
        flags
    }

    fn node_starts(&self) -> Vec<[u32; 2]> {
        let mut starts = vec![[0u32; 2]; self.nodes as usize + 1];
        for edge in &self.slots {
            starts[edge.parent as usize + 1][0] += 1;
        }
        for &(node, _) in &self.terminals {
            starts[node as usize + 1][1] += 1;
        }
        for node in 1..starts.len() {
            let [slot, terminal] = starts[node - 1];
            starts[node][0] += slot;
            starts[node][1] += terminal;
        }
        starts
    }

    fn slot_edges(&self) -> Vec<[u32; 3]> {
        let flags = self.flags();
        let mut edges: Vec<&Edge> = self.slots.iter().collect();
        edges.sort_by_key(|edge| (edge.parent, edge.label));
        edges
            .iter()
            .map(|edge| [edge.label, edge.child, edge.flags(&flags)])
            .collect()
    }

    fn hash_edges(&self) -> (Vec<u64>, Vec<[u32; 4]>, u32) {
        let flags = self.flags();
        let mut table = vec![[FREE, 0, 0, 0]; capacity(self.literals.len())];
        let mask = table.len() as u32 - 1;
        let mut filter = vec![0u64; table.len().div_ceil(8)];
        let filter_mask = filter.len() as u32 - 1;
        let mut most = 0;
        for edge in &self.literals {
            let hash = hash_edge(edge.parent, edge.label);
            let (block, bits) = filter_bits(hash);
            filter[(block & filter_mask) as usize] |= bits;
            let start = place_of_edge(hash);
            let mut probes = 0;
            while table[(start.wrapping_add(probes) & mask) as usize][0] != FREE {
                probes += 1;
            }
            table[(start.wrapping_add(probes) & mask) as usize] =
                [edge.parent, edge.label, edge.child, edge.flags(&flags)];
            most = most.max(probes);
        }
        (filter, table, most)
    }
}

impl Edge {
    fn flags(&self, nodes: &[u32]) -> u32 {
        if self.tail {
            IS_TAIL
        } else {
            nodes[self.child as usize]
        }
    }
}

/// Room for `count` entries of which at most about two thirds are taken.
fn capacity(count: usize) -> usize {
    (count + count / 2 + 2).next_power_of_two()
}

/// A place for each different id, and how far the furthest lies from where it belongs.
fn number_words(steps: &[Step]) -> (Vec<u64>, u32) {
    let ids = steps.iter().filter_map(|step| match step {
        Step::Literal(id) => Some(*id),
        Step::Slot(_) => None,
    });
    let mut ids: Vec<u64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut table = vec![0u64; capacity(ids.len())];
    let mask = table.len() as u32 - 1;
    let mut most = 0;
    for id in ids {
        let mut probes = 0;
        while table[(place_of_word(id).wrapping_add(probes) & mask) as usize] != 0 {
            probes += 1;
        }
        table[(place_of_word(id).wrapping_add(probes) & mask) as usize] = id;
        most = most.max(probes);
    }
    (table, most)
}
