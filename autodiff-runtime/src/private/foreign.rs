//! Derivatives of functions of types that other crates declare.
//!
//! No function can be put beside theirs: `Vector3::__new_vjp` is found by its name and the types of its
//! arguments.

pub mod methods;

use core::marker::PhantomData;

/// A function by its name, see [`name`].
#[derive(Debug)]
pub struct Named<const NAME: u128>;

/// A name as a number, six bits a character; 0 for one that is too long.
pub const fn name(text: &str) -> u128 {
    let bytes = text.as_bytes();
    let mut number = 0;
    let mut i = 0;
    while i < bytes.len() {
        let digit = match bytes[i] {
            c @ b'0'..=b'9' => c - b'0' + 1,
            c @ b'a'..=b'z' => c - b'a' + 11,
            c @ b'A'..=b'Z' => c - b'A' + 37,
            b'_' => 63,
            _ => return 0,
        };
        if i == 21 {
            return 0;
        }
        number = number << 6 | digit as u128;
        i += 1;
    }
    number
}

/// What is wanted of a function: its value and its pullback.
#[derive(Debug)]
pub struct Vjp<Name>(PhantomData<Name>);

/// Its value and its tangent.
#[derive(Debug)]
pub struct Jvp<Name>(PhantomData<Name>);

/// Its value, while the adjoints go to their shadows.
#[derive(Debug)]
pub struct VjpInto<Name>(PhantomData<Name>);

/// Its value, its tangent, and the pullback of both.
#[derive(Debug)]
pub struct Second<Name>(PhantomData<Name>);

/// A function of `Self` that gives second derivatives. There is none of another crate's.
#[diagnostic::on_unimplemented(
    message = "[AD0416] this function of `{Self}` has no second derivative, which this call needs",
    label = "not under `#[differentiate(hessian)]`",
    note = "add `hessian` to its attribute, `#[differentiate(hessian)]`; a function of another crate has none"
)]
pub trait Twice<What, Arguments> {
    /// What it returns.
    type Output;

    /// Calls it.
    fn call(arguments: Arguments) -> Self::Output;
}

/// A function of `Self` that gives a derivative.
#[diagnostic::on_unimplemented(
    message = "[AD0405] this function is given a differentiated value and has no derivative: it is not under `#[differentiate]`",
    label = "not under `#[differentiate]`",
    note = "put `#[differentiate]` on the function, give it its own rule by `#[differentiate(vjp = path, jvp = path)]`, or hold its argument constant with `autodiff::stop_gradient`"
)]
pub trait Function<What, Arguments> {
    /// What it returns.
    type Output;

    /// Calls it.
    fn call(arguments: Arguments) -> Self::Output;
}
