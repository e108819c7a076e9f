//! Who owns a `Vec`, and when: values moved, replaced, chosen and handed through calls.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map};

#[differentiate]
fn vec_in_tuple(x: &[f64], k: f64) -> (Vec<f64>, f64) {
    let scaled: Vec<f64> = x.iter().map(|v| v * k).collect();
    let total: f64 = scaled.iter().sum();
    (scaled, total)
}

#[differentiate]
fn uses_vec_tuple(x: &[f64], k: f64) -> f64 {
    let (v, t) = vec_in_tuple(x, k);
    let w = v.clone();
    let pair = (v, t);
    let mut hist = Vec::new();
    hist.push(w);
    hist.push(pair.0);
    hist.push(x.to_vec());
    let mut s = pair.1;
    for h in &hist {
        for (a, b) in h.iter().zip(x) {
            s += a * b * b;
        }
    }
    s
}

#[differentiate]
fn history(x: &[f64], steps: usize) -> f64 {
    let mut u = x.to_vec();
    let mut all = vec![u.clone()];
    for k in 0..steps {
        let prev = &all[k];
        let next: Vec<f64> =
            (0..u.len()).map(|i| u[i] * 0.9 + prev[(i + 1) % prev.len()] * 0.1).collect();
        all.push(next.clone());
        u = next;
    }
    let mut s = 0.0;
    for (k, row) in all.iter().enumerate() {
        for v in row.iter() {
            s += v * v * (k + 1) as f64;
        }
    }
    s
}

#[differentiate]
fn vec_of_vec(n: usize, x: f64) -> f64 {
    let mut rows = Vec::new();
    for i in 0..n {
        let mut row = vec![];
        for j in 0..=i {
            row.push(x * (i + j) as f64);
        }
        rows.push(row);
    }
    let mut s = 0.0;
    for (i, r) in rows.iter().enumerate() {
        for v in r {
            s += v * v / (i + 1) as f64;
        }
    }
    s + rows[n - 1][0]
}

#[differentiate]
fn moved_then_reassigned(x: &[f64]) -> f64 {
    let mut cur = x.to_vec();
    let mut s = 0.0;
    for k in 0..3 {
        let prev = cur;
        cur = prev.iter().map(|v| v * 0.5 + k as f64).collect();
        s += prev[0] * cur[1];
    }
    let last = cur;
    cur = vec![1.0; last.len()];
    s + last[0] * cur[0]
}

#[differentiate]
fn take_replace(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let mut b = vec![1.0; x.len()];
    let mut s = 0.0;
    for k in 0..3 {
        let old = std::mem::replace(&mut a, b.clone());
        for (bi, o) in b.iter_mut().zip(&old) {
            *bi += o * 0.5 * k as f64;
        }
        s += old.iter().sum::<f64>() * a[0];
    }
    s + b[1]
}

#[differentiate]
fn choose_vec(a: &[f64], flag: bool) -> f64 {
    let v = if flag { a.to_vec() } else { vec![2.0; a.len()] };
    let w: Vec<f64> = match a.len() {
        0 => Vec::new(),
        3 => a.iter().map(|x| x * 2.0).collect(),
        n => vec![a[0]; n],
    };
    v.iter().zip(w.iter()).map(|(p, q)| p * q).sum()
}

#[differentiate]
fn copies(x: [f64; 2], y: f64) -> f64 {
    let mut b = x;
    b[0] = y;
    let c = b;
    b[1] *= 3.0;
    let mut m = [c, b];
    let r = m[0];
    m[0][1] = 7.0 * y;
    let t = (m[1], y);
    m[1][0] = 2.0;
    x[0] * b[0] * c[1] + r[1] + m[0][1] + t.0[0] * t.1 + m[1][0]
}

#[differentiate]
fn to_vec_arr(x: &[f64; 3]) -> f64 {
    let mut v = x.to_vec();
    v.push(x[0] * x[1]);
    v.iter().product()
}

#[differentiate]
fn early_vec(x: &[f64], n: usize) -> Vec<f64> {
    if n == 0 {
        return Vec::new();
    }
    if n > x.len() {
        return x.to_vec();
    }
    let mut out = Vec::with_capacity(n);
    for i in 0..n {
        if x[i] < 0.0 {
            return out;
        }
        out.push(x[i].sqrt());
    }
    out
}

#[differentiate]
fn use_early(x: &[f64]) -> f64 {
    let a = early_vec(x, 2);
    let b = early_vec(x, 99);
    let c = early_vec(x, 0);
    a[0] * b[1] + a.len() as f64 * b[0] + c.len() as f64
}

