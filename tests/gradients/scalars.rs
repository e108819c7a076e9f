//! The scalar functions of `f64`, as methods and as paths, in formulas from here and there.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn damped_wave(t: f64, decay: f64, frequency: f64) -> f64 {
    (-decay * t).exp() * (frequency * t).cos()
}

#[differentiate]
fn spherical_x(r: f64, theta: f64, phi: f64) -> f64 {
    r * f64::sin(theta) * f64::cos(phi)
}

#[differentiate]
fn great_circle(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let half_lat = ((lat2 - lat1) / 2.0).sin();
    let half_lon = ((lon2 - lon1) / 2.0).sin();
    let h = half_lat.powi(2) + lat1.cos() * lat2.cos() * half_lon.powi(2);
    2.0 * 6371.0 * h.sqrt().asin()
}

#[differentiate]
fn snell(angle: f64, n1: f64, n2: f64) -> f64 {
    f64::asin(n1 / n2 * f64::sin(angle))
}

#[differentiate]
fn slope_angle(rise: f64, run: f64) -> f64 {
    (rise / run).atan().tan() + f64::atan(f64::tan(rise)) + f64::acos(run / 10.0)
}

#[differentiate]
fn bearing(x: f64, y: f64) -> f64 {
    y.atan2(x) - 0.5 * f64::atan2(x, y)
}

#[differentiate]
fn law_of_cosines(a: f64, b: f64, c: f64) -> f64 {
    ((a * a + b * b - c * c) / (2.0 * a * b)).acos().to_degrees()
}

#[differentiate]
fn catenary(x: f64, a: f64) -> f64 {
    a * (x / a).cosh() - f64::sinh(a) * f64::cosh(x)
}

#[differentiate]
fn rapidity(v: f64) -> f64 {
    v.atanh() + f64::atanh(v / 2.0) * v.tanh()
}

#[differentiate]
fn inverse_hyperbolic(x: f64) -> f64 {
    x.asinh() * x.acosh() + f64::asinh(-x) / f64::acosh(x + 1.0)
}

#[differentiate]
fn gaussian(x: f64, mean: f64, deviation: f64) -> f64 {
    let z = (x - mean) / deviation;
    (-0.5 * z * z).exp() / (deviation * f64::sqrt(2.0 * std::f64::consts::PI))
}

#[differentiate]
fn softplus(x: f64) -> f64 {
    x.exp().ln_1p()
}

#[differentiate]
fn logit_gap(p: f64) -> f64 {
    p.ln() - (-p).ln_1p() + f64::exp_m1(p) - f64::ln_1p(p) * p.exp_m1()
}

#[differentiate]
fn decibels(power: f64, reference: f64) -> f64 {
    10.0 * (power / reference).log10() + f64::log10(power)
}

#[differentiate]
fn entropy_bits(p: f64) -> f64 {
    let q = 1.0 - p;
    -(p * p.log2() + q * f64::log2(q))
}

#[differentiate]
fn octave(semitones: f64) -> f64 {
    440.0 * (semitones / 12.0).exp2() + f64::exp2(semitones)
}

#[differentiate]
fn change_of_base(x: f64, base: f64) -> f64 {
    x.log(base) + x.log(3.0) + f64::log(7.0, base)
}

#[differentiate]
fn kepler_period(axis: f64, mass: f64) -> f64 {
    2.0 * std::f64::consts::PI * (axis.powi(3) / mass).sqrt() + axis.powi(-2) + f64::powi(mass, 5)
}

#[differentiate]
fn cobb_douglas(capital: f64, labour: f64, share: f64) -> f64 {
    capital.powf(share) * labour.powf(1.0 - share) + f64::powf(2.5, share)
}

#[differentiate]
fn cube_edge(volume: f64) -> f64 {
    volume.cbrt() + f64::cbrt(-3.0 * volume)
}

