//! Arguments and results as lists of numbers, and back.

use crate::{Dual32, Dual64};

/// A value made of floats, as a list of them.
pub trait Flat: Sized {
    /// Appends the floats in order.
    fn push(&self, out: &mut Vec<f64>);

    /// A value of the same shape, of the next floats of `source`.
    fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self;

    /// All floats in order.
    fn flatten(&self) -> Vec<f64> {
        let mut out = Vec::new();
        self.push(&mut out);
        out
    }

    /// The value of the same shape with these floats.
    fn with(&self, floats: &[f64]) -> Self {
        self.rebuild(&mut floats.iter().copied())
    }
}

/// A value made of floats, with slopes.
pub trait Lift {
    /// The same made of dual numbers.
    type Dual;

    /// The value, each float with the next slope of `slopes`.
    fn lift(&self, slopes: &mut dyn Iterator<Item = f64>) -> Self::Dual;
}

/// Dual numbers in a result.
pub trait Duals {
    /// Appends value, slope and reach of each.
    fn parts(&self, out: &mut Vec<[f64; 3]>);
}

/// Value, slope and reach of each number in a result.
pub fn dual_parts(result: &impl Duals) -> Vec<[f64; 3]> {
    let mut out = Vec::new();
    result.parts(&mut out);
    out
}

macro_rules! scalars {
    ($($T:ident $Dual:ident)*) => {$(
        impl Flat for $T {
            fn push(&self, out: &mut Vec<f64>) {
                out.push(f64::from(*self));
            }
            fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
                source.next().expect("a number for each") as $T
            }
        }
        impl Lift for $T {
            type Dual = $Dual;
            fn lift(&self, slopes: &mut dyn Iterator<Item = f64>) -> $Dual {
                let slope = slopes.next().expect("a slope for each");
                $Dual { value: *self, slope, reach: slope.abs(), peak: 0.0 }
            }
        }
        impl Duals for $Dual {
            fn parts(&self, out: &mut Vec<[f64; 3]>) {
                out.push([f64::from(self.value), self.slope, self.reach]);
            }
        }
    )*};
}
scalars!(f32 Dual32 f64 Dual64);

impl<T: Flat> Flat for Vec<T> {
    fn push(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|part| part.push(out));
    }
    fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
        self.iter().map(|part| part.rebuild(source)).collect()
    }
}

impl<T: Lift> Lift for Vec<T> {
    type Dual = Vec<T::Dual>;
    fn lift(&self, slopes: &mut dyn Iterator<Item = f64>) -> Self::Dual {
        self.iter().map(|part| part.lift(slopes)).collect()
    }
}

impl<T: Duals> Duals for Vec<T> {
    fn parts(&self, out: &mut Vec<[f64; 3]>) {
        self.iter().for_each(|part| part.parts(out));
    }
}

impl<T: Flat, const N: usize> Flat for [T; N] {
    fn push(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|part| part.push(out));
    }
    fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
        self.each_ref().map(|part| part.rebuild(source))
    }
}

impl<T: Lift, const N: usize> Lift for [T; N] {
    type Dual = [T::Dual; N];
    fn lift(&self, slopes: &mut dyn Iterator<Item = f64>) -> Self::Dual {
        self.each_ref().map(|part| part.lift(slopes))
    }
}

impl<T: Duals, const N: usize> Duals for [T; N] {
    fn parts(&self, out: &mut Vec<[f64; 3]>) {
        self.iter().for_each(|part| part.parts(out));
    }
}

macro_rules! tuples {
    ($(($($T:ident $field:tt),*))*) => {$(
        impl<$($T: Flat),*> Flat for ($($T,)*) {
            #[allow(unused_variables, reason = "of the empty tuple")]
            fn push(&self, out: &mut Vec<f64>) {
                $(self.$field.push(out);)*
            }
            #[allow(unused_variables, clippy::unused_unit, reason = "of the empty tuple")]
            fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
                ($(self.$field.rebuild(source),)*)
            }
        }
        impl<$($T: Lift),*> Lift for ($($T,)*) {
            type Dual = ($($T::Dual,)*);
            #[allow(unused_variables, clippy::unused_unit, reason = "of the empty tuple")]
            fn lift(&self, slopes: &mut dyn Iterator<Item = f64>) -> Self::Dual {
                ($(self.$field.lift(slopes),)*)
            }
        }
        impl<$($T: Duals),*> Duals for ($($T,)*) {
            #[allow(unused_variables, reason = "of the empty tuple")]
            fn parts(&self, out: &mut Vec<[f64; 3]>) {
                $(self.$field.parts(out);)*
            }
        }
    )*};
}
tuples! {
    ()
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

/// A struct, its tangent, and the same over dual numbers: names, types, fields, and those that are
/// constant.
#[macro_export]
macro_rules! record {
    ($Name:ident, $Type:ty, $Tangent:ident, $TangentType:ty, $Dual:path, $($field:ident)*, $($constant:ident)*) => {
        impl $crate::Flat for $Type {
            fn push(&self, out: &mut Vec<f64>) {
                $($crate::Flat::push(&self.$field, out);)*
            }
            fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
                $Name {
                    $($field: $crate::Flat::rebuild(&self.$field, source),)*
                    $($constant: self.$constant,)*
                }
            }
        }
        impl $crate::Flat for $TangentType {
            fn push(&self, out: &mut Vec<f64>) {
                $($crate::Flat::push(&self.$field, out);)*
            }
            fn rebuild(&self, source: &mut dyn Iterator<Item = f64>) -> Self {
                $Tangent { $($field: $crate::Flat::rebuild(&self.$field, source),)* }
            }
        }
        impl $crate::Lift for $Type {
            type Dual = $Dual;
            fn lift(&self, slopes: &mut dyn Iterator<Item = f64>) -> $Dual {
                $Dual {
                    $($field: $crate::Lift::lift(&self.$field, slopes),)*
                    $($constant: self.$constant,)*
                }
            }
        }
        impl $crate::Duals for $Dual {
            fn parts(&self, out: &mut Vec<[f64; 3]>) {
                $($crate::Duals::parts(&self.$field, out);)*
            }
        }
    };
}
