//! The matrices and vectors of `nalgebra` whose size is known to the compiler: a matrix is its own tangent
//! space, entry by entry.

mod constructors;
mod methods;
mod operators;

pub use methods::OfMatrices;
use nalgebra::SMatrix;

use crate::private::{Inner, Plus, Scale};
use crate::{
    Accumulate, Coordinates, CoordinatesMut, Differentiable, Float, Segment, SetZero, Visitor,
    VisitorMut,
};

impl<T: Float, const R: usize, const C: usize> Differentiable for SMatrix<T, R, C> {
    type Tangent = Self;
    type Shape = ();

    #[inline]
    fn tangent_shape(&self) {}

    #[inline]
    fn neutral((): &()) -> Self {
        Self::repeat(T::from_f64(-0.0))
    }
}

impl<T: Float, const R: usize, const C: usize> Accumulate<Self> for SMatrix<T, R, C> {
    #[inline]
    fn accumulate(&mut self, rhs: &Self) {
        *self += rhs;
    }
}

impl<T: Float, const R: usize, const C: usize> SetZero for SMatrix<T, R, C> {
    #[inline]
    fn set_zero(&mut self) {
        self.fill(T::zero());
    }
}

impl<T: Float, const R: usize, const C: usize> Plus for SMatrix<T, R, C> {
    #[inline]
    fn plus(&mut self, rhs: &Self) {
        *self += rhs;
    }
}

impl<T: Float, const R: usize, const C: usize> Scale<T> for SMatrix<T, R, C> {
    #[inline]
    fn scale(&mut self, by: T) {
        *self *= by;
    }
}

impl<T: Float, const R: usize, const C: usize> Inner<Self, T> for SMatrix<T, R, C> {
    #[inline]
    fn inner(&self, rhs: &Self) -> T {
        self.dot(rhs)
    }
}

/// Column by column, as `nalgebra` stores and numbers them.
impl<T: Coordinates, const R: usize, const C: usize> Coordinates for SMatrix<T, R, C> {
    fn visit(&self, visitor: &mut dyn Visitor) {
        for (index, entry) in self.data.0.as_flattened().iter().enumerate() {
            visitor.enter(Segment::Element(index));
            entry.visit(visitor);
            visitor.leave();
        }
    }
}

impl<T: CoordinatesMut, const R: usize, const C: usize> CoordinatesMut for SMatrix<T, R, C> {
    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
        for entry in self.data.0.as_flattened_mut() {
            entry.visit_mut(visitor);
        }
    }
}
