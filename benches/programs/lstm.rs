//! A long short-term memory over a sequence: S. Hochreiter, J. Schmidhuber (1997) with the forget gate of
//! F. Gers (2000), as in I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, equations 10.40 to
//! 10.44. Matrix by vector in every step, with the vector as state.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const INPUTS: usize = 8;
const UNITS: usize = 16;
const COLUMNS: usize = INPUTS + UNITS;
const STEPS: usize = 32;

#[differentiate]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The squared error of the units against a target after each step. Each gate has a row of weights a
/// unit, over inputs and then units: first all of the forget gate, then store, output and candidate.
#[differentiate(wrt(weights, bias))]
fn lstm(
    weights: &[[f64; COLUMNS]],
    bias: &[f64],
    inputs: &[[f64; INPUTS]],
    targets: &[[f64; UNITS]],
) -> f64 {
    let mut hidden = [0.0; UNITS];
    let mut cell = [0.0; UNITS];
    let mut loss = 0.0;
    for (x, target) in inputs.iter().zip(targets) {
        let mut gates = [0.0; 4 * UNITS];
        for (gate, (row, b)) in gates.iter_mut().zip(weights.iter().zip(bias)) {
            let of_input: f64 = row.iter().zip(x).map(|(w, x)| w * x).sum();
            let of_hidden: f64 = row[INPUTS..].iter().zip(&hidden).map(|(w, h)| w * h).sum();
            *gate = b + of_input + of_hidden;
        }
        for j in 0..UNITS {
            let forget = sigmoid(gates[j]);
            let store = sigmoid(gates[UNITS + j]);
            let output = sigmoid(gates[2 * UNITS + j]);
            cell[j] = forget * cell[j] + store * gates[3 * UNITS + j].tanh();
            hidden[j] = output * cell[j].tanh();
            loss += (hidden[j] - target[j]).powi(2);
        }
    }
    loss
}

/// What a step keeps of a unit.
#[derive(Clone, Copy, Default)]
struct Unit {
    forget: f64,
    store: f64,
    output: f64,
    candidate: f64,
    /// The cell before the step, and the hyperbolic tangent of the cell after it.
    cell: f64,
    squashed: f64,
}

/// Backpropagation through time: keeps the gates, and the hidden states.
fn lstm_by_hand(
    weights: &[[f64; COLUMNS]],
    bias: &[f64],
    inputs: &[[f64; INPUTS]],
    targets: &[[f64; UNITS]],
    (weights_bar, bias_bar): (&mut [[f64; COLUMNS]], &mut [f64]),
) -> f64 {
    let mut column = [0.0; COLUMNS];
    let mut cell = [0.0; UNITS];
    let mut loss = 0.0;
    let mut kept = Vec::with_capacity(inputs.len());
    for (x, target) in inputs.iter().zip(targets) {
        column[..INPUTS].copy_from_slice(x);
        let before = column;
        let mut gates = [0.0; 4 * UNITS];
        for (gate, (row, b)) in gates.iter_mut().zip(weights.iter().zip(bias)) {
            let of_input: f64 = row[..INPUTS].iter().zip(&before).map(|(w, x)| w * x).sum();
            let hidden = &before[INPUTS..];
            let of_hidden: f64 = row[INPUTS..].iter().zip(hidden).map(|(w, h)| w * h).sum();
            *gate = b + of_input + of_hidden;
        }
        let mut units = [Unit::default(); UNITS];
        for (j, unit) in units.iter_mut().enumerate() {
            unit.forget = sigmoid(gates[j]);
            unit.store = sigmoid(gates[UNITS + j]);
            unit.output = sigmoid(gates[2 * UNITS + j]);
            unit.candidate = gates[3 * UNITS + j].tanh();
            unit.cell = cell[j];
            cell[j] = unit.forget * cell[j] + unit.store * unit.candidate;
            unit.squashed = cell[j].tanh();
            let hidden = unit.output * unit.squashed;
            column[INPUTS + j] = hidden;
            loss += (hidden - target[j]) * (hidden - target[j]);
        }
        kept.push((before, units));
    }

    let mut hidden_bar = [0.0; UNITS];
    let mut cell_bar = [0.0; UNITS];
    for ((before, units), target) in kept.iter().zip(targets).rev() {
        let mut gates_bar = [0.0; 4 * UNITS];
        for (j, unit) in units.iter().enumerate() {
            let hidden_bar = hidden_bar[j] + 2.0 * (unit.output * unit.squashed - target[j]);
            let total =
                cell_bar[j] + hidden_bar * unit.output * (1.0 - unit.squashed * unit.squashed);
            let slope = |sigmoid: f64| sigmoid * (1.0 - sigmoid);
            gates_bar[j] = total * unit.cell * slope(unit.forget);
            gates_bar[UNITS + j] = total * unit.candidate * slope(unit.store);
            gates_bar[2 * UNITS + j] = hidden_bar * unit.squashed * slope(unit.output);
            gates_bar[3 * UNITS + j] = total * unit.store * (1.0 - unit.candidate * unit.candidate);
            cell_bar[j] = total * unit.forget;
        }
        hidden_bar = [0.0; UNITS];
        let rows = weights.iter().zip(weights_bar.iter_mut().zip(bias_bar.iter_mut()));
        for (gate_bar, (row, (row_bar, bias_bar))) in gates_bar.iter().zip(rows) {
            *bias_bar += gate_bar;
            for (row_bar, x) in row_bar.iter_mut().zip(before) {
                *row_bar += gate_bar * x;
            }
            for (hidden_bar, w) in hidden_bar.iter_mut().zip(&row[INPUTS..]) {
                *hidden_bar += gate_bar * w;
            }
        }
    }
    loss
}

