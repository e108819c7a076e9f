//! Programs of some size, against differences.

use autodiff::std_compat::{autodiff_forward, autodiff_reverse};

use crate::{assert_close, difference, gradient};

/// Products of pairs, as a chemical reaction network has them, summed through a buffer.
#[autodiff_reverse(d_reactions, Duplicated, Duplicated)]
fn reactions(r: &[f64; 10], res: &mut f64) {
    let mut rates = [0.0; 10];
    rates[0] = r[0];
    for (i, (a, b)) in [(1, 2), (4, 5), (2, 6), (1, 7), (2, 8), (1, 9), (5, 6), (5, 7), (4, 8)]
        .into_iter()
        .enumerate()
    {
        rates[i + 1] = r[a] * r[b];
    }
    *res = rates.iter().sum();
}

#[test]
fn a_reaction_network() {
    let r: [f64; 10] = std::array::from_fn(|i| 3.1 - 0.2 * i as f64);
    let (mut dr, mut res, mut dres) = ([0.0; 10], 0.0, 1.0);
    d_reactions(&r, &mut dr, &mut res, &mut dres);
    let value = |r: &[f64; 10]| {
        let mut res = 0.0;
        reactions(r, &mut res);
        res
    };
    assert_eq!((res, dres), (value(&r), 0.0));
    assert_close(&dr, &gradient(value, &r));
}

/// The determinant of `1 + 2e`, of a symmetric strain by its six components.
#[autodiff_reverse(d_stretch, Duplicated, Active)]
fn stretch(e: &[f64; 6]) -> f64 {
    let b = [
        [1.0 + 2.0 * e[0], 2.0 * e[5], 2.0 * e[4]],
        [2.0 * e[5], 1.0 + 2.0 * e[1], 2.0 * e[3]],
        [2.0 * e[4], 2.0 * e[3], 1.0 + 2.0 * e[2]],
    ];
    let minor = |i: usize, j: usize, k: usize, l: usize| b[i][k] * b[j][l] - b[i][l] * b[j][k];
    b[0][0] * minor(1, 2, 1, 2) - b[0][1] * minor(1, 2, 0, 2) + b[0][2] * minor(1, 2, 0, 1)
}

/// The free energy of a neo-Hookean solid; `material` holds Lamé's two parameters.
#[autodiff_reverse(d_energy, Duplicated, Const, Active)]
#[autodiff_forward(energy_along, Dual, Const, Dual)]
fn energy(e: &[f64; 6], material: &[f64; 2]) -> f64 {
    let j = stretch(e).sqrt();
    let trace = e[0] + e[1] + e[2];
    0.25 * material[0] * (j * j - 1.0 - 2.0 * j.ln()) + material[1] * (trace - j.ln())
}

#[test]
fn a_hyperelastic_solid() {
    let e = [0.1, 0.2, -0.07, 0.02, 0.03, 0.04];
    let material = [0.5769, 0.3846];
    let mut stress = [0.0; 6];
    let value = d_energy(&e, &mut stress, &material, 1.0);
    assert_eq!(value, energy(&e, &material));
    let expected = gradient(|e| energy(e, &material), &e);
    assert_close(&stress, &expected);
    for (i, expected) in expected.iter().enumerate() {
        let mut direction = [0.0; 6];
        direction[i] = 1.0;
        let (same, along) = energy_along(&e, &direction, &material);
        assert_eq!(same, value);
        assert_close(&[along], &[*expected]);
    }
    let mut d = [0.0; 6];
    d_stretch(&e, &mut d, 1.0);
    assert_close(&d, &gradient(stretch, &e));
}

/// A logistic regression's loss, and its gradient over all samples into one shadow.
#[autodiff_reverse(d_loss, Const, Const, Duplicated, Active, Active)]
fn loss(x: &[f64], label: bool, weights: &[f64], bias: f64) -> f64 {
    let z: f64 = bias + x.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>();
    let signed = if label { z } else { -z };
    (1.0 + (-signed).exp()).ln()
}

#[test]
fn gradients_of_a_batch_add_up() {
    let samples = [([0.5, -1.0], true), ([2.0, 0.3], false), ([-0.4, 0.9], true)];
    let (weights, bias) = ([0.7, -0.2], 0.1);
    let (mut dweights, mut dbias, mut total) = ([0.0; 2], 0.0, 0.0);
    for (x, label) in &samples {
        let (value, db) = d_loss(x, *label, &weights, &mut dweights, bias, 1.0);
        total += value;
        dbias += db;
    }
    let all = |weights: &[f64; 2], bias: f64| -> f64 {
        samples.iter().map(|(x, label)| loss(x, *label, weights, bias)).sum()
    };
    assert_eq!(total, all(&weights, bias));
    assert_close(&dweights, &gradient(|w| all(w, bias), &weights));
    assert_close(&[dbias], &[difference(|b| all(&weights, b), bias)]);
}

/// Heat along a rod, step by step in place.
#[autodiff_reverse(d_heat, Duplicated, Active, Const)]
#[autodiff_forward(heat_along, Dual, Dual, Const)]
fn heat(u: &mut [f64], diffusivity: f64, steps: usize) {
    for _ in 0..steps {
        let mut before = u[0];
        for i in 1..u.len() - 1 {
            let here = u[i];
            u[i] += diffusivity * (before - 2.0 * here + u[i + 1]);
            before = here;
        }
    }
}

#[test]
fn heat_in_a_rod() {
    let (u, steps) = ([1.0, 0.0, 0.5, 2.0, -1.0], 7);
    let end = |u: &[f64; 5], diffusivity: f64| {
        let mut u = *u;
        heat(&mut u, diffusivity, steps);
        u[2]
    };
    let (mut after, mut du) = (u, [0.0, 0.0, 1.0, 0.0, 0.0]);
    let d_diffusivity = d_heat(&mut after, &mut du, 0.2, steps);
    assert_eq!(after[2], end(&u, 0.2));
    assert_close(&du, &gradient(|u| end(u, 0.2), &u));
    let slope = difference(|d| end(&u, d), 0.2);
    assert_close(&[d_diffusivity], &[slope]);

    let (mut after, mut du) = (u, [0.0; 5]);
    heat_along(&mut after, &mut du, 0.2, 1.0, steps);
    assert_close(&[du[2]], &[slope]);
}
