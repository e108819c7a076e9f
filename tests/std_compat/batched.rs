//! Several directions in one call.

use autodiff::std_compat::{autodiff_forward, autodiff_reverse};

#[autodiff_forward(d_square3, Dual, DualOnly)]
#[autodiff_forward(d_square2, 4, Dual, DualOnly)]
#[autodiff_forward(d_square1, 4, Dual, Dual)]
fn square(x: &f32) -> f32 {
    x * x
}

#[test]
fn tangents_are_returned_as_one_array() {
    let x = 3.0;
    let (d1, d2, d3, d4) = (1.0, 2.0, 3.0, 0.0);
    assert_eq!(d_square1(&x, &d1, &d2, &d3, &d4), [9.0, 6.0, 12.0, 18.0, 0.0]);
    assert_eq!(d_square2(&x, &d1, &d2, &d3, &d4), [6.0, 12.0, 18.0, 0.0]);
    assert_eq!(d_square3(&x, &d2), 12.0);
    assert_eq!(square(&x), 9.0);
}

#[autodiff_forward(d_mixed, 2, Dual, Const, Dual, Dual)]
fn mixed(x: f64, n: u32, y: &[f64]) -> f64 {
    f64::from(n) * (x * x * y[0] + y[1])
}

#[test]
fn the_tangents_of_a_parameter_stand_together() {
    let tangents = d_mixed(2.0, 1.0, 0.5, 1, &[3.0, 4.0], &[0.0, 0.0], &[1.0, 1.0]);
    assert_eq!(tangents, [16.0, 12.0, 11.0]);
    assert_eq!(mixed(2.0, 1, &[3.0, 4.0]), 16.0);
}

const MATRIX: [[f32; 4]; 5] = [
    [4.3, 1.2, 3.4, 2.1],
    [2.3, 4.5, 1.7, 6.4],
    [1.1, 3.3, 2.5, 4.7],
    [5.2, 1.4, 2.6, 3.8],
    [1.0, 2.0, 3.0, 4.0],
];

#[autodiff_forward(scalar, Dual, Dual)]
#[autodiff_forward(in_one, 4, Dualv, Dualv)]
#[autodiff_forward(side_by_side, 4, Dual, Dual)]
fn multiply(x: &[f32], y: &mut [f32]) {
    for (row, y) in MATRIX.iter().zip(y.iter_mut()) {
        *y = 0.0;
        for (a, x) in row.iter().zip(x) {
            *y += a * x;
        }
    }
}

#[test]
fn a_jacobian_in_one_call() {
    let x = [0.0, 1.0, 2.0, 3.0];
    let mut unit = [[0.0_f32; 4]; 4];
    for (i, row) in unit.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    let (mut y, mut primal) = ([9.0; 5], [0.0; 5]);
    multiply(&x, &mut primal);

    let mut dy = [[0.0; 5]; 4];
    for (dx, dy) in unit.iter().zip(&mut dy) {
        scalar(&x, dx, &mut y, dy);
        assert_eq!(y, primal);
    }
    for (j, dy) in dy.iter().enumerate() {
        assert_eq!(*dy, MATRIX.map(|row| row[j]));
    }

    let mut flat = [0.0; 20];
    let mut y = [9.0; 5];
    in_one(&x, unit.as_flattened(), &mut y, &mut flat);
    assert_eq!((y, &flat[..]), (primal, dy.as_flattened()));

    let [mut a, mut b, mut c, mut d] = [[0.0; 5]; 4];
    let mut y = [9.0; 5];
    side_by_side(
        &x, &unit[0], &unit[1], &unit[2], &unit[3], &mut y, &mut a, &mut b, &mut c, &mut d,
    );
    assert_eq!((y, [a, b, c, d]), (primal, dy));
}

#[test]
#[should_panic(expected = "the shadow of `x` has length 4, but 16 is needed")]
fn a_batch_has_room_for_all_directions() {
    in_one(&[0.0; 4], &[0.0; 4], &mut [0.0; 5], &mut [0.0; 20]);
}

#[autodiff_forward(d_grows, 2, Dual, Dual)]
fn grows(x: f64, y: &mut f64) {
    *y += x * *y;
}

#[test]
fn what_changes_in_place_changes_once() {
    let (mut y, mut dy1, mut dy2) = (3.0, 1.0, 0.0);
    d_grows(2.0, 0.0, 1.0, &mut y, &mut dy1, &mut dy2);
    assert_eq!((y, dy1, dy2), (9.0, 3.0, 3.0));
    grows(2.0, &mut y);
    assert_eq!(y, 27.0);
}

#[autodiff_reverse(d_accumulated, 2, Duplicated, Duplicated)]
fn accumulated(x: &f64, y: &mut f64) {
    *y += x * x;
}

#[autodiff_reverse(d_returned, 2, Duplicated, Active)]
fn returned(x: &[f64]) -> Vec<f64> {
    vec![x[0] * x[1]]
}

#[test]
fn several_seeds_in_reverse() {
    let (mut dx1, mut dx2) = (0.0, 0.0);
    let (mut y, mut dy1, mut dy2) = (1.0, 1.0, 2.0);
    d_accumulated(&3.0, &mut dx1, &mut dx2, &mut y, &mut dy1, &mut dy2);
    assert_eq!((dx1, dx2, y, dy1, dy2), (6.0, 12.0, 10.0, 1.0, 2.0));

    // One seed for all shadows, as there is one result.
    let (mut dx1, mut dx2) = ([0.0; 2], [1.0; 2]);
    assert_eq!(d_returned(&[2.0, 3.0], &mut dx1, &mut dx2, vec![10.0]), [6.0]);
    assert_eq!((dx1, dx2), ([30.0, 20.0], [31.0, 21.0]));
    accumulated(&1.0, &mut y);
    assert_eq!((y, returned(&[2.0, 3.0])), (11.0, vec![6.0]));
}