/// The gradient's entries as the shadows of weights and bias.
fn shadows(gradient: &mut [f64]) -> (&mut [[f64; COLUMNS]], &mut [f64]) {
    let (weights, bias) = gradient.split_at_mut(4 * UNITS * COLUMNS);
    (weights.as_chunks_mut().0, bias)
}

pub struct Lstm {
    weights: Vec<[f64; COLUMNS]>,
    bias: Vec<f64>,
    inputs: Vec<[f64; INPUTS]>,
    targets: Vec<[f64; UNITS]>,
}

impl Program for Lstm {
    const NAME: &'static str = "lstm";

    fn new() -> Self {
        Self {
            weights: spread(4 * UNITS * COLUMNS, -0.4, 0.4).as_chunks().0.to_vec(),
            bias: spread(4 * UNITS, -0.2, 0.4),
            inputs: spread(STEPS * INPUTS, -1.0, 1.0).as_chunks().0.to_vec(),
            targets: spread(STEPS * UNITS, -0.5, 0.5).as_chunks().0.to_vec(),
        }
    }

    fn variables(&self) -> Vec<f64> {
        [self.weights.concat(), self.bias.clone()].concat()
    }

    fn primal(&self) -> f64 {
        lstm(&self.weights, &self.bias, &self.inputs, &self.targets)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let shadows = shadows(gradient);
        lstm::grad_into(&self.weights, &self.bias, &self.inputs, &self.targets, shadows)
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let shadows = shadows(gradient);
        lstm_by_hand(&self.weights, &self.bias, &self.inputs, &self.targets, shadows)
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let (weights, bias) = variables.split_at(4 * UNITS * COLUMNS);
        let zero = bias[0].constant(0.0);
        let one = bias[0].constant(1.0);
        let sigmoid = |x: S| one / ((-x).exp() + 1.0);
        let mut hidden = [zero; UNITS];
        let mut cell = [zero; UNITS];
        let mut loss = zero;
        for (x, target) in self.inputs.iter().zip(&self.targets) {
            let mut gates = bias.to_vec();
            for (gate, row) in gates.iter_mut().zip(weights.chunks(COLUMNS)) {
                for (&w, &x) in row.iter().zip(x) {
                    *gate = *gate + w * x;
                }
                for (&w, &h) in row[INPUTS..].iter().zip(&hidden) {
                    *gate = *gate + w * h;
                }
            }
            for j in 0..UNITS {
                let [forget, store, output] =
                    [0, 1, 2].map(|gate| sigmoid(gates[gate * UNITS + j]));
                cell[j] = forget * cell[j] + store * gates[3 * UNITS + j].tanh();
                hidden[j] = output * cell[j].tanh();
                let error = hidden[j] - target[j];
                loss = loss + error * error;
            }
        }
        loss
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}
