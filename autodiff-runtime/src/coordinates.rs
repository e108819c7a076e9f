//! The floats inside a value, one by one, each with the path that leads to it.
//!
//! A primal and its tangent have the same coordinates in the same order, whatever their types: what is
//! constant in the primal has none. So two values of different types can be added or compared, and a
//! coordinate can be named. The tangent of an enum alone has more: those of the variants that the primal
//! is not in, where it is zero.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, collections::BTreeMap, rc::Rc, string::String, sync::Arc, vec::Vec};
use core::fmt;
use core::ops::{Range, RangeInclusive};

/// A part of the path that leads from a value to a coordinate.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::Segment;
///
/// let path = [Segment::Field("bodies"), Segment::Element(2), Segment::Position(0)];
/// assert_eq!(path.map(|segment| segment.to_string()).concat(), ".bodies[2].0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// An element of a sequence.
    Element(usize),
    /// A field of a tuple or of a tuple struct.
    Position(usize),
    /// A field of a struct.
    Field(&'static str),
    /// What a variant of an enum holds. A tangent has room for every variant, its primal is in one.
    Variant(&'static str),
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Segment::Element(index) => write!(f, "[{index}]"),
            Segment::Position(index) => write!(f, ".{index}"),
            Segment::Field(name) | Segment::Variant(name) => write!(f, ".{name}"),
        }
    }
}

/// Is shown the coordinates of a value; see [`Coordinates`].
pub trait Visitor {
    /// What follows lies one segment deeper.
    fn enter(&mut self, _segment: Segment) {}

    /// The last segment ends here.
    fn leave(&mut self) {}

    /// A coordinate in single precision.
    fn single(&mut self, value: f32);

    /// A coordinate in double precision.
    fn double(&mut self, value: f64);
}

/// Is lent the coordinates of a value, to change them; see [`CoordinatesMut`].
pub trait VisitorMut {
    /// A coordinate in single precision.
    fn single(&mut self, value: &mut f32);

    /// A coordinate in double precision.
    fn double(&mut self, value: &mut f64);
}

/// A value whose floats can be shown, one by one, in an order that depends on its shape alone.
///
/// # Examples
///
/// A struct shows its differentiable fields in order, each behind a [`Segment`]:
///
/// ```
/// use autodiff_runtime::{Coordinates, Segment, Visitor};
///
/// struct Body {
///     mass: f64,
///     position: [f64; 2],
/// }
///
/// impl Coordinates for Body {
///     fn visit(&self, visitor: &mut dyn Visitor) {
///         visitor.enter(Segment::Field("mass"));
///         self.mass.visit(visitor);
///         visitor.leave();
///         visitor.enter(Segment::Field("position"));
///         self.position.visit(visitor);
///         visitor.leave();
///     }
/// }
///
/// struct Sum(f64);
///
/// impl Visitor for Sum {
///     fn single(&mut self, value: f32) {
///         self.0 += f64::from(value);
///     }
///     fn double(&mut self, value: f64) {
///         self.0 += value;
///     }
/// }
///
/// let mut sum = Sum(0.0);
/// Body { mass: 1.0, position: [2.0, 3.0] }.visit(&mut sum);
/// assert_eq!(sum.0, 6.0);
/// ```
#[diagnostic::on_unimplemented(
    message = "[AD0410] the floats inside `{Self}` are not known",
    label = "no `Coordinates`",
    note = "floats, arrays, slices, `Vec` and tuples of them have coordinates; implement `autodiff::Coordinates` for a type of your own"
)]
pub trait Coordinates {
    /// Shows every coordinate to `visitor`.
    fn visit(&self, visitor: &mut dyn Visitor);
}

/// A value whose floats can be changed, one by one, in the order of [`Coordinates`].
///
/// # Examples
///
/// ```
/// use autodiff_runtime::{CoordinatesMut, VisitorMut};
///
/// struct Double;
///
/// impl VisitorMut for Double {
///     fn single(&mut self, value: &mut f32) {
///         *value *= 2.0;
///     }
///     fn double(&mut self, value: &mut f64) {
///         *value *= 2.0;
///     }
/// }
///
/// let mut x = (vec![1.0_f32, 2.0], 3_usize, [4.0_f64]);
/// x.visit_mut(&mut Double);
/// assert_eq!(x, (vec![2.0, 4.0], 3, [8.0]));
/// ```
#[diagnostic::on_unimplemented(
    message = "[AD0410] the floats inside `{Self}` are not known, or cannot be changed",
    label = "no `CoordinatesMut`",
    note = "floats, arrays, `Vec` and tuples of them have coordinates; pass data instead of a shared reference to it, or implement `autodiff::CoordinatesMut` for a type of your own; in `check!`, write `const` before an argument that is not differentiated"
)]
pub trait CoordinatesMut: Coordinates {
    /// Lends every coordinate to `visitor`.
    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut);
}

