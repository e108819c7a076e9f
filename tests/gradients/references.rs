//! References to parts of what is differentiated: lent to calls, chosen, split and renamed.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn bump(v: &mut f64, by: f64) {
    *v = *v * by + by;
}

#[differentiate]
fn scale_row(r: &mut [f64], k: f64) {
    for v in r.iter_mut() {
        *v *= k;
    }
    if k < 0.0 {
        return;
    }
    r[0] += k * k;
}

#[differentiate]
fn sub_borrows(x: &[f64], k: f64) -> f64 {
    let mut v = x.to_vec();
    let mut m = vec![vec![k; 3]; 2];
    let mut t = (k, x[0]);
    let mut a = [k; 3];
    bump(&mut v[1], k);
    bump(&mut m[1][2], x[2]);
    bump(&mut t.0, x[1]);
    bump(&mut a[0], t.1);
    scale_row(&mut v[1..], k);
    scale_row(&mut m[0], x[0]);
    scale_row(&mut a, x[1]);
    let mut s = k;
    bump(&mut s, v[0]);
    {
        let r = &mut v[0];
        *r += s;
        *r *= 2.0;
    }
    let sl = &mut v[1..3];
    sl[0] = sl[1] * s;
    scale_row(sl, 0.5);
    v.iter().sum::<f64>() * m[1][2] + m[0][0] * a[0] + t.0
}

#[differentiate]
fn split_rec(x: &mut [f64], depth: u32) {
    if depth == 0 || x.len() < 2 {
        return;
    }
    let mid = x.len() / 2;
    let (a, b) = x.split_at_mut(mid);
    for (p, q) in a.iter_mut().zip(b.iter_mut()) {
        let t = *p;
        *p = t * *q;
        *q += t;
    }
    split_rec(a, depth - 1);
    split_rec(b, depth - 1);
}

#[differentiate]
fn use_split(x: &[f64]) -> Vec<f64> {
    let mut y = Vec::from(x);
    split_rec(&mut y, 2);
    y
}

#[differentiate]
fn choose_slice(a: &[f64], b: &[f64], flag: bool) -> f64 {
    let pick = if flag { a } else { b };
    let other = match flag {
        true => b,
        false => &a[1..],
    };
    let mut s = 0.0;
    for (x, y) in pick.iter().zip(other) {
        s += x * y * y;
    }
    s
}

#[differentiate]
fn pick_rows(m: &[Vec<f64>], flag: bool) -> f64 {
    let (small, large) = if m[0].len() < m[1].len() { (&m[0], &m[1]) } else { (&m[1], &m[0]) };
    let row = if flag { &m[0] } else { &m[1] };
    let tail = match row.len() {
        0 | 1 => &row[..],
        n => &row[n - 2..],
    };
    let mut s = 0.0;
    for (a, b) in small.iter().zip(large) {
        s += a * b;
    }
    s + tail.iter().map(|t| t * t).sum::<f64>()
}

#[differentiate]
fn local_slices(a: f64, b: f64) -> f64 {
    let xs: &[f64] = &[a, b, a * b];
    let ys = &[b, a];
    let zs = &mut [a, b];
    zs[0] *= b;
    zs.swap(0, 1);
    let mut v = vec![a; 5];
    let s = &mut v[1..4];
    s[0] = xs[2];
    s.fill(ys[0]);
    s[1..].fill(3.0 * a);
    v[..2].copy_from_slice(&xs[1..]);
    xs.iter().sum::<f64>() + zs[0] * zs[1] + v.iter().product::<f64>()
}

#[differentiate]
fn copy_slices(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.0; n];
    let mut b = vec![1.0; 2 * n];
    a.copy_from_slice(x);
    b[..n].copy_from_slice(&a);
    b[n..].copy_from_slice(&x[..]);
    a.fill(x[0]);
    b[1..3].fill(x[1] * x[1]);
    a[0] = b[n];
    a.iter().zip(&b).map(|(p, q)| p * q).sum::<f64>() + b[2 * n - 1]
}

#[differentiate]
fn chunks_in_place(x: &[f64]) -> f64 {
    let mut b = x.to_vec();
    for (k, c) in b.chunks_mut(2).enumerate() {
        c.swap(0, 1);
        c[0] *= c[1] + k as f64;
    }
    for c in b.chunks_exact_mut(3) {
        c[2] = c[0] * c[1];
        let t = c[0];
        c[0] = c[2];
        c[1] = t;
    }
    let mut m = [[0.0; 2]; 3];
    for (i, row) in m.iter_mut().enumerate() {
        for (j, v) in row.iter_mut().enumerate() {
            *v = b[i] * b[j + 1];
        }
    }
    for row in &mut m {
        row[0] += row[1] * 0.5;
    }
    for (dst, src) in b.iter_mut().zip(m.iter()) {
        *dst += src[0] * *dst;
    }
    for (a, w) in b.iter_mut().rev().zip([1.0, 2.0, 3.0]) {
        *a *= w;
    }
    for v in b.iter_mut().skip(1).step_by(2) {
        *v = v.sin();
    }
    b.iter().sum::<f64>() + m[2][0]
}

