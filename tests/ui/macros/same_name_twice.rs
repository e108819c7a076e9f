use autodiff::differentiate;

macro_rules! scaled {
    ($name:ident, $x:ident => $body:expr) => {
        #[differentiate]
        fn $name($x: f64) -> f64 {
            let scale = 2.0;
            let x = scale * 3.0;
            x * $body
        }
    };
}

scaled!(cube, x => x * x * x);

fn main() {
    cube::grad(2.0);
}
