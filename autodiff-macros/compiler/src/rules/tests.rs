//! Every row against differences of what it computes, and against JAX where no derivative exists.

use super::{Domain, Expr, Fun, Pullback, Reads, Sampling, Spelling};

const POINTS: usize = 200;

/// A small generator (SplitMix64), so that every run samples the same points.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    }

    fn sample(&mut self, domain: &Domain) -> f64 {
        let between = |lo: f64, hi: f64, unit: f64| lo + (hi - lo) * unit;
        match domain {
            Domain::Real(range) => between(range.start, range.end, self.unit()),
            Domain::Integer(range) => {
                between(range.start.into(), range.end.into(), self.unit()).floor()
            }
            Domain::Bool => self.unit().round(),
        }
    }
}

/// The derivative of `f` at `x` by central differences, extrapolated to step zero (Ridders), with
/// an estimate of its own error: large where `f` has a kink or a jump within the steps.
fn difference(f: impl Fn(f64) -> f64, x: f64) -> (f64, f64) {
    const LEVELS: usize = 8;
    let mut table = [[0.0_f64; LEVELS]; LEVELS];
    let mut best = (f64::NAN, f64::INFINITY);
    let mut step = 0.04;
    for row in 0..LEVELS {
        table[row][0] = (f(x + step) - f(x - step)) / (2.0 * step);
        let mut factor = 1.0;
        for col in 1..=row {
            factor *= 4.0;
            table[row][col] =
                (factor * table[row][col - 1] - table[row - 1][col - 1]) / (factor - 1.0);
            let here = table[row][col];
            let error =
                (here - table[row][col - 1]).abs().max((here - table[row - 1][col - 1]).abs());
            if error < best.1 {
                best = (here, error);
            }
        }
        step *= 0.5;
    }
    best
}

fn close(got: f64, expected: f64, error: f64) -> bool {
    (got - expected).abs() <= error * expected.abs().max(1.0)
}

fn contribution(fun: Fun, argument: usize) -> Option<Expr> {
    match fun.pullback() {
        Pullback::None => None,
        Pullback::Args(contributions) => contributions[argument].clone(),
    }
}

/// The derivative of `fun` at `args` in one argument, by its rule.
fn partial(fun: Fun, args: &[f64], argument: usize) -> f64 {
    contribution(fun, argument).map_or(0.0, |c| c.eval(args, fun.eval(args), 1.0))
}

/// The value of an expression in the terms of `fun(args)`, and its derivative in one argument,
/// found by the rules of the operations in it.
fn with_tangent(e: &Expr, fun: Fun, args: &[f64], argument: usize) -> (f64, f64) {
    let value = e.eval(args, fun.eval(args), 1.0);
    let tangent = match e {
        Expr::Arg(i) => f64::from(*i == argument),
        Expr::Result => partial(fun, args, argument),
        Expr::Seed | Expr::Const(_) | Expr::Named(..) => 0.0,
        Expr::Apply(outer, operands) => {
            let (values, tangents): (Vec<f64>, Vec<f64>) =
                operands.iter().map(|e| with_tangent(e, fun, args, argument)).unzip();
            (0..operands.len())
                .filter_map(|i| Some(contribution(*outer, i)?.eval(&values, value, tangents[i])))
                .sum()
        }
    };
    (value, tangent)
}

/// Compares `rule` with differences of `primal` in every real argument, at points of the row's
/// domain. A point is passed over where the differences themselves do not settle, which few may.
fn check(
    fun: Fun,
    what: &str,
    primal: impl Fn(&[f64]) -> f64,
    rule: impl Fn(&[f64], usize) -> f64,
) {
    let Some(Sampling { domain, error }) = fun.sampling() else {
        return;
    };
    let mut random = Random(1);
    let (mut seen, mut settled) = (0, 0);
    while settled < POINTS {
        let point: Vec<f64> = domain.iter().map(|d| random.sample(d)).collect();
        let real = (0..point.len()).filter(|&i| matches!(domain[i], Domain::Real(_)));
        let found: Vec<_> = real
            .map(|i| {
                let along = |x: f64| {
                    let mut moved = point.clone();
                    moved[i] = x;
                    primal(&moved)
                };
                (i, difference(along, point[i]))
            })
            .collect();
        seen += 1;
        assert!(seen < 2 * POINTS, "{fun:?}: {what}: too few points of the domain are smooth");
        if !found.iter().all(|(_, (d, own))| *own <= 0.5 * error * d.abs().max(1.0)) {
            continue;
        }
        settled += 1;
        for (i, (expected, _)) in found {
            let got = rule(&point, i);
            assert!(
                close(got, expected, error),
                "{fun:?}: {what} in argument {i} at {point:?}: got {got}, expected {expected}"
            );
        }
    }
}

#[test]
fn pullbacks_match_differences() {
    for &fun in Fun::ALL {
        check(fun, "derivative", |args| fun.eval(args), |args, i| partial(fun, args, i));
    }
}

#[test]
fn pullbacks_of_pullbacks_match_differences() {
    for &fun in Fun::ALL {
        let Pullback::Args(contributions) = fun.pullback() else {
            continue;
        };
        for first in contributions.iter().flatten() {
            check(
                fun,
                &format!("derivative of {first:?}"),
                |args| first.eval(args, fun.eval(args), 1.0),
                |args, i| with_tangent(first, fun, args, i).1,
            );
        }
    }
}

