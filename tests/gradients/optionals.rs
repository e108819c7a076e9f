//! `Option`s of numbers: made, taken apart, changed; and what looks for an item.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn matched(x: f64) -> f64 {
    match Some(x) {
        Some(y) => y * y,
        None => 0.0,
    }
}

#[differentiate]
fn made_in_a_branch(x: f64, y: f64) -> f64 {
    let chosen = if x > 0.0 { Some(x * y) } else { None };
    chosen.map_or(y * y, |v| v.sin())
}

#[differentiate]
fn absent_first(x: f64, y: f64) -> f64 {
    let chosen = if x > 0.0 { None } else { Some((x, y)) };
    if let Some((a, b)) = chosen { a * b * b } else { x + 2.0 * y }
}

#[differentiate]
fn chain_of_methods(x: f64, y: f64) -> f64 {
    let root = |v: f64| if v >= 0.0 { Some(v.sqrt()) } else { None };
    let both = root(x).zip(root(y)).map(|(a, b)| a * b);
    let large = both.filter(|v| *v > 1.0).or(Some(x * x)).unwrap_or(y);
    let next = root(x - 1.0).and_then(|v| root(v - 1.0)).unwrap_or_else(|| x * y);
    large * next + if both.is_some_and(|v| v > 3.0) { x } else { y }
}

#[differentiate]
fn ends(x: &[f64]) -> f64 {
    let first = x.first().copied().unwrap_or(1.0);
    let last = if let Some(v) = x.last() { v * v } else { 2.0 };
    first * last + x.get(2).map_or(0.5, |v| v.sin())
}

#[differentiate]
fn changed_through(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    if let Some(v) = y.first_mut() {
        *v *= *v;
    }
    if let Some(v) = y.get_mut(5) {
        *v = 100.0;
    }
    y.iter().sum()
}

#[differentiate]
fn held_by_mutable_reference(x: f64) -> f64 {
    let mut a = x;
    if let Some(r) = Some(&mut a) {
        *r *= x;
    }
    a * a
}

#[differentiate]
fn read_before_the_change(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let (last, first) = (y.last().copied(), Some(y[0]));
    y[0] = 2.0;
    y.push(x[0] * 3.0);
    let now = y.last().map(|v| v * v);
    last.unwrap() * first.unwrap() * now.unwrap()
}

#[differentiate]
fn let_else(x: &[f64], k: usize) -> f64 {
    let Some(v) = x.get(k) else {
        return x[0] * 3.0;
    };
    v * v
}

#[differentiate]
fn running_best(x: &[f64], scale: f64) -> f64 {
    let mut best = None;
    for v in x {
        best = match best {
            None => Some(*v),
            Some(b) if *v > b => Some(*v * scale),
            other => other,
        };
    }
    best.unwrap_or(scale * 2.0)
}

#[differentiate]
fn typed_and_changed(x: &[f64]) -> f64 {
    let mut held: Option<(f64, usize)> = None;
    for (i, v) in x.iter().enumerate() {
        if *v > 1.0 {
            held = Some((v * v, i));
        }
    }
    match held {
        Some((v, 0)) => v,
        Some((v, i)) => v * i as f64,
        None => x[0],
    }
}

#[differentiate]
fn returned_by_a_local_function(x: &[f64], limit: f64) -> f64 {
    fn first_above(x: &[f64], limit: f64) -> Option<f64> {
        for v in x {
            if *v > limit {
                return Some(*v);
            }
        }
        None
    }
    match first_above(x, limit) {
        Some(v) => v * limit,
        None => limit * limit,
    }
}

#[differentiate]
fn broken_out_with(x: &[f64]) -> f64 {
    let mut k = 0;
    let found = loop {
        if k == x.len() {
            break None;
        }
        if x[k] > 1.0 {
            break Some(x[k] * x[k]);
        }
        k += 1;
    };
    found.unwrap_or(0.0) + x[0]
}

