//! The launcher's memory: one block that is never given back, since the launcher makes its few hundred small things in a
//! millisecond and then waits. The C library would ask the kernel for pages, and return them, dozens of times a run.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr;

/// What a run needs, several times over. Only what is used of it is ever real memory.
const BYTES: usize = 256 * 1024;
/// Pieces begin and end at multiples of this, where one that is given back keeps the link to the next.
const GRAIN: usize = 16;
/// Pieces of up to so many grains are kept for the next one of that size.
const KEPT: usize = 32;

/// An allocator that cuts from one block, and goes to the system's once that is used up, so a long run's memory stays bounded.
///
/// Small pieces that are given back are used again; of large ones only the youngest can be given back, or grown where it
/// is, which suits buffers that come and go in turn.
#[derive(Debug)]
pub struct Arena {
    block: Block,
    /// Bytes cut off so far.
    used: Cell<usize>,
    /// By size in grains: the last piece that was given back, which names the one before it.
    free: [Cell<*mut u8>; KEPT + 1],
}

#[repr(C, align(4096))]
#[derive(Debug)]
struct Block(UnsafeCell<MaybeUninit<[u8; BYTES]>>);

// SAFETY: by the word of whoever called `new`.
unsafe impl Sync for Arena {}

impl Arena {
    /// An empty one.
    ///
    /// # Safety
    /// It must be used by one thread.
    pub const unsafe fn new() -> Self {
        Self {
            block: Block(UnsafeCell::new(MaybeUninit::uninit())),
            used: Cell::new(0),
            free: [const { Cell::new(ptr::null_mut()) }; KEPT + 1],
        }
    }

    fn base(&self) -> *mut u8 {
        self.block.0.get().cast()
    }

    /// Where in the block `piece` begins; `None` if the system made it.
    fn offset(&self, piece: *mut u8) -> Option<usize> {
        let offset = piece.addr().wrapping_sub(self.base().addr());
        (offset < BYTES).then_some(offset)
    }

    /// The list of pieces that a piece of this many grains belongs to.
    fn kept(&self, grains: usize) -> Option<&Cell<*mut u8>> {
        self.free.get(grains)
    }

    /// Makes the piece at `offset` end elsewhere, if it is the youngest and there is room.
    fn resize(&self, offset: usize, grains: usize, wanted: usize) -> bool {
        let end = wanted
            .checked_mul(GRAIN)
            .and_then(|bytes| offset.checked_add(bytes));
        let youngest = self.used.get() == offset + grains * GRAIN;
        end.filter(|end| youngest && *end <= BYTES).is_some_and(|end| {
            self.used.set(end);
            true
        })
    }
}