#[test]
fn contributions_are_linear_in_the_seed() {
    let mut random = Random(2);
    for &fun in Fun::ALL {
        let Pullback::Args(contributions) = fun.pullback() else {
            continue;
        };
        let domain = fun.sampling().expect("a differentiable row has a domain").domain;
        assert_eq!(contributions.len(), fun.arity(), "{fun:?}");
        for c in contributions.iter().flatten() {
            for _ in 0..POINTS {
                let args: Vec<f64> = domain.iter().map(|d| random.sample(d)).collect();
                let at = |seed: f64| c.eval(&args, fun.eval(&args), seed);
                let (s, t) = (random.unit() - 0.5, random.unit() - 0.5);
                assert!(close(at(s + 3.0 * t), at(s) + 3.0 * at(t), 1e-12), "{fun:?} at {args:?}");
                assert_eq!(at(0.0), 0.0, "{fun:?} at {args:?}");
            }
        }
    }
}

/// Where the derivative differs from JAX's on purpose: function, point, argument, derivative.
/// `x⁰` is one for every `x`, zero included, so its derivative exists; JAX computes `0 · 0⁻¹`.
const UNLIKE_JAX: &[(&str, &str, usize, f64)] = &[("powf", "0.0 0.0", 0, 0.0)];

#[test]
fn conventions_are_those_of_jax() {
    let table = include_str!("../../tests/data/jax_conventions.csv");
    for line in table.lines().skip(1) {
        let [name, _, point, derivatives] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}");
        };
        let fun = *Fun::ALL.iter().find(|f| f.name() == name).expect(name);
        let args: Vec<f64> = point.split(' ').map(|x| x.parse().expect(line)).collect();
        let derivatives: Vec<&str> = derivatives.split(' ').collect();
        assert_eq!(derivatives.len(), fun.arity(), "{line}");
        for (argument, of_jax) in derivatives.into_iter().enumerate() {
            if of_jax == "_" {
                assert_eq!(contribution(fun, argument), None, "{line}");
                continue;
            }
            let expected = UNLIKE_JAX
                .iter()
                .find(|&&(f, p, a, _)| (f, p, a) == (name, point, argument))
                .map_or_else(|| of_jax.parse().expect(line), |&(.., ours)| ours);
            let got = partial(fun, &args, argument);
            let same = got == expected || (got.is_nan() && expected.is_nan());
            assert!(same, "{line}: argument {argument}: got {got}");
        }
    }
}

#[test]
fn extremes_neither_overflow_nor_vanish() {
    let half_sqrt = 0.5_f64.sqrt();
    for (fun, args, argument, expected) in [
        (Fun::Hypot, [1e200, 1e200], 0, half_sqrt),
        (Fun::Hypot, [1e-200, 1e-200], 1, half_sqrt),
        (Fun::Atan2, [1e200, 1e200], 0, 0.5e-200),
        (Fun::Atan2, [1e-200, 1e-200], 1, -0.5e200),
        (Fun::Rem, [6.0_f64.next_down(), 3.0], 1, -1.0),
        (Fun::Powi, [1.0, f64::from(i32::MIN)], 0, f64::from(i32::MIN)),
        (Fun::Powi, [f64::INFINITY, 0.0], 0, 0.0),
    ] {
        let got = partial(fun, &args, argument);
        assert!((got / expected - 1.0).abs() < 1e-12 || got == expected, "{fun:?} {args:?}: {got}");
    }
    let got = partial(Fun::Acosh, &[1e200], 0);
    assert!((got / 1e-200 - 1.0).abs() < 1e-12, "{got}");
}

#[test]
fn constant_powers_have_finite_second_derivatives_at_zero() {
    for (power, expected) in [(0, 0.0), (1, 0.0), (2, 2.0), (3, 0.0)] {
        for fun in [Fun::Powi, Fun::Powf] {
            let first = contribution(fun, 0).expect("differentiable in its base");
            let args = [0.0, f64::from(power)];
            assert_eq!(with_tangent(&first, fun, &args, 0).1, expected, "{fun:?} {power}");
        }
    }
}

#[test]
fn names_and_spellings_lead_back_to_the_operation() {
    for (i, &fun) in Fun::ALL.iter().enumerate() {
        assert!(Fun::ALL[..i].iter().all(|f| f.name() != fun.name()), "{}", fun.name());
        assert!(fun.cost() > 0);
        match fun.spelling() {
            Spelling::Prefix(text) => assert_eq!(Fun::from_unary(text), Some(fun)),
            Spelling::Infix(text) => assert_eq!(Fun::from_binary(text), Some(fun)),
            Spelling::Method(text) => {
                assert_eq!(text, fun.name());
                assert_eq!(Fun::from_method(text, fun.arity()), Some(fun));
            }
            Spelling::Select | Spelling::Cast | Spelling::Runtime(_) => {}
        }
    }
    assert_eq!(Fun::from_method("max", 1), None);
    assert_eq!(Fun::from_method("gamma", 1), None);
}

#[test]
fn booleans_are_never_differentiable() {
    for &fun in Fun::ALL {
        if fun.returns_bool() {
            assert_eq!(fun.pullback(), Pullback::None, "{fun:?}");
            let value = fun.eval(&vec![1.0; fun.arity()]);
            assert!(value == 0.0 || value == 1.0, "{fun:?}");
        }
    }
    assert!(Fun::Lt.returns_bool() && !Fun::BitAnd.returns_bool() && !Fun::Max.returns_bool());
}

#[test]
fn expressions_tell_what_they_read() {
    let reads = |fun, argument| contribution(fun, argument).expect("differentiable").reads();
    let only = |args: &[usize], result| Reads { args: args.iter().copied().collect(), result };
    assert_eq!(reads(Fun::Tanh, 0), only(&[], true));
    assert_eq!(reads(Fun::Sin, 0), only(&[0], false));
    assert_eq!(reads(Fun::Mul, 0), only(&[1], false));
    assert_eq!(reads(Fun::Div, 1), only(&[1], true));
    assert_eq!(reads(Fun::Add, 0), only(&[], false));
}