#[differentiate]
fn impedance(resistance: f64, reactance: f64) -> f64 {
    resistance.hypot(reactance) * f64::hypot(reactance, 2.0)
}

#[differentiate]
fn parallel(a: f64, b: f64) -> f64 {
    (a.recip() + b.recip()).recip() + f64::recip(a)
}

#[differentiate]
fn fused_line(x: f64, slope: f64, offset: f64) -> f64 {
    x.mul_add(slope, offset) * f64::mul_add(slope, slope, x)
}

#[differentiate]
fn rotate(x: f64, y: f64, angle: f64) -> (f64, f64) {
    let (s, c) = angle.sin_cos();
    (c * x - s * y, s * x + c * y)
}

#[differentiate]
fn degrees_round_trip(angle: f64) -> f64 {
    angle.to_radians().sin() + f64::to_degrees(angle) * f64::to_radians(angle * angle)
}

#[differentiate]
fn huber(residual: f64, delta: f64) -> f64 {
    let size = residual.abs();
    let inside = size.min(delta);
    inside * (size - 0.5 * inside)
}

#[differentiate]
fn hinge(score: f64, margin: f64) -> f64 {
    f64::max(0.0, margin - score) + score.max(margin) * f64::min(score, 2.0 * margin)
}

#[differentiate]
fn saturate(x: f64, low: f64, high: f64) -> f64 {
    x.clamp(low, high) * f64::clamp(x * x, 0.5, 4.0)
}

#[differentiate]
fn signed_power(x: f64, y: f64) -> f64 {
    x.signum() * x.abs().powf(1.7) + f64::signum(y) * f64::abs(y)
}

#[differentiate]
fn with_sign_of(magnitude: f64, sign: f64) -> f64 {
    magnitude.copysign(sign) * sign + f64::copysign(3.0, magnitude) * magnitude
}

#[differentiate]
fn sawtooth(x: f64, period: f64) -> f64 {
    let phase = x / period;
    phase - phase.floor() + phase.fract() * period
}

#[differentiate]
fn staircase(x: f64) -> f64 {
    x * (x.ceil() + x.round() + x.trunc() + f64::floor(2.0 * x)) + x.round_ties_even()
}

#[differentiate]
fn wrap_angle(angle: f64) -> f64 {
    let turn = std::f64::consts::TAU;
    (angle + std::f64::consts::PI).rem_euclid(turn) - std::f64::consts::PI
}

#[differentiate]
fn lattice_cell(x: f64, spacing: f64) -> f64 {
    let cell = x.div_euclid(spacing);
    x.rem_euclid(spacing).powi(2) + cell * spacing + f64::rem_euclid(x, 2.0 * spacing)
}

#[differentiate]
fn all_sorts(x: f64) -> f64 {
    x.sin().abs().sqrt().ln_1p().tanh().exp().atan().cbrt().cosh().recip()
}

#[differentiate]
fn black_scholes_d1(spot: f64, strike: f64, rate: f64, volatility: f64, years: f64) -> f64 {
    let drift = (rate + volatility.powi(2) / 2.0) * years;
    ((spot / strike).ln() + drift) / (volatility * years.sqrt())
}

#[differentiate]
fn antoine(temperature: f64, a: f64, b: f64, c: f64) -> f64 {
    10_f64.powf(a - b / (c + temperature))
}

#[test]
fn trigonometry() {
    check!(damped_wave(t, d, w); (t, d, w) in [(0.7, 0.3, 4.0), (-1.2, 0.1, 2.5)]);
    check!(spherical_x(r, theta, phi); (r, theta, phi) in [(2.0, 0.8, -1.1), (0.5, 2.2, 3.0)]);
    check!(great_circle(a, b, c, d); (a, b, c, d) in [(0.9, 0.1, 0.6, -1.2), (-0.3, 2.0, 0.2, 1.0)]);
    check!(snell(x, n1, n2); (x, n1, n2) in [(0.4, 1.0, 1.33), (-0.7, 1.2, 1.5)]);
    check!(slope_angle(y, x); (y, x) in [(0.4, 1.5), (-0.6, 2.0)]);
    check!(bearing(x, y); (x, y) in [(1.0, 2.0), (-1.0, 0.5), (-0.4, -0.9), (0.3, -2.0)]);
    check!(law_of_cosines(a, b, c); (a, b, c) in [(3.0, 4.0, 5.0), (2.0, 2.5, 1.2)]);
    check_map!(rotate(x, y, a); (x, y, a) in [(1.0, 2.0, 0.5), (-0.3, 0.4, -2.0)]);
    check!(degrees_round_trip(a); a in [30.0, -12.5]);
}