#[differentiate]
fn while_let(x: &[f64]) -> f64 {
    let (mut k, mut total) = (0, 0.0);
    while let Some(v) = x.get(k) {
        total += v * v * v;
        k += 2;
    }
    total
}

#[differentiate]
fn largest(x: &[f64], scale: f64) -> f64 {
    let largest = x.iter().max_by(|a, b| a.total_cmp(b)).unwrap();
    let smallest = x.iter().copied().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap();
    scale * largest * smallest
}

#[differentiate]
fn largest_by_path(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).max_by(f64::total_cmp).map_or(0.0, |v| v.sin())
}

#[differentiate]
fn largest_with_index(x: &[f64]) -> f64 {
    let (i, v) = x.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
    v * v * (i + 1) as f64
}

#[differentiate]
fn largest_of_mapped(x: &[f64], k: f64) -> f64 {
    let best = x.iter().map(|v| (v * k, v + k)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((a, b)) => a * b,
        None => k,
    }
}

#[differentiate]
fn nearest_row(rows: &[[f64; 2]; 3], p: [f64; 2]) -> f64 {
    let distance = |r: &[f64; 2]| (r[0] - p[0]).powi(2) + (r[1] - p[1]).powi(2);
    let near = rows.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap();
    distance(near) * near[0]
}

#[differentiate]
fn reduced(x: &[f64]) -> f64 {
    x.iter().copied().reduce(|a, b| a * b + b).unwrap_or(3.0)
}

#[differentiate]
fn reduced_of_filtered(x: &[f64], k: f64) -> f64 {
    x.iter().filter(|v| **v > 0.0).map(|v| v * k).reduce(f64::max).unwrap_or(k * k)
}

#[differentiate]
fn last_and_nth(x: &[f64]) -> f64 {
    let a = x.iter().filter(|v| **v > 0.0).last().copied().unwrap_or(0.0);
    let b = x.iter().map(|v| v * v).nth(2).unwrap_or(1.0);
    let c = x.iter().rev().nth(1).unwrap();
    let d = x.iter().skip(1).next().unwrap();
    a * b + c * d + x.iter().map(|v| v.sin()).last().unwrap()
}

#[differentiate]
fn found(x: &[f64], limit: f64) -> f64 {
    let first = x.iter().find(|v| **v > limit);
    let mapped = x.iter().find_map(|v| if *v > limit { Some(v * limit) } else { None });
    let at = x.iter().position(|v| *v > limit);
    let at = at.map_or(0, |i| i);
    match (first, mapped) {
        (Some(a), Some(b)) => a * b * x[at],
        _ => limit,
    }
}

#[differentiate]
fn filter_mapped(x: &[f64], k: f64) -> f64 {
    x.iter().filter_map(|v| (*v > 0.0).then(|| v.ln() * k)).sum::<f64>()
        + x.iter().filter_map(|v| if *v < 0.0 { Some(v * v) } else { None }).sum::<f64>()
}

#[differentiate]
fn scanned(x: &[f64], rate: f64) -> f64 {
    x.iter()
        .scan(1.0, |state, v| {
            *state = *state * rate + v;
            if *state > 20.0 { None } else { Some(*state * v) }
        })
        .sum()
}

#[differentiate]
fn mapped_while(x: &[f64]) -> f64 {
    x.iter().map_while(|v| if *v < 2.0 { Some(v.exp()) } else { None }).product()
}

#[differentiate]
fn folded_in_an_option(x: &[f64]) -> f64 {
    let largest = x.iter().fold(None, |m: Option<f64>, v| match m {
        None => Some(*v),
        Some(m) => Some(m.max(*v)),
    });
    largest.map(|v| v * v).unwrap_or(0.0)
}

#[differentiate]
fn flattened_options(x: &[f64]) -> f64 {
    x.iter().map(|v| if *v > 0.0 { Some(v * v) } else { None }).flatten().sum()
}

