//! `while` and `loop`, whose trip counts depend on values.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn babylonian_sqrt(a: f64) -> f64 {
    let mut x = a.max(1.0);
    while (x * x - a).abs() > 1e-14 * a {
        x = 0.5 * (x + a / x);
    }
    x
}

#[differentiate]
fn kepler_equation(mean_anomaly: f64, eccentricity: f64) -> f64 {
    let mut anomaly = mean_anomaly;
    let mut correction = 1.0;
    while f64::abs(correction) > 1e-13 {
        let residual = anomaly - eccentricity * anomaly.sin() - mean_anomaly;
        correction = residual / (1.0 - eccentricity * anomaly.cos());
        anomaly -= correction;
    }
    anomaly
}

/// Bisection finds the bracket without derivatives; one Newton step then carries them.
#[differentiate]
fn bisection_then_newton(level: f64) -> f64 {
    let (mut low, mut high) = (0.0, 4.0);
    while high - low > 1e-12 {
        let middle = 0.5 * (low + high);
        if middle * middle * middle + middle < level {
            low = middle;
        } else {
            high = middle;
        }
    }
    let x = 0.5 * (low + high);
    x - (x * x * x + x - level) / (3.0 * x * x + 1.0)
}

#[differentiate]
fn sine_series(x: f64) -> f64 {
    let mut term = x;
    let mut sum = 0.0;
    let mut k = 1;
    while term.abs() > 1e-17 {
        sum += term;
        term *= -x * x / ((k + 1) * (k + 2)) as f64;
        k += 2;
    }
    sum
}

#[differentiate]
fn countdown(x: f64, mut n: usize) -> f64 {
    let mut y = x;
    while n > 0 {
        y = y * x + n as f64;
        n -= 1;
    }
    y
}

#[differentiate]
fn integer_power(x: f64, exponent: u32) -> f64 {
    let mut base = x;
    let mut remaining = exponent;
    let mut result = 1.0;
    while remaining > 0 {
        if remaining & 1 == 1 {
            result *= base;
        }
        base *= base;
        remaining >>= 1;
    }
    result
}

#[differentiate]
fn greatest_common_divisor(x: f64, a: u64, b: u64) -> f64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    x.powi(a as i32)
}

#[differentiate]
fn reduced_argument(x: f64, limit: f64) -> f64 {
    let mut y = x;
    let mut scale = 1.0;
    while y.abs() > limit {
        y /= 2.0;
        scale *= 2.0;
    }
    scale * y.tanh()
}

#[differentiate]
fn projectile(speed: f64, angle: f64) -> f64 {
    let dt = 0.05;
    let (mut x, mut y) = (0.0, 1.0);
    let (mut vx, mut vy) = (speed * angle.cos(), speed * angle.sin());
    while y > 0.0 {
        let drag = 0.02 * (vx * vx + vy * vy).sqrt();
        vx -= dt * drag * vx;
        vy -= dt * (9.81 + drag * vy);
        x += dt * vx;
        y += dt * vy;
    }
    // Back along the last segment to the ground.
    x - y * vx / vy
}

#[differentiate]
fn never_entered(x: f64) -> f64 {
    let mut y = x;
    while y > 1e6 {
        y = y.sqrt();
    }
    y * y
}

#[differentiate]
fn while_let(x: f64, start: Option<u32>) -> f64 {
    let mut next = start;
    let mut y = x;
    while let Some(n) = next {
        y = y * 0.5 + n as f64 * x;
        next = if n > 3 { n.checked_sub(3) } else { None };
    }
    y
}

#[differentiate]
fn nested_while(x: f64, y: f64) -> f64 {
    let mut total = 0.0;
    let mut a = x;
    let mut rounds = 0;
    while rounds < 3 {
        let mut b = a + y;
        while b > 1.0 {
            b *= 0.6;
            total += b * a;
        }
        a += b;
        rounds += 1;
    }
    total + a
}

#[differentiate]
fn lambert_w(z: f64) -> f64 {
    let mut w = z.ln_1p();
    loop {
        let e = w.exp();
        let step = (w * e - z) / (e * (w + 1.0));
        w -= step;
        if step.abs() < 1e-13 {
            break;
        }
    }
    w
}

#[differentiate]
fn arithmetic_geometric_mean(a: f64, b: f64) -> f64 {
    let mut pair = (a, b);
    let mut count = 0;
    let mean = loop {
        let (a, b) = pair;
        pair = ((a + b) / 2.0, (a * b).sqrt());
        count += 1;
        if (pair.0 - pair.1).abs() < 1e-15 || count > 20 {
            break pair.0;
        }
    };
    mean * a
}

