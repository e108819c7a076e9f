//! The check of a whole function under `#[differentiate]`, from an ordinary call of it.

use super::outcome::{Error, Kind, Names, Report};
use super::settings::Check;
use super::subject::Subject;
use crate::private::NotInWrt;
use crate::{Coordinates, CoordinatesMut, Differentiable, Graph, Segment, SetZero};

/// Checks a function under `#[differentiate]` at the arguments of an ordinary call: every pullback and
/// every pushforward against central differences of the function itself, in every coordinate of every
/// argument that is differentiated. What a `&mut` argument holds afterwards is a result like another.
///
/// Gives a [`Report`](crate::check::Report) or an [`Error`](crate::check::Error), which name the arguments
/// as the function's parameters are named. Settings are a [`Check`](crate::check::Check) before the call,
/// with a semicolon between the two.
///
/// Arguments are written as in a call, with their `&` and `&mut`: of what is behind a reference a copy is
/// changed. A variable that is a reference itself is written `&*x`. With `const` before it, an argument is
/// held constant and evaluated for each call anew: that is for types of which nothing is differentiated,
/// such as the configuration of a model.
///
/// # Errors
///
/// If a derivative disagrees with differences, or cannot be checked.
///
/// # Examples
///
/// ```
/// use autodiff::check::{self, Check};
/// use autodiff::differentiate;
///
/// #[differentiate]
/// fn loss(x: &[f64], w: f64, n: usize) -> f64 {
///     x.iter().take(n).map(|x| w * x * x).sum()
/// }
///
/// let x = vec![1.0, 2.0, 3.0];
/// let report = autodiff::check!(loss(&x, 0.5, 2)).unwrap();
/// assert_eq!(report.compared, 8); // four coordinates in two modes
///
/// autodiff::check!(Check::new().directions(3); loss(&x, 0.5, 2)).unwrap();
///
/// struct Model {
///     rate: f64,
/// }
///
/// #[differentiate(wrt(x))]
/// fn decay(x: f64, model: &Model) -> f64 {
///     x * (-model.rate).exp()
/// }
///
/// let model = Model { rate: 0.5 };
/// autodiff::check!(decay(2.0, const &model)).unwrap();
/// ```
#[macro_export]
macro_rules! check {
    ($($f:ident)::+ ($($arguments:tt)*)) => {
        $crate::check!($crate::check::Check::new(); $($f)::+ ($($arguments)*))
    };
    ($check:expr; $($f:ident)::+ ($($arguments:tt)*)) => {
        $crate::__check_arguments!(
            $check; ($($f)::+)
            [
                (x0 bar0) (x1 bar1) (x2 bar2) (x3 bar3) (x4 bar4) (x5 bar5)
                (x6 bar6) (x7 bar7) (x8 bar8) (x9 bar9) (x10 bar10) (x11 bar11)
            ]
            [] [] $($arguments)*
        )
    };
}

/// Tells `const x`, `&mut x`, `&x` and `x` apart, and gives each argument variables; those of `&mut` once more.
#[doc(hidden)]
#[macro_export]
macro_rules! __check_arguments {
    ($check:expr; $f:tt $free:tt [$($argument:tt)*] [$($in_place:tt)*]) => {
        $crate::__check_call!($check; $f [$($argument)*] [$($in_place)*])
    };
    (
        $check:expr; $f:tt [($x:ident $bar:ident) $($free:tt)*] [$($argument:tt)*] $in_place:tt
        const $value:expr $(, $($rest:tt)*)?
    ) => {
        $crate::__check_arguments!(
            $check; $f [$($free)*]
            [$($argument)* { $x $bar ($value) (()) false }]
            $in_place
            $($($rest)*)?
        )
    };
    (
        $check:expr; $f:tt [($x:ident $bar:ident) $($free:tt)*] [$($argument:tt)*] [$($in_place:tt)*]
        &mut $value:expr $(, $($rest:tt)*)?
    ) => {
        $crate::__check_arguments!(
            $check; $f [$($free)*]
            [$($argument)* { $x $bar (&mut $x) (::std::borrow::ToOwned::to_owned(&$value)) true }]
            [$($in_place)* { $x $bar }]
            $($($rest)*)?
        )
    };
    (
        $check:expr; $f:tt [($x:ident $bar:ident) $($free:tt)*] [$($argument:tt)*] $in_place:tt
        & $value:expr $(, $($rest:tt)*)?
    ) => {
        $crate::__check_arguments!(
            $check; $f [$($free)*]
            [$($argument)* { $x $bar (&$x) (::std::borrow::ToOwned::to_owned(&$value)) false }]
            $in_place
            $($($rest)*)?
        )
    };
    (
        $check:expr; $f:tt [($x:ident $bar:ident) $($free:tt)*] [$($argument:tt)*] $in_place:tt
        $value:expr $(, $($rest:tt)*)?
    ) => {
        $crate::__check_arguments!(
            $check; $f [$($free)*]
            [$($argument)* { $x $bar ($x) ($value) false }]
            $in_place
            $($($rest)*)?
        )
    };
}

