//! Methods of which nothing is kept.

use autodiff::Differentiable;

use super::*;

#[derive(Differentiable, Clone, Debug, Default)]
struct Reactor {
    rates: Vec<f64>,
    heat: f64,
}

impl Reactor {
    #[differentiate(checkpoint)]
    fn shown(&self, x: &[f64], n: usize) -> f64 {
        let mut y = self.heat;
        for i in 0..n {
            y = (y * self.rates[i % 2] + x[i % x.len()]).sin();
        }
        y
    }

    #[differentiate(checkpoint)]
    fn changed(&mut self, x: f64) -> f64 {
        self.heat = (self.heat * x).cos();
        self.rates[1] *= self.heat;
        self.rates[0] * x
    }

    #[differentiate(checkpoint)]
    fn taken(self, x: f64) -> f64 {
        (self.heat * x).sin() * self.rates[1]
    }
}

#[differentiate]
fn run(x: &[f64], heat: f64) -> f64 {
    let mut reactor = Reactor { rates: x.to_vec(), heat };
    let mut total = reactor.shown(x, 3);
    for v in x {
        total += reactor.changed(*v) * reactor.shown(x, 5);
    }
    let left = reactor.rates[1];
    total + reactor.taken(heat) * left
}

#[test]
fn methods_however_they_take_their_receiver() {
    check!(run(&x, heat); (x, heat) in [(vec![0.4, 0.2, -0.7], 0.8), (vec![-0.5, 1.2], -0.3)]);
}

#[test]
fn their_own_derivatives() {
    let reactor = Reactor { rates: vec![0.6, -1.1], heat: 0.3 };
    let (value, (bar, x_bar)) = reactor.shown_value_and_grad(&[0.4, 0.9], 2);
    assert_eq!(value, reactor.shown(&[0.4, 0.9], 2));
    let inner: f64 = 0.3 * 0.6 + 0.4;
    let outer = inner.sin() * -1.1 + 0.9;
    let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-15, "{got}, not {want}");
    close(bar.rates[1], outer.cos() * inner.sin());
    close(x_bar[0], outer.cos() * -1.1 * inner.cos());
    close(bar.heat, outer.cos() * -1.1 * inner.cos() * 0.6);
}

/// Left from inside of a checkpointed loop, with a struct.
#[differentiate]
fn ignited(x: &[f64], heat: f64, limit: f64) -> Reactor {
    let first = &x[..x.len() - 1];
    let mut total = heat;
    #[checkpoint(snapshots = 2)]
    for v in first {
        total += v * v * heat;
        if total > limit {
            return Reactor { rates: vec![total; 3], heat: heat * v };
        }
    }
    Reactor { rates: x.to_vec(), heat: total }
}

#[differentiate]
fn after_ignition(x: &[f64], heat: f64, limit: f64) -> f64 {
    let reactor = ignited(x, heat, limit);
    reactor.rates[1] * reactor.heat
}

#[test]
fn structs_returned_from_inside() {
    check!(after_ignition(&x, heat, limit); (x, heat, limit) in [
        (vec![0.4, 0.2, -0.7, 0.9], 0.8, 1.05),
        (vec![0.4, 0.2, -0.7, 0.9], 0.8, 9.0),
    ]);
}
