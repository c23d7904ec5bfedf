//! Gate 1 allocates nothing once its memory has grown to what requests need.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use lever_core::template::{Phrase, Scratch, Syntax, TrieBuilder};
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
    let mut builder = TrieBuilder::new();
    for (id, text) in [
        "show the last {{n:int=20}} lines of {{file:path}}",
        "make a {{kind:choice(full backup|snapshot)}} of {{dir}}",
        "copy {{a:text}} and {{b:text}} and {{c:text}}",
        "say {{what:text}}",
    ]
    .iter()
    .enumerate()
    {
        builder.insert(&Phrase::parse(text, Syntax::Literal).unwrap(), id as u32, 0);
    }
    let trie = builder.build().unwrap();
    let requests: Vec<_> = [
        "show me the last 50 lines of \"my app.log\" please",
        "make a full backup of /srv",
        "copy one and two and three and four and five and six",
        "say thanks",
        "nothing of the kind",
    ]
    .iter()
    .map(|text| normalise(text).unwrap())
    .collect();
    let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
    let mut counts = [0; 2];
    for count in &mut counts {
        let before = COUNT.with(Cell::get);
        for request in &requests {
            hits.clear();
            trie.find(request, &mut scratch, &mut hits);
        }
        *count = COUNT.with(Cell::get) - before;
    }
    assert!(counts[0] > 0, "the first searches grow the memory");
    assert_eq!(counts[1], 0);
}