#[differentiate]
fn helper(x: &[f64], k: f64) -> Vec<f64> {
    x.iter().map(|v| v * k + 1.0).collect()
}

#[differentiate]
fn pairv(x: &[f64]) -> (Vec<f64>, [f64; 2], f64) {
    (x.to_vec(), [x[0], x[1]], x[0] * x[1])
}

#[differentiate]
fn unknowns(x: &[f64], k: f64) -> f64 {
    let v = helper(x, k);
    let n = v.len();
    let mut s = helper(&v, 2.0)[1] + helper(x, k).iter().sum::<f64>() + helper(x, 1.0).len() as f64;
    for i in 0..n {
        s += v[i] * v[n - 1 - i];
    }
    for a in v.iter() {
        s += a.sin();
    }
    for (a, b) in v.iter().zip(x) {
        s += a * b;
    }
    let mut w = helper(&v[..2], k);
    w[0] *= 2.0;
    w.push(k);
    w.swap(0, 2);
    for a in &mut w {
        *a += 0.1;
    }
    for a in w.iter_mut() {
        *a *= *a;
    }
    let u = w.clone();
    let (mut p, q, r) = pairv(&u);
    p[0] += q[1] * r;
    s += p.iter().map(|a| a * a).sum::<f64>() + q[0];
    for a in helper(&p, 0.5) {
        s -= a;
    }
    let z = if s > 0.0 { helper(&p, k) } else { w };
    let y = match n {
        0 => vec![],
        3 => helper(&z, 2.0),
        _ => z.clone(),
    };
    let mut hist = vec![helper(x, 2.0)];
    hist.push(y);
    hist.push(z);
    let total: f64 = hist.iter().map(|h| h.iter().sum::<f64>()).sum();
    s + total * pairv(x).2 + pairv(x).1[1]
}

#[differentiate]
fn unknown_loop(x: &[f64], n: usize) -> f64 {
    let mut v = helper(x, 0.5);
    let mut best = 0.0;
    for i in 0..n {
        let w = helper(&v, 0.9);
        if w[0] > 1.5 {
            best += w[0] * v[1];
            v = w;
        } else {
            v = helper(&w, 1.3);
            v[0] += best;
        }
        if i == 3 {
            break;
        }
    }
    v.iter().product::<f64>() + best
}

#[differentiate]
fn owned_params(mut v: Vec<f64>, m: [[f64; 2]; 2], w: Vec<Vec<f64>>) -> f64 {
    v[0] *= m[0][1];
    v.push(m[1][0] * w[0][0]);
    let u = v;
    let mut w = w;
    w[0][0] += u[0];
    u.iter().map(|a| a * a).sum::<f64>() + w[0][0] * w[1][0]
}

#[differentiate]
fn call_owned(x: &[f64], k: f64) -> f64 {
    let m = [[k, 1.0], [2.0, k * k]];
    let w = vec![vec![k], vec![x[0], 2.0]];
    let a = owned_params(x.to_vec(), m, w.clone());
    let b = owned_params(x.iter().map(|v| v * 2.0).collect(), m, vec![vec![a], vec![k]]);
    a * b + w[1][0]
}

#[differentiate]
fn next_vec(x: &[f64]) -> Vec<f64> {
    let n = x.len();
    (0..n).map(|i| x[i] * x[(i + 1) % n]).collect()
}

#[differentiate]
fn iterate_vec(x0: &[f64], steps: usize) -> f64 {
    let mut x = x0.to_vec();
    for _ in 0..steps {
        let next = next_vec(&x);
        x = next;
        x[0] += 0.5;
    }
    x.iter().sum()
}

#[derive(Differentiable, Clone, Debug)]
struct Tank<T> {
    level: T,
    inflow: Vec<T>,
    #[differentiable(constant)]
    valves: usize,
}

impl<T: Float> Tank<T> {
    /// Nothing is left of it.
    #[differentiate]
    fn drained(mut self, w: T) -> T {
        self.level = self.level * w;
        for v in &self.inflow {
            self.level = self.level * *v + w;
        }
        self.level
    }

    #[differentiate]
    fn filled(mut self, w: T) -> Self {
        self.inflow[self.valves] = self.inflow[0] * w + self.level;
        self
    }

    #[differentiate]
    fn pour(&mut self, w: T) {
        self.level += w * self.inflow[0];
    }

    #[differentiate]
    fn twice(self, w: T) -> T {
        let level = self.level;
        self.filled(w).drained(level)
    }
}

