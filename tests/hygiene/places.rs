//! Where a differentiated function may stand, and how it is reached from elsewhere.

use autodiff::{Float, differentiate};

mod privacy {
    use autodiff::differentiate;

    #[differentiate]
    fn private(x: f64) -> f64 {
        x * x
    }

    pub(crate) mod inner {
        use autodiff::differentiate;

        #[differentiate]
        pub(super) fn of_parent(x: f64) -> f64 {
            super::private(x) * x
        }

        #[differentiate]
        pub(in crate::places) fn of_places(x: f64) -> f64 {
            of_parent(x) + self::of_parent(x)
        }

        #[differentiate]
        pub(crate) fn of_crate(x: f64) -> f64 {
            crate::places::privacy::inner::of_parent(x)
        }
    }

    pub(crate) use inner::of_crate as renamed;

    pub(crate) fn through_the_parent(x: f64) -> f64 {
        inner::of_parent::grad(x) + private::grad(x)
    }
}

#[test]
fn visibility_is_the_functions_own() {
    assert_eq!(privacy::inner::of_places::grad(2.0), 24.0);
    assert_eq!(privacy::inner::of_crate::grad(2.0), 12.0);
    assert_eq!(privacy::through_the_parent(2.0), 16.0);
}

#[test]
fn imports_and_re_exports_take_both() {
    use privacy::inner::of_crate;
    use privacy::renamed;
    #[differentiate]
    fn calls_renamed(x: f64) -> f64 {
        renamed(x) * privacy::renamed(x)
    }

    assert_eq!((of_crate(2.0), of_crate::grad(2.0)), (8.0, 12.0));
    assert_eq!((renamed(2.0), renamed::grad(2.0)), (8.0, 12.0));
    assert_eq!(calls_renamed::grad(1.0), 6.0);
}

#[test]
fn inside_function_bodies() {
    #[differentiate]
    fn square(x: f64) -> f64 {
        x * x
    }

    fn nested(x: f64) -> f64 {
        #[differentiate]
        fn inner(x: f64) -> f64 {
            x.sin() * x
        }
        inner::grad(x)
    }

    assert_eq!(square::grad(3.0), 6.0);
    assert_eq!(nested(0.0), 0.0);
    {
        #[differentiate]
        fn square(x: f64) -> f64 {
            x * x * x
        }
        assert_eq!(square::grad(3.0), 27.0);
    }
    let closure = |x: f64| {
        #[differentiate]
        fn twice(x: f64) -> f64 {
            2.0 * x
        }
        twice::grad(x)
    };
    assert_eq!(closure(1.0), 2.0);
}

#[test]
fn functions_of_one_body_call_each_other() {
    #[differentiate]
    fn square(x: f64) -> f64 {
        x * x
    }
    #[differentiate]
    fn fourth(x: f64) -> f64 {
        square(square(x))
    }
    assert_eq!(fourth::grad(2.0), 32.0);
}

fn generic_around<T: Float>(x: T) -> T {
    #[differentiate]
    fn cube<T: Float>(x: T) -> T {
        x * x * x
    }
    cube::grad(x)
}

#[test]
fn inside_generic_functions() {
    assert_eq!(generic_around(2.0_f64), 12.0);
    assert_eq!(generic_around(2.0_f32), 12.0);
}

/// In the body of a method, where the attribute stands on a free function.
struct Model {
    scale: f64,
}

impl Model {
    fn slope(&self, x: f64) -> f64 {
        #[differentiate(wrt(x))]
        fn scaled(x: f64, scale: f64) -> f64 {
            x * x * scale
        }
        scaled::grad(x, self.scale)
    }
}

#[test]
fn inside_methods() {
    assert_eq!(Model { scale: 2.0 }.slope(3.0), 12.0);
}
