//! Where the forward sweep keeps copies of sequences that the backward sweep takes back in reverse order.

use alloc::vec::Vec;
use core::mem;

/// There is room for so many rows like the first one at once, where it is not known how many there will be.
const FIRST: usize = 4;

/// And for so many bytes at most, where it is: a loop may end before.
const MOST: usize = 1 << 24;

/// A stack of rows: parts of what a loop changes, as they were in each iteration. Rows lie one behind the
/// other, in a few pieces of memory, and give it back as they are taken; no row moves once it is there.
#[derive(Debug)]
pub struct Rows<T> {
    /// Each has room for what is in it: none grows.
    chunks: Vec<Vec<T>>,
    /// How much of the last one is kept: the row taken last may be behind it.
    kept: usize,
    /// How long the last rows are, and how many of that length there are one after the other.
    length: usize,
    alike: usize,
    /// The same of those before.
    others: Vec<(usize, usize)>,
    /// How many elements there will be, as far as that is known.
    expected: usize,
}

impl<T: Copy> Rows<T> {
    /// An empty stack.
    #[inline]
    #[allow(clippy::new_without_default, reason = "generated code alone makes one")]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty stack for rows of about so many elements in all.
    #[inline]
    pub fn with_capacity(elements: usize) -> Self {
        Self {
            chunks: Vec::new(),
            kept: 0,
            length: 0,
            alike: 0,
            others: Vec::new(),
            expected: elements,
        }
    }

    /// Keeps a copy of a row.
    #[inline]
    pub fn push(&mut self, row: &[T]) {
        if row.len() != self.length {
            self.others.push((self.length, self.alike));
            (self.length, self.alike) = (row.len(), 0);
        }
        self.alike += 1;
        match self.chunks.last_mut() {
            Some(chunk) if chunk.capacity() - self.kept >= row.len() => {
                chunk.truncate(self.kept);
                chunk.extend_from_slice(row);
                self.kept += row.len();
            }
            _ => self.open(row),
        }
    }

    /// Takes the row kept last.
    ///
    /// # Panics
    ///
    /// If there is none, which generated code rules out: it takes back as often as it keeps.
    #[inline]
    pub fn pop(&mut self) -> &[T] {
        while self.alike == 0 {
            let others = self.others.pop().expect("the backward sweep takes back what was kept");
            (self.length, self.alike) = others;
        }
        self.alike -= 1;
        let len = self.length;
        if self.kept == 0 && len > 0 {
            self.close();
        }
        self.kept -= len;
        self.chunks.last().map_or(&[], |chunk| &chunk[self.kept..self.kept + len])
    }

    /// Begins a piece of memory with a row.
    #[cold]
    fn open(&mut self, row: &[T]) {
        // What is left of the last piece is whole.
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.truncate(self.kept);
        }
        if self.kept == 0 {
            self.chunks.pop();
        }
        // As much again as there is: pieces are few, and the larger part of them is used.
        let room = match &self.chunks[..] {
            [] => {
                let most = MOST / mem::size_of::<T>().max(1);
                self.expected.min(most).max(FIRST * row.len())
            }
            chunks => chunks.iter().map(Vec::capacity).sum::<usize>().max(row.len()),
        };
        let mut chunk = Vec::with_capacity(room);
        chunk.extend_from_slice(row);
        self.kept = row.len();
        self.chunks.push(chunk);
    }

    /// Gives back a piece of memory that holds nothing any more.
    #[cold]
    fn close(&mut self) {
        self.chunks.pop();
        self.kept = self.chunks.last().map_or(0, Vec::len);
    }
}

/// What a pullback takes for a sequence that its function was given by reference.
pub trait Copied<'a, T> {
    /// The sequence, in `room` if it has to be owned.
    fn copied(row: &'a [T], room: &'a mut Vec<T>) -> Self;
}

impl<'a, T> Copied<'a, T> for &'a [T] {
    #[inline]
    fn copied(row: &'a [T], _: &'a mut Vec<T>) -> Self {
        row
    }
}

impl<'a, T: Clone> Copied<'a, T> for &'a Vec<T> {
    #[inline]
    fn copied(row: &'a [T], room: &'a mut Vec<T>) -> Self {
        room.extend_from_slice(row);
        room
    }
}

/// A row, as a pullback takes it.
#[inline]
pub fn copy<'a, T, R: Copied<'a, T>>(row: &'a [T], room: &'a mut Vec<T>) -> R {
    R::copied(row, room)
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_come_back_in_reverse_order() {
        for expected in [0, 100, usize::MAX] {
            come_back(Rows::with_capacity(expected));
        }
    }

    fn come_back(mut rows: Rows<f64>) {
        let long = 2003;
        let lengths: Vec<usize> = (0..200).map(|i| [0, i, 7, long, 0][i % 5]).collect();
        let row = |i: usize| -> Vec<f64> { (0..lengths[i]).map(|k| (i * k) as f64).collect() };
        (0..lengths.len()).for_each(|i| rows.push(&row(i)));
        // Some are kept again on the way.
        for i in (0..lengths.len()).rev() {
            assert_eq!(rows.pop(), row(i));
            rows.push(&row(i));
            assert_eq!(rows.pop(), row(i));
        }
        assert!(rows.chunks.len() <= 1);
    }

    #[test]
    fn short_rows_share_memory() {
        let mut rows = Rows::new();
        (0..1000).for_each(|i| rows.push(&[f64::from(i); 8]));
        assert!(rows.chunks.len() < 10, "{} pieces", rows.chunks.len());
        let mut expected = Rows::with_capacity(8000);
        (0..1000).for_each(|i| expected.push(&[f64::from(i); 8]));
        assert_eq!(expected.chunks.len(), 1);
    }

    #[test]
    #[should_panic(expected = "takes back what was kept")]
    fn nothing_comes_back_of_nothing() {
        Rows::<f64>::new().pop();
    }
}
