//! Loops in which places meet, or do not, by their indices: what may be reloaded, promoted, turned
//! round, split or rotated, and what must not.

use autodiff::differentiate;

use crate::harness::{check, check_map, ramp};

#[differentiate]
fn prefix_products(x: &[f64]) -> f64 {
    let mut p = x.to_vec();
    for i in 1..p.len() {
        p[i] *= p[i - 1];
    }
    p.iter().sum()
}

#[differentiate]
fn suffix_products(x: &[f64]) -> f64 {
    let mut p = x.to_vec();
    for i in (0..p.len() - 1).rev() {
        p[i] *= p[i + 1];
    }
    p.iter().sum()
}

#[differentiate]
fn meets_in_the_middle(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let n = y.len();
    for i in 0..n {
        y[i] = y[i] * y[n - 1 - i] + 1.0;
    }
    y.iter().sum()
}

#[differentiate]
fn doubles_its_index(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    for i in 0..y.len() / 2 {
        y[2 * i] = y[2 * i] * y[i] + y[2 * i + 1];
    }
    y.iter().map(|v| v * v).sum()
}

#[differentiate]
fn one_place_for_two_names(x: &[f64], i: usize, j: usize) -> f64 {
    let mut y = x.to_vec();
    for k in 0..y.len() {
        y[i] = y[i] * y[k] + y[j];
        y[j] = y[j].sin() + y[i] * x[k];
    }
    y.iter().sum()
}

#[differentiate]
fn permuted(x: &[f64], order: &[usize]) -> f64 {
    let mut y = vec![1.0; x.len()];
    for (i, &o) in order.iter().enumerate() {
        y[o] = y[o] * x[i] + y[i];
    }
    y.iter().sum()
}

#[differentiate]
fn read_before_it_is_overwritten(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut s = 0.0;
    for i in 0..y.len() {
        for j in 0..i {
            s += y[i] * y[j] * y[j];
            y[j] = y[i] * 0.5 + s;
        }
    }
    s
}

#[differentiate]
fn triangular_solve<const N: usize>(l: &[[f64; N]; N], b: [f64; N]) -> [f64; N] {
    let mut x = b;
    for i in 0..N {
        for j in 0..i {
            x[i] -= l[i][j] * x[j];
        }
        x[i] /= l[i][i];
    }
    x
}

#[differentiate]
fn back_substitution(u: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let mut x = b.to_vec();
    for i in (0..n).rev() {
        for j in i + 1..n {
            x[i] -= u[i * n + j] * x[j];
        }
        x[i] /= u[i * n + i];
    }
    x
}

#[differentiate]
fn lu_determinant<const N: usize>(a: &[[f64; N]; N]) -> f64 {
    let mut m = *a;
    let mut d = 1.0;
    for k in 0..N {
        d *= m[k][k];
        for i in k + 1..N {
            m[i][k] /= m[k][k];
            for j in k + 1..N {
                m[i][j] -= m[i][k] * m[k][j];
            }
        }
    }
    d
}

#[differentiate]
fn gram_schmidt(a: &[f64], n: usize, m: usize) -> Vec<f64> {
    let mut q = a.to_vec();
    for c in 0..m {
        for p in 0..c {
            let mut dot = 0.0;
            for r in 0..n {
                dot += q[p * n + r] * q[c * n + r];
            }
            for r in 0..n {
                q[c * n + r] -= dot * q[p * n + r];
            }
        }
        let mut norm = 0.0;
        for r in 0..n {
            norm += q[c * n + r] * q[c * n + r];
        }
        let norm = norm.sqrt();
        for r in 0..n {
            q[c * n + r] /= norm;
        }
    }
    q
}

#[test]
fn recurrences_in_place() {
    check!(prefix_products(&x); x in [ramp(&vec![0.0; 5], 0.7), vec![1.5]]);
    check!(suffix_products(&x); x in [ramp(&vec![0.0; 5], 0.7), vec![1.5]]);
    check!(meets_in_the_middle(&x); x in [ramp(&vec![0.0; 5], 0.3), ramp(&vec![0.0; 4], 0.3)]);
    check!(doubles_its_index(&x); x in [ramp(&vec![0.0; 7], 0.3), vec![1.0]]);
    check!(read_before_it_is_overwritten(&x); x in [ramp(&vec![0.0; 4], 0.3)]);
}

