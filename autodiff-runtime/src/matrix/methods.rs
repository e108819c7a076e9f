//! The methods of matrices that have derivatives.

use core::borrow::Borrow;

use nalgebra::{Const, DimMin, RealField, SMatrix, SVector};
use num_traits::{One, Zero};

use crate::private::Ignored;
use crate::private::foreign::methods::{Method, MethodWith, Tangent, methods};
use crate::private::operator::deposit;
use crate::private::receiver::Shared;
use crate::{Accumulate, Differentiable, Float};

type M<T, const R: usize, const C: usize> = SMatrix<T, R, C>;

methods! { OfMatrices:
    alone:
        norm __norm_self __norm_vjp __norm_jvp __norm_vjp_into
        magnitude __magnitude_self __magnitude_vjp __magnitude_jvp __magnitude_vjp_into
        norm_squared __norm_squared_self __norm_squared_vjp __norm_squared_jvp __norm_squared_vjp_into
        magnitude_squared __magnitude_squared_self __magnitude_squared_vjp __magnitude_squared_jvp __magnitude_squared_vjp_into
        normalize __normalize_self __normalize_vjp __normalize_jvp __normalize_vjp_into
        transpose __transpose_self __transpose_vjp __transpose_jvp __transpose_vjp_into
        adjoint __adjoint_self __adjoint_vjp __adjoint_jvp __adjoint_vjp_into
        sum __sum_self __sum_vjp __sum_jvp __sum_vjp_into
        mean __mean_self __mean_vjp __mean_jvp __mean_vjp_into
        trace __trace_self __trace_vjp __trace_jvp __trace_vjp_into
        diagonal __diagonal_self __diagonal_vjp __diagonal_jvp __diagonal_vjp_into
        determinant __determinant_self __determinant_vjp __determinant_jvp __determinant_vjp_into
        try_inverse __try_inverse_self __try_inverse_vjp __try_inverse_jvp __try_inverse_vjp_into
        cross_matrix __cross_matrix_self __cross_matrix_vjp __cross_matrix_jvp __cross_matrix_vjp_into
        symmetric_part __symmetric_part_self __symmetric_part_vjp __symmetric_part_jvp __symmetric_part_vjp_into
        into_owned __into_owned_self __into_owned_vjp __into_owned_jvp __into_owned_vjp_into
        clone_owned __clone_owned_self __clone_owned_vjp __clone_owned_jvp __clone_owned_vjp_into;
    with_borrowed:
        dot __dot_self __dot_vjp __dot_jvp __dot_vjp_into
        tr_dot __tr_dot_self __tr_dot_vjp __tr_dot_jvp __tr_dot_vjp_into
        cross __cross_self __cross_vjp __cross_jvp __cross_vjp_into
        perp __perp_self __perp_vjp __perp_jvp __perp_vjp_into
        component_mul __component_mul_self __component_mul_vjp __component_mul_jvp __component_mul_vjp_into
        component_div __component_div_self __component_div_vjp __component_div_jvp __component_div_vjp_into
        tr_mul __tr_mul_self __tr_mul_vjp __tr_mul_jvp __tr_mul_vjp_into
        metric_distance __metric_distance_self __metric_distance_vjp __metric_distance_jvp __metric_distance_vjp_into;
    with_owned:
        scale __scale_self __scale_vjp __scale_jvp __scale_vjp_into
        unscale __unscale_self __unscale_vjp __unscale_jvp __unscale_vjp_into
        add_scalar __add_scalar_self __add_scalar_vjp __add_scalar_jvp __add_scalar_vjp_into;
}

impl<T: Float, const R: usize, const C: usize> OfMatrices for M<T, R, C> {}

