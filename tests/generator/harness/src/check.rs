//! Every mode of a differentiated function against the oracle, and its values against its own.

#![allow(clippy::type_complexity, reason = "each type is that of one field, which says what it is")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

/// The functions of a handle that returns one float.
pub struct Scalar<'a> {
    /// The gradient at a point.
    pub grad: &'a dyn Fn(&[f64]) -> Vec<f64>,
    /// Value and gradient at a point.
    pub value_and_grad: &'a dyn Fn(&[f64]) -> (Vec<f64>, Vec<f64>),
    /// Given a point and the shadows before, the outputs and the shadows after.
    pub grad_into: &'a dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>),
}

/// A program at one choice of its constant arguments. All numbers are flat lists; the *outputs* are
/// what is returned, and after it what `&mut` parameters are left with.
pub struct Subject<'a> {
    /// Whether it computes in `f32`.
    pub single: bool,
    /// The active arguments.
    pub point: Vec<f64>,
    /// The range of inputs of each `&mut` parameter, in the order in which they are outputs.
    pub in_place: Vec<std::ops::Range<usize>>,
    /// Given a point, the outputs.
    pub primal: &'a dyn Fn(&[f64]) -> Vec<f64>,
    /// Given a point and a direction, the outputs as `[value, slope, reach]`.
    pub oracle: &'a dyn Fn(&[f64], &[f64]) -> Vec<[f64; 3]>,
    /// Given a point and a seed, what is returned and the gradient.
    pub vjp: &'a dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>),
    /// Given a point and a tangent, what is returned and its slope.
    pub jvp: &'a dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>),
    /// Given a point, a seed and the shadows before, the outputs and the shadows after.
    pub vjp_into: &'a dyn Fn(&[f64], &[f64], &[f64]) -> (Vec<f64>, Vec<f64>),
    /// Where one float is returned.
    pub scalar: Option<Scalar<'a>>,
}

/// What a check came to, if nothing is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// All derivatives agree.
    Agrees,
    /// The function's own values or derivatives are not finite: only values were compared.
    NotFinite,
}

/// What is wrong with a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The program itself panics, or the oracle computes something else: the generator's mistake.
    Invalid(String),
    /// A derivative or a value beside one is wrong.
    Mismatch(String),
}

/// Outputs above that are not compared: what is left of their digits says nothing.
const LARGEST: f64 = 1e9;

/// Compares all that the subject offers.
///
/// # Errors
///
/// What differs first.
pub fn check(subject: &Subject<'_>) -> Result<Verdict, Failure> {
    let point = &subject.point;
    let outputs = match catch_unwind(AssertUnwindSafe(|| (subject.primal)(point))) {
        Ok(outputs) => outputs,
        Err(_) => return Err(Failure::Invalid("the function panics".into())),
    };
    match catch_unwind(AssertUnwindSafe(|| compare(subject, &outputs))) {
        Ok(result) => result,
        Err(payload) => {
            let text = payload.downcast_ref::<String>().cloned();
            let text = text.or_else(|| payload.downcast_ref::<&str>().map(|t| (*t).to_owned()));
            Err(Failure::Mismatch(format!("panics: {}", text.unwrap_or_default())))
        }
    }
}

