//! What looks at a differentiated value without changing the result: printing, text, integers made of
//! it; and sequences of constants that are consumed on the way.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn prints(x: f64, y: f64) -> f64 {
    let product = x * y;
    println!("x is {x}, y is {:.3}, their product {}", y, product * 1.0);
    if product > 1.0 {
        eprintln!("{product:?}");
    }
    product.sin()
}

#[differentiate]
fn prints_in_a_loop(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for (i, v) in x.iter().enumerate() {
        total += v * v;
        print!("{i}: {total} ");
    }
    println!();
    total
}

/// An assertion reads a whole, and an element that a reference is to.
#[differentiate]
fn asserts_about_an_element(mut x: Vec<f64>) -> f64 {
    let mut total = 0.0;
    for r in x.iter() {
        debug_assert!(*r <= x[1].max(x[0]), "{r} is the greatest of {x:?}");
        total += r * r;
    }
    x[1] *= total;
    total * x[1]
}

/// A number that is borrowed is one in assertions.
#[differentiate]
fn asserts_about_a_borrowed_number(x: f64, y: f64) -> f64 {
    let mut t = x;
    let mut sum = 0.0;
    for _ in 0..3 {
        let mut t = t * y;
        assert!(t < f64::INFINITY, "{t} {}", t + 1.0);
        std::mem::swap(&mut t, &mut sum);
        sum += t * t;
    }
    std::mem::swap(&mut t, &mut sum);
    sum * t
}

#[differentiate]
fn debugs(x: f64, y: f64) -> f64 {
    dbg!(x);
    let product = dbg!(x * y) + dbg!(y);
    let (a, b) = dbg!(product, x.sin());
    a * b
}

#[differentiate]
fn length_of_text(x: f64) -> f64 {
    let text = format!("{x:.2}");
    x * x * text.len() as f64
}

#[differentiate]
fn integer_part(x: f64) -> f64 {
    let steps = x as i64;
    x * steps as f64 + (x.floor() as usize % 7) as f64
}

#[differentiate]
fn bits(x: f64) -> f64 {
    let sign = x.to_bits() >> 63;
    if sign == 1 { x * x } else { 3.0 * x }
}

#[differentiate]
fn appended(x: &mut Vec<f64>) -> f64 {
    x.push(3.0);
    let n = x.len();
    x[n - 1] * x[0] * x[0]
}

#[differentiate]
fn popped(x: f64, factors: &[usize]) -> f64 {
    let mut total = x;
    let mut rest = factors.to_vec();
    while let Some(k) = rest.pop() {
        total *= k as f64 * x;
    }
    total
}

#[differentiate]
fn popped_once(x: f64, factors: &[usize]) -> f64 {
    let mut rest = factors.to_vec();
    let first = match rest.pop() {
        Some(k) => k as f64,
        None => 1.0,
    };
    let Some(second) = rest.pop() else {
        return first * x;
    };
    if let Some(third) = rest.pop() {
        return x * x * third as f64;
    }
    first * x.powi(second as i32)
}

#[differentiate]
fn sorted_indices(x: &[f64], order: &[usize]) -> f64 {
    let mut order = order.to_vec();
    order.sort_unstable();
    let mut total = 0.0;
    for (k, i) in order.iter().enumerate() {
        total += k as f64 * x[*i].powi(2);
    }
    total
}

#[derive(Clone)]
struct Schedule {
    name: String,
    order: usize,
}

fn schedule(n: usize) -> Schedule {
    Schedule { name: "s".repeat(n), order: n }
}

#[differentiate]
fn matched_call(x: f64, n: usize) -> f64 {
    match schedule(n) {
        Schedule { order: 0, .. } => x,
        Schedule { name, .. } if name.len() == 2 => x.sin(),
        Schedule { order, .. } => x.powi(order as i32),
    }
}

#[differentiate]
fn method_of_an_integer(x: f64, n: u8) -> f64 {
    x * n.halved() * n.saturating_sub(1).pow(2) as f64
}

trait Halved {
    fn halved(&self) -> f64;
}

impl Halved for u8 {
    fn halved(&self) -> f64 {
        0.5 * f64::from(*self)
    }
}

#[test]
fn values_of_unknown_types() {
    for n in [0, 1, 2, 3] {
        check!(matched_call(x, n); x in [0.4, -1.5]);
    }
    check!(method_of_an_integer(x, 5); x in [0.4]);
}

#[test]
fn text() {
    check!(prints(x, y); (x, y) in [(0.4, 1.1), (1.3, 2.0)]);
    check!(prints_in_a_loop(&x); x in [vec![0.4, 1.1], vec![]]);
    check!(asserts_about_an_element(x); x in [vec![0.4, 1.1], vec![1.3, 0.2, -0.7]]);
    check!(asserts_about_a_borrowed_number(x, y); (x, y) in [(0.7, 0.3)]);
    check!(debugs(x, y); (x, y) in [(0.4, 1.1)]);
    check!(length_of_text(x); x in [0.4, -12.3]);
}

#[test]
fn integers() {
    check!(integer_part(x); x in [0.4, 12.3, 3.5]);
    check!(bits(x); x in [0.4, -12.3]);
}

#[test]
fn grown_in_place() {
    let (mut x, mut bar) = (vec![2.0], vec![0.5, 7.0]);
    assert_eq!(appended::vjp_into(&mut x, 1.0, &mut bar), 12.0);
    assert_eq!((x, bar), (vec![2.0, 3.0], vec![12.5]));
}

#[differentiate]
fn popped_and_unwrapped(x: f64, powers: &[i32]) -> f64 {
    let mut rest = powers.to_vec();
    let first = rest.pop().unwrap();
    let second = rest.pop().map_or(1, |k| k + 1);
    x.powi(first) * x.powi(second).sin()
}

#[differentiate]
fn written(x: f64) -> f64 {
    use std::fmt::Write;
    let mut text = String::new();
    write!(text, "{x}").unwrap();
    writeln!(text, "!").unwrap();
    x * text.len() as f64
}

#[test]
fn effects_happen_once() {
    check!(popped_and_unwrapped(x, &[4, 3, 2]); x in [0.4, -1.5]);
    assert_eq!(written::value_and_grad(1.5), (7.5, 5.0));
    assert_eq!(written::jvp(1.5, 1.0), (7.5, 5.0));
}

#[test]
fn consumed() {
    check!(popped(x, &[3, 5, 2]); x in [0.4, -1.5]);
    for factors in [&[][..], &[3], &[3, 2], &[4, 3, 2]] {
        check!(popped_once(x, factors); x in [0.4, -1.5]);
    }
    check!(sorted_indices(&x, &[2, 0, 1]); x in [vec![0.4, 1.1, -0.3]]);
}