#[differentiate]
fn unzipped(x: &[f64], k: f64) -> f64 {
    let (squares, others): (Vec<f64>, Vec<f64>) = x.iter().map(|v| (v * v, v * k)).unzip();
    squares.iter().zip(others.iter().rev()).map(|(a, b)| a * b).sum()
}

#[differentiate]
fn partitioned(x: &[f64]) -> Vec<f64> {
    let (above, below): (Vec<f64>, Vec<f64>) = x.iter().partition(|v| **v > 1.0);
    above.iter().map(|v| v * v).chain(below.iter().map(|v| v.sin())).collect()
}

#[differentiate]
fn guarded(x: &[f64], k: f64) -> f64 {
    let mut total = k;
    for pair in x.iter().zip(x.iter().skip(1)).map(|(a, b)| (a * b > 0.0).then_some((a, b))) {
        total = match pair {
            Some((a, b)) if *a > 1.0 => total * a * b,
            Some((a, _)) => total + a,
            None if total > 1.0 => total.sqrt(),
            None => total * 2.0,
        };
    }
    total
}

#[differentiate]
fn iterator_out_of_a_block(x: &[f64], k: f64) -> f64 {
    let scaled = {
        let twice = 2.0 * k;
        x.iter().map(move |v| v * twice)
    };
    let twice = k.sin();
    scaled.map(|v| v * v + twice).sum()
}

#[differentiate]
fn kept_in_a_closure(x: &[f64], mut k: f64) -> f64 {
    let mut held = Some(k);
    let early = move |v: f64| held.map_or(v, |h| h * v);
    held = None;
    k *= 2.0;
    let late = held.map_or(k, |h| h);
    x.iter().map(|v| early(*v)).sum::<f64>() * late
}

#[differentiate]
fn nested(x: f64, y: f64) -> f64 {
    let inner = if x > 0.0 {
        Some(Some(x * y))
    } else if y > 0.0 {
        Some(None)
    } else {
        None
    };
    match inner {
        Some(Some(v)) => v * v,
        Some(None) => y * y * x,
        None => x.sin() + y,
    }
}

#[differentiate]
fn pair_of_options(x: &[f64], k: usize) -> f64 {
    match (x.get(k), x.get(k + 1)) {
        (Some(a), Some(b)) => a * b,
        (Some(a), None) => a * a,
        (None, _) => x[0] * 5.0,
    }
}

#[differentiate]
fn by_reference(x: f64, y: f64) -> f64 {
    let held = (x > 0.0).then(|| x.sqrt());
    let doubled = held.as_ref().map(|v| v * 2.0);
    if let Some(v) = &held { v * y + doubled.unwrap() } else { y }
}

#[differentiate]
fn vector_in_an_option(x: &[f64]) -> f64 {
    let squares: Option<Vec<f64>> =
        if x.len() > 2 { Some(x.iter().map(|v| v * v).collect()) } else { None };
    match squares {
        Some(v) => v.iter().product(),
        None => x.iter().sum(),
    }
}

#[differentiate]
fn put_in_by_path(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).map(Some).map(|v| v.unwrap_or(0.0)).sum()
}

/// Nothing here holds a derivative: what the closure makes of indices is constant.
#[differentiate]
fn constant_options(x: &[f64], names: &[usize]) -> f64 {
    let k = names.iter().position(|n| *n == 2);
    let wanted = Some(3);
    let other: Option<usize> = None;
    if k == wanted || other.is_some() || x.first() == Some(&7.0) {
        x[0]
    } else {
        x[k.unwrap()] * x[0]
    }
}

const X: [f64; 4] = [0.5, -1.0, 2.5, 1.5];

