//! What a call in a second derivative finds where the function has first derivatives alone: each module holds a
//! stand-in for calls with so many arguments and tangents. It says what is missing.

macro_rules! stand_ins {
    ($($module:ident $($argument:ident)*;)*) => {$(
        pub mod $module {
            pub trait FirstOrder {
                #[allow(clippy::too_many_arguments)]
                fn __second<$($argument,)* R>($(_: $argument),*) -> R
                where
                    Self: super::super::Hessian,
                {
                    unreachable!("nothing that calls it compiles")
                }
            }

            impl<T> FirstOrder for T {}
        }
    )*};
}

stand_ins! {
    with2 A1 A2;
    with4 A1 A2 A3 A4;
    with6 A1 A2 A3 A4 A5 A6;
    with8 A1 A2 A3 A4 A5 A6 A7 A8;
    with10 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10;
    with12 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12;
    with14 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14;
    with16 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16;
    with18 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18;
    with20 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20;
    with22 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22;
    with24 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24;
}
