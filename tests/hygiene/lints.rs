//! Attributes on the function, and lints that look at documentation and signatures.

use autodiff::differentiate;

use crate::assert_close;

mod documented {
    use autodiff::differentiate;

    /// A documented function.
    ///
    /// # Examples
    ///
    /// Its documentation stays with it.
    #[must_use]
    #[inline]
    #[differentiate]
    pub(crate) fn cube(x: f64) -> f64 {
        x * x * x
    }

    /// Stands under the attributes of `std::autodiff`.
    #[must_use]
    #[autodiff::std_compat::autodiff_reverse(square_backward, Duplicated, Duplicated, Active)]
    #[autodiff::std_compat::autodiff_forward(square_forward, 2, Dual, Dual, Dual)]
    pub(crate) fn square(x: &[f64], y: &mut f64) -> f64 {
        *y *= x[0];
        x[0] * *y
    }

    /// Panics, and says so.
    ///
    /// # Panics
    ///
    /// If `x` is empty.
    #[differentiate(source)]
    #[must_use]
    pub(crate) fn first(x: &[f64]) -> f64 {
        assert!(!x.is_empty(), "`x` is empty");
        x[0] * x[0]
    }
}

#[test]
fn attributes_stay() {
    let x = documented::cube(2.0);
    assert_eq!(documented::cube::grad(x), 192.0);
    let (mut y, mut x_bar, mut y_bar) = (3.0, [0.0], 0.0);
    assert_eq!(documented::square_backward(&[2.0], &mut x_bar, &mut y, &mut y_bar, 1.0), 12.0);
    assert_eq!((y, x_bar, y_bar), (6.0, [12.0], 4.0));
    let (mut y, mut first, mut second) = (3.0, 0.0, 1.0);
    let tangents =
        documented::square_forward(&[2.0], &[1.0], &[0.0], &mut y, &mut first, &mut second);
    assert_eq!((tangents, first, second), ([12.0, 12.0, 4.0], 3.0, 2.0));
    assert_eq!(documented::first::grad(&[3.0, 1.0]), [6.0, 0.0]);
    assert!(documented::first::BACKWARD.contains("x_bar"));
}

#[cfg(test)]
#[differentiate]
fn configured(x: f64) -> f64 {
    x + x
}

#[cfg(not(test))]
#[differentiate]
fn configured(x: f64) -> f64 {
    x * y_that_does_not_exist
}

#[differentiate]
#[cfg(test)]
fn configured_below(x: f64) -> f64 {
    x + x
}

#[cfg_attr(test, differentiate)]
fn attribute_by_configuration(x: f64) -> f64 {
    x + x
}

#[test]
fn configuration() {
    assert_eq!(configured::grad(1.0), 2.0);
    assert_eq!(configured_below::grad(1.0), 2.0);
    assert_eq!(attribute_by_configuration::grad(1.0), 2.0);
}

/// What the user allowed for the function is no one's business in the generated code.
#[allow(clippy::many_single_char_names, clippy::too_many_arguments, clippy::suboptimal_flops)]
#[differentiate]
fn many(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64) -> f64 {
    a * b + c * d + e * f + g * h
}

#[expect(
    unused_variables,
    reason = "the function does not read it, and neither do its derivatives"
)]
#[differentiate]
fn unread(x: f64, y: f64) -> f64 {
    x * x
}

#[deprecated(note = "only to see that its derivatives are not reported")]
#[differentiate]
fn deprecated(x: f64) -> f64 {
    x * x
}

#[cold]
#[inline(never)]
#[track_caller]
#[doc(alias = "quadrat")]
#[differentiate]
fn attributed(x: f64) -> f64 {
    x * x
}

#[test]
#[allow(deprecated)]
fn attributes_of_every_kind() {
    let gradient = many::grad(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0);
    assert_eq!(gradient, (2.0, 1.0, 4.0, 3.0, 6.0, 5.0, 8.0, 7.0));
    assert_eq!(unread::grad(1.0, 2.0), (2.0, 0.0));
    assert_eq!(deprecated::grad(1.0), 2.0);
    assert_eq!(attributed::grad(1.0), 2.0);
}

/// Constructs whose derivatives look like what lints look for.
#[differentiate]
fn of_everything(x: &[f64], y: &mut [f64], scale: f64, times: usize) -> f64 {
    let mut total = 0.0;
    for (i, (a, b)) in x.iter().zip(y.iter_mut()).enumerate() {
        *b += a * scale;
        total += match i % 3 {
            0 => b.sin(),
            1 if *a > 0.0 => a.sqrt(),
            _ => *a,
        };
    }
    let mut n = 0;
    while n < times {
        if total > 100.0 {
            break;
        }
        total *= scale;
        n += 1;
    }
    if total < 0.0 {
        return -total;
    }
    total
}

#[test]
fn lints_find_nothing_in_derivatives() {
    let (x, mut y) = ([1.0, 4.0], [0.5, 0.5]);
    let (mut x_bar, mut y_bar, mut scale_bar) = ([0.0; 2], [0.0; 2], 0.0);
    let value =
        of_everything::grad_into(&x, &mut y, 2.0, 1, (&mut x_bar, &mut y_bar, &mut scale_bar));
    let (sine, cosine) = 2.5_f64.sin_cos();
    assert_close([value], [2.0 * (sine + 2.0)]);
    assert_close(x_bar, [4.0 * cosine, 0.5]);
    assert_close(y_bar, [2.0 * cosine, 0.0]);
    assert_close([scale_bar], [2.0 * cosine + sine + 2.0]);
}
