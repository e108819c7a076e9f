//! Long short-term memory: S. Hochreiter, J. Schmidhuber (1997) with the forget gate of F. Gers (2000),
//! as in I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (2016), equations 10.40 to 10.44.

use autodiff::{Differentiable, Float, differentiate};

use super::assert_rounded;
use crate::harness::{check, check_map, flat_structs};

#[differentiate]
fn sigmoid<T: Float>(x: T) -> T {
    T::one() / (T::one() + (-x).exp())
}

/// An affine map of input and hidden state.
#[derive(Differentiable, Clone, Debug)]
struct Gate<T: Float> {
    bias: Vec<T>,
    input: Vec<Vec<T>>,
    recurrent: Vec<Vec<T>>,
}

impl<T: Float> Gate<T> {
    #[differentiate(wrt(self, hidden))]
    fn apply(&self, x: &[T], hidden: &[T]) -> Vec<T> {
        self.bias
            .iter()
            .zip(&self.input)
            .zip(&self.recurrent)
            .map(|((&bias, input), recurrent)| {
                let of_input: T = input.iter().zip(x).map(|(&u, &x)| u * x).sum();
                let of_hidden: T = recurrent.iter().zip(hidden).map(|(&w, &h)| w * h).sum();
                bias + of_input + of_hidden
            })
            .collect()
    }
}

#[derive(Differentiable, Clone, Debug)]
struct Lstm<T: Float> {
    forget: Gate<T>,
    store: Gate<T>,
    output: Gate<T>,
    candidate: Gate<T>,
}

#[derive(Differentiable, Clone, Debug)]
struct State<T: Float> {
    hidden: Vec<T>,
    cell: Vec<T>,
}

impl<T: Float> State<T> {
    fn zero(units: usize) -> Self {
        State { hidden: vec![T::zero(); units], cell: vec![T::zero(); units] }
    }
}

impl<T: Float> Lstm<T> {
    #[differentiate(wrt(self, state))]
    fn step(&self, state: &mut State<T>, x: &[T]) {
        let forget = self.forget.apply(x, &state.hidden);
        let store = self.store.apply(x, &state.hidden);
        let output = self.output.apply(x, &state.hidden);
        let candidate = self.candidate.apply(x, &state.hidden);
        for (j, cell) in state.cell.iter_mut().enumerate() {
            *cell = sigmoid(forget[j]) * *cell + sigmoid(store[j]) * candidate[j].tanh();
            state.hidden[j] = cell.tanh() * sigmoid(output[j]);
        }
    }
}

/// The squared error of the hidden state's sum against the next input's sum, over a sequence.
#[differentiate(wrt(lstm))]
fn loss<T: Float>(lstm: &Lstm<T>, units: usize, inputs: &[Vec<T>]) -> T {
    let mut state = State::zero(units);
    let mut loss = T::zero();
    for pair in inputs.windows(2) {
        lstm.step(&mut state, &pair[0]);
        let prediction: T = state.hidden.iter().copied().sum();
        let target: T = pair[1].iter().copied().sum();
        loss += (prediction - target).powi(2);
    }
    loss / T::from_f64(inputs.len() as f64)
}

/// The last hidden state.
#[differentiate(wrt(lstm, start))]
fn encode<T: Float>(lstm: &Lstm<T>, start: State<T>, inputs: &[Vec<T>]) -> Vec<T> {
    let mut state = start;
    inputs.iter().for_each(|x| lstm.step(&mut state, x));
    state.hidden
}

flat_structs! {
    f64: Gate<f64> => GateTangent<f64> { bias, input, recurrent };
    f64: Lstm<f64> => LstmTangent<f64> { forget, store, output, candidate };
    f64: State<f64> => StateTangent<f64> { hidden, cell };
    f32: Gate<f32> => GateTangent<f32> { bias, input, recurrent };
    f32: Lstm<f32> => LstmTangent<f32> { forget, store, output, candidate };
}

/// Weights that differ, for 2 units and 2 inputs.
fn lstm<T: Float>(phase: f64) -> Lstm<T> {
    let weight = |i: usize| T::from_f64(0.6 * (1.3 * i as f64 + phase).sin());
    let gate = |k: usize| Gate {
        bias: vec![weight(k), weight(k + 1)],
        input: vec![vec![weight(k + 2), weight(k + 3)], vec![weight(k + 4), weight(k + 5)]],
        recurrent: vec![vec![weight(k + 6), weight(k + 7)], vec![weight(k + 8), weight(k + 9)]],
    };
    Lstm { forget: gate(0), store: gate(10), output: gate(20), candidate: gate(30) }
}

fn sequence<T: Float>() -> Vec<Vec<T>> {
    [[0.5, -0.2], [0.9, 0.4], [-0.3, 0.8], [0.2, 0.1]]
        .iter()
        .map(|x| x.iter().map(|&x| T::from_f64(x)).collect())
        .collect()
}

#[test]
fn sequences() {
    let inputs = sequence();
    check!(loss(&lstm, 2, &inputs); lstm in [lstm(0.0), lstm(2.0)]);
    let start = State { hidden: vec![0.1, -0.3], cell: vec![0.5, 0.2] };
    check_map!(encode(&lstm, start, &inputs); (lstm, start) in [(lstm(1.0), start)]);
}

#[test]
fn sequences_in_single_precision() {
    assert_rounded(
        &loss::grad(&lstm::<f32>(0.0), 2, &sequence()),
        &loss::grad(&lstm::<f64>(0.0), 2, &sequence()),
    );
}
