//! The attributes `#[differentiate]`, `#[autodiff_reverse]` and `#[autodiff_forward]`, the derive macro
//! `Differentiable` and the macro `einsum!`: a shell over `autodiff-compiler`. Use it through the crate `autodiff`,
//! whose documentation describes it.

#![forbid(unsafe_code)]

use autodiff_compiler::{Library, Mode};
use proc_macro::TokenStream;

/// What the features of `autodiff`, which turns on the same here, let generated code name.
const LIBRARY: Library = Library {
    std: cfg!(feature = "std"),
    alloc: cfg!(feature = "alloc"),
    libm: cfg!(feature = "libm"),
    ndarray: cfg!(feature = "ndarray"),
};

/// Generates the derivatives of the function it stands on.
///
/// Beside the function `f`, which is left as it is, stands a type of the same name with associated
/// functions: `f::grad`, `f::value_and_grad`, `f::vjp`, `f::jvp`, `f::grad_into` and `f::vjp_into`, and
/// the constant `f::GRAPH`. The documentation of the crate `autodiff` describes them, the types that
/// parameters may have, what the body may contain, and these options:
///
/// | option | effect |
/// | --- | --- |
/// | `wrt(x, w)` | differentiates with respect to these parameters alone |
/// | `vjp = path`, `jvp = path` | takes these functions for the derivatives |
/// | `source` | adds `f::BACKWARD`, the generated code as text |
/// | `checkpoint` | keeps the arguments alone and runs the function again in the backward sweep |
/// | `crate = path` | where the crate `autodiff` is, if not at `::autodiff` |
///
/// # Errors
///
/// What cannot be differentiated is a compile error at its own place, with a code such as `AD0220`, the
/// reason, and what to write instead.
///
/// # Examples
///
/// ```
/// use autodiff::differentiate;
///
/// #[differentiate(wrt(x))]
/// fn scaled(x: &[f64], scale: f64) -> f64 {
///     x.iter().map(|x| scale * x * x).sum()
/// }
///
/// assert_eq!(scaled(&[1.0, 2.0], 3.0), 15.0);
/// assert_eq!(scaled::grad(&[1.0, 2.0], 3.0), [6.0, 12.0]);
/// ```
#[proc_macro_attribute]
pub fn differentiate(args: TokenStream, item: TokenStream) -> TokenStream {
    autodiff_compiler::expand(LIBRARY, args.into(), item.into()).into()
}

/// Generates a function for derivatives in reverse mode, with the arguments of nightly's
/// `std::autodiff::autodiff_reverse`.
///
/// `#[autodiff_reverse(NAME, INPUT_ACTIVITIES.., OUTPUT_ACTIVITY)]`: the documentation of
/// `autodiff::std_compat` has the whole.
///
/// # Errors
///
/// What cannot be differentiated, and activities that do not fit, are compile errors at their own place.
///
/// # Examples
///
/// ```
/// use autodiff::std_compat::autodiff_reverse;
///
/// #[autodiff_reverse(d_scaled, Duplicated, Active, Active)]
/// fn scaled(x: &[f64], scale: f64) -> f64 {
///     x.iter().map(|x| scale * x * x).sum()
/// }
///
/// let mut dx = [0.0, 0.0];
/// let (value, d_scale) = d_scaled(&[1.0, 2.0], &mut dx, 3.0, 1.0);
/// assert_eq!((value, dx, d_scale), (15.0, [6.0, 12.0], 5.0));
/// ```
#[proc_macro_attribute]
pub fn autodiff_reverse(args: TokenStream, item: TokenStream) -> TokenStream {
    autodiff_compiler::expand_std_compat(LIBRARY, Mode::Reverse, args.into(), item.into()).into()
}

/// Generates a function for derivatives in forward mode, with the arguments of nightly's
/// `std::autodiff::autodiff_forward`.
///
/// `#[autodiff_forward(NAME, INPUT_ACTIVITIES.., OUTPUT_ACTIVITY)]`: the documentation of
/// `autodiff::std_compat` has the whole.
///
/// # Errors
///
/// What cannot be differentiated, and activities that do not fit, are compile errors at their own place.
///
/// # Examples
///
/// ```
/// use autodiff::std_compat::autodiff_forward;
///
/// #[autodiff_forward(d_circle, Dual, DualOnly)]
/// fn circle(angle: f64) -> [f64; 2] {
///     [angle.cos(), angle.sin()]
/// }
///
/// assert_eq!(d_circle(0.0, 2.0), [0.0, 2.0]);
/// ```
#[proc_macro_attribute]
pub fn autodiff_forward(args: TokenStream, item: TokenStream) -> TokenStream {
    autodiff_compiler::expand_std_compat(LIBRARY, Mode::Forward, args.into(), item.into()).into()
}

