//! Loops whose states are kept at some iterations alone, in many shapes: each is differentiated as it
//! stands and with every kind of checkpoint. Values are the same bit for bit, gradients to rounding, and
//! each of them is held to differences and to forward mode, which takes no notice of checkpoints.

use autodiff::differentiate;

use crate::harness::{Flat, check};

#[track_caller]
fn assert_same<P: Flat>(what: &str, got: (f64, P), plain: (f64, P)) {
    assert_eq!(got.0.to_bits(), plain.0.to_bits(), "{what}: the value");
    let (got, plain) = (got.1.flatten(), plain.1.flatten());
    let size = plain.iter().fold(1.0_f64, |size, p| size.max(p.abs()));
    for (k, (got, plain)) in got.iter().zip(&plain).enumerate() {
        assert!((got - plain).abs() <= 1e-12 * size, "{what}, {k}: {got}, not {plain}");
    }
}

/// The function `{ before } { loop } { after }` without and with checkpoints of the loop.
macro_rules! shape {
    (
        $(#[$doc:meta])*
        $name:ident($($params:tt)*) where ($($arg:expr),*; $names:tt in $points:expr):
        { $($before:tt)* } { $($repeated:tt)* } { $($after:tt)* }
    ) => {
        shape!(@variants $name [$($params)*] [$($arg),*; $names in $points]
            [$($before)*] [$($repeated)*] [$($after)*]
            plain: [];
            each: [#[checkpoint(every = 1)]];
            third: [#[checkpoint(every = 3)]];
            computed: [#[checkpoint(every = (9.0_f64.sqrt() + 1.0) as usize)]];
            all: [#[checkpoint(every = usize::MAX)]];
            one: [#[checkpoint(snapshots = 1)]];
            few: [#[checkpoint(snapshots = 3)]];
            many: [#[checkpoint(snapshots = 1000)]];
        );
    };
    (@variants $name:ident $params:tt $call:tt $before:tt $repeated:tt $after:tt
        $($variant:ident: $mark:tt;)*
    ) => {
        mod $name {
            use super::*;
            $(shape!(@function $variant $params $before $mark $repeated $after);)*

            #[test]
            fn gradients_do_not_depend_on_checkpoints() {
                $(shape!(@check $variant $call);)*
            }
        }
    };
    (@function $variant:ident [$($params:tt)*]
        [$($before:tt)*] [$($mark:tt)*] [$($repeated:tt)*] [$($after:tt)*]
    ) => {
        #[differentiate]
        pub fn $variant($($params)*) -> f64 {
            $($before)*
            $($mark)*
            $($repeated)*
            $($after)*
        }
    };
    (@check $variant:ident [$($arg:expr),*; $names:tt in $points:expr]) => {
        check!($variant($($arg),*); $names in $points);
        for $names in $points {
            assert_same(
                stringify!($variant),
                $variant::value_and_grad($($arg),*),
                plain::value_and_grad($($arg),*),
            );
        }
    };
}

shape! {
    one_number(x: f64, n: usize) where (x, 10; x in [0.7, -1.2]):
    { let mut y = x; }
    { for i in 0..n { y = (y * x).sin() + 0.1 * i as f64; } }
    { y }
}

shape! {
    no_iteration(x: f64, n: usize) where (x, 0; x in [0.7, -1.2]):
    { let mut y = x * x; }
    { for _ in 0..n { y = y.sin(); } }
    { y * x }
}

shape! {
    one_iteration(x: f64, n: usize) where (x, 1; x in [0.7, -1.2]):
    { let mut y = x * x; }
    { for _ in 0..n { y = y.sin(); } }
    { y * x }
}

shape! {
    several_numbers(x: f64, v: f64, n: usize) where (x, v, 11; (x, v) in [(0.3, 0.9)]):
    { let (mut q, mut p, mut e) = (x, v, 0.0); }
    {
        for _ in 0..n {
            p -= 0.1 * q.sin();
            q += 0.1 * p;
            e += 0.5 * p * p - q.cos();
        }
    }
    { e * q + p }
}

shape! {
    closed_range(x: f64, n: i32) where (x, 4; x in [0.4]):
    { let mut y = x; }
    { for i in -3..=n { y = (y + x * i as f64).sin(); } }
    { y }
}

shape! {
    backwards(x: f64, n: u8) where (x, 9; x in [0.4]):
    { let mut y = x; }
    { for i in (2..n).rev() { y = (y + x * f64::from(i)).sin(); } }
    { y }
}

shape! {
    all_of_a_type(x: f64) where (x; x in [0.4]):
    { let mut y = x; }
    { for i in (0..=u8::MAX).rev() { y = (y + 0.01 * x * f64::from(i)).sin(); } }
    { y }
}

shape! {
    offset(x: &[f64], lo: usize, hi: usize) where (&x, 2, 6; x in [vec![0.4, 0.2, 0.7, -0.3, 0.1, 0.8]]):
    { let mut y = x[0]; }
    { for i in lo..hi { y = (y * x[i - 1]).sin() + x[i]; } }
    { y * y }
}

shape! {
    over_a_slice(x: &[f64]) where (&x; x in [vec![0.4, 0.2, 0.7, -0.3, 0.1, 0.8, 0.9]]):
    { let mut y = 1.0; }
    { for v in x { y = (y + v).sin() * v; } }
    { y }
}

shape! {
    over_an_adapter(x: &[f64]) where (&x; x in [vec![0.4, 0.2, 0.7, -0.3, 0.1, 0.8, 0.9]]):
    { let mut y = 1.0; }
    {
        for (i, (a, b)) in x.iter().zip(x[1..].iter()).enumerate().filter(|(i, _)| i % 3 != 1) {
            y = (y + a * b).sin() * (1.0 + i as f64);
        }
    }
    { y }
}

shape! {
    conditional(x: f64, n: usize) where (x, 10; x in [0.7, -1.2]):
    { let (mut y, mut i) = (x, 0); }
    { while i < n { y = (y * x).sin() + 0.1; i += 1; } }
    { y }
}

shape! {
    until_it_is_small(x: f64) where (x; x in [3.7]):
    { let mut y = x; }
    { while y * y > 1.0 { y = 0.8 * y + 0.1 * y.sin(); } }
    { y * y }
}

shape! {
    never_begun(x: f64) where (x; x in [0.4]):
    { let mut y = x; }
    { while y * y > 1.0 { y = 0.8 * y + 0.1 * y.sin(); } }
    { y * y }
}

shape! {
    a_loop(x: f64, n: usize) where (x, 10; x in [0.7, -1.2]):
    { let (mut y, mut i) = (x, 0); }
    {
        loop {
            y = (y * x).sin() + 0.1;
            i += 1;
            if i == n { break; }
        }
    }
    { y }
}

shape! {
    break_and_continue(x: &[f64]) where
        (&x; x in [vec![0.4, 0.2, -0.7, 0.3, 0.1, 0.8, 5.0, 0.3]]):
    { let mut y = 0.3; }
    {
        for v in x.iter() {
            if *v < 0.0 { continue; }
            if *v > 2.0 { break; }
            y = (y * 1.3 + v).sin() * v;
        }
    }
    { y + x[7] }
}

shape! {
    returns(x: f64, n: usize) where (x, 12; x in [0.7, 1.4]):
    { let mut y = x; }
    {
        for i in 0..n {
            y = y * x + 0.1;
            if y > 3.0 { return y.sin() * x; }
            if i == 9 { return y * y; }
        }
    }
    { y }
}

shape! {
    labels(x: f64, n: usize) where (x, 7; x in [0.7, 1.1]):
    { let mut y = x; }
    {
        'outer: for i in 0..n {
            for j in 0..n {
                if j > i { continue 'outer; }
                y = (y + x * j as f64).sin();
                if y > 0.99 { break 'outer; }
            }
            y *= 1.1;
        }
    }
    { y }
}

shape! {
    an_array_in_place(x: [f64; 4], n: usize) where (x, 9; x in [[0.4, 0.2, -0.7, 0.3]]):
    { let mut y = x; }
    {
        for i in 0..n {
            let k = i % 4;
            y[k] = (y[k] * y[(k + 1) % 4]).sin() + 0.5 * y[(k + 2) % 4];
        }
    }
    { y[0] * y[1] + y[2] * y[3] }
}

shape! {
    a_stencil(x: &[f64], n: usize) where (&x, 8; x in [vec![0.4, 0.2, -0.7, 0.3, 0.9]]):
    { let mut u = x.to_vec(); }
    {
        for _ in 0..n {
            let old = u.clone();
            for i in 1..u.len() - 1 {
                u[i] = old[i] + 0.2 * (old[i - 1] - 2.0 * old[i] + old[i + 1]) - 0.1 * old[i].powi(3);
            }
        }
    }
    { u.iter().map(|v| v * v).sum() }
}

shape! {
    a_vector_carried(x: &[f64], n: usize) where (&x, 7; x in [vec![0.4, 0.2, -0.7]]):
    { let mut u = x.to_vec(); }
    {
        for _ in 0..n {
            u = u.iter().map(|v| (v * 1.1).sin() + u[0]).collect();
        }
    }
    { u.iter().sum() }
}

shape! {
    a_vector_that_grows(x: f64, n: usize) where (x, 9; x in [0.4, -0.9]):
    { let mut u = vec![x]; }
    {
        for i in 0..n {
            let last = u[i];
            u.push((last * x).sin() + u[i / 2]);
        }
    }
    { u.iter().map(|v| v * v).sum() }
}

shape! {
    several_objects(x: &[f64], n: usize) where (&x, 7; x in [vec![0.4, 0.2, -0.7]]):
    { let mut u = x.to_vec(); let mut v = [0.1; 3]; let mut energy = 0.0; let w = [x[0], 2.0, x[1]]; }
    {
        for i in 0..n {
            for k in 0..3 {
                v[k] += 0.1 * (w[k] - u[k] * u[k]);
                u[k] += 0.1 * v[k];
            }
            energy += u[i % 3] * v[0];
            u.swap(0, i % 3);
        }
    }
    { energy + v[2] * u[0] }
}

shape! {
    reads_what_changes_later(x: f64, n: usize) where (x, 7; x in [0.4]):
    { let mut c = [x, 2.0 * x]; let mut y = x; }
    { for i in 0..n { y = (y * c[i % 2]).sin() + 0.2; } }
    { c[0] = y * y; c[1] *= c[0]; c[0] + c[1] + y }
}

shape! {
    read_before_and_after(x: &[f64], n: usize) where (&x, 6; x in [vec![0.4, 0.2, -0.7]]):
    { let mut u = x.to_vec(); let first = u[0] * u[1]; let mut s = first.sin(); }
    {
        for i in 0..n {
            s *= u[i % 3] * 1.3;
            u[i % 3] = (s + u[(i + 1) % 3]).cos();
        }
    }
    { u[2] = u[0] * u[1]; u[2] * s + u[1] * first }
}

shape! {
    overwritten_in_the_inner_loop(x: &[f64], n: usize) where (&x, 6; x in [vec![0.4, 0.2, -0.7, 0.5]]):
    { let mut u = x.to_vec(); }
    {
        for _ in 0..n {
            for i in 1..4 {
                u[i] = (u[i] * u[i - 1]).sin() + 0.3;
                u[i - 1] += 0.1 * u[i] * u[i];
            }
        }
    }
    { u.iter().product() }
}

shape! {
    branches(x: f64, n: usize) where (x, 10; x in [0.7, 1.3]):
    { let mut y = x; let mut calls = 0; }
    {
        for i in 0..n {
            if i % 3 == 0 {
                y = (y * x).exp().ln_1p();
                calls += 1;
            } else if y > 1.0 {
                let z = y.sqrt();
                y = z * x + calls as f64;
            }
        }
    }
    { y * calls as f64 }
}

#[differentiate]
fn step(x: f64, rate: f64) -> f64 {
    let y = rate * x * (1.0 - x);
    y.sin().exp()
}

#[differentiate]
fn relax(u: &mut [f64], source: &[f64]) -> f64 {
    let mut change = 0.0;
    for i in 1..u.len() {
        let new = 0.5 * (u[i - 1] + u[i] * u[i]) + source[i];
        change += (new - u[i]).powi(2);
        u[i] = new;
    }
    change
}

shape! {
    calls(x: f64, n: usize) where (x, 8; x in [0.3]):
    { let mut y = x; }
    { for _ in 0..n { y = step(y, 1.0 + 0.1 * x) * 0.4; } }
    { y }
}

shape! {
    calls_in_place(x: &[f64], n: usize) where (&x, 7; x in [vec![0.3, -0.2, 0.1, 0.4]]):
    { let mut u = x.to_vec(); let mut total = 0.0; }
    { for i in 0..n { total += relax(&mut u, x); u[i % 4] *= 0.9; } }
    { total + u[3] }
}

shape! {
    closures(x: f64, n: usize) where (x, 8; x in [0.3]):
    { let mut y = x; let f = |v: f64, k: usize| (v * x).sin() + k as f64; }
    { for i in 0..n { y = f(y, i % 2); } }
    { y }
}

shape! {
    nothing_with_a_derivative(x: f64, n: usize) where (x, 8; x in [0.3]):
    { let mut k = 1; }
    { for i in 0..n { k = (k * 7 + i) % 11; } }
    { x * x * k as f64 }
}

shape! {
    a_sum(x: &[f64]) where (&x; x in [vec![0.3, -0.2, 0.1, 0.4, 0.5, 0.6, 0.7]]):
    { let mut total = 0.0; }
    { for v in x { total += v.sin() * v; } }
    { total }
}

shape! {
    inside_a_branch(x: f64, n: usize) where (x, 8; x in [0.3, -0.4]):
    { let mut y = [x, x * x]; let mut z = x; if x > 0.0 { z = 2.0 * x; }
      let u = vec![z; 3]; let before = y[0] * z; }
    {
        for i in 0..n {
            y[i % 2] = (y[0] + u[i % 3] * y[1]).sin();
        }
    }
    { if before > 0.5 { y[0] * y[1] } else { y[0] * before } }
}

shape! {
    a_tuple_carried(x: f64, n: usize) where (x, 6; x in [0.3, -0.4]):
    { let mut y = (x, [x; 2]); }
    {
        for i in 0..n {
            let (a, [b, c]) = y;
            y = ((a * b).sin() + 0.1, [c * a + i as f64, b.cos()]);
        }
    }
    { y.0 * y.1[0] + y.1[1] }
}

mod methods;
mod nested;

mod in_place;

#[differentiate]
fn returns_its_memory(x: &[f64], n: usize) -> Vec<f64> {
    let mut u = x.to_vec();
    #[checkpoint(snapshots = 2)]
    for i in 0..n {
        let k = i % u.len();
        u[k] = (u[k] * u[0]).sin() + 0.3;
    }
    u
}

#[test]
fn the_state_may_be_what_is_returned() {
    crate::harness::check_map!(returns_its_memory(&x, 8); x in [vec![0.4, 0.2, -0.7]]);
}

#[differentiate]
fn generic<T: autodiff::Float + std::ops::AddAssign, const N: usize>(
    x: [T; N],
    stride: usize,
) -> T {
    let mut u = x;
    #[checkpoint(every = stride)]
    for i in 0..3 * N {
        let k = i % N;
        u[k] = (u[k] * u[(k + 1) % N]).sin();
    }
    let mut total = u[0];
    for i in 1..N {
        total += u[i];
    }
    total
}

#[test]
fn generic_functions_have_checkpoints_too() {
    check!(generic(x, 4); x in [[0.4, 0.2, -0.7]]);
    check!(generic(x, 0); x in [[0.4_f32, 0.2]]);
}

/// In a closure and in a local function.
#[differentiate]
fn inlined(x: f64, n: usize) -> f64 {
    fn iterate(start: f64, factor: f64, n: usize) -> f64 {
        let mut y = start;
        #[checkpoint(every = 1 + n / 3)]
        for _ in 0..n {
            y = (y * factor).sin();
        }
        y
    }
    let again = |start: f64| {
        let mut y = start;
        #[checkpoint(snapshots = 2)]
        for _ in 0..n {
            y = (y + x).cos();
        }
        y
    };
    iterate(x, 1.3, n) * again(x) + again(x * x)
}

#[test]
fn closures_and_local_functions_have_checkpoints_too() {
    check!(inlined(x, 7); x in [0.7, -0.4]);
}
