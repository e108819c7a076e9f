//! What generated code names of arrays.

mod product;

use alloc::borrow::Cow;
use core::ops::{Deref, DerefMut, Range};

pub use ndarray::{Array, Dim};
use ndarray::{ArrayBase, ArrayView, Data, DataMut, Dimension, IntoDimension, IxDyn, OwnedRepr};
pub use product::{DotNN, DotNT, DotTN, DotTT};

/// An array, or a view of one.
#[diagnostic::on_unimplemented(
    message = "[AD0414] `{Self}` is no array of `ndarray`, though its name is that of one",
    label = "not an array of `ndarray`",
    note = "name the type otherwise, or use that of `ndarray`"
)]
pub trait Tensor {
    /// What it is an array of.
    type Element;

    /// The type of its shape.
    type Shape: Dimension;

    /// The elements row by row.
    fn flat(&self) -> &[Self::Element];

    /// How many indices there are along an axis.
    fn len_of(&self, axis: usize) -> usize;

    /// Its shape.
    fn dimensions(&self) -> Self::Shape;

    /// A copy, row by row.
    fn owned(&self) -> Array<Self::Element, Self::Shape>
    where
        Self::Element: Clone;

    /// The elements row by row, copied if they do not lie so.
    fn rows(&self) -> Cow<'_, [Self::Element]>
    where
        Self::Element: Clone;
}

impl<T, S: Data<Elem = T>, D: Dimension> Tensor for ArrayBase<S, D> {
    type Element = T;
    type Shape = D;

    #[inline]
    #[track_caller]
    fn flat(&self) -> &[T] {
        match self.as_slice() {
            Some(elements) => elements,
            None => not_in_order(),
        }
    }

    #[inline]
    fn len_of(&self, axis: usize) -> usize {
        self.raw_dim()[axis]
    }

    #[inline]
    fn dimensions(&self) -> D {
        self.raw_dim()
    }

    #[inline]
    fn owned(&self) -> Array<T, D>
    where
        T: Clone,
    {
        self.as_standard_layout().into_owned()
    }

    #[inline]
    fn rows(&self) -> Cow<'_, [T]>
    where
        T: Clone,
    {
        match self.as_slice() {
            Some(elements) => Cow::Borrowed(elements),
            None => Cow::Owned(self.iter().cloned().collect()),
        }
    }
}

#[cold]
#[track_caller]
fn not_in_order() -> ! {
    panic!(
        "an array that is part of another value does not lie in memory row by row: \
         give it that layout before the call, by `array.as_standard_layout().into_owned()`"
    )
}

/// The elements of an array, row by row.
#[inline]
#[track_caller]
pub fn flat<A: Tensor + ?Sized>(of: &A) -> &[A::Element] {
    of.flat()
}

/// The same of an array that may lie in memory in any way: a copy, if it does not lie row by row.
#[inline]
pub fn rows<A: Tensor<Element: Clone> + ?Sized>(of: &A) -> Cow<'_, [A::Element]> {
    of.rows()
}

/// The same to be changed.
#[inline]
#[track_caller]
pub fn flat_mut<T, S: DataMut<Elem = T>, D: Dimension>(of: &mut ArrayBase<S, D>) -> &mut [T] {
    match of.as_slice_mut() {
        Some(elements) => elements,
        None => not_in_order(),
    }
}

/// A tangent or a seed of the caller's, row by row in memory.
///
/// # Panics
///
/// If it has another shape.
#[track_caller]
pub fn given<T: Clone, D: Dimension>(
    what: &str,
    shape: D::Pattern,
    given: Array<T, D>,
) -> Array<T, D>
where
    D::Pattern: IntoDimension<Dim = D>,
{
    check_shape(what, shape.into_dimension().slice(), given.shape());
    if given.is_standard_layout() { given } else { given.as_standard_layout().into_owned() }
}

/// A shadow of the caller's, while it is added to.
///
/// # Panics
///
/// If it has another shape.
#[track_caller]
pub fn shadow<'s, T: Clone, D: Dimension>(
    what: &str,
    shape: D::Pattern,
    shadow: &'s mut Array<T, D>,
) -> Shadow<'s, T, D>
where
    D::Pattern: IntoDimension<Dim = D>,
{
    check_shape(what, shape.into_dimension().slice(), shadow.shape());
    let copy = (!shadow.is_standard_layout()).then(|| shadow.as_standard_layout().into_owned());
    Shadow { given: shadow, copy }
}

/// A shadow of the caller's: one that does not lie in memory row by row is changed as a copy that does, and
/// written back.
#[derive(Debug)]
pub struct Shadow<'s, T: Clone, D: Dimension> {
    given: &'s mut Array<T, D>,
    copy: Option<Array<T, D>>,
}

impl<T: Clone, D: Dimension> Deref for Shadow<'_, T, D> {
    type Target = Array<T, D>;

    #[inline]
    fn deref(&self) -> &Array<T, D> {
        self.copy.as_ref().unwrap_or(self.given)
    }
}

impl<T: Clone, D: Dimension> DerefMut for Shadow<'_, T, D> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Array<T, D> {
        self.copy.as_mut().unwrap_or(self.given)
    }
}

