//! What vectors gain: gradients under the option `simd` against the same without, and the formulas of
//! `autodiff::simd` against the standard library's.
//!
//! Each round times both, one after the other; the ratio is the median of the rounds.
//!
//! ```text
//! cargo bench --bench vectors
//! ```

use std::time::Duration;

use autodiff::{differentiate, simd};
use ndarray::Array1;
use routine::Routine;

mod routine;

const ROUNDS: usize = 21;
const BATCH: Duration = Duration::from_millis(5);

/// Two functions of one body, without the option and with.
macro_rules! pair {
    ($plain:ident, $vectors:ident: ($($params:tt)*) -> $output:ty $body:block) => {
        #[differentiate]
        fn $plain($($params)*) -> $output $body

        #[differentiate(simd)]
        fn $vectors($($params)*) -> $output $body
    };
}

pair! {
    chain, chain_in_vectors: (x: &Array1<f32>, a: &Array1<f32>, b: &Array1<f32>) -> f32 {
        ((a * x + b).mapv(f32::tanh) * (-(x * x)).exp()).sum()
    }
}

pair! {
    likelihood, likelihood_in_vectors: (x: &[f64], y: &[f64], w: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum -= (1.0 + (y[i] * (w[i] - x[i])).exp()).ln();
        }
        sum
    }
}

pair! {
    dot, dot_in_vectors: (x: &[f64], y: &[f64], w: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += x[i] * y[i] * w[i];
        }
        sum
    }
}

fn main() {
    println!("{:28}{:>14}{:>14}{:>10}", "gradient", "without, us", "simd, us", "ratio");
    for n in [100, 10_000, 1_000_000] {
        let numbers = |k: usize| (0..n).map(move |i| ((i * k) as f64).sin());
        let single = |k| numbers(k).map(|x| x as f32).collect::<Array1<f32>>();
        let (x, a, b) = (single(1), single(2), single(3));
        let mut bars = (single(1), single(2), single(3));
        let mut again = bars.clone();
        row(
            &format!("chain of arrays, {n}"),
            || chain::grad_into(&x, &a, &b, (&mut bars.0, &mut bars.1, &mut bars.2)),
            || chain_in_vectors::grad_into(&x, &a, &b, (&mut again.0, &mut again.1, &mut again.2)),
        );

        let [x, y, w] = [1, 2, 3].map(|k| numbers(k).collect::<Vec<f64>>());
        let mut bars = [x.clone(), y.clone(), w.clone()];
        let mut again = bars.clone();
        macro_rules! of_slices {
            ($name:literal, $plain:ident, $vectors:ident) => {{
                let [x_bar, y_bar, w_bar] = &mut bars;
                let [x_again, y_again, w_again] = &mut again;
                row(
                    &format!("{}, {n}", $name),
                    || $plain::grad_into(&x, &y, &w, (x_bar, y_bar, w_bar)),
                    || $vectors::grad_into(&x, &y, &w, (x_again, y_again, w_again)),
                );
            }};
        }
        of_slices!("logistic likelihood", likelihood, likelihood_in_vectors);
        of_slices!("dot product of three", dot, dot_in_vectors);
    }

    println!(
        "\n{:28}{:>14}{:>14}{:>10}",
        "function of 1000 numbers", "std, us", "simd, us", "ratio"
    );
    macro_rules! functions {
        ($($name:ident)*) => {$(
            function(concat!(stringify!($name), ", f64"), f64::$name, simd::$name, 1.5_f64, 0.001);
            function(concat!(stringify!($name), ", f32"), f32::$name, simd::$name, 1.5_f32, 0.001);
        )*};
    }
    functions!(exp exp2 exp_m1 ln ln_1p log2 log10 tanh sinh cosh);
}

/// A function of the standard library and one of the runtime, each in a loop.
fn function<T: Copy + std::ops::Add<Output = T> + 'static>(
    name: &str,
    std: impl Fn(T) -> T,
    own: impl Fn(T) -> T,
    first: T,
    step: T,
) {
    let x: Vec<T> = std::iter::successors(Some(first), |x| Some(*x + step)).take(1000).collect();
    let (mut y, mut z) = (x.clone(), x.clone());
    row(
        name,
        || x.iter().zip(&mut y).for_each(|(x, y)| *y = std(*x)),
        || {
            simd::dispatch(
                #[inline(always)]
                || {
                    for (x, z) in x.iter().zip(&mut z) {
                        *z = own(*x);
                    }
                },
            );
        },
    );
}

/// Times both and prints them.
fn row<A, B>(name: &str, without: impl FnMut() -> A, simd: impl FnMut() -> B) {
    let (mut without, mut simd) = (Routine::new(BATCH, without), Routine::new(BATCH, simd));
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (without.time(), simd.time())).collect();
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (without, simd) = rounds[ROUNDS / 2];
    println!("{name:28}{:14.3}{:14.3}{:10.2}", without / 1e3, simd / 1e3, without / simd);
}