#[differentiate]
fn break_with_expression(x: f64, limit: f64) -> f64 {
    let mut power = x;
    let mut count = 0;
    let found = loop {
        if power > limit {
            break power / limit + x;
        }
        if count == 5 {
            break if x > 0.0 { x.sin() } else { x.cos() };
        }
        power *= 1.0 + x;
        count += 1;
    };
    found * power
}

#[differentiate]
fn break_with_tuple(x: f64, n: usize) -> f64 {
    let mut k = 0;
    let mut y = x;
    let (last, steps) = loop {
        k += 1;
        y = y.sin() + 0.1 * x;
        if k >= n {
            break (y * y, k);
        }
    };
    last * steps as f64
}

#[differentiate]
fn loop_returns(x: f64) -> f64 {
    let mut y = x;
    let mut count = 0_u8;
    loop {
        y = 0.5 * y + 1.0 / (1.0 + y * y);
        count += 1;
        if count == 7 {
            return y * x;
        }
    }
}

#[differentiate]
fn secant(target: f64) -> f64 {
    let (mut x0, mut x1): (f64, f64) = (0.5, 1.5);
    let mut f0 = x0 * x0.exp() - target;
    for _ in 0..30 {
        let f1 = x1 * x1.exp() - target;
        if (f1 - f0).abs() < 1e-8 {
            break;
        }
        let x2 = x1 - f1 * (x1 - x0) / (f1 - f0);
        (x0, x1, f0) = (x1, x2, f1);
    }
    x1
}

#[differentiate]
fn collatz_weight(x: f64, start: u64) -> f64 {
    let mut n = start;
    let mut weight = x;
    while n != 1 {
        n = if n % 2 == 0 {
            weight *= 0.9;
            n / 2
        } else {
            weight += x * x;
            3 * n + 1
        };
    }
    weight
}

#[differentiate]
fn adaptive_steps(y0: f64, rate: f64) -> (f64, f64) {
    let mut t = 0.0;
    let mut y = y0;
    let mut longest = 0.0;
    while t < 1.0 {
        let h = f64::min(0.2 / (1.0 + y * y), 1.0 - t);
        let middle = y + 0.5 * h * rate * y;
        y += h * rate * middle;
        t += h;
        if h > longest {
            longest = h;
        }
    }
    (y, longest)
}

#[test]
fn iterations_to_a_tolerance() {
    check!(babylonian_sqrt(a); a in [0.3, 2.0, 50.0]);
    check!(kepler_equation(m, e); (m, e) in [(0.5, 0.3), (2.0, 0.7)]);
    check!(bisection_then_newton(c); c in [2.5, 9.0]);
    check!(sine_series(x); x in [0.6, -2.5]);
    check!(lambert_w(z); z in [0.5, 4.0]);
    check!(arithmetic_geometric_mean(a, b); (a, b) in [(1.0, 2.0), (0.3, 0.9)]);
    check!(secant(c); c in [2.0, 5.0]);
}

#[test]
fn counted_by_integers() {
    check!(countdown(x, 5); x in [0.6, -1.2]);
    check!(countdown(x, 0); x in [0.6]);
    check!(integer_power(x, 13); x in [0.6, -1.2]);
    check!(integer_power(x, 0); x in [0.6]);
    check!(greatest_common_divisor(x, 12, 18); x in [0.6]);
    check!(while_let(x, Some(11)); x in [0.6]);
    check!(while_let(x, None); x in [0.6]);
    check!(break_with_tuple(x, 4); x in [0.6, -1.2]);
    check!(loop_returns(x); x in [0.6, -1.2]);
    check!(collatz_weight(x, 7); x in [0.6]);
}

#[test]
fn counted_by_values() {
    check!(reduced_argument(x, l); (x, l) in [(9.0, 1.1), (-3.0, 0.4), (0.2, 1.0)]);
    check!(projectile(v, a); (v, a) in [(8.0, 0.7), (15.0, 0.3)]);
    check!(never_entered(x); x in [0.6]);
    check!(nested_while(x, y); (x, y) in [(0.6, 2.0), (0.3, 0.1)]);
    check!(break_with_expression(x, l); (x, l) in [(0.6, 2.0), (0.05, 2.0), (-0.4, 1.0), (3.0, 1.0)]);
    check_map!(adaptive_steps(y, r); (y, r) in [(0.5, 1.2), (2.0, -0.7)]);
}
