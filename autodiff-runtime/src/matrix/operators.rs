//! Derivatives of the operators of `nalgebra`, whichever of the operands are borrowed.

use core::borrow::Borrow;

use nalgebra::SMatrix;

use crate::Float;
use crate::private::operator::second::{BinaryTwice, UnaryTwice};
use crate::private::operator::{
    Add, AddAssign, Binary, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign, Unary,
};

/// One operator for several forms of its operands. It is linear in the seed, and in each tangent.
macro_rules! binary {
    ($($generics:tt $op:ident $operands:tt: $(($l:ty, $r:ty))* => $rule:tt)*) => {$(
        binary!(@forms $generics $op $operands $rule $(($l, $r))*);
    )*};
    (@forms $generics:tt $op:ident $operands:tt $rule:tt $form:tt $($forms:tt)*) => {
        binary!(@form $generics $op $operands $rule $form);
        binary!(@forms $generics $op $operands $rule $($forms)*);
    };
    (@forms $generics:tt $op:ident $operands:tt $rule:tt) => {};
    (
        @form [$($generics:tt)*] $op:ident
        ($a:ident: $lhs:ty, $b:ident: $rhs:ty, $seed:ty)
        {
            bars($g:ident) = $bars:expr;
            dot($a_dot:ident) = $left:expr;
            dot($b_dot:ident) = $right:expr;
            bars_dot($gs:ident, $h:ident, $da:ident, $db:ident) = $dots:expr;
        }
        ($l:ty, $r:ty)
    ) => {
        impl<$($generics)*> BinaryTwice<$op, $r> for $l {
            #[inline]
            fn bars_dot(
                &self,
                rhs: &$r,
                ($gs, $h): (&$seed, &$seed),
                lhs: Option<&$lhs>,
                rhs_dot: Option<&$rhs>,
            ) -> ($lhs, $rhs) {
                let ($a, $b): (&$lhs, &$rhs) = (self.borrow(), rhs.borrow());
                let $da = lhs.copied().unwrap_or_else(num_traits::Zero::zero);
                let $db = rhs_dot.copied().unwrap_or_else(num_traits::Zero::zero);
                $dots
            }
        }

        impl<$($generics)*> Binary<$op, $r> for $l {
            type Seed = $seed;
            type Lhs = $lhs;
            type Rhs = $rhs;

            #[inline]
            fn bars(&self, rhs: &$r, $g: $seed) -> ($lhs, $rhs) {
                let ($a, $b): (&$lhs, &$rhs) = (self.borrow(), rhs.borrow());
                $bars
            }

            #[inline]
            fn dot(&self, rhs: &$r, lhs: Option<&$lhs>, rhs_dot: Option<&$rhs>) -> $seed {
                let ($a, $b): (&$lhs, &$rhs) = (self.borrow(), rhs.borrow());
                match (lhs.map(|$a_dot| $left), rhs_dot.map(|$b_dot| $right)) {
                    (Some(left), Some(right)) => left + right,
                    (left, right) => left.or(right).unwrap_or_else(<$seed>::zeros),
                }
            }
        }
    };
}

type M<T, const R: usize, const C: usize> = SMatrix<T, R, C>;