macro_rules! floats {
    ($($float:ty: $visit:ident),*) => {$(
        impl Coordinates for $float {
            fn visit(&self, visitor: &mut dyn Visitor) {
                visitor.$visit(*self);
            }
        }

        impl CoordinatesMut for $float {
            fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
                visitor.$visit(self);
            }
        }
    )*};
}
floats!(f32: single, f64: double);

macro_rules! constants {
    ($([$($generics:tt)*] $ty:ty),* $(,)?) => {$(
        impl<$($generics)*> Coordinates for $ty {
            fn visit(&self, _: &mut dyn Visitor) {}
        }

        impl<$($generics)*> CoordinatesMut for $ty {
            fn visit_mut(&mut self, _: &mut dyn VisitorMut) {}
        }
    )*};
}
constants! {
    [] i8, [] i16, [] i32, [] i64, [] i128, [] isize,
    [] u8, [] u16, [] u32, [] u64, [] u128, [] usize,
    [] bool, [] char, [] str, [] (),
    [T] Range<T>, [T] RangeInclusive<T>,
}
#[cfg(feature = "alloc")]
constants!([] String);

macro_rules! pointers {
    ($($ty:ty),*) => {$(
        impl<T: Coordinates + ?Sized> Coordinates for $ty {
            fn visit(&self, visitor: &mut dyn Visitor) {
                (**self).visit(visitor);
            }
        }
    )*};
}
pointers!(&T, &mut T);
#[cfg(feature = "alloc")]
pointers!(Box<T>, Rc<T>, Arc<T>);

macro_rules! owning_pointers {
    ($($ty:ty),*) => {$(
        impl<T: CoordinatesMut + ?Sized> CoordinatesMut for $ty {
            fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
                (**self).visit_mut(visitor);
            }
        }
    )*};
}
owning_pointers!(&mut T);
#[cfg(feature = "alloc")]
owning_pointers!(Box<T>);

impl CoordinatesMut for &str {
    fn visit_mut(&mut self, _: &mut dyn VisitorMut) {}
}

impl<T: Coordinates> Coordinates for [T] {
    fn visit(&self, visitor: &mut dyn Visitor) {
        for (index, element) in self.iter().enumerate() {
            visitor.enter(Segment::Element(index));
            element.visit(visitor);
            visitor.leave();
        }
    }
}

impl<T: CoordinatesMut> CoordinatesMut for [T] {
    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
        for element in self {
            element.visit_mut(visitor);
        }
    }
}

macro_rules! sequences {
    ($([$($generics:tt)*] $ty:ty),*) => {$(
        impl<T: Coordinates, $($generics)*> Coordinates for $ty {
            fn visit(&self, visitor: &mut dyn Visitor) {
                self.as_slice().visit(visitor);
            }
        }

        impl<T: CoordinatesMut, $($generics)*> CoordinatesMut for $ty {
            fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
                self.as_mut_slice().visit_mut(visitor);
            }
        }
    )*};
}
sequences!([const N: usize] [T; N]);
#[cfg(feature = "alloc")]
sequences!([] Vec<T>);

impl<T: Coordinates> Coordinates for Option<T> {
    fn visit(&self, visitor: &mut dyn Visitor) {
        if let Some(inner) = self {
            inner.visit(visitor);
        }
    }
}

impl<T: CoordinatesMut> CoordinatesMut for Option<T> {
    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
        if let Some(inner) = self {
            inner.visit_mut(visitor);
        }
    }
}

macro_rules! tuples {
    ($($($name:ident $index:tt)+;)*) => {$(
        impl<$($name: Coordinates),+> Coordinates for ($($name,)+) {
            fn visit(&self, visitor: &mut dyn Visitor) {
                $(
                    visitor.enter(Segment::Position($index));
                    self.$index.visit(visitor);
                    visitor.leave();
                )+
            }
        }

        impl<$($name: CoordinatesMut),+> CoordinatesMut for ($($name,)+) {
            fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
                $(self.$index.visit_mut(visitor);)+
            }
        }
    )*};
}
tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11;
}

/// A coordinate as it is found.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Coordinate {
    /// Where it is.
    pub path: Vec<Segment>,
    /// Its value.
    pub value: f64,
    /// Whether it is an `f32`.
    pub single: bool,
}

#[cfg(feature = "alloc")]
impl Coordinate {
    /// Whether it lies in a variant of an enum.
    fn is_of_a_variant(&self) -> bool {
        self.path.iter().any(|segment| matches!(segment, Segment::Variant(_)))
    }
}

