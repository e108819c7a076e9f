//! Checkpoints in loops, branches and segments that are run again themselves.

use super::*;

#[differentiate]
fn plain(x: &[f64], n: usize) -> f64 {
    let mut u = x.to_vec();
    let mut y = x[0];
    for i in 0..n {
        let mut w = [y, u[0]];
        for j in 0..n + i {
            w[j % 2] = (w[0] * w[1] + u[j % 3]).sin();
            u[j % 3] += 0.1 * w[1];
        }
        y += w[0] * w[1] * u[1];
    }
    y * u[2]
}

macro_rules! nest {
    ($($name:ident: [$($outer:tt)*] [$($inner:tt)*];)*) => {$(
        #[differentiate]
        fn $name(x: &[f64], n: usize) -> f64 {
            let mut u = x.to_vec();
            let mut y = x[0];
            $($outer)*
            for i in 0..n {
                let mut w = [y, u[0]];
                $($inner)*
                for j in 0..n + i {
                    w[j % 2] = (w[0] * w[1] + u[j % 3]).sin();
                    u[j % 3] += 0.1 * w[1];
                }
                y += w[0] * w[1] * u[1];
            }
            y * u[2]
        }
    )*

        #[test]
        fn checkpoints_in_loops_that_have_them_too() {
            let points = [vec![0.4, 0.2, -0.7]];
            $(
                check!($name(&x, 5); x in points.clone());
                for x in &points {
                    let (got, want) = ($name::value_and_grad(x, 5), plain::value_and_grad(x, 5));
                    assert_same(stringify!($name), got, want);
                }
            )*
        }
    };
}

nest! {
    inner_every: [] [#[checkpoint(every = 3)]];
    inner_snapshots: [] [#[checkpoint(snapshots = 2)]];
    every_every: [#[checkpoint(every = 2)]] [#[checkpoint(every = 3)]];
    every_snapshots: [#[checkpoint(every = 2)]] [#[checkpoint(snapshots = 2)]];
    snapshots_every: [#[checkpoint(snapshots = 2)]] [#[checkpoint(every = 2)]];
    snapshots_snapshots: [#[checkpoint(snapshots = 2)]] [#[checkpoint(snapshots = 3)]];
    outer_every: [#[checkpoint(every = 2)]] [];
    outer_snapshots: [#[checkpoint(snapshots = 3)]] [];
}

/// The inner loop's numbers are those of the outer loop's iteration.
#[differentiate]
fn numbers_that_vary(x: f64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint(snapshots = n / 2)]
    for i in 0..n {
        #[checkpoint(every = i + 1)]
        for j in 0..n {
            y = (y * x + j as f64).sin();
        }
        #[checkpoint(snapshots = i)]
        for _ in i..n {
            y = (y + x).cos();
        }
    }
    y
}

#[differentiate]
fn in_a_branch(x: f64, n: usize) -> f64 {
    let mut y = x;
    if x > 0.0 {
        let mut w = [x, 1.0];
        #[checkpoint(snapshots = 3)]
        for i in 0..n {
            w[i % 2] = (w[0] * w[1] + x).sin();
        }
        y = w[0] * w[1];
    } else {
        #[checkpoint(every = 3)]
        for _ in 0..n {
            y = (y * x).cos();
        }
    }
    y * y
}

#[differentiate]
fn in_a_branch_in_a_loop(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        if i % 2 == 0 {
            #[checkpoint(snapshots = 2)]
            for _ in 0..i + 3 {
                y = (y * x).cos();
            }
        } else {
            let mut w = vec![y; 2];
            #[checkpoint(every = 2)]
            while w[0] < 5.0 {
                w[0] += 1.0 + w[1] * w[1];
                w[1] = w[1].sin();
            }
            y = w[0] * w[1];
        }
    }
    y
}

/// What the inner loop's checkpoint is given has to reach where the outer loop runs again.
#[differentiate]
fn nested_in_a_loop(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        let most = i % 2 + 1;
        #[checkpoint(every = 2)]
        for _ in 0..i + 2 {
            #[checkpoint(snapshots = 2)]
            for _ in 0..3 {
                y = (y * x).cos();
            }
            #[checkpoint(snapshots = most)]
            for _ in 0..i + 3 {
                y = (y + x).sin();
            }
        }
    }
    y
}

/// Nothing is left of a call but that it may panic.
#[differentiate]
fn without_a_state(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        #[checkpoint(snapshots = 2)]
        for _ in 0..3 {
            let _unread = in_a_branch(y, i);
        }
        #[checkpoint(every = 2)]
        for j in 0..3 {
            in_a_branch(y * x, j);
        }
        y = (y * x).sin();
    }
    y
}

#[test]
fn checkpoints_in_branches() {
    check!(numbers_that_vary(x, 6); x in [0.7, -0.7]);
    check!(nested_in_a_loop(x, 3); x in [0.7, -0.4]);
    check!(without_a_state(x, 3); x in [0.7, -0.4]);
    check!(in_a_branch(x, 8); x in [0.7, -0.7]);
    check!(in_a_branch_in_a_loop(x, 5); x in [0.7, -0.4]);
}
