use autodiff::differentiate;

static mut SCALE: f64 = 2.0;

#[differentiate]
fn f(x: f64) -> f64 {
    let scale = unsafe { SCALE };
    scale * x
}

fn main() {}
