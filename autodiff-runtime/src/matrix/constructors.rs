//! Functions that make matrices of numbers, with derivatives: each entry is one of the numbers.

use nalgebra::{SMatrix, SVector};

use crate::Float;
use crate::private::Ignored;
use crate::private::foreign::{Function, Jvp, Named, Vjp, VjpInto, name};
use crate::private::operator::deposit;

type M<T, const R: usize, const C: usize> = SMatrix<T, R, C>;

const NEW: u128 = name("new");
const REPEAT: u128 = name("repeat");
const FROM_ELEMENT: u128 = name("from_element");
const FROM_DIAGONAL_ELEMENT: u128 = name("from_diagonal_element");
const FROM_DIAGONAL: u128 = name("from_diagonal");
const FROM_COLUMNS: u128 = name("from_columns");
const FROM_ROWS: u128 = name("from_rows");

/// `new` of so many numbers, row by row, for these numbers of rows and columns.
macro_rules! new {
    ($($([$rows:literal, $columns:literal])* ($($x:ident $dot:ident $bar:ident)*);)*) => {$(
        new!(@shapes [$([$rows, $columns])*] ($($x $dot $bar)*));
    )*};
    (@shapes [[$rows:literal, $columns:literal] $($more:tt)*] $numbers:tt) => {
        new!(@shape $rows, $columns, $numbers);
        new!(@shapes [$($more)*] $numbers);
    };
    (@shapes [] $numbers:tt) => {};
    (@shape $rows:literal, $columns:literal, ($($x:ident $dot:ident $bar:ident)*)) => {
        #[diagnostic::do_not_recommend]
        impl<T: Float> Function<Vjp<Named<NEW>>, ($(new!(@T $x),)*)> for M<T, $rows, $columns> {
            type Output =
                (Self, fn($(new!(@Ignored $x),)* Self, $(Option<&mut new!(@T $x)>),*));

            #[inline]
            fn call(($($x,)*): ($(new!(@T $x),)*)) -> Self::Output {
                (Self::new($($x),*), |$(new!(@_ $x),)* g, $($bar),*| {
                    let rows = g.transpose();
                    let mut entries = rows.iter();
                    $(deposit($bar, entries.next().expect("as many entries as numbers"));)*
                })
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Float> Function<Jvp<Named<NEW>>, ($(new!(@T $x),)* $(Option<&new!(@T $x)>,)*)>
            for M<T, $rows, $columns>
        {
            type Output = (Self, Self);

            #[inline]
            fn call(
                ($($x,)* $($dot,)*): ($(new!(@T $x),)* $(Option<&new!(@T $x)>,)*),
            ) -> Self::Output {
                let zero = T::zero();
                (Self::new($($x),*), Self::new($($dot.copied().unwrap_or(zero)),*))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Float>
            Function<VjpInto<Named<NEW>>, ($(new!(@T $x),)* Self, $(Option<&mut new!(@T $x)>,)*)>
            for M<T, $rows, $columns>
        {
            type Output = Self;

            #[inline]
            fn call(
                ($($x,)* g, $($bar,)*): (
                    $(new!(@T $x),)*
                    Self,
                    $(Option<&mut new!(@T $x)>,)*
                ),
            ) -> Self {
                let (value, pull) =
                    <Self as Function<Vjp<Named<NEW>>, ($(new!(@T $x),)*)>>::call(($($x,)*));
                pull($(new!(@ignored $x),)* g, $($bar),*);
                value
            }
        }
    };
    (@T $x:ident) => { T };
    (@Ignored $x:ident) => { Ignored };
    (@ignored $x:ident) => { Ignored };
    (@_ $x:ident) => { _ };
}

new! {
    [1, 1] (a ad ab);
    [2, 1] [1, 2] (a ad ab b bd bb);
    [3, 1] [1, 3] (a ad ab b bd bb c cd cb);
    [4, 1] [2, 2] [1, 4] (a ad ab b bd bb c cd cb d dd db);
    [5, 1] [1, 5] (a ad ab b bd bb c cd cb d dd db e ed eb);
    [6, 1] [3, 2] [2, 3] [1, 6] (a ad ab b bd bb c cd cb d dd db e ed eb f fd fb);
    [4, 2] [2, 4] (a ad ab b bd bb c cd cb d dd db e ed eb f fd fb h hd hb i id ib);
    [3, 3] (a ad ab b bd bb c cd cb d dd db e ed eb f fd fb h hd hb i id ib j jd jb);
    [4, 3] [3, 4] (
        a ad ab b bd bb c cd cb d dd db e ed eb f fd fb h hd hb i id ib j jd jb
        l ld lb m md mb n nd nb
    );
    [4, 4] (
        a ad ab b bd bb c cd cb d dd db e ed eb f fd fb h hd hb i id ib j jd jb
        l ld lb m md mb n nd nb o od ob p pd pb q qd qb r rd rb
    );
}

/// Functions of one argument, each linear.
macro_rules! of_one {
    ($(
        [$($generics:tt)*] $name:ident $function:ident($x:ident: $of:ty; $given:ty, $again:ty $(; $deref:tt)?) -> $made:ty;
        bar($g:ident) = $bar:expr;
    )*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'x, $($generics)*> Function<Vjp<Named<$name>>, ($given,)> for $made {
            type Output = (Self, fn($again, Self, Option<&mut $of>));

            #[inline]
            fn call(($x,): ($given,)) -> Self::Output {
                (Self::$function($x), |_, $g, bar| deposit(bar, &$bar))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'x, $($generics)*> Function<Jvp<Named<$name>>, ($given, Option<&'x $of>)> for $made {
            type Output = (Self, Self);

            #[inline]
            fn call(($x, dot): ($given, Option<&'x $of>)) -> Self::Output {
                let dot = dot.map_or_else(Self::zeros, |$x| Self::$function($($deref)? $x));
                (Self::$function($x), dot)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'x, $($generics)*> Function<VjpInto<Named<$name>>, ($given, Self, Option<&mut $of>)>
            for $made
        {
            type Output = Self;

            #[inline]
            fn call(($x, $g, bar): ($given, Self, Option<&mut $of>)) -> Self {
                deposit(bar, &$bar);
                Self::$function($x)
            }
        }
    )*};
}

of_one! {
    [T: Float, const R: usize, const C: usize]
    REPEAT repeat(x: T; T, Ignored; *) -> M<T, R, C>;
    bar(g) = g.sum();

    [T: Float, const R: usize, const C: usize]
    FROM_ELEMENT from_element(x: T; T, Ignored; *) -> M<T, R, C>;
    bar(g) = g.sum();

    [T: Float, const N: usize]
    FROM_DIAGONAL_ELEMENT from_diagonal_element(x: T; T, Ignored; *) -> M<T, N, N>;
    bar(g) = g.trace();

    [T: Float, const N: usize]
    FROM_DIAGONAL from_diagonal(x: SVector<T, N>; &'x SVector<T, N>, &SVector<T, N>) -> M<T, N, N>;
    bar(g) = g.diagonal();

    [T: Float, const R: usize, const C: usize]
    FROM_COLUMNS from_columns(x: [SVector<T, R>; C]; &'x [SVector<T, R>; C], &[SVector<T, R>; C]) -> M<T, R, C>;
    bar(g) = core::array::from_fn(|j| g.column(j).into_owned());

    [T: Float, const R: usize, const C: usize]
    FROM_ROWS from_rows(x: [M<T, 1, C>; R]; &'x [M<T, 1, C>; R], &[M<T, 1, C>; R]) -> M<T, R, C>;
    bar(g) = core::array::from_fn(|i| g.row(i).into_owned());
}
