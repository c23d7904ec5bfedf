//! Builds a trie: sorted phrases share their beginnings.

use std::collections::BTreeMap;

use super::phrase::{Element, Phrase};
use super::trie::{
    FREE, HAS_SLOTS, HAS_TERMINALS, ROOT, Sections, Terminal, Trie, TrieError, known_id, place_of_edge,
    place_of_word,
};
use crate::command::param_kind::ParamKind;

/// Collects phrases; [`TrieBuilder::build`] makes the trie. Takes time in proportion to n log n.
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
    Literal(u64),
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

    fn kind(&mut self, kind: &ParamKind) -> u32 {
        let name = kind.to_string();
        if let Some(&number) = self.kinds.get(&name) {
            return number;
        }
        let number = self.kind_names.len() as u32;
        self.kind_names.push(name.clone());
        self.kinds.insert(name, number);
        number
    }

    /// Builds the trie. The same phrases in the same order give the same bytes.
    ///
    /// # Errors
    /// [`TrieError::Damaged`] if it would not fit into 32-bit numbers.
    pub fn build(&self) -> Result<Trie, TrieError> {
        if self.steps.len() >= (u32::MAX / 4) as usize {
            return Err(TrieError::Damaged);
        }
        let mut paths: Vec<(&[Step], Terminal)> = Vec::with_capacity(self.paths.len());
        let mut start = 0;
        for &(end, terminal) in &self.paths {
            paths.push((&self.steps[start..end], terminal));
            start = end;
        }
        paths.sort_by_key(|(steps, _)| *steps);

        // Nodes are numbered in the order of the sorted paths: what is walked together lies together.
        let mut literals: Vec<(u32, u64, u32)> = Vec::new();
        let mut slots: Vec<(u32, u32, u32)> = Vec::new();
        let mut terminals: Vec<(u32, Terminal)> = Vec::with_capacity(paths.len());
        let mut nodes = ROOT + 1;
        let mut trail: Vec<(Step, u32)> = Vec::new();
        for (steps, terminal) in paths {
            let shared = trail
                .iter()
                .zip(steps)
                .take_while(|((step, _), other)| step == *other)
                .count();
            trail.truncate(shared);
            for &step in &steps[shared..] {
                let parent = trail.last().map_or(ROOT, |&(_, node)| node);
                match step {
                    Step::Literal(id) => literals.push((parent, id, nodes)),
                    Step::Slot(kind) => slots.push((parent, kind, nodes)),
                }
                trail.push((step, nodes));
                nodes += 1;
            }
            let node = trail.last().map_or(ROOT, |&(_, node)| node);
            terminals.push((node, terminal));
        }
        slots.sort_by_key(|&(parent, kind, _)| (parent, kind));
        terminals.sort_by_key(|&(node, _)| node);
        terminals.dedup();

        let mut flags = vec![0u32; nodes as usize];
        let mut starts = vec![[0u32; 2]; nodes as usize + 1];
        for &(parent, _, _) in &slots {
            flags[parent as usize] |= HAS_SLOTS;
            starts[parent as usize + 1][0] += 1;
        }
        for &(node, _) in &terminals {
            flags[node as usize] |= HAS_TERMINALS;
            starts[node as usize + 1][1] += 1;
        }
        for node in 1..starts.len() {
            let [slot, terminal] = starts[node - 1];
            starts[node][0] += slot;
            starts[node][1] += terminal;
        }

        let (words, word_probes) = words(&literals);
        let (edges, edge_probes) = edges(&literals, &words, &flags);
        Trie::assemble(&Sections {
            words,
            word_probes,
            edges,
            edge_probes,
            nodes: starts,
            slots: slots
                .iter()
                .map(|&(_, kind, child)| [kind, child, flags[child as usize]])
                .collect(),
            terminals: terminals.into_iter().map(|(_, terminal)| terminal).collect(),
            kinds: self.kind_names.clone(),
        })
    }
}

/// Room for `count` entries of which at most about two thirds are taken.
fn capacity(count: usize) -> usize {
    (count + count / 2 + 2).next_power_of_two()
}

fn words(literals: &[(u32, u64, u32)]) -> (Vec<u64>, u32) {
    let mut ids: Vec<u64> = literals.iter().map(|&(_, id, _)| id).collect();
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

fn edges(literals: &[(u32, u64, u32)], words: &[u64], flags: &[u32]) -> (Vec<[u32; 4]>, u32) {
    let word_mask = words.len() as u32 - 1;
    let mut table = vec![[FREE, 0, 0, 0]; capacity(literals.len())];
    let mask = table.len() as u32 - 1;
    let mut most = 0;
    for &(parent, id, child) in literals {
        let mut word = place_of_word(id) & word_mask;
        while words[word as usize] != id {
            word = word.wrapping_add(1) & word_mask;
        }
        let start = place_of_edge(parent, word);
        let mut probes = 0;
        while table[(start.wrapping_add(probes) & mask) as usize][0] != FREE {
            probes += 1;
        }
        table[(start.wrapping_add(probes) & mask) as usize] = [parent, word, child, flags[child as usize]];
        most = most.max(probes);
    }
    (table, most)
}
