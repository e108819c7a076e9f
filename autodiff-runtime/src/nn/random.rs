//! Elements left out at random.

use autodiff_macros::differentiate;
use ndarray::{Array, Dimension};

use crate::{Float, stop_gradient};

/// Sets each element to zero with probability `rate`, and divides the others by `1 - rate`. What is left out
/// depends on `seed` and on the number of the element alone, so that the derivative leaves out the same.
///
/// # Panics
///
/// If `rate` is not from 0 to less than 1.
///
/// ```
/// use autodiff::nn::dropout;
/// use ndarray::Array1;
///
/// let ones = Array1::from_elem(1000, 1.0_f64);
/// let kept = dropout(&ones, 0.25, 7);
/// assert!((kept.sum() - 1000.0).abs() < 100.0);
/// assert_eq!(dropout::vjp(&ones, 0.25, 7).1(ones.clone()), kept);
/// ```
#[differentiate(hessian, wrt(x))]
pub fn dropout<T: Float, D: Dimension>(x: &Array<T, D>, rate: f64, seed: u64) -> Array<T, D> {
    let mask: Array<T, D> = mask(stop_gradient(x), rate, seed);
    x * mask
}

fn mask<T: Float, D: Dimension>(x: &Array<T, D>, rate: f64, seed: u64) -> Array<T, D> {
    assert!((0.0..1.0).contains(&rate), "`dropout` at a rate of {rate}");
    let scale = T::from_f64(1.0 / (1.0 - rate));
    let mut state = seed;
    // SplitMix64: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
    let mut next = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) >> 11
    };
    let least = (rate * (1_u64 << 53) as f64) as u64;
    Array::from_shape_simple_fn(x.raw_dim(), || if next() < least { T::zero() } else { scale })
}
