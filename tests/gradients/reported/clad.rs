//! Reports on clad, mostly on loops.

use autodiff::differentiate;

use crate::harness::check;

// vgvassilev/clad 710: `continue` at the end of a loop made the gradient 20.
#[differentiate]
fn ends_in_continue(u: f64, v: f64) -> f64 {
    let _ = v;
    let mut result = 11.0 * u;
    for i in 0..3 {
        result += u * f64::from(i);
        continue;
    }
    result
}

// vgvassilev/clad 851 and 833: the counter was stepped back for a `break` too, so that the gradient was 0.
#[differentiate]
fn breaks_early(u: f64, v: f64) -> f64 {
    let _ = v;
    let mut result = 0.0;
    for i in 1..3 {
        result += f64::from(i) * u;
        if i == 1 {
            break;
        }
    }
    result
}

// vgvassilev/clad 832: `continue` in one branch and work behind both.
#[differentiate]
fn continues_in_one_branch(u: f64) -> f64 {
    let mut result = 11.0 * u;
    for i in 0..3 {
        if i == 2 {
            result += u * f64::from(i);
            continue;
        } else {
            result -= u * f64::from(i);
        }
        result += u;
    }
    result
}

// vgvassilev/clad 1019: `break` in a loop over an array, behind a condition that is never true.
#[differentiate]
fn breaks_out_of_an_array(x: f64) -> f64 {
    let a = [x];
    for _i in a {
        if false {
            break;
        }
    }
    0.0
}

#[differentiate]
fn sums_an_array_until(x: f64, limit: f64) -> f64 {
    let a = [x, x * x, x * x * x];
    let mut sum = 0.0;
    for i in a {
        if i < 0.0 {
            continue;
        }
        sum += i * limit;
        if sum > limit {
            break;
        }
    }
    sum
}

// vgvassilev/clad 746 and 818: what a loop's condition assigns had derivative 0. Here the body does it.
#[differentiate]
fn assigned_beside_the_condition(i: f64, j: f64) -> f64 {
    let mut result = 0.0;
    let mut c = 0;
    loop {
        result += i * j;
        if result == 0.0 || c == 2 {
            break;
        }
        c += 1;
    }
    result
}

// vgvassilev/clad 277: the adjoint of what a loop declares was not reset, so that the gradient was 6.
#[differentiate]
fn declared_in_the_loop(i: f64) -> f64 {
    let mut a = 0.0;
    for _ in 0..3 {
        let local = i;
        a += local;
    }
    a
}

// vgvassilev/clad 265: a parameter that is not differentiated, and overwritten by one that is.
#[differentiate(wrt(i))]
fn overwrites_a_constant(i: f64, mut j: f64) -> f64 {
    j = i;
    j
}

// vgvassilev/clad 440: a reference that is declared in a loop gave the last element alone.
#[differentiate]
fn through_a_reference_of_the_loop(i: f64) -> f64 {
    let mut array = [0.0; 5];
    for index in 0..5 {
        let element = &mut array[index];
        *element = i;
    }
    array[0] + array[1] + array[2] + array[3] + array[4]
}

#[differentiate]
fn modify(element: &mut f64, value: f64) {
    *element = value;
}

// vgvassilev/clad 441: an element handed to a function in a loop gave the last element alone.
#[differentiate]
fn modified_by_a_function(i: f64) -> f64 {
    let mut array = [0.0; 5];
    for index in 0..5 {
        modify(&mut array[index], i);
    }
    array[0] + array[1] + array[2] + array[3] + array[4]
}

// vgvassilev/clad 464: what is changed in place and used at once kept the gradient 1.
#[differentiate]
fn scaled_and_summed(array: Vec<f64>) -> f64 {
    let mut array = array;
    let mut result = 0.0;
    for i in 0..array.len() {
        array[i] *= 5.0;
        result += array[i];
    }
    result
}

// vgvassilev/clad 474: a parameter that a loop begins with took no part in the gradient.
#[differentiate]
fn integral(lower: f64, upper: f64) -> f64 {
    let mut sum = 0.0;
    let width = (upper - lower) / 100.0;
    let mut x = lower;
    let mut points = 0;
    while points < 100 {
        sum += (x + width / 2.0).powi(2) * width;
        x += width;
        points += 1;
    }
    sum
}

// vgvassilev/clad 1865: a divisor written in place, in a sum over a loop, was taken from the last iteration.
#[differentiate]
fn inline_divisor(p: &[f64]) -> f64 {
    let a = p[0];
    let mut sum = 0.0;
    for i in 0..2 {
        let x = f64::from(i) + 1.0;
        sum += 1.0 / (x + a * a);
    }
    sum
}

#[test]
fn gradients_of_closed_form() {
    assert_eq!(ends_in_continue::grad(3.0, 5.0), (14.0, 0.0));
    assert_eq!(breaks_early::grad(3.0, 5.0), (1.0, 0.0));
    assert_eq!(continues_in_one_branch::grad(3.0), 14.0);
    assert_eq!(breaks_out_of_an_array::grad(3.0), 0.0);
    assert_eq!(assigned_beside_the_condition::grad(3.0, 5.0), (15.0, 9.0));
    assert_eq!(declared_in_the_loop::grad(3.0), 3.0);
    assert_eq!(overwrites_a_constant::grad(3.0, 5.0), 1.0);
    assert_eq!(through_a_reference_of_the_loop::grad(3.0), 5.0);
    assert_eq!(modified_by_a_function::grad(3.0), 5.0);
    assert_eq!(scaled_and_summed::grad(vec![1.0, 2.0, 3.0]), [5.0; 3]);
    let a: f64 = 0.7;
    let slope: f64 = [1.0, 2.0].iter().map(|x| -2.0 * a / (x + a * a).powi(2)).sum();
    assert!((inline_divisor::grad(&[a])[0] - slope).abs() < 1e-14);
    // The midpoint rule is off by width² / 12 times what the slope changes over the interval.
    let (lower, upper) = integral::grad(1.0, 2.0);
    assert!((lower + 1.0).abs() < 1e-4 && (upper - 4.0).abs() < 1e-4, "{lower}, {upper}");
}

#[test]
fn loops_against_differences() {
    check!(ends_in_continue(u, v); (u, v) in [(3.0, 5.0)]);
    check!(breaks_early(u, v); (u, v) in [(3.0, 5.0)]);
    check!(continues_in_one_branch(u); u in [3.0]);
    check!(breaks_out_of_an_array(x); x in [3.0]);
    check!(sums_an_array_until(x, limit); (x, limit) in [(0.5, 3.0), (0.5, 0.1), (-0.5, 1.0), (2.0, 1.5)]);
    check!(assigned_beside_the_condition(i, j); (i, j) in [(3.0, 5.0)]);
    check!(declared_in_the_loop(i); i in [3.0]);
    check!(overwrites_a_constant(i, 5.0); i in [3.0]);
    check!(through_a_reference_of_the_loop(i); i in [3.0]);
    check!(modified_by_a_function(i); i in [3.0]);
    check!(scaled_and_summed(a.clone()); a in [vec![1.0, 2.0, 3.0]]);
    check!(integral(a, b); (a, b) in [(1.0, 2.0), (-0.5, 0.75)]);
    check!(inline_divisor(&p); p in [vec![0.7], vec![-1.3]]);
}
