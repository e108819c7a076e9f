//! Stand-ins for the derivatives of functions that are not under `#[differentiate]`: each module
//! holds one for calls with so many arguments. What is called first, `__annotated`, cannot be compiled;
//! what the others give is then of no interest to rustc.

use super::{Changes, Wrt};

/// Implemented by nothing.
#[diagnostic::on_unimplemented(
    message = "[AD0405] this function is given a differentiated value and has no derivative: it is not under `#[differentiate]`",
    label = "not under `#[differentiate]`",
    note = "put `#[differentiate]` on the function, give it its own rule by `#[differentiate(vjp = path, jvp = path)]`, or hold its argument constant with `autodiff::stop_gradient`"
)]
pub trait Annotated {}

/// Implemented by nothing.
#[diagnostic::on_unimplemented(
    message = "[AD0416] this method has no second derivative, which this call needs",
    label = "not under `#[differentiate(hessian)]`",
    note = "add `hessian` to the attribute of the method or of its `impl`: `#[differentiate(hessian)]`"
)]
pub trait AnnotatedTwice {}

/// A function that has no handle.
#[derive(Debug)]
pub struct Unannotated<T>(T);

/// Stands where the handle of a callee with so many arguments would.
#[derive(Debug)]
pub struct StandIn<const ARGUMENTS: usize>;

impl<const ARGUMENTS: usize> StandIn<ARGUMENTS> {
    /// Cannot be called, and says why.
    pub fn __annotated<T>()
    where
        Unannotated<T>: Annotated,
    {
    }
}

impl<const ARGUMENTS: usize, const PARAMETER: usize> Wrt<PARAMETER> for StandIn<ARGUMENTS> {}

impl<const ARGUMENTS: usize, const PARAMETER: usize> Changes<PARAMETER> for StandIn<ARGUMENTS> {}

macro_rules! stand_ins {
    ($($name:ident: $count:literal $($argument:ident)*;)*) => {$(
        pub mod $name {
            pub type AdCallee = super::StandIn<$count>;
        }

        impl StandIn<$count> {
            stand_ins!(@function __vjp $($argument)*);
            stand_ins!(@function __jvp $($argument)*);
            stand_ins!(@function __vjp_into $($argument)*);
            stand_ins!(@function __second $($argument)*);
        }
    )*};
    (@function $function:ident $($argument:ident)*) => {
        #[allow(clippy::too_many_arguments)]
        pub fn $function<$($argument,)* R>($(_: $argument),*) -> R {
            unreachable!("nothing that calls it compiles")
        }
    };
}

stand_ins! {
    with1: 1 A1;
    with2: 2 A1 A2;
    with3: 3 A1 A2 A3;
    with4: 4 A1 A2 A3 A4;
    with5: 5 A1 A2 A3 A4 A5;
    with6: 6 A1 A2 A3 A4 A5 A6;
    with7: 7 A1 A2 A3 A4 A5 A6 A7;
    with8: 8 A1 A2 A3 A4 A5 A6 A7 A8;
    with9: 9 A1 A2 A3 A4 A5 A6 A7 A8 A9;
    with10: 10 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10;
    with11: 11 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11;
    with12: 12 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12;
}