/// All coordinates of a value.
#[cfg(feature = "alloc")]
pub(crate) fn coordinates<T: Coordinates + ?Sized>(value: &T) -> Vec<Coordinate> {
    struct List {
        path: Vec<Segment>,
        found: Vec<Coordinate>,
    }

    impl Visitor for List {
        fn enter(&mut self, segment: Segment) {
            self.path.push(segment);
        }

        fn leave(&mut self) {
            self.path.pop();
        }

        fn single(&mut self, value: f32) {
            let (path, value) = (self.path.clone(), f64::from(value));
            self.found.push(Coordinate { path, value, single: true });
        }

        fn double(&mut self, value: f64) {
            self.found.push(Coordinate { path: self.path.clone(), value, single: false });
        }
    }

    let mut list = List { path: Vec::new(), found: Vec::new() };
    value.visit(&mut list);
    list.found
}

/// Whether a part of the value is an enum's.
#[cfg(feature = "alloc")]
pub(crate) fn has_variants<T: Coordinates + ?Sized>(value: &T) -> bool {
    struct Variants(bool);

    impl Visitor for Variants {
        fn enter(&mut self, segment: Segment) {
            self.0 |= matches!(segment, Segment::Variant(_));
        }

        fn single(&mut self, _: f32) {}

        fn double(&mut self, _: f64) {}
    }

    let mut variants = Variants(false);
    value.visit(&mut variants);
    variants.0
}

/// The values that `of` has at the paths of `like`, in their order.
///
/// A path that only one of them has leads into a variant of an enum that the other is not in. There `of` is
/// zero: none if it is not, or if the paths differ elsewhere.
#[cfg(feature = "alloc")]
pub(crate) fn matched(of: &[Coordinate], like: &[Coordinate]) -> Option<Vec<f64>> {
    if of.iter().map(|c| &c.path).eq(like.iter().map(|c| &c.path)) {
        return Some(of.iter().map(|c| c.value).collect());
    }
    let mut rest: BTreeMap<_, _> = of.iter().map(|c| (&c.path, c)).collect();
    let values = like
        .iter()
        .map(|like| match rest.remove(&like.path) {
            Some(same) => Some(same.value),
            None => like.is_of_a_variant().then_some(0.0),
        })
        .collect::<Option<_>>()?;
    rest.values().all(|c| c.value == 0.0 && c.is_of_a_variant()).then_some(values)
}

/// The values of all coordinates.
#[cfg(feature = "alloc")]
pub(crate) fn values<T: Coordinates + ?Sized>(value: &T) -> Vec<f64> {
    struct List(Vec<f64>);

    impl Visitor for List {
        fn single(&mut self, value: f32) {
            self.0.push(f64::from(value));
        }

        fn double(&mut self, value: f64) {
            self.0.push(value);
        }
    }

    let mut list = List(Vec::new());
    value.visit(&mut list);
    list.0
}

/// Changes every coordinate, given its number.
#[cfg(feature = "alloc")]
pub(crate) fn change<T: CoordinatesMut + ?Sized>(
    value: &mut T,
    change: impl FnMut(usize, f64) -> f64,
) {
    struct Change<F> {
        next: usize,
        change: F,
    }

    impl<F: FnMut(usize, f64) -> f64> Change<F> {
        fn apply(&mut self, value: f64) -> f64 {
            self.next += 1;
            (self.change)(self.next - 1, value)
        }
    }

    impl<F: FnMut(usize, f64) -> f64> VisitorMut for Change<F> {
        fn single(&mut self, value: &mut f32) {
            *value = self.apply(f64::from(*value)) as f32;
        }

        fn double(&mut self, value: &mut f64) {
            *value = self.apply(*value);
        }
    }

    value.visit_mut(&mut Change { next: 0, change });
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    fn every_coordinate_has_a_path() {
        let value = (vec![[1.0_f32, 2.0]], 7_usize, (3.0, "text".to_owned()), Some(Box::new(4.0)));
        let paths = coordinates(&value).into_iter().map(|c| {
            let path: String = c.path.iter().map(Segment::to_string).collect();
            (path, c.value, c.single)
        });
        let expected = [
            (".0[0][0]", 1.0, true),
            (".0[0][1]", 2.0, true),
            (".2.0", 3.0, false),
            (".3", 4.0, false),
        ];
        assert!(paths.eq(expected.map(|(path, value, single)| (path.to_owned(), value, single))));
    }

    #[test]
    fn coordinates_are_changed_in_the_same_order() {
        let mut value = (vec![[1.0_f32, 2.0]], 7_usize, (3.0, 'c'), Some(Box::new(4.0)));
        change(&mut value, |i, x| 10.0 * i as f64 + x);
        assert_eq!(value, (vec![[1.0, 12.0]], 7, (23.0, 'c'), Some(Box::new(34.0))));
        assert_eq!(values(&value), [1.0, 12.0, 23.0, 34.0]);
    }
}
