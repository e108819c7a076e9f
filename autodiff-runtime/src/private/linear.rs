//! Tangents as vectors: what derived structs offer as `+`, `+=` and `* scalar`.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::mem;
use core::ptr::NonNull;

/// `self += rhs`, where the empty `Vec` that `Default` gives is the zero of any length.
pub trait Plus {
    /// Adds.
    ///
    /// # Panics
    ///
    /// If both have entries and the shapes differ.
    fn plus(&mut self, rhs: &Self);
}

/// `self *= by`.
pub trait Scale<K> {
    /// Multiplies.
    fn scale(&mut self, by: K);
}

macro_rules! float {
    ($($float:ty),*) => {$(
        impl Plus for $float {
            #[inline]
            fn plus(&mut self, rhs: &Self) {
                *self += *rhs;
            }
        }

        impl Scale<$float> for $float {
            #[inline]
            fn scale(&mut self, by: $float) {
                *self *= by;
            }
        }
    )*};
}
float!(f32, f64);

impl Plus for () {
    #[inline]
    fn plus(&mut self, (): &Self) {}
}

impl<K> Scale<K> for () {
    #[inline]
    fn scale(&mut self, _: K) {}
}

#[cfg(feature = "alloc")]
impl<T: Plus + Clone> Plus for Vec<T> {
    #[inline]
    fn plus(&mut self, rhs: &Self) {
        if self.is_empty() {
            self.clone_from(rhs);
        } else if !rhs.is_empty() {
            assert_eq!(self.len(), rhs.len(), "tangents of different lengths are added");
            self.iter_mut().zip(rhs).for_each(|(a, b)| a.plus(b));
        }
    }
}

#[cfg(feature = "alloc")]
impl<K: Copy, T: Scale<K>> Scale<K> for Vec<T> {
    #[inline]
    fn scale(&mut self, by: K) {
        self.iter_mut().for_each(|a| a.scale(by));
    }
}

impl<T: Plus, const N: usize> Plus for [T; N] {
    #[inline]
    fn plus(&mut self, rhs: &Self) {
        self.iter_mut().zip(rhs).for_each(|(a, b)| a.plus(b));
    }
}

impl<K: Copy, T: Scale<K>, const N: usize> Scale<K> for [T; N] {
    #[inline]
    fn scale(&mut self, by: K) {
        self.iter_mut().for_each(|a| a.scale(by));
    }
}

impl<T: Plus + Clone> Plus for Option<T> {
    #[inline]
    fn plus(&mut self, rhs: &Self) {
        match (self, rhs) {
            (Some(a), Some(b)) => a.plus(b),
            (zero @ None, rhs) => zero.clone_from(rhs),
            (Some(_), None) => {}
        }
    }
}

impl<K: Copy, T: Scale<K>> Scale<K> for Option<T> {
    #[inline]
    fn scale(&mut self, by: K) {
        if let Some(inner) = self {
            inner.scale(by);
        }
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Plus),+> Plus for ($($name,)+) {
            #[inline]
            fn plus(&mut self, rhs: &Self) {
                $(self.$index.plus(&rhs.$index);)+
            }
        }

        impl<K: Copy, $($name: Scale<K>),+> Scale<K> for ($($name,)+) {
            #[inline]
            fn scale(&mut self, by: K) {
                $(self.$index.scale(by);)+
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// The adjoints of a struct's constant fields, to be written to: there is nothing to write.
#[inline]
#[allow(unsafe_code)]
pub fn nothing<T: 'static>(value: T) -> &'static mut T {
    const { assert!(size_of::<T>() == 0, "adjoints of constants have no size") };
    mem::forget(value);
    // SAFETY: the pointer is aligned, all of its no bytes may be read and written by anyone, and what was
    // just forgotten shows that there are values of the type.
    unsafe { NonNull::dangling().as_mut() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_vector_is_the_zero_of_any_length() {
        let full = vec![(1.0, [2.0]), (3.0, [4.0])];
        let mut sum = Vec::new();
        sum.plus(&full);
        assert_eq!(sum, full);
        sum.plus(&Vec::new());
        assert_eq!(sum, full);
        sum.plus(&full);
        assert_eq!(sum, [(2.0, [4.0]), (6.0, [8.0])]);
    }

    #[test]
    #[should_panic(expected = "tangents of different lengths are added")]
    fn vectors_of_different_lengths() {
        vec![1.0].plus(&vec![1.0, 2.0]);
    }

    #[test]
    fn what_is_absent_is_zero() {
        let mut sum = None;
        sum.plus(&Some(1.0));
        sum.plus(&None);
        assert_eq!(sum, Some(1.0));
        sum.plus(&Some(2.0));
        sum.scale(2.0);
        assert_eq!(sum, Some(6.0));
    }

    #[test]
    fn every_entry_is_scaled() {
        let mut tangent = (1.0_f32, (), vec![[2.0_f32, 3.0]]);
        tangent.scale(2.0_f32);
        assert_eq!(tangent, (2.0, (), vec![[4.0, 6.0]]));
    }

    #[test]
    fn nothing_is_written_to() {
        #[derive(Debug, PartialEq)]
        struct Constants {
            n: (),
        }
        nothing(Constants { n: () }).n = ();
        assert_eq!(*nothing(Constants { n: () }), Constants { n: () });
    }
}
