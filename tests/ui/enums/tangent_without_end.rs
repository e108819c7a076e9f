use autodiff::Differentiable;

#[derive(Differentiable)]
enum Expr {
    Number(f64),
    Sum(Box<Expr>, Box<Self>),
    Many(Vec<Expr>),
}

fn main() {}
