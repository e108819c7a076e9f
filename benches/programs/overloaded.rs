//! Differentiation by operator overloading: num-dual's dual vectors and the tape of `reverse`.

use std::ops::{Add, Div, Mul, Neg, Sub};

use nalgebra::{Const, U1};
use num_dual::{Derivative, DualNum, DualSVec64};
use reverse::{Tape, Var};

use super::Program;

/// A number whose arithmetic is overloaded to carry derivatives.
pub trait Scalar:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// The value without its derivatives.
    fn value(self) -> f64;
    /// A constant that meets `self` in a computation.
    fn constant(self, value: f64) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The exponential.
    fn exp(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// The sine.
    fn sin(self) -> Self;
    /// The cosine.
    fn cos(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
}

impl<const N: usize> Scalar for DualSVec64<N> {
    fn value(self) -> f64 {
        self.re
    }

    fn constant(self, value: f64) -> Self {
        Self::from_re(value)
    }

    fn sqrt(self) -> Self {
        DualNum::sqrt(&self)
    }

    fn exp(self) -> Self {
        DualNum::exp(&self)
    }

    fn ln(self) -> Self {
        DualNum::ln(&self)
    }

    fn sin(self) -> Self {
        DualNum::sin(&self)
    }

    fn cos(self) -> Self {
        DualNum::cos(&self)
    }

    fn tanh(self) -> Self {
        DualNum::tanh(&self)
    }
}

impl Scalar for Var<'_> {
    fn value(self) -> f64 {
        self.val
    }

    fn constant(self, value: f64) -> Self {
        self.tape.add_var(value)
    }

    fn sqrt(self) -> Self {
        Self::sqrt(&self)
    }

    fn exp(self) -> Self {
        Self::exp(&self)
    }

    fn ln(self) -> Self {
        Self::ln(&self)
    }

    fn sin(self) -> Self {
        Self::sin(&self)
    }

    fn cos(self) -> Self {
        Self::cos(&self)
    }

    fn tanh(self) -> Self {
        Self::tanh(&self)
    }
}

/// The value of `program`, with its gradient by num-dual, `N` tangents a pass.
pub fn forward_mode<const N: usize, P: Program>(
    program: &P,
    variables: &[f64],
    gradient: &mut [f64],
) -> f64 {
    let mut duals: Vec<DualSVec64<N>> = variables.iter().map(|&x| x.into()).collect();
    let mut value = f64::NAN;
    for (pass, lanes) in gradient.chunks_mut(N).enumerate() {
        let seeded = pass * N..pass * N + lanes.len();
        for (lane, dual) in duals[seeded.clone()].iter_mut().enumerate() {
            dual.eps = Derivative::derivative_generic(Const::<N>, U1, lane);
        }
        let result = program.overloaded(&duals);
        value = result.re;
        let tangents = result.eps.unwrap_generic(Const::<N>, U1);
        for (partial, tangent) in lanes.iter_mut().zip(&tangents) {
            *partial = *tangent;
        }
        for dual in &mut duals[seeded] {
            dual.eps = Derivative::none();
        }
    }
    value
}

/// The tape of `reverse`, kept from gradient to gradient so that its memory is.
#[derive(Default)]
pub struct TapeMode {
    tape: Tape,
}

impl TapeMode {
    /// The value of `program`, with its gradient by the tape.
    pub fn value_and_grad<P: Program>(
        &self,
        program: &P,
        variables: &[f64],
        gradient: &mut [f64],
    ) -> f64 {
        self.tape.clear();
        let inputs = self.tape.add_vars(variables);
        let output = program.overloaded(&inputs);
        // The inputs are the first entries of the tape, so their adjoints are the first here.
        for (partial, adjoint) in gradient.iter_mut().zip(output.grad()) {
            *partial = adjoint;
        }
        output.val
    }
}
