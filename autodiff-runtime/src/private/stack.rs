//! Where the forward sweep keeps what the backward sweep takes back in reverse order.

use alloc::vec::Vec;
use core::mem::{self, MaybeUninit};

/// A stack for a loop whose number of iterations is known before it starts.
#[derive(Debug)]
pub struct Stack<T> {
    values: Vec<T>,
}

impl<T> Stack<T> {
    /// An empty stack with room for `capacity` records.
    #[inline]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { values: Vec::with_capacity(capacity) }
    }

    /// Keeps a record.
    #[inline]
    #[allow(unsafe_code)]
    pub fn push(&mut self, record: T) {
        if self.values.len() == self.values.capacity() {
            // By value: the vector's address is never taken, so that its parts stay in registers.
            self.values = grown(mem::take(&mut self.values));
        }
        // SAFETY: a full vector has just been replaced by one with room.
        unsafe { core::hint::assert_unchecked(self.values.len() < self.values.capacity()) };
        self.values.push(record);
    }

    /// Takes back the record kept last.
    ///
    /// # Panics
    ///
    /// If there is none, which generated code rules out: it takes back as often as it keeps.
    #[inline]
    pub fn pop(&mut self) -> T {
        match self.values.pop() {
            Some(record) => record,
            None => empty(),
        }
    }
}

#[cold]
#[inline(never)]
fn grown<T>(mut values: Vec<T>) -> Vec<T> {
    values.reserve(1);
    values
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
    rest: Stack<T>,
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
        Self { short: 0, room, rest: Stack { values: Vec::new() } }
    }

    /// Keeps a record.
    #[inline]
    #[allow(unsafe_code)]
    pub fn push(&mut self, record: T) {
        if self.short < Self::SHORT {
            // SAFETY: the slot lies in the room, is aligned for `T`, and holds no record.
            unsafe { self.room.0.as_mut_ptr().cast::<T>().add(self.short).write(record) };
            self.short += 1;
        } else {
            self.rest.push(record);
        }
    }

    /// Takes back the record kept last.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[inline]
    pub fn pop(&mut self) -> T {
        if let Some(record) = self.rest.values.pop() {
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
        let mut long = Stack::with_capacity(3);
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
        let mut long = Stack::with_capacity(0);
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
        for i in 0..100 {
            units.push(());
            wide.push(Wide(i));
        }
        for i in (0..100).rev() {
            units.pop();
            assert_eq!(wide.pop(), Wide(i));
        }
    }

    #[test]
    #[should_panic(expected = "takes back more")]
    fn nothing_comes_of_an_empty_stack() {
        ShortStack::<f64>::new().pop();
    }
}
