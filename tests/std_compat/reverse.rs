//! `autodiff_reverse`: shadows are added to, gradients by value are returned behind the result.

use autodiff::std_compat::{autodiff_forward, autodiff_reverse};

use crate::{assert_close, gradient};

#[autodiff_reverse(d_square, Duplicated, Active)]
#[inline(never)]
fn square(x: &f64) -> f64 {
    x * x
}

#[test]
fn a_shadow_is_added_to() {
    let x = 3.0;
    let mut dx = 0.0;
    assert_eq!(d_square(&x, &mut dx, 1.0), square(&x));
    assert_eq!(dx, 6.0);
    d_square(&x, &mut dx, 10.0);
    assert_eq!(dx, 66.0);
}

#[autodiff_reverse(d_cone, Active, Active, Active)]
fn cone(radius: f64, height: f64) -> f64 {
    radius * radius * height / 3.0
}

#[test]
fn gradients_follow_the_value_in_order() {
    let (volume, d_radius, d_height) = d_cone(3.0, 2.5, 1.0);
    assert_eq!(volume, 7.5);
    assert_close(&[d_radius, d_height], &[5.0, 3.0]);
    // The seed counts.
    let (volume, d_radius, d_height) = d_cone(3.0, 2.5, -2.0);
    assert_eq!(volume, 7.5);
    assert_close(&[d_radius, d_height], &[-10.0, -6.0]);
}

#[autodiff_reverse(d_both, Active, Active, ActiveOnly)]
fn both(x: f64, y: f64) -> f64 {
    x.sin() * y
}

#[autodiff_reverse(d_one, Active, ActiveOnly)]
fn one(x: f64) -> f64 {
    x.exp()
}

#[autodiff_reverse(d_none, Duplicated, ActiveOnly)]
fn none(x: &f64) -> f64 {
    x.exp()
}

#[test]
fn active_only_leaves_the_value_out() {
    let (dx, dy): (f64, f64) = d_both(0.5, 3.0, 2.0);
    assert_close(&[dx, dy], &[6.0 * 0.5_f64.cos(), 2.0 * 0.5_f64.sin()]);
    let dx: f64 = d_one(0.5, 1.0);
    assert_close(&[dx], &[0.5_f64.exp()]);
    let mut dx = 1.0;
    let (): () = d_none(&0.5, &mut dx, 1.0);
    assert_close(&[dx], &[1.0 + 0.5_f64.exp()]);
    assert_close(
        &[both(0.5, 3.0), one(0.5), none(&0.5)],
        &[1.4382766158, 1.6487212707, 1.6487212707],
    );
}

#[autodiff_reverse(d_mixed_precision, Active, Active, Active)]
fn mixed_precision(x: f32, y: f32) -> f64 {
    f64::from(x * x * y)
}

#[test]
fn gradients_have_the_types_of_their_parameters() {
    let (value, dx, dy): (f64, f32, f32) = d_mixed_precision(3.0, 2.5, 1.0);
    assert_eq!((value, dx, dy), (22.5, 15.0, 9.0));
}

#[autodiff_reverse(d_polynomial, Duplicated, Duplicated)]
fn polynomial(x: &[f64; 2], y: &mut f64) {
    *y = x[0] * x[0] + x[1] * x[0];
}

#[test]
fn an_output_is_seeded_by_its_shadow_which_is_used_up() {
    let mut dx = [0.0, 0.0];
    let (mut y, mut dy) = (0.0, 1.0);
    d_polynomial(&[2.0, 3.0], &mut dx, &mut y, &mut dy);
    assert_eq!(dx, [7.0, 2.0]);
    assert_eq!((y, dy), (10.0, 0.0));
}

#[autodiff_reverse(d_scaled_in_place, Duplicated, Duplicated, Active)]
fn scaled_in_place(x: &[f64], y: &mut f64) -> f64 {
    *y *= 3.0 * x[0];
    *y + x[1]
}

#[test]
fn what_is_read_and_written_has_the_adjoint_of_its_old_value() {
    let mut dx = [1.0, 1.0];
    let (mut y, mut dy) = (5.0, 10.0);
    assert_eq!(d_scaled_in_place(&[2.0, 3.0], &mut dx, &mut y, &mut dy, 1.0), 33.0);
    assert_eq!(y, 30.0);
    // The result and the new `y` have the adjoints 1 and 10; dy/dx = 3 * 5, dy/dy = 3 * 2.
    assert_eq!((dx, dy), ([1.0 + 11.0 * 15.0, 2.0], 66.0));
}

#[autodiff_reverse(d_rosenbrock, Active, Active, Duplicated)]
fn rosenbrock(x: f64, y: f64, out: &mut f64) {
    *out = (1.0 - x).powi(2) + 100.0 * (y - x.powi(2)).powi(2);
}

