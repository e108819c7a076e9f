//! Products of matrices and vectors, with derivatives: of `C = A B` the adjoints are `C_bar Bᵀ` and
//! `Aᵀ C_bar` (M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
//! differentiation", 2008), added to their shadows by the product itself.

use ndarray::linalg::{Dot, general_mat_mul, general_mat_vec_mul};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, ArrayViewMut2, Data, Ix1, Ix2};

use crate::Float;

/// `self · B`, where `self` or `B` may be transposed.
#[diagnostic::on_unimplemented(
    message = "[AD0415] there is no product of `{Self}` and `{B}`",
    label = "these are no arrays of one type of float, of one or two axes"
)]
pub trait Product<B> {
    /// What it gives, and the type of its adjoint.
    type Output;
    /// The adjoint of the left factor.
    type Lhs;
    /// The adjoint of the right factor.
    type Rhs;

    /// The product.
    fn product(&self, b: &B, forms: [bool; 2]) -> Self::Output;

    /// Adds the adjoints to the shadows.
    fn bars(
        &self,
        b: &B,
        forms: [bool; 2],
        seed: &Self::Output,
        a_bar: Option<&mut Self::Lhs>,
        b_bar: Option<&mut Self::Rhs>,
    );

    /// The tangent.
    fn along(
        &self,
        b: &B,
        forms: [bool; 2],
        a_dot: Option<&Self::Lhs>,
        b_dot: Option<&Self::Rhs>,
    ) -> Self::Output;
}

/// A matrix, transposed if it is to be.
fn as_is<T, S: Data<Elem = T>>(of: &ArrayBase<S, Ix2>, transposed: bool) -> ArrayView2<'_, T> {
    if transposed { of.t() } else { of.view() }
}

fn as_is_mut<T>(of: &mut Array2<T>, transposed: bool) -> ArrayViewMut2<'_, T> {
    let view = of.view_mut();
    if transposed { view.reversed_axes() } else { view }
}

impl<T: Float, S: Data<Elem = T>, R: Data<Elem = T>> Product<ArrayBase<R, Ix2>>
    for ArrayBase<S, Ix2>
{
    type Output = Array2<T>;
    type Lhs = Array2<T>;
    type Rhs = Array2<T>;

    fn product(&self, b: &ArrayBase<R, Ix2>, [left, right]: [bool; 2]) -> Array2<T> {
        let product = Dot::dot(&*as_is(self, left), &*as_is(b, right));
        product.as_standard_layout().into_owned()
    }

    fn bars(
        &self,
        b: &ArrayBase<R, Ix2>,
        [left, right]: [bool; 2],
        seed: &Array2<T>,
        a_bar: Option<&mut Array2<T>>,
        b_bar: Option<&mut Array2<T>>,
    ) {
        let one = T::one();
        if let Some(a_bar) = a_bar {
            general_mat_mul(one, seed, &as_is(b, right).t(), one, &mut as_is_mut(a_bar, left));
        }
        if let Some(b_bar) = b_bar {
            general_mat_mul(one, &as_is(self, left).t(), seed, one, &mut as_is_mut(b_bar, right));
        }
    }

    fn along(
        &self,
        b: &ArrayBase<R, Ix2>,
        [left, right]: [bool; 2],
        a_dot: Option<&Array2<T>>,
        b_dot: Option<&Array2<T>>,
    ) -> Array2<T> {
        let (a, b) = (as_is(self, left), as_is(b, right));
        let mut dot = Array2::zeros((a.nrows(), b.ncols()));
        let one = T::one();
        if let Some(a_dot) = a_dot {
            general_mat_mul(one, &as_is(a_dot, left), &b, one, &mut dot);
        }
        if let Some(b_dot) = b_dot {
            general_mat_mul(one, &a, &as_is(b_dot, right), one, &mut dot);
        }
        dot
    }
}

/// Adds the outer product of two vectors.
fn add_outer<T: Float, S: Data<Elem = T>, R: Data<Elem = T>>(
    mut to: ArrayViewMut2<'_, T>,
    rows: &ArrayBase<S, Ix1>,
    columns: &ArrayBase<R, Ix1>,
) {
    for (mut row, by) in to.outer_iter_mut().zip(rows) {
        row.zip_mut_with(columns, |to, x| *to += *by * *x);
    }
}

impl<T: Float, S: Data<Elem = T>, R: Data<Elem = T>> Product<ArrayBase<R, Ix1>>
    for ArrayBase<S, Ix2>
{
    type Output = Array1<T>;
    type Lhs = Array2<T>;
    type Rhs = Array1<T>;

    fn product(&self, b: &ArrayBase<R, Ix1>, [left, _]: [bool; 2]) -> Array1<T> {
        Dot::dot(&*as_is(self, left), &**b)
    }

    fn bars(
        &self,
        b: &ArrayBase<R, Ix1>,
        [left, _]: [bool; 2],
        seed: &Array1<T>,
        a_bar: Option<&mut Array2<T>>,
        b_bar: Option<&mut Array1<T>>,
    ) {
        if let Some(a_bar) = a_bar {
            add_outer(as_is_mut(a_bar, left), seed, b);
        }
        if let Some(b_bar) = b_bar {
            let one = T::one();
            general_mat_vec_mul(one, &as_is(self, left).t(), seed, one, b_bar);
        }
    }

    fn along(
        &self,
        b: &ArrayBase<R, Ix1>,
        [left, _]: [bool; 2],
        a_dot: Option<&Array2<T>>,
        b_dot: Option<&Array1<T>>,
    ) -> Array1<T> {
        let a = as_is(self, left);
        let mut dot = Array1::zeros(a.nrows());
        let one = T::one();
        if let Some(a_dot) = a_dot {
            general_mat_vec_mul(one, &as_is(a_dot, left), b, one, &mut dot);
        }
        if let Some(b_dot) = b_dot {
            general_mat_vec_mul(one, &a, b_dot, one, &mut dot);
        }
        dot
    }
}

