use autodiff::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    x * sqare!(x).sin()
}

struct Spring {
    stiffness: f64,
}

#[differentiate]
impl Spring {
    fn energy(&self, x: f64) -> f64 {
        half!(x);
        if x < 0.0 {
            return f(x);
        }
        let y: f64 = squared!(x);
        0.5 * self.stiffness * y
    }
}

fn main() {
    let spring = Spring { stiffness: 1.0 };
    println!("{}", f::grad(2.0) + spring.energy(2.0));
}