/// States methods without arguments.
macro_rules! alone {
    ($(
        [$($generics:tt)*] $($name:ident)* ($this:ident: $of:ty) -> $output:ty = $value:expr;
        bar($kept:ident, $g:ident) = $bar:expr;
        dot($d_kept:ident, $d:ident) = $dot:expr;
    )*) => {$(
        alone!(@names [$($generics)*] [$($name)*] ($this: $of) -> $output = $value;
            ($kept, $g) = $bar; ($d_kept, $d) = $dot;);
    )*};
    (@names $generics:tt [$name:ident $($names:ident)*] $($rule:tt)*) => {
        alone!(@one $generics $name $($rule)*);
        alone!(@names $generics [$($names)*] $($rule)*);
    };
    (@names $generics:tt [] $($rule:tt)*) => {};
    (
        @one [$($generics:tt)*] $name:ident ($this:ident: $of:ty) -> $output:ty = $value:expr;
        ($kept:ident, $g:ident) = $bar:expr;
        ($d_kept:ident, $d:ident) = $dot:expr;
    ) => {
        #[allow(unused_variables, reason = "a linear method's derivative reads no receiver")]
        impl<$($generics)*> Method<names::$name> for $of {
            type Output = $output;

            #[inline]
            fn value(&self) -> $output {
                let $this = self;
                $value
            }

            #[inline]
            fn bar(&self, $kept: &$output, $g: Tangent<$output>) -> $of {
                let $this = self;
                $bar
            }

            #[inline]
            fn dot(&self, $d_kept: &$output, $d: &$of) -> Tangent<$output> {
                let $this = self;
                $dot
            }
        }
    };
}

alone! {
    [T: Float + RealField, const R: usize, const C: usize]
    norm magnitude (v: M<T, R, C>) -> T = v.norm();
    // As `sqrt` at 0, in JAX as well.
    bar(norm, g) = v * (g / *norm);
    dot(norm, v_dot) = v.dot(v_dot) / *norm;

    [T: Float + RealField, const R: usize, const C: usize]
    norm_squared magnitude_squared (v: M<T, R, C>) -> T = v.norm_squared();
    bar(_value, g) = v * (g + g);
    dot(_value, v_dot) = { let d = v.dot(v_dot); d + d };

    [T: Float + RealField, const R: usize, const C: usize]
    normalize (v: M<T, R, C>) -> M<T, R, C> = v.normalize();
    bar(unit, g) = (g - unit * unit.dot(&g)) / v.norm();
    dot(unit, v_dot) = (v_dot - unit * unit.dot(v_dot)) / v.norm();

    [T: Float, const R: usize, const C: usize]
    transpose (m: M<T, R, C>) -> M<T, C, R> = m.transpose();
    bar(_value, g) = g.transpose();
    dot(_value, m_dot) = m_dot.transpose();

    // The numbers are real.
    [T: Float + RealField, const R: usize, const C: usize]
    adjoint (m: M<T, R, C>) -> M<T, C, R> = m.adjoint();
    bar(_value, g) = g.transpose();
    dot(_value, m_dot) = m_dot.transpose();

    [T: Float, const R: usize, const C: usize]
    sum (m: M<T, R, C>) -> T = m.sum();
    bar(_value, g) = M::repeat(g);
    dot(_value, m_dot) = m_dot.sum();

    [T: Float + RealField, const R: usize, const C: usize]
    mean (m: M<T, R, C>) -> T = m.mean();
    bar(_value, g) = M::repeat(g / <T as Float>::from_f64((R * C) as f64));
    dot(_value, m_dot) = m_dot.mean();

    [T: Float, const N: usize]
    trace (m: M<T, N, N>) -> T = m.trace();
    bar(_value, g) = M::from_diagonal_element(g);
    dot(_value, m_dot) = m_dot.trace();

    [T: Float, const N: usize]
    diagonal (m: M<T, N, N>) -> SVector<T, N> = m.diagonal();
    bar(_value, g) = M::from_diagonal(&g);
    dot(_value, m_dot) = m_dot.diagonal();

    [T: Float + RealField, const N: usize]
    symmetric_part (m: M<T, N, N>) -> M<T, N, N> = m.symmetric_part();
    bar(_value, g) = g.symmetric_part();
    dot(_value, m_dot) = m_dot.symmetric_part();

    [T: Float, const R: usize, const C: usize]
    into_owned clone_owned (m: M<T, R, C>) -> M<T, R, C> = *m;
    bar(_value, g) = g;
    dot(_value, m_dot) = *m_dot;

    // Without an inverse there is nothing to depend on the matrix.
    [T: Float + RealField, const N: usize]
    try_inverse (m: M<T, N, N>) -> Option<M<T, N, N>> = m.try_inverse();
    bar(inverse, g) = match (inverse, g) {
        (Some(x), Some(g)) => -x.transpose() * g * x.transpose(),
        _ => M::zeros(),
    };
    dot(inverse, m_dot) = inverse.map(|x| -x * m_dot * x);

    [T: Float + RealField]
    cross_matrix (v: M<T, 3, 1>) -> M<T, 3, 3> = v.cross_matrix();
    bar(_value, g) = SVector::<T, 3>::new(
        g[(2, 1)] - g[(1, 2)],
        g[(0, 2)] - g[(2, 0)],
        g[(1, 0)] - g[(0, 1)],
    );
    dot(_value, v_dot) = v_dot.cross_matrix();
}