/// A vector times a matrix is the transposed matrix times the vector.
impl<T: Float, S: Data<Elem = T>, R: Data<Elem = T>> Product<ArrayBase<R, Ix2>>
    for ArrayBase<S, Ix1>
{
    type Output = Array1<T>;
    type Lhs = Array1<T>;
    type Rhs = Array2<T>;

    fn product(&self, b: &ArrayBase<R, Ix2>, [_, right]: [bool; 2]) -> Array1<T> {
        Dot::dot(&**self, &*as_is(b, right))
    }

    fn bars(
        &self,
        b: &ArrayBase<R, Ix2>,
        [_, right]: [bool; 2],
        seed: &Array1<T>,
        a_bar: Option<&mut Array1<T>>,
        b_bar: Option<&mut Array2<T>>,
    ) {
        Product::bars(b, self, [!right, false], seed, b_bar, a_bar);
    }

    fn along(
        &self,
        b: &ArrayBase<R, Ix2>,
        [_, right]: [bool; 2],
        a_dot: Option<&Array1<T>>,
        b_dot: Option<&Array2<T>>,
    ) -> Array1<T> {
        Product::along(b, self, [!right, false], b_dot, a_dot)
    }
}

macro_rules! forms {
    ($($text:literal $name:ident [$left:literal, $right:literal];)*) => {$(
        #[doc = $text]
        #[derive(Debug)]
        pub struct $name;

        impl $name {
            /// The product.
            #[inline]
            #[track_caller]
            pub fn dot<A: Product<B>, B>(a: &A, b: &B) -> A::Output {
                a.product(b, [$left, $right])
            }

            /// The value and its pullback.
            #[inline]
            #[track_caller]
            #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
            pub fn __dot_vjp<A: Product<B, Output = O, Lhs = L, Rhs = R>, B, O, L, R>(
                a: &A,
                b: &B,
            ) -> (O, impl FnOnce(&A, &B, O, Option<&mut L>, Option<&mut R>) + use<A, B, O, L, R>)
            {
                let pull = |a: &A, b: &B, seed: O, a_bar: Option<&mut L>, b_bar: Option<&mut R>| {
                    a.bars(b, [$left, $right], &seed, a_bar, b_bar);
                };
                (a.product(b, [$left, $right]), pull)
            }

            /// Adds the adjoints to the shadows.
            #[inline]
            pub fn __dot_vjp_into<A: Product<B>, B>(
                a: &A,
                b: &B,
                seed: A::Output,
                a_bar: Option<&mut A::Lhs>,
                b_bar: Option<&mut A::Rhs>,
            ) {
                a.bars(b, [$left, $right], &seed, a_bar, b_bar);
            }

            /// The value and its tangent.
            #[inline]
            #[track_caller]
            pub fn __dot_jvp<A: Product<B>, B>(
                a: &A,
                b: &B,
                a_dot: Option<&A::Lhs>,
                b_dot: Option<&A::Rhs>,
            ) -> (A::Output, A::Output) {
                (a.product(b, [$left, $right]), a.along(b, [$left, $right], a_dot, b_dot))
            }

            /// Both, and the pullback of both.
            #[inline]
            #[track_caller]
            #[allow(clippy::type_complexity, reason = "the types are those of any callee")]
            pub fn __dot_second<A, B, O, L, R>(
                a: &A,
                b: &B,
                a_dot: Option<&L>,
                b_dot: Option<&R>,
            ) -> (
                (O, O),
                impl FnOnce(
                    &A,
                    &B,
                    Option<&L>,
                    Option<&R>,
                    (O, O),
                    Option<&mut L>,
                    Option<&mut R>,
                    Option<&mut L>,
                    Option<&mut R>,
                ) + use<A, B, O, L, R>,
            )
            where
                A: Product<B, Output = O, Lhs = L, Rhs = R>
                    + Product<R, Output = O, Lhs = L, Rhs = R>,
                L: Product<B, Output = O, Lhs = L, Rhs = R>,
            {
                let forms = [$left, $right];
                let both = (a.product(b, forms), Product::<B>::along(a, b, forms, a_dot, b_dot));
                (both, move |a, b, a_dot, b_dot, (seed, seed_dot), a_bar, b_bar, mut to_a, mut to_b| {
                    Product::<B>::bars(a, b, forms, &seed, a_bar, b_bar);
                    Product::<B>::bars(a, b, forms, &seed_dot, to_a.as_deref_mut(), to_b.as_deref_mut());
                    if let Some(b_dot) = b_dot {
                        Product::<R>::bars(a, b_dot, forms, &seed, to_a, None);
                    }
                    if let Some(a_dot) = a_dot {
                        a_dot.bars(b, forms, &seed, None, to_b);
                    }
                })
            }
        }
    )*};
}
forms! {
    "`a · b`." DotNN [false, false];
    "`a · bᵀ`." DotNT [false, true];
    "`aᵀ · b`." DotTN [true, false];
    "`aᵀ · bᵀ`." DotTT [true, true];
}
