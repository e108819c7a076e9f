use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let y = 'block: {
        if x > 1.0 {
            break 'block x * x;
        }
        x
    };
    y * 2.0
}

fn main() {}