#[test]
fn gradients_are_returned_where_there_is_no_value() {
    let (mut out, mut seed) = (0.0, 1.0);
    assert_eq!(d_rosenbrock(1.0, 3.0, &mut out, &mut seed), (-800.0, 400.0));
    assert_eq!((out, seed), (400.0, 0.0));
}

#[autodiff_reverse(d_dot, Duplicated, Const, Active)]
fn dot(x: &[f64], w: &[f64]) -> f64 {
    x.iter().zip(w).map(|(x, w)| x * w).sum()
}

#[test]
fn a_constant_has_no_shadow() {
    let mut dx = vec![0.5; 3];
    assert_eq!(d_dot(&[1.0, 2.0, 3.0], &mut dx, &[4.0, 5.0, 6.0], 2.0), 32.0);
    assert_eq!(dx, [8.5, 10.5, 12.5]);
}

#[autodiff_reverse(d_sum_of_vec, Duplicated, Active)]
fn sum_of_vec(x: &Vec<Vec<f64>>) -> f64 {
    let mut sum = 0.0;
    for row in x {
        for x in row {
            sum += x * x;
        }
    }
    sum
}

#[test]
fn the_shadow_of_a_vec_is_a_vec() {
    let x = vec![vec![1.0, 2.0], vec![3.0]];
    let mut dx = vec![vec![0.0, 0.0], vec![100.0]];
    assert_eq!(d_sum_of_vec(&x, &mut dx, 1.0), 14.0);
    assert_eq!(dx, [vec![2.0, 4.0], vec![106.0]]);
}

#[autodiff_reverse(d_owned, Active, Active)]
fn owned(x: Vec<f64>) -> f64 {
    x[0] * x[1]
}

#[test]
fn what_is_owned_can_be_active() {
    assert_eq!(d_owned(vec![3.0, 4.0], 1.0), (12.0, vec![4.0, 3.0]));
}

#[autodiff_reverse(d_of_array_and_tuple, Active, Active, Active)]
fn of_array_and_tuple(x: [f64; 3], y: (f64, f64)) -> f64 {
    x[0] * x[1] * x[2] * y.0 + y.1
}

#[test]
fn arrays_and_tuples_by_value_are_active() {
    let (value, dx, dy) = d_of_array_and_tuple([2.0, 3.0, 4.0], (5.0, 6.0), 1.0);
    assert_eq!((value, dx, dy), (126.0, [60.0, 40.0, 30.0], (24.0, 1.0)));
}

#[autodiff_reverse(d_vector_valued, Duplicated, Active)]
fn vector_valued(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x * x * x).collect()
}

#[test]
fn the_seed_of_a_vector_is_a_vector() {
    let mut dx = [0.0; 2];
    assert_eq!(d_vector_valued(&[1.0, 2.0], &mut dx, vec![1.0, 10.0]), [1.0, 8.0]);
    assert_eq!(dx, [3.0, 120.0]);
}

#[test]
#[should_panic(expected = "the seed has length 1, but 2 is needed")]
fn a_seed_of_another_length_is_refused() {
    d_vector_valued(&[1.0, 2.0], &mut [0.0; 2], vec![1.0]);
}

#[test]
#[should_panic(expected = "the shadow of `x` has length 3, but 2 is needed")]
fn a_shadow_of_another_length_is_refused() {
    d_vector_valued(&[1.0, 2.0], &mut [0.0; 3], vec![1.0, 1.0]);
}

#[autodiff_reverse(d_kept_out, Duplicated, Duplicated, Const)]
fn kept_out(x: &f64, y: &mut f64) -> f64 {
    *y = x * x;
    x * x * x
}

#[autodiff_reverse(d_kept_out_vec, Duplicated, Duplicated, Const)]
fn kept_out_vec(x: &f64, y: &mut f64) -> Vec<f64> {
    *y = x * x;
    vec![x * x * x]
}

#[autodiff_reverse(d_kept_out_flag, Duplicated, Duplicated, Const)]
fn kept_out_flag(x: &f64, y: &mut f64) -> bool {
    *y = x * x;
    *x > 1.0
}

#[test]
fn a_constant_result_is_returned_and_not_differentiated() {
    let (mut dx, mut y, mut dy) = (0.0, 0.0, 1.0);
    assert_eq!(d_kept_out(&3.0, &mut dx, &mut y, &mut dy), 27.0);
    assert_eq!((dx, y, dy), (6.0, 9.0, 0.0));
    dy = 1.0;
    assert_eq!(d_kept_out_vec(&3.0, &mut dx, &mut y, &mut dy), [27.0]);
    assert_eq!((dx, y, dy), (12.0, 9.0, 0.0));
    dy = 1.0;
    assert!(d_kept_out_flag(&3.0, &mut dx, &mut y, &mut dy));
    assert_eq!((dx, y, dy), (18.0, 9.0, 0.0));
}

