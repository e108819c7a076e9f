//! `grad_into` and `vjp_into`: what is in a shadow stays, and the gradient is added to it.
//!
//! The numbers are small integers, so that every sum below is exact.

#![allow(clippy::needless_range_loop, clippy::ptr_arg, reason = "such code is what is tested")]

use autodiff::differentiate;

#[differentiate]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate]
fn cube(x: f64) -> f64 {
    x * x * x
}

#[differentiate(wrt(x))]
fn scaled(x: f64, factor: f64, count: usize) -> f64 {
    factor * x * count as f64
}

#[differentiate]
fn sum_of_squares(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for v in x {
        total += v * v;
    }
    total
}

#[differentiate]
fn dot(x: &[f64], y: &Vec<f64>) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        total += x[i] * y[i];
    }
    total
}

#[differentiate]
fn owned_dot(x: Vec<f64>, y: [f64; 2], scale: f64) -> f64 {
    scale * (x[0] * y[0] + x[1] * y[1])
}

#[differentiate]
fn trace_of_square(a: &[[f64; 2]; 2]) -> f64 {
    a[0][0] * a[0][0] + 2.0 * a[0][1] * a[1][0] + a[1][1] * a[1][1]
}

#[differentiate]
fn point_products(points: &[[f64; 2]]) -> f64 {
    let mut total = 0.0;
    for point in points {
        total += point[0] * point[1];
    }
    total
}

#[differentiate]
fn row_ends(rows: &[Vec<f64>]) -> f64 {
    let mut total = 0.0;
    for row in rows {
        total += row[0] * row[row.len() - 1];
    }
    total
}

#[differentiate]
fn pair_product(pair: (f64, f64), weight: f64) -> f64 {
    weight * pair.0 * pair.1
}

#[differentiate]
fn energy_f32(x: &[f32], scale: f32) -> f32 {
    let mut total = 0.0;
    for v in x {
        total += scale * v * v;
    }
    total
}

#[differentiate]
fn swapped_products(x: [f64; 2], t: f64) -> [f64; 2] {
    [x[1] * t, x[0] * t * t]
}

#[differentiate]
fn scaled_all(x: &[f64], t: f64) -> Vec<f64> {
    x.iter().map(|v| v * t).collect()
}

#[differentiate]
fn sum_and_squares(x: &[f64]) -> (f64, [f64; 2]) {
    (x[0] + x[1], [x[0] * x[0], x[1] * x[1]])
}

#[differentiate]
fn cumulate(p: &mut [f64], factor: f64) -> f64 {
    for i in 1..p.len() {
        p[i] += factor * p[i - 1];
    }
    p[0] * p[1]
}

#[differentiate]
fn replace(target: &mut f64, value: f64) {
    *target = value * value;
}

#[differentiate]
fn multiply_rows(a: &mut [[f64; 2]; 2], factors: &[f64; 2]) {
    for i in 0..2 {
        for j in 0..2 {
            a[i][j] *= factors[i];
        }
    }
}

#[test]
fn scalars_are_added_to() {
    let (mut x_bar, mut y_bar) = (10.0, 20.0);
    let value = product::grad_into(3.0, 5.0, (&mut x_bar, &mut y_bar));
    assert_eq!((value, x_bar, y_bar), (15.0, 15.0, 23.0));
    let value = product::grad_into(3.0, 5.0, (&mut x_bar, &mut y_bar));
    assert_eq!((value, x_bar, y_bar), (15.0, 20.0, 26.0));
    let value = product::vjp_into(3.0, 5.0, -2.0, (&mut x_bar, &mut y_bar));
    assert_eq!((value, x_bar, y_bar), (15.0, 10.0, 20.0));

    let mut x_bar = 1.0;
    assert_eq!(cube::grad_into(2.0, &mut x_bar), 8.0);
    assert_eq!(x_bar, 13.0);
    assert_eq!(cube::vjp_into(2.0, 0.5, &mut x_bar), 8.0);
    assert_eq!(x_bar, 19.0);

    let mut x_bar = 1.0;
    assert_eq!(scaled::grad_into(2.0, 3.0, 4, &mut x_bar), 24.0);
    assert_eq!(x_bar, 13.0);
}

#[test]
fn slices_are_added_to() {
    let x = [1.0, 2.0, 3.0];
    let mut x_bar = vec![100.0, 200.0, 300.0];
    assert_eq!(sum_of_squares::grad_into(&x, &mut x_bar), 14.0);
    assert_eq!(x_bar, [102.0, 204.0, 306.0]);
    assert_eq!(sum_of_squares::vjp_into(&x, 10.0, &mut x_bar), 14.0);
    assert_eq!(x_bar, [122.0, 244.0, 366.0]);

    // A part of a larger shadow: its surroundings stay as they are.
    let mut whole = [1.0; 6];
    sum_of_squares::grad_into(&x[..2], &mut whole[2..4]);
    assert_eq!(whole, [1.0, 1.0, 3.0, 5.0, 1.0, 1.0]);

    // Neither a value nor a shadow where the slice is empty.
    assert_eq!(sum_of_squares::grad_into(&[], &mut []), 0.0);

    let y = vec![4.0, 5.0, 6.0];
    let mut x_bar = [1.0; 3];
    let mut y_bar = vec![-1.0; 3];
    let value = dot::grad_into(&x, &y, (&mut x_bar[..], &mut y_bar[..]));
    assert_eq!(value, 32.0);
    assert_eq!(x_bar, [5.0, 6.0, 7.0]);
    assert_eq!(y_bar, [0.0, 1.0, 2.0]);

    let mut x_bar = vec![1.0; 2];
    let mut y_bar = [2.0; 2];
    let mut scale_bar = 3.0;
    let value = owned_dot::grad_into(
        vec![1.0, 2.0],
        [3.0, 4.0],
        2.0,
        (&mut x_bar[..], &mut y_bar, &mut scale_bar),
    );
    assert_eq!(value, 22.0);
    assert_eq!((x_bar, y_bar, scale_bar), (vec![7.0, 9.0], [4.0, 6.0], 14.0));

    let mut x_bar = vec![0.5f32; 2];
    let mut scale_bar = 1.0f32;
    let value = energy_f32::grad_into(&[1.0, 2.0], 3.0, (&mut x_bar[..], &mut scale_bar));
    assert_eq!(value, 15.0);
    assert_eq!((x_bar, scale_bar), (vec![6.5, 12.5], 6.0));
}

