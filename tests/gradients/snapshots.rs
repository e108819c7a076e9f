//! Calls whose arguments change later: what was copied for their pullbacks is copied once, and numbers
//! that were read of the same memory are read in the copy, as long as they are the same.

use autodiff::differentiate;

use crate::harness::{check, check_in_place};

#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[differentiate]
fn smooth(x: &mut [f64]) {
    for i in 1..x.len() {
        x[i] += 0.3 * x[i - 1] * x[i];
    }
}

/// One copy for three references.
#[differentiate]
fn shared(x: &[f64]) -> f64 {
    let mut d = x.to_vec();
    let mut sum = 0.0;
    for _ in 0..3 {
        sum += dot(&d, &d) * dot(x, &d).sin();
        smooth(&mut d);
    }
    sum
}

/// Two, for what changes between them.
#[differentiate]
fn changed_between(x: &[f64]) -> f64 {
    let mut d = x.to_vec();
    let mut sum = 0.0;
    for k in 0..3 {
        let first = dot(&d, x);
        d[k % 2] *= first.cos();
        sum += dot(&d, &d) * first;
        d[1] += sum.sin();
    }
    sum
}

/// Reads after the copy, before what is read is overwritten.
#[differentiate]
fn read_after(x: &[f64]) -> f64 {
    let mut d = x.to_vec();
    let mut y = vec![1.0; x.len()];
    for _ in 0..3 {
        let s = dot(&d, x).sin();
        for i in 0..d.len() {
            y[i] *= s * d[i];
        }
        for i in 0..d.len() {
            d[i] = (d[i] * s).exp() * d[i];
        }
    }
    dot(&y, &d)
}

/// Reads of the neighbour that an iteration before has overwritten.
#[differentiate]
fn neighbours(x: &[f64]) -> f64 {
    let mut d = x.to_vec();
    let mut sum = 0.0;
    for _ in 0..3 {
        sum += dot(&d, &d);
        for i in 1..d.len() {
            d[i] = d[i] * d[i - 1] + sum.cos() * d[i];
        }
        for i in (1..d.len()).rev() {
            d[i - 1] *= d[i];
        }
    }
    sum + d[0]
}

/// Reads before the copy, some of what changes on the way to it.
#[differentiate]
fn read_before(x: &[f64]) -> f64 {
    let mut d = x.to_vec();
    let mut sum = 0.0;
    for k in 0..3 {
        for i in 0..d.len() {
            sum += d[i] * d[i];
        }
        if k == 1 {
            d[0] *= sum;
        }
        for v in d.iter_mut() {
            sum += *v * v.sin();
            *v *= 0.9;
        }
        for v in &d {
            sum *= 1.0 + 0.1 * v;
        }
        sum += dot(&d, x);
        smooth(&mut d);
    }
    sum
}

/// Loops in loops see what the outer one's iterations before have changed.
#[differentiate]
fn nested(x: &[f64], w: f64) -> f64 {
    let mut d = x.to_vec();
    let mut sum = 0.0;
    for _ in 0..2 {
        sum += dot(&d, x);
        for _ in 0..2 {
            for i in 0..d.len() {
                sum += d[i] * d[i] * w;
                d[i] *= w * d[i];
            }
        }
    }
    sum
}

/// Elements by indices from data, of which two may be the same.
#[differentiate]
fn scattered(x: &[f64], at: &[usize]) -> f64 {
    let mut d = x.to_vec();
    let mut sum = 0.0;
    for _ in 0..2 {
        sum += dot(&d, &d);
        for i in at {
            sum += d[*i] * d[*i];
            d[*i] *= sum.sin();
        }
    }
    sum
}

#[differentiate]
fn in_branches(x: &[f64], n: usize) -> f64 {
    let mut d = x.to_vec();
    let mut sum = 1.0;
    let mut k = 0;
    while k < n {
        k += 1;
        if k % 2 == 0 {
            sum *= dot(&d, x);
            d[0] *= sum.sin() * d[0];
            sum += dot(&d, x) * dot(&d, &d);
        } else {
            let before = dot(&d, &d);
            d[1] = before * d[1] * d[1];
        }
        d[2] += sum.cos();
    }
    sum
}

#[differentiate]
fn checkpointed(x: &[f64]) -> f64 {
    let mut d = x.to_vec();
    let mut sum = 0.0;
    #[checkpoint(every = 2)]
    for _ in 0..5 {
        sum += dot(&d, &d).sin() * dot(&d, x);
        for i in 0..d.len() {
            d[i] *= (d[i] * sum).cos();
        }
    }
    sum
}

/// What the numbers of inner loops are computed of is kept once an outer iteration.
#[differentiate(wrt(x))]
fn strides(x: &[f64], table: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut half = 1;
    while half < y.len() {
        let stride = table.len() / (2 * half);
        let scale = (half as f64).sqrt();
        for i in 0..y.len() {
            let c = table[(i * stride) % table.len()] / scale;
            y[i] = (y[i] * c).sin() * y[i];
        }
        half *= 2;
    }
    y.iter().sum()
}

/// The length of what is behind a reference is the same all along, whatever is written there.
#[differentiate]
fn lengths(x: &mut [f64], w: f64) -> f64 {
    let n = x.len();
    for i in 0..n {
        x[i] *= w;
    }
    x.swap(0, n - 1);
    let mut sum = 0.0;
    for i in 0..x.len() {
        x[i] = x[i] * x[x.len() - 1] * w;
        sum += x[i].sin() / x.len() as f64;
    }
    sum
}

#[test]
fn snapshots() {
    let points = || [vec![0.4, -0.7, 1.1], vec![-0.3, 0.9, 0.5]];
    check!(shared(&x); x in points());
    check!(changed_between(&x); x in points());
    check!(read_after(&x); x in points());
    check!(neighbours(&x); x in points());
    check!(read_before(&x); x in points());
    check!(nested(&x, w); (x, w) in [(vec![0.4, -0.7, 1.1], 0.8)]);
    check!(scattered(&x, &[0, 2, 0, 1, 1]); x in points());
    for n in [0, 1, 4, 5] {
        check!(in_branches(&x, n); x in points());
    }
    check!(checkpointed(&x); x in points());
}

#[test]
fn outer_numbers() {
    check!(strides(&x, &[0.3, 1.2, -0.8, 0.5, 0.9]); x in [vec![0.4, -0.7, 1.1, 0.2, 0.6]]);
    check_in_place!(lengths(&mut x, w); mut x; (x, w) in [(vec![0.4, -0.7, 1.1], 0.8)]);
}
