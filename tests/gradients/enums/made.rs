//! Variants that are made in the body, matched on there, passed on and returned.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, check_map, flat_enums};

#[derive(Differentiable, Clone, Debug, PartialEq)]
enum Move {
    Shift(f64),
    Turn { angle: f64, about: [f64; 2] },
    Path(Vec<f64>),
    Stay,
}

#[derive(Differentiable, Clone, Copy, Debug, Default, PartialEq)]
enum Step {
    Up(f64),
    Down {
        by: f64,
        times: u32,
    },
    #[default]
    Halt,
}

flat_enums! {
    f64: Move => MoveTangent {
        Shift { 0: x },
        Turn { angle: angle, about: about },
        Path { 0: path },
    };
    f64: Step => StepTangent { Up { 0: x }, Down { by: by } };
}

#[differentiate]
fn made(k: usize, x: f64, y: f64) -> Move {
    match k {
        0 => Move::Shift(x * y),
        1 => Move::Turn { angle: x.sin(), about: [y, x * x] },
        2 => Move::Path(vec![x, y, x * y]),
        _ => Move::Stay,
    }
}

#[differentiate]
fn applied(m: &Move, p: f64) -> f64 {
    match m {
        Move::Shift(by) => p + by * by,
        Move::Turn { angle, about: [a, b] } => (p - a) * angle.cos() + b * angle,
        Move::Path(path) => path.iter().fold(p, |sum, x| sum * 0.5 + x * x),
        Move::Stay => p,
    }
}

#[differentiate]
fn through_calls(k: usize, x: f64, y: f64) -> f64 {
    let m = made(k, x, y);
    applied(&m, x) * y
}

#[differentiate]
fn matched_at_once(k: usize, x: f64, y: f64) -> f64 {
    let m = if k == 0 { Move::Shift(x) } else { Move::Turn { angle: x * y, about: [x, y] } };
    match m {
        Move::Shift(by) => by * by * y,
        Move::Turn { angle, about } => angle * about[0] + about[1],
        Move::Path(_) | Move::Stay => 0.0,
    }
}

#[differentiate]
fn changed_later(k: usize, x: f64) -> f64 {
    let mut step = Step::Up(x);
    if k > 1 {
        step = Step::Down { by: x * x, times: 3 };
    }
    for i in 0..k {
        step = match step {
            Step::Up(y) if i == 1 => Step::Down { by: y * x, times: 2 },
            Step::Up(y) => Step::Up(y * y),
            Step::Down { by, times } => Step::Down { by: by * x + 1.0, times },
            Step::Halt => break,
        };
    }
    match step {
        Step::Up(y) => y,
        Step::Down { by, times } => by.powi(times as i32),
        Step::Halt => 0.0,
    }
}

#[differentiate]
fn replaced(m: Move, x: f64) -> f64 {
    let mut m = m;
    let before = applied(&m, x);
    m = Move::Path(vec![x, before]);
    let between = applied(&m, x);
    m = Move::Shift(between);
    applied(&m, before)
}

#[differentiate]
fn a_machine(x: f64, program: &[u8]) -> f64 {
    let mut state = Step::Up(x);
    let mut total = 0.0;
    let mut i = 0;
    while i < program.len() {
        let next = match (state, program[i]) {
            (Step::Up(y), b'+') => {
                total += y;
                Step::Up(y * x)
            }
            (Step::Up(y), _) => Step::Down { by: y, times: 2 },
            (Step::Down { by, times }, b'+') => {
                total -= by * by;
                Step::Down { by: by.sin(), times: times + 1 }
            }
            (Step::Down { by, .. }, b'!') => {
                total *= by;
                Step::Halt
            }
            (Step::Down { by, .. }, _) => Step::Up(by),
            (Step::Halt, _) => break,
        };
        state = next;
        i += 1;
    }
    total
}

