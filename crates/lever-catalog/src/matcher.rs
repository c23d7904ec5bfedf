//! What one namespace is asked with: tries and index over its layers, kept current with the store.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use lever_core::command::Effects;
use lever_core::decide::slots::PhrasePattern;
use lever_core::decide::{Index, PhraseInput, SearchScratch};
use lever_core::embed::Embedder;
use lever_core::template::{Phrase, Scratch as TrieScratch, TemplateHit, Trie, TrieBuilder};
use lever_core::text::Normalised;
use lever_store::{Layer, LayerInfo, Mark, PhraseRow, Source, Store};

use crate::denied::Denied;
use crate::layer_copy::{LayerCopy, OWN_COMMANDS, PACK_PHRASE, rank, source, syntax};
use crate::{CatalogError, pack};

/// Changes are laid over the copy of a layer until there are so many; then the copy is made anew.
const OVERLAY_LIMIT: usize = 1024;

/// A command as a match shows it.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The matcher's number of it.
    pub(crate) number: u32,
    pub(crate) id: String,
    pub(crate) phrase: String,
    pub(crate) template: String,
    pub(crate) effects: Effects,
    /// By the matcher's number of the phrase.
    pub(crate) phrases: HashMap<u32, lever_store::Phrase>,
    /// Phrases as they were read for their values.
    patterns: RefCell<HashMap<String, Rc<PhrasePattern>>>,
    /// Phrases of which the index is known to hold what their rows say.
    proven: RefCell<HashSet<u32>>,
}

impl Shown {
    /// The phrase of that number, if it is one of its phrases.
    pub(crate) fn row_of(&self, phrase: u32) -> Option<&lever_store::Phrase> {
        let found = self.phrases.get(&phrase);
        found.or_else(|| self.phrases.get(&(phrase & !PACK_PHRASE)))
    }

    /// The parameters of one of its phrases, read once.
    pub(crate) fn pattern(&self, phrase: &str) -> Rc<PhrasePattern> {
        if let Some(known) = self.patterns.borrow().get(phrase) {
            return known.clone();
        }
        let mut read = PhrasePattern::read(phrase);
        read.counts |= phrase != self.phrase && self.pattern(&self.phrase).counts;
        let read = Rc::new(read);
        self.patterns.borrow_mut().insert(phrase.to_owned(), read.clone());
        read
    }
}

/// Everything that a namespace is matched with.
pub(crate) struct Matcher {
    pub(crate) generation: i64,
    pack: Option<LayerCopy>,
    own: LayerCopy,
    overlay: Overlay,
    /// Made when gate 2 is first asked.
    index: Option<Index>,
    search: SearchScratch,
    trie_scratch: TrieScratch,
    hits: Vec<TemplateHit>,
    /// Commands that came after the copy of the own layer was made, numbered on from it.
    new_ids: Vec<String>,
    new_numbers: HashMap<String, u32>,
    hidden: Vec<u32>,
    /// Commands whose place another one takes.
    replaced: Vec<u32>,
    pub(crate) denied: Denied,
    shown: HashMap<u32, Rc<Shown>>,
}

/// What gate 2 works with.
pub(crate) struct Semantic<'m> {
    pub(crate) index: &'m Index,
    pub(crate) scratch: &'m mut SearchScratch,
    pub(crate) denied: &'m Denied,
}

/// Own phrases that came or went after the copy of the own layer was made.
#[derive(Default)]
struct Overlay {
    mark: Mark,
    added: Vec<AddedPhrase>,
    removed: Vec<u32>,
    trie: Option<Trie>,
}

fn mark_of(layers: &[LayerInfo], pack: bool) -> Option<Mark> {
    let layer = layers.iter().find(|layer| layer.pack == pack)?;
    Some(layer.mark)
}

struct AddedPhrase {
    number: u32,
    command: String,
    text: String,
    pattern: bool,
    weak: bool,
    source: Source,
    template: Option<String>,
}

impl Matcher {
    /// Loads what the namespace sees now.
    pub(crate) fn open(
        store: &mut Store,
        namespace: &str,
        seed: bool,
        embedder: &dyn Embedder,
    ) -> Result<Self, CatalogError> {
        Self::of(store, namespace, seed, embedder, LayerCopy::load)
    }

