//! Where the forward sweep keeps what the backward sweep takes back, of loops whose number of iterations
//! is a constant of the program, in a crate without the heap.

/// The number of records, nested as the loops are: `[[(); M]; N]` has room for `N` times `M`.
pub trait Room {
    /// So many records.
    const RECORDS: usize;
    /// The place for them.
    type Slots<T>;
    /// Places without records.
    fn slots<T>() -> Self::Slots<T>;
    /// The place at that position.
    fn slot<T>(slots: &mut Self::Slots<T>, at: usize) -> &mut Option<T>;
}

impl Room for () {
    const RECORDS: usize = 1;
    type Slots<T> = Option<T>;

    #[inline]
    fn slots<T>() -> Option<T> {
        None
    }

    #[inline]
    fn slot<T>(slot: &mut Option<T>, _: usize) -> &mut Option<T> {
        slot
    }
}

impl<R: Room, const N: usize> Room for [R; N] {
    const RECORDS: usize = R::RECORDS * N;
    type Slots<T> = [R::Slots<T>; N];

    #[inline]
    fn slots<T>() -> Self::Slots<T> {
        core::array::from_fn(|_| R::slots())
    }

    #[inline]
    fn slot<T>(slots: &mut Self::Slots<T>, at: usize) -> &mut Option<T> {
        R::slot(&mut slots[at / R::RECORDS], at % R::RECORDS)
    }
}

/// A stack of at most `R::RECORDS` records.
pub struct FixedStack<T, R: Room> {
    slots: R::Slots<T>,
    len: usize,
}

impl<T, R: Room> FixedStack<T, R> {
    /// An empty stack.
    #[inline]
    pub fn new() -> Self {
        Self { slots: R::slots(), len: 0 }
    }

    /// Keeps a record.
    ///
    /// # Panics
    ///
    /// If there is no room for it, which generated code rules out.
    #[inline]
    pub fn push(&mut self, record: T) {
        *R::slot(&mut self.slots, self.len) = Some(record);
        self.len += 1;
    }

    /// Takes back the record kept last.
    ///
    /// # Panics
    ///
    /// If there is none, which generated code rules out: it takes back as often as it keeps.
    #[inline]
    pub fn pop(&mut self) -> T {
        self.len = self.len.checked_sub(1).expect("as many records as the forward sweep kept");
        R::slot(&mut self.slots, self.len).take().expect("a record that was kept")
    }
}

impl<T, R: Room> Default for FixedStack<T, R> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::FixedStack;

    #[test]
    fn records_come_back_in_reverse_order() {
        let mut nested = FixedStack::<_, [[(); 3]; 4]>::new();
        for round in 0..3 {
            for i in 0..12 {
                nested.push((round, i));
            }
            for i in (0..12).rev() {
                assert_eq!(nested.pop(), (round, i));
            }
        }
    }

    #[test]
    #[should_panic(expected = "as many records")]
    fn nothing_comes_of_an_empty_stack() {
        FixedStack::<f64, [(); 3]>::new().pop();
    }

    #[test]
    #[should_panic(expected = "out of bounds")]
    fn there_is_no_room_for_more() {
        let mut stack = FixedStack::<_, [(); 3]>::new();
        (0..4).for_each(|i| stack.push(i));
    }
}
