//! Makes what a layer is matched with from its rows: in pieces, and on all cores where there are many.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZero;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Scope, available_parallelism, scope};

use lever_core::decide::{IndexError, Layer as IndexLayer, PhraseInput, Work};
use lever_core::embed::Embedder;
use lever_core::template::{Phrase, TrieBuilder};
use lever_store::{Layer, Mark, PhraseRow, Source, Store};

use crate::CatalogError;
use crate::layer_copy::{rank, source, syntax};

/// Rows of a piece: enough that passing them on costs nothing, few enough to stay small.
const ROWS: usize = 512;
/// Pieces that are made on the calling thread before others are asked for help, which takes them a moment.
const ALONE: usize = 8;
/// Pieces under way for each thread.
const UNDER_WAY: usize = 3;

/// What a layer is matched with.
pub(crate) struct Made {
    pub(crate) trie: TrieBuilder,
    pub(crate) index: IndexLayer,
}

/// Reads all rows of a layer; `number` gives a row's phrase and command their numbers. The same rows make the same,
/// whatever threads there are.
pub(crate) fn read_layer(
    store: &Store,
    layer: Layer<'_>,
    embedder: &dyn Embedder,
    mut number: impl FnMut(&PhraseRow<'_>) -> (u32, u32),
) -> Result<(Mark, Made), CatalogError> {
    let mut made = Made {
        trie: TrieBuilder::new(),
        index: IndexLayer::new(embedder)?,
    };
    let (mut rows, mut work) = (Rows::default(), Work::default());
    let (mut pieces, mut failed) = (0, None);
    let shared = embedder.shared();
    let desk = Desk::default();
    let mark = scope(|scope| -> Result<Mark, CatalogError> {
        let _closing = Closing(&desk);
        let mut team: Option<Team<'_>> = None;
        let mut pass_on = |made: &mut Made, rows: &mut Rows| -> Result<(), IndexError> {
            pieces += 1;
            let Some(shared) = shared.filter(|_| pieces > ALONE) else {
                return made
                    .merge(&rows.read(embedder, &mut work)?)
                    .map(|()| rows.clear());
            };
            let team = team.get_or_insert_with(|| Team::start(scope, &desk, shared));
            if team.is_busy()
                && let Some(piece) = team.take()
            {
                made.merge(&piece?)?;
            }
            team.give(std::mem::take(rows));
            Ok(())
        };
        let mark = store.load_layer(layer, |row: PhraseRow<'_>| {
            let (phrase, command) = number(&row);
            rows.push(&row, phrase, command);
            if rows.len() == ROWS
                && failed.is_none()
                && let Err(error) = pass_on(&mut made, &mut rows)
            {
                failed = Some(error);
            }
        })?;
        if let Some(mut team) = team {
            while let Some(piece) = team.take() {
                made.merge(&piece?)?;
            }
        }
        Ok(mark)
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    made.merge(&rows.read(embedder, &mut work)?)?;
    Ok((mark, made))
}

/// Rows that are read together, with their texts in one piece.
#[derive(Default)]
struct Rows {
    text: String,
    list: Vec<Row>,
    /// The commands of the rows; a row has its command's place here.
    commands: Vec<u32>,
}

struct Row {
    phrase: u32,
    command: u32,
    text: Range<usize>,
    template: Option<Range<usize>>,
    pattern: bool,
    weak: bool,
    source: Source,
}

struct Piece {
    trie: TrieBuilder,
    index: IndexLayer,
    commands: Vec<u32>,
}

impl Rows {
    fn len(&self) -> usize {
        self.list.len()
    }

    fn clear(&mut self) {
        self.text.clear();
        self.list.clear();
        self.commands.clear();
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn push(&mut self, row: &PhraseRow<'_>, phrase: u32, command: u32) {
        if self.commands.last() != Some(&command) {
            self.commands.push(command);
        }
        let row = Row {
            phrase,
            command: self.commands.len() as u32 - 1,
            text: self.keep(row.text),
            template: row.template.map(|template| self.keep(template)),
            pattern: row.pattern,
            weak: row.weak,
            source: row.source,
        };
        self.list.push(row);
    }

    fn read(&mut self, embedder: &dyn Embedder, work: &mut Work) -> Result<Piece, IndexError> {
        let mut trie = TrieBuilder::new();
        let mut index = IndexLayer::new(embedder)?;
        for row in &self.list {
            let text = &self.text[row.text.clone()];
            if let Ok(phrase) = Phrase::parse(text, syntax(row.pattern)) {
                trie.insert(&phrase, row.phrase, rank(row.source, row.weak));
            }
            if let Some(template) = row.template.clone() {
                index.add_command(embedder, row.command, &self.text[template], work)?;
            }
            let input = PhraseInput {
                phrase_id: row.phrase,
                command: row.command,
                text,
                pattern: row.pattern,
                weak: row.weak,
                source: source(row.source),
            };
            index.add(embedder, &input, work)?;
        }
        Ok(Piece {
            trie,
            index,
            commands: std::mem::take(&mut self.commands),
        })
    }
}

impl Made {
    fn merge(&mut self, piece: &Piece) -> Result<(), IndexError> {
        self.trie.append(&piece.trie);
        self.index.merge(&piece.index, &piece.commands)
    }
}

/// Threads that read pieces.
struct Team<'env> {
    desk: &'env Desk,
    members: usize,
    given: usize,
    taken: usize,
}

/// What is to be read, and what was, each with its number.
#[derive(Default)]
struct Desk {
    papers: Mutex<Papers>,
    changed: Condvar,
}

#[derive(Default)]
struct Papers {
    rows: VecDeque<(usize, Rows)>,
    pieces: BTreeMap<usize, Result<Piece, IndexError>>,
    /// Nothing more comes: the caller has all, or gave up, or a member has panicked, which the scope passes on.
    closed: bool,
}

impl Desk {
    fn open(&self) -> MutexGuard<'_, Papers> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `found` finds something, or there is nothing more to come.
    fn wait<T>(&self, mut found: impl FnMut(&mut Papers) -> Option<T>) -> Option<T> {
        let mut papers = self.open();
        loop {
            if let Some(found) = found(&mut papers) {
                return Some(found);
            }
            if papers.closed {
                return None;
            }
            papers = self.changed.wait(papers).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn change(&self, change: impl FnOnce(&mut Papers)) {
        change(&mut self.open());
        self.changed.notify_all();
    }
}

/// Closes the desk when it goes, also by a panic.
struct Closing<'d>(&'d Desk);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.change(|papers| papers.closed = true);
    }
}

impl<'env> Team<'env> {
    fn start<'scope>(
        scope: &'scope Scope<'scope, 'env>,
        desk: &'env Desk,
        embedder: &'env (dyn Embedder + Sync),
    ) -> Self {
        let members = available_parallelism().map_or(1, NonZero::get);
        for _ in 0..members {
            scope.spawn(move || {
                let _closing = Closing(desk);
                let mut work = Work::default();
                while let Some((number, mut rows)) = desk.wait(|papers| papers.rows.pop_front()) {
                    let piece = rows.read(embedder, &mut work);
                    desk.change(|papers| drop(papers.pieces.insert(number, piece)));
                }
            });
        }
        Self {
            desk,
            members,
            given: 0,
            taken: 0,
        }
    }

    fn is_busy(&self) -> bool {
        self.given - self.taken >= UNDER_WAY * self.members
    }

    fn give(&mut self, rows: Rows) {
        let number = self.given;
        self.desk.change(|papers| papers.rows.push_back((number, rows)));
        self.given += 1;
    }

    /// The next piece in order, waited for; `None` where there is none under way.
    fn take(&mut self) -> Option<Result<Piece, IndexError>> {
        if self.taken == self.given {
            return None;
        }
        let number = self.taken;
        self.taken += 1;
        self.desk.wait(|papers| papers.pieces.remove(&number))
    }
}

