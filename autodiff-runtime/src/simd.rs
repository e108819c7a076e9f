//! Elementary functions that loops are vectorized with, and the choice of the machine's vectors at run time.
//!
//! Each function is arithmetic without branches, calls or tables, so that the compiler turns a loop over it
//! into vector code for whatever instructions it may use there; [`dispatch`] says which those are. No fused
//! multiplication and addition is in them: results are the same to the bit on every machine and in vectors of
//! any width. The error is below 2 units in the last place, for [`exp`] and [`ln`] below 1; `cargo bench
//! --bench accuracy` measures it.
//!
//! `#[differentiate(simd)]` takes them in derivatives instead of the methods of `f32` and `f64`. They have
//! derivatives themselves: what a function under the attribute computes by them, its derivatives compute by
//! them too.
//!
//! | function | Rust's own |
//! | --- | --- |
//! | [`exp`], [`exp2`], [`exp_m1`] | `x.exp()`, `x.exp2()`, `x.exp_m1()` |
//! | [`ln`], [`ln_1p`], [`log2`], [`log10`] | `x.ln()`, `x.ln_1p()`, `x.log2()`, `x.log10()` |
//! | [`tanh`], [`sinh`], [`cosh`] | `x.tanh()`, `x.sinh()`, `x.cosh()` |
//!
//! # Examples
//!
//! ```
//! use autodiff_runtime::simd;
//!
//! fn softplus(x: &[f32], y: &mut [f32]) {
//!     simd::dispatch(|| {
//!         for (x, y) in x.iter().zip(y) {
//!             *y = simd::ln_1p(simd::exp(*x));
//!         }
//!     });
//! }
//! let mut y = [0.0; 3];
//! softplus(&[-1.0, 0.0, 1.0], &mut y);
//! assert!((y[1] - 2.0_f32.ln()).abs() < 1e-6);
//! ```

mod exponential;
mod format;
mod level;
mod logarithm;

pub use exponential::{cosh, exp, exp_m1, exp2, sinh, tanh};
pub use format::Format;
pub use level::dispatch;
pub use logarithm::{ln, ln_1p, log2, log10};
