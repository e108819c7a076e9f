//! Where the forward sweep keeps what the backward sweep takes back in reverse order.

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop, MaybeUninit};

/// A stack for a loop whose number of iterations is known before it starts.
///
/// It counts bytes: beside a `Vec`, which counts elements, LLVM writes to memory what a loop carries, and
/// reads it back, in each iteration of some loops.
pub struct Stack<T> {
    start: *mut T,
    /// The bytes in use.
    used: usize,
    /// The bytes that there are.
    room: usize,
    owns: PhantomData<T>,
}

// SAFETY: it owns its records, and hands them out by value alone.
#[allow(unsafe_code)]
unsafe impl<T: Send> Send for Stack<T> {}
// SAFETY: nothing can be done with a shared reference to it.
#[allow(unsafe_code)]
unsafe impl<T: Sync> Sync for Stack<T> {}

impl<T> Stack<T> {
    /// How far apart records are in bytes; those without size are counted.
    const STEP: usize = if mem::size_of::<T>() == 0 { 1 } else { mem::size_of::<T>() };

    /// An empty stack with room for `capacity` records.
    #[inline]
    pub fn with_capacity(capacity: usize) -> Self {
        let mut room = ManuallyDrop::new(Vec::with_capacity(capacity));
        let start: *mut T = room.as_mut_ptr();
        // Of records without size there is room for any number.
        let capacity = if mem::size_of::<T>() == 0 { capacity } else { room.capacity() };
        Self { start, used: 0, room: capacity * Self::STEP, owns: PhantomData }
    }

    /// Keeps a record.
    ///
    /// # Panics
    ///
    /// If there is no room, which generated code rules out: it asks for as much as its loops can fill.
    #[inline]
    #[allow(unsafe_code)]
    pub fn push(&mut self, record: T) {
        if self.used == self.room {
            full();
        }
        // SAFETY: the slot lies before the end of the room, and holds no record.
        unsafe { self.slot().write(record) };
        self.used += Self::STEP;
    }

    /// Takes back the record kept last.
    ///
    /// # Panics
    ///
    /// If there is none, which generated code rules out: it takes back as often as it keeps.
    #[inline]
    #[allow(unsafe_code)]
    pub fn pop(&mut self) -> T {
        if self.used == 0 {
            empty();
        }
        self.used -= Self::STEP;
        // SAFETY: `push` wrote this slot, and it is free from here on.
        unsafe { self.slot().read() }
    }

    /// Where the next record goes: one without size anywhere.
    ///
    /// # Safety
    ///
    /// There is room for it.
    #[inline(always)]
    #[allow(unsafe_code)]
    unsafe fn slot(&self) -> *mut T {
        match mem::size_of::<T>() {
            0 => self.start,
            // SAFETY: what is in use lies within the room.
            _ => unsafe { self.start.byte_add(self.used) },
        }
    }
}

impl<T> Drop for Stack<T> {
    #[inline]
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            while self.used > 0 {
                drop(self.pop());
            }
        }
        let room = self.room / Self::STEP;
        // SAFETY: these are the parts of the vector that `with_capacity` made; no record is left.
        unsafe { drop(Vec::from_raw_parts(self.start, 0, room)) };
    }
}

impl<T> fmt::Debug for Stack<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.used / Self::STEP;
        f.debug_struct("Stack").field("records", &records).finish_non_exhaustive()
    }
}

#[cold]
#[inline(never)]
fn full() -> ! {
    panic!("the forward sweep keeps more than its loops have iterations");
}

#[cold]
#[inline(never)]
fn empty() -> ! {
    panic!("the backward sweep takes back more than the forward sweep kept");
}

/// The bytes that a [`ShortStack`] has without the heap.
const ROOM: usize = 1024;

#[derive(Debug)]
#[repr(align(16))]
struct Room([MaybeUninit<u8>; ROOM]);

/// A stack for a loop that may end any time: the first records need no heap.
#[derive(Debug)]
pub struct ShortStack<T> {
    /// How many of the records lie in `room`.
    short: usize,
    room: Room,
    /// The records after the first [`Self::SHORT`].
    rest: Vec<T>,
}

impl<T> ShortStack<T> {
    /// How many records there is room for without the heap.
    const SHORT: usize =
        match (mem::align_of::<T>() <= mem::align_of::<Room>(), mem::size_of::<T>()) {
            (false, _) | (_, 0) => 0,
            (true, size) => ROOM / size,
        };

    /// An empty stack.
    #[inline]
    pub fn new() -> Self {
        let room = Room([const { MaybeUninit::uninit() }; ROOM]);
        Self { short: 0, room, rest: Vec::new() }
    }

