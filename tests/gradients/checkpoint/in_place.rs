//! Loops over memory that belongs to the caller.

use super::*;

macro_rules! flow {
    ($($name:ident: $kept:ident [$($mark:tt)*];)*) => {$(
        #[differentiate]
        fn $kept(u: &mut [f64], c: &mut [f64; 2], n: usize) -> f64 {
            let mut total = u[0] * c[1];
            c[1] *= 2.0;
            $($mark)*
            for i in 0..n {
                for k in 1..u.len() {
                    u[k] = (u[k] * c[i % 2] + u[k - 1]).sin();
                }
                total += u[i % 3] * u[1];
            }
            c[0] = total * u[2];
            total
        }

        #[differentiate]
        fn $name(x: &[f64], n: usize) -> f64 {
            let mut u = x.to_vec();
            let mut c = [x[0], x[1] * x[2]];
            let total = $kept(&mut u, &mut c, n);
            total * u[1] + c[0] * c[1] + u[2]
        }
    )*

        #[test]
        fn parameters_that_are_changed() {
            let points = [vec![0.4, 0.2, -0.7]];
            $(
                check!($name(&x, 7); x in points.clone());
                for x in &points {
                    let (got, want) = ($name::value_and_grad(x, 7), plain::value_and_grad(x, 7));
                    assert_same(stringify!($name), got, want);
                }
            )*
        }
    };
}

flow! {
    plain: plain_flow [];
    every: every_flow [#[checkpoint(every = 3)]];
    snapshots: snapshots_flow [#[checkpoint(snapshots = 2)]];
}

#[derive(autodiff::Differentiable, Clone, Copy, Debug, Default)]
struct Position {
    x: f64,
    y: f64,
}

/// The whole of it is overwritten.
#[differentiate]
fn replaced(y: &[f64], w: f64, at: &mut Position) -> f64 {
    #[checkpoint(every = 3)]
    for v in y {
        *at = Position { x: w * v, y: *v };
    }
    at.x * at.y
}

#[differentiate]
fn replaces(y: &[f64], w: f64) -> f64 {
    let mut at = Position { x: w, y: w };
    let total = replaced(y, w, &mut at);
    total * at.x + at.y
}

#[test]
fn structs_that_are_replaced() {
    check!(replaces(&y, w); (y, w) in [(vec![0.4, 0.2, -0.7, 1.1], 0.8)]);
}
