//! Longer programs: linear algebra, signals, geometry, differential equations.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn lu_det(a: &[Vec<f64>]) -> f64 {
    let n = a.len();
    let mut m: Vec<Vec<f64>> = a.to_vec();
    let mut det = 1.0;
    for k in 0..n {
        let mut p = k;
        let mut best = m[k][k].abs();
        for i in (k + 1)..n {
            if m[i][k].abs() > best {
                best = m[i][k].abs();
                p = i;
            }
        }
        if p != k {
            m.swap(p, k);
            det = -det;
        }
        det *= m[k][k];
        for i in (k + 1)..n {
            let factor = m[i][k] / m[k][k];
            for j in k..n {
                m[i][j] = m[i][j] - factor * m[k][j];
            }
        }
    }
    det
}

#[differentiate]
fn qr(a: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let n = a.len();
    let mut q: Vec<Vec<f64>> = Vec::with_capacity(n);
    let mut r = vec![vec![0.0; n]; n];
    for j in 0..n {
        let mut v = a[j].clone();
        for i in 0..j {
            let d: f64 = q[i].iter().zip(&v).map(|(x, y)| x * y).sum();
            r[i][j] = d;
            for (vk, qk) in v.iter_mut().zip(q[i].iter()) {
                *vk -= d * qk;
            }
        }
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        r[j][j] = norm;
        q.push(v.into_iter().map(|x| x / norm).collect());
    }
    (q, r)
}