#[differentiate]
fn last_first(x: &[f64]) -> f64 {
    let v: Vec<f64> = x.iter().map(|a| a * 2.0).collect();
    v.last().unwrap() * v.first().unwrap()
        + *x.last().unwrap()
        + x.first().copied().unwrap() * x.get(1).unwrap()
        + v[v.len() - 1]
}

#[differentiate]
fn ref_patterns(arr: &[f64; 3], pts: &[[f64; 2]], w: (f64, [f64; 2])) -> f64 {
    let &[a, b, c] = arr;
    let [d, e, _] = *arr;
    let [f, g, h] = arr;
    let (w0, [w1, w2]) = w;
    let mut s = a * b + c * d * e + f * g / h;
    for &[x, y] in pts {
        s += w0 * x + w1 * y * y;
    }
    for [x, y] in pts.iter() {
        s += x * y * w2;
    }
    for (i, &[x, _]) in pts.iter().enumerate() {
        s += x.powi(i as i32 + 1);
    }
    s
}

#[differentiate]
fn step(u: &mut [f64], dt: f64) {
    let n = u.len();
    let old = u.to_vec();
    for i in 0..n {
        let l = old[(i + n - 1) % n];
        let r = old[(i + 1) % n];
        u[i] = old[i] + dt * (l - 2.0 * old[i] + r) * old[i];
    }
}

#[differentiate]
fn step2(u: &mut Vec<f64>, v: &mut [f64; 2], s: &mut f64, k: f64) -> f64 {
    for x in u.iter_mut() {
        *x = *x * k + v[0];
    }
    v[1] += u[0] * *s;
    *s = *s * v[1];
    let e = *s + u[u.len() - 1];
    v[0] = 0.0;
    e * k
}

#[differentiate]
fn drive(x: &[f64], k: f64) -> f64 {
    let mut u = x.to_vec();
    let mut v = [k, x[0]];
    let mut s = x[1];
    let mut t = 0.0;
    for i in 0..3 {
        step(&mut u, 0.1 * k);
        t += step2(&mut u, &mut v, &mut s, k) * i as f64;
        v[0] = s * 0.1;
    }
    t + u.iter().sum::<f64>() + v[0] * v[1]
}

#[differentiate(vjp = relu_vjp, jvp = relu_jvp)]
fn relu(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

fn relu_vjp(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (relu(x), move |s| if x > 0.0 { s } else { 0.0 })
}

fn relu_jvp(x: f64, t: f64) -> (f64, f64) {
    (relu(x), if x > 0.0 { t } else { 0.0 })
}

#[differentiate(vjp = dotv)]
fn mydot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn dotv(a: &[f64], b: &[f64]) -> (f64, impl FnOnce(f64) -> (Vec<f64>, Vec<f64>)) {
    let (a2, b2) = (a.to_vec(), b.to_vec());
    (mydot(a, b), move |s| (b2.iter().map(|v| v * s).collect(), a2.iter().map(|v| v * s).collect()))
}

#[differentiate]
fn use_rules(w: &[Vec<f64>], x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for row in w.chunks(2) {
        let mut z = Vec::with_capacity(2);
        for r in row {
            z.push(relu(mydot(r, &h)) + 0.1);
        }
        h = z;
    }
    h.iter().copied().map(relu).sum::<f64>() + mydot(&h, &h) + mydot(&x[..2], &h)
}

#[test]
fn lent_in_part() {
    check!(sub_borrows(&x, k); (x, k) in [(vec![1.0, 2.0, 0.5], 0.7), (vec![1.0, 2.0, 0.5], -0.7)]);
    check_map!(use_split(&x); x in [vec![1.0, 2.0, 0.7, 0.3]]);
}

#[test]
fn chosen() {
    check!(choose_slice(&x, &y, true); (x, y) in [(vec![0.3, 0.8, 0.2], vec![0.7, 0.9, 0.1])]);
    check!(choose_slice(&x, &y, false); (x, y) in [(vec![0.3, 0.8, 0.2], vec![0.7, 0.9, 0.1])]);
    check!(pick_rows(&m, true); m in [vec![vec![1.0, 2.0, 0.7], vec![0.3, 0.2]]]);
    check!(pick_rows(&m, false); m in [vec![vec![1.0, 2.0, 0.7], vec![0.3, 0.2]]]);
}

#[test]
fn local() {
    check!(local_slices(a, b); (a, b) in [(0.3, 0.8)]);
    check!(copy_slices(&x); x in [vec![0.8, 3.0, 0.4]]);
    check!(chunks_in_place(&x); x in [vec![0.3, 0.8, 0.2, 0.7]]);
    check!(last_first(&x); x in [vec![0.5, -0.2, 1.9]]);
    check!(ref_patterns(&a, &b, c); (a, b, c) in [([1.0, 2.0, 0.7], vec![[0.5, 0.1], [0.3, 0.9]], (0.7, [0.3, 0.2]))]);
}

#[test]
fn in_place_beside_each_other() {
    check!(drive(&x, k); (x, k) in [(vec![0.5, 0.2, 0.9], 0.7)]);
    check!(use_rules(&w, &x); (w, x) in [(vec![vec![0.5, 0.2], vec![-0.3, 0.8], vec![0.1, 0.6], vec![0.4, 0.4]], vec![0.7, 0.3])]);
}