#[test]
fn nested_shadows_are_added_to() {
    let a = [[1.0, 2.0], [3.0, 4.0]];
    let mut a_bar = [[1.0; 2]; 2];
    assert_eq!(trace_of_square::grad_into(&a, &mut a_bar), 29.0);
    assert_eq!(a_bar, [[3.0, 7.0], [5.0, 9.0]]);

    let points = [[1.0, 2.0], [3.0, 4.0]];
    let mut points_bar = vec![[10.0, 20.0]; 2];
    assert_eq!(point_products::grad_into(&points, &mut points_bar), 14.0);
    assert_eq!(points_bar, [[12.0, 21.0], [14.0, 23.0]]);

    let rows = vec![vec![2.0, 3.0, 4.0], vec![5.0, 6.0]];
    let mut rows_bar = vec![vec![1.0; 3], vec![1.0; 2]];
    assert_eq!(row_ends::grad_into(&rows, &mut rows_bar), 38.0);
    assert_eq!(rows_bar, [vec![5.0, 1.0, 3.0], vec![7.0, 6.0]]);

    let mut pair_bar = (1.0, 2.0);
    let mut weight_bar = 3.0;
    let value = pair_product::grad_into((4.0, 5.0), 2.0, (&mut pair_bar, &mut weight_bar));
    assert_eq!(value, 40.0);
    assert_eq!((pair_bar, weight_bar), ((11.0, 10.0), 23.0));
}

#[test]
fn seeds_have_the_shape_of_the_result() {
    let mut x_bar = [1.0, 1.0];
    let mut t_bar = 1.0;
    let value = swapped_products::vjp_into([2.0, 3.0], 5.0, [1.0, 10.0], (&mut x_bar, &mut t_bar));
    assert_eq!(value, [15.0, 50.0]);
    assert_eq!((x_bar, t_bar), ([251.0, 6.0], 1.0 + 3.0 + 10.0 * 2.0 * 2.0 * 5.0));

    let x = [2.0, 3.0];
    let mut x_bar = vec![1.0; 2];
    let mut t_bar = 1.0;
    let seed = vec![1.0, -1.0];
    let value = scaled_all::vjp_into(&x, 4.0, seed, (&mut x_bar[..], &mut t_bar));
    assert_eq!(value, [8.0, 12.0]);
    assert_eq!((x_bar, t_bar), (vec![5.0, -3.0], 0.0));

    let mut x_bar = vec![1.0; 2];
    let value = sum_and_squares::vjp_into(&x, (1.0, [2.0, 3.0]), &mut x_bar);
    assert_eq!(value, (5.0, [4.0, 9.0]));
    assert_eq!(x_bar, [1.0 + 1.0 + 8.0, 1.0 + 1.0 + 18.0]);
}

/// The shadow of what is changed in place turns from the adjoint on return into the adjoint
/// on entry; the shadows beside it are still added to.
#[test]
fn in_place_shadows_are_transformed() {
    // p = [2, 5] becomes [2, 5 + 3 * 2]; the result is p0 * p1.
    let mut p = [2.0, 5.0];
    let mut p_bar = vec![100.0, 10.0];
    let mut factor_bar = 1.0;
    let value = cumulate::vjp_into(&mut p, 3.0, 1.0, (&mut p_bar[..], &mut factor_bar));
    assert_eq!((p, value), ([2.0, 11.0], 22.0));
    // On return: p0_bar = 100 + 11, p1_bar = 10 + 2; the update sends 3 * p1_bar to p0.
    assert_eq!(p_bar, [111.0 + 36.0, 12.0]);
    assert_eq!(factor_bar, 1.0 + 2.0 * 12.0);

    let mut target = 7.0;
    let (mut target_bar, mut value_bar) = (5.0, 1.0);
    replace::vjp_into(&mut target, 3.0, (), (&mut target_bar, &mut value_bar));
    assert_eq!(target, 9.0);
    assert_eq!((target_bar, value_bar), (0.0, 1.0 + 5.0 * 6.0));

    let mut a = [[1.0, 2.0], [3.0, 4.0]];
    let mut a_bar = [[1.0, 1.0], [2.0, 1.0]];
    let mut factors_bar = [10.0, 20.0];
    multiply_rows::vjp_into(&mut a, &[2.0, -1.0], (), (&mut a_bar, &mut factors_bar));
    assert_eq!(a, [[2.0, 4.0], [-3.0, -4.0]]);
    assert_eq!(a_bar, [[2.0, 2.0], [-2.0, -1.0]]);
    assert_eq!(factors_bar, [13.0, 30.0]);
}
