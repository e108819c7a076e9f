use autodiff::differentiate;

enum Shape {
    Circle(f64),
    Square(f64),
}

#[differentiate]
fn f(shape: &Shape) -> f64 {
    match shape {
        Shape::Circle(r) => r * r,
        Shape::Square(a) => a * a,
    }
}

fn main() {}
