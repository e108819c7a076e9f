//! Arrays of `ndarray`: in signatures, their operators with broadcasting, methods, views, products and
//! constructors, changed in place, and programs made of them.

mod construction;
mod einsum;
mod elementwise;
mod in_place;
mod iteration;
mod operators;
mod parts;
mod products;
mod programs;
mod reductions;
mod signatures;
mod views;

use ndarray::{Array, Array1, Array2, Array3, Dimension, array};

use crate::harness::Flat;

/// Row by row.
impl<T: Flat<Tangent = T>, D: Dimension> Flat for Array<T, D> {
    type Tangent = Self;

    const SINGLE: bool = T::SINGLE;

    fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
        for (index, entry) in self.iter().enumerate() {
            entry.visit(&format!("{path}[{index}]"), coordinates);
        }
    }

    fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
        let mut made = self.clone();
        for (to, from) in made.iter_mut().zip(self) {
            *to = from.rebuild(source);
        }
        made
    }

    fn tangent(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
        self.rebuild(source)
    }
}

/// Functions, each checked where it stands.
macro_rules! functions {
    ($($name:ident($($x:ident: $ty:ty = $at:expr),+) -> $output:ty { $($body:tt)* })*) => {$(
        mod $name {
            use super::*;

            #[autodiff::differentiate]
            pub fn function($($x: $ty),+) -> $output {
                $($body)*
            }

            #[test]
            fn has_derivatives() {
                functions!(@check function $($x = $at),+);
            }
        }
    )*};
    (@check $name:ident $x:ident = $at:expr) => {
        crate::harness::check_map!($name(&$x); $x in [$at])
    };
    (@check $name:ident $x:ident = $at:expr, $y:ident = $by:expr) => {
        crate::harness::check_map!($name(&$x, &$y); ($x, $y) in [($at, $by)])
    };
    (@check $name:ident $x:ident = $at:expr, $y:ident = $by:expr, $z:ident = $with:expr) => {
        crate::harness::check_map!($name(&$x, &$y, &$z); ($x, $y, $z) in [($at, $by, $with)])
    };
}
use functions;

fn v3() -> Array1<f64> {
    array![0.3, -1.1, 0.8]
}

fn w3() -> Array1<f64> {
    array![0.7, 0.4, -0.2]
}

fn v2() -> Array1<f64> {
    array![-0.6, 1.3]
}

fn m23() -> Array2<f64> {
    array![[0.3, -1.1, 0.8], [0.7, 0.4, -0.2]]
}

fn n23() -> Array2<f64> {
    array![[1.3, 0.6, 1.8], [0.9, 1.4, 0.5]]
}

fn m32() -> Array2<f64> {
    array![[0.5, -0.4], [1.2, 0.1], [-0.7, 0.9]]
}

fn t234() -> Array3<f64> {
    Array3::from_shape_fn((2, 3, 4), |(i, j, k)| ((i * 12 + j * 4 + k) as f64 * 0.7).sin() + 0.1)
}

/// The same array, its columns one after the other in memory.
fn by_columns(of: &Array2<f64>) -> Array2<f64> {
    let mut by_columns = Array2::zeros(ndarray::ShapeBuilder::f(of.dim()));
    by_columns.assign(of);
    by_columns
}