#[cfg(test)]
mod tests {
    use lever_core::embed::{LearnedEmbedder, Scratch, Terms};
    use lever_store::{Batch, NewBody, NewCommand, NewPhrase, OpenOptions, StoreError};

    use super::*;

    /// The shipped embedder, kept to one thread.
    struct Alone(LearnedEmbedder);

    impl Embedder for Alone {
        fn id(&self) -> &str {
            self.0.id()
        }

        fn dims(&self) -> usize {
            self.0.dims()
        }

        fn embed(&self, terms: &Terms, scratch: &mut Scratch, out: &mut [f32]) {
            self.0.embed(terms, scratch, out);
        }

        fn embed_command(&self, command: &str, scratch: &mut Scratch, out: &mut [f32]) -> u8 {
            self.0.embed_command(command, scratch, out)
        }
    }

    fn table(commands: usize) -> Store {
        let mut store = Store::open_in_memory(OpenOptions::default()).unwrap();
        let taught = store.teach_many("default", 0, |batch: &mut Batch<'_>| {
            for number in 0..commands {
                let text = format!("show {{{{file}}}} number {number} of {}", number % 7);
                let alias = format!("number {number} of them");
                let template = format!("cat -n {number}.log {{{{file}}}}");
                let phrase = |text| NewPhrase {
                    text,
                    key: text,
                    source: Source::Taught,
                    pattern: false,
                    weak: false,
                };
                batch.teach(&NewCommand {
                    phrase: phrase(&text),
                    aliases: &[phrase(&alias)],
                    body: NewBody {
                        template: &template,
                        digest: "",
                        plan: "{}",
                        params: "[]",
                        effects: "{}",
                        permissions: "{}",
                        details: "{}",
                    },
                    trust: None,
                    approved_by: None,
                    replace: false,
                })?;
            }
            Ok::<(), StoreError>(())
        });
        taught.unwrap();
        store
    }

    fn made(store: &Store, embedder: &dyn Embedder) -> (Vec<u8>, Vec<u8>) {
        let mut phrase = 0;
        let number = |_: &PhraseRow<'_>| {
            phrase += 1;
            (phrase, phrase / 2)
        };
        let (_, made) = read_layer(store, Layer::Namespace("default"), embedder, number).unwrap();
        (
            made.trie.build().unwrap().as_bytes().to_vec(),
            made.index.to_bytes(),
        )
    }

    #[test]
    fn threads_change_nothing() {
        let embedder = LearnedEmbedder::shipped().unwrap();
        for commands in [0, 3, ROWS / 2, (ALONE + 5) * ROWS / 2 + 17] {
            let store = table(commands);
            assert!(
                made(&store, &embedder) == made(&store, &Alone(embedder)),
                "{commands}"
            );
        }
    }
}
