use autodiff::differentiate;
#[differentiate(source)]
fn products_in_place(mut x: Vec<f64>) -> Vec<f64> {
    for i in 1..x.len() {
        x[i] *= x[i - 1];
    }
    x
}
fn main() {
    println!("{}", products_in_place::BACKWARD);
}