#[expect(
    clippy::cast_ptr_alignment,
    reason = "pieces of the block begin at grains, which are wider than a link"
)]
// SAFETY: pieces of the block never overlap: a cut moves the count past what it hands out, a piece is on one list or in one
// hand, and the count goes back only over the youngest, which then is on no list. The block begins at a page, so an offset
// that is aligned is an address that is, up to a page. Everything else is the system's.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let grains = layout.size().div_ceil(GRAIN);
        let list = self
            .kept(grains)
            .filter(|list| layout.align() <= GRAIN && !list.get().is_null());
        if let Some(list) = list {
            let piece = list.get();
            // SAFETY: a piece on a list is nobody's, and begins with the link that `dealloc` wrote.
            list.set(unsafe { piece.cast::<*mut u8>().read() });
            return piece;
        }
        let align = layout.align().max(GRAIN);
        let start = self.used.get().next_multiple_of(align);
        let end = grains
            .checked_mul(GRAIN)
            .and_then(|bytes| start.checked_add(bytes));
        match end.filter(|end| *end <= BYTES && align <= align_of::<Block>()) {
            Some(end) => {
                self.used.set(end);
                // SAFETY: there is room from here on.
                unsafe { self.base().add(start) }
            }
            // SAFETY: the caller's word on the layout.
            None => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        let Some(offset) = self.offset(piece) else {
            // SAFETY: the system made it.
            return unsafe { System.dealloc(piece, layout) };
        };
        let grains = layout.size().div_ceil(GRAIN);
        if self.resize(offset, grains, 0) {
            return;
        }
        if let Some(list) = self.kept(grains) {
            // SAFETY: nobody's from here on; it has room for a link, since it is a grain long at least, and begins at one.
            unsafe { piece.cast::<*mut u8>().write(list.get()) };
            list.set(piece);
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(offset) = self.offset(piece) else {
            // SAFETY: the system made it; the rest is the caller's word.
            return unsafe { System.realloc(piece, layout, size) };
        };
        let (grains, wanted) = (layout.size().div_ceil(GRAIN), size.div_ceil(GRAIN));
        if grains == wanted || self.resize(offset, grains, wanted) {
            return piece;
        }
        // SAFETY: the size is valid for this alignment, by the caller's word; both pieces are as long as what is copied, and
        // the new one is another; the old one is given back with its own layout.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(piece, new, layout.size().min(size));
                self.dealloc(piece, layout);
            }
            new
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Make { size: usize, align: u32 },
        Resize { which: usize, size: usize },
        Drop { which: usize },
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (1..20_000_usize, 0..14_u32).prop_map(|(size, align)| Step::Make { size, align }),
            (0..64_usize, 1..20_000_usize).prop_map(|(which, size)| Step::Resize { which, size }),
            (0..64_usize).prop_map(|which| Step::Drop { which }),
        ];
        proptest::collection::vec(step, 1..80)
    }

    struct Piece {
        at: *mut u8,
        layout: Layout,
        mark: u8,
    }

    impl Piece {
        fn bytes(&mut self) -> &mut [u8] {
            // SAFETY: made with this size and not dropped yet.
            unsafe { std::slice::from_raw_parts_mut(self.at, self.layout.size()) }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Whatever is asked for in whatever order, within the block and past it: aligned, and nobody's bytes change.
        #[test]
        fn pieces_are_aligned_and_apart(steps in steps()) {
            // SAFETY: this thread alone uses it.
            let arena = Box::new(unsafe { Arena::new() });
            let mut pieces: Vec<Piece> = Vec::new();
            for (mark, step) in (0..=u8::MAX).cycle().zip(steps) {
                match step {
                    Step::Make { size, align } => {
                        let layout = Layout::from_size_align(size, 1 << align).expect("layout");
                        // SAFETY: the size is not zero.
                        let at = unsafe { arena.alloc(layout) };
                        prop_assert!(!at.is_null() && at.addr().is_multiple_of(layout.align()));
                        pieces.push(Piece { at, layout, mark });
                        pieces.last_mut().expect("pushed").bytes().fill(mark);
                    }
                    Step::Resize { which, size } if which < pieces.len() => {
                        let piece = &mut pieces[which];
                        let kept = size.min(piece.layout.size());
                        // SAFETY: made with this layout, and the size is not zero.
                        piece.at = unsafe { arena.realloc(piece.at, piece.layout, size) };
                        piece.layout = Layout::from_size_align(size, piece.layout.align()).expect("layout");
                        prop_assert!(piece.at.addr().is_multiple_of(piece.layout.align()));
                        let mark = piece.mark;
                        prop_assert!(piece.bytes()[..kept].iter().all(|byte| *byte == mark));
                        piece.bytes().fill(mark);
                    }
                    Step::Drop { which } if which < pieces.len() => {
                        let piece = pieces.swap_remove(which);
                        // SAFETY: made with this layout.
                        unsafe { arena.dealloc(piece.at, piece.layout) };
                    }
                    Step::Resize { .. } | Step::Drop { .. } => {}
                }
                for piece in &mut pieces {
                    let mark = piece.mark;
                    prop_assert!(piece.bytes().iter().all(|byte| *byte == mark));
                }
            }
            for piece in pieces {
                // SAFETY: made with this layout.
                unsafe { arena.dealloc(piece.at, piece.layout) };
            }
        }
    }

    #[test]
    fn what_comes_and_goes_in_turn_takes_no_room() {
        // SAFETY: this thread alone uses it.
        let arena = Box::new(unsafe { Arena::new() });
        let layout = Layout::from_size_align(4096, 8).expect("layout");
        for _ in 0..10 * BYTES / layout.size() {
            // SAFETY: the size is not zero, and the piece is dropped with its layout.
            unsafe {
                let piece = arena.alloc(layout);
                assert!(arena.offset(piece).is_some());
                arena.dealloc(piece, layout);
            }
        }
    }
}