fn compare(subject: &Subject<'_>, outputs: &[f64]) -> Result<Verdict, Failure> {
    let point = &subject.point;
    let inputs = point.len();
    let changed: usize = subject.in_place.iter().map(ExactSizeIterator::len).sum();
    let returned = outputs.len() - changed;

    // The Jacobian by columns, and what the rounding of each entry is relative to.
    let mut slopes = vec![vec![0.0; outputs.len()]; inputs];
    let mut reach = slopes.clone();
    let mut finite = outputs.iter().all(|y| y.abs() < LARGEST);
    let _ = crate::has_overflown();
    for input in 0..inputs {
        let parts = (subject.oracle)(point, &unit(inputs, input));
        if parts.len() != outputs.len() {
            return Err(Failure::Invalid("the oracle has other outputs".into()));
        }
        for (output, [value, slope, magnitude]) in parts.into_iter().enumerate() {
            if !same_bits(value, outputs[output]) {
                let own = outputs[output];
                return Err(Failure::Invalid(format!("the oracle computes {value}, not {own}")));
            }
            finite &= slope.is_finite() && magnitude < LARGEST;
            slopes[input][output] = slope;
            reach[input][output] = magnitude;
        }
    }

    finite &= !crate::has_overflown();
    let relative = if subject.single { 1e-4 } else { 1e-10 };
    let smallest = if subject.single { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE };
    let verify = |what: &str, got: f64, want: f64, scale: f64| {
        let allowed = relative * (want.abs() + scale) + smallest;
        if !finite || (got - want).abs() <= allowed {
            return Ok(());
        }
        Err(Failure::Mismatch(format!("{what}: got {got}, expected {want}")))
    };
    let identical = |what: &str, got: &[f64], want: &[f64]| {
        if got.len() == want.len() && got.iter().zip(want).all(|(a, b)| same_bits(*a, *b)) {
            return Ok(());
        }
        Err(Failure::Mismatch(format!("{what}: the value is {got:?}, not {want:?}")))
    };
    // Against the row of the Jacobian that belongs to a seed, on top of what stood there.
    let gradient = |what: &str, got: &[f64], seed: &[f64], before: &[f64]| {
        if got.len() != inputs {
            return Err(Failure::Mismatch(format!("{what}: {} slopes of {inputs}", got.len())));
        }
        for (input, got) in got.iter().enumerate() {
            let terms = || slopes[input].iter().zip(seed).map(|(slope, seed)| slope * seed);
            let magnitudes = reach[input].iter().zip(seed).map(|(reach, seed)| reach * seed.abs());
            let want = before[input] + terms().sum::<f64>();
            let scale = before[input].abs() + magnitudes.sum::<f64>();
            verify(&format!("{what}, input {input}"), *got, want, scale)?;
        }
        Ok(())
    };

    let zeros = vec![0.0; inputs];
    let dense_seed = ramp(outputs.len(), 1.1);
    let units = (0..returned).map(|output| unit(returned, output));
    for seed in units.chain([dense_seed[..returned].to_vec()]) {
        let (value, pulled) = (subject.vjp)(point, &seed);
        identical("vjp", &value, &outputs[..returned])?;
        gradient("vjp", &pulled, &seed, &zeros)?;
    }

    let directions = (0..inputs).map(|input| unit(inputs, input));
    for direction in directions.chain([ramp(inputs, 0.3)]) {
        let (value, pushed) = (subject.jvp)(point, &direction);
        identical("jvp", &value, &outputs[..returned])?;
        if pushed.len() != returned {
            return Err(Failure::Mismatch(format!("jvp: {} slopes", pushed.len())));
        }
        for (output, got) in pushed.into_iter().enumerate() {
            let along = |table: &[Vec<f64>], magnitude: bool| -> f64 {
                let column = table.iter().zip(&direction);
                column.map(|(row, d)| row[output] * if magnitude { d.abs() } else { *d }).sum()
            };
            let what = format!("jvp along {direction:?}, output {output}");
            verify(&what, got, along(&slopes, false), along(&reach, true))?;
        }
    }

    // What stands in the shadows of `&mut` parameters is the seed of what they are left with.
    let before = |seed: &[f64]| {
        let mut shadows = ramp(inputs, 2.9);
        let mut base = shadows.clone();
        let mut left = seed[returned..].iter();
        for range in &subject.in_place {
            for at in range.clone() {
                shadows[at] = *left.next().expect("a seed for each output");
                base[at] = 0.0;
            }
        }
        (shadows, base)
    };
    let (shadows, base) = before(&dense_seed);
    let (value, after) = (subject.vjp_into)(point, &dense_seed[..returned], &shadows);
    identical("vjp_into", &value, outputs)?;
    gradient("vjp_into", &after, &dense_seed, &base)?;

    if let Some(scalar) = &subject.scalar {
        let seed = [1.0];
        gradient("grad", &(scalar.grad)(point), &seed, &zeros)?;
        let (value, pulled) = (scalar.value_and_grad)(point);
        identical("value_and_grad", &value, &outputs[..returned])?;
        gradient("value_and_grad", &pulled, &seed, &zeros)?;
        let mut seed = dense_seed.clone();
        seed[0] = 1.0;
        let (shadows, base) = before(&seed);
        let (value, after) = (scalar.grad_into)(point, &shadows);
        identical("grad_into", &value, outputs)?;
        gradient("grad_into", &after, &seed, &base)?;
    }
    Ok(if finite { Verdict::Agrees } else { Verdict::NotFinite })
}

