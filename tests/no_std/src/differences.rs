//! Derivatives against differences, without `std`.

use autodiff::Float;

/// Whether two numbers are equal, up to an error that differences of their type have.
#[track_caller]
pub fn assert_close<T: Float>(got: T, want: T) {
    let tolerance = T::epsilon().powf(T::from_f64(0.55)) * T::from_f64(8.0);
    let error = (got - want).abs();
    assert!(error <= tolerance * (T::one() + want.abs()), "got {got:?}, expected {want:?}");
}

/// The gradient of a function of several numbers against differences.
#[track_caller]
pub fn assert_gradient<T: Float, const N: usize>(
    f: impl Fn([T; N]) -> T,
    at: [T; N],
    gradient: [T; N],
) {
    let step = T::epsilon().cbrt();
    let two = T::from_f64(2.0);
    for (i, got) in gradient.into_iter().enumerate() {
        let moved = |by: T| {
            let mut at = at;
            at[i] += by;
            f(at)
        };
        let slope = |step: T| (moved(step) - moved(-step)) / (two * step);
        // One step of Richardson's extrapolation.
        let want = (slope(step) * T::from_f64(4.0) - slope(two * step)) / T::from_f64(3.0);
        assert_close(got, want);
    }
}