/// What is not `Copy` and has a method that takes it, in straight code, in branches and in loops.
#[differentiate]
fn taken(x: &[f64], w: f64) -> f64 {
    let tank = Tank { level: x[0] * w, inflow: x.to_vec(), valves: 1 };
    let held = tank.inflow[0] * tank.level;
    let kept = tank.clone();
    let mut sum = tank.drained(w * w) * held;
    for i in 0..3 {
        sum = sum.tanh();
        let mut other = Tank { level: sum, inflow: vec![sum, w], valves: i % 2 };
        other.inflow[0] *= other.level;
        other.pour(other.level * 0.5);
        if i == 1 {
            sum += other.twice(0.5) * held;
        } else {
            let filled = other.filled(sum);
            sum = filled.inflow[i % 2].sin() + filled.level;
        }
    }
    sum * kept.filled(w).drained(x[1])
}

/// Of which a part was read before, and nothing comes of it.
#[differentiate]
fn taken_in_vain(x: &[f64], w: f64) -> f64 {
    let mut noted = vec![0.3; x.len()];
    for i in 0..x.len() {
        let tank = Tank { level: noted[i], inflow: x.to_vec(), valves: 0 };
        let (first, level) = (tank.inflow[0], tank.level);
        noted[0] = tank.drained(1.5) * first + level;
    }
    w * x[1]
}

#[derive(Differentiable, Clone, Debug)]
enum Vessel {
    Open(Tank<f64>),
    Shut { pressure: f64 },
}

/// Out of a variant.
#[differentiate]
fn taken_apart(x: &[f64], w: f64, open: bool) -> f64 {
    let vessel = if open {
        Vessel::Open(Tank { level: w, inflow: x.to_vec(), valves: 0 })
    } else {
        Vessel::Shut { pressure: x[0] * w }
    };
    match vessel {
        Vessel::Open(tank) => tank.filled(x[1]).drained(w),
        Vessel::Shut { pressure } => pressure.sin(),
    }
}

/// Not even `Clone`, and constant.
struct Valve {
    width: f64,
}

impl Valve {
    #[differentiate]
    fn opened(self, by: f64) -> f64 {
        self.width * by
    }
}

#[differentiate]
fn taken_constant(x: f64) -> f64 {
    let valve = Valve { width: 2.0 };
    x * x * valve.opened(1.5)
}

#[test]
fn taken_by_methods() {
    check!(taken(&x, w); (x, w) in [(vec![0.5, 0.2, 0.9], 0.7), (vec![1.5, -0.4], -0.6)]);
    check!(taken_constant(x); x in [0.7]);
    check!(taken_in_vain(&x, w); (x, w) in [(vec![0.5, 0.2, 0.9], 0.7)]);
    for open in [true, false] {
        check!(taken_apart(&x, w, open); (x, w) in [(vec![0.5, 0.2, 0.9], 0.7)]);
    }
}

#[test]
fn in_tuples_and_histories() {
    check!(uses_vec_tuple(&x, k); (x, k) in [(vec![1.0, 2.0, 0.7], 0.4)]);
    check!(history(&x, 3); x in [vec![1.0, 2.0, 0.7]]);
    check!(vec_of_vec(3, x); x in [1.7]);
}

#[test]
fn moved_and_replaced() {
    check!(moved_then_reassigned(&x); x in [vec![0.5, 0.2, 0.9]]);
    check!(take_replace(&x); x in [vec![0.5, 0.2, 0.9]]);
    check!(choose_vec(&x, true); x in [vec![0.3, 0.8, 0.2], vec![0.3, 0.4]]);
    check!(choose_vec(&x, false); x in [vec![0.3, 0.8, 0.2], vec![0.3, 0.4]]);
    check!(copies(x, y); (x, y) in [([0.5, 0.7], 0.2)]);
    check!(to_vec_arr(&x); x in [[1.0, 2.0, 0.7]]);
}

#[test]
fn returned_early() {
    check_map!(early_vec(&x, 3); x in [vec![0.8, 3.0, 0.4], vec![0.4, -1.0, 2.0]]);
    check!(use_early(&x); x in [vec![0.8, 3.0, 0.4]]);
}

#[test]
fn of_types_known_to_rustc_alone() {
    check!(unknowns(&x, k); (x, k) in [(vec![0.5, 0.2, 0.9], 0.7)]);
    check!(unknown_loop(&x, 6); x in [vec![0.5, 0.2, 0.9], vec![3.0, 1.0]]);
}

#[test]
fn given_away() {
    check!(owned_params(v.clone(), m, w.clone()); (v, m, w) in [(vec![0.5, 0.2], [[0.3, 0.4], [0.5, 0.6]], vec![vec![0.7], vec![0.9]])]);
    check!(call_owned(&x, k); (x, k) in [(vec![0.5, 0.2], 0.7)]);
    check!(iterate_vec(&x, 3); x in [vec![1.0, 0.2, 0.3]]);
}
