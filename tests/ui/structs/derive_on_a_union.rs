use autodiff::Differentiable;

#[derive(Differentiable)]
union Number {
    single: f32,
    double: f64,
}

fn main() {}
