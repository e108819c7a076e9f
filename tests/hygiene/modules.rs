//! Names that other modules declare: by globs, by paths, renamed, and the same names elsewhere.

#![allow(dead_code)]

mod elsewhere;

/// A glob from another file, and a module that has the same names with other types.
mod glob_elsewhere {
    use super::elsewhere::*;
    use autodiff::differentiate;
    #[differentiate]
    pub(crate) fn f(p: &Pt, x: f64) -> f64 {
        helper(p.x) * RATE + x * p.y
    }
}
mod unrelated {
    use autodiff::{Differentiable, differentiate};
    pub(crate) const RATE: f32 = 0.5;
    #[derive(Differentiable, Clone, Debug)]
    pub(crate) struct Pt {
        pub(crate) x: f32,
        pub(crate) y: [f32; 2],
    }
    #[differentiate]
    pub(crate) fn helper(x: f32) -> f32 {
        x * x
    }
}
mod inner {
    use autodiff::{Differentiable, differentiate};
    pub(crate) const SCALE: f64 = 3.0;
    const HIDDEN: usize = 2;
    #[derive(Differentiable, Clone, Debug)]
    pub(crate) struct Line {
        pub(crate) slope: f64,
        pub(crate) ends: [f64; HIDDEN],
        pub(crate) from: End,
    }
    #[derive(Differentiable, Clone, Debug)]
    pub(crate) struct End {
        pub(crate) at: f64,
    }
    impl Line {
        pub(crate) const BASE: f64 = 1.5;
        #[differentiate]
        pub(crate) fn at(&self, x: f64) -> f64 {
            self.slope * x + self.from.at
        }
        pub(crate) const fn new(slope: f64) -> Self {
            Self { slope, ends: [0.0; HIDDEN], from: End { at: 1.0 } }
        }
    }
    #[differentiate]
    pub(crate) fn bump(u: &mut f64, by: f64) {
        *u += by * by;
    }
    #[differentiate]
    pub(crate) fn pair(x: f64) -> (f64, f64) {
        (x, x * x)
    }
}
mod by_glob {
    use super::inner::*;
    use autodiff::differentiate;
    #[differentiate]
    pub(crate) fn f(l: &Line, x: f64) -> f64 {
        let (a, b) = pair(x);
        l.at(a) * SCALE + l.slope.powi(2) * b + Line::BASE * l.from.at
    }
}
mod by_path {
    use autodiff::differentiate;
    #[differentiate]
    pub(crate) fn f(l: &super::inner::Line, x: f64) -> f64 {
        let (a, b) = super::inner::pair(x);
        l.at(a) * super::inner::SCALE + l.slope.powi(2) * b + super::inner::Line::BASE * l.from.at
    }
}
mod renamed {
    use super::inner::{self as i, Line as L, SCALE as S, pair as p};
    use autodiff::differentiate;
    #[differentiate]
    pub(crate) fn f(l: &L, x: f64) -> f64 {
        let (a, b) = p(x);
        l.at(a) * S + l.slope.powi(2) * b + i::Line::BASE * l.from.at
    }
}
/// The same names, other types.
mod twins {
    pub(crate) mod a {
        use autodiff::{Differentiable, differentiate};
        pub(crate) const K: f64 = 2.0;
        #[derive(Differentiable, Clone, Debug)]
        pub(crate) struct P {
            pub(crate) v: f64,
        }
        #[differentiate]
        pub(crate) fn g(p: &P) -> f64 {
            p.v * K
        }
    }
    pub(crate) mod b {
        use autodiff::{Differentiable, differentiate};
        pub(crate) const K: f32 = 4.0;
        #[derive(Differentiable, Clone, Debug)]
        pub(crate) struct P {
            pub(crate) v: [f32; 2],
        }
        #[differentiate]
        pub(crate) fn g(p: &P) -> f32 {
            p.v[0] * K + p.v[1]
        }
    }
    use autodiff::differentiate;
    #[differentiate]
    pub(crate) fn both(p: &a::P, q: &b::P) -> f64 {
        a::g(p) * a::K + p.v * f64::from(b::g(q)) + f64::from(q.v[0] * b::K)
    }
}
/// A glob of a glob, hidden by an own name.
mod chained {
    pub(crate) mod base {
        pub(crate) const W: f32 = 7.0;
        pub(crate) const V: f64 = 7.0;
    }
    pub(crate) mod mid {
        pub(crate) use super::base::*;
        pub(crate) const W: f64 = 3.0;
    }
    use autodiff::differentiate;
    use mid::*;
    #[differentiate]
    pub(crate) fn f(x: f64) -> f64 {
        x * W + V * x * x
    }
}
mod private_names {
    mod m {
        const Q: f32 = 1.0;
        pub(crate) const R: f64 = 1.0;
    }
    use super::consts::*;
    use autodiff::differentiate;
    use m::*;
    #[differentiate]
    pub(crate) fn f(x: f64) -> f64 {
        x * Q * R
    }
}
mod consts {
    pub(crate) const Q: f64 = 5.0;
}
fn in_body(x: f64) -> f64 {
    use autodiff::differentiate;
    const T: f64 = 2.0;
    #[differentiate]
    fn g(x: f64) -> f64 {
        const U: f64 = 0.5;
        x * x * T * U
    }
    g::grad(x)
}
#[test]
fn names_of_modules() {
    let p = elsewhere::Pt { x: 3.0, y: 2.0 };
    let (dp, dx) = glob_elsewhere::f::grad(&p, 1.0);
    assert_eq!((dp.x, dp.y, dx), (1.5, 1.0, 2.0));
    let l = inner::Line::new(2.0);
    let want = |g: (inner::LineTangent, f64)| {
        // (s x + e) 3 + s^2 x^2 + 1.5 e
        assert_eq!(
            (g.0.slope, g.0.from.at, g.1),
            (3.0 * 0.5 + 2.0 * 2.0 * 0.25, 4.5, 6.0 + 4.0 * 2.0 * 0.5)
        );
    };
    want(by_glob::f::grad(&l, 0.5));
    want(by_path::f::grad(&l, 0.5));
    want(renamed::f::grad(&l, 0.5));
    let (a, b) = twins::both::grad(&twins::a::P { v: 3.0 }, &twins::b::P { v: [1.0, 2.0] });
    assert_eq!((a.v, b.v), (10.0, [16.0, 3.0]));
    assert_eq!(chained::f::grad(2.0), 31.0);
    assert_eq!(private_names::f::grad(2.0), 5.0);
    assert_eq!(in_body(3.0), 6.0);
}
