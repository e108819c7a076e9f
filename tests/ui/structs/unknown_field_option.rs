use autodiff::Differentiable;

#[derive(Differentiable)]
struct Model {
    #[differentiable(skip)]
    weight: f64,
    bias: f64,
}

fn main() {}
