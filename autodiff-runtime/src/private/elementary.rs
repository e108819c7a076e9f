//! What a method with the name of an elementary function may be called on, if its derivative is to be the
//! function's.

/// A number: of another type, a method named `exp` may compute anything.
#[diagnostic::on_unimplemented(
    message = "[AD0412] a method of `{Self}` has the name of an elementary function, and is none of a float",
    label = "this is taken for an `f32` or `f64`, since its type is not known here",
    note = "call it by its path, `Type::exp(value)`, and put `#[differentiate]` on the method; or hold the value constant with `autodiff::stop_gradient`"
)]
pub trait Elementary {}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Elementary for $number {}
    )*};
}
numbers!(f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl<T: Elementary> Elementary for &T {}
impl<T: Elementary> Elementary for &mut T {}

/// The number itself.
#[inline(always)]
pub fn float<T: Elementary>(number: T) -> T {
    number
}

/// What an operator is given in a function with second derivatives.
#[diagnostic::on_unimplemented(
    message = "[AD0417] an operator of `{Self}` has no second derivative",
    label = "this is taken for an `f32` or `f64`, since its type is not known here",
    note = "write the arithmetic with the fields, which are numbers"
)]
pub trait Number {}

impl<T: crate::Float> Number for T {}

/// Cannot be called with what is no number.
#[inline(always)]
pub fn number<T: Number>(_: &T) {}

/// What a method named `len` gives, if it is to have no derivative.
#[diagnostic::on_unimplemented(
    message = "[AD0412] a method named `len` gives a `{Self}`, and not how many elements there are",
    label = "this is taken for a sequence, since its type is not known here",
    note = "call it by its path, `Type::len(&value)`, and put `#[differentiate]` on the method"
)]
pub trait Length {}

impl Length for usize {}

/// The length itself.
#[inline(always)]
pub fn len<T: Length>(len: T) -> T {
    len
}
