//! Gate 2's search allocates nothing once its memory has grown to the index and to what requests need.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use lever_core::decide::{HASH, Index, PhraseInput, Scorer, SearchScratch, Source};
use lever_core::embed::{Embedder, HashEmbedder, LearnedEmbedder};
use lever_core::text::normalise;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator unchanged; counting touches no allocated memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn search_allocates_nothing_after_the_first() {
    let (hash, learned) = (HashEmbedder::default(), LearnedEmbedder::shipped().unwrap());
    let fitted = learned.scorer();
    let kinds: [(&dyn Embedder, &dyn Scorer); 2] = [(&hash, &HASH), (&learned, &fitted)];
    for (embedder, scorer) in kinds {
        let mut index = Index::new(embedder).unwrap();
        for number in 0..400u32 {
            let text = format!(
                "show {{{{n:int}}}} lines of file{} in project{}",
                number % 7,
                number
            );
            let phrase = PhraseInput {
                phrase_id: number,
                command: number / 4,
                text: &text,
                pattern: false,
                weak: false,
                source: Source::Taught,
            };
            index.add(embedder, &phrase).unwrap();
            let template = format!("head -n {number} file{}", number % 7);
            index.add_command(embedder, number / 4, &template).unwrap();
        }
        let long = "porject21 lines of file3 größte 50 ".repeat(300);
        let requests: Vec<_> = [
            &long,
            "show me the last 50 lines of file3 in project17",
            "porject21 lines plaese",
            "nothing of the kind",
            "größte Datei im résumé 日本語",
            "x",
        ]
        .iter()
        .map(|text| normalise(text).unwrap())
        .collect();
        let mut scratch = SearchScratch::default();
        let mut counts = [0; 2];
        for count in &mut counts {
            let before = COUNT.with(Cell::get);
            for request in &requests {
                assert!(
                    !index
                        .search(request, embedder, scorer, 24, &mut scratch)
                        .is_empty()
                );
            }
            *count = COUNT.with(Cell::get) - before;
        }
        assert!(counts[0] > 0, "the counter counts");
        assert_eq!(counts[1], 0);
    }
}
