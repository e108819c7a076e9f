use autodiff::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Problem<'a> {
    data: &'a [f64],
    weight: f64,
}

#[differentiate]
fn f(data: &[f64], weight: f64) -> f64 {
    let problem = Problem { data, weight };
    problem.data[0] * problem.weight
}

fn main() {}
