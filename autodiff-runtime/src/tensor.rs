//! The arrays of `ndarray`: the tangent of an array is an array of the same shape, row by row in memory,
//! whatever its primal borrows and however that lies there.

use ndarray::{Array, ArrayBase, CowRepr, Data, Dimension, OwnedArcRepr, OwnedRepr, ViewRepr, Zip};

use crate::private::{Inner, Plus, Scale};
use crate::{
    Accumulate, Coordinates, CoordinatesMut, Differentiable, Float, Segment, SetZero, Visitor,
    VisitorMut,
};

/// How an array holds its elements: whether these have a derivative is asked for each.
macro_rules! held {
    ($($repr:ty),*) => {$(
        impl<T: Float, D: Dimension> Differentiable for ArrayBase<$repr, D> {
            type Tangent = Array<T, D>;
            type Shape = D;

            #[inline]
            fn tangent_shape(&self) -> D {
                self.raw_dim()
            }

            #[inline]
            fn neutral(shape: &D) -> Self::Tangent {
                Array::from_elem(shape.clone(), T::from_f64(-0.0))
            }

            #[inline]
            fn zero_tangent(&self) -> Self::Tangent {
                Array::zeros(self.raw_dim())
            }
        }
    )*};
}
held!(OwnedRepr<T>, ViewRepr<&T>, ViewRepr<&mut T>, OwnedArcRepr<T>, CowRepr<'_, T>);

/// Arrays of numbers without a derivative.
macro_rules! constant {
    ($($ty:ty)*) => {$(
        constant!($ty: OwnedRepr<$ty>, ViewRepr<&$ty>, ViewRepr<&mut $ty>, OwnedArcRepr<$ty>, CowRepr<'_, $ty>);
    )*};
    ($ty:ty: $($repr:ty),*) => {$(
        impl<D: Dimension> Differentiable for ArrayBase<$repr, D> {
            type Tangent = ();
            type Shape = ();

            #[inline]
            fn tangent_shape(&self) {}

            #[inline]
            fn neutral((): &()) {}
        }
    )*};
}
constant!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool);

impl<T: Float, D: Dimension> Accumulate<Self> for Array<T, D> {
    #[inline]
    #[track_caller]
    fn accumulate(&mut self, rhs: &Self) {
        assert_eq!(self.shape(), rhs.shape(), "adjoints of different shapes are added");
        Zip::from(self).and(rhs).for_each(|a, b| *a += *b);
    }
}

impl<T: Float, D: Dimension> SetZero for Array<T, D> {
    #[inline]
    fn set_zero(&mut self) {
        self.fill(T::zero());
    }
}

impl<T: Float, D: Dimension> Plus for Array<T, D> {
    #[inline]
    fn plus(&mut self, rhs: &Self) {
        if self.is_empty() {
            self.clone_from(rhs);
        } else if !rhs.is_empty() {
            assert_eq!(self.shape(), rhs.shape(), "tangents of different shapes are added");
            Zip::from(self).and(rhs).for_each(|a, b| *a += *b);
        }
    }
}

impl<T: Float, D: Dimension> Scale<T> for Array<T, D> {
    #[inline]
    fn scale(&mut self, by: T) {
        self.map_inplace(|x| *x *= by);
    }
}

impl<T: Float, D: Dimension> Inner<Self, T> for Array<T, D> {
    #[inline]
    fn inner(&self, rhs: &Self) -> T {
        assert_eq!(self.shape(), rhs.shape(), "tangents of different shapes are multiplied");
        self.iter().zip(rhs).map(|(a, b)| *a * *b).sum()
    }
}

/// Row by row, as `ndarray` iterates.
impl<T: Coordinates, S: Data<Elem = T>, D: Dimension> Coordinates for ArrayBase<S, D> {
    fn visit(&self, visitor: &mut dyn Visitor) {
        for (index, entry) in self.iter().enumerate() {
            visitor.enter(Segment::Element(index));
            entry.visit(visitor);
            visitor.leave();
        }
    }
}

impl<T: CoordinatesMut, D: Dimension> CoordinatesMut for Array<T, D> {
    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) {
        for entry in self.iter_mut() {
            entry.visit_mut(visitor);
        }
    }
}
