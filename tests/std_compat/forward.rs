//! `autodiff_forward`: a tangent behind each parameter that has one, the result's behind the result.

use autodiff::std_compat::autodiff_forward;

use crate::assert_close;

#[autodiff_forward(along_x, Dual, Const, Dual)]
#[autodiff_forward(along_y, Const, Dual, Dual)]
#[autodiff_forward(along_both, Dual, Dual, Dual)]
fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x.powi(2)).powi(2)
}

#[test]
fn tangents_follow_their_parameters() {
    assert_eq!(rosenbrock(1.0, 3.0), 400.0);
    assert_eq!(along_x(1.0, 1.0, 3.0), (400.0, -800.0));
    assert_eq!(along_y(1.0, 3.0, 1.0), (400.0, 400.0));
    assert_eq!(along_both(1.0, 1.0, 3.0, 1.0), (400.0, -400.0));
    assert_eq!(along_both(1.0, 0.5, 3.0, 2.0), (400.0, 400.0));
}

#[autodiff_forward(d_rosenbrock_into, Dual, Dual, Dual)]
fn rosenbrock_into(x: f64, y: f64, out: &mut f64) {
    *out = (1.0 - x).powi(2) + 100.0 * (y - x.powi(2)).powi(2);
}

#[test]
fn the_shadow_of_an_output_is_overwritten_as_the_output_is() {
    let (mut out, mut dout) = (0.0, 77.0);
    d_rosenbrock_into(1.0, 1.0, 3.0, 1.0, &mut out, &mut dout);
    assert_eq!((out, dout), (400.0, -400.0));
}

#[autodiff_forward(d_added, Dual, Dual)]
fn added(x: &[f64; 2], y: &mut f64) {
    *y += x[0] * x[0] + x[1] * x[0];
}

#[test]
fn the_shadow_of_an_output_is_added_to_as_the_output_is() {
    let (mut y, mut dy) = (5.0, 10.0);
    d_added(&[2.0, 3.0], &[1.0, 0.0], &mut y, &mut dy);
    assert_eq!((y, dy), (15.0, 17.0));
}

#[autodiff_forward(d_product, Dual, Dual)]
#[autodiff_forward(d_product_only, Dual, DualOnly)]
#[autodiff_forward(product_again, Dual, Const)]
fn product(x: &[f32; 2]) -> f32 {
    x[0] * x[0] + x[1] * x[0]
}

#[test]
fn the_result_comes_with_its_tangent_or_either_alone() {
    let (x, dx) = ([2.0, 2.0], [1.0, 0.0]);
    assert_eq!(d_product(&x, &dx), (8.0, 6.0));
    assert_eq!(d_product_only(&x, &dx), 6.0);
    assert_eq!(product_again(&x, &dx), product(&x));
}

#[autodiff_forward(d_passed, Dual, Dual, Const)]
fn passed(x: f64, y: &mut f64) -> f64 {
    *y += x;
    x * x
}

#[test]
fn a_constant_result_is_the_value_alone() {
    let (mut y, mut dy) = (5.0, 10.0);
    assert_eq!(d_passed(2.0, 1.0, &mut y, &mut dy), 4.0);
    assert_eq!((y, dy), (7.0, 11.0));
}

#[autodiff_forward(d_two_references, Dual, Dual, Dual)]
fn two_references<'a>(x: &'a f32, y: &'a f32) -> f32 {
    *x * *y
}

#[autodiff_forward(d_tuple, Dual, Dual)]
fn tuple(x: (f64, f64)) -> f64 {
    x.0 * x.1
}

#[autodiff_forward(d_array, Dual, Dual)]
fn array(x: [f64; 2]) -> [f64; 2] {
    [x[0] * x[1], x[1] * x[1]]
}

#[autodiff_forward(d_owned, Dual, Dual)]
fn owned(x: Vec<f64>) -> Vec<f64> {
    x.iter().map(|x| x * x).collect()
}

#[test]
fn tangents_have_the_types_of_their_parameters() {
    assert_eq!(d_two_references(&2.0, &1.0, &3.2, &0.0), (6.4, 3.2));
    assert_eq!(d_tuple((2.0, 3.0), (1.0, 0.0)), (6.0, 3.0));
    assert_eq!(d_array([2.0, 3.0], [1.0, 1.0]), ([6.0, 9.0], [5.0, 6.0]));
    assert_eq!(d_owned(vec![1.0, 2.0], vec![1.0, 0.5]), (vec![1.0, 4.0], vec![2.0, 2.0]));
}

type Pair = (f64, f64);

#[autodiff_forward(d_alias, Dual, Dual, Dual)]
fn alias(x: &Pair, y: &mut Pair) -> Pair {
    y.0 *= x.0;
    (x.0 * x.1, y.0 + y.1)
}

#[test]
fn aliases_are_looked_through() {
    let (mut y, mut dy): (Pair, Pair) = ((4.0, 5.0), (1.0, 0.5));
    let (value, tangent) = d_alias(&(2.0, 3.0), &(1.0, 0.0), &mut y, &mut dy);
    assert_eq!((value, tangent), ((6.0, 13.0), (3.0, 6.5)));
    assert_eq!((y, dy), ((8.0, 5.0), (6.0, 0.5)));
}

struct Opaque;

#[autodiff_forward(again, Const)]
fn makes_anything() -> Opaque {
    Opaque
}

#[autodiff_forward(nothing_again)]
fn nothing() {}

#[autodiff_forward(unit_again, Const)]
fn unit(x: f32) -> () {
    _ = x;
}

#[autodiff_forward(constant_again, Const, Dual)]
fn constant(x: f64) -> f64 {
    x * x
}

#[test]
fn what_is_constant_altogether_is_the_function_itself() {
    let Opaque = again();
    let Opaque = makes_anything();
    nothing_again();
    nothing();
    unit_again(1.0);
    unit(1.0);
    assert_eq!(constant_again(3.0), (9.0, 0.0));
    assert_eq!(constant(3.0), 9.0);
}

#[autodiff_forward(d_only, DualOnly, Dual, DualOnly)]
fn only(x: f64, y: &[f64]) -> f64 {
    x * x * y[0] + y[1]
}

#[test]
#[allow(unsafe_code, reason = "what std declares unsafe is unsafe to call")]
fn dual_only_is_called_as_std_has_it() {
    // SAFETY: std asks that `x` is not read afterwards; here that makes no difference.
    let tangent = unsafe { d_only(2.0, 1.0, &[3.0, 4.0], &[0.0, 1.0]) };
    assert_close(&[tangent], &[13.0]);
    assert_eq!(only(2.0, &[3.0, 4.0]), 16.0);
}

#[autodiff_forward(d_first, Dual, DualOnly)]
fn first(y: &[f64]) -> f64 {
    y[0]
}

#[test]
#[should_panic(expected = "the shadow of `y` has length 1, but 2 is needed")]
fn a_shadow_of_another_length_is_refused() {
    assert_eq!(first(&[3.0, 4.0]), 3.0);
    d_first(&[3.0, 4.0], &[0.0]);
}
