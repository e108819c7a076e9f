//! The natural cubic spline of W. Press et al., *Numerical Recipes*, section 3.3 (equations 3.3.3 to
//! 3.3.7), and the squared error by which its ordinates are fitted to data, with the penalty of
//! C. Reinsch, "Smoothing by spline functions" (1967).

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map, flat_structs};

#[derive(Differentiable, Clone, Debug)]
struct Spline<T: Float> {
    knots: Vec<T>,
    ordinates: Vec<T>,
    /// The second derivatives at the knots.
    curvatures: Vec<T>,
}

impl<T: Float> Spline<T> {
    #[differentiate]
    fn natural(knots: &[T], ordinates: &[T]) -> Self {
        let n = knots.len();
        let (two, six) = (T::from_f64(2.0), T::from_f64(6.0));
        let mut curvatures = vec![T::zero(); n];
        let mut rhs = vec![T::zero(); n];
        let slope = |i: usize| (ordinates[i + 1] - ordinates[i]) / (knots[i + 1] - knots[i]);
        for i in 1..n - 1 {
            let share = (knots[i] - knots[i - 1]) / (knots[i + 1] - knots[i - 1]);
            let pivot = share * curvatures[i - 1] + two;
            curvatures[i] = (share - T::one()) / pivot;
            let bend = six * (slope(i) - slope(i - 1)) / (knots[i + 1] - knots[i - 1]);
            rhs[i] = (bend - share * rhs[i - 1]) / pivot;
        }
        for k in (0..n - 1).rev() {
            curvatures[k] = curvatures[k] * curvatures[k + 1] + rhs[k];
        }
        Spline { knots: knots.to_vec(), ordinates: ordinates.to_vec(), curvatures }
    }

    #[differentiate]
    fn eval(&self, x: T) -> T {
        let n = self.knots.len();
        let above = self.knots.partition_point(|&knot| knot <= x).clamp(1, n - 1);
        let (lo, hi) = (above - 1, above);
        let width = self.knots[hi] - self.knots[lo];
        let a = (self.knots[hi] - x) / width;
        let b = (x - self.knots[lo]) / width;
        let cubic = (a.powi(3) - a) * self.curvatures[lo] + (b.powi(3) - b) * self.curvatures[hi];
        a * self.ordinates[lo] + b * self.ordinates[hi] + cubic * width * width / T::from_f64(6.0)
    }

    /// The integral of the squared second derivative, which is linear between the knots.
    #[differentiate]
    fn roughness(&self) -> T {
        self.knots
            .windows(2)
            .zip(self.curvatures.windows(2))
            .map(|(x, c)| (x[1] - x[0]) * (c[0] * c[0] + c[0] * c[1] + c[1] * c[1]))
            .sum::<T>()
            / T::from_f64(3.0)
    }
}

#[differentiate(wrt(knots, ordinates))]
fn objective<T: Float>(knots: &[T], ordinates: &[T], data: &[(T, T)], smoothing: T) -> T {
    let spline = Spline::natural(knots, ordinates);
    let error: T = data.iter().map(|&(x, y)| (y - spline.eval(x)).powi(2)).sum();
    error + smoothing * spline.roughness()
}

#[differentiate]
fn interpolate<T: Float>(knots: &[T], ordinates: &[T], at: &[T]) -> Vec<T> {
    let spline = Spline::natural(knots, ordinates);
    at.iter().map(|&x| spline.eval(x)).collect()
}

#[differentiate]
fn evaluate<T: Float>(spline: &Spline<T>, x: T) -> T {
    spline.eval(x)
}

flat_structs! {
    f64: Spline<f64> => SplineTangent<f64> { knots, ordinates, curvatures };
}

const KNOTS: [f64; 5] = [0.0, 1.0, 2.5, 3.0, 4.2];
const ORDINATES: [f64; 5] = [0.5, -0.2, 0.9, 0.1, 0.4];

#[test]
fn splines() {
    let data = [(0.3, 0.2), (1.4, 0.1), (1.9, 0.6), (2.7, 0.5), (3.6, 0.0), (4.5, 0.3)];
    check!(objective(&knots, &ordinates, &data, 0.1); (knots, ordinates) in [
        (KNOTS.to_vec(), ORDINATES.to_vec()),
        (vec![0.1, 1.2, 4.0], vec![0.3, 0.8, -0.4]),
    ]);
    check_map!(interpolate(&knots, &ordinates, &at); (knots, ordinates, at) in [
        (KNOTS.to_vec(), ORDINATES.to_vec(), vec![-0.3, 0.6, 2.2, 5.0]),
    ]);
    let spline = Spline::natural(&KNOTS, &ORDINATES);
    check!(evaluate(&spline, x); (spline, x) in [(spline.clone(), 0.4), (spline.clone(), 2.8)]);
}

#[test]
fn splines_in_single_precision() {
    let data = [(0.3_f32, 0.2), (1.4, 0.1), (1.9, 0.6)];
    check!(objective(&knots, &ordinates, &data, 0.1); (knots, ordinates) in [
        (KNOTS.map(|x| x as f32).to_vec(), ORDINATES.map(|y| y as f32).to_vec()),
    ]);
}
