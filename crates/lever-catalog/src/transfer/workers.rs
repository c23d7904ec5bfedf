//! Reads and compiles on all cores, and hands over in the file's order.

use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::item::Item;
use super::source::Items;

/// Items that travel together: enough that passing them on costs nothing, few enough to stay small.
const CHUNK: usize = 128;
const CHUNK_BYTES: usize = 1024 * 1024;

/// Where a worker's chunks come out, and where they go back.
type Made<T> = (Receiver<io::Result<Vec<T>>>, Arc<Mutex<Vec<Vec<T>>>>);

/// Reads `items` on one thread, does `work` on several, and calls `take` for each result, in order, on this one.
///
/// What is under way is bounded, however long the file is. `take` ends it early with an error; so does a file that cannot
/// be read on, as `Err` of [`io::Error`] made into `E`. What `take` has seen goes back to the thread that made it, to be
/// dropped there: memory that another thread frees is dear.
pub(crate) fn in_order<T: Send, E: From<io::Error>>(
    items: Items,
    workers: usize,
    work: impl Fn(Item) -> T + Sync,
    mut take: impl FnMut(&mut T) -> Result<(), E>,
) -> Result<(), E> {
    let workers = workers.max(1);
    let work = &work;
    thread::scope(|scope| {
        let mut to_workers = Vec::with_capacity(workers);
        let mut from_workers: Vec<Made<T>> = Vec::with_capacity(workers);
        for _ in 0..workers {
            let (give, given) = sync_channel::<io::Result<Vec<Item>>>(2);
            let (done_give, done) = sync_channel(2);
            let spent = Arc::new(Mutex::new(Vec::new()));
            to_workers.push(give);
            from_workers.push((done, spent.clone()));
            scope.spawn(move || {
                for chunk in given {
                    drop(std::mem::take(&mut *lock(&spent)));
                    let chunk = chunk.map(|chunk| chunk.into_iter().map(work).collect());
                    // Nobody listens any more where the import was given up.
                    if done_give.send(chunk).is_err() {
                        return;
                    }
                }
            });
        }
        scope.spawn(move || {
            let mut chunks = Chunks { items };
            for give in to_workers.iter().cycle() {
                let Some(chunk) = chunks.next() else { return };
                if give.send(chunk).is_err() {
                    return;
                }
            }
        });
        for (done, spent) in from_workers.iter().cycle() {
            let Ok(chunk) = done.recv() else { break };
            let mut chunk = chunk?;
            for result in &mut chunk {
                take(result)?;
            }
            lock(spent).push(chunk);
        }
        Ok(())
    })
}

fn lock<T>(spent: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    spent.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Chunks {
    items: Items,
}

impl Iterator for Chunks {
    type Item = io::Result<Vec<Item>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut bytes = 0;
        while chunk.len() < CHUNK && bytes < CHUNK_BYTES {
            match self.items.next() {
                None => break,
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(item)) => {
                    bytes += item.size();
                    chunk.push(item);
                }
            }
        }
        (!chunk.is_empty()).then_some(Ok(chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::item::Raw;

    fn items(count: u64) -> Items {
        Box::new((1..=count).map(|line| Ok(Item::new(line, Raw::Note(String::new())))))
    }

    #[test]
    fn results_come_in_the_order_of_the_file() {
        for workers in [1, 2, 3, 7] {
            let mut seen = Vec::new();
            let done: io::Result<()> = in_order(
                items(10_000),
                workers,
                |item| {
                    if item.line % 500 == 0 {
                        thread::yield_now();
                    }
                    item.line
                },
                |line| {
                    seen.push(*line);
                    Ok(())
                },
            );
            done.unwrap();
            assert!(seen.iter().copied().eq(1..=10_000), "{workers} workers");
        }
    }

    #[test]
    fn giving_up_stops_everybody_also_on_an_endless_file() {
        let mut taken = 0;
        let done: io::Result<()> = in_order(
            items(u64::MAX),
            3,
            |item| item.line,
            |line| {
                taken = *line;
                if taken == 1000 {
                    Err(io::Error::other("enough"))
                } else {
                    Ok(())
                }
            },
        );
        assert!(done.is_err());
        assert_eq!(taken, 1000);
    }

    #[test]
    fn a_file_that_breaks_off_is_an_error_after_what_came_before() {
        let broken: Items = Box::new(
            (1..=300)
                .map(|line| Ok(Item::new(line, Raw::Note(String::new()))))
                .chain([Err(io::Error::other("gone"))]),
        );
        let mut taken = 0;
        let done: io::Result<()> = in_order(
            broken,
            2,
            |item| item.line,
            |line| {
                taken = *line;
                Ok(())
            },
        );
        assert_eq!(done.unwrap_err().to_string(), "gone");
        assert!(taken >= 256, "{taken}");
    }
}
