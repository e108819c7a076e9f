//! The weighted power of a signal's spectrum, by the fast Fourier transform in place: T. Cormen et al.,
//! *Introduction to Algorithms*, section 30.3, ITERATIVE-FFT. Nothing of a linear map need be kept.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode, spread};

const LENGTH: usize = 1024;

/// Transforms in place; `roots` are the powers of the principal root of unity, half of them.
#[differentiate(wrt(a))]
fn fft(a: &mut [[f64; 2]], roots: &[[f64; 2]]) {
    let n = a.len();
    let bits = n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            a.swap(i, j);
        }
    }
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        for block in a.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for j in 0..half {
                let [c, s] = roots[j * stride];
                let [re, im] = high[j];
                let t = [c * re - s * im, c * im + s * re];
                let u = low[j];
                low[j] = [u[0] + t[0], u[1] + t[1]];
                high[j] = [u[0] - t[0], u[1] - t[1]];
            }
        }
        half *= 2;
    }
}

/// The power of each frequency times its weight.
#[differentiate(wrt(signal))]
fn power(signal: &[f64], weights: &[f64], roots: &[[f64; 2]]) -> f64 {
    let mut a: Vec<[f64; 2]> = signal.iter().map(|&x| [x, 0.0]).collect();
    fft(&mut a, roots);
    a.iter().zip(weights).map(|(z, w)| w * (z[0] * z[0] + z[1] * z[1])).sum()
}

/// The plain transform, without its attribute.
fn transform(a: &mut [[f64; 2]], roots: &[[f64; 2]]) {
    fft(a, roots);
}

/// The adjoint of the transform is the conjugate transform, that of the conjugates conjugated: it is
/// run in place on what the spectrum leaves.
fn power_by_hand(
    signal: &[f64],
    weights: &[f64],
    roots: &[[f64; 2]],
    signal_bar: &mut [f64],
) -> f64 {
    let mut a: Vec<[f64; 2]> = signal.iter().map(|&x| [x, 0.0]).collect();
    transform(&mut a, roots);
    let mut sum = 0.0;
    for (z, w) in a.iter_mut().zip(weights) {
        sum += w * (z[0] * z[0] + z[1] * z[1]);
        *z = [2.0 * w * z[0], -2.0 * w * z[1]];
    }
    transform(&mut a, roots);
    for (bar, z) in signal_bar.iter_mut().zip(&a) {
        *bar += z[0];
    }
    sum
}

pub struct Fft {
    signal: Vec<f64>,
    weights: Vec<f64>,
    roots: Vec<[f64; 2]>,
}

impl Program for Fft {
    const NAME: &'static str = "fft-1024";

    fn new() -> Self {
        let root = |k: usize| {
            let angle = -std::f64::consts::TAU * k as f64 / LENGTH as f64;
            [angle.cos(), angle.sin()]
        };
        Self {
            signal: spread(LENGTH, -1.0, 1.0),
            weights: spread(LENGTH, 0.0, 1.0),
            roots: (0..LENGTH / 2).map(root).collect(),
        }
    }

    fn variables(&self) -> Vec<f64> {
        self.signal.clone()
    }

    fn primal(&self) -> f64 {
        power(&self.signal, &self.weights, &self.roots)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        power::grad_into(&self.signal, &self.weights, &self.roots, gradient)
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        power_by_hand(&self.signal, &self.weights, &self.roots, gradient)
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let zero = variables[0].constant(0.0);
        let bits = LENGTH.trailing_zeros();
        let mut a: Vec<[S; 2]> = (0..LENGTH)
            .map(|i| [variables[i.reverse_bits() >> (usize::BITS - bits)], zero])
            .collect();
        let mut half = 1;
        while half < LENGTH {
            for block in a.chunks_exact_mut(2 * half) {
                for j in 0..half {
                    let [c, s] = self.roots[j * (LENGTH / (2 * half))];
                    let [u, [re, im]] = [block[j], block[j + half]];
                    let t = [re * c - im * s, im * c + re * s];
                    block[j] = [u[0] + t[0], u[1] + t[1]];
                    block[j + half] = [u[0] - t[0], u[1] - t[1]];
                }
            }
            half *= 2;
        }
        let mut sum = zero;
        for (z, &w) in a.iter().zip(&self.weights) {
            sum = sum + (z[0] * z[0] + z[1] * z[1]) * w;
        }
        sum
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<16, _>(self, variables, gradient)
    }
}
