use autodiff::differentiate;

enum Order {
    Low,
    High(usize),
}

fn order(n: usize) -> Order {
    if n == 0 { Order::Low } else { Order::High(n) }
}

#[differentiate]
fn f(x: f64, n: usize) -> f64 {
    match order(n) {
        Order::Low => x,
        Order::High(k) => x * k as f64,
    }
}

fn main() {}
