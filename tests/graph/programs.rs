//! The functions whose graphs are looked at.

use autodiff::{Graph, differentiate};

/// The line below which `wave` stands.
pub const WAVE: u32 = line!();
#[differentiate]
pub fn wave(x: f64, times: usize, w: &[f64]) -> f64 {
    let phase = x * w[0];
    let height = phase.sin();
    height * times as f64
}

/// Control flow of every kind.
#[differentiate]
pub fn branches(x: &[f64], rate: f64) -> f64 {
    let mut total = 0.0;
    #[allow(clippy::needless_range_loop)]
    for i in 0..x.len() {
        let mut y = x[i] * rate;
        if y > 1.0 {
            y = y.ln();
        } else {
            for _ in 0..3 {
                y = y.sin() * rate;
            }
        }
        total += y * y;
    }
    let mut n = 0;
    while n < 4 && total > 1.0 {
        total = total.sqrt();
        n += 1;
    }
    total
}

/// Some fifty nodes.
#[differentiate]
pub fn black_scholes(spot: f64, strike: f64, rate: f64, volatility: f64, time: f64) -> f64 {
    let root = time.sqrt();
    let moneyness = (spot / strike).ln();
    let drift = (rate + 0.5 * volatility * volatility) * time;
    let d1 = (moneyness + drift) / (volatility * root);
    let d2 = d1 - volatility * root;
    let n1 = 0.5 * (1.0 + (0.797_884_560_802_865_4 * (d1 + 0.044_715 * d1.powi(3))).tanh());
    let n2 = 0.5 * (1.0 + (0.797_884_560_802_865_4 * (d2 + 0.044_715 * d2.powi(3))).tanh());
    let discount = (-rate * time).exp();
    let call = spot * n1 - strike * discount * n2;
    let put = call - spot + strike * discount;
    let straddle = call + put;
    let smooth = (straddle * straddle + 1e-6).sqrt();
    smooth + (call / (1.0 + put.exp())).atan2(spot) * d1.cos()
}

#[differentiate]
pub fn decay(u: &mut [f64], dt: f64) {
    for v in u.iter_mut() {
        *v *= 1.0 - dt;
    }
}

#[differentiate]
pub fn calls(u: &[f64], dt: f64) -> f64 {
    let mut state = u.to_vec();
    decay(&mut state, dt);
    root(state[0]) + wave(dt, 2, u)
}

#[differentiate(vjp = root_vjp)]
pub fn root(square: f64) -> f64 {
    square.sqrt()
}

fn root_vjp(square: f64) -> (f64, impl FnOnce(f64) -> f64) {
    let root = square.sqrt();
    (root, move |seed| seed / (2.0 * root))
}

#[differentiate]
pub fn nothing_but_its_parameter(x: f64) -> f64 {
    x
}

/// All of them.
pub const GRAPHS: [&Graph; 7] = [
    wave::GRAPH,
    branches::GRAPH,
    black_scholes::GRAPH,
    decay::GRAPH,
    calls::GRAPH,
    root::GRAPH,
    nothing_but_its_parameter::GRAPH,
];
