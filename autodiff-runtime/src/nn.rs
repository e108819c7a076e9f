//! What networks are made of, as functions on arrays of `ndarray`, by the feature `nn`.
//!
//! Each is an ordinary function under `#[differentiate]`, so that it has all that such a function has: its
//! gradient, `vjp`, `jvp`, and second derivatives, and may be called by a function of yours under the attribute.
//! What it returns is an array whose type the macro cannot read there: say it, as in
//! `let hidden: Array2<f64> = relu(&x.dot(&w));`.
//!
//! ```
//! use autodiff::differentiate;
//! use autodiff::nn::{cross_entropy, relu};
//! use ndarray::{Array1, Array2, array};
//!
//! #[differentiate(wrt(w, v))]
//! fn loss(x: &Array2<f64>, classes: &[usize], w: &Array2<f64>, v: &Array2<f64>) -> f64 {
//!     let hidden: Array2<f64> = relu(&x.dot(w));
//!     cross_entropy(&hidden.dot(v), classes)
//! }
//!
//! let (x, w) = (array![[1.0, -2.0]], array![[0.5, 1.0], [1.0, -1.0]]);
//! let v = array![[0.1, 0.2], [0.3, -0.4]];
//! let (value, (w_bar, v_bar)) = loss::value_and_grad(&x, &[1], &w, &v);
//! assert!((value - (2.1 + f64::exp(-2.1).ln_1p())).abs() < 1e-12);
//! assert_eq!((w_bar.dim(), v_bar.dim()), ((2, 2), (2, 2)));
//! ```

mod activation;
mod attention;
mod convolution;
mod exponential;
mod gather;
mod loss;
mod normal;
mod pooling;
mod products;
mod random;
mod scan;
mod special;

pub use activation::{elu, gelu, gelu_tanh, leaky_relu, relu, sigmoid, silu, softplus};
pub use attention::scaled_dot_product_attention;
pub use convolution::{Convolution, conv1d, conv2d};
pub use exponential::{log_softmax, logsumexp, softmax};
pub use gather::embedding;
pub use loss::{binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, mse};
pub use normal::{batch_norm, layer_norm};
pub use pooling::{avg_pool2d, max_pool2d};
pub use products::matmul;
pub use random::dropout;
pub use scan::{cumsum, max_axis, topk};
pub use special::erf;
