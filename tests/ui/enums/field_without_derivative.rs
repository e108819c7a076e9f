use autodiff::Differentiable;

struct Plain(f64);

#[derive(Differentiable)]
enum Length {
    Other { plain: Plain, by: f64 },
    Metres(f64),
}

fn main() {}