/// States methods with an argument.
macro_rules! with {
    ($(
        [$($generics:tt)*] $name:ident ($a:ident: $of:ty, $b:ident: $with:ty) -> $output:ty = $value:expr;
        bars($kept:ident, $g:ident) = $bars:expr;
        dot($a_kept:ident, $a_dot:ident) = $left:expr;
        dot($b_kept:ident, $b_dot:ident) = $right:expr;
    )*) => {$(
        #[allow(unused_variables, reason = "not every derivative reads all")]
        impl<$($generics)*> MethodWith<names::$name, $with> for $of {
            type Output = $output;

            #[inline]
            fn value(&self, $b: &$with) -> $output {
                let $a = self;
                $value
            }

            #[inline]
            fn bars(&self, $b: &$with, $kept: &$output, $g: Tangent<$output>) -> ($of, $with) {
                let $a = self;
                $bars
            }

            #[inline]
            fn dot(&self, $b: &$with, $a_kept: &$output, $a_dot: &$of) -> Tangent<$output> {
                let $a = self;
                $left
            }

            #[inline]
            fn dot_with(&self, $b: &$with, $b_kept: &$output, $b_dot: &$with) -> Tangent<$output> {
                let $a = self;
                $right
            }
        }
    )*};
}

with! {
    [T: Float, const R: usize, const C: usize]
    dot (a: M<T, R, C>, b: M<T, R, C>) -> T = a.dot(b);
    bars(_value, g) = (b * g, a * g);
    dot(_value, a_dot) = a_dot.dot(b);
    dot(_value, b_dot) = a.dot(b_dot);

    [T: Float, const R: usize, const C: usize]
    tr_dot (a: M<T, R, C>, b: M<T, C, R>) -> T = a.tr_dot(b);
    bars(_value, g) = (b.transpose() * g, a.transpose() * g);
    dot(_value, a_dot) = a_dot.tr_dot(b);
    dot(_value, b_dot) = a.tr_dot(b_dot);

    [T: Float + RealField]
    cross (a: M<T, 3, 1>, b: M<T, 3, 1>) -> M<T, 3, 1> = a.cross(b);
    bars(_value, g) = (b.cross(&g), g.cross(a));
    dot(_value, a_dot) = a_dot.cross(b);
    dot(_value, b_dot) = a.cross(b_dot);

    [T: Float + RealField]
    perp (a: M<T, 2, 1>, b: M<T, 2, 1>) -> T = a.perp(b);
    bars(_value, g) = (
        SVector::<T, 2>::new(b[1] * g, -b[0] * g),
        SVector::<T, 2>::new(-a[1] * g, a[0] * g),
    );
    dot(_value, a_dot) = a_dot.perp(b);
    dot(_value, b_dot) = a.perp(b_dot);

    [T: Float, const R: usize, const C: usize]
    component_mul (a: M<T, R, C>, b: M<T, R, C>) -> M<T, R, C> = a.component_mul(b);
    bars(_value, g) = (g.component_mul(b), g.component_mul(a));
    dot(_value, a_dot) = a_dot.component_mul(b);
    dot(_value, b_dot) = a.component_mul(b_dot);

    [T: Float, const R: usize, const C: usize]
    component_div (a: M<T, R, C>, b: M<T, R, C>) -> M<T, R, C> = a.component_div(b);
    bars(value, g) = {
        let a_bar = g.component_div(b);
        (a_bar, -a_bar.component_mul(value))
    };
    dot(_value, a_dot) = a_dot.component_div(b);
    dot(value, b_dot) = -b_dot.component_mul(value).component_div(b);

    [T: Float + RealField, const R: usize, const K: usize, const C: usize]
    tr_mul (a: M<T, K, R>, b: M<T, K, C>) -> M<T, R, C> = a.tr_mul(b);
    bars(_value, g) = (b * g.transpose(), a * g);
    dot(_value, a_dot) = a_dot.tr_mul(b);
    dot(_value, b_dot) = a.tr_mul(b_dot);

    [T: Float + RealField, const R: usize, const C: usize]
    metric_distance (a: M<T, R, C>, b: M<T, R, C>) -> T = a.metric_distance(b);
    bars(value, g) = {
        let a_bar = (a - b) * (g / *value);
        (a_bar, -a_bar)
    };
    dot(value, a_dot) = (a - b).dot(a_dot) / *value;
    dot(value, b_dot) = (b - a).dot(b_dot) / *value;

    [T: Float + RealField, const R: usize, const C: usize]
    scale (a: M<T, R, C>, b: T) -> M<T, R, C> = a.scale(*b);
    bars(_value, g) = (g * *b, g.dot(a));
    dot(_value, a_dot) = a_dot * *b;
    dot(_value, b_dot) = a * *b_dot;

    [T: Float + RealField, const R: usize, const C: usize]
    unscale (a: M<T, R, C>, b: T) -> M<T, R, C> = a.unscale(*b);
    bars(value, g) = (g / *b, -g.dot(value) / *b);
    dot(_value, a_dot) = a_dot / *b;
    dot(value, b_dot) = -value * *b_dot / *b;

    [T: Float, const R: usize, const C: usize]
    add_scalar (a: M<T, R, C>, b: T) -> M<T, R, C> = a.add_scalar(*b);
    bars(_value, g) = (g, g.sum());
    dot(_value, a_dot) = *a_dot;
    dot(_value, b_dot) = M::repeat(*b_dot);
}