#[test]
fn indices_that_only_the_caller_knows() {
    let x = ramp(&vec![0.0; 4], 0.3);
    check!(one_place_for_two_names(&x, 1, 1); x in [x.clone()]);
    check!(one_place_for_two_names(&x, 1, 2); x in [x.clone()]);
    check!(one_place_for_two_names(&x, 3, 0); x in [x.clone()]);
    check!(permuted(&x, &[2, 0, 3, 1]); x in [x.clone()]);
    check!(permuted(&x, &[1, 1, 1, 0]); x in [x.clone()]);
}

#[test]
fn elimination() {
    let l = [[1.3, 9.0, 9.0], [0.4, 0.9, 9.0], [-0.3, 0.6, 1.1]];
    check_map!(triangular_solve(&l, b); (l, b) in [(l, [0.5, -0.2, 0.8])]);
    let u = vec![1.3, 0.4, -0.3, 9.0, 0.9, 0.6, 9.0, 9.0, 1.1];
    check_map!(back_substitution(&u, &b); (u, b) in [(u.clone(), vec![0.5, -0.2, 0.8])]);
    check!(lu_determinant(&a); a in [[[2.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]]]);
    let a = vec![1.0, 0.2, 0.3, 0.4, 1.1, -0.6];
    check_map!(gram_schmidt(&a, 3, 2); a in [a.clone()]);
}

// Stencils: what is scattered to neighbours is written once a place.

#[differentiate]
fn windows_of_three(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for w in x.windows(3) {
        s += w[0] * w[1].sin() * w[2];
    }
    s
}

#[differentiate]
fn second_differences(u: &[f64]) -> Vec<f64> {
    let mut d = vec![0.0; u.len()];
    for i in 1..u.len() - 1 {
        d[i] = (u[i - 1] - 2.0 * u[i] + u[i + 1]) * u[i];
    }
    d
}

#[differentiate]
fn wide_stencil(u: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..u.len().saturating_sub(4) {
        s += u[i] * u[i + 4] * u[i + 1];
    }
    s
}

#[differentiate]
fn wider_than_is_rotated(u: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..u.len().saturating_sub(7) {
        s += u[i] * u[i + 7];
    }
    s
}

#[differentiate]
fn descending_stencil(u: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in (1..u.len()).rev() {
        s = s * 0.9 + u[i] * u[i - 1] * u[i - 1];
    }
    s
}

#[differentiate]
fn five_point(u: &[f64], rows: usize, columns: usize) -> f64 {
    let mut s = 0.0;
    for i in 1..rows - 1 {
        for j in 1..columns - 1 {
            let here = i * columns + j;
            let l = u[here - columns] + u[here + columns] + u[here - 1] + u[here + 1];
            s += (l - 4.0 * u[here]).powi(2);
        }
    }
    s
}

#[differentiate]
fn five_point_nested(u: &[[f64; 4]]) -> f64 {
    let mut s = 0.0;
    for i in 1..u.len() - 1 {
        for j in 1..3 {
            s += (u[i - 1][j] * u[i + 1][j] - u[i][j - 1] * u[i][j + 1]) * u[i][j];
        }
    }
    s
}

#[differentiate]
fn to_the_last_inclusive(u: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..=n {
        s += u[i] * u[i + 1].exp();
    }
    s
}

#[differentiate]
fn heat(u: &mut [f64], steps: usize) {
    let mut next = u.to_vec();
    for _ in 0..steps {
        for i in 1..u.len() - 1 {
            next[i] = u[i] + 0.1 * (u[i - 1] - 2.0 * u[i] * u[i] + u[i + 1]);
        }
        u.copy_from_slice(&next);
    }
}

