//! `&mut` references to tuples, and to parts of them, by whatever they are taken.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn rotate(p: &mut (f64, f64), t: f64) {
    p.0 += t * p.1;
    p.1 -= t * p.0;
}

#[differentiate]
fn scale(p: &mut f64, t: f64) {
    *p *= t;
}

#[differentiate]
fn passed(x: f64) -> f64 {
    let mut p = (x, 1.0);
    for _ in 0..5 {
        rotate(&mut p, 0.1 * x);
    }
    p.0 * p.1
}

#[differentiate]
fn part_passed(x: f64) -> f64 {
    let mut t = ((x, 1.0), 2.0);
    rotate(&mut t.0, x);
    scale(&mut t.1, t.0.0);
    t.0.0 * t.0.1 * t.1
}

#[differentiate]
fn taken_apart(x: f64) -> f64 {
    let mut t = (x, 1.0);
    let (a, b) = &mut t;
    *a += x * *b;
    *b *= x;
    t.0 * t.1
}

#[differentiate]
fn by_ref_mut(x: f64) -> f64 {
    let mut t = (x, 1.0);
    {
        let (ref mut a, b) = t;
        *a += x * b;
    }
    match t {
        (ref mut a, ref mut b) => {
            *a += x * *b;
            *b += *a;
        }
    }
    t.0 * t.1
}

#[differentiate]
fn by_a_name(x: f64) -> f64 {
    let mut t = (x, 1.0);
    let r = &mut t;
    r.0 *= x;
    r.1 += r.0;
    t.0 * t.1
}

#[differentiate]
fn swapped(x: f64) -> f64 {
    let (mut t, mut u) = ((x, 1.0), (2.0 * x, x * x));
    std::mem::swap(&mut t, &mut u);
    std::mem::swap(&mut u.0, &mut u.1);
    t.0 * t.1 + u.0.sin() * u.1
}

#[differentiate]
fn in_sequences(x: f64) -> f64 {
    let mut pairs = [(x, 1.0), (x * x, 2.0)];
    for p in pairs.iter_mut() {
        rotate(p, x);
    }
    for (a, b) in &mut pairs {
        *a *= *b;
    }
    for (i, (a, b)) in pairs.iter_mut().enumerate() {
        *b += *a * i as f64;
    }
    pairs[0].0 * pairs[1].1 + pairs[1].0
}

#[differentiate]
fn with_memory_inside(x: f64) -> f64 {
    let mut t = (vec![x, 1.0], 1.0);
    t.0.push(x * x);
    let v = &mut t.0;
    v[0] *= 3.0;
    scale(&mut t.1, x);
    t.0[2] * t.0[0] * t.1
}

#[differentiate]
fn through_closures(x: f64) -> f64 {
    let turn = |p: &mut (f64, f64)| {
        p.0 += x;
        p.1 *= p.0;
    };
    let mut q = (x, 2.0);
    turn(&mut q);
    turn(&mut q);
    q.0 * q.1
}

#[differentiate]
fn copied(x: f64) -> f64 {
    let mut p = (x, 1.0);
    let mut q = p;
    rotate(&mut q, x);
    scale(&mut p.1, q.0);
    p.0 * p.1 + q.0 * q.1
}

#[test]
fn tuples_change_where_they_are() {
    check!(passed(x); x in [0.7, -0.4]);
    check!(part_passed(x); x in [0.7, -0.4]);
    check!(taken_apart(x); x in [0.7, -0.4]);
    check!(by_ref_mut(x); x in [0.7, -0.4]);
    check!(by_a_name(x); x in [0.7, -0.4]);
    check!(swapped(x); x in [0.7, -0.4]);
    check!(in_sequences(x); x in [0.7, -0.4]);
    check!(with_memory_inside(x); x in [0.7, -0.4]);
    check!(through_closures(x); x in [0.7, -0.4]);
    check!(copied(x); x in [0.7, -0.4]);
}