#[differentiate]
fn matmul<const N: usize, const M: usize, const K: usize>(
    a: &[[f64; M]; N],
    b: &[[f64; K]; M],
) -> [[f64; K]; N] {
    let mut c = [[0.0; K]; N];
    for i in 0..N {
        for j in 0..K {
            for k in 0..M {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    c
}

#[differentiate]
fn norm_n<const N: usize>(x: [f64; N]) -> f64 {
    let mut s = 0.0;
    let mut i = 0;
    while i < N {
        s += x[i] * x[i];
        i += 1;
    }
    s.sqrt()
}

#[differentiate]
fn expm(a: &[[f64; 2]; 2], t: f64) -> [[f64; 2]; 2] {
    let mut out = [[1.0, 0.0], [0.0, 1.0]];
    let mut term = out;
    for k in 1..8 {
        term = matmul::<2, 2, 2>(&term, a);
        for row in term.iter_mut() {
            for v in row.iter_mut() {
                *v *= t / k as f64;
            }
        }
        for i in 0..2 {
            for j in 0..2 {
                out[i][j] += term[i][j];
            }
        }
    }
    let n = norm_n::<2>(out[0]) + norm_n([t, t, t]);
    out[1][1] += n;
    out
}

#[differentiate]
fn cholesky_solve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let mut l = a.to_vec();
    for j in 0..n {
        for k in 0..j {
            let ljk = l[j * n + k];
            for i in j..n {
                l[i * n + j] -= l[i * n + k] * ljk;
            }
        }
        let d = l[j * n + j].sqrt();
        for i in j..n {
            l[i * n + j] /= d;
        }
    }
    let mut x = b.to_vec();
    for i in 0..n {
        for j in 0..i {
            x[i] -= l[i * n + j] * x[j];
        }
        x[i] /= l[i * n + i];
    }
    for i in (0..n).rev() {
        for j in i + 1..n {
            x[i] -= l[j * n + i] * x[j];
        }
        x[i] /= l[i * n + i];
    }
    x
}

#[differentiate]
fn thomas(a: &[f64], b: &[f64], c: &[f64], d: &mut [f64]) {
    let n = d.len();
    let mut cp = vec![0.0; n];
    cp[0] = c[0] / b[0];
    d[0] /= b[0];
    for i in 1..n {
        let m = 1.0 / (b[i] - a[i] * cp[i - 1]);
        cp[i] = c[i] * m;
        d[i] = (d[i] - a[i] * d[i - 1]) * m;
    }
    for i in (0..n - 1).rev() {
        d[i] -= cp[i] * d[i + 1];
    }
}

#[differentiate]
fn thomas_sum(a: &[f64], b: &[f64], c: &[f64], d: &[f64]) -> f64 {
    let mut x = d.to_vec();
    thomas(a, b, c, &mut x);
    let mut s = 0.0;
    for (i, v) in x.iter().enumerate() {
        s += (i + 1) as f64 * v * v;
    }
    s
}

#[differentiate]
fn fft(x: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let n = x.len();
    if n == 1 {
        return x.to_vec();
    }
    let even: Vec<(f64, f64)> = x.iter().step_by(2).copied().collect();
    let odd: Vec<(f64, f64)> = x.iter().skip(1).step_by(2).copied().collect();
    let e = fft(&even);
    let o = fft(&odd);
    let mut out = vec![(0.0, 0.0); n];
    for k in 0..n / 2 {
        let ang = -2.0 * std::f64::consts::PI * k as f64 / n as f64;
        let (s, c) = ang.sin_cos();
        let t = (c * o[k].0 - s * o[k].1, s * o[k].0 + c * o[k].1);
        out[k] = (e[k].0 + t.0, e[k].1 + t.1);
        out[k + n / 2] = (e[k].0 - t.0, e[k].1 - t.1);
    }
    out
}

#[differentiate]
fn spline(xs: &[f64], ys: &[f64], t: f64) -> f64 {
    let n = xs.len();
    let mut h = vec![0.0; n - 1];
    for i in 0..n - 1 {
        h[i] = xs[i + 1] - xs[i];
    }
    let mut alpha = vec![0.0; n];
    for i in 1..n - 1 {
        alpha[i] = 3.0 / h[i] * (ys[i + 1] - ys[i]) - 3.0 / h[i - 1] * (ys[i] - ys[i - 1]);
    }
    let (mut l, mut mu, mut z) = (vec![1.0; n], vec![0.0; n], vec![0.0; n]);
    for i in 1..n - 1 {
        l[i] = 2.0 * (xs[i + 1] - xs[i - 1]) - h[i - 1] * mu[i - 1];
        mu[i] = h[i] / l[i];
        z[i] = (alpha[i] - h[i - 1] * z[i - 1]) / l[i];
    }
    let (mut b, mut c, mut d) = (vec![0.0; n - 1], vec![0.0; n], vec![0.0; n - 1]);
    for j in (0..n - 1).rev() {
        c[j] = z[j] - mu[j] * c[j + 1];
        b[j] = (ys[j + 1] - ys[j]) / h[j] - h[j] * (c[j + 1] + 2.0 * c[j]) / 3.0;
        d[j] = (c[j + 1] - c[j]) / (3.0 * h[j]);
    }
    let mut j = 0;
    while j < n - 2 && t > xs[j + 1] {
        j += 1;
    }
    let dx = t - xs[j];
    ys[j] + dx * (b[j] + dx * (c[j] + dx * d[j]))
}

#[differentiate]
fn stencil_2d(u: &[Vec<f64>], k: f64) -> Vec<Vec<f64>> {
    let (rows, cols) = (u.len(), u[0].len());
    let mut cur: Vec<Vec<f64>> = u.iter().map(|r| r.clone()).collect();
    let mut nxt = cur.clone();
    for _ in 0..2 {
        for i in 1..rows - 1 {
            for j in 1..cols - 1 {
                nxt[i][j] = cur[i][j]
                    + k * (cur[i - 1][j] + cur[i + 1][j] + cur[i][j - 1] + cur[i][j + 1]
                        - 4.0 * cur[i][j]);
            }
        }
        std::mem::swap(&mut cur, &mut nxt);
    }
    cur
}

#[differentiate]
fn heat(u0: &[f64], kappa: f64, steps: usize) -> Vec<f64> {
    let n = u0.len();
    let mut u = u0.to_vec();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        for i in 1..n - 1 {
            next[i] = u[i] + kappa * (u[i + 1] - 2.0 * u[i] + u[i - 1]);
        }
        next[0] = u[0];
        next[n - 1] = u[n - 1];
        std::mem::swap(&mut u, &mut next);
    }
    u
}

#[differentiate]
fn project(rvec: [f64; 3], t: [f64; 3], f: f64, p: [f64; 3]) -> (f64, f64) {
    let theta = (rvec[0] * rvec[0] + rvec[1] * rvec[1] + rvec[2] * rvec[2]).sqrt();
    let rotated = if theta > 1e-10 {
        let [kx, ky, kz] = rvec.map(|c| c / theta);
        let (s, c) = theta.sin_cos();
        let cross = [ky * p[2] - kz * p[1], kz * p[0] - kx * p[2], kx * p[1] - ky * p[0]];
        let dot = kx * p[0] + ky * p[1] + kz * p[2];
        [
            p[0] * c + cross[0] * s + kx * dot * (1.0 - c),
            p[1] * c + cross[1] * s + ky * dot * (1.0 - c),
            p[2] * c + cross[2] * s + kz * dot * (1.0 - c),
        ]
    } else {
        p
    };
    let q = [rotated[0] + t[0], rotated[1] + t[1], rotated[2] + t[2]];
    (f * q[0] / q[2], f * q[1] / q[2])
}

#[differentiate]
fn ray_sphere(o: [f64; 3], d: [f64; 3], c: [f64; 3], r: f64) -> f64 {
    fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }
    fn sub(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
        [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
    }
    let oc = sub(o, c);
    let a = dot(d, d);
    let half_b = dot(oc, d);
    let cc = dot(oc, oc) - r * r;
    let disc = half_b * half_b - a * cc;
    if disc < 0.0 {
        return 0.0;
    }
    let sq = disc.sqrt();
    let t = (-half_b - sq) / a;
    if t > 0.0 {
        return t;
    }
    let t2 = (-half_b + sq) / a;
    if t2 > 0.0 { t2 } else { 0.0 }
}

type Quat = [f64; 4];

#[differentiate]
fn quat_mul(a: Quat, b: Quat) -> Quat {
    let [aw, ax, ay, az] = a;
    let [bw, bx, by, bz] = b;
    [
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    ]
}

#[differentiate]
fn quat_rotate(q: [f64; 4], v: [f64; 3]) -> [f64; 3] {
    let n = q.iter().map(|c| c * c).sum::<f64>().sqrt();
    let u = [q[0] / n, q[1] / n, q[2] / n, q[3] / n];
    let conj = [u[0], -u[1], -u[2], -u[3]];
    let p = quat_mul(quat_mul(u, [0.0, v[0], v[1], v[2]]), conj);
    [p[1], p[2], p[3]]
}

#[differentiate]
fn implicit_euler(y0: f64, lambda: f64, dt: f64, steps: usize) -> f64 {
    let mut y = y0;
    for _ in 0..steps {
        let y_old = y;
        let mut y_new = y_old;
        let mut iter = 0;
        loop {
            let f = y_new - y_old + dt * lambda * y_new.powi(3);
            let df = 1.0 + 3.0 * dt * lambda * y_new * y_new;
            let delta = f / df;
            y_new -= delta;
            iter += 1;
            if delta.abs() < 1e-13 || iter >= 20 {
                break;
            }
        }
        y = y_new;
    }
    y
}

#[differentiate(wrt(y0, p))]
fn rk45(y0: [f64; 2], p: &[f64; 3], t_end: f64) -> [f64; 2] {
    let f = |_t: f64, y: [f64; 2]| -> [f64; 2] {
        [p[0] * y[0] - p[1] * y[0] * y[1], -p[2] * y[1] + y[0] * y[1]]
    };
    let axpy = |y: [f64; 2], k: [f64; 2], h: f64| [y[0] + h * k[0], y[1] + h * k[1]];
    let mut y = y0;
    let mut t = 0.0;
    let mut h = 0.05;
    let mut steps = 0;
    while t < t_end && steps < 50 {
        if t + h > t_end {
            h = t_end - t;
        }
        let k1 = f(t, y);
        let k2 = f(t + 0.5 * h, axpy(y, k1, 0.5 * h));
        let k3 = f(t + 0.75 * h, axpy(y, k2, 0.75 * h));
        let mut next = [0.0; 2];
        for i in 0..2 {
            next[i] = y[i] + h * (2.0 * k1[i] + 3.0 * k2[i] + 4.0 * k3[i]) / 9.0;
        }
        y = next;
        t += h;
        steps += 1;
    }
    y
}

#[test]
fn linear_algebra() {
    check!(lu_det(&a); a in [vec![vec![0.5, 2.0, 1.0], vec![3.0, 0.2, -1.0], vec![1.0, 1.5, 0.7]]]);
    check_map!(qr(&x); x in [vec![vec![0.5, 0.2, 0.9], vec![0.1, 0.7, 0.3], vec![0.4, -0.6, 0.2]]]);
    check_map!(expm(&a, t); (a, t) in [([[0.1, 0.2], [0.3, -0.4]], 0.8)]);
    check_map!(cholesky_solve(&a, &b); (a, b) in [(vec![4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 2.0], vec![1.0, 2.0, -1.0])]);
    check!(thomas_sum(&a, &b, &c, &d); (a, b, c, d) in [(vec![0.3, 0.5, -0.2, 0.1], vec![2.0, 2.5, 3.0, 2.2], vec![0.4, 0.1, 0.3, 0.9], vec![1.0, -1.0, 0.5, 2.0])]);
}

#[test]
fn signals() {
    check_map!(fft(&x); x in [vec![(0.5, 0.2), (0.9, 0.1), (0.3, -0.2), (-0.7, 0.4)]]);
    check!(spline(&x, &y, t); (x, y, t) in [(vec![0.0, 1.0, 2.5, 3.0], vec![0.5, -0.2, 0.9, 0.1], 1.7)]);
    check_map!(stencil_2d(&u, k); (u, k) in [(vec![vec![0.5, 0.2, 0.9, 0.1], vec![0.4, 0.6, 0.3, 0.2], vec![0.1, 0.8, 0.2, 0.5]], 0.2)]);
    check_map!(heat(&u, k, 5); (u, k) in [(vec![0.0, 1.0, 0.3, -0.5, 0.2], 0.2)]);
}

#[test]
fn geometry() {
    check_map!(project(r, t, f, p); (r, t, f, p) in [([0.1, -0.2, 0.3], [0.1, 0.2, 4.0], 500.0, [0.4, -0.3, 1.0])]);
    check!(ray_sphere(o, d, c, r); (o, d, c, r) in [([0.0, 0.0, -3.0], [0.1, 0.0, 1.0], [0.0, 0.1, 0.5], 1.0), ([0.0, 0.0, 0.4], [0.1, 0.0, 1.0], [0.0, 0.1, 0.5], 1.0)]);
    check_map!(quat_rotate(q, v); (q, v) in [([1.0, 0.2, -0.3, 0.5], [0.4, 1.0, -0.6])]);
}

#[test]
fn differential_equations() {
    check!(implicit_euler(y, l, dt, 4); (y, l, dt) in [(1.2, 0.8, 0.3)]);
    check_map!(rk45(y, &p, 0.2); (y, p) in [([1.0, 0.5], [0.6, 0.9, 0.4])]);
}