binary! {
    [T: Float, const R: usize, const C: usize] Add(_a: M<T, R, C>, _b: M<T, R, C>, M<T, R, C>):
    (M<T, R, C>, M<T, R, C>) (&M<T, R, C>, M<T, R, C>)
    (M<T, R, C>, &M<T, R, C>) (&M<T, R, C>, &M<T, R, C>) => {
        bars(g) = (g, g);
        dot(a_dot) = *a_dot;
        dot(b_dot) = *b_dot;
        bars_dot(_g, h, _da, _db) = (*h, *h);
    }
    [T: Float, const R: usize, const C: usize] Sub(_a: M<T, R, C>, _b: M<T, R, C>, M<T, R, C>):
    (M<T, R, C>, M<T, R, C>) (&M<T, R, C>, M<T, R, C>)
    (M<T, R, C>, &M<T, R, C>) (&M<T, R, C>, &M<T, R, C>) => {
        bars(g) = (g, -g);
        dot(a_dot) = *a_dot;
        dot(b_dot) = -b_dot;
        bars_dot(_g, h, _da, _db) = (*h, -h);
    }
    [T: Float, const R: usize, const K: usize, const C: usize]
    Mul(a: M<T, R, K>, b: M<T, K, C>, M<T, R, C>):
    (M<T, R, K>, M<T, K, C>) (&M<T, R, K>, M<T, K, C>)
    (M<T, R, K>, &M<T, K, C>) (&M<T, R, K>, &M<T, K, C>) => {
        bars(g) = (g * b.transpose(), a.transpose() * g);
        dot(a_dot) = a_dot * b;
        dot(b_dot) = a * b_dot;
        bars_dot(g, h, da, db) =
            (h * b.transpose() + g * db.transpose(), a.transpose() * h + da.transpose() * g);
    }
    [T: Float, const R: usize, const C: usize] Mul(a: M<T, R, C>, b: T, M<T, R, C>):
    (M<T, R, C>, T) (&M<T, R, C>, T) => {
        bars(g) = (g * *b, g.dot(a));
        dot(a_dot) = a_dot * *b;
        dot(b_dot) = a * *b_dot;
        bars_dot(g, h, da, db) = (h * *b + g * db, h.dot(a) + g.dot(&da));
    }
    [T: Float, const R: usize, const C: usize] Div(a: M<T, R, C>, b: T, M<T, R, C>):
    (M<T, R, C>, T) (&M<T, R, C>, T) => {
        bars(g) = (g / *b, -g.dot(&(a / *b)) / *b);
        dot(a_dot) = a_dot / *b;
        dot(b_dot) = -(a / *b) * *b_dot / *b;
        bars_dot(g, h, da, db) = {
            let (quotient, part) = (a / *b, g / *b);
            let quotient_dot = (da - quotient * db) / *b;
            let part_dot = (h - part * db) / *b;
            (part_dot, -(part_dot.dot(&quotient) + part.dot(&quotient_dot)))
        };
    }
    // `nalgebra` multiplies from the left by numbers of these types alone.
    [const R: usize, const C: usize] Mul(a: f32, b: M<f32, R, C>, M<f32, R, C>):
    (f32, M<f32, R, C>) (f32, &M<f32, R, C>) => {
        bars(g) = (g.dot(b), g * *a);
        dot(a_dot) = b * *a_dot;
        dot(b_dot) = b_dot * *a;
        bars_dot(g, h, da, db) = (h.dot(b) + g.dot(&db), h * *a + g * da);
    }
    [const R: usize, const C: usize] Mul(a: f64, b: M<f64, R, C>, M<f64, R, C>):
    (f64, M<f64, R, C>) (f64, &M<f64, R, C>) => {
        bars(g) = (g.dot(b), g * *a);
        dot(a_dot) = b * *a_dot;
        dot(b_dot) = b_dot * *a;
        bars_dot(g, h, da, db) = (h.dot(b) + g.dot(&db), h * *a + g * da);
    }
}

/// `a op= b` has the derivative of `a op b`.
macro_rules! assign {
    ($($assign:ident $op:ident $bar:ty: $rhs:ty;)*) => {$(
        impl<T: Float, const R: usize, const C: usize> Binary<$assign, $rhs> for M<T, R, C> {
            type Seed = Self;
            type Lhs = Self;
            type Rhs = $bar;

            #[inline]
            fn bars(&self, rhs: &$rhs, seed: Self) -> (Self, $bar) {
                Binary::<$op, $rhs>::bars(self, rhs, seed)
            }

            #[inline]
            fn dot(&self, rhs: &$rhs, lhs: Option<&Self>, rhs_dot: Option<&$bar>) -> Self {
                Binary::<$op, $rhs>::dot(self, rhs, lhs, rhs_dot)
            }
        }

        impl<T: Float, const R: usize, const C: usize> BinaryTwice<$assign, $rhs> for M<T, R, C> {
            #[inline]
            fn bars_dot(
                &self,
                rhs: &$rhs,
                seeds: (&Self, &Self),
                lhs: Option<&Self>,
                rhs_dot: Option<&$bar>,
            ) -> (Self, $bar) {
                BinaryTwice::<$op, $rhs>::bars_dot(self, rhs, seeds, lhs, rhs_dot)
            }
        }
    )*};
}
assign! {
    AddAssign Add M<T, R, C>: M<T, R, C>;
    AddAssign Add M<T, R, C>: &M<T, R, C>;
    SubAssign Sub M<T, R, C>: M<T, R, C>;
    SubAssign Sub M<T, R, C>: &M<T, R, C>;
    MulAssign Mul M<T, C, C>: M<T, C, C>;
    MulAssign Mul M<T, C, C>: &M<T, C, C>;
    MulAssign Mul T: T;
    DivAssign Div T: T;
}

macro_rules! negated {
    ($($of:ty)*) => {$(
        impl<T: Float, const R: usize, const C: usize> Unary<Neg> for $of {
            type Seed = M<T, R, C>;
            type Of = M<T, R, C>;

            #[inline]
            fn bar(&self, seed: M<T, R, C>) -> M<T, R, C> {
                -seed
            }

            #[inline]
            fn dot(&self, dot: &M<T, R, C>) -> M<T, R, C> {
                -dot
            }
        }

        impl<T: Float, const R: usize, const C: usize> UnaryTwice<Neg> for $of {
            #[inline]
            fn bar_dot(
                &self,
                (_, seed_dot): (&M<T, R, C>, &M<T, R, C>),
                _: Option<&M<T, R, C>>,
            ) -> M<T, R, C> {
                -seed_dot
            }
        }
    )*};
}
negated!(M<T, R, C> &M<T, R, C>);