    /// Makes all of it anew from the rows: a snapshot was damaged.
    pub(crate) fn mend(
        &mut self,
        store: &mut Store,
        namespace: &str,
        seed: bool,
        embedder: &dyn Embedder,
    ) -> Result<(), CatalogError> {
        *self = Self::of(
            store,
            namespace,
            seed,
            embedder,
            |store, layer, _, below, embedder| LayerCopy::make(store, layer, below, embedder),
        )?;
        Ok(())
    }

    fn of(
        store: &mut Store,
        namespace: &str,
        seed: bool,
        embedder: &dyn Embedder,
        get: impl Fn(
            &mut Store,
            Layer<'_>,
            Mark,
            Option<&LayerCopy>,
            &dyn Embedder,
        ) -> Result<LayerCopy, CatalogError>,
    ) -> Result<Self, CatalogError> {
        let generation = store.generation(namespace)?;
        let layers = store.layers(namespace)?;
        let mark = |pack| mark_of(&layers, pack).unwrap_or_default();
        let pack = if seed {
            Some(get(store, Layer::Pack(pack::NAME), mark(true), None, embedder)?)
        } else {
            None
        };
        let own = get(
            store,
            Layer::Namespace(namespace),
            mark(false),
            pack.as_ref(),
            embedder,
        )?;
        let overlay = Overlay {
            mark: own.mark,
            ..Overlay::default()
        };
        let mut matcher = Self {
            generation,
            pack,
            own,
            overlay,
            index: None,
            search: SearchScratch::default(),
            trie_scratch: TrieScratch::default(),
            hits: Vec::new(),
            new_ids: Vec::new(),
            new_numbers: HashMap::new(),
            hidden: Vec::new(),
            replaced: Vec::new(),
            denied: Denied::default(),
            shown: HashMap::new(),
        };
        matcher.read_exceptions(store, namespace)?;
        Ok(matcher)
    }

    /// Brings it up to date with what any process has changed since; costs a look into shared memory where nothing has.
    pub(crate) fn refresh(
        &mut self,
        store: &mut Store,
        namespace: &str,
        seed: bool,
        embedder: &dyn Embedder,
    ) -> Result<(), CatalogError> {
        let generation = store.generation(namespace)?;
        if generation == self.generation {
            return Ok(());
        }
        let pack_mark = mark_of(&store.layers(namespace)?, true);
        let pack_stands = self.pack.as_ref().is_none_or(|copy| Some(copy.mark) == pack_mark);
        if !pack_stands || !self.follow(store, namespace, embedder)? {
            *self = Self::open(store, namespace, seed, embedder)?;
            return Ok(());
        }
        self.generation = generation;
        self.shown.clear();
        let before = self.left_out();
        self.read_exceptions(store, namespace)?;
        // The index has no way back for what was left out and is not any more.
        if !before.is_subset(&self.left_out()) {
            *self = Self::open(store, namespace, seed, embedder)?;
        }
        Ok(())
    }

    fn left_out(&self) -> HashSet<u32> {
        self.hidden.iter().chain(&self.replaced).copied().collect()
    }

