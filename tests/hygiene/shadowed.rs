//! Names of the standard library and of this crate that mean something else to the user.

/// Nothing of the prelude is there.
#[no_implicit_prelude]
#[allow(clippy::needless_range_loop)]
mod without_prelude {
    use ::autodiff::differentiate;
    use ::std::vec::Vec;

    #[differentiate]
    pub(crate) fn polynomial(coefficients: &[f64], x: f64) -> f64 {
        let mut sum = 0.0;
        for i in 0..coefficients.len() {
            sum = sum * x + coefficients[i].powi(2);
        }
        if sum > 0.0 { sum } else { -sum }
    }

    #[differentiate]
    pub(crate) fn doubled(x: &[f64]) -> Vec<f64> {
        let mut out = Vec::with_capacity(x.len());
        for i in 0..x.len() {
            out.push(polynomial(&[x[i], 1.0], 2.0));
        }
        out
    }

    #[differentiate(checkpoint)]
    pub(crate) fn repeated(x: &mut [f64], y: f64, times: usize) {
        let mut n = 0;
        while n < times {
            for v in x.iter_mut() {
                *v *= y;
            }
            n += 1;
        }
    }
}

#[test]
fn no_implicit_prelude() {
    let (bar, x_bar) = without_prelude::polynomial::grad(&[1.0, 3.0], 2.0);
    assert_eq!((bar, x_bar), (vec![4.0, 6.0], 1.0));
    let (_, pull) = without_prelude::doubled::vjp(&[1.0, 3.0]);
    assert_eq!(pull(vec![1.0, 10.0]), [4.0, 120.0]);
    let (mut x, mut x_bar, mut y_bar) = ([1.0, 2.0], [1.0, 1.0], 0.0);
    without_prelude::repeated::vjp_into(&mut x, 2.0, 2, (), (&mut x_bar, &mut y_bar));
    assert_eq!((x, x_bar, y_bar), ([4.0, 8.0], [4.0, 4.0], 12.0));
}

/// What the prelude has is something else here.
mod own_prelude {
    #![allow(dead_code, clippy::empty_structs_with_brackets)]

    use autodiff::differentiate;

    struct Option;
    struct Some;
    struct None;
    struct Box;
    struct Clone;
    struct Default;
    struct FnOnce;
    struct Iterator;
    struct String;
    struct Vec {}
    #[allow(non_camel_case_types)]
    struct str {}
    trait Differentiable {
        fn zero_tangent(&self) {}
    }
    impl<T> Differentiable for T {}

    #[allow(unused_macros)]
    macro_rules! vec {
        () => {
            compile_error!("the user's own macro")
        };
    }
    #[allow(unused_macros)]
    macro_rules! assert {
        () => {
            compile_error!("the user's own macro")
        };
    }

    mod core {}
    mod std {}
    mod alloc {}
    mod autodiff_macros {}

    #[differentiate]
    pub(crate) fn smooth(x: &[f64; 3], w: f64) -> f64 {
        let mut kept = *x;
        for kept in &mut kept {
            *kept = (*kept * w).sin();
        }
        let mut total = 0.0;
        for value in &kept {
            if *value > 0.0 {
                total += value * value * w;
            }
        }
        total
    }

    #[differentiate]
    pub(crate) fn caller(x: f64) -> f64 {
        smooth(&[x, x * x, -x], x)
    }
}

#[test]
fn names_of_the_prelude() {
    let x = 0.7;
    crate::assert_derivative(own_prelude::caller::grad(x), own_prelude::caller, x);
    crate::assert_derivative(own_prelude::caller::jvp(x, 1.0).1, own_prelude::caller, x);
}

/// The crate's own name belongs to the user.
mod own_autodiff {
    mod autodiff {
        #[derive(Debug)]
        pub(crate) struct Graph;
    }
    mod num_traits {}

    #[::autodiff::differentiate]
    pub(crate) fn square(x: f64) -> f64 {
        let _ = autodiff::Graph;
        x * x
    }
}

#[test]
fn a_module_named_autodiff() {
    assert_eq!(own_autodiff::square::grad(3.0), 6.0);
}

/// Methods of a trait in scope that floats have as well.
mod own_methods {
    use autodiff::differentiate;

    #[allow(dead_code)]
    pub(crate) trait Math {
        fn sin(self) -> Self;
        fn accumulate(&mut self, rhs: &Self);
        fn set_zero(&mut self);
        fn zero_tangent(&self) -> Self;
    }

    impl Math for f64 {
        fn sin(self) -> Self {
            unreachable!("inherent methods come first")
        }
        fn accumulate(&mut self, _: &Self) {
            unreachable!("this trait is not autodiff's")
        }
        fn set_zero(&mut self) {
            unreachable!("this trait is not autodiff's")
        }
        fn zero_tangent(&self) -> Self {
            unreachable!("this trait is not autodiff's")
        }
    }

    #[differentiate]
    pub(crate) fn waves(x: &[f64]) -> Vec<f64> {
        let mut out = x.to_vec();
        for v in &mut out {
            *v = v.sin();
        }
        out
    }
}

#[test]
fn methods_of_a_trait_in_scope() {
    let (_, pull) = own_methods::waves::vjp(&[0.0, 1.0]);
    assert_eq!(pull(vec![1.0, 1.0]), [1.0, 1.0_f64.cos()]);
}
