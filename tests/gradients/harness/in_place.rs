//! Checks of functions that change their arguments.

use super::{Case, Flat, differences, ramp};

/// Checks `vjp_into` of an in-place function against differences of what it leaves behind.
///
/// An output is what stands in the changed arguments on return, and the value returned. `pull` is
/// given the adjoint of all that, and returns the output together with the shadows as they are left.
#[track_caller]
pub fn assert_in_place<P: Flat, R: Flat>(
    case: Case,
    arguments: &str,
    points: &[P],
    primal: &dyn Fn(&P) -> R,
    pull: &dyn Fn(&P, R::Tangent, P::Tangent) -> (R, P::Tangent),
) {
    let case = case.through::<P>();
    for point in points {
        let output = primal(point);
        let paths = point.paths();
        let jacobian = differences(primal, point, case.precision);
        let zeros = point.tangent(&mut std::iter::repeat(0.0));
        let dense = ramp(&output, 0.7);
        let units = (0..output.paths().len()).map(|index| output.unit(index));
        for seed in units.chain([dense]) {
            let (left, gradient) = pull(point, seed.clone(), zeros.clone());
            case.assert_same(&format!("result of vjp_into at {point:?}"), &left, &output);
            let seed_coordinates = seed.flatten();
            let gradient = gradient.flatten();
            for (input, column) in jacobian.iter().enumerate() {
                let want = column.iter().zip(&seed_coordinates).map(|(a, b)| a * b).sum();
                let what =
                    format!("vjp_into at {point:?}, seed {seed:?}, in {arguments}{}", paths[input]);
                case.assert_close(&what, gradient[input], want, case.precision.difference, 1.0);
            }
        }
    }
}

/// `check_in_place!(f(&mut u, dt); mut u; (u, dt) in points)`, where the names after `mut` are
/// those of the arguments that change: in the shadows, their adjoints on return replace the zeros.
macro_rules! check_in_place {
    ($f:ident ($($arg:expr),+); mut $($state:ident),+; $names:tt in $points:expr) => {
        $crate::harness::assert_in_place(
            $crate::harness::Case::new(stringify!($f), stringify!($names)),
            stringify!($names),
            &$points,
            &|point| {
                let $names = Clone::clone(point);
                $(let mut $state = $state;)+
                let value = $f($($arg),+);
                ($($state,)+ value)
            },
            &|point, seed, zeros| {
                #[allow(unused_variables, reason = "those of the changed arguments are replaced")]
                let $names = zeros;
                let ($($state,)+ value_bar) = seed;
                let mut shadows = $names;
                let $names = Clone::clone(point);
                $(let mut $state = $state;)+
                let value = $f::vjp_into($($arg,)+ value_bar, $crate::harness::each_mut!(shadows: $names));
                (($($state,)+ value), shadows)
            },
        )
    };
}

pub(crate) use check_in_place;
