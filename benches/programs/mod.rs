//! The benchmark programs, and the ways of differentiating them that are compared.
//!
//! Each program stands in a file of its own, three times over: the primal as a user would write it,
//! under `#[differentiate]`; the gradient written by hand, fast, for the same formula; and a
//! transcription over an overloaded [`Scalar`], from which num-dual (forward mode) and the tape of
//! `reverse` derive theirs. Automatic and hand-written gradient share one signature, so neither
//! allocates what the other is given.
//!
//! `reverse` is the tape because it is the plainest well-formed one: a Wengert list of `Copy`
//! variables that can be cleared and used again, with no dependencies and no minimum Rust version
//! above this workspace's.

mod black_scholes;
mod burgers;
mod cholesky;
mod conjugate_gradient;
mod dot;
mod fft;
mod garch;
mod heat;
mod hodgkin_huxley;
mod kalman;
mod lennard_jones;
mod logistic;
mod lorenz;
mod lstm;
mod n_body;
mod newton;
mod overloaded;
mod rosenbrock;
mod rosenbrock_chain;
mod soft_dtw;
mod softmax;
mod spline;
mod tanh_chain;

pub use overloaded::{Scalar, TapeMode, forward_mode};

/// One benchmark program at its benchmark inputs.
///
/// A `gradient` has one entry a variable and starts as zeros. What a way returns is stored in it;
/// what a way adds to shadows is added to it. Automatic and hand-written gradient do the same.
pub trait Program {
    /// The name in tables and filters.
    const NAME: &'static str;

    /// The program with its inputs.
    fn new() -> Self;

    /// All active variables in the order of the gradient.
    fn variables(&self) -> Vec<f64>;

    /// The value alone, by the function as written.
    fn primal(&self) -> f64;

    /// The value, with the gradient by `#[differentiate]`.
    fn autodiff(&self, gradient: &mut [f64]) -> f64;

    /// The value, with the hand-written gradient.
    fn hand(&self, gradient: &mut [f64]) -> f64;

    /// The value at `variables`, by overloaded arithmetic.
    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S;

    /// The value, with the gradient by num-dual: as many tangents at once as the program has
    /// variables, or 16 where it has many.
    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64;
}

/// What is done with every program in turn.
pub trait Visitor {
    /// Does it with the program `P`.
    fn visit<P: Program>(&mut self);
}

/// Shows every program to `visitor`.
pub fn visit_all(visitor: &mut impl Visitor) {
    visitor.visit::<rosenbrock::Rosenbrock>();
    visitor.visit::<rosenbrock_chain::RosenbrockChain>();
    visitor.visit::<logistic::Logistic>();
    visitor.visit::<lorenz::Lorenz>();
    visitor.visit::<n_body::NBody>();
    visitor.visit::<cholesky::Cholesky>();
    visitor.visit::<dot::Dot>();
    visitor.visit::<softmax::Softmax>();
    visitor.visit::<black_scholes::BlackScholes>();
    visitor.visit::<newton::Newton>();
    visitor.visit::<tanh_chain::TanhChain>();
    visitor.visit::<kalman::Kalman>();
    visitor.visit::<lstm::Lstm>();
    visitor.visit::<fft::Fft>();
    visitor.visit::<conjugate_gradient::ConjugateGradient>();
    visitor.visit::<heat::Heat>();
    visitor.visit::<burgers::Burgers>();
    visitor.visit::<lennard_jones::LennardJones>();
    visitor.visit::<garch::Garch>();
    visitor.visit::<hodgkin_huxley::HodgkinHuxley>();
    visitor.visit::<soft_dtw::SoftDtw>();
    visitor.visit::<spline::Spline>();
}

/// Panics unless every way of differentiating `program` gives the value of the primal and the
/// hand-written gradient, to a relative 1e-9.
pub fn assert_gradients_agree<P: Program>(program: &P) {
    let variables = program.variables();
    let value = program.primal();
    let mut expected = vec![0.0; variables.len()];
    assert_close::<P>("hand: value", &[program.hand(&mut expected)], &[value]);

    let check = |way: &str, differentiate: &mut dyn FnMut(&mut [f64]) -> f64| {
        let mut gradient = vec![0.0; variables.len()];
        let got = differentiate(&mut gradient);
        assert_close::<P>(&format!("{way}: value"), &[got], &[value]);
        assert_close::<P>(&format!("{way}: gradient"), &gradient, &expected);
    };
    check("autodiff", &mut |gradient| program.autodiff(gradient));
    check("num-dual", &mut |gradient| program.num_dual(&variables, gradient));
    let tape = TapeMode::default();
    check("tape", &mut |gradient| tape.value_and_grad(program, &variables, gradient));
}

/// Panics unless `got` is `expected` to 1e-9 of the largest component expected.
fn assert_close<P: Program>(what: &str, got: &[f64], expected: &[f64]) {
    let scale = expected.iter().fold(0.0_f64, |max, e| max.max(e.abs()));
    for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!(
            (got - expected).abs() <= 1e-9 * scale,
            "{}, {what}[{index}]: got {got}, expected {expected}",
            P::NAME,
        );
    }
}

/// `count` reproducible values spread evenly over `low..high`, in no particular order: multiples
/// of the golden ratio modulo one.
fn spread(count: usize, low: f64, high: f64) -> Vec<f64> {
    const GOLDEN_RATIO: f64 = 0.618_033_988_749_894_9;
    (1..=count).map(|i| low + (high - low) * (i as f64 * GOLDEN_RATIO).fract()).collect()
}
