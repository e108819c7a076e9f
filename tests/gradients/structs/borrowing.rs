//! Structs that borrow, where lifetimes are left without a name.

use autodiff::{Differentiable, differentiate};

#[derive(Differentiable, Clone, Copy, Debug)]
struct Problem<'a> {
    data: &'a [f64],
    weight: f64,
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate]
impl Problem<'_> {
    fn loss(&self, p: &Point) -> f64 {
        let mut sum = 0.0;
        for d in self.data {
            sum += (p.x * d + p.y - self.weight).powi(2);
        }
        sum
    }

    fn reweighted(mut self, by: f64) -> Self {
        self.weight *= by;
        self
    }

    fn drift(&mut self, by: f64) {
        self.weight += by * self.data[0];
    }
}

impl<'a> Problem<'a> {
    #[differentiate]
    fn beside(&self, other: &Problem, x: f64) -> f64 {
        self.weight * other.data[0] * x + other.weight
    }
}

#[differentiate]
fn steps(start: Problem, p: &Point) -> f64 {
    let mut problem = start;
    let mut sum = 0.0;
    for i in 0..start.data.len() {
        sum += problem.loss(p) * start.data[i];
        problem.drift(sum.sin());
        sum += problem.reweighted(p.x).weight;
    }
    sum + problem.beside(&problem, p.y)
}

#[differentiate]
fn in_parameters(all: &[Problem], own: Problem, p: &Point) -> f64 {
    let mut product = own.weight;
    for problem in all {
        product *= problem.loss(p) + problem.weight * own.data[1];
    }
    product
}

/// The gradient with respect to all but what is borrowed, by differences.
fn slopes(f: impl Fn(f64, &Point) -> f64, weight: f64, p: &Point) -> [f64; 3] {
    let slope = |f: &dyn Fn(f64) -> f64| (f(1e-6) - f(-1e-6)) / 2e-6;
    [
        slope(&|h| f(weight + h, p)),
        slope(&|h| f(weight, &Point { x: p.x + h, y: p.y })),
        slope(&|h| f(weight, &Point { x: p.x, y: p.y + h })),
    ]
}

fn close(a: &[f64], b: &[f64]) {
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() < 1e-7 * b.abs().max(1.0), "{a}, {b}");
    }
}

#[test]
fn methods() {
    let (p, data) = (Point { x: 0.7, y: -0.3 }, vec![0.4, 1.1, -0.6]);
    fn at(weight: f64, data: &[f64]) -> Problem<'_> {
        Problem { data, weight }
    }
    let (own, p_bar) = steps::grad(at(0.8, &data), &p);
    close(&[own.weight, p_bar.x, p_bar.y], &slopes(|w, p| steps(at(w, &data), p), 0.8, &p));
    for (i, bar) in own.data.iter().enumerate() {
        let moved = |h: f64| {
            let mut data = data.clone();
            data[i] += h;
            steps(at(0.8, &data), &p)
        };
        close(&[*bar], &[(moved(1e-6) - moved(-1e-6)) / 2e-6]);
    }
    let (_, dot) = steps::jvp(at(0.8, &data), &p, (own.clone(), p_bar.clone()));
    let squares = own.data.iter().map(|v| v * v).sum::<f64>() + own.weight.powi(2);
    close(&[dot], &[squares + p_bar.x.powi(2) + p_bar.y.powi(2)]);
    let (_, pull) = at(0.5, &data).reweighted_vjp(3.0);
    let (bar, by) = pull(ProblemTangent { data: vec![0.0; 3], weight: 2.0 });
    assert_eq!((bar.weight, by), (6.0, 1.0));
}

#[test]
fn parameters() {
    let (a, b, p) = ([0.4, 1.1], [0.9, -0.5], Point { x: 0.7, y: -0.3 });
    let all = [Problem { data: &a, weight: 0.3 }, Problem { data: &b, weight: 1.2 }];
    let (bars, own, p_bar) = in_parameters::grad(&all, all[1], &p);
    assert_eq!((bars.len(), own.data.len()), (2, 2));
    let value = |weight, p: &Point| in_parameters(&all, Problem { data: &b, weight }, p);
    close(&[own.weight, p_bar.x, p_bar.y], &slopes(value, 1.2, &p));
}