/// Calls [`Check::function`].
#[doc(hidden)]
#[macro_export]
macro_rules! __check_call {
    (
        $check:expr; ($($f:ident)::+)
        [$({ $x:ident $bar:ident ($($pass:tt)*) ($value:expr) $is_in_place:tt })*]
        [$({ $changed:ident $changed_bar:ident })*]
    ) => {
        $crate::check::Check::function(
            &$check,
            $($f)::+::GRAPH,
            &[$($is_in_place),*],
            |point| {
                #[allow(unused_mut, unused_variables)]
                let ($(mut $x,)*) = ::std::clone::Clone::clone(point);
                let value = $($f)::+($($($pass)*),*);
                (value, ($($changed,)*))
            },
            |point, seed| {
                #[allow(unused_mut, unused_variables)]
                let ($(mut $x,)*) = ::std::clone::Clone::clone(point);
                #[allow(unused_mut)]
                let ($(mut $bar,)*) = $crate::Differentiable::zero_tangent(point);
                let (seed, after) = seed;
                #[allow(unused_mut, clippy::unused_unit)]
                let ($(mut $changed_bar,)*) = after;
                let value = $($f)::+::__vjp_into(
                    $($($pass)*,)* seed, $($crate::check::bar(&mut $bar)),*
                );
                ((value, ($($changed,)*)), ($($bar,)*))
            },
            |point, tangent| {
                #[allow(unused_mut, unused_variables)]
                let ($(mut $x,)*) = ::std::clone::Clone::clone(point);
                #[allow(unused_mut)]
                let ($(mut $bar,)*) = tangent;
                let (value, tangent) = $($f)::+::__jvp(
                    $($($pass)*,)* $($crate::check::bar(&mut $bar)),*
                );
                ((value, ($($changed,)*)), (tangent, ($($changed_bar,)*)))
            },
            ($($value,)*),
        )
    };
}

/// What a derivative takes for the shadow or the tangent of an argument, made of an owned one.
#[doc(hidden)]
pub trait Bar<'a, T> {
    /// Lends it.
    fn lend(bar: &'a mut T) -> Self;
}

/// See [`Bar`].
#[doc(hidden)]
pub fn bar<'a, T, B: Bar<'a, T>>(bar: &'a mut T) -> B {
    B::lend(bar)
}

impl<'a, T: SetZero> Bar<'a, T> for &'a mut T {
    fn lend(bar: &'a mut T) -> Self {
        bar
    }
}

impl<'a, T: SetZero> Bar<'a, T> for Option<&'a mut T> {
    fn lend(bar: &'a mut T) -> Self {
        Some(bar)
    }
}

impl<'a, T: SetZero> Bar<'a, T> for Option<&'a T> {
    fn lend(bar: &'a mut T) -> Self {
        Some(bar)
    }
}

