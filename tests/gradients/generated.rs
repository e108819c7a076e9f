//! Functions that random programs came down to, each of which was once misunderstood.

use autodiff::{Float, differentiate};

use crate::harness::{check, check_map};

#[differentiate]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

/// What is returned depends on nothing, and owns memory.
#[differentiate]
fn constant_vector(x: &[f64]) -> Vec<f64> {
    let z = vec![0.3; x.len()];
    z.to_vec()
}

/// A constant that user's code reads has its own type there.
#[differentiate]
fn constant_in_assertion(x: f64) -> f64 {
    let mut sum: f64 = 0.0;
    assert!(!sum.is_nan());
    sum += x.sin();
    sum
}

/// The type of a call's result is rustc's alone.
#[differentiate]
fn power_of_call_in_branch(x: f64, y: f64, n: i32) -> f64 {
    let t = product(x, y);
    let result: f64;
    if x > 0.0 {
        result = (1.0_f64 + t.powi(2)).sqrt() * t.powi(n);
    } else {
        result = 0.6;
    }
    result + x
}

/// So it is where a rule needs a constant.
#[differentiate]
fn sign_of_call(x: f64, y: f64) -> f64 {
    let t = product(x, y);
    t.copysign(y)
}

/// `any` and `all` are loops inside of the condition.
#[differentiate]
fn loop_while_any(x: &[f64], limit: f64) -> f64 {
    let mut y = x.to_vec();
    let mut steps = 0;
    while steps < 9 && y.iter().any(|v| v.abs() > 0.5) {
        steps += 1;
        for v in y.iter_mut() {
            *v *= limit;
        }
        if steps == 7 {
            break;
        }
    }
    y.iter().map(|v| v * v).sum::<f64>() * limit
}

/// The start's derivative passes where the loop does not run.
#[differentiate]
fn overwritten_by_constant(x: f64, y: f64, n: usize) -> f64 {
    let mut t = x;
    let mut k = 0;
    while k < n {
        k += 1;
        t = 0.5 * (y - x).signum();
    }
    t * y
}

#[differentiate]
fn overwritten_in_nested_loop(x: f64, y: f64, n: usize, m: usize) -> f64 {
    let mut t = x;
    for _ in 0..m {
        let mut k = 0;
        while k < n {
            k += 1;
            t = 0.5 * (y - x).signum();
        }
    }
    t * y
}

/// A block that is lowered twice declares its items once.
#[differentiate]
fn local_function_in_closure(x: f64, y: f64) -> f64 {
    let twice = |a: f64| {
        fn cube(a: f64, n: usize) -> f64 {
            a * a * a / n as f64
        }
        cube(a, 2) + a
    };
    twice(x) * twice(y)
}

/// What is iterated over by value stays as it was.
#[differentiate]
fn array_changed_while_taken(mut e: [f64; 3], w: f64) -> f64 {
    let mut sum = w;
    for v in e {
        e[2] *= 1.5 * v;
        sum = sum * v + e[2];
    }
    for v in e.into_iter().rev() {
        e = [v; 3];
        sum = sum * v + e[2];
    }
    sum
}

#[differentiate]
fn vector_replaced_while_taken(mut e: Vec<f64>, w: f64) -> f64 {
    let mut sum = w;
    for v in e {
        e = vec![v * w; 2];
        sum = sum * v + e[1];
    }
    sum
}

#[differentiate]
fn both(x: f64, y: f64) -> (f64, f64) {
    (x * y, x.sin())
}

/// The type that a closure says is that of what it makes.
#[differentiate]
fn part_of_call_in_array_map(x: f64, y: f64) -> f64 {
    [x, 0.1, y].map(|v| -> f64 { both(v, y).1 })[0]
}

#[differentiate]
fn generic_remainder<T: Float>(x: T, y: T) -> T {
    y % (T::from_f64(1.1) + x.abs())
}

/// What a branch overwrites, its condition has read before.
#[differentiate]
fn condition_on_what_a_branch_writes(x: &[f64], at: usize, limit: f64) -> f64 {
    let mut y = x.to_vec();
    for _ in 0..3 {
        if y[1] > limit {
            y[at] = y[at].sin();
        }
    }
    y[at] * y[0]
}

/// An index of a store or a swap may be read where these write.
#[differentiate]
fn index_from_what_it_writes(x: &[f64], at: usize) -> f64 {
    let mut y = x.to_vec();
    let mut sum = 0.0;
    for i in 0..4 {
        let to = (y[at].abs() * 3.0) as usize % 4;
        y[to] = x[i] * 2.0;
        let with = (y[at].abs() * 3.0) as usize % 4;
        y.swap(with, i);
        for j in 0..3 {
            sum += y[j] * y[j + 1] * x[i];
        }
    }
    y[at] + sum
}

/// What is read of an array of literals is a number of a known type.
#[differentiate]
fn method_of_literal_in_array(x: f64, n: usize) -> f64 {
    let zero: f64 = 0.0;
    let mut sum = x;
    for part in [zero, zero, zero + 0.25] {
        sum *= if x > 3.0 { sum } else { part.hypot(n as f64) };
    }
    sum
}

#[test]
fn types_and_memory() {
    for at in 0..4 {
        let x = vec![0.3, 1.2, 0.1, 0.7];
        check!(index_from_what_it_writes(&x, at); x in [x.clone()]);
    }
    check!(method_of_literal_in_array(x, 2); x in [0.4]);
    check!(array_changed_while_taken(e, w); (e, w) in [([1.1, 2.0, 3.0], 0.3)]);
    check!(vector_replaced_while_taken(e.clone(), w); (e, w) in [(vec![1.1, 2.0, 3.0], 0.3)]);
    check!(part_of_call_in_array_map(x, y); (x, y) in [(0.4, 1.3)]);
    check!(generic_remainder(x, y); (x, y) in [(0.7, 4.0)]);
    check_map!(constant_vector(&x); x in [vec![1.0, -2.0]]);
    check!(constant_in_assertion(x); x in [0.4]);
    check!(power_of_call_in_branch(x, y, 3); (x, y) in [(0.4, 1.3), (-0.4, 1.3)]);
    check!(sign_of_call(x, y); (x, y) in [(0.4, 1.3), (0.4, -1.3), (-0.4, -1.3)]);
}

#[test]
fn control_flow() {
    for at in 0..3 {
        check!(condition_on_what_a_branch_writes(&x, at, limit);
            (x, limit) in [(vec![0.9, 1.2, 0.8], 0.85), (vec![0.9, 1.2, 0.8], 1.0)]);
    }
    check!(loop_while_any(&x, limit); (x, limit) in [(vec![1.0, -2.0, 0.3], 0.8)]);
    for n in [0, 1, 2] {
        check!(overwritten_by_constant(x, y, n); (x, y) in [(0.4, 1.3)]);
        check!(overwritten_in_nested_loop(x, y, n, 2); (x, y) in [(0.4, 1.3)]);
    }
    check!(local_function_in_closure(x, y); (x, y) in [(0.4, 1.3)]);
}