impl<T: Clone, D: Dimension> Drop for Shadow<'_, T, D> {
    fn drop(&mut self) {
        if let Some(copy) = &self.copy {
            self.given.assign(copy);
        }
    }
}

#[track_caller]
fn check_shape(what: &str, expected: &[usize], got: &[usize]) {
    assert!(expected == got, "{what} has the shape {got:?}, but {expected:?} is needed");
}

/// The indices along an axis.
#[inline]
pub fn axis<A: Tensor + ?Sized>(of: &A, axis: usize) -> Range<usize> {
    0..of.len_of(axis)
}

/// A copy, row by row in memory.
#[inline]
pub fn owned<A: Tensor<Element: Clone> + ?Sized>(of: &A) -> Array<A::Element, A::Shape> {
    of.owned()
}

/// An array of that shape, to be written to before it is read.
#[inline]
pub fn blank<T: Default + Clone, const N: usize>(shape: [usize; N]) -> Array<T, Dim<[usize; N]>>
where
    [usize; N]: IntoDimension<Dim = Dim<[usize; N]>>,
    Dim<[usize; N]>: Dimension,
{
    ArrayBase::<OwnedRepr<T>, _>::from_elem(shape, T::default())
}

/// An array of the shape of another, to be written to before it is read.
#[inline]
pub fn blank_like<T: Default + Clone, A: Tensor + ?Sized>(of: &A) -> Array<T, A::Shape> {
    Array::from_elem(of.dimensions(), T::default())
}

/// Refuses operands of different shapes.
#[inline]
#[track_caller]
pub fn fit_like<A: Tensor + ?Sized, B: Tensor + ?Sized>(operation: &str, left: &A, right: &B) {
    fit(operation, left.dimensions().slice(), right.dimensions().slice());
}

/// Refuses operands whose shapes do not fit.
#[inline]
#[track_caller]
pub fn fit(operation: &str, left: &[usize], right: &[usize]) {
    if left != right {
        do_not_fit(operation, left, right);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn do_not_fit(operation: &str, left: &[usize], right: &[usize]) -> ! {
    let stretched = left.len() == right.len()
        && left.iter().zip(right).all(|(a, b)| a == b || *a == 1 || *b == 1);
    if stretched {
        panic!(
            "`{operation}` of arrays of the shapes {left:?} and {right:?}: an axis of length 1 is \
             stretched only where `insert_axis` or `broadcast` makes it"
        );
    }
    panic!("`{operation}` of arrays of the shapes {left:?} and {right:?}, which do not fit");
}

/// How far apart elements are along an axis that is seen with another length: not at all, if it is stretched.
///
/// # Panics
///
/// If it has another length, and more than one index.
#[inline]
#[track_caller]
pub fn stretched(length: usize, wanted: usize, stride: usize) -> usize {
    if length == wanted {
        return stride;
    }
    assert!(length == 1, "an axis of length {length} cannot be stretched to {wanted}");
    0
}

/// An end of a slice: negative ones count from the end of the axis.
#[inline]
#[track_caller]
pub fn end<I: TryInto<isize, Error: core::fmt::Debug>>(end: I, length: usize) -> usize {
    let end = end.try_into().expect("an index");
    if end < 0 { length - end.unsigned_abs() } else { end.unsigned_abs() }
}

/// How far apart the indices of a slice are.
#[inline]
#[track_caller]
pub fn step<I: TryInto<usize>>(step: I) -> usize {
    let step = step.try_into().unwrap_or(0);
    assert!(step > 0, "a slice that goes backwards has a step with a sign, as in `s![..;-1]`");
    step
}

/// Where a diagonal is in a row, within the columns.
#[inline]
pub fn diagonal(row: usize, offset: isize, columns: usize) -> usize {
    row.saturating_add_signed(offset).min(columns)
}

/// Refuses an array with another number of axes.
#[inline]
#[track_caller]
pub fn has_axes<A: Tensor + ?Sized>(of: &A, axes: usize) {
    let shape = of.dimensions();
    let shape = shape.slice();
    assert!(shape.len() == axes, "an array of the shape {shape:?} does not have {axes} axes");
}

/// An array of that shape, of which only the shape tells how many axes it has, to be written to before it is
/// read.
#[inline]
pub fn blank_dyn<T: Default + Clone, const N: usize>(shape: [usize; N]) -> Array<T, IxDyn> {
    Array::from_elem(&shape[..], T::default())
}

/// How many numbers there are from `lo` on, up to `hi`, as `ndarray` counts them.
#[inline]
pub fn steps<T: crate::Float>(lo: T, hi: T, step: T) -> usize {
    ((hi - lo) / step).ceil().to_usize().expect("a range of so many numbers")
}

/// A view of so many axes.
#[inline]
pub fn seen<'a, T, const N: usize>(
    of: &ArrayView<'a, T, Dim<[usize; N]>>,
) -> ArrayView<'a, T, Dim<[usize; N]>>
where
    Dim<[usize; N]>: Dimension,
{
    *of
}

/// Where a sum of an array's elements starts.
#[inline]
pub fn zero_in<T: crate::Float, D: Dimension>(_: &ArrayView<'_, T, D>) -> T {
    T::zero()
}
