//! Reports on Swift's differentiation.

use autodiff::differentiate;

use crate::harness::check;

// swiftlang/swift 79052: a tuple of a number and an integer that is chosen by a condition was refused.
#[differentiate]
fn chosen_tuple(x: f64, condition: bool) -> f64 {
    let tuple = (x, 1);
    let result = if condition { tuple } else { tuple };
    result.0
}

#[differentiate]
fn chosen_of_two_tuples(x: f64, condition: bool) -> f64 {
    let result = if condition { (x * x, 1) } else { (3.0 * x, 2) };
    result.0 * f64::from(result.1)
}

// swiftlang/swift 27796: a loop whose result does not begin with an active value gave 3 for 6.
#[differentiate]
fn product_from_a_constant(x: f64) -> f64 {
    let mut result = 1.0;
    for _ in 0..2 {
        result = result * x;
    }
    result
}

#[differentiate]
fn product_while(x: f64) -> f64 {
    let mut result = 1.0;
    let mut i = 0;
    while i < 2 {
        result = result * x;
        i += 1;
    }
    result
}

// swiftlang/swift 78264: the adjoint of an active value in a loop that tests at its end was wrong.
#[differentiate]
fn repeat_while(x: f64) -> f64 {
    let mut result = 1.0;
    let mut i = 0;
    loop {
        result = result * x;
        i += 1;
        if i >= 2 {
            break;
        }
    }
    result
}

// swiftlang/swift 25558: a loop in a loop.
#[differentiate]
fn nested(x: f64, count: usize) -> f64 {
    let mut outer = x;
    for _ in 1..count {
        outer = outer * x;
        let mut inner = outer;
        let mut i = 1;
        while i < count {
            inner = inner + x;
            i += 1;
        }
        outer = inner;
    }
    outer
}

// tensorflow/swift-apis 394: a sum of products with the elements of a field had a gradient in its last
// element alone.
#[derive(autodiff::Differentiable, Clone)]
struct Layer {
    parameters: Vec<f64>,
}

impl Layer {
    #[differentiate(wrt(self))]
    fn call(&self, input: &[f64]) -> f64 {
        let mut result = 0.0;
        for i in 0..10 {
            result = result + input[i] * self.parameters[i];
        }
        result
    }
}

// swiftlang/swift 58070: the parameters of a function that changes its argument came out swizzled.
#[differentiate]
fn add_three(x: &mut f64, y: f64, z: f64, w: f64) {
    *x = *x + 2.0 * y + 3.0 * z + 4.0 * w;
}

#[differentiate]
fn added_in_place(x: f64, y: f64, z: f64, w: f64) -> f64 {
    let mut x = x;
    add_three(&mut x, y, z, w);
    x
}

#[test]
fn gradients_of_closed_form() {
    for condition in [true, false] {
        assert_eq!(chosen_tuple::value_and_grad(3.0, condition), (3.0, 1.0));
    }
    assert_eq!(chosen_of_two_tuples::grad(3.0, true), 6.0);
    assert_eq!(chosen_of_two_tuples::grad(3.0, false), 6.0);
    assert_eq!(product_from_a_constant::value_and_grad(3.0), (9.0, 6.0));
    assert_eq!(product_while::value_and_grad(3.0), (9.0, 6.0));
    assert_eq!(repeat_while::value_and_grad(3.0), (9.0, 6.0));
    assert_eq!(nested::value_and_grad(2.0, 3), (20.0, 22.0));
    assert_eq!(nested::value_and_grad(4.0, 3), (104.0, 66.0));
    let layer = Layer { parameters: vec![1.0; 10] };
    assert_eq!(layer.call_grad(&[2.0; 10]).parameters, [2.0; 10]);
    assert_eq!(added_in_place::grad(10.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0));
}

#[test]
fn programs_against_differences() {
    check!(chosen_tuple(x, true); x in [3.0]);
    check!(chosen_of_two_tuples(x, false); x in [3.0]);
    check!(product_from_a_constant(x); x in [3.0]);
    check!(product_while(x); x in [3.0]);
    check!(repeat_while(x); x in [3.0]);
    check!(nested(x, 3); x in [2.0, 4.0]);
    check!(added_in_place(x, y, z, w); (x, y, z, w) in [(10.0, 2.0, 3.0, 4.0)]);
}
