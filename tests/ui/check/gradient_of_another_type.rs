fn main() {
    let at: Vec<f64> = vec![1.0];
    let _ = autodiff::check::gradient(|x: &Vec<f64>| x[0] * x[0], |x| 2.0 * x[0], at);
}