#[autodiff_reverse(d_scratch, Duplicated, Const, Active)]
fn scratch(x: &[f64; 2], buffer: &mut [f64]) -> f64 {
    buffer[0] = x[0] * x[1];
    buffer[0] * x[0]
}

#[test]
fn a_constant_buffer_carries_what_passes_through_it() {
    let (mut dx, mut buffer) = ([0.0; 2], [7.0; 3]);
    assert_eq!(d_scratch(&[2.0, 5.0], &mut dx, &mut buffer, 1.0), 20.0);
    assert_eq!(buffer, [10.0, 7.0, 7.0]);
    let expected = gradient(|x| scratch(x, &mut [0.0; 3]), &[2.0, 5.0]);
    assert_close(&dx, &expected);
}

#[autodiff_reverse(d_logged, Duplicated, Const, Active)]
#[autodiff_reverse(d_logged_twice, 2, Duplicated, Const, Active)]
#[autodiff_forward(logged_along, Dual, Const, DualOnly)]
fn logged(x: &f64, log: &mut Vec<f64>) -> f64 {
    log.push(x * x);
    log[log.len() - 1] * x
}

#[test]
fn a_constant_buffer_may_grow() {
    let (mut dx, mut log) = (0.0, vec![7.0]);
    assert_eq!(d_logged(&2.0, &mut dx, &mut log, 1.0), 8.0);
    assert_eq!((dx, &log[..]), (12.0, &[7.0, 4.0][..]));
    let (mut first, mut second) = (0.0, 1.0);
    assert_eq!(d_logged_twice(&2.0, &mut first, &mut second, &mut log, 1.0), 8.0);
    assert_eq!((first, second, &log[..]), (12.0, 13.0, &[7.0, 4.0, 4.0][..]));
    assert_eq!(logged_along(&2.0, &1.0, &mut log), 12.0);
    assert_eq!(logged(&2.0, &mut log), 8.0);
}

#[autodiff_reverse(d_only, DuplicatedOnly, Active)]
fn only(x: &f64) -> f64 {
    x.sqrt()
}

#[test]
#[allow(unsafe_code, reason = "what std declares unsafe is unsafe to call")]
fn duplicated_only_is_called_as_std_has_it() {
    let mut dx = 0.0;
    // SAFETY: std asks that `x` is not read afterwards; here that makes no difference.
    assert_eq!(unsafe { d_only(&4.0, &mut dx, 1.0) }, 2.0);
    assert_eq!(dx, 0.25);
}

type Pair = (f64, f64);

#[autodiff_reverse(d_alias, Duplicated, Active, Active)]
fn alias(x: &Pair, y: Pair) -> f64 {
    x.0 * x.1 * y.0 + y.1
}

#[autodiff_reverse(d_partly_constant, Duplicated, Duplicated)]
fn partly_constant(x: &(f64, usize, f64), out: &mut (f64, bool)) {
    *out = (x.0.powi(3) * x.2 * out.0, x.1 > 1);
}

#[test]
fn shadows_have_the_types_of_their_parameters() {
    let mut dx: Pair = (1.0, 0.0);
    let (value, dy): (f64, Pair) = d_alias(&(2.0, 3.0), &mut dx, (4.0, 5.0), 1.0);
    assert_eq!((value, dx, dy), (29.0, (13.0, 8.0), (6.0, 1.0)));

    let mut dx = (0.0, 9, 0.0);
    let (mut out, mut dout) = ((2.0, false), (1.0, false));
    partly_constant(&(2.0, 3, 0.5), &mut (1.0, true));
    d_partly_constant(&(2.0, 3, 0.5), &mut dx, &mut out, &mut dout);
    assert_eq!(out, (8.0, true));
    // 3x² * 0.5 * 2 and x³ * 2; what is constant stays as it was.
    assert_eq!(dx, (12.0, 9, 16.0));
    assert_eq!(dout, (4.0, false));
}

#[autodiff_reverse(d_iterated, Active, Const, Active)]
fn iterated(x: f64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint(every = 4)]
    for _ in 0..n {
        y = y.sin() * 1.5;
    }
    y
}

#[test]
fn loops_may_be_checkpointed() {
    let (mut y, mut slope) = (0.5_f64, 1.0);
    for _ in 0..10 {
        slope *= y.cos() * 1.5;
        y = y.sin() * 1.5;
    }
    let (value, gradient) = d_iterated(0.5, 10, 1.0);
    assert_eq!((value, iterated(0.5, 10)), (y, y));
    assert_close(&[gradient], &[slope]);
}