#[test]
fn hyperbolic() {
    check!(catenary(x, a); (x, a) in [(0.5, 1.2), (-2.0, 0.8)]);
    check!(rapidity(v); v in [0.3, -0.9, 0.0]);
    check!(inverse_hyperbolic(x); x in [1.5, 3.0]);
}

#[test]
fn exponentials_and_logarithms() {
    check!(gaussian(x, m, s); (x, m, s) in [(0.3, 0.0, 1.0), (2.0, 2.5, 0.4)]);
    check!(softplus(x); x in [-3.0, 0.0, 1.7]);
    check!(logit_gap(p); p in [0.2, 0.85]);
    check!(decibels(p, r); (p, r) in [(2.0, 0.5), (0.01, 1.0)]);
    check!(entropy_bits(p); p in [0.1, 0.5, 0.93]);
    check!(octave(n); n in [-7.0, 0.0, 3.0]);
    check!(change_of_base(x, b); (x, b) in [(8.0, 2.0), (0.3, 5.0)]);
    check!(all_sorts(x); x in [0.8, -1.9]);
    check!(black_scholes_d1(s, k, r, v, t); (s, k, r, v, t) in [(100.0, 110.0, 0.03, 0.2, 0.75)]);
    check!(antoine(t, a, b, c); (t, a, b, c) in [(80.0, 5.4, 1838.0, -31.7)]);
}

#[test]
fn powers_and_roots() {
    check!(kepler_period(a, m); (a, m) in [(1.5, 1.0), (0.7, 2.2)]);
    check!(cobb_douglas(k, l, s); (k, l, s) in [(2.0, 3.0, 0.3), (0.5, 0.8, 0.6)]);
    check!(cube_edge(v); v in [2.0, -0.7]);
    check!(impedance(r, x); (r, x) in [(3.0, 4.0), (-0.2, 0.5)]);
    check!(parallel(a, b); (a, b) in [(2.0, 3.0), (-0.5, 1.7)]);
    check!(fused_line(x, m, b); (x, m, b) in [(0.5, 2.0, -1.0), (-1.5, 0.3, 0.2)]);
}

#[test]
fn kinks_away_from_the_kink() {
    check!(huber(r, d); (r, d) in [(0.3, 1.0), (-2.5, 1.0), (4.0, 0.5)]);
    check!(hinge(s, m); (s, m) in [(0.3, 1.0), (2.5, 1.0), (-0.5, 0.7)]);
    check!(saturate(x, l, h); (x, l, h) in [(0.3, 1.0, 2.0), (1.4, 1.0, 2.0), (3.0, -1.0, 2.0)]);
    check!(signed_power(x, y); (x, y) in [(0.8, -2.0), (-1.3, 0.5)]);
    check!(with_sign_of(m, s); (m, s) in [(0.8, -2.0), (-1.3, 0.5), (-0.4, -0.6)]);
    check!(sawtooth(x, p); (x, p) in [(2.3, 1.0), (-0.4, 1.5)]);
    check!(staircase(x); x in [2.3, -0.7, -1.2]);
    check!(wrap_angle(a); a in [0.5, 4.0, -9.0]);
    check!(lattice_cell(x, h); (x, h) in [(2.3, 0.7), (-1.1, 0.8), (3.1, -0.9)]);
}