#[test]
fn made_and_taken_apart() {
    check!(matched(x); x in [0.7, -0.4]);
    check!(made_in_a_branch(x, y); (x, y) in [(0.4, 0.7), (-0.4, 0.7)]);
    check!(absent_first(x, y); (x, y) in [(0.4, 0.7), (-0.4, 0.7)]);
    check!(chain_of_methods(x, y); (x, y) in [(5.0, 0.7), (5.0, 2.5), (0.5, 0.7), (-0.5, 0.7)]);
    check!(ends(&x); x in [X.to_vec(), vec![0.5], vec![]]);
    check!(changed_through(&x); x in [X.to_vec(), vec![]]);
    check!(held_by_mutable_reference(x); x in [0.7]);
    check!(read_before_the_change(&x); x in [X.to_vec()]);
    check!(nested(x, y); (x, y) in [(0.4, 0.7), (-0.4, 0.7), (-0.4, -0.7)]);
    check!(pair_of_options(&x, 2); x in [X.to_vec(), vec![0.4, 0.3, 0.2], vec![0.4]]);
    check!(by_reference(x, y); (x, y) in [(0.4, 0.7), (-0.4, 0.7)]);
    check!(vector_in_an_option(&x); x in [X.to_vec(), vec![0.4, 0.3]]);
    check!(put_in_by_path(&x); x in [X.to_vec()]);
    check!(let_else(&x, 2); x in [X.to_vec(), vec![0.5]]);
    check!(constant_options(&x, &[1, 0, 2]); x in [X.to_vec()]);
}

#[test]
fn changed() {
    check!(running_best(&x, scale); (x, scale) in [(X.to_vec(), 0.9), (vec![], 0.9)]);
    check!(typed_and_changed(&x); x in [X.to_vec(), vec![1.5, 0.2], vec![0.3]]);
    check!(returned_by_a_local_function(&x, l); (x, l) in [(X.to_vec(), 1.0), (X.to_vec(), 3.0)]);
    check!(broken_out_with(&x); x in [X.to_vec(), vec![0.5]]);
    check!(while_let(&x); x in [X.to_vec(), vec![]]);
    check!(guarded(&x, k); (x, k) in [(X.to_vec(), 0.7), (vec![1.5, 0.4, 0.3], 0.7)]);
    check!(iterator_out_of_a_block(&x, k); (x, k) in [(X.to_vec(), 0.7)]);
    check!(kept_in_a_closure(&x, k); (x, k) in [(X.to_vec(), 0.7)]);
    check!(folded_in_an_option(&x); x in [X.to_vec(), vec![]]);
}

#[test]
fn looked_for() {
    check!(largest(&x, scale); (x, scale) in [(X.to_vec(), 0.7)]);
    check!(largest_by_path(&x); x in [X.to_vec(), vec![]]);
    check!(largest_with_index(&x); x in [X.to_vec()]);
    check!(largest_of_mapped(&x, k); (x, k) in [(X.to_vec(), 0.7), (X.to_vec(), -0.7), (vec![], 0.7)]);
    check!(nearest_row(&rows, p); (rows, p) in [([[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]], [0.3, 0.7])]);
    check!(reduced(&x); x in [X.to_vec(), vec![0.7], vec![]]);
    check!(reduced_of_filtered(&x, k); (x, k) in [(X.to_vec(), 0.7), (vec![-0.5], 0.7)]);
    check!(last_and_nth(&x); x in [X.to_vec(), vec![0.4, 0.6]]);
    check!(found(&x, limit); (x, limit) in [(X.to_vec(), 0.7), (X.to_vec(), 3.0)]);
}

#[test]
fn items_that_may_be_missing() {
    check!(filter_mapped(&x, k); (x, k) in [(X.to_vec(), 0.7)]);
    check!(scanned(&x, rate); (x, rate) in [(X.to_vec(), 0.7), (X.to_vec(), 9.0)]);
    check!(mapped_while(&x); x in [X.to_vec(), vec![0.3, 0.4]]);
    check!(flattened_options(&x); x in [X.to_vec()]);
    check!(unzipped(&x, k); (x, k) in [(X.to_vec(), 0.7)]);
    check_map!(partitioned(&x); x in [X.to_vec()]);
}
