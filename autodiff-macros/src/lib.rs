//! The attribute `#[differentiate]`: a shell over `autodiff-compiler`. Use it through the crate
//! `autodiff`, whose documentation describes it.

#![forbid(unsafe_code)]

use proc_macro::TokenStream;

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
    autodiff_compiler::expand(args.into(), item.into()).into()
}

/// The tangent of a struct: `#[derive(Differentiable)]` on `Model` makes `ModelTangent`.
///
/// `ModelTangent` has the fields of `Model` that have a derivative, each of the type of its gradient:
/// floats, arrays, slices, `Vec`s, tuples, and structs that are `Differentiable` themselves. Integers,
/// `bool`, strings, `Option`s and fields under `#[differentiable(constant)]` are left out. (Fields
/// without names keep their numbers: a constant that comes before others is `()`.) It can be cloned,
/// compared, added (`+`, `+=`; the empty `Vec` of `Default` counts as zero of any length) and
/// multiplied with a number, and it has a `Debug` form.
///
/// # Errors
///
/// On an enum or a union. A field whose type has no derivative is refused by rustc; mark it
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
/// ```
#[proc_macro_derive(Differentiable, attributes(differentiable))]
pub fn derive_differentiable(item: TokenStream) -> TokenStream {
    autodiff_compiler::expand_derive(item.into()).into()
}
