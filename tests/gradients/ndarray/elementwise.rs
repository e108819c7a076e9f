//! Functions of each element.

use ndarray::{Array1, Array2, Zip, azip};

use super::{functions, m23, n23, v3, w3};

functions! {
    exponentials(a: &Array2<f64> = m23()) -> Array2<f64> { a.exp() }
    logarithms(a: &Array2<f64> = n23()) -> Array2<f64> { a.ln() }
    roots(a: &Array2<f64> = n23()) -> Array2<f64> { a.sqrt() * a.recip() }
    sines(a: &Array2<f64> = m23()) -> Array2<f64> { a.sin() + a.cos() * a.tan() }
    hyperbolic(a: &Array2<f64> = m23()) -> Array2<f64> { a.tanh() - a.sinh() / a.cosh() + a.cosh() }
    powers(a: &Array2<f64> = n23()) -> Array2<f64> { a.powi(3) + a.powf(1.5) }
    absolute(a: &Array2<f64> = m23()) -> Array2<f64> { a.abs() * a.signum() }
    clamped(a: &Array2<f64> = m23()) -> Array2<f64> { a.clamp(-0.5, 0.5) }
    mapped_by_paths(a: &Array2<f64> = m23()) -> Array2<f64> { a.mapv(f64::tanh) }
    mapped_by_closures(a: &Array2<f64> = m23()) -> Array2<f64> { a.mapv(|x| x * x.sin()) }
    mapped_references(a: &Array2<f64> = m23()) -> Array2<f64> { a.map(|&x| x * 2.0) + a.map(|x| x * x) }
    mapped_with_branches(a: &Array2<f64> = m23()) -> Array2<f64> { a.mapv(|x| if x > 0.0 { x } else { 0.1 * x }) }
    mapped_with_captures(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array1<f64> {
        let k = b[0] * b[1];
        a.mapv(|x| (k * x).exp())
    }
    chains(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array1<f64> { ((a * b).exp() + 1.0).ln().mapv(f64::sin) }
    zipped(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> {
        let mut c = a.clone();
        c.zip_mut_with(b, |x, &y| *x *= y);
        Zip::from(&mut c).and(a).and(b).for_each(|c, &a, &b| *c += a / b);
        c
    }
    by_azip(a: &Array1<f64> = v3(), b: &Array1<f64> = w3()) -> Array1<f64> {
        let mut c = Array1::ones(a.len());
        azip!((c in &mut c, &a in a, &b in b) *c += a * b);
        azip!((c in &mut c, &a in a) {
            let d = a * a;
            *c *= d;
        });
        c
    }
    collected(a: &Array2<f64> = m23(), b: &Array2<f64> = n23()) -> Array2<f64> {
        Zip::from(a).and(b).map_collect(|&a, &b| a * b.ln())
    }
}

/// What the closure changes is changed before the next operand is computed.
#[autodiff::differentiate]
fn in_order(a: &Array1<f64>, b: &Array1<f64>) -> Array1<f64> {
    let mut sum = 0.0;
    let doubled = a.mapv(|x| {
        sum += x;
        2.0 * x
    });
    doubled * b + sum
}

/// So is what a method changes, and what a closure that has a name does.
#[autodiff::differentiate]
fn noted(a: &Array1<f64>, b: &Array1<f64>) -> Array1<f64> {
    let mut seen = Vec::new();
    let mut last = 0.0;
    let mut scaled = |x: f64| {
        last = x;
        x * 3.0
    };
    let first = a.mapv(|x| scaled(x)) * 2.0 + b;
    a.mapv(|x| {
        seen.push(x * x);
        x.sin()
    }) * seen[1]
        + first * last
}

#[test]
fn closures_that_count() {
    crate::harness::check_map!(noted(&a, &b); (a, b) in [(v3(), w3())]);
    crate::harness::check_map!(in_order(&a, &b); (a, b) in [(v3(), w3())]);
}
