//! Slices, `Vec`s and arrays of enums.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, check_map, flat_enums};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
enum Gate {
    Scale(f64),
    Mix { a: f64, b: f64, from: usize },
    Relu,
}

flat_enums! {
    f64: Gate => GateTangent { Scale { 0: s }, Mix { a: a, b: b } };
}

fn gates() -> Vec<Gate> {
    vec![
        Gate::Scale(1.4),
        Gate::Mix { a: 0.3, b: 1.2, from: 0 },
        Gate::Relu,
        Gate::Mix { a: -0.8, b: 0.6, from: 1 },
        Gate::Scale(0.7),
    ]
}

#[differentiate]
fn by_slice(gates: &[Gate], x: f64) -> f64 {
    let mut y = x;
    for gate in gates {
        y = match gate {
            Gate::Scale(s) => s * y,
            Gate::Mix { a, b, .. } => a * y * y + b,
            Gate::Relu => y.max(0.0),
        };
    }
    y
}

#[differentiate]
fn by_index(gates: &Vec<Gate>, xs: &[f64]) -> f64 {
    let mut ys = xs.to_vec();
    for i in 0..gates.len() {
        match gates[i] {
            Gate::Scale(s) => ys[i] *= s,
            Gate::Mix { a, b, from } => ys[i] = a * ys[from] * ys[i] + b,
            Gate::Relu => {}
        }
    }
    ys.iter().sum()
}

#[differentiate]
fn by_iterators(gates: &[Gate], xs: &[f64]) -> f64 {
    gates
        .iter()
        .zip(xs)
        .filter(|(gate, _)| !matches!(gate, Gate::Relu))
        .map(|(gate, x)| match gate {
            Gate::Scale(s) => s * x,
            Gate::Mix { a, b, .. } => a * x * x + b,
            Gate::Relu => 0.0,
        })
        .sum()
}

#[differentiate]
fn by_array(gates: [Gate; 3], x: f64) -> f64 {
    let [first, _, last] = gates;
    let mut sum = 0.0;
    for gate in [first, last] {
        if let Gate::Scale(s) | Gate::Mix { a: s, .. } = gate {
            sum += s * s * x;
        }
    }
    sum
}

#[differentiate]
fn owned(gates: Vec<Gate>, x: f64) -> f64 {
    let mut y = x;
    for gate in gates {
        if let Gate::Mix { a, b, from } = gate {
            y += a * b * from as f64 * y;
        }
    }
    y
}

#[differentiate]
fn in_place(gates: &mut [Gate], x: f64) {
    for gate in gates.iter_mut() {
        match gate {
            Gate::Scale(s) => *s = s.sin() * x,
            Gate::Mix { a, b, .. } => std::mem::swap(a, b),
            Gate::Relu => *gate = Gate::Scale(x),
        }
    }
    gates.swap(0, 1);
}

#[differentiate]
fn changed(gates: &[Gate], x: f64) -> Vec<Gate> {
    let mut out = gates.to_vec();
    out[2] = Gate::Scale(x * x);
    for i in 1..out.len() {
        if let Gate::Scale(s) = &mut out[i] {
            *s += x;
        }
    }
    if let (Gate::Scale(s), Gate::Mix { a, .. }) = (gates[0], gates[1]) {
        out.push(Gate::Scale(s * a));
    }
    out
}

#[differentiate]
fn first_scale(gates: &[Gate], x: f64) -> f64 {
    let mut i = 0;
    let found = loop {
        match gates[i] {
            Gate::Scale(s) if i > 0 => break s,
            _ => i += 1,
        }
    };
    found * x
}

#[test]
fn read() {
    check!(by_slice(&gates, x); (gates, x) in [(gates(), 0.6), (Vec::new(), 0.6)]);
    let xs = vec![0.3, 0.8, -0.4, 1.2, 0.5];
    check!(by_index(&gates, &xs); (gates, xs) in [(gates(), xs.clone())]);
    check!(by_iterators(&gates, &xs); (gates, xs) in [(gates(), xs.clone())]);
    let [a, b, c, ..] = gates()[..] else { unreachable!() };
    check!(by_array(gates, x); (gates, x) in [([a, b, c], 0.6), ([b, a, a], 0.6)]);
    check!(owned(gates, x); (gates, x) in [(gates(), 0.6)]);
    check!(first_scale(&gates, x); (gates, x) in [(gates(), 0.6)]);
}

#[test]
fn changed_elements() {
    check_map!(changed(&gates, x); (gates, x) in [(gates(), 0.6)]);
    let mut own = gates();
    let mut bars: Vec<_> = own.iter().map(Differentiable::zero_tangent).collect();
    bars[0].Mix.a = 1.0;
    bars[2].Scale.0 = 0.5;
    bars[4].Scale.0 = 2.0;
    let mut x_bar = 0.0;
    in_place::vjp_into(&mut own, 0.6, (), (&mut bars, &mut x_bar));
    // `a` of the first is now `b` of the second, before the swap.
    assert_eq!(bars[1].Mix, GateTangentMix { a: 0.0, b: 1.0 });
    assert_eq!(bars[2], GateTangent::default());
    assert!((bars[4].Scale.0 - 2.0 * 0.6 * 0.7_f64.cos()).abs() < 1e-15);
    assert!((x_bar - (0.5 + 2.0 * 0.7_f64.sin())).abs() < 1e-15);
}