#[differentiate]
fn in_a_tuple(x: f64, y: f64) -> (Step, f64) {
    let pair = (Step::Down { by: x * y, times: 2 }, x);
    let (step, z) = pair;
    let Step::Down { by, .. } = step else { return (Step::Halt, y) };
    (Step::Up(by * by), z * by)
}

#[differentiate]
fn by_closure(x: f64, y: f64, up: bool) -> f64 {
    let choose = |z: f64| if up { Step::Up(z * x) } else { Step::Halt };
    let value = |step: Step| match step {
        Step::Up(z) => z * z,
        _ => y,
    };
    value(choose(y)) * x
}

#[differentiate]
fn collected(xs: &[f64], limit: f64) -> f64 {
    let steps: Vec<Step> = xs
        .iter()
        .map(|x| if *x > limit { Step::Up(x * limit) } else { Step::Down { by: x * x, times: 2 } })
        .collect();
    let mut sum = 0.0;
    for step in &steps {
        sum += match *step {
            Step::Up(y) => y * y,
            Step::Down { by, times } => by.powi(times as i32),
            Step::Halt => 0.0,
        };
    }
    sum
}

#[differentiate]
fn pushed(xs: &[f64]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (i, x) in xs.iter().enumerate() {
        if i % 2 == 0 {
            steps.push(Step::Up(x * x));
        } else {
            steps.push(Step::Down { by: x.sin(), times: i as u32 });
        }
    }
    steps.push(Step::Halt);
    steps
}

#[differentiate]
fn by_its_name(xs: &[f64]) -> Vec<Step> {
    xs.iter().map(|x| x * x).map(Step::Up).collect()
}

/// Without a tangent of its own: a constant.
#[derive(Clone, Copy)]
enum Bare {
    Number(f64),
    Nothing,
}

#[differentiate]
fn constants_in_between(x: f64, k: usize) -> f64 {
    let bare = if k > 0 { Bare::Number(k as f64) } else { Bare::Nothing };
    match bare {
        Bare::Number(n) => n * x * x,
        Bare::Nothing => x,
    }
}

#[differentiate]
fn given_back(step: Step, x: f64) -> Step {
    match step {
        Step::Up(y) if y > x => step,
        Step::Up(y) => Step::Down { by: y * x, times: 1 },
        other => other,
    }
}

#[test]
fn made_and_returned() {
    for k in 0..4 {
        check_map!(made(k, x, y); (x, y) in [(0.7, 1.3)]);
        check!(through_calls(k, x, y); (x, y) in [(0.7, 1.3)]);
        check!(changed_later(k, x); x in [0.7]);
    }
    for k in 0..2 {
        check!(matched_at_once(k, x, y); (x, y) in [(0.7, 1.3)]);
        check!(by_closure(x, y, k == 0); (x, y) in [(0.7, 1.3)]);
    }
    check_map!(in_a_tuple(x, y); (x, y) in [(0.7, 1.3)]);
    for step in [Step::Up(0.4), Step::Up(1.4), Step::Down { by: 0.3, times: 2 }, Step::Halt] {
        check_map!(given_back(step, x); (step, x) in [(step, 0.7)]);
    }
}

#[test]
fn changed_in_loops() {
    for k in 0..4 {
        check!(replaced(m, x); (m, x) in [(made(k, 0.7, 1.3), 0.4)]);
    }
    check!(a_machine(x, b"++.+.++.+!+"); x in [0.7, 1.1]);
    check!(a_machine(x, b"+++"); x in [0.7]);
}

#[test]
fn in_vectors() {
    check!(collected(&xs, limit); (xs, limit) in [(vec![0.3, 1.2, 0.8], 0.6)]);
    check_map!(by_its_name(&xs); xs in [vec![0.3, 1.2, 0.8]]);
    for k in 0..2 {
        check!(constants_in_between(x, k); x in [0.7]);
    }
    check_map!(pushed(&xs); xs in [vec![0.3, 1.2, 0.8]]);
}
