//! From a request to a short list of commands with the evidence for each.

use crate::embed::{Embedder, Scratch};
use crate::search::{Query, Scan, Scores, Top};
use crate::text::Normalised;

use super::competition::compete;
use super::evidence::Evidence;
use super::index::Index;
use super::layer::Layer;
use super::phrase::Source;
use super::request::Request;
use super::scorer::Scorer;
use super::seen::{Explained, LayerView, NEAREST_KEPT, PHRASES, Seen};

/// Phrases taken from the scan. With twenty-five phrases a command, the nearest few commands are well among them.
const NEAREST: usize = 128;
/// Commands looked at closely that the scan of commands adds to what the scan of phrases found, and how many of its best they are chosen
/// from.
const BY_COMMAND: usize = 8;
const NEAREST_COMMANDS: usize = 24;

/// A command that may be what a request means.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Number of the command.
    pub command: u32,
    /// The phrase that speaks for it most, as the caller numbered it.
    pub phrase_id: u32,
    /// Where that phrase came from.
    pub source: Source,
    /// The command's nearest phrase with parameters, where it has one: it takes the request's values even where the nearest
    /// phrase of all has no place for them ("the last commits" beside `the last {{n}} commits`).
    pub slotted: Option<u32>,
    /// How likely the command is what the request wants, 0 to 1.
    pub probability: f32,
    /// What the probability was made of.
    pub evidence: Evidence,
    /// Which terms of the request it explains.
    pub explained: Explained,
    /// Scores of its nearest phrases, best first; 0 where it has fewer.
    pub nearest: [f32; NEAREST_KEPT],
}

/// Working memory of a search; nothing is allocated once it has grown to the index.
#[derive(Debug, Default)]
pub struct SearchScratch {
    pub(super) request: Request,
    scratch: Scratch,
    vector: Vec<f32>,
    query: Query,
    top: Top,
    scores: Vec<Scores>,
    command_top: Top,
    command_scores: Vec<Scores>,
    shortlist: Vec<u32>,
    candidates: Vec<Candidate>,
}

/// What the scans saw, for each layer.
struct Scanned<'s> {
    query: &'s Query,
    phrases: &'s [Scores],
    commands: &'s [Scores],
}

impl SearchScratch {
    /// The candidates of the last search, best first.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// What the terms of the last request weigh, by rarity.
    pub fn weights(&self) -> &[f32] {
        &self.request.weights[..self.request.terms.terms().len()]
    }
}