/// The derivative of the determinant by each entry.
fn cofactors<T: Float + RealField, const N: usize>(m: &M<T, N, N>, determinant: T) -> M<T, N, N>
where
    Const<N>: DimMin<Const<N>, Output = Const<N>>,
{
    if N > 4
        && determinant != <T as Zero>::zero()
        && let Some(inverse) = m.try_inverse()
    {
        return inverse.transpose() * determinant;
    }
    // What is left of the determinant where one entry stands for its row and its column.
    M::from_fn(|i, j| {
        let mut alone = *m;
        alone.fill_row(i, <T as Zero>::zero());
        alone.fill_column(j, <T as Zero>::zero());
        alone[(i, j)] = <T as One>::one();
        alone.determinant()
    })
}

impl<T: Float + RealField, const N: usize> Method<names::determinant> for M<T, N, N>
where
    Const<N>: DimMin<Const<N>, Output = Const<N>>,
{
    type Output = T;

    #[inline]
    fn value(&self) -> T {
        self.determinant()
    }

    #[inline]
    fn bar(&self, value: &T, seed: T) -> Self {
        cofactors(self, *value) * seed
    }

    #[inline]
    fn dot(&self, value: &T, dot: &Self) -> T {
        cofactors(self, *value).dot(dot)
    }
}