/// Equal bit for bit; one NaN is as good as another.
fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

fn unit(len: usize, at: usize) -> Vec<f64> {
    (0..len).map(|i| f64::from(u8::from(i == at))).collect()
}

/// Numbers of both signs that differ from each other, exact in single precision.
fn ramp(len: usize, phase: f64) -> Vec<f64> {
    let number = |i: usize| f64::from((0.4 + 0.8 * (1.7 * i as f64 + phase).sin()) as f32);
    (0..len).map(number).collect()
}

/// Prints what a check came to, on a line that the generator reads.
fn report(program: &str, result: &Result<Verdict, Failure>) {
    let (word, text) = match result {
        Ok(Verdict::Agrees) => ("agrees", String::new()),
        Ok(Verdict::NotFinite) => ("not-finite", String::new()),
        Err(Failure::Invalid(text)) => ("invalid", text.replace('\n', " ")),
        Err(Failure::Mismatch(text)) => ("mismatch", text.replace('\n', " ")),
    };
    println!("{program}\t{word}\t{text}");
}

/// A choice of the constant arguments, and of a point.
#[derive(Clone, Debug)]
pub struct Case {
    /// The length of sequences.
    pub n: usize,
    /// A small integer.
    pub k: usize,
    /// A flag.
    pub b: bool,
    /// The numbers below `n` in some order.
    pub p: Vec<usize>,
    phase: f64,
}

impl Case {
    /// What each program is run with.
    pub fn all() -> Vec<Self> {
        let case = |n, k, b, phase| {
            let p = (0..n).map(|i| (3 * i + 1) % n).collect();
            Self { n, k, b, p, phase }
        };
        // Three is prime to each length.
        vec![
            case(5, 3, true, 0.2),
            case(7, 4, false, 1.3),
            case(5, 0, false, 2.4),
            case(7, 1, true, 3.1),
        ]
    }

    /// Arguments of that shape: numbers of both signs, exact in single precision.
    pub fn point(&self, like: &impl crate::Flat) -> Vec<f64> {
        ramp(like.flatten().len(), self.phase)
    }
}

/// Runs a program on all cases; gives what came of it, the first failure if there is one.
///
/// # Errors
///
/// The first failure.
fn run_all(run: fn(&Case) -> Result<Verdict, Failure>) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::NotFinite;
    for case in Case::all() {
        let found = run(&case).map_err(|failure| failure.with(&case))?;
        if found == Verdict::Agrees {
            verdict = found;
        }
    }
    Ok(verdict)
}

impl Failure {
    fn with(self, case: &Case) -> Self {
        let add =
            |text: String| format!("with n = {}, k = {}, b = {}: {text}", case.n, case.k, case.b);
        match self {
            Self::Invalid(text) => Self::Invalid(add(text)),
            Self::Mismatch(text) => Self::Mismatch(add(text)),
        }
    }
}

/// How long a program may take before it counts as one that does not end.
const LONGEST: Duration = Duration::from_secs(20);

/// Checks the programs that the command line names, and prints what came of each.
pub fn run_programs(programs: &[(&str, fn(&Case) -> Result<Verdict, Failure>)]) {
    std::panic::set_hook(Box::new(|_| {}));
    let names: Vec<String> = std::env::args().skip(1).collect();
    for (name, run) in programs {
        if !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        let (sender, receiver) = mpsc::channel();
        let run = *run;
        std::thread::spawn(move || sender.send(run_all(run)));
        match receiver.recv_timeout(LONGEST) {
            Ok(result) => report(name, &result),
            // The thread cannot be stopped: whoever reads this starts again behind that program.
            Err(_) => {
                report(name, &Err(Failure::Invalid("it does not end".into())));
                std::process::exit(1);
            }
        }
    }
}