impl Index {
    /// Finds the `limit` commands that a request most probably means, best first; their probabilities sum to at most 1.
    ///
    /// Time grows with the number of phrases (the scan; where vectors are [arranged](Layer::vector_sets), more slowly) and hardly
    /// with anything else; only the first 64 words of a request are looked at. `embedder` must be the one whose vectors the index
    /// holds, else nothing is found.
    pub fn search<'s>(
        &self,
        request: &Normalised,
        embedder: &dyn Embedder,
        scorer: &dyn Scorer,
        limit: usize,
        scratch: &'s mut SearchScratch,
    ) -> &'s [Candidate] {
        scratch.candidates.clear();
        if embedder.id() != self.embedder {
            return &scratch.candidates;
        }
        scratch.request.read(request, self);
        if scratch.request.total <= 0.0 {
            return &scratch.candidates;
        }
        scratch.vector.resize(embedder.dims(), 0.0);
        embedder.embed(&scratch.request.terms, &mut scratch.scratch, &mut scratch.vector);
        scratch.query.set(&scratch.vector);
        self.scan(scratch);
        let breadth = embedder.breadth();
        self.shortlist_phrases(scratch, breadth.commands);
        self.look(scratch, breadth.phrases);
        self.shortlist_commands(scratch);
        // The scan of commands adds half as many commands at most, and is right less often.
        self.look(scratch, breadth.phrases / 10 * 3);
        compete(&mut scratch.candidates, limit, &scratch.request, scorer);
        &scratch.candidates
    }

    /// Scores all phrases and commands, and finds the nearest.
    fn scan(&self, scratch: &mut SearchScratch) {
        let SearchScratch {
            query,
            top,
            scores,
            command_top,
            command_scores,
            ..
        } = scratch;
        top.reset(NEAREST);
        command_top.reset(NEAREST_COMMANDS);
        scores.resize_with(self.layers.len() + 1, Scores::default);
        command_scores.resize_with(self.layers.len() + 1, Scores::default);
        for (number, layer) in self.each_layer().enumerate() {
            let scan = self.scan_of(query, number);
            let keep = |row| !self.is_hidden(layer, row as u32);
            layer.vectors.search(&scan, keep, &mut scores[number], top);
            let own = &layer.commands_own;
            let keep = |row: usize| !self.is_command_hidden(own.commands[row]);
            own.vectors
                .search(&scan, keep, &mut command_scores[number], command_top);
        }
    }

    /// The commands that have the nearest phrases.
    fn shortlist_phrases(&self, scratch: &mut SearchScratch, most: usize) {
        let shortlist = &mut scratch.shortlist;
        shortlist.clear();
        for hit in scratch.top.finish() {
            let command = self.layer(hit.source as usize).commands[hit.row as usize];
            if shortlist.len() == most {
                break;
            }
            if !shortlist.contains(&command) {
                shortlist.push(command);
            }
        }
    }

    /// The commands that themselves come nearest, without those that are candidates.
    fn shortlist_commands(&self, scratch: &mut SearchScratch) {
        let shortlist = &mut scratch.shortlist;
        shortlist.clear();
        for hit in scratch.command_top.finish() {
            let command = self.layer(hit.source as usize).commands_own.commands[hit.row as usize];
            if shortlist.len() == BY_COMMAND || hit.score <= 0.0 {
                break;
            }
            let known = scratch.candidates.iter().any(|known| known.command == command);
            if !known && !shortlist.contains(&command) {
                shortlist.push(command);
            }
        }
    }

    /// Makes candidates of the shortlist, until `enough` phrases have been looked at.
    fn look(&self, scratch: &mut SearchScratch, enough: u32) {
        let mut looked = 0;
        if let Some(first) = scratch.shortlist.first() {
            self.fetch(*first);
        }
        for at in 0..scratch.shortlist.len() {
            let command = scratch.shortlist[at];
            // The memory has the time of one command to bring what the next one needs.
            if let Some(next) = scratch.shortlist.get(at + 1) {
                self.fetch(*next);
            }
            let scanned = Scanned {
                query: &scratch.query,
                phrases: &scratch.scores,
                commands: &scratch.command_scores,
            };
            if let Some((candidate, phrases)) = self.look_closely(command, &scratch.request, &scanned) {
                scratch.candidates.push(candidate);
                looked += phrases;
            }
            if looked >= enough {
                break;
            }
        }
    }

    fn scan_of<'q>(&self, query: &'q Query, number: usize) -> Scan<'q> {
        Scan {
            kernel: self.kernel,
            query,
            source: number as u32,
        }
    }

    fn layer(&self, number: usize) -> &Layer {
        self.layers.get(number).map_or(&self.overlay, |layer| layer)
    }

    /// Has the processor fetch the vectors of a command's phrases.
    fn fetch(&self, command: u32) {
        for layer in self
            .each_layer()
            .filter(|layer| !layer.vectors.lists().is_empty())
        {
            for row in layer.phrases_of(command).take(PHRASES) {
                layer.vectors.fetch(row as usize);
            }
        }
    }

    /// A candidate, and how many phrases it has; `None` where it has none.
    fn look_closely(
        &self,
        command: u32,
        request: &Request,
        scanned: &Scanned<'_>,
    ) -> Option<(Candidate, u32)> {
        let mut seen = Seen::default();
        for (number, layer) in self.each_layer().enumerate() {
            let scan = self.scan_of(scanned.query, number);
            let view = LayerView {
                layer,
                marks: &request.marks[number],
                words: &self.words[number],
            };
            for row in layer
                .phrases_of(command)
                .take(PHRASES)
                .filter(|row| !self.is_hidden(layer, *row))
            {
                let score = scanned.phrases[number].of(&layer.vectors, &scan, row as usize);
                seen.add(&view, row, sound(score), request);
            }
            seen.count(request);
            if let Some(row) = layer.commands_own.row_of(command) {
                let (named, left) = layer.written_with(row, &request.marks[number]);
                seen.written = named;
                seen.literals_left = left;
                let score = scanned.commands[number].of(&layer.commands_own.vectors, &scan, row);
                seen.command_cosine = sound(score);
                seen.usual = layer.commands_own.usual(row);
            }
        }
        let best = seen.best?;
        let mut evidence = Evidence::default();
        let explained = seen.weigh(request, self, &mut evidence);
        let candidate = Candidate {
            command,
            phrase_id: best.phrase_id,
            source: best.source,
            slotted: seen.slots.map(|slotted| slotted.phrase_id),
            probability: 0.0,
            evidence,
            explained,
            nearest: seen.nearest,
        };
        Some((candidate, seen.phrases))
    }
}

/// A score that a cosine can be; what else a damaged table gives says nothing.
fn sound(score: f32) -> f32 {
    if score.abs() <= 2.0 { score } else { 0.0 }
}
