use autodiff::differentiate;
#[differentiate(source)]
pub fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}
#[differentiate(source)]
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() { s += x[i] * y[i]; }
    s
}
fn main() {
    println!("{}", rosenbrock::BACKWARD);
    println!("{}", dot::BACKWARD);
    println!("{:?}", rosenbrock::grad(1.0, 2.0));
    println!("{:?}", rosenbrock::jvp(1.0, 2.0, (1.0, 0.5)));
    println!("{:?}", dot::grad(&[1.0, 2.0], &[3.0,4.0]));
}
