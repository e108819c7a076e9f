//! Matrices and vectors of `nalgebra`: in signatures and structs, their operators, methods, entries and
//! constructors, and programs made of them.

mod closures;
mod entries;
mod methods;
mod operators;
mod programs;
mod structs;

use nalgebra::{Matrix3, SMatrix, Scalar, Vector3};

use crate::harness::Flat;

/// Column by column.
impl<T: Flat<Tangent = T> + Scalar, const R: usize, const C: usize> Flat for SMatrix<T, R, C> {
    type Tangent = Self;

    const SINGLE: bool = T::SINGLE;

    fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
        for (index, entry) in self.iter().enumerate() {
            entry.visit(&format!("{path}[{index}]"), coordinates);
        }
    }

    fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
        self.map(|entry| entry.rebuild(source))
    }

    fn tangent(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
        self.rebuild(source)
    }
}

fn v() -> Vector3<f64> {
    Vector3::new(0.3, -1.1, 0.8)
}

fn w() -> Vector3<f64> {
    Vector3::new(0.7, 0.4, -0.2)
}

fn m() -> Matrix3<f64> {
    Matrix3::new(0.3, -1.1, 0.8, 0.7, 0.4, -0.2, 1.3, 0.9, -0.6)
}