    /// Keeps a record.
    #[inline]
    #[allow(unsafe_code)]
    pub fn push(&mut self, record: T) {
        if self.short < Self::SHORT {
            // SAFETY: the slot lies in the room, is aligned for `T`, and holds no record.
            unsafe { self.room.0.as_mut_ptr().cast::<T>().add(self.short).write(record) };
            self.short += 1;
            return;
        }
        if self.rest.len() == self.rest.capacity() {
            // By value: the vector's address is never taken, so that its parts stay in registers.
            self.rest = grown(mem::take(&mut self.rest));
        }
        // SAFETY: a full vector has just been replaced by one with room.
        unsafe { core::hint::assert_unchecked(self.rest.len() < self.rest.capacity()) };
        self.rest.push(record);
    }

    /// Takes back the record kept last.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[inline]
    pub fn pop(&mut self) -> T {
        if let Some(record) = self.rest.pop() {
            return record;
        }
        match self.pop_short() {
            Some(record) => record,
            None => empty(),
        }
    }

    #[inline]
    #[allow(unsafe_code)]
    fn pop_short(&mut self) -> Option<T> {
        self.short = self.short.checked_sub(1)?;
        // SAFETY: `push` wrote this slot, and it is free from here on.
        Some(unsafe { self.room.0.as_ptr().cast::<T>().add(self.short).read() })
    }
}

#[cold]
#[inline(never)]
fn grown<T>(mut values: Vec<T>) -> Vec<T> {
    values.reserve(1);
    values
}

impl<T> Default for ShortStack<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for ShortStack<T> {
    #[inline]
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            while self.pop_short().is_some() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ShortStack, Stack};
    use std::rc::Rc;

    #[test]
    fn records_come_back_in_reverse_order() {
        let mut long = Stack::with_capacity(1000);
        let mut short = ShortStack::new();
        for i in 0..1000_u32 {
            long.push((i, f64::from(i)));
            short.push((i, f64::from(i)));
        }
        for i in (0..1000_u32).rev() {
            assert_eq!(long.pop(), (i, f64::from(i)));
            assert_eq!(short.pop(), (i, f64::from(i)));
        }
    }

    #[test]
    fn pushes_and_pops_may_alternate_across_the_room() {
        let mut stack = ShortStack::new();
        let mut model = Vec::new();
        for round in 0..40 {
            for i in 0..17 {
                stack.push([round, i, 7]);
                model.push([round, i, 7]);
            }
            for _ in 0..13 {
                assert_eq!(Some(stack.pop()), model.pop());
            }
        }
        while let Some(record) = model.pop() {
            assert_eq!(stack.pop(), record);
        }
    }

    #[test]
    fn what_is_left_is_dropped_once() {
        let counted = Rc::new(());
        let mut short = ShortStack::new();
        let mut long = Stack::with_capacity(300);
        for _ in 0..300 {
            short.push(Rc::clone(&counted));
            long.push(Rc::clone(&counted));
        }
        drop(short.pop());
        assert_eq!(Rc::strong_count(&counted), 600);
        drop((short, long));
        assert_eq!(Rc::strong_count(&counted), 1);
    }

    #[test]
    fn records_without_size_and_of_wide_alignment_are_kept_too() {
        #[derive(Debug, PartialEq)]
        #[repr(align(64))]
        struct Wide(u8);
        let (mut units, mut wide) = (ShortStack::new(), ShortStack::new());
        let (mut long_units, mut long_wide) =
            (Stack::with_capacity(100), Stack::with_capacity(100));
        for i in 0..100 {
            units.push(());
            wide.push(Wide(i));
            long_units.push(());
            long_wide.push(Wide(i));
        }
        for i in (0..100).rev() {
            units.pop();
            assert_eq!(wide.pop(), Wide(i));
            long_units.pop();
            assert_eq!(long_wide.pop(), Wide(i));
        }
    }

    #[test]
    #[should_panic(expected = "takes back more")]
    fn nothing_comes_of_an_empty_stack() {
        ShortStack::<f64>::new().pop();
    }

    #[test]
    #[should_panic(expected = "takes back more")]
    fn nothing_comes_of_an_empty_long_stack() {
        Stack::<f64>::with_capacity(7).pop();
    }

    #[test]
    #[should_panic(expected = "keeps more")]
    fn a_full_stack_takes_no_more() {
        let mut stack = Stack::with_capacity(2);
        (0..100).for_each(|_| stack.push(()));
    }

    #[test]
    fn stacks_may_go_to_another_thread() {
        let mut stack = Stack::with_capacity(1);
        stack.push(vec![1.0]);
        let popped = std::thread::spawn(move || stack.pop()).join();
        assert_eq!(popped.expect("the thread ends"), [1.0]);
    }
}