/// The tangent of a struct or an enum: `#[derive(Differentiable)]` on `Model` makes `ModelTangent`.
///
/// `ModelTangent` has the fields of `Model` that have a derivative, each of the type of its gradient:
/// floats, arrays, slices, `Vec`s, tuples, and structs and enums that are `Differentiable` themselves. Integers,
/// `bool`, strings, `Option`s and fields under `#[differentiable(constant)]` are left out. (Fields
/// without names keep their numbers: a constant that comes before others is `()`.) It can be cloned,
/// compared, added (`+`, `+=`; the empty `Vec` of `Default` counts as zero of any length) and
/// multiplied with a number, and it has a `Debug` form.
///
/// The tangent of an enum `Shape` has a field for each variant that holds something, of the type
/// `ShapeTangentCircle` for `Shape::Circle`, with fields as above; all but that of the value's own variant
/// are zero.
///
/// # Errors
///
/// On a union, and where the tangent would hold itself outside of a `Vec`. A field whose type has no derivative is refused by rustc; mark it
/// `#[differentiable(constant)]`.
///
/// # Examples
///
/// ```
/// use autodiff::{Differentiable, differentiate};
///
/// #[derive(Differentiable)]
/// struct Line {
///     slope: f64,
///     intercept: f64,
///     points: usize,
/// }
///
/// #[differentiate]
/// fn sum(line: &Line) -> f64 {
///     (0..line.points).map(|i| line.slope * i as f64 + line.intercept).sum()
/// }
///
/// let line = Line { slope: 2.0, intercept: 1.0, points: 3 };
/// assert_eq!(sum::grad(&line), LineTangent { slope: 3.0, intercept: 3.0 });
///
/// #[derive(Differentiable)]
/// enum Law {
///     Linear(f64),
///     Power { factor: f64, exponent: i32 },
/// }
///
/// #[differentiate(wrt(law))]
/// fn value(law: Law, x: f64) -> f64 {
///     match law {
///         Law::Linear(slope) => slope * x,
///         Law::Power { factor, exponent } => factor * x.powi(exponent),
///     }
/// }
///
/// let bar = value::grad(Law::Power { factor: 2.0, exponent: 3 }, 2.0);
/// assert_eq!((bar.Power.factor, bar.Linear.0), (8.0, 0.0));
/// ```
#[proc_macro_derive(Differentiable, attributes(differentiable))]
pub fn derive_differentiable(item: TokenStream) -> TokenStream {
    autodiff_compiler::expand_derive(LIBRARY, item.into()).into()
}

/// The sum of products of arrays of `ndarray` that labels of their axes say: `einsum!("ij,jk->ik", a, b)`.
///
/// Each array has a letter for each of its axes; axes of the same letter go together, and have the same length. What
/// the letters after `->` leave out is summed over; without `->` the result has the letters that stand once, in
/// alphabetical order. A result without axes is a number. The product of two matrices or vectors is that of `dot`,
/// everything else is loops over the letters.
///
/// Under `#[differentiate]` it has derivatives in all its arrays.
///
/// # Errors
///
/// Where labels and arrays do not fit.
///
/// # Panics
///
/// If axes of the same letter have different lengths.
///
/// # Examples
///
/// ```
/// use autodiff::ndarray::{Array1, Array2, array};
/// use autodiff::{differentiate, einsum};
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(einsum!("ij,jk->ik", a, a), a.dot(&a));
/// assert_eq!(einsum!("ii", a), 5.0);
/// assert_eq!(einsum!("ij->j", &a), array![4.0, 6.0]);
///
/// #[differentiate]
/// fn bilinear(x: &Array1<f64>, a: &Array2<f64>, y: &Array1<f64>) -> f64 {
///     einsum!("i,ij,j->", x, a, y)
/// }
///
/// let (x_bar, a_bar, y_bar) = bilinear::grad(&array![1.0, 2.0], &a, &array![1.0, 0.0]);
/// assert_eq!((x_bar, y_bar), (array![1.0, 3.0], array![7.0, 10.0]));
/// assert_eq!(a_bar, array![[1.0, 0.0], [2.0, 0.0]]);
/// ```
#[cfg(feature = "ndarray")]
#[proc_macro]
pub fn einsum(input: TokenStream) -> TokenStream {
    autodiff_compiler::einsum::expand(input.into()).into()
}
