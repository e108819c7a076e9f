//! Reports on JAX: what is not chosen, and loops that end by themselves.

use autodiff::differentiate;

use crate::harness::check;

// jax-ml/jax 347: a norm that is chosen by `where` over its rows had NaN in the row that is not chosen.
#[differentiate]
fn long_rows(x: &[[f64; 2]]) -> f64 {
    let mut total = 0.0;
    for row in x {
        let norm = (row[0] * row[0] + row[1] * row[1]).sqrt();
        total += if norm > 0.5 { norm } else { 0.0 };
    }
    total
}

// The same, where the norm is computed once more.
#[differentiate]
fn long_rows_twice(x: &[[f64; 2]]) -> f64 {
    let mut total = 0.0;
    for row in x {
        let squares: f64 = row.iter().map(|v| v * v).sum();
        if squares.sqrt() > 0.5 {
            total += squares.sqrt();
        }
    }
    total
}

#[test]
fn a_norm_that_is_not_chosen_has_no_part() {
    let x = [[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]];
    let root = 5.0_f64.sqrt();
    let want = [[1.0 / root, 2.0 / root], [0.6, 0.8], [0.0, 0.0]];
    for got in [long_rows::grad(&x), long_rows_twice::grad(&x)] {
        for (got, want) in got.iter().flatten().zip(want.iter().flatten()) {
            assert!((got - want).abs() < 1e-15, "got {got}, expected {want}");
        }
    }
    check!(long_rows(&x); x in [vec![[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]]]);
    check!(long_rows_twice(&x); x in [vec![[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]]]);
}

// jax-ml/jax 1052: the same with `arctan2(a, a)`, masked where `a` is zero.
#[differentiate(wrt(a))]
fn masked_angles(a: &[f64; 3], mask: &[f64; 3]) -> f64 {
    let mut total = 0.0;
    for i in 0..3 {
        total += if mask[i] > 0.5 { 0.0 } else { a[i].atan2(a[i]) };
    }
    total
}

#[test]
fn an_angle_that_is_masked_has_no_part() {
    let mask = [0.0, 1.0, 0.0];
    assert_eq!(masked_angles::grad(&[3.0, 0.0, -5.0], &mask), [0.0; 3]);
    check!(masked_angles(&a, &[0.0, 1.0, 0.0]); a in [[3.0, 0.0, -5.0]]);
}

// jax-ml/jax 3058: the gradient of the energy of springs was NaN, for the norm of a difference that is zero.
#[differentiate(wrt(positions))]
fn springs(positions: &[[f64; 3]], rest: f64) -> f64 {
    let mut energy = 0.0;
    for a in positions {
        for b in positions {
            let mut squares = 0.0;
            for k in 0..3 {
                squares += (a[k] - b[k]) * (a[k] - b[k]);
            }
            if squares > 0.0 {
                energy += 0.5 * (squares.sqrt() - rest).powi(2);
            }
        }
    }
    energy
}

#[test]
fn no_spring_from_a_point_to_itself() {
    let positions = vec![[0.0, 0.0, 0.0], [1.0, 0.5, -0.5], [0.0, 2.0, 1.0]];
    let mut want = [[0.0; 3]; 3];
    for (i, a) in positions.iter().enumerate() {
        for b in &positions {
            let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
            let length = d.iter().map(|d| d * d).sum::<f64>().sqrt();
            if length > 0.0 {
                // Each spring is counted from both its ends.
                for k in 0..3 {
                    want[i][k] += 2.0 * (length - 1.0) * d[k] / length;
                }
            }
        }
    }
    let got = springs::grad(&positions, 1.0);
    for (got, want) in got.iter().flatten().zip(want.iter().flatten()) {
        assert!((got - want).abs() < 1e-14, "got {got}, expected {want}");
    }
    check!(springs(&x, 1.0); x in [positions.clone()]);
}

// jax-ml/jax 8239: a loop with a bound, that ends where it likes, in halves that call each other, took
// unbounded time to differentiate.
#[differentiate(wrt(x))]
fn halved(x: f64, limit: f64, steps: usize) -> f64 {
    if steps == 0 || x > limit {
        return x;
    }
    if steps == 1 {
        return x * 1.5 + 0.25;
    }
    halved(halved(x, limit, steps / 2), limit, steps - steps / 2)
}

#[differentiate(wrt(x))]
fn bounded(x: f64, limit: f64, steps: usize) -> f64 {
    let mut x = x;
    let mut done = 0;
    while x <= limit && done < steps {
        x = x * 1.5 + 0.25;
        done += 1;
    }
    x
}

#[test]
fn a_loop_with_a_bound_that_ends_before_it() {
    for (x, steps, taken) in [(1.0, 64, 6), (20.0, 64, 0), (1.0, 4, 4)] {
        let want = 1.5_f64.powi(taken);
        for got in [halved::grad(x, 15.0, steps), bounded::grad(x, 15.0, steps)] {
            assert!((got - want).abs() < 1e-12, "at {x}: got {got}, expected {want}");
        }
    }
    check!(halved(x, 15.0, 64); x in [1.0, 20.0]);
    check!(bounded(x, 15.0, 64); x in [1.0, 20.0]);
}

// jax-ml/jax 9296: the gradient of products over segments was wrong.
#[differentiate(wrt(x))]
fn segment_products(x: &[f64], segments: &[usize], weights: &[f64; 2]) -> f64 {
    let mut products = [1.0; 2];
    for i in 0..x.len() {
        products[segments[i]] *= x[i];
    }
    products[0] * weights[0] + products[1] * weights[1]
}

#[test]
fn products_over_segments_with_a_zero() {
    let (segments, weights) = ([0, 1, 0, 1, 0], [2.0, -3.0]);
    let got = segment_products::grad(&[1.5, 2.0, 0.0, 4.0, -0.5], &segments, &weights);
    assert_eq!(got, [0.0, -12.0, -1.5, -6.0, 0.0]);
    check!(segment_products(&x, &[0, 1, 0, 1, 0], &[2.0, -3.0]); x in [
        vec![1.5, 2.0, 0.0, 4.0, -0.5], vec![1.5, 2.0, 3.0, 4.0, -0.5]
    ]);
}

// jax-ml/jax 654: forward and reverse mode differed for energies of pairs whose diagonal is masked.
#[differentiate]
fn charges_in_pairs(places: &[[f64; 3]], charges: &[f64]) -> f64 {
    let mut energy = 0.0;
    for i in 0..places.len() {
        for j in 0..places.len() {
            if i != j {
                let d = ((places[i][0] - places[j][0]).powi(2)
                    + (places[i][1] - places[j][1]).powi(2)
                    + (places[i][2] - places[j][2]).powi(2))
                .sqrt();
                energy += charges[i] * charges[j] / d;
            }
        }
    }
    energy
}

#[test]
fn energies_of_pairs_without_the_diagonal() {
    check!(charges_in_pairs(&x, &q); (x, q) in [(
        vec![[0.1, 0.0, 0.2], [1.1, -0.2, 1.3], [2.4, 1.2, -0.2], [-0.7, 1.7, 0.1]],
        vec![1.3, 0.3, 0.3, -0.4],
    )]);
}