    /// Lays the own layer's changes over its copy. False where they are unknown or too many: open again.
    fn follow(
        &mut self,
        store: &Store,
        namespace: &str,
        embedder: &dyn Embedder,
    ) -> Result<bool, CatalogError> {
        let mut added = Vec::new();
        let layer = Layer::Namespace(namespace);
        let changes = store.load_changes(layer, self.overlay.mark, |row: PhraseRow<'_>| {
            added.push(AddedPhrase {
                number: row.id,
                command: row.command.to_owned(),
                text: row.text.to_owned(),
                pattern: row.pattern,
                weak: row.weak,
                source: row.source,
                template: row.template.map(str::to_owned),
            });
        })?;
        let Some(changes) = changes else { return Ok(false) };
        if self.overlay.added.len() + added.len() + self.overlay.removed.len() + changes.removed.len()
            > OVERLAY_LIMIT
        {
            return Ok(false);
        }
        for phrase in &added {
            let command = self.number_of(&phrase.command);
            if let Some(index) = &mut self.index {
                phrase.add_to(index, command, embedder)?;
            }
        }
        if let Some(index) = &mut self.index {
            for number in &changes.removed {
                index.hide_phrase(*number);
            }
        }
        self.overlay
            .added
            .retain(|phrase| !changes.removed.contains(&phrase.number));
        self.overlay.added.extend(added);
        self.overlay.removed.extend(changes.removed);
        self.overlay.mark = changes.mark;
        self.overlay.rebuild_trie()?;
        Ok(true)
    }

    /// A command's number: the pack's by its place there, its own by the order in which they came.
    fn number_of(&mut self, id: &str) -> u32 {
        if let Some(number) = self.known_number(id) {
            return number;
        }
        let next = OWN_COMMANDS + (self.own.commands.len() + self.new_ids.len()) as u32;
        self.new_ids.push(id.to_owned());
        self.new_numbers.insert(id.to_owned(), next);
        next
    }

    fn known_number(&self, id: &str) -> Option<u32> {
        if id.contains(':')
            && let Some(number) = self.pack.as_ref().and_then(|copy| copy.commands.find(id))
        {
            return Some(number);
        }
        let own = self.own.commands.find(id).map(|place| OWN_COMMANDS + place);
        own.or_else(|| self.new_numbers.get(id).copied())
    }

    /// What this namespace has forgotten or was told is wrong.
    fn read_exceptions(&mut self, store: &Store, namespace: &str) -> Result<(), CatalogError> {
        let wrong = store.counterexamples(namespace)?;
        let pairs = wrong
            .into_iter()
            .map(|pair| (pair.key, self.number_of(&pair.command)));
        self.denied = Denied::new(pairs.collect());
        self.replaced.clear();
        self.hidden = store
            .hidden(namespace)?
            .iter()
            .map(|id| self.number_of(id))
            .collect();
        // A built-in command that was taught again is that one by meaning, with the built-in's phrases; by its own phrases
        // it is found as before.
        for (_, twin) in store.twins(namespace)? {
            let number = self.number_of(&twin);
            self.replaced.push(number);
        }
        if let Some(index) = &mut self.index {
            for number in self.hidden.iter().chain(&self.replaced) {
                index.hide_command(*number);
            }
        }
        Ok(())
    }

    /// What gate 2 searches: all layers, what came and went since, what was forgotten.
    pub(crate) fn semantic(
        &mut self,
        store: &Store,
        namespace: &str,
        embedder: &dyn Embedder,
    ) -> Result<Semantic<'_>, CatalogError> {
        let index = match self.index.take() {
            Some(index) => index,
            None => self.make_index(store, namespace, embedder)?,
        };
        Ok(Semantic {
            index: self.index.insert(index),
            scratch: &mut self.search,
            denied: &self.denied,
        })
    }

    fn make_index(
        &mut self,
        store: &Store,
        namespace: &str,
        embedder: &dyn Embedder,
    ) -> Result<Index, CatalogError> {
        let mut index = Index::new(embedder)?;
        let own = (Layer::Namespace(namespace), Some(&self.own), self.pack.as_ref());
        for (layer, copy, below) in [(Layer::Pack(pack::NAME), self.pack.as_ref(), None), own] {
            let Some(copy) = copy else { continue };
            // Rows are the truth, a snapshot only spares the reading of them.
            let found = match copy.index() {
                Some(found) => found,
                None => LayerCopy::build(store, layer, below, embedder)?.1,
            };
            index.push_layer(found)?;
        }
        for number in 0..self.overlay.added.len() {
            let command = self.overlay.added[number].command.clone();
            let command = self.number_of(&command);
            self.overlay.added[number].add_to(&mut index, command, embedder)?;
        }
        let removed = &self.overlay.removed;
        for number in removed {
            index.hide_phrase(*number);
        }
        for number in self.hidden.iter().chain(&self.replaced) {
            index.hide_command(*number);
        }
        Ok(index)
    }

    /// Whether any phrase of a command uses the word.
    pub(crate) fn explains(&self, command: u32, word: u64) -> bool {
        self.index
            .as_ref()
            .is_some_and(|index| index.explains(command, word))
    }

    /// Gate 1 over all layers: the best hits of each, what was forgotten left out.
    pub(crate) fn find_templates(&mut self, request: &Normalised) -> Vec<TemplateHit> {
        self.hits.clear();
        for copy in self.pack.iter().chain([&self.own]) {
            copy.trie.find(request, &mut self.trie_scratch, &mut self.hits);
        }
        if let Some(trie) = &self.overlay.trie {
            trie.find(request, &mut self.trie_scratch, &mut self.hits);
        }
        self.hits
            .retain(|hit| !self.overlay.removed.contains(&hit.phrase_id));
        self.hits.clone()
    }

    /// Whether the index holds of a phrase what its row says; looked at once a phrase.
    pub(crate) fn is_proven(&self, shown: &Shown, phrase: u32, embedder: &dyn Embedder) -> bool {
        let (Some(row), Some(index)) = (shown.row_of(phrase), &self.index) else {
            return false;
        };
        if shown.proven.borrow().contains(&phrase) {
            return true;
        }
        let input = PhraseInput {
            phrase_id: phrase,
            command: shown.number,
            text: &row.text,
            pattern: row.pattern,
            weak: row.weak,
            source: source(row.source),
        };
        let proven = index.agrees(embedder, &input);
        if proven {
            shown.proven.borrow_mut().insert(phrase);
        }
        proven
    }

    /// Whether this process made all of it from the rows, and relies on no snapshot.
    pub(crate) fn is_of_rows(&self) -> bool {
        self.pack.iter().chain([&self.own]).all(|copy| !copy.is_packed())
    }

    /// Whether gate 1 came upon bytes of a snapshot that are not as they were written.
    pub(crate) fn is_damaged(&self) -> bool {
        self.pack
            .iter()
            .chain([&self.own])
            .any(|copy| copy.trie.is_damaged())
    }

    /// Whether what gate 2 would search can be read from all snapshots.
    pub(crate) fn is_readable(&self) -> bool {
        let mut copies = self.pack.iter().chain([&self.own]);
        self.index.is_some() || copies.all(|copy| copy.index().is_some())
    }

    /// The command that a phrase asks for.
    pub(crate) fn command_of(&self, phrase_id: u32) -> Option<u32> {
        let added = self
            .overlay
            .added
            .iter()
            .find(|phrase| phrase.number == phrase_id);
        if let Some(added) = added {
            return self.known_number(&added.command);
        }
        let layers = [Some(&self.own), self.pack.as_ref()];
        layers
            .into_iter()
            .flatten()
            .find_map(|copy| copy.command_of(phrase_id))
    }

    /// Whether this namespace has forgotten the command.
    pub(crate) fn is_hidden(&self, command: u32) -> bool {
        self.hidden.contains(&command)
    }

    /// A command's id by its number.
    fn id_of(&self, number: u32) -> Option<&str> {
        if number < OWN_COMMANDS {
            return self.pack.as_ref()?.commands.get(number as usize);
        }
        let at = (number - OWN_COMMANDS) as usize;
        match at.checked_sub(self.own.commands.len()) {
            None => self.own.commands.get(at),
            Some(at) => self.new_ids.get(at).map(String::as_str),
        }
    }

    /// A command as a match shows it; read once for each state of the namespace.
    pub(crate) fn shown(
        &mut self,
        store: &Store,
        namespace: &str,
        number: u32,
    ) -> Result<Option<Rc<Shown>>, CatalogError> {
        if let Some(shown) = self.shown.get(&number) {
            return Ok(Some(shown.clone()));
        }
        let Some(id) = self.id_of(number).map(str::to_owned) else {
            return Ok(None);
        };
        let Some(command) = store.command(namespace, &id)? else {
            return Ok(None);
        };
        let phrases = store.phrases(namespace, &id)?;
        let from_pack = |source: Source| if source == Source::Pack { PACK_PHRASE } else { 0 };
        let shown = Rc::new(Shown {
            number,
            effects: crate::describe::read_json(&id, &command.effects)?,
            phrase: command.phrase,
            template: command.template,
            phrases: phrases
                .into_iter()
                .map(|phrase| (phrase.id | from_pack(phrase.source), phrase))
                .collect(),
            patterns: RefCell::default(),
            proven: RefCell::default(),
            id,
        });
        self.shown.insert(number, shown.clone());
        Ok(Some(shown))
    }
}

impl AddedPhrase {
    fn add_to(&self, index: &mut Index, command: u32, embedder: &dyn Embedder) -> Result<(), CatalogError> {
        if let Some(template) = &self.template {
            index.add_command(embedder, command, template)?;
        }
        Ok(index.add(embedder, &self.input(command))?)
    }

    fn input(&self, command: u32) -> PhraseInput<'_> {
        PhraseInput {
            phrase_id: self.number,
            command,
            text: &self.text,
            pattern: self.pattern,
            weak: self.weak,
            source: source(self.source),
        }
    }
}

impl Overlay {
    fn rebuild_trie(&mut self) -> Result<(), CatalogError> {
        let mut builder = TrieBuilder::new();
        for phrase in &self.added {
            if let Ok(parsed) = Phrase::parse(&phrase.text, syntax(phrase.pattern)) {
                builder.insert(&parsed, phrase.number, rank(phrase.source, phrase.weak));
            }
        }
        self.trie = if self.added.is_empty() {
            None
        } else {
            Some(builder.build()?)
        };
        Ok(())
    }
}
