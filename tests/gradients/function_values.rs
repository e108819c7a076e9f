//! Closures and functions as values: named, passed on, moved into, nested.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn cube(x: f64) -> f64 {
    x * x * x
}

#[differentiate]
fn higher_order(a: f64, b: f64) -> f64 {
    fn simpson(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
        let h = (b - a) / n as f64;
        let mut s = f(a) + f(b);
        for i in 1..n {
            s += if i % 2 == 1 { 4.0 } else { 2.0 } * f(a + i as f64 * h);
        }
        s * h / 3.0
    }
    fn twice<F: Fn(f64) -> f64>(f: F, x: f64) -> f64 {
        f(f(x))
    }
    simpson(|t| (t * a).sin(), 0.0, b, 4)
        + twice(|x| x * x + a, b)
        + simpson(f64::exp, a, b, 2)
        + twice(cube, a)
}

#[differentiate]
fn fn_alias(x: f64) -> f64 {
    let f = cube;
    let g = f64::sin;
    f(x) + g(x)
}

#[differentiate]
fn move_closures(x: f64, y: f64) -> f64 {
    let mut k = x;
    let f = move |v: f64| v * k;
    k = y;
    let mut acc = 1.0;
    let mut add = move |v: f64| {
        acc += v;
        acc
    };
    let a = add(x);
    let b = add(y);
    let mut arr = [x, y];
    let g = move || arr[0] * arr[1];
    arr[0] = 5.0;
    f(2.0) + k + a * b + acc + g() + arr[0]
}

#[differentiate]
fn shadow(x: f64) -> f64 {
    let x = x + 1.0;
    let x = {
        let x = x * x;
        x + 1.0
    };
    let mut y = x;
    for x in 0..3 {
        let x = x as f64 * y;
        y = x + 0.5;
    }
    let y = |x: f64| x * y;
    let x = y(x);
    if let x @ 0.0..=1e9 = x {
        let x = x.ln();
        x
    } else {
        x
    }
}

#[differentiate]
fn nested_closures(x: f64, n: usize) -> f64 {
    let outer = |a: f64| {
        let inner = |b: f64| a * b + x;
        inner(a) + inner(2.0)
    };
    let mut t = 0.0;
    let mut bump = |d: f64| {
        t += outer(d) * x;
    };
    for i in 0..n {
        bump(i as f64);
    }
    t
}

#[differentiate]
fn mut_closure(xs: &[f64]) -> f64 {
    let mut total = 0.0;
    let mut count = 0;
    let mut add = |v: f64| {
        total += v * v;
        count += 1;
    };
    for &x in xs {
        add(x);
        add(x + 1.0);
    }
    total / count as f64
}

#[differentiate]
fn closures(a: f64, b: f64) -> f64 {
    let f = |x| a * x + b;
    let g = |x: f64, y: f64| -> f64 { if x > y { x * b } else { y - a } };
    let compose = |x| f(f(x));
    let pair = |t: f64| (t.sin() * a, t.cos() * b);
    let (p, q) = pair(0.3);
    let mut acc = 0.0;
    for i in 0..3 {
        acc += g(compose(i as f64), p + q);
    }
    acc
}

#[differentiate]
fn closure_forms(x: &[f64], pts: &[(f64, f64)]) -> f64 {
    let sq = |v: &f64| v * v;
    let a: f64 = x.iter().map(sq).sum();
    let b = x.iter().map(|&v| sq(&v)).fold(0.0, |acc: f64, v| acc.max(v));
    let c = pts.iter().fold((0.0, 1.0), |(s, p), &(u, v)| (s + u * v, p * (u + v)));
    let d = x
        .iter()
        .enumerate()
        .map(|(i, v)| {
            let w = i as f64 + 1.0;
            w * v
        })
        .filter(|v| *v > 0.0)
        .map(f64::ln)
        .sum::<f64>();
    let clip = |v: f64| {
        if v > 1.0 {
            return 1.0;
        }
        if v < -1.0 {
            return -1.0;
        }
        v * v
    };
    let e: f64 = x.iter().copied().map(clip).sum();
    let poly = |t: f64| {
        let mut r = 0.0;
        for c in x.iter().rev() {
            r = r * t + c;
        }
        r
    };
    let (lo, hi) =
        x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let any = x.iter().any(|v| *v > 0.5);
    let all = x.iter().all(|&v| v > -10.0);
    let cnt = x.iter().filter(|v| **v > 0.0).count();
    a + b + c.0 * c.1 + d + e + poly(poly(0.3)) + hi - lo
        + if any && all { a * cnt as f64 } else { b }
}

#[differentiate]
fn collect_forms(x: &[f64]) -> f64 {
    let sq = x.iter().map(|v| v * v).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = x.chunks(2).map(|c| c.to_vec()).collect();
    let grid: Vec<Vec<f64>> = (0..2).map(|i| (0..3).map(|j| x[i] * x[j]).collect()).collect();
    let tuples: Vec<(usize, f64)> = x.iter().copied().enumerate().collect();
    let pos: Vec<f64> = x.iter().filter(|v| **v > 0.0).cloned().collect();
    let refs: Vec<&f64> = x.iter().collect();
    let arr: Vec<[f64; 2]> = x.iter().map(|&v| [v, v * 2.0]).collect();
    let mut s = refs[0] * 2.0;
    for (i, v) in &tuples {
        s += *i as f64 * v;
    }
    for (i, v) in tuples.iter() {
        s += (*i as f64) * v.exp();
    }
    for [a, b] in &arr {
        s += a * b;
    }
    s + sq.iter().sum::<f64>() + rows[1][0] * rows[0][1] + grid[1][2] + pos.len() as f64 * pos[0]
}

#[differentiate]
fn arr_map_int(x: f64) -> f64 {
    let powers = [1, 2, 3].map(|k| x.powi(k));
    let idx = [2usize, 0, 1].map(|i| (i + 1) % 3);
    let masks = [1.0, -1.0, 2.0].map(|w| w > 0.0);
    let mut s = 0.0;
    for (i, m) in idx.iter().zip(masks) {
        if m {
            s += powers[*i];
        }
    }
    s
}

#[test]
fn by_name() {
    check!(higher_order(a, b); (a, b) in [(0.3, 0.8)]);
    check!(fn_alias(x); x in [0.3]);
}

#[test]
fn capturing() {
    check!(move_closures(x, y); (x, y) in [(0.5, 0.2)]);
    check!(shadow(x); x in [0.4]);
    check!(nested_closures(x, 3); x in [0.5]);
    check!(mut_closure(&x); x in [vec![1.0, 2.0]]);
    check!(closures(a, b); (a, b) in [(0.7, 0.3)]);
}

#[test]
fn in_chains() {
    check!(closure_forms(&x, &p); (x, p) in [(vec![0.5, 0.2, 0.9], vec![(0.4, 0.8), (1.1, 0.3)])]);
    check!(collect_forms(&x); x in [vec![0.5, -0.2, 0.9, 0.3]]);
    check!(arr_map_int(x); x in [0.7]);
}