#[test]
fn stencils() {
    let u = ramp(&vec![0.0; 9], 0.3);
    check!(windows_of_three(&x); x in [u.clone(), u[..3].to_vec(), u[..2].to_vec(), u[..4].to_vec()]);
    check_map!(second_differences(&u); u in [u.clone(), u[..3].to_vec(), u[..2].to_vec()]);
    check!(wide_stencil(&u); u in [u.clone(), u[..5].to_vec(), u[..6].to_vec(), u[..3].to_vec()]);
    check!(wider_than_is_rotated(&u); u in [u.clone(), u[..8].to_vec(), u[..3].to_vec()]);
    check!(descending_stencil(&u); u in [u.clone(), u[..2].to_vec(), u[..1].to_vec()]);
    check!(to_the_last_inclusive(&u, 4); u in [u.clone()]);
    check!(to_the_last_inclusive(&u, 0); u in [u.clone()]);
}

#[test]
fn stencils_in_two_dimensions() {
    check!(five_point(&u, 4, 5); u in [ramp(&vec![0.0; 20], 0.3)]);
    check!(five_point(&u, 3, 3); u in [ramp(&vec![0.0; 9], 0.3)]);
    check!(five_point_nested(&u); u in [ramp(&vec![[0.0; 4]; 4], 0.3)]);
}

// What a loop that does not run must not touch.

#[differentiate]
fn sums_at_one_place(x: &[f64], at: usize, n: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..n {
        s += x[at] * x[i];
    }
    s
}

#[differentiate]
fn changes_one_place(x: &[f64], at: usize, n: usize) -> f64 {
    let mut y = x.to_vec();
    for i in 0..n {
        y[at] = y[at] * 0.5 + x[i];
    }
    for _ in at..n {
        y[at - 1] += y[at] * x[at];
    }
    y.iter().sum()
}

#[test]
fn loops_that_do_not_run() {
    let x = ramp(&vec![0.0; 4], 0.3);
    check!(sums_at_one_place(&x, 99, 0); x in [x.clone()]);
    check!(sums_at_one_place(&x, 2, 4); x in [x.clone()]);
    check!(changes_one_place(&x, 99, 0); x in [x.clone()]);
    check!(changes_one_place(&x, 0, 0); x in [x.clone()]);
    check!(changes_one_place(&x, 2, 4); x in [x.clone()]);
}

#[test]
#[should_panic(expected = "out of")]
fn loops_that_run_too_far_panic() {
    sums_at_one_place::grad(&[1.0, 2.0], 0, 3);
}

/// A step of the heat equation by hand, for [`heat`].
fn heat_by_hand(u: &[f64], bar: &[f64]) -> Vec<f64> {
    let n = u.len();
    let mut back = vec![0.0; n];
    for i in 0..n {
        if i == 0 || i == n - 1 {
            back[i] += bar[i];
        } else {
            back[i] += bar[i] * (1.0 - 0.4 * u[i]);
            back[i - 1] += 0.1 * bar[i];
            back[i + 1] += 0.1 * bar[i];
        }
    }
    back
}

/// The sine that the cosine's slope is, the primal takes only after the loop.
#[differentiate]
fn sine_after_a_fused_loop(v: &[f64], w: f64) -> f64 {
    let mut s = 0.0;
    {
        let mut add = |angle: f64| {
            s += v[1].floor() * angle.sin();
            s += ((0.35 - s) * s).ceil().cos().tanh();
        };
        add(1.1);
        for _ in 0..3 {
            add((1.5 + v[1].cos()).log2());
        }
        add(v[1]);
    }
    w + s + v[1]
}

#[test]
fn what_follows_a_fused_loop_has_not_run() {
    check!(sine_after_a_fused_loop(&v, w); (v, w) in [(vec![0.3, 1.4], 0.4)]);
}

#[test]
fn double_buffered_steps_in_place() {
    let start = ramp(&vec![0.0; 6], 0.3);
    let mut bar = ramp(&vec![0.0; 6], 1.0);
    let mut states = vec![start.clone()];
    for _ in 0..3 {
        let mut next = states[states.len() - 1].clone();
        heat(&mut next, 1);
        states.push(next);
    }
    let mut expected = bar.clone();
    for state in states[..3].iter().rev() {
        expected = heat_by_hand(state, &expected);
    }
    let mut u = start;
    heat::vjp_into(&mut u, 3, (), &mut bar);
    assert_eq!(u, states[3]);
    for (got, want) in bar.iter().zip(&expected) {
        assert!((got - want).abs() < 1e-12, "got {bar:?}, expected {expected:?}");
    }
}
