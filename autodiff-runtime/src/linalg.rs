//! Linear systems, inverses, factors and determinants of matrices of `ndarray`, by the feature `linalg`: the
//! algorithms are those of [`faer`], the derivatives those of M. Giles, "Collected matrix derivative results for
//! forward and reverse mode algorithmic differentiation" (2008).
//!
//! Each is a function with rules of its own, and may be called by a function of yours under the attribute. What
//! it returns is an array whose type the macro cannot read there: say it.
//!
//! ```
//! use autodiff::differentiate;
//! use autodiff::linalg::{logdet, solve};
//! use ndarray::{Array1, Array2, array};
//!
//! /// Of a normal distribution with that covariance, up to a constant.
//! #[differentiate]
//! fn log_density(covariance: &Array2<f64>, x: &Array1<f64>) -> f64 {
//!     let weighted: Array1<f64> = solve(covariance, x);
//!     -0.5 * (x.dot(&weighted) + logdet(covariance))
//! }
//!
//! let (covariance, x) = (array![[2.0, 0.0], [0.0, 4.0]], array![1.0, 2.0]);
//! let (value, (covariance_bar, x_bar)) = log_density::value_and_grad(&covariance, &x);
//! assert!((value + 0.5 * (1.5 + f64::ln(8.0))).abs() < 1e-12);
//! assert_eq!(x_bar, array![-0.5, -0.5]);
//! assert!((covariance_bar[[0, 0]] - 0.5 * (0.25 - 0.5)).abs() < 1e-12);
//! ```

mod dense;
mod determinant;
mod factor;
mod systems;

pub use dense::Real;
pub use determinant::{det, logdet};
pub use factor::cholesky;
pub use systems::{inv, solve, solve_matrix};