macro_rules! sequences {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<'a, T, $($generics)*> Bar<'a, $ty> for &'a mut [T] {
            fn lend(bar: &'a mut $ty) -> Self {
                bar
            }
        }

        impl<'a, T, $($generics)*> Bar<'a, $ty> for Option<&'a mut [T]> {
            fn lend(bar: &'a mut $ty) -> Self {
                Some(bar)
            }
        }

        impl<'a, T, $($generics)*> Bar<'a, $ty> for Option<&'a [T]> {
            fn lend(bar: &'a mut $ty) -> Self {
                Some(bar)
            }
        }
    )*};
}
sequences! {
    [] Vec<T>;
    [const N: usize] [T; N];
}

/// Constants made of constants.
macro_rules! constants {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<$($generics)*> Bar<'_, $ty> for Option<&mut ()> {
            fn lend(_: &mut $ty) -> Self {
                None
            }
        }

        impl<$($generics)*> Bar<'_, $ty> for Option<&()> {
            fn lend(_: &mut $ty) -> Self {
                None
            }
        }
    )*};
}
constants! {
    [T] Vec<T>;
    [T, const N: usize] [T; N];
    [T] Option<T>;
    [A, B] (A, B);
    [A, B, C] (A, B, C);
    [A, B, C, D] (A, B, C, D);
}

impl<T> Bar<'_, T> for Option<&mut NotInWrt> {
    fn lend(_: &mut T) -> Self {
        None
    }
}

impl<T> Bar<'_, T> for Option<&NotInWrt> {
    fn lend(_: &mut T) -> Self {
        None
    }
}

/// The returned value, and what is changed in place.
type Results<V, A> = (V, A);

/// The tangents of these.
type Tangents<V, A> = (<V as Differentiable>::Tangent, <A as Differentiable>::Tangent);

impl Check {
    /// Checks both modes of a function; [`check!`](crate::check!) calls this.
    ///
    /// # Errors
    ///
    /// If a derivative disagrees with differences, or cannot be checked.
    #[doc(hidden)]
    pub fn function<P, V, A>(
        &self,
        graph: &Graph,
        in_place: &[bool],
        function: impl Fn(&P) -> Results<V, A>,
        vjp: impl Fn(&P, Tangents<V, A>) -> (Results<V, A>, P::Tangent),
        jvp: impl Fn(&P, P::Tangent) -> (Results<V, A>, Tangents<V, A>),
        at: P,
    ) -> Result<Report, Error>
    where
        P: Clone + Differentiable<Tangent: CoordinatesMut> + CoordinatesMut,
        V: Differentiable<Tangent: CoordinatesMut> + Coordinates,
        A: Differentiable<Tangent: CoordinatesMut> + Coordinates,
    {
        let parameters: Vec<_> = graph.nodes().iter().take(in_place.len()).collect();
        let own = |i: usize| parameters[i].label().unwrap_or_default().to_owned();
        let arguments: Vec<String> = match &self.names.arguments[..] {
            [] => (0..in_place.len()).map(own).collect(),
            given => given.to_vec(),
        };
        let changed = arguments.iter().zip(in_place).filter(|(_, in_place)| **in_place);
        let changed = changed.map(|(name, _)| name.clone()).collect();
        let names = Names { arguments, result: Kind::InPlace(changed) };
        let is_active = |path: &[Segment]| match path.first() {
            Some(Segment::Position(i)) => parameters[*i].requires_grad(),
            _ => false,
        };
        let subject = Subject::new(&function, &at, &names, &self.settings, &is_active)?;
        let seed = function(&at).zero_tangent();
        let pulled = self.pulled("vjp", &subject, &mut |values| {
            let (value, gradient) = vjp(&at, subject.seed(&seed, values)?);
            subject.same_value(&value)?;
            subject.tangent("vjp", &gradient)
        });
        let tangent = at.zero_tangent();
        let pushed = self.pushed("jvp", &subject, &mut |values| {
            let (value, tangent) = jvp(&at, subject.along(&tangent, values)?);
            subject.same_value(&value)?;
            subject.pushed("jvp", &tangent)
        });
        Ok(pulled?.with(pushed?, "derivative"))
    }
}
