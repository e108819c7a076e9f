//! What a call in a second derivative, or one of a gradient, finds where the function has first derivatives alone:
//! each module holds stand-ins for calls with so many arguments. They say what is missing.

macro_rules! stand_ins {
    ($($module:ident $($argument:ident)*;)*) => {$(
        pub mod $module {
            pub trait FirstOrder {
                stand_ins!(@function __second $($argument)*);
                stand_ins!(@function __grad_vjp $($argument)*);
                stand_ins!(@function __grad_vjp_into $($argument)*);
                stand_ins!(@function __grad_jvp $($argument)*);
            }

            impl<T> FirstOrder for T {}
        }
    )*};
    (@function $function:ident $($argument:ident)*) => {
        #[allow(clippy::too_many_arguments)]
        fn $function<$($argument,)* R>($(_: $argument),*) -> R
        where
            Self: super::super::Hessian,
        {
            unreachable!("nothing that calls it compiles")
        }
    };
}

stand_ins! {
    with1 A1;
    with2 A1 A2;
    with3 A1 A2 A3;
    with4 A1 A2 A3 A4;
    with5 A1 A2 A3 A4 A5;
    with6 A1 A2 A3 A4 A5 A6;
    with7 A1 A2 A3 A4 A5 A6 A7;
    with8 A1 A2 A3 A4 A5 A6 A7 A8;
    with9 A1 A2 A3 A4 A5 A6 A7 A8 A9;
    with10 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10;
    with11 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11;
    with12 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12;
    with13 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13;
    with14 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14;
    with15 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15;
    with16 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16;
    with17 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17;
    with18 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18;
    with19 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19;
    with20 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20;
    with21 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21;
    with22 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22;
    with23 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23;
    with24 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24;
}
